"""What RandomState draws in its own way: normal and exponential numbers. Knows tensors only.

A spare is a float64 vector of two: whether a normal number is kept, and that number. The polar method makes
two normal numbers at once, and the second is kept for the next draw. All of this is bit-exact where `log`
gives libm's bits, and else within 1 ulp.
"""

from __future__ import annotations

import tensorflow as tf

from tnp_shim.kernels.random.attempts import Turn, block_size, often, until_full
from tnp_shim.kernels.random.engine import Engine, Size, State
from tnp_shim.kernels.random.logarithm import log, log1p_of_minus
from tnp_shim.kernels.random.rounding import product
from tnp_shim.kernels.random.tracing import traced_once

_ACCEPTED = 0.7853981633974483
"""The share of pairs that lie in the unit circle: pi / 4."""


@traced_once(2)
def gauss(engine: Engine, state: State, spare: tf.Tensor, n: Size) -> tuple[tf.Tensor, State, tf.Tensor]:
    """`RandomState.standard_normal`: n values, the state and the spare after them."""
    if isinstance(n, int) and n == 0:
        return tf.zeros([0], tf.float64), state, spare
    has = tf.cast(spare[0], tf.int64)
    missing = tf.cast(n, tf.int64) - has
    most = (n + 1) // 2
    radius = (1 / _ACCEPTED - 1) ** 0.5 / _ACCEPTED**0.5
    size = block_size(most, 1 / _ACCEPTED, radius)
    wanted = (missing + 1) // 2

    def turn(state: State, filled: tf.Tensor) -> Turn:
        block = engine.doubles(state, 2 * size)
        pairs = 2.0 * tf.reshape(block.values, [-1, 2]) - 1.0
        squares = product(pairs, pairs)
        radii = squares[:, 0] + squares[:, 1]
        order = often((radii < 1) & (radii != 0), most, filled, wanted)
        inside = tf.maximum(order.sources, 0)
        radius, pair = tf.gather(radii, inside), tf.gather(pairs, inside)
        factor = tf.sqrt(-2.0 * log(radius) / radius)
        both = factor[:, None] * tf.reverse(pair, [1])
        return Turn(both, order.count, block.after(2 * order.consumed))

    pairs, state = until_full(turn, state, most, tf.float64, wanted, [2])
    values = tf.concat([spare[1:], tf.reshape(pairs, [-1])], 0)
    count = tf.cast(n, tf.int64)
    places = 1 - has + tf.range(count)
    last = tf.gather(values, tf.minimum(1 - has + count, 2 * most))
    odd = (missing & 1) == 1
    kept = tf.where(odd, tf.stack([1.0, last]), tf.zeros([2], tf.float64))
    found = tf.gather(values, places)
    if isinstance(n, int):
        found = tf.ensure_shape(found, [n])
    return found, state, tf.where(count > 0, tf.cast(kept, tf.float64), spare)


def standard_exponential(engine: Engine, state: State, n: Size) -> tuple[tf.Tensor, State]:
    """`RandomState.standard_exponential`, and `Generator.standard_exponential(method="inv")`."""
    block = engine.doubles(state, n)
    return -log1p_of_minus(block.values), block.after(n)


def standard_exponential_single(engine: Engine, state: State, n: Size) -> tuple[tf.Tensor, State]:
    """`Generator.standard_exponential(dtype=float32, method="inv")`; within 1 ulp."""
    block = engine.floats(state, n)
    return -log1p_of_minus(block.values), block.after(n)
