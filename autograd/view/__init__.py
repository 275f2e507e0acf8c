"""A graph as people see it: names, kinds, parts."""
