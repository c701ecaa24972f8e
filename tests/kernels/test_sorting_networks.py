"""Short vectors sorted by exchanges under XLA: NumPy's stable order, of every dtype, and its gradients."""

from __future__ import annotations

import numpy
import pytest
import tensorflow as tf

import tnp_shim
from tests.kernels.test_sorting import assert_identical, hard_values
from tnp_shim.kernels import sorting, sorting_networks


def compiled(body, *arguments):
    return tf.function(body, jit_compile=True, autograph=False)(*arguments)


@pytest.mark.parametrize(
    ("dtype", "size"),
    [("bool", 3), ("uint8", 4), ("float16", 2), ("float64", 5), ("float64", 9), ("complex64", 3)],
)
def test_order(dtype, size):
    x = hard_values((5, size), dtype, size)
    assert_identical(compiled(sorting.sort, tf.constant(x)), numpy.sort(x, kind="stable"))
    assert_identical(compiled(sorting.argsort, tf.constant(x)), numpy.argsort(x, kind="stable"))


def test_where_it_is_used():
    seen = []

    def body(x, y):
        seen.extend(map(sorting_networks.is_short, (x, x[:, :1], y, tf.ones([]))))
        return x

    vectors = tf.ones((2, 9)), tf.ones((2, 10))
    compiled(body, *vectors)
    assert seen == [True, False, False, False]
    tf.function(body, autograph=False)(*vectors)
    assert not any(seen[4:])


def test_gradients_and_other_axes():
    x = numpy.random.default_rng(0).permutation(12).reshape(3, 4) / 8

    weights = numpy.arange(12.0).reshape(3, 4)

    def slopes(x):
        with tf.GradientTape() as outer:
            outer.watch(x)
            with tf.GradientTape() as inner:
                inner.watch(x)
                total = tf.reduce_sum(tf.convert_to_tensor(tnp_shim.sort(x, axis=0)) ** 3 * weights)
            first = inner.gradient(total, x)
        return first, outer.gradient(first, x)

    rank = numpy.argsort(numpy.argsort(x, axis=0), axis=0)
    weight = numpy.take_along_axis(weights, rank, 0)
    first, second = compiled(slopes, tf.constant(x))
    numpy.testing.assert_allclose(first, 3 * x**2 * weight)
    numpy.testing.assert_allclose(second, 6 * x * weight)


def test_functions():
    x = hard_values((4, 9), "float64", 3)
    x[:3] = numpy.nan_to_num(x[:3], posinf=5, neginf=-5) / 1e300

    def call(np, x):
        return np.median(x, axis=1), np.percentile(x, 30, axis=1), np.partition(x, 4, axis=1)[:, 4]

    made = tnp_shim.function(lambda x: call(tnp_shim, x), jit_compile=True)(tnp_shim.array(x))
    for mine, theirs in zip(made, call(numpy, x), strict=True):
        numpy.testing.assert_allclose(mine.numpy(), theirs)
