"""Layers beyond Neuron and Layer, each a Module of its own that can be read by itself.

`containers` (Sequential, Residual, Flatten, Dropout) and `activation` join others together; `convolution`, `recurrent`,
`attention` and `embedding` are four ways to read pictures, sequences and words; `normalisation` keeps numbers in size.
"""
