"""A graph as people see it: what is in it and what it is called. Read by pictures, pages and text alike.

`subject` is what somebody asked to see: Values or a model, and what is known of them. `graph` is the graph below it, as
nodes, edges and constants with the names that `names` finds for them; `parts` says which of it belongs to which neuron
and layer of a model, `expand` puts elementary operations in the place of fused ones, `branches`
remembers what code asked on its way, and `notation` is how numbers,
names and operations are written.
"""
