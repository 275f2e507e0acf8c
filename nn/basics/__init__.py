"""What every room of nn stands on; knows no Module."""
