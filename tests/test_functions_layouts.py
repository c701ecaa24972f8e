"""Layouts that are asked for, views by windows and strides, and iteration over several arrays."""

from __future__ import annotations

import warnings

import numpy
import pytest
import tensorflow as tf
from differential import check, raises, same
from traced import gradients_agree

import tnp_shim as np
from tnp_shim.errors import UnknownShapeError, UnknownValueError, UnsupportedError

A = numpy.arange(24.0).reshape(4, 6)


def test_requirements():
    for required in (None, [], "C", "F", ["F_CONTIGUOUS", "W"], ["fortran", "a"], ["O"], ["C", "E"]):
        for of in (lambda a: a, lambda a: a.T, lambda a: a[::2, ::2]):
            same(lambda np, a, r=required, of=of: np.require(of(a), np.float32, r), A)
            same(lambda np, a, r=required, of=of: np.require(of(a), None, r), A)
    raises(lambda np, a: np.require(a, None, ["C", "F"]), A)
    raises(lambda np, a: np.require(a, None, ["Q"]), A)


def test_fortran_order():
    for of in (lambda a: a, lambda a: a.T, lambda a: a.T[:, :1], lambda a: a[0]):
        same(lambda np, a, of=of: np.isfortran(of(a)), A)
    raises(lambda np: np.isfortran([[1, 2]]), message=False)


def test_row_stack():
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        check(numpy.row_stack(([1, 2], [3, 4])), np.row_stack(([1, 2], [3, 4])))
    assert str(caught[0].message) == str(caught[1].message)


def windows(np, *args, **kwargs):
    return np.lib.stride_tricks.sliding_window_view(*args, **kwargs)


def test_windows_of_arrays():
    for shape, axis in (((2, 3), None), (2, 0), (3, -1), ((2, 2), (1, 1)), ((4, 6), None), ((), ())):
        same(lambda np, a, s=shape, x=axis: windows(np, a, s, x), A, memory=False)
        same(lambda np, a, s=shape, x=axis: windows(np, a.T[::-1], s, x), A.T.copy(), memory=False)
    for shape, axis in ((7, 1), ((2, 2, 2), None), (2, None), (-1, 0), (1, 5)):
        raises(lambda np, a, s=shape, x=axis: windows(np, a, s, x), A)
    array = np.array(A)
    view = windows(np, array, (2, 2))
    array[1, 1] = -1
    assert view[0, 0, 1, 1] == view[1, 1, 0, 0] == -1 and not view.flags.writeable
    with pytest.raises(ValueError, match="read-only"):
        view[0] = 0
    with pytest.raises(UnsupportedError, match="overlap"):
        windows(np, array, (2, 2), writeable=True)
    gradients_agree(lambda a: windows(np, a, (2, 3)), A[:, :4])


@pytest.mark.parametrize("xla", [False, True])
@pytest.mark.parametrize("shape", [[4, 6], [None, None]])
def test_windows_of_traced_arrays(shape, xla):
    signature = [tf.TensorSpec(shape, tf.float64)]
    traced = tf.function(
        lambda x: tf.convert_to_tensor(windows(np, np.asarray(x), (2, 3))),
        signature,
        jit_compile=xla,
        autograph=False,
    )
    numpy.testing.assert_array_equal(traced(A), windows(numpy, A, (2, 3)))
    if shape == [None, None] and not xla:
        with pytest.raises(tf.errors.InvalidArgumentError, match="larger than input"):
            traced(A[:1])


def strided(np, *args, **kwargs):
    return np.lib.stride_tricks.as_strided(*args, **kwargs)


def test_strides():
    for shape, steps in (((3,), (8,)), ((2, 2), (8, 48)), ((4,), (56,)), ((3, 4), (0, 8)), ((0,), (8,))):
        same(lambda np, a, s=shape, t=steps: strided(np, a, s, t).copy(), A)
        same(lambda np, a, s=shape, t=steps: strided(np, a[:, 1::2], s, t).copy(), A)
    same(lambda np, a: strided(np, a.T.copy("F").T[1], (2,), (-8,)).tolist(), A)
    same(lambda np, a: strided(np, a[1, 1:], (2,), (-8,)).tolist(), A)
    same(lambda np, a: strided(np, a).tolist(), A)
    array, expected = np.array(A), A.copy()
    for np_, a in ((np, array), (numpy, expected)):
        strided(np_, a, (4,), (56,))[...] = -1.0
    numpy.testing.assert_array_equal(array.numpy(), expected)
    assert not strided(np, array, (3, 3), (8, 8)).flags.writeable
    assert not strided(np, array, (3,), (8,), writeable=False).flags.writeable
    gradients_agree(lambda a: strided(np, a, (3, 2), (8, 16)), A[0].copy())
    for shape, steps in (((5, 6), (48, 8)), ((3,), (-8,)), ((2,), (4,))):
        with pytest.raises(UnsupportedError, match="as_strided"):
            strided(np, array, shape, steps)
    with pytest.raises(ValueError):
        strided(np, array, (2, 2), (8,))
    with pytest.raises(UnknownShapeError):
        tf.function(
            lambda x: strided(np, np.asarray(x)), [tf.TensorSpec([None], tf.float64)], autograph=False
        )(A[0])


def test_addresses_are_refused():
    with pytest.raises(UnsupportedError):
        np.lib.array_utils.byte_bounds(np.ones(2))
    assert np.lib.array_utils.byte_bounds(A) == numpy.lib.array_utils.byte_bounds(A)
    assert np.lib.array_utils.normalize_axis_index(-1, 2) == 1


def test_broadcast():
    def facts(np, *arrays):
        both = np.broadcast(*arrays)
        first = [next(both), next(both)]
        index = both.index
        both.reset()
        return both.shape, both.size, both.nd, both.ndim, both.numiter, index, first, list(both)

    column = numpy.arange(3).reshape(3, 1)
    same(facts, column, A[0], memory=False)
    same(facts, [1, 2, 3], 2.5, memory=False)
    same(lambda np, x, y: np.broadcast(np.broadcast(x, y), 1).numiter, column, A[0])
    same(lambda np, x, y: [list(i) for i in np.broadcast(x, y).iters], column, A[0], memory=False)
    raises(lambda np, x: np.broadcast(x, np.ones(2)), A)

    @tf.function(autograph=False)
    def shape(x, y):
        return np.zeros(np.broadcast(np.asarray(x), np.asarray(y)).shape)

    assert shape(column, A[0]).shape == (3, 6)


def test_iteration_reads():
    def elements(np, *args, **kwargs):
        return [
            tuple(map(float, x)) if isinstance(x, tuple) else x.tolist() for x in np.nditer(*args, **kwargs)
        ]

    same(elements, A)
    same(lambda np, a: elements(np, [a, a[0]]), A)
    same(lambda np, a: elements(np, a.T, order="C"), A)
    same(lambda np, a: elements(np, a, flags=["external_loop", "buffered"], op_dtypes=[np.float32]), A)

    def places(np, a):
        it = np.nditer(a, flags=["multi_index"])
        return [(it.multi_index, float(x)) for x in it], it.nop, it.ndim, it.shape, it.itersize, len(it)

    same(places, A[:2])
    raises(lambda np, a: np.nditer([a, np.ones(5)]), A)
    raises(lambda np, a: np.nditer(a, flags=["no such flag"]), A)
    with pytest.raises(UnknownValueError, match="np.nditer"):
        tf.function(lambda x: list(np.nditer(np.asarray(x))), autograph=False)(A)


def test_iteration_writes():
    def doubled(np, a):
        with np.nditer(a, op_flags=["readwrite"]) as it:
            for x in it:
                x[...] = 2 * x
        return a

    same(doubled, A)
    same(lambda np, a: doubled(np, a.T[1:, ::2]), A)

    def stopped(np, a):
        for x in np.nditer(a, op_flags=["readwrite"]):
            x[...] = a.sum()
            if x > 300:
                break
        return a

    same(stopped, A)

    def made(np, a):
        it = np.nditer([a, None], flags=["buffered"], op_flags=[["readonly"], ["writeonly", "allocate"]])
        with it:
            for x, y in it:
                y[...] = -x
            return it.operands

    same(made, A, memory=False)

    def by_hand(np, a):
        it = np.nditer([a, a[0]], ["multi_index"], [["readwrite"], ["readonly"]])
        while not it.finished:
            it[0] = it[1] + it.multi_index[0]
            it.iternext()
        it.close()
        return a

    same(by_hand, A)
    raises(lambda np, a: [x.fill(0) for x in np.nditer(a)], A)


def test_nested_iteration():
    def sums(np, a):
        outer, inner = np.nested_iters(a, [[1], [0]], flags=["multi_index"], op_flags=["readwrite"])
        found = []
        for _ in outer:
            for x in inner:
                x[...] = x + 1
                found.append((outer.multi_index, inner.multi_index, float(x)))
        return found, a

    same(sums, A)
