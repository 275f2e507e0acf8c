"""Training: the loop, how it computes, what it watches."""

from nn.training.loop import fit

__all__ = ["fit"]
