"""Graphs as still pictures, for `draw`, `to_dot`, `spy` and the stepper.

`levels` is where a picture begins: it chooses how much to show, and so between `values_picture` (a card for every
value, frames around the parts of a model) and `groups_picture` (a card for every neuron or layer, with the maps of
`planes`). Both answer with cards and arrows, which `cards` lays out (the room `layout`) and turns into `shapes`, the
few things our SVG is made of. `figure` is the Drawing that people get: it shows itself, and saves itself through
`png_pdf` and `digraph` too. `text_tree` is the same graph as text, `sparsity` the one picture without cards, `spy`.
"""
