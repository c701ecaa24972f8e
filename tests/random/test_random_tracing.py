"""Draws of one size share a function in graphs: they are traced and optimised once."""

from __future__ import annotations

import numpy
import pytest
import tensorflow as tf

import tnp_shim as np

DRAWS = {
    "standard_normal": lambda rng: rng.standard_normal(5),
    "integers": lambda rng: rng.integers(0, 1000, 5),
    "choice": lambda rng: rng.choice(20, 5, replace=False),
    "RandomState.normal": lambda rng: rng.normal(size=5),
}


def generator(namespace, name, seed=3):
    return (namespace.random.RandomState if name[:6] == "Random" else namespace.random.default_rng)(seed)


def traced(draw, rng, count):
    return tf.function(lambda: [tf.convert_to_tensor(draw(rng)) for _ in range(count)], autograph=False)


def nodes_of(function, *arguments):
    definition = function.get_concrete_function(*arguments).graph.as_graph_def()
    return definition, sum(len(each.node_def) for each in definition.library.function)


@pytest.mark.parametrize("name", DRAWS)
def test_draws_of_one_size_share_a_function(name):
    mine = generator(np, name)
    function = traced(DRAWS[name], mine, 4)
    assert nodes_of(function)[1] == nodes_of(traced(DRAWS[name], generator(np, name), 1))[1]
    theirs = generator(numpy, name)
    for found in [*function(), *function()]:
        numpy.testing.assert_array_equal(found, DRAWS[name](theirs), strict=True)


def test_in_loops_they_are_put_in_place_of_the_call():
    """A call costs each turn a fifth."""
    rng = np.random.default_rng(3)

    @tf.function
    def in_a_loop(n):
        total = np.asarray(0.0)
        for _ in range(n):
            total = total + rng.normal()
        return tf.convert_to_tensor(total)

    for function, kept in ((in_a_loop, False), (traced(lambda rng: rng.normal(), rng, 1), True)):
        functions = nodes_of(function, *[tf.constant(2)][kept:])[0].library.function
        assert any(each.attr["_noinline"].b for each in functions) == kept
    expected = numpy.random.default_rng(3).normal(size=4)
    assert float(in_a_loop(tf.constant(4))) == pytest.approx(sum(expected), 1e-15)
