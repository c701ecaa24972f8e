"""Comparisons of arrays against NumPy's, value and type of the result."""

from __future__ import annotations

import numpy
import pytest
import tensorflow as tf
from differential import same
from traced import agree

import tnp_shim as np

X = numpy.array([1.0, numpy.nan, numpy.inf, 1e-9, -numpy.inf])
Y = numpy.array([1 + 1e-6, numpy.nan, numpy.inf, 0, numpy.inf])
V = numpy.arange(5)
A = numpy.arange(12.0).reshape(3, 4)

PAIRS = [
    (X, Y),
    (Y, X),
    (X, 1),
    (1, X),
    (numpy.float32(X), 1.00001),
    (numpy.float32([1.00001]), numpy.array([1.0])),
    (V, V + 1),
    (1, 1),
    (V, V.astype(numpy.int8)),
    (numpy.array([1j]), 1j),
    (X, [1, 2]),
    (numpy.array([True]), 1),
]
TOLERANCES = [{}, {"equal_nan": True}, {"rtol": 1e-3, "atol": 0}, {"rtol": 1}]


@pytest.mark.parametrize("pair", PAIRS)
@pytest.mark.parametrize("keywords", TOLERANCES)
def test_close(pair, keywords):
    agree("isclose", *pair, **keywords)
    agree("allclose", *pair, **keywords)


def test_tolerances_of_arrays():
    agree("isclose", X, Y, atol=numpy.full(5, 0.1))
    same(lambda np, a: np.isclose(a[0], 1.0), X)


EQUAL = [
    (X, Y),
    (X, X),
    (V, V),
    (V, A),
    (V, V[:1]),
    (V, V.astype(float)),
    (1, 1),
    (numpy.array([[2], [2]]), 2),
    ([1, 2], [1, 2, 3]),
    (numpy.zeros((0,)), numpy.zeros((0, 2))),
    (numpy.zeros(3), numpy.zeros(2)),
]


@pytest.mark.parametrize("pair", EQUAL)
def test_equal(pair):
    agree("array_equal", *pair)
    agree("array_equal", *pair, equal_nan=True)
    agree("array_equiv", *pair)
    same(lambda np, a, b: np.array_equal(a, b), *pair)
    same(lambda np, a, b: np.array_equiv(a, b), *pair)
    same(lambda np, a, b: np.array_equal(a, b), "text", pair[1])


@pytest.mark.parametrize("name", ["iscomplex", "isreal", "isneginf", "isposinf"])
@pytest.mark.parametrize("array", [X, V, numpy.array([1j, 2]), numpy.float16(X), 1.5, numpy.zeros(0)])
def test_elements(name, array):
    agree(name, array)
    same(lambda np, a: getattr(np, name)(a), array, memory=False)


def test_of_kinds():
    for value in (numpy.array([1j]), V, 1j, [1], numpy.float32(1), "text"):
        same(lambda np, a: (np.iscomplexobj(a), np.isrealobj(a)), value)
        same(lambda np, a: np.isscalar(a), value)


def test_traced_results_are_arrays_and_known_ones_bools():
    assert np.allclose(np.array(X), np.array(X), equal_nan=True) is True
    assert np.array_equal(np.array(V), np.array(A)) is False

    @tf.function(autograph=False)
    def traced(a, b):
        return tf.convert_to_tensor(np.allclose(np.asarray(a), np.asarray(b)))

    assert not traced(tf.constant(X), tf.constant(Y)).numpy()
