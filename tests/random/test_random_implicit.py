"""Slopes of drawn numbers by the parameters of their distributions, against those of SciPy's quantiles."""

from __future__ import annotations

import numpy
import pytest
import scipy.stats
import tensorflow as tf

from tnp_shim.kernels.random import implicit

PARAMETERS = [(2.0, 0.7), (0.3, 0.4), (1.0, 1.0), (30.0, 2.0), (0.05, 3.0), (150.0, 220.0)]
LEVELS = numpy.array([1e-4, 0.01, 0.2, 0.5, 0.77, 0.98, 0.9999])


def difference(function, at):
    """A derivative by central differences of four and of two steps."""
    h = 2e-4 * at
    near, far = (numpy.subtract(function(at + k * h), function(at - k * h)) / (2 * k * h) for k in (1, 2))
    return (4 * near - far) / 3


@pytest.mark.parametrize("compiled", [False, True])
def test_beta(compiled):
    slopes = tf.function(implicit.beta_slopes, jit_compile=compiled, reduce_retracing=True, autograph=False)
    for a, b in PARAMETERS:
        # the quantile is of 11 digits or so
        x = scipy.stats.beta.ppf(LEVELS, a, b)
        by_a, by_b = slopes(*map(tf.constant, (x, numpy.full(x.shape, a), numpy.full(x.shape, b))))
        expected = difference(lambda a, b=b: scipy.stats.beta.ppf(LEVELS, a, b), a)
        numpy.testing.assert_allclose(by_a, expected, 1e-6, 1e-11)
        expected = difference(lambda b, a=a: scipy.stats.beta.ppf(LEVELS, a, b), b)
        numpy.testing.assert_allclose(by_b, expected, 1e-6, 1e-11)


def test_ends_do_not_move():
    x = tf.constant([0.0, 1.0], tf.float64)
    for slope in implicit.beta_slopes(x, tf.fill([2], x[1]), tf.fill([2], x[1])):
        assert slope.numpy().tolist() == [0.0, 0.0]


def test_gradients_of_beta_numbers_have_the_shape_of_the_parameters():
    x = tf.constant([0.2, 0.9], tf.float64)
    a, b = tf.constant(2.0, tf.float64), tf.constant([3.0, 0.5], tf.float64)
    with tf.GradientTape() as tape:
        tape.watch([a, b])
        value = implicit.beta(None, x, a, b)
    by_a, by_b = tape.gradient(value, [a, b], tf.constant([1.0, 2.0], tf.float64))
    slopes = implicit.beta_slopes(x, tf.fill([2], a), b)
    numpy.testing.assert_allclose(by_a, slopes[0][0] + 2 * slopes[0][1], 1e-15)
    numpy.testing.assert_allclose(by_b, slopes[1] * [1.0, 2.0], 1e-15)


def test_mean_of_the_slopes_of_dirichlet_numbers():
    """The slope of an expectation is the expectation of the slopes: of the mean and of the second moment."""
    alpha = numpy.array([0.8, 2.0, 3.5])
    x = numpy.random.default_rng(3).dirichlet(alpha, 200_000)
    variable, total = tf.Variable(alpha), alpha.sum()

    def means(alpha):
        return alpha / alpha.sum()

    def squares(alpha):
        return alpha * (alpha + 1) / (alpha.sum() * (alpha.sum() + 1))

    assert total == 6.3
    with tf.GradientTape() as tape:
        numbers = implicit.dirichlet(tf.constant(x), variable)
        moments = tf.stack([tf.reduce_mean(numbers**power, axis=0) for power in (1, 2)])
    slopes = tape.jacobian(moments, variable)
    for i in range(3):
        for power, exact in ((1, means), (2, squares)):
            expected = [
                difference(
                    lambda v, j=j, i=i, exact=exact: exact(numpy.where(numpy.arange(3) == j, v, alpha))[i],
                    alpha[j],
                )
                for j in range(3)
            ]
            numpy.testing.assert_allclose(slopes[power - 1, i], expected, 0, 1e-3)


def test_shares_of_two_are_beta_numbers():
    x = tf.constant([[0.3, 0.7]], tf.float64)
    alpha = tf.Variable([2.0, 0.6], dtype=tf.float64)
    with tf.GradientTape() as tape:
        value = implicit.dirichlet(x, alpha)[0, 0]
    slopes = implicit.beta_slopes(x[:, 0], alpha[:1], alpha[1:])
    numpy.testing.assert_allclose(tape.gradient(value, alpha), [s.numpy()[0] for s in slopes], 1e-13)


@pytest.mark.parametrize("compiled", [False, True])
def test_gamma(compiled):
    """TensorFlow's own slopes, that gamma numbers have."""
    slopes = tf.function(
        lambda a, x: tf.raw_ops.RandomGammaGrad(alpha=a, sample=x), jit_compile=compiled, autograph=False
    )
    for shape in (0.3, 1.0, 4.0, 60.0):
        x = scipy.stats.gamma.ppf(LEVELS, shape)
        expected = difference(lambda a: scipy.stats.gamma.ppf(LEVELS, a), shape)
        numpy.testing.assert_allclose(slopes(numpy.full(x.shape, shape), x), expected, 1e-5)
