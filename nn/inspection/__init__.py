"""Looking at a model and at its training."""
