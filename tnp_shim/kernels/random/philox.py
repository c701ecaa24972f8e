"""Philox 4x64: words that are a keyed function of a counter, four at a time. Knows tensors only."""

from __future__ import annotations

from collections.abc import Callable

import tensorflow as tf

from tnp_shim.kernels.random.engine import Size, WordEngine, gathered, once, window
from tnp_shim.kernels.random.wide import product, word, xor

_ROUNDS = 10
_MULTIPLIERS = (0xD2E7470EE14C6C93, 0xCA5A826395121157)
_STEPS = (0x9E3779B97F4A7C15, 0xBB67AE8584CAA73B)
_AT_ONCE = 4


class Philox(WordEngine):
    """NumPy's Philox: the state vector is (counter, key, the last words, the position in them; kept half)."""

    name = "Philox"

    def words(self, state: tf.Tensor, n: Size) -> tuple[tf.Tensor, Callable[[tf.Tensor], tf.Tensor]]:
        counter, key, last = state[:4], state[4:6], state[6:10]
        position = tf.cast(state[10], tf.int64)
        fresh = -(-n // _AT_ONCE)

        def made() -> tuple[tf.Tensor, ...]:
            steps = 1 + tf.range(tf.cast(fresh, tf.int64))
            return mixed(advanced(counter, steps), (key[0], key[1]))

        parts = once(self.zero((state,)), made, [([fresh], tf.uint64)] * _AT_ONCE)
        rows = tf.concat([last[None], tf.stack(parts, 1)], 0)

        def after(k: tf.Tensor) -> tf.Tensor:
            end = position + k
            # NumPy makes four words when the first of them is wanted: 4 is a position, too
            row = tf.maximum(end - 1, 0) // _AT_ONCE
            moved = [part[0] for part in advanced(counter, row[None])]
            place = tf.cast(end - _AT_ONCE * row, tf.uint64)
            return tf.concat([moved, key, gathered(rows, row), [place], state[11:]], 0)

        return window(tf.reshape(rows, [-1]), position, n), after


def advanced(counter: tf.Tensor, steps: tf.Tensor) -> list[tf.Tensor]:
    """The four words of a counter after so many steps."""
    added = tf.cast(steps, tf.uint64)
    parts = []
    for place in range(4):
        part = counter[place] + added
        parts.append(part)
        added = tf.cast(part < added, tf.uint64)
    return parts


def mixed(words: list[tf.Tensor], key: tuple[tf.Tensor, tf.Tensor]) -> tuple[tf.Tensor, ...]:
    """The words of a counter and a key."""
    a, b, c, d = words
    first, second = key
    for _ in range(_ROUNDS):
        left, right = product(word(_MULTIPLIERS[0]), a), product(word(_MULTIPLIERS[1]), c)
        a, b = xor(xor(right.upper, b), first), right.lower
        c, d = xor(xor(left.upper, d), second), left.lower
        first, second = first + word(_STEPS[0]), second + word(_STEPS[1])
    return a, b, c, d
