"""`python -m nn`: train a network, say how good it is, leave everything to look at in a folder; answer for new rows.

In reading order: predictor (from the cells of a table to a model's answers), jobs (what to learn, from which rows, with
which settings), options (what the user may say about it), learning (the two together become a model), panels (what a
picture shows of it), results (the summary and the files), main (in which order, and what is printed meanwhile), predict
(the model on new rows); program is `glassgrad`, which has these commands among others.
"""
