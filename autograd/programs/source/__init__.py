"""A tape as text.

In this order: python (functions to run and to read), naming (labels as variable names), export (a module that needs
only `math`).
"""
