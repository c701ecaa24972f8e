"""Draws that reject words: which words of a block begin an attempt, and which attempts give a value.

Knows tensors only. NumPy draws one value after the other and throws words away; here a block of words is
taken, the attempts are looked at all at once, and the state after the last word that was used is kept. A
block that ran short is followed by another (`until_full`).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

import tensorflow as tf

from tnp_shim.kernels.random.engine import Size, State, once, window
from tnp_shim.tensorflow_internals import compiled_by_xla, gen_xla_ops

ROW = 64
"""The flags of one int64; blocks are a multiple of it long."""


class Turn(NamedTuple):
    """What one block gave."""

    values: tf.Tensor
    """[n]: the values, the first of them at `filled`."""
    count: tf.Tensor
    """How many values are right (int64); it may be more than were asked for."""
    state: State


_PIECE = 1 << 15
"""So many values at a time stay in the processor's caches, from the words they are made of on."""


def piece_of(n: Size) -> Size:
    """How many values to draw at a time, of n."""
    return min(n, _PIECE) if isinstance(n, int) and compiled_by_xla() else n


def until_full(
    turn: Callable[[State, tf.Tensor], Turn],
    state: State,
    n: Size,
    dtype: tf.DType,
    wanted: tf.Tensor | None = None,
    inner: Sequence[int] = (),
    piece: Size | None = None,
) -> tuple[tf.Tensor, State]:
    """The first n values and the state after them; `turn(state, filled)` takes one block.

    Only the first `wanted` of the values may be needed. A value may be a vector of shape `inner`. With
    `piece`, a turn is for so many values: a window of all.
    """
    if isinstance(n, int) and n == 0:
        return tf.zeros([0, *inner], dtype), state
    shape = [n, *inner] if isinstance(n, int) else tf.stack([tf.cast(n, tf.int64), *inner])
    piece = n if piece is None else piece
    length = tf.cast(piece, tf.int64)
    place = tf.reshape(tf.range(length), [-1] + [1] * len(inner))
    wanted = tf.cast(n if wanted is None else wanted, tf.int64)

    def body(filled: tf.Tensor, values: tf.Tensor, state: State) -> tuple[tf.Tensor, tf.Tensor, State]:
        if piece is n:
            found, count, after = turn(state, filled)
            kept = tf.where(place < filled, values, found)
            return filled + count, tf.ensure_shape(kept, values.shape), after
        begin = tf.minimum(filled, n - piece)
        found, count, after = turn(state, filled - begin)
        kept = tf.where(place < filled - begin, window(values, begin, piece), found)
        values = gen_xla_ops.xla_dynamic_update_slice(values, kept, begin[None])
        return tf.minimum(filled + count, begin + length), values, after

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

    def halve(low: tf.Tensor, step: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        probe = low + step
        inside = probe <= total
        smaller = tf.gather(increasing, tf.where(inside, probe - 1, 0)) <= wanted
        return tf.where(inside & smaller, probe, low), step // 2

    # a loop, not its turns one after the other: XLA compiles it in a tenth of the time
    begin = tf.zeros_like(wanted, tf.int64), tf.constant(1 << max(total.bit_length() - 1, 0), tf.int64)
    return tf.while_loop(lambda _, step: step > 0, halve, begin)[0]


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

    def uncovered(real: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        covered = _running_maximum(tf.where(real, stops, 0))
        return known & (starts >= covered), covered

    _, real, covered = tf.while_loop(
        lambda before, now, _: tf.reduce_any(before != now),
        lambda _, now, __: (now, *uncovered(now)),
        (tf.zeros_like(known), known, tf.zeros_like(starts)),
    )
    # an attempt that the block cuts off begins the next block
    # the greatest of negative places, as GPUs have no kernel for the least of int64
    whole = tf.minimum(whole, -tf.reduce_max(tf.where(real & (stops > whole), -starts, -whole)))
    real &= starts < whole
    first = starts + tf.cast(emits, tf.int64)
    gaps = tf.where(real, stops - first, 0)
    before = tf.cumsum(gaps, exclusive=True)
    count = whole - tf.reduce_sum(gaps)
    # of a covered attempt, which has no gap: where the one that covers it has its own
    at = tf.maximum(first, covered) - before
    sources = _skipping(at + filled, gaps, before, n, whole) - filled
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


def replaced(values: tf.Tensor, places: tf.Tensor, others: tf.Tensor) -> tf.Tensor:
    """Values with others at some places, of which those that are the number of values are none."""
    if compiled_by_xla():  # which passes over places outside
        return tf.tensor_scatter_nd_update(values, places[:, None], others)
    return tf.tensor_scatter_nd_update(tf.concat([values, values[:1]], 0), places[:, None], others)[:-1]


def _running_maximum(x: tf.Tensor) -> tf.Tensor:
    """The greatest of the elements before each; the first has none, 0."""
    size = tf.size(x, out_type=x.dtype)
    index = tf.range(size)

    def before(x: tf.Tensor, width: tf.Tensor) -> tf.Tensor:
        return tf.where(index >= width, tf.gather(x, tf.maximum(index - width, 0)), 0)

    return tf.while_loop(
        lambda _, width: width < size,
        lambda x, width: (tf.maximum(x, before(x, width)), 2 * width),
        (before(x, tf.constant(1, x.dtype)), tf.constant(1, x.dtype)),
    )[0]


_AT_ONCE = 8
"""Places of one row that are looked at without a loop: in one of 300 draws of a million, a row has more."""


def _skipping(places: tf.Tensor, gaps: tf.Tensor, before: tf.Tensor, n: Size, whole: tf.Tensor) -> tf.Tensor:
    """`i + (the sum of the gaps whose place is i or before it)` for i below n, int64.

    Places increase; `before` has the sum of the gaps before each. For each row of 64 it is found which places
    lie in it; they are few.
    """
    rows = -(-n // ROW) if isinstance(n, int) else (n + ROW - 1) // ROW
    edges = ROW * tf.range(tf.cast(rows, tf.int64) + 1)
    bounds = rank(places, edges - 1)
    first, end, edge = bounds[:-1], bounds[1:], edges[:-1]
    last = tf.size(places, out_type=tf.int64) - 1
    kind = tf.int32 if isinstance(n, int) and n < 1 << 30 and compiled_by_xla() else tf.int64
    lanes = tf.range(ROW, dtype=kind)

    def of_rows(k: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        """The lanes of the k-th places of each row, and their gaps; [the number of k, rows]."""
        j = first + k[:, None]
        at = tf.minimum(j, last)
        gap = tf.where(j < end, tf.gather(gaps, at), 0)
        return tf.cast(tf.gather(places, at) - edge, kind), tf.cast(gap, kind)

    def tables() -> list[tf.Tensor]:
        begin = tf.gather(before, tf.minimum(first, last)) + tf.where(first > last, gaps[-1], 0)
        return [tf.cast(edge + begin, kind), *of_rows(tf.range(_AT_ONCE, dtype=tf.int64))]

    like = [([rows], kind), *[([_AT_ONCE, rows], kind)] * 2]
    begin, lane, gap = once(tf.cast(whole < 0, tf.uint64), tables, like)

    def added(sources: tf.Tensor, lane: tf.Tensor, gap: tf.Tensor) -> tf.Tensor:
        return sources + tf.where(lanes >= lane[:, None], gap[:, None], tf.zeros([], kind))

    sources = begin[:, None] + lanes
    for k in range(_AT_ONCE):
        sources = added(sources, lane[k], gap[k])

    def more(sources: tf.Tensor, k: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        lane, gap = of_rows(k[None])
        return added(sources, lane[0], gap[0]), k + 1

    most = tf.reduce_max(end - first)
    sources = tf.while_loop(lambda _, k: k < most, more, (sources, tf.constant(_AT_ONCE, tf.int64)))[0]
    return tf.cast(tf.reshape(sources, [-1])[:n], tf.int64)
