"""Streams in functions: interleaved draws, loops, branches; gradients; TensorFlow's stream; the docs."""

from __future__ import annotations

import pickle
import re
from pathlib import Path

import numpy
import pytest
import tensorflow as tf

import tnp_shim as np
from tnp_shim import config
from tnp_shim.random.rows import GENERATOR, LEGACY
from tnp_shim.random.specials import GENERATOR as SPECIAL
from tnp_shim.random.specials import LEGACY as LEGACY_SPECIAL

DOCS = Path(__file__).parents[2] / "docs" / "random.md"


def arrays(values):
    return [numpy.asarray(value) for value in values]


def first(namespace, rng):
    return [
        rng.random(3),
        rng.uniform(1.0, 2.0),
        rng.integers(0, 100, 5),
        rng.standard_gamma(2.0, 2, numpy.float32),
        rng.uniform(size=2),
    ]


def second(namespace, rng, n):
    found = namespace.zeros(30)
    for i in range(30):
        if i % 3 == 0:
            found[i] = rng.random()
        else:
            found[i] = rng.uniform(2.0, 3.0)
    total = 0.0
    while total < 4.0:
        total = total + rng.random()
    if n > 2:
        total = total + rng.uniform(5.0, 6.0)
    return [found, total, rng.choice(9, 3, False), rng.multinomial(5, [0.5, 0.5])]


@pytest.mark.parametrize("compiled", [tf.function, np.function])
def test_ten_draws_in_two_functions_and_loops(compiled):
    mine, theirs = np.random.default_rng(1), numpy.random.default_rng(1)
    one = compiled(lambda: [tf.convert_to_tensor(v) for v in first(np, mine)])

    @compiled
    def two(n):
        return [tf.convert_to_tensor(v) for v in second(np, mine, n)]

    for n in (1, 3, 2, 5):
        expected = [*first(numpy, theirs), *second(numpy, theirs, n), theirs.normal()]
        actual = [*one(), *two(tf.constant(n)), mine.normal()]
        for e, a in zip(arrays(expected), arrays(actual), strict=True):
            assert numpy.array_equal(e, a)
    assert mine.bit_generator.state == theirs.bit_generator.state


def test_rolled_loops_under_xla():
    np.random.seed(4), numpy.random.seed(4)

    @tf.function(jit_compile=True)
    def draw():
        found = np.zeros(20)
        for i in range(20):
            found[i] = np.random.random()
        return tf.convert_to_tensor(found)

    for _ in range(2):
        assert numpy.array_equal(draw(), numpy.random.random(20))


@pytest.mark.parametrize(("name", "wrong"), [("zipf", 1.0), ("gamma", -1.0), ("integers", 0)])
def test_wrong_parameters_under_xla_give_no_numbers(name, wrong):
    """XLA has no assertions, and draws by rejection must end."""
    rng = np.random.default_rng(1)
    draw = tf.function(lambda x: tf.convert_to_tensor(getattr(rng, name)(np.asarray(x))), jit_compile=True)
    found = draw(tf.constant([wrong, 9])).numpy()
    assert (numpy.isnan(found) if name == "gamma" else found == tf.int64.min).tolist() == [True, False]


def test_generators_made_inside_begin_anew():
    def inside():
        rng = np.random.default_rng(7)
        found = np.zeros(20)
        for i in range(20):
            found[i] = rng.random()
        if found[0] > 0.5:
            found[1] = rng.random()
        return tf.convert_to_tensor(found)

    rng = numpy.random.default_rng(7)
    expected = rng.random(20)
    expected[1] = rng.random() if expected[0] > 0.5 else expected[1]
    draw = tf.function(inside)
    assert numpy.array_equal(draw(), expected) and numpy.array_equal(draw(), expected)
    unseeded = tf.function(lambda: tf.convert_to_tensor(np.random.default_rng().random(3)))
    assert not numpy.array_equal(unseeded(), unseeded())


LOCATED = {
    "normal": (lambda g, a: g.normal(1.0, a, 3)),
    "uniform": (lambda g, a: g.uniform(-a, 2.0 * a, 3)),
    "exponential": (lambda g, a: g.exponential(a, 3)),
    "laplace": (lambda g, a: g.laplace(a, a, 3)),
    "lognormal": (lambda g, a: g.lognormal(a, 0.5, 3)),
    "weibull": (lambda g, a: g.weibull(a, 3)),
    "power": (lambda g, a: g.power(a, 3)),
    "triangular": (lambda g, a: g.triangular(-1.0, 0.0, a, 3)),
}


@pytest.mark.parametrize("name", LOCATED)
def test_gradients_are_slopes(name):
    draw, at, step = LOCATED[name], 1.3, 1e-6
    a = tf.constant(at, tf.float64)
    with tf.GradientTape() as tape:
        tape.watch(a)
        values = tf.convert_to_tensor(draw(np.random.default_rng(2), a))
    sides = [draw(numpy.random.default_rng(2), at + s) for s in (step, -step)]
    assert numpy.allclose(values, draw(numpy.random.default_rng(2), at), 1e-15)
    slope = tape.gradient(values, a)
    assert numpy.allclose(slope, numpy.sum(sides[0] - sides[1]) / (2 * step), 1e-6)


def test_gradients_of_gammas_and_of_what_has_none():
    a = tf.constant([0.5, 3.0], tf.float64)
    with tf.GradientTape() as tape:
        tape.watch(a)
        values = tf.convert_to_tensor(np.random.default_rng(2).gamma(a, 2.0, (20000, 2)))
    # the mean is twice the shape
    assert numpy.allclose(tape.gradient(values, a) / 20000, 2.0, 0.05)
    with tf.GradientTape() as tape:
        tape.watch(a)
        values = tf.convert_to_tensor(np.random.default_rng(2).wald(a, 2.0))
    with pytest.raises(NotImplementedError, match="wald has no gradient"):
        tape.gradient(values, a)


def test_tensorflows_stream():
    draws = (
        lambda g: g.random(4),
        lambda g: g.normal(1.0, 2.0, (2, 3)),
        lambda g: g.integers(0, 50, 6),
        lambda g: g.standard_normal(3, dtype=np.float32),
        lambda g: g.exponential(),
        lambda g: g.permutation(3),
    )
    with config.random_stream("tensorflow"):
        eager = [numpy.asarray(draw(g)) for g in [np.random.default_rng(1)] for draw in draws]
        for jit_compile in (False, True):
            rng = np.random.default_rng(1)
            function = tf.function(
                lambda rng=rng: [tf.convert_to_tensor(draw(rng)) for draw in draws], jit_compile=jit_compile
            )
            for one, other in zip(eager, function(), strict=True):
                assert one.dtype == other.dtype and one.shape == other.shape
                assert numpy.allclose(one, other, 2e-7 if one.dtype == numpy.float32 else 1e-13, 0)
        rng = np.random.default_rng(1)
        again = pickle.loads(pickle.dumps(rng))
        assert numpy.array_equal(rng.random(3), again.random(3)) and not numpy.array_equal(
            rng.random(3), rng.random(3)
        )
        for kind in (rng, np.random.RandomState(3)):
            assert abs(float(np.mean(kind.normal(3.0, 1.0, 10000))) - 3) < 0.05
            assert abs(float(np.mean(kind.gamma(3.0, 2.0, 10000))) - 6) < 0.2
            assert abs(float(np.mean(kind.beta(2.0, 3.0, 10000))) - 0.4) < 0.02
        with pytest.raises(ValueError, match="scale < 0"):
            rng.normal(0.0, -1.0)
    assert config.get_random_stream() == "numpy"
    with pytest.raises(ValueError, match="config.random_stream"):
        config.set_random_stream("mine")


def test_the_docs_tell_what_is_drawn_where():
    rows = re.findall(r"^\| (one after the other|all at once) \| (.*) \|$", DOCS.read_text("utf-8"), re.M)
    told = [name for _, names in rows for name in names.split(", ")]
    native = {name for name, row in (GENERATOR | LEGACY).items() if row.draw}
    others = {"bit_generator", "bytes", "get_state", "seed", "set_state", "spawn"}
    names = {
        n for c in (numpy.random.Generator, numpy.random.RandomState) for n in dir(c) if n[0] != "_"
    } - others
    assert names == native | set(SPECIAL) | set(LEGACY_SPECIAL)
    assert sorted(told) == sorted(names)
