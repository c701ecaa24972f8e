"""Quantiles and percentiles against NumPy's: methods, dtypes, NaN, weights, errors, gradients."""

from __future__ import annotations

import numpy
import pytest
import tensorflow as tf
from differential import raises, same
from traced import agree, gradients_agree

import tnp_shim as np
from tnp_shim.functions.quantiles import CONTINUOUS, DISCRETE

METHODS = [*DISCRETE, *CONTINUOUS]
ALL_MODES = ("eager", "traced", "unknown", "xla")
A = numpy.random.default_rng(0).normal(size=(3, 4, 5))
WITH_NAN = numpy.where(numpy.random.default_rng(1).random(A.shape) < 0.3, numpy.nan, A)
NAMES = ["quantile", "nanquantile"]


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("name", NAMES)
def test_methods(name, method):
    q = numpy.linspace(0, 1, 17)
    for n in (1, 2, 5, 8):
        for a in (A.ravel()[:n], numpy.arange(n), WITH_NAN.ravel()[:n]):
            same(lambda np, a, q: getattr(np, name)(a, q, method=method), a, q, tolerance=1e-13, memory=False)
    agree(name, WITH_NAN, 0.3, axis=1, method=method, tolerance=1e-12)


@pytest.mark.parametrize("name", NAMES)
def test_axes_and_modes(name):
    for a in (A, WITH_NAN):
        for axis in (None, 0, -1, (0, 2), (2, 1), ()):
            for q in (0.5, [0.1, 0.9], numpy.array([[0.2], [1.0]]))[: 2 if name == "nanquantile" else 3]:
                # (NumPy mixes up the axes of nanquantile for q of rank 2 over several axes)
                for keepdims in (False, True):
                    same(
                        lambda np, a, q=q, axis=axis, keepdims=keepdims: getattr(np, name)(
                            a, q, axis, keepdims=keepdims
                        ),
                        a,
                        tolerance=1e-12,
                        memory=False,
                    )
    agree(name, WITH_NAN, numpy.array([0.2, 0.7]), axis=(0, 2), modes=ALL_MODES, tolerance=1e-12)


@pytest.mark.parametrize("name", ["percentile", "nanpercentile"])
def test_percentiles(name):
    for q in (50, 30.5, [0, 25, 100], numpy.array([1, 99])):
        same(lambda np, a, q=q: getattr(np, name)(a, q, axis=1), A, tolerance=1e-12, memory=False)
    raises(lambda np, a: getattr(np, name)(a, 101), A)


@pytest.mark.parametrize("name", NAMES)
def test_dtypes(name):
    for dtype in "bBhilLefd":
        a = numpy.array([3, 1, 2, 5, 4]).astype(dtype)
        for q in (0.3, [0.3], 1, [0, 1], numpy.float64(0.3), numpy.array([0.25], "f4")):
            for method in ("linear", "lower", "hazen"):
                same(
                    lambda np, a, q=q, method=method: getattr(np, name)(a, q, method=method),
                    a,
                    tolerance=2e-3 if dtype == "e" else 1e-6,
                    memory=False,
                )


@pytest.mark.parametrize("name", NAMES)
def test_weights(name):
    generator = numpy.random.default_rng(2)
    w = generator.integers(0, 3, A.shape).astype(float) + 0.25
    for a in (A, WITH_NAN):
        for axis, weights in ((None, w), (1, w), (1, w[0, :, 0]), ((0, 2), w), (0, numpy.array([0.0, 1, 2]))):
            for q in (0.0, 0.4, [0, 0.5, 1]):
                if name == "nanquantile" and weights.ndim == 1:
                    continue  # NumPy fails where it broadcasts them
                same(
                    lambda np, a, w, q=q, axis=axis: np.asarray(
                        getattr(np, name)(a, q, axis, weights=w, method="inverted_cdf")
                    ),
                    a,
                    weights,
                    memory=False,
                )
    agree(
        name,
        WITH_NAN,
        0.4,
        axis=1,
        weights=w,
        method="inverted_cdf",
        modes=("eager", "traced", "unknown", "xla"),
    )


def test_refuses():
    for bad in (1.5, -0.1, numpy.nan, [0.5, 2]):
        raises(lambda np, a, q=bad: np.quantile(a, q), A)
    raises(lambda np, a: np.quantile(a, 0.5, method="best"), A, message=False)
    raises(lambda np, a: np.quantile(a, 0.5, axis=3), A)
    raises(lambda np, a: np.quantile(a, 0.5, weights=a), A)
    raises(lambda np, a: np.quantile(a, 0.5, weights=a, method="inverted_cdf"), A)
    raises(lambda np, a: np.quantile(a, 0.5, weights=a * 0, method="inverted_cdf"), A)
    raises(lambda np, a: np.quantile(a, 0.5), A * 1j)
    raises(lambda np, a: np.quantile(a, 0.5), A > 0)
    raises(lambda np, a: np.quantile(a, 0.5), numpy.zeros(0))
    same(lambda np, a: np.nanquantile(a, 0.5, axis=0), numpy.zeros((0, 3)), memory=False)

    @tf.function(input_signature=[tf.TensorSpec([None], tf.float64), tf.TensorSpec([], tf.float64)])
    def traced(a, q):
        return tf.convert_to_tensor(np.quantile(np.asarray(a), np.asarray(q)))

    assert traced(tf.constant([1.0, 2, 4], tf.float64), tf.constant(0.25, tf.float64)).numpy() == 1.5
    with pytest.raises(tf.errors.InvalidArgumentError, match="must be in the range"):
        traced(tf.constant([1.0, 2], tf.float64), tf.constant(2.0, tf.float64))


def test_infinities():
    for a in ([1.0, numpy.inf], [-numpy.inf, 1, numpy.inf], [numpy.inf, numpy.inf, 1]):
        for q in (0.0, 0.25, 0.5, 1.0):
            same(lambda np, a, q=q: np.quantile(a, q), numpy.array(a), memory=False)


def test_gradients():
    gradients_agree(lambda a: np.quantile(a, [0.3, 0.8], axis=0), A[:, :, 0])
    gradients_agree(lambda a, q: np.quantile(a, q), A[0, 0], numpy.array([0.3, 0.8]))
    tensor = tf.constant(WITH_NAN[0])
    with tf.GradientTape() as tape:
        tape.watch(tensor)
        result = tf.convert_to_tensor(np.nanquantile(np.asarray(tensor), 0.3, axis=1))
    slope = tape.gradient(result, tensor).numpy()
    assert numpy.isfinite(slope).all() and (slope[numpy.isnan(WITH_NAN[0])] == 0).all()


def test_weights_of_lines_of_unknown_length():
    x = numpy.random.default_rng(3).normal(size=(6, 4))

    def call(numpys, x):
        weights = [1.0, 2.0, 3.0, 1.0, 1.0, 2.0]
        return numpys.quantile(x, [0.1, 0.5], axis=0, weights=weights, method="inverted_cdf")

    spec = [tf.TensorSpec([None, None], tf.float64)]
    traced = tf.function(lambda x: call(np, np.asarray(x)), input_signature=spec)
    numpy.testing.assert_array_equal(numpy.asarray(traced(x)), call(numpy, x))
