"""convolve, correlate, interp, unwrap, trapezoid, angle, sinc, i0 and real_if_close against NumPy."""

from __future__ import annotations

import warnings

import numpy
import pytest
import tensorflow as tf

import tnp_shim as np


def values(count, dtype="float64", seed=0):
    generator = numpy.random.default_rng([seed, count])
    dtype = numpy.dtype(dtype)
    if dtype.kind in "biu":
        return generator.integers(0, 2 if dtype.kind == "b" else 100, count).astype(dtype)
    parts = generator.normal(size=(2, count))
    return (parts[0] + 1j * parts[1] if dtype.kind == "c" else parts[0]).astype(dtype)


def outcome(body, *arguments):
    """What a body gives, or the error that it raises."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return body(*arguments)
    except Exception as error:
        return error


def assert_same(actual, expected):
    if isinstance(expected, Exception):
        assert isinstance(actual, Exception), f"expected {expected!r}, got {actual!r}"
        assert type(actual) is type(expected) and str(actual) == str(expected)
        return
    if isinstance(actual, Exception):
        raise actual
    assert isinstance(actual, np.ndarray) == isinstance(expected, numpy.ndarray)
    assert actual.dtype == expected.dtype
    assert actual.shape == expected.shape
    if expected.dtype.kind in "biu":
        numpy.testing.assert_array_equal(numpy.asarray(actual), expected)
    else:
        tolerance = 20 * numpy.finfo(expected.dtype).eps
        numpy.testing.assert_allclose(numpy.asarray(actual), expected, rtol=tolerance, atol=tolerance)


def check(body, *arrays):
    """The body gives with tnp_shim what it gives with NumPy."""
    expected = outcome(lambda *a: body(numpy, *a), *arrays)
    assert_same(outcome(lambda *a: body(np, *a), *(np.asarray(a) for a in arrays)), expected)
    return expected


def check_traced(body, *arrays):
    """The same eagerly, traced with unknown sizes, and compiled."""
    expected = check(body, *arrays)
    if isinstance(expected, Exception):
        return
    unknown = [tf.TensorSpec([None] * a.ndim, a.dtype) for a in arrays]

    def tensor(*arrays):
        return tf.convert_to_tensor(body(np, *map(np.asarray, arrays)))

    for function in (
        tf.function(tensor, input_signature=unknown, autograph=False),
        tf.function(tensor, jit_compile=True, autograph=False),
    ):
        assert_same(np.asarray(function(*arrays)), numpy.asarray(expected))


LENGTHS = [(1, 1), (5, 1), (5, 2), (5, 3), (6, 4), (3, 5), (4, 6), (1, 4), (5, 5)]


@pytest.mark.parametrize("mode", ["full", "same", "valid"])
@pytest.mark.parametrize("name", ["convolve", "correlate"])
def test_sliding_products(name, mode):
    body = lambda np, x, y: getattr(np, name)(x, y, mode)  # noqa: E731
    for lengths in LENGTHS:
        for dtype in ("bool", "uint8", "int64", "float16", "float32", "complex128"):
            check(body, values(lengths[0], dtype), values(lengths[1], dtype, 1))
        check(body, values(lengths[0], "float32"), values(lengths[1], "int64", 1))
        check(body, values(lengths[0], "float32"), values(lengths[1], "complex64", 1))
    for lengths in ((5, 3), (3, 6), (4, 4)):
        check_traced(body, values(lengths[0]), values(lengths[1], seed=1))
        check_traced(body, values(lengths[0], "int32"), values(lengths[1], "int32", 1))


@pytest.mark.parametrize("name", ["convolve", "correlate"])
def test_refusals_of_sliding_products(name):
    x = values(3)
    for body in (
        lambda np, x: getattr(np, name)(x, []),
        lambda np, x: getattr(np, name)([], x),
        lambda np, x: getattr(np, name)(x, x, "foo"),
        lambda np, x: getattr(np, name)(x, x, 1),
        lambda np, x: getattr(np, name)(x, [x]),
        lambda np, x: getattr(np, name)(x, 3),
    ):
        check(body, x)


POINTS = numpy.array([1.0, 2, 4, 4, 7])
LINES = numpy.array([10.0, 20, -3, 5, 0])


@pytest.mark.parametrize(
    "body",
    [
        lambda np, x, xp, fp: np.interp(x, xp, fp),
        lambda np, x, xp, fp: np.interp(x, xp, fp, left=-1, right=99.5),
        lambda np, x, xp, fp: np.interp(x, xp, fp * 1j),
        lambda np, x, xp, fp: np.interp(x, xp[:3], fp[:3], period=3.25),
        lambda np, x, xp, fp: np.interp(x, xp[:3], fp[:3], period=-3.5),
        lambda np, x, xp, fp: np.interp(x[:0], xp, fp),
        lambda np, x, xp, fp: np.interp(x, xp[:1], fp[:1]),
    ],
)
def test_interp(body):
    x = numpy.array([-1, 1, 1.5, 2, 3, 4, 5, 7, 8, numpy.nan, 6.999])
    check_traced(body, x, POINTS, LINES)
    check(body, x.astype("float32"), POINTS.astype("float32"), LINES.astype("int8"))


@pytest.mark.parametrize(
    "body",
    [
        lambda np, x: np.interp(1.5, POINTS, LINES),
        lambda np, x: np.interp([[1.5]], POINTS, LINES),
        lambda np, x: np.interp(x, [], []),
        lambda np, x: np.interp(x, POINTS, LINES[:2]),
        lambda np, x: np.interp(x, POINTS, LINES, period=0),
        lambda np, x: np.interp(1j, POINTS, LINES),
        lambda np, x: np.interp(x, POINTS, LINES[:, None]),
    ],
)
def test_arguments_of_interp(body):
    check(body, numpy.array([1.5, 2]))


@pytest.mark.parametrize(
    "body",
    [
        lambda np, y, x: np.trapezoid(y),
        lambda np, y, x: np.trapezoid(y, x),
        lambda np, y, x: np.trapezoid(y, dx=0.5, axis=0),
        lambda np, y, x: np.trapezoid(y, x[:2], axis=0),
        lambda np, y, x: np.trapezoid(y, y, axis=0),
        lambda np, y, x: np.trapezoid(y[0]),
        lambda np, y, x: np.trapezoid(y, axis=2),
        lambda np, y, x: np.trapezoid(y, x[:3]),
    ],
)
def test_trapezoid(body):
    for dtype in ("bool", "int8", "float32", "float64", "complex64"):
        check(body, values(10, dtype).reshape(2, 5), values(5, dtype, 1))
    check_traced(body, values(10).reshape(2, 5), values(5, seed=1))


@pytest.mark.parametrize(
    "body",
    [
        lambda np, p: np.unwrap(p),
        lambda np, p: np.unwrap(p, axis=0),
        lambda np, p: np.unwrap(p, discont=5),
        lambda np, p: np.unwrap(p, period=4),
        lambda np, p: np.unwrap(p, period=5),
        lambda np, p: np.unwrap(p, axis=2),
        lambda np, p: np.unwrap(p[0, 0]),
    ],
)
def test_unwrap(body):
    p = numpy.array([[0, 3.5, 7, 2, -4], [0, 2, 4, 2, 100]])
    for dtype in ("int64", "int8", "float32", "float64"):
        check(body, p.astype(dtype))
    check_traced(body, p)


@pytest.mark.parametrize("name", ["angle", "sinc", "i0", "real_if_close"])
def test_elementwise(name):
    body = lambda np, x: getattr(np, name)(x)  # noqa: E731
    for dtype in (
        "bool",
        "int8",
        "uint16",
        "int64",
        "float16",
        "float32",
        "float64",
        "complex64",
        "complex128",
    ):
        if (name, dtype) == ("i0", "float16"):
            continue  # NumPy rounds every one of the thirty terms
        check(body, values(9, dtype))
        check(body, numpy.zeros((2, 2), dtype))
        check(body, numpy.ones((), dtype)[()])
    check(body, numpy.array([1 + 1e-15j, 1e-14j]))
    if name != "real_if_close":
        check_traced(body, values(9))
    if name == "angle":
        check(lambda np, x: np.angle(x, deg=True), values(9, "complex64"))
        check(lambda np, x: np.angle(x, True), values(9, "int8") - 50)


def test_real_if_close_needs_values():
    with pytest.raises(TypeError, match="real_if_close"):
        tf.function(lambda x: np.real_if_close(x), autograph=False)(tf.constant([1j]))


def derivatives(function, x):
    """The first and the second derivative, elementwise."""
    x = tf.constant(x)
    with tf.GradientTape() as outer:
        outer.watch(x)
        with tf.GradientTape() as inner:
            inner.watch(x)
            y = tf.convert_to_tensor(function(np.asarray(x)))
        first = inner.gradient(y, x)
    return first.numpy(), outer.gradient(first, x).numpy()


def test_derivatives_at_zero_and_elsewhere():
    x = numpy.array([0.0, 1e-9, 0.01, 0.079, 0.08, 0.5, 1.0, -2.5])
    for function in (np.sinc, np.i0):
        first, second = derivatives(function, x)
        step = 1e-5
        numpys = getattr(numpy, function.__name__)
        expected = (numpys(x + step) - numpys(x - step)) / (2 * step)
        numpy.testing.assert_allclose(first, expected, atol=1e-8)
        expected = (derivatives(function, x + step)[0] - derivatives(function, x - step)[0]) / (2 * step)
        numpy.testing.assert_allclose(second, expected, atol=1e-7)
    first, second = derivatives(np.sinc, numpy.zeros(1))
    numpy.testing.assert_allclose([first[0], second[0]], [0, -(numpy.pi**2) / 3])


@pytest.mark.parametrize(
    "body, shapes",
    [
        (lambda x, y: np.convolve(x, y, "same"), (6, 3)),
        (lambda x, y: np.correlate(x, y, "full"), (3, 5)),
        (lambda x, y: np.trapezoid(x, y), (4, 4)),
        (lambda x, y: np.interp(x, np.asarray([-9.0, -1, 0.5, 9]), y), (5, 4)),
        (lambda x, y: np.unwrap(x * 5) * np.sum(y), (5, 2)),
        (lambda x, y: np.angle(x + 1j * y), (4, 4)),
    ],
)
def test_gradients(body, shapes):
    points = [tf.constant(values(count, seed=seed)) for seed, count in enumerate(shapes)]
    directions = [tf.constant(values(count, seed=seed + 9)) for seed, count in enumerate(shapes)]

    def loss(*points):
        result = tf.convert_to_tensor(body(*map(np.asarray, points)))
        weights = tf.range(1.0, tf.cast(tf.size(result), tf.float64) + 1, dtype=tf.float64)
        return tf.reduce_sum(weights * tf.reshape(result, [-1]) ** 2)

    def gradients(*points):
        with tf.GradientTape() as tape:
            tape.watch(points)
            value = loss(*points)
        return [tf.convert_to_tensor(slope) for slope in tape.gradient(value, points)]

    def squares(*points):
        return sum(tf.reduce_sum(g**2) for g in gradients(*points))

    with tf.GradientTape() as tape:
        tape.watch(points)
        value = squares(*points)
    second = [tf.convert_to_tensor(slope) for slope in tape.gradient(value, points)]
    for function, slopes in ((loss, gradients(*points)), (squares, second)):
        step = 1e-6
        ahead = function(*(p + step * d for p, d in zip(points, directions, strict=True)))
        behind = function(*(p - step * d for p, d in zip(points, directions, strict=True)))
        slope = sum(tf.reduce_sum(g * d) for g, d in zip(slopes, directions, strict=True))
        numpy.testing.assert_allclose(slope, (ahead - behind) / (2 * step), rtol=1e-5)
