"""What the formulas of nn/optim.py stand on."""
