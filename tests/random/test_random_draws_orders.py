"""Shuffles, samples, weighted choices and bounds for each element, against NumPy's streams."""

from __future__ import annotations

import numpy
import pytest
import tensorflow as tf
from drawn import MODES, check_generator, check_random_state

from tnp_shim.kernels.random import bounded_each, orders


def _order(engine, state, n):
    return orders.orders(engine, state, 1, n)


@pytest.mark.parametrize("mode", MODES)
def test_permutations(mode):
    for n in (1, 2, 3000) if mode == "graph" else (100,):
        check_generator(_order, lambda g, n: g.permutation(n), n, mode, n)
        check_random_state(_order, lambda r, n: r.permutation(n), n, mode, n)


def test_rows_one_after_the_other():
    def rows(engine, state, n):
        return orders.orders(engine, state, 7, n)

    def numpys(generator, n):
        return generator.permuted(numpy.tile(numpy.arange(n), (7, 1)), axis=1).ravel()

    check_generator(rows, numpys, 50, "graph")


@pytest.mark.parametrize("shuffled", [True, False])
@pytest.mark.parametrize(
    ("population", "n"), [(10, 10), (1, 1), (100, 3), (20_000, 50), (20_000, 5000), (10**9, 40), (12, 0)]
)
def test_samples(population, n, shuffled):
    """Both of NumPy's methods: the shuffle of the tail, and a set."""

    def ours(engine, state, n):
        return orders.sample(engine, state, population, n, shuffled)

    def numpys(generator, n):
        return generator.choice(population, n, replace=False, shuffle=shuffled)

    check_generator(ours, numpys, n, "graph", population % 97)


@pytest.mark.parametrize("mode", ["graph"])
def test_weights(mode):
    p = numpy.random.default_rng(0).random(50)
    p /= p.sum()

    def ours(engine, state, n):
        return orders.weighted(engine, state, n, tf.constant(p))

    check_generator(ours, lambda g, n: g.choice(50, n, p=p), 1000, mode)
    check_random_state(ours, lambda r, n: r.choice(50, n, p=p), 1000, mode)


@pytest.mark.parametrize(
    ("dtype", "top"),
    [("int64", 2**32 - 1), ("int32", 2**31 - 1), ("int16", 2**15 - 1), ("uint8", 255), ("bool", 1)],
)
def test_a_bound_for_each(dtype, top):
    """Of ranges of one number no word is taken; pieces of a word go on from one element to the next."""
    kind = numpy.dtype(dtype)
    high = (numpy.random.default_rng(5).random(500) * top).round().astype(numpy.int64)
    high[::17], high[::19] = 0, top
    low = high // 3

    def ours(masked):
        return lambda engine, state, n: bounded_each.integers(
            engine, state, n, tf.constant(low), tf.constant(high), kind, masked
        )

    check_generator(ours(False), lambda g, n: g.integers(low, high, dtype=kind, endpoint=True), 500, "graph")
    check_random_state(ours(True), lambda r, n: r.randint(low, high + 1, dtype=kind), 500, "graph")
