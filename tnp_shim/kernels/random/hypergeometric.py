"""Hypergeometric numbers: of draws without replacement from good and bad things. Knows tensors only.

Generator takes few by a walk over whole numbers, more by Stadlober's ratio of uniforms; RandomState by older
forms of both. The values are whole numbers: exact unless the last bit of a logarithm decides.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from decimal import Decimal, localcontext

import numpy
import tensorflow as tf

from tnp_shim.kernels.random.counts import log_gamma
from tnp_shim.kernels.random.intervals import below
from tnp_shim.kernels.random.logarithm import log
from tnp_shim.kernels.random.mixed import Half, Stream
from tnp_shim.kernels.random.rounding import kept, product
from tnp_shim.kernels.random.sequential import Cursor, Drawn, Words, until_accepted

_WIDTH, _SHIFT = 1.7155277699214135, 0.8989161620588988
"""2 * sqrt(2 / e) and 3 - 2 * sqrt(3 / e)."""
_STORED = 126
"""So many logarithms of factorials NumPy has in a table."""


def _real(x: tf.Tensor) -> tf.Tensor:
    return tf.cast(x, tf.float64)


@functools.cache
def _factorials() -> numpy.ndarray:
    with localcontext() as context:
        context.prec = 60
        logarithms, factorial = [], Decimal(1)
        for n in range(_STORED):
            factorial *= max(n, 1)
            logarithms.append(float(factorial.ln()))
        return numpy.array(logarithms)


def log_factorial(k: tf.Tensor) -> tf.Tensor:
    """log(k!): from a table, or by three terms of Stirling's series."""
    known = tf.gather(tf.constant(_factorials()), tf.clip_by_value(k, 0, _STORED - 1))
    x = _real(tf.maximum(k, 1))
    series = product(1.0 / x, 1 / 12.0 - 1.0 / kept(kept(360.0 * x) * x))
    return tf.where(k < _STORED, known, product(x + 0.5, log(x)) - x + (0.9189385332046728 + series))


def walk(stream: Stream, at: Cursor, good: tf.Tensor, bad: tf.Tensor, sample: tf.Tensor) -> Half:
    """Things taken one by one, or those that are left, whichever are fewer."""
    total = good + bad
    rest = sample > total // 2

    def step(left: tf.Tensor, good_left: tf.Tensor, total_left: tf.Tensor, at: Cursor) -> tuple:
        word, at = below(stream, at, total_left - 1, True)
        return left - 1, good_left - tf.cast(word < good_left, tf.int64), total_left - 1, at

    left, good_left, total_left, at = tf.while_loop(
        lambda left, good_left, total_left, at: (
            (left > 0) & (good_left > 0) & (total_left > good_left) & (at.place <= stream.total)
        ),
        step,
        (tf.where(rest, total - sample, sample), good, total, at),
    )
    good_left = tf.where(tf.equal(total_left, good_left), good_left - left, good_left)
    return tf.where(rest, good_left, good - good_left), at


def _by_ratios(
    good: tf.Tensor,
    bad: tf.Tensor,
    sample: tf.Tensor,
    logarithm: Callable[[tf.Tensor], tf.Tensor],
    legacy: bool,
) -> Callable[[tf.Tensor, tf.Tensor], tuple[tf.Tensor, tf.Tensor]]:
    """From two uniform numbers, whether they are accepted, and the value."""
    total = good + bad
    taken = tf.minimum(sample, total - sample)
    less, more = tf.minimum(good, bad), tf.maximum(good, bad)
    p = _real(less) / _real(total)
    q = 1.0 - p if legacy else _real(more) / _real(total)
    a = product(_real(taken), p) + 0.5
    factors = (sample, p, q) if legacy else (taken, p, q)
    variance = _real(total - taken)
    for factor in factors:
        variance = kept(variance * _real(factor))
    c = tf.sqrt(kept(variance / _real(total - 1)) + 0.5)
    h = product(tf.constant(_WIDTH, tf.float64), c) + _SHIFT
    mode = tf.math.floor(kept(_real(taken + 1) * _real(less + 1)) / _real(total + 2))
    most = tf.minimum(
        _real(tf.minimum(taken, less) + 1), tf.math.floor(a + product(tf.constant(16.0, tf.float64), c))
    )

    def level(k: tf.Tensor) -> tf.Tensor:
        return (logarithm(k) + logarithm(less - k) + logarithm(taken - k)) + logarithm(more - taken + k)

    top = level(tf.cast(mode, tf.int64))

    def attempt(u: tf.Tensor, v: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        x = a + kept(kept(h * (v - 0.5)) / u)
        inside = (x >= 0.0) & (x < most)
        k = tf.cast(tf.math.floor(tf.where(inside, x, tf.zeros_like(x))), tf.int64)
        t = top - level(k)
        sure = product(u, 4.0 - u) - 3.0 <= t
        never = kept(u * (u - t)) >= 1
        accepted = inside & (sure | (~never & (2.0 * log(u) <= t)))
        k = tf.where(good > bad, taken - k, k)
        return accepted, tf.where(taken < sample, good - k, k)

    return attempt


def one(stream: Stream, at: Cursor, good: tf.Tensor, bad: tf.Tensor, sample: tf.Tensor) -> Half:
    """`Generator.hypergeometric(good, bad, sample)`."""

    def by_ratios() -> Half:
        attempt = _by_ratios(good, bad, sample, log_factorial, False)

        def pair(at: Cursor) -> tuple[tf.Tensor, tf.Tensor, Cursor]:
            u, at = stream.double(at)
            v, at = stream.double(at)
            return *attempt(u, v), at

        return until_accepted(stream, at, pair, tf.int64)

    many = (sample >= 10) & (sample <= good + bad - 10)
    return tf.cond(many, by_ratios, lambda: walk(stream, at, good, bad, sample))


def one_legacy(words: Words, cursor: Cursor, good: tf.Tensor, bad: tf.Tensor, sample: tf.Tensor) -> Drawn:
    """`RandomState.hypergeometric(good, bad, sample)`."""

    def by_ratios() -> Drawn:
        attempt = _by_ratios(good, bad, sample, lambda k: log_gamma(_real(tf.maximum(k, 0) + 1)), True)

        def pair(cursor: Cursor) -> tuple[tf.Tensor, tf.Tensor, Cursor]:
            return *attempt(words.double(cursor.place), words.double(cursor.place + 1)), cursor.moved(2)

        return until_accepted(words, cursor, pair, tf.int64)

    def by_steps() -> Drawn:
        less = _real(tf.minimum(good, bad))
        others = _real(good + bad - sample)

        def step(y: tf.Tensor, k: tf.Tensor, cursor: Cursor) -> tuple[tf.Tensor, tf.Tensor, Cursor]:
            y -= tf.math.floor(words.double(cursor.place) + kept(y / (others + _real(k))))
            return y, k - 1, cursor.moved(1)

        y, _, after = tf.while_loop(lambda y, k, _: (y > 0.0) & (k > 0), step, (less, sample, cursor))
        value = tf.cast(less - y, tf.int64)
        return tf.where(good > bad, sample - value, value), after

    return tf.case(
        [(sample > 10, by_ratios), (sample > 0, by_steps)], lambda: (tf.zeros([], tf.int64), cursor)
    )
