# %% [markdown]
# # 4 · Training: two moons
#
# **The question: how does a network of random numbers turn into one that knows something?**
#
# By a loop of four lines, repeated: *predict, measure how wrong it is, ask every parameter for its derivative, move every
# parameter a little downhill.* We run that loop by hand on the example of micrograd (Andrej Karpathy's small engine, the model
# of this one), watch the border between two classes bend, and look at what each gradient was doing. At the end you train on a table of your own.

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
import random

from exercises import check
from plotting import COLORS, curves, dots, grid, lines, moving, new_axes, still, style

from autograd import Value, draw, relu
from nn import MLP
from nn.data import micrograd_moons

# %% [markdown]
# ## The data
#
# A hundred points in the plane, 50 on each of two half moons that reach into each other. The label is −1 for one moon and
# +1 for the other. A straight line cannot separate them, so one neuron is not enough (notebook 3 says why).

# %%
X, y = micrograd_moons()
classes = {label: [x for x, t in zip(X, y) if t == label] for label in (-1, 1)}


def moons(ax=None):
    ax = dots(classes[-1], ax, "−1", 0)
    return dots(classes[1], ax, "+1", 1)


moons().figure

# %% [markdown]
# ## The model
#
# A network as in notebook 3: two inputs, two hidden layers of 16 neurons, one output, the **score**. A positive score
# means "+1", a negative one "−1"; its size says how sure the network is.
#
# One thing is new, the curve inside the hidden neurons. It is **relu**, $\max(0, z)$: a positive sum passes as it is, a
# negative one becomes 0. Its slope is 1 where the neuron is *on* and 0 where it is *off*. (The output neuron has no
# curve at all, so that the score can be any number.)

# %%
curves({"tanh": lambda z: Value(z).tanh().data, "relu": relu}, -3, 3, xlabel="z", ylim=(-1.5, 3)).figure

# %%
random.seed(1337)
model = MLP(2, [16, 16, 1])
model

# %%
scores = [model(x) for x in X]
right = sum((score.data > 0) == (target > 0) for score, target in zip(scores, y))
print(f"{right} of 100 right, before any training")

# %% [markdown]
# ## How wrong is one point?
#
# "Right" and "wrong" is too coarse to learn from: a nudge of a parameter hardly ever turns one into the other. We need
# a number that also moves a little when the score moves a little: a **loss**. With the label $t = \pm 1$ and the score
# $s$, the **hinge** loss of one point is
#
# $$\max(0,\; 1 - t \cdot s)$$
#
# It is 0 if the score has the right sign *and* is at least 1 away from 0: the point is then beyond the **margin**.
# Otherwise it grows with the distance from there.

# %%
for t, s in [(1, 2.5), (1, 0.4), (1, -2.0), (-1, -2.0)]:
    print(f"label {t:+}, score {s:+}: loss {relu(1 - t * s):g}")

# %% [markdown]
# Here it is for a single neuron without a curve and one point, $(1.5, -0.5)$ with the label +1. The neuron gets it wrong.
# Choose **Play**, and press *One step* (under *Descend*) a few times: each of the three parameters moves a little against
# its gradient, the score climbs, the loss falls. Once the score is beyond 1, all gradients are 0: the point is
# content, and nothing moves any more. That is all there is to learning; the rest of this notebook does it with more
# points and more parameters.

# %%
w1, w2, b = Value(-0.6, label="w1"), Value(0.9, label="w2"), Value(0.1, label="b")
score = w1 * 1.5 + w2 * -0.5 + b
score.label = "score"
one_loss = relu(1 - score)
one_loss.label = "loss"
one_loss.backward()
draw(one_loss, parameters=[w1, w2, b])

# %% [markdown]
# ## How wrong are all of them?
#
# The mean of the hundred losses. `hinge` computes just that:

# %%
from nn import hinge

loss = hinge(scores, y)
by_hand = sum(relu(1 - t * s.data) for s, t in zip(scores, y)) / 100
print(loss.data, by_hand)

# %% [markdown]
# But this one is a `Value`. Its graph has all 100 points and all 337 parameters below it, and `backward()` walks through
# it once:

# %%
model.zero_grad()
loss.backward()
for name, parameter in model.named_parameters()[:4]:
    print(f"{name}: {parameter.data:+.4f}, gradient {parameter.grad:+.4f}")

# %% [markdown]
# ## One step downhill
#
# A positive gradient says: *increasing me increases the loss*. So we do the opposite. With the **learning rate** $\eta$:
#
# $$p \leftarrow p - \eta \cdot \frac{\partial L}{\partial p}$$
#
# How much better should it get? Each parameter moves by $-\eta g$, and each unit of that move changes the loss by $g$.
# All together: $-\eta \sum g^2$. That is a prediction, and we can check it. (`state_dict` and `load_state_dict` keep the
# parameters and put them back.)

# %%
start = model.state_dict()
slope = sum(p.grad**2 for p in model.parameters())
for rate in (0.0001, 0.001, 0.01, 0.1, 1.0):
    for p in model.parameters():
        p.data -= rate * p.grad
    after = hinge([model(x) for x in X], y).data
    print(f"η = {rate:<7} predicted {-rate * slope:+.6f}   happened {after - loss.data:+.6f}")
    model.load_state_dict(start)

# %% [markdown]
# For small steps the prediction is right to several digits. For large ones it is far off: a derivative knows the slope
# *here*, not what comes around the corner. That is why training takes many small steps instead of one big one.

# %% [markdown]
# ## One more wish
#
# Of two networks that do equally well on the hundred points, we prefer the one with the smaller parameters: it bends less
# wildly between the points (notebook 7 shows that). So a small **penalty** is added to the loss, the sum of the squares
# of all parameters times 0.0001. (The random numbers above are those of micrograd's demo, and this is the loss that
# its first line prints.)

# %%
from nn import l2_penalty


def loss_of(scores):
    return hinge(scores, y) + l2_penalty(model, 1e-4)


loss_of(scores).data

# %% [markdown]
# ## The loop
#
# Here it is, the whole of training. The learning rate begins at 1 and falls to 0.1, so that the last steps are small. On
# the way we keep a few notes for later: the loss, how many points still contribute, and the parameters.

# %%
history = {"loss": [], "within the margin": []}
snapshots = []

for step in range(100):
    scores = [model(x) for x in X]                     # predict
    loss = loss_of(scores)                             # measure
    model.zero_grad()
    loss.backward()                                    # ask
    rate = 1.0 - 0.9 * step / 100
    if step % 8 == 0 or step < 5:
        snapshots.append((step, loss.data, model.state_dict()))
    for p in model.parameters():
        p.data -= rate * p.grad                        # move
    history["loss"].append(loss.data)
    history["within the margin"].append(sum(t * s.data < 1 for s, t in zip(scores, y)))
    if step % 11 == 0:
        right = sum((s.data > 0) == (t > 0) for s, t in zip(scores, y))
        print(f"step {step:2}: loss {loss.data:.4f}, {right} of 100 right")

# %%
left, right = new_axes(2)
lines({"loss": history["loss"]}, left, xlabel="step", title="loss", yscale="log")
lines({"points": history["within the margin"]}, right, xlabel="step",
      title="points that still contribute")
right.figure

# %% [markdown]
# From 50 to 100 right. The second picture shows how: a point outside the margin has the loss 0 and the gradient 0, it
# no longer pulls. At first most points pull. In the end none does: what is left of the loss is the penalty.
#
# This is **gradient descent**. Its everyday form, *stochastic* gradient descent (**SGD**), takes each step from a few
# points only, drawn at random; notebook 5 weighs the two.

# %% [markdown]
# ## Watching the boundary bend
#
# To colour the plane we ask the network for its score at 2,500 places, for each of the notes we kept. That is a lot of
# graphs that nobody looks at, so we `record` the computation once and replay it on all places at the same time (notebook
# 9 is about that). The thick line is the score 0, the dashed ones are the margins: the scores ±1, from where on a point
# is content.

# %% tags=["picture"]
from autograd import record

xs, ys = grid(-1.6, 2.6, 50), grid(-1.1, 1.6, 50)
places = [(a, b) for b in ys for a in xs]
program = record(lambda a, b: model([a, b]), 0.0, 0.0)


def frame(step, loss, state):
    model.load_state_dict(state)
    scores = list(program.map(*zip(*places)))
    field = [scores[i : i + len(xs)] for i in range(0, len(scores), len(xs))]
    ax = new_axes(width=5.0)[0]
    with style():
        ax.contourf(xs, ys, field, levels=grid(-3, 3, 13), cmap="RdBu_r", alpha=0.6, extend="both")
        ax.contour(xs, ys, field, levels=[-1, 0, 1], colors=COLORS[7],
                   linewidths=[0.8, 2, 0.8], linestyles=["--", "-", "--"])
        ax.set(title=f"step {step}, loss {loss:.3f}")
    return moons(ax).figure


end = model.state_dict()
moving([frame(*snapshot) for snapshot in snapshots])

# %%
model.load_state_dict(end)
frame(100, history["loss"][-1], end)

# %% [markdown]
# ## What did each gradient do?
#
# Take a single point the network found hard, at the start, and look at its gradient inside the network. One card is a
# neuron; red arrows say "more of this and the loss grows", blue ones "more of this and it falls".

# %%
model.load_state_dict(start)
worst = max(range(100), key=lambda i: -y[i] * model(X[i]).data)
print(f"point {worst}: label {y[worst]}, score {model(X[worst]).data:.2f}")

small = MLP(2, [4, 1], rng=random.Random(4))
point = [Value(X[worst][0], label="x1"), Value(X[worst][1], label="x2")]
one_loss = hinge([small(point)], [y[worst]])
one_loss.label = "loss"
one_loss.backward()
still(draw(one_loss, model=small, level="neuron"))

# %% [markdown]
# (To keep the picture readable this is a smaller network, 2 → 4 → 1.) Two of the four neurons in the middle put out 0:
# they are relu neurons that are *off* for this point. No gradient passes through them, so the gradients of all their
# parameters are 0 (`‖∂‖`, their norm, says it for all of them at once): from this point they learn nothing. For another
# point, others are off. This switching on and off is how straight pieces make a curve.
#
# In the first layer of the large network, each neuron is such a switch: on one side of the line $w_1 x_1 + w_2 x_2 + b =
# 0$ it is on, on the other side off. Here are the 16 lines before and after training. The gradients have carried the
# folds to where the data need them.

# %%
def folds(state, ax, title):
    model.load_state_dict(state)
    moons(ax)
    for neuron in model.layers[0].neurons:
        (w1, w2), b = [w.data for w in neuron.w], neuron.b.data
        ends = [-(b + w1 * x) / w2 for x in (-1.6, 2.6)]
        ax.plot([-1.6, 2.6], ends, color=COLORS[7], linewidth=0.8)
    with style():
        ax.set(xlim=(-1.6, 2.6), ylim=(-1.1, 1.6), title=title)


before, after = new_axes(2)
folds(start, before, "the first layer's folds, before")
folds(end, after, "and after training")
after.figure

# %% [markdown]
# At the start all lines meet in the origin, because all biases are 0. The gradient has moved every parameter, some far,
# some hardly at all. In which layer did they move most?

# %%
moved = {name: abs(end[name] - start[name]) for name in end}
for layer in ("layer0", "layer1", "layer2"):
    own = [distance for name, distance in moved.items() if name.startswith(layer)]
    average = sum(own) / len(own)
    print(f"{layer}: {len(own):3} parameters moved by {average:.3f} on average, at most {max(own):.3f}")

# %% [markdown]
# In the layers at both ends, where a parameter moved more than three times as far, on average, as one of the
# 272 in between.
#
# ## The same in one call
#
# You have seen every part of it, so from now on `fit` may run the loop. Here it learns from 80 points only, with Adam, an
# optimizer that you will meet in notebook 5: 60 *epochs* (rounds through all points), each in *batches* of 16. After
# every epoch it measures the loss on the other 20, which it never learns from (`held_out`; `stratify` takes as large
# a share of both moons).

# %%
from nn import Adam, fit
from nn.data import split

train, held_out = split(X, y, (0.8, 0.2), stratify=True, rng=random.Random(1))
model = MLP(2, [8, 8, 1], rng=random.Random(2))
result = fit(model, *train, loss=hinge, optimizer=Adam(model.parameters(), lr=0.05),
             epochs=60, batch_size=16, validation=held_out, rng=random.Random(3), progress=False, keep=5)
print(result)
result.plot().figure

# %% [markdown]
# `keep=5` has noted all parameters and gradients before every fifth update. `watch` makes a page of them: the training as
# it happened. Press *Play*, or drag the slider to any update. Each small map shows what one neuron answers all over the
# plane; in the first layer you see the folds wander, behind it how they are put together. The lines are the weights,
# or the gradients that flowed through them.

# %%
from nn import watch

watch(model, *train, result)

# %% [markdown]
# ## Your own table
#
# Nothing here is about moons. The file `data/espresso.csv` beside this notebook is a small table (made up for it): 150
# cups of espresso with the temperature of the water in °C, the seconds it ran, how fine the coffee was ground, and how
# the cup tasted.

# %%
from nn.data import standardize
from nn.data.tables import Encoding, read_csv

table = read_csv("data/espresso.csv")
print(table.names)
print(*table.rows[:3], sep="\n")

# %% [markdown]
# Three things stand between a table and a network:
#
# - words must become numbers. `Encoding` makes a column of words into one 0-or-1 column per word;
# - columns must have similar sizes, or the largest drowns the others. `standardize` shifts and scales each to mean 0 and
#   spread 1, measured on the training rows only;
# - three classes need three scores, one for each. The loss for that is `cross_entropy` (notebook 5).

# %%
from nn import cross_entropy

encoding = Encoding.of(table, target="taste")
inputs, target = encoding.X(table), encoding.y(table)
tastes = encoding.target.values
print(encoding.labels(), "→", tastes)

train, held_out = split(inputs, target, (0.8, 0.2), stratify=True, rng=random.Random(0))
scaler = standardize(train[0])
train, held_out = [(scaler(rows), answers) for rows, answers in (train, held_out)]

taster = MLP(len(encoding.labels()), [8, 3], activation="tanh", rng=random.Random(0))
result = fit(taster, *train, loss=cross_entropy, optimizer=Adam(taster.parameters(), lr=0.03),
             epochs=40, batch_size=20, validation=held_out, rng=random.Random(0), progress=False)
print(result)

# %%
from nn import confusion_matrix, plot_confusion
from nn.metrics import predicted_class

answers = [predicted_class(taster(row)) for row in held_out[0]]
plot_confusion(confusion_matrix(answers, held_out[1], range(3)), tastes).figure

# %% [markdown]
# Rows are how the cup tasted, columns what the network says, for 30 cups it has never seen. And now it can be asked, and
# because it is a graph, it can also be asked **what to change**. (`softmax` turns scores into probabilities.)

# %%
from autograd import softmax

cup = scaler([[88.0, 25.0, 0.0, 0.0, 1.0]])[0]      # 88 °C, 25 s, medium
knobs = [Value(v, label=name) for v, name in zip(cup, encoding.labels())]
probabilities = softmax(taster(knobs))
for taste, p in zip(tastes, probabilities):
    print(f"{taste}: {p.data:.0%}")

probabilities[tastes.index("good")].backward()
for knob, scale in zip(knobs[:2], scaler.scales):
    print(f"raising {knob.label} by 0.1 changes P(good) by {10 * knob.grad / scale:+.1f} percentage points")

# %% [markdown]
# To train on a table of your own, change the file name and the target. (Or, without any notebook:
# `python -m nn --csv your.csv --target column`.)

# %% [markdown]
# ## Now you
#
# **Exercise 1.** Write the mean hinge loss yourself, for a list of scores (Values) and labels (−1 or 1).

# %%
def my_hinge(scores, labels):
    return ...


check("4.1", my_hinge)

# %% [markdown]
# **Exercise 2.** A parameter has the value 3 and the gradient 0.5; the learning rate is 0.1. What is its value after one
# step of gradient descent, and by how much does the gradient promise that this one step changes the loss?

# %%
new_value = ...
change_of_loss = ...

check("4.2", (new_value, change_of_loss))

# %% [markdown]
# **Exercise 3.** Fill in the loop so that it fits $y = a x + b$ to the points, starting from $a = b = 0$: after 500 steps
# both must be right to two digits. Take the mean of the squared errors as the loss.

# %%
def fit_a_line(points):
    a, b = Value(0.0), Value(0.0)
    for _ in range(500):
        ...  # predict, measure, zero the gradients, backward, move
    return ...  # a.data, b.data


check("4.3", fit_a_line)

# %% [markdown]
# ## What you can now do
#
# - write the training loop from memory: predict, measure, zero, backward, move;
# - predict what one step does to the loss, and say why the prediction fails for large steps;
# - read what gradients do in a network: which points pull, which neurons are off, which folds move where;
# - train on a CSV file of your own, and ask the network which knob to turn.
#
# We have used two losses and two optimizers without asking why these. [Notebook 5](05_losses_and_descent.ipynb) does.
