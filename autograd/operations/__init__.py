"""More ways to apply rows of the table.

Read in this order: `lists` (dot, total, softmax …: one node for many operands), `custom` (@operation: rows of your
own), `numpy_names` (what NumPy, SciPy, HIPS and papers call what is here).
"""
