"""Views by windows and by strides: `numpy.lib.stride_tricks`. Knows the array."""

from __future__ import annotations

import operator
from typing import Any

import numpy
import tensorflow as tf
from numpy.lib.array_utils import normalize_axis_tuple

from tnp_shim.array import Array, view
from tnp_shim.declaration import arrays
from tnp_shim.errors import UnknownShapeError, UnsupportedError, unknown_shape
from tnp_shim.functions.arrays import _shadow_in, refuse_memory
from tnp_shim.functions.views import as_array
from tnp_shim.indexing.checks import asserted
from tnp_shim.kernels.shapes import along, as_length, counting, gather, length, reshape, vector
from tnp_shim.storage import Lens, ViewCell
from tnp_shim.subscripts import UnknownLens, shape_known
from tnp_shim.tensorflow_internals import gen_array_ops, gen_math_ops

_TOO_LARGE = "window shape cannot be larger than input array shape"


def _windows(tensor: tf.Tensor, axis: int, width: int) -> tf.Tensor:
    """The windows along an axis, whose elements lie along a new last axis."""
    size = length(tensor, axis)
    if isinstance(size, int):
        count: Any = size - width + 1
        if count <= 0:
            raise ValueError(_TOO_LARGE)
    else:
        fits = gen_math_ops.less_equal(as_length(width), size)
        count = asserted(size, fits, _TOO_LARGE, ValueError) - as_length(width - 1)
    places = gen_math_ops.add_v2(along(counting(count), 0, 2), counting(width))
    found = gather(tensor, places, axis)
    rank = tensor.shape.rank
    order = [*range(axis + 1), *range(axis + 2, rank + 1), axis + 1]
    return tf.transpose(found, order)


@arrays(numpy.lib.stride_tricks.sliding_window_view)
def sliding_window_view(
    x: Any, window_shape: Any, axis: Any = None, *, subok: bool = False, writeable: bool = False
) -> Array:
    """All windows of a shape, along new last axes. A view that can't be written to. Differentiable."""
    array = as_array(x)
    widths = tuple(window_shape) if numpy.iterable(window_shape) else (window_shape,)
    if min(widths, default=0) < 0:
        raise ValueError("`window_shape` cannot contain negative values")
    axes = range(array.ndim) if axis is None else normalize_axis_tuple(axis, array.ndim, allow_duplicate=True)
    if len(widths) != len(axes):
        numpy.lib.stride_tricks.sliding_window_view(numpy.empty((1,) * array.ndim), widths, axis)  # raises
    if writeable:
        raise UnsupportedError(
            "sliding_window_view(writeable=True): the windows overlap, and what is written to one would have "
            "to show in others; write to the array itself"
        )

    def get(tensor: tf.Tensor) -> tf.Tensor:
        for one, width in zip(axes, widths, strict=True):
            tensor = _windows(tensor, one, int(width))
        return tensor

    def numpy_view(shadow: numpy.ndarray[Any, Any]) -> numpy.ndarray[Any, Any]:
        return numpy.lib.stride_tricks.sliding_window_view(shadow, widths, axis)

    if not shape_known(array._cell.shape):
        return view(array, Lens(get, None, numpy_view, None, False))
    try:
        shape = numpy_view(array._cell.shadow()).shape
    except UnknownShapeError:  # of an array that this one is a part of
        shape = None
    return view(array, Lens(get, None, numpy_view, shape, False))


def _offset(array: Array, owner: Array) -> int:
    """How many bytes the first element is behind the start of its owner's memory."""
    memory = owner._cell.shadow()
    seen = _shadow_in(array, memory) if array is not owner else memory
    return seen.__array_interface__["data"][0] - memory.__array_interface__["data"][0]


def _places(
    array: Array, owner: Array, shape: tuple[int, ...], strides: tuple[int, ...]
) -> numpy.ndarray[Any, Any]:
    """Where each element of the new view is among those of the owner of the memory, in memory order."""
    offsets = numpy.full(shape, _offset(array, owner), numpy.int64)
    for axis, (count, step) in enumerate(zip(shape, strides, strict=True)):
        offsets += (numpy.arange(count) * step).reshape([-1 if a == axis else 1 for a in range(len(shape))])
    if (offsets % array.itemsize).any():
        raise UnsupportedError(
            "as_strided: these strides lead to places between elements, which tensors lack"
        )
    places = offsets // array.itemsize
    if places.size and not 0 <= places.min() <= places.max() < owner.size:
        raise UnsupportedError("as_strided: shape and strides lead out of the array's memory")
    return places


@arrays(numpy.lib.stride_tricks.as_strided)
def as_strided(
    x: Any, shape: Any = None, strides: Any = None, subok: bool = False, writeable: bool = True
) -> Array:
    """A view with any shape and strides within the array's memory. Differentiable.

    It can be written to if no two of its elements are at the same place. Shapes must be known.
    """
    array = as_array(x)
    if not shape_known(array._cell.shape):
        raise unknown_shape("as_strided")
    wanted = tuple(map(operator.index, array.shape if shape is None else shape))
    steps = tuple(map(operator.index, array.strides if strides is None else strides))
    if len(wanted) != len(steps):
        raise ValueError("strides is incompatible with shape of requested array and size of buffer")
    # where it is unknown which part of its owner an array is, the places are those in the array itself
    unknown = _is_at_unknown_place(array._cell)
    owner = array if array._base is None or unknown else array._base
    if unknown and not owner._cell.shadow().flags.forc:
        raise UnsupportedError(
            "as_strided: the array lies at a place in memory that is unknown while tracing"
        )
    places = _places(array, owner, wanted, steps)
    in_memory_order = _in_memory_order(owner._cell.shadow())

    skipped = _offset(array, owner) // array.itemsize

    def numpy_view(shadow: numpy.ndarray[Any, Any]) -> numpy.ndarray[Any, Any]:
        return numpy.lib.stride_tricks.as_strided(shadow.ravel("K")[skipped:], wanted, steps)

    def get(tensor: tf.Tensor) -> tf.Tensor:
        flat = reshape(tf.transpose(tensor, in_memory_order), [-1])
        return gather(flat, tf.constant(places), 0)

    def put(tensor: tf.Tensor, value: tf.Tensor) -> tf.Tensor:
        ordered = tf.transpose(tensor, in_memory_order)
        flat, at = reshape(ordered, [-1]), tf.constant(places.reshape(-1, 1))
        flat = gen_array_ops.tensor_scatter_update(flat, at, reshape(value, [-1]))
        back = [in_memory_order.index(axis) for axis in range(len(in_memory_order))]
        return tf.transpose(reshape(flat, vector(ordered.shape.as_list())), back)

    overlaps = numpy.unique(places).size < places.size
    made = view(owner, Lens(get, None if overlaps else put, numpy_view, wanted, False))
    made._writeable = made._writeable and array._writeable and writeable
    return made


def _is_at_unknown_place(cell: Any) -> bool:
    while isinstance(cell, ViewCell):
        if isinstance(cell.lens, UnknownLens):
            return True
        cell = cell.parent
    return False


def _in_memory_order(memory: numpy.ndarray[Any, Any]) -> list[int]:
    """The axes from the one with the longest steps to the one with the shortest."""
    return sorted(range(memory.ndim), key=lambda axis: -memory.strides[axis])


@arrays(numpy.lib.array_utils.byte_bounds)
def byte_bounds(a: Any) -> tuple[int, int]:
    """Refused for arrays of ours, which have no addresses; NumPy's for NumPy's arrays."""
    if isinstance(a, Array):
        raise refuse_memory("byte_bounds")
    return numpy.lib.array_utils.byte_bounds(a)
