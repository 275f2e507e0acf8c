"""The speed of glassgrad beside other engines: ``python -m tests.bench``.

Five workloads (``inputs.py`` holds their numbers, ``scalar.py`` their code on scalars):

====  =============================================================================================
W1    the demo of micrograd: 100 points of two moons, an MLP 2-16-16-1 with ReLU, hinge loss plus L2,
      full-batch gradient descent. One step is forward, zero_grad, backward, update.
W2    one training step of a character-level GPT whose every number is a scalar; Adam.
W3    a chain ``x = x * a + b`` of 100,000 operations (W3L: 1,000,000).
W4    an expression of 25 operations, built and differentiated.
W5    a dot product of 100,000 terms.
====  =============================================================================================

How it is measured: every engine runs in a process of its own; the processes take turns, round by round,
so that a slow minute of the machine hits all of them; the clock is CPU time of the process; a round gives
its fastest sample, and the table shows the median of the rounds. Before anything is timed, loss and
gradients of every engine are compared with those of the first. Benchmarks are not tests: nothing here is
collected by pytest, and no test looks at a clock.
"""
