"""dot, tensordot, einsum, cross, trace, ... against NumPy: values, dtypes, shapes, errors, gradients."""

from __future__ import annotations

import warnings

import numpy
import pytest
import tensorflow as tf
from hypothesis import given, settings
from hypothesis import strategies as st

import tnp_shim as np
from tnp_shim import dtypes


def values(shape, dtype="float64", seed=0):
    """Numbers of a dtype, integers from its whole range."""
    generator = numpy.random.default_rng([seed, *shape])
    dtype = numpy.dtype(dtype)
    if dtype.kind == "b":
        return generator.random(shape) < 0.5
    if dtype.kind in "iu":
        info = numpy.iinfo(dtype)
        return generator.integers(info.min, info.max, shape, dtype, endpoint=True)
    parts = generator.normal(size=(2, *shape))
    return (parts[0] + 1j * parts[1] if dtype.kind == "c" else parts[0]).astype(dtype)


def outcome(body, *arrays):
    """What a body gives, or the error that it raises."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)
            return body(*arrays)
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
        tolerance = 50 * numpy.finfo(expected.dtype).eps
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
    expected = numpy.asarray(expected)
    unknown = [tf.TensorSpec([None] * a.ndim, a.dtype) for a in arrays]
    traced = tf.function(
        lambda *a: tf.convert_to_tensor(body(np, *a)), input_signature=unknown, autograph=False
    )
    compiled = tf.function(lambda *a: tf.convert_to_tensor(body(np, *a)), jit_compile=True, autograph=False)
    for function in (traced, compiled):
        assert_same(np.asarray(function(*arrays)), expected)


PAIRS = [
    ((), ()),
    ((), (2, 3)),
    ((2, 3), ()),
    ((3,), (3,)),
    ((3,), (3, 2)),
    ((2, 3), (3,)),
    ((2, 3), (3, 4)),
    ((3, 2), (2, 2)),
    ((2, 4, 3), (3,)),
    ((2, 4, 3), (5, 3, 2)),
    ((3,), (2, 3, 4)),
    ((1,), (3,)),
    ((3,), (1,)),
    ((2, 1), (3, 2)),
    ((0,), (0,)),
    ((2, 0), (0, 3)),
    ((2, 3), (2, 3)),
]
TWO_OPERANDS = ["dot", "inner", "vdot", "outer", "kron"]


@pytest.mark.parametrize("name", TWO_OPERANDS)
@pytest.mark.parametrize("dtype", ["bool", "int8", "uint64", "float16", "float64", "complex64"])
def test_two_operands(name, dtype):
    for shape1, shape2 in PAIRS:
        check(lambda np, x, y: getattr(np, name)(x, y), values(shape1, dtype), values(shape2, dtype, 1))


@pytest.mark.parametrize("name", TWO_OPERANDS)
def test_two_operands_traced(name):
    for shape1, shape2 in PAIRS:
        if name != "kron" or 0 not in shape1:
            check_traced(
                lambda np, x, y: getattr(np, name)(x, y),
                values(shape1, "float32"),
                values(shape2, "int64", 1),
            )


@pytest.mark.parametrize("name", TWO_OPERANDS)
def test_promotion(name):
    check(lambda np, x: getattr(np, name)(x, 2.0) if name != "vdot" else x, values((3,), "float32"))
    check(lambda np, x: getattr(np, name)(x, [1, 2, 3]), values((3,), "float32"))
    for dtype1 in dtypes.NAMES:
        for dtype2 in dtypes.NAMES[::3]:
            pair = numpy.ones(2, dtype1), numpy.ones(2, dtype2)
            check(lambda np, x, y: getattr(np, name)(x, y), *pair)


@pytest.mark.parametrize("name", ["dot", "outer"])
def test_out(name):
    x, y = values((3, 3)), values((3, 3), seed=1)
    shape = getattr(numpy, name)(x, y).shape
    out = np.zeros(shape)
    assert getattr(np, name)(np.asarray(x), np.asarray(y), out=out) is out
    assert_same(out, getattr(numpy, name)(x, y))


@pytest.mark.parametrize(
    "shapes, axes",
    [
        (((2, 3), (3, 4)), 1),
        (((2, 3), (2, 3)), 2),
        (((2, 3), (4, 5)), 0),
        (((2, 3), (4, 5)), -1),
        (((2, 3, 4), (4, 3, 5)), ([1, 2], [1, 0])),
        (((2, 3, 4), (4, 3, 5)), ([-2, 2], (1, 0))),
        (((2, 3), (4, 2)), (0, 1)),
        (((2, 3), (4, 2)), [[0], [1]]),
        (((2, 1), (3, 4)), 1),
        (((2, 2), (2, 2)), ([0, 0], [0, 0])),
        (((2, 2), (2, 2)), ([0, 1], [0])),
        (((2, 2), (2, 2)), ([0, 1], [0, 5])),
        (((2, 2), (2, 2)), 3),
        (((2, 2), (2, 2)), 1.0),
        (((2, 0), (0, 2)), 1),
        (((), (2,)), 0),
    ],
)
@pytest.mark.parametrize("dtype", ["float64", "complex128", "int16"])
def test_tensordot(shapes, axes, dtype):
    x, y = values(shapes[0], dtype), values(shapes[1], dtype, 1)
    check_traced(lambda np, x, y: np.tensordot(x, y, axes), x, y)


def test_lengths_that_differ_when_the_graph_runs():
    unknown = tf.TensorSpec([None, None])
    for body in (np.dot, lambda x, y: np.tensordot(x, y, 1), lambda x, y: np.einsum("ij,jk", x, y)):
        traced = tf.function(
            lambda x, y, body=body: tf.convert_to_tensor(body(x, y)),
            input_signature=[unknown] * 2,
            autograph=False,
        )
        with pytest.raises(tf.errors.InvalidArgumentError):
            traced(tf.ones((2, 3)), tf.ones((4, 2)))


@pytest.mark.parametrize("dtype", dtypes.NAMES)
def test_trace(dtype):
    for shape in ((3, 3), (2, 4), (4, 2), (2, 3, 4), (0, 2), (3,)):
        x = values(shape, dtype)
        check(lambda np, x: np.trace(x), x)
        check(lambda np, x: np.trace(x, offset=-1), x)
        check(lambda np, x: np.trace(x, 1, 1, 0), x)
        check(lambda np, x: np.trace(x, 9), x)
    check(lambda np, x: np.trace(x, dtype="float32"), values((3, 3), "int32"))
    check(lambda np, x: np.trace(x, axis1=0, axis2=0), values((3, 3)))
    check(lambda np, x: np.trace(x, axis1=0, axis2=7), values((3, 3)))
    check_traced(lambda np, x: np.trace(x, 1, -1, 0), values((2, 3, 4)))


CROSSES = [
    ((3,), (3,)),
    ((4, 3), (3,)),
    ((4, 3), (2, 1, 3)),
    ((2,), (3,)),
    ((3,), (2,)),
    ((2,), (2,)),
    ((4, 2), (4, 2)),
]


@pytest.mark.parametrize("shapes", [*CROSSES, ((4,), (3,)), ((), (3,)), ((4, 3), (5, 3))])
def test_cross(shapes):
    for dtype in ("float64", "int8", "uint32", "complex64", "bool"):
        check(lambda np, x, y: np.cross(x, y), values(shapes[0], dtype), values(shapes[1], dtype, 1))
    zeros = numpy.zeros(shapes[0]), numpy.zeros(shapes[1])
    expected = outcome(numpy.cross, *zeros)
    if not isinstance(expected, Exception):
        assert not numpy.signbit(numpy.asarray(outcome(np.cross, *zeros))[numpy.signbit(expected) == 0]).any()


def test_axes_of_cross():
    x, y = values((3, 4, 2)), values((4, 2, 3), seed=1)
    check_traced(lambda np, x: np.cross(x, x[::-1], axis=0), x)
    check(lambda np, x, y: np.cross(x, y, 0, 2, 1), x, y)
    check(lambda np, x, y: np.cross(x, y, axisa=0, axisb=2, axisc=5), x, y)
    check(lambda np, x, y: np.cross(x, y, axisa=7), x, y)
    with pytest.warns(DeprecationWarning, match="2-dimensional vectors") as caught:
        np.cross([1, 2], [3, 4])
    assert caught[0].filename == __file__


EINSUMS = [
    ("ij,jk->ik", (2, 3), (3, 4)),
    ("ij,jk", (2, 3), (3, 4)),
    ("ij,jk->ki", (2, 3), (3, 4)),
    ("ji,jk", (3, 2), (3, 4)),
    ("ij,kj->ik", (2, 3), (4, 3)),
    ("bij,bjk->bik", (5, 2, 3), (5, 3, 4)),
    ("bij,bkj->bki", (5, 2, 3), (5, 4, 3)),
    ("ibj,bjk->kbi", (2, 5, 3), (5, 3, 4)),
    ("ij,ij", (2, 3), (2, 3)),
    ("ij,ij->i", (2, 3), (2, 3)),
    ("ij,ji->", (2, 3), (3, 2)),
    ("i,j", (2,), (3,)),
    ("i,j->ji", (2,), (3,)),
    ("i,i", (3,), (3,)),
    ("ij,j", (2, 3), (3,)),
    ("i,ij", (2,), (2, 3)),
    ("i,ij->i", (2,), (2, 3)),
    ("ij,", (2, 3), ()),
    (",", (), ()),
    ("ij->ji", (2, 3)),
    ("ba", (2, 3)),
    ("ij->", (2, 3)),
    ("ij->j", (2, 3)),
    ("ii", (3, 3)),
    ("ii->i", (3, 3)),
    ("iij->ji", (3, 3, 2)),
    ("iii->i", (3, 3, 3)),
    ("iijj->ij", (2, 2, 3, 3)),
    ("ii,i", (3, 3), (3,)),
    ("...ij,...jk->...ik", (5, 2, 3), (4, 1, 3, 4)),
    ("...ij,jk", (5, 2, 3), (3, 4)),
    ("i...->...", (2, 3)),
    ("...i->i...", (2, 3)),
    ("...", (2, 3)),
    ("...,...", (2, 3), (3,)),
    ("i...i", (3, 2, 3)),
    ("...a,...a->...", (2, 3), (5, 1, 3)),
    ("ij,jk,kl->il", (2, 3), (3, 4), (4, 5)),
    ("ij,jk,ki", (2, 3), (3, 4), (4, 2)),
    ("a,b,c->cab", (2,), (3,), (4,)),
    ("ab,ab,ab->b", (2, 3), (2, 3), (2, 3)),
    ("abcd,ac,bd->ab", (2, 3, 4, 5), (2, 4), (3, 5)),
    ("ij,jk", (2, 1), (3, 4)),
    ("ij,jk->ik", (2, 3), (1, 4)),
    ("ij,ij->ij", (1, 3), (2, 3)),
    ("ij,ij->j", (1, 3), (2, 3)),
    ("ij,jk", (2, 0), (0, 4)),
    (" i j , j k -> i k ", (2, 3), (3, 4)),
    ("Ab,ba", (2, 3), (3, 4)),
]
REFUSED = [
    ("ii->i", (1, 3)),
    ("ii", (2, 3)),
    ("...->", (2, 3)),
    ("...i->i", (2, 3)),
    ("ij->ijk", (2, 3)),
    ("i->ii", (3,)),
    ("i.j", (2, 3)),
    ("i", (2, 3)),
    ("ijk", (2, 3)),
    ("i,i", (2,)),
    ("i", (2,), (2,)),
    ("ij->ji->", (2, 3)),
    ("i1", (2, 3)),
    ("ij,jk", (2, 3), (4, 5)),
    ("...a,...a", (2, 3), (3, 3)),
    ("......", (2, 3)),
]


@pytest.mark.parametrize("case", EINSUMS)
def test_einsum(case):
    subscripts, *shapes = case
    for dtype in ("bool", "int8", "uint64", "float16", "complex128"):
        operands = [values(shape, dtype, seed) for seed, shape in enumerate(shapes)]
        check(lambda np, *operands: np.einsum(subscripts, *operands), *operands)
    check_optimized = [values(shape, "float64", seed) for seed, shape in enumerate(shapes)]
    expected = numpy.einsum(subscripts, *check_optimized)
    for optimize in (True, "optimal", ("greedy", 10)):
        assert_same(
            np.asarray(np.einsum(subscripts, *check_optimized, optimize=optimize)), numpy.asarray(expected)
        )


@pytest.mark.parametrize("case", [case for case in EINSUMS if (2, 1) not in case and (1, 4) not in case])
def test_einsum_traced(case):
    subscripts, *shapes = case
    if any("i" * 2 in term for term in subscripts.split(",")) and (0,) in shapes:
        return
    operands = [values(shape, "float32", seed) for seed, shape in enumerate(shapes)]
    if (1, 3) in shapes:  # lengths of 1 that are summed over must be known
        return
    check_traced(lambda np, *operands: np.einsum(subscripts, *operands), *operands)


@pytest.mark.parametrize("case", REFUSED)
def test_einsum_refuses(case):
    subscripts, *shapes = case
    assert isinstance(check(lambda np, *a: np.einsum(subscripts, *a), *map(values, shapes)), ValueError)


def test_forms_of_einsum():
    x, y = values((2, 3)), values((3, 4), seed=1)
    check(lambda np, x, y: np.einsum(x, [0, 1], y, [1, 2], [0, 2]), x, y)
    check(lambda np, x, y: np.einsum(x, [0, 1], y, [1, 2]), x, y)
    check(lambda np, x, y: np.einsum(x, [5, 1], [1, 5]), x, y)
    check(lambda np, x, y: np.einsum(x, [Ellipsis, 1], y, [1, 30], [Ellipsis, 30]), x, y)
    check(lambda np, x, y: np.einsum(x, [0, 60]), x, y)
    check(lambda np, x, y: np.einsum(x, [0.0, 1]), x, y)
    check(lambda np, x, y: np.einsum(b"ij,jk", x, y), x, y)
    check(lambda np, x, y: np.einsum("ij,jk", x, y, optimize=["einsum_path", (0, 1)]), x, y)
    check(lambda np, x, y: np.einsum("i,j,k", x[0], x[1], y[0], optimize=["einsum_path", (0, 1)]), x, y)
    check(
        lambda np, x, y: np.einsum("i,j,k", x[0], x[1], y[0], optimize=["einsum_path", (0, 2), (0, 1)]), x, y
    )
    check(lambda np, x, y: np.einsum("i,j,k", x[0], x[1], y[0], optimize=["einsum_path", (0, 1, 2)]), x, y)
    check(lambda np, x, y: np.einsum("i,i", [1, 2], [3, 4.5]), x, y)
    check(lambda np, x, y: np.einsum("ij,jk", x, y, foo=1), x, y)
    check(lambda np, x, y: np.einsum("ij", x, order="X"), x, y)
    check(lambda np, x, y: np.einsum(), x, y)


def test_dtype_of_einsum():
    for dtype, casting in (
        ("float32", "safe"),
        ("float32", "same_kind"),
        ("complex128", "safe"),
        ("int8", "unsafe"),
    ):
        for subscripts in ("ij->i", "ij->ji", "ii"):
            check(
                lambda np, x, s=subscripts, d=dtype, c=casting: np.einsum(s, x, dtype=d, casting=c),
                values((3, 3)),
            )


def test_out_of_einsum():
    x = values((2, 3))
    out = np.zeros((3, 2))
    assert np.einsum("ij->ji", np.asarray(x), out=out) is out
    assert_same(out, x.T)


def test_einsum_path():
    x, y, z = (values(shape) for shape in ((2, 3), (3, 4), (4, 5)))
    assert np.einsum_path("ij,jk,kl", x, y, z) == numpy.einsum_path("ij,jk,kl", x, y, z)
    assert np.einsum_path(x, [0, 1], y, [1, 2], optimize="optimal") == numpy.einsum_path(
        x, [0, 1], y, [1, 2], optimize="optimal"
    )


def test_einsum_of_unknown_rank():
    signature = [tf.TensorSpec(None), tf.TensorSpec(None)]
    traced = tf.function(
        lambda x, y: tf.convert_to_tensor(np.einsum("ij,jk", x, y)),
        input_signature=signature,
        autograph=False,
    )
    x, y = values((2, 3), "float32"), values((3, 4), "float32")
    assert_same(np.asarray(traced(x, y)), x @ y)


def nodes(function, *shapes):
    """The ops of a traced function but for its frame."""
    concrete = tf.function(function, autograph=False).get_concrete_function(
        *(tf.TensorSpec(shape) for shape in shapes)
    )
    frame = ("Placeholder", "Identity", "NoOp", "Const")
    return [op.type for op in concrete.graph.get_operations() if op.type not in frame]


@pytest.mark.parametrize(
    "subscripts, shapes, ops",
    [
        ("ij,jk", ((2, 3), (3, 4)), ["MatMul"]),
        ("ij,jk->ki", ((2, 3), (3, 4)), ["MatMul"]),
        ("ij,jk", ((None, None), (None, None)), ["MatMul"]),
        ("bij,bjk->bik", ((5, 2, 3), (5, 3, 4)), ["BatchMatMulV2"]),
        ("bij,bkj->bki", ((5, 2, 3), (5, 4, 3)), ["BatchMatMulV2"]),
        ("i,i", ((3,), (3,)), ["Mul", "Sum"]),
        ("ij,ij->i", ((2, 3), (2, 3)), ["Mul", "Sum"]),
        ("...,...->...", ((2, 3), (3,)), ["Mul"]),
        ("ij->ji", ((2, 3),), ["Transpose"]),
        ("ij->i", ((2, 3),), ["Sum"]),
        ("bqhd,bkhd->bhqk", ((2, 3, 4, 5), (2, 6, 4, 5)), ["Transpose", "Transpose", "BatchMatMulV2"]),
    ],
)
def test_einsum_takes_no_more_ops_than_by_hand(subscripts, shapes, ops):
    assert nodes(lambda *x: tf.convert_to_tensor(np.einsum(subscripts, *x)), *shapes) == ops


LABELS = st.lists(st.sampled_from("abcd"), min_size=0, max_size=4)
SIZES = {"a": 2, "b": 3, "c": 1, "d": 4}


@settings(max_examples=60)
@given(
    terms=st.lists(LABELS, min_size=1, max_size=3),
    data=st.data(),
    dtype=st.sampled_from(["int32", "complex128"]),
)
def test_einsum_of_any_subscripts(terms, data, dtype):
    labels = sorted({label for term in terms for label in term})
    output = data.draw(st.permutations(labels).flatmap(lambda p: st.integers(0, len(p)).map(lambda n: p[:n])))
    subscripts = ",".join("".join(term) for term in terms) + "->" + "".join(output)
    operands = [values([SIZES[label] for label in term], dtype, seed) for seed, term in enumerate(terms)]
    check(lambda np, *operands: np.einsum(subscripts, *operands), *operands)


GRADIENTS = [
    (lambda x, y: np.dot(x, y), (2, 4, 3), (5, 3, 2)),
    (lambda x, y: np.dot(x, y), (3,), (3,)),
    (lambda x, y: np.inner(x, y), (2, 3), (4, 3)),
    (lambda x, y: np.vdot(x, y), (2, 3), (2, 3)),
    (lambda x, y: np.outer(x, y), (3,), (2,)),
    (lambda x, y: np.tensordot(x, y, ([1, 0], [0, 2])), (2, 3, 4), (3, 5, 2)),
    (lambda x, y: np.kron(x, y), (2, 3), (3, 2)),
    (lambda x, y: np.cross(x, y), (4, 3), (3,)),
    (lambda x, y: np.trace(x, 1) * np.trace(y), (3, 4), (3, 3)),
    (lambda x, y: np.einsum("iij,jk->ki", x, y), (3, 3, 2), (2, 4)),
    (lambda x, y: np.einsum("...ij,...jk->...k", x, y), (2, 1, 3, 4), (5, 4, 2)),
    (lambda x, y: np.einsum("ab,ca,ab->bc", x, y, x), (2, 3), (4, 2)),
]


@pytest.mark.parametrize("case", range(len(GRADIENTS)))
@pytest.mark.parametrize("dtype", ["float64", "complex128"])
def test_gradients(case, dtype):
    body, *shapes = GRADIENTS[case]
    points = [tf.constant(values(shape, dtype, seed)) for seed, shape in enumerate(shapes)]
    directions = [tf.constant(values(shape, dtype, 9 + seed)) for seed, shape in enumerate(shapes)]

    def loss(*points):
        result = tf.convert_to_tensor(body(*points))
        weights = tf.reshape(tf.range(1.0, tf.size(result) + 1, dtype="float64"), result.shape)
        return tf.reduce_sum(tf.math.real(tf.cast(weights, dtype) * result**2))

    def gradients(*points):
        with tf.GradientTape() as tape:
            tape.watch(points)
            value = loss(*points)
        return tape.gradient(value, points)

    def squares(*points):
        return sum(tf.reduce_sum(tf.math.real(g * tf.math.conj(g))) for g in gradients(*points))

    with tf.GradientTape() as tape:
        tape.watch(points)
        value = squares(*points)
    second = tape.gradient(value, points)
    for function, slopes in ((loss, gradients(*points)), (squares, second)):
        step = 1e-6
        ahead = function(*(p + step * d for p, d in zip(points, directions, strict=True)))
        behind = function(*(p - step * d for p, d in zip(points, directions, strict=True)))
        expected = (ahead - behind) / (2 * step)
        pairs = zip(slopes, directions, strict=True)
        slope = sum(tf.reduce_sum(tf.math.real(tf.math.conj(g) * d)) for g, d in pairs)
        numpy.testing.assert_allclose(slope, expected, rtol=1e-5, atol=1e-5)
