"""Record once, replay many times."""
