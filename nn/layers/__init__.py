"""Layers beside Neuron, Layer and MLP."""
