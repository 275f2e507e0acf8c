# %% [markdown]
# # 8 · Derivatives of derivatives
#
# **The question: what can one do with exact derivatives, besides training networks?**
#
# A derivative is a function again, so it has a derivative, too. With the first one you know which way is down, with the
# second how the ground curves, and with both you can find minima in a handful of steps, follow curves that have no
# formula, and fit data to ten digits. On the way we meet the other direction of the chain rule, and at the end a few
# derivatives that the most used library gets wrong.

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
import math

import numpy as np
from exercises import check
from plotting import curves, dots, path, surface

from autograd import (Value, cos, differentiate, draw, exp, grad, hessian, hvp, jacobian, jvp, sin,
                      tanh, topological_order, vjp)

# %% [markdown]
# ## Functions in, functions out
#
# So far we had a number and asked for its gradient. `grad` takes a **function** and gives back a function, its
# derivative. So it can be applied to its own result.

# %%
f = tanh
print("f   ", f(0.5))
print("f′  ", grad(f)(0.5))
print("f″  ", grad(grad(f))(0.5))
print("f‴  ", grad(grad(grad(f)))(0.5))

# %%
curves({"tanh": tanh, "first": grad(tanh), "second": grad(grad(tanh)), "third": grad(grad(grad(tanh)))},
       -3, 3, xlabel="x", title="tanh and its derivatives").figure

# %% [markdown]
# How is that possible? The backward pass multiplies and adds numbers. If it is done with `Value`s instead of numbers, it
# leaves a graph behind, like every other calculation, and one can walk back through *that*. `differentiate(y, x)` does
# it for values you have already. Here is $y = x \cdot \sin x$, and the graph of its slope, $\sin x + x\cos x$. It is a
# graph like any other, so `backward()` walks through it, too, and leaves the slope *of the slope* at $x$:

# %%
x = Value(2.0, label="x")
y = x * sin(x)
y.label = "y"
slope = differentiate(y, x)
slope.label = "dy/dx"
slope.backward()
draw(slope)

# %% [markdown]
# Choose **Play** and move $x$. The number on the last card is the slope of $x \sin x$ at that place, and the ∂ on the card
# of $x$ says how fast that slope changes. Find a place where the slope is 0, the top or the bottom of a wave (near 2.03
# for one). Is the ∂ there negative? Then the slope is falling as you go on: it is a top.

# %%
bend = differentiate(slope, x)
print("second derivative:", bend.data)
print("by hand:          ", 2 * math.cos(2.0) - 2.0 * math.sin(2.0))

# %% [markdown]
# ## Many derivatives at one point: Taylor
#
# Who knows all derivatives at one point knows the function around it:
#
# $$f(x) \approx f(0) + f'(0)\,x + \frac{f''(0)}{2!}\,x^2 + \frac{f'''(0)}{3!}\,x^3 + \dots$$

# %%
from fractions import Fraction

coefficients, derivative = [], tanh
for k in range(8):
    coefficients.append(derivative(0.0) / math.factorial(k))
    derivative = grad(derivative)
print(", ".join(str(Fraction(c).limit_denominator(1000)) for c in coefficients))


# %% [markdown]
# These are the numbers of the textbook, $\tanh x = x - \frac13 x^3 + \frac{2}{15} x^5 - \frac{17}{315} x^7 + \dots$
# Each polynomial follows tanh a little longer, but none beyond $\pi/2$. (There is a reason in the complex
# numbers: tanh has a pole at $i\pi/2$.)

# %%
def taylor(degree):
    return lambda x: sum(c * x**k for k, c in enumerate(coefficients[: degree + 1]))


polynomials = {f"up to x^{degree}": taylor(degree) for degree in (1, 3, 5, 7)}
curves({"tanh": tanh, **polynomials}, -2.2, 2.2, dashed=list(polynomials), ylim=(-1.6, 1.6),
       xlabel="x", title="Taylor polynomials").figure

# %% [markdown]
# ## The other direction: forward mode
#
# Backpropagation walks from the result back to the inputs. One can also walk with the calculation, **forward**: each
# number carries along how fast it changes if the input changes. A number with such a companion is called a **dual
# number**, and a class for it is shorter than `Value`:

# %%
class Dual:
    def __init__(self, data, rate):
        self.data, self.rate = data, rate

    def __add__(self, other):
        return Dual(self.data + other.data, self.rate + other.rate)

    def __mul__(self, other):
        return Dual(self.data * other.data, self.rate * other.data + self.data * other.rate)

    def tanh(self):
        t = tanh(self.data)
        return Dual(t, self.rate * (1 - t * t))


a, b = Dual(0.3, 1.0), Dual(-2.0, 0.0)     # a changes at the rate 1, b does not change
y = (a * b + a).tanh()
print("y =", y.data, "  ∂y/∂a =", y.rate)

# %% [markdown]
# No graph, no memory, no second walk. The price: one sweep answers for **one** input. (For $\partial y/\partial b$ we
# would have to start again, with the rates 0 and 1.) Backward, one sweep answers for all inputs, but for **one** output.
# In glassgrad the two are called `jvp` and `vjp`; a table of all derivatives of all outputs is the **Jacobian**:

# %%
def spiral(p):
    radius, angle = p
    return [radius * cos(angle), radius * sin(angle), radius * angle]


at = [2.0, 0.5]
print("rows are outputs, columns inputs:")
for row in jacobian(spiral)(at):
    print([f"{entry:+.4f}" for entry in row])
print("forward, a column:", [f"{rate:+.4f}" for rate in jvp(spiral, (at,), ([1.0, 0.0],))[1]])
print("backward, a row:  ", [f"{rate:+.4f}" for rate in vjp(spiral, at)[1]([1.0, 0.0, 0.0])[0]])

# %% [markdown]
# What does a whole Jacobian cost? Each sweep visits each arrow of the graph once. So count the arrows, times the sweeps:

# %%
def layer(n, m):
    """The outputs of m neurons that all see 20 neurons that all see the same n inputs."""
    inputs = [Value(0.01 * i) for i in range(n)]
    hidden = [tanh(sum((v * 0.1 for v in inputs), Value(0.0))) for _ in range(20)]
    return [tanh(sum((h * 0.1 for h in hidden), Value(0.0))) for _ in range(m)]


print(f"{'inputs → outputs':>18} {'forward':>12} {'backward':>12}")
for n, m in [(1, 100), (10, 10), (100, 1)]:
    nodes = {node for output in layer(n, m) for node in topological_order(output)}
    arrows = sum(len(node.parents) for node in nodes)
    print(f"{n:>10} → {m:<5} {n * arrows:12,} {m * arrows:12,}   multiplications")

# %% [markdown]
# A network's loss has one output and millions of inputs: backward wins by a factor of millions, which is why
# everybody trains that way. A curve in space has one input and a few outputs: forward wins. (`jacobian` looks which is
# less.)

# %% [markdown]
# ## How the ground curves: Hessians
#
# For several inputs the second derivatives form a square table, the **Hessian** $H_{ij} = \partial^2 f/\partial x_i
# \partial x_j$. A famous valley, made by H. H. Rosenbrock in 1960 to annoy minimisers:
#
# $$f(x, y) = (1 - x)^2 + 100\,(y - x^2)^2$$

# %%
def valley(p):
    x, y = p
    return (1 - x) ** 2 + 100 * (y - x**2) ** 2


minimum = [1.0, 1.0]
print("gradient:", grad(valley)(minimum))
print("Hessian: ", hessian(valley)(minimum))
print("curvatures along its axes:", *np.linalg.eigvalsh(hessian(valley)(minimum)).round(4).tolist())

# %% [markdown]
# At the minimum the ground is flat, and it curves upwards 2,500 times more across the valley than along it. That is what
# makes it hard. For gradient descent, a step of the learning rate $\eta$ changes the distance across by the factor $1 -
# 1001.6\,\eta$, which has to stay above −1. So $\eta$ must be below $2/1001.6 = 0.001997$, and then the way along the
# valley, with a curvature of 0.4, takes thousands of steps. Let us see that it is exactly there:

# %%
for rate in (0.00199, 0.00201):
    p = np.array([1.001, 1.001])
    for _ in range(3000):
        p = p - rate * grad(valley)(p)
    print(f"η = {rate}: from a distance of 0.0014 to one of {math.dist(p, minimum):.1g}")

# %% [markdown]
# With a rate just below the limit it comes closer, with one just above it is driven off, and ends up jumping from one side
# of the valley to the other. So the second derivative told us how large a step may be. It can do more.
#
# **Newton's method** uses the Hessian to look where the bowl that fits the ground here has its bottom, and goes there:
#
# $$x \leftarrow x - H^{-1}\,\nabla f(x)$$
#
# Here $x$ stands for all variables, $\nabla f$ for the list of all first derivatives, and $H^{-1}\,\nabla f$ for the solution
# $s$ of the equations $H s = \nabla f$ (`solve` finds it). With one variable that is $x - f'(x)/f''(x)$.

# %% tags=["picture"]
start = [-1.2, 1.0]

newton = [tuple(start)]
for _ in range(6):
    p = np.array(newton[-1])
    newton.append(tuple((p - np.linalg.solve(hessian(valley)(p), grad(valley)(p))).tolist()))

descent = [tuple(start)]
for _ in range(1000):
    p = np.array(descent[-1])
    descent.append(tuple((p - 0.001 * grad(valley)(p)).tolist()))

ax = surface(lambda x, y: math.log10(valley([x, y]) + 1e-3), (-1.6, 1.6), (-4.0, 2.0))
path(descent, ax, "1000 steps of descent", 2)
path(newton, ax, "6 steps of Newton", 1)
ax.figure

# %%
for k, p in enumerate(newton):
    print(f"Newton {k}: f = {valley(p):.3g}")
print(f"descent after 1000 steps: f = {valley(descent[-1]):.3g}")

# %% [markdown]
# Look at step 2: $f$ *rises* from 4.7 to over 1,400, and in the picture the path leaps down to $y \approx -3.2$. Nothing has
# gone wrong. Newton does not go downhill, it goes to the bottom of the bowl that fits where it stands. The valley is
# curved, so that bowl is a good picture of the ground only nearby, and its bottom lies far outside, high up the wall.
# From there the next bowl happens to point back into the valley. On a less friendly function such a jump can end
# anywhere, and programs that use Newton's method shorten a step that makes $f$ larger.
#
# In the last steps the bowl fits, and the number of right digits doubles each time. Why is not everybody using it? A
# network of a million parameters has a Hessian of a million million entries. What one *can* have is the Hessian **times a vector**,
# at about the price of a gradient or two: `hvp` sends a direction forward and one sweep backward. It is enough to find
# the largest curvature: multiply a vector by $H$ again and again, and it turns into the direction that curves most.

# %%
v = [1.0, 1.0]
for _ in range(10):
    (v,) = hvp(valley, (minimum,), (v,))
    curvature = math.hypot(*v)
    v = [entry / curvature for entry in v]
print("largest curvature:", round(curvature, 4))

# %% [markdown]
# ## Functions without a formula
#
# Kepler's equation says where a planet is: after the time $M$ (an angle, as of a clock) on an orbit of eccentricity
# $e$, the angle $E$ seen from the middle of the ellipse solves
#
# $$E - e \sin E = M$$
#
# No formula gives $E$. Newton's method finds it, with the derivative from `grad`:

# %%
def kepler(E, e, M):
    return E - e * sin(E) - M


def position(e, M):
    E = M
    for _ in range(8):
        E = E - kepler(E, e, M) / grad(kepler)(E, e, M)
    return E


E = position(0.5, 1.0)
print("E =", E, "  left over:", kepler(E, 0.5, 1.0))

# %% [markdown]
# How does $E$ change if the orbit gets more eccentric? We need not differentiate eight rounds of Newton. Whatever $e$
# is, $g(E(e), e) = 0$; so the derivative of that is 0, too, and by the chain rule
#
# $$\frac{\partial g}{\partial E}\,\frac{dE}{de} + \frac{\partial g}{\partial e} = 0
# \qquad\Longrightarrow\qquad \frac{dE}{de} = -\,\frac{\partial g/\partial e}{\partial g/\partial E}$$

# %%
g_E, g_e = grad(kepler, argnums=(0, 1))(E, 0.5, 1.0)
print("implicit:       ", -g_e / g_E)
print("through Newton: ", grad(position)(0.5, 1.0))
print("by a nudge:     ", (position(0.500001, 1.0) - position(0.499999, 1.0)) / 0.000002)

# %% [markdown]
# ## Fitting data to certified digits
#
# The National Institute of Standards and Technology of the USA publishes
# [data sets with the right answers](https://www.itl.nist.gov/div898/strd/), to 11 digits, to test programs that fit
# curves. This one (Rat42, from Ratkowsky 1983) is about a pasture: grass grown against days.
# It is rated "higher difficulty". The model is a curve of growth,
#
# $$y = \frac{b_1}{1 + e^{\,b_2 - b_3 x}}$$
#
# and we want the $b$ with the smallest sum of squared **residuals** (data minus curve). NIST also certifies how uncertain each
# $b$ is, its standard deviation.

# %%
import csv

with open("data/nist_rat42.csv") as file:
    days, grass = zip(*[(float(row["days"]), float(row["yield"])) for row in csv.DictReader(file)])

CERTIFIED = [72.462237576, 2.6180768402, 0.067359200066]
DEVIATIONS = [1.7340283401, 0.088295217536, 0.0034465663377]


def growth(b, x):
    return b[0] / (1 + exp(b[1] - b[2] * x))


def residuals(b):
    return [y - growth(b, x) for x, y in zip(days, grass)]


# %% [markdown]
# For a sum of squares there is a cheap stand-in for the Hessian, made of first derivatives only: $J^\mathsf{T} J$, with
# the Jacobian $J$ of the residuals. (That is **Gauss and Newton's** method.) Far from the goal its steps may be too bold, so
# we add a damping $\lambda$ to the diagonal, less after each success and more after each failure (**Levenberg** and
# **Marquardt**).

# %%
def fit_curve(b, jacobian_of, steps=60):
    b, damping = np.array(b), 1.0
    for _ in range(steps):
        r, J = np.array(residuals(list(b))), np.array(jacobian_of(list(b)))
        bowl = J.T @ J
        step = np.linalg.solve(bowl + damping * np.diag(np.diag(bowl)), -J.T @ r)
        after = np.array(residuals(list(b + step)))
        if after @ after <= r @ r:
            b, damping = b + step, damping / 10
        else:
            damping *= 10
    return b.tolist(), J, r


def digits(found, certified):
    errors = [abs(f - c) / abs(c) for f, c in zip(found, certified)]
    return [round(-math.log10(max(error, 1e-11)), 1) for error in errors]


for start in ([100.0, 1.0, 0.1], [75.0, 2.5, 0.07]):
    b, J, r = fit_curve(start, jacobian(residuals))
    spread = np.sqrt(np.diag(np.linalg.inv(J.T @ J)) * (r @ r) / (len(days) - 3))
    print("from", start)
    for name, found, truth in [("parameters", b, CERTIFIED), ("deviations", spread, DEVIATIONS)]:
        print(f"  {name}:", *[f"{v:.11g}" for v in found], " right digits:", digits(found, truth))

# %%
ax = curves({"fitted": lambda x: growth(b, x)}, 5, 90, xlabel="days", ylabel="yield")
dots(list(zip(days, grass)), ax, "measured", 1)
ax.figure

# %% [markdown]
# Ten digits or more of the eleven, from both starting points that NIST prescribes. Now the same program, but with derivatives
# by nudging, as many programs do by default:

# %%
def nudged(size):
    def jacobian_of(b):
        columns = []
        for k in range(3):
            h = size * abs(b[k])
            moved = residuals([value + h * (i == k) for i, value in enumerate(b)])
            columns.append([(after - before) / h for after, before in zip(moved, residuals(b))])
        return np.array(columns).T

    return jacobian_of


for size in (1e-2, 1e-5, 1e-8, 1e-11):
    b, _, _ = fit_curve([75.0, 2.5, 0.07], nudged(size))
    print(f"nudges of {size:g}: right digits {digits(b, CERTIFIED)}")

# %% [markdown]
# Too large a nudge, and the slope belongs to another place; too small, and rounding eats it. And who tells you which
# nudge is right for *your* data? An exact derivative has no such knob.

# %% [markdown]
# ## When a library's derivative is wrong
#
# "Exact" deserves a closer look. The derivatives below come from PyTorch 2.13.0 (CPU, double precision); they were
# measured once and written down in a file. The truth was computed with 60 digits.

# %%
import autograd


def error(found, truth):
    if math.isnan(truth):
        return "right" if math.isnan(found) else "should be nan"
    off = abs(found - truth) / abs(truth)
    if off < 1e-15:
        return "right"
    return f"off by {100 * off:.2g} %" if off < 0.1 else f"off by {100 * off:.0f} %"


print(f"{'':>22} {'PyTorch 2.13.0':>22} {'':16} {'glassgrad':>22}")
with open("data/slopes_of_pytorch.csv") as file:
    rows = [(row.pop("function"), *map(float, row.values())) for row in csv.DictReader(file)]
for name, where, torch, truth in rows:
    ours = grad(getattr(autograd, name))(where)
    what = f"{name}′({where})"
    print(f"{what:>22} {torch:>22.15g} {error(torch, truth):16} {ours:>22.15g} {error(ours, truth)}")

# %% [markdown]
# Three different reasons:
#
# 1. **The derivative is taken from a rounded result.** $\tanh' = 1 - t^2$ is a true formula, and the fast one, for the $t$
#    is there already. But near 1, floats lie $10^{-16}$ apart, and what we want to know, the distance from 1, is just
#    what was rounded away. At 19 nothing but the last bit is left; the sigmoid at 37 has rounded to 1 entirely. (The others,
#    from gelu to asin, lose their digits in the same way, in a sum of two numbers that nearly cancel; softplus is replaced
#    by $x$ itself above 20, so its slope is 1.)
# 2. **Something in between leaves the range of floats.** $\operatorname{asinh}' = 1/\sqrt{1 + x^2}$, and $10^{400}$ is
#    infinite.
# 3. **A formula is used where the function is not defined.** $\log(-1)$ is `nan`, yet its derivative comes out as the
#    perfectly finite $1/x = -1$. A loss of `nan` whose gradients look healthy is the worst case of all: nobody notices.
#
# The way out is never more digits, but another formula for the same thing:

# %%
x = 19.0
t, e = math.tanh(x), math.exp(-2 * x)
print("1 − t²          ", 1 - t * t)
print("4e/(1 + e)²     ", 4 * e / (1 + e) ** 2, "  with e = exp(−2x)")

# %% [markdown]
# Does it matter? When training a network, hardly ever: a gradient of $10^{-16}$ is as good as none. It matters as soon as
# one *divides* by a derivative, as Newton's method does, or takes derivatives of derivatives, where such errors are fed
# into the next formula. In `autograd/ops.py` each row of the table has been measured against the truth, over its whole
# domain.

# %% [markdown]
# ## Now you
#
# **Exercise 1.** $f(x) = x^2 e^x$. What is $f''(0)$? Work it out by hand first.

# %%
second = ...

check("8.1", second)


# %% [markdown]
# **Exercise 2.** Write a function that finds a **minimum** of `f` near `x` by Newton's method for one variable. (A
# minimum is a zero of $f'$, so whose derivative must you divide by?)

# %%
def minimise(f, x, steps=20):
    for _ in range(steps):
        ...
    return ...


check("8.2", minimise)

# %% [markdown]
# **Exercise 3.** The curve $x^2 + xy + y^2 = 7$ runs through the point $(1, 2)$. What is its slope $dy/dx$ there?

# %%
slope_of_curve = ...

check("8.3", slope_of_curve)

# %% [markdown]
# ## What you can now do
#
# - take derivatives of any order, of functions and of values you have, and look at the graph of a derivative;
# - choose between forward and backward mode by counting inputs and outputs;
# - read curvature off a Hessian, find out which learning rate is too large, and use Newton's method;
# - differentiate what is only given by an equation, and fit a curve to certified digits;
# - say why a true formula can give a wrong derivative on a computer.
#
# All of this built its graphs anew for every number. [Notebook 9](09_record_and_replay.ipynb) builds them once.
