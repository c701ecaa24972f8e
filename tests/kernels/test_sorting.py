"""Sorting and searching along the last axis: order, stability, every dtype, eagerly, traced and compiled."""

from __future__ import annotations

import numpy
import pytest
import tensorflow as tf

from tnp_shim import dtypes
from tnp_shim.kernels import sorting

SHAPES = [(0,), (1,), (7,), (300,), (3, 5), (2, 0), (0, 3), (2, 3, 40)]


def hard_values(shape, dtype, seed=0):
    """Values with many ties, the extremes of the dtype, NaN of both signs, both zeros and infinities."""
    generator = numpy.random.default_rng(seed)
    dtype = numpy.dtype(dtype)
    if dtype.kind == "b":
        return generator.random(shape) < 0.5
    if dtype.kind in "iu":
        info = numpy.iinfo(dtype)
        choices = numpy.array([info.min, info.min + 1, 0, 1, 2, info.max // 2, info.max - 1, info.max], dtype)
        return generator.choice(choices, shape)
    info = numpy.finfo(dtype)
    specials = [0.0, -0.0, 1.5, -1.5, 2, -2, numpy.inf, -numpy.inf, numpy.nan, -numpy.nan, float(info.max)]
    specials += [float(info.min), float(info.smallest_subnormal), -float(info.tiny)]
    parts = generator.choice(numpy.array(specials), (2, *shape))
    if dtype.kind == "c":
        result = numpy.empty(shape, dtype)
        result.real, result.imag = parts
        return result
    return parts[0].astype(dtype)


def assert_identical(actual, expected):
    actual = actual.numpy()
    assert actual.shape == expected.shape
    numpy.testing.assert_array_equal(actual, expected)
    if expected.dtype.kind == "f":
        numbers = expected == expected
        numpy.testing.assert_array_equal(numpy.signbit(actual)[numbers], numpy.signbit(expected)[numbers])


@pytest.mark.parametrize("dtype", dtypes.NAMES)
def test_order(dtype):
    for seed, shape in enumerate(SHAPES):
        x = hard_values(shape, dtype, seed)
        assert_identical(sorting.argsort(tf.constant(x)), numpy.argsort(x, kind="stable"))
        assert_identical(sorting.sort(tf.constant(x)), numpy.sort(x, kind="stable"))


COMPILED = ("bool", "int8", "uint64", "float16", "float64", "complex64")


@pytest.mark.parametrize("dtype", dtypes.NAMES)
@pytest.mark.parametrize("shape", [(3, 7)])
def test_order_traced_and_compiled(dtype, shape):
    x = hard_values(shape, dtype)
    for signature in ([None] * len(shape), None):
        spec = [tf.TensorSpec(signature, dtype)]
        assert_identical(
            tf.function(sorting.argsort, input_signature=spec, autograph=False)(x),
            numpy.argsort(x, kind="stable"),
        )
        assert_identical(
            tf.function(sorting.sort, input_signature=spec, autograph=False)(x), numpy.sort(x, kind="stable")
        )
    if dtype in COMPILED:
        assert_identical(
            tf.function(sorting.argsort, jit_compile=True, autograph=False)(x),
            numpy.argsort(x, kind="stable"),
        )
        assert_identical(
            tf.function(sorting.sort, jit_compile=True, autograph=False)(x), numpy.sort(x, kind="stable")
        )


@pytest.mark.parametrize("dtype", dtypes.NAMES)
@pytest.mark.parametrize("side", ["left", "right"])
def test_search(dtype, side):
    for seed, (count, shape) in enumerate([(0, (3,)), (1, (4,)), (30, (2, 20)), (30, ()), (30, (0,))]):
        ordered = numpy.sort(hard_values((count,), dtype, seed))
        values = hard_values(shape, dtype, seed + 10)
        expected = numpy.asarray(numpy.searchsorted(ordered, values, side))
        body = lambda ordered, values: sorting.search(ordered, values, side == "right")  # noqa: E731
        assert_identical(body(tf.constant(ordered), tf.constant(values)), expected)
        signature = [tf.TensorSpec([None], dtype), tf.TensorSpec(None, dtype)]
        assert_identical(
            tf.function(body, input_signature=signature, autograph=False)(ordered, values), expected
        )
        if count > 1 and shape:
            assert_identical(tf.function(body, jit_compile=True, autograph=False)(ordered, values), expected)


@pytest.mark.parametrize("dtype", ["int8", "float32", "complex128"])
@pytest.mark.parametrize("columns", [0, 1, 3, 20])
def test_rows(dtype, columns):
    for count in (0, 1, 50):
        rows = hard_values((count, columns), dtype)
        rows[numpy.isnan(rows)] = 0
        keys = [part for j in reversed(range(columns)) for part in (rows[:, j],)]
        expected = numpy.lexsort(keys) if columns else numpy.arange(count)
        assert_identical(sorting.lexsort_rows(tf.constant(rows)), expected)
        for shape in ([None, None], [None, columns]):
            traced = tf.function(
                sorting.lexsort_rows, input_signature=[tf.TensorSpec(shape, dtype)], autograph=False
            )
            assert_identical(traced(rows), expected)


def test_gradients_follow_the_elements():
    x = tf.constant([[3.0, 1.0, 2.0], [1.0, 1.0, 0.0]], tf.float64)
    weights = tf.constant([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]], tf.float64)
    with tf.GradientTape() as outer:
        outer.watch(x)
        with tf.GradientTape() as inner:
            inner.watch(x)
            value = tf.reduce_sum(weights * sorting.sort(x) ** 2)
        first = inner.gradient(value, x)
        total = tf.reduce_sum(first**2)
    by_element = numpy.array([[3.0, 1.0, 2.0], [5.0, 6.0, 4.0]])
    numpy.testing.assert_allclose(first, 2 * by_element * x.numpy())
    numpy.testing.assert_allclose(outer.gradient(total, x), 8 * by_element**2 * x.numpy())
