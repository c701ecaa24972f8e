"""Text, dates and objects: NumPy's functions on them, and clear errors beside our arrays."""

from __future__ import annotations

import numpy
import pytest
import tensorflow as tf

import tnp_shim as np
from tnp_shim.errors import UnsupportedTypeError

WORDS = numpy.array(["b", "a", "b"])
DAYS = numpy.array(["2020-01-02", "2020-01-01", "2020-01-05"], "M8[D]")
OBJECTS = numpy.array([1, 2], object)
MASKED = numpy.ma.masked_array([1.0, 2.0, 4.0], [0, 0, 1])

ON_FOREIGN_DATA = {
    "unique": lambda np: np.unique(["b", "a", "b"], return_counts=True),
    "sort": lambda np: np.sort(WORDS),
    "argsort": lambda np: np.argsort(DAYS),
    "concatenate": lambda np: np.concatenate([WORDS, WORDS]),
    "isin": lambda np: np.isin(WORDS, ["a"]),
    "searchsorted": lambda np: np.searchsorted(DAYS[1:], DAYS[0]),
    "reshape": lambda np: np.reshape(WORDS, (3, 1)),
    "flip": lambda np: np.flip(WORDS),
    "max": lambda np: np.max(DAYS),
    "diff": lambda np: np.diff(DAYS),
    "sum of objects": lambda np: np.sum(OBJECTS),
    "mean of masked": lambda np: np.mean(MASKED),
    "equal": lambda np: np.equal(WORDS, "a"),
    "subtract": lambda np: np.subtract(DAYS, DAYS[0]),
    "sin of longdouble": lambda np: np.sin(numpy.longdouble(1)),
    "reduce": lambda np: np.maximum.reduce(DAYS),
    "outer": lambda np: np.subtract.outer(DAYS, DAYS),
    "zeros": lambda np: np.zeros(2, [("a", int), ("b", float)]),
    "empty": lambda np: np.empty(2, object),
    "full": lambda np: np.full(2, "a"),
    "arange": lambda np: np.arange("2020-01", "2020-03", dtype="datetime64[M]"),
    "where": lambda np: np.where(np.asarray([1.0, -1.0]) > 0, "positive", "negative"),
    "take": lambda np: np.take(WORDS, np.argsort(np.asarray([3.0, 1.0, 2.0]))),
    "vectorize": lambda np: np.vectorize(str.upper)(WORDS),
}


@pytest.mark.parametrize("name", ON_FOREIGN_DATA)
def test_numpys_results(name):
    expected, actual = ON_FOREIGN_DATA[name](numpy), ON_FOREIGN_DATA[name](np)
    parts = [(expected, actual)] if not isinstance(expected, tuple) else zip(expected, actual, strict=True)
    for e, a in parts:
        numpy.testing.assert_array_equal(numpy.asarray(a), e)
        assert numpy.asarray(a).dtype == numpy.asarray(e).dtype
        if numpy.asarray(e).dtype.kind in "bif" and numpy.asarray(e).dtype != numpy.longdouble:
            assert isinstance(a, (np.ndarray, np.generic, int)), type(a)
        else:
            assert not isinstance(a, np.ndarray)


FLOATS = np.array([1.0, 2.0, 3.0])
BESIDE_OURS = {
    "where": lambda: np.where(FLOATS, WORDS, "c"),
    "concatenate": lambda: np.concatenate([FLOATS, WORDS]),
    "choose": lambda: np.choose(np.array([0, 1, 0]), [FLOATS, WORDS]),
}


@pytest.mark.parametrize("name", BESIDE_OURS)
def test_refused_beside_our_arrays(name):
    with pytest.raises(UnsupportedTypeError, match=f"np.{name}: .*not beside arrays of tnp_shim"):
        BESIDE_OURS[name]()


def test_refused_by_operators_and_where_values_are_unknown():
    for combine in (lambda: FLOATS + DAYS, lambda: np.array([1, 2, 3]) + DAYS, lambda: np.add(FLOATS, DAYS)):
        with pytest.raises(UnsupportedTypeError, match="cannot be held by a tensor"):
            combine()
    with pytest.raises(UnsupportedTypeError, match="np.where: "):
        tf.function(lambda x: np.where(np.asarray(x) > 0, "a", "b"))(tf.constant([1.0]))


def test_numpys_errors():
    for call in (lambda np: np.sum(WORDS), lambda np: np.isnan(OBJECTS), lambda np: np.sort(WORDS, axis=2)):
        with pytest.raises(Exception) as expected:
            call(numpy)
        with pytest.raises(expected.type.__mro__[-3]) as actual:
            call(np)
        assert str(actual.value) == str(expected.value)


def test_an_out_of_ours_is_not_lost():
    out = np.zeros(3, int)
    with pytest.raises(UnsupportedTypeError, match="np.argmax"):
        np.argmax(WORDS.reshape(1, 3), axis=0, out=out)
    assert out.tolist() == [0, 0, 0]
