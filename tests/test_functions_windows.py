"""Windows and `vander` against NumPy's."""

from __future__ import annotations

import numpy
import pytest
import tensorflow as tf
from differential import raises, same
from traced import agree, gradients_agree

import tnp_shim as np
from tnp_shim.errors import UnsupportedError

WINDOWS = ("bartlett", "blackman", "hamming", "hanning")
SIZES = (-1, 0, 1, 2, 3, 8, 9, 3.5, 0.25, 1.2, numpy.float32(5), numpy.int8(4), True, 1500)
EVERYWHERE = ("eager", "traced", "unknown", "xla")


@pytest.mark.parametrize("name", WINDOWS)
def test_windows(name):
    for size in SIZES:
        same(lambda np, size=size: getattr(np, name)(size))
        traced = tf.function(lambda size=size: tf.convert_to_tensor(getattr(np, name)(size)), autograph=False)
        expected = getattr(numpy, name)(size)
        numpy.testing.assert_allclose(traced(), expected, rtol=0, atol=1e-15)
    for size in (-1, 0, 1, 2, 7, 10):
        agree(name, numpy.array(size), modes=("eager", "traced"), tolerance=1e-15)
    agree(name, numpy.array(4.5), modes=("eager", "traced"), tolerance=1e-15)
    raises(lambda np: getattr(np, name)([1, 2]), message=False)


def test_kaiser():
    for size in SIZES:
        for beta in (0, 8.6, -2, numpy.float32(3)):
            same(lambda np, size=size, beta=beta: np.kaiser(size, beta), tolerance=1e-13)
    for size in (1, 2, 7, 8):
        agree("kaiser", size, numpy.array(5.0), modes=EVERYWHERE, tolerance=1e-13)
        agree("kaiser", numpy.array(size), numpy.array(5.0), modes=("eager", "traced"), tolerance=1e-13)
        gradients_agree(lambda beta, size=size: np.kaiser(size, beta), 2.5)


def test_sizes_that_xla_cannot_know_are_refused():
    compiled = tf.function(
        lambda n: tf.convert_to_tensor(np.hanning(np.asarray(n))), jit_compile=True, autograph=False
    )
    with pytest.raises(UnsupportedError, match="hanning.*Python number"):
        compiled(tf.constant(3))
    compiled = tf.function(
        lambda n: tf.convert_to_tensor(np.vander([1, 2], np.asarray(n))), jit_compile=True, autograph=False
    )
    with pytest.raises(UnsupportedError, match="vander.*Python number"):
        compiled(tf.constant(3))


def test_vander():
    x = numpy.array([1.5, -2, 0, 3])
    for values in (x, x.astype("f4"), x.astype("i1"), x > 0, x * 1j, x[:0]):
        for size in (None, 0, 1, 2, 6, 17):
            for increasing in (False, True):
                tolerance = 1e-12 if values.dtype.kind == "c" else 0
                modes = EVERYWHERE if size == 6 else ("eager", "unknown")
                agree("vander", values, size, increasing, modes=modes, tolerance=tolerance)
    agree("vander", x, numpy.array(3), modes=("eager", "traced"))
    gradients_agree(lambda x: np.vander(x), x)
    gradients_agree(lambda x: np.vander(x, 5, increasing=True), x)
    raises(lambda np: np.vander([[1, 2]]))
    raises(lambda np: np.vander(1))
    raises(lambda np: np.vander([1, 2], -1))
