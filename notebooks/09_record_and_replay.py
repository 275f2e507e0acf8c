# %% [markdown]
# # 9 · Record and replay
#
# **The question: what does it cost to remember everything, and what if one did the remembering only once?**
#
# A graph of values is wonderful to look at, and slow: each training step builds thousands of little objects, uses them once
# and throws them away, although it is the same graph every time. Here we first ask what really has to be remembered for
# a backward pass. Then we record the graph once, read it as a program, and climb a ladder on which each rung is
# faster than the one below, without changing a single derivative.

# %%
# Opened alone? Then this puts the helpers, exercises and data of the course beside the notebook.
try:
    import nn
    from autograd.system.course import put_beside
except ModuleNotFoundError as missing:
    raise ModuleNotFoundError(
        "this notebook needs glassgrad, whose README says how to install it. HIPS' package, which is called "
        "autograd too, has to go first: %pip uninstall -y autograd, and restart the kernel"
    ) from missing
put_beside()

# %%
import gc
import math
import random
import tempfile
import time
from pathlib import Path

import numpy as np
from exercises import check
from plotting import COLORS, lines, new_axes, style

from autograd import Program, Value, draw, record, relu, tanh, topological_order
from nn import MLP, hinge, mse
from nn.data import micrograd_moons

# %% [markdown]
# ## Compute once, look up later
#
# A value that is used twice is still computed once: the node keeps its number, and whoever needs it again looks it up. This
# is **memoisation**, and it is no small thing. The chain of notebook 2, where each value is the sum of the one before with
# itself:

# %%
y = Value(1.0, label="x")
for _ in range(18):
    y = y + y


def evaluate(node, cache=None):
    """(number, how many additions it took); with a cache, no node is computed twice."""
    if node.op is None:
        return node.data, 0
    if cache is not None and node in cache:
        return cache[node], 0
    results = [evaluate(parent, cache) for parent in node.parents]
    number, work = sum(v for v, _ in results), 1 + sum(w for _, w in results)
    if cache is not None:
        cache[node] = number
    return number, work


print("without a cache:", evaluate(y)[1], "additions")
print("with a cache:   ", evaluate(y, {})[1], "additions")

# %% [markdown]
# ## What the backward pass needs
#
# The backward pass multiplies by local derivatives, and those need numbers of the forward pass: for $a \cdot b$ both
# operands, for $\tanh$ the result ($1 - t^2$). So the forward pass leaves its intermediate results, the **activations**,
# in memory until the backward pass has been there. And since a batch has one loss, the graph of the *whole batch* is
# alive at once. Measured:

# %%
import tracemalloc

wide = MLP(8, [16, 16, 1], activation="tanh", rng=random.Random(0))
example = [0.1 * i for i in range(8)]

for size in (1, 10, 100, 400):
    tracemalloc.start()
    cost = mse([wide(example) for _ in range(size)], [0.0] * size)
    memory = tracemalloc.get_traced_memory()[0]
    tracemalloc.stop()
    values = len(topological_order(cost)) - len(wide.parameters())
    print(f"batch of {size:3}: {values:6,} values besides the parameters, {memory / 1e6:4.1f} MB,", end=" ")
    print(f"{memory / size / 1000:.0f} kB per example")
del cost

# %% [markdown]
# Ten times the batch, ten times the memory. For large networks this, not the parameters, is what fills it. One remedy you
# know from notebook 2: run a large batch in parts and let the gradients add up before the step. The sum is the same, and
# only one part is in memory at a time.
#
# Must it all be kept? One could also forget, and compute again when needed. Take a chain of $n$ steps and keep only
# every $k$-th result, a **checkpoint**; on the way back, compute each piece again from its checkpoint.

# %%
def step(x):
    return math.tanh(1.1 * x)


def slope(y):
    return 1.1 * (1 - y * y)          # of a step whose result is y

# %%
def backward_with_checkpoints(n, spacing):
    """dy/dx after n steps from 0.5; the most numbers held at a time; the steps that were computed."""
    x, kept, computed = 0.5, {0: 0.5}, n
    for k in range(1, n + 1):
        x = step(x)
        if k % spacing == 0:
            kept[k] = x
    gradient, most = 1.0, 0
    for start in reversed(range(0, n, spacing)):
        piece, again = [kept[start]], 0
        for k in range(start + 1, min(start + spacing, n) + 1):
            again += k not in kept
            piece.append(kept[k] if k in kept else step(piece[-1]))
        for y in reversed(piece[1:]):
            gradient *= slope(y)
        computed, most = computed + again, max(most, len(kept) + again)
    return gradient, most, computed

# %%
n = 100
for spacing in (1, 5, 10, 20, 50, 100):
    gradient, most, computed = backward_with_checkpoints(n, spacing)
    print(f"keep every {spacing:>3}:  {most:>3} numbers in memory, {computed} steps computed,",
          f" dy/dx = {gradient:.9g}")

# %% [markdown]
# With a checkpoint every 10 steps, 20 numbers in memory do instead of 101, for less than twice the work: one holds the
# $n/k$ checkpoints and one piece of $k$. That is smallest at $k = \sqrt n$. Large networks are trained this way when
# memory runs out (Griewank 1992; Chen and others 2016). Time can be traded for memory.

# %%
spacings = range(1, 101)
memory = [backward_with_checkpoints(n, k)[1] for k in spacings]
ax = lines({"numbers in memory": [math.nan, *memory]}, xlabel="a checkpoint every … steps")
ax.figure

# %% [markdown]
# ## The other trade: record once
#
# Now in the opposite direction: spend some memory, once, to save time at every step. `record` runs a function one time on
# values and keeps **the list of operations** it did.

# %%
w, b = Value(0.5, label="w"), Value(-1.0, label="b")


def neuron(x):
    return tanh(w * x + b) * w


program = record(neuron, 1.0)
print(program.source)

# %% [markdown]
# The first function is the forward pass: our neuron, one line for each card of the graph, in topological order. The
# second goes on where the first ends, with the backward pass, **as plain arithmetic**. Read it beside the picture: from
# the right to the left, each arrow is a factor, and where two arrows leave a card, there is a plus.

# %%
x = Value(1.0, label="x")
y = neuron(x)
y.label = "y"
y.backward()
draw(y, parameters=[w, b])

# %% [markdown]
# (`sech2` is the slope of tanh, written so that it stays accurate; notebook 8 tells why. Factors of 1 and terms of 0 are
# left out.) Nothing is left of nodes, lists and order: the chain rule has been *written out*. And the numbers are
# the same:

# %%
by_graph = x.grad, w.grad, b.grad
w.grad = b.grad = 0.0
value, (slope_x,) = program.value_and_grad(1.0)
program.backward(1.0)                      # adds to w.grad and b.grad, as y.backward() does
print("graph:  ", *by_graph)
print("program:", slope_x, w.grad, b.grad)

# %% [markdown]
# The parameters are read anew at each run, so a training loop can simply go on with the program instead of the function:

# %%
for _ in range(200):
    w.grad = b.grad = 0.0
    program.backward(1.0)                  # make the output as large as possible ...
    w.data += 0.01 * w.grad                # ... so go uphill
    b.data += 0.01 * b.grad
print(f"output {program(1.0):.4f}, w {w.data:.4f}, b {b.data:.4f}")

# %% [markdown]
# ## And if there is an `if`?
#
# A recording is *one* way through the function. Python's `if` chooses the way, so the program keeps an eye on it: each
# comparison becomes a guard. If it comes out differently, the function is recorded again, and both ways are kept.

# %%
def bend(x):
    if x > 0:
        return x * x
    return -3 * x


bent = record(bend, 2.0)
print(bent.source)
print("at 2:", bent(2.0), "  at −4:", bent(-4.0))
bent

# %% [markdown]
# What a recording cannot know: that a number came from a random generator, or from a clock. It replays the number it
# saw; and what the function printed, it does not print again. (`record` warns of random numbers and of printing. A clock
# it does not notice.) And a loop is recorded as often as it ran.

# %% [markdown]
# ## Many examples at once
#
# The program is arithmetic on numbers. NumPy does the same arithmetic on whole columns of numbers, at nearly the
# price of one. So the same program can run over a batch: `map` gives the results, `map_backward` the gradients of
# their mean.

# %%
X, labels = micrograd_moons()
labels = [float(label) for label in labels]
model = MLP(2, [16, 16, 1], rng=random.Random(1))


def point_loss(x, label):
    return relu(1 - label * model(x))


program = record(point_loss, X[0], labels[0])
mean_loss = program.map_backward(X, labels)
by_program = [p.grad for p in model.parameters()]

model.zero_grad()
loss = hinge([model(x) for x in X], labels)
loss.backward()
by_graph = [p.grad for p in model.parameters()]

print("loss:", mean_loss, loss.data)
print(f"largest difference of 337 gradients: {max(abs(a - b) for a, b in zip(by_program, by_graph)):.0e}")
print(f"values in the graph: {len(topological_order(loss)):,}; the program keeps:")
program

# %% [markdown]
# `fit` of notebook 4 does this by itself where it pays: it records the loss of one example, checks on the first batch that
# the program gives the gradients of the graph, and replays the rest. The parameters and the optimizer, too, then work in
# arrays during an epoch, and the values have their new numbers at its end. (`compiled=False` asks for graphs, and
# `.engine` of what `fit` returns says which it was.)
#
# ## And further, to engines for large machines
#
# `program.bind(xp)` hands the same recording to any library whose arrays know NumPy's names. It gives a pure function of
# an array of parameters and the inputs. With NumPy itself:

# %%
pure = program.bind(np)
parameters = np.array([p.data for p in program.parameters])
print("NumPy:", round(float(pure(parameters, np.array(X[0]), np.array(labels[0]))), 12))
print("graph:", round(point_loss(X[0], labels[0]).data, 12))

# %% [markdown]
# With JAX it can be compiled for whatever processor there is, over a whole batch, and differentiated by JAX:
#
# ```python
# import jax, jax.numpy as jnp
# loss = program.bind(jnp)
# batch = jax.vmap(loss, in_axes=(None, 0, 0))
# gradient = jax.jit(jax.grad(lambda parameters: batch(parameters, jnp.array(X), jnp.array(labels)).mean()))
# ```
#
# and with PyTorch, `program.bind(torch)` takes tensors with `requires_grad=True`, and its `backward()` does the rest. So what
# you began on paper-sized graphs can grow up without being written again. (Neither library is needed here, so the lines
# above are not run, nor are those of the next section.)
#
# ## More than one machine
#
# (For readers who have several. Everybody else can go on with the file below.)
#
# A library that distributes work takes the recording to several machines: glassgrad brings the function, the library does the
# rest. `several_machines.py`, beside this notebook, trains with JAX on all devices of all machines that it is started on.
# It has eight marked lines more than a training in one process. The heart of them:
#
# ```python
# mesh = Mesh(jax.devices(), "devices")                            # all there are, of all machines
# split, whole = NamedSharding(mesh, PartitionSpec("devices")), NamedSharding(mesh, PartitionSpec())
# X, y = (jax.make_array_from_process_local_data(split, part[mine]) for part in (X, y))     # rows are divided
# parameters = jax.device_put(parameters, whole)                   # the same on every device
# ```
#
# JAX sees that the mean of the loss goes over rows on different devices, and adds up their gradients. Two processes, or one
# with four devices, end with the parameters that one alone finds: the largest difference of the 337 is about 1e-15. What can
# go wrong:
#
# - **Wait for every step** (line ⑧). On CPUs, sums over devices that queue up may wait for each other for ever.
# - **Inside `jax.shard_map`, differentiate the `pmean` of the loss.** The gradient towards parameters that all devices
#   share is added up already: its own `pmean` is *n* times too large on *n* devices.
# - **One thread a worker** (`OMP_NUM_THREADS=1`) where several share a machine. Each would start as many as there are cores.
# - **Stopping is a decision of all.** A process that leaves its loop alone, because *its* loss is nan or *its* patience is
#   at an end, leaves the others waiting in the next sum. Decide by a number that all of them have, as the mean loss is.
#
# With PyTorch, each process takes the gradient of its own rows, and `all_reduce` adds them up:
#
# ```python
# gradient = program.gradient_function("sum")
# value, slopes = gradient(parameters, X[rank::n], labels[rank::n])
# torch.distributed.all_reduce(total := torch.from_numpy(slopes))  # now the sum over all processes
# parameters = parameters - rate * total.numpy() / len(X)
# ```
#
# At the end each calls `torch.distributed.barrier()` and `destroy_process_group()`: a process that just ends leaves threads
# of the group behind, which abort it now and then, after the right numbers were printed.
#
# `fit` has a place for that, too: a function given as `clip` is called between the gradient and the update.
#
# And where data lie in partitions (Dask, Ray, Spark, or the processes of Python's own pools), the function goes to the
# data. What `gradient_function` and `bind` return can be pickled; a worker builds it once, however often it is sent:
#
# ```python
# gradient = program.gradient_function("sum")
# found = client.gather(client.map(gradient, [parameters] * n, X_parts, y_parts))           # Dask
# found = list(pool.map(gradient, [parameters] * n, X_parts, y_parts))                      # ProcessPoolExecutor
# remote = ray.remote(lambda *data: gradient(*data))
# found = ray.get([remote.remote(parameters, *part) for part in zip(X_parts, y_parts)])     # Ray
# value, slopes = map(sum, zip(*found))
# ```
#
# ## In a file
#
# In the other direction, a program can be saved as data, or written out as a Python file that needs nothing but `math`:

# %%
with tempfile.TemporaryDirectory() as folder:
    small = record(lambda a, b: tanh(a * b) + a, 0.3, -2.0)
    small.save(Path(folder) / "small.json")
    again = Program.load(Path(folder) / "small.json")
    small.export(Path(folder) / "small.py")
    text = (Path(folder) / "small.py").read_text()

print("loaded again:", again(0.3, -2.0) == small(0.3, -2.0))
print(text[text.index("def value"):])

# %% [markdown]
# ## The speed ladder
#
# Now the race. One training step's work, on every rung the same: the loss of the network above (337 parameters) on the
# 100 moons, and all its gradients.
#
# The lowest rung is the kind of engine that many people write first, and a good one to learn from: each value
# remembers its operands and a little function that does its part of the backward pass. It stands in `tiny_engine.py`,
# beside this notebook, and can be read in two minutes.

# %%
from tiny_engine import Tiny

tiny_layers = [[([Tiny(w.data) for w in neuron.w], Tiny(neuron.b.data)) for neuron in layer.neurons]
               for layer in model.layers]


def tiny_score(x):
    for layer in tiny_layers:
        x = [sum((w * v for w, v in zip(weights, x)), bias) for weights, bias in layer]
        x = [v.relu() for v in x] if layer is not tiny_layers[-1] else x
    return x[0]


def tiny_step():
    losses = [(tiny_score(x) * -label + 1.0).relu() for x, label in zip(X, labels)]
    (sum(losses[1:], losses[0]) * 0.01).backward()


tiny_step()
weights = [v for layer in tiny_layers for weights, bias in layer for v in (*weights, bias)]
difference = max(abs(v.grad - g) for v, g in zip(weights, by_graph))
print(f"the tiny engine agrees, too: {difference:.0e}")

# %%
unfused = MLP(2, [16, 16, 1], rng=random.Random(1), fused=False)
as_source = record(point_loss, X[0], labels[0], arrays=False)
as_arrays = record(point_loss, X[0], labels[0], arrays=True)
many_X, many_labels = np.array(X * 10), np.array(labels * 10)


def one_by_one():
    for x, label in zip(X, labels):
        as_source.backward(x, label)


RUNGS = {  # name: (one run, how many times 100 points it works through)
    "a tiny engine": (tiny_step, 1),
    "values, every + and ×": (lambda: hinge([unfused(x) for x in X], labels).backward(), 1),
    "values, dot as one": (lambda: hinge([model(x) for x in X], labels).backward(), 1),
    "program, point by point": (one_by_one, 1),
    "program, NumPy": (lambda: as_arrays.map_backward(X, labels), 1),
    "program, NumPy, 1,000 points": (lambda: as_arrays.map_backward(many_X, many_labels), 10),
}

# %%
def seconds(run, hundreds, repeats=3):
    """The processor time of the fastest of a few runs, per 100 points."""
    times = []
    for _ in range(repeats):
        gc.collect()
        start = time.process_time()
        run()
        times.append(time.process_time() - start)
    return min(times) / hundreds


def rounded(factor):
    """To the nearest of 1, 2, 5, 10, 20, 50, ...: more digits would differ on your machine."""
    power = 10 ** math.floor(math.log10(factor))
    return min((step * power for step in (1, 2, 5, 10)), key=lambda near: abs(math.log(near / factor)))


measured = {name: seconds(*rung) for name, rung in RUNGS.items()}
factors = {name: rounded(measured["a tiny engine"] / time) for name, time in measured.items()}
for name, factor in factors.items():
    print(f"{name:30} about {factor:>6,} ×")

# %% tags=["picture"]
with style():
    ax = new_axes(width=6.0, height=2.6)[0]
    ax.barh(list(factors), [factor - 0.5 for factor in factors.values()], color=COLORS[0], left=0.5)
    ax.invert_yaxis()
    ax.set(xscale="log", xlabel="times as fast as the tiny engine (rounded)", title="the speed ladder")
ax.figure

# %% [markdown]
# (The factors are rounded to 1, 2 or 5 and zeros, since the digits depend on the machine and the day. To see the seconds
# on yours, print `measured`.)
#
# What made the difference, rung by rung?
#
# - **Values.** A tiny value is several objects that refer to each other in circles: itself, a dictionary, a function and
#   what that holds on to. Python's garbage collector searches them again and again, which here takes most of the time.
#   (Try `gc.disable()` before the race.) A `Value` is one object, with its local derivatives as plain numbers, and no circles.
# - **dot as one.** A neuron's weighted sum is one node instead of $2n$.
# - **Program.** No nodes at all; what remains is arithmetic in Python.
# - **NumPy.** The interpreter reads each operation once for all points instead of once for each. The more points, the
#   less it matters what the reading costs.

# %% [markdown]
# ## Now you
#
# **Exercise 1.** A chain has 10,000 steps. Which spacing of the checkpoints holds the fewest numbers in memory?

# %%
best_spacing = ...

check("9.1", best_spacing)

# %% [markdown]
# **Exercise 2.** Be the recorder: write $y = \sin(a)\cdot b + a$ as a straight-line program, forward and then backward, with
# nothing but floats and `math`. Return `(y, dy/da, dy/db)`.

# %%
def my_program(a, b):
    v1 = math.sin(a)
    ...
    return ...


check("9.2", my_program)

# %% [markdown]
# **Exercise 3.** How many paths has this program recorded after the five calls?
#
# ```python
# def f(x, y):
#     if x > 0:
#         return x * y
#     if y > 0:
#         return x + y
#     return y * y
#
# program = record(f, 1.0, 1.0)
# for x, y in [(1, 1), (2, -1), (-1, 3), (-1, -1), (-5, 2)]:
#     program(x, y)
# ```

# %%
paths = ...

check("9.3", paths)

# %% [markdown]
# ## What you can now do
#
# - say what a backward pass must remember, and trade memory for time with checkpoints;
# - record a function, read its gradient as a program, and know what its guards are for;
# - run it over batches with NumPy, save it, export it, and hand it to JAX or PyTorch;
# - explain where the time of a scalar engine goes, and what gets it back.
#
# In [notebook 10](10_a_tiny_gpt.ipynb) such programs train a language model in a few seconds.
