"""Traced NumPy code has the nodes that an expert would write by hand, and no more."""

from __future__ import annotations

import numpy
import pytest
import tensorflow as tf

import tnp_shim as np


def nodes(function, *specs) -> list[str]:
    """The types of the ops that the results depend on."""
    graph = tf.function(function, input_signature=specs).get_concrete_function().graph
    waiting, seen = [output.op for output in graph.outputs], {}
    while waiting:
        op = waiting.pop()
        if op.name not in seen:
            seen[op.name] = op.type
            waiting += [*op.control_inputs, *(tensor.op for tensor in op.inputs)]
    return sorted(kind for kind in seen.values() if kind != "Identity")


def hand_written_stencil(u):
    inner = 0.25 * (u[2:, 1:-1] + u[:-2, 1:-1] + u[1:-1, 2:] + u[1:-1, :-2])
    return tf.raw_ops.TensorStridedSliceUpdate(input=u, begin=[1, 1], end=[7, 5], strides=[1, 1], value=inner)


def stencil(u):
    u = u.copy()
    u[1:-1, 1:-1] = 0.25 * (u[2:, 1:-1] + u[:-2, 1:-1] + u[1:-1, 2:] + u[1:-1, :-2])
    return u


EXPRESSIONS = {
    "x + y": (lambda x, y: x + y, lambda x, y: x + y),
    "2.5 * x - y": (lambda x, y: 2.5 * x - y, lambda x, y: 2.5 * x - y),
    "sin(x) * exp(y)": (lambda x, y: np.sin(x) * np.exp(y), lambda x, y: tf.sin(x) * tf.exp(y)),
    "x @ y.T": (lambda x, y: x @ y.T, lambda x, y: tf.matmul(x, tf.transpose(y, [1, 0]))),
    "sum of an axis": (lambda x, y: (x * y).sum(axis=1), lambda x, y: tf.reduce_sum(x * y, axis=1)),
    "mean": (lambda x, y: x.mean(axis=0), lambda x, y: tf.reduce_mean(x, axis=0)),
    "slice": (lambda x, y: x[1:-1, ::2], lambda x, y: x[1:-1, ::2]),
    "reshape": (lambda x, y: x.reshape(-1), lambda x, y: tf.reshape(x, [48])),
    "where": (lambda x, y: np.where(x > y, x, y), lambda x, y: tf.where(x > y, x, y)),
    "concatenate": (lambda x, y: np.concatenate([x, y]), lambda x, y: tf.concat([x, y], 0)),
    "comparison": (lambda x, y: (x < y) & (y <= 1.0), lambda x, y: (x < y) & (y <= 1.0)),
    "stencil in place": (lambda x, y: stencil(x), lambda x, y: hand_written_stencil(x)),
    "norm": (lambda x, y: np.sqrt((x**2).sum()), lambda x, y: tf.sqrt(tf.reduce_sum(tf.square(x)))),
}


@pytest.mark.parametrize(("ours", "by_hand"), EXPRESSIONS.values(), ids=EXPRESSIONS)
def test_as_many_nodes_as_by_hand(ours, by_hand):
    shape, dtype = (8, 6), "float64"
    mine = nodes(ours, *[np.ArraySpec(shape, dtype)] * 2)
    hands = nodes(by_hand, *[tf.TensorSpec(shape, dtype)] * 2)
    assert len(mine) <= len(hands), (mine, hands)
    x = numpy.arange(48.0).reshape(shape) / 10
    numpy.testing.assert_allclose(
        numpy.asarray(ours(np.array(x), np.array(x[::-1]))),
        by_hand(tf.constant(x), tf.constant(x[::-1].copy())),
    )
