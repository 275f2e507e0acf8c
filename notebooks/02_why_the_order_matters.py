# %% [markdown]
# # 2 · Why the order matters
#
# **The question: what changes when a number is used more than once, and in which order must the chain rule then walk?**
#
# In [notebook 1](01_values_and_the_chain_rule.ipynb) every number went into one operation only, and walking back was
# as easy as reading from right to left. Real programs reuse numbers all the time: a weight sees every example, an
# input feeds every neuron. Two things follow, and both are places where home-made backpropagation goes wrong.

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
from exercises import check
from plotting import lines

from autograd import Value, draw, explain, stepper
from autograd import count_paths, naive_backward, topological_order

# %% [markdown]
# ## Used twice: the contributions add up
#
# The smallest example there is: $y = a + a$. Two arrows lead from $a$ to $y$, each with the local derivative 1.

# %%
a = Value(3.0, label="a")
y = a + a
y.label = "y"
y.backward()
draw(y)

# %% [markdown]
# Since $y = 2a$, the derivative must be 2. A nudge of $a$ arrives at $y$ along **both** arrows, so what comes back along
# them must be **added**. Overwriting (`a.grad = ...` instead of `a.grad += ...`) would leave 1, and nothing would tell
# you that it is wrong. Here is a longer one:

# %% tags=["picture"]
a = Value(2.0, label="a")
b = Value(-3.0, label="b")
c = a * b
c.label = "c"
d = c + a
d.label = "d"
L = d * c
L.label = "L"
L.backward()
draw(L)

# %% [markdown]
# How many ways lead from $a$ to $L$? Follow the arrows: $a \to c \to L$, $a \to c \to d \to L$, and $a \to d \to L$.
# Along each way the local derivatives multiply; over all ways they add up:
#
# $$\frac{\partial L}{\partial a} = \sum_{\text{paths from } a \text{ to } L}\;\;\prod_{\text{arrows of the path}} \text{local derivative}$$
#
# That is the whole of the chain rule for several variables. `explain` writes it out.

# %%
explain(L, a)

# %% [markdown]
# ## But not path by path
#
# So why not compute it just like that, path after path? Count the paths of this innocent program:

# %%
x = Value(1.0, label="x")
y = x
for _ in range(4):
    y = y + y
y.label = "y"
print(count_paths(y, x), "paths through", len(topological_order(y)), "values")
draw(y)

# %% [markdown]
# Every step doubles the number of paths. With 60 steps, 61 values:

# %%
y = x
for _ in range(60):
    y = y + y
print(f"{count_paths(y, x):,} paths")
y.backward()
print(f"{x.grad:,.0f} is what backward() found at once")

# %% [markdown]
# A computer that walks a thousand million paths per second would need 36 years. `backward()` took 120 steps, one for
# each arrow. Its trick is to **wait**: it adds up everything that arrives at a card *before* it goes on from there, so
# that no arrow is ever walked twice.

# %% [markdown]
# ## Walking on too early
#
# Here is what many people write first. It looks like the rule of notebook 1: multiply what arrived by the
# local derivative, add it, go on.

# %%
def eager(node):
    for parent, local in zip(node.parents, node.local_grads):
        parent.grad += local * node.grad
        eager(parent)              # too early!


a = Value(3.0, label="a")
b = a * 2
b.label = "b"
c = b * b
c.label = "c"                      # c = (2a)² = 4a², so dc/da = 8a = 24

c.grad = 1.0
eager(c)
print("a.grad =", a.grad, "but it should be 24")

# %% [markdown]
# What happened? $c = b \cdot b$ sends two contributions of 6 to $b$. The recursion takes the first one, runs on to $a$
# with it, and delivers $2 \cdot 6 = 12$. Then it comes back with the second: now `b.grad` is 12, and it delivers
# $2 \cdot 12 = 24$ **on top**. The first half has been delivered twice: $12 + 24 = 36$.
#
# `naive_backward` runs exactly this recursion beside the right one and shows where they part:

# %%
naive_backward(c)

# %% [markdown]
# "Maybe this only happens in strange examples"? It happens whenever an intermediate number is used twice, and the
# networks of the next notebooks are full of such numbers. Numbers that are divided by their own sum, so that they become
# shares of a whole: the sum is used by all of them. Or something as plain as "take a number, and add a correction that
# depends on it", $h + F(h)$, of which very deep networks are made. Here the correction is $F(h) = h^2$:

# %%
h = Value(0.5, label="h")
correction = h**2
correction.label = "F(h)"
block = h + correction
block.label = "h + F(h)"
out = block * block
out.label = "out"
naive_backward(out)

# %% [markdown]
# And a network, where each number of a layer goes into all numbers of the next one? We take a tiny one, of which you need
# not know yet how it works: `MLP` makes it (notebook 3), `mse` measures its error (notebook 5), and the result is a graph
# like the others. More than half of its gradients come out wrong:

# %%
import random

from nn import MLP, mse

net = MLP(2, [2, 2, 2], activation="tanh", rng=random.Random(1), fused=False)   # each + and × a card
loss = mse(net([0.5, -1.0]), [1.0, 0.0])
result = naive_backward(loss)
print(f"{len(result.wrong)} of {len(result.right)} gradients are wrong;", end=" ")
print(f"{result.visits} steps where {result.edges} would do")

# %% [markdown]
# And the recursion has a third fault: Python gives up after about a thousand nested calls, while a graph can easily be a
# million operations deep.

# %%
deep = Value(1.0)
for _ in range(5000):
    deep = deep * 1.0001
deep.grad = 1.0
try:
    eager(deep)
except RecursionError:
    print("RecursionError: Python gave up")

# %% [markdown]
# ## The right order
#
# What we need: when we go on from a card, everything that can arrive there must have arrived already. In other words,
# **a card may be visited only after all cards that use it**. For the walk *forward* the same rule reads: a card can be
# computed only after all cards it is computed from. Such an order is called a **topological order**, and the backward
# pass walks it in reverse.
#
# Finding one is a few lines: put a card on the list once all its parents are on it.

# %%
def order_of(root):
    done, order = set(), []

    def visit(node):
        if node not in done:
            done.add(node)
            for parent in node.parents:
                visit(parent)
            order.append(node)      # only now: all parents are on the list already

    visit(root)
    return order


print(" → ".join(node.label for node in order_of(L)))

# %% [markdown]
# There can be several right orders; any of them does. Now the backward pass needs **no recursion at all**. This is
# the complete algorithm, and the engine's own loop (in `autograd/backprop.py`) says the same:

# %%
def backward(root):
    for node in order_of(root):
        node.grad = 0.0
    root.grad = 1.0
    for node in reversed(order_of(root)):
        for parent, local in zip(node.parents, node.local_grads):
            parent.grad += local * node.grad


backward(c)
print("a.grad =", a.grad)
backward(out)
print("h.grad =", round(h.grad, 6))

# %% [markdown]
# (Our `order_of` is still recursive, so deep graphs would still stop it. The engine's `topological_order` keeps its own
# list of open cards instead: the graph above, which was too deep for `eager`, is no trouble.)

# %%
deep.backward()
print(len(topological_order(deep)), "values, in order")

# %% [markdown]
# Watch the order at work. In this stepper, follow $c$: it is used twice ("use 1 of 2", "use 2 of 2"), and the walk
# goes on from $c$ to $a$ and $b$ only after the second contribution is in.

# %%
stepper(L)

# %% [markdown]
# ## Adding up from call to call: `zero_grad`
#
# One thing is left to understand. Call `backward()` twice on the same graph:

# %%
a = Value(3.0, label="a")
y = (a * a) * a
y.label = "y"                       # a³, so dy/da = 3a² = 27
y.backward()
print("after one call: ", a.grad)
y.backward()
print("after two calls:", a.grad)

# %% [markdown]
# The inputs **accumulate**: each call adds its derivatives to what is there. That is useful. The gradient of a sum of
# losses is the sum of their gradients, so you can run one example at a time and let the gradients pile up, and only
# one example's graph has to be in memory. (Intermediate results do not pile up: they are set anew by each call,
# otherwise the second call would pass on the gradients of the first once more, and get 72 here.)
#
# But it means that **you** say when a new sum begins: before each step of a training, the gradients must be set back to
# zero. Forgetting it is the most common bug in home-made training loops. Here is what it does, on the easiest
# problem there is: find the $p$ that makes $(p - 2)^2$ smallest.

# %%
def descend(forget):
    p = Value(5.0, label="p")
    track = []
    for _ in range(25):
        track.append(p.data)
        if not forget:
            p.grad = 0.0            # for a whole model: model.zero_grad()
        ((p - 2) ** 2).backward()
        p.data -= 0.1 * p.grad
    return track


tracks = {"with zero_grad": descend(forget=False), "forgotten": descend(forget=True)}
lines(tracks, xlabel="step", ylabel="p", title="the minimum is at p = 2").figure

# %% [markdown]
# Without it, old gradients never go away: the search overshoots, turns around late, and swings around the
# minimum for ever. It does not crash and does not look like a bug; it just does not learn well.

# %% [markdown]
# ## Now you
#
# **Exercise 1.** $y = a \cdot a + a$ at $a = 4$. What is the derivative, and along how many paths does it arrive?

# %%
slope = ...
paths = ...

check("2.1", (slope, paths))

# %% [markdown]
# **Exercise 2.** Below is a graph as a table: each name with the names it is computed from. Write the names into a list,
# in an order in which the **backward** pass may visit them (from `"L"` to the inputs).
#
# | name | computed from |
# |---|---|
# | `L` | `d`, `e` |
# | `d` | `c`, `a` |
# | `e` | `c` |
# | `c` | `a`, `b` |

# %%
order = ...  # for example ["L", "a", ...]

check("2.2", order)

# %% [markdown]
# **Exercise 3.** `eager` counts early contributions twice. Write a function `gradient(root, leaf)` that is right on every
# graph: it returns $\partial \text{root}/\partial \text{leaf}$ for any leaf of it. Use `topological_order(root)`, which
# lists parents before children, and keep the gradients in a dictionary, so that nobody's `.grad` is touched.

# %%
def gradient(root, leaf):
    grads = dict.fromkeys(topological_order(root), 0.0)
    grads[root] = 1.0
    ...  # your loop here
    return ...


check("2.3", gradient)

# %% [markdown]
# ## What you can now do
#
# - explain why gradients are added where a number is used more than once, and read off the paths behind the sum;
# - spot the naive recursion that is wrong on shared numbers, slow on many paths, and stuck on deep graphs;
# - put a graph into topological order, and write a complete backward pass in a few lines;
# - say what `zero_grad` is for, and when *not* to call it.
#
# With this you know all of backpropagation. [Notebook 3](03_from_neuron_to_network.ipynb) puts neurons together and
# lets it loose on them.
