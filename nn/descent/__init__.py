"""What the formulas of nn.optim stand on.

In reading order: `optimizer` (groups of parameters, their memory, a step), `settings` (what an optimizer accepts, and
how a saved state is read), `recorded_rule` (a formula as a program), `norms` (how long a gradient
is), `clipping` (gradients that are too large).
"""
