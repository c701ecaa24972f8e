"""Joining, repeating, inserting and deleting against NumPy, eagerly, traced and under XLA."""

from __future__ import annotations

import numpy
import pytest
import tensorflow as tf
from traced import TRACED, agree, gradients_agree

import tnp_shim as np

A = numpy.arange(6.0).reshape(2, 3)
BYTES = numpy.arange(3, dtype=numpy.int8).reshape(1, 3)
V = numpy.arange(3.0)
COUNTS = numpy.arange(4)

CONCATENATE = [
    (([A, A],), {}),
    (([A, BYTES],), {}),
    (([A, A], 1), {}),
    (([A, A], -1), {}),
    (([A, A], None), {}),
    (([A, V], None), {}),
    (([A, V],), {}),
    (([A, A], 2), {}),
    (([V, COUNTS],), {}),
    (([1.0, 2.0],), {}),
    (([],), {}),
    (([A[:, :0], A], 1), {}),
    (([A, A[:1]], 1), {}),
    (([A],), {}),
    (([V, COUNTS],), {"dtype": numpy.int32}),
    (([V, COUNTS],), {"dtype": numpy.int32, "casting": "unsafe"}),
    (([V, COUNTS],), {"dtype": numpy.complex64}),
]


@pytest.mark.parametrize("arguments, keywords", CONCATENATE)
def test_concatenate(arguments, keywords):
    agree("concatenate", *arguments, **keywords)


def test_concatenate_rows_of_an_array():
    agree("concatenate", A, modes=("eager", "traced"))
    agree("stack", A, 1, modes=("eager", "traced"))


STACKED = [
    [A, A],
    [V, V],
    [V, A],
    [V, COUNTS],
    [1, 2.0],
    [A],
    [],
    [numpy.arange(3, dtype=numpy.uint8)] * 2,
    [numpy.zeros((1, 2, 3)), numpy.ones((1, 2, 3))],
    [A, BYTES],
]


@pytest.mark.parametrize("name", ["stack", "vstack", "hstack", "dstack", "column_stack"])
@pytest.mark.parametrize("arrays", STACKED)
def test_stacks(name, arrays):
    agree(name, arrays)


@pytest.mark.parametrize("axis", [0, 1, 2, -1, -3, 3, -4])
def test_stack_axis(axis):
    agree("stack", [A, A + 1], axis)


BLOCKS = [
    [A, A],
    [[A, A], [A, A]],
    [[A], [BYTES]],
    [[V, 1]],
    [1, 2, 3],
    A,
    5,
    [[1, 2], [3]],
    [[1], 2],
    [],
    [[]],
    (A, A),
    [[[A]], [[A]]],
    [[numpy.zeros((2, 1)), A], [numpy.ones((1, 4))]],
    [V, 2.5],
]


@pytest.mark.parametrize("arrays", BLOCKS)
def test_block(arrays):
    agree("block", arrays)


@pytest.mark.parametrize("arguments", [(A, BYTES), (A, BYTES, 0), (A, BYTES, 1), (V, [1]), (V, 2)])
def test_append(arguments):
    agree("append", *arguments)


POSITIONS = [
    0,
    1,
    -1,
    3,
    -3,
    4,
    -4,
    [0],
    [1, 1],
    [0, 2, -1],
    [],
    slice(0, 2),
    slice(None, None, 2),
    numpy.array([2, 0]),
    numpy.array([True, False, True]),
    [5],
    [5, 0],
    [[1]],
    1.5,
    numpy.array(1),
    numpy.array([-3, 1]),
]


@pytest.mark.parametrize("positions", POSITIONS)
def test_insert_and_delete(positions):
    agree("insert", V, positions, 9)
    agree("insert", A, positions, 7, axis=1)
    agree("delete", V, positions)
    agree("delete", A, positions, 1)


INSERTED = [
    (A, 1, 5),
    (A, [1, 2], [7, 8]),
    (A, [1, 2], [[7, 8], [1, 2]], 1),
    (A, 1, [[7, 8]], 1),
    (A, [1], [[7], [8]], 1),
    (COUNTS, [1, 2], [1.7, 2.7]),
    (A, 1, [1, 2], 0),
    (A, 0, numpy.ones((2, 3)), 0),
    (V, 1, [1, 2, 3]),
    (V, numpy.array([1, 2]), [[1, 2]]),
    (numpy.zeros((2, 3, 4)), 1, numpy.ones((2, 4)), 1),
    (numpy.zeros((2, 3, 4)), 1, numpy.ones((2,)), 2),
    (numpy.zeros((2, 3, 4)), 1, 5.0, -1),
]


@pytest.mark.parametrize("arguments", INSERTED)
def test_inserted_values(arguments):
    agree("insert", *arguments)


def test_delete_from_the_flattened_array():
    for positions in (1, [0, 1, 1], slice(None, None, 2), numpy.array([], int)):
        agree("delete", A, positions)
    agree("delete", A, 0, 5)


@pytest.mark.parametrize("repetitions", [2, 0, -1, (2,), (2, 3), (1, 2, 2), (), numpy.array([2, 2]), (2.5,)])
def test_tile(repetitions):
    for array in (A, V, 3):
        agree("tile", array, repetitions)


COUNTED = [
    2,
    0,
    -1,
    [2],
    [1, 2, 0],
    [1, 2],
    [1, -1, 1],
    2.5,
    [1.0, 2, 3],
    numpy.array(2),
    numpy.array([3]),
    numpy.array([1, 0, 2]),
    numpy.array([1, -1, 1]),
    numpy.array([1.0, 0, 2]),
    numpy.array([1, 0, 2], numpy.uint64),
    True,
]


@pytest.mark.parametrize("repeats", COUNTED)
def test_repeat(repeats):
    agree("repeat", V, repeats)
    agree("repeat", A, repeats, 1)
    agree("repeat", A, repeats, 0)
    agree("repeat", A, repeats, 3)


@pytest.mark.parametrize("shape", [4, (2, 2), (0,), (7, 2), (2, -1), (), numpy.array([3, 3])])
def test_resize(shape):
    for array in (A, numpy.zeros(0), 3):
        agree("resize", array, shape)


COMPILED = [
    ("repeat", V, 2),
    ("repeat", V, [1, 2, 0]),
    ("tile", A, (2, 2)),
    ("resize", A, (4, 4)),
    ("insert", A, 1, 5.0, 1),
    ("insert", A, [1, 2], 5.0, 1),
    ("delete", A, [1], 1),
    ("delete", A, [0, 1], 1),
    ("block", [[A, A]]),
    ("hstack", [V, V]),
    ("concatenate", [A, A], 1),
]


@pytest.mark.parametrize("row", COMPILED, ids=lambda row: row[0])
def test_under_xla(row):
    agree(*row, modes=("xla",))


@pytest.mark.parametrize("array", [V, A])
def test_unknown_rank(array):
    @tf.function(input_signature=[tf.TensorSpec(None, tf.float64)], autograph=False)
    def traced(tensor):
        a = np.asarray(tensor)
        made = np.concatenate([a, a]), np.vstack([a, a]), np.hstack([a, a]), np.stack([a, a]), np.append(a, a)
        return [tf.convert_to_tensor(m) for m in made]

    a = array
    wanted = (
        numpy.concatenate([a, a]),
        numpy.vstack([a, a]),
        numpy.hstack([a, a]),
        numpy.stack([a, a]),
        numpy.append(a, a),
    )
    for made, expected in zip(traced(array), wanted, strict=True):
        numpy.testing.assert_array_equal(made.numpy(), expected)


DIFFERENTIABLE = [
    (lambda a, b: np.concatenate([a, b, a]), [1.0, 2.0], [3.0]),
    (lambda a, b: np.block([[a, b], [b, a]]), [1.0, 2.0], [3.0, 4.0]),
    (lambda a, b: np.insert(a, [1, 1], b), [1.0, 2.0], [3.0, 4.0]),
    (lambda a, b: np.insert(a, 1, b), [1.0, 2.0], 3.0),
    (lambda a: np.delete(a, [0, 2]), [1.0, 2.0, 3.0]),
    (lambda a: np.tile(a, (2, 2)), [1.0, 2.0, 3.0]),
    (lambda a: np.repeat(a, [2, 0, 1]), [1.0, 2.0, 3.0]),
    (lambda a: np.repeat(a, 3), [1.0, 2.0, 3.0]),
    (lambda a: np.resize(a, (2, 4)), [1.0, 2.0, 3.0]),
    (lambda a: np.resize(a, (2,)), [1.0, 2.0, 3.0]),
]


@pytest.mark.parametrize("function, points", [(row[0], row[1:]) for row in DIFFERENTIABLE])
def test_gradients(function, points):
    gradients_agree(function, *points)


def test_positions_out_of_bounds_fail_when_the_graph_runs():
    for name, arguments in (
        ("insert", (V, numpy.array([1, 9]), 0.0)),
        ("insert", (V, numpy.array(9), 0.0)),
        ("delete", (V, numpy.array([1, 9]))),
        ("delete", (V, numpy.array([-9]))),
    ):
        agree(name, *arguments, modes=TRACED)
