"""The text of arrays against NumPy's."""

from __future__ import annotations

import numpy
import pytest
import tensorflow as tf
from differential import same

import tnp_shim as np
from tnp_shim.errors import UnknownValueError

VALUES = (
    numpy.arange(6.0).reshape(2, 3) / 7,
    numpy.arange(3, dtype="i1"),
    numpy.array([True, False]),
    numpy.zeros((0, 2), "f4"),
    numpy.arange(2000),
    numpy.array([1 + 2j]),
    numpy.float32(1.5),
)


@pytest.mark.parametrize("value", VALUES, ids=lambda value: f"{value.dtype}{value.shape}")
@pytest.mark.parametrize("name", ["array2string", "array_repr", "array_str"])
def test_text(name, value):
    same(lambda np, a: getattr(np, name)(a), value)
    same(lambda np, a: getattr(np, name)(a, precision=2, suppress_small=True), value)

    def under_options(np, a):
        with np.printoptions(precision=3, threshold=5):
            return getattr(np, name)(a)

    same(under_options, value)
    same(lambda np, a: getattr(np, name)(a.tolist()), value, message=False)


def test_options_of_text():
    same(
        lambda np, a: np.array2string(a, separator=", ", formatter={"float": lambda x: f"{x:.1f}"}), VALUES[0]
    )
    same(lambda np, a: [numpy.array_repr(a), numpy.array2string(a)], VALUES[0])
    with pytest.raises(UnknownValueError, match="np.array_repr"):
        tf.function(lambda x: np.array_repr(np.asarray(x)), autograph=False)(tf.ones(2))
