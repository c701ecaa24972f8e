"""Gamma numbers and what is made of them, one value after the other. Knows tensors only.

The functions make a `One` of a `Kind`: Generator and RandomState differ in normal and exponential numbers. On
CPUs all is exact; where a power or logarithm is not libm's, values are some units in the last place off, and
one draw in about 10**15 goes another way. Powers below 1e-308, of beta numbers with very small parameters,
are 0 in TensorFlow, so that the path is taken by which NumPy avoids zeros.
"""

from __future__ import annotations

import tensorflow as tf

from tnp_shim.kernels.random.logarithm import log
from tnp_shim.kernels.random.rounding import kept, product, quotient
from tnp_shim.kernels.random.scalars import Kind
from tnp_shim.kernels.random.sequential import Cursor, Drawn, One, Words, until_accepted

_TINY = 3e-103
"""Below it Generator.beta gives 0 or 1."""


def standard_gamma(kind: Kind) -> One:
    """`standard_gamma(shape)`, by Marsaglia and Tsang, or by Ahrens and Dieter for shapes below 1."""

    def one(words: Words, cursor: Cursor, shape: tf.Tensor) -> Drawn:
        def small(cursor: Cursor) -> tuple[tf.Tensor, tf.Tensor, Cursor]:
            u = words.double(cursor.place)
            v, after = kind.exponential(words, cursor.moved(1))
            inner = u <= 1.0 - shape
            y = tf.where(inner, tf.zeros_like(u), -_log(quotient(1 - u, shape)))
            base = tf.where(inner, u, 1.0 - shape + product(shape, y))
            x = _power(base, kept(1.0 / shape))
            return x <= v + y, x, after

        # not 1/3 less than 1/3: the products below must not be negative where this branch is not taken
        b = tf.maximum(shape, 1.0) - 1.0 / 3.0
        c = kept(1.0 / kept(tf.sqrt(9 * b)))

        def large(cursor: Cursor) -> tuple[tf.Tensor, tf.Tensor, Cursor]:
            x, after = kind.normal(words, cursor)
            v = 1.0 + product(c, x)
            cube = kept(v * v * v)
            u = words.double(after.place)
            squeezed = u < 1.0 - product(0.0331 * (x * x), x * x)
            rest = product(0.5 * x, x) + product(b, 1.0 - cube + _log(cube))
            accepted = squeezed | (_log(u) < rest)
            positive = v > 0
            taken = after._replace(place=after.place + tf.cast(positive, tf.int64))
            return positive & accepted, b * cube, taken

        return tf.case(
            [
                (shape == 1, lambda: kind.exponential(words, cursor)),
                (shape == 0, lambda: (tf.zeros_like(shape), cursor)),
                (shape < 1, lambda: until_accepted(words, cursor, small, shape.dtype)),
            ],
            lambda: until_accepted(words, cursor, large, shape.dtype),
        )

    return one


def _log(x: tf.Tensor) -> tf.Tensor:
    return tf.cast(log(tf.cast(x, tf.float64)), x.dtype)


def _power(x: tf.Tensor, y: tf.Tensor) -> tf.Tensor:
    return tf.cast(tf.pow(tf.cast(x, tf.float64), tf.cast(y, tf.float64)), x.dtype)


def standard_gamma_single(kind: Kind) -> One:
    """`standard_gamma(shape, dtype=float32)`."""
    gamma = standard_gamma(kind)
    return lambda words, cursor, shape: gamma(words, cursor, tf.cast(shape, tf.float32))


def chisquare(kind: Kind) -> One:
    """`chisquare(df)`."""
    gamma = standard_gamma(kind)

    def one(words: Words, cursor: Cursor, df: tf.Tensor) -> Drawn:
        value, cursor = gamma(words, cursor, df / 2)
        return 2 * value, cursor

    return one


def f(kind: Kind) -> One:
    """`f(dfnum, dfden)`."""
    square = chisquare(kind)

    def one(words: Words, cursor: Cursor, dfnum: tf.Tensor, dfden: tf.Tensor) -> Drawn:
        upper, cursor = square(words, cursor, dfnum)
        lower, cursor = square(words, cursor, dfden)
        return kept(upper * dfden) / kept(lower * dfnum), cursor

    return one


def standard_t(kind: Kind) -> One:
    """`standard_t(df)`."""
    gamma = standard_gamma(kind)

    def one(words: Words, cursor: Cursor, df: tf.Tensor) -> Drawn:
        upper, cursor = kind.normal(words, cursor)
        lower, cursor = gamma(words, cursor, df / 2)
        return kept(kept(tf.sqrt(df / 2)) * upper) / kept(tf.sqrt(lower)), cursor

    return one


def beta(kind: Kind, legacy: bool) -> One:
    """`beta(a, b)`: by Jöhnk where both are at most 1, else a ratio of gamma numbers."""
    gamma = standard_gamma(kind)

    def one(words: Words, cursor: Cursor, a: tf.Tensor, b: tf.Tensor) -> Drawn:
        def pair(cursor: Cursor) -> tuple[tf.Tensor, tf.Tensor, Cursor]:
            u, v = words.double(cursor.place), words.double(cursor.place + 1)
            x, y = tf.pow(u, kept(1.0 / a)), tf.pow(v, kept(1.0 / b))
            total = x + y
            upper, lower = quotient(log(u), a), quotient(log(v), b)
            if legacy:
                lost = total == 0
                most = tf.maximum(upper, lower)
                upper, lower = upper - most, lower - most
                instead = tf.exp(upper - log(tf.exp(upper) + tf.exp(lower)))
                accepted = total <= 1
            else:
                lost = (x == 0) | (y == 0)
                apart = upper - lower
                above = tf.exp(-tf.math.log1p(tf.exp(-apart)))
                instead = tf.where(apart > 0, above, tf.exp(apart - tf.math.log1p(tf.exp(apart))))
                accepted = (total <= 1) & (u + v > 0)
            return accepted, tf.where(lost, instead, x / total), cursor.moved(2)

        def ratio() -> Drawn:
            first, after = gamma(words, cursor, a)
            second, after = gamma(words, after, b)
            return first / (first + second), after

        def tiny() -> Drawn:
            below = kept((a + b) * words.double(cursor.place)) < a
            return tf.cast(below, tf.float64), cursor.moved(1)

        cases = [] if legacy else [((a < _TINY) & (b < _TINY), tiny)]
        johnk = ((a <= 1) & (b <= 1), lambda: until_accepted(words, cursor, pair, tf.float64))
        return tf.case([*cases, johnk], ratio)

    return one


def wald(kind: Kind, legacy: bool) -> One:
    """`wald(mean, scale)`."""

    def one(words: Words, cursor: Cursor, mean: tf.Tensor, scale: tf.Tensor) -> Drawn:
        y, cursor = kind.normal(words, cursor)
        y = kept(kept(mean * y) * y)
        if legacy:
            share = kept(mean / (2 * scale))
            root = kept(tf.sqrt(product(kept(4 * scale), y) + product(y, y)))
            x = mean + product(share, y - root)
        else:
            d = 1 + kept(tf.sqrt(1 + kept(kept(4 * scale) / y)))
            x = mean * kept(1 - kept(2 / d))
        u = words.double(cursor.place)
        return tf.where(u <= kept(mean / (mean + x)), x, kept(mean * mean) / x), cursor.moved(1)

    return one
