"""First and second gradients of reading and writing, with respect to the array and the value.

A write is linear in both, so NumPy gives the matrices, and these the gradients, of a cubic function of it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy
import pytest
import tensorflow as tf
from index_cases import assigned, filled
from traced_indices import Argument, real, shape_of, traced

from tnp_shim.indexing import plan

ARRAY = filled((3, 4)) / 7
CASES: list[tuple[Any, tuple[int, ...]]] = [
    (numpy.s_[1:, ::2], (2, 2)),
    (numpy.s_[1:], (4,)),
    (numpy.s_[::-1], (3, 1)),
    (numpy.s_[2:2], (4,)),
    (Argument(1), (4,)),
    ((slice(None), Argument(-2)), ()),
    ((Argument(2), slice(1, None)), (3,)),
    (slice(None, Argument(2)), (1, 4)),
    ([0, 0, 1], (3, 4)),
    ([0, 0, 1], ()),
    (([0, 1, 0], [1, 1, 1]), (3,)),
    (numpy.s_[:, [1, 1, 0]], (3, 3)),
    (Argument([1, 1, 0]), (3, 4)),
    (Argument([1, 1, 0]), ()),
    ((slice(None), Argument([1, 1, 0])), (3,)),
    (numpy.array([True, False, True]), (2, 4)),
    (numpy.array([True, False, True]), ()),
    (Argument([True, False, True]), (2, 4)),
    (Argument([True, False, True]), ()),
    (Argument(ARRAY > 0.3), (9,)),
]


def wanted_gradients(index: Any, value: numpy.ndarray) -> list[numpy.ndarray]:
    """Of sum(y**3) + sum(y[index]**2), y written; then of the sum of the squares of these."""
    size = ARRAY.size
    places = numpy.arange(size).reshape(ARRAY.shape)[index]
    sources = numpy.broadcast_to(numpy.arange(value.size).reshape(value.shape), places.shape)
    kept, taken = numpy.eye(size), numpy.zeros((size, value.size))
    for place, source in zip(places.ravel(), sources.ravel(), strict=True):
        kept[place] = taken[place] = 0
        taken[place, source] = 1
    reading = numpy.eye(size)[places.ravel()]
    written = kept @ ARRAY.ravel() + taken @ value.ravel()
    gradient = 3 * written**2 + reading.T @ (2 * reading @ written)
    hessian = numpy.diag(6 * written) + 2 * reading.T @ reading
    first = [kept.T @ gradient, taken.T @ gradient]
    upstream = hessian @ (kept @ (2 * first[0]) + taken @ (2 * first[1]))
    return [*first, kept.T @ upstream, taken.T @ upstream]


def gradients(index: Any, array: tf.Tensor, value: tf.Tensor) -> list[tf.Tensor]:
    with tf.GradientTape() as outer:
        outer.watch([array, value])
        with tf.GradientTape() as inner:
            inner.watch([array, value])
            made = plan(shape_of(array), index)
            written = made.write(array, value)
            selected = plan(shape_of(array), index).read(written)
            result = tf.reduce_sum(written**3) + tf.reduce_sum(selected**2)
        first = inner.gradient(result, [array, value])
        squares = tf.add_n([tf.reduce_sum(gradient**2) for gradient in map(tf.convert_to_tensor, first)])
    second = outer.gradient(squares, [array, value])
    return [*map(tf.convert_to_tensor, first), *map(tf.convert_to_tensor, second)]


def eagerly(index: Any) -> Callable[..., Any]:
    return lambda *tensors: gradients(real(index), *map(tf.constant, tensors))


@pytest.mark.filterwarnings("ignore:Converting sparse IndexedSlices")
@pytest.mark.parametrize("mode", ["eager", "traced", "unknown", "xla"])
@pytest.mark.parametrize(("index", "value_shape"), CASES)
def test_gradients(index: Any, value_shape: tuple[int, ...], mode: str) -> None:
    value = filled(value_shape) / 5 + 1
    shapes = [(None,) * 2, (None,) * value.ndim] if mode == "unknown" else [ARRAY.shape, value.shape]
    specs = [tf.TensorSpec(shape, tf.float64) for shape in shapes]
    run = eagerly(index) if mode == "eager" else traced(gradients, index, specs, mode == "xla")
    given = run(ARRAY, value)
    for ours, theirs in zip(given, wanted_gradients(real(index), value), strict=True):
        numpy.testing.assert_allclose(ours.numpy().ravel(), theirs, rtol=1e-12)


def test_what_is_overwritten_whole_has_no_part_in_the_result() -> None:
    array, value = tf.constant(ARRAY), tf.constant(2.0, tf.float64)
    with tf.GradientTape() as tape:
        tape.watch([array, value])
        result = tf.reduce_sum(plan((3, 4), ...).write(array, value))
    zero, whole = tape.gradient(result, [array, value], unconnected_gradients="zero")
    numpy.testing.assert_array_equal(zero, numpy.zeros((3, 4)))
    assert whole == 12


def test_the_branch_not_taken_leaks_no_nan() -> None:
    array = tf.constant([0.0, 4.0])
    with tf.GradientTape() as tape:
        tape.watch(array)
        written = plan((2,), tf.constant([True, False])).write(array, tf.constant(numpy.nan))
        result = tf.reduce_sum(plan((2,), 1).read(written) ** 2)
    numpy.testing.assert_array_equal(tape.gradient(result, array), [0, 8])


@pytest.mark.parametrize("index", [[2, 0], [0, 0, 1], (slice(None), [1, 1])])
def test_jacobians_and_maps_of_index_arrays(index: Any) -> None:
    array, value = tf.constant(ARRAY), tf.constant(2.0, tf.float64)
    with tf.GradientTape() as tape:
        tape.watch([array, value])
        written = plan((3, 4), index).write(array, value)
    by_array, by_value = tape.jacobian(written, [array, value])
    untouched = numpy.ones((3, 4))
    untouched[index] = 0
    numpy.testing.assert_array_equal(by_array, numpy.diag(untouched.ravel()).reshape(3, 4, 3, 4))
    numpy.testing.assert_array_equal(by_value, 1 - untouched)
    batch = numpy.stack([ARRAY, ARRAY + 1])
    mapped = tf.vectorized_map(lambda one: plan((3, 4), index).write(one, value), tf.constant(batch))
    for given, one in zip(mapped.numpy(), batch, strict=True):
        numpy.testing.assert_array_equal(given, assigned(one, index, 2.0))
