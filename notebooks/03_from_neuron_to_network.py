# %% [markdown]
# # 3 · From neuron to network
#
# **The question: what is a neural network made of, and what exactly does it compute?**
#
# A network is an arithmetic formula, a long one. Its building block, the neuron, is short. Here we take one neuron
# apart, look at the curve that gives it its power, line neurons up in layers and layers in a network, and see that the
# matrix formulas of textbooks and our graphs of values are the same computation.

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
from plotting import curves, new_axes

from autograd import Value, draw, sigmoid, stepper, tanh, topological_order
from nn import MLP, Layer, Neuron, summary

# %% [markdown]
# ## One neuron
#
# A neuron weighs its inputs, adds them up with a **bias**, and sends the sum through a curve, its **activation**. The
# curve here is $\tanh$: from −1 for large negative sums it rises steeply through 0 to 1 (there is a plot below).
#
# $$o = \tanh(w_1 x_1 + w_2 x_2 + b)$$
#
# The *weights* $w_1, w_2$ say how much each input matters and in which direction, the *bias* $b$ how easily the neuron
# fires. Those are its **parameters**: the knobs that training turns.

# %%
x1, x2 = Value(2.0, label="x1"), Value(0.0, label="x2")
w1, w2 = Value(-3.0, label="w1"), Value(1.0, label="w2")
b = Value(6.8813735870195432, label="b")

n = x1 * w1 + x2 * w2 + b
n.label = "n"
o = tanh(n)
o.label = "o"
o.backward()
draw(o, parameters=[w1, w2, b])

# %% [markdown]
# Brown cards are parameters. Look at the gradients: $w_2$ has gradient 0, because its input $x_2$ is 0; whatever you do to
# that weight, nothing happens *for this input*. And everything to the left of $o$ is multiplied by 0.5, the slope of
# tanh at $n = 0.88$.
#
# Now choose **Play** and take the neuron in your hands:
#
# - move $x_2$ away from 0: at once $w_2$ matters, and has a gradient;
# - raise $b$ slowly to 10. The output creeps towards 1, and *all* gradients shrink to nothing: the neuron is so sure of
#   itself that no small change moves it. It is **saturated**, a word that comes back in notebook 6;
# - click the card $o$ to see why: its own curve, with the slope at the present point.

# %% [markdown]
# ## The curves, and their slopes
#
# Two classic activations. The **sigmoid** (or logistic function) squeezes any number into $(0, 1)$, **tanh** squeezes it
# into $(-1, 1)$:
#
# $$S(x) = \frac{1}{1 + e^{-x}} \qquad\qquad \tanh x = \frac{e^{x} - e^{-x}}{e^{x} + e^{-x}} = \frac{e^{2x} - 1}{e^{2x} + 1}$$
#
# (For the last form, multiply top and bottom by $e^x$: one power of $e$ is enough.) They are the same shape:
# $\tanh x = 2\,S(2x) - 1$, because $2\,S(2x) - 1 = \frac{2}{1 + e^{-2x}} - 1 = \frac{1 - e^{-2x}}{1 + e^{-2x}}$, which
# times $e^{2x}/e^{2x}$ is the fraction above.
#
# What makes them pleasant is that the slope can be read off the *result*, without computing any more powers of $e$:
#
# $$S' = S\,(1 - S) \qquad\qquad \tanh' = 1 - \tanh^2$$
#
# *Why?* With $u = 1 + e^{-x}$, $S = u^{-1}$ and the chain rule gives $S' = -u^{-2} \cdot (-e^{-x}) = \frac{1}{u} \cdot
# \frac{e^{-x}}{u}$. The first factor is $S$, the second is $\frac{u - 1}{u} = 1 - S$. And from $\tanh x = 2\,S(2x) - 1$:
# $\tanh' = 4\,S(2x)\,(1 - S(2x)) = (1 + \tanh x)(1 - \tanh x)$.

# %%
left, right = new_axes(2)
curves({"S(x)": sigmoid, "its slope S(1 − S)": lambda x: sigmoid(x) * (1 - sigmoid(x))},
       -6, 6, left, title="sigmoid", dashed=["its slope S(1 − S)"])
curves({"tanh x": tanh, "its slope 1 − tanh²": lambda x: 1 - tanh(x) ** 2},
       -6, 6, right, title="tanh", dashed=["its slope 1 − tanh²"])
right.figure

# %% [markdown]
# Remember two numbers: the sigmoid's slope is never more than ¼, tanh's never more than 1, and both are nearly 0 a few
# units away from the middle. Notebook 6 is about what that does to deep networks.
#
# Let the engine confirm it, by building tanh out of $e^{2x}$ step by step:

# %%
x = Value(0.7, label="x")
e2x = (2 * x).exp()
e2x.label = "e²ˣ"
t = (e2x - 1) / (e2x + 1)
t.label = "t"
t.backward()
print("built from e²ˣ: ", t.data, " slope", x.grad)
print("tanh, 1 − tanh²:", tanh(0.7), " slope", 1 - tanh(0.7) ** 2)
draw(t)

# %% [markdown]
# The same numbers, up to the rounding of the last digit; tanh as one operation simply knows the short cut.

# %% [markdown]
# ## A layer is a matrix formula
#
# Several neurons that see the same inputs form a **layer**. Their weights, written side by side, form a matrix $W$
# with a row for every input and a column for every neuron, and the whole layer is one line:
#
# $$h = S(W^\mathsf{T} x + b)$$
#
# (That is shorthand. $W^\mathsf{T} x$ means: for every column of $W$, multiply it by $x$, number by number, and add up. That
# is what each neuron does with its weights; then $b$ is added, and $S$ taken, neuron by neuron.)
#
# Let us do a complete network that way. From the grade average (CGPA), the IQ and the marks of the 10th and the 12th year
# it is to say whether a student will be **placed** in a job: 4 inputs, a layer of 3 neurons, a layer of 2, one
# output.
#
# | CGPA | IQ | 10th | 12th | placed |
# |---|---|---|---|---|
# | 7.2 | 72 | 69 | 89 | yes (1) |
# | 8.1 | 92 | 75 | 76 | no (0) |
#
# The weights here are small random numbers: nothing has been learnt yet, we only want to see the computation.

# %%
draws = random.Random(4)


def random_matrix(rows, columns):
    return [[draws.uniform(-0.02, 0.02) for _ in range(columns)] for _ in range(rows)]


W = [random_matrix(4, 3), random_matrix(3, 2), random_matrix(2, 1)]
bias = [[0.1, 0.2, 0.3], [0.1, 0.2], [0.1]]


def layer_by_matrix(x, W, b):
    """S(Wᵀx + b): for every column of W, the column times x, plus the bias, through S."""
    columns = list(zip(*W))
    sums = [sum(w * v for w, v in zip(column, x)) for column in columns]
    return [sigmoid(z + bj) for z, bj in zip(sums, b)]


# %%
students = [[7.2, 72, 69, 89], [8.1, 92, 75, 76]]

for student in students:
    h = student
    for Wk, bk in zip(W, bias):
        h = layer_by_matrix(h, Wk, bk)
        print([round(value, 4) for value in h], end="  ")
    print()

# %% [markdown]
# Now the same network from neurons. `MLP(4, [3, 2, 1])` (a *multi-layer perceptron*) makes the neurons; we put in the
# very same weights, column by column.

# %%
model = MLP(4, [3, 2, 1], activation="sigmoid", output_activation="sigmoid")
for layer, Wk, bk in zip(model.layers, W, bias):
    for j, neuron in enumerate(layer.neurons):
        neuron.b.data = bk[j]
        for i, w in enumerate(neuron.w):
            w.data = Wk[i][j]

for student in students:
    print(model(student).data)
model

# %% [markdown]
# Equal to the last digit shown. How many parameters are there? Each neuron has one weight per input, and a bias:
#
# $$(4 \cdot 3 + 3) + (3 \cdot 2 + 2) + (2 \cdot 1 + 1) = 15 + 8 + 3 = 26$$
#
# With NumPy you would write `sigmoid(W.T @ x + b)`. It is the same arithmetic; what the graph of values adds is that every
# single number can be looked at, and knows its derivative.

# %% [markdown]
# ## A network, neuron by neuron
#
# Three inputs, a layer of four neurons (**hidden** ones: between the inputs and the output), one output: 21 parameters.
# First written out in full:

# %%
rng = random.Random(7)
x = [Value(value, label=f"x{i + 1}") for i, value in enumerate([0.5, -1.0, 2.0])]


def neuron(name, inputs):
    weights = [Value(round(rng.uniform(-1, 1), 2)) for _ in inputs]
    for i, w in enumerate(weights):
        w.label = f"{name}.w{i + 1}"
    offset = Value(0.1, label=f"{name}.b")
    result = tanh(sum((w * v for w, v in zip(weights, inputs)), offset))
    result.label = name
    return result


h1 = neuron("h1", x)
h2 = neuron("h2", x)
h3 = neuron("h3", x)
h4 = neuron("h4", x)
out = neuron("out", [h1, h2, h3, h4])
print([round(h.data, 4) for h in (h1, h2, h3, h4)], "→", round(out.data, 4))

# %% [markdown]
# **What does a number depend on?** Its graph says. `topological_order` lists everything that went into it, in an order in
# which it can be computed:

# %%
def depends_on(value):
    below = topological_order(value)[:-1]   # the last one is the value itself
    return [node.label for node in below if node.label]


print("h2 depends on", *depends_on(h2))
print()
print("out depends on", *depends_on(out))

# %% [markdown]
# $h_2$ knows the inputs and its own parameters, and nothing of $h_1$, $h_3$, $h_4$: neurons of one layer do not see each
# other. The output depends on all 21 parameters and 3 inputs. So a derivative of the output exists towards each of them,
# and one `backward()` finds all 24:

# %%
out.backward()
h2_weights = [node for node in topological_order(out) if node.label.startswith("h2.")]
print({node.label: round(node.grad, 4) for node in h2_weights})

# %% [markdown]
# ## Neuron → Layer → MLP
#
# Nobody writes out a network neuron by neuron. Three small classes do it, and they are as short as they sound. This
# is a complete implementation:

# %%
class MyNeuron:
    def __init__(self, inputs):
        self.w = [Value(random.uniform(-1, 1)) for _ in range(inputs)]
        self.b = Value(0.0)

    def __call__(self, x):
        return tanh(sum((w * v for w, v in zip(self.w, x)), self.b))


class MyLayer:
    def __init__(self, inputs, outputs):
        self.neurons = [MyNeuron(inputs) for _ in range(outputs)]

    def __call__(self, x):
        return [neuron(x) for neuron in self.neurons]


# %%
class MyMLP:
    def __init__(self, inputs, sizes):
        self.layers = [MyLayer(a, b) for a, b in zip([inputs, *sizes], sizes)]

    def __call__(self, x):
        for layer in self.layers:
            x = layer(x)
        return x


random.seed(0)
MyMLP(3, [4, 1])([0.5, -1.0, 2.0])

# %% [markdown]
# The classes of `nn` are these three, with choices: activations, initial weights, names for all parameters.

# %%
print(Neuron(3, activation="tanh"))
print(Layer(3, 4, activation="tanh"))
rng = random.Random(7)
net = MLP(3, [4, 1], activation="tanh", output_activation="tanh", rng=rng)
summary(net, [0.5, -1.0, 2.0])

# %%
[name for name, _ in net.named_parameters()][:6]

# %% [markdown]
# ## The same network at every distance
#
# A picture of every value soon gets crowded, so `draw` has four levels. From near: **values**, every single operation.
# (The inputs are made anew, since those above still hold the gradients of `out`, and new ones would be added to them.)

# %%
def network(fused):
    rng = random.Random(7)
    return MLP(3, [4, 1], activation="tanh", output_activation="tanh", rng=rng, fused=fused)


def new_inputs():
    return [Value(v.data, label=v.label) for v in x]


plain = network(fused=False)
y = plain(new_inputs())
y.label = "out"
y.backward()
draw(y, model=plain, level="values")

# %% [markdown]
# **Clusters** draw a frame around what belongs to a neuron and a layer. (`nn` normally takes a neuron's weighted sum as
# *one* operation, a dot product; it is faster, and the picture is calmer.)

# %%
y = net(new_inputs())
y.label = "out"
y.backward()
draw(y, model=net, level="clusters")

# %% [markdown]
# **Neuron**: one card for each, with its parameters inside. The colour of an arrow says the sign of the gradient it
# carries, its width the size. And **layer**, from furthest away. There a card has no room for many gradients, so it shows
# one number for all of them, `‖∂‖`, their **norm**: the root of the sum of their squares. It is 0 only if all are.

# %% tags=["picture"]
draw(y, model=net, level="neuron")

# %%
draw(y, model=net, level="layer")

# %% [markdown]
# The stepper knows the level of neurons, too: one step per neuron forward, one per neuron back.

# %%
stepper(y, model=net, level="neuron")

# %% [markdown]
# ## Why the curve is needed: linear layers collapse
#
# What if we left the activation out? Then a layer is $h = W_1^\mathsf{T} x + b_1$, the next one $y = W_2^\mathsf{T} h +
# b_2$, and putting the first into the second
#
# $$y = W_2^\mathsf{T}\,(W_1^\mathsf{T} x + b_1) + b_2 = \underbrace{(W_1 W_2)^\mathsf{T}}_{W^\mathsf{T}}\, x +
# \underbrace{W_2^\mathsf{T} b_1 + b_2}_{b}$$
#
# is *one* linear layer with the weights $W = W_1 W_2$. A hundred linear layers are as weak as one, they just have more
# parameters. We can watch it: for a linear function the derivatives towards the inputs **are** the collapsed weights,
# the same everywhere.

# %%
deep_linear = MLP(2, [5, 4, 1], activation=None, rng=random.Random(1))
with_tanh = MLP(2, [5, 4, 1], activation="tanh", rng=random.Random(1))

for each in (deep_linear, with_tanh):
    for layer in each.layers:
        for neuron in layer.neurons:
            neuron.b.data = 0.5

for name, each in [("linear", deep_linear), ("tanh", with_tanh)]:
    for place in ([0.0, 0.0], [3.0, -1.0]):
        inputs = [Value(v) for v in place]
        each(inputs).backward()
        print(f"{name:6} at {place}: slopes", [round(v.grad, 6) for v in inputs])

# %% [markdown]
# The linear network's slopes do not depend on where we are. Rebuild it from them, as a single neuron without
# activation:

# %%
origin = deep_linear([0.0, 0.0]).data
inputs = [Value(0.0), Value(0.0)]
deep_linear(inputs).backward()
collapsed = [v.grad for v in inputs]

for place in ([1.0, 2.0], [-4.0, 0.5]):
    one = sum(w * v for w, v in zip(collapsed, place)) + origin
    print(f"44 parameters: {deep_linear(place).data:.10f}   3 numbers: {one:.10f}")

# %%
ax = curves({"linear, 3 layers": lambda v: deep_linear([v, 0.5]).data,
             "tanh, 3 layers": lambda v: with_tanh([v, 0.5]).data},
            -4, 4, xlabel="x₁ (with x₂ = 0.5)", title="what a network can bend")
ax.figure

# %% [markdown]
# The curve between the layers is what lets a network bend. With enough neurons it can come as close as you like to any
# continuous function on a bounded region (Cybenko 1989, Hornik 1991).

# %% [markdown]
# ## Now you
#
# **Exercise 1.** How many parameters does `MLP(5, [8, 8, 2])` have? Work it out before you let `nn` count.

# %%
parameters = ...

check("3.1", parameters)

# %% [markdown]
# **Exercise 2.** Three neurons without activation: $h_1 = 2x + 1$, $h_2 = -x + 3$, and $y = 3 h_1 + h_2 - 2$. Collapse
# them into one: $y = w x + b$.

# %%
w = ...
b = ...

check("3.2", (w, b))

# %% [markdown]
# **Exercise 3.** Write $S(x)$ using only `.exp()` (or `exp` from `autograd`), `+` and `/`, so that it works on a `Value`,
# and write its slope using only the *result* `s`.

# %%
def my_sigmoid(x):
    return ...


def slope_from_result(s):
    return ...


check("3.3", (my_sigmoid, slope_from_result))

# %% [markdown]
# ## What you can now do
#
# - compute a neuron, a layer and a whole network by hand, by matrices and as a graph, and know that they agree;
# - count the parameters of a network, and say what an output depends on;
# - derive and use $S' = S(1-S)$ and $\tanh' = 1 - \tanh^2$;
# - explain why linear layers collapse into one and what the activation is for;
# - look at a network at four distances: values, clusters, neurons, layers.
#
# So far the weights were random. In [notebook 4](04_training_two_moons.ipynb) the network learns.
