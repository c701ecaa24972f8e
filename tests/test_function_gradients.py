"""Gradients flow through `tnp_shim.function`: of its results, and of what it wrote."""

from __future__ import annotations

import numpy
import pytest
import tensorflow as tf

import tnp_shim
import tnp_shim as np

X = numpy.arange(6.0).reshape(2, 3)


def change(x, y):
    y[1:] *= x[:2]
    x *= 3
    return (x * y).sum()


def without_writes(x, y):
    """The result of `change` and what it leaves in its arguments."""
    z = tf.concat([y[:1], y[1:] * x[:2]], 0)
    return tf.reduce_sum(3 * x * z), 3 * x, z


def in_place(made, x, y):
    return made(x, y), x, y


def on_copies_in_a_graph(made, x, y):
    return tf.function(lambda x, y: in_place(made, x * 1, y * 1))(x, y)


@pytest.mark.parametrize("call", [in_place, on_copies_in_a_graph])
@pytest.mark.parametrize("jit_compile", [None, True, "auto"])
def test_gradients_of_results_and_of_what_was_written(call, jit_compile) -> None:
    start = [tf.constant([1.0, 2.0, 3.0], tf.float64), tf.constant([0.5, 1.5, -1.0], tf.float64)]
    with tf.GradientTape(persistent=True) as tape:
        tape.watch(start)
        losses = [tf.reduce_sum(value**2) for value in without_writes(*start)]
    expected = [tape.gradient(loss, start, unconnected_gradients="zero") for loss in losses]
    made = tnp_shim.function(change, jit_compile=jit_compile)
    x, y = map(np.asarray, start)
    with tf.GradientTape(persistent=True) as tape:
        tape.watch([x, y])
        losses = [(value**2).sum() for value in call(made, x, y)]
    for loss, slopes in zip(losses, expected, strict=True):
        for found, slope in zip(tape.gradient(loss, [x, y]), slopes, strict=True):
            numpy.testing.assert_allclose(0 if found is None else found, slope)


def test_second_gradients_and_jacobians() -> None:
    made = tnp_shim.function(lambda x, c: (c * x**3).sum(), jit_compile="auto")
    x = np.array([1.0, 2.0])
    with tf.GradientTape() as outer:
        outer.watch(x)
        with tf.GradientTape() as inner:
            inner.watch(x)
            y = made(x, 2.0)
        slope = inner.gradient(y, x)
    numpy.testing.assert_allclose(outer.jacobian(slope, x), [[12, 0], [0, 24]])


def test_it_is_vectorized() -> None:
    made = tnp_shim.function(lambda x: x * x.sum())
    rows = tf.vectorized_map(made, np.array(X))
    numpy.testing.assert_allclose(rows, X * X.sum(axis=1, keepdims=True))
