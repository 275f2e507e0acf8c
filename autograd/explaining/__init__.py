"""What happened, shown and told: `draw`, `stepper`, `explain`, `naive_backward`.

Read `stepper.py` first: it asks narration for the moments of a graph (`moments.py` says what a moment is,
`narration.py` puts every operation and edge into words, `neurons.py` and `neuron_narration.py` do so neuron by
neuron), and hands them to the room `page`, which makes one HTML file of them, to step through, to play with and to
look at, to `film.py`, which makes one SVG that plays by itself, or to `slides.py`, which makes a picture of every step.
`drawn.py` is `draw`: a still picture, and the same page of it. `paths.py` and `naive.py` stand alone: a derivative as
a sum over paths, and what becomes of backpropagation without an order.
"""
