"""sort, argsort, searchsorted, digitize, nonzero, unique, sets of elements, ... against NumPy."""

from __future__ import annotations

import numpy
import pytest
import tensorflow as tf
from hypothesis import given, settings
from hypothesis import strategies as st

import tnp_shim as np
from tnp_shim import dtypes


def values(shape, dtype="float64", seed=0):
    """Values with many ties and the extremes of the dtype; of floats both zeros, NaN and infinities."""
    generator = numpy.random.default_rng([seed, *shape])
    dtype = numpy.dtype(dtype)
    if dtype.kind == "b":
        return generator.random(shape) < 0.5
    if dtype.kind in "iu":
        info = numpy.iinfo(dtype)
        return generator.choice(numpy.array([info.min, 0, 1, 2, 3, info.max - 1, info.max], dtype), shape)
    specials = numpy.array([0.0, 1.5, -1.5, 2, 2, numpy.inf, -numpy.inf, numpy.nan])
    parts = generator.choice(specials, (2, *shape))
    if dtype.kind == "f":
        return parts[0].astype(dtype)
    result = numpy.empty(shape, dtype)
    result.real, result.imag = parts
    return result


def outcome(body, *arguments):
    """What a body gives, or the error that it raises."""
    try:
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
    if isinstance(expected, tuple):
        assert type(actual) is type(expected) and len(actual) == len(expected)
        for ours, numpys in zip(actual, expected, strict=True):
            assert_same(ours, numpys)
        return
    assert isinstance(actual, np.ndarray) == isinstance(expected, numpy.ndarray)
    assert actual.dtype == expected.dtype
    assert actual.shape == expected.shape
    numpy.testing.assert_array_equal(numpy.asarray(actual), expected)


def check(body, *arrays):
    """The body gives with tnp_shim what it gives with NumPy."""
    expected = outcome(lambda *a: body(numpy, *a), *arrays)
    assert_same(outcome(lambda *a: body(np, *a), *(np.asarray(a) for a in arrays)), expected)
    return expected


def check_traced(body, *arrays, compiled=False):
    """The same eagerly, traced with unknown sizes and, if asked, compiled."""
    expected = check(body, *arrays)
    is_tuple = isinstance(expected, tuple)
    expected = tuple(map(numpy.asarray, expected)) if is_tuple else numpy.asarray(expected)

    def tensors(*arrays):
        return tf.nest.map_structure(tf.convert_to_tensor, body(np, *arrays))

    unknown = [tf.TensorSpec([None] * a.ndim, a.dtype) for a in arrays]
    functions = [tf.function(tensors, input_signature=unknown, autograph=False)]
    if compiled:
        functions.append(tf.function(tensors, jit_compile=True, autograph=False))
    for function in functions:
        results = function(*arrays)
        for ours, numpys in zip(*((results, expected) if is_tuple else ([results], [expected])), strict=True):
            assert_same(np.asarray(ours), numpys)


SORTS = [
    lambda np, x: np.sort(x, kind="stable"),
    lambda np, x: np.sort(x, axis=0, stable=True),
    lambda np, x: np.sort(x, axis=None),
    lambda np, x: np.argsort(x, kind="stable"),
    lambda np, x: np.argsort(x, 0, "mergesort"),
    lambda np, x: np.argsort(x, axis=None, stable=True),
    lambda np, x: np.sort(np.partition(x, x.shape[-1] - 1)),
    lambda np, x: np.partition(x, (0, -1), axis=0)[0],
    lambda np, x: np.sort_complex(x),
    lambda np, x: np.lexsort((x, x[::-1])),
    lambda np, x: np.lexsort(x),
    lambda np, x: np.lexsort((x[0], x[1])),
    lambda np, x: np.lexsort((x, x), axis=0),
]


@pytest.mark.parametrize("dtype", dtypes.NAMES)
@pytest.mark.parametrize("body", SORTS)
def test_sorts(body, dtype):
    for shape in ((6, 7), (2, 40), (4, 3)):
        check(body, values(shape, dtype))


@pytest.mark.parametrize("body", [SORTS[i] for i in (0, 1, 2, 4, 5, 8, 9, 12)])
def test_sorts_traced(body):
    check_traced(body, values((3, 5)), compiled=True)


@pytest.mark.parametrize(
    "body",
    [
        lambda np, x: np.sort(x, kind="foo"),
        lambda np, x: np.sort(x, kind="heapsort"),
        lambda np, x: np.sort(x, kind="stable", stable=True),
        lambda np, x: np.sort(x, order="f"),
        lambda np, x: np.argsort(x, order=["f"]),
        lambda np, x: np.sort(x, axis=2),
        lambda np, x: np.sort(x[0, 0]),
        lambda np, x: np.sort(x[0, 0], axis=None),
        lambda np, x: np.argsort(x[0, 0]),
        lambda np, x: np.argsort(x[0, 0], axis=None),
        lambda np, x: np.partition(x, 9),
        lambda np, x: np.partition(x, 1.0),
        lambda np, x: np.partition(x, [0, 7]),
        lambda np, x: np.partition(x, 1, kind="foo"),
        lambda np, x: np.argpartition(x, -9, axis=0),
        lambda np, x: np.lexsort(()),
        lambda np, x: np.lexsort((x, x[0])),
        lambda np, x: np.lexsort((x, x), axis=2),
        lambda np, x: np.lexsort((1, 2)),
        lambda np, x: np.sort_complex(x[0, 0]),
    ],
)
def test_refusals_of_sorts(body):
    check(body, values((3, 4)))


@pytest.mark.parametrize("name", ["partition", "argpartition"])
def test_partitions(name):
    x = values((5, 9), "int64")
    for kth in (0, 4, -1, [2, 5]):
        ours = numpy.asarray(getattr(np, name)(np.asarray(x), kth))
        parted = numpy.take_along_axis(x, ours, -1) if name == "argpartition" else ours
        numpy.testing.assert_array_equal(numpy.sort(parted), numpy.sort(x))
        numpy.testing.assert_array_equal(parted[:, kth], numpy.sort(x)[:, kth])


@pytest.mark.parametrize("dtype", dtypes.NAMES)
def test_searchsorted(dtype):
    edges, x = numpy.sort(values((30,), dtype)), values((4, 5), dtype, 1)
    order = numpy.argsort(values((30,), dtype))
    for side in ("left", "right"):
        check(lambda np, edges, x, side=side: np.searchsorted(edges, x, side), edges, x)
        check(lambda np, edges, x, side=side: np.searchsorted(edges, x[0, 0], side=side), edges, x)
        check(
            lambda np, edges, x, order, side=side: np.searchsorted(edges, x, side, order),
            values((30,), dtype),
            x,
            order,
        )
        for other in ("int64", "uint64", "float32"):
            check(lambda np, edges, x, side=side: np.searchsorted(edges, x, side), edges, values((9,), other))


@pytest.mark.parametrize(
    "body",
    [
        lambda np, a, v: np.searchsorted(a, 2),
        lambda np, a, v: np.searchsorted(a, 2.5),
        lambda np, a, v: np.searchsorted([1, 2, 3], v),
        lambda np, a, v: np.searchsorted(a, v, side="middle"),
        lambda np, a, v: np.searchsorted(a, v, side="r"),
        lambda np, a, v: np.searchsorted(v, a),
        lambda np, a, v: np.searchsorted(a[0], v),
        lambda np, a, v: np.searchsorted(a, v, sorter=[0, 1]),
        lambda np, a, v: np.searchsorted(a, v, sorter=[0.0, 1, 2]),
        lambda np, a, v: np.searchsorted(a, v, sorter=[0, 1, 3]),
        lambda np, a, v: np.searchsorted(a, v, sorter=[0, 1, -1]),
        lambda np, a, v: np.searchsorted(a[:0], v),
    ],
)
def test_arguments_of_searchsorted(body):
    check(body, numpy.array([1.0, 2.0, 3.0]), numpy.array([[0.5, 2.0], [9.0, numpy.nan]]))


def test_searchsorted_traced():
    check_traced(
        lambda np, a, v: np.searchsorted(a, v, "right"),
        numpy.sort(values((20,))),
        values((3, 4)),
        compiled=True,
    )


@pytest.mark.parametrize("right", [False, True])
@pytest.mark.parametrize(
    "bins", [[1, 2, 3], [3.0, 2, 1], [1, 1, 1], [], [2], [1, 2, numpy.nan], [3, 1, 1, 0]]
)
def test_digitize(bins, right):
    x, bins = numpy.array([[0.5, 1, 2.5], [3, 9, numpy.nan]]), numpy.asarray(bins)
    check_traced(lambda np, x, bins: np.digitize(x, bins, right), x, bins)
    check(lambda np, x, bins: np.digitize(x[0, 0], bins, right), x, bins)


def test_refusals_of_digitize():
    x = numpy.array([1.0, 2])
    check(lambda np, x: np.digitize(x, [1, 3, 2]), x)
    check(lambda np, x: np.digitize(x * 1j, [1, 2]), x)
    check(lambda np, x: np.digitize(x, [[1, 2]]), x)
    traced = tf.function(
        lambda x, bins: tf.convert_to_tensor(np.digitize(x, bins)),
        input_signature=[tf.TensorSpec([None])] * 2,
        autograph=False,
    )
    with pytest.raises(tf.errors.InvalidArgumentError, match="monotonically"):
        traced([1.0], [1.0, 3.0, 2.0])


@pytest.mark.parametrize("dtype", dtypes.NAMES)
def test_nonzero(dtype):
    for shape in ((7,), (3, 4), (0, 2), (2, 0), (2, 3, 4), ()):
        for name in ("nonzero", "flatnonzero", "argwhere"):
            check(lambda np, x, name=name: getattr(np, name)(x), values(shape, dtype))
    check_traced(lambda np, x: np.nonzero(x), values((3, 4), dtype))
    check_traced(lambda np, x: np.argwhere(x), values((3, 4), dtype))


OPTIONS = [
    dict(zip(("return_index", "return_inverse", "return_counts"), flags, strict=True))
    for flags in ((0, 0, 0), (1, 0, 0), (0, 1, 0), (0, 0, 1), (1, 1, 1))
]


@pytest.mark.parametrize("dtype", dtypes.NAMES)
def test_unique(dtype):
    for shape in ((), (0,), (1,), (50,), (3, 4), (2, 0)):
        x = values(shape, dtype)
        if dtype.startswith("complex"):
            x[numpy.isnan(x)] = numpy.nan  # which one of unequal NaNs stands for all is not NumPy's promise
        for options in OPTIONS:
            check(lambda np, x, options=options: np.unique(x, **options), x)
            if options["return_index"] or not options["return_inverse"]:  # else which NaN is which is open
                check(lambda np, x, options=options: np.unique(x, equal_nan=False, **options), x)
            for axis in (0, -1, 1):
                check(lambda np, x, options=options, axis=axis: np.unique(x, axis=axis, **options), x)
        check(lambda np, x: np.unique_counts(x), x)
        if not numpy.isnan(x).any():
            check(lambda np, x: np.unique_inverse(x), x)
        check(lambda np, x: np.unique_all(x), x)
        check(lambda np, x: np.sort(np.unique_values(x)), x)


@pytest.mark.parametrize("axis", [0, 1, 2])
def test_unique_slices(axis):
    x = numpy.random.default_rng(axis).integers(0, 2, (6, 6, 6))
    x[1::2] = x[::2]
    x[:, :, 3] = x[:, :, 1]
    body = lambda np, x: np.unique(x, True, True, True, axis=axis)  # noqa: E731
    check_traced(body, x)
    check(lambda np, x: np.unique(x, axis=3), x)
    check(lambda np, x: np.unique(x, axis=axis), x.astype(numpy.float32) * numpy.nan)


@pytest.mark.parametrize("options", OPTIONS)
def test_unique_traced(options):
    check_traced(lambda np, x: np.unique(x, **options), values((3, 7)))


def lossy(dtype1, dtype2):
    """Whether large integers become equal in the common dtype: NumPy then finds what is not there."""
    common = numpy.result_type(dtype1, dtype2)
    return common.kind in "fc" and any(numpy.dtype(dtype).kind in "iu" for dtype in (dtype1, dtype2))


@pytest.mark.parametrize("dtype1", dtypes.NAMES)
def test_sets(dtype1):
    for dtype2 in ("bool", "uint64", "int8", "float32", "complex64"):
        if lossy(dtype1, dtype2):
            continue
        for shape1, shape2 in (((5,), (6,)), ((2, 6), (40,)), ((0,), (3,)), ((3,), (0,)), ((), (4,))):
            x, y = values(shape1, dtype1), values(shape2, dtype2, 1)
            check(lambda np, x, y: np.setdiff1d(x, y), x, y)
            x, y = (
                numpy.where(numpy.isnan(x), x.dtype.type(2), x),
                numpy.where(numpy.isnan(y), y.dtype.type(3), y),
            )
            for name in ("intersect1d", "union1d", "setdiff1d", "setxor1d"):
                check(lambda np, x, y, name=name: getattr(np, name)(x, y), x, y)
            check(lambda np, x, y: np.intersect1d(x, y, return_indices=True), x, y)


def test_sets_of_unique_elements():
    x, y = numpy.array([3, 1, 9, 4]), numpy.array([4, 7, 3])
    for name in ("intersect1d", "setdiff1d", "setxor1d"):
        check(lambda np, x, y, name=name: getattr(np, name)(x, y, assume_unique=True), x, y)
        check_traced(lambda np, x, y, name=name: getattr(np, name)(x, y), x, y)
    check(lambda np, x, y: np.intersect1d(x, y, True, True), x, y)
    check_traced(lambda np, x, y: np.union1d(x, y), x, y)


@pytest.mark.parametrize(("dtype", "return_indices"), [("int32", False), ("complex64", True)])
def test_common_elements_in_vectorized_map(dtype, return_indices):
    """Right where the results are of one size, be the sets they come from or not; else the error says so."""

    def common(pair):
        made = np.intersect1d(np.asarray(pair[0]), np.asarray(pair[1]), return_indices=return_indices)
        return [tf.convert_to_tensor(part) for part in (made if return_indices else [made])]

    xs = numpy.array([[1, 1, 2, 2], [4, 3, 2, 1]], dtype)
    ys = numpy.array([[1, 2, 9], [1, 2, 2]], dtype)
    for k, found in enumerate(tf.vectorized_map(common, (tf.constant(xs), tf.constant(ys)))):
        for x, y, row in zip(xs, ys, found, strict=True):
            expected = numpy.intersect1d(x, y, return_indices=True)[k]
            numpy.testing.assert_array_equal(row, expected)
    ys[1] = 1
    with pytest.raises(tf.errors.InvalidArgumentError, match="results_of_different_sizes_cannot_be_stacked"):
        tf.vectorized_map(common, (tf.constant(xs), tf.constant(ys)))


def test_common_elements_are_found_as_numpy_finds_them():
    x = numpy.array([numpy.nan, 2.0, -0.0, 5.0, 2.0, numpy.inf, 0.0])
    y = numpy.array([0.0, numpy.inf, numpy.nan, 2.0, 7.0, 2.0])
    for pair in ((x, y), (y, x), (x[:0], y), (x, y[:0]), (x.reshape(1, 7), y.reshape(2, 3))):
        check(lambda np, x, y: np.intersect1d(x, y), *pair)
        check(lambda np, x, y: np.intersect1d(x, y, return_indices=True), *pair)
        check_traced(lambda np, x, y: np.intersect1d(x, y, return_indices=True), *pair)


@pytest.mark.parametrize("invert", [False, True])
def test_isin(invert):
    for dtype1 in dtypes.NAMES:
        for dtype2 in ("bool", "int8", "uint64", "float32", "complex64", dtype1):
            for count in (0, 3, 60):
                x, y = values((3, 4), dtype1), values((count,), dtype2, 1)
                if not lossy(dtype1, dtype2):
                    check(lambda np, x, y: np.isin(x, y, invert=invert), x, y)
                elif numpy.result_type(dtype1, dtype2).kind != "c":
                    expected = [[(e in y.tolist()) != invert for e in row] for row in x.tolist()]
                    ours = np.isin(np.asarray(x), np.asarray(y), invert=invert)
                    numpy.testing.assert_array_equal(numpy.asarray(ours), expected)
    check_traced(
        lambda np, x, y: np.isin(x, y, invert=invert), values((3, 4)), values((5,), seed=1), compiled=True
    )


def test_kinds_of_isin():
    x = numpy.array([1, 2, 3])
    for kind in (None, "sort", "table", "foo"):
        check(lambda np, x, kind=kind: np.isin(x, [2, 5], kind=kind), x)
        check(lambda np, x, kind=kind: np.isin(x, [2.0, 5], kind=kind), x)
    check(lambda np, x: np.isin(2, x), x)


@settings(max_examples=50)
@given(
    x=st.lists(
        st.sampled_from([0.0, -0.0, 1.0, -1.0, 5e-324, numpy.inf, -numpy.inf, numpy.nan, 1e308]), max_size=30
    )
)
def test_any_floats(x):
    x = numpy.array(x)
    check(lambda np, x: np.argsort(x, kind="stable"), x)
    check(lambda np, x: np.searchsorted(np.sort(x), x), x)
    check(lambda np, x: np.unique(x, True, True, True), x)


@pytest.mark.parametrize(
    "body, coefficients",
    [
        (lambda x: np.sort(x), [2.0, 3.0, 1.0, 4.0]),
        (lambda x: np.partition(x, 2), [2.0, 3.0, 1.0, 4.0]),
        (lambda x: np.unique(x), [2.0, 3.0, 1.0, 4.0]),
        (lambda x: np.union1d(x, x), [2.0, 3.0, 1.0, 4.0]),
        (lambda x: np.setdiff1d(x, [1.0]), [1.0, 2.0, 0.0, 3.0]),
    ],
)
def test_gradients(body, coefficients):
    x = np.asarray([3.0, 4.0, 1.0, 7.0])
    with tf.GradientTape() as outer:
        outer.watch(x)
        with tf.GradientTape() as inner:
            inner.watch(x)
            result = body(x)
            value = np.sum(np.arange(1.0, result.shape[0] + 1) * result**2)
        first = inner.gradient(value, x)
        total = np.sum(first**2)
    second = outer.gradient(total, x)
    coefficients = numpy.array(coefficients)
    numpy.testing.assert_allclose(numpy.asarray(first), 2 * coefficients * numpy.asarray(x))
    numpy.testing.assert_allclose(numpy.asarray(second), 8 * coefficients**2 * numpy.asarray(x))
