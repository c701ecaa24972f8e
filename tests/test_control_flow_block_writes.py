"""What branches write to arrays under XLA: blocks, carried out of them without the array."""

from __future__ import annotations

import numpy
import pytest
import tensorflow as tf

import tnp_shim
from tnp_shim import config

SIZE = 7


def in_both(np, x, A, i):
    if x[i] > 0:
        A[i, i] = x[i]
    else:
        A[i, 0] = A[i - 1, i] - 2


def in_one(np, x, A, i):
    if x[i] > 0:
        x[i] = -x[i]


def rows(np, x, A, i):
    if x[i] > 0:
        A[i] = x * 2
    elif A[i, 0] > 0:
        A[i - 1] += 1
    else:
        A[i - 2] = 3


def in_inner_branches(np, x, A, i):
    if x[i] > 0:
        if A[0, i] > 1:
            A[i, i] = 5
        else:
            A[i, i] -= 1
    elif x[i] < -0.5:
        A[0, i] = x[i]


def of_an_exchange(np, x, A, i):
    k = np.argmax(x)
    if k != i:
        x[i], x[k] = x[k], x[i]


def read_again(np, x, A, i):
    if x[i] > 0:
        x[i] = 2 * x[i]
        A[i, :] = x[i] + x
        A[i, :] *= 2


def of_other_sizes(np, x, A, i):
    if x[i] > 0:
        A[i, 1:4] = x[i]
    else:
        A[i, 0] = 1


def through_a_view(np, x, A, i):
    row = A[i]
    if x[i] > 0:
        row[i] = 4
    x[i] += row[0]


def two_arrays(np, x, A, i):
    if A[i, 0] > x[i]:
        x[i] = A[i, 0]
        A[i, 1] = i


def everything(np, x, A, i):
    if x[i] > 0:
        x[:] = x + 1


CASES = [
    in_both,
    in_one,
    rows,
    in_inner_branches,
    of_an_exchange,
    read_again,
    of_other_sizes,
    through_a_view,
    two_arrays,
    everything,
]
OF_BLOCKS = [in_both, in_one, rows, in_inner_branches, through_a_view, two_arrays]
"""No array comes out of a branch."""


def arguments():
    x = numpy.sin(numpy.arange(1.0, SIZE + 1) * 2)
    return x, numpy.cos(numpy.arange(float(SIZE * SIZE))).reshape(SIZE, SIZE)


def loop(body, np, x, A):
    for i in range(SIZE):
        body(np, x, A, i)


def compiled(body):
    return tnp_shim.function(lambda x, A: loop(body, tnp_shim, x, A), jit_compile=True)


@pytest.fixture(autouse=True)
def rolled():
    with config.unroll_limit(1):
        yield


@pytest.mark.parametrize("body", CASES, ids=lambda body: body.__name__)
def test_branches_write_as_numpy_does(body):
    theirs, mine = arguments(), arguments()
    loop(body, numpy, *theirs)
    compiled(body)(*mine)
    for t, m in zip(theirs, mine, strict=True):
        numpy.testing.assert_allclose(m, t, 1e-13, 1e-14)


@pytest.mark.parametrize("body", CASES, ids=lambda body: body.__name__)
def test_no_array_comes_out_of_a_branch(body):
    graph = compiled(body).get_concrete_function(*arguments()).graph
    shapes = [
        [size.size for size in shape.dim]
        for function in graph.as_graph_def().library.function
        for node in function.node_def
        if node.op in ("If", "StatelessIf")
        for shape in node.attr["output_shapes"].list.shape
    ]
    assert shapes
    wholes = [[SIZE, SIZE]] if body is rows else [[SIZE], [SIZE, SIZE]]
    assert any(shape in wholes for shape in shapes) == (body not in OF_BLOCKS)


@pytest.mark.parametrize("body", [in_both, in_one, rows, two_arrays], ids=lambda body: body.__name__)
def test_gradients_are_those_of_the_graph(body):
    def slopes(jit):
        @tf.function(jit_compile=jit)
        def first_and_second(x, A):
            with tf.GradientTape() as outer:
                outer.watch([x, A])
                with tf.GradientTape() as tape:
                    tape.watch([x, A])
                    arrays = tnp_shim.asarray(x).copy(), tnp_shim.asarray(A).copy()
                    for i in range(2):
                        body(tnp_shim, *arrays, i)
                    total = sum(tf.reduce_sum(tf.sin(tf.convert_to_tensor(part))) for part in arrays)
                first = tape.gradient(total, [x, A])
            return first, outer.gradient(first, [x, A])

        return tf.nest.flatten(first_and_second(*map(tf.constant, arguments())))

    with config.unroll_limit(16):
        pairs = zip(slopes(True), slopes(False), strict=True)
    for mine, theirs in pairs:
        numpy.testing.assert_allclose(mine, theirs, 1e-12, 1e-13)


@pytest.mark.parametrize("body", [in_both, in_one, two_arrays], ids=lambda body: body.__name__)
def test_gradients_of_rolled_loops(body):
    def slopes(jit):
        @tf.function(jit_compile=jit)
        def of_all(x, A):
            with tf.GradientTape() as tape:
                tape.watch([x, A])
                arrays = tnp_shim.asarray(x).copy(), tnp_shim.asarray(A).copy()
                loop(body, tnp_shim, *arrays)
                total = sum(tf.reduce_sum(tf.sin(tf.convert_to_tensor(part))) for part in arrays)
            return tape.gradient(total, [x, A])

        return of_all(*map(tf.constant, arguments()))

    for mine, theirs in zip(slopes(True), slopes(False), strict=True):
        numpy.testing.assert_allclose(mine, theirs, 1e-12, 1e-13)


def test_an_operator_in_place_writes_once():
    def added(x, i):
        x[i:] += 1
        x[:2] *= 2
        return x

    trace = tnp_shim.function(added).get_concrete_function(numpy.ones(4), tnp_shim.asarray(1))
    types = [op.type for op in trace.graph.get_operations()]
    assert types.count("TensorStridedSliceUpdate") == 2
