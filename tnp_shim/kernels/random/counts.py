"""Counts: Poisson, binomial, geometric and their kin, one value after the other. Knows tensors only.

The functions make a `One`; `legacy` is RandomState's way where it differs. The values are whole numbers: they
are exact unless the last bit of a power or logarithm decides, which happens once in about 10**15 draws.
"""

from __future__ import annotations

import numpy
import tensorflow as tf

from tnp_shim.kernels.random.gamma import chisquare, standard_gamma
from tnp_shim.kernels.random.logarithm import log
from tnp_shim.kernels.random.rounding import kept, product, quotient
from tnp_shim.kernels.random.scalars import Kind
from tnp_shim.kernels.random.sequential import Cursor, Drawn, One, Words, until_accepted

_GAMMA_SERIES = (
    8.333333333333333e-02,
    -2.777777777777778e-03,
    7.936507936507937e-04,
    -5.952380952380952e-04,
    8.417508417508418e-04,
    -1.917526917526918e-03,
    6.410256410256410e-03,
    -2.955065359477124e-02,
    1.796443723688307e-01,
    -1.39243221690590e00,
)
_CORRECTED = tuple(map(int, numpy.__version__.split(".")[:2])) >= (2, 5)
"""Whether Generator.binomial has the signs of Stirling's terms that NumPy 2.5 corrected."""


def log_gamma(x: tf.Tensor) -> tf.Tensor:
    """The logarithm of the gamma function, by NumPy's series, for whole numbers from 1 on."""
    steps = tf.where(x < 7.0, tf.math.floor(7.0 - x), tf.zeros_like(x))
    high = x + steps
    square = kept(1.0 / high) * kept(1.0 / high)
    series = tf.constant(_GAMMA_SERIES[-1], tf.float64)
    for coefficient in _GAMMA_SERIES[-2::-1]:
        series = product(series, square) + coefficient
    result = series / high + 0.5 * 1.8378770664093453 + product(high - 0.5, log(high)) - high
    for step in range(1, 7):
        result -= tf.where(step <= steps, log(tf.maximum(high - step, 1.0)), tf.zeros_like(x))
    return tf.where((x == 1) | (x == 2), tf.zeros_like(x), result)


def _whole(x: tf.Tensor) -> tf.Tensor:
    """As int64, as C on x86 casts: what is too large, and NaN, becomes the least int64."""
    fits = (x >= -(2.0**63)) & (x < 2.0**63)
    return tf.where(fits, tf.cast(tf.where(fits, x, 0), tf.int64), tf.int64.min)


def poisson(words: Words, cursor: Cursor, lam: tf.Tensor) -> Drawn:
    """`poisson(lam)`: by a product of uniform numbers, or from 10 on by Hörmann's transformed rejection."""

    def by_product() -> Drawn:
        least = tf.exp(-lam)

        def factor(count: tf.Tensor, left: tf.Tensor, cursor: Cursor) -> tuple[tf.Tensor, tf.Tensor, Cursor]:
            return count + 1, left * words.double(cursor.place), cursor.moved(1)

        start = factor(tf.constant(-1, tf.int64), tf.constant(1.0, tf.float64), cursor)
        count, _, after = tf.while_loop(
            lambda _, left, cursor: (left > least) & (cursor.place <= words.total), factor, start
        )
        return count, after

    root, logarithm = tf.sqrt(lam), log(tf.maximum(lam, 1.0))
    b = 0.931 + product(tf.constant(2.53, tf.float64), root)
    a = -0.059 + product(tf.constant(0.02483, tf.float64), b)
    inverse = 1.1239 + 1.1328 / (b - 3.4)
    most = 0.9277 - 3.6224 / (b - 2)

    def pair(cursor: Cursor) -> tuple[tf.Tensor, tf.Tensor, Cursor]:
        u, v = words.double(cursor.place) - 0.5, words.double(cursor.place + 1)
        us = 0.5 - tf.abs(u)
        k = _whole(tf.math.floor(kept(product(kept(2 * a / us) + b, u) + lam) + 0.43))
        real = tf.cast(k, tf.float64)
        sure = (us >= 0.07) & (v <= most)
        never = (k < 0) | ((us < 0.013) & (v > us))
        left = log(v) + log(inverse) - log(a / (us * us) + b)
        right = -lam + product(real, logarithm) - log_gamma(tf.maximum(real, 0.0) + 1)
        return sure | (~never & (left <= right)), k, cursor.moved(2)

    return tf.case(
        [(lam >= 10, lambda: until_accepted(words, cursor, pair, tf.int64))],
        lambda: tf.cond(lam == 0, lambda: (tf.zeros([], tf.int64), cursor), by_product),
    )


def negative_binomial(kind: Kind) -> One:
    """`negative_binomial(n, p)`."""
    gamma = standard_gamma(kind)

    def one(words: Words, cursor: Cursor, n: tf.Tensor, p: tf.Tensor) -> Drawn:
        value, cursor = gamma(words, cursor, n)
        return poisson(words, cursor, kept(kept((1 - p) / p) * value))

    return one


def noncentral_chisquare(kind: Kind) -> One:
    """`noncentral_chisquare(df, nonc)`."""
    square = chisquare(kind)

    def one(words: Words, cursor: Cursor, df: tf.Tensor, nonc: tf.Tensor) -> Drawn:
        def by_normal() -> Drawn:
            value, after = square(words, cursor, df - 1)
            normal, after = kind.normal(words, after)
            shifted = normal + kept(tf.sqrt(nonc))
            return value + product(shifted, shifted), after

        def by_count() -> Drawn:
            count, after = poisson(words, cursor, nonc / 2)
            return square(words, after, df + tf.cast(2 * count, tf.float64))

        return tf.case([(nonc == 0, lambda: square(words, cursor, df)), (df > 1, by_normal)], by_count)

    return one


def noncentral_f(kind: Kind) -> One:
    """`noncentral_f(dfnum, dfden, nonc)`."""
    upper_of, lower_of = noncentral_chisquare(kind), chisquare(kind)

    def one(words: Words, cursor: Cursor, dfnum: tf.Tensor, dfden: tf.Tensor, nonc: tf.Tensor) -> Drawn:
        upper, cursor = upper_of(words, cursor, dfnum, nonc)
        lower, cursor = lower_of(words, cursor, dfden)
        return kept(upper * dfden) / kept(lower * dfnum), cursor

    return one


def binomial(legacy: bool) -> One:
    """`binomial(n, p)`: by inversion, or by Kachitvichyanukul's and Schmeiser's BTPE."""
    corrected = _CORRECTED and not legacy

    def one(words: Words, cursor: Cursor, n: tf.Tensor, p: tf.Tensor) -> Drawn:
        upper = p > 0.5
        share = tf.where(upper, 1.0 - p, p)
        none = (share == 0) & upper if legacy else (n == 0) | (p == 0)
        few = kept(share * tf.cast(n, tf.float64)) <= 30.0
        count, after = tf.case(
            [
                (none & (not legacy), lambda: (tf.zeros([], tf.int64), cursor)),
                (few, lambda: _by_inversion(words, cursor, n, share, legacy)),
            ],
            lambda: _by_btpe(words, cursor, n, share, corrected),
        )
        skipped = none & (not legacy)
        return tf.where(upper & ~skipped, n - count, count), after

    return one


def _by_inversion(words: Words, cursor: Cursor, n: tf.Tensor, p: tf.Tensor, legacy: bool) -> Drawn:
    real = tf.cast(n, tf.float64)
    q = 1.0 - p
    begin = tf.exp(real * (log(q) if legacy else tf.math.log1p(-p)))
    mean = kept(real * p)
    bound = _whole(
        tf.minimum(real, mean + product(tf.constant(10.0, tf.float64), tf.sqrt(product(mean, q) + 1)))
    )

    def step(
        count: tf.Tensor, left: tf.Tensor, chance: tf.Tensor, cursor: Cursor
    ) -> tuple[tf.Tensor, tf.Tensor, tf.Tensor, Cursor]:
        count += 1
        again = count > bound
        ratio = kept(kept(tf.cast(n - count + 1, tf.float64) * p) * chance) / kept(
            tf.cast(count, tf.float64) * q
        )
        return (
            tf.where(again, tf.zeros_like(count), count),
            tf.where(again, words.double(cursor.place), left - chance),
            tf.where(again, begin, ratio),
            cursor._replace(place=cursor.place + tf.cast(again, tf.int64)),
        )

    first = tf.zeros([], tf.int64), words.double(cursor.place), begin, cursor.moved(1)
    count, _, _, after = tf.while_loop(
        lambda _, left, chance, cursor: (left > chance) & (cursor.place <= words.total), step, first
    )
    return count, after


def _by_btpe(words: Words, cursor: Cursor, n: tf.Tensor, r: tf.Tensor, corrected: bool) -> Drawn:
    """For shares that are at most 1/2, so that NumPy's `n - y` for larger ones has no place here."""
    real = tf.cast(n, tf.float64)
    q = 1.0 - r
    middle = product(real, r) + r
    m = tf.math.floor(middle)
    nrq = kept(kept(real * r) * q)
    p1 = (
        tf.math.floor(
            product(tf.constant(2.195, tf.float64), tf.sqrt(nrq)) - product(tf.constant(4.6, tf.float64), q)
        )
        + 0.5
    )
    xm = m + 0.5
    xl, xr = xm - p1, xm + p1
    c = 0.134 + 20.5 / (15.3 + m)
    a = (middle - xl) / (middle - product(xl, r))
    left = a * (1.0 + a / 2.0)
    a = (xr - middle) / kept(xr * q)
    right = a * (1.0 + a / 2.0)
    p2 = p1 * (1.0 + 2.0 * c)
    p3 = p2 + c / left
    p4 = p3 + c / right

    def ratio(y: tf.Tensor) -> tf.Tensor:
        """The probability of y over that of m, step by step."""
        s = r / q
        a = kept(s * (real + 1))

        def down(i: tf.Tensor, found: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
            factor = kept(a / i) - s
            return i + 1, tf.where(m < y, found * factor, found / factor)

        last = tf.maximum(m, y)
        return tf.while_loop(lambda i, _: i <= last, down, (tf.minimum(m, y) + 1, tf.ones([], tf.float64)))[1]

    def term(x: tf.Tensor) -> tf.Tensor:
        x2, first = x * x, 13860.0 if corrected else 13680.0
        return (first - (462.0 - (132.0 - (99.0 - 140.0 / x2) / x2) / x2) / x2) / x / 166320.0

    def attempt(cursor: Cursor) -> tuple[tf.Tensor, tf.Tensor, Cursor]:
        u, v = kept(words.double(cursor.place) * p4), words.double(cursor.place + 1)
        triangle = u <= p1
        box = ~triangle & (u <= p2)
        lower = ~triangle & ~box & (u <= p3)
        x = xl + quotient(u - p1, c)
        logarithm = log(v)
        y = tf.math.floor(
            tf.where(
                triangle,
                xm - product(p1, v) + u,
                tf.where(
                    box, x, tf.where(lower, xl + quotient(logarithm, left), xr - quotient(logarithm, right))
                ),
            )
        )
        w = tf.where(
            box,
            product(v, c) + 1.0 - tf.abs(m - x + 0.5) / p1,
            v * tf.where(lower, (u - p2) * left, (u - p3) * right),
        )
        refused = tf.where(box, w > 1.0, tf.where(lower, (y < 0) | (v == 0), (y > real) | (v == 0)))
        k = tf.abs(y - m)

        def stepwise() -> tf.Tensor:
            return w <= ratio(y)

        def squeezed() -> tf.Tensor:
            rho = (k / nrq) * ((k * (k / 3.0 + 0.625) + 0.16666666666666666) / nrq + 0.5)
            t = -k * k / (2 * nrq)
            known = log(w)
            x1, f1, z, w1 = y + 1, m + 1, real + 1 - m, real - y + 1
            ends = term(x1) + term(w1)
            bound = (
                xm * log(f1 / x1)
                + (real - m + 0.5) * log(z / w1)
                + (y - m) * log(w1 * r / (x1 * q))
                + term(f1)
                + term(z)
                + (-ends if corrected else ends)
            )
            return (known < t - rho) | ((known <= t + rho) & (known <= bound))

        accepted = tf.case(
            [
                (triangle, lambda: tf.constant(True)),
                (refused, lambda: tf.constant(False)),
                ((k > 20) & (k < nrq / 2.0 - 1), squeezed),
            ],
            stepwise,
        )
        return accepted, _whole(y), cursor.moved(2)

    return until_accepted(words, cursor, attempt, tf.int64)


def geometric(kind: Kind, legacy: bool) -> One:
    """`geometric(p)`: by search, or by inversion for p below 1/3."""

    def one(words: Words, cursor: Cursor, p: tf.Tensor) -> Drawn:
        def search() -> Drawn:
            q, u = 1.0 - p, words.double(cursor.place)
            count = tf.while_loop(
                lambda _, total, __: u > total,
                lambda count, total, chance: (count + 1, total + kept(chance * q), kept(chance * q)),
                (tf.ones([], tf.int64), p, p),
            )[0]
            return count, cursor.moved(1)

        def inversion() -> Drawn:
            if legacy:
                u = words.double(cursor.place)
                return _whole(tf.math.ceil(quotient(log(1.0 - u), log(1 - p)))), cursor.moved(1)
            value, after = kind.exponential(words, cursor)
            z = tf.math.ceil(quotient(-value, tf.math.log1p(-p)))
            return tf.where(z >= 2.0**63, tf.int64.max, _whole(z)), after

        return tf.cond(p >= 0.333333333333333333333333, search, inversion)

    return one


def zipf(legacy: bool) -> One:
    """`zipf(a)`."""

    def one(words: Words, cursor: Cursor, a: tf.Tensor) -> Drawn:
        less = a - 1.0
        b = tf.pow(tf.constant(2.0, tf.float64), less)
        least = tf.pow(tf.constant(2.0**63, tf.float64), -less)

        def pair(cursor: Cursor) -> tuple[tf.Tensor, tf.Tensor, Cursor]:
            u, v = words.double(cursor.place), words.double(cursor.place + 1)
            u = 1.0 - u if legacy else product(u, least) + (1 - u)
            x = tf.math.floor(tf.pow(u, kept(-1.0 / less)))
            t = tf.pow(1.0 + kept(1.0 / x), less)
            possible = (x <= 2.0**63) & (x >= 1.0)
            accepted = kept(kept(v * x) * (t - 1.0)) / (b - 1.0) <= t / b
            # 2**63 itself, which NumPy lets pass, is cast as C casts
            return possible & accepted, _whole(x), cursor.moved(2)

        drawn = lambda: until_accepted(words, cursor, pair, tf.int64)  # noqa: E731
        if legacy:
            return drawn()
        return tf.cond(a >= 1025, lambda: (tf.ones([], tf.int64), cursor), drawn)

    return one


def logseries(legacy: bool) -> One:
    """`logseries(p)`."""

    def one(words: Words, cursor: Cursor, p: tf.Tensor) -> Drawn:
        r = log(1.0 - p) if legacy else tf.math.log1p(-p)

        def attempt(cursor: Cursor) -> tuple[tf.Tensor, tf.Tensor, Cursor]:
            v, u = words.double(cursor.place), words.double(cursor.place + 1)
            q = 1.0 - tf.exp(kept(r * u)) if legacy else -tf.math.expm1(kept(r * u))
            single = v >= p
            many = v <= q * q
            value = _whole(tf.math.floor(1 + kept(log(v) / log(q))))
            other = tf.where(v >= q, tf.ones([], tf.int64), tf.constant(2, tf.int64))
            count = tf.where(single, tf.ones([], tf.int64), tf.where(many, value, other))
            refused = ~single & many & ((value < 1) | (v == 0))
            place = cursor.place + tf.where(single, tf.ones([], tf.int64), tf.constant(2, tf.int64))
            return ~refused, count, cursor._replace(place=place)

        return until_accepted(words, cursor, attempt, tf.int64)

    return one
