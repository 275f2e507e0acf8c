"""python -m autograd."""
