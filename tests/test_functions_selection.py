"""Choosing by conditions and indices against NumPy, eagerly, traced and under XLA."""

from __future__ import annotations

import numpy
import pytest
import tensorflow as tf
from differential import same
from traced import TRACED, agree, gradients_agree

import tnp_shim as np

A = numpy.arange(6.0).reshape(2, 3)
WILD = numpy.array([3.0, -1, numpy.nan, numpy.inf, -numpy.inf])
PLACES = numpy.array([0, 2, 1])
MASK = numpy.array([True, False, True])
SINGLE = numpy.float32([1, 2, 3])

WHERE = [
    (MASK,),
    (A,),
    (0,),
    (MASK, 1, 2.5),
    (MASK, SINGLE, 2.5),
    (MASK, SINGLE, PLACES),
    (A > 2, A, SINGLE),
    (PLACES, 1, 2),
    (MASK, 1),
    (MASK, [1, 2], 3),
    (numpy.array(5), 1, 2),
    (MASK, SINGLE, 1j),
    (MASK, numpy.array([1], numpy.int8), 300),
    (True, 1, 2),
]


@pytest.mark.parametrize("arguments", WHERE)
def test_where(arguments):
    agree("where", *arguments)


SELECT = [
    ([MASK, ~MASK], [SINGLE, 2]),
    ([MASK, ~MASK], [SINGLE, PLACES], 1.5),
    ([MASK], [1]),
    ([MASK], [SINGLE, PLACES]),
    ([], []),
    ([PLACES], [SINGLE]),
    ([numpy.array([[True], [False]]), MASK], [SINGLE, 1j]),
    ([MASK, MASK], [1, True], 7),
]


@pytest.mark.parametrize("arguments", SELECT)
def test_select(arguments):
    agree("select", *arguments)


INDICES = [
    0,
    -1,
    [0, 1],
    PLACES,
    numpy.array([[5, -7], [0, 1]]),
    [True, False],
    [1.7],
    numpy.array([1.7]),
    [],
    numpy.array([-1, 0]),
    numpy.uint8([1]),
    numpy.uint64([1]),
    7,
]


@pytest.mark.parametrize("mode", ["raise", "wrap", "clip", "foo"])
@pytest.mark.parametrize("indices", INDICES)
def test_take(mode, indices):
    agree("take", A, indices, mode=mode)
    agree("take", A, indices, 1, mode=mode)
    agree("take", A, indices, axis=-2, mode=mode)


def test_take_at_the_edges():
    for mode in ("raise", "wrap", "clip"):
        agree("take", numpy.zeros((0, 2)), [0], 0, mode=mode)
        agree("take", numpy.zeros((0, 2)), [], 0, mode=mode)
    agree("take", A, 0, 5)
    agree("take", 5, 0)
    agree("take", 5, [0, 0])
    same(lambda np, a: np.take(a, 1), A)  # a scalar


NUMBERS = [PLACES, 0, numpy.array([0, 1, 5]), numpy.array([-1, 1, 0]), [0, 1, 2], 1.5, MASK]


@pytest.mark.parametrize("mode", ["raise", "wrap", "clip"])
@pytest.mark.parametrize("numbers", NUMBERS)
def test_choose(mode, numbers):
    agree("choose", numbers, [SINGLE, SINGLE * 10, [7, 8, 9]], mode=mode)
    agree("choose", numbers, [1, 2.5], mode=mode)
    agree("choose", numbers, A, mode=mode, modes=("eager", "traced"))


MASKED = [
    ("extract", A > 2, A),
    ("extract", MASK, PLACES),
    ("extract", MASK, A[0]),
    ("extract", [0, 1, 2], [1, 2, 3]),
    ("extract", MASK, [1, 2]),
    ("extract", MASK, numpy.arange(5)),
    ("extract", [], []),
    ("compress", MASK, A, 1),
    ("compress", MASK, A),
    ("compress", MASK[:2], A, 0),
    ("compress", MASK, A, 0),
    ("compress", [True], A, 1),
    ("compress", A, A),
    ("compress", numpy.array([False] * 7), A),
    ("compress", numpy.array([True] * 7), A),
]


@pytest.mark.parametrize("row", MASKED)
def test_masked(row):
    agree(*row)


ALONG = [
    (A, PLACES[None], 1),
    (A, numpy.array([[0], [2]]), 1),
    (A, numpy.array([[1, 0, 1]]), 0),
    (A, numpy.argsort(A, 1), -1),
    (A, PLACES, None),
    (A, PLACES, 1),
    (A, numpy.array([[5], [2]]), 1),
    (A, numpy.array([[-1], [2]]), 1),
    (A, A, 1),
    (numpy.zeros((2, 1, 3)), numpy.ones((1, 4, 2), int), 2),
    (A, numpy.zeros((3, 3), int), 0),
    (A, numpy.zeros((3, 3), int), 1),
    (WILD, numpy.array([1, 1, 4])),
    (A, A.astype(int) * 0, 2),
]


@pytest.mark.parametrize("arguments", ALONG)
def test_take_along_axis(arguments):
    agree("take_along_axis", *arguments)


CLIPPED = [
    WILD,
    PLACES,
    A,
    numpy.uint8([1, 255]),
    numpy.array([True, False]),
    5,
    2.5,
    numpy.float16([1, 2]),
    numpy.array([1j, 2 + 1j]),
    numpy.int8([1, 5]),
]
BOUNDS = [
    (0, 2),
    (None, 2),
    (1, None),
    (None, None),
    (2, 0),
    (-1, 300),
    (0.5, 1.5),
    (numpy.array([0.5]), None),
    (numpy.float32([1]), 2),
    (True, False),
    (numpy.nan, 1),
    (0, 1j),
    (300, None),
]


@pytest.mark.parametrize("array", CLIPPED, ids=lambda a: str(getattr(a, "dtype", a)))
@pytest.mark.parametrize("bounds", BOUNDS)
def test_clip(array, bounds):
    if bounds == (None, None) and getattr(array, "dtype", "") == "bool":
        return  # refused by both, in other words
    agree("clip", array, *bounds, modes=("eager", "unknown"))


def test_clip_spelled_otherwise():
    agree("clip", WILD, min=1, max=None)
    agree("clip", WILD)
    agree("clip", WILD, 1, modes=TRACED)
    agree("clip", WILD, 0, 1, dtype=numpy.float32)
    same(lambda np, a: np.clip(a, 0, 1, dtype=np.int8), WILD, message=False)
    same(lambda np: np.clip(5, 0, 3))


@pytest.mark.parametrize(
    "array",
    [WILD, PLACES, numpy.float16(WILD), numpy.array([complex(numpy.nan, numpy.inf), 1]), 5.0, numpy.inf],
)
def test_nan_to_num(array):
    agree("nan_to_num", array)
    agree("nan_to_num", array, nan=3, posinf=7.5, neginf=-1)
    agree("nan_to_num", array, True, 1.0)


def test_nan_to_num_in_place_and_by_arrays():
    agree("nan_to_num", WILD, nan=numpy.arange(5.0))
    array = np.array(WILD)
    assert np.nan_to_num(array, copy=False) is array
    numpy.testing.assert_array_equal(array.numpy(), numpy.nan_to_num(WILD))


PIECES = [
    (A, [A > 2, A < 1], [1, 2]),
    (A, [A > 2], [1, 2]),
    (A, [A > 2, A < 1], [1]),
    (PLACES, [PLACES > 0], [2.7]),
    (3.0, [True], [7]),
    (A, [A > 2, A < 1], [lambda x: x * x, 3, lambda x: -x]),
    (A, [A > 20], [lambda x: x / 0, 9]),
    (SINGLE, [SINGLE > 1], [lambda x: x + 2.5]),
]


@pytest.mark.parametrize("arguments", PIECES)
def test_piecewise(arguments):
    agree("piecewise", *arguments)


COMPILED = [
    ("piecewise", A, [A > 2, A < 1], [lambda x: x * x, 3, 7]),
    ("take", A, PLACES, 1),
    ("take_along_axis", A, PLACES[None], 1),
    ("choose", PLACES, [SINGLE, SINGLE * 10, [7, 8, 9]]),
    ("clip", A, 1, 2),
    ("where", A > 2, A, SINGLE),
    ("nan_to_num", WILD),
]


@pytest.mark.parametrize("row", COMPILED, ids=lambda row: row[0])
def test_under_xla(row):
    agree(*row, modes=("xla",))


DIFFERENTIABLE = [
    (lambda a, b: np.where(MASK, a, b), [1.0, 2.0, 3.0], [4.0]),
    (lambda a, b: np.select([MASK, MASK], [a, b], 0.5), [1.0, 2.0, 3.0], [4.0]),
    (lambda a: np.take(a, [[0, 2], [2, 1]]), [1.0, 2.0, 3.0]),
    (lambda a: np.take_along_axis(a, np.array([[0, 2, 2]]), 1), [[1.0, 2.0, 3.0]]),
    (lambda a, b: np.choose([0, 1, 1], [a, b]), [1.0, 2.0, 3.0], [4.0, 5.0, 6.0]),
    (lambda a: np.compress(MASK, a), [1.0, 2.0, 3.0]),
    (lambda a: np.extract(MASK, a), [1.0, 2.0, 3.0]),
    (lambda a, b: np.clip(a, b, 2.5), [1.0, 2.0, 3.0], 1.5),
    (lambda a: np.nan_to_num(a), [1.0, 2.0]),
    (lambda a: np.piecewise(a, [a > 2.5, a < 1.5], [lambda x: x**3, lambda x: 2 * x, 1.0]), [1.0, 2.0, 3.0]),
]


@pytest.mark.parametrize("function, points", [(row[0], row[1:]) for row in DIFFERENTIABLE])
def test_gradients(function, points):
    gradients_agree(function, *points)


def gradient(function, point):
    tensor = tf.constant(point, tf.float64)
    with tf.GradientTape() as tape:
        tape.watch(tensor)
        result = tf.convert_to_tensor(function(np.asarray(tensor)))
    return tf.convert_to_tensor(tape.gradient(result, tensor)).numpy().tolist()


def test_gradients_at_hard_points():
    assert gradient(lambda x: np.clip(x, 1.0, 2.0), [0.5, 1.0, 1.5, 2.0, 2.5]) == [0, 1, 1, 1, 0]
    assert gradient(np.nan_to_num, WILD) == [1, 1, 0, 0, 0]
    # a piece never sees the elements of others, so nothing of log(0) comes through
    assert gradient(lambda x: np.piecewise(x, [x > 0], [np.log, 0.0]), [0.0, 2.0]) == [0, 0.5]
    assert gradient(lambda x: np.where(x > 0, np.log(np.where(x > 0, x, 1.0)), 0.0), [0.0, 2.0]) == [0, 0.5]
    # NaN in the branch not taken stays there
    assert gradient(lambda x: np.where(MASK[:2], x, numpy.nan), [1.0, 2.0]) == [1, 0]


@tf.function(
    input_signature=[tf.TensorSpec(None, tf.float64), tf.TensorSpec(None, tf.float64)], autograph=False
)
def of_unknown_rank(x, y):
    a, b = np.asarray(x), np.asarray(y)
    made = (
        np.where(a > b, a, b),
        np.clip(a, 0.5, b),
        np.isclose(a, b),
        np.nan_to_num(a),
        np.take(a, 0),
        np.roll(a, 1),
        np.zeros_like(a),
        np.full_like(a, 3),
        np.extract(a > 1, a),
        np.select([a > b, a < b], [a, b]),
        np.array_equal(a, b),
        np.array_equiv(a, b),
        np.repeat(np.ravel(a), 2),
        np.tile(a, 2),
    )
    return [tf.convert_to_tensor(m) for m in made]


@pytest.mark.parametrize("a, b", [(A, A[0]), (A[0], A[1]), (A, A)])
def test_unknown_rank(a, b):
    wanted = (
        numpy.where(a > b, a, b),
        numpy.clip(a, 0.5, b),
        numpy.isclose(a, b),
        numpy.nan_to_num(a),
        numpy.take(a, 0),
        numpy.roll(a, 1),
        numpy.zeros_like(a),
        numpy.full_like(a, 3),
        numpy.extract(a > 1, a),
        numpy.select([a > b, a < b], [a, b]),
        numpy.array_equal(a, b),
        numpy.array_equiv(a, b),
        numpy.repeat(numpy.ravel(a), 2),
        numpy.tile(a, 2),
    )
    for made, expected in zip(of_unknown_rank(a, b), wanted, strict=True):
        numpy.testing.assert_array_equal(made.numpy(), expected)
