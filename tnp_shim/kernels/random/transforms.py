"""Draws that are a function of one uniform, normal or exponential number. Knows tensors only.

A draw gives standard values; `finish` functions `(standard values, *parameters)` put parameters in. Values
are within 1 ulp of NumPy's where a logarithm or exp decides, within 2 where `expm1` or a power does.
"""

from __future__ import annotations

from collections.abc import Callable

import tensorflow as tf

from tnp_shim.kernels.random import legacy, ziggurat
from tnp_shim.kernels.random.attempts import Rare, Turn, block_size, in_order, places, until_full
from tnp_shim.kernels.random.engine import Engine, Size, State
from tnp_shim.kernels.random.exponential import exp, expm1
from tnp_shim.kernels.random.logarithm import log, log1p_of_minus
from tnp_shim.kernels.random.rounding import kept, quotient


def not_zero(engine: Engine, state: State, n: Size) -> tuple[tf.Tensor, State]:
    """Uniform numbers in (0, 1): a zero is thrown away."""
    size = block_size(n, 1.0, 0.0)

    def turn(state: State, filled: tf.Tensor) -> Turn:
        block = engine.doubles(state, size)
        zeros = places(block.values == 0, 64)
        nothing = tf.zeros_like(zeros, tf.bool)
        order = in_order(Rare(zeros, zeros + 1, nothing), zeros[-1], n, filled)
        inside = tf.clip_by_value(order.sources, 0, tf.size(block.values, tf.int64) - 1)
        return Turn(tf.gather(block.values, inside), order.count, block.after(order.consumed))

    return until_full(turn, state, n, tf.float64)


def _of_uniform(transform: Callable[[tf.Tensor], tf.Tensor]) -> Callable[..., tuple[tf.Tensor, State]]:
    def draw(engine: Engine, state: State, n: Size) -> tuple[tf.Tensor, State]:
        values, state = not_zero(engine, state, n)
        return transform(values), state

    return draw


def _laplace(u: tf.Tensor) -> tf.Tensor:
    upper = u >= 0.5
    logarithm = log(tf.where(upper, kept(2.0 - u) - u, u + u))
    return tf.where(upper, -logarithm, logarithm)


# `loc + scale * x` of these is NumPy's result
laplace = _of_uniform(_laplace)
logistic = _of_uniform(lambda u: log(kept(u / (1.0 - u))))
gumbel = _of_uniform(lambda u: -log(-log(1.0 - u)))


def rayleigh(engine: Engine, state: State, n: Size) -> tuple[tf.Tensor, State]:
    """`Generator.rayleigh()`; times the scale it is NumPy's result."""
    values, state = ziggurat.standard_exponential(engine, state, n)
    return tf.sqrt(2.0 * values), state


def rayleigh_legacy(engine: Engine, state: State, n: Size) -> tuple[tf.Tensor, State]:
    """`RandomState.rayleigh()`."""
    block = engine.doubles(state, n)
    return tf.sqrt(-2.0 * log1p_of_minus(block.values)), block.after(n)


def standard_cauchy(engine: Engine, state: State, n: Size) -> tuple[tf.Tensor, State]:
    """`Generator.standard_cauchy`: the ratio of two normal numbers."""
    values, state = ziggurat.standard_normal(engine, state, 2 * n)
    pairs = tf.reshape(values, [-1, 2])
    return pairs[:, 0] / pairs[:, 1], state


def standard_cauchy_legacy(
    engine: Engine, state: State, spare: tf.Tensor, n: Size
) -> tuple[tf.Tensor, State, tf.Tensor]:
    """`RandomState.standard_cauchy`."""
    values, state, spare = legacy.gauss(engine, state, spare, 2 * n)
    pairs = tf.reshape(values, [-1, 2])
    return pairs[:, 0] / pairs[:, 1], state, spare


# The following finish a standard exponential number.


def pareto(x: tf.Tensor, a: tf.Tensor) -> tf.Tensor:
    """`Generator.pareto(a)`."""
    return expm1(quotient(x, a))


def pareto_legacy(x: tf.Tensor, a: tf.Tensor) -> tf.Tensor:
    """`RandomState.pareto(a)`."""
    return exp(quotient(x, a)) - 1.0


def weibull(x: tf.Tensor, a: tf.Tensor) -> tf.Tensor:
    """`weibull(a)` of both, for a above 0; for a = 0 NumPy gives 0 and draws nothing."""
    return tf.pow(x, kept(1.0 / a))


def power(x: tf.Tensor, a: tf.Tensor) -> tf.Tensor:
    """`Generator.power(a)`."""
    return tf.pow(-expm1(-x), kept(1.0 / a))


def power_legacy(x: tf.Tensor, a: tf.Tensor) -> tf.Tensor:
    """`RandomState.power(a)`."""
    return tf.pow(1.0 - kept(exp(-x)), kept(1.0 / a))


def triangular(u: tf.Tensor, left: tf.Tensor, mode: tf.Tensor, right: tf.Tensor) -> tf.Tensor:
    """`triangular(left, mode, right)` of a uniform number."""
    base = right - left
    lower = u <= kept((mode - left) / base)
    below = kept(u * kept((mode - left) * base))
    above = kept((1.0 - u) * kept((right - mode) * base))
    # the other branch's root is of no number that could spoil a gradient
    root = tf.sqrt(tf.where(lower, below, above))
    return tf.where(lower, left + root, right - root)
