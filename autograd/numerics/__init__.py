"""Arithmetic on plain numbers; this floor knows no graph.

`floats` holds the forward functions of the rows, `arrays` and `special` their twins on arrays (of our own, and by
SciPy where it is installed). `ieee` answers where a float would raise. `real` says what counts as a number and
`signatures` how a function names its arguments, `trees` finds the numbers in lists, tuples, dicts and, with
`object_arrays`, in arrays of NumPy's. `value_array` is the array that a function of arrays receives, `numpys_loops`
what it applies where NumPy knows no way, and `differences` has derivatives of plain functions, to compare with.

Read `floats` beside ops.py; the others when something asks for them.
"""
