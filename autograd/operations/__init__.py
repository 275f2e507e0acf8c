"""More ways to apply rows of the table."""
