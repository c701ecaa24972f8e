"""`packbits` and `unpackbits` against NumPy's."""

from __future__ import annotations

import numpy
import pytest
import tensorflow as tf
from differential import raises
from traced import agree

import tnp_shim as np
from tnp_shim.errors import UnsupportedError

NUMBERS = numpy.random.default_rng(0)
BITS = NUMBERS.integers(-1, 2, (3, 9, 16))
BYTES = NUMBERS.integers(0, 256, (3, 2, 4)).astype("u1")
EVERYWHERE = ("eager", "traced", "unknown", "xla")


@pytest.mark.parametrize("bitorder", ["big", "little"])
@pytest.mark.parametrize("axis", [None, 0, 1, -1])
def test_bits_are_packed(axis, bitorder):
    for bits in (BITS, BITS > 0, BITS.astype("i1"), BITS[:0], BITS[:, :0]):
        agree("packbits", bits, axis=axis, bitorder=bitorder)
    agree("packbits", BITS, axis=axis, bitorder=bitorder, modes=("xla",))
    agree("packbits", BITS[0, 0], bitorder=bitorder)
    agree("packbits", numpy.array(5), axis=None if axis == 1 else axis, bitorder=bitorder)


@pytest.mark.parametrize("bitorder", ["big", "little"])
@pytest.mark.parametrize("axis", [None, 0, 1, -1])
def test_bytes_are_unpacked(axis, bitorder):
    for count in (None, 0, 5, 40, 300, -3, -16):
        agree("unpackbits", BYTES, axis=axis, count=count, bitorder=bitorder)
    agree("unpackbits", BYTES, axis=axis, count=5, bitorder=bitorder, modes=("xla",))
    agree("unpackbits", BYTES[:0], axis=axis, bitorder=bitorder)
    agree("unpackbits", numpy.array(5, "u1"), axis=None if axis == 1 else axis, bitorder=bitorder)


def test_number_of_bits_may_be_unknown():
    for count in (3, 20, -3):
        agree("unpackbits", BYTES[0, 0, :2], None, numpy.array(count))
    compiled = tf.function(
        lambda n: tf.convert_to_tensor(np.unpackbits(BYTES, None, np.asarray(n))),
        jit_compile=True,
        autograph=False,
    )
    with pytest.raises(UnsupportedError, match="count"):
        compiled(tf.constant(3))


def test_refusals():
    raises(lambda np, a: np.packbits(a * 0.5), BITS)
    raises(lambda np, a: np.packbits(a, 3), BITS)
    raises(lambda np, a: np.packbits(a, 0, "middle"), BITS)
    raises(lambda np, a: np.packbits(a, 0, 3), BITS)
    raises(lambda np, a: np.unpackbits(a), BITS)
    raises(lambda np, a: np.unpackbits(a, 5), BYTES)
    raises(lambda np, a: np.unpackbits(a, 0, -25), BYTES)
    raises(lambda np, a: np.unpackbits(a, None, None, "x"), BYTES)
    raises(lambda np, a: np.unpackbits(a, None, 1.5), BYTES)
