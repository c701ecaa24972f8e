"""Draws from tensors beside NumPy's, from the same state: values and the state after them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy
import tensorflow as tf

from tnp_shim.kernels.random.engine import State
from tnp_shim.kernels.random.mt19937 import MT19937
from tnp_shim.kernels.random.pcg64 import PCG64

MODES = ("graph", "xla", "unknown")
"""A graph of known size, the same compiled by XLA, a graph whose size is known when it runs."""

_WORD = (1 << 64) - 1


def pcg64_state(generator: numpy.random.Generator) -> State:
    """The state of a Generator of PCG64, as the engine has it."""
    state = generator.bit_generator.state
    numbers = [half for key in ("state", "inc") for half in divmod(state["state"][key], _WORD + 1)]
    kept = state["uinteger"] if state["has_uint32"] else 0
    return (tf.constant(numpy.array([*numbers, state["has_uint32"], kept], numpy.uint64)),)


def mt19937_state(random: numpy.random.RandomState) -> State:
    """The state of a RandomState, and the normal number that it keeps."""
    state = random.get_state(legacy=False)
    spare = tf.constant([state["has_gauss"], state["gauss"]], tf.float64)
    words = tf.constant(state["state"]["key"].astype(numpy.uint32))
    return words, tf.constant(state["state"]["pos"], tf.int64), spare


def same_state(expected: State, actual: State) -> bool:
    """Whether two states give the same numbers from now on."""
    if len(actual) == 1:  # a half word counts only if it is kept
        return bool(
            numpy.array_equal(*((s[0].numpy() * [1, 1, 1, 1, 1, s[0][4]]) for s in (expected, actual)))
        )
    same_words = numpy.array_equal(expected[0], actual[0]) and int(expected[1]) == int(actual[1])
    return bool(same_words and numpy.allclose(expected[2], actual[2], 1e-15, 0))


def ulps(expected: numpy.ndarray, actual: numpy.ndarray) -> int:
    """The greatest distance in units in the last place; 0 where both are the same."""
    assert expected.dtype == actual.dtype and expected.shape == actual.shape, (expected, actual)
    if expected.dtype.kind != "f":
        return int(not numpy.array_equal(expected, actual))
    assert numpy.array_equal(numpy.isfinite(expected), numpy.isfinite(actual))
    integer = numpy.int64 if expected.dtype == numpy.float64 else numpy.int32
    assert numpy.array_equal(numpy.signbit(expected), numpy.signbit(actual))
    return int(numpy.max(numpy.abs(expected.view(integer) - actual.view(integer)), initial=0))


def drawn(draw: Callable[..., Any], state: State, n: int, mode: str) -> tuple[numpy.ndarray, State]:
    """`draw(state, n)` in one of the modes."""
    if mode == "unknown":
        function = tf.function(draw, autograph=False)
        values, after = function(state, tf.constant(n, tf.int64))
    else:
        function = tf.function(lambda state: draw(state, n), autograph=False, jit_compile=mode == "xla")
        values, after = function(state)
    return values.numpy(), after


def check_generator(
    draw: Callable[..., Any],
    numpys: Callable[[numpy.random.Generator, int], Any],
    n: int,
    mode: str,
    seed: int = 0,
    tolerance: int = 0,
    begin: Callable[[numpy.random.Generator], Any] | None = None,
) -> None:
    """`draw(engine, state, n)` against what a Generator gives, and the states after both."""
    generator = numpy.random.Generator(numpy.random.PCG64(seed))
    if begin:
        begin(generator)
    state = pcg64_state(generator)
    expected = numpy.asarray(numpys(generator, n))
    values, after = drawn(lambda state, n: draw(PCG64(), state, n), state, n, mode)
    assert ulps(expected, values) <= tolerance, (expected, values)
    assert same_state(pcg64_state(generator), after), "another place in the stream"


def check_random_state(
    draw: Callable[..., Any],
    numpys: Callable[[numpy.random.RandomState, int], Any],
    n: int,
    mode: str,
    seed: int = 0,
    tolerance: int = 0,
    begin: Callable[[numpy.random.RandomState], Any] | None = None,
    spare: bool = False,
) -> None:
    """The same for a RandomState; with `spare`, the draw takes and gives the number that is kept."""
    random = numpy.random.RandomState(seed)
    if begin:
        begin(random)
    state = mt19937_state(random)
    expected = numpy.asarray(numpys(random, n))

    def ours(state: State, n: Any) -> Any:
        if spare:
            values, after, kept = draw(MT19937(), state[:2], state[2], n)
            return values, (*after, kept)
        values, after = draw(MT19937(), state[:2], n)
        return values, (*after, state[2])

    values, after = drawn(ours, state, n, mode)
    assert ulps(expected, values) <= tolerance, (expected, values)
    assert same_state(mt19937_state(random), after), "another place in the stream"
