"""Elements at places of the order, found without sorting: those of NumPy's order, and their gradients."""

from __future__ import annotations

import numpy
import pytest
import tensorflow as tf

import tnp_shim as np
from tests.kernels.test_sorting import hard_values
from tnp_shim.kernels import order_statistics, sorting

PLACES = {"of all rows": [0, 700, 1498, 1499], "of each row": [[0], [700], [1499]]}


def expected(x, places):
    ordered, places = numpy.sort(x, 1, kind="stable"), numpy.asarray(places)
    places = numpy.broadcast_to(places, (len(x), places.shape[-1]))
    after = numpy.minimum(places + 1, x.shape[1] - 1)
    return numpy.take_along_axis(ordered, places, 1), numpy.take_along_axis(ordered, after, 1)


@pytest.mark.parametrize("compiled", [False, True])
@pytest.mark.parametrize("places", PLACES.values(), ids=PLACES)
@pytest.mark.parametrize("dtype", ["bool", "int64", "uint64", "float16", "float64"])
def test_elements_of_the_order(dtype, places, compiled):
    x = hard_values((3, 1500), dtype, 1)
    at_places = tf.function(order_statistics.at_places, jit_compile=compiled, autograph=False)
    for mine, numpys in zip(at_places(tf.constant(x), tf.constant(places)), expected(x, places), strict=True):
        numpy.testing.assert_array_equal(mine.numpy(), numpys, strict=True)


def test_where_they_are_found_without_sorting():
    seen = []

    def body(x, short, places):
        taken = [(x, places), (short, places), (x, tf.range(5)), (tf.complex(x, x), places)]
        seen.extend(order_statistics._is_quicker_than_sorting(*each) for each in taken)
        return x

    tf.function(body, autograph=False)(tf.ones((2, 1024)), tf.ones((2, 1023)), tf.constant([3, 4]))
    assert seen == [True, False, False, False]


@pytest.mark.parametrize("compiled", [False, True])
def test_gradients_are_those_of_sorting(compiled):
    x = numpy.random.default_rng(2).normal(size=(2, 2000))

    def gradient(at_places):
        def body(x):
            with tf.GradientTape() as tape:
                tape.watch(x)
                at, after = at_places(x, tf.constant([10, 1200]))
                total = tf.reduce_sum(at**2 * [1.0, 2.0] + after * [4.0, 8.0])
            return tape.gradient(total, x)

        return tf.function(body, jit_compile=compiled, autograph=False)(tf.constant(x)).numpy()

    def by_sorting(x, places):
        ordered = sorting.sort(x)
        return tuple(tf.gather(ordered, places + step, axis=1) for step in (0, 1))

    found = gradient(order_statistics.at_places)
    numpy.testing.assert_allclose(found, gradient(by_sorting), 1e-15)
    assert numpy.count_nonzero(found) == 8


@pytest.mark.parametrize("compiled", [False, True])
def test_equal_elements_get_the_gradient_of_one(compiled):
    def gradient(x):
        with tf.GradientTape() as tape:
            tape.watch(x)
            middle = np.median(x)
        return tape.gradient(middle, x)

    x = numpy.repeat([1.0, 2.0, 3.0], 1000)
    found = tf.function(gradient, jit_compile=compiled, autograph=False)(tf.constant(x)).numpy()
    numpy.testing.assert_allclose(found[1000:2000].sum(), 1.0, 1e-12)
    assert not found[:1000].any() and not found[2000:].any()


def test_what_a_mask_selects():
    """Its number, which XLA does not know when it compiles, may be 0."""

    @np.function(jit_compile=True)
    def middles(x, least):
        chosen = x[x > least]
        return np.median(chosen), np.nanmedian(chosen), np.sum(np.percentile(x[x > 0.0], [5, 95]))

    x = numpy.random.default_rng(0).normal(size=1000)
    for least in (-9.0, 0.0, 0.1, 2.9, 9.0):
        chosen, spread = x[x > least], numpy.percentile(x[x > 0.0], [5, 95]).sum()
        middle = numpy.median(chosen) if chosen.size else numpy.nan
        numpy.testing.assert_allclose(middles(x, least), [middle, middle, spread], 1e-15)
