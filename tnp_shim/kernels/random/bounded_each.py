"""Integers each of which has a bound of its own, in loops over words that XLA compiles. Knows tensors only.

Which word belongs to which element depends on all rejections before.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeAlias

import numpy
import tensorflow as tf

from tnp_shim.kernels.random.bounded import offset, pieces
from tnp_shim.kernels.random.engine import Engine, Size, State

Step: TypeAlias = tuple[tf.Tensor, tf.Tensor, tf.Tensor]
"""How many words were used, 0 or 1; how many elements are done; the values."""


def integers(
    engine: Engine,
    state: State,
    n: Size,
    low: tf.Tensor,
    high: tf.Tensor,
    dtype: numpy.dtype,
    masked: bool = False,
) -> tuple[tf.Tensor, State]:
    """n integers from low to high, which is included, of int64 vectors or scalars.

    For dtypes of 64 bits no range may be longer than 2**32, since longer ones take words of 64 bits.
    """
    low, span = low, high - low
    width = 1 if dtype == numpy.bool_ else min(8 * dtype.itemsize, 32)
    taken = masking if masked else scaling

    def step(word: tf.Tensor, done: tf.Tensor, found: tf.Tensor) -> Step:
        most = span if span.shape.rank == 0 else tf.gather(span, done)
        accepted, value = taken(word, most, width)
        found = tf.tensor_scatter_nd_update(found, done[None, None], tf.where(accepted, value, 0)[None])
        return tf.cast(most > 0, tf.int64), done + tf.cast(accepted, tf.int64), found

    start = tf.zeros([n] if isinstance(n, int) else tf.reshape(n, [1]), tf.int64)
    values, state = word_by_word(engine, state, tf.cast(n, tf.int64), n, step, start, width)
    return offset(values, low, dtype), state


def masking(word: tf.Tensor, most: tf.Tensor, width: int) -> tuple[tf.Tensor, tf.Tensor]:
    """Whether a word is accepted, and the value from 0 to `most`, by RandomState's method."""
    mask = most
    for shift in (1, 2, 4, 8, 16):
        mask |= tf.bitwise.right_shift(mask, tf.constant(shift, tf.int64))
    return (word & mask) <= most, word & mask


def scaling(word: tf.Tensor, most: tf.Tensor, width: int) -> tuple[tf.Tensor, tf.Tensor]:
    """The same by Lemire's method."""
    whole = (1 << width) - 1
    product = word * (most + 1)
    threshold = (whole - most) % (most + 1)
    value = tf.bitwise.right_shift(product, tf.constant(width, tf.int64)) & whole
    return (product & whole) >= threshold, value


def word_by_word(
    engine: Engine,
    state: State,
    count: tf.Tensor,
    most: Size,
    step: Callable[[tf.Tensor, tf.Tensor, tf.Tensor], Step],
    start: tf.Tensor,
    width: int = 32,
) -> tuple[tf.Tensor, State]:
    """`step(word, done, values)` until `count` elements are done, and the state after the words it used."""
    if isinstance(most, int) and most == 0:
        return start, state
    size = most + most // 2 + 64

    # XLA takes all as arguments, so that it needs not know how many there are
    @tf.function(jit_compile=True, autograph=False)
    def loop(words: tf.Tensor, done: tf.Tensor, count: tf.Tensor, values: tf.Tensor) -> Any:
        total = tf.size(words, tf.int64)

        def turn(place: tf.Tensor, done: tf.Tensor, values: tf.Tensor) -> Any:
            used, done, values = step(tf.gather(words, place), done, values)
            return place + used, done, values

        return tf.while_loop(
            lambda place, done, _: (done < count) & (place < total),
            turn,
            (tf.constant(0, tf.int64), done, values),
        )

    def block(done: tf.Tensor, values: tf.Tensor, state: State) -> Any:
        words, after = pieces(engine, state, size, width)
        place, done, changed = loop(words, done, count, values)
        return done, tf.ensure_shape(changed, values.shape), after(place)

    _, values, state = tf.while_loop(
        lambda done, *_: done < count, block, (tf.constant(0, tf.int64), start, state)
    )
    return values, state
