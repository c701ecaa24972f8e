"""Integers each of which has a bound of its own, in loops over words that XLA compiles. Knows tensors only.

Which word belongs to which element depends on all rejections before.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from typing import Any, TypeAlias

import numpy
import tensorflow as tf

from tnp_shim.kernels.random import mixed
from tnp_shim.kernels.random.bounded import offset, pieces
from tnp_shim.kernels.random.engine import Engine, Size, State, must_be_known
from tnp_shim.kernels.random.intervals import below, masking, scaling
from tnp_shim.kernels.random.sequential import One
from tnp_shim.tensorflow_internals import known_value

Stepped: TypeAlias = tuple[tf.Tensor, tf.Tensor, tf.Tensor]
"""How many words were used, 0 or 1; how many elements are done; the values."""

Step: TypeAlias = Callable[..., Stepped]
"""Of a word, the number of elements that are done, the values, and tensors that all steps share."""


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

    Of ranges that are known to be short all take words of 32 bits, or pieces of them.
    """
    span = high - low
    if dtype.itemsize == 8 and not _all_short(span):
        values, state = mixed.draw(engine, state, n, _ONES[masked], [tf.convert_to_tensor(span)])
        return offset(values, low, dtype), state
    width = 1 if dtype == numpy.bool_ else min(8 * dtype.itemsize, 32)
    start = tf.zeros([n] if isinstance(n, int) else tf.reshape(n, [1]), tf.int64)
    count = tf.cast(n, tf.int64)
    values, state = word_by_word(engine, state, count, n, _step(masked, width), start, [span], width)
    return offset(values, low, dtype), state


@functools.cache
def _step(masked: bool, width: int) -> Step:
    taken = masking if masked else scaling

    def step(word: tf.Tensor, done: tf.Tensor, found: tf.Tensor, span: tf.Tensor) -> Stepped:
        most = span if span.shape.rank == 0 else tf.gather(span, done)
        accepted, value = taken(word, most, width)
        found = tf.tensor_scatter_nd_update(found, done[None, None], tf.where(accepted, value, 0)[None])
        return tf.cast(most > 0, tf.int64), done + tf.cast(accepted, tf.int64), found

    return step


def _all_short(span: tf.Tensor) -> bool:
    known = known_value(span)
    return known is not None and bool(numpy.all((known >= 0) & (known < 1 << 32)))


def _of_any_length(masked: bool) -> One:
    return lambda stream, at, most: below(stream, at, most, masked)


_ONES = _of_any_length(False), _of_any_length(True)


def word_by_word(
    engine: Engine,
    state: State,
    count: tf.Tensor,
    most: Size,
    step: Step,
    start: tf.Tensor,
    shared: Sequence[tf.Tensor],
    width: int = 32,
) -> tuple[tf.Tensor, State]:
    """`step(word, done, values, *shared)` until `count` elements are done; the state after its words."""
    if isinstance(most, int) and most == 0:
        return start, state
    must_be_known(most)
    size = most + most // 2 + 64

    def block(done: tf.Tensor, values: tf.Tensor, state: State) -> Any:
        words, after = pieces(engine, state, size, width)
        place, done, changed = _loop(step)(words, done, count, values, *shared)
        return done, tf.ensure_shape(changed, values.shape), after(place)

    _, values, state = tf.while_loop(
        lambda done, *_: done < count, block, (tf.constant(0, tf.int64), start, state)
    )
    return values, state


@functools.cache
def _loop(step: Step) -> Callable[..., Any]:
    """A loop over words. XLA takes all as arguments, so that it compiles it once for all draws of a size."""

    @tf.function(jit_compile=True, autograph=False)
    def loop(
        words: tf.Tensor, done: tf.Tensor, count: tf.Tensor, values: tf.Tensor, *shared: tf.Tensor
    ) -> Any:
        total = tf.size(words, tf.int64)

        def turn(place: tf.Tensor, done: tf.Tensor, values: tf.Tensor) -> Any:
            used, done, values = step(tf.gather(words, place), done, values, *shared)
            return place + used, done, values

        return tf.while_loop(
            lambda place, done, _: (done < count) & (place < total),
            turn,
            (tf.constant(0, tf.int64), done, values),
        )

    return loop
