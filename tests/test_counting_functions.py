"""`bincount` and `histogram` against NumPy's."""

from __future__ import annotations

import numpy
import tensorflow as tf
from differential import raises, same
from traced import agree, gradients_agree

import tnp_shim as np

A = numpy.random.default_rng(0).normal(size=(4, 50))
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


def test_histogram():
    edges = numpy.array([-2.0, -1, 0, 0.5, 3])
    for a in (A, A.astype("f4"), numpy.round(A), I, numpy.zeros(0), numpy.ones(3), numpy.arange(20)):
        for bins in (1, 10, 7, edges, [1, 2, 3]):
            same(lambda np, a, bins=bins: np.histogram(a, bins), a, tolerance=1e-6, memory=False)
    modes = ("eager", "traced", "unknown", "xla")
    agree("histogram", A, modes=modes, tolerance=1e-12)
    agree("histogram", A, edges, modes=modes)
    agree("histogram", A, 5, (-1, 1.5), modes=modes, tolerance=1e-12)
    agree("histogram", A, 5, density=True, modes=modes, tolerance=1e-12)
    agree("histogram", A, edges, weights=W, modes=modes, tolerance=1e-12)
    agree("histogram", A, 4, weights=W, density=True, modes=modes, tolerance=1e-12)
    same(lambda np, a: np.histogram_bin_edges(a, 4, (0, 1)), A, memory=False)
    gradients_agree(lambda w: np.histogram(A[0, :5], 3, weights=w)[0], W[0, :5])


def test_histogram_refuses():
    for bad in (0, -1, 1.5, [3, 2, 1], [[1, 2]]):
        raises(lambda np, a, bad=bad: np.histogram(a, bad), A)
    raises(lambda np, a: np.histogram(a, 3, (2, 1)), A)
    raises(lambda np, a: np.histogram(a, 3, (0, numpy.inf)), A, message=False)
    raises(lambda np, a: np.histogram(a, 3), numpy.array([1, numpy.nan]))
    raises(lambda np, a: np.histogram(a, 3, weights=[1, 2]), A)
    traced = tf.function(lambda t: tf.convert_to_tensor(np.histogram(np.asarray(t), 3)[0]))
    assert traced(tf.constant([1.0, 2, 2, 4])).numpy().tolist() == [1, 2, 1]
