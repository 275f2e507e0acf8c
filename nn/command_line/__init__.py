"""`python -m nn`: train a network, say how good it is, and leave everything to look at in a folder.

In reading order: jobs (what to learn, from which rows, with which settings), options (what the user may say about it),
learning (the two together become a model), panels (what a picture shows of it), results (the summary and the files),
main (in which order, and what is printed meanwhile); program is `glassgrad`, which has this command among others.
"""
