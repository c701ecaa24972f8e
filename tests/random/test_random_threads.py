"""Threads that draw from one generator: each number is drawn once, eagerly, in graphs and under XLA."""

from __future__ import annotations

import threading

import numpy
import pytest
import tensorflow as tf

import tnp_shim as np

MAKERS = {"Generator": np.random.default_rng, "RandomState": np.random.RandomState}


def drawn_by_threads(draws, calls):
    """The first number of each call; thread i calls `draws[i]`."""
    found = []

    def work(draw):
        for _ in range(calls):
            found.append(float(numpy.ravel(draw())[0]))

    threads = [threading.Thread(target=work, args=(draw,)) for draw in draws]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return found


def compiled(generator, **options):
    draw = tf.function(lambda: tf.convert_to_tensor(generator.normal(size=3)), autograph=False, **options)
    draw()
    return draw


CASES = [
    ("Generator", "one graph"),
    ("Generator", "two graphs"),
    ("RandomState", "eagerly beside a graph"),
    ("Generator", "xla"),
]


@pytest.mark.parametrize("kind, how", CASES)
def test_no_number_is_drawn_twice(kind, how):
    mine = MAKERS[kind](4)
    draws = [compiled(mine, jit_compile=how == "xla")] * 4
    if how == "two graphs":
        draws[2:] = [compiled(mine)] * 2
    elif how == "eagerly beside a graph":
        draws[2:] = [lambda: mine.normal(size=3)] * 2
    skipped = 3 * (1 + (how == "two graphs"))
    expected = getattr(numpy.random, "default_rng" if kind == "Generator" else kind)(4).normal(size=3 * 162)
    found = drawn_by_threads(draws, 40)
    assert sorted(found) == pytest.approx(sorted(expected[skipped : skipped + 480 : 3]), rel=1e-15)


def test_nothing_is_left_locked():
    mine = np.random.default_rng(5)

    def careless(scale):
        with pytest.raises(ValueError, match="mismatch"):
            mine.normal([0.0, 1.0], 1.0, (3,))
        return tf.convert_to_tensor(mine.normal(0.0, scale, 2))

    draw = tf.function(careless, autograph=False)
    with pytest.raises(tf.errors.InvalidArgumentError, match="scale < 0"):
        draw(tf.constant(-1.0, tf.float64))
    with pytest.raises(ValueError, match="scale < 0"):
        mine.normal(0.0, -1.0)
    theirs = numpy.random.default_rng(5)
    assert numpy.array_equal(draw(tf.constant(1.0, tf.float64)), theirs.normal(size=2))
    assert mine.normal() == theirs.normal()


def test_two_generators_that_wait_for_each_other():
    one, other = np.random.default_rng(1), np.random.default_rng(2)

    @tf.function
    def of_one():
        return tf.convert_to_tensor(one.uniform(other.random(3), 2.0))

    @tf.function
    def of_other():
        return tf.convert_to_tensor(other.uniform(one.random(3), 2.0))

    of_one(), of_other()
    assert len(set(drawn_by_threads([of_one, of_other] * 2, 25))) == 100


def test_a_graph_within_one_that_xla_compiles():
    mine, theirs = np.random.default_rng(5), numpy.random.default_rng(5)
    inner = tf.function(lambda: tf.convert_to_tensor(mine.random(3)))
    assert numpy.array_equal(inner(), theirs.random(3))
    assert numpy.array_equal(tf.function(lambda: inner() + 1, jit_compile=True)(), theirs.random(3) + 1)
    assert mine.random() == theirs.random()
