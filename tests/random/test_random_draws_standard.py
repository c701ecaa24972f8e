"""Normal, exponential and single-precision numbers of both generators, against NumPy's streams."""

from __future__ import annotations

import numpy
import pytest
import tensorflow as tf
from drawn import (
    check_generator,
    check_random_state,
    mt19937_state,
    pcg64_state,
    same_state,
    ulps,
)
from stored_words import StoredWords

from tnp_shim.kernels.random import attempts, legacy, ziggurat, ziggurat_tables
from tnp_shim.kernels.random.mt19937 import MT19937
from tnp_shim.kernels.random.pcg64 import PCG64

ZIGGURATS = {
    ziggurat.standard_normal: lambda g, n: g.standard_normal(n),
    ziggurat.standard_normal_single: lambda g, n: g.standard_normal(n, dtype=numpy.float32),
    ziggurat.standard_exponential: lambda g, n: g.standard_exponential(n),
    ziggurat.standard_exponential_single: lambda g, n: g.standard_exponential(n, dtype=numpy.float32),
}


# XLA takes seconds to compile a ziggurat
@pytest.mark.parametrize(
    ("name", "mode"),
    [
        ("standard_normal", "unknown"),
        ("standard_normal", "xla"),
        ("standard_normal_single", "graph"),
        ("standard_exponential_single", "graph"),
    ],
)
def test_ziggurats(name, mode):
    draw = getattr(ziggurat, name)
    for n, seed in ((1, 3), (30_001, 4)) if mode != "xla" else ((30_001, 5),):
        check_generator(draw, ZIGGURATS[draw], n, mode, seed, tolerance=1)


def test_only_the_tail_may_differ_in_the_last_bit():
    generator = numpy.random.default_rng(7)
    engine = StoredWords(numpy.random.PCG64(numpy.random.SeedSequence(7)), 110_000)
    values, _ = tf.function(lambda state: ziggurat.standard_normal(engine, state, 100_000), autograph=False)(
        engine.start()
    )
    expected = generator.standard_normal(100_000)
    differs = expected[expected != values.numpy()]
    assert (numpy.abs(differs) > ziggurat_tables.normal(numpy.float64).tail).all()


def test_many_seeds():
    state = tf.function(
        lambda state, n: ziggurat.standard_normal(PCG64(), state, n), autograph=False, reduce_retracing=True
    )
    for seed in range(0, 50, 3):
        generator = numpy.random.default_rng(seed)
        begin = pcg64_state(generator)
        values, after = state(begin, tf.constant(seed, tf.int64))
        assert ulps(generator.standard_normal(seed), values.numpy()) <= 1
        assert same_state(pcg64_state(generator), after)


@pytest.mark.parametrize("words", [64])
def test_short_blocks_are_followed_by_others(monkeypatch, words):
    """A block that is far too short for what is wanted, so that attempts are cut off at its end."""
    monkeypatch.setattr(ziggurat, "block_size", lambda n, *_: words)
    for draw in (ziggurat.standard_normal, ziggurat.standard_exponential_single):
        check_generator(draw, ZIGGURATS[draw], 3000, "graph", 11, tolerance=1)


def test_chains_of_rare_attempts():
    """Attempts that cover the beginning of others, which then are none, which then cover nothing."""
    starts = tf.constant([0, 1, 2, 3, 5, 8, 9, 11, 64, 64], tf.int64)
    stops = starts + tf.constant([2, 2, 4, 2, 2, 2, 3, 2, 2, 2], tf.int64)
    emits = tf.constant([1, 1, 0, 1, 1, 0, 1, 1, 1, 1]) == 1
    order = attempts.in_order(
        attempts.Rare(starts, stops, emits), tf.constant(64, tf.int64), 8, tf.constant(0, tf.int64)
    )
    # 0 covers 1; 2 covers 3 and 5 and gives nothing; 6, 7; 8 covers 9 and gives nothing; 10, 11 (covers 12)
    assert order.sources.numpy().tolist() == [0, 6, 7, 10, 11, 13, 14, 15]
    assert int(order.consumed) == 16


@pytest.mark.parametrize("mode", ["graph", "xla"])
def test_polar_method(mode):
    keep = {"begin": lambda random: random.standard_normal(), "spare": True}
    tolerance = 1
    for n in (1, 2, 2001) if mode != "xla" else (2001,):
        check_random_state(legacy.gauss, lambda r, n: r.standard_normal(n), n, mode, n, tolerance, spare=True)
        check_random_state(legacy.gauss, lambda r, n: r.standard_normal(n), n, mode, n, tolerance, **keep)


def test_nothing_drawn():
    for n in (0, tf.constant(0, tf.int64)):
        spare = tf.constant([1.0, 0.5], tf.float64)
        state = mt19937_state(numpy.random.RandomState(0))
        values, after, kept = tf.function(
            lambda n=n, state=state, spare=spare: legacy.gauss(MT19937(), state[:2], spare, n),
            autograph=False,
        )()
        assert values.shape[0] == 0 and int(after[1]) == 624 and kept.numpy().tolist() == [1.0, 0.5]


@pytest.mark.parametrize("mode", ["xla"])
def test_exponential_by_inversion(mode):
    check_random_state(legacy.standard_exponential, lambda r, n: r.standard_exponential(n), 2000, mode, 1, 1)
    check_generator(
        legacy.standard_exponential, lambda g, n: g.standard_exponential(n, method="inv"), 2000, mode, 1, 1
    )
    check_generator(
        legacy.standard_exponential_single,
        lambda g, n: g.standard_exponential(n, dtype=numpy.float32, method="inv"),
        2000,
        mode,
        1,
        1,
    )
