"""Slopes of beta and Dirichlet numbers by their parameters, at a fixed level of the distribution.

Knows tensors only. A number x of a distribution function F(x; a) moves with a by -(dF/da) / (dF/dx). For beta
numbers F is x**a * (1 - x)**b / (a * B(a, b)) * S, where S is 1 and the sum of the products of
(a + b + k) * x / (a + 1 + k): all terms are positive, so that neither the sum nor its slopes lose digits.
Of x beyond 1/2 the other side is taken.
"""

from __future__ import annotations

from typing import Any

import tensorflow as tf

from tnp_shim.kernels.differentiation import custom_gradient

_ENOUGH = 1e-17
"""A term this small beside the sum ends it."""


def beta_slopes(x: tf.Tensor, a: tf.Tensor, b: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
    """The slopes of beta numbers by a and b; all of one shape, float64.

    The relative error is below 1e-9, but of numbers that lie far out on the upper side (1e-6 at six standard
    deviations).
    """
    swapped = x > 0.5
    one, two = tf.where(swapped, b, a), tf.where(swapped, a, b)
    by_one, by_two = _lower_slopes(tf.where(swapped, 1 - x, x), one, two)
    return tf.where(swapped, -by_two, by_one), tf.where(swapped, -by_one, by_two)


def _lower_slopes(x: tf.Tensor, a: tf.Tensor, b: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
    """Of x up to 1/2."""
    inside = x > 0  # at 0 nothing moves
    x = tf.where(inside, x, 0.5)
    total, by_a, by_b = _series(x, a, b)
    both = tf.math.digamma(a + b)
    front = -x * (1 - x) / a
    slope_a = front * (total * (tf.math.log(x) + both - tf.math.digamma(a + 1)) + by_a)
    slope_b = front * (total * (tf.math.log1p(-x) + both - tf.math.digamma(b)) + by_b)
    return tf.where(inside, slope_a, 0.0), tf.where(inside, slope_b, 0.0)


def _series(x: tf.Tensor, a: tf.Tensor, b: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor, tf.Tensor]:
    """S, and its slopes by a and b."""

    def term(k: tf.Tensor, last: tf.Tensor, *rest: tf.Tensor) -> tuple[tf.Tensor, ...]:
        log_a, log_b, total, by_a, by_b = rest  # of the logarithm of the term; sums
        upper, lower = a + b + k, a + 1 + k
        last = last * x * upper / lower
        log_a, log_b = log_a + 1 / upper - 1 / lower, log_b + 1 / upper
        return k + 1, last, log_a, log_b, total + last, by_a + last * log_a, by_b + last * log_b

    def goes_on(k: tf.Tensor, last: tf.Tensor, *rest: tf.Tensor) -> tf.Tensor:
        growing = x * (a + b + k) > a + 1 + k
        return tf.reduce_any(growing | (last * (1 + rest[1]) > _ENOUGH * rest[2]))

    one, none = tf.ones_like(x), tf.zeros_like(x)
    begin = tf.constant(0.0, x.dtype), one, none, none, one, none, none
    return tf.while_loop(goes_on, term, begin)[-3:]


def beta(zero: Any, x: tf.Tensor, a: tf.Tensor, b: tf.Tensor) -> tf.Tensor:
    """x, of a beta distribution of those parameters, with its gradients by them."""

    @custom_gradient
    def node(x: tf.Tensor, a: tf.Tensor, b: tf.Tensor) -> Any:
        def gradient(upstream: tf.Tensor) -> Any:
            full = [tf.broadcast_to(p, tf.shape(x)) for p in (a, b)]
            moved = [upstream * slope for slope in beta_slopes(x, *full)]
            return None, *(_like(m, p) for m, p in zip(moved, (a, b), strict=True))

        return tf.identity(x), gradient

    return node(x, a, b)


def _like(slopes: tf.Tensor, parameter: tf.Tensor) -> tf.Tensor:
    """A gradient of the parameter's shape: a scalar, or one for each number."""
    return slopes if parameter.shape.rank else tf.reduce_sum(slopes)


def dirichlet(x: tf.Tensor, alpha: tf.Tensor) -> tf.Tensor:
    """x of shape [..., k], of a Dirichlet distribution, with its gradient by the k parameters.

    Each share is a beta number. Where it moves at the fixed level of its distribution, the others keep their
    proportions.
    """

    @custom_gradient
    def node(x: tf.Tensor, alpha: tf.Tensor) -> Any:
        def gradient(upstream: tf.Tensor) -> Any:
            full = tf.broadcast_to(alpha, tf.shape(x))
            slopes, _ = beta_slopes(x, full, tf.reduce_sum(alpha) - full)
            mean = tf.reduce_sum(upstream * x, axis=-1, keepdims=True)
            others = tf.where(x < 1, 1 - x, 1.0)
            by_alpha = tf.where(x < 1, (upstream - mean) * slopes / others, 0.0)
            return None, tf.reduce_sum(tf.reshape(by_alpha, [-1, tf.shape(alpha)[0]]), axis=0)

        return tf.identity(x), gradient

    return node(x, alpha)
