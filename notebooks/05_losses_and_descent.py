# %% [markdown]
# # 5 · Losses and descent
#
# **The question: what exactly do we minimise when we train, and which is the best way down?**
#
# These are two questions, and this notebook has two parts, for two evenings. In
# [notebook 4](04_training_two_moons.ipynb) we took a loss and an optimizer off the shelf; here we look at the shelf.
# **Part one: what we minimise.** Losses, what each of them wants, and which output goes with which. **Part two: the way
# down**, from plain gradient descent to Adam, and what to do where descent gets stuck. Each part ends with exercises.

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
import random

from exercises import check
from IPython.display import display
from plotting import COLORS, curves, dots, grid, lines, new_axes, path, style, surface

import nn
from autograd import Value, cos, grad, mean, sigmoid, softmax, tanh

# %% [markdown]
# # Part one: what we minimise
#
# ## Loss and cost
#
# The **loss** says how wrong the model is on *one* example. The **cost** is the mean of the losses over all examples
# (often with a penalty added). Training minimises the cost; the loss is what it is made of. (Many people say "loss" for
# both, and so does `nn`: every loss there takes lists, and `reduction` says what becomes of the single losses.)

# %%
predicted, actual = [2.5, 0.0, 4.0], [3.0, -0.5, 2.0]
print("losses:", nn.mse(predicted, actual, reduction="none"))
print("cost:  ", nn.mse(predicted, actual))

# %% [markdown]
# ## Every loss with its derivative
#
# What a loss *wants* shows in its derivative: that is the pull it exerts on the prediction. On the left the losses, on
# the right their derivatives, which the engine finds; we only name the loss. First the losses for **numbers**, over the
# error $r = \hat y - y$, the prediction $\hat y$ (with a hat) less the truth $y$:

# %%
def losses_and_pulls(losses, xlabel, reach, ylim):
    left, right = new_axes(2)
    pulls = {name: grad(loss) for name, loss in losses.items()}
    curves(losses, -reach, reach, left, title="loss", xlabel=xlabel, ylim=ylim)
    curves(pulls, -reach, reach, right, title="derivative: the pull", xlabel=xlabel, ylim=(-2.5, 2.5))
    return right.figure


names = ["mse", "half_mse", "mae", "huber", "log_cosh"]
numbers = {name: lambda r, loss=nn.LOSSES[name]: loss(r, 0.0) for name in names}
losses_and_pulls(numbers, "error r", 3, (-0.2, 5))

# %% [markdown]
# - **Squared error** pulls in proportion to the error: twice as far off, twice the pull. (Half of it has the derivative
#   $r$ itself, which is why textbooks like it.)
# - **Absolute error** pulls with the same force however far off you are; at 0 it flips.
# - **Huber** and **log cosh** are squared errors near 0 and absolute ones far out: a pull that grows, but no further
#   than a limit.
#
# Next the losses for **two classes**. Here $x$ is the score (or *logit*) in favour of class 1, and class 1 is right:

# %%
two = {
    "hinge": lambda x: nn.hinge(x, 1),
    "binary_cross_entropy": lambda x: nn.binary_cross_entropy(sigmoid(x), 1),
    "the same, with_logits": lambda x: nn.binary_cross_entropy_with_logits(x, 1),
    "focal": lambda x: nn.focal(x, 1),
}
losses_and_pulls(two, "score x of the right class", 4, (-0.2, 5))

# %% [markdown]
# The hinge stops caring once the score is beyond 1. The **cross-entropy**, $-\log p$ of the right class, never quite
# stops: it always wants a little more certainty, and a prediction that is certain *and wrong* costs without limit.
# The second and the third are the same function, computed in two ways (one curve lies on the other); the one "with
# logits" keeps its digits where a probability would round to 0 or 1. The focal loss is a cross-entropy that hardly looks at easy examples.
#
# And for **several classes**, over the score of the right class, with the others at 0:

# %%
shares = [0.8, 0.1, 0.1]
several = {
    "cross_entropy": lambda x: nn.cross_entropy([x, 0.0, 0.0], 0),
    "categorical_cross_entropy": lambda x: nn.categorical_cross_entropy([x, 0.0, 0.0], shares),
    "kl_divergence": lambda x: nn.kl_divergence([x, 0.0, 0.0], shares, from_logits=True),
    "multi_class_hinge": lambda x: nn.multi_class_hinge([x, 0.0, 0.0], 0),
    "multi_label": lambda x: nn.multi_label([x, 0.0, 0.0], [1, 0, 0]),
}
losses_and_pulls(several, "score x of the right class", 4, (-0.2, 5))

# %% [markdown]
# `categorical_cross_entropy` takes a whole distribution as the target, here (0.8, 0.1, 0.1). It is smallest where the
# network says exactly that, but not 0 there. The **KL divergence** is the same less its smallest possible value, so
# it is 0 exactly where the two distributions agree. Their derivatives are equal: on the right, one curve hides the other.

# %% [markdown]
# ## Which output goes with which loss
#
# | you predict | outputs | activation of the output | loss |
# |---|---|---|---|
# | a number | 1 | none | squared, absolute, Huber |
# | one of two classes | 1 | sigmoid | binary cross-entropy |
# | one of two classes, with a margin | 1 | none | hinge |
# | one of $k$ classes | $k$ | softmax | cross-entropy |
# | any number of $k$ labels | $k$ | sigmoid each | multi-label (binary cross-entropy per label) |
#
# Why not sigmoid and squared error? Take a network that is sure and wrong: the right class is 1, its score is −6. Which
# pull does each loss send back to the score?

# %%
pulls = {
    "sigmoid + squared error": grad(lambda x: (sigmoid(x) - 1) ** 2),
    "sigmoid + cross-entropy": grad(lambda x: nn.binary_cross_entropy_with_logits(x, 1)),
}
for name, pull in pulls.items():
    print(f"{name}: {pull(-6.0):+.4f}")
curves(pulls, -8, 8, xlabel="score, where the right answer is 1",
       title="derivative towards the score").figure

# %% [markdown]
# With the squared error the pull dies exactly where it is needed most, because it is multiplied by the slope of the
# sigmoid, which is nearly 0 there. With the cross-entropy the two factors cancel, and what remains is as simple as it
# could be: **prediction minus truth**, $p - y$. The same happens with softmax and cross-entropy:

# %%
scores = [Value(1.0), Value(-0.5), Value(2.0)]
nn.cross_entropy(scores, 0).backward()
p = [value.data for value in softmax(scores)]
print("p − y:   ", [round(p[0] - 1, 6), round(p[1], 6), round(p[2], 6)])
print("gradient:", [round(s.grad, 6) for s in scores])

# %% [markdown]
# ## Outliers
#
# Twelve points along a line, one of which somebody typed in wrongly. We fit a line with each loss:

# %%
rng = random.Random(0)
points = [(x / 2, 0.5 * x / 2 + 1 + rng.gauss(0, 0.15)) for x in range(12)]
points[9] = (4.5, 12.0)


def fitted_line(loss, steps=600):
    a, b = Value(0.0), Value(0.0)
    optimizer = nn.Adam([a, b], lr=0.02)
    for _ in range(steps):
        optimizer.zero_grad()
        loss([a * x + b for x, _ in points], [y for _, y in points]).backward()
        optimizer.step()
    return a.data, b.data


ax = dots(points, name="points", color=7)
for k, name in enumerate(["mse", "mae", "huber"]):
    a, b = fitted_line(nn.LOSSES[name])
    print(f"{name:5}: y = {a:.2f} x + {b:.2f}   (without the outlier it should be 0.5 x + 1)")
    ax.plot([0, 5.5], [b, a * 5.5 + b], color=COLORS[k], label=name)
with style():
    ax.legend(loc="upper left")
ax.figure

# %% [markdown]
# The squared error lets one wrong point drag the line away, because that point's pull grows with its distance. For the
# absolute loss it pulls no harder than anybody else, for Huber's no harder than the limit. The simplest case says it
# all: the *single number* with the smallest squared error is the **mean**, the one with the smallest absolute error is
# the **median**.

# %%
numbers = [1.0, 2.0, 3.0, 4.0, 100.0]
for name in ("mse", "mae"):
    loss = nn.LOSSES[name]
    best = min(grid(0, 100, 1001), key=lambda c: loss([c] * 5, numbers))
    print("smallest", name, "at", best)
print("mean:", sum(numbers) / 5, " median:", sorted(numbers)[2])

# %% [markdown]
# ## Where the squared error comes from
#
# (This section uses a little probability. You can skip it.) Suppose the truth is a line, and what we measure is that line plus noise from a normal distribution with spread $\sigma$.
# Which line makes our measurements *most likely*? The density of one measurement is $\frac{1}{\sqrt{2\pi}\,\sigma}
# e^{-(y - \hat y)^2 / 2\sigma^2}$. For independent measurements densities multiply, so logarithms add:
#
# $$-\log(\text{likelihood}) = n \log(\sqrt{2\pi}\,\sigma) + \frac{n}{2\sigma^2} \cdot \underbrace{\frac1n \sum (y - \hat y)^2}_{\text{mean squared error}}$$
#
# The first term does not depend on the line. **So the most likely line is the one with the smallest mean squared error.**
# (With noise from a Laplace distribution, which has more outliers, it would be the absolute error; for yes-or-no
# answers the same argument gives the cross-entropy.) Checked for a range of slopes:

# %%
sigma = 0.5
clean = [(x / 10, 0.8 * x / 10 + rng.gauss(0, sigma)) for x in range(40)]


def minus_log_likelihood(a):
    total = 0.0
    for x, y in clean:
        bell = math.exp(-((y - a * x) ** 2) / (2 * sigma**2))
        total -= math.log(bell / (math.sqrt(2 * math.pi) * sigma))
    return total


def from_mse(a):
    n, mse = len(clean), nn.mse([a * x for x, _ in clean], [y for _, y in clean])
    return n * math.log(math.sqrt(2 * math.pi) * sigma) + n / (2 * sigma**2) * mse


functions = {"−log likelihood": minus_log_likelihood, "from the squared error": from_mse}
curves(functions, 0, 1.6, dashed=["from the squared error"], xlabel="slope of the line").figure

# %% [markdown]
# ## One minimum or several?
#
# For a *linear* model the squared error is a **bowl** (it is *convex*): wherever you start, downhill leads to the one
# lowest point. For a network it is not. Take the smallest one there is, $\hat y = w_2 \tanh(w_1 x)$, and draw its cost
# over its two weights:

# %%
xs = grid(-2, 2, 9)


def bowl(a, b):
    return mean([(a * x + b - (0.8 * x + 0.5)) ** 2 for x in xs])


def two_valleys(w1, w2):
    return mean([(w2 * tanh(w1 * x) - tanh(1.5 * x)) ** 2 for x in xs])


left, right = new_axes(2, 4.4, 3.8)
steep = [0.01 * 2**k for k in range(11)]
surface(bowl, (-2, 3), (-2, 3), left, steep)
surface(two_valleys, (-3, 3), (-3, 3), right, steep)
with style():
    left.set(title="a line: one minimum", xlabel="a", ylabel="b")
    right.set(title="one tanh neuron: two", xlabel="w₁", ylabel="w₂")
right.figure

# %% [markdown]
# Turn both weights around and the network computes the same function: two valleys, with a pass between them. With $n$
# hidden neurons there are $2^n \cdot n!$ such twins (turn any neuron around, put them in any order). These are
# harmless, since all are equally good. But there can also be valleys that are *less* deep, and we come back to them.

# %% [markdown]
# ## Now you: the first question
#
# **Exercise 1.** Choose for each task the activation of the output (`"none"`, `"sigmoid"` or `"softmax"`) and the loss
# (`"mse"`, `"binary_cross_entropy"` or `"cross_entropy"`): the price of a house; whether a mail is spam; which of
# ten digits is in a picture; which of twenty topics (several may apply) an article is about.

# %%
house = ...  # for example ("sigmoid", "mse")
spam = ...
digit = ...
topics = ...

check("5.1", (house, spam, digit, topics))

# %% [markdown]
# # Part two: the way down
#
# ## Descent on a plain function
#
# Forget networks for a moment. Here is a function of two numbers, and gradient descent on it:
# $f(x, y) = (x - 1)^2 + 2\,(y + 0.5)^2$.

# %%
def f(x, y):
    return (x - 1) ** 2 + 2 * (y + 0.5) ** 2


def descend(f, start, rate, steps):
    x, y = Value(start[0], label="x"), Value(start[1], label="y")
    points = [start]
    for _ in range(steps):
        x.grad = y.grad = 0.0
        f(x, y).backward()
        x.data -= rate * x.grad
        y.data -= rate * y.grad
        points.append((x.data, y.data))
    return points


axes = new_axes(3, 3.6, 3.4)
for ax, rate in zip(axes, (0.02, 0.2, 0.48)):
    surface(f, (-2.5, 2.5), (-2.5, 2.5), ax)
    with style():
        ax.set_title(f"learning rate {rate}")
    path(descend(f, (-2.0, 1.8), rate, 25), ax)
axes[0].figure

# %% [markdown]
# Too small, and it does not arrive. About right. Almost too large: it overshoots the valley floor in every step. Here,
# beyond 0.5 it would climb the walls higher and higher: along $y$ the slope is $4\,(y + 0.5)$, so a step multiplies the
# distance to the minimum by $1 - 4\eta$, which must stay between −1 and 1.

# %% [markdown]
# ## The perceptron
#
# The oldest learning rule of all (Rosenblatt 1958): go through the examples; where the answer is wrong, add or subtract
# the input. Nothing else.
#
# $$w \leftarrow w + \eta\,(y - \hat y)\,x \qquad \hat y = 1 \text{ if } w \cdot x + b > 0 \text{ else } 0$$
#
# It is gradient descent in disguise: the sum $z = w \cdot x + b$ has the gradient $x$ towards $w$ (look at any dot
# product in a drawing), and the rule follows it downhill on the loss $\max(0, -t z)$, with $t = \pm 1$, example by
# example.

# %%
def train_perceptron(table, rounds=12):
    w, b = [Value(0.0), Value(0.0)], Value(0.0)
    mistakes = []
    for _ in range(rounds):
        mistakes.append(0)
        for x, y in table.items():
            z = w[0] * x[0] + w[1] * x[1] + b
            z.backward()                                   # the gradient of z is (x, 1)
            error = y - (z.data > 0)
            mistakes[-1] += error != 0
            for p in (*w, b):
                p.data += 0.5 * error * p.grad
                p.grad = 0.0
    return mistakes


AND = {(0, 0): 0, (0, 1): 0, (1, 0): 0, (1, 1): 1}
XOR = {(0, 0): 0, (0, 1): 1, (1, 0): 1, (1, 1): 0}
print("AND:", train_perceptron(AND), "mistakes per round")
print("XOR:", train_perceptron(XOR), "mistakes per round")

# %% [markdown]
# If a straight line can separate the classes, it finds one after finitely many mistakes. XOR has no such line, and the
# perceptron goes on for ever. That is what hidden layers are for.

# %% [markdown]
# ## Closed form or iteration?
#
# For a line and the squared error we need not descend at all: set both derivatives to 0 and solve. The solution is
# $a = \frac{\operatorname{cov}(x, y)}{\operatorname{var}(x)}$, $b = \bar y - a \bar x$, where a bar is a mean, the variance
# $\operatorname{var}(x)$ the mean of $(x - \bar x)^2$, and the covariance the mean of $(x - \bar x)(y - \bar y)$.

# %%
mean_x = sum(x for x, _ in clean) / len(clean)
mean_y = sum(y for _, y in clean) / len(clean)
covariance = sum((x - mean_x) * (y - mean_y) for x, y in clean)
a_exact = covariance / sum((x - mean_x) ** 2 for x, _ in clean)
b_exact = mean_y - a_exact * mean_x


def line_cost(a, b):
    return nn.mse([a * x + b for x, _ in clean], [y for _, y in clean])


for steps in (10, 100, 1000):
    a, b = descend(line_cost, (0.0, 0.0), 0.1, steps)[-1]
    print(f"{steps:5} steps: a = {a:.10f}, b = {b:.10f}")
print(f"closed form: a = {a_exact:.10f}, b = {b_exact:.10f}")

# %% [markdown]
# Iteration arrives at the same line. Then why iterate? Because the closed form exists for very few models (linear ones, with
# the squared error), and because for $n$ parameters it means solving $n$ equations, about $n^3$ operations.
# Descent needs only a gradient, for any model at all.

# %% [markdown]
# ## Epochs, batches, iterations
#
# Three words, counted once and for all. An **epoch** is one pass over all examples. A **batch** is the examples that one
# update looks at. An **iteration** is one update. So an epoch of $n$ examples in batches of $m$ has $\lceil n / m \rceil$
# iterations ($n/m$, rounded up, for the last batch may be a smaller one).
#
# - **batch** descent: all examples in one batch, one careful step per epoch;
# - **stochastic** descent: one example at a time, $n$ hasty steps per epoch;
# - **mini-batches**: something in between.

# %%
from nn import MLP, SGD, fit

rng = random.Random(0)
rows = [[rng.uniform(-1, 1), rng.uniform(-1, 1)] for _ in range(50)]
targets = [math.sin(2 * a) + 0.5 * b + rng.gauss(0, 0.1) for a, b in rows]


def ten_epochs(batch_size):
    model = MLP(2, [4, 1], activation="tanh", rng=random.Random(1))
    return fit(model, rows, targets, loss=nn.mse, optimizer=SGD(model.parameters(), lr=0.05),
               epochs=10, batch_size=batch_size, rng=random.Random(2), progress=False)


sizes = {"batch (50)": "batch", "mini-batches of 5": 5, "stochastic (1)": "stochastic"}
ways = {name: ten_epochs(size) for name, size in sizes.items()}
for name, run in ways.items():
    print(f"{name:18} {run.epochs} epochs, {run.updates:3} updates,", end=" ")
    print(f"cost {run.loss[-1]:.4f}, spikiness {run.spikiness:.2f}")

# %%
left, right = new_axes(2)
lines({name: run.loss for name, run in ways.items()}, left, xlabel="epoch",
      title="cost per epoch", yscale="log")
lines({name: run.update_loss for name, run in ways.items()}, right, xlabel="update",
      title="loss of each update", yscale="log")
right.figure

# %% [markdown]
# 50/50·10 = 10, 50/5·10 = 100, 50/1·10 = 500 updates. With the same learning rate, more updates learn more per epoch; but
# the loss of a single update jumps about, because it is the loss of a few examples only ("spikiness" is the mean rise
# from one update to the next, as a share of the mean loss). Mini-batches are the usual compromise.

# %% [markdown]
# ## Better steps: momentum, Nesterov, AdaGrad, RMSprop, Adam
#
# A long narrow valley, $f(x, y) = 0.1\,x^2 + 2\,y^2$, is the classic difficulty: across the valley the slope is 20 times
# as steep as along it. A learning rate small enough for $y$ is far too small for $x$. The remedies, with the
# gradient $g$ and the learning rate $\eta$:
#
# | | rule | idea |
# |---|---|---|
# | SGD | $p \leftarrow p - \eta g$ | |
# | momentum | $b \leftarrow \mu b + g$, $\;p \leftarrow p - \eta b$ | a heavy ball: what agrees adds up, what alternates cancels |
# | Nesterov | $b \leftarrow \mu b + g$, $\;p \leftarrow p - \eta(g + \mu b)$ | look at where the ball is about to be |
# | AdaGrad | $s \leftarrow s + g^2$, $\;p \leftarrow p - \eta g/\sqrt s$ | a step size for each parameter, shrinking as it moves |
# | RMSprop | $v \leftarrow \alpha v + (1-\alpha) g^2$, $\;p \leftarrow p - \eta g/\sqrt v$ | the same, forgetting old gradients |
# | Adam | $m \leftarrow \beta_1 m + (1-\beta_1) g$, $\;v$ as above, $\;p \leftarrow p - \eta\,\hat m/\sqrt{\hat v}$ | momentum and RMSprop, corrected for starting at 0 |
#
# (Adam's $m$ and $v$ begin at 0, so at first they are too small. The hats make up for it: $\hat m = m / (1 - \beta_1^k)$ at
# the $k$-th step, and $\hat v$ likewise.)

# %%
from nn import Adagrad, Adam, RMSprop

def valley(x, y):
    return 0.1 * x**2 + 2 * y**2

def walk(f, make, start, steps=30):
    x, y = Value(start[0]), Value(start[1])
    optimizer = make([x, y])
    points = [start]
    for _ in range(steps):
        optimizer.zero_grad()
        f(x, y).backward()
        optimizer.step()
        points.append((x.data, y.data))
    return points


optimizers = {
    "SGD": lambda ps: SGD(ps, lr=0.4),
    "momentum": lambda ps: SGD(ps, lr=0.2, momentum=0.7),
    "Nesterov": lambda ps: SGD(ps, lr=0.2, momentum=0.7, nesterov=True),
    "AdaGrad": lambda ps: Adagrad(ps, lr=1.5),
    "RMSprop": lambda ps: RMSprop(ps, lr=0.3, alpha=0.9),
    "Adam": lambda ps: Adam(ps, lr=0.4, betas=(0.8, 0.95)),
}

# %% tags=["picture"]
levels = [0.01 * 2**k for k in range(11)]
ways = {name: walk(valley, make, (-5.0, -2.0)) for name, make in optimizers.items()}
for part in (list(ways.items())[:3], list(ways.items())[3:]):
    axes = new_axes(3, 3.6, 3.0)
    for ax, (name, points) in zip(axes, part):
        surface(valley, (-6, 2), (-3, 3), ax, levels)
        with style():
            ax.set_title(f"{name}: f = {valley(*points[-1]):.4f} after 30 steps")
        path(points, ax)
    display(axes[0].figure)

# %% [markdown]
# Plain descent zigzags across and creeps along. Momentum overshoots, swings back, and is there. Nesterov swings less.
# AdaGrad, RMSprop and Adam measure each direction by its own gradients and do not notice that the valley is narrow. (The
# price: AdaGrad's steps shrink for ever, which in long trainings is too much; RMSprop forgets for that reason.)
#
# No rule wins everywhere, and each has its own good learning rate. On a curved valley (Rosenbrock's function), with 200
# steps each:

# %%
def banana(x, y):
    return (1 - x) ** 2 + 20 * (y - x**2) ** 2


makers = {
    "SGD": lambda ps: SGD(ps, lr=0.005),
    "momentum": lambda ps: SGD(ps, lr=0.003, momentum=0.9),
    "Adam": lambda ps: Adam(ps, lr=0.1),
}
axes = new_axes(3, 3.6, 3.2)
for ax, (name, make) in zip(axes, makers.items()):
    points = walk(banana, make, (-1.5, 2.0), 200)
    surface(banana, (-2, 2), (-1, 3), ax, [0.1 * 2**k for k in range(12)])
    with style():
        ax.set_title(f"{name}: f = {banana(*points[-1]):.4f}")
    path(points, ax)
axes[0].figure

# %% [markdown]
# ## Schedules: large steps first, small steps later
#
# With noisy gradients a constant learning rate never settles: it arrives near the minimum and then jitters, by an amount
# that grows with the learning rate. A schedule multiplies the learning rate by a factor that changes with the epoch. (These six
# are fixed in advance. `ReduceOnPlateau` watches the loss instead, and lowers the factor when it has stopped falling.)

# %%
from nn import schedules

plans = {
    "step_decay": schedules.step_decay(every=15, gamma=0.4),
    "exponential_decay": schedules.exponential_decay(0.95),
    "inverse_time_decay": schedules.inverse_time_decay(0.1),
    "cosine": schedules.cosine(60),
    "linear": schedules.linear(1.0, 0.1, 60),
    "warm_up, then cosine": schedules.warm_up(8, then=schedules.cosine(52)),
}
lines({name: [plan(epoch) for epoch in range(60)] for name, plan in plans.items()},
      xlabel="epoch", title="factor of the learning rate").figure

# %% [markdown]
# What it is worth, measured: descent on $p^2$ with gradients that are wrong by random amounts; the mean distance from the
# minimum after 60 steps, over 300 runs.

# %%
def mean_distance(plan):
    noise, total = random.Random(0), 0.0
    for _ in range(300):
        p = 5.0
        for step in range(60):
            p -= 0.3 * plan(step) * (2 * p + noise.gauss(0, 1))
        total += abs(p)
    return total / 300


print(f"constant: {mean_distance(lambda step: 1.0):.3f}")
for name, plan in plans.items():
    print(f"{name}: {mean_distance(plan):.3f}")

# %% [markdown]
# ## Where descent gets stuck
#
# The gradient is 0 not only at the best place. It is also 0 in a **local minimum** (the bottom of a valley that is not
# the deepest) and on a **saddle** (a pass: a minimum in one direction, a maximum in another).

# %%
def saddle(x, y):
    return x**2 - y**2 + y**4 / 4


exactly = descend(saddle, (1.8, 0.0), 0.1, 60)
nudged = descend(saddle, (1.8, 0.001), 0.1, 60)
ax = surface(saddle, (-2.2, 2.2), (-2.2, 2.2))
path(exactly, ax, "start (1.8, 0)", 1)
path(nudged, ax, "start (1.8, 0.001)", 2)
print("ends:", [round(v, 4) for v in exactly[-1]], "and", [round(v, 4) for v in nudged[-1]])
ax.figure

# %% [markdown]
# The first walk runs into the pass and stays: there the gradient is exactly 0. The second one started a thousandth beside
# it. It slows down on the pass, then finds its way out. (Whether a point with gradient 0 is a minimum or a saddle, the
# second derivatives say. Those are for notebook 8.)
#
# In a network with thousands of parameters, a bad place where *all* directions happen to curve upwards is rare. Saddles
# are far more common (Dauphin et al. 2014), and a little noise gets off them.
#
# Local minima are stickier. A landscape with many, and one deepest:

# %%
def bumpy(x, y):
    return 0.1 * (x**2 + y**2) - cos(2 * x) - cos(2 * y) + 0.15 * x


starts = random.Random(5)
ends = []
ax = surface(bumpy, (-5, 5), (-5, 5))
for _ in range(16):
    points = descend(bumpy, (starts.uniform(-5, 5), starts.uniform(-5, 5)), 0.1, 60)
    ends.append(bumpy(*points[-1]))
    path(points, ax, color=1)
print(f"16 starts: the best ends at {min(ends):.3f}, the worst at {max(ends):.3f};", end=" ")
print(f"{sum(e < min(ends) + 0.001 for e in ends)} of 16 found the best")
ax.figure

# %% [markdown]
# Which valley you end in depends on where you start. The plainest remedy is **random restarts**: start several times, keep
# the best. It is a real remedy for small networks. XOR with two hidden neurons is famous for getting stuck:

# %%
corners, xor = [[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]], [0, 1, 1, 0]


def train_xor(model):
    return fit(model, corners, xor, loss=nn.binary_cross_entropy_with_logits,
               optimizer=Adam(model.parameters(), lr=0.1), epochs=150, progress=False)


def new_network(rng):
    return MLP(2, [2, 1], activation="tanh", rng=rng)


found = nn.restarts(new_network, train_xor, seeds=range(8))
print("final cost by seed:", {seed: round(cost, 3) for seed, cost in found.losses.items()})
answers = [int(found.model(corner).data > 0) for corner in corners]
print("best seed:", found.seed, " answers:", answers)

# %% [markdown]
# **Simulated annealing** needs no gradient at all. It takes random steps, always downhill ones, and sometimes uphill ones:
# with probability $e^{-\text{rise}/T}$. The *temperature* $T$ falls slowly, so that at first it crosses almost any ridge, and in
# the end almost none (Kirkpatrick, Gelatt & Vecchi 1983).

# %%
def anneal(f, start, rng, steps=1500):
    here, value = start, f(*start)
    points = [start]
    for step in range(steps):
        temperature = 2.0 * (1 - step / steps) + 1e-9
        there = (here[0] + rng.gauss(0, 0.5), here[1] + rng.gauss(0, 0.5))
        rise = f(*there) - value
        if rise < 0 or rng.random() < math.exp(-rise / temperature):
            here, value = there, value + rise
            points.append(here)
    return points


tour = anneal(bumpy, (4.0, 4.0), random.Random(1))
ax = surface(bumpy, (-5, 5), (-5, 5))
path(tour, ax, f"annealing: ends at {bumpy(*tour[-1]):.3f}", 1)
path(descend(bumpy, (4.0, 4.0), 0.1, 60), ax, "descent from the same start", 2)
results = [bumpy(*anneal(bumpy, (4.0, 4.0), random.Random(seed))[-1]) for seed in range(20)]
print(f"{sum(r < min(ends) + 0.2 for r in results)} of 20 runs end in the deepest valley")
ax.figure

# %% [markdown]
# It took 1,500 evaluations for two parameters. For a network with thousands, blind steps are hopeless, and that is why
# the gradient is worth all the trouble of the first two notebooks.

# %% [markdown]
# ## Now you: the second question
#
# **Exercise 2.** 1,000 examples, batches of 32, 5 epochs. How many updates?

# %%
updates = ...

check("5.2", updates)

# %% [markdown]
# **Exercise 3.** Write one step of momentum, on plain numbers: given the parameter `p`, the memory `b`, the gradient `g`,
# the learning rate and $\mu$, return the new `p` and the new `b`.

# %%
def momentum_step(p, b, g, lr, mu):
    return ...


check("5.3", momentum_step)

# %% [markdown]
# ## What you can now do
#
# - tell loss from cost, read a loss by its derivative, and choose the output and the loss that belong together;
# - explain why squared errors follow outliers, and that minimising them means maximising a likelihood;
# - count epochs, batches and iterations, and weigh batch against mini-batch: updates, spikes, memory, noise;
# - write gradient descent, the perceptron rule and momentum, and say what Nesterov, AdaGrad, RMSprop and Adam change;
# - pick a learning rate and a schedule, recognise a saddle and a local minimum, and try restarts or annealing.
#
# All this takes for granted that the gradient *arrives* at every layer. In deep networks it may not: that is
# [notebook 6](06_when_gradients_vanish_or_explode.ipynb).
