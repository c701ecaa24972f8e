"""Values drawn one after the other, where how many words one takes varies. Knows tensors only.

A block of words is drawn at once; then a loop over the elements, which XLA compiles, works on scalars. A
`Cursor` says which word is next. A value that the block has not all the words of begins the next block.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple, TypeVar

import tensorflow as tf

from tnp_shim.kernels.random.engine import Engine, Size, State, floats_of

_LEAST_BLOCK = 1024
"""More words than any value takes."""


def within(block: tf.Tensor, place: tf.Tensor) -> tf.Tensor:
    """What a block has at a place; beyond it, where it does not matter, the last of it."""
    return tf.gather(block, tf.minimum(place, tf.size(block, tf.int64) - 1))


class Words(NamedTuple):
    """A block."""

    bits: tf.Tensor
    """int64; empty for draws that take uniform numbers only."""
    doubles: tf.Tensor
    """The uniform numbers that the words make; of halves of words they are float32."""
    total: tf.Tensor

    def double(self, place: tf.Tensor) -> tf.Tensor:
        """The uniform number at a place."""
        return within(self.doubles, place)

    def word(self, place: tf.Tensor) -> tf.Tensor:
        """The word at a place."""
        return within(self.bits, place)


class Cursor(NamedTuple):
    """The place of the next word; whether something is kept for the next time, and that.

    RandomState keeps a normal number; streams of 32-bit halves keep an upper half, all int64 (`mixed`).
    """

    place: tf.Tensor
    has: tf.Tensor
    kept: tf.Tensor

    def moved(self, words: int) -> Cursor:
        """So many words later."""
        return self._replace(place=self.place + words)


At = TypeVar("At")
"""A cursor of any kind."""

Drawn = tuple[tf.Tensor, Cursor]
One = Callable[..., tuple[tf.Tensor, Any]]
"""`(words, cursor, *parameters)` to a value and the cursor after it; all scalars."""


def until_accepted(
    words: Any,
    cursor: At,
    attempt: Callable[[At], tuple[tf.Tensor, tf.Tensor, At]],
    dtype: tf.DType,
) -> tuple[tf.Tensor, At]:
    """The value of the first attempt that is accepted; `attempt(cursor)` gives (accepted, value, cursor).

    Attempts end with the block, where the same numbers would come for ever.
    """
    _, value, cursor = tf.while_loop(
        lambda accepted, _, cursor: ~accepted & (cursor.place <= words.total),
        lambda _, __, cursor: attempt(cursor),
        (tf.constant(False), tf.zeros([], dtype), cursor),
    )
    return value, cursor


def draw(
    engine: Engine,
    state: State,
    n: Size,
    one: One,
    parameters: Sequence[tf.Tensor],
    dtype: tf.DType = tf.float64,
    words: float = 2.0,
    spare: tf.Tensor | None = None,
    raw: bool = True,
    inner: Sequence[Size] = (),
) -> tuple[tf.Tensor, State, tf.Tensor]:
    """n values, the state and the spare after them; parameters are scalars or have n elements or rows.

    `words` are as many as a value may take on average; fewer give more blocks. A value may be an array of
    shape `inner`. Values of single precision are made of halves of words.
    """
    spare = tf.zeros([2], tf.float64) if spare is None else spare
    if isinstance(n, int) and n == 0:
        return nothing(n, dtype, inner), state, spare
    parameters = tuple(tf.convert_to_tensor(parameter) for parameter in parameters)
    size = block_of(n, words, inner)
    fill = _compiled(one)

    def turn(filled: tf.Tensor, values: tf.Tensor, spare: tf.Tensor, state: State) -> Any:
        if dtype == tf.float32:
            block = engine.uint32s(state, size)
            bits, doubles = tf.cast(block.values, tf.int64), floats_of(block.values)
        elif raw:
            block = engine.uint64s(state, size)
            bits, doubles = tf.bitcast(block.values, tf.int64), engine.doubles_of(block.values)
        else:
            block = engine.doubles(state, size)
            bits, doubles = tf.zeros([0], tf.int64), block.values
        found = fill(bits, doubles, filled, values, spare, *parameters)
        filled, place, values_, spare = found
        return filled, tf.ensure_shape(values_, values.shape), spare, block.after(place)

    values, spare, state = until_filled(turn, nothing(n, dtype, inner), spare, state)
    return values, state, spare


def nothing(n: Size, dtype: tf.DType, inner: Sequence[Size]) -> tf.Tensor:
    """Values that are still to be drawn."""
    shape = [n, *inner]
    if all(isinstance(length, int) for length in shape):
        return tf.zeros(shape, dtype)
    return tf.zeros(tf.stack([tf.cast(length, tf.int64) for length in shape]), dtype)


def block_of(n: Size, words: float, inner: Sequence[Size] = ()) -> Size:
    """How many words to take for n values of that many words each, or for each of their elements."""
    for length in inner:
        n = n * length if isinstance(length, int) else tf.cast(n, tf.int64) * tf.cast(length, tf.int64)
    if isinstance(n, int):
        return int(n * words) + _LEAST_BLOCK
    return tf.cast(tf.cast(n, tf.float64) * words, tf.int64) + _LEAST_BLOCK


def until_filled(turn: Callable[..., Any], values: tf.Tensor, *carried: Any) -> Any:
    """`turn(filled, values, *carried)`, which takes one block of words, until all values are drawn."""
    count = tf.shape(values, out_type=tf.int64)[0]
    return tf.while_loop(
        lambda filled, *_: filled < count, turn, (tf.constant(0, tf.int64), values, *carried)
    )[1:]


@functools.cache
def _compiled(one: One) -> Callable[..., Any]:
    """XLA needs not know how many: all sizes are those of the arguments. All draws of a size share it."""
    return tf.function(lambda *arguments: _fill(one, *arguments), jit_compile=True, autograph=False)


def _fill(
    one: One,
    bits: tf.Tensor,
    doubles: tf.Tensor,
    filled: tf.Tensor,
    values: tf.Tensor,
    spare: tf.Tensor,
    *parameters: tf.Tensor,
) -> tuple[tf.Tensor, tf.Tensor, tf.Tensor, tf.Tensor]:
    """Values from `filled` on, while the words last; how many there are, the words taken, the spare."""
    words = Words(bits, doubles, tf.size(doubles, tf.int64))
    begin = Cursor(tf.constant(0, tf.int64), spare[0], spare[1])
    filled, values, cursor = one_after_the_other(one, words, begin, filled, values, parameters)
    return filled, cursor.place, values, tf.stack([cursor.has, cursor.kept])


def one_after_the_other(
    one: One,
    words: Any,
    cursor: Any,
    filled: tf.Tensor,
    values: tf.Tensor,
    parameters: Sequence[tf.Tensor],
) -> tuple[tf.Tensor, tf.Tensor, Any]:
    """Values from `filled` on, while the `total` of words lasts; how many there are, and the last cursor."""
    count = tf.shape(values, out_type=tf.int64)[0]

    def element(filled: tf.Tensor, _: tf.Tensor, values: tf.Tensor, cursor: Any) -> Any:
        chosen = [p if p.shape.rank == 0 else tf.gather(p, filled) for p in parameters]
        value, after = one(words, cursor, *chosen)
        short = after.place > words.total
        # what was drawn beyond the block is overwritten in the next turn
        values = tf.tensor_scatter_nd_update(values, filled[None, None], value[None])
        cursor = tf.nest.map_structure(lambda new, old: tf.where(short, old, new), after, cursor)
        return filled + tf.cast(~short, tf.int64), short, values, cursor

    filled, _, values, cursor = tf.while_loop(
        lambda filled, short, *_: (filled < count) & ~short,
        element,
        (filled, tf.constant(False), values, cursor),
    )
    return filled, values, cursor
