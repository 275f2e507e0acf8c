# %% [markdown]
# # 7 · Worked examples
#
# **The question: how does one go from "it computes gradients" to "it solves my problem, and I know how well"?**
#
# Eight short projects, each with its own lesson: two networks by hand, formula by formula; handwritten digits, with an
# ordinary network and with one that looks through small windows; choosing the settings; learning by heart and how to
# prevent it; sentences; a rare illness; and questions with several right answers. They can be read in any order, once
# the two cells here have been run.

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
import csv
import math
import random

from exercises import check
from plotting import curves, dots, grid, lines, new_axes, style

from autograd import Value, draw, record, sigmoid
from nn import (MLP, SGD, Adam, Dropout, Layer, Sequential, binary_cross_entropy_with_logits,
                confusion_matrix, cross_entropy, fit, focal, half_mse, l2_penalty, mse, multi_label,
                plot_confusion, precision_recall_f1, score_accuracy)
from nn.data import split, two_moons
from nn.metrics import plain, predicted_class

# %% [markdown]
# ## 1 · A salary by hand: the LPA network
#
# From IQ and grade average (CGPA) a network is to predict a salary in LPA (lakhs, that is 100,000s, of rupees per year). Two inputs, two hidden
# neurons, one output, no activations; all weights are 0.1 and all biases 0.
#
# | IQ | CGPA | LPA |
# |---|---|---|
# | 80 | 8 | 3 |
# | 60 | 9 | 5 |
# | 70 | 5 | 8 |
#
# Forward, for the first student:
#
# $$O_{1} = O_{2} = 0.1 \cdot 80 + 0.1 \cdot 8 + 0 = 8.8 \qquad
# \hat y = 0.1 \cdot 8.8 + 0.1 \cdot 8.8 + 0 = 1.76 \qquad L = (3 - 1.76)^2 = 1.5376$$
#
# Backward, from the loss to the inputs, each line by the chain rule from the one above ($w^{(2)}_1$ is the first weight of the
# second layer):
#
# $$\frac{\partial L}{\partial \hat y} = -2(y - \hat y) = -2.48 \qquad
# \frac{\partial L}{\partial w^{(2)}_{1}} = \frac{\partial L}{\partial \hat y}\,O_1 = -2.48 \cdot 8.8 = -21.824 \qquad
# \frac{\partial L}{\partial b^{(2)}} = -2.48$$
#
# $$\frac{\partial L}{\partial O_1} = \frac{\partial L}{\partial \hat y}\, w^{(2)}_1 = -0.248 \qquad
# \frac{\partial L}{\partial w^{(1)}_{1}} = -0.248 \cdot 80 = -19.84 \qquad
# \frac{\partial L}{\partial w^{(1)}_{2}} = -0.248 \cdot 8 = -1.984 \qquad
# \frac{\partial L}{\partial b^{(1)}} = -0.248$$

# %%
STUDENTS = [([80.0, 8.0], 3.0), ([60.0, 9.0], 5.0), ([70.0, 5.0], 8.0)]

salary = MLP(2, [2, 1], activation=None, init=0.1)
x, y = STUDENTS[0]
loss = mse(salary(x), y)
loss.label = "L"
loss.backward()
print("prediction", round(salary(x).data, 10), "  loss", round(loss.data, 10))
for name, parameter in salary.named_parameters():
    print(f"∂L/∂{name:18} = {parameter.grad:.4f}")

# %%
draw(loss, model=salary, level="clusters")

# %% [markdown]
# One step of gradient descent, $w \leftarrow w - \eta\,\partial L/\partial w$, moves all nine parameters at once, and the
# prediction comes nearer to 3. (The rate is tiny because the inputs are large. In practice one would standardize them.)

# %%
SGD(salary.parameters(), lr=0.0001).step()
print("prediction after one step:", round(salary(x).data, 4))

# %% [markdown]
# ## 2 · A height by hand: the same with sigmoids
#
# From a person's weight $X_1$ and shoulder width $X_2$ to the height $Y$. Two hidden sigmoid neurons, a linear output, the loss
# $L = \frac12 (Y - \hat Y)^2$. With $f' = f(1 - f)$, the nine gradients are
#
# | output layer | first hidden neuron | second hidden neuron |
# |---|---|---|
# | $\partial L/\partial W_5 = (\hat Y - Y)\,O_1$ | $\partial L/\partial W_1 = (\hat Y - Y)\,W_5\,O_1(1 - O_1)\,X_1$ | $\partial L/\partial W_3 = (\hat Y - Y)\,W_6\,O_2(1 - O_2)\,X_1$ |
# | $\partial L/\partial W_6 = (\hat Y - Y)\,O_2$ | $\partial L/\partial W_2 = (\hat Y - Y)\,W_5\,O_1(1 - O_1)\,X_2$ | $\partial L/\partial W_4 = (\hat Y - Y)\,W_6\,O_2(1 - O_2)\,X_2$ |
# | $\partial L/\partial B_3 = \hat Y - Y$ | $\partial L/\partial B_1 = (\hat Y - Y)\,W_5\,O_1(1 - O_1)$ | $\partial L/\partial B_2 = (\hat Y - Y)\,W_6\,O_2(1 - O_2)$ |
#
# Each is one path through the network, written from the loss to the parameter. We type them in as they stand, and let the
# engine do the same network.

# %%
X1, X2, Y = 68.0, 14.0, 5.7
W1, W2, B1, W3, W4, B2, W5, W6, B3 = START = [0.02, -0.05, 0.1, -0.01, 0.06, -0.2, 1.5, -0.7, 0.3]

O1, O2 = sigmoid(W1 * X1 + W2 * X2 + B1), sigmoid(W3 * X1 + W4 * X2 + B2)
error = W5 * O1 + W6 * O2 + B3 - Y
by_hand = {
    "W1": error * W5 * O1 * (1 - O1) * X1,
    "W2": error * W5 * O1 * (1 - O1) * X2,
    "B1": error * W5 * O1 * (1 - O1),
    "W3": error * W6 * O2 * (1 - O2) * X1,
    "W4": error * W6 * O2 * (1 - O2) * X2,
    "B2": error * W6 * O2 * (1 - O2),
    "W5": error * O1,
    "W6": error * O2,
    "B3": error,
}

height = MLP(2, [2, 1], activation="sigmoid")
for parameter, start in zip(height.parameters(), START):
    parameter.data = start
half_mse(height([X1, X2]), Y).backward()

for (name, formula), parameter in zip(by_hand.items(), height.parameters()):
    print(f"∂L/∂{name}: formula {formula:+.10f}   engine {parameter.grad:+.10f}")

# %% [markdown]
# The same for any network, without the typing. That is what the engine is for.

# %% [markdown]
# ## 3 · Handwritten digits
#
# 537 images of the digits 0, 1 and 2, drawn by many hands, 8 × 8 pixels of 0 to 16. (From "Optical Recognition of Handwritten
# Digits", Alpaydin and Kaynak 1998, UCI Machine Learning Repository, CC BY 4.0.) One in five is put aside: the network
# will not see it before the end.

# %%
with open("data/digits_012.csv") as file:
    rows = [[float(cell) for cell in row] for row in list(csv.reader(file))[1:]]
images, digits = [[v / 16 for v in row[:-1]] for row in rows], [int(row[-1]) for row in rows]
train, held_out = split(images, digits, (0.8, 0.2), stratify=True, rng=random.Random(0))


def show(pictures, titles, cmaps=("gray_r",)):
    axes = new_axes(len(pictures), width=1.25, height=1.5)
    for k, (ax, picture, title) in enumerate(zip(axes, pictures, titles)):
        most, side = max(abs(v) for v in picture), math.isqrt(len(picture))
        cmap = cmaps[k % len(cmaps)]
        with style():
            ax.imshow([picture[i : i + side] for i in range(0, side**2, side)], cmap=cmap,
                      vmin=0 if cmap == "gray_r" else -most, vmax=most)
            ax.set_title(title, fontsize=9)
            ax.axis("off")
    return axes[0].figure


show(train[0][:8], train[1][:8])

# %%
def gently(fan_in, fan_out, rng):
    return rng.uniform(-0.1, 0.1)          # small first weights, so that what we see later was learnt


rng = random.Random(0)
reader = MLP(64, [8, 3], activation="tanh", init=gently, rng=rng)
fit(reader, *train, loss=cross_entropy, optimizer=Adam(reader.parameters(), lr=0.02), epochs=3,
    batch_size=16, rng=rng, progress=False)

# %%
scores = plain(reader.batch(held_out[0]))
print(f"{score_accuracy(scores, held_out[1]):.1%} of {len(scores)} new images are read correctly")
table = confusion_matrix([predicted_class(row) for row in scores], held_out[1], [0, 1, 2])
plot_confusion(table, ["0", "1", "2"]).figure

# %% [markdown]
# What does it look at? Each pixel is an input, so the score of a digit has a derivative towards each pixel: how would more ink
# *here* change the score of "0"? Averaged over the new images of each digit, red raises its score, blue lowers it.

# %%
def ink_for(digit, picture):
    """∂(score of the digit)/∂(each pixel) at this picture."""
    pixels = [Value(v) for v in picture]
    reader(pixels)[digit].backward()
    return [pixel.grad for pixel in pixels]


def average(pictures):
    return [sum(column) / len(pictures) for column in zip(*pictures)]


maps = []
for digit in (0, 1, 2):
    own = [picture for picture, truth in zip(*held_out) if truth == digit]
    maps += [average(own), average([ink_for(digit, picture) for picture in own])]
titles = [title for digit in "012" for title in (f"all '{digit}'", f"ink for '{digit}'")]
show(maps, titles, cmaps=("gray_r", "RdBu_r"))

# %% [markdown]
# The map of the 0 asks for ink at the left and the right, half-way up, where a 0 has its sides; that of the 1 in the very
# centre, which a 0 leaves empty; that of the 2 along the foot, and for none at the left above it. Nobody told the
# network where digits have their ink; the gradients did.
#
# ### The same through small windows: a convolution
#
# That network has a weight for every pixel, and what it learns about a stroke at the top it does not know about the same
# stroke at the bottom. A **convolution** has neurons that look at a small window, here 3 × 3 pixels, and slides each of
# them over the whole picture, **with the same ten parameters everywhere**. Each gives a picture of 6 × 6 numbers, a
# *map*: how much of its stroke is where. **Pooling** then keeps the largest number of every 2 × 2 of them ("there was
# such a stroke, about here"). Three such neurons, their three maps of 3 × 3 numbers in one row (`Flatten`), and an
# ordinary layer for the three scores:

# %%
from nn import Conv2d, Flatten, MaxPool2d


def squares(pictures):
    return [[picture[i : i + 8] for i in range(0, 64, 8)] for picture in pictures]


rng = random.Random(0)
windows = Conv2d(1, 3, 3, activation="relu", rng=rng)
looker = Sequential(windows, MaxPool2d(2), Flatten(), Layer(27, 3, nonlin=False, rng=rng))
print(len(looker.parameters()), "parameters; the network above has", len(reader.parameters()))

fit(looker, squares(train[0]), train[1], loss=cross_entropy, optimizer=Adam(looker.parameters(), lr=0.02),
    epochs=3, batch_size=16, rng=rng, progress=False)
scores = plain(looker.batch(squares(held_out[0])))
print(f"{score_accuracy(scores, held_out[1]):.1%} of {len(scores)} new images are read correctly")

# %% [markdown]
# One image more is misread, and a fifth of the parameters does. A weight that is used at 36 places gets 36 contributions to its gradient,
# and backpropagation adds them up, as it does with everything that is used more than once (notebook 2). And one can see
# what the windows look for: on top the nine weights of each (red: ink wanted, blue: not wanted), below where it finds
# that in a picture of a 0 and of a 2.

# %%
kernels = [[w.data for w in neuron.w] for neuron in windows.neurons]
show(kernels, [f"window {k}" for k in (1, 2, 3)], cmaps=("RdBu_r",))

# %%
maps, titles = [], []
for digit in (0, 2):
    picture = next(picture for picture, truth in zip(*held_out) if truth == digit)
    found = plain(windows(squares([picture])[0]))              # three maps of 6 × 6
    maps += [picture, *[[v for row in rows for v in row] for rows in found]]
    titles += [f"'{digit}'", *[f"window {k}" for k in (1, 2, 3)]]
show(maps, titles)

# %% [markdown]
# ## 4 · Choosing the settings
#
# Learning rate, number of neurons, number of epochs: numbers that gradients do not find are **hyperparameters**. One tries
# several, and compares them on rows that were **not** learnt from. Those rows have then been used for choosing, so
# the final figure must come from a third part, which is looked at once.

# %%
points, moons = two_moons(240, noise=0.25, rng=random.Random(4))
learn, choose, final = split(points, moons, (0.5, 0.25, 0.25), stratify=True, rng=random.Random(0))


def as_01(part):
    return part[0], [(label + 1) / 2 for label in part[1]]

# %%
learn, choose, final = map(as_01, (learn, choose, final))


def trained(width, rate, epochs=40):
    model = MLP(2, [width, 1], activation="tanh", rng=random.Random(1))
    fit(model, *learn, loss=binary_cross_entropy_with_logits, optimizer=Adam(model.parameters(), lr=rate),
        epochs=epochs, batch_size=20, rng=random.Random(2), progress=False)
    return model


def loss_on(model, part):
    return binary_cross_entropy_with_logits(model.batch(part[0]), part[1]).data


rates = (0.001, 0.01, 0.1, 1.0)
tried = {(width, rate): trained(width, rate) for width in (2, 8, 16) for rate in rates}
losses = {setting: loss_on(model, choose) for setting, model in tried.items()}

print("loss on the rows for choosing")
print("neurons  " + "".join(f"η = {rate:<8}" for rate in rates))
for width in (2, 8, 16):
    print(f"{width:>7}  " + "".join(f"{losses[width, rate]:<12.3f}" for rate in rates))

# %%
best = min(losses, key=losses.get)
accuracy = score_accuracy(plain(tried[best].batch(final[0])), final[1])
print(f"chosen: {best[0]} neurons, η = {best[1]};  on the rows kept for the end: {accuracy:.1%}")

# %% [markdown]
# Too small a rate has not arrived after 40 epochs, too large a one jumps about. This is the usual picture: a valley along the
# learning rate, in which the other settings matter less. So tune the learning rate first.

# %% [markdown]
# ## 5 · Learning by heart
#
# Now a network that is far too large for its data: 16 neurons, with 65 parameters, and 24 noisy points. It can go around each point by itself,
# and learns the noise along with the moons. That is **overfitting**, and one sees it only on rows it has not learnt
# from. Three remedies:
#
# - **regularisation**: a penalty $\lambda \sum w^2$ on the loss keeps the weights small, and the curve smooth;
# - **dropout**: while learning, each hidden number is set to 0 with a probability $p$, at random each time (and the others are
#   divided by $1 - p$), so that no neuron can rely on another;
# - **early stopping**: keep the parameters of the epoch in which the held-out loss was smallest.

# %%
few = as_01(two_moons(24, noise=0.35, rng=random.Random(8)))
many = as_01(two_moons(80, noise=0.35, rng=random.Random(9)))


def network(p=0.0):
    rng = random.Random(5)
    hidden, output = Layer(2, 16, rng=rng), Layer(16, 1, nonlin=False, rng=rng)
    return Sequential(hidden, Dropout(p, rng=rng), output)


def learn_few(model, **options):
    optimizer = Adam(model.parameters(), lr=0.05)
    return fit(model, *few, loss=binary_cross_entropy_with_logits, optimizer=optimizer, epochs=120,
               progress=False, validation=many, rng=random.Random(1), **options)

# %%
models = {"nothing": network(), "penalty": network(), "dropout": network(0.5),
          "early stopping": network()}
histories = {
    "nothing": learn_few(models["nothing"]),
    "penalty": learn_few(models["penalty"], penalty=lambda model: l2_penalty(model, 0.02)),
    "dropout": learn_few(models["dropout"]),
    "early stopping": learn_few(models["early stopping"], early_stopping=30),
}
for name, model in models.items():
    model.eval()                       # in use: nothing is dropped
    print(f"{name:15} loss on what it learnt {loss_on(model, few):.3f},",
          f"on 80 new points {loss_on(model, many):.3f}")

# %% tags=["picture"]
held_out_losses = {name: history.validation_loss for name, history in histories.items()}
left, right = new_axes(2)
lines({"learnt from": histories["nothing"].loss, "new points": held_out_losses["nothing"]}, left,
      xlabel="epoch", ylabel="loss", title="no remedy")
lines(dict(reversed(held_out_losses.items())), right, xlabel="epoch", title="new points, with each remedy")
right.figure

# %% [markdown]
# On the left, the two curves part: from there on, whatever the network still learns is noise. On the right, early stopping
# goes the way of "nothing", and ends it (30 epochs after the best one, to be sure that it was the best). Its figure above
# flatters it a little, because it chose its epoch by these very points; for an honest one take a third part, as in
# section 4. And here is what the networks draw:

# %%
def map_of(model, ax, title):
    xs, ys = grid(-1.8, 2.8, 40), grid(-1.4, 1.9, 40)
    score = record(lambda a, b: model([a, b]), 0.0, 0.0)
    flat = score.map(*zip(*[(a, b) for b in ys for a in xs]))
    with style():
        ax.contourf(xs, ys, [flat[i : i + 40] for i in range(0, 1600, 40)], levels=grid(-6, 6, 13),
                    cmap="RdBu_r", alpha=0.6, extend="both")
        ax.set(title=title)
    for label in (0, 1):
        dots([x for x, t in zip(*few) if t == label], ax, color=label)


axes = new_axes(3, width=3.2, height=2.8)
for ax, name in zip(axes, ("nothing", "penalty", "dropout")):
    map_of(models[name], ax, name)
axes[0].figure

# %% [markdown]
# ### A fourth remedy: noise
#
# Is noise only bad? Let us add some on purpose. Shake the *inputs* of a linear model by
# random amounts $\varepsilon$ with spread $\sigma$, each time anew. On average over the shaking the squared error becomes
#
# $$\overline{(w (x + \varepsilon) - y)^2} = (w x - y)^2 + \sigma^2 w^2$$
#
# (multiply out: the mixed term averages to 0, and $\varepsilon^2$ to $\sigma^2$). The second term is a **penalty on large
# weights**: noise in the inputs *is* a regulariser. With numbers:

# %%
rng = random.Random(1)
w, x, y, sigma = 1.5, 0.8, 1.0, 0.5
shaken = [(w * (x + rng.gauss(0, sigma)) - y) ** 2 for _ in range(200_000)]
print(f"average over shaken inputs: {sum(shaken) / len(shaken):.3f}")
print(f"squared error + σ²w²:       {(w * x - y) ** 2 + sigma**2 * w**2:.3f}")

# %% [markdown]
# And in a network with far too many parameters for 16 noisy points? Once trained on the points as they are, once shaken
# anew in every epoch, for six different sets of points. (`record` and `map_backward` run all
# points at once; notebook 9 shows how.)

# %%
def wave(x):
    return math.sin(2 * x)


def experiment(noise, seed):
    draws = random.Random(seed)
    points = [(x, wave(x) + draws.gauss(0, 0.5)) for x in grid(-1.6, 1.6, 16)]
    model = MLP(1, [24, 1], activation="tanh", rng=draws)
    for neuron in model.layers[0].neurons:      # steep, so that it can bend anywhere
        neuron.w[0].data, neuron.b.data = draws.uniform(-8, 8), draws.uniform(-8, 8)
    optimizer = Adam(model.parameters(), lr=0.02)
    loss = record(lambda x, y: mse(model([x]), y), 0.0, 0.0)
    for _ in range(300):
        shaken = [x + draws.gauss(0, noise) for x, _ in points]
        optimizer.zero_grad()
        loss.map_backward(shaken, [y for _, y in points])
        optimizer.step()
    return model, points

# %%
def cost(model, points):
    return mse(model.batch([[x] for x, _ in points]), [y for _, y in points]).data


unseen = [(x, wave(x)) for x in grid(-1.6, 1.6, 60)]
shown = {"truth": wave}
for noise in (0.0, 0.2):
    runs = [experiment(noise, seed) for seed in range(6)]
    on_points = sum(cost(model, points) for model, points in runs) / 6
    on_truth = sum(cost(model, unseen) for model, _ in runs) / 6
    print(f"noise {noise}: cost on its points {on_points:.3f}, on the truth {on_truth:.3f}")
    shown[f"noise {noise}"] = lambda x, model=runs[1][0]: model([x]).data

ax = curves(shown, -1.6, 1.6, dashed=["truth"])
dots(runs[1][1], ax, "points", color=7).figure

# %% [markdown]
# With noise it fits its points worse and the truth better: it can no longer afford to bend through every single point. The
# noise of small batches (notebook 5) can have a similar effect, one more reason why they are popular.

# %% [markdown]
# ## 6 · Is this sentence friendly?
#
# The file `data/sentences.csv` has 80 short reviews, half of them good. A sentence becomes numbers as a **bag of words**:
# one number for each word of the vocabulary, 1 if it occurs. The model is a single neuron: a weight per word.

# %%
with open("data/sentences.csv") as file:
    reviews = [(row["sentence"], int(row["good"])) for row in csv.DictReader(file)]


def words_of(sentence):
    return sentence.lower().replace(",", " ").split()


vocabulary = sorted({word for sentence, _ in reviews for word in words_of(sentence)})


def bag(sentence):
    found = set(words_of(sentence))
    return [float(word in found) for word in vocabulary]


def critic_of(learnt):
    critic = MLP(len(vocabulary), [1], init=0.0)
    fit(critic, [bag(sentence) for sentence, _ in learnt], [good for _, good in learnt],
        loss=binary_cross_entropy_with_logits, optimizer=Adam(critic.parameters(), lr=0.05), epochs=40,
        progress=False, penalty=lambda model: l2_penalty(model, 0.002))
    return critic


print(f"{len(vocabulary)} words, such as {', '.join(vocabulary[::25])}")

# %% [markdown]
# With so few sentences, putting a part aside for good is a waste, and 20 of them would be a poor test. **Cross-validation**
# uses every sentence for both, one after the other: cut the sentences into four parts, learn from three, test on the
# fourth, and do so four times. (The reviews come in pairs, a good and a bad one on the same subject; the `// 2` keeps
# a pair together.)

# %%
right = 0
for part in range(4):
    critic = critic_of([review for k, review in enumerate(reviews) if k // 2 % 4 != part])
    test = [review for k, review in enumerate(reviews) if k // 2 % 4 == part]
    right += sum((critic(bag(sentence)).data > 0) == good for sentence, good in test)
print(f"{right} of {len(reviews)} sentences right, each by a critic that had not seen it")

critic = critic_of(reviews)                # and the one to use learns from all

# %%
weights = sorted(zip((w.data for w in critic.layers[0].neurons[0].w), vocabulary))
print("worst:", ", ".join(f"{word} {w:+.1f}" for w, word in weights[:8]))
print("best: ", ", ".join(f"{word} {w:+.1f}" for w, word in weights[:-9:-1]))
for sentence in ("a great film with a perfect ending", "the waiter was rude and the soup was cold",
                 "not bad, not boring, not a waste of time"):
    print(f"{sigmoid(critic(bag(sentence)).data):4.0%} good: {sentence}")

# %% [markdown]
# Each weight can be read: that is the beauty of a single neuron. And the last sentence shows its limit. A bag has no
# order, so "not bad" is *not* and *bad*. To do better a model must look at words together, as the one in
# [notebook 10](10_a_tiny_gpt.ipynb) does.

# %% [markdown]
# ## 7 · Rare cases
#
# About one person in twenty is ill. A model that always says "healthy" is right for 95 %, and useless. So **accuracy**
# says little here; two other figures say more. **Precision**: of those called ill, how many are? **Recall**: of the
# ill, how many were found? ($F_1 = 2PR/(P + R)$ makes one figure of the two, which is small where one of them is.)
#
# The remedies change the loss: **class weights** make each ill person count as much as 19 healthy ones; the **focal loss**
# multiplies each case's cross-entropy by $(1 - p)^\gamma$, where $p$ is the probability given to the right answer, so that cases
# that are settled already count for little.

# %%
def people(n, share, dice):
    ill = [dice.random() < share for _ in range(n)]
    return [[dice.gauss(1.3 * i, 1), dice.gauss(1.3 * i, 1)] for i in ill], [int(i) for i in ill]


training, others = people(200, 0.05, random.Random(2)), people(1000, 0.05, random.Random(3))
print(sum(training[1]), "of 200 are ill")

LOSSES = {
    "plain": binary_cross_entropy_with_logits,
    "class weights": lambda scores, targets: binary_cross_entropy_with_logits(
        scores, targets, weight=(1.0, 19.0)),
    "focal loss": lambda scores, targets: focal(scores, targets, gamma=2.0, alpha=0.95),
}
for name, loss_of in LOSSES.items():
    model = MLP(2, [1], init=0.0)
    fit(model, *training, loss=loss_of, optimizer=Adam(model.parameters(), lr=0.1), epochs=60, progress=False)
    called = [int(model(x).data > 0) for x in others[0]]
    found = precision_recall_f1(called, others[1])
    right = sum(c == t for c, t in zip(called, others[1])) / len(called)
    print(f"{name:14} accuracy {right:.0%}   precision {found.precision:.0%}   recall {found.recall:.0%}")

# %% [markdown]
# With the plain loss the accuracy is splendid and most of the ill are missed. With either remedy most are found, and the
# price is false alarms. (With a single neuron both remedies do much the same: they move the border towards the healthy.)
# Which is better depends on what a miss costs, and that is not for the gradient to decide.

# %% [markdown]
# ## 8 · Several right answers
#
# So far each example had one class. A photo can show a dog *and* a beach: **multi-label**. The outputs then do not compete
# in a softmax; each is a yes-or-no question of its own, with a sigmoid and a binary cross-entropy. Here the labels of
# a point are: is it *right* of the middle, is it *above*, is it within the *circle*?

# %%
QUESTIONS = ("right", "above", "circle")


def answers_of(p):
    return [float(p[0] > 0), float(p[1] > 0), float(math.hypot(*p) < 0.7)]


dice = random.Random(6)
places = [[dice.uniform(-1, 1), dice.uniform(-1, 1)] for _ in range(300)]
learnt, new = places[:200], places[200:]
labeller = MLP(2, [10, 3], activation="tanh", rng=random.Random(1))
fit(labeller, learnt, [answers_of(p) for p in learnt], loss=multi_label,
    optimizer=Adam(labeller.parameters(), lr=0.05), epochs=60, batch_size=50, rng=dice, progress=False)

replies = [[score.data > 0 for score in labeller(p)] for p in new]
for k, question in enumerate(QUESTIONS):
    right = sum(reply[k] == answers_of(p)[k] for reply, p in zip(replies, new))
    print(f"{question:7} {right} of {len(new)} right")
p = [0.3, -0.4]
print(p, "→", {q: f"{sigmoid(score.data):.0%}" for q, score in zip(QUESTIONS, labeller(p))})

# %% [markdown]
# ## Now you
#
# **Exercise 1.** The second student of the LPA network has IQ 60, CGPA 9 and the salary 5. With all weights 0.1 and biases 0,
# what does the network predict, and what is $\partial L/\partial \hat y$ for $L = (y - \hat y)^2$?

# %%
prediction = ...
dL_dprediction = ...

check("7.1", (prediction, dL_dprediction))

# %% [markdown]
# **Exercise 2.** A test calls 8 people ill. 6 of them are; 4 others who are ill it has missed. What are precision, recall
# and $F_1$?

# %%
precision = ...
recall = ...
f1 = ...

check("7.2", (precision, recall, f1))

# %% [markdown]
# **Exercise 3.** Write a step of gradient descent with L2 regularisation, for a list of weights (floats): the loss is
# $L + \lambda \sum w^2$, and `gradients` are those of $L$ alone. Return the new weights.

# %%
def regularised_step(weights, gradients, rate, strength):
    return ...


check("7.3", regularised_step)

# %% [markdown]
# ## What you can now do
#
# - write down every gradient of a small network by hand, and check it;
# - divide your data in three, choose settings on the second part, and report the third;
# - see overfitting in two curves, and hold against it with penalties, dropout and early stopping;
# - turn images, sentences and people into numbers; read a model's weights and ask for its derivatives;
# - choose loss and measure for rare classes and for several labels at once.
#
# [Notebook 8](08_derivatives_of_derivatives.ipynb) goes back to the derivative itself.
