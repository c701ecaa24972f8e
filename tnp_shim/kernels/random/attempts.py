"""Draws that reject words: which words of a block begin an attempt, and which attempts give a value.

Knows tensors only. NumPy draws one value after the other and throws words away; here a block of words is
taken, the attempts are looked at all at once, and the state after the last word that was used is kept. A
block that ran short is followed by another (`until_full`).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

import tensorflow as tf

from tnp_shim.kernels.random.engine import Size, State

ROW = 64
"""The flags of one int64; blocks are a multiple of it long."""

_LANES = 8
_BYTES = 0x0101010101010101


class Turn(NamedTuple):
    """What one block gave."""

    values: tf.Tensor
    """[n]: the values, the first of them at `filled`."""
    count: tf.Tensor
    """How many values are right (int64); it may be more than were asked for."""
    state: State


def until_full(
    turn: Callable[[State, tf.Tensor], Turn],
    state: State,
    n: Size,
    dtype: tf.DType,
    wanted: tf.Tensor | None = None,
    inner: Sequence[int] = (),
) -> tuple[tf.Tensor, State]:
    """The first n values and the state after them; `turn(state, filled)` takes one block.

    Only the first `wanted` of the values may be needed. A value may be a vector of shape `inner`.
    """
    if isinstance(n, int) and n == 0:
        return tf.zeros([0, *inner], dtype), state
    shape = [n, *inner] if isinstance(n, int) else tf.stack([tf.cast(n, tf.int64), *inner])
    place = tf.reshape(tf.range(tf.cast(n, tf.int64)), [-1] + [1] * len(inner))
    wanted = tf.cast(n if wanted is None else wanted, tf.int64)

    def body(filled: tf.Tensor, values: tf.Tensor, state: State) -> tuple[tf.Tensor, tf.Tensor, State]:
        found, count, after = turn(state, filled)
        kept = tf.where(place < filled, values, found)
        return filled + count, tf.ensure_shape(kept, values.shape), after

    _, values, state = tf.while_loop(
        lambda filled, *_: filled < wanted,
        body,
        (tf.constant(0, tf.int64), tf.zeros(shape, dtype), state),
    )
    return values, state


def block_size(n: Size, words: float, spread: float, most: int = 1 << 62) -> Size:
    """How many words to take for n values that need `words` each on average, with that standard deviation.

    A block of this size runs short once in a billion draws.
    """
    if isinstance(n, int):
        size = int(n * words + 6 * spread * n**0.5) + 32
        return min(-(-size // ROW) * ROW, most)
    real = tf.cast(n, tf.float64)
    size = tf.cast(real * words + 6 * spread * tf.sqrt(real), tf.int64) + 32
    return tf.minimum((size + ROW - 1) // ROW * ROW, most)


def places(flags: tf.Tensor, most: Size) -> tf.Tensor:
    """Where the first `most` flags are set, int64, and after them the number of flags; in a few passes.

    The number of flags is a multiple of 64. They are packed into integers, whose bits are counted.
    """
    rows = tf.reshape(flags, [-1, ROW])
    lanes = tf.range(ROW, dtype=tf.int64)
    bits = tf.reduce_sum(tf.bitwise.left_shift(tf.cast(rows, tf.int64), lanes), axis=1)
    until = tf.cumsum(tf.cast(tf.raw_ops.PopulationCount(x=bits), tf.int64))
    wanted = tf.range(tf.cast(most, tf.int64))
    row = rank(until, wanted)
    inside = tf.minimum(row, tf.shape(bits, out_type=tf.int64)[0] - 1)
    before = tf.where(inside > 0, tf.gather(until, tf.maximum(inside - 1, 0)), 0)
    found = inside * ROW + _nth_bit(tf.gather(bits, inside), wanted - before)
    return tf.where(row > inside, tf.size(flags, out_type=tf.int64), found)


def rank(increasing: tf.Tensor, wanted: tf.Tensor) -> tf.Tensor:
    """How many of the increasing numbers are not greater than each of the wanted, by halving.

    XLA would compare all with all; it is given known sizes only.
    """
    total = increasing.shape[0]
    if total is None:
        return tf.searchsorted(increasing, wanted, side="right", out_type=tf.int64)
    low = tf.zeros_like(wanted, tf.int64)

    def halve(low: tf.Tensor, step: tf.Tensor) -> tf.Tensor:
        probe = low + step
        inside = probe <= total
        smaller = tf.gather(increasing, tf.where(inside, probe - 1, 0)) <= wanted
        return tf.where(inside & smaller, probe, low)

    for level in range(total.bit_length())[::-1]:
        low = halve(low, tf.constant(1 << level, tf.int64))
    return low


def _nth_bit(bits: tf.Tensor, n: tf.Tensor) -> tf.Tensor:
    """The place of the n-th set bit of int64."""
    place = tf.zeros_like(bits)
    for width in (32, 16, 8, 4, 2, 1):
        mask = (1 << width) - 1
        lower = bits & mask
        count = tf.cast(tf.raw_ops.PopulationCount(x=lower), tf.int64)
        above = n >= count
        n = tf.where(above, n - count, n)
        bits = tf.where(above, tf.bitwise.right_shift(bits, tf.constant(width, tf.int64)) & mask, lower)
        place = tf.where(above, place + width, place)
    return place


class Rare(NamedTuple):
    """Attempts that take more than one word, in order; every other word is an attempt that gives a value."""

    starts: tf.Tensor
    stops: tf.Tensor
    """The place after the last word; beyond the block if the block does not have all its words."""
    emits: tf.Tensor
    """Whether a value is given; it then stands at the attempt's first word."""


class Order(NamedTuple):
    """Which word each value comes from."""

    sources: tf.Tensor
    """[n]: the first word of the attempt that gives the value; for those of this block, from `filled` on."""
    count: tf.Tensor
    consumed: tf.Tensor
    """How many words of the block were used for what was wanted."""
    places: tf.Tensor
    """Where the value of each rare attempt belongs, or n where there is none."""


def in_order(rare: Rare, whole: tf.Tensor, n: Size, filled: tf.Tensor) -> Order:
    """The order of the values of a block, of whose words those before `whole` are looked at.

    A rare attempt is real if no earlier real one covers its first word. In most blocks all are, so that it is
    assumed and then corrected until nothing changes: in each turn at least one more of a chain is right.
    """
    starts, stops, emits = rare
    wanted = tf.cast(n, tf.int64)
    known = starts < whole

    def uncovered(real: tf.Tensor) -> tf.Tensor:
        return known & (starts >= _running_maximum(tf.where(real, stops, 0)))

    real = tf.while_loop(
        lambda before, now: tf.reduce_any(before != now),
        lambda _, now: (now, uncovered(now)),
        (known, uncovered(known)),
    )[1]
    # an attempt that the block cuts off begins the next block
    # the greatest of negative places, as GPUs have no kernel for the least of int64
    whole = tf.minimum(whole, -tf.reduce_max(tf.where(real & (stops > whole), -starts, -whole)))
    real &= starts < whole
    first = starts + tf.cast(emits, tf.int64)
    gaps = tf.where(real, stops - first, 0)
    before = tf.cumsum(gaps, exclusive=True)
    count = whole - tf.reduce_sum(gaps)
    at = tf.maximum(first - before, 0)  # of covered attempts, which have no gap, it may be less
    sources = _skipping(at + filled, gaps, n) - filled
    last = sources[-1]
    stop = tf.reduce_max(tf.where(real & (starts == last), stops, last + 1))
    consumed = tf.where(count >= wanted - filled, stop, whole)
    target = tf.where(real & emits, starts - before + filled, wanted)
    return Order(sources, count, consumed, tf.minimum(target, wanted))


def often(flags: tf.Tensor, n: Size, filled: tf.Tensor, wanted: tf.Tensor | None = None) -> Order:
    """The order of values where each flag is an attempt that gives one or is rejected, be it often."""
    size = tf.cast(n, tf.int64)
    total = tf.size(flags, out_type=tf.int64)
    known = flags.shape[0] is not None and flags.shape[0] < 1 << 31
    upto = tf.cast(tf.cumsum(tf.cast(flags, tf.int32 if known else tf.int64)), tf.int64)
    target = tf.where(flags, tf.minimum(upto - 1 + filled, size), size)
    empty = tf.zeros([n + 1] if isinstance(n, int) else tf.reshape(size + 1, [1]), tf.int64)
    sources = tf.tensor_scatter_nd_update(empty, target[:, None], tf.range(total))[:-1]
    wanted = size if wanted is None else wanted
    last = tf.gather(sources, tf.maximum(wanted - 1, 0))
    consumed = tf.where(upto[-1] >= wanted - filled, last + 1, total)
    return Order(sources, upto[-1], consumed, target)


def _running_maximum(x: tf.Tensor) -> tf.Tensor:
    """The greatest of the elements before each; the first has none, 0."""
    x = tf.concat([tf.zeros([1], x.dtype), x[:-1]], 0)
    size = x.shape[0]
    if size is None:
        return tf.while_loop(
            lambda _, width: width < tf.shape(x)[0],
            lambda x, width: (
                tf.maximum(x, tf.concat([tf.zeros([width], x.dtype), x[:-width]], 0)),
                2 * width,
            ),
            (x, tf.constant(1)),
            shape_invariants=(tf.TensorShape([None]), tf.TensorShape([])),
        )[0]
    width = 1
    while width < size:
        x = tf.maximum(x, tf.concat([tf.zeros([width], x.dtype), x[:-width]], 0))
        width *= 2
    return x


def _skipping(places: tf.Tensor, gaps: tf.Tensor, n: Size) -> tf.Tensor:
    """`i + (the sum of the gaps whose place is i or before it)` for i below n.

    The gaps are added up within rows of eight by one product: a byte of an int64 for each element. It would
    take gaps of 256 words within a row to be wrong, which one in 10**150 has.
    """
    rows = -(-n // _LANES) if isinstance(n, int) else (n + _LANES - 1) // _LANES
    row = tf.minimum(places // _LANES, tf.cast(rows, tf.int64))  # the last row takes what lies behind
    shifted = tf.bitwise.left_shift(gaps, places % _LANES * 8)
    shape = tf.reshape(tf.cast(rows, tf.int64) + 1, [1]) if tf.is_tensor(rows) else [rows + 1]
    packed = tf.tensor_scatter_nd_add(tf.zeros(shape, tf.int64), row[:, None], shifted)[:-1]
    sums = packed * _BYTES
    base = tf.cumsum(tf.bitwise.right_shift(sums, tf.constant(56, tf.int64)) & 255, exclusive=True)
    lanes = tf.range(_LANES, dtype=tf.int64)
    index = tf.range(tf.cast(rows, tf.int64))[:, None] * _LANES + lanes
    within = tf.bitwise.right_shift(sums[:, None], lanes * 8) & 255
    return tf.reshape(index + base[:, None] + within, [-1])[:n]
