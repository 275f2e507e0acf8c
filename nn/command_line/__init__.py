"""python -m nn."""
