"""Basic indices whose bounds are known: one strided slice with kept bounds. Knows tensors only."""

from __future__ import annotations

from typing import Any

import numpy
import tensorflow as tf

from tnp_shim.indexing.checks import known_index
from tnp_shim.indexing.layout import FULL, Shape, checked_step, expanded, is_full
from tnp_shim.indexing.sizes import as_tensor, size_of, vector, within
from tnp_shim.indexing.values import (
    broadcast_value,
    checked_element,
    checked_value,
    has_gradient,
)
from tnp_shim.tensorflow_internals import (
    EagerTensor,
    compiled_by_xla,
    func_graph,
    gen_array_ops,
    gen_math_ops,
    ops,
)

_TURNED = (slice, None, None, -1)
_INT32, _INT64 = numpy.iinfo(numpy.int32), numpy.iinfo(numpy.int64)


class StridedSpecification:
    """The bounds and masks of a strided slice, an entry for each item."""

    def __init__(self) -> None:
        self.begin: list[Any] = []
        self.end: list[Any] = []
        self.strides: list[Any] = []
        self.begin_mask = self.end_mask = self.ellipsis_mask = 0
        self.new_axis_mask = self.shrink_axis_mask = 0
        self.shape: list[int | None] | None = []
        self.takes_all = True
        self.bounded_by_size: list[tuple[int, int]] = []
        """The entries, each with its axis, that select up to or from an end that is unknown."""

    def _append(self, begin: Any, end: Any, stride: Any) -> int:
        self.begin.append(begin)
        self.end.append(end)
        self.strides.append(stride)
        return 1 << (len(self.begin) - 1)

    def add_new_axis(self) -> None:
        self.new_axis_mask |= self._append(0, 0, 1)
        self._grow(1, all_of_axis=False)

    def add_ellipsis(self) -> None:
        self.ellipsis_mask |= self._append(0, 0, 1)

    def add_int(self, index: Any) -> None:
        """An int, or a tensor: the op takes its `end` as given by its `begin`."""
        end = index + 1 if isinstance(index, int) else index
        self.shrink_axis_mask |= self._append(index, end, 1)
        self.takes_all = False

    def add_slice(self, start: Any, stop: Any, step: Any, size: int | None) -> None:
        """A slice of an axis of known size, or with masks in place of the bounds that are None."""
        known = all(isinstance(bound, int | None) for bound in (start, stop, step))
        if known and size is not None:
            start, stop, step = slice(start, stop, step).indices(size)
            length = len(range(start, stop, step))
            if length <= 1:
                start, stop, step = (start, start + 1, 1) if length else (0, 0, 1)
            self._append(start, stop, step)
            if stop < 0:  # a negative step that ends with the first entry
                self.end_mask |= 1 << (len(self.end) - 1)
            self._grow(length, all_of_axis=length == size and step == 1)
            return
        step = 1 if step is None else step
        bit = self._append(0 if start is None else start, 0 if stop is None else stop, step)
        self.begin_mask |= bit if start is None else 0
        self.end_mask |= bit if stop is None else 0
        unbounded = start is None and stop is None and isinstance(step, int)
        whole = unbounded and step == 1
        self._grow(size if unbounded and step in (1, -1) else None, all_of_axis=whole)

    def _grow(self, size: int | None, *, all_of_axis: bool) -> None:
        self.takes_all = self.takes_all and all_of_axis
        if self.shape is not None:
            self.shape.append(size)

    @property
    def masks(self) -> tuple[int, int, int, int, int]:
        """In the order of the op's parameters."""
        return (
            self.begin_mask,
            self.end_mask,
            self.ellipsis_mask,
            self.new_axis_mask,
            self.shrink_axis_mask,
        )

    @property
    def has_unit_steps(self) -> bool:
        return all(isinstance(step, int) and step == 1 for step in self.strides)


def specification(shape: Shape, items: tuple[Any, ...]) -> StridedSpecification:
    """The strided slice of a basic expression; IndexError where it is known to be out of bounds."""
    result = StridedSpecification()
    entries = expanded(shape, items)
    if shape is None:
        result.shape = None
    else:
        trailing = len(entries)
        while trailing and is_full(entries[trailing - 1]):
            trailing -= 1
        tail = list(shape)[len(shape) - (len(entries) - trailing) :]
        entries = entries[:trailing]
    axis = 0
    for item in entries:
        if item is None:
            result.add_new_axis()
        elif item is Ellipsis:
            result.add_ellipsis()
        else:
            size = None if shape is None else shape[axis]
            if size is None and shape is not None and _is_bounded_by_size(item):
                result.bounded_by_size.append((len(result.begin), axis))
            if type(item) is tuple:
                result.add_slice(item[1], item[2], checked_step(item[3]), size)
            elif isinstance(item, int):
                result.add_int(known_index(item, axis, size))
            else:
                result.add_int(item)
            axis += 1
    if result.shape is not None:
        result.shape += tail
    return result


def _is_bounded_by_size(item: Any) -> bool:
    if type(item) is tuple:
        return item[3] in (None, 1) and (isinstance(item[1], int) or isinstance(item[2], int))
    return isinstance(item, int) and item < 0


class BasicPlan:
    """Reads and writes what a basic index with known bounds selects."""

    __slots__ = (
        "_arrays",
        "_bounded_by_size",
        "_compiles",
        "_identity",
        "_key",
        "_masks",
        "_tensors",
        "_source",
        "_turned",
        "is_scalar",
        "shape",
    )
    is_view = True

    def __init__(self, shape: Shape, key: tuple[Any, ...]) -> None:
        spec = specification(shape, key)
        self._key = key
        self._source = shape
        self.shape = None if spec.shape is None else tuple(spec.shape)
        self.is_scalar = self.shape == () and Ellipsis not in key
        self._identity = spec.takes_all and (shape is not None or key in ((), (Ellipsis,)))
        bounds = [spec.begin, spec.end, spec.strides]
        fits = all(_INT32.min <= bound <= _INT32.max for row in bounds for bound in row)
        dtype = numpy.int32 if fits else numpy.int64
        limits = range(_INT64.min, _INT64.max + 1)
        self._arrays = [
            numpy.array([min(max(bound, limits[0]), limits[-1]) for bound in row], dtype) for row in bounds
        ]
        self._tensors: list[tf.Tensor] | None = None
        self._masks = spec.masks
        self._bounded_by_size = spec.bounded_by_size
        self._turned = self._axes_turned()
        self._compiles = spec.has_unit_steps and 0 not in (self.shape or ())

    def _axes_turned(self) -> list[int]:
        """The axes of what is read that are of unknown size and taken from their end to their start."""
        if self._source is None or self.shape is None or _TURNED not in self._key:
            return []
        items = [item for item in expanded(self._source, self._key) if not isinstance(item, int)]
        return [axis for axis, item in enumerate(items) if item == _TURNED and self.shape[axis] is None]

    @property
    def numpy_index(self) -> tuple[Any, ...]:
        """The same index for a real array."""
        return tuple(slice(*item[1:]) if type(item) is tuple else item for item in self._key)

    def _bounds(self, tensor: tf.Tensor) -> list[Any]:
        """Begin, end and strides.

        XLA would go by the most elements that a mask may select: wrong numbers, or a crash.
        """
        bounds = self._kept_bounds(tensor)
        if not self._bounded_by_size or not compiled_by_xla():
            return bounds
        rows: list[list[Any]] = [array.tolist() for array in self._arrays[:2]]
        for entry, axis in self._bounded_by_size:
            size = as_tensor(size_of(tensor, axis))
            if self._masks[-1] >> entry & 1:  # an index
                rows[0][entry] = within(rows[0][entry], size)
                rows[1][entry] = gen_math_ops.add_v2(rows[0][entry], as_tensor(1))
            else:
                for row in rows:
                    row[entry] = within(row[entry], size)
        dtype = tf.as_dtype(self._arrays[0].dtype)
        return [*(gen_math_ops.cast(vector(row), DstT=dtype) for row in rows), bounds[2]]

    def _kept_bounds(self, tensor: tf.Tensor) -> list[Any]:
        """Begin, end and strides: eager tensors that are kept, which a FuncGraph embeds as constants.

        XLA gets arrays: in the second gradient of a branch it takes embedded tensors for unknown ones.
        """
        in_graph = not isinstance(tensor, EagerTensor)
        if in_graph and (compiled_by_xla() or not isinstance(tensor.graph, func_graph.FuncGraph)):
            return self._arrays
        if self._tensors is not None:
            return self._tensors
        with ops.init_scope(), tf.device("CPU:0"):  # the op wants its bounds in host memory
            tensors = [tf.constant(array) for array in self._arrays]
        if isinstance(tensors[0], EagerTensor):
            self._tensors = tensors
        return self._arrays if self._tensors is None else tensors

    def read(self, tensor: tf.Tensor) -> tf.Tensor:
        """The selected part of the tensor."""
        if self._identity:
            return tensor
        if self._turned and compiled_by_xla():
            return self._read_turned(tensor)
        begin, end, strides = self._bounds(tensor)
        return gen_array_ops.strided_slice(tensor, begin, end, strides, *self._masks)

    def _read_turned(self, tensor: tf.Tensor) -> tf.Tensor:
        """As `read` where axes of unknown size are turned around, for which XLA's slices have no steps."""
        sizes = iter(self._source or ())
        items = [(item, None if item is None else next(sizes)) for item in expanded(self._source, self._key)]
        forward = tuple(FULL if item == _TURNED and size is None else item for item, size in items)
        return gen_array_ops.reverse_v2(kept_plan(self._source, forward).read(tensor), self._turned)

    def write(self, tensor: tf.Tensor, value: tf.Tensor) -> tf.Tensor:
        """The tensor with the selected part replaced by the value, broadcast."""
        begin, end, strides = self._bounds(tensor)
        if (
            isinstance(tensor, EagerTensor)
            and isinstance(value, EagerTensor)
            and value._shape_tuple() == self.shape
        ):
            if self._identity:
                return value
            return gen_array_ops.tensor_strided_slice_update(tensor, begin, end, strides, value, *self._masks)
        value = checked_element(value) if self.is_scalar else checked_value(value, self.shape)
        if self._identity:
            return broadcast_value(value, self.shape, lambda: gen_array_ops.shape(tensor))
        in_graph = not (isinstance(tensor, EagerTensor) and isinstance(value, EagerTensor))
        masked = in_graph and not self._compiles
        # the op broadcasts by itself, but its gradient does not, nor does XLA's kernel
        if in_graph or has_gradient(value):
            value = broadcast_value(value, self.shape, lambda: gen_array_ops.shape(self.read(tensor)))
        if masked:
            return self._write_within(tensor, value)
        return gen_array_ops.tensor_strided_slice_update(tensor, begin, end, strides, value, *self._masks)

    def _write_within(self, tensor: tf.Tensor, value: tf.Tensor) -> tf.Tensor:
        """As `write` by a mask, but only of the block without steps that holds all that is selected."""
        block_items: list[Any] = []
        rest: list[Any] = []
        sizes = iter(self._source or ())
        for item in self._key if self._source is None else expanded(self._source, self._key):
            if item is None:
                rest.append(item)
                continue
            size = next(sizes, None)
            if isinstance(item, int) and size is not None:
                block_items.append(item)
                continue
            places = range(*slice(*item[1:]).indices(size)) if type(item) is tuple and size else ()
            if places:
                first, last = sorted((places[0], places[-1]))
                block_items.append((slice, first, last + 1, 1))
                rest.append((slice, None, None, item[3]))
            else:
                block_items.append(FULL)
                rest.append(item)
        block = kept_plan(self._source, tuple(block_items))
        if self._source is None or 0 in (self.shape or ()) or block._identity:
            return self._masked_write(tensor, value)
        inner = kept_plan(block.shape, tuple(rest))
        return block.write(tensor, inner.write(block.read(tensor), value))

    def _masked_write(self, tensor: tf.Tensor, value: tf.Tensor) -> tf.Tensor:
        """As `write`; XLA's TensorStridedSliceUpdate takes no steps but 1, and nothing empty."""
        begin, end, strides = self._bounds(tensor)
        sizes = tensor.shape
        if sizes.is_fully_defined():
            shape = tf.constant(sizes.as_list(), begin.dtype)
        else:
            shape = gen_array_ops.shape(tensor, out_type=tf.as_dtype(begin.dtype))
        ones = gen_array_ops.fill(gen_array_ops.shape(value), True)
        placed, mask = (
            gen_array_ops.strided_slice_grad(shape, begin, end, strides, part, *self._masks)
            for part in (value, ones)
        )
        return gen_math_ops.select_v2(mask, placed, tensor)


class BasicCopyPlan(BasicPlan):
    """A basic index that NumPy answers with a copy."""

    __slots__ = ()
    is_view = False


MOST_AXES = 8
"""How many axes the strided slice of TensorFlow takes."""


def _merged(shape: tuple[int, ...], items: list[Any]) -> tuple[tuple[int, ...], tuple[Any, ...]]:
    """The same index with less axes: neighbours that are taken whole, or at one place each, are one."""
    sizes: list[int] = []
    kept: list[Any] = []
    for size, item in zip(shape, items, strict=True):
        if size == 1 and (is_full(item) or isinstance(item, int)):
            continue
        if isinstance(item, int):
            item %= size
            if kept and isinstance(kept[-1], int):
                kept[-1] = kept[-1] * size + item
                sizes[-1] *= size
                continue
        elif is_full(item) and kept and is_full(kept[-1]):
            sizes[-1] *= size
            continue
        sizes.append(size)
        kept.append(item)
    return tuple(sizes), tuple(kept)


class ManyAxesPlan(BasicPlan):
    """An index of more axes than the op takes, of known sizes: axes are merged, or taken in two steps."""

    __slots__ = ("_merged_sizes", "_steps")

    def __init__(self, shape: tuple[int, ...], key: tuple[Any, ...]) -> None:
        super().__init__(shape, key)
        items = [item for item in expanded(shape, key) if item is not None]
        sizes, kept = _merged(shape, items)
        self._merged_sizes = sizes
        if len(sizes) <= MOST_AXES:
            self._steps = [kept_plan(sizes, kept)]
        else:
            first = kept_plan(sizes, kept[: MOST_AXES - 1])
            whole = sum(not isinstance(item, int) for item in kept[: MOST_AXES - 1])
            self._steps = [first, kept_plan(first.shape, (FULL,) * whole + kept[MOST_AXES - 1 :])]

    def read(self, tensor: tf.Tensor) -> tf.Tensor:
        """The selected part of the tensor."""
        tensor = gen_array_ops.reshape(tensor, self._merged_sizes)
        for step in self._steps:
            tensor = step.read(tensor)
        return gen_array_ops.reshape(tensor, self.shape)

    def write(self, tensor: tf.Tensor, value: tf.Tensor) -> tf.Tensor:
        """The tensor with the selected part replaced by the value, broadcast."""
        value = checked_element(value) if self.is_scalar else checked_value(value, self.shape)
        value = broadcast_value(value, self.shape, lambda: gen_array_ops.shape(self.read(tensor)))
        wholes = [gen_array_ops.reshape(tensor, self._merged_sizes)]
        for step in self._steps[:-1]:
            wholes.append(step.read(wholes[-1]))
        value = gen_array_ops.reshape(value, self._steps[-1].shape)
        for step, whole in zip(reversed(self._steps), reversed(wholes), strict=True):
            value = step.write(whole, value)
        return gen_array_ops.reshape(value, self._source)


PLANS: dict[Any, BasicPlan] = {}
_MOST_PLANS = 4096


def kept_plan(shape: Shape, key: tuple[Any, ...]) -> BasicPlan:
    """The plan of a basic expression with known bounds, made once."""
    found = PLANS.get((shape, key))
    if found is None:
        many = shape is not None and len(shape) + key.count(None) > MOST_AXES and None not in shape
        found = ManyAxesPlan(shape, key) if many else BasicPlan(shape, key)  # type: ignore[arg-type]
        if len(PLANS) >= _MOST_PLANS:
            PLANS.clear()
        PLANS[shape, key] = found
    return found
