"""Ten small scripts as HIPS autograd's users write them: `import autograd.numpy as np` is `import numpy as np` here.

Each ends in something that is known by other means: a closed form, a theorem, a published constant.
"""

import itertools
import math

import numpy as np
import pytest

import autograd
from autograd import elementwise_grad as egrad
from autograd import grad, hessian, jacobian, jvp, value_and_grad, vjp


def test_derivatives_of_tanh_one_after_the_other():
    def tanh(x):
        return (1.0 - np.exp(-2.0 * x)) / (1.0 + np.exp(-2.0 * x))

    x = np.linspace(-3.0, 3.0, 25)
    y = np.tanh(x)
    closed = [1 - y**2, -2 * y * (1 - y**2), (1 - y**2) * (6 * y**2 - 2), 8 * y * (1 - y**2) * (2 - 3 * y**2)]
    f = tanh
    for wanted in closed:
        f = egrad(f)
        assert f(x) == pytest.approx(wanted, abs=1e-11)


def test_logistic_regression():
    inputs = np.array([[0.52, 1.12, 0.77], [0.88, -1.08, 0.15], [0.52, 0.06, -1.30], [0.74, -2.49, 1.39]])
    targets = np.array([True, True, False, True])

    def predict(weights):
        return 0.5 * (np.tanh(0.5 * np.dot(inputs, weights)) + 1)

    def loss(weights):
        p = predict(weights)
        return -np.sum(np.log(p * targets + (1 - p) * (1 - targets)))

    weights = np.zeros(3)
    assert grad(loss)(weights) == pytest.approx(inputs.T @ (predict(weights) - targets), rel=1e-14)
    for _ in range(100):
        weights -= grad(loss)(weights) * 0.1
    assert loss(weights) < 0.2 * loss(np.zeros(3))
    p = predict(weights)
    assert hessian(loss)(weights) == pytest.approx(inputs.T @ np.diag(p * (1 - p)) @ inputs, rel=1e-10)


def test_a_neural_network_with_a_list_of_weights_and_momentum():
    sizes = [2, 4, 1]
    rng = np.random.RandomState(0)
    params = [(rng.randn(m, n) * 0.5, rng.randn(n) * 0.1) for m, n in itertools.pairwise(sizes)]
    X = np.array([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]])
    xor = np.array([[0.0], [1.0], [1.0], [0.0]])

    def network(params, inputs):
        for W, b in params:
            outputs = np.dot(inputs, W) + b
            inputs = np.tanh(outputs)
        return outputs

    def objective(params):
        return np.mean((network(params, X) - xor) ** 2)

    velocity = [(0.0 * W, 0.0 * b) for W, b in params]
    for _ in range(150):
        slopes = grad(objective)(params)
        assert [(dW.shape, db.shape) for dW, db in slopes] == [((2, 4), (4,)), ((4, 1), (1,))]
        velocity = [
            (0.9 * vW - 0.1 * gW, 0.9 * vb - 0.1 * gb) for (vW, vb), (gW, gb) in zip(velocity, slopes, strict=True)
        ]
        params = [(W + vW, b + vb) for (W, b), (vW, vb) in zip(params, velocity, strict=True)]
    assert objective(params) < 0.02
    assert np.array_equal(network(params, X) > 0.5, xor > 0.5)


def test_a_mixture_of_gaussians():
    rng = np.random.RandomState(0)
    data = np.concatenate([rng.randn(40) * 0.5 - 2.0, rng.randn(60) + 3.0])

    def log_likelihood(params):
        log_weights, means, log_scales = params["log weights"], params["means"], params["log scales"]
        log_weights = log_weights - autograd.logsumexp(log_weights)
        z = (data[:, None] - means) / np.exp(log_scales)
        entries = log_weights - 0.5 * z**2 - log_scales - 0.5 * np.log(2 * np.pi)
        return np.sum(autograd.logaddexp(entries[:, 0], entries[:, 1]))

    params = {"log weights": np.zeros(2), "means": np.array([-1.0, 1.0]), "log scales": np.zeros(2)}
    for _ in range(60):
        slopes = grad(log_likelihood)(params)
        params = {key: params[key] + 0.01 * np.clip(slopes[key], -30.0, 30.0) for key in params}
    weights = np.exp(params["log weights"]) / np.sum(np.exp(params["log weights"]))
    assert weights == pytest.approx([0.4, 0.6], abs=0.02)
    assert params["means"] == pytest.approx([data[:40].mean(), data[40:].mean()], abs=0.05)
    assert np.sum(grad(log_likelihood)(params)["log weights"]) == pytest.approx(0.0, abs=1e-10)  # a shift is no change


def test_a_fit_of_a_differential_equation():
    """y′ = −k·y by Runge–Kutta: the derivative of the end towards k and y₀ is that of y₀·e^(−kt)."""

    def flow(rate, t=1.0, steps=20):
        k, y = rate[0], rate[1]
        h = t / steps
        f = lambda y: -k * y  # noqa: E731
        for _ in range(steps):
            k1 = f(y)
            k2 = f(y + 0.5 * h * k1)
            k3 = f(y + 0.5 * h * k2)
            k4 = f(y + h * k3)
            y = y + h / 6.0 * (k1 + 2.0 * k2 + 2.0 * k3 + k4)
        return y

    value, slope = value_and_grad(flow)(np.array([1.5, 2.0]))
    assert value == pytest.approx(2.0 * math.exp(-1.5), rel=1e-6)
    assert slope == pytest.approx([-2.0 * math.exp(-1.5), math.exp(-1.5)], rel=1e-6)


def test_principal_components_by_gradient():
    rng = np.random.RandomState(0)
    X = rng.randn(30, 4) @ np.diag([3.0, 1.0, 0.5, 0.2])

    def lost(u):
        direction = u / np.linalg.norm(u)
        return np.sum((X - np.outer(X @ direction, direction)) ** 2)

    u = np.ones(4)
    for _ in range(40):
        u = u - 0.002 * grad(lost)(u)
        u = u / np.linalg.norm(u)
    _, singular, rows = np.linalg.svd(X, full_matrices=False)
    assert lost(u) == pytest.approx(np.sum(singular[1:] ** 2), rel=1e-6)
    assert abs(u @ rows[0]) == pytest.approx(1.0, abs=1e-6)


def test_charges_on_a_sphere():
    """Thomson's problem for four charges: a regular tetrahedron, whose energy is 3·sqrt(3/2) = 3.674234614…"""

    def energy(angles):
        theta, phi = angles[:, 0], angles[:, 1]
        points = np.stack([np.sin(theta) * np.cos(phi), np.sin(theta) * np.sin(phi), np.cos(theta)], axis=1)
        pairs = [(i, j) for i in range(4) for j in range(i)]
        return sum(1.0 / np.sqrt(np.sum((points[i] - points[j]) ** 2)) for i, j in pairs)

    angles = np.array([[0.3, 0.0], [1.8, 0.2], [1.9, 2.3], [1.7, 4.1]])
    for _ in range(150):
        angles = angles - 0.15 * grad(energy)(angles)
    assert energy(angles) == pytest.approx(3.0 * math.sqrt(1.5), rel=1e-6)


def test_newtons_method_on_a_robust_regression():
    """Pseudo-Huber losses with one outlier: the slope stays near that of the others."""
    x = np.linspace(0.0, 1.0, 12)
    y = 2.0 * x - 1.0
    y[3] = 25.0

    def loss(p):
        return np.sum(np.sqrt(1.0 + ((p[0] * x + p[1] - y) / 0.1) ** 2) - 1.0)

    p = np.array([2.2, -1.1])
    for _ in range(12):
        p = p - np.linalg.solve(hessian(loss)(p), grad(loss)(p))
    assert grad(loss)(p) == pytest.approx([0.0, 0.0], abs=1e-9)
    assert p == pytest.approx([2.0, -1.0], abs=0.05)


def test_the_jacobian_of_softmax_and_a_change_of_coordinates():
    def softmax(x):
        e = np.exp(x - np.max(x))
        return e / np.sum(e)

    rng = np.random.RandomState(0)
    x = rng.randn(5)
    p = softmax(x)
    assert jacobian(softmax)(x) == pytest.approx(np.diag(p) - np.outer(p, p), abs=1e-15)
    u, v = rng.randn(5), rng.randn(5)
    value, rate = jvp(softmax, (x,), (v,))
    _, pullback = vjp(softmax, x)
    assert value == pytest.approx(p)
    assert u @ rate == pytest.approx(pullback(u)[0] @ v, rel=1e-12)  # uᵀ(Jv) = (uᵀJ)v

    def polar(xy):
        return np.array([np.hypot(xy[0], xy[1]), np.arctan2(xy[1], xy[0])])

    at = np.array([3.0, 4.0])
    assert np.linalg.det(jacobian(polar)(at)) == pytest.approx(1.0 / 5.0, rel=1e-14)


def test_a_convolution_and_a_sum_over_paths():
    rng = np.random.RandomState(0)
    kernel, signal = np.array([0.25, 0.5, 0.25]), rng.randn(10)

    def roughness(kernel):
        return np.sum(np.diff(np.convolve(signal, kernel, mode="valid")) ** 2)

    gram = np.array([[0.0] * 3 for _ in range(3)])
    windows = np.array([signal[i : i + 3][::-1] for i in range(8)])
    gram = 2.0 * np.diff(windows, axis=0).T @ np.diff(windows, axis=0)
    assert hessian(roughness)(kernel) == pytest.approx(gram, rel=1e-12)
    assert grad(roughness)(kernel) == pytest.approx(gram @ kernel, rel=1e-12)

    # Walks of 5 steps on a weighted ring, by powers of a matrix: d log(walks)/d(weight) counts the steps on each edge.
    ring = np.roll(np.eye(4), 1, axis=1)

    def log_walks(log_weights):
        matrix = ring * np.exp(log_weights)[:, None] + ring.T
        power = matrix
        for _ in range(4):
            power = np.einsum("ij,jk->ik", power, matrix)
        return np.log(np.sum(power))

    forward = grad(log_walks)(np.zeros(4))
    assert forward == pytest.approx([5.0 / 8.0] * 4, rel=1e-13)  # half of the 5 steps go forward, on 4 edges alike
