"""Scalar instructions put back together as arrays.

In this order: grouping (which instructions belong together), plan (in which calls, on which places of memory),
numpy_run (a plan with memory, in place: the fast one), bound (a plan as a pure function on any namespace: the one that
can be differentiated by others).
"""
