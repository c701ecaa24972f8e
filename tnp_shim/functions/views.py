"""Functions that return views: of the same memory where NumPy's do, copies where NumPy's are.

Knows the array and declarations. NumPy itself is asked, on an array of the same layout, whether it makes a
view or a copy, of which shape, and whether it refuses.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from typing import Any

import numpy
import tensorflow as tf

from tnp_shim import dtypes
from tnp_shim.array import Array, laid_out, ndarray, view, wrap
from tnp_shim.conversion import PYTHON_NUMBERS, to_axis, to_shape, to_tensor
from tnp_shim.declaration import arrays
from tnp_shim.errors import UnknownShapeError
from tnp_shim.kernels import shapes
from tnp_shim.promotion import constant, shape_of
from tnp_shim.storage import AnyCell, Cell, Lens, untouched
from tnp_shim.subscripts import (
    GENERIC_SIZE,
    UnknownLens,
    generic_layout,
    layout_refused,
    shape_known,
    with_hidden_base,
)
from tnp_shim.tensorflow_internals import gen_array_ops, tensor_util

_BYTE = numpy.dtype(numpy.int8)
Get = Callable[[tf.Tensor], tf.Tensor]
Put = Callable[[tf.Tensor, tf.Tensor], tf.Tensor]
NumpyView = Callable[[numpy.ndarray[Any, Any]], numpy.ndarray[Any, Any]]


def as_array(value: Any) -> Array:
    """The array itself, or a new one of an array-like."""
    return value if isinstance(value, Array) else wrap(to_tensor(value))


def _as_view(array: Array) -> Array:
    """A scalar as a 0-d array: what NumPy makes of a scalar before it takes views."""
    return array if isinstance(array, ndarray) else wrap(array._cell.read())


def as_given(made: Array, value: Any) -> Any:
    """What was made of `value`: a scalar again if it is 0-d and `value` was one, as from a method of it."""
    is_scalar = isinstance(value, numpy.generic) or (
        isinstance(value, Array) and not isinstance(value, ndarray)
    )
    return made[()] if is_scalar and made._cell.shape == () else made  # type: ignore[index]


def _owner(shadow: numpy.ndarray[Any, Any]) -> Any:
    while isinstance(shadow.base, numpy.ndarray):
        shadow = shadow.base
    return shadow


def in_c_order(shadow: numpy.ndarray[Any, Any]) -> bool:
    """Whether elementwise results on an array of this layout are in C order for certain."""
    steps = [abs(s) for s, n in zip(shadow.strides, shadow.shape, strict=True) if n > 1]
    return all(a > b for a, b in zip(steps, steps[1:], strict=False)) and 0 not in steps


def as_numpy_views(
    array: Array, numpy_view: NumpyView, get: Get, put: Put | None, dtype: numpy.dtype[Any] | None = None
) -> Array:
    """What `numpy_view` makes of an array: the array itself, a view of it, or a copy.

    Where a dimension is unknown while tracing, NumPy can't be asked and a view is made.
    """
    array = _as_view(array)
    shadow, exact = _layout(array._cell)
    if shadow is None:
        return view(array, Lens(get, put, numpy_view, None, False), dtype)
    try:
        seen = numpy_view(shadow)
    except ValueError:
        if exact:
            raise
        return view(array, Lens(get, put, numpy_view, None, False), dtype)  # an unknown size may be right
    if seen is shadow and exact:
        return array
    if _owner(seen) is _owner(shadow):
        new = view(array, Lens(get, put, numpy_view, seen.shape if exact else None, in_c_order(seen)), dtype)
        new._writeable = new._writeable and seen.flags.writeable
        return new
    tensor = get(array._cell.read())
    return laid_out(tensor, seen) if exact else wrap(tensor)


def _layout(cell: AnyCell) -> tuple[numpy.ndarray[Any, Any] | None, bool]:
    """The memory layout, and whether it is exact or one for unknown sizes in general."""
    if shape_known(cell.shape):
        try:
            return cell.shadow(), True
        except UnknownShapeError:  # of an array that this one is a part of
            pass
    return generic_layout(cell), False


# shape


def reshaped(array: Array, shape: Any, order: Any, copy: bool | None) -> Array:
    """`reshape`; a shape with unknown entries is a tensor."""
    array = _as_view(array)
    layout, exact = _layout(array._cell)
    if order == "A":
        order = "F" if layout is not None and layout.flags.fnc else "C"
    if order == "K":
        raise ValueError("order 'K' is not permitted for reshaping")
    known = shape if isinstance(shape, tuple) else None

    def get(p: tf.Tensor) -> tf.Tensor:
        if order == "F":
            backwards = known[::-1] if known is not None else shape[::-1]
            return _reversed(shapes.reshape(_reversed(p), backwards))
        return shapes.reshape(p, shape)

    def put(p: tf.Tensor, v: tf.Tensor) -> tf.Tensor:
        if order == "F":
            return _reversed(shapes.reshape(_reversed(v), shape_of(_reversed(p))))
        return shapes.reshape(v, shape_of(p))

    if known is None or not exact:
        generic = _generic_reshape(shape, order)
        if copy or not _reshapes_in_place(layout, generic, array._cell, order):
            if copy is False:
                raise ValueError("Unable to avoid creating a copy while reshaping.")
            return wrap(get(array._cell.read()))
        return view(array, UnknownLens(get, put, layout_refused, generic=generic))
    asked = known
    shape = known = _shape_found(array._cell.shape, asked)
    if not copy:
        try:
            # NumPy would copy untouched memory; it is only asked whether it can do without
            return as_numpy_views(array, lambda s: s.reshape(asked, order=order, copy=False), get, put)
        except ValueError:
            if copy is False:
                raise
    return with_hidden_base(get(array._cell.read()), untouched(known, array.dtype, order))


def _reversed(p: tf.Tensor) -> tf.Tensor:
    """The tensor with its axes reversed."""
    rank = p.shape.rank
    return tf.transpose(p) if rank is None else _permuted(p, range(rank - 1, -1, -1))


def _permuted(p: tf.Tensor, order: Iterable[int]) -> tf.Tensor:
    return gen_array_ops.transpose(p, constant(tuple(order), tf.int32))


def _shape_found(shape: Any, asked: tuple[int, ...]) -> tuple[int, ...]:
    """The shape that is asked for, with -1 found; NumPy's error if the sizes differ."""
    size = math.prod(shape)
    if -1 not in asked and math.prod(asked) == size and min(asked, default=0) >= 0:
        return asked
    return untouched(shape, _BYTE).reshape(asked).shape


def _generic_reshape(shape: Any, order: Any) -> NumpyView:
    """The reshape to a shape with unknown entries, of a layout with sizes in general."""
    sizes = list(shape) if isinstance(shape, tuple) else tensor_util.constant_value_as_shape(shape).as_list()
    unknown = [i for i, size in enumerate(sizes) if size is None]
    general = [2 if -1 in sizes else GENERIC_SIZE] * len(unknown)
    if unknown and -1 not in sizes:
        general[0] = -1
    for i, size in zip(unknown, general, strict=True):
        sizes[i] = size
    return lambda s: s.reshape(sizes, order=order, copy=False)


def _reshapes_in_place(
    layout: numpy.ndarray[Any, Any] | None, generic: NumpyView, cell: AnyCell, order: str
) -> bool:
    """Whether NumPy's reshape makes a view, of an array with unknown sizes."""
    if layout is None:
        return type(cell) is Cell  # the rank is unknown: certain of an array that is no view only
    try:
        generic(layout)
    except ValueError:  # it needs a copy, or the general sizes don't fit
        return _has_one_stride(layout, order)
    return True


def _has_one_stride(layout: numpy.ndarray[Any, Any], order: Any) -> bool:
    """Whether the elements lie at equal distances, so that any shape is a view of them."""
    try:
        layout.reshape(-1, order=order, copy=False)
    except ValueError:
        return False
    return True


@arrays(numpy.reshape)
def reshape(a: Any, /, shape: Any, order: Any = "C", *, copy: bool | None = None) -> Array:
    """The array in a new shape; one dimension may be -1. A view where the memory allows it."""
    if isinstance(copy, str):
        raise ValueError("strings are not allowed for 'copy' keyword. Use True/False/None instead.")
    return as_given(reshaped(as_array(a), to_shape(shape, "reshape"), order, copy), a)


@arrays(numpy.ravel)
def ravel(a: Any, order: Any = "C") -> Array:
    """The elements as a 1-D array; a view where the memory is contiguous."""
    array = _as_view(as_array(a))
    layout, _ = _layout(array._cell)
    if order in ("C", None):
        if layout is not None and not layout.flags.c_contiguous:
            return wrap(_flat_get(array._cell.read()))
        return as_numpy_views(array, lambda s: s.ravel(), _flat_get, _flat_put)
    if order == "K" and layout is not None:
        axes = _axes_in_memory_order(layout)
    elif order == "F" or (order == "A" and layout is not None and layout.flags.fnc):
        axes = list(range(array.ndim))[::-1]
    else:
        numpy.ravel(0, order)  # type: ignore[call-overload] # raises what is no order
        return ravel(array)
    back = numpy.argsort(axes).tolist()

    def get_ordered(p: tf.Tensor) -> tf.Tensor:
        return shapes.flat(_permuted(p, axes))

    def put_ordered(p: tf.Tensor, v: tf.Tensor) -> tf.Tensor:
        return _permuted(shapes.reshape(v, shape_of(_permuted(p, axes))), back)

    if layout is not None and not layout.transpose(axes).flags.c_contiguous:
        return wrap(get_ordered(array._cell.read()))
    return as_numpy_views(array, lambda s: s.ravel(order), get_ordered, put_ordered)


def _axes_in_memory_order(shadow: numpy.ndarray[Any, Any]) -> list[int]:
    # of two elements along each axis: NumPy allocates what it is asked about
    few = numpy.lib.stride_tricks.as_strided(shadow, [min(n, 2) for n in shadow.shape], shadow.strides)
    allocated = numpy.nditer(
        [few, None], ["zerosize_ok"], [["readonly"], ["writeonly", "allocate"]], order="K"
    ).operands[1]
    return sorted(range(shadow.ndim), key=lambda axis: -abs(allocated.strides[axis]))


def _flat_get(p: tf.Tensor) -> tf.Tensor:
    return shapes.flat(p)


def _flat_put(p: tf.Tensor, v: tf.Tensor) -> tf.Tensor:
    return shapes.reshape(v, shape_of(p))


def _unit_axes(array: Array, numpy_view: NumpyView, get: Get) -> Array:
    return as_numpy_views(array, numpy_view, get, _flat_put)


@arrays(numpy.squeeze)
def squeeze(a: Any, axis: Any = None) -> Array:
    """The array without its axes of length one (or without `axis`)."""
    array = as_array(a)
    axes = to_axis(axis, "squeeze")
    listed = [] if axes is None else [axes] if isinstance(axes, int) else list(axes)
    made = _unit_axes(array, lambda s: s.squeeze(axes), lambda p: gen_array_ops.squeeze(p, listed))
    return as_given(made, a)


@arrays(numpy.expand_dims)
def expand_dims(a: Any, axis: Any) -> Array:
    """The array with new axes of length one at `axis` (an int or a tuple)."""
    array = _as_view(as_array(a))
    axes = to_axis(axis, "expand_dims")
    listed = (axes,) if isinstance(axes, int) else axes
    rank = array.ndim + len(listed)
    places = sorted(numpy.lib.array_utils.normalize_axis_tuple(listed, rank))

    def get(p: tf.Tensor) -> tf.Tensor:
        for place in places:
            p = gen_array_ops.expand_dims(p, constant(place, tf.int32))
        return p

    return _unit_axes(array, lambda s: numpy.expand_dims(s, axes), get)


_NEW_AXES = {(1, 0): [0], (2, 0): [0, 1], (2, 1): [0], (3, 0): [0, 1, 2], (3, 1): [0, 2], (3, 2): [2]}
"""Where `atleast_nd` adds axes, for n and the array's rank."""


def _at_least(array: Array, numpy_function: Callable[..., Any], rank: int) -> Array:
    array = _as_view(array)
    if array.ndim >= rank:
        return array
    added = _NEW_AXES[rank, array.ndim]

    def get(p: tf.Tensor) -> tf.Tensor:
        for place in added:
            p = gen_array_ops.expand_dims(p, constant(place, tf.int32))
        return p

    return _unit_axes(array, numpy_function, get)


def _at_least_function(numpy_function: Callable[..., Any], rank: int) -> Any:
    def body(*arys: Any) -> Any:
        found = tuple(_at_least(as_array(a), numpy_function, rank) for a in arys)
        return found[0] if len(found) == 1 else found

    body.__doc__ = f"The inputs as arrays of at least {rank} dimensions; views where axes are added."
    body.__module__ = __name__
    return arrays(numpy_function)(body)


atleast_1d = _at_least_function(numpy.atleast_1d, 1)
atleast_2d = _at_least_function(numpy.atleast_2d, 2)
atleast_3d = _at_least_function(numpy.atleast_3d, 3)


# the order of axes


def permuted(array: Array, numpy_view: NumpyView, order: list[int]) -> Array:
    """The array with its axes in another order."""
    back = sorted(range(len(order)), key=order.__getitem__)
    if order == back == list(range(len(order))):
        same: Get = lambda p: p  # noqa: E731
        return as_numpy_views(array, numpy_view, same, lambda p, v: v)
    return as_numpy_views(array, numpy_view, lambda p: _permuted(p, order), lambda p, v: _permuted(v, back))


def _order_of(rank: int, numpy_view: NumpyView) -> list[int]:
    """The order of axes that a NumPy function gives, asked on an array whose strides number its axes."""
    numbered = numpy.lib.stride_tricks.as_strided(numpy.empty(1, numpy.int8), (1,) * rank, range(rank))
    return list(numpy_view(numbered).strides)


def _rearranged(array: Array, numpy_view: NumpyView) -> Array:
    array = _as_view(array)
    return permuted(array, numpy_view, _order_of(array.ndim, numpy_view))


@arrays(numpy.transpose)
def transpose(a: Any, axes: Any = None) -> Array:
    """The array with its axes reversed, or in the order of `axes`. A view."""
    order = to_axis(axes, "transpose")
    return as_given(_rearranged(as_array(a), lambda s: s.transpose(order)), a)


@arrays(numpy.swapaxes)
def swapaxes(a: Any, axis1: int, axis2: int) -> Array:
    """The array with two axes exchanged. A view."""
    return _rearranged(as_array(a), lambda s: s.swapaxes(axis1, axis2))


@arrays(numpy.moveaxis)
def moveaxis(a: Any, source: Any, destination: Any) -> Array:
    """The array with axes moved to new places. A view."""
    return _rearranged(as_array(a), lambda s: numpy.moveaxis(s, source, destination))


@arrays(numpy.rollaxis)
def rollaxis(a: Any, axis: int, start: int = 0) -> Array:
    """The array with `axis` moved back to before `start`. A view."""
    return _rearranged(as_array(a), lambda s: numpy.rollaxis(s, axis, start))


@arrays(numpy.matrix_transpose)
def matrix_transpose(x: Any, /) -> Array:
    """The array with its last two axes exchanged. A view."""
    return _rearranged(as_array(x), numpy.matrix_transpose)


def swapped_matrices(array: Array) -> Array:
    """The attribute `mT`."""
    return _rearranged(array, lambda s: s.mT)


# parts of complex numbers


@arrays(numpy.real)
def real(val: Any) -> Array:
    """The real part: the array itself if it is real, else a view."""
    if type(val) in PYTHON_NUMBERS:
        return val.real
    array = as_array(val)
    if array.dtype.kind != "c":
        return array
    part = numpy.dtype(f"f{array.itemsize // 2}")
    new = as_numpy_views(
        array,
        lambda s: s.real,
        lambda p: tf.math.real(p),
        lambda p, v: tf.complex(v, tf.math.imag(p)),
        dtypes.canonical(part),
    )
    return as_given(new, array)


@arrays(numpy.imag)
def imag(val: Any) -> Array:
    """The imaginary part: read-only zeros of a real array, else a view."""
    if type(val) in PYTHON_NUMBERS:
        return val.imag
    array = as_array(val)
    if array.dtype.kind != "c":
        tensor = tf.zeros_like(array._cell.read())
        in_order = array._cell.in_c_order or not array._cell.shadow().flags.fnc
        zeros = wrap(tensor) if in_order else laid_out(tensor, untouched(array.shape, array.dtype, "F"))
        zeros._writeable = False
        return as_given(zeros, array)
    part = numpy.dtype(f"f{array.itemsize // 2}")
    new = as_numpy_views(
        array,
        lambda s: s.imag,
        lambda p: tf.math.imag(p),
        lambda p, v: tf.complex(tf.math.real(p), v),
        dtypes.canonical(part),
    )
    return as_given(new, array)
