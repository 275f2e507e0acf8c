"""`python -m autograd`: a formula, its derivatives, and its graph to look at.

In reading order: main (what the options ask for, and what is printed), formula (arithmetic read from text, and nothing
but arithmetic).
"""
