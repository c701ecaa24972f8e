"""Gamma numbers, counts and what is made of them, of both generators, against NumPy's streams."""

from __future__ import annotations

import numpy
import pytest
import tensorflow as tf
from drawn import check_generator, check_random_state

from tnp_shim.kernels.random import counts, gamma, scalars, sequential

N = 400
_RANDOM = numpy.random.default_rng(0)
_SHAPES = _RANDOM.random(N) * 3 * (numpy.arange(N) % 7 > 0)
_SHAPES[::11] = 1
_RATES = numpy.concatenate(
    [numpy.zeros(10), numpy.linspace(0.1, 12, N // 2), numpy.exp(numpy.linspace(3, 30, N // 2 - 10))]
)
_TRIALS = numpy.concatenate([numpy.arange(N // 2), numpy.exp(numpy.linspace(5, 25, N // 2)).astype(int)])
_CHANCES = _RANDOM.random(N)
_WITH_EDGES = _CHANCES.copy()
_WITH_EDGES[::50], _WITH_EDGES[25::50] = 0, 1
_ABOVE_ONE = 1.05 + 5 * _RANDOM.random(N)
_ABOVE_ONE[5] = 1030

# name, parameters, words for a value, the `one` for a kind and whether it is RandomState's
CASES = {
    "standard_gamma": ((_SHAPES,), 4, lambda kind, legacy: gamma.standard_gamma(kind)),
    "f": ((2.5, 3.0), 5, lambda kind, legacy: gamma.f(kind)),
    "standard_t": ((2.5,), 4, lambda kind, legacy: gamma.standard_t(kind)),
    "beta": ((_SHAPES + 0.1, 0.7), 8, gamma.beta),
    "wald": ((2.0, _SHAPES + 0.1), 3, gamma.wald),
    "poisson": ((_RATES,), 8, lambda kind, legacy: counts.poisson),
    "negative_binomial": (
        (3.5, 0.1 + 0.8 * _CHANCES),
        9,
        lambda kind, legacy: counts.negative_binomial(kind),
    ),
    "noncentral_chisquare": (
        (_SHAPES + 0.1, 2.0 * (_CHANCES > 0.2)),
        9,
        lambda kind, legacy: counts.noncentral_chisquare(kind),
    ),
    "binomial": ((_TRIALS, _WITH_EDGES), 6, lambda kind, legacy: counts.binomial(legacy)),
    "geometric": ((_CHANCES**2 + 1e-9,), 2, counts.geometric),
    "zipf": ((_ABOVE_ONE,), 6, lambda kind, legacy: counts.zipf(legacy)),
    "logseries": ((_CHANCES,), 3, lambda kind, legacy: counts.logseries(legacy)),
}
COUNTS = {"poisson", "negative_binomial", "binomial", "geometric", "zipf", "logseries"}


def _ours(name, legacy, words=None):
    parameters, usual, one = CASES[name]
    made = one(scalars.LEGACY if legacy else scalars.GENERATOR, legacy)
    tensors = [tf.constant(numpy.asarray(parameter)) for parameter in parameters]
    dtype = tf.int64 if name in COUNTS else tf.float64

    def draw(engine, state, *rest):
        spare = rest[0] if legacy else None
        found = sequential.draw(
            engine, state, rest[-1], made, tensors, dtype, words or usual, spare, raw=not legacy
        )
        return found if legacy else found[:2]

    return draw


# the loops of Generator, with its ziggurats, take XLA seconds to compile
@pytest.mark.parametrize("name", ["standard_gamma", "poisson", "binomial", "zipf"])
def test_generator(name):
    check_generator(
        _ours(name, False), lambda g, n: getattr(g, name)(*CASES[name][0], size=n), N, "graph", 5, tolerance=2
    )


@pytest.mark.parametrize("name", ["beta", "wald", "geometric", "logseries", "negative_binomial"])
def test_random_state(name):
    check_random_state(
        _ours(name, True),
        lambda r, n: getattr(r, name)(*CASES[name][0], size=n),
        N,
        "graph",
        5,
        tolerance=2,
        begin=lambda r: r.standard_normal(),
        spare=True,
    )


def test_unknown_sizes():
    check_random_state(
        _ours("standard_gamma", True),
        lambda r, n: r.standard_gamma(_SHAPES, size=n),
        N,
        "unknown",
        tolerance=2,
        spare=True,
    )


def test_a_value_that_the_block_has_not_all_words_of(monkeypatch):
    monkeypatch.setattr(sequential, "_LEAST_BLOCK", 64)
    check_generator(_ours("poisson", False, 0.1), lambda g, n: g.poisson(_RATES, size=n), N, "graph", 6)


def test_logarithms_of_factorials():
    x = numpy.arange(1.0, 40.0)
    expected = numpy.cumsum(numpy.log(numpy.concatenate([[1.0], x[:-1]])))
    assert numpy.allclose(counts.log_gamma(tf.constant(x)), expected, 1e-14, 1e-14)
