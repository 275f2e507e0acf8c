"""The data sets: where their points lie, and how many there are."""

import math
import random

import pytest

from nn import data
from nn.data import circles, micrograd_moons, moons, spirals, two_moons


def test_the_packaged_moons_are_scikit_learns():
    numpy = pytest.importorskip("numpy")
    sklearn = pytest.importorskip("sklearn.datasets")
    numpy.random.seed(1337)
    X, y = sklearn.make_moons(n_samples=100, noise=0.1)
    ours = micrograd_moons()
    assert ours == (X.tolist(), (2 * y - 1).tolist())


def test_the_packaged_moons_without_scikit_learn():
    X, y = micrograd_moons()
    assert (len(X), y.count(1), y.count(-1)) == (100, 50, 50)
    assert X[0] == [1.1221146075409685, 0.08147717341718697]
    assert y[0] == -1


def test_two_moons_without_noise_lie_on_their_half_circles():
    X, y = two_moons(101, noise=0.0)
    for (a, b), label in zip(X, y, strict=True):
        centre = (0.0, 0.0) if label == -1 else (1.0, 0.5)
        assert math.hypot(a - centre[0], b - centre[1]) == pytest.approx(1.0)
        assert (b - centre[1]) * -label >= -1e-12
    assert len(X) == 101


def test_spirals_without_noise_wind_out_from_the_middle():
    X, y = spirals(50, classes=3, noise=0.0)
    assert [y.count(k) for k in range(3)] == [50, 50, 50]
    radii = [math.hypot(*point) for point in X[:50]]
    assert radii == sorted(radii)
    assert (radii[0], radii[-1]) == pytest.approx((0.1, 1.0))
    assert spirals(9, rng=random.Random(1)) == spirals(9, rng=random.Random(1))


def test_a_few_points_of_the_moons_and_of_spirals():
    X, y = two_moons(5, noise=0.0)
    assert y == [-1, 1, -1, 1, -1]
    wanted = [[1, 0], [0, 0.5], [0, 1], [2, 0.5], [-1, 0]]
    for point, where in zip(X, wanted, strict=True):
        assert point == pytest.approx(where, abs=1e-15)
    X, y = spirals(2, classes=4, noise=0.0, turns=0.25)
    assert y == [0, 0, 1, 1, 2, 2, 3, 3]
    assert X[0] == pytest.approx([0.1 * math.cos(math.pi / 20), 0.1 * math.sin(math.pi / 20)])
    for point, where in zip(X[1::2], [[0, 1], [-1, 0], [0, -1], [1, 0]], strict=True):
        assert point == pytest.approx(where, abs=1e-15)


@pytest.mark.parametrize(("make", "deviation"), [(two_moons, 0.1), (spirals, 0.01)])
def test_the_noise_of_a_data_set_is_normal(make, deviation):
    """In the order of the points, a draw for each coordinate; spirals divide the noise by 10."""
    draw = random.Random(4).gauss
    clean, noisy = make(noise=0.0)[0], make(rng=4)[0]
    for point, moved in zip(clean, noisy, strict=True):
        assert moved == [x + draw(0, deviation) for x in point]


def test_the_smallest_data_sets():
    assert two_moons(2, noise=0.0) == ([[1.0, 0.0], [0.0, 0.5]], [-1, 1])
    X, y = spirals(2, classes=1, noise=0.0)
    assert X[0] == pytest.approx([0.1 * math.cos(math.pi / 5), 0.1 * math.sin(math.pi / 5)])
    assert X[1] == pytest.approx([1.0, 0.0])
    assert y == [0, 0]


def test_data_sets_come_in_usual_sizes():
    assert [len(two_moons()[0]), len(spirals()[0])] == [100, 2 * 100]
    assert set(spirals()[1]) == {0, 1}
    assert spirals(noise=0.0)[0][22] == pytest.approx([0.3 * math.cos(0.6 * math.pi), 0.3 * math.sin(0.6 * math.pi)])
    sklearn = pytest.importorskip("sklearn.datasets")
    made = sklearn.make_moons(n_samples=100, noise=0.1, random_state=3)
    assert moons(seed=3) == tuple(part.tolist() for part in made)
    made = sklearn.make_circles(n_samples=100, noise=0.1, factor=0.5, random_state=3)
    assert circles(seed=3) == tuple(part.tolist() for part in made)


@pytest.mark.parametrize(
    ("make", "says"),
    [
        (lambda: spirals(1), "n must be at least 2, not 1"),
        (lambda: spirals(noise=-1), "noise has to be a finite number, 0 or more, got -1"),
        (lambda: spirals(classes=0), "classes must be at least 1, not 0"),
        (lambda: two_moons(1), "n must be at least 2, not 1"),
        (lambda: two_moons(noise=math.nan), "noise has to be a finite number, 0 or more, got nan"),
        (lambda: spirals(turns=math.inf), "turns has to be a finite number, got inf"),
    ],
)
def test_data_sets_refuse_senseless_sizes(make, says):
    with pytest.raises(ValueError, match=f"^{says}$"):
        make()


SETS = {
    "moons": (100, 2, {0, 1}),
    "circles": (100, 2, {0, 1}),
    "iris": (150, 4, {0, 1, 2}),
    "digits": (1797, 64, set(range(10))),
    "diabetes": (442, 10, None),
}


@pytest.mark.parametrize("name", SETS)
def test_scikit_learns_sets_come_as_plain_lists(name):
    pytest.importorskip("sklearn")
    rows, width, classes = SETS[name]
    X, y = getattr(data, name)()
    assert (len(X), len(X[0]), len(y)) == (rows, width, rows)
    assert {type(v) for v in X[0]} == {float}
    assert classes is None or set(y) == classes


def test_without_scikit_learn_the_extra_is_named(without):
    without("sklearn")
    with pytest.raises(ImportError, match=r"pip install 'glassgrad\[data\]'"):
        data.iris()
