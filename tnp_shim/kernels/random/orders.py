"""Random orders, samples without replacement, weighted choices. Knows tensors only.

What is swapped depends on all swaps before, so these are loops over 32-bit words on scalars. RandomState and
`Generator.shuffle` mask words, `Generator.choice` scales them (`scaled`).
"""

from __future__ import annotations

import tensorflow as tf

from tnp_shim.kernels.random.attempts import rank
from tnp_shim.kernels.random.bounded_each import Step, masking, scaling, word_by_word
from tnp_shim.kernels.random.engine import Engine, Size, State


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
    taken = scaling if scaled else masking

    def step(word: tf.Tensor, done: tf.Tensor, order: tf.Tensor) -> Step:
        swaps = length - begin
        row, last = done // swaps, length - 1 - done % swaps
        accepted, other = taken(word, last, 32)
        one, two = row * length + last, row * length + tf.where(accepted, other, last)
        places = tf.stack([one, two])
        order = tf.tensor_scatter_nd_update(order, places[:, None], tf.reverse(tf.gather(order, places), [0]))
        return tf.ones_like(done), done + tf.cast(accepted, tf.int64), order

    count = total * tf.maximum(length - begin, 0)
    known = isinstance(rows, int) and isinstance(n, int)
    start = tf.tile(tf.range(length), [total])
    if known:
        start = tf.ensure_shape(start, [rows * n])
    return word_by_word(engine, state, count, rows * n, step, start)


def sample(
    engine: Engine, state: State, population: int, n: Size, shuffled: bool = True
) -> tuple[tf.Tensor, State]:
    """`Generator.choice(population, n, replace=False)`; where n is unknown, for a population up to 10,000."""
    if population > 10_000:
        if not isinstance(n, int):
            raise NotImplementedError("a sample of unknown size from more than 10,000 numbers")
        if n > population // (50 if shuffled else 20):
            order, state = orders(engine, state, 1, population, True, population - n)
            return order[population - n :], state
    size = tf.cast(n, tf.int64)

    def step(word: tf.Tensor, done: tf.Tensor, found: tf.Tensor) -> Step:
        last = population - size + done
        accepted, value = scaling(word, last, 32)
        value = tf.where(tf.reduce_any(found == value), last, value)
        changed = tf.where(accepted, value, tf.gather(found, done))
        found = tf.tensor_scatter_nd_update(found, done[None, None], changed[None])
        return tf.cast(last > 0, tf.int64), done + tf.cast(accepted, tf.int64), found

    start = tf.fill([n] if isinstance(n, int) else tf.reshape(size, [1]), tf.constant(-1, tf.int64))
    values, state = word_by_word(engine, state, size, n, step, start)
    if not shuffled:
        return values, state
    order, state = orders(engine, state, 1, n, True)
    return tf.gather(values, order), state


def weighted(engine: Engine, state: State, n: Size, probabilities: tf.Tensor) -> tuple[tf.Tensor, State]:
    """`choice(len(p), n, p=p)` with replacement, of both."""
    sums = tf.cumsum(probabilities)
    block = engine.doubles(state, n)
    return rank(sums / sums[-1], block.values), block.after(n)
