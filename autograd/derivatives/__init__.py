"""Derivatives of functions: grad, jacobian, hessian, jvp, vjp, hvp, differentiate.

Read in this order: `transforms` (those functions), `run` (one run of the function on copies of its arguments), `sweeps`
(its edges, walked up or down), `dual` (forward mode: numbers that carry their rate of change), `hessian_vector`
(forward over reverse).
"""
