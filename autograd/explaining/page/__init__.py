"""A graph as one HTML file that computes.

Read `html.py` first: what a page is made of. `data.py` is the graph as data for its scripts, `rows.py` picks the rows
of the table in JavaScript, `room.py` keeps room on cards for numbers that move, `packing.py` says all of it in fewer
words. `training.py` is a page of another kind: a training to be watched again, with watch.js; `training_still.py` is
the picture behind it. What runs in a page is in the folder browser: engine.js and numbers.js compute, the others show;
main.js says how they meet.
"""
