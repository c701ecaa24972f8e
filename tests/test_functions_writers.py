"""copyto, put, place, putmask, fill_diagonal and put_along_axis against NumPy."""

from __future__ import annotations

import warnings

import numpy
import pytest
import tensorflow as tf
from hypothesis import given, settings
from hypothesis import strategies as st

import tnp_shim as np
from tnp_shim import dtypes


def outcome(body, np, a):
    """The array after the body wrote into it, or the error that it raised."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            assert body(np, a) is None
            return a
    except Exception as error:
        return error


def assert_same(actual, expected):
    if isinstance(expected, Exception):
        assert isinstance(actual, Exception), f"expected {expected!r}, got {actual!r}"
        assert type(actual) is type(expected) and str(actual) == str(expected)
        return
    if isinstance(actual, Exception):
        raise actual
    assert actual.dtype == expected.dtype
    assert actual.shape == expected.shape
    numpy.testing.assert_array_equal(numpy.asarray(actual), expected)


def check(body, a):
    """The body leaves in an array of ours what it leaves in one of NumPy's; and nothing if it fails."""
    ours = np.array(a)
    before = numpy.array(a)
    expected = outcome(body, numpy, numpy.array(a))
    assert_same(outcome(body, np, ours), expected)
    if isinstance(expected, Exception):
        assert_same(ours, before)
    return expected


def check_traced(body, a, *more, compiled=True):
    """The same eagerly, traced with unknown sizes, and compiled; `more` are further arrays for the body."""
    expected = numpy.array(a)
    body(numpy, expected, *more)
    ours = np.array(a)
    body(np, ours, *(np.array(m) for m in more))
    assert_same(ours, expected)

    def written(a, *more):
        array = np.array(a)
        body(np, array, *map(np.asarray, more))
        return tf.convert_to_tensor(array)

    for known in (True, False):
        signature = [tf.TensorSpec(x.shape if known else [None] * x.ndim, x.dtype) for x in (a, *more)]
        assert_same(
            np.asarray(tf.function(written, input_signature=signature, autograph=False)(a, *more)), expected
        )
    if compiled:
        assert_same(np.asarray(tf.function(written, jit_compile=True, autograph=False)(a, *more)), expected)


A = numpy.arange(6).reshape(2, 3)


@pytest.mark.parametrize(
    "body",
    [
        lambda np, a: np.put(a, [0, 1], [1.7, 2.9]),
        lambda np, a: np.put(a, [0, 1], [1j, 2]),
        lambda np, a: np.put(a, [0, 1], np.array([1j, 2])),
        lambda np, a: np.put(a, [0, 5, 2], [1, 2]),
        lambda np, a: np.put(a, [9, -8, 1], [1, 2], mode="wrap"),
        lambda np, a: np.put(a, [9, -8, 1], [1, 2], mode="clip"),
        lambda np, a: np.put(a, [0, 1], [1], mode="foo"),
        lambda np, a: np.put(a, [0, 1], []),
        lambda np, a: np.put(a, [], []),
        lambda np, a: np.put(a, [], [1]),
        lambda np, a: np.put(a, [0.0, 1], [5]),
        lambda np, a: np.put(a, np.array([0.5]), [5]),
        lambda np, a: np.put(a, np.array([1], "uint64"), [5]),
        lambda np, a: np.put(a, np.array([1, -1], "int8"), [5]),
        lambda np, a: np.put(a, [True, False], [8, 9]),
        lambda np, a: np.put(a, [1, 1, 1], [7, 8, 9]),
        lambda np, a: np.put(a, [-1, 5, 0], [7, 8, 9]),
        lambda np, a: np.put(a, 2, 300),
        lambda np, a: np.put(a, 6, 300),
        lambda np, a: np.put(a, -7, 300),
        lambda np, a: np.put(a, [[0, 1], [2, 3]], [[5, 6], [7, 8]]),
        lambda np, a: np.put(a, [0], 5.5),
        lambda np, a: np.put(a, [0], 2**70),
        lambda np, a: np.put(a[:, ::2], [1, 3], [8, 9]),
        lambda np, a: np.put(a.T, [1, 3], [8, 9]),
        lambda np, a: np.put(a[:0], [0], [8]),
        lambda np, a: np.put(a[:0], [], [8]),
        lambda np, a: np.put([1, 2], [0], [8]),
    ],
)
def test_put(body):
    for dtype in ("int64", "int8", "float32", "complex64", "bool"):
        if dtype != "complex64":
            check(body, A.astype(dtype))


@pytest.mark.parametrize("mode", ["raise", "wrap", "clip"])
@pytest.mark.parametrize("count", [1, 2, 4, 5])
def test_put_traced(mode, count):
    check_traced(
        lambda np, a, ind, v: np.put(a, ind, v, mode),
        A.astype("float32"),
        numpy.array([0, 3, -1, 3]),
        numpy.arange(count) + 10.0,
    )


def test_put_of_nothing_traced():
    nothing = numpy.zeros(0, int)
    check_traced(lambda np, a, ind, v: np.put(a, ind, v), A, numpy.array([0, 3]), nothing)
    check_traced(lambda np, a, ind: np.put(a, ind, 9), A, nothing)
    check_traced(lambda np, a, mask, v: np.putmask(a, mask, v), A, A > 2, nothing)
    check_traced(lambda np, a, mask, v: np.place(a, mask, v), A, A > 9, nothing)
    check_traced(lambda np, a, v: np.fill_diagonal(a, v), A, nothing)


@pytest.mark.parametrize("name", ["place", "putmask"])
@pytest.mark.parametrize(
    "mask, values",
    [
        (A > 2, [44, 55]),
        (A > 2, [1, 2, 3, 4, 5, 6]),
        (A > 2, range(10, 20)),
        (A > 2, []),
        (A > 9, []),
        (A > 2, 7.7),
        (A > 2, [1j]),
        (A > 2, numpy.array([1j])),
        (A > 2, 300),
        (A > 2, [2**70]),
        ([1, 0, 1, 0, 0, 1], [1.5, 2]),
        ([1, 0, 1, 0, 0, 0.5], [9, 8, 7]),
        ([1, 0], [1]),
        ([[1, 0, 0], [0, 0, 2]], [[1, 2], [3, 4]]),
        (numpy.zeros((3, 2)), 5),
        (numpy.ones((3, 2)), [[5, 6]]),
    ],
)
def test_masks(name, mask, values):
    for dtype in ("int64", "int8", "float64"):
        check(lambda np, a: getattr(np, name)(a, np.array(mask), values), A.astype(dtype))
        check(lambda np, a: getattr(np, name)(a.T, mask, values), A.astype(dtype))
    check(lambda np, a: getattr(np, name)([1, 2], [True, False], [3]), A)
    values = numpy.asarray(values) if values != [2**70] else numpy.ones(1)
    for dtype in ("int64", "float32"):
        for other in ("int64", "int8", "float64"):
            source = values.astype(other) if values.dtype.kind != "c" else values
            check(lambda np, a, v=source: getattr(np, name)(a, mask, np.array(v)), A.astype(dtype))
    check(lambda np, a: getattr(np, name)(a, a > 2, np.array([1.5])[0]), A)


@pytest.mark.parametrize("name", ["place", "putmask"])
@pytest.mark.parametrize("count", [1, 2, 6, 9])
def test_masks_traced(name, count):
    check_traced(
        lambda np, a, mask, values: getattr(np, name)(a, mask, values),
        A.astype("float32"),
        A % 2 == 1,
        numpy.arange(count, dtype="float32") + 10,
    )


def test_errors_when_the_graph_runs():
    def run(body, *arrays):
        signature = [tf.TensorSpec([None], array.dtype) for array in arrays]

        def written(a, *more):
            array = np.array(a)
            body(array, *map(np.asarray, more))
            return tf.convert_to_tensor(array)

        with pytest.raises((tf.errors.InvalidArgumentError, tf.errors.OutOfRangeError)):
            tf.function(written, input_signature=signature, autograph=False)(*arrays)

    three, two = numpy.arange(3.0), numpy.arange(2.0)
    run(lambda a, mask: np.putmask(a, mask, 1), three, two)
    run(lambda a, mask: np.place(a, mask, 1), three, two)
    run(lambda a, values: np.place(a, a > 1, values), three, three[:0])
    run(lambda a, ind: np.put(a, ind, 1), three, numpy.array([3]))
    run(lambda a, ind: np.put_along_axis(a, ind, 1, 0), three, numpy.array([3]))
    run(lambda a, src: np.copyto(a, src), three, two)
    run(lambda a, src: np.copyto(a, src, where=a > 0), three, two)
    run(lambda a, src: np.copyto(a[:1], src, where=a[:1] > -1), three, two)


SOURCES = [
    7,
    -1,
    300,
    2**70,
    1.5,
    1e10,
    1j,
    True,
    [7, 8, 9],
    [300],
    [-1],
    [1.5, 2, 3],
    [1, 2],
    numpy.float64(1.5),
    numpy.int64(300),
    numpy.float32(2),
    numpy.array([1], "uint64"),
    numpy.ones((1, 2, 3), int),
    numpy.ones((2, 2, 3), int),
    numpy.array(3.5),
    numpy.ones((2, 1), bool),
]


@pytest.mark.parametrize("source", SOURCES, ids=repr)
@pytest.mark.parametrize("dtype", ["int64", "int8", "uint8", "bool", "float32", "complex64"])
def test_copyto(source, dtype):
    for casting in ("no", "equiv", "safe", "same_kind", "unsafe", "foo"):
        if isinstance(source, float) and casting == "unsafe" and dtype in ("int8", "uint8") and source > 255:
            continue  # C leaves the result open
        if casting == "unsafe" and dtype == "uint8" and source is SOURCES[11]:
            continue
        check(lambda np, a, casting=casting: np.copyto(a, source, casting=casting), A.astype(dtype))
    check(lambda np, a: np.copyto(a[:, 1:], a[:, :-1]), A.astype(dtype))


@pytest.mark.parametrize(
    "where",
    [
        True,
        False,
        A > 2,
        [1, 0, 1],
        [True, False, True],
        [1.0, 0.0, 1.0],
        numpy.array([1, 0, 1]),
        numpy.ones((2, 2, 3), bool),
        numpy.ones((1, 2, 3), bool),
        [[True], [False]],
        [True, False],
        numpy.True_,
    ],
    ids=repr,
)
def test_where_of_copyto(where):
    check(lambda np, a: np.copyto(a, [7, 8, 9], where=where), A)
    check(lambda np, a: np.copyto(a, 9, where=where), A)
    check(lambda np, a: np.copyto(a.T, 9, where=where), A)
    check(lambda np, a: np.copyto(a, [1, 2], where=where), A)


def test_copyto_traced():
    for source in (numpy.arange(3.0), numpy.arange(2.0)[:, None], numpy.arange(6.0).reshape(2, 3)):
        check_traced(lambda np, a, src: np.copyto(a, src), A.astype(float), source)
        check_traced(lambda np, a, src, mask: np.copyto(a, src, where=mask), A.astype(float), source, A > 3)
    check_traced(lambda np, a: np.copyto(a, 5), A)
    check_traced(lambda np, a, mask: np.copyto(a, 5, where=mask), A, numpy.array([True, False, True]))


def test_refused_targets():
    check(lambda np, a: np.copyto([1, 2], [0]), A)
    check(lambda np, a: np.copyto(np.broadcast_to(a, (2, 2, 3)), 0), A)
    for body in (
        lambda a: np.put(a, [0], [8]),
        lambda a: np.place(a, a > 1, [8]),
        lambda a: np.putmask(a, a > 1, [8]),
        lambda a: np.fill_diagonal(a, 8),
    ):
        with pytest.raises(ValueError, match="read-only"):
            body(np.broadcast_to(np.array([1, 2, 3]), (3, 3)))
    check(lambda np, a: np.fill_diagonal([[1]], 0), A)
    check(lambda np, a: np.put_along_axis([[1]], numpy.array([[0]]), 0, 0), A)
    check(lambda np, a: np.put_along_axis(np.broadcast_to(a, (2, 2, 3)), np.array([[[0]]]), 0, 0), A)


@pytest.mark.parametrize(
    "shape",
    [(3, 3), (5, 2), (2, 5), (2, 2, 2), (3, 3, 3, 3), (7, 2), (0, 2), (2, 0), (1, 1), (3,), (2, 2, 3)],
)
@pytest.mark.parametrize("wrap", [False, True])
def test_fill_diagonal(shape, wrap):
    for dtype in ("int64", "float32", "bool", "uint8"):
        for value in (
            4,
            9.7,
            [1, 2],
            [1, 2, 3, 4, 5, 6, 7],
            [[1, 2], [3, 4]],
            [],
            [1j, 2],
            numpy.array([1j]),
        ):
            check(lambda np, a, value=value: np.fill_diagonal(a, value, wrap), numpy.zeros(shape, dtype))
    if len(shape) > 1 and 0 not in shape and (len(shape) == 2 or len(set(shape)) == 1):
        for values in (numpy.arange(1.0, 3), numpy.ones(1)):
            check_traced(lambda np, a, v: np.fill_diagonal(a, v, wrap), numpy.zeros(shape), values)


@pytest.mark.parametrize(
    "indices, values, axis",
    [
        ([[0], [2]], 9, 1),
        ([[0], [2]], [[9.5], [8]], -1),
        ([5, 0], [1, 2], None),
        ([5, -1], [1, 2], None),
        ([6], [1, 2], None),
        ([[5]], 1, None),
        ([[5], [0]], 1, 1),
        ([0], 1, 1),
        ([[0.0]], 1, 1),
        ([[True]], 1, 1),
        ([[0, 0], [1, 1]], [[5, 6], [7, 8]], 1),
        ([[0]], 9, 1),
        ([[0, 1, 0]], [[7, 8, 9]], 0),
        ([[0], [2]], [1, 2, 3], 1),
        ([[0], [2]], 1, 5),
        ([[0], [2], [1]], 1, 1),
        ([[-1], [-3]], 1, 1),
        ([[0]], [1j], 1),
    ],
)
def test_put_along_axis(indices, values, axis):
    indices = numpy.array(indices)
    expected = check(lambda np, a: np.put_along_axis(a, np.array(indices), values, axis), A)
    check(lambda np, a: np.put_along_axis(a, indices.tolist(), values, axis), A)
    if not isinstance(expected, Exception):
        check_traced(lambda np, a, i: np.put_along_axis(a, i, values, axis), A.astype("float64"), indices)


@pytest.mark.parametrize("dtype", dtypes.NAMES)
def test_every_dtype(dtype):
    a = A.astype(dtype)
    values = numpy.array([1, 0, 1], dtype)
    check(lambda np, a: np.put(a, [0, 4, 4], values), a)
    check(lambda np, a: np.place(a, A > 1, values), a)
    check(lambda np, a: np.putmask(a, A > 1, values), a)
    check(lambda np, a: np.copyto(a, values, where=A > 1), a)
    check(lambda np, a: np.fill_diagonal(a, values), a)
    check(lambda np, a: np.put_along_axis(a, np.array([[0], [1]]), values[:1], 1), a)
    for written in dtypes.NAMES:
        source = numpy.array([1, 0, 1], written)
        check(lambda np, a, s=source: np.copyto(a, np.array(s)), a)
        check(lambda np, a, s=source: np.put(a, [0, 4, 4], np.array(s)), a)


@settings(max_examples=60)
@given(data=st.data())
def test_any_put(data):
    size = data.draw(st.integers(1, 6))
    indices = data.draw(st.lists(st.integers(-size - 1, size), max_size=8))
    values = data.draw(st.lists(st.integers(0, 99), max_size=10))
    mode = data.draw(st.sampled_from(["raise", "wrap", "clip"]))
    check(lambda np, a: np.put(a, indices, values, mode), numpy.zeros(size, int))
    mask = data.draw(st.lists(st.booleans(), min_size=size, max_size=size))
    check(lambda np, a: np.place(a, mask, values), numpy.zeros(size, int))
    check(lambda np, a: np.putmask(a, mask, values), numpy.zeros(size, int))


def test_views_are_written_through():
    for library in (numpy, np):
        base = library.zeros((3, 4))
        library.fill_diagonal(base[:, 1:], 7)
        library.put(base[1], [0, -1], [5, 6])
        library.copyto(base[2, ::2], [8, 9])
        library.putmask(base.T, base.T == 7, 70)
        library.put_along_axis(base, library.array([[3], [1], [1]]), 2, 1)
        if library is numpy:
            expected = base
    numpy.testing.assert_array_equal(numpy.asarray(base), expected)


MASK = A % 2 == 1
WRITES = [
    lambda a, v: np.put(a, [1, 4, 1], v),
    lambda a, v: np.put(a, np.asarray([0, 5]), v, "wrap"),
    lambda a, v: np.place(a, MASK, v),
    lambda a, v: np.putmask(a, MASK, v),
    lambda a, v: np.copyto(a, v),
    lambda a, v: np.copyto(a, v, where=MASK),
    lambda a, v: np.fill_diagonal(a, v),
    lambda a, v: np.put_along_axis(a, np.asarray([[0, 0, 1], [1, 2, 2]]), v, 1),
]


@pytest.mark.parametrize("case", range(len(WRITES)))
@pytest.mark.parametrize("traced", [False, True])
def test_gradients(case, traced):
    weights = tf.constant(numpy.arange(1.0, 7).reshape(2, 3))

    def slopes(old, values):
        def loss(old, values):
            a = np.array(old)
            WRITES[case](a, np.asarray(values))
            return tf.reduce_sum(weights * tf.convert_to_tensor(a) ** 2)

        with tf.GradientTape() as outer:
            outer.watch((old, values))
            with tf.GradientTape() as inner:
                inner.watch((old, values))
                value = loss(old, values)
            first = inner.gradient(value, (old, values), unconnected_gradients="zero")
            total = sum(tf.reduce_sum(tf.convert_to_tensor(g) ** 2) for g in first)
        return value, first, outer.gradient(total, (old, values), unconnected_gradients="zero")

    old, values = A + 1.0, numpy.array([0.5, -2.0, 3.0])
    value, first, second = (tf.function(slopes, autograph=False) if traced else slopes)(
        tf.constant(old), tf.constant(values)
    )
    # which place of the result holds which of the nine numbers, found by writing numbers that differ
    numbers = np.array(numpy.arange(6.0).reshape(2, 3))
    WRITES[case](numbers, np.asarray(numpy.array([6.0, 7.0, 8.0])))
    origin = numpy.asarray(numbers).astype(int).ravel()
    inputs = numpy.concatenate([old.ravel(), values])
    per_input = numpy.bincount(origin, numpy.arange(1.0, 7), 9)
    numpy.testing.assert_allclose(value, (numpy.arange(1.0, 7) * inputs[origin] ** 2).sum())
    for gradients, expected in ((first, 2 * per_input * inputs), (second, 8 * per_input**2 * inputs)):
        found = numpy.concatenate([numpy.ravel(tf.convert_to_tensor(g)) for g in gradients])
        numpy.testing.assert_allclose(found, expected)
