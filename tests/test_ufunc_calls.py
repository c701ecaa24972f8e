"""How ufuncs are called: `out=`, `where=`, `dtype=`, `casting=`, weak numbers, methods; as NumPy's."""

from __future__ import annotations

import numpy
import pytest
import tensorflow as tf

import tnp_shim
from tests.differential import raises, same

X = numpy.array([[1.0, -2.0, 3.5], [0.5, 4.0, -1.0]])
Y = numpy.array([2.0, -1.0, 0.25])
N = numpy.array([[7, -3, 2], [5, 0, 9]])
B = numpy.array([250, 3, 17], numpy.uint8)
MASK = numpy.array([[True, False, True], [False, True, True]])

CALLS = {
    "out": lambda np, x, y, n, b, m: np.add(x, y, out=np.zeros((2, 3))),
    "out positional": lambda np, x, y, n, b, m: np.add(x, y, np.zeros((2, 3))),
    "out of another dtype": lambda np, x, y, n, b, m: np.multiply(n, 2, out=np.zeros((2, 3), np.float32)),
    "out too large": lambda np, x, y, n, b, m: np.add(y, 1, out=np.zeros((2, 3))),
    "out too small": lambda np, x, y, n, b, m: np.add(x, y, out=np.zeros(3)),
    "out not castable": lambda np, x, y, n, b, m: np.add(x, y, out=np.zeros((2, 3), int)),
    "out castable unsafely": lambda np, x, y, n, b, m: np.add(
        x, y, out=np.zeros((2, 3), int), casting="unsafe"
    ),
    "out is an input": lambda np, x, y, n, b, m: (np.subtract(x, y, out=x), x),
    "out twice": lambda np, x, y, n, b, m: np.add(x, y, np.zeros((2, 3)), out=np.zeros((2, 3))),
    "outs": lambda np, x, y, n, b, m: np.divmod(n, 3, out=(np.zeros((2, 3), int), None)),
    "where": lambda np, x, y, n, b, m: np.sqrt(x, where=x > 0, out=np.full((2, 3), -1.0)),
    "where broadcasts": lambda np, x, y, n, b, m: np.add(x, 1, where=y > 0, out=np.zeros((2, 3))),
    "where of numbers": lambda np, x, y, n, b, m: np.add(x, 1, where=y, out=np.zeros((2, 3))),
    "dtype": lambda np, x, y, n, b, m: np.add(n, 1, dtype=np.float32),
    "dtype refused": lambda np, x, y, n, b, m: np.add(x, 1, dtype=int),
    "signature": lambda np, x, y, n, b, m: np.add(n, 2, signature="dd->d"),
    "casting": lambda np, x, y, n, b, m: np.add(n, b, casting="no"),
    "weak int": lambda np, x, y, n, b, m: (b + 5, b * True, b / 2, b + 1.5, np.float32(2) * 3.0),
    "weak int out of bounds": lambda np, x, y, n, b, m: b + 300,
    "comparison out of bounds": lambda np, x, y, n, b, m: (b < 300, b == -1, b < 300, b > -5),
    "Python numbers": lambda np, x, y, n, b, m: (np.add(1, 2), np.add(1, 2.5), np.sqrt(4), np.add(1j, True)),
    "lists": lambda np, x, y, n, b, m: np.add([1, 2, 3], [[1.5], [2.5]]),
    "too few": lambda np, x, y, n, b, m: np.add(x),
    "too many": lambda np, x, y, n, b, m: np.sin(x, x, x),
    "unknown keyword": lambda np, x, y, n, b, m: np.add(x, y, foo=1),
    "shapes": lambda np, x, y, n, b, m: np.add(x, np.zeros(2)),
    "no loop": lambda np, x, y, n, b, m: np.bitwise_and(x, x),
    "bool minus": lambda np, x, y, n, b, m: m - m,
    "accumulate": lambda np, x, y, n, b, m: (np.add.accumulate(n, axis=1), np.maximum.accumulate(x)),
    "accumulate of a scalar": lambda np, x, y, n, b, m: np.add.accumulate(np.array(1.0)),
    "reduce": lambda np, x, y, n, b, m: (
        np.multiply.reduce(n, axis=None),
        np.add.reduce(b),
        np.add.reduce(m),
    ),
    "reduce options": lambda np, x, y, n, b, m: np.add.reduce(n, 0, keepdims=True, initial=10, where=m),
    "reduce to out": lambda np, x, y, n, b, m: np.add.reduce(n, axis=1, out=np.zeros(2, int)),
    "reduce not reorderable": lambda np, x, y, n, b, m: np.subtract.reduce(x, axis=(0, 1)),
    "reduce where without initial": lambda np, x, y, n, b, m: np.maximum.reduce(x, where=m),
    "reduce of one argument": lambda np, x, y, n, b, m: np.sin.reduce(x),
    "reduceat": lambda np, x, y, n, b, m: np.add.reduceat(n, [0, 2, 1], axis=1),
    "reduceat out of bounds": lambda np, x, y, n, b, m: np.add.reduceat(n, [0, 5], axis=1),
    "outer": lambda np, x, y, n, b, m: (np.multiply.outer(n, [1, 2]), np.subtract.outer(y, y)),
    "at": lambda np, x, y, n, b, m: (np.add.at(n, ([0, 0, 1], 1), 10), n),
    "at of one argument": lambda np, x, y, n, b, m: (np.negative.at(n, [0]), n),
    "at not castable": lambda np, x, y, n, b, m: np.add.at(n, [0], 1.5),
    "matmul axes": lambda np, x, y, n, b, m: np.matmul(n, n, axes=[(0, 1), (1, 0), (0, 1)]),
    "vecdot axis": lambda np, x, y, n, b, m: np.vecdot(n, n, axis=0),
    "matmul mismatch": lambda np, x, y, n, b, m: n @ n,
    "attributes": lambda np, x, y, n, b, m: (np.add.nin, np.add.nout, np.add.identity, np.matmul.signature),
    "repr": lambda np, x, y, n, b, m: (repr(np.add), np.add.__name__),
}


@pytest.mark.parametrize("call", CALLS.values(), ids=CALLS)
def test_calls(call):
    same(call, X, Y, N, B, MASK, memory=False)


def test_every_name_that_numpy_gives_to_a_ufunc():
    for name in numpy.__all__:
        theirs = getattr(numpy, name)
        if isinstance(theirs, numpy.ufunc) and name != "isnat":
            mine = getattr(tnp_shim, name)
            assert (mine.__name__, mine.nin, mine.nout) == (theirs.__name__, theirs.nin, theirs.nout)
    assert tnp_shim.isnat is numpy.isnat


def test_where_keeps_nan_out_of_the_gradient():
    x = tnp_shim.array([4.0, 0.0, -1.0])
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = tnp_shim.divide(1.0, tnp_shim.sqrt(x, where=x > 0, out=tnp_shim.ones(3)), where=x > 0)
    numpy.testing.assert_allclose(tape.gradient(y, x), [-1 / 16, 0.0, 0.0])


@pytest.mark.parametrize("dtype", ["uint8", "uint16", "uint32", "uint64"])
def test_zero_minus_unsigned_in_a_graph(dtype):
    values = numpy.array([0, 1, 200], dtype)

    @tf.function
    def negated(t):
        x = tnp_shim.asarray(t)
        return tf.convert_to_tensor(-x), tf.convert_to_tensor(tnp_shim.zeros(3, dtype) - x)

    for found in negated(tf.constant(values)):
        numpy.testing.assert_array_equal(found, -values, strict=True)


def test_what_out_keeps_is_not_cast_to_the_loops_dtype():
    def body(np, x, out):
        return np.add(x, 1, out=out, where=np.array([False, True]))

    same(body, numpy.array([1, 2], "int8"), numpy.array([0.3, 0.7]))


def test_a_bad_order_or_signature_is_refused():
    raises(lambda np, x: np.exp(x, order="nonsense"), numpy.ones(2))
    raises(lambda np, x: np.exp(x, signature="nonsense"), numpy.ones(2))
    raises(lambda np, x: np.add(x, x, out=np.zeros(3), where=np.array([True, False])), numpy.ones(3))
