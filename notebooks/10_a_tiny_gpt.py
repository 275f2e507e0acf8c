# %% [markdown]
# # 10 · A tiny GPT
#
# **The question: what is inside a language model, down to the last number?**
#
# The models behind chatbots predict the next piece of a text from all pieces before it. They are large, but they are not
# of another kind than what you know: sums of products, a few curves, one loss, one backward pass. Here we build such a
# *generative pre-trained transformer* out of values, for letters instead of words: it reads names, learns what comes
# next, and makes up new ones. And because it is made of values, we can ask any number in it where it came from.

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
from pathlib import Path

from exercises import check
from plotting import COLORS, lines, new_axes, style

from autograd import Value, dot, draw, logsumexp, mean, no_grad, record, softmax, spy, topological_order
from nn import Adam, Layer, Module, RMSNorm

# %% [markdown]
# ## Letters as numbers
#
# Our text is a list of 258 first names. There are 27 **tokens**: the letters, and a dot that begins and ends each name.
# A token goes into the model as 27 numbers, one of which is 1 (**one-hot**).

# %%
names = Path("data/names.txt").read_text().split()
ALPHABET = ".abcdefghijklmnopqrstuvwxyz"


def one_hot(letter):
    return [float(letter == each) for each in ALPHABET]


print(len(names), "names, such as", ", ".join(names[::40]))
print("the model is to say, for 'ada':", ", ".join(f"{'.ada'[:k]} → {'ada.'[k - 1]}" for k in range(1, 5)))

# %% [markdown]
# ## What is there to beat?
#
# A model answers with a probability for each token. Its **loss** is $-\ln$ of the probability it gave to the token that
# really came, on average: the *surprise*. Who knows nothing says 1/27 each time. Who has counted which letter follows which
# (a **bigram** table) knows more:

# %%
know_nothing = math.log(27)

pairs = [(a, b) for name in names for a, b in zip("." + name, name + ".")]
counts = {pair: pairs.count(pair) for pair in set(pairs)}
firsts = {a: sum(n for (first, _), n in counts.items() if first == a) for a in ALPHABET}
bigram = -sum(math.log(counts[pair] / firsts[pair[0]]) for pair in pairs) / len(pairs)

print(f"knowing nothing: {know_nothing:.3f}")
print(f"bigram table:    {bigram:.3f}")

# %% [markdown]
# The table looks at one letter. To do better, a model must look further back, and know *where* to look. That is what
# attention is for.

# %% [markdown]
# ## Attention
#
# Each position of the text has a list of numbers, its state. From it three linear layers make
#
# - a **query**: what am I looking for?
# - a **key**: what do I have to offer?
# - a **value**: what do I hand over, if asked?
#
# Position $t$ compares its query with the keys of all positions up to its own (it must not see the future), by a dot
# product. The softmax turns the scores into shares that add up to 1, and with these shares it mixes the values:
#
# $$\text{share}_{tj} = \operatorname{softmax}_j\!\Big(\frac{q_t \cdot k_j}{\sqrt d}\Big) \qquad\quad
# \text{out}_t = \sum_{j \le t} \text{share}_{tj}\, v_j$$
#
# A query and a key have $d$ numbers each; the $\sqrt d$ keeps the sum of their $d$ products at the size of one.

# %%
class Head(Module):
    def __init__(self, inputs, size, rng):
        options = {"nonlin": False, "bias": False, "init": "xavier_uniform", "rng": rng}
        self.query, self.key, self.value = [Layer(inputs, size, **options) for _ in range(3)]
        self.size = size

    def shares(self, states):
        """For each position, how much it takes from each position up to its own."""
        queries = [self.query.outputs(state) for state in states]
        keys = [self.key.outputs(state) for state in states]
        return [softmax([dot(q, k) / math.sqrt(self.size) for k in keys[: t + 1]])
                for t, q in enumerate(queries)]

    def __call__(self, states):
        columns = list(zip(*[self.value.outputs(state) for state in states]))
        self.last = self.shares(states)             # kept, so that we can look at them
        return [[dot(share, column[: len(share)]) for column in columns] for share in self.last]


# %% [markdown]
# ## The whole model
#
# A block is attention, then a small two-layer network on each position by itself. Around each of the two goes a
# *residual* connection, and before each comes a normalisation (RMSNorm: divide by the root of the mean square), the remedies
# of notebook 6. In front, a table of letters and a table of positions turn a token into a state: the first is a linear layer on
# one-hot numbers, which does nothing but pick a row. Behind, a linear layer gives 27 scores.

# %%
SIZE, HEADS, CONTEXT = 12, 2, 8


def add(xs, ys):
    return [x + y for x, y in zip(xs, ys)]


def small(fan_in, fan_out, rng):
    return rng.gauss(0.0, 0.3)


# %%
class GPT(Module):
    def __init__(self, rng):
        self.letters = Layer(27, SIZE, nonlin=False, bias=False, init=small, rng=rng)
        self.places = [[Value(rng.gauss(0.0, 0.3)) for _ in range(SIZE)] for _ in range(CONTEXT)]
        self.before_attention = RMSNorm(SIZE)
        self.heads = [Head(SIZE, SIZE // HEADS, rng) for _ in range(HEADS)]
        self.mix = Layer(SIZE, SIZE, nonlin=False, bias=False, init="xavier_uniform", rng=rng)
        self.before_network = RMSNorm(SIZE)
        self.wide = Layer(SIZE, 2 * SIZE, activation="relu", init="he_uniform", rng=rng)
        self.narrow = Layer(2 * SIZE, SIZE, nonlin=False, init="xavier_uniform", rng=rng)
        self.before_scores = RMSNorm(SIZE)
        self.scores = Layer(SIZE, 27, nonlin=False, init="xavier_uniform", rng=rng)

    def __call__(self, tokens):
        states = [add(self.letters(token), place) for token, place in zip(tokens, self.places)]
        normal = [self.before_attention(state) for state in states]
        heads = [head(normal) for head in self.heads]
        mixed = [self.mix([v for part in parts for v in part]) for parts in zip(*heads)]
        states = [add(state, change) for state, change in zip(states, mixed)]
        states = [add(state, self.narrow(self.wide(self.before_network(state)))) for state in states]
        return [self.scores(self.before_scores(state)) for state in states]


model = GPT(random.Random(1))
print(f"{len(model.parameters()):,} parameters")

# %% [markdown]
# That is all. (A large language model has some hundred such blocks, one after the other, with states of more than ten
# thousand numbers, and a few hundred thousand tokens instead of 27.)
#
# The loss of one name: for scores $s$, the surprise is $-\ln \operatorname{softmax}(s)_\text{target} = \ln \sum e^{s} -
# s_\text{target}$.

# %%
def surprise(tokens, targets):
    scores = model(tokens)
    return mean([logsumexp(row) - dot(target, row) for row, target in zip(scores, targets)])


def example(name):
    return [one_hot(a) for a in "." + name], [one_hot(b) for b in name + "."]


loss = surprise(*example("amelia"))
loss.label = "loss"
loss.backward()
print(f"loss {loss.data:.3f}, {len(topological_order(loss)):,} values in the graph")

# %% [markdown]
# Far too many for cards. `spy` shows a graph of any size: a mark in row $i$, column $j$ says that value $i$ uses value $j$.
# Time runs downwards. In the upper half the calculation for the first position winds along the diagonal, as it meets the
# parameters (blue at the edge) one after the other. Below, there is a slanted line for every further position: it uses
# the same parameters again. And the little dots to the right of these lines are the attention, where a position
# reaches back to what earlier ones have computed.

# %%
spy(loss)

# %% [markdown]
# ## Training, with a program
#
# Building this graph for every name of every step would take a while. All names of one length have the same graph, so
# we record one program per length (notebook 9), and run it over 24 names at a time. (We take names of 3 to 7 letters:
# with the dot, 8 tokens are all that the table of positions has room for. On a web page, without NumPy, the training below takes
# about a minute.)

# %%
by_length = {}
for name in names:
    if 3 <= len(name) < CONTEXT:
        by_length.setdefault(len(name), []).append(example(name))

programs = {length: record(surprise, *examples[0]) for length, examples in by_length.items()}
for length, program in sorted(programs.items()):
    print(f"{len(by_length[length]):3} names of {length} letters: {program}")

# %%
dice = random.Random(2)
lengths = [length for length, examples in by_length.items() for _ in examples]
optimizer = Adam(model.parameters(), lr=0.01)
history = []

for _ in range(400):
    length = dice.choice(lengths)
    batch = dice.sample(by_length[length], min(24, len(by_length[length])))
    model.zero_grad()
    history.append(programs[length].map_backward(*zip(*batch)))
    optimizer.step()

recent = [history[max(0, k - 19) : k + 1] for k in range(400)]
smooth = [sum(losses) / len(losses) for losses in recent]
ax = lines({"GPT (mean of 20 steps)": smooth}, xlabel="step", ylabel="surprise")
ax.axhline(know_nothing, color=COLORS[7], linewidth=0.8, linestyle=":")
ax.axhline(bigram, color=COLORS[1], linewidth=0.8, linestyle="--")
ax.figure

# %% [markdown]
# The dotted line is knowing nothing, the dashed one the bigram table. Below it, the model must be using more than the last
# letter. (Both are judged on the names they learnt from. With so few names and so many parameters, the model would come to
# know the list by heart if we let it; notebook 7 is about that.)

# %% [markdown]
# ## New names
#
# To make up a name, start with the dot, let the model give the probabilities of what follows, draw one token at
# random, append it, and ask again, until a dot comes.

# %%
def make_up(dice):
    name = ""
    while len(name) < CONTEXT - 1:
        with no_grad():
            chances = softmax(model([one_hot(a) for a in "." + name])[-1])
        letter = dice.choices(ALPHABET, [chance.data for chance in chances])[0]
        if letter == ".":
            break
        name += letter
    return name


dice = random.Random(7)
made_up = [make_up(dice) for _ in range(20)]
print(" ".join(name + ("*" if name in names else "") for name in made_up))

# %% [markdown]
# (A star marks names from the list.) Most can be pronounced, though nobody has told the model about vowels and
# consonants. What *did* it notice?

# %%
for word in ("", "m", "an", "chri", "amel"):
    with no_grad():
        chances = softmax(model([one_hot(a) for a in "." + word])[-1])
    best = sorted(zip((c.data for c in chances), ALPHABET), reverse=True)[:4]
    print(f"{'.' + word:>6} →", "  ".join(f"{letter} {chance:.0%}" for chance, letter in best))

# %% [markdown]
# ## One weight of the attention, explained
#
# Let us look where the two heads look while they read "amelia". Row $t$ shows the shares that position $t$ takes from
# itself and from what came before.

# %% tags=["picture"]
word = "amelia"
loss = surprise(*example(word))
model.zero_grad()
loss.backward()

axes = new_axes(2, width=3.6)
for ax, head, number in zip(axes, model.heads, (1, 2)):
    table = [[share.data for share in row] + [math.nan] * (len(word) - t) for t, row in enumerate(head.last)]
    with style():
        ax.imshow(table, cmap="Blues", vmin=0, vmax=1)
        ax.set_xticks(range(len(word) + 1), "." + word)
        ax.set_yticks(range(len(word) + 1), "." + word)
        ax.set(title=f"head {number}", xlabel="looks at", ylabel="position")
        ax.grid(False)
axes[0].figure

# %% [markdown]
# Take the largest share that looks back, and unpick it: a query, the keys it is compared with, the scores, the shares.

# %%
back = [(row[j].data, h, t, j) for h, head in enumerate(model.heads)
        for t, row in enumerate(head.last) for j in range(t) if t > 1]
share, h, t, j = max(back)
head, text = model.heads[h], "." + word
print(f"head {h + 1}, position {t} ('{text[: t + 1]}…'): {share:.0%} from position {j} ('{text[j]}')")

with no_grad():
    states = [add(model.letters(token), place) for token, place in zip(example(word)[0], model.places)]
    normal = [model.before_attention(state) for state in states]
    query = [v.data for v in head.query.outputs(normal[t])]
    keys = [[v.data for v in head.key.outputs(state)] for state in normal[: t + 1]]

print("query: ", "  ".join(f"{v:+.2f}" for v in query))
for position, key in enumerate(keys):
    score = sum(q * k for q, k in zip(query, key)) / math.sqrt(head.size)
    print(f"key {text[position]!r}:", "  ".join(f"{v:+.2f}" for v in key), f"  score {score:+.2f}")

# %% [markdown]
# In the run shown here it is the 'l' that looks back, and its query has one large number, the fifth. The keys with a large
# fifth number are those of 'a' and 'e', and so they get the large scores. Is the head asking for vowels? One word is no
# evidence. All we have seen is that in *this* word, at *this* place, the two vowels were singled out by one number. To
# claim more, ask all letters for their fifth number:

# %%
fifth = max(range(head.size), key=lambda k: abs(query[k]))
with no_grad():
    keys_of = {}
    for letter in ALPHABET[1:]:
        state = model.before_attention(add(model.letters(one_hot(letter)), model.places[1]))
        keys_of[letter] = head.key.outputs(state)[fifth].data * math.copysign(1, query[fifth])
ranking = sorted(keys_of, key=keys_of.get, reverse=True)
print("most wanted first:", " ".join(f"{letter} {keys_of[letter]:+.1f}" for letter in ranking))

# %% [markdown]
# (Each letter is put at the place where the 'a' stood.) In the run shown here 'a' and 'e' do come first, but 'q' and 'x'
# follow, 'o' is in the middle and 'i' nearly last. "It looks for vowels" fits the one word, and would have been wrong.
# So much for giving a name to a number: ask it about everything first.
#
# The scores as a graph, with the share at its end. Its `∂` says how the share reacts: more of its own score helps it, more of
# any other's takes from it, and all these numbers together are 0, for a share is a share *of something*. (The number in the
# brackets says which share it is, counted from 0.)

# %%
scores = [Value(sum(q * k for q, k in zip(query, key)) / math.sqrt(head.size), label=f"'{text[i]}' {i}")
          for i, key in enumerate(keys)]
looked_at = softmax(scores)[j]
looked_at.label = f"share of '{text[j]}' {j}"
looked_at.backward()
draw(looked_at)

# %% [markdown]
# And did the look back *help*? The big graph knows: `loss.backward()` has left $\partial \text{loss}/\partial
# \text{share}$ in every share of the table. Negative means: a little more of this, and the model would be less surprised.

# %%
for position, each in enumerate(head.last[t]):
    print(f"from {text[position]!r}: share {each.data:5.1%}, ∂loss/∂share = {each.grad:+.4f}")

# %% [markdown]
# In the run shown here the look at the 'a' helps, but one at the 'e', or at the 'l' itself, would help more.
#
# Nothing in this model is out of reach: each of its numbers can be asked what it is made of, and what would happen if it
# were different. In a large model there are only more of them.

# %% [markdown]
# ## Now you
#
# **Exercise 1.** A query meets two keys; the scores (after the $\sqrt d$) are 0 and $\ln 4$. What are the two shares?

# %%
first_share, second_share = ..., ...

check("10.1", (first_share, second_share))

# %% [markdown]
# **Exercise 2.** How many shares does one head compute for a text of $n = 20$ tokens, if no position may look into the
# future?

# %%
number_of_shares = ...

check("10.2", number_of_shares)


# %% [markdown]
# **Exercise 3.** Models are asked to be bold or careful by a **temperature** $T$: the scores are divided by $T$ before the
# softmax. Write the function that turns a list of scores (floats) into probabilities at the temperature $T$. It should
# also survive scores of 1,000. (What does a softmax do to scores that are all shifted by the same number?)

# %%
def probabilities(scores, temperature):
    return ...


check("10.3", probabilities)

# %% [markdown]
# ## What you can now do
#
# - say what a language model computes, and measure it in surprise against a table of counts;
# - build attention from dot products and a softmax, and a transformer from attention, residual connections, normalisation
#   and a small network;
# - train it on recorded programs, and let it make up text;
# - take one of its numbers and explain where it came from and what it does to the loss, and not claim more than that.
#
# This is the last notebook. You began with a number that remembers how it was made; a language model is a few thousand of
# them. Everything in between is the chain rule.
