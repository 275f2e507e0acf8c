"""Where things go. In this order:

geometry (what is placed, and what comes of it), placement (`place`, and who computes it); dot_language, graphviz and
wasm (Graphviz: what it is asked, its two engines, the one in WebAssembly with its bounds and its cache); layered (our
own layout: frames, level by level) with its four steps ranks, ordering, coordinates and routing; straight (straight
arrows where nothing is in the way).
"""
