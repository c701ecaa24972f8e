"""Integers below a bound: `Generator.integers`, `RandomState.randint`, `bytes`. Knows tensors only.

A word is multiplied by the length of the range (Lemire's method, Generator) or masked (RandomState), and
rejected where it would favour some numbers. Words of 16 and 8 bits and bools are pieces of a 32-bit word, the
lower ones first; what is left of the last word is lost, as in NumPy.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy
import tensorflow as tf

from tnp_shim.kernels.random import wide
from tnp_shim.kernels.random.attempts import (
    Order,
    Rare,
    Turn,
    block_size,
    in_order,
    often,
    places,
    until_full,
)
from tnp_shim.kernels.random.engine import Engine, Size, State
from tnp_shim.kernels.random.tracing import traced_once

_RARE = 0.02
"""The share of rejected words up to which it is cheaper to list them."""


@traced_once()
def integers(
    engine: Engine,
    state: State,
    n: Size,
    low: int,
    high: int,
    dtype: numpy.dtype,
    masked: bool = False,
) -> tuple[tf.Tensor, State]:
    """n integers from `low` to `high`, which is included; `masked` for RandomState."""
    span = high - low
    if span == 0:
        shape = [n] if isinstance(n, int) else tf.reshape(n, [1])
        return offset(tf.zeros(shape, tf.int64), _signed(low), dtype), state
    width = 1 if dtype == numpy.bool_ else 8 * dtype.itemsize
    if width == 64 and span <= 0xFFFFFFFF:
        width = 32
    values, state = below(engine, state, n, span, width, masked)
    return offset(values, _signed(low), dtype), state


def offset(values: tf.Tensor, low: tf.Tensor, dtype: numpy.dtype) -> tf.Tensor:
    """The values plus `low` in a dtype, which wraps around as it does in C."""
    moved = values + low
    if dtype == numpy.bool_:
        return tf.cast(moved, tf.bool)
    kind = tf.as_dtype(dtype)
    return tf.bitcast(moved, kind) if dtype.itemsize == 8 else tf.cast(moved, kind)


def _signed(number: int) -> tf.Tensor:
    """A number of 64 bits as the int64 with the same bits."""
    return tf.constant((number + (1 << 63)) % (1 << 64) - (1 << 63), tf.int64)


def below(
    engine: Engine, state: State, n: Size, span: int, width: int, masked: bool
) -> tuple[tf.Tensor, State]:
    """n numbers from 0 to `span` as int64 (of the same bits), from words of `width` bits."""
    words = 1 << width
    mask = (1 << span.bit_length()) - 1
    if span == words - 1:  # of a whole word; of bools too
        return _taken(engine, state, n, width)
    if masked:
        accepted, value = _masking(span, mask, width)
        rejected = 1 - (span + 1) / (mask + 1)
    else:
        threshold = words % (span + 1)
        accepted, value = _scaling(span + 1, threshold, width)
        rejected = threshold / words
    if rejected == 0:
        values, state = _taken(engine, state, n, width)
        return value(values), state
    return _rejecting(engine, state, n, width, accepted, value, rejected)


Accepted = Callable[[tf.Tensor], tf.Tensor]
Value = Callable[[tf.Tensor], tf.Tensor]


def _masking(span: int, mask: int, width: int) -> tuple[Accepted, Value]:
    if width == 64:
        limit = wide.word(span)
        return (
            lambda w: tf.bitcast(w & _signed(mask), tf.uint64) <= limit,
            lambda w: w & _signed(mask),
        )
    return lambda w: (w & mask) <= span, lambda w: w & mask


def _scaling(length: int, threshold: int, width: int) -> tuple[Accepted, Value]:
    if width == 64:
        factor, least = wide.word(length), wide.word(threshold)
        return (
            lambda w: tf.bitcast(w * _signed(length), tf.uint64) >= least,
            lambda w: tf.bitcast(wide.product(tf.bitcast(w, tf.uint64), factor).upper, tf.int64),
        )
    words = (1 << width) - 1
    return (
        lambda w: ((w * length) & words) >= threshold,
        lambda w: tf.bitwise.right_shift(w * length, tf.constant(width, tf.int64)) & words,
    )


After = Callable[[tf.Tensor], State]


def pieces(engine: Engine, state: State, n: Size, width: int) -> tuple[tf.Tensor, After]:
    """The next pieces of `width` bits as int64, of as many words as give n; and the state after k of them."""
    if width == 64:
        block = engine.uint64s(state, n)
        return tf.bitcast(block.values, tf.int64), block.after
    share = 32 // width
    block = engine.uint32s(state, -(-n // share) if isinstance(n, int) else (n + share - 1) // share)
    values = tf.cast(block.values, tf.int64)
    if share > 1:
        shifts = tf.range(share, dtype=tf.int64) * width
        values = tf.bitwise.right_shift(values[:, None], shifts) & ((1 << width) - 1)
        values = tf.reshape(values, [-1])
    return values, lambda k: block.after((tf.cast(k, tf.int64) + share - 1) // share)


def _taken(engine: Engine, state: State, n: Size, width: int) -> tuple[tf.Tensor, State]:
    values, after = pieces(engine, state, n, width)
    return values[:n], after(tf.cast(n, tf.int64))


def _rejecting(
    engine: Engine,
    state: State,
    n: Size,
    width: int,
    accepted: Accepted,
    value: Value,
    rejected: float,
) -> tuple[tf.Tensor, State]:
    needed = 1 / (1 - rejected)
    size = block_size(n, needed, needed * rejected**0.5)
    most = block_size(size, rejected, rejected**0.5)

    def turn(state: State, filled: tf.Tensor) -> Turn:
        words, after = pieces(engine, state, size, width)
        flags = accepted(words)
        order = _listed(~flags, most, n, filled) if rejected < _RARE else often(flags, n, filled)
        found = value(tf.gather(words, tf.clip_by_value(order.sources, 0, tf.size(words, tf.int64) - 1)))
        return Turn(found, order.count, after(order.consumed))

    return until_full(turn, state, n, tf.int64)


def _listed(rejected: tf.Tensor, most: Size, n: Size, filled: tf.Tensor) -> Order:
    starts = places(rejected, most)
    return in_order(Rare(starts, starts + 1, tf.zeros_like(starts, tf.bool)), starts[-1], n, filled)


def raw_bytes(engine: Engine, state: State, n: int) -> tuple[tf.Tensor, State]:
    """n bytes as uint8: the bytes of 32-bit words, the lower ones first."""
    taken = max(n, 1)  # for no bytes NumPy takes a word, too
    values, after = pieces(engine, state, taken, 8)
    return tf.cast(values[:n], tf.uint8), after(tf.constant(taken, tf.int64))
