"""Boolean index arrays: do they fit, and writing by a select. Knows tensors only."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy
import tensorflow as tf

from tnp_shim.indexing.checks import asserted
from tnp_shim.indexing.layout import IndexArray
from tnp_shim.indexing.selections import on_all_elements, part_of_mask
from tnp_shim.indexing.sizes import Size, as_tensor, flat, reshaped, size_of, sizes_of, vector
from tnp_shim.promotion import constant
from tnp_shim.tensorflow_internals import (
    compiled_by_xla,
    gen_array_ops,
    gen_math_ops,
    gen_xla_ops,
    known_value,
    traced_by_vectorized_map,
)

_MISMATCH = "boolean index did not match indexed array along axis {}"


def check_mask(mask: Any, axis: int, sizes: Sequence[int | None]) -> None:
    """IndexError if a mask is known not to fit the axes from `axis` on."""
    for place, (size, given) in enumerate(zip(sizes, tuple(mask.shape), strict=True), axis):
        # an axis of size 0 in a mask fits any: so NumPy has it
        if size is not None and given is not None and given not in (0, size):
            sizes_differ = f"; size of axis is {size} but size of corresponding boolean axis is {given}"
            raise IndexError(_MISMATCH.format(place) + sizes_differ)


def fitting(tensor: tf.Tensor, array: IndexArray, sizes: Sequence[Size]) -> tf.Tensor:
    """The tensor; a runtime error if the mask does not fit axes of these sizes."""
    for place in range(len(array.values.shape)):
        size, given = sizes[place], array.values.shape[place]
        if given is None:
            given = size_of(array.values, place)
        if isinstance(size, tf.Tensor) or isinstance(given, tf.Tensor):
            same = gen_math_ops.equal(as_tensor(size), as_tensor(given))
            tensor = asserted(tensor, same, _MISMATCH.format(array.source_axis + place), IndexError)
    return tensor


def selected_index(array: IndexArray) -> numpy.ndarray | tf.Tensor:
    """Where the mask is true, as a flat index."""
    if isinstance(array.values, numpy.ndarray):
        return numpy.flatnonzero(array.values)
    return flat(true_places(flat(array.values)))


def true_places(mask: tf.Tensor) -> tf.Tensor:
    """Where a mask is true, a row of indices for each place.

    XLA looks for the number of rows by evaluating, element by element and for seconds, all that the mask is
    made of; what stands behind a barrier it leaves alone.
    """
    if not compiled_by_xla() or traced_by_vectorized_map():  # which knows no barriers
        return gen_array_ops.where(mask)
    known = known_value(mask)
    if known is not None:
        return tf.constant(numpy.argwhere(known), tf.int64)
    (mask,) = gen_xla_ops.xla_optimization_barrier([mask])
    return gen_array_ops.where(mask)


def written_by_select(tensor: tf.Tensor, array: IndexArray, value: tf.Tensor) -> tf.Tensor | None:
    """The tensor with the value where the mask is true; None where that is better scattered.

    The axes of the result of reading must stand where those of the mask do.
    """
    sizes = sizes_of(tensor)
    behind = len(sizes) - array.axes.stop
    selected_axis = value.shape.rank - 1 - behind  # the value's axis along the selected elements
    several = selected_axis >= 0 and value.shape[selected_axis] != 1
    stays = _stays_in(value, selected_axis, tensor, array)
    can_scatter = not (compiled_by_xla() and array.is_traced)
    if 0 in array.values.shape or can_scatter and (several or not stays):
        return None
    mask = tf.convert_to_tensor(array.values)
    if mask.shape.rank == 0:
        mask = reshaped(mask, [1])
    mask = fitting(mask, array, [sizes[axis] for axis in array.axes])
    if several:
        parts = {selected_axis: part_of_mask(array.values)}
        whole = on_all_elements(value, parts) if compiled_by_xla() else None
        value = _spread(value, selected_axis, mask) if whole is None else whole
    if selected_axis >= 0:
        given = sizes_of(value)
        middle = [sizes[axis] if several else 1 for axis in array.axes]
        value = reshaped(value, [*given[:selected_axis], *middle, *given[selected_axis + 1 :]])
    if not stays:
        value = gen_array_ops.broadcast_to(value, vector(sizes))
    mask = reshaped(mask, [*sizes_of(mask), *[1] * behind])
    return gen_math_ops.select_v2(mask, value, tensor)


def _stays_in(value: tf.Tensor, selected_axis: int, tensor: tf.Tensor, array: IndexArray) -> bool:
    """Whether no size of the value, some still unknown, can make the select broadcast the tensor."""
    others = [size for axis, size in enumerate(value.shape.as_list()) if axis != selected_axis]
    kept = [size for axis, size in enumerate(tensor.shape.as_list()) if axis not in array.axes]
    pairs = zip(reversed(others), reversed(kept), strict=False)
    return all(given == 1 or (given is not None and given == size) for given, size in pairs)


def _spread(value: tf.Tensor, axis: int, mask: tf.Tensor) -> tf.Tensor:
    """The values of the selected elements, each in the place of its element of the flat mask."""
    zero, one = constant(0, tf.int64), constant(1, tf.int64)
    order = gen_math_ops.cumsum(gen_math_ops.cast(flat(mask), DstT=tf.int64), constant(0, tf.int32))
    last = gen_math_ops.sub(as_tensor(size_of(value, axis)), one)
    place = gen_math_ops.minimum(gen_math_ops.maximum(gen_math_ops.sub(order, one), zero), last)
    return gen_array_ops.gather_v2(value, place, constant(axis, tf.int32))
