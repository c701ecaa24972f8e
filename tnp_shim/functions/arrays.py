"""Functions about arrays themselves: making them, asking of dtypes and memory. Knows the array."""

from __future__ import annotations

from typing import Any

import numpy
import tensorflow as tf

from tnp_shim import dtypes
from tnp_shim.array import Array, laid_out, ndarray, wrap, wrap_scalar
from tnp_shim.conversion import holds_tensors, is_tensor_like, to_tensor
from tnp_shim.declaration import arrays
from tnp_shim.declaration.failures import stand_in
from tnp_shim.declaration.floating_point import look_at_cast
from tnp_shim.errors import UnsupportedError
from tnp_shim.promotion import cast
from tnp_shim.storage import Cell
from tnp_shim.subscripts import generic_layout, shape_known
from tnp_shim.tensorflow_internals import known_value

_ORDERS = ("K", "A", "C", "F", None)


def _target(dtype: Any) -> Any:
    """A dtype argument; the Python type float means the default float."""
    if dtype is None:
        return None
    if isinstance(dtype, tf.DType):
        return dtypes.to_numpy(dtype)
    resolved = numpy.dtype(dtype)
    if not dtypes.is_supported(resolved):
        return resolved
    canonical = dtypes.canonical(resolved)
    return dtypes.default_float_for(canonical) if dtype in (float, complex) else canonical


def _numpys_own(value: Any, dtype: Any, **options: Any) -> Any:
    """A real NumPy array for what no tensor can hold (text, objects, dates), else None."""
    if dtype is not None and not dtypes.is_supported(dtype):
        return numpy.array(value, dtype, **options)
    if is_tensor_like(value) or holds_tensors(value) or isinstance(value, (bool, int, float, complex)):
        return None
    found = numpy.array(value, **options) if dtype is None else None
    return found if found is not None and not dtypes.is_supported(found.dtype) else None


def _with_rank(array: ndarray, ndmin: int) -> ndarray:
    missing = ndmin - array.ndim if ndmin else 0
    return array if missing <= 0 else array[(None,) * missing]  # type: ignore[index]


def copied(array: Array, order: Any = "C", dtype: numpy.dtype[Any] | None = None) -> ndarray:
    """A copy in the memory order that NumPy gives it."""
    if order not in ("C", "F", "A", "K", None):
        numpy.empty(0).copy(order)  # raises
    tensor = array._cell.read()
    if dtype is not None:
        tensor = _converted(tensor, dtype)
    # the memory order of an array of unknown shape is not known either: its copies are in C order
    plain = array._cell.in_c_order and order in ("K", "A")
    if order in ("C", None) or plain or not shape_known(array._cell.shape):
        return wrap(tensor)
    return laid_out(tensor, array._cell.shadow().astype(tensor.dtype.as_numpy_dtype, order=order))


def _converted(tensor: tf.Tensor, dtype: numpy.dtype[Any]) -> tf.Tensor:
    made = cast(tensor, dtypes.to_tf(dtype))
    look_at_cast(tensor, made, dtype)
    return made


def _is_laid_out(array: Array, order: Any) -> bool:
    if order in ("K", "A", None):
        return True
    if order == "C" and isinstance(array._cell, Cell) and array._cell.in_c_order:
        return True
    known = shape_known(array._cell.shape)
    layout = array._cell.shadow() if known else generic_layout(array._cell)
    if layout is None:
        return False
    flags = layout.flags
    return flags.f_contiguous if order == "F" else flags.c_contiguous


@arrays(numpy.array, route="native")
def array(
    object: Any,
    dtype: Any = None,
    *,
    copy: bool | None = True,
    order: Any = "K",
    subok: bool = False,
    ndmin: int = 0,
    ndmax: int | None = None,
    like: Any = None,
) -> Any:
    """An array of anything array-like: numbers, lists that mix numbers and arrays, tensors, variables.

    What no tensor can hold (text, objects, dates) becomes a real NumPy array. Differentiable with respect
    to tensors and arrays in `object`.
    """
    target = _target(dtype)
    if order not in _ORDERS:
        numpy.array(0, order=order)  # raises
    if isinstance(copy, str):
        numpy.array(0, copy=copy)  # type: ignore[call-overload] # raises
    if isinstance(object, Array):
        same = isinstance(object, ndarray) and (target is None or target is object._dtype)
        if not copy and same and _is_laid_out(object, order):
            return _with_rank(object, ndmin)  # type: ignore[arg-type]
        if copy is False:
            numpy.array([], copy=False)  # raises
        return _with_rank(copied(object, order, target), ndmin)
    if copy is False and not is_tensor_like(object):
        numpy.array([], copy=False)  # raises: no tensor shares memory with anything else
    if ndmax is not None:  # lists beyond so many axes are objects, which NumPy makes or refuses
        asked = numpy.array(stand_in(object), target, ndmax=ndmax, ndmin=ndmin)
        if not dtypes.is_supported(asked.dtype):
            return asked
    own = _numpys_own(object, target, order=order, ndmin=ndmin)
    if own is not None:
        return own
    tensor = to_tensor(object, target)
    made = wrap(tensor)
    if isinstance(object, numpy.ndarray) and object.ndim > 1 and object.size:
        made = laid_out(tensor, numpy.empty_like(object, tensor.dtype.as_numpy_dtype, order))
    elif order == "F":
        made = copied(made, order)
    return _with_rank(made, ndmin)


@arrays(numpy.asarray, route="native")
def asarray(
    a: Any, dtype: Any = None, order: Any = None, *, device: Any = None, copy: Any = None, like: Any = None
) -> Any:
    """The array itself, or an array of anything array-like; a tensor's value is shared, not copied."""
    _check_device("asarray", device)
    if copy is not None and not isinstance(copy, str):
        copy = bool(copy)
    return array(a, dtype, copy=copy, order=order or "K")


@arrays(numpy.asanyarray, route="native")
def asanyarray(
    a: Any, dtype: Any = None, order: Any = None, *, device: Any = None, copy: Any = None, like: Any = None
) -> Any:
    """As `asarray`: arrays of ours have no subclasses to pass through."""
    return asarray(a, dtype, order, device=device, copy=copy)


@arrays(numpy.asarray_chkfinite, route="native")
def asarray_chkfinite(a: Any, dtype: Any = None, order: Any = None) -> Any:
    """As `asarray`, refusing NaN and infinity: at once where the value is known, else at run time."""
    made = asarray(a, dtype, order)
    if isinstance(made, numpy.ndarray):
        return numpy.asarray_chkfinite(made)
    tensor = made._cell.read()
    if tensor.dtype.is_floating or tensor.dtype.is_complex:
        finite = tf.reduce_all(tf.math.is_finite(tf.abs(tensor)))
        known = known_value(finite)
        if known is None:
            with tf.control_dependencies(
                [tf.debugging.Assert(finite, ["array must not contain infs or NaNs"])]
            ):
                return wrap(tf.identity(tensor))
        if not known:
            raise ValueError("array must not contain infs or NaNs")
    return made


@arrays(numpy.ascontiguousarray, route="native")
def ascontiguousarray(a: Any, dtype: Any = None, *, like: Any = None) -> Any:
    """An array in C order of at least one dimension: the array itself if it is one."""
    return array(a, dtype, copy=None, order="C", ndmin=1)


@arrays(numpy.asfortranarray, route="native")
def asfortranarray(a: Any, dtype: Any = None, *, like: Any = None) -> Any:
    """An array in Fortran order of at least one dimension: the array itself if it is one."""
    return array(a, dtype, copy=None, order="F", ndmin=1)


@arrays(numpy.copy, route="native")
def copy(a: Any, order: Any = "K", subok: bool = False) -> Any:
    """A copy of the array."""
    return array(a, order=order)


@arrays(numpy.astype, route="native")
def astype(x: Any, dtype: Any, /, *, copy: bool = True, device: Any = None) -> Any:
    """A copy of the array in another dtype."""
    if not isinstance(x, Array):
        raise TypeError(f"Input should be a NumPy array. It is of type {type(x)}.")
    _check_device("astype", device)
    return cast_array(x, dtype, copy=copy)


def cast_array(
    array: Array,
    dtype: Any,
    order: Any = "K",
    casting: Any = "unsafe",
    subok: bool = True,
    copy: bool = True,
) -> Any:
    """`ndarray.astype`; a scalar gives a scalar."""
    target = _target(dtype)
    if not dtypes.is_supported(target):
        return numpy.asarray(array).astype(target)
    numpy.empty(0, array._dtype).astype(target, order, casting)  # raises if the rule forbids it
    if casting == "same_value":
        numpy.asarray(array._known("astype(casting='same_value')")).astype(target, casting=casting)  # type: ignore[call-overload]
    if not isinstance(array, ndarray):
        return wrap_scalar(_converted(array._cell.read(), target))
    if not copy and target is array._dtype and _is_laid_out(array, _contiguous_order(array, order)):
        return array
    return copied(array, order, target)


def _contiguous_order(array: Array, order: Any) -> Any:
    """For `astype`, "A" means an array contiguous in either order."""
    return "F" if order == "A" and array._cell.shadow().flags.fnc else "C" if order == "A" else order


@arrays(numpy.from_dlpack, route="native")
def from_dlpack(x: Any, /, *, device: Any = None, copy: bool | None = None) -> Any:
    """An array of anything that has `__dlpack__`; the value is copied, because tensors never change."""
    _check_device("from_dlpack", device)
    if isinstance(copy, str):
        numpy.array(0, copy=copy)  # type: ignore[call-overload] # raises
    if isinstance(x, (Array, tf.Tensor)):
        return array(x)
    return wrap(to_tensor(numpy.from_dlpack(x)))


@arrays(numpy.frombuffer, route="native")
def frombuffer(buffer: Any, dtype: Any = float, count: int = -1, offset: int = 0, *, like: Any = None) -> Any:
    """An array of the bytes of a buffer, which are copied."""
    return array(numpy.frombuffer(buffer, _target(dtype), count, offset))


@arrays(numpy.fromiter, route="native")
def fromiter(iter: Any, dtype: Any, count: int = -1, *, like: Any = None) -> Any:
    """A 1-D array of the items of an iterable."""
    items = list(iter) if count < 0 else [item for item, _ in zip(iter, range(count), strict=False)]
    if len(items) < count:
        raise ValueError(f"iterator too short: Expected {count} but iterator had only {len(items)} items.")
    return array(items, dtype)


def _check_device(name: str, device: Any) -> None:
    if device not in (None, "cpu") and not str(device).lower().lstrip("/").startswith(
        ("gpu", "device:", "cuda")
    ):
        raise ValueError(f'Device not understood. Only "cpu" is allowed, but received: {device}')


# what an array is


@arrays(numpy.shape)
def shape(a: Any) -> tuple[Any, ...]:
    """The dimensions; an entry that is unknown while tracing is a 0-d array."""
    return array(a, copy=None).shape


@arrays(numpy.ndim)
def ndim(a: Any) -> int:
    """The number of dimensions."""
    return array(a, copy=None).ndim


@arrays(numpy.size)
def size(a: Any, axis: Any = None) -> Any:
    """The number of elements, or their number along one axis or several."""
    made = array(a, copy=None)
    if axis is None:
        return made.size
    total: Any = 1
    for one in numpy.lib.array_utils.normalize_axis_tuple(axis, made.ndim):
        total = total * made.shape[one]
    return total


@arrays(numpy.shares_memory)
def shares_memory(a: Any, b: Any, /, max_work: int = -1) -> bool:
    """Whether two arrays have elements in common: NumPy decides it by their layouts."""
    return _overlap(numpy.shares_memory, a, b, max_work)


@arrays(numpy.may_share_memory)
def may_share_memory(a: Any, b: Any, /, max_work: int = 0) -> bool:
    """Whether two arrays might have elements in common, judged by their bounds."""
    return _overlap(numpy.may_share_memory, a, b, max_work)


def _overlap(numpy_function: Any, a: Any, b: Any, max_work: int) -> bool:
    if not isinstance(a, Array) or not isinstance(b, Array):
        return False if isinstance(a, Array) or isinstance(b, Array) else numpy_function(a, b, max_work)
    root = a._cell.root()
    if root is not b._cell.root():
        return False
    owner = root.shadow()
    return numpy_function(_shadow_in(a, owner), _shadow_in(b, owner), max_work)


def _shadow_in(array: Array, owner: numpy.ndarray[Any, Any]) -> numpy.ndarray[Any, Any]:
    lenses = []
    cell: Any = array._cell
    while not isinstance(cell, Cell):
        lenses.append(cell.lens)
        cell = cell.parent
    shadow = owner
    for lens in reversed(lenses):
        shadow = lens.shadow(shadow)
    return shadow


@arrays(numpy.result_type)
def result_type(*arrays_and_dtypes: Any) -> numpy.dtype[Any]:
    """The dtype that NumPy's promotion gives."""
    # an array is no dtype: beside it a Python number is weak
    given = (numpy.empty((), a._dtype) if isinstance(a, Array) else _dtype_of(a) for a in arrays_and_dtypes)
    return numpy.result_type(*given)


@arrays(numpy.can_cast)
def can_cast(from_: Any, to: Any, casting: Any = "safe") -> bool:
    """Whether a cast is allowed by a rule."""
    return numpy.can_cast(_dtype_of(from_), numpy.dtype(to), casting)


@arrays(numpy.promote_types)
def promote_types(type1: Any, type2: Any, /) -> numpy.dtype[Any]:
    """The smallest dtype that both can be cast to."""
    return numpy.promote_types(numpy.dtype(type1), numpy.dtype(type2))


@arrays(numpy.min_scalar_type)
def min_scalar_type(a: Any, /) -> numpy.dtype[Any]:
    """The smallest dtype that holds a scalar's value; of an array with axes its own."""
    if isinstance(a, Array) and a.ndim:
        return a._dtype
    return numpy.min_scalar_type(numpy.asarray(a))


@arrays(numpy.issubdtype)
def issubdtype(arg1: Any, arg2: Any) -> bool:
    """Whether a dtype is of a kind; scalar types of ours and NumPy's may be mixed."""
    return numpy.issubdtype(*(getattr(kind, "_numpy", kind) for kind in (arg1, arg2)))


@arrays(numpy.isdtype)
def isdtype(dtype: Any, kind: Any) -> bool:
    """Whether a dtype is another, or of a kind that the array API names ("integral", "real floating")."""
    kinds = tuple(_scalar_type(k) for k in kind) if isinstance(kind, tuple) else _scalar_type(kind)
    return numpy.isdtype(_scalar_type(dtype), kinds)


def _scalar_type(value: Any) -> Any:
    """NumPy's scalar type for ours, which NumPy would look for by its hash."""
    return getattr(value, "_numpy", value) if isinstance(value, type) else value


@arrays(numpy.common_type)
def common_type(*arrays: Any) -> type:
    """The inexact scalar type that all arrays can be cast to."""
    return numpy.common_type(*(numpy.empty(0, _dtype_of(a)) for a in arrays))


def _dtype_of(value: Any) -> Any:
    if isinstance(value, Array):
        return value._dtype
    if isinstance(value, (tf.Tensor, tf.Variable)):
        return dtypes.to_numpy(value.dtype)
    if isinstance(value, tf.DType):
        return dtypes.to_numpy(value)
    return getattr(value, "dtype", value) if isinstance(value, type) else value


def to_device(array: Array, device: Any, /, *, stream: Any = None) -> Array:
    """The array on another device: "cpu", "gpu:0" or a TensorFlow device name."""
    if stream is not None:
        raise ValueError("The stream argument in to_device() is not supported")
    if device == array.device:
        return array
    name = str(device)
    if not any(d.name.lower().endswith(name.lower()) for d in tf.config.list_logical_devices()):
        raise ValueError(f"Unsupported device: {device}. TensorFlow sees {tf.config.list_logical_devices()}")
    with tf.device(name):
        return wrap(tf.identity(array._cell.read()))


def refuse_memory(name: str) -> UnsupportedError:
    """The error for what needs raw memory."""
    return UnsupportedError(
        f"ndarray.{name}: a tensor has no memory that can be shared or written to from outside; "
        "np.asarray of the real numpy gives a copy that has"
    )
