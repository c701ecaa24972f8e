"""Indices with arrays of integers or bool in them: gather and scatter. Knows tensors only.

A basic part (slices, ints, new axes) is applied first; then the axes of the index arrays are merged into
one, along which one flat index gathers. A mask of any rank is a flat index along its merged axes.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy
import tensorflow as tf

from tnp_shim.errors import UnsupportedError
from tnp_shim.indexing.checks import asserted, known_indices, spelled, traced_index
from tnp_shim.indexing.layout import FULL, axes_taken, expanded
from tnp_shim.indexing.scatter import scattered
from tnp_shim.indexing.sizes import Size, as_tensor, product, reshaped, size_of, sizes_of, transposed
from tnp_shim.indexing.traced import basic_plan
from tnp_shim.indexing.values import broadcast_value, checked_value
from tnp_shim.promotion import constant
from tnp_shim.tensorflow_internals import compiled_by_xla, gen_array_ops, gen_math_ops

_MISMATCH = "shape mismatch: value array of shape {} could not be broadcast to indexing result of shape {}"


class IndexArray(NamedTuple):
    """An index array, and the axes of the basic part's result that it is about."""

    values: Any  # a NumPy array or a tensor, of integers or bool
    first: int
    count: int
    source_axis: int

    @property
    def is_mask(self) -> bool:
        return self.values.dtype in (bool, tf.bool)

    @property
    def is_traced(self) -> bool:
        return not isinstance(self.values, numpy.ndarray)

    @property
    def axes(self) -> range:
        return range(self.first, self.first + self.count)


def is_array(item: Any) -> bool:
    """Whether an item is an index array: what NumPy calls advanced, 0-d integers excepted."""
    if isinstance(item, numpy.ndarray):
        return item.ndim > 0 or item.dtype == bool
    return isinstance(item, tf.Tensor) and (item.shape.rank != 0 or item.dtype == tf.bool)


class AdvancedPlan:
    """Reads and writes what an index with arrays in it selects."""

    is_view = is_scalar = False
    numpy_index = None

    def __init__(self, shape: Sequence[int | None], items: Sequence[Any]) -> None:
        advanced = [not (item is None or item is Ellipsis or type(item) is tuple) for item in items]
        first, last = advanced.index(True), len(advanced) - 1 - advanced[::-1].index(True)
        self._basic_items: list[Any] = []
        self._arrays: list[IndexArray] = []
        self._lay_out(expanded(shape, items), shape)
        self._is_single_mask = (
            len(items) == 1 and self._arrays[0].is_mask and axes_taken(items[0]) == len(shape)
        )
        self._basic = basic_plan(shape, self._basic_items)
        self._inner_shape = self._basic.shape
        self._rank = len(self._inner_shape)
        indices = [self._index_of(array) for array in self._arrays]
        self._broadcast = self._broadcast_shape(indices)
        self._indices = self._checked_indices(indices, shape)
        taken = {axis for array in self._arrays for axis in array.axes}
        self._kept = [axis for axis in range(self._rank) if axis not in taken]
        in_place = all(advanced[first : last + 1])
        leading = sum(axis < self._arrays[0].first for axis in self._kept)
        self._target = leading if in_place else 0  # where the index arrays' axes come to stand
        kept_sizes = [self._inner_shape[axis] for axis in self._kept]
        self.shape = (*kept_sizes[: self._target], *self._broadcast, *kept_sizes[self._target :])
        self._known = self._known_index()

    def _lay_out(self, items: Sequence[Any], shape: Sequence[int | None]) -> None:
        place = axis = 0
        for item in items:
            count = axes_taken(item)
            if is_array(item):
                array = IndexArray(item, place, max(count, 1), axis)
                if array.is_mask:
                    _check_mask(item, axis, shape[axis : axis + count])
                self._arrays.append(array)
                # a 0-d mask selects all or nothing of a new axis
                self._basic_items += [FULL] * count or [None]
                place += max(count, 1)
            else:
                if isinstance(item, numpy.ndarray):
                    item = int(item)
                self._basic_items.append(item)
                place += item is None or type(item) is tuple
            axis += count

    def _index_of(self, array: IndexArray) -> Any:
        """The index along the array's merged axes."""
        values = array.values
        if isinstance(values, numpy.ndarray):
            return numpy.flatnonzero(values) if array.is_mask else values
        if values.shape.rank is None:
            raise UnsupportedError("an index tensor whose rank is unknown while tracing")
        if not array.is_mask:
            return values
        flat = gen_array_ops.reshape(values, constant((-1,), tf.int32))
        return gen_array_ops.reshape(gen_array_ops.where(flat), constant((-1,), tf.int32))

    def _checked_indices(self, indices: Sequence[Any], shape: Sequence[int | None]) -> list[Any]:
        """The indices, none negative where they and the size of their axis are known."""
        result = []
        for array, index in zip(self._arrays, indices, strict=True):
            size = shape[array.source_axis] if not array.is_mask else None
            if isinstance(index, numpy.ndarray) and 0 in self._broadcast:
                index = numpy.zeros_like(index)  # NumPy does not look at what is broadcast away
            elif isinstance(index, numpy.ndarray) and size is not None:
                index = known_indices(index, array.source_axis, size)
            result.append(index)
        return result

    def _broadcast_shape(self, indices: Sequence[Any]) -> tuple[int | None, ...]:
        shapes = [tuple(index.shape) for index in indices]
        try:
            return tuple(_broadcast_static(shapes))
        except ValueError:
            spelling = [
                spelled(shape)
                for shape, array in zip(shapes, self._arrays, strict=True)
                for _ in range(max(array.count, 1))
            ]
            raise IndexError(
                "shape mismatch: indexing arrays could not be broadcast together with shapes "
                + " ".join(spelling)
                + " "
            ) from None

    def _known_index(self) -> numpy.ndarray | None:
        """The flat index along the merged axes of all arrays, if it is known."""
        sizes = [self._inner_shape[axis] for array in self._arrays for axis in array.axes]
        if None in sizes or not all(isinstance(index, numpy.ndarray) for index in self._indices):
            return None
        flat: Any = 0
        for array, index in zip(self._arrays, self._indices, strict=True):
            flat = flat * math.prod(self._inner_shape[axis] for axis in array.axes) + index
        return flat

    def _flat_index(self, inner: tf.Tensor) -> tf.Tensor:
        """The flat index along the merged axes, with the result's shape."""
        if self._known is not None:
            return tf.constant(self._known, tf.int64)
        flat: tf.Tensor | None = None
        for array, index in zip(self._arrays, self._indices, strict=True):
            sizes = [size_of(inner, axis) for axis in array.axes]
            if array.is_mask:
                index = _checked_mask(index, array, sizes)
            else:
                known = isinstance(index, numpy.ndarray)
                values = tf.constant(index, tf.int64) if known else index
                checked = known and isinstance(sizes[0], int)
                index = values if checked else traced_index(values, array.source_axis, sizes[0])
            if flat is None:
                flat = index
            else:
                wide = [
                    part if part.dtype == tf.int64 else gen_math_ops.cast(part, DstT=tf.int64)
                    for part in (flat, index)
                ]
                flat = gen_math_ops.add_v2(gen_math_ops.mul(wide[0], as_tensor(product(sizes))), wide[1])
        return flat

    def _merged(self, inner: tf.Tensor) -> tuple[tf.Tensor, int]:
        """The tensor with the arrays' axes side by side and merged into one, and which that is."""
        axes = [axis for array in self._arrays for axis in array.axes]
        first = axes[0]
        if axes[-1] - first != len(axes) - 1:
            inner, first = transposed(inner, [*axes, *self._kept]), 0
        if len(axes) == 1:
            return inner, first
        sizes = sizes_of(inner)
        merged = product(sizes[first : first + len(axes)])
        return reshaped(inner, [*sizes[:first], merged, *sizes[first + len(axes) :]]), first

    def read(self, tensor: tf.Tensor) -> tf.Tensor:
        """The selected elements."""
        inner = self._basic.read(tensor)
        index = self._flat_index(inner)
        merged, axis = self._merged(inner)
        result = gen_array_ops.gather_v2(merged, index, constant(axis, tf.int32))
        if axis != self._target:
            count = len(self._broadcast)
            others = [place for place in range(len(self.shape)) if not axis <= place < axis + count]
            moved = range(axis, axis + count)
            order = [*others[: self._target], *moved, *others[self._target :]]
            result = transposed(result, order)
        return result

    def write(self, tensor: tf.Tensor, value: tf.Tensor) -> tf.Tensor:
        """The tensor with the selected elements replaced by the value, broadcast; the last one wins."""
        value = self._checked(value)
        inner = self._basic.read(tensor)
        if len(self._arrays) == 1 and self._arrays[0].is_mask:
            new = self._written_by_mask(inner, value)
            if new is not None:
                return self._basic.write(tensor, new)
        if compiled_by_xla() and any(array.is_mask and array.is_traced for array in self._arrays):
            raise UnsupportedError(
                "jit_compile=True can't compile an assignment at a boolean index that is unknown while tracing "
                "and stands with other index arrays, or apart from an int. Use np.where, or the mask alone."
            )
        index = self._flat_index(inner)
        value = broadcast_value(value, self.shape, lambda: self._runtime_shape(inner, index))
        count = len(self._broadcast)
        moved = [*range(self._target, self._target + count)]
        others = [place for place in range(len(self.shape)) if place not in moved]
        value = transposed(value, [*moved, *others])
        value = reshaped(value, [product(sizes_of(value)[:count]), *sizes_of(value)[count:]])
        axes = [axis for array in self._arrays for axis in array.axes]
        order = [*axes, *self._kept]
        front = transposed(inner, order)
        sizes = sizes_of(front)
        rows = reshaped(front, [product(sizes[: len(axes)]), *sizes[len(axes) :]])
        if self._known is not None:
            index = self._known.reshape(-1)
        else:
            index = gen_array_ops.reshape(index, constant((-1,), tf.int32))
        unique = len(self._arrays) == 1 and self._arrays[0].is_mask
        rows = scattered(rows, index, value, unique=unique)
        front = reshaped(rows, sizes)
        inverse = sorted(range(len(order)), key=order.__getitem__)
        return self._basic.write(tensor, transposed(front, inverse))

    def _runtime_shape(self, inner: tf.Tensor, index: tf.Tensor) -> tf.Tensor:
        sizes = [size_of(inner, axis) for axis in self._kept]
        middle = sizes_of(index) if len(self._broadcast) == index.shape.rank else []
        parts = [*sizes[: self._target], *middle, *sizes[self._target :]]
        return gen_array_ops.pack([as_tensor(size) for size in parts])

    def _checked(self, value: tf.Tensor) -> tf.Tensor:
        rank = value.shape.rank
        if rank is None:
            raise UnsupportedError("a value whose rank is unknown while tracing, assigned by index arrays")
        if not self._is_single_mask:
            return checked_value(value, self.shape, _MISMATCH)
        if rank > 1:
            raise TypeError(
                "NumPy boolean array indexing assignment requires a 0 or 1-dimensional input, "
                f"input has {rank} dimensions"
            )
        given, wanted = (value.shape[0] if rank else 1), self.shape[0]
        if None not in (given, wanted) and given not in (1, wanted):
            raise ValueError(
                f"NumPy boolean array indexing assignment cannot assign {given} input values to "
                f"the {wanted} output values where the mask is true"
            )
        return value

    def _written_by_mask(self, inner: tf.Tensor, value: tf.Tensor) -> tf.Tensor | None:
        """The write of one mask by a select, or None where scattering is better."""
        array = self._arrays[0]
        if 0 in array.values.shape:
            return None
        after = self._rank - array.first - array.count
        if self._target != array.first:
            return None
        selected_axis = value.shape.rank - 1 - after  # the value's axis along the selected elements
        mask = self._mask_of(array, inner)
        if selected_axis >= 0:
            count = value.shape[selected_axis]
            if count != 1:
                if not compiled_by_xla() or isinstance(array.values, numpy.ndarray):
                    return None
                value = _spread(value, selected_axis, mask)
                sizes = sizes_of(inner)[array.first : array.first + array.count]
            else:
                sizes = [1] * array.count
            if array.count != 1:
                given = sizes_of(value)
                value = reshaped(value, [*given[:selected_axis], *sizes, *given[selected_axis + 1 :]])
        if after:
            ones = [1] * after
            mask = reshaped(mask, [*sizes_of(mask), *ones])
        return gen_math_ops.select_v2(mask, value, inner)

    def _mask_of(self, array: IndexArray, inner: tf.Tensor) -> tf.Tensor:
        mask = tf.convert_to_tensor(array.values)
        if mask.shape.rank == 0:
            mask = gen_array_ops.reshape(mask, constant((1,), tf.int32))
        return _checked_mask(mask, array, [size_of(inner, axis) for axis in array.axes])


def _spread(value: tf.Tensor, axis: int, mask: tf.Tensor) -> tf.Tensor:
    """The values of the selected elements, each in the place of its element of the flat mask."""
    flat = gen_array_ops.reshape(mask, constant((-1,), tf.int32))
    order = gen_math_ops.cumsum(gen_math_ops.cast(flat, DstT=tf.int64), constant(0, tf.int32))
    one = constant(1, tf.int64)
    last = gen_math_ops.sub(as_tensor(size_of(value, axis)), one)
    place = gen_math_ops.minimum(
        gen_math_ops.maximum(gen_math_ops.sub(order, one), constant(0, tf.int64)), last
    )
    return gen_array_ops.gather_v2(value, place, constant(axis, tf.int32))


def _broadcast_static(shapes: Sequence[Sequence[int | None]]) -> list[int | None]:
    """The common shape, an axis unknown if it can't be told; ValueError if there is none."""
    rank = max(map(len, shapes))
    result: list[int | None] = []
    for place in range(-rank, 0):
        sizes = [shape[place] for shape in shapes if len(shape) >= -place]
        known = {size for size in sizes if size not in (1, None)}
        if len(known) > 1:
            raise ValueError("no common shape")
        result.append(known.pop() if known else None if None in sizes else 1)
    return result


def _check_mask(mask: Any, axis: int, sizes: Sequence[int | None]) -> None:
    for place, (size, given) in enumerate(zip(sizes, tuple(mask.shape), strict=False)):
        # an axis of size 0 in a mask fits any: so NumPy has it
        if size is not None and given is not None and given not in (0, size):
            raise IndexError(
                f"boolean index did not match indexed array along axis {axis + place}; size of axis is "
                f"{size} but size of corresponding boolean axis is {given}"
            )


def _checked_mask(tensor: Any, array: IndexArray, sizes: Sequence[Size]) -> tf.Tensor:
    """The tensor; a runtime error if a size of the mask, unknown until now, is not that of its axis."""
    tensor = tf.convert_to_tensor(tensor)
    if array.values.shape == () or len(array.values.shape) == 0:
        return tensor
    mask = array.values
    for place, size in enumerate(sizes):
        given = mask.shape[place] if isinstance(mask, numpy.ndarray) else size_of(mask, place)
        if isinstance(size, int) and isinstance(given, int):
            continue
        same = gen_math_ops.equal(as_tensor(size), as_tensor(given))
        axis = array.source_axis + place
        message = f"boolean index did not match indexed array along axis {axis}"
        tensor = asserted(tensor, same, message, IndexError)
    return tensor
