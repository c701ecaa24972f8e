"""The engines make NumPy's words and states, eagerly, in graphs and under XLA."""

from __future__ import annotations

import numpy
import pytest
import tensorflow as tf

from tnp_shim.random.states import KINDS

SIZES = (0, 1, 2, 5, 627, 1025, 2100)
SMALL = (0, 1, 2, 5, 9)


def tensors(bits):
    return tuple(map(tf.constant, KINDS[bits.state["bit_generator"]].words(bits.state)))


def same_state(bits, state):
    for mine, theirs in zip(state, tensors(bits), strict=True):
        assert mine.dtype == theirs.dtype and numpy.array_equal(mine, theirs)


def begun(name, seed, skip=0, half=False):
    bits = KINDS[name].numpy(seed)
    if skip:
        bits.random_raw(skip)
    if half:
        numpy.random.Generator(bits).integers(0, 1 << 32, dtype=numpy.uint32)
    return bits


@pytest.mark.parametrize("name", KINDS)
def test_raw_words_and_the_states_after_them(name):
    for seed, skip in ((0, 0), (1, 3), (2, 623)):
        for size in SIZES:
            bits = begun(name, seed, skip)
            block = KINDS[name].engine.raw(tensors(bits), size)
            assert block.values.shape == (size,) and block.values.dtype == tf.uint64
            before = bits.state
            assert numpy.array_equal(block.values, bits.random_raw(size))
            for taken in {0, min(1, size), size // 2, size}:
                bits.state = before
                bits.random_raw(taken)
                same_state(bits, block.after(taken))


@pytest.mark.parametrize("name", KINDS)
@pytest.mark.parametrize("half", [False, True])
def test_halves_of_words(name, half):
    for size in SMALL:
        bits = begun(name, 3, half=half)
        block = KINDS[name].engine.uint32s(tensors(bits), size)
        before = bits.state
        draw = numpy.random.Generator(bits).integers
        assert numpy.array_equal(block.values, draw(0, 1 << 32, size, numpy.uint32))
        for taken in range(size + 1):
            bits.state = before
            draw(0, 1 << 32, taken, numpy.uint32)
            same_state(bits, block.after(taken))


def drawn(name, size, kind):
    """What `kind` of draw gives of NumPy, and the state it leaves."""
    bits = begun(name, 4, 2, half=True)
    generator = numpy.random.Generator(bits)
    if kind == "doubles":
        return bits, generator.random(size)
    if kind == "floats":
        return bits, generator.random(size, numpy.float32)
    return bits, generator.integers(0, 1 << 64, size, numpy.uint64)


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        (name, kind)
        for name in KINDS
        for kind in ("doubles", "floats", "uint64s")
        if name[:3] != "PCG" or kind[0] != "u"
    ],
)
def test_draws_in_every_mode(name, kind):
    engine, begin = KINDS[name].engine, tensors(begun(name, 4, 2, half=True))

    def draw(size, *state):
        values, after = getattr(engine, kind)(state, size)
        return values, after(size)

    for size in {"SFC64": (7, 1300), "PCG64": (0, 1300)}.get(name, (1300,)):
        bits, expected = drawn(name, size, kind)
        specs = [tf.TensorSpec(tensor.shape, tensor.dtype) for tensor in begin]
        unknown = tf.function(draw, input_signature=[tf.TensorSpec([], tf.int64), *specs], autograph=False)
        for found, after in (
            draw(size, *begin),
            unknown(tf.constant(size, tf.int64), *begin),
            tf.function(lambda *state, size=size: draw(size, *state), jit_compile=True, autograph=False)(
                *begin
            ),
        ):
            assert found.dtype == expected.dtype and numpy.array_equal(found, expected)
            same_state(bits, after)


@pytest.mark.parametrize("name", KINDS)
def test_doubles_of_words(name):
    state, engine = tensors(begun(name, 5)), KINDS[name].engine
    assert numpy.array_equal(
        engine.doubles_of(engine.uint64s(state, 9).values), engine.doubles(state, 9).values
    )


def test_any_place_of_a_stream_is_a_new_compilation_for_none():
    engine, traces = KINDS["MT19937"].engine, []

    @tf.function(jit_compile=True, autograph=False)
    def draw(*state):
        traces.append(1)
        values, after = engine.doubles(state, 3)
        return values, after(3)

    bits = begun("MT19937", 6)
    state = tensors(bits)
    for _ in range(3):
        values, state = draw(*state)
        assert numpy.array_equal(values, numpy.random.Generator(bits).random(3))
    assert len(traces) == 1
