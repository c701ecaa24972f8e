"""Indices with arrays of integers or bool in them: gather and scatter. Knows tensors only.

The rest of the expression (slices, ints, new axes) is applied first; then the axes of the index arrays are
merged into one, along which one flat index gathers. A mask of any rank is a flat index along its merged axes.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy
import tensorflow as tf

from tnp_shim.errors import UnsupportedError
from tnp_shim.indexing.boolean import check_mask, fitting, selected_index, written_by_select
from tnp_shim.indexing.checks import known_indices, spelled, traced_index
from tnp_shim.indexing.layout import FULL, IndexArray, axes_taken, expanded, is_index_array
from tnp_shim.indexing.scatter import scattered
from tnp_shim.indexing.selections import Selection, note, part_of_mask
from tnp_shim.indexing.sizes import as_tensor, flat, product, reshaped, size_of, sizes_of, transposed
from tnp_shim.indexing.traced import basic_plan
from tnp_shim.indexing.values import broadcast_value, checked_value
from tnp_shim.promotion import constant
from tnp_shim.tensorflow_internals import compiled_by_xla, gen_array_ops, gen_math_ops

_MISMATCH = "shape mismatch: value array of shape {} could not be broadcast to indexing result of shape {}"


class AdvancedPlan:
    """Reads and writes what an index with arrays in it selects."""

    is_view = is_scalar = False
    numpy_index = None

    def __init__(self, shape: Sequence[int | None], items: Sequence[Any]) -> None:
        self._arrays: list[IndexArray] = []
        rest = self._laid_out(expanded(tuple(shape), items), shape)
        self._is_lone_mask = (
            len(items) == 1 and self._arrays[0].is_mask and axes_taken(items[0]) == len(shape)
        )
        self._rest = basic_plan(tuple(shape), rest)
        self._inner_shape: tuple[int | None, ...] = self._rest.shape or ()
        self._axes = [axis for array in self._arrays for axis in array.axes]
        self._kept = [axis for axis in range(len(self._inner_shape)) if axis not in self._axes]
        self._target = self._place_of_result(items)
        self._indices: list[Any] = []
        lone_traced_mask = len(self._arrays) == 1 and self._arrays[0].is_mask and self._arrays[0].is_traced
        if lone_traced_mask:  # a select may write it, with no need to know where it is true
            self._set_shape((None,))
        else:
            self._find_indices(shape)

    def _laid_out(self, items: Sequence[Any], shape: Sequence[int | None]) -> list[Any]:
        """The expression with full slices in place of index arrays, which are noted."""
        rest: list[Any] = []
        place = axis = 0
        for item in items:
            count = axes_taken(item)
            if is_index_array(item):
                is_mask = item.dtype in (bool, tf.bool)
                if item.shape is None or isinstance(item, tf.Tensor) and item.shape.rank is None:
                    raise UnsupportedError(
                        "the rank of an index tensor must be known while tracing. Give it one with "
                        "tf.ensure_shape, or in input_signature."
                    )
                if is_mask:
                    check_mask(item, axis, shape[axis : axis + count])
                # a 0-d mask selects all or nothing of a new axis
                axes = range(place, place + max(count, 1))
                self._arrays.append(IndexArray(item, is_mask, axis, axes))
                rest += [FULL] * count or [None]
                place = axes.stop
            else:
                rest.append(int(item) if isinstance(item, numpy.ndarray) else item)
                place += item is None or type(item) is tuple
            axis += count
        return rest

    def _place_of_result(self, items: Sequence[Any]) -> int:
        """Before which of the other axes those of the index arrays come: in front if they are separated."""
        advanced = [not (item is None or item is Ellipsis or type(item) is tuple) for item in items]
        between = advanced[advanced.index(True) : len(advanced) - advanced[::-1].index(True)]
        return sum(axis < self._axes[0] for axis in self._kept) if all(between) else 0

    def _set_shape(self, broadcast: tuple[int | None, ...]) -> None:
        kept = [self._inner_shape[axis] for axis in self._kept]
        self._broadcast = broadcast
        self.shape = (*kept[: self._target], *broadcast, *kept[self._target :])

    def _find_indices(self, shape: Sequence[int | None]) -> None:
        """Sets the index of each array along its merged axes, none negative if it and the size are known."""
        indices = [selected_index(array) if array.is_mask else array.values for array in self._arrays]
        self._set_shape(self._common_shape(indices))
        for array, index in zip(self._arrays, indices, strict=True):
            size = None if array.is_mask else shape[array.source_axis]
            if isinstance(index, numpy.ndarray) and 0 in self._broadcast:
                index = numpy.zeros(index.shape, numpy.int64)  # NumPy does not look at what is broadcast away
            elif isinstance(index, numpy.ndarray) and size is not None:
                index = known_indices(index, array.source_axis, size)
            self._indices.append(index)

    def _common_shape(self, indices: Sequence[Any]) -> tuple[int | None, ...]:
        shapes = [tuple(index.shape) for index in indices]
        try:
            return shapes[0] if len(shapes) == 1 else _broadcast(shapes)
        except ValueError:
            repeated = zip(shapes, self._arrays, strict=True)
            spelling = " ".join(spelled(shape) for shape, array in repeated for _ in array.axes)
            message = "shape mismatch: indexing arrays could not be broadcast together with shapes"
            raise IndexError(f"{message} {spelling} ") from None

    def _flat_index(self, inner: tf.Tensor) -> numpy.ndarray | tf.Tensor:
        """The index along the merged axes of all arrays, an array if it is known."""
        if not self._indices:
            self._find_indices(self._inner_shape)
        result: Any = None
        for array, index in zip(self._arrays, self._indices, strict=True):
            sizes = [size_of(inner, axis) for axis in array.axes]
            if array.is_mask:
                if array.is_traced or not all(isinstance(size, int) for size in sizes):
                    index = fitting(tf.convert_to_tensor(index, tf.int64), array, sizes)
            elif not (isinstance(index, numpy.ndarray) and isinstance(sizes[0], int)):
                index = traced_index(tf.convert_to_tensor(index), array.source_axis, sizes[0])
            result = index if result is None else _combined(result, product(sizes), index)
        return result

    def read(self, tensor: tf.Tensor) -> tf.Tensor:
        """The selected elements."""
        inner = self._rest.read(tensor)
        index = self._flat_index(inner)
        axis = self._axes[0]
        if self._axes[-1] - axis != len(self._axes) - 1:
            inner, axis = transposed(inner, [*self._axes, *self._kept]), 0
        if len(self._axes) > 1:
            sizes, end = sizes_of(inner), axis + len(self._axes)
            inner = reshaped(inner, [*sizes[:axis], product(sizes[axis:end]), *sizes[end:]])
        index = tf.convert_to_tensor(index)
        result = gen_array_ops.gather_v2(inner, index, constant(axis, tf.int32))
        if axis == self._target:
            if len(self._arrays) == 1 and self._arrays[0].is_mask and compiled_by_xla():
                note(result, Selection(inner, axis, part_of_mask(self._arrays[0].values)))
            return result
        moved = range(axis, axis + len(self._broadcast))
        others = [place for place in range(len(self.shape)) if place not in moved]
        return transposed(result, [*others[: self._target], *moved, *others[self._target :]])

    def write(self, tensor: tf.Tensor, value: tf.Tensor) -> tf.Tensor:
        """The tensor with the selected elements replaced by the value, broadcast; the last one wins."""
        if value.shape.rank is None:
            raise UnsupportedError(
                "the rank of a value assigned at index arrays must be known while tracing. Give it one with "
                "tf.ensure_shape, or in input_signature."
            )
        inner = self._rest.read(tensor)
        value = self._checked(value)
        if len(self._arrays) == 1 and self._arrays[0].is_mask and self._target == self._axes[0]:
            new = written_by_select(inner, self._arrays[0], value)
            if new is not None:
                return self._rest.write(tensor, new)
        return self._rest.write(tensor, self._scattered(inner, value))

    def _checked(self, value: tf.Tensor) -> tf.Tensor:
        """The value without needless axes; NumPy's error if it is known not to fit."""
        if not self._is_lone_mask:
            return checked_value(value, self.shape, _MISMATCH)
        rank = value.shape.rank
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

    def _scattered(self, inner: tf.Tensor, value: tf.Tensor) -> tf.Tensor:
        if compiled_by_xla() and any(array.is_mask and array.is_traced for array in self._arrays):
            raise UnsupportedError(
                "jit_compile=True can't compile an assignment at a boolean index that is unknown while "
                "tracing and stands with other index arrays. Use np.where, or the mask alone."
            )
        index = self._flat_index(inner)
        value = self._checked(value)  # now that all sizes are known that can be
        value = broadcast_value(value, self.shape, lambda: self._runtime_shape(inner, index))
        count = len(self._broadcast)
        moved = range(self._target, self._target + count)
        others = [place for place in range(len(self.shape)) if place not in moved]
        value = transposed(value, [*moved, *others])
        sizes = sizes_of(value)
        value = reshaped(value, [product(sizes[:count]), *sizes[count:]])
        order = [*self._axes, *self._kept]
        front = transposed(inner, order)
        sizes = sizes_of(front)
        rows = reshaped(front, [product(sizes[: len(self._axes)]), *sizes[len(self._axes) :]])
        index = index.reshape(-1) if isinstance(index, numpy.ndarray) else flat(index)
        unique = len(self._arrays) == 1 and self._arrays[0].is_mask
        front = reshaped(scattered(rows, index, value, unique=unique), sizes)
        return transposed(front, sorted(range(len(order)), key=order.__getitem__))

    def _runtime_shape(self, inner: tf.Tensor, index: numpy.ndarray | tf.Tensor) -> tf.Tensor:
        kept = [size_of(inner, axis) for axis in self._kept]
        middle = list(index.shape) if isinstance(index, numpy.ndarray) else sizes_of(index)
        sizes = [*kept[: self._target], *middle, *kept[self._target :]]
        return gen_array_ops.pack([as_tensor(size) for size in sizes])


def _combined(slow: Any, size: Any, quick: Any) -> Any:
    """The flat index of two that follow each other, the second along an axis of `size`."""
    if isinstance(slow, numpy.ndarray) and isinstance(quick, numpy.ndarray) and isinstance(size, int):
        return slow * size + quick
    first, second = (
        gen_math_ops.cast(part, DstT=tf.int64) for part in map(tf.convert_to_tensor, (slow, quick))
    )
    return gen_math_ops.add_v2(gen_math_ops.mul(first, as_tensor(size)), second)


def _broadcast(shapes: Sequence[Sequence[int | None]]) -> tuple[int | None, ...]:
    """The common shape, a size unknown if it can't be told; ValueError if there is none."""
    result: list[int | None] = []
    for place in range(-max(map(len, shapes)), 0):
        sizes = [shape[place] for shape in shapes if len(shape) >= -place]
        known = {size for size in sizes if size not in (1, None)}
        if len(known) > 1:
            raise ValueError("no common shape")
        result.append(known.pop() if known else None if None in sizes else 1)
    return tuple(result)
