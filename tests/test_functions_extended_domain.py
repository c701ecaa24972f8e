"""`emath` against NumPy's."""

from __future__ import annotations

import numpy
import pytest
import tensorflow as tf
from differential import raises, same
from traced import gradients_agree

import tnp_shim as np
from tnp_shim.errors import UnknownValueError

ONE = ("sqrt", "log", "log2", "log10", "arccos", "arcsin", "arctanh")
VALUES = (0.5, -0.5, 2, -2, True, 1 + 2j, [0.5, 0.25], [0.5, -4], [1, 2], [-1, 2], [numpy.nan, 0.5], [])
DTYPES = ("i1", "i4", "u1", "u8", "f2", "f4", "c8", "?")


@pytest.mark.parametrize("name", ONE)
def test_results_are_complex_where_an_argument_is_outside(name):
    for value in VALUES:
        same(lambda np, value=value: getattr(np.emath, name)(value), tolerance=1e-12)
    for dtype in DTYPES:
        for values in ([0, 1], [1, -1 if dtype[0] not in "u?" else 1], [3, 0]):
            argument = numpy.array(values).astype(dtype)
            same(lambda np, a: getattr(np.emath, name)(a), argument, tolerance=1e-2 if "2" in dtype else 1e-6)
    gradients_agree(lambda x: getattr(np.emath, name)(x), [0.25, 0.5])


def test_powers_and_logarithms_to_a_base():
    for base in (2, -2, 0.5, [1, -2], 2.0, -2.5, 1j):
        for exponent in (2, -2, 0.5, [2, 3], [2, -3]):
            same(lambda np, *a: np.emath.power(*a), base, exponent, tolerance=1e-12)
            same(lambda np, *a: np.emath.logn(*a), exponent, base, tolerance=1e-12)
    raises(lambda np: np.emath.power([1, 2, 3], [1, 2]))


def test_complex_values_may_be_unknown_and_real_ones_not():
    numbers = numpy.array([-1.0, 4.0])
    traced = tf.function(
        lambda x: tf.convert_to_tensor(np.emath.sqrt(np.asarray(x))), jit_compile=True, autograph=False
    )
    numpy.testing.assert_allclose(traced(numbers + 0j), numpy.emath.sqrt(numbers), atol=1e-15)
    with pytest.raises(UnknownValueError, match=r"np.emath.sqrt.*complex array, or call np.sqrt"):
        traced(numbers)
    known = tf.function(lambda: tf.convert_to_tensor(np.emath.sqrt(numbers)), autograph=False)
    numpy.testing.assert_allclose(known(), numpy.emath.sqrt(numbers), atol=1e-15)
    powers = tf.function(lambda x: tf.convert_to_tensor(np.emath.power(np.asarray(x), 2.0)), autograph=False)
    numpy.testing.assert_allclose(powers(numbers + 0j), [1, 16], atol=1e-14)
