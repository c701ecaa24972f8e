"""Vectors, angles and urns drawn from tensors in graphs, beside NumPy's."""

from __future__ import annotations

import numpy
import pytest
import tensorflow as tf
from test_random_native import drawn_alike

import tnp_shim as np

ULPS = 2.0**-46
"""Of sums of products, whose order is the library's; of cosines and arc cosines."""

COVARIANCE = numpy.array([[2.0, 0.5, 0.1], [0.5, 1.0, 0.2], [0.1, 0.2, 3.0]])
MEAN = numpy.array([1.0, 0.0, -2.0])


def test_multivariate_normal():
    def draw(namespace, rng, mean):
        by_default = [rng.multivariate_normal(mean, COVARIANCE, size) for size in ((2, 2), None)]
        others = ("eigh", "cholesky")
        return by_default + [rng.multivariate_normal(MEAN, COVARIANCE, 5, method=each) for each in others]

    drawn_alike("Generator", draw, MEAN, tolerance=ULPS)


def test_multivariate_normal_of_an_unknown_covariance():
    def draw(namespace, rng, covariance):
        return rng.multivariate_normal(MEAN, covariance, 2, method="cholesky")

    drawn_alike("Generator", draw, COVARIANCE, tolerance=ULPS)
    rng = np.random.default_rng(1)
    draw = tf.function(
        lambda c: tf.convert_to_tensor(rng.multivariate_normal(MEAN, np.asarray(c), 2)), autograph=False
    )
    expected = numpy.random.default_rng(1).multivariate_normal(MEAN, COVARIANCE, 2)
    assert numpy.allclose(draw(COVARIANCE), expected, ULPS)


def test_dirichlet():
    def draw(namespace, rng, alpha):
        return [rng.dirichlet(alpha, 2), rng.dirichlet(alpha / 100, 2), rng.dirichlet([1.0, 0.5], (2, 1))]

    alpha = numpy.array([1.0, 0.5, 3.0, 2.0])
    drawn_alike("Generator", draw, alpha, tolerance=2.0**-51)


def test_multinomial():
    def draw(namespace, rng, chances):
        return [
            rng.multinomial(50, chances, 2),
            rng.multinomial([3, 200], chances),
            rng.multinomial([0, 1000], chances),
            rng.multinomial(7, chances, 0),
            rng.multinomial(7, [[0.5, 0.5], [1.0, 0.0]], (3, 2)),
        ]

    drawn_alike("Generator", draw, numpy.array([0.2, 0.3, 0.1, 0.4]))


@pytest.mark.parametrize("api", ["Generator"])
def test_hypergeometric(api):
    good = numpy.array([5, 50, 400, 3, 0, 1000])

    def draw(namespace, rng, good):
        return [
            rng.hypergeometric(good, 30, 20),
            rng.hypergeometric(10, 8, 6, 4),
            rng.hypergeometric(good, 9, 9),
        ]

    drawn_alike(api, draw, good, begin=lambda rng: rng.bytes(4))


@pytest.mark.parametrize("api", ["Generator"])
def test_multivariate_hypergeometric(api):
    def draw(namespace, rng, colors):
        return [
            rng.multivariate_hypergeometric(colors, 6, 3),
            rng.multivariate_hypergeometric(colors * 20, 300),
            rng.multivariate_hypergeometric([10, 5, 3], 4, (2, 2), method="count"),
            rng.multivariate_hypergeometric([10, 5, 3], 14, 2, method="count"),
            rng.multivariate_hypergeometric([10, 5, 3], 0, 2, method="count"),
        ]

    drawn_alike(api, draw, numpy.array([7, 2, 9, 1]))


def test_unknown_colors_in_a_row():
    def draw(namespace, rng, colors, sample):
        return [
            rng.multivariate_hypergeometric(colors, sample, 3, method="count"),
            rng.multivariate_hypergeometric([3, 4], 2 * sample - 5, 2, method="count"),
        ]

    drawn_alike("Generator", draw, numpy.array([7, 2, 9, 1]), numpy.array(5), modes=("unknown",))


@pytest.mark.parametrize("api", ["Generator"])
def test_vonmises(api):
    def draw(namespace, rng, kappa):
        return [rng.vonmises(0.5, kappa), rng.vonmises(-3.0, 2.0, 20)]

    kappa = numpy.array([0.0, 1e-7, 0.3, 1.0, 4.0, 20.0, 1e7])
    drawn_alike(api, draw, kappa, tolerance=2.0**-40)


def test_gamma_numbers_of_single_precision():
    def draw(namespace, rng, shape):
        return rng.standard_gamma(shape, dtype="float32")

    shape = numpy.tile([0.3, 1.0, 0.0, 2.5, 30.0, 0.9], 40)
    drawn_alike(
        "Generator", draw, shape, tolerance=2.0**-23, begin=lambda rng: rng.integers(9, dtype="int32")
    )


def test_gradients():
    alpha, mean = tf.constant([2.0, 3.0], tf.float64), tf.constant(MEAN)
    with tf.GradientTape() as tape:
        tape.watch((alpha, mean))
        rng = np.random.default_rng(1)
        shares = tf.convert_to_tensor(rng.dirichlet(alpha, 20000))
        moved = tf.convert_to_tensor(rng.multivariate_normal(mean, COVARIANCE, 5))
        value = tf.reduce_mean(shares[:, 0]), tf.reduce_sum(moved)
    of_alpha, of_mean = tape.gradient(value, (alpha, mean))
    # the mean share is alpha[0] / sum(alpha)
    assert numpy.allclose(of_alpha, [3 / 25, -2 / 25], atol=0.01)
    assert numpy.array_equal(of_mean, [5.0, 5.0, 5.0])


@pytest.mark.parametrize("traced", [False, True])
def test_gradients_of_small_and_unknown_alpha(traced):
    def slope(alpha):
        with tf.GradientTape() as tape:
            tape.watch(alpha)
            shares = tf.convert_to_tensor(np.random.default_rng(1).dirichlet(alpha, 20000))
            value = tf.reduce_mean(shares[:, 0])
        return tape.gradient(value, alpha)

    alpha = tf.constant([0.05, 0.09], tf.float64)
    expected = [0.09 / 0.14**2, -0.05 / 0.14**2]
    assert numpy.allclose((tf.function(slope, autograph=False) if traced else slope)(alpha), expected, 0.1)


def test_refused_when_the_graph_runs():
    rng = np.random.default_rng(1)
    draws = {
        "alpha < 0": lambda x: rng.dirichlet(x),
        "pvals": lambda x: rng.multinomial(3, x),
        "nsample must": lambda x: rng.multivariate_hypergeometric([3, 4], x.astype(int)[0]),
        "nsample >": lambda x: rng.multivariate_hypergeometric([3, 4], 7 + x.astype(int)[1]),
        "ngood . nbad < nsample": lambda x: rng.hypergeometric(3, 4, 7 + x.astype(int)),
        "left > mode": lambda x: rng.triangular(0.0, x, 5.0),
    }
    before = rng.bit_generator.state
    for words, draw in draws.items():
        function = tf.function(
            lambda x, draw=draw: tf.convert_to_tensor(draw(np.asarray(x))), autograph=False
        )
        with pytest.raises(tf.errors.InvalidArgumentError, match=words):
            function(tf.constant([-1.0, 2.0], tf.float64))
    assert rng.bit_generator.state == before
