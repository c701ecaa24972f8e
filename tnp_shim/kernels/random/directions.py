"""Angles of the von Mises distribution, one value after the other. Knows tensors only.

Cosines are libm's to the last bit, arc cosines within 1 unit. NumPy adds pi to an angle and subtracts it,
which rounds it to multiples of 8.9e-16: one of 50 is one such step away, many units of a small angle.
"""

from __future__ import annotations

import math

import tensorflow as tf

from tnp_shim.kernels.random.logarithm import log
from tnp_shim.kernels.random.rounding import kept, product
from tnp_shim.kernels.random.scalars import Kind
from tnp_shim.kernels.random.sequential import Cursor, Drawn, One, Words, until_accepted


def _concentration(kappa: tf.Tensor) -> tf.Tensor:
    """The parameter of the wrapped Cauchy distribution that the angles are proposed from."""
    r = 1.0 + tf.sqrt(1.0 + kept(kept(4.0 * kappa) * kappa))
    rho = (r - tf.sqrt(2.0 * r)) / (2.0 * kappa)
    return tf.where(kappa < 1e-5, 1.0 / kappa + kappa, (1.0 + kept(rho * rho)) / (2.0 * rho))


def vonmises(kind: Kind, legacy: bool) -> One:
    """`vonmises(mu, kappa)`, by Best and Fisher."""

    def one(words: Words, cursor: Cursor, mu: tf.Tensor, kappa: tf.Tensor) -> Drawn:
        def uniform() -> Drawn:
            return math.pi * (2.0 * words.double(cursor.place) - 1.0), cursor.moved(1)

        def normal() -> Drawn:
            x, after = kind.normal(words, cursor)
            x = mu + product(tf.sqrt(1.0 / kappa), x)
            x = tf.where(x < -math.pi, x + 2.0 * math.pi, x)
            return tf.where(x > math.pi, x - 2.0 * math.pi, x), after

        def angle() -> Drawn:
            s = _concentration(tf.maximum(kappa, 1e-8))

            def pair(cursor: Cursor) -> tuple[tf.Tensor, tf.Tensor, Cursor]:
                z = tf.cos(math.pi * words.double(cursor.place))
                w = (1.0 + kept(s * z)) / (s + z)
                y = kept(kappa * (s - w))
                v = words.double(cursor.place + 1)
                accepted = (product(y, 2.0 - y) - v >= 0) | (log(y / v) + 1.0 - y >= 0)
                return accepted, w, cursor.moved(2)

            w, after = until_accepted(words, cursor, pair, tf.float64)
            x = tf.acos(w)
            x = tf.where(words.double(after.place) < 0.5, -x, x) + mu
            size = tf.math.floormod(tf.abs(x) + math.pi, 2.0 * math.pi) - math.pi
            return tf.where(x < 0, -size, size), after.moved(1)

        cases = [(kappa < 1e-8, uniform)]
        return tf.case(cases if legacy else [*cases, (kappa > 1e6, normal)], angle)

    return one
