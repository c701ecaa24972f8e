"""Functions that return views of parts: flips, splits, diagonals, broadcasts, `flat`. Knows the array."""

from __future__ import annotations

import math
import operator
from collections.abc import Iterator
from typing import Any

import numpy
import tensorflow as tf

from tnp_shim import dtypes, subscripts
from tnp_shim.array import Array, ndarray, view, wrap
from tnp_shim.conversion import static_int, to_axis, to_shape
from tnp_shim.declaration import arrays
from tnp_shim.errors import UnsupportedTypeError
from tnp_shim.functions.creation import diagflat
from tnp_shim.functions.views import _as_view, as_array, as_numpy_views, moveaxis, reshaped, transpose
from tnp_shim.indexing.checks import asserted
from tnp_shim.kernels import shapes
from tnp_shim.promotion import cast, constant, shape_of
from tnp_shim.storage import Lens
from tnp_shim.subscripts import GENERIC_SIZE, UnknownLens, layout_refused, shape_known
from tnp_shim.tensorflow_internals import gen_array_ops, gen_math_ops, known_value, tensor_util

_UINT8 = dtypes.canonical("uint8")

# flips: NumPy's are basic indices too


@arrays(numpy.flip)
def flip(m: Any, axis: Any = None) -> Array:
    """The array with the order of its elements reversed along `axis` (all axes by default). A view."""
    array = _as_view(as_array(m))
    axes = to_axis(axis, "flip")
    listed = (
        range(array.ndim) if axes is None else numpy.lib.array_utils.normalize_axis_tuple(axes, array.ndim)
    )
    steps = [-1 if i in set(listed) else None for i in range(array.ndim)]
    return subscripts.get(array, tuple(slice(None, None, step) for step in steps))


@arrays(numpy.flipud)
def flipud(m: Any) -> Array:
    """The array upside down: reversed along its first axis. A view."""
    array = as_array(m)
    if array.ndim < 1:
        raise ValueError("Input must be >= 1-d.")
    return subscripts.get(array, (slice(None, None, -1), ...))


@arrays(numpy.fliplr)
def fliplr(m: Any) -> Array:
    """The array with its second axis reversed. A view."""
    array = as_array(m)
    if array.ndim < 2:
        raise ValueError("Input must be >= 2-d.")
    return subscripts.get(array, (slice(None), slice(None, None, -1), ...))


@arrays(numpy.rot90)
def rot90(m: Any, k: int = 1, axes: tuple[int, int] = (0, 1)) -> Array:
    """The array rotated by 90 degrees, `k` times, in the plane of `axes`. A view."""
    array = as_array(m)
    numpy.rot90(_of_rank(array.ndim), k, axes)  # raises if the axes are not two of the array's
    first, second = (axis % array.ndim for axis in axes)
    turns = k % 4
    if turns == 0:
        return subscripts.get(array, slice(None))
    if turns == 2:
        return flip(flip(array, first), second)
    order = list(range(array.ndim))
    order[first], order[second] = second, first
    return transpose(flip(array, second), order) if turns == 1 else flip(transpose(array, order), second)


def _of_rank(rank: int) -> numpy.ndarray[Any, Any]:
    """An array to ask NumPy with whether axes are right."""
    return numpy.empty((1,) * rank, numpy.int8)


# splits


@arrays(numpy.array_split)
def array_split(ary: Any, indices_or_sections: Any, axis: int = 0) -> list[Array]:
    """Views of consecutive parts along `axis`; parts may differ in length by one."""
    array = as_array(ary)
    length = array.shape[axis]
    if isinstance(indices_or_sections, Array):
        indices_or_sections = numpy.asarray(indices_or_sections)
    try:
        len(indices_or_sections)
    except TypeError:
        bounds = _even_bounds(length, int(indices_or_sections))
    else:
        bounds = [0, *map(operator.index, indices_or_sections), None]
    before = (slice(None),) * (axis % array.ndim)
    return [
        subscripts.get(array, (*before, slice(start, stop)))
        for start, stop in zip(bounds[:-1], bounds[1:], strict=True)
    ]


def _even_bounds(length: Any, sections: int) -> list[Any]:
    """Where so many parts begin and end; the first ones are longer by one if the length is no multiple."""
    if sections <= 0:
        raise ValueError("number sections must be larger than 0.")
    each, extras = length // sections, length % sections
    if isinstance(length, int):
        return [i * each + min(i, extras) for i in range(sections + 1)]
    each, extras = (tf.cast(tf.convert_to_tensor(n), tf.int64) for n in (each, extras))
    return [wrap(i * each + tf.minimum(tf.constant(i, tf.int64), extras)) for i in range(sections + 1)]


@arrays(numpy.split)
def split(ary: Any, indices_or_sections: Any, axis: int = 0) -> list[Array]:
    """Views of equal consecutive parts along `axis`, or of the parts between given indices."""
    array = as_array(ary)
    try:
        len(indices_or_sections)
    except TypeError:
        length = array.shape[axis]
        if isinstance(length, int) and length % indices_or_sections:
            raise ValueError("array split does not result in an equal division") from None
        array = _of_equal_parts(array, length, indices_or_sections)
    return array_split(array, indices_or_sections, axis)


def _of_equal_parts(array: Array, length: Any, sections: int) -> Array:
    """The array, if its length is a multiple: a runtime error otherwise where it is unknown."""
    if isinstance(length, int):
        return array
    remainder = tf.convert_to_tensor(length % sections)
    same = gen_math_ops.equal(remainder, constant(0, remainder.dtype))
    asserted(remainder, same, "array split does not result in an equal division", ValueError)
    return array


def _split_along(ary: Any, sections: Any, axis: int, least: int, name: str) -> list[Array]:
    array = as_array(ary)
    if array.ndim < least:
        raise ValueError(f"{name} only works on arrays of {least} or more dimensions")
    return split(array, sections, axis)


@arrays(numpy.hsplit)
def hsplit(ary: Any, indices_or_sections: Any) -> list[Array]:
    """`split` along the second axis (the first, if there is only one)."""
    array = as_array(ary)
    return _split_along(array, indices_or_sections, 1 if array.ndim > 1 else 0, 1, "hsplit")


@arrays(numpy.vsplit)
def vsplit(ary: Any, indices_or_sections: Any) -> list[Array]:
    """`split` along the first axis."""
    return _split_along(ary, indices_or_sections, 0, 2, "vsplit")


@arrays(numpy.dsplit)
def dsplit(ary: Any, indices_or_sections: Any) -> list[Array]:
    """`split` along the third axis."""
    return _split_along(ary, indices_or_sections, 2, 3, "dsplit")


@arrays(numpy.unstack)
def unstack(x: Any, /, *, axis: int = 0) -> tuple[Any, ...]:
    """The array's slices along `axis`, as views."""
    array = as_array(x)
    if array.ndim == 0:
        raise ValueError("Input array must be at least 1-d.")
    moved = moveaxis(array, axis, 0)
    return tuple(subscripts.get(moved, i) for i in range(len(moved)))


# diagonals: NumPy's are read-only


@arrays(numpy.diagonal)
def diagonal(a: Any, offset: int = 0, axis1: int = 0, axis2: int = 1) -> Array:
    """The diagonal of the plane of two axes, as a read-only view with the diagonal as its last axis."""
    array = _as_view(as_array(a))
    offset = static_int(offset, "diagonal")
    _of_rank(array.ndim).diagonal(offset, axis1, axis2)  # raises if the axes are not two of the array's
    first, second = axis1 % array.ndim, axis2 % array.ndim
    order = [i for i in range(array.ndim) if i not in (first, second)] + [first, second]

    def get(p: tf.Tensor) -> tf.Tensor:
        return _diagonal_of_last(p if order == sorted(order) else tf.transpose(p, order), offset)

    def put(p: tf.Tensor, v: tf.Tensor) -> tf.Tensor:
        back = sorted(range(len(order)), key=order.__getitem__)
        return tf.transpose(_with_diagonal(tf.transpose(p, order), v, offset), back)

    made = as_numpy_views(array, lambda s: s.diagonal(offset, axis1, axis2), get, put)
    made._writeable = False
    return made


def _with_diagonal(p: tf.Tensor, diagonal: tf.Tensor, offset: int) -> tf.Tensor:
    """The tensor with another diagonal of its last two axes."""
    rows, columns = tf.unstack(gen_array_ops.shape(p)[-2:])
    on_diagonal = tf.range(rows)[:, None] + offset == tf.range(columns)
    padded = tf.pad(diagonal, [[0, 0]] * (diagonal.shape.rank - 1) + [[max(-offset, 0), rows]])[
        ..., :rows, None
    ]
    return tf.where(on_diagonal, padded, p)


@arrays(numpy.diag)
def diag(v: Any, k: int = 0) -> Any:
    """A square matrix with `v` on its k-th diagonal, or of a matrix that diagonal, as a read-only view."""
    array = as_array(v)
    if array.ndim == 1:
        return diagflat(array, k)
    if array.ndim == 2:
        return diagonal(array, k)
    raise ValueError("Input must be 1- or 2-d.")


def _diagonal_of_last(p: tf.Tensor, offset: int) -> tf.Tensor:
    """The diagonal of the last two axes by one gather: any dtype, any shape, differentiable."""
    *lead, rows, columns = shapes.lengths(p)
    start = offset if offset >= 0 else -offset * columns
    if isinstance(rows, int) and isinstance(columns, int):
        count = max(0, min(rows + min(offset, 0), columns - max(offset, 0)))
        places = shapes.embedded(start + (columns + 1) * numpy.arange(count))
    else:
        below, right = rows + min(offset, 0), columns - max(offset, 0)
        length = gen_math_ops.minimum(shapes.as_length(below), shapes.as_length(right))
        places = shapes.counting(length) * (columns + 1) + start
    return shapes.gather(shapes.reshape(p, [*lead, rows * columns]), places, -1)


# broadcasts


@arrays(numpy.broadcast_to)
def broadcast_to(array: Any, shape: Any, subok: bool = False) -> Array:
    """The array broadcast to a shape, as a read-only view."""
    source = _as_view(as_array(array))
    target = to_shape(shape, "broadcast_to")
    known = target if isinstance(target, tuple) else None
    if known is None or not shape_known(source._cell.shape):
        lens = UnknownLens(
            lambda p: gen_array_ops.broadcast_to(p, shapes.vector(target)),
            None,
            layout_refused,
            known,
            False,
            lambda s: _broadcast_in_general(s, target),
        )
        return view(source, lens)
    made = as_numpy_views(
        source,
        lambda s: numpy.broadcast_to(s, known),
        lambda p: gen_array_ops.broadcast_to(p, shapes.vector(known)),
        (lambda p, v: v) if known == source._cell.shape else None,
    )
    made._writeable = False
    return made


def _broadcast_in_general(shadow: numpy.ndarray[Any, Any], target: Any) -> numpy.ndarray[Any, Any]:
    """The broadcast to a shape with unknown entries, of a layout with sizes in general."""
    sizes = (
        list(target) if isinstance(target, tuple) else tensor_util.constant_value_as_shape(target).as_list()
    )
    own = [1] * (len(sizes) - shadow.ndim) + list(shadow.shape)
    general = [
        (mine if mine != 1 else GENERIC_SIZE) if n is None else n for n, mine in zip(sizes, own, strict=True)
    ]
    return numpy.broadcast_to(shadow, general)


@arrays(numpy.broadcast_arrays)
def broadcast_arrays(*args: Any, subok: bool = False) -> tuple[Array, ...]:
    """The arrays broadcast against each other, as views; of text and objects as NumPy's own."""
    try:
        found = [as_array(a) for a in args]
    except UnsupportedTypeError:
        return _broadcast_beside_numpys(args)
    sizes = [a._cell.shape for a in found]
    if all(map(shape_known, sizes)):
        shape: Any = numpy.broadcast_shapes(*sizes)  # type: ignore[arg-type]
    else:
        dynamic = [gen_array_ops.shape(a._cell.read(), out_type=tf.int64) for a in found]
        shape = dynamic[0]
        for other in dynamic[1:]:
            shape = gen_array_ops.broadcast_args(shape, other)
        return tuple(broadcast_to(a, wrap(shape)) for a in found)
    return tuple(a if a._cell.shape == shape else broadcast_to(a, shape) for a in found)


def _broadcast_beside_numpys(args: tuple[Any, ...]) -> tuple[Any, ...]:
    found: list[Any] = []
    for a in args:
        try:
            found.append(as_array(a))
        except UnsupportedTypeError:
            found.append(numpy.asarray(a))
    shape = numpy.broadcast_shapes(*(a.shape for a in found))
    return tuple((broadcast_to if isinstance(a, Array) else numpy.broadcast_to)(a, shape) for a in found)


# the same memory as another dtype


def viewed(array: Array, dtype: Any = None) -> Array:
    """`array.view(dtype)`: the same bytes as another dtype; without one, a new array on the same memory."""
    array = _as_view(array)
    if isinstance(dtype, type) and issubclass(dtype, (ndarray, numpy.ndarray)):
        dtype = None
    if dtype is None:
        made = view(array, Lens(lambda p: p, lambda p, v: v, lambda s: s.view(), array._cell.shape))
        return made
    target = dtypes.canonical(dtype)
    if target is array.dtype:
        return viewed(array)
    old, new = array.dtype, target
    # a byte that is neither 0 nor 1 is no bool that a tensor can hold, so such views can't be written to
    lossless = old.kind != "b" and new.kind != "b"
    return as_numpy_views(
        array,
        lambda s: s.view(target),
        lambda p: _bytes_as(p, old, new),
        (lambda p, v: _bytes_as(v, new, old)) if lossless else None,
        target,
    )


def _bytes_as(p: tf.Tensor, old: numpy.dtype[Any], new: numpy.dtype[Any]) -> tf.Tensor:
    if old.kind == "b":
        return _bytes_as(cast(p, tf.uint8), _UINT8, new)
    if new.kind == "b":
        return gen_math_ops.not_equal(_bytes_as(p, old, _UINT8), constant(0, tf.uint8))
    return p if old is new else _bitcast(p, dtypes.to_tf(new), old.itemsize, new.itemsize)


def _bitcast(p: tf.Tensor, dtype: tf.DType, old_size: int, new_size: int) -> tf.Tensor:
    if old_size == new_size:
        return gen_array_ops.bitcast(p, dtype)
    *before, last = shapes.lengths(p)
    if new_size > old_size:  # several old elements make a new one
        ratio = new_size // old_size
        return gen_array_ops.bitcast(shapes.reshape(p, [*before, last // ratio, ratio]), dtype)
    return shapes.reshape(gen_array_ops.bitcast(p, dtype), [*before, last * (old_size // new_size)])


# flat


class flatiter:
    """`a.flat`: the elements in C order, to read, write and iterate over, whatever the array's layout."""

    def __init__(self, array: Array) -> None:
        self.base = array
        self.index = 0
        self._line = _flat_view(array)

    def __getitem__(self, index: Any) -> Any:
        found = subscripts.get(self._line, _as_one(index))
        return found if found.ndim == 0 else wrap(found._cell.read())

    def __setitem__(self, index: Any, value: Any) -> None:
        if not self._line._writeable:
            raise ValueError("underlying array is read-only")
        index = _as_one(index)
        if isinstance(index, tuple):
            raise IndexError("Assigning to a flat iterator with a 0-D index is not supported")
        values = as_array(value)._cell.read() if not isinstance(value, (bool, int, float, complex)) else value
        if isinstance(values, tf.Tensor) and values.shape.rank != 0:
            if isinstance(index, int) and not (self.base.dtype == bool and values.shape.num_elements() == 1):
                raise ValueError("Error setting single item of array.")
            if values.shape.num_elements() == 0:
                return
            values = _cycled(gen_array_ops.reshape(values, [-1]), subscripts.get(self._line, index))
        subscripts.set_(self._line, index, values)

    def __iter__(self) -> Iterator[Any]:
        return (self[i] for i in range(len(self)))

    def __next__(self) -> Any:
        if self.index >= len(self):
            raise StopIteration
        self.index += 1
        return self[self.index - 1]

    def __len__(self) -> int:
        return len(self._line)

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> Any:
        return self._line.__array__(dtype, copy)

    def __tf_tensor__(self, dtype: Any = None, name: str | None = None) -> tf.Tensor:
        return self._line.__tf_tensor__(dtype, name)

    @property
    def coords(self) -> tuple[int, ...]:
        """The coordinates of the next element."""
        return tuple(int(i) for i in numpy.unravel_index(self.index, self.base.shape))

    def copy(self) -> Array:
        """The elements as a new 1-D array."""
        return wrap(self._line._cell.read())


def _flat_view(array: Array) -> Any:
    shape = array._cell.shape
    length = math.prod(shape) if shape_known(shape) else None  # type: ignore[arg-type]
    lens = Lens(
        shapes.flat,
        lambda p, v: shapes.reshape(v, shape_of(p)),
        lambda s: numpy.empty(s.size, s.dtype),
        (length,) if length is not None else None,
    )
    return view(array, lens)


def _as_one(index: Any) -> Any:
    if isinstance(index, tuple) and len(index) == 1:
        (index,) = index
    if isinstance(index, tuple) and index:
        raise IndexError(
            "too many indices for flat iterator: flat iterator is 1-dimensional, but "
            f"{len(index)} were indexed"
        )
    if index is None:
        raise IndexError(
            "only integers, slices (`:`), ellipsis (`...`) and integer or boolean arrays are valid indices"
        )
    return index


def _cycled(values: tf.Tensor, target: Any) -> tf.Tensor:
    """NumPy repeats the values of `a.flat[...] = values` as often as they are needed."""
    count = target.size
    if isinstance(count, int) and values.shape[0] == count:
        return values if target.ndim else gen_array_ops.reshape(values, [])
    total = known_value(tf.convert_to_tensor(count)) if not isinstance(count, int) else count
    places = tf.range(tf.convert_to_tensor(count if total is None else int(total), tf.int64)) % tf.size(
        values, out_type=tf.int64
    )
    cycled = tf.gather(values, places)
    return cycled if target.ndim else cycled[0]


def flat(array: Array) -> flatiter:
    """The `flat` attribute of an array."""
    return flatiter(array)


def set_shape(array: Array, shape: Any) -> None:
    """`array.shape = shape`: the same memory in another shape, refused where it would need a copy."""
    new = reshaped(array, to_shape(shape, "shape"), "C", None)
    if new._cell.root() is not array._cell.root():
        raise AttributeError(
            "Incompatible shape for in-place modification. "
            "Use `.reshape()` to make a copy with the desired shape."
        )
    array._cell = new._cell
