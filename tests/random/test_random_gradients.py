"""Gradients of drawn numbers by a tape within a function, and around a traced and a compiled one."""

from __future__ import annotations

import gc
import weakref

import numpy
import pytest
import tensorflow as tf

import tnp_shim as np

DRAWS = {
    "beta": lambda rng, a: rng.beta(a, 2.0, size=3),
    "exponential": lambda rng, a: rng.exponential(a, size=3),
    "gamma": lambda rng, a: rng.gamma(a, 2.0, size=3),
    "lognormal": lambda rng, a: rng.lognormal(a, 0.5, size=3),
    "multivariate_normal": lambda rng, a: rng.multivariate_normal(np.stack([a, a]), np.eye(2), size=3),
    "pareto": lambda rng, a: rng.pareto(a, size=3),
    "power": lambda rng, a: rng.power(a, size=3),
    "standard_gamma": lambda rng, a: rng.standard_gamma(a, size=3),
    "triangular": lambda rng, a: rng.triangular(0.0, a, 3.0, size=3),
    "weibull": lambda rng, a: rng.weibull(a, size=3),
}
WAYS = ("exponential", "gamma", "multivariate_normal", "triangular")
"""One of each way to a gradient."""

GENERATORS = {"Generator": np.random.default_rng, "RandomState": np.random.RandomState}


def slope(function, a):
    with tf.GradientTape() as tape:
        tape.watch(a)
        values = function(a)
    return tape.gradient(values, a)


@pytest.mark.parametrize(
    ("name", "generator"),
    [*((name, "Generator") for name in DRAWS), *((name, "RandomState") for name in WAYS)],
)
def test_slopes_are_those_of_eager_draws(name, generator):
    def draw(a):
        return tf.convert_to_tensor(DRAWS[name](GENERATORS[generator](3), np.asarray(a)))

    a = tf.constant(1.3, tf.float64)
    expected = slope(draw, a)
    assert numpy.isfinite(expected) and expected != 0
    for function in (
        tf.function(lambda a: slope(draw, a), autograph=False),
        lambda a: slope(tf.function(draw, autograph=False), a),
    ):
        numpy.testing.assert_allclose(function(a), expected, 1e-12)
    if name in ("gamma", "triangular") and generator == "Generator":
        numpy.testing.assert_allclose(
            slope(tf.function(draw, jit_compile=True, autograph=False), a), expected, 1e-12
        )


def test_graphs_are_freed():
    """The registry of gradients of tf.custom_gradient would keep each of them."""

    def drawn(a):
        return tf.convert_to_tensor(np.random.default_rng(0).gamma(a, size=3))

    def graph_of_another():
        made = tf.function(lambda a: drawn(a), autograph=False).get_concrete_function(tf.constant(1.0))
        return weakref.ref(made.graph)

    kept = graph_of_another()
    gc.collect()
    assert kept() is None


def test_a_loaded_graph_refuses_gradients(tmp_path):
    module = tf.Module()
    module.draw = tf.function(
        lambda a: tf.convert_to_tensor(np.random.default_rng(0).gamma(a, size=3)),
        input_signature=[tf.TensorSpec([], tf.float64)],
        autograph=False,
    )
    tf.saved_model.save(module, str(tmp_path))
    loaded, a = tf.saved_model.load(str(tmp_path)), tf.constant(1.3, tf.float64)
    numpy.testing.assert_array_equal(loaded.draw(a), module.draw(a))
    with pytest.raises(LookupError, match="lost in a graph that was loaded"):
        slope(loaded.draw, a)
