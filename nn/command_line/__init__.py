"""`python -m nn`: train a network, say how good it is, and leave everything to look at in a folder.

In reading order: jobs (what to learn, from which rows, with which settings), options (what the user may say about it),
main (learn, sum up, write).
"""
