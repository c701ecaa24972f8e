"""Functions of arrays whose sizes are unknown, or turn out to be one or none when compiled, against NumPy."""

from __future__ import annotations

import numpy
import pytest
import tensorflow as tf
from differential import raises, same
from traced import agree

import tnp_shim as np

ONE = numpy.zeros(1)
MATRIX = numpy.arange(12.0).reshape(4, 3)


def values(result):
    return [numpy.asarray(part) for part in (result if isinstance(result, (list, tuple)) else [result])]


@pytest.mark.parametrize(
    "function",
    [
        lambda xp, x: xp.nonzero(x),
        lambda xp, x: xp.flatnonzero(x),
        lambda xp, x: xp.extract(x, x),
        lambda xp, x: xp.compress(x, x),
        lambda xp, x: xp.where(x),
    ],
)
@pytest.mark.parametrize("x", [ONE, ONE + 1, numpy.array([0.0, 2.0])])
def test_compiled_selections_of_at_most_one_element(function, x):
    compiled = tf.function(lambda t: function(np, np.array(t)), jit_compile=True, autograph=False)
    for expected, actual in zip(values(function(numpy, x)), values(compiled(tf.constant(x))), strict=True):
        numpy.testing.assert_array_equal(actual, expected)


@pytest.mark.parametrize(
    "function",
    [
        lambda xp, x: xp.array_split(x, 3),
        lambda xp, x: xp.split(x, 2),
        lambda xp, x: xp.split(x, [1, 9], axis=1),
        lambda xp, x: xp.broadcast_arrays(x, xp.ones(3)),
        lambda xp, x: xp.ravel(x[::-1]),
        lambda xp, x: xp.apply_along_axis(lambda line: line.max() - line.min(), 0, x),
        lambda xp, x: xp.tril_indices_from(x),
        lambda xp, x: xp.trim_zeros(x),
    ],
)
@pytest.mark.parametrize("x", [MATRIX, MATRIX[:2], MATRIX[:2] * 0])
def test_unknown_sizes(function, x):
    traced = tf.function(
        lambda t: function(np, np.array(t)),
        input_signature=[tf.TensorSpec([None, None], tf.float64)],
        autograph=False,
    )
    for expected, actual in zip(values(function(numpy, x)), values(traced(tf.constant(x))), strict=True):
        numpy.testing.assert_array_equal(actual, expected)


def test_an_unknown_length_that_is_no_multiple_is_refused_when_the_graph_runs():
    traced = tf.function(
        lambda t: np.split(np.array(t), 3),
        input_signature=[tf.TensorSpec([None], tf.float64)],
        autograph=False,
    )
    with pytest.raises(tf.errors.InvalidArgumentError, match="equal division"):
        traced(tf.constant([1.0, 2.0], tf.float64))


@pytest.mark.parametrize("dtype", ["uint8", "uint16", "uint32", "uint64", "bool", "int8", "complex64"])
def test_tiles_of_every_dtype(dtype):
    agree("tile", numpy.array([[1, 0]], dtype), (2, 2))
    agree("repeat", numpy.array([1, 0], dtype), 3)
    agree("roll", numpy.array([1, 0, 1], dtype), 1)
    agree("ones_like", numpy.array([1, 0, 1], dtype))


@pytest.mark.parametrize("casting", ["no", "safe", "same_kind", "unsafe", "nonsense"])
@pytest.mark.parametrize("out", ["float64", "int8", "complex64"])
def test_the_rule_for_casts_when_joining(casting, out):
    same(
        lambda xp, x, o: xp.concatenate([x, x], out=o, casting=casting), numpy.arange(2), numpy.zeros(4, out)
    )
    same(lambda xp, x, y: xp.stack([x, y], casting=casting), numpy.arange(2), numpy.zeros(2, out))


def test_what_out_of_a_selection_may_be():
    same(lambda xp, x, o: xp.choose(x, [1, 2.5], out=o), numpy.array([0, 1]), numpy.zeros(2, complex))
    raises(
        lambda xp, x, o: xp.take(x, [0], out=o), numpy.arange(2, dtype="int8"), numpy.zeros(1), message=False
    )
    mask = numpy.array([True, False, True])
    same(lambda xp, x, o: xp.clip(x, 1, 2, out=o, where=mask), numpy.arange(3.0), numpy.full(3, 9.0))


def test_numbers_that_an_integer_dtype_lacks():
    raises(lambda xp, x: xp.insert(x, 0, -1), numpy.zeros(2, "uint8"))
    raises(lambda xp, x: xp.piecewise(x, [x > 0], [-1]), numpy.zeros(2, "uint8"))
    raises(lambda xp, x: xp.select([x > 0], [2, x][:1] and [1], default=x), numpy.zeros(2, "uint8"))


def test_no_step_between_fewer_than_two_values():
    same(lambda xp: xp.linspace(0.0, 1.0, 1, retstep=True), memory=False)
    same(lambda xp, x: xp.linspace(x, 2.0, 5, retstep=True), numpy.array(1.0), memory=False)
