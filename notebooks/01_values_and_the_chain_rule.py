# %% [markdown]
# # 1 · Values and the chain rule
#
# **The question: how can a program know the slope of a number that it has just computed?**
#
# A neural network is a formula with knobs. It learns by asking, for each knob: *if I turned this one a little, would the
# result get better or worse, and by how much?* The answer is a derivative. In this notebook you meet derivatives as
# nudges, the chain rule as a product of nudges, and a number that remembers how it was made, which is all a computer
# needs to apply the chain rule by itself. (You need to know what a function is, and to read a little Python.)

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
from plotting import curves, still

from autograd import Value, check_gradients, draw, stepper, steps

# %% [markdown]
# ## A derivative says what a nudge does
#
# Take a function of one number. Put in 3, then put in slightly more than 3, and compare: how much did the result move,
# for each unit that the input moved?

# %%
def f(x):
    return 3 * x**2 - 4 * x + 5


h = 0.001
(f(3 + h) - f(3)) / h

# %% [markdown]
# Near $x = 3$ the result moves about 14 times as fast as the input. That number, for a nudge $h$ that shrinks to
# nothing, is the **derivative** of $f$ at 3:
#
# $$f'(x) = \lim_{h \to 0} \frac{f(x + h) - f(x)}{h}$$
#
# The rules of calculus give $f'(x) = 6x - 4$, so $f'(3) = 14$ exactly. In the picture it is the slope of the line that
# touches the curve at 3.

# %%
ax = curves({"f(x)": f, "slope 14 at x = 3": lambda x: f(3) + 14 * (x - 3)}, -2, 5,
            dashed=["slope 14 at x = 3"], xlabel="x")
ax.plot(3, f(3), "o", color="#1e293b")
ax.figure

# %% [markdown]
# Why not simply use a tiny $h$ for everything? Watch what happens as it shrinks:

# %%
for k in range(1, 17, 3):
    h = 10.0**-k
    print(f"h = 1e-{k:<2}   slope = {(f(3 + h) - f(3)) / h:.10f}")

# %% [markdown]
# At first the answer gets better, then worse, and in the end it is 0: a computer keeps about 16 digits of a number, and
# the difference of two nearly equal numbers has few of them left. Nudging also costs one run of the whole
# program *per knob*, and networks have millions of knobs. We can do better on both counts: exact, and all knobs at
# once.

# %% [markdown]
# ## Several inputs: partial derivatives
#
# With several inputs we nudge one and hold the others still. The result is a **partial derivative**, written with a
# round ∂. For $d = a \cdot b + c$:

# %%
def d_of(a, b, c):
    return a * b + c


a, b, c, h = 2.0, -3.0, 10.0, 0.0001
start = d_of(a, b, c)
print("∂d/∂a ≈", round((d_of(a + h, b, c) - start) / h, 6))
print("∂d/∂b ≈", round((d_of(a, b + h, c) - start) / h, 6))
print("∂d/∂c ≈", round((d_of(a, b, c + h) - start) / h, 6))

# %% [markdown]
# Look at the three numbers. Nudging $a$ is multiplied by $b = -3$ on its way. Nudging $b$ is multiplied by $a = 2$.
# Nudging $c$ arrives as it is. These are the two rules used most in this whole collection:
#
# | operation | towards its first operand | towards its second |
# |---|---|---|
# | $s = u + v$ | $\partial s/\partial u = 1$ | $\partial s/\partial v = 1$ |
# | $p = u \cdot v$ | $\partial p/\partial u = v$ | $\partial p/\partial v = u$ |

# %% [markdown]
# ## One function inside another
#
# Now let $u$ be made from $x$, and $y$ from $u$. Think of gear wheels. If $u$ turns 6 times as fast as $x$, and $y$
# turns half as fast as $u$, then $y$ turns $6 \cdot \tfrac12 = 3$ times as fast as $x$. Rates of a chain **multiply**:
#
# $$\frac{dy}{dx} = \frac{dy}{du} \cdot \frac{du}{dx}$$
#
# This is the **chain rule**. Here it is with $u = x^2 + 1$, whose slope is $2x$, and $y = u^3$, whose slope is $3u^2$:

# %%
x = 0.5
u = x**2 + 1
du_dx = 2 * x
dy_du = 3 * u**2               # taken at u, the number that went into the cube
nudge = 1e-6
print("chain rule:", dy_du * du_dx)
print("a nudge:   ", (((x + nudge) ** 2 + 1) ** 3 - (x**2 + 1) ** 3) / nudge)

# %% [markdown]
# Note the one thing people get wrong: $dy/du$ is taken at $u$, the number that really went into the cube, not at $x$.
# So whoever applies the chain rule must still know the numbers in between. Which brings us to…

# %% [markdown]
# ## A number that remembers
#
# A `Value` holds a number, and whenever you calculate with it, the result notes **what operation made it, and from
# what**. Nothing else is special about it. (A `label` is a name for pictures; it changes nothing.)

# %%
a = Value(2.0, label="a")
b = Value(-3.0, label="b")
c = Value(10.0, label="c")
e = a * b
e.label = "e"
d = e + c
d.label = "d"
d

# %%
print("d was made by", d.op.name, "from", [parent.label for parent in d.parents])
print("e was made by", e.op.name, "from", [parent.label for parent in e.parents])
print("a was made by", a.op, "from", list(a.parents), "(it is an input)")

# %% [markdown]
# So the result knows its whole history, a **graph** that leads back to the inputs. `draw` shows it. Blue cards are
# inputs, grey ones operations, the green card is the result. Read it from left to right. (`still` shows the picture alone.
# By itself, `draw` gives a page that one can play with. We come to that.)

# %%
still(draw(d))

# %% [markdown]
# The small numbers on the arrows, ×−3 and ×2 and ×1, are the point of it all.

# %% [markdown]
# ## Local derivatives
#
# An operation knows nothing of the graph around it. But it knows its own operands, so it can say at once by how much
# *its own* result moves when one of *them* is nudged. That is its **local derivative** towards that operand. The
# product $e = a \cdot b$ says: towards $a$ it is $b$, that is −3; towards $b$ it is $a$, that is 2.

# %%
for node in (e, d):
    for parent, local in zip(node.parents, node.local_grads):
        print(f"∂{node.label}/∂{parent.label} = {local:g}")

# %% [markdown]
# Every operation you will meet comes with such a rule: one line per operand, kept in one table (`autograd/ops.py`).
# Everything beyond the table is multiplying and adding.

# %% [markdown]
# ## Backward by hand
#
# Let us make the graph one step longer and find the derivative of the result $L$ with respect to *everything*.

# %%
k = Value(-2.0, label="k")
L = d * k
L.label = "L"
still(draw(L))

# %% [markdown]
# We walk from the right to the left, and at each card we write down "by how much does $L$ move if this moves?". The
# cards have a third row for it, still empty: `∂ –`.
#
# 1. $L$ itself: if $L$ moves by 1, $L$ moves by 1. So $\partial L/\partial L = 1$. (That is where it starts.)
# 2. $L = d \cdot k$, so $\partial L/\partial d = k = -2$ and $\partial L/\partial k = d = 4$.
# 3. $d = e + c$. One step further back the chain rule multiplies: $\partial L/\partial e = \partial L/\partial d \cdot
#    \partial d/\partial e = -2 \cdot 1 = -2$, and $\partial L/\partial c = -2 \cdot 1 = -2$ as well.
# 4. $e = a \cdot b$: $\partial L/\partial a = \partial L/\partial e \cdot b = -2 \cdot (-3) = 6$ and
#    $\partial L/\partial b = \partial L/\partial e \cdot a = -2 \cdot 2 = -4$.

# %%
dL_dL = 1.0
dL_dd = dL_dL * k.data
dL_dk = dL_dL * d.data
dL_de = dL_dd * 1.0
dL_dc = dL_dd * 1.0
dL_da = dL_de * b.data
dL_db = dL_de * a.data
print(f"a {dL_da:g}, b {dL_db:g}, c {dL_dc:g}, d {dL_dd:g}, e {dL_de:g}, k {dL_dk:g}")

# %% [markdown]
# Each line is the same sentence: **what arrived from the right, times the local derivative on the arrow.** A computer
# can do that.

# %% [markdown]
# ## `backward()`

# %% tags=["picture"]
L.backward()
still(draw(L))

# %% [markdown]
# All the third rows are filled in, with the very numbers we found by hand; red is positive, blue negative, the
# stronger the larger. In the program they are called `.grad`:

# %%
by_hand = {a: dL_da, b: dL_db, c: dL_dc, d: dL_dd, e: dL_de, k: dL_dk}
all(node.grad == slope for node, slope in by_hand.items())

# %% [markdown]
# One walk has given the derivatives towards all inputs, however many there are. That is why this direction, from the
# result back to the inputs (**reverse mode**, or **backpropagation**), is the one that trains networks.
#
# Are the numbers right? `check_gradients` takes the formula as a function, finds the derivatives towards its four inputs,
# and compares them with nudges, done very carefully. (`methods` says which way of applying the chain rule is checked:
# ours. Notebook 8 shows the other one.)

# %%
check_gradients(lambda a, b, c, k: (a * b + c) * k, 2.0, -3.0, 10.0, -2.0, methods=["reverse"])

# %% [markdown]
# ## Touch it
#
# A derivative is a promise: *if this moved by a little, the result would move by so much.* Try it in the picture below.
# Choose **Play** above it. Every input can now be moved: drag its number, use the arrow keys, or type. Then:
#
# - nudge $a$, and read how far $L$ really moved, beside what the gradient had promised. They agree, because a product
#   is a straight line as long as the other factor stays where it is;
# - move $k$ to 0 and look at the gradients. Of the inputs only $k$ keeps one: nothing else reaches $L$ any more;
# - make $k$ positive, and the signs of all the others turn round.
#
# (Where the page is shown without scripts, as on GitHub, you see the still picture.)

# %%
draw(L)

# %% [markdown]
# ## Step by step
#
# `steps(L)` tells the same story one event at a time: first every operation forward, then the start
# $\partial L/\partial L = 1$, then one event for every arrow, backward.

# %%
for step in steps(L):
    kind = type(step).__name__
    if kind == "ForwardStep":
        print(f"forward   {step.node.label} = {step.node.data:g}")
    elif kind == "SeedStep":
        print(f"start     ∂L/∂{step.node.label} = {step.gradient:g}")
    else:
        node, parent = step.node.label, step.parent.label
        print(f"backward  ∂L/∂{node} × ∂{node}/∂{parent} =", end=" ")
        print(f"{step.upstream:g} × {step.local:g} = {step.product:g}")

# %% [markdown]
# The stepper plays these events on the drawing. Click through it with the buttons or the arrow keys; with *Predict
# first* it hides each number until you have made your guess.

# %%
stepper(L)

# %% [markdown]
# ## Now you
#
# Put your answers in the place of the dots. `check` says whether they are right, and gives a hint where they are not yet;
# `report()`, from the same module, is a table of how far you have come.
#
# **Exercise 1.** Write the derivative of $g(x) = x^3 - 2x$ as a Python function of `x`.

# %%
def g_prime(x):
    return ...


check("1.1", g_prime)

# %% [markdown]
# **Exercise 2.** $y = (3x + 1)^2$ at $x = 1$. Let $u = 3x + 1$. Without running `backward()`, fill in the two local
# derivatives and their product.

# %%
dy_du = ...
du_dx = ...
dy_dx = ...

check("1.2", (dy_du, du_dx, dy_dx))

# %% [markdown]
# **Exercise 3.** Build a `Value` called `y` out of `p = Value(4.0)` and `q = Value(-1.0)` such that after
# `y.backward()` the gradient of `p` is 8 and that of `q` is 3. (There are many right answers. What must multiply `p`,
# or happen to it?)

# %%
p = Value(4.0, label="p")
q = Value(-1.0, label="q")
y = ...

check("1.3", (y, p, q))

# %% [markdown]
# ## What you can now do
#
# - say what a derivative is (the effect of a nudge), what a partial derivative is, and why tiny nudges fail on
#   computers;
# - apply the chain rule to a function inside another, and know where each factor is taken;
# - read a computation graph with its local derivatives, and carry gradients through it from right to left by hand;
# - let `backward()` do it, and watch every multiplication with `steps()` and `stepper()`.
#
# One thing we avoided: in every graph above, each number was used *once*. What happens when one is used twice is the
# question of [notebook 2](02_why_the_order_matters.ipynb).
