"""Normal and exponential numbers one at a time, for draws that need them in between. Knows tensors only."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy
import tensorflow as tf

from tnp_shim.kernels.random import ziggurat, ziggurat_tables
from tnp_shim.kernels.random.logarithm import log, log1p_of_minus
from tnp_shim.kernels.random.rounding import kept, product
from tnp_shim.kernels.random.sequential import Cursor, Drawn, Words, until_accepted

Standard = Callable[[Words, Cursor], Drawn]


class Kind(NamedTuple):
    """How a generator draws standard numbers."""

    normal: Standard
    exponential: Standard


def _ziggurat_normal(dtype: tf.DType) -> Standard:
    def one(words: Words, cursor: Cursor) -> Drawn:
        of = ziggurat.normal(dtype)
        sure, widths, heights = _columns(of.table)
        inverse = numpy.array(ziggurat.NORMAL_INVERSE, dtype.as_numpy_dtype)

        def attempt(cursor: Cursor) -> tuple[tf.Tensor, tf.Tensor, Cursor]:
            look = of.look(words.word(cursor.place))
            x = tf.cast(look.steps, dtype) * tf.gather(widths, look.layer)
            x = tf.where(look.negative == 1, -x, x)
            after = cursor.moved(1)

            def pair(cursor: Cursor) -> tuple[tf.Tensor, tf.Tensor, Cursor]:
                x = -inverse * log1p_of_minus(words.double(cursor.place))
                y = -log1p_of_minus(words.double(cursor.place + 1))
                return y + y > kept(x * x), of.table.tail + x, cursor.moved(2)

            def tail() -> tuple[tf.Tensor, tf.Tensor, Cursor]:
                value, end = until_accepted(words, after, pair, dtype)
                return tf.constant(True), tf.where(look.tail_negative == 1, -value, value), end

            def wedge() -> tuple[tf.Tensor, tf.Tensor, Cursor]:
                height = _height(heights, look.layer, words.double(after.place))
                return of.below(height, x), x, after.moved(1)

            return tf.cond(
                look.steps < tf.gather(sure, look.layer),
                lambda: (tf.constant(True), x, after),
                lambda: tf.cond(look.layer == 0, tail, wedge),
            )

        return until_accepted(words, cursor, attempt, dtype)

    return one


def _columns(table: ziggurat_tables.Table) -> tuple[tf.Tensor, ...]:
    return tf.constant(table.sure, tf.int64), tf.constant(table.widths), tf.constant(table.heights)


def _height(heights: tf.Tensor, layer: tf.Tensor, u: tf.Tensor) -> tf.Tensor:
    """A random height within a layer."""
    upper, lower = tf.gather(heights, tf.maximum(layer - 1, 0)), tf.gather(heights, layer)
    return product(upper - lower, u) + lower


def _ziggurat_exponential(dtype: tf.DType) -> Standard:
    def one(words: Words, cursor: Cursor) -> Drawn:
        of = ziggurat.exponential(dtype)
        sure, widths, heights = _columns(of.table)

        def attempt(cursor: Cursor) -> tuple[tf.Tensor, tf.Tensor, Cursor]:
            look = of.look(words.word(cursor.place))
            x = tf.cast(look.steps, dtype) * tf.gather(widths, look.layer)

            def unlikely() -> tuple[tf.Tensor, tf.Tensor, Cursor]:
                u = words.double(cursor.place + 1)
                below = of.below(_height(heights, look.layer, u), x)
                tail = look.layer == 0
                return tail | below, tf.where(tail, of.table.tail - log1p_of_minus(u), x), cursor.moved(2)

            sure_ = look.steps < tf.gather(sure, look.layer)
            return tf.cond(sure_, lambda: (tf.constant(True), x, cursor.moved(1)), unlikely)

        return until_accepted(words, cursor, attempt, dtype)

    return one


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


GENERATOR, SINGLE = (
    Kind(_ziggurat_normal(dtype), _ziggurat_exponential(dtype)) for dtype in (tf.float64, tf.float32)
)
LEGACY = Kind(_polar_normal, _inverted_exponential)
