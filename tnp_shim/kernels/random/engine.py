"""What an engine of random words is: a state of tensors, and blocks of words. Knows tensors only.

An engine has no state of its own. It makes the next `n` words that follow a state, all at once, and tells the
state after any number of them, so a draw that rejects some words takes a block and keeps what it used.
Nothing is consumed until a caller keeps what `Block.after` gives.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple, Protocol, TypeAlias

import tensorflow as tf

from tnp_shim.errors import UnsupportedError, users_line
from tnp_shim.kernels.differentiation import custom_gradient
from tnp_shim.tensorflow_internals import (
    compiled_by_xla,
    gen_array_ops,
    gen_bitwise_ops,
    gen_math_ops,
    gen_xla_ops,
)

State: TypeAlias = tuple[tf.Tensor, ...]
"""What a `tf.while_loop` can carry: the number, shapes and dtypes of the tensors belong to the engine."""

Size: TypeAlias = "int | tf.Tensor"
"""How many: a Python int, always so under XLA, or an int64 scalar."""


class Block(NamedTuple):
    """The next words of a state."""

    values: tf.Tensor
    after: Callable[[tf.Tensor | int], State]
    """The state after the first k of the values were taken; k: an int64 scalar or an int."""


class Engine(Protocol):
    """One of NumPy's bit generators."""

    name: str

    def uint64s(self, state: State, n: Size) -> Block:
        """The next n draws of `next_uint64`, uint64."""

    def uint32s(self, state: State, n: Size) -> Block:
        """The next n draws of `next_uint32`, uint32: the half word that NumPy keeps comes first."""

    def doubles(self, state: State, n: Size) -> Block:
        """The next n draws of `next_double`, float64 in [0, 1)."""

    def doubles_of(self, words: tf.Tensor) -> tf.Tensor:
        """What `next_double` gives where `next_uint64` would give these words."""

    def floats(self, state: State, n: Size) -> Block:
        """The next n draws of `next_float`, float32 in [0, 1)."""

    def raw(self, state: State, n: Size) -> Block:
        """The next n words as `random_raw` gives them, uint64."""

    def zero(self, state: State) -> tf.Tensor:
        """A uint64 zero that no compiler can know to be one: for `once` and `rounded`."""


def once(
    zero: tf.Tensor, compute: Callable[[], Sequence[tf.Tensor]], like: Sequence[tuple[Any, tf.DType]]
) -> list[tf.Tensor]:
    """What `compute` gives, of such shapes and dtypes; XLA computes it once, not for each of its uses again.

    A loop of one turn, of which XLA can't know how many turns it has, is the only wall between fusions: into
    branches it moves what follows them.
    """
    if not compiled_by_xla():
        return list(compute())

    def body(turn: tf.Tensor, *_: tf.Tensor) -> tuple[tf.Tensor, ...]:
        return (turn + tf.constant(1, tf.uint64), *compute())

    begin = [tf.zeros(shape, dtype) for shape, dtype in like]
    turns = tf.constant(1, tf.uint64) + zero
    found = tf.while_loop(lambda turn, *_: turn < turns, body, (tf.constant(0, tf.uint64), *begin))
    return list(found[1:])


def rounded(zero: tf.Tensor, product: tf.Tensor) -> tf.Tensor:
    """A product as it is: XLA makes one operation of a product and the sum it is part of, rounded once."""
    if not compiled_by_xla():
        return product

    @custom_gradient
    def as_it_is(x: tf.Tensor) -> tuple[tf.Tensor, Callable[[tf.Tensor], tf.Tensor]]:
        bits = gen_array_ops.bitcast(x, type=tf.uint64)
        found = gen_array_ops.bitcast(gen_bitwise_ops.bitwise_xor(bits, zero), type=x.dtype)
        return found, lambda upstream: upstream

    return as_it_is(product)


def doubles_of(words: tf.Tensor) -> tf.Tensor:
    """The upper 53 bits of uint64 words as float64 in [0, 1)."""
    bits = gen_bitwise_ops.right_shift(words, tf.constant(11, tf.uint64))
    # below 2**53, so the sign of int64 makes no difference; compilers convert int64 faster than uint64
    signed = gen_array_ops.bitcast(bits, type=tf.int64)
    return gen_math_ops.mul(gen_math_ops.cast(signed, tf.float64), tf.constant(2.0**-53, tf.float64))


def floats_of(halves: tf.Tensor) -> tf.Tensor:
    """The upper 24 bits of uint32 words as float32 in [0, 1)."""
    bits = gen_bitwise_ops.right_shift(halves, tf.constant(8, tf.uint32))
    signed = gen_array_ops.bitcast(bits, type=tf.int32)
    return gen_math_ops.mul(gen_math_ops.cast(signed, tf.float32), tf.constant(2.0**-24, tf.float32))


def as_count(k: tf.Tensor | int) -> tf.Tensor:
    """A number of words as an int64 scalar."""
    return tf.cast(k, tf.int64)


SAME_BITS = {tf.uint32: tf.int32, tf.uint64: tf.int64}
"""Signed integers of the same bits: GPUs have kernels that move these, and none for the unsigned ones."""


def gathered(table: tf.Tensor, places: tf.Tensor) -> tf.Tensor:
    """Elements or rows of unsigned words."""
    signed = gen_array_ops.bitcast(table, type=SAME_BITS[table.dtype])
    return gen_array_ops.bitcast(tf.gather(signed, places), type=table.dtype)


def window(x: tf.Tensor, begin: tf.Tensor, size: Size) -> tf.Tensor:
    """`size` elements of a vector from an unknown place on; XLA compiles `tf.slice` anew for each place."""
    begin = tf.cast(begin, tf.int64)[None]
    must_be_known(size)
    if compiled_by_xla():
        return gen_xla_ops.xla_dynamic_slice(x, begin, tf.constant([size], tf.int64))
    signed = gen_array_ops.bitcast(x, type=SAME_BITS[x.dtype])
    found = tf.slice(signed, begin, tf.cast(size, tf.int64)[None])
    return gen_array_ops.bitcast(found, type=x.dtype)


def must_be_known(size: Size) -> None:
    """Refuse what XLA cannot compile: how many things are drawn or moved is known when the graph runs."""
    if compiled_by_xla() and not isinstance(size, int):
        raise UnsupportedError(
            f"{users_line()}: np.random: XLA must know while tracing how many things are drawn or moved; "
            "leave jit_compile away, or give a Python int"
        )


class WordEngine:
    """An engine of 64-bit words, whose 32-bit draws are the lower and then the upper half of a word.

    The state is one uint64 vector; its last two elements are whether an upper half is kept, and that half.
    """

    name: str

    def words(self, state: tf.Tensor, n: Size) -> tuple[tf.Tensor, Callable[[tf.Tensor], tf.Tensor]]:
        """The next n words, and the function that gives the state vector after k of them."""
        raise NotImplementedError

    def zero(self, state: State) -> tf.Tensor:
        return gen_bitwise_ops.right_shift(state[0][-2], tf.constant(1, tf.uint64))  # of 0 or 1

    def raw(self, state: State, n: Size) -> Block:
        return self.uint64s(state, n)

    def uint64s(self, state: State, n: Size) -> Block:
        values, after = self.words(state[0], n)
        return Block(values, lambda k: (after(as_count(k)),))

    doubles_of = staticmethod(doubles_of)

    def doubles(self, state: State, n: Size) -> Block:
        values, after = self.uint64s(state, n)
        return Block(doubles_of(values), after)

    def floats(self, state: State, n: Size) -> Block:
        values, after = self.uint32s(state, n)
        return Block(floats_of(values), after)

    def uint32s(self, state: State, n: Size) -> Block:
        (vector,) = state
        words, after = self.words(vector, n // 2 + 1 if isinstance(n, int) else (n + 2) // 2)
        has, kept = vector[-2], vector[-1]
        lower = gen_math_ops.cast(
            gen_bitwise_ops.bitwise_and(words, tf.constant(0xFFFFFFFF, tf.uint64)), tf.uint32
        )
        upper = gen_math_ops.cast(gen_bitwise_ops.right_shift(words, tf.constant(32, tf.uint64)), tf.uint32)
        halves = tf.reshape(tf.stack([lower, upper], axis=1), [-1])
        with_kept = tf.concat([tf.cast(kept, tf.uint32)[None], halves], 0)
        values = window(with_kept, 1 - tf.cast(has, tf.int64), n)

        def state_after(k: tf.Tensor | int) -> State:
            fresh = as_count(k) - tf.cast(
                has, tf.int64
            )  # of the halves of new words; -1: the kept one is left
            taken = tf.maximum(fresh + 1, 0) // 2
            last = gathered(upper, tf.maximum(taken - 1, 0))
            new_has = tf.where(fresh < 0, has, tf.cast(fresh & 1, tf.uint64))
            new_kept = tf.where(fresh < 1, kept, tf.cast(last, tf.uint64))
            return (tf.concat([after(taken)[:-2], [new_has, new_kept]], 0),)

        return Block(values, state_after)
