"""PCG64 and PCG64DXSM: congruential generators of 128 bits, whose states are one product apart. Tensors only.

The state after k steps is `M**k * state + (1 + M + ... + M**(k-1)) * increment`; powers and
sums are the same for every stream, so they are tables, one for each decimal place of k in base 1024.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

import numpy
import tensorflow as tf

from tnp_shim.kernels.random.engine import Size, WordEngine, gathered, once
from tnp_shim.kernels.random.wide import (
    Wide,
    add,
    multiply,
    right,
    rotate_right,
    word,
    xor,
)
from tnp_shim.tensorflow_internals import gen_bitwise_ops

_BITS = 128
_DIGIT = 10  # bits of a digit of k
_BASE = 1 << _DIGIT
_MOST = 63  # bits of k


class PCG64(WordEngine):
    """NumPy's PCG64: the state vector is (state, increment: upper and lower words; kept half: has, value)."""

    name = "PCG64"
    multiplier = (2549297995355413924 << 64) | 4865540595714422341

    @staticmethod
    def output(state: Wide) -> tf.Tensor:
        """The word of a state, of the state after the step."""
        return rotate_right(xor(state.upper, state.lower), right(state.upper, 58))

    first = 1
    """The steps before the first word."""

    def words(self, state: tf.Tensor, n: Size) -> tuple[tf.Tensor, Callable[[tf.Tensor], tf.Tensor]]:
        now, increment = Wide(state[0], state[1]), Wide(state[2], state[3])
        none = isinstance(n, int) and n == 0  # of which there is no row
        values = self.output(self._states(now, increment, 1 if none else n, self.zero((state,))))
        values = values[:0] if none else values

        def after(k: tf.Tensor) -> tf.Tensor:
            then = self.jump(now, increment, k, n)
            return tf.concat([[then.upper, then.lower], state[2:]], 0)

        return values, after

    def _states(self, now: Wide, increment: Wide, n: Size, zero: tf.Tensor) -> Wide:
        """The states of the next n words."""
        columns = _columns(n)
        rows = max(1, -(-n // columns)) if isinstance(n, int) else -(-n // _BASE)
        powers, sums = (table[self.first : self.first + columns] for table in _table(self.multiplier, 0))

        def edges() -> tuple[tf.Tensor, ...]:
            """What the columns add, and the state that each row begins with."""
            if columns is n:
                return (*multiply(_pair(sums), increment), now.upper[None], now.lower[None])
            begins = columns * tf.range(tf.cast(rows, tf.int64))
            return (*multiply(_pair(sums), increment), *self.jump(now, increment, begins, n))

        like = [([size], tf.uint64) for size in (columns, columns, rows, rows)]
        upper, lower, row_upper, row_lower = once(zero, edges, like)
        found = add(multiply(_pair(powers), Wide(row_upper[:, None], row_lower[:, None])), Wide(upper, lower))
        return Wide(tf.reshape(found.upper, [-1])[:n], tf.reshape(found.lower, [-1])[:n])

    def jump(self, now: Wide, increment: Wide, k: tf.Tensor, most: Size) -> Wide:
        """The states after k steps, where k is `most` at most."""
        if isinstance(most, int):
            return _jumped(self.multiplier, now, increment, k, most.bit_length())
        # many operations, which graphs have once, however often they draw
        return Wide(*_jumping(self.multiplier, k.shape.rank)(*now, *increment, k))


def _jumped(multiplier: int, now: Wide, increment: Wide, k: tf.Tensor, bits: int) -> Wide:
    """The states after k steps, a number of so many bits."""
    for level in range(-(-bits // _DIGIT)):
        digit = gen_bitwise_ops.bitwise_and(
            gen_bitwise_ops.right_shift(k, tf.constant(level * _DIGIT, tf.int64)),
            tf.constant(_BASE - 1, tf.int64),
        )
        powers, sums = (_gathered(table, digit) for table in _table(multiplier, level))
        now = add(multiply(powers, now), multiply(sums, increment))
    return now


@functools.cache
def _jumping(multiplier: int, rank: int) -> Callable[..., Any]:
    """The same for any k, a number or a vector."""
    words = [tf.TensorSpec([], tf.uint64)] * 4

    @tf.function(autograph=False, input_signature=[*words, tf.TensorSpec([None] * rank, tf.int64)])
    def jumping(upper: tf.Tensor, lower: tf.Tensor, more: tf.Tensor, less: tf.Tensor, k: tf.Tensor) -> Any:
        return tuple(_jumped(multiplier, Wide(upper, lower), Wide(more, less), k, _MOST))

    return jumping


def _columns(n: Size) -> int:
    """How many states of a row: rows of the same length, of which no rest is cut off, are faster by half."""
    if not isinstance(n, int):
        return _BASE
    if n <= _BASE:
        return n
    return next((columns for columns in range(_BASE, _BASE // 8, -1) if n % columns == 0), _BASE)


class PCG64DXSM(PCG64):
    """NumPy's PCG64DXSM: a cheaper multiplier, a stronger output function of the state before the step."""

    name = "PCG64DXSM"
    multiplier = 0xDA942042E4DD58B5
    first = 0

    @staticmethod
    def output(state: Wide) -> tf.Tensor:
        mixed = xor(state.upper, right(state.upper, 32)) * word(PCG64DXSM.multiplier)
        mixed = xor(mixed, right(mixed, 48))
        return mixed * gen_bitwise_ops.bitwise_or(state.lower, word(1))


@functools.cache
def _table(multiplier: int, level: int) -> tuple[numpy.ndarray, numpy.ndarray]:
    """Powers and sums for 0 to 1024 times 1024**level steps: [1025, 2] words each."""
    mask = (1 << _BITS) - 1
    power, total, steps = multiplier, 1, 1
    for _ in range(level * _DIGIT):  # twice as many steps
        power, total, steps = power * power & mask, total * (power + 1) & mask, 2 * steps
    powers, sums = [1], [0]
    for _ in range(_BASE):
        powers.append(powers[-1] * power & mask)
        sums.append((sums[-1] * power + total) & mask)
    return _words(powers), _words(sums)


def _words(values: list[int]) -> numpy.ndarray:
    return numpy.array([(value >> 64, value & (1 << 64) - 1) for value in values], numpy.uint64)


def _pair(table: numpy.ndarray) -> Wide:
    return Wide(tf.constant(table[:, 0]), tf.constant(table[:, 1]))


def _gathered(table: numpy.ndarray, places: tf.Tensor) -> Wide:
    return Wide(*(gathered(column, places) for column in _pair(table)))
