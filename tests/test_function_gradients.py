"""Gradients flow through `tnp_shim.function`: of its results, and of what it wrote."""

from __future__ import annotations

import numpy
import tensorflow as tf

import tnp_shim
import tnp_shim as np

X = numpy.arange(6.0).reshape(2, 3)


def test_gradients_of_results_and_of_what_was_written() -> None:
    def f(x, y):
        y[1:] *= x[:2]
        x *= 3
        return (x * y).sum()

    def by_hand(x, y):
        z = tf.concat([y[:1], y[1:] * x[:2]], 0)
        return tf.reduce_sum(3 * x * z), 3 * x, z

    start = [tf.constant([1.0, 2.0, 3.0], tf.float64), tf.constant([0.5, 1.5, -1.0], tf.float64)]
    with tf.GradientTape(persistent=True) as tape:
        tape.watch(start)
        wanted = by_hand(*start)
        losses = [tf.reduce_sum(w**2) for w in wanted]
    expected = [tape.gradient(loss, start) for loss in losses]
    for jit_compile in (None, True, "auto"):
        made = tnp_shim.function(f, jit_compile=jit_compile)
        for call in (made, tf.function(lambda x, y, made=made: (made(x, y), x, y), autograph=False)):
            x, y = map(np.asarray, start)
            with tf.GradientTape(persistent=True) as tape:
                tape.watch([x, y])
                if call is made:
                    values = (made(x, y), x, y)
                else:
                    copies = x * 1, y * 1
                    values = tf.function(lambda a, b, made=made: _called(made, a, b))(*copies)
                losses = [(v**2).sum() for v in values]
            for loss, want in zip(losses, expected, strict=True):
                for got, w in zip(tape.gradient(loss, [x, y]), want, strict=True):
                    if w is None:
                        assert got is None or not numpy.any(got)
                    else:
                        numpy.testing.assert_allclose(got, w)


def _called(made, a, b):
    a, b = a * 1, b * 1
    return made(a, b), a, b


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
