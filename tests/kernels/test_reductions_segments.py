"""`reduceat` and `at` of tensors against NumPy's, for every ufunc, eagerly, traced and compiled."""

from __future__ import annotations

import warnings

import numpy
import pytest
import tensorflow as tf

import tnp_shim as np
from tnp_shim.kernels.segments import reduceat, scatter_ufunc
from tnp_shim.ufuncs import UFUNCS

FLOATS = [
    "add",
    "subtract",
    "multiply",
    "divide",
    "maximum",
    "minimum",
    "fmax",
    "fmin",
    "hypot",
    "logaddexp",
    "logaddexp2",
    "copysign",
]
INTEGERS = [
    "add",
    "subtract",
    "multiply",
    "maximum",
    "minimum",
    "gcd",
    "lcm",
    "bitwise_and",
    "bitwise_or",
    "bitwise_xor",
    "floor_divide",
]
BOOLS = ["add", "multiply", "maximum", "minimum", "logical_and", "logical_or", "logical_xor", "bitwise_xor"]
COMPILED = [("add", "d"), ("multiply", "f"), ("divide", "d"), ("maximum", "l"), ("bitwise_xor", "B")]
CASES = [
    (name, d) for names, ds in ((FLOATS, "d"), (INTEGERS, "bL"), (BOOLS, "?")) for name in names for d in ds
]
COMPLEX = [(name, "D") for name in ("add", "multiply", "maximum")] + [
    ("multiply", "f"),
    ("maximum", "l"),
    ("add", "e"),
]


def values(shape, dtype, seed=0):
    generator = numpy.random.default_rng(seed)
    dtype = numpy.dtype(dtype)
    if dtype.kind in "biu":
        return generator.integers(0 if dtype.kind == "b" else 1, 2 if dtype.kind == "b" else 6, shape).astype(
            dtype
        )
    numbers = generator.uniform(0.5, 2, shape)
    return (numbers + 1j * generator.uniform(0.5, 2, shape) if dtype.kind == "c" else numbers).astype(dtype)


def modes_of(function, *arrays, xla=False):
    """The function as it is, traced for such arrays of unknown sizes, and at will under XLA."""
    signature = [tf.TensorSpec([None] * a.ndim, a.dtype) for a in arrays]
    yield function
    for compiled in (False, True) if xla else (False,):
        yield tf.function(function, input_signature=signature, jit_compile=compiled, autograph=False)


def in_modes(function, *arrays):
    """What it gives in each of them."""
    for each in modes_of(function, *arrays):
        yield each(*map(tf.constant, arrays))


def close(actual, expected):
    assert actual.dtype == expected.dtype
    numpy.testing.assert_allclose(
        actual, expected, rtol={"e": 2e-3, "f": 1e-5}.get(expected.dtype.char, 1e-12)
    )


@pytest.mark.parametrize(("name", "dtype"), CASES + COMPLEX)
def test_reduceat(name, dtype):
    ufunc, body = getattr(numpy, name), UFUNCS[name].body
    a = values((3, 9, 2), dtype)
    rows = numpy.array([0, 4, 1, 5, 2, 6, 3, 8]), numpy.array([8, 0, 0])
    for mode in modes_of(
        lambda t, i: reduceat(name, body, t, i, 1), a, rows[0], xla=(name, dtype) in COMPILED
    ):
        for indices in rows:
            expected = ufunc.reduceat(a, indices, axis=1, dtype=a.dtype)
            close(mode(tf.constant(a), tf.constant(indices)).numpy(), expected)


def test_reduceat_at_no_index_and_of_one_axis():
    body = UFUNCS["add"].body
    assert reduceat("add", body, tf.ones([3, 2]), tf.zeros([0], tf.int64), 0).shape == (0, 2)
    found = reduceat("add", body, tf.range(8), tf.constant([0, 4, 1], tf.int64), 0)
    assert found.numpy().tolist() == [6, 4, 28]


@pytest.mark.parametrize(("name", "dtype"), CASES + COMPLEX)
def test_at(name, dtype):
    ufunc, body = getattr(numpy, name), UFUNCS[name].body
    a, b = values(7, dtype), values(12, dtype, 1)
    indices = numpy.random.default_rng(2).integers(0, 7, 12)
    for mode in modes_of(
        lambda t, i, v: scatter_ufunc(name, body, t, i, v), a, indices, b, xla=(name, dtype) in COMPILED
    ):
        for count in (12, 1, 0):
            expected = a.copy()
            ufunc.at(expected, indices[:count], b[:count])
            close(mode(*map(tf.constant, (a, indices[:count], b[:count]))).numpy(), expected)


@pytest.mark.parametrize("name", ["negative", "square", "sqrt", "logical_not"])
def test_at_of_one_argument(name):
    a = values(5, "?" if name == "logical_not" else "d")
    indices = numpy.array([1, 3, 1, 1, 4, 3])
    expected = a.copy()
    getattr(numpy, name).at(expected, indices)
    for found in in_modes(lambda t, i: scatter_ufunc(name, UFUNCS[name].body, t, i), a, indices):
        close(found.numpy(), expected)


def test_extremes_at_pass_nan_on():
    nan = numpy.nan
    a, b = numpy.array([1, nan, 3, 4, nan]), numpy.array([nan, 1, 5, 2, 9, nan])
    indices = numpy.array([0, 1, 2, 3, 3, 3])
    for name in ("maximum", "minimum", "fmax", "fmin"):
        expected = a.copy()
        getattr(numpy, name).at(expected, indices, b)
        for found in in_modes(
            lambda t, i, v, n=name: scatter_ufunc(n, UFUNCS[n].body, t, i, v), a, indices, b
        ):
            numpy.testing.assert_array_equal(found.numpy(), expected)


@pytest.mark.parametrize("name", ["add", "subtract", "multiply", "divide", "maximum", "hypot", "logaddexp"])
def test_gradients(name):
    body = UFUNCS[name].body
    a, b = tf.constant(values(5, "d")), tf.constant(values(8, "d", 1))
    indices = tf.constant([0, 3, 3, 1, 3, 0, 4, 4], tf.int64)

    def scattered(a, b):
        return tf.reduce_sum(scatter_ufunc(name, body, a, indices, b) ** 2)

    def reduced(a, b):
        return tf.reduce_sum(reduceat(name, body, b, tf.constant([0, 3, 1, 5], tf.int64), 0) ** 2) + a[0]

    def slope(function):
        def of(a, b):
            with tf.GradientTape() as tape:
                tape.watch(b)
                result = function(a, b)
            return tf.reduce_sum(tf.convert_to_tensor(tape.gradient(result, b)) ** 2)

        return of

    for function in (scattered, reduced, slope(scattered), slope(reduced)):
        for theory, measured in zip(*tf.test.compute_gradient(function, [a, b]), strict=True):
            numpy.testing.assert_allclose(theory, measured, rtol=1e-4, atol=1e-4)


@pytest.mark.parametrize("name", ["at", "at of one argument", "reduceat", "reduce", "accumulate"])
def test_forward_mode_of_loops_after_reverse_mode(name):
    """A trace of which a gradient was taken is of no use to forward mode."""
    x = tf.constant(values(20, "d"))
    arctan2, indices = np.arctan2, [0, 5, 5, 5, 7]

    def called(x):
        array = np.array(x)
        if name == "at":
            arctan2.at(array, indices, array[:5] + 1.0)
        elif name == "at of one argument":
            np.arctan.at(array, indices)
        else:
            array = getattr(arctan2, name)(array, *([indices] if name == "reduceat" else []))
        return tf.reduce_sum(tf.convert_to_tensor(array))

    for _ in range(2):
        with tf.GradientTape() as tape:
            tape.watch(x)
            result = called(x)
        slope = tf.convert_to_tensor(tape.gradient(result, x))
        with tf.autodiff.ForwardAccumulator(x, tf.ones_like(x)) as accumulator:
            result = called(x)
        numpy.testing.assert_allclose(accumulator.jvp(result), tf.reduce_sum(slope), rtol=1e-12)


def test_what_no_range_needs_does_not_reach_the_gradient():
    x = tf.constant([1e200, 1e200, 2.0, 0.0], tf.float64)
    with tf.GradientTape() as tape:
        tape.watch(x)
        result = reduceat("multiply", UFUNCS["multiply"].body, x, tf.constant([0, 1, 2], tf.int64), 0)
    assert tape.gradient(result, x).numpy().tolist() == [1, 1, 0, 2]


@pytest.fixture(autouse=True)
def quietly():
    with warnings.catch_warnings(), numpy.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        yield
