"""The bodies of matmul, vecdot, matvec and vecmat against NumPy's, eagerly, traced and compiled."""

from __future__ import annotations

import numpy
import pytest
import tensorflow as tf

from tnp_shim import dtypes
from tnp_shim.kernels.products import GENERALIZED, diagonal

NUMPY = {name: getattr(numpy, name) for name in GENERALIZED}
SHAPES = {
    "matmul": [
        ((3,), (3,)),
        ((3,), (3, 2)),
        ((2, 3), (3,)),
        ((2, 3), (3, 4)),
        ((3,), (5, 3, 2)),
        ((5, 2, 3), (3,)),
        ((5, 2, 3), (5, 3, 4)),
        ((5, 1, 2, 3), (4, 3, 2)),
        ((2, 3), (5, 3, 4)),
        ((2, 0), (0, 3)),
        ((0, 3), (3, 2)),
        ((0,), (0,)),
        ((4, 2, 0), (4, 0, 3)),
    ],
    "vecdot": [((3,), (3,)), ((2, 3), (3,)), ((4, 1, 3), (2, 3)), ((2, 0), (2, 0)), ((0, 3), (3,))],
    "matvec": [((2, 3), (3,)), ((5, 2, 3), (3,)), ((2, 3), (5, 3)), ((5, 1, 2, 3), (4, 3)), ((2, 0), (0,))],
    "vecmat": [((3,), (3, 2)), ((5, 3), (3, 2)), ((3,), (5, 3, 2)), ((5, 1, 3), (4, 3, 2)), ((0,), (0, 2))],
}
CASES = [(name, *pair) for name, pairs in SHAPES.items() for pair in pairs]
MISMATCHES = [
    ("matmul", (3,), (1,)),
    ("matmul", (2, 3), (1, 4)),
    ("matmul", (2, 2, 3), (4, 3, 2)),
    ("matmul", (2, 1), (3,)),
    ("vecdot", (3,), (1,)),
    ("vecdot", (2, 1), (2, 3)),
    ("vecdot", (2, 3), (4, 3)),
    ("matvec", (2, 3), (1,)),
    ("vecmat", (1,), (3, 2)),
]


def values(shape, dtype, seed):
    """Numbers of a dtype, integers from its whole range."""
    generator = numpy.random.default_rng(seed)
    dtype = numpy.dtype(dtype)
    if dtype.kind == "b":
        return generator.random(shape) < 0.4
    if dtype.kind in "iu":
        info = numpy.iinfo(dtype)
        return generator.integers(info.min, info.max, shape, dtype, endpoint=True)
    parts = generator.normal(size=(2, *shape))
    return (parts[0] + 1j * parts[1] if dtype.kind == "c" else parts[0]).astype(dtype)


def spec(array, shape):
    return tf.TensorSpec(shape, array.dtype)


def assert_equal(actual, expected):
    assert actual.dtype == expected.dtype
    assert tuple(actual.shape) == expected.shape
    if expected.dtype.kind in "biu":
        numpy.testing.assert_array_equal(actual.numpy(), expected)
    else:
        tolerance = 20 * numpy.finfo(expected.dtype).eps
        numpy.testing.assert_allclose(actual.numpy(), expected, rtol=tolerance, atol=tolerance)


@pytest.mark.parametrize("dtype", dtypes.NAMES)
def test_every_dtype(dtype):
    for seed, (name, shape1, shape2) in enumerate(CASES):
        x1, x2 = values(shape1, dtype, seed), values(shape2, dtype, -seed + 100)
        assert_equal(GENERALIZED[name](tf.constant(x1), tf.constant(x2)), NUMPY[name](x1, x2))


@pytest.mark.parametrize("known", ["shape", "rank", "nothing"])
def test_traced(known):
    for seed, (name, shape1, shape2) in enumerate(CASES):
        x1, x2 = values(shape1, "float64", seed), values(shape2, "complex128", -seed + 100)
        x1 = x1.astype("complex128")
        of = {"shape": lambda x: x.shape, "rank": lambda x: [None] * x.ndim, "nothing": lambda _: None}[known]
        traced = tf.function(
            GENERALIZED[name], input_signature=[spec(x, of(x)) for x in (x1, x2)], autograph=False
        )
        assert_equal(traced(x1, x2), numpy.asarray(NUMPY[name](x1, x2)))


@pytest.mark.parametrize("dtype", ["bool", "int16", "uint8", "uint64", "float32", "complex64"])
def test_compiled(dtype):
    for name, (shape1, shape2) in {name: pairs[1] for name, pairs in SHAPES.items()}.items():
        x1, x2 = values(shape1, dtype, 1), values(shape2, dtype, 2)
        assert_equal(
            tf.function(GENERALIZED[name], jit_compile=True, autograph=False)(x1, x2), NUMPY[name](x1, x2)
        )


@pytest.mark.parametrize("name, shape1, shape2", MISMATCHES)
def test_lengths_that_differ_are_refused(name, shape1, shape2):
    x1, x2 = tf.ones(shape1), tf.ones(shape2)
    with pytest.raises((ValueError, tf.errors.InvalidArgumentError)):
        GENERALIZED[name](x1, x2)
    for unknown in ([None] * len(shape1), [None] * len(shape2)), (None, None):
        signature = [tf.TensorSpec(shape) for shape in unknown]
        with pytest.raises((ValueError, tf.errors.InvalidArgumentError)):
            tf.function(GENERALIZED[name], input_signature=signature, autograph=False)(x1, x2)


def nodes(function, *shapes, dtype=tf.float64):
    """The ops of a traced function but for its frame."""
    concrete = tf.function(function, autograph=False).get_concrete_function(
        *(tf.TensorSpec(s, dtype) for s in shapes)
    )
    frame = ("Placeholder", "Identity", "NoOp", "Const")
    return [op.type for op in concrete.graph.get_operations() if op.type not in frame]


def test_no_more_ops_than_by_hand():
    matmul = GENERALIZED["matmul"]
    assert nodes(matmul, (2, 3), (3, 4)) == ["MatMul"]
    assert nodes(matmul, (None, None), (None, 4)) == ["MatMul"]
    assert nodes(matmul, (5, 2, 3), (5, 3, 4)) == ["BatchMatMulV2"]
    assert nodes(matmul, (3,), (3,)) == ["Mul", "Sum"]
    assert nodes(GENERALIZED["vecdot"], (5, 3), (5, 3)) == ["Mul", "Sum"]
    assert nodes(matmul, (2, 3), (3,)) == ["ExpandDims", "MatMul", "Squeeze"]


@pytest.mark.parametrize("dtype", ["float64", "complex128"])
def test_gradients(dtype):
    for seed, (name, shape1, shape2) in enumerate(CASES):
        if 0 in shape1:
            continue
        x1, x2 = (tf.constant(values(shape, dtype, seed + i)) for i, shape in enumerate((shape1, shape2)))
        result = NUMPY[name](x1.numpy(), x2.numpy())
        weights = tf.constant(values(result.shape, dtype, seed))

        def loss(x1, x2, name=name, weights=weights):
            return tf.reduce_sum(tf.math.real(weights * GENERALIZED[name](x1, x2) ** 2))

        with tf.GradientTape() as outer, tf.GradientTape() as inner:
            outer.watch((x1, x2))
            inner.watch((x1, x2))
            value = loss(x1, x2)
            first = inner.gradient(value, (x1, x2))
            squares = sum(tf.reduce_sum(tf.math.real(g * tf.math.conj(g))) for g in first)
        second = outer.gradient(squares, (x1, x2))

        def squares_at(x1, x2, loss=loss):
            with tf.GradientTape() as tape:
                tape.watch((x1, x2))
                value = loss(x1, x2)
            gradients = tape.gradient(value, (x1, x2))
            return sum(tf.reduce_sum(tf.math.real(g * tf.math.conj(g))) for g in gradients)

        directions = [tf.constant(values(x.shape, dtype, seed + 7)) for x in (x1, x2)]
        for of, gradients in ((loss, first), (squares_at, second)):
            step = 1e-6
            forward = of(*(x + step * d for x, d in zip((x1, x2), directions, strict=True)))
            backward = of(*(x - step * d for x, d in zip((x1, x2), directions, strict=True)))
            slope = sum(
                tf.reduce_sum(tf.math.real(tf.math.conj(g) * d))
                for g, d in zip(gradients, directions, strict=True)
            )
            numpy.testing.assert_allclose(slope, (forward - backward) / (2 * step), rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize("shape", [(3, 3), (2, 4), (4, 2), (2, 3, 4), (0, 3), (2, 0)])
def test_diagonal(shape):
    x = values(shape, "int32", 0)
    unknown = tf.function(diagonal, input_signature=[spec(x, [None] * x.ndim)], autograph=False)
    assert_equal(unknown(x), numpy.diagonal(x, 0, -2, -1))
    for offset in range(-5, 6):
        expected = numpy.diagonal(x, offset, -2, -1)
        assert_equal(diagonal(tf.constant(x), offset), expected)
        traced = tf.function(
            lambda x, offset=offset: diagonal(x, offset),
            input_signature=[spec(x, [None] * x.ndim)],
            autograph=False,
        )
        assert_equal(traced(x), expected)
