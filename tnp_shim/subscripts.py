"""Reading and writing `a[index]`. Knows the array and indexing, no functions."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy
import tensorflow as tf

from tnp_shim import conversion, dtypes
from tnp_shim.array import Array, fresh, laid_out, ndarray, view, wrap, wrap_scalar, write
from tnp_shim.errors import unknown_shape
from tnp_shim.indexing import plan
from tnp_shim.indexing.basic import BasicCopyPlan, BasicPlan
from tnp_shim.indexing.layout import axes_taken
from tnp_shim.indexing.plans import known_plan
from tnp_shim.indexing.traced import TracedPlan
from tnp_shim.promotion import cast, constant
from tnp_shim.storage import AnyCell, Lens, StaticShape, ViewCell, static_shape, untouched
from tnp_shim.tensorflow_internals import EagerTensor, current_graph, gen_array_ops, known_value

_BOUNDS = frozenset({int, type(None)})
_PLAIN = frozenset({int, type(None), type(Ellipsis)})


def plain_index(index: Any) -> Any:
    """The index with tensors in place of our arrays."""
    kind = type(index)
    if kind in _PLAIN:
        return index
    if kind is slice:
        return _plain_slice(index)
    if kind is tuple:
        plain = [item if type(item) in _PLAIN else plain_index(item) for item in index]
        return tuple(plain)
    if isinstance(index, (Array, tf.Variable)):
        return conversion.tensor_of(index)
    if isinstance(index, list) and conversion.holds_tensors(index):
        return conversion.to_tensor(index)
    return index


def _plain_slice(index: slice) -> slice:
    start, stop, step = index.start, index.stop, index.step
    if type(start) in _BOUNDS and type(stop) in _BOUNDS and type(step) in _BOUNDS:
        return index
    if isinstance(start, Array) or isinstance(stop, Array) or isinstance(step, Array):
        return slice(*(conversion.tensor_of(b) if isinstance(b, Array) else b for b in (start, stop, step)))
    return index


_lenses: dict[Any, Lens] = {}
_MOST_LENSES = 4096


def _lens(made: Any, index: Any) -> Lens:
    """The lens of a plan; a plan that is kept keeps its lens."""
    found = _lenses.get(made)
    if found is None:
        if not isinstance(made, BasicPlan):
            return UnknownLens(
                made.read,
                made.write,
                lambda shadow: shadow[made.numpy_index],
                made.shape,
                generic=lambda shadow: shadow[_generic_index(index)],
            )
        found = Lens(made.read, made.write, lambda shadow: shadow[made.numpy_index], made.shape)
        if len(_lenses) >= _MOST_LENSES:
            _lenses.clear()
        _lenses[made] = found
    return found


# layouts where sizes are unknown

GENERIC_SIZE = 1 << 10
"""Stands for an unknown size where NumPy is asked whether it makes a view or a copy."""


@dataclass(slots=True)
class UnknownLens(Lens):
    """A lens that depends on values unknown while tracing: `generic` is the view for values in general."""

    generic: Callable[[numpy.ndarray[Any, Any]], numpy.ndarray[Any, Any]] | None = None


def layout_refused(shadow: numpy.ndarray[Any, Any]) -> numpy.ndarray[Any, Any]:
    """The `shadow` of a lens that depends on unknown values."""
    raise unknown_shape("the memory layout of an array")


def generic_layout(cell: AnyCell) -> numpy.ndarray[Any, Any] | None:
    """A layout as the array's is for sizes in general, where they are unknown; None for an unknown rank."""
    lenses = []
    while isinstance(cell, ViewCell):
        lenses.append(cell.lens)
        cell = cell.parent
    shape = cell.shape
    if shape is None:
        return None
    if shape_known(shape):
        shadow = cell.shadow()
    else:
        sizes = tuple(GENERIC_SIZE if n is None else n for n in shape)
        shadow = untouched(sizes, dtypes.to_numpy(cell.read().dtype))
    try:
        for lens in reversed(lenses):
            made = lens.generic if isinstance(lens, UnknownLens) and lens.generic is not None else lens.shadow
            shadow = made(shadow)
    except (IndexError, TypeError, ValueError):
        return None
    return shadow


def _generic_index(index: Any) -> Any:
    """The index with integers and bounds in general for the unknown ones: neither at an end."""
    if isinstance(index, tuple):
        return tuple(map(_generic_index, index))
    if isinstance(index, slice):
        backwards = isinstance(index.step, int) and index.step < 0
        start, stop = (-2, 0) if backwards else (1, -1)
        bounds = ((index.start, start), (index.stop, stop), (index.step, 2))
        return slice(*(general if isinstance(bound, tf.Tensor) else bound for bound, general in bounds))
    return 0 if isinstance(index, tf.Tensor) else index


def _plan(cell: AnyCell, index: Any) -> Any:
    try:
        return plan(cell.shape, index)
    except (IndexError, TypeError, ValueError):
        if shape_known(cell.shape):
            cell.shadow()[_numpy_index(index)]  # NumPy's error, if it refuses the index too
        raise


def get(array: Array, index: Any) -> Any:
    """`array[index]`: a view for a basic index, a scalar for a full one, else a copy."""
    cell = array._cell
    made: Any = known_plan(cell.shape, index)
    holds_array = False
    if made is None:
        holds_array = _holds_array(index)
        index = plain_index(index)
        made = _plan(cell, index)
    if made.is_scalar:
        return wrap_scalar(made.read(cell.read()))
    if made.is_view and not holds_array:
        return view(array, _lens(made, index))
    if made.is_view or isinstance(made, BasicCopyPlan):
        return _copied(view(array, _lens(made, index)))
    tensor = made.read(cell.read())
    if not cell.in_c_order and shape_known(cell.shape) and shape_known(static_shape(tensor)):
        layout = cell.shadow()[_numpy_index(index)]
        return laid_out(tensor, layout) if layout.base is None else with_hidden_base(tensor, layout)
    before, after = _axes_around(index, array.ndim) if cell.shape is not None else (0, 0)
    if before:
        return _in_place_of_arrays(tensor, before, after)
    new = fresh(tensor, array._dtype)
    new._cell._home = current_graph()  # type: ignore[union-attr]
    return new


def _holds_array(index: Any) -> bool:
    """Whether an integer of the index is a 0-d array, for which NumPy copies (traced sizes are such too)."""
    return any(
        isinstance(item, numpy.ndarray)
        or (type(item) is ndarray and isinstance(item._cell.read(), EagerTensor))
        for item in (index if type(index) is tuple else (index,))
    )


def _copied(part: ndarray) -> ndarray:
    """A copy of a view, in the order of its memory."""
    cell = part._cell
    if cell.in_c_order or not shape_known(cell.shape):
        return wrap(cell.read())
    return laid_out(cell.read(), cell.shadow().copy(order="K"))


def with_hidden_base(tensor: tf.Tensor, layout: numpy.ndarray[Any, Any]) -> ndarray:
    """A new array that is, as some of NumPy's, a view of a copy that nobody else can see."""
    array = laid_out(tensor, layout)
    array._base = laid_out(tensor, layout)
    return array


def _numpy_index(index: Any) -> Any:
    """An index that gives NumPy's result the same layout: zeros stand for unknown integers."""
    if isinstance(index, tuple):
        return tuple(map(_numpy_index, index))
    if not isinstance(index, tf.Tensor):
        return index
    known = known_value(index)
    return numpy.zeros(index.shape, numpy.intp) if known is None else known


def _axes_around(index: Any, rank: int) -> tuple[int, int]:
    """How many axes stand before and after those of the index arrays, where NumPy leaves these in place."""
    if type(index) is not tuple:
        return 0, 0
    arrays = [
        i for i, item in enumerate(index) if not (type(item) is slice or item is None or item is Ellipsis)
    ]
    first, last = arrays[0], arrays[-1]
    if not first or last - first >= len(arrays):
        return 0, 0
    hidden = rank - sum(axes_taken(numpy.asarray(i) if isinstance(i, list) else i) for i in index)
    before, after = first, len(index) - 1 - last
    if Ellipsis in index[:first]:
        return before + hidden - 1, after
    return before, after + hidden - (Ellipsis in index[last + 1 :])


def _in_place_of_arrays(tensor: tf.Tensor, before: int, after: int) -> ndarray:
    """What index arrays took from behind the first axes: NumPy lays it out as if they stood in front."""
    shape = static_shape(tensor)
    if not shape_known(shape):
        lens = UnknownLens(
            lambda p: p,
            lambda p, v: v,
            layout_refused,
            in_c_order=False,
            generic=lambda s: _behind_first(s.shape, s.dtype, before, after),
        )
        return view(wrap(tensor), lens)
    return with_hidden_base(tensor, _behind_first(shape, dtypes.to_numpy(tensor.dtype), before, after))


def _behind_first(shape: Any, dtype: numpy.dtype[Any], before: int, after: int) -> numpy.ndarray[Any, Any]:
    between = len(shape) - after
    sizes = (*shape[before:between], *shape[:before], *shape[between:])
    taken = between - before
    axes = (*range(taken, between), *range(taken), *range(between, len(sizes)))
    return untouched(sizes, dtype).transpose(axes)


def value_for(value: Any, dtype: numpy.dtype[Any]) -> tf.Tensor:
    """The value to be assigned to elements of an array of `dtype`: cast as NumPy's assignment casts."""
    if isinstance(value, Array):
        return cast(value._cell.read(), dtypes.to_tf(dtype))
    if type(value) in conversion.PYTHON_NUMBERS:
        return constant(value, dtypes.to_tf(dtype))
    if conversion.is_tensor_like(value):
        return cast(conversion.tensor_of(value), dtypes.to_tf(dtype))
    return conversion.to_tensor(value, dtype)


def set_(array: ndarray, index: Any, value: Any) -> None:
    """`array[index] = value`: broadcast, cast, and written through to the array that owns the memory."""
    if not array._writeable:
        raise ValueError("assignment destination is read-only")
    cell = array._cell
    made: Any = known_plan(cell.shape, index)
    if made is None:
        made = _plan(cell, plain_index(index))
    if isinstance(value, Array) and _is_part(value._cell, cell, made):
        return
    tensor = value_for(value, array._dtype)
    if made.is_scalar and tensor.shape.rank:
        if array._dtype.kind != "b" or tensor.shape.num_elements() != 1:
            # NumPy's words; complex elements have others
            numpy.empty(1, array._dtype)[0] = numpy.empty((2,) * tensor.shape.rank)
            raise ValueError("setting an array element with a sequence.")
        tensor = tf.reshape(tensor, [])  # anything of one element has a truth value
    write(array, made.write(cell.read(), tensor))


def _is_part(cell: AnyCell, whole: AnyCell, made: Any) -> bool:
    """Whether a value is the very part to be written to: in `a[1:] += 1` it is, once the operator is done."""
    if type(cell) is not ViewCell or cell.parent is not whole:
        return False
    if isinstance(made, BasicPlan):
        return cell.lens is _lenses.get(made)
    seen = getattr(cell.lens.get, "__self__", None)
    return isinstance(seen, TracedPlan) and isinstance(made, TracedPlan) and made.selects_as(seen)


def shape_known(shape: StaticShape) -> bool:
    """Whether every dimension is known."""
    return shape is not None and None not in shape


def positions(array: Array, index: Any) -> tf.Tensor:
    """The places, counted through the array in C order, of the elements that an index selects."""
    tensor = array._cell.read()
    shape = gen_array_ops.shape(tensor, out_type=tf.int64)
    counted = gen_array_ops.reshape(tf.range(tf.size(tensor, tf.int64)), shape)
    return plan(array._cell.shape, plain_index(index)).read(counted)
