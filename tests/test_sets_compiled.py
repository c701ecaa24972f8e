"""Functions of sets under XLA: of what is known while tracing, and the error for what is not."""

from __future__ import annotations

import numpy
import pytest
import tensorflow as tf

import tnp_shim
from tnp_shim.errors import UnsupportedError

X = numpy.array([3, 1, 3, 2, 0, 1])
Y = numpy.array([numpy.nan, 2.5, numpy.nan, 0.0, -0.0])
CALLS = {
    "unique": lambda np, x, y: (
        np.unique(x, return_index=True, return_inverse=True, return_counts=True),
        np.unique(y),
    ),
    "unique of rows": lambda np, x, y: np.unique(x.reshape(3, 2), axis=0),
    "unique_all": lambda np, x, y: np.unique_all(x),
    "unique_counts": lambda np, x, y: np.unique_counts(y),
    "unique_inverse": lambda np, x, y: np.unique_inverse(y),
    "unique_values": lambda np, x, y: np.sort(np.unique_values(x)),
    "union1d": lambda np, x, y: np.union1d(x, y),
    "intersect1d": lambda np, x, y: np.intersect1d(x, [1, 3], return_indices=True),
    "intersect1d of unique": lambda np, x, y: np.intersect1d(x[2:5], [2, 3], assume_unique=True),
    "setdiff1d": lambda np, x, y: np.setdiff1d(x, [1]),
    "setxor1d": lambda np, x, y: np.setxor1d(x, [1, 7]),
    "repeat": lambda np, x, y: np.repeat(x, x),
}


def arrays_in(value) -> list[numpy.ndarray]:
    return (
        [a for v in value for a in arrays_in(v)]
        if isinstance(value, (tuple, list))
        else [numpy.asarray(value)]
    )


@pytest.mark.parametrize("name", CALLS)
def test_known_while_tracing(name):
    call = CALLS[name]
    compiled = tf.function(
        lambda: call(tnp_shim, tnp_shim.array(X), tnp_shim.array(Y)), jit_compile=True, autograph=False
    )
    for mine, theirs in zip(arrays_in(compiled()), arrays_in(call(numpy, X, Y)), strict=True):
        assert mine.dtype == theirs.dtype
        numpy.testing.assert_array_equal(mine, theirs)


@pytest.mark.parametrize("name", CALLS)
def test_the_error_names_the_function_and_the_way_out(name):
    compiled = tf.function(lambda x, y: CALLS[name](tnp_shim, x, y), jit_compile=True, autograph=False)
    with pytest.raises(UnsupportedError, match=rf"np\.{name.split(' ')[0]}: the size .* fixed sizes\. \w+"):
        compiled(tnp_shim.array(X), tnp_shim.array(Y))
