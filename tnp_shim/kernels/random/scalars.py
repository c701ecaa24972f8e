"""Normal and exponential numbers one at a time, for draws that need them in between. Knows tensors only."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy
import tensorflow as tf

from tnp_shim.kernels.random import ziggurat_tables
from tnp_shim.kernels.random.logarithm import log, log1p_of_minus
from tnp_shim.kernels.random.rounding import product
from tnp_shim.kernels.random.sequential import Cursor, Drawn, Words, until_accepted
from tnp_shim.kernels.random.ziggurat import NORMAL_INVERSE, look_exponential_double, look_normal_double

Standard = Callable[[Words, Cursor], Drawn]


class Kind(NamedTuple):
    """How a generator draws standard numbers."""

    normal: Standard
    exponential: Standard


def _ziggurat_normal(words: Words, cursor: Cursor) -> Drawn:
    table = ziggurat_tables.normal(numpy.float64)
    sure, widths, heights = (tf.constant(column) for column in table[:3])

    def attempt(cursor: Cursor) -> tuple[tf.Tensor, tf.Tensor, Cursor]:
        look = look_normal_double(words.word(cursor.place))
        x = tf.cast(look.steps, tf.float64) * tf.gather(widths, look.layer)
        x = tf.where(look.negative == 1, -x, x)
        after = cursor.moved(1)

        def pair(cursor: Cursor) -> tuple[tf.Tensor, tf.Tensor, Cursor]:
            x = -NORMAL_INVERSE * log1p_of_minus(words.double(cursor.place))
            y = -log1p_of_minus(words.double(cursor.place + 1))
            return y + y > x * x, table.tail + x, cursor.moved(2)

        def tail() -> tuple[tf.Tensor, tf.Tensor, Cursor]:
            value, end = until_accepted(words, after, pair, tf.float64)
            return tf.constant(True), tf.where(look.tail_negative == 1, -value, value), end

        def wedge() -> tuple[tf.Tensor, tf.Tensor, Cursor]:
            upper, lower = tf.gather(heights, tf.maximum(look.layer - 1, 0)), tf.gather(heights, look.layer)
            height = product(upper - lower, words.double(after.place)) + lower
            return height < tf.exp(-0.5 * x * x), x, after.moved(1)

        return tf.cond(
            look.steps < tf.gather(sure, look.layer),
            lambda: (tf.constant(True), x, after),
            lambda: tf.cond(look.layer == 0, tail, wedge),
        )

    return until_accepted(words, cursor, attempt, tf.float64)


def _ziggurat_exponential(words: Words, cursor: Cursor) -> Drawn:
    table = ziggurat_tables.exponential(numpy.float64)
    sure, widths, heights = (tf.constant(column) for column in table[:3])

    def attempt(cursor: Cursor) -> tuple[tf.Tensor, tf.Tensor, Cursor]:
        look = look_exponential_double(words.word(cursor.place))
        x = tf.cast(look.steps, tf.float64) * tf.gather(widths, look.layer)

        def unlikely() -> tuple[tf.Tensor, tf.Tensor, Cursor]:
            u = words.double(cursor.place + 1)
            upper, lower = tf.gather(heights, tf.maximum(look.layer - 1, 0)), tf.gather(heights, look.layer)
            below = product(upper - lower, u) + lower < tf.exp(-x)
            tail = look.layer == 0
            return tail | below, tf.where(tail, table.tail - log1p_of_minus(u), x), cursor.moved(2)

        sure_ = look.steps < tf.gather(sure, look.layer)
        return tf.cond(sure_, lambda: (tf.constant(True), x, cursor.moved(1)), unlikely)

    return until_accepted(words, cursor, attempt, tf.float64)


def _polar_normal(words: Words, cursor: Cursor) -> Drawn:
    def pair(cursor: Cursor) -> tuple[tf.Tensor, tf.Tensor, Cursor]:
        one = 2.0 * words.double(cursor.place) - 1.0
        other = 2.0 * words.double(cursor.place + 1) - 1.0
        radius = product(one, one) + product(other, other)
        factor = tf.sqrt(-2.0 * log(radius) / radius)
        accepted = (radius < 1) & (radius != 0)
        return accepted, factor * other, Cursor(cursor.place + 2, tf.ones([], tf.float64), factor * one)

    zero = tf.zeros([], tf.float64)
    return tf.cond(
        cursor.has != 0,
        lambda: (cursor.kept, Cursor(cursor.place, zero, zero)),
        lambda: until_accepted(words, cursor, pair, tf.float64),
    )


def _inverted_exponential(words: Words, cursor: Cursor) -> Drawn:
    return -log1p_of_minus(words.double(cursor.place)), cursor.moved(1)


GENERATOR = Kind(_ziggurat_normal, _ziggurat_exponential)
LEGACY = Kind(_polar_normal, _inverted_exponential)
