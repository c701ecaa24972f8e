"""Creation functions against NumPy: values bit by bit, dtypes, errors, unknown sizes and gradients."""

from __future__ import annotations

import numpy
import pytest
import tensorflow as tf
from traced import agree, gradients_agree

import tnp_shim as np
from tnp_shim.dtypes import NAMES

CONSTANT = ("eager", "traced")
MATRIX = numpy.arange(6, dtype=numpy.float32).reshape(2, 3)

SHAPED = [((2, 3),), (3,), ((),), ((0, 2),), (-1,), ((2, -1),), ((2**40, 2**40),), (2.5,)]


@pytest.mark.parametrize("name", ["zeros", "ones"])
@pytest.mark.parametrize("arguments", SHAPED)
def test_filled(name, arguments):
    agree(name, *arguments, modes=CONSTANT)
    agree(name, *arguments, dtype=numpy.int8, modes=CONSTANT)


@pytest.mark.parametrize("dtype", NAMES)
def test_filled_of_each_dtype(dtype):
    for name in ("zeros", "ones"):
        agree(name, 2, dtype=dtype, modes=("eager",))
    agree("full", 2, 1, dtype, modes=("eager",))
    agree("eye", 2, dtype=dtype, modes=("eager",))


def test_empty_has_shape_and_dtype():
    made = np.empty((2, 3), numpy.int16)
    assert made.shape == (2, 3) and made.dtype == numpy.int16
    assert np.empty_like(np.ones((2, 2))).shape == (2, 2)


FULL = [
    ((2,), 3),
    ((2,), 2.5),
    ((2,), True),
    ((2,), 1j),
    ((2, 2), [1, 2]),
    ((2,), 2.5, numpy.int32),
    ((3,), 300, numpy.uint8),
    ((2,), 1j, float),
    ((2,), 2**63),
    ((2,), numpy.float32(1)),
    ((2, 3), numpy.ones((3, 1))),
]


@pytest.mark.parametrize("arguments", FULL)
def test_full(arguments):
    agree("full", *arguments, modes=CONSTANT)


LIKE = [
    ("zeros_like", (MATRIX,), {}),
    ("ones_like", (MATRIX, numpy.int64), {}),
    ("zeros_like", (MATRIX,), {"shape": (4,)}),
    ("ones_like", ([1, 2],), {}),
    ("full_like", (MATRIX, 3), {}),
    ("full_like", (MATRIX.astype(int), 2.5), {}),
    ("full_like", (MATRIX, [1, 2, 3]), {}),
    ("full_like", (MATRIX, 2), {"shape": (2, 1), "dtype": numpy.int8}),
    ("full_like", (numpy.zeros(2, numpy.int8), 300), {}),
]


@pytest.mark.parametrize("name, arguments, keywords", LIKE)
def test_like(name, arguments, keywords):
    agree(name, *arguments, **keywords)


RANGES = [
    (5,),
    (1, 5),
    (0, 1, 0.1),
    (5, 1, -1),
    (0, 5, 0),
    (3.0,),
    (2000,),
    (0, 1, 1e-4),
    (0.1, 3000.3, 0.7),
    (10, -3000, -2),
    (0, 1, -1),
    (-0.0, 3.0),
    (numpy.int64(3),),
    (numpy.float32(3.5),),
    (numpy.int8(1), numpy.int16(9)),
    (numpy.float64(0), numpy.float64(1), numpy.float64(0.1)),
    (numpy.int32(9), numpy.int32(0), numpy.int32(-2)),
    (numpy.float32(0.1), 3, 0.3),
    (0, 3j, 1j),
]


@pytest.mark.parametrize("arguments", RANGES)
def test_arange(arguments):
    agree("arange", *arguments, modes=CONSTANT)
    if not any(isinstance(number, complex) for number in arguments):
        agree("arange", *arguments, dtype=numpy.float32, modes=CONSTANT)


@pytest.mark.parametrize("dtype", ["int8", "uint64", "float16", "bool", "complex64"])
def test_arange_of_dtype(dtype):
    agree("arange", 2, dtype=dtype, modes=CONSTANT)


BOUNDS = [
    (0, 1),
    (0.1, 7.3),
    (-3, 3.3),
    (5, 5),
    (numpy.array([0.1, 2]), numpy.array([1, 7.0])),
    (numpy.float32(0.1), 7),
    (numpy.array([0.1, 1.0]), numpy.array([[1, 1.0], [3, 4]])),
]


@pytest.mark.parametrize("num", [0, 1, 2, 3, 50, 1025])
@pytest.mark.parametrize("bounds", BOUNDS)
def test_linspace_bit_by_bit(bounds, num):
    agree("linspace", *bounds, num, modes=CONSTANT)
    agree("linspace", *bounds, num, endpoint=False, modes=CONSTANT)


def test_linspace_step_axis_and_dtype():
    agree("linspace", 0, 1, 5, retstep=True)
    agree("linspace", 0, 1, 1, retstep=True, modes=("eager",))
    agree("linspace", numpy.array([0.0, 1]), 3.0, 4, axis=-1)
    agree("linspace", numpy.array([0.0, 1]), 3.0, 4, axis=5)
    agree("linspace", 0, 9, 4, dtype=int)
    agree("linspace", numpy.array([-0.5, 1]), 9.0, 4, dtype=int)
    agree("linspace", 0, 1, -1)
    agree("linspace", 1j, 3, 4)


SPACES = [
    ("logspace", (0, 3), {}),
    ("logspace", (numpy.array([0, 1.0]), numpy.array([2, 3.0])), {"axis": -1}),
    ("logspace", (0, 3), {"base": 2}),
    ("logspace", (0, 3), {"base": numpy.array([2.0, 3]), "axis": 1}),
    ("logspace", (0, numpy.array([1.0, 2])), {"base": numpy.array([2.0, 3])}),
    ("geomspace", (1, 1000), {}),
    ("geomspace", (-1, -1000.0), {"endpoint": False}),
    ("geomspace", (numpy.array([1, 2.0]), numpy.array([5, 60.0])), {"axis": 1}),
    ("geomspace", (numpy.float32(1), numpy.float32(7)), {}),
    ("geomspace", (1j, 1000j), {}),
    ("geomspace", (1, 1000), {"dtype": int}),
]


@pytest.mark.parametrize("num", [1, 10, 2000])
@pytest.mark.parametrize("name, arguments, keywords", SPACES)
def test_spaces_within_rounding(name, arguments, keywords, num):
    if keywords.get("dtype") and num == 2000:
        num = 7
    agree(name, *arguments, num, modes=CONSTANT, tolerance=1e-14, **keywords)


@pytest.mark.parametrize("n", [0, 1, 3, 40])
@pytest.mark.parametrize("m", [None, 2, 50])
@pytest.mark.parametrize("k", [0, 1, -2, 10**9])
def test_triangles_and_diagonals(n, m, k):
    agree("eye", n, m, k, modes=CONSTANT)
    agree("tri", n, m, k, numpy.int8, modes=CONSTANT)


def test_square_matrices():
    for n in (0, 3, 40, -1):
        agree("identity", n, modes=CONSTANT)
    agree("eye", -1, modes=CONSTANT)
    for v, k in (([[1, 2], [3, 4]], 1), (numpy.array([1.0, 2]), -2), (3.0, 0), ([], 0)):
        agree("diagflat", v, k)


@tf.function(input_signature=[tf.TensorSpec([], tf.int64)], autograph=False)
def of_unknown_size(n):
    n = np.asarray(n)
    return [
        tf.convert_to_tensor(made)
        for made in (
            np.zeros((n, 2)),
            np.full((n, n), 3),
            np.arange(n),
            np.arange(0, n, 0.5),
            np.eye(n),
            np.tri(n, n + 1, n - 2),
            np.linspace(0, 1, n),
            np.linspace(0, 1, n, endpoint=False),
            np.logspace(0, 1, n),
            np.geomspace(1, 9, n),
        )
    ]


@pytest.mark.parametrize("n", [0, 1, 2, 5])
def test_unknown_sizes(n):
    expected = (
        numpy.zeros((n, 2)),
        numpy.full((n, n), 3),
        numpy.arange(n),
        numpy.arange(0, n, 0.5),
        numpy.eye(n),
        numpy.tri(n, n + 1, n - 2),
        numpy.linspace(0, 1, n),
        numpy.linspace(0, 1, n, endpoint=False),
        numpy.logspace(0, 1, n),
        numpy.geomspace(1, 9, n),
    )
    for made, wanted in zip(of_unknown_size(n), expected, strict=True):
        assert made.numpy().dtype == wanted.dtype and made.shape == wanted.shape
        numpy.testing.assert_allclose(made.numpy(), wanted, rtol=1e-15)


DIFFERENTIABLE = [
    (lambda a, b: np.linspace(a, b, 5), 0.5, 2.0),
    (lambda a, b: np.linspace(a, b, 4, endpoint=False), [0.5, 1.0], [2.0, 1.0]),
    (lambda a, b: np.logspace(a, b, 4), 0.1, 0.5),
    (lambda a, b: np.geomspace(a, b, 4), 1.5, 3.0),
    (lambda a, s: np.arange(a, 3.0, s), 0.55, 0.3),
    (lambda a: np.full((2, 3), a), 1.5),
    (lambda a: np.full_like(np.ones((2, 3)), a), [1.0, 2.0, 3.0]),
    (lambda a: np.diagflat(a, 1), [1.0, 2.0]),
]


@pytest.mark.parametrize("function, points", [(row[0], row[1:]) for row in DIFFERENTIABLE])
def test_gradients(function, points):
    gradients_agree(function, *points)


def test_large_constants_are_not_embedded_in_graphs():
    @tf.function(autograph=False)
    def traced():
        return [tf.convert_to_tensor(a) for a in (np.arange(5000), np.linspace(0, 1, 5000), np.eye(100))]

    constants = [n for n in traced.get_concrete_function().graph.as_graph_def().node if n.op == "Const"]
    assert constants and all(n.attr["value"].tensor.ByteSize() < 9000 for n in constants)


def test_default_float_setting():
    with np.config.default_float("float32"):
        for made in (np.zeros(2), np.linspace(0, 1, 3), np.eye(2), np.arange(3.0), np.geomspace(1, 8, 4)):
            assert made.dtype == numpy.float32
        assert np.zeros(2, numpy.float64).dtype == numpy.float64


def test_arange_by_keywords():
    for keywords in (
        {"stop": 3},
        {"start": 1, "stop": 3},
        {"start": 1, "stop": 5, "step": 2},
        {"start": 3},
        {},
    ):
        agree("arange", modes=("eager", "traced"), **keywords)
    agree("arange", 1, stop=3)
    agree("arange", 1, start=3)


def test_what_must_not_pass_in_silence():
    agree("geomspace", numpy.array([0.0, 1.0]), 1.0, 3)
    agree("geomspace", 0, 1, 3, modes=("eager", "traced"))
    agree("diagflat", numpy.ones(3), 2**40, modes=("eager", "traced"))
    agree("arange", 2**63, modes=("eager", "traced"))
    agree("ones", (1,) * 70, modes=("eager", "traced"))
    agree("zeros", 2**45, modes=("eager",))
