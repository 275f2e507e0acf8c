# %% [markdown]
# # 6 · When gradients vanish or explode
#
# **The question: why do deep networks refuse to learn, and what helps?**
#
# The chain rule multiplies. Multiply many numbers below 1 and nothing is left; multiply many above 1 and the result
# runs away. A deep network is a long chain, so both happen. Here you see it in a chain of four, follow the error signals
# through the layers by hand, measure a network of ten layers, and then measure every remedy the same way.

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
from plotting import COLORS, curves, lines, new_axes, still

from autograd import Value, draw, sigmoid, stepper, tanh
from nn import (MLP, SGD, Activation, BatchNorm, Layer, Residual, Sequential, clip_grad_norm,
                diagnose, fit, gradient_norm, mse)

# %% [markdown]
# ## Four small factors
#
# A chain: each value is the one before, times a local slope. Suppose that the four slopes happen to be 0.1, 0.1, 0.1
# and 0.9.

# %%
x = Value(1.0, label="x")
h1 = x * 0.1
h2 = h1 * 0.1
h3 = h2 * 0.1
L = h3 * 0.9
for value, name in [(h1, "h1"), (h2, "h2"), (h3, "h3"), (L, "L")]:
    value.label = name
L.backward()
draw(L)

# %% [markdown]
# Backward, from the right to the left: 0.9, then $0.9 \cdot 0.1 = 0.09$, then 0.009, and at $x$ only
#
# $$0.9 \cdot 0.1 \cdot 0.1 \cdot 0.1 = 0.0009$$
#
# If $x$ were a weight, one step of gradient descent with the learning rate 0.1 would move it by 0.00009. It takes eleven
# thousand such steps to move it by 1. The weight is not *wrong* about the direction; it just hardly moves. That is a
# **vanishing gradient**. Click through the chain, with *Predict first*, and feel it shrink:

# %%
stepper(L)

# %% [markdown]
# And the other way round, with slopes of 3, the gradient **explodes**:

# %%
for slope in (0.25, 0.9, 1.0, 1.1, 3.0):
    print(f"slope {slope:<5}" + "".join(f"{f'{slope**n:.2g} after {n}':>20}" for n in (4, 10, 50)))

# %% [markdown]
# Only slopes of about 1 survive. So the question for every network is: what are its slopes?

# %% [markdown]
# ## Where small slopes come from
#
# In a chain of neurons, each link is $h_k = S(w\,h_{k-1} + b)$, and its slope is $w \cdot S'(z)$. The sigmoid's slope
# is at most ¼, in the middle, and nearly 0 where the neuron is **saturated**, that is, sure of itself. The slope of
# tanh reaches 1, but only in the very middle. The slope of relu is 1 or 0.

# %%
slopes = {"S′ ≤ ¼": lambda z: sigmoid(z) * (1 - sigmoid(z)),
          "tanh′ ≤ 1": lambda z: 1 - tanh(z) ** 2,
          "relu′ is 0 or 1": lambda z: float(z > 0)}
curves(slopes, -5, 5, xlabel="z", title="the slopes").figure

# %% [markdown]
# A chain of ten sigmoid neurons with the weight 1 therefore passes on at most $(\tfrac14)^{10} \approx 0.000001$:

# %%
chain = [Value(0.5, label="h0")]
for k in range(1, 11):
    chain.append(sigmoid(chain[-1]))
    chain[-1].label = f"h{k}"
chain[-1].backward()
for h in chain[::2]:
    print(f"∂h10/∂{h.label:<3} = {h.grad:.2e}")

# %% [markdown]
# ## Error signals, layer by layer
#
# Textbooks write backpropagation with **error signals**, one per neuron: $\delta_j = \partial L/\partial z_j$, where
# $z_j$ is the neuron's sum before the activation $f$, and $a_j = f(z_j)$ what it puts out. With the weight $w_{ij}$ from neuron
# $i$ to neuron $j$ of the next layer, three formulas are all there is ($l$ counts the layers):
#
# $$\delta^{\text{last}}_j = \frac{\partial L}{\partial a_j}\, f'(z_j) \qquad\quad
# \delta^{(l)}_i = f'(z_i) \sum_j w_{ij}\, \delta^{(l+1)}_j \qquad\quad
# \frac{\partial L}{\partial w_{ij}} = a_i\,\delta_j$$
#
# In words: a neuron's error is the errors of those it feeds, weighted by how strongly it feeds them, times its own
# slope. A weight's gradient is what goes into it, times the error behind it. Let us take a network of 2, 3, 3 and 1
# sigmoid neurons and go through its layers from the back.

# %%
net = MLP(2, [3, 3, 1], activation="sigmoid", output_activation="sigmoid", rng=random.Random(5))
x, target = [1.0, -0.5], 1.0

activations = [x]
for layer in net.layers:
    activations.append(layer.outputs(activations[-1]))
output = activations[-1][0]
loss = 0.5 * (output - target) ** 2
loss.backward()

a = [[v.data if isinstance(v, Value) else v for v in row] for row in activations]
delta = [(output.data - target) * output.data * (1 - output.data)]     # f′ = a(1 − a)
deltas = [delta]
for depth in (2, 1):
    weights = [[w.data for w in neuron.w] for neuron in net.layers[depth].neurons]
    delta = [a_i * (1 - a_i) * sum(w[i] * d for w, d in zip(weights, delta))
             for i, a_i in enumerate(a[depth])]
    deltas.insert(0, delta)

for depth, delta in enumerate(deltas, 1):
    print(f"δ of layer {depth}:", "  ".join(f"{d:+.6f}" for d in delta))

# %% [markdown]
# The engine has no formula for layers, only the chain rule, one operation at a time. The same numbers must stand in the
# sums' `.grad`. (A sum is the one parent of its neuron's output.)

# %%
for depth, outputs in enumerate(activations[1:], 1):
    print(f"layer {depth}:    ", "  ".join(f"{h.parents[0].grad:+.6f}" for h in outputs))

weight = net.layers[0].neurons[1].w[0]
print(f"∂L/∂w = {weight.grad:.6f}   a·δ = {a[0][0] * deltas[0][1]:.6f}")

# %% [markdown]
# Look down the lines: from the last layer to the first, the errors shrink to a fraction of their size at every step.

# %%
still(draw(loss, model=net, level="neuron"))

# %% [markdown]
# ## Measured: ten layers deep
#
# Now a real patient: ten hidden layers of eight sigmoid neurons, and a small task, to learn $\sin(3a)\cdot b$ from 16
# points. We need a number for "how strong is the gradient of this layer", and there are two in use:
#
# - the **norm**, the root of the sum of the squares over all parameters of the layer: how far the *layer* is asked to
#   move. We plot this one. It is larger for a layer with more parameters, which is why the last layer, with only nine,
#   is a poor one to compare with;
# - the **typical size** (the root of the *mean* of the squares): how far *one parameter* of the layer is asked to move.
#   `diagnose` prints this one, as `|gradient|`. It can be compared between layers of any size.

# %%
dice = random.Random(0)
points = [[dice.uniform(-1, 1), dice.uniform(-1, 1)] for _ in range(16)]
answers = [math.sin(3 * a) * b for a, b in points]


def tower(activation, init):
    return MLP(2, [8] * 10 + [1], activation, init=init, rng=random.Random(1))


def norms(model):
    model.zero_grad()
    mse(model.batch(points), answers).backward()
    return [gradient_norm(layer.parameters()) for layer in model.layers]


patient = tower("sigmoid", "uniform")
first, *_, last = norms(patient)
print(f"first layer: {first:.1e}   last layer: {last:.1e}")
print(diagnose(patient, points, answers, mse))

# %% [markdown]
# By either measure the first layer gets a gradient about a hundred thousand times weaker than the last: 96,000 times by the
# norm, 150,000 times for one parameter. And the first layer is the one that looks at the data! `diagnose` finds it, and
# names remedies. Let us try them, one by one.

# %% [markdown]
# ## Remedy 1: another activation, and weights of the right size
#
# The sum of a neuron with $n$ inputs has $n$ terms, so it spreads about $\sqrt n$ times as far as each of them. If the weights
# are too small, the signal dies on its way forward, and the gradient with it; if they are too large, everything
# saturates or blows up. The right spread keeps the size of the signal:
#
# - **Xavier** (Glorot and Bengio 2010), for tanh: the variance of a weight, the mean of its square, is about $1/n$ (times a gain that makes up
#   for the curve's flattening);
# - **He** (He and others 2015), for relu: $2/n$, because relu throws half of the signal away.

# %% tags=["picture"]
def tiny(fan_in, fan_out, rng):
    return rng.uniform(-0.1, 0.1)


towers = {
    "sigmoid": tower("sigmoid", "uniform"),
    "tanh, weights ≤ 0.1": tower("tanh", tiny),
    "tanh, Xavier": tower("tanh", "xavier_uniform"),
    "relu, weights ≤ 0.1": tower("relu", tiny),
    "relu, He": tower("relu", "he_normal"),
}
measured = {name: norms(model) for name, model in towers.items()}
ax = lines(measured, xlabel="layer (the input is at the left)", ylabel="norm of the gradient", yscale="log")
ax.figure

# %% [markdown]
# With the right spread the line is level: all layers learn at once. The activation alone does not do it (look at relu
# with small weights), nor does the spread alone: with these a deep sigmoid network stays ill, because its slope is ¼ at
# best.

# %% [markdown]
# ## Remedy 2: batch norm
#
# In the patient, the sums of the deep layers hardly differ from one example to the next. **Batch normalisation** (Ioffe
# and Szegedy 2015) spreads them out again, over the steep part of the curve: over the examples of a batch, it shifts and
# scales each neuron's sum to mean 0 and variance 1,
#
# $$\hat z = \frac{z - \mu}{\sqrt{\sigma^2 + \varepsilon}}$$
#
# ($\mu$ and $\sigma^2$ are the mean and the variance of the sum over the batch; the tiny $\varepsilon$ forbids a division by
# 0.) Then it lets the network choose a scale $\gamma$ and a shift $\beta$ of its own. The division undoes the loss of size,
# in every layer anew.

# %%
def normalised_tower():
    rng = random.Random(1)
    blocks = []
    for depth in range(10):
        sums = Layer(8 if depth else 2, 8, nonlin=False, rng=rng)
        blocks.append(Sequential(sums, BatchNorm(8), Activation("sigmoid")))
    return Sequential(*blocks, Layer(8, 1, nonlin=False, rng=rng))


# %% [markdown]
# ## Remedy 3: a way around
#
# A **residual** block computes $h + F(h)$ instead of $F(h)$. Its slope is $1 + F'$: even if $F'$ is next to nothing,
# there is the 1. The gradient has a motorway from the loss to the first layer, and each block adds its part from the
# side.

# %%
h = Value(0.5, label="h")
inner = sigmoid(h * 0.4 - 2.0)
inner.label = "F(h)"
block = h + inner
block.label = "h + F(h)"
block.backward()
draw(block)

# %%
def residual_tower():
    rng = random.Random(1)
    layers = [Layer(8 if depth else 2, 8, activation="sigmoid", rng=rng) for depth in range(10)]
    for layer in layers:
        for neuron in layer.neurons:
            neuron.b.data = -2.0           # F(h) small at first: each block begins as nearly h itself
    first, *others = layers
    return Sequential(first, *map(Residual, others), Layer(8, 1, nonlin=False, init=tiny, rng=rng))


towers["sigmoid, batch norm"] = normalised_tower()
towers["sigmoid, residual"] = residual_tower()
for name in ("sigmoid, batch norm", "sigmoid, residual"):
    measured[name] = norms(towers[name])
right_size = {name: sizes for name, sizes in measured.items() if "0.1" not in name}
lines(right_size, xlabel="layer", ylabel="norm of the gradient", yscale="log", ylim=(1e-8, 1e3)).figure

# %% [markdown]
# One number for each line: the norm of the first layer, divided by that of the last *hidden* one, which has about as many
# parameters. A network in which all layers are asked to learn alike has a ratio near 1.

# %%
print(f"{'':22} norm of the gradient, first layer / last hidden layer")
for name, (first, *_, last, _) in measured.items():
    print(f"{name:22} {first / last:.1e}")

# %% [markdown]
# ## Does it learn?
#
# A healthy gradient is not an end in itself. Sixty steps for each, with the same plain optimizer. (`clip` shortens a gradient
# that is too long; more of that below.)

# %%
learnt = {}
for name, model in towers.items():
    optimizer = SGD(model.parameters(), lr=0.02, momentum=0.9)
    history = fit(model, points, answers, loss=mse, optimizer=optimizer, epochs=60, clip=1.0, progress=False)
    learnt[name] = history.loss
    print(f"{name:22} loss {history.loss[0]:.3f} → {history.loss[-1]:.3f}")

# %%
always_the_mean = sum((y - sum(answers) / 16) ** 2 for y in answers) / 16
ax = lines(learnt, xlabel="step", ylabel="loss", yscale="log", title="ten layers, sixty steps", ylim=(1e-4, 300))
ax.axhline(always_the_mean, color=COLORS[7], linewidth=0.8, linestyle=":")
ax.figure

# %% [markdown]
# The dotted line is the loss of somebody who ignores the input and always answers the mean. The networks with
# vanishing gradients find that answer (their last layer alone is enough for it) and stay there. Those with a remedy get
# below it.

# %% [markdown]
# ## Dead ReLUs
#
# relu has an illness of its own. Where a relu neuron is off, its slope is 0, and so is the gradient of all its weights.
# If it is off **for every example**, nothing will ever move it again: it is dead. One or two careless steps can do that,
# when they throw the bias far below zero. (The targets are raised by 3 here, so that the first steps are long.)

# %%
def after_two_steps(activation, rate):
    model = MLP(2, [16, 1], activation, rng=random.Random(3))
    optimizer = SGD(model.parameters(), lr=rate)
    fit(model, points, [y + 3 for y in answers], loss=mse, optimizer=optimizer, epochs=2, progress=False)
    return diagnose(model, points, answers, mse).layers[0].dead


for rate in (0.01, 0.1, 0.2, 0.4):
    relus, leaky = after_two_steps("relu", rate), after_two_steps("leaky_relu", rate)
    print(f"η = {rate:<5} dead: {relus:2} of 16 relu, {leaky} of 16 leaky_relu")

# %% [markdown]
# **leaky_relu** keeps a small slope (0.01) on its off side, so a gradient still gets through and can bring the neuron
# back. The other cures: a smaller learning rate, and He's weights.

# %% [markdown]
# ## Exploding, and clipping
#
# Now weights three times too large, and relu, which has nothing to hold them back:

# %%
def huge(fan_in, fan_out, rng):
    return rng.uniform(-3, 3)


wild = tower("relu", huge)
print("norms:", "  ".join(f"{norm:.0e}" for norm in norms(wild)))
print(f"all together: {gradient_norm(wild.parameters()):.1e}")

# %% [markdown]
# One step along such a gradient, at any usual learning rate, throws the weights out of the picture. **Clipping** keeps the
# direction and cuts the length: if $\lVert g \rVert > c$, replace $g$ by $g \cdot c / \lVert g \rVert$.

# %%
parameters = wild.parameters()
direction = [p.grad / gradient_norm(parameters) for p in parameters]
clip_grad_norm(parameters, 1.0)
print("norm now:", round(gradient_norm(parameters), 12))
print("same direction:", all(math.isclose(p.grad, d, abs_tol=1e-15) for p, d in zip(parameters, direction)))

# %% [markdown]
# Where it matters most are networks that use the *same* weight many times over, such as **recurrent** ones, which read a
# text word by word and do the same with each. The smallest of them: start with 0.5, and twelve times in a row $h \leftarrow w \cdot h$. The result is $0.5 \cdot w^{12}$,
# and we want it to be 1. The loss, as a function of $w$, is a plain with a cliff:

# %%
def twelve_times(w):
    h = 0.5
    for _ in range(12):
        h = w * h
    return (h - 1.0) ** 2


def descend(limit, w=1.2, steps=80):
    w, track = Value(w), []
    for _ in range(steps):
        track.append(w.data)
        w.grad = 0.0
        twelve_times(w).backward()
        if limit:
            clip_grad_norm([w], limit)
        w.data -= 0.003 * w.grad
    return track


left, right = new_axes(2)
curves({"loss": twelve_times}, -0.5, 1.25, left, xlabel="w", title="a plain with a cliff", ylim=(-0.5, 12))
lines({"clipped to 1": descend(1.0), "not clipped": descend(None)}, right,
      xlabel="step", ylabel="w", title="starting on the cliff, at 1.2")
right.axhline(2 ** (1 / 12), color=COLORS[7], linewidth=0.8, linestyle=":")
right.figure

# %% [markdown]
# Without clipping the first step is so long that it lands on the far side of the valley, on the plain, where the slope is
# nearly 0; from there it is stuck. (Exploding and vanishing gradients are neighbours.) With clipping it walks down the cliff
# to the solution, $w = 2^{1/12} \approx 1.0595$, the dotted line.

# %% [markdown]
# ## Now you
#
# **Exercise 1.** A chain of six sigmoid neurons, one per layer, all weights 2. What is the largest factor by which it
# can possibly pass a gradient on, from its output to its input?

# %%
factor = ...

check("6.1", factor)

# %% [markdown]
# **Exercise 2.** Write the middle one of the three formulas for a layer of sigmoids. `a` are the activations of the layer,
# `weights[j][i]` is the weight from its neuron `i` to neuron `j` of the next layer, and `delta_next[j]` is the error of
# that one. Return the list of $\delta_i$.

# %%
def errors(a, weights, delta_next):
    return ...


check("6.2", errors)

# %% [markdown]
# **Exercise 3.** Write clipping by norm for a plain list of gradients. A list that is short enough must come back
# unchanged.

# %%
def clipped(gradients, limit):
    return ...


check("6.3", clipped)

# %% [markdown]
# ## What you can now do
#
# - explain vanishing and exploding gradients as products of slopes, and estimate them before running anything;
# - carry error signals $\delta$ through a network layer by layer, and know that it is the chain rule;
# - measure a network's gradients per layer, and let `diagnose` say what is wrong;
# - choose the remedy: activation and initial weights that fit each other, batch norm, residual connections, leaky
#   slopes, clipping.
#
# With losses, optimizers and remedies in hand, [notebook 7](07_worked_examples.ipynb) puts everything to work.
