"""Random orders, samples without replacement, weighted choices. Knows tensors only.

What is swapped depends on all swaps before, so these are loops over 32-bit words on scalars. RandomState and
`Generator.shuffle` mask words, `Generator.choice` scales them (`scaled`).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy
import tensorflow as tf

from tnp_shim.kernels.random.attempts import rank
from tnp_shim.kernels.random.bounded_each import Step, Stepped, word_by_word
from tnp_shim.kernels.random.engine import Engine, Size, State
from tnp_shim.kernels.random.intervals import masking, scaling
from tnp_shim.kernels.random.tracing import traced_once
from tnp_shim.kernels.scans import ordered_scan
from tnp_shim.tensorflow_internals import known_value


@traced_once()
def orders(
    engine: Engine,
    state: State,
    rows: Size,
    n: Size,
    scaled: bool = False,
    first: Size = 1,
) -> tuple[tf.Tensor, State]:
    """For each of the rows an order of n numbers, flat, as int64; `first`: only what lies behind is shuffled.

    An array is shuffled by gathering its elements in that order.
    """
    length, total = tf.cast(n, tf.int64), tf.cast(rows, tf.int64)
    begin = tf.maximum(tf.cast(first, tf.int64), 1)
    count = total * tf.maximum(length - begin, 0)
    known = isinstance(rows, int) and isinstance(n, int)
    start = tf.tile(tf.range(length), [total])
    if known:
        start = tf.ensure_shape(start, [rows * n])
    return word_by_word(engine, state, count, rows * n, _SWAPS[scaled], start, [length, begin])


def _swap(taken: Callable[..., tuple[tf.Tensor, tf.Tensor]]) -> Step:
    def step(
        word: tf.Tensor, done: tf.Tensor, order: tf.Tensor, length: tf.Tensor, begin: tf.Tensor
    ) -> Stepped:
        swaps = length - begin
        row, last = done // swaps, length - 1 - done % swaps
        accepted, other = taken(word, last, 32)
        one, two = row * length + last, row * length + tf.where(accepted, other, last)
        swapped = tf.gather(order, tf.stack([two, one]))
        order = tf.tensor_scatter_nd_update(order, tf.stack([one, two])[:, None], swapped)
        return tf.ones_like(done), done + tf.cast(accepted, tf.int64), order

    return step


_SWAPS = _swap(masking), _swap(scaling)


@traced_once()
def sample(
    engine: Engine, state: State, population: Size, n: Size, shuffled: bool = True
) -> tuple[tf.Tensor, State]:
    """`Generator.choice(population, n, replace=False)`."""
    many = (population > _LARGE) & (n > population // (50 if shuffled else 20))
    if isinstance(many, bool):
        return (_last_swapped if many else _members)(engine, state, population, n, shuffled)
    if isinstance(population, int) and population <= _LARGE:
        return _members(engine, state, population, n, shuffled)
    return tf.cond(
        many,
        lambda: _last_swapped(engine, state, population, n, shuffled),
        lambda: _members(engine, state, population, n, shuffled),
    )


_LARGE = 10_000
"""Of more numbers a large sample is the end of a shuffled row of all."""


def _last_swapped(
    engine: Engine, state: State, population: Size, n: Size, _: bool
) -> tuple[tf.Tensor, State]:
    order, state = orders(engine, state, 1, population, True, population - n)
    return tf.ensure_shape(order[population - n :], [n if isinstance(n, int) else None]), state


def _members(
    engine: Engine, state: State, population: Size, n: Size, shuffled: bool
) -> tuple[tf.Tensor, State]:
    size = tf.cast(n, tf.int64)

    start = tf.fill([n] if isinstance(n, int) else tf.reshape(size, [1]), tf.constant(-1, tf.int64))
    first = tf.cast(population, tf.int64) - size
    values, state = word_by_word(engine, state, size, n, _member, start, [first])
    if not shuffled:
        return values, state
    order, state = orders(engine, state, 1, n, True)
    return tf.gather(values, order), state


def _member(word: tf.Tensor, done: tf.Tensor, found: tf.Tensor, first: tf.Tensor) -> Stepped:
    """One more of a sample: a number that it has already is replaced by the last one of those allowed."""
    last = first + done
    accepted, value = scaling(word, last, 32)
    value = tf.where(tf.reduce_any(found == value), last, value)
    changed = tf.where(accepted, value, tf.gather(found, done))
    found = tf.tensor_scatter_nd_update(found, done[None, None], changed[None])
    return tf.cast(last > 0, tf.int64), done + tf.cast(accepted, tf.int64), found


def weighted(engine: Engine, state: State, n: Size, probabilities: tf.Tensor) -> tuple[tf.Tensor, State]:
    """`choice(len(p), n, p=p)` with replacement, of both."""
    block = engine.doubles(state, n)
    return rank(_shares(probabilities), block.values), block.after(n)


def _shares(probabilities: tf.Tensor) -> tf.Tensor:
    """The sums of all up to each, one added after the other as NumPy does, as shares of the whole."""
    known = known_value(probabilities)
    if known is not None:
        sums = numpy.cumsum(known)
        return tf.constant(sums / sums[-1])
    flat = ordered_scan(lambda before, p: before + p, tf.reshape(probabilities, [1, -1, 1]))
    sums = tf.reshape(flat, [-1])
    return sums / sums[-1]


def weighted_sample(
    engine: Engine, state: State, n: Size, probabilities: tf.Tensor
) -> tuple[tf.Tensor, State]:
    """`choice(len(p), n, replace=False, p=p)` of both.

    As many numbers are drawn as are missing; what comes twice counts once, and has no chance any more.
    """
    size = tf.cast(n, tf.int64)
    population = tf.size(probabilities, tf.int64)
    places = tf.range(size)

    def turn(done: tf.Tensor, found: tf.Tensor, left: tf.Tensor, state: State) -> Any:
        block = engine.doubles(state, n)
        new = tf.minimum(rank(_shares(left), block.values), population - 1)
        missing = size - done
        real = places < missing
        first = tf.tensor_scatter_nd_min(
            tf.fill([population], size), new[:, None], tf.where(real, places, size)
        )
        taken = real & (tf.gather(first, new) == places)
        target = tf.where(taken, done + tf.cumsum(tf.cast(taken, tf.int64)) - 1, size)
        found = tf.tensor_scatter_nd_update(tf.concat([found, [0]], 0), target[:, None], new)[:-1]
        gone = tf.where(taken, new, population)
        left = tf.tensor_scatter_nd_update(
            tf.concat([left, [0.0]], 0), gone[:, None], tf.zeros_like(block.values)
        )
        done += tf.reduce_sum(tf.cast(taken, tf.int64))
        return done, tf.ensure_shape(found, start.shape), left[:-1], block.after(missing)

    start = tf.zeros([n] if isinstance(n, int) else tf.reshape(size, [1]), tf.int64)
    _, found, _, state = tf.while_loop(
        # under XLA nobody has checked that there are as many with a chance
        lambda done, _, left, __: (done < size) & (tf.reduce_max(left) > 0),
        turn,
        (tf.constant(0, tf.int64), start, probabilities, state),
    )
    return found, state
