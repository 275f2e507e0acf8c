"""Code written for HIPS autograd, with `autograd.numpy` replaced by `autograd`."""

import math

import pytest

import autograd as np


def test_hips_style_code_runs():
    egrad = np.grad

    def logistic_loss(weights, inputs, targets):
        predictions = [0.5 * (np.tanh(0.5 * np.dot(row, weights)) + 1) for row in inputs]
        likelihoods = [p * t + (1 - p) * (1 - t) for p, t in zip(predictions, targets, strict=True)]
        return -np.sum([np.log(p) for p in likelihoods])

    inputs, targets = [[0.52, 1.12, 0.77], [0.88, -1.08, 0.15], [0.52, 0.06, -1.30]], [True, True, False]
    weights = [0.0, 0.0, 0.0]
    start = logistic_loss(weights, inputs, targets)
    for _ in range(100):
        slope = egrad(logistic_loss)(weights, inputs, targets)
        weights = [w - 0.1 * g for w, g in zip(weights, slope, strict=True)]
    assert logistic_loss(weights, inputs, targets) < 0.5 * start

    def taylor_sine(x):
        answer = current = x
        i = 0
        while abs(current) > 0.001:
            current = -current * x**2 / ((2 * i + 3) * (2 * i + 2))
            answer = answer + current
            i += 1
        return answer

    cosine = sum((-1) ** k * math.pi ** (2 * k) / math.factorial(2 * k) for k in range(7))  # up to the first < 0.001
    assert egrad(taylor_sine)(math.pi) == pytest.approx(cosine, rel=1e-14)


def test_names_of_numpy():
    f = lambda x: np.arctan2(np.power(x, 2), np.pi) + np.fabs(np.negative(x)) + np.multiply(np.arcsinh(x), np.e)  # noqa: E731
    slope = np.elementwise_grad(f)(0.7)
    assert slope == pytest.approx(1.4 * np.pi / (np.pi**2 + 0.7**4) + 1.0 + math.e / math.hypot(1.0, 0.7), rel=1e-14)
