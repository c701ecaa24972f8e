"""Index arrays and grids against NumPy, eagerly, traced and of unknown sizes."""

from __future__ import annotations

import numpy
import pytest
import tensorflow as tf
from differential import raises, same
from traced import agree, check_tensors, gradients_agree, tensors_in

import tnp_shim as np

V = numpy.arange(5)
A = numpy.arange(12.0).reshape(3, 4)


@pytest.mark.parametrize("dimensions", [(2, 3), (), (0, 2), (40, 50)])
def test_indices(dimensions):
    agree("indices", dimensions)
    agree("indices", dimensions, numpy.float32)
    agree("indices", dimensions, sparse=True)


@pytest.mark.parametrize("indexing", ["xy", "ij", "z"])
@pytest.mark.parametrize("vectors", [(V, V[:3]), (V,), (), (V, A[0], V[:2]), (3, [1, 2])])
def test_meshgrid(indexing, vectors):
    agree("meshgrid", *vectors, indexing=indexing)
    agree("meshgrid", *vectors, indexing=indexing, sparse=True)


def test_meshgrid_of_views():
    same(lambda np, a, b: np.meshgrid(a, b, copy=False, sparse=True), V, A[0].copy())


VECTORS = [
    (V, [0, 1]),
    (numpy.array([True, False, True]), [2]),
    ([],),
    (A,),
    (),
    (numpy.array([], float),),
]


@pytest.mark.parametrize("vectors", VECTORS)
def test_ix(vectors):
    agree("ix_", *vectors)


@pytest.mark.parametrize("mode", ["raise", "wrap", "clip", ("wrap", "clip"), "foo"])
@pytest.mark.parametrize("order", ["C", "F", "X"])
def test_ravel_multi_index(mode, order):
    agree("ravel_multi_index", ([1, 2], [3, 0]), (4, 5), mode, order)
    agree("ravel_multi_index", (numpy.array([1, -7]), numpy.array([9, 0])), (4, 5), mode, order)
    agree("ravel_multi_index", (3, 4), (4, 5), mode, order)


def test_wrong_multi_indices():
    agree("ravel_multi_index", (1.5, 2), (4, 5))
    agree("ravel_multi_index", (1, 2, 3), (4, 5))


@pytest.mark.parametrize("order", ["C", "F"])
@pytest.mark.parametrize("indices", [5, V, [[1, 2], [3, 4]], -1, 20, 1.5, numpy.array([3, 25])])
def test_unravel_index(indices, order):
    agree("unravel_index", indices, (4, 5), order)


def test_indices_of_one_element_are_scalars():
    same(lambda np: np.unravel_index(7, (4, 5)))
    same(lambda np: np.ravel_multi_index((1, 2), (4, 5)))


@pytest.mark.parametrize("n", [0, 1, 3, 60])
@pytest.mark.parametrize("k", [0, 1, -2, 9, -9])
@pytest.mark.parametrize("m", [None, 2, 7])
def test_triangle_indices(n, k, m):
    agree("tril_indices", n, k, m, modes=("eager", "traced"))
    agree("triu_indices", n, k, m, modes=("eager", "traced"))


def test_indices_from_arrays():
    square = numpy.ones((3, 3))
    for name in ("tril_indices_from", "triu_indices_from"):
        for array in (A, V):
            agree(name, array)
            agree(name, array, -1)
    for array in (square, A, V, numpy.ones((2, 2, 2))):
        agree("diag_indices_from", array)
    agree("diag_indices", 3)
    agree("diag_indices", 3, 3)


def test_mask_indices():
    same(lambda np: np.mask_indices(3, np.triu, 1), memory=False)


def test_under_xla():
    for row in (("tril_indices", 60), ("meshgrid", V, V), ("indices", (3, 2))):
        agree(*row, modes=("xla",))
    # the sizes of arguments are known to XLA when it compiles, and so are numbers that only sizes need
    agree("tril_indices_from", A, modes=("xla",))
    triangle = tf.function(
        lambda n: tensors_in(np.triu_indices(np.asarray(n), 1)), jit_compile=True, autograph=False
    )
    for n in (2, 3):
        check_tensors(numpy.triu_indices(n, 1), triangle(tf.constant(n)), 0.0, "under XLA")


@tf.function(input_signature=[tf.TensorSpec([], tf.int64)], autograph=False)
def of_unknown_size(n):
    n = np.asarray(n)
    return tensors_in(
        (
            np.tril_indices(n),
            np.triu_indices(n, 1, n + 2),
            np.indices((n, 2)),
            np.diag_indices(n),
            np.unravel_index(n, (n, n)),
            np.ravel_multi_index((n - 1, 1), (n, n)),
            np.roll(A, n, 0),
            np.tril(A, n - 2),
            tf.stack(np.broadcast_shapes((n, 1), (3,))),
            np.mgrid[0:n, 1:n:0.5],
            np.ogrid[0:n],
            np.r_[0:n, 7],
        )
    )


@pytest.mark.parametrize("n", [2, 3])
def test_unknown_sizes(n):
    wanted = (
        numpy.tril_indices(n),
        numpy.triu_indices(n, 1, n + 2),
        numpy.indices((n, 2)),
        numpy.diag_indices(n),
        numpy.unravel_index(n, (n, n)),
        numpy.ravel_multi_index((n - 1, 1), (n, n)),
        numpy.roll(A, n, 0),
        numpy.tril(A, n - 2),
        numpy.array(numpy.broadcast_shapes((n, 1), (3,))),
        numpy.mgrid[0:n, 1:n:0.5],
        numpy.ogrid[0:n],
        numpy.r_[0:n, 7],
    )
    check_tensors(wanted, of_unknown_size(n), 0.0, "of unknown size")


S = numpy.s_
GRIDS = [
    S[0:5],
    S[0:1:5j],
    S[0:5, 0:3],
    S[0:5, 0:1:3j],
    S[-1:1:0.25, 2:4],
    S[0:3,],
    S[0:60, 0:50],
    S[1.5:4],
    S[0:1:1j],
]


@pytest.mark.parametrize("key", GRIDS)
def test_grids(key):
    same(lambda np: np.mgrid[key], memory=False)
    same(lambda np: np.ogrid[key], memory=False)


ROWS = [
    S[1:4, 0, 4],
    S["0,2", [1, 2], [3, 4]],
    S["1,2", [1, 2], [3, 4]],
    S["0,2,0", [1, 2], [3, 4]],
    S["1,2,0", [1, 2], [3, 4]],
    S["0,3,1", [[1, 2]], [[3, 4]]],
    S[0:1:3j, 7],
    S["foo", 1],
    S[1, "r"],
    S[5],
    S[[1, 2], 3.5],
]


@pytest.mark.parametrize("key", ROWS)
def test_r(key):
    same(lambda np: np.r_[key], memory=False, message=False)


def test_r_and_c_of_arrays():
    same(lambda np, a: np.r_[a, 3.5, [4]], V, memory=False)
    same(lambda np, a: np.r_["-1", a, a], A, memory=False)
    same(lambda np, a: np.r_[a, 2.5], numpy.float32([1]), memory=False)
    same(lambda np, a: np.r_[a, 2], numpy.int8([1]), memory=False)
    same(lambda np, a: np.c_[a, a], V, memory=False)
    same(lambda np, a: np.c_[a, 0, 0, a], numpy.array([[1, 2]]), memory=False)
    same(lambda np: np.c_[0:3, 3:6], memory=False)
    gradients_agree(lambda a: np.r_[a, 0.5, a], [1.0, 2.0])


def test_iterators():
    assert list(np.ndindex(2, 2)) == list(numpy.ndindex(2, 2))
    pairs = [(index, float(value)) for index, value in np.ndenumerate(np.array(A))]
    assert pairs == list(numpy.ndenumerate(A))
    assert np.broadcast_shapes((2, 1), (3,), (1,)) == (2, 3)
    same(lambda np: np.broadcast_shapes((2,), (3,)))
    assert np.s_[1:2, ...] == numpy.s_[1:2, ...] and np.index_exp[1] == (1,)


@pytest.mark.parametrize(
    "call",
    [
        lambda np: np.mgrid[0:1:"a"],
        lambda np: np.r_["z", [1]],
        lambda np: np.r_["1,z", [1]],
        lambda np: np.apply_along_axis(np.sum, 4, np.ones((2, 2))),
    ],
)
def test_what_is_refused(call):
    raises(call)


def test_a_directive_of_more_numbers():
    same(lambda np: np.r_["1,2,0,4", [1, 2], [3]])
