"""`bincount` against NumPy's."""

from __future__ import annotations

import numpy
import pytest
import tensorflow as tf
from differential import raises, same
from traced import agree, gradients_agree

import tnp_shim as np
from tnp_shim.errors import UnsupportedError

W = numpy.random.default_rng(1).random((4, 50))
I = numpy.random.default_rng(1).integers(0, 9, 40)  # noqa: E741


def test_bincount():
    for x in (I, I.astype("u1"), I > 4, numpy.zeros(0, int), numpy.array([7])):
        for minlength in (0, 3, 20):
            agree("bincount", x, minlength=minlength)
            same(lambda np, x, m=minlength: np.bincount(x, x * 0.5, m), x, memory=False)
    same(lambda np, x: np.bincount(x, weights=x), I, memory=False)
    for x in (I - 3, I * 0.5, numpy.ones((2, 2), int)):
        raises(lambda np, x: np.bincount(x), x, message=False)
    raises(lambda np, x: np.bincount(x, [1, 2]), I)
    raises(lambda np, x: np.bincount(x, minlength=-1), I)
    gradients_agree(lambda w: np.bincount(I[:5], w), W[0, :5])


def test_numbers_known_while_tracing_are_counted_under_xla():
    compiled = tf.function(lambda w: tf.convert_to_tensor(np.bincount(I, np.asarray(w))), jit_compile=True)
    numpy.testing.assert_allclose(compiled(I * 0.5), numpy.bincount(I, I * 0.5))
    compiled = tf.function(lambda x: tf.convert_to_tensor(np.bincount(np.asarray(x))), jit_compile=True)
    with pytest.raises(UnsupportedError, match="bincount"):
        compiled(I)
