"""`standard_normal` and `standard_exponential` of NumPy's Generator: ziggurats. Knows tensors only.

Bit-exact but where a value comes from the tail, a logarithm, as 3 of 10,000 values do: there within 1 ulp.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy
import tensorflow as tf

from tnp_shim.kernels.random import ziggurat_tables
from tnp_shim.kernels.random.attempts import (
    Rare,
    Turn,
    block_size,
    in_order,
    piece_of,
    places,
    rank,
    replaced,
    until_full,
)
from tnp_shim.kernels.random.engine import Engine, Size, State, floats_of, once
from tnp_shim.kernels.random.logarithm import log1p_of_minus
from tnp_shim.kernels.random.rounding import product
from tnp_shim.kernels.random.tracing import traced_once

_LONG = 0.013
"""The share of words that lie outside of the sure part of their layer, for each of the ziggurats at most."""

_TAIL = 0.0006

NORMAL_INVERSE = 0.27366123732975827203338247596
"""1 over where the normal tail begins."""

_MOST_PAIRS = 64
"""More pairs than a draw from the tail ever needs: one is rejected in nine."""


class Look(NamedTuple):
    """What one word says."""

    layer: tf.Tensor
    steps: tf.Tensor
    negative: tf.Tensor | None
    tail_negative: tf.Tensor | None


class Ziggurat(NamedTuple):
    """A ziggurat over words as int64 or int32."""

    table: ziggurat_tables.Table
    look: Callable[[tf.Tensor], Look]
    below: Callable[[tf.Tensor, tf.Tensor], tf.Tensor]
    """Whether a height lies below the density at a place."""
    tail: Callable[[Ziggurat, Uniforms, tf.Tensor], tuple[tf.Tensor, tf.Tensor]]
    """For attempts in the tail: the place after the last word, and the value."""


Uniforms = Callable[[tf.Tensor], tf.Tensor]
"""The uniform number in place of the word at a place."""


@traced_once()
def standard_normal(engine: Engine, state: State, n: Size) -> tuple[tf.Tensor, State]:
    """`Generator.standard_normal`, float64."""
    return _draw(engine, state, n, normal(tf.float64), tf.float64)


@traced_once()
def standard_normal_single(engine: Engine, state: State, n: Size) -> tuple[tf.Tensor, State]:
    """`Generator.standard_normal(dtype=float32)`."""
    return _draw(engine, state, n, normal(tf.float32), tf.float32)


@traced_once()
def standard_exponential(engine: Engine, state: State, n: Size) -> tuple[tf.Tensor, State]:
    """`Generator.standard_exponential`, float64."""
    return _draw(engine, state, n, exponential(tf.float64), tf.float64)


@traced_once()
def standard_exponential_single(engine: Engine, state: State, n: Size) -> tuple[tf.Tensor, State]:
    """`Generator.standard_exponential(dtype=float32)`."""
    return _draw(engine, state, n, exponential(tf.float32), tf.float32)


def _right(words: tf.Tensor, by: int) -> tf.Tensor:
    return tf.bitwise.right_shift(words, tf.constant(by, words.dtype))  # of signed words: what follows masks


def _look_normal_double(w: tf.Tensor) -> Look:
    return Look(w & 0xFF, _right(w, 9) & (1 << 52) - 1, _right(w, 8) & 1, _right(w, 17) & 1)


def _look_normal_single(w: tf.Tensor) -> Look:
    return Look(w & 0xFF, _right(w, 9) & (1 << 23) - 1, _right(w, 8) & 1, _right(w, 17) & 1)


def _look_exponential_double(w: tf.Tensor) -> Look:
    return Look(_right(w, 3) & 0xFF, _right(w, 11) & (1 << 53) - 1, None, None)


def _look_exponential_single(w: tf.Tensor) -> Look:
    return Look(_right(w, 1) & 0xFF, _right(w, 9) & (1 << 23) - 1, None, None)


def normal(dtype: tf.DType) -> Ziggurat:
    """The ziggurat of normal numbers of that dtype."""
    look = _look_normal_double if dtype == tf.float64 else _look_normal_single

    def below(height: tf.Tensor, x: tf.Tensor) -> tf.Tensor:
        x = tf.cast(x, tf.float64)  # of single precision too
        return tf.cast(height, tf.float64) < tf.exp(-0.5 * x * x)

    return Ziggurat(ziggurat_tables.normal(dtype.as_numpy_dtype), look, below, _normal_tail)


def exponential(dtype: tf.DType) -> Ziggurat:
    """The ziggurat of exponential numbers of that dtype."""
    look = _look_exponential_double if dtype == tf.float64 else _look_exponential_single

    def below(height: tf.Tensor, x: tf.Tensor) -> tf.Tensor:
        return height < tf.cast(tf.exp(-tf.cast(x, tf.float64)), x.dtype)

    return Ziggurat(ziggurat_tables.exponential(dtype.as_numpy_dtype), look, below, _exponential_tail)


def _exponential_tail(
    ziggurat: Ziggurat, uniform: Uniforms, starts: tf.Tensor
) -> tuple[tf.Tensor, tf.Tensor]:
    return starts + 2, ziggurat.table.tail - log1p_of_minus(uniform(starts + 1))


def _normal_tail(ziggurat: Ziggurat, uniform: Uniforms, starts: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
    """Pairs of words until one is accepted."""
    tail = ziggurat.table.tail
    dtype = ziggurat.table.widths.dtype
    inverse = numpy.array(NORMAL_INVERSE, dtype)

    def pair(place: tf.Tensor, value: tf.Tensor, found: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor, tf.Tensor]:
        x = -inverse * log1p_of_minus(uniform(place))
        y = -log1p_of_minus(uniform(place + 1))
        accepted = y + y > x * x
        return tf.where(found, place, place + 2), tf.where(found, value, tail + x), found | accepted

    first = starts + 1, tf.zeros_like(starts, dtype), tf.zeros_like(starts, tf.bool)
    # a place beyond the block gives the block's last words again and again; such an attempt is never kept
    stops, values, found = tf.while_loop(
        lambda place, value, found: tf.reduce_any(~found),
        pair,
        first,
        maximum_iterations=_MOST_PAIRS,
    )
    return tf.where(found, stops, tf.int64.max), values


def _draw(
    engine: Engine, state: State, n: Size, ziggurat: Ziggurat, dtype: tf.DType
) -> tuple[tf.Tensor, State]:
    double = dtype is tf.float64
    piece = piece_of(n)
    size = block_size(piece, 1.03, 0.2)
    rare, slots = block_size(size, _LONG, 0.12), block_size(size, _TAIL, 0.03)
    integer = tf.int64 if double else tf.int32
    sure, widths, heights = (tf.constant(table) for table in ziggurat.table[:3])

    def at(look: Look) -> tf.Tensor:
        x = tf.cast(look.steps, dtype) * tf.gather(widths, look.layer)
        return x if look.negative is None else tf.where(look.negative == 1, -x, x)

    def turn(state: State, filled: tf.Tensor) -> Turn:
        block = (engine.uint64s if double else engine.uint32s)(state, size)
        # the flags, the rare attempts and the values look at them
        never = tf.cast(filled < 0, tf.uint64)
        (values,) = once(never, lambda: [block.values], [([size], block.values.dtype)])
        words = tf.bitcast(values, integer)
        total = tf.cast(size, tf.int64)

        def word(place: tf.Tensor) -> tf.Tensor:
            return tf.gather(words, tf.minimum(place, total - 1))

        def uniform(place: tf.Tensor) -> tf.Tensor:
            chosen = tf.bitcast(word(place), values.dtype)
            return engine.doubles_of(chosen) if double else floats_of(chosen)

        seen = ziggurat.look(words)
        starts = places(seen.steps >= tf.gather(sure, seen.layer), rare)
        whole = starts[-1]
        looked = ziggurat.look(word(starts))
        upper, lower = tf.gather(heights, tf.maximum(looked.layer - 1, 0)), tf.gather(heights, looked.layer)
        emits = ziggurat.below(product(upper - lower, uniform(starts + 1)) + lower, at(looked))
        in_tails = tf.cast((looked.layer == 0) & (starts < total), tf.int64)
        upto = tf.cumsum(in_tails)
        tails = rank(upto, tf.range(tf.cast(slots, tf.int64)))
        index = tf.minimum(tails, tf.size(starts, out_type=tf.int64) - 1)
        tail_starts = tf.gather(starts, index)
        # if there are more of them, the block ends with the last that there is room for
        whole = tf.where(tails[-1] > index[-1], whole, tf.minimum(whole, tail_starts[-1]))
        tail_stops, in_tail = ziggurat.tail(ziggurat, uniform, tail_starts)
        look = ziggurat.look(word(tail_starts))
        if look.tail_negative is not None:
            in_tail = tf.where(look.tail_negative == 1, -in_tail, in_tail)
        stop = tf.gather(tail_stops, tf.clip_by_value(upto - 1, 0, tf.cast(slots, tf.int64) - 1))
        stops = tf.where(in_tails == 1, stop, starts + 2)
        emits |= looked.layer == 0

        order = in_order(Rare(starts, stops, emits), whole, piece, filled)
        found = at(ziggurat.look(word(tf.maximum(order.sources, 0))))
        target = tf.where(tails > index, tf.cast(piece, tf.int64), tf.gather(order.places, index))
        return Turn(replaced(found, target, in_tail), order.count, block.after(order.consumed))

    return until_full(turn, state, n, dtype, piece=piece)
