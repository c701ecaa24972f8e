"""Operators and methods of arrays, from the declarations. Knows everything but the facade."""

from __future__ import annotations

import inspect
import operator
from collections.abc import Callable
from typing import Any

import numpy
import tensorflow as tf

from tnp_shim import conversion, subscripts
from tnp_shim.array import Array, ndarray, result
from tnp_shim.conversion import to_shape
from tnp_shim.declaration.failures import numpys_error
from tnp_shim.declaration.floating_point import NUMPYS_OF_SCALARS, of_scalars
from tnp_shim.declaration.function import REGISTRY
from tnp_shim.errors import UnsupportedError, UnsupportedTypeError
from tnp_shim.flags import flagsobj
from tnp_shim.functions import arrays, parts, views
from tnp_shim.functions.memory import byteswap, resize
from tnp_shim.scalars import generic
from tnp_shim.tensorflow_internals import EagerTensor, gen_array_ops
from tnp_shim.ufuncs import POWER_OF_SCALARS, UFUNCS

BINARY = {
    "add": "add",
    "sub": "subtract",
    "mul": "multiply",
    "truediv": "divide",
    "floordiv": "floor_divide",
    "mod": "remainder",
    "pow": "power",
    "matmul": "matmul",
    "and": "bitwise_and",
    "or": "bitwise_or",
    "xor": "bitwise_xor",
    "lshift": "left_shift",
    "rshift": "right_shift",
    "divmod": "divmod",
}
COMPARISONS = {
    "lt": "less",
    "le": "less_equal",
    "gt": "greater",
    "ge": "greater_equal",
    "eq": "equal",
    "ne": "not_equal",
}
UNARY = {"neg": "negative", "pos": "positive", "abs": "absolute", "invert": "invert"}


def _defers(other: Any) -> bool:
    """Whether another class has asked NumPy's operators to leave mixed operations to it."""
    return getattr(other, "__array_ufunc__", numpy) is None


def _binary(ufunc: Any) -> Callable[[Array, Any], Any]:
    op, direct, scalars = (
        ufunc.array_op,
        ufunc.direct,
        of_scalars(ufunc, NUMPYS_OF_SCALARS.get(ufunc.__name__)),
    )

    def operator(self: Array, other: Any) -> Any:
        # the commonest case: two arrays of one dtype that one op takes as they are, without a further call
        if type(other) is ndarray and other._dtype is self._dtype:
            out = direct.get(self._dtype)  # asked once: an override may empty the table at any time
            mine, its = self._cell, other._cell
            if out is not None and mine.in_c_order and its.in_c_order:
                try:
                    return result(op(mine.read(), its.read()), out)
                except Exception as error:
                    raise ufunc.error((self, other), {}, error) from error.__cause__
        if not isinstance(other, Array) and _defers(other):
            return NotImplemented
        try:
            if type(self) is not ndarray and type(other) is not ndarray:
                return scalars(self, other)
            return ufunc(self, other)
        except UnsupportedTypeError as error:
            return _left_to_other(ufunc, (self, other), other, error)

    return operator


def _left_to_other(ufunc: Any, operands: tuple[Any, Any], other: Any, error: Exception) -> Any:
    """An operand that is no array may have an operator of its own; text has none, and is refused."""
    if isinstance(other, (str, bytes)):
        raise ufunc.error(operands, {}, TypeError(str(error))) from None
    return NotImplemented


def _reflected(ufunc: Any, compute_scalars: Any = None) -> Callable[[Array, Any], Any]:
    scalars = of_scalars(compute_scalars or ufunc, NUMPYS_OF_SCALARS.get(ufunc.__name__))

    def operator(self: Array, other: Any) -> Any:
        if _defers(other):
            return NotImplemented
        try:
            return scalars(other, self) if type(self) is not ndarray else ufunc(other, self)
        except UnsupportedTypeError as error:
            return _left_to_other(ufunc, (other, self), other, error)

    return operator


_power_of_scalars = of_scalars(POWER_OF_SCALARS, operator.pow)
_square_of_scalars = of_scalars(lambda x, _: UFUNCS["square"](x), operator.pow)
_reflected_without_modulo = _reflected(UFUNCS["power"], POWER_OF_SCALARS)


def _reflected_power(self: Array, other: Any, modulo: Any = None) -> Any:
    return _reflected_without_modulo(self, other) if modulo is None else NotImplemented


def _power(self: Array, other: Any, modulo: Any = None) -> Any:
    if modulo is not None:
        return NotImplemented
    if _defers(other):
        return NotImplemented
    square = type(other) is int and other == 2 and self._dtype.kind != "b"
    if type(self) is not ndarray and type(other) is not ndarray:
        return (_square_of_scalars if square else _power_of_scalars)(self, other)
    return UFUNCS["square"](self) if square else UFUNCS["power"](self, other)


def _in_place(ufunc: Any) -> Callable[[ndarray, Any], Any]:
    def operator(self: ndarray, other: Any) -> Any:
        if not isinstance(other, Array) and _defers(other):
            return NotImplemented
        return ufunc.in_place(self, other)

    return operator


def _equality(ufunc: Any, unequal: bool) -> Callable[[Array, Any], Any]:
    compare = _binary(ufunc)

    def operator(self: Array, other: Any) -> Any:
        if other is None:
            return _all(self, unequal) if isinstance(self, ndarray) else unequal
        if isinstance(other, (str, bytes)):
            return _all(self, unequal)
        compared = compare(self, other)
        return (
            compared
            if compared is not NotImplemented or _defers(other)
            else _with_object(self, other, unequal)
        )

    return operator


def _all(array: Array, value: bool) -> Any:
    """Comparison with None or text: false (or true) everywhere, as NumPy's comparison with an object."""
    shape = gen_array_ops.shape(array._cell.read())
    made = arrays.wrap(gen_array_ops.fill(shape, tf.constant(value)))
    return made[()] if array._cell.shape == () else made


def _with_object(array: Array, other: Any, unequal: bool) -> Any:
    """Comparison with text or any object: NumPy's, of the known values."""
    mine = numpy.asarray(array._known(f"a comparison with {type(other).__name__}"))
    compared = (mine != other) if unequal else (mine == other)
    made = arrays.array(compared)
    return made if isinstance(array, ndarray) or made.ndim else made[()]


def _or_repeats(multiply: Callable[[Array, Any], Any]) -> Callable[[Array, Any], Any]:
    """A scalar times a list or text repeats it, as a Python int does."""

    def operator(self: Array, other: Any) -> Any:
        return NotImplemented if type(other) in (list, tuple, str, bytes) else multiply(self, other)

    return operator


def _method(name: str) -> Callable[..., Any]:
    declaration = REGISTRY[getattr(numpy, name)]
    call = declaration.function

    def method(self: Array, *args: Any, **kwargs: Any) -> Any:
        return call(self, *args, **kwargs)

    method.__name__ = name
    method.__qualname__ = f"ndarray.{name}"
    method.__doc__ = call.__doc__
    return method


SAME_AS_FUNCTION = [
    "all",
    "any",
    "argmax",
    "argmin",
    "argpartition",
    "argsort",
    "choose",
    "cumprod",
    "cumsum",
    "diagonal",
    "dot",
    "max",
    "mean",
    "min",
    "nonzero",
    "prod",
    "ptp",
    "put",
    "ravel",
    "repeat",
    "round",
    "searchsorted",
    "squeeze",
    "sum",
    "swapaxes",
    "take",
    "trace",
]
"""Methods whose arguments after `self` are those of the function of the same name."""


def transpose(self: Array, *axes: Any) -> Any:
    """The array with its axes reversed, or in the order given. A view."""
    if not axes or axes == (None,):
        return views.transpose(self)
    return views.transpose(self, axes[0] if len(axes) == 1 and not isinstance(axes[0], int) else axes)


def reshape(self: Array, *shape: Any, order: str = "C", copy: bool | None = None) -> Any:
    """The array in a new shape, given as a tuple or as separate numbers."""
    if not shape:
        raise TypeError("reshape() takes exactly 1 argument (0 given)")
    if isinstance(copy, str):
        numpy.empty(0).reshape(0, copy=copy)  # type: ignore[call-overload] # raises
    made = views.reshaped(self, to_shape(shape[0] if len(shape) == 1 else shape, "reshape"), order, copy)
    return views.as_given(made, self)


def copy(self: Array, order: Any = "C") -> Any:
    """A copy of the array."""
    if not isinstance(self, ndarray):
        return self.__copy__()
    return arrays.copied(self, order)


def flatten(self: Array, order: Any = "C") -> Any:
    """The elements as a new 1-D array."""
    return arrays.copied(views.ravel(self, order))


def compress(self: Array, condition: Any, axis: Any = None, out: Any = None) -> Any:
    """The slices along `axis` for which the condition is true."""
    return REGISTRY[numpy.compress].function(condition, self, axis, out)


def clip(self: Array, min: Any = None, max: Any = None, out: Any = None, **options: Any) -> Any:
    """The elements limited to the range from `min` to `max`; None is no limit."""
    return REGISTRY[numpy.clip].function(self, min, max, out, **options)


def _without_correction(name: str) -> Callable[..., Any]:
    """`var` and `std`: NumPy's functions know `ddof` by another name, its methods do not."""
    spread = _method(name)

    def method(self: Array, *args: Any, **kwargs: Any) -> Any:
        if "correction" in kwargs:
            raise TypeError(f"_{name}() got an unexpected keyword argument 'correction'")
        return spread(self, *args, **kwargs)

    method.__name__, method.__doc__ = name, spread.__doc__
    return method


def fill(self: ndarray, value: Any) -> None:
    """Set every element to one value."""
    if numpy.ndim(value) if not isinstance(value, Array) else value.ndim:
        numpy.empty(1, self._dtype).fill(numpy.zeros(2))  # raises
    subscripts.set_(self, Ellipsis, value)


def item(self: Array, *args: Any) -> Any:
    """One element as a Python number; an error while it is unknown (in a traced function)."""
    return numpy.asarray(self._known("ndarray.item()")).item(*args)


def sort(self: ndarray, axis: int = -1, kind: Any = None, order: Any = None, *, stable: Any = None) -> None:
    """Sort the elements along an axis in place, NaN last."""
    if not isinstance(axis, (int, Array)):
        numpy.empty(0).sort(axis)  # raises what is no integer
    if not self._writeable:
        raise ValueError("sort array is read-only")
    subscripts.set_(self, Ellipsis, REGISTRY[numpy.sort].function(self, axis, kind, order, stable=stable))


def partition(self: ndarray, kth: Any, axis: int = -1, kind: Any = "introselect", order: Any = None) -> None:
    """Partition in place: the element `kth` where a sort has it, no larger one before."""
    if kind != "introselect" or order is not None:
        numpy.empty(1).partition(0, kind=kind, order=order)  # raises
    if not self._writeable:
        raise ValueError("partition array is read-only")
    subscripts.set_(self, Ellipsis, REGISTRY[numpy.partition].function(self, kth, axis, kind, order))


def view(self: Array, dtype: Any = None, type: Any = None) -> Any:
    """The same memory as another dtype; a new array on it without one."""
    if type is not None and not _is_array_class(type):
        raise ValueError("Type must be a sub-type of ndarray type")
    return parts.viewed(self, dtype)


def _is_array_class(kind: Any) -> bool:
    return isinstance(kind, type) and issubclass(kind, (ndarray, numpy.ndarray))


def setflags(self: ndarray, write: Any = None, align: Any = None, uic: Any = None) -> None:
    """Make the array read-only or writeable."""
    if align is not None or uic:
        numpy.empty(0).setflags(align=align, uic=uic)  # raises what NumPy does not allow
    if write is not None:
        flagsobj(self).writeable = write


def set_item(self: ndarray, index: Any, value: Any) -> None:
    """`a[index] = value`."""
    try:
        subscripts.set_(self, index, value)
    except Exception as error:
        traced = not isinstance(self._cell.read(), EagerTensor)
        # NumPy can't be asked where an index or a size is unknown
        if not self._writeable or (traced and isinstance(error, (IndexError, TypeError, ValueError))):
            raise
        raise numpys_error("ndarray", operator.setitem, (self, index, value), {}, error) from error.__cause__


def format_(self: ndarray, form: str) -> str:
    """A 0-d array is formatted as its element, others take no format."""
    text = str(self)
    if self._cell.shape != () or text.startswith("<traced"):
        return object.__format__(self, form)
    return format(item(self), form)


def refuse_deletion(self: ndarray, index: Any) -> None:
    raise ValueError("cannot delete array elements")


def dumps(self: Array) -> bytes:
    """The array pickled as a NumPy array."""
    return numpy.asarray(self._known("ndarray.dumps()")).dumps()


def _numpys(name: str) -> Callable[..., Any]:
    """A method that is about the value alone, and answered by NumPy's array of it."""

    def method(self: Array, *args: Any, **kwargs: Any) -> Any:
        return getattr(numpy.asarray(self._known(f"ndarray.{name}()")), name)(*args, **kwargs)

    method.__name__ = name
    method.__doc__ = getattr(numpy.ndarray, name).__doc__
    return method


def _memory(name: str) -> property:
    def refuse(self: Array) -> Any:
        raise arrays.refuse_memory(name)

    return property(refuse, doc=f"Refused: `{name}` is about raw memory, which a tensor has not.")


def _contains(self: Array, value: Any) -> bool:
    return bool(REGISTRY[numpy.any].function(self == value))


def _array_ufunc(self: Array, ufunc: Any, method: str, *inputs: Any, **kwargs: Any) -> Any:
    """`numpy.add(ours, 1)` runs ours, unless another class has ufuncs of its own."""
    if any(map(conversion.has_ufuncs_of_its_own, inputs)):
        return NotImplemented
    name = ufunc.__name__
    mine = UFUNCS.get(name)
    if mine is None or (ufunc is not mine and ufunc not in REGISTRY):
        raise UnsupportedError(f"numpy.{name} has no implementation on tensors; call it on ours.numpy()")
    call = mine if method == "__call__" else getattr(mine, method)
    return call(*inputs, **kwargs)


def _array_function(self: Array, func: Any, types: Any, args: Any, kwargs: Any) -> Any:
    """`numpy.sum(ours)` runs ours."""
    declaration = REGISTRY.get(func)
    if declaration is None:
        if getattr(func, "__wrapped_body__", None) is not None:  # a function of ours already
            return func(*args, **kwargs)
        raise UnsupportedError(
            f"{func.__module__}.{func.__name__} has no implementation on tensors; call it on ours.numpy()"
        )
    return declaration.function(*args, **kwargs)


def _conjugate(self: Array) -> Any:
    """The complex conjugate; the array itself if it is real."""
    return UFUNCS["conjugate"](self) if self._dtype.kind == "c" else self


def _set_real(self: ndarray, value: Any) -> None:
    if value is not self:
        subscripts.set_(views.real(self), Ellipsis, views.as_array(value))


def _set_imag(self: ndarray, value: Any) -> None:
    if self._dtype.kind != "c":
        raise TypeError("array does not have imaginary part to set")
    subscripts.set_(views.imag(self), Ellipsis, views.as_array(value))


def _set_flat(self: ndarray, value: Any) -> None:
    parts.flat(self)[:] = value


def _set_dtype(self: ndarray, dtype: Any) -> None:
    new = parts.viewed(self, dtype)
    self._cell, self._dtype = new._cell, new._dtype


def install() -> None:
    """Give the array classes their operators and methods."""
    for name, ufunc in BINARY.items():
        if ufunc not in UFUNCS:
            continue
        setattr(Array, f"__{name}__", _binary(UFUNCS[ufunc]))
        setattr(Array, f"__r{name}__", _reflected(UFUNCS[ufunc]))
        if name != "divmod":
            setattr(ndarray, f"__i{name}__", _in_place(UFUNCS[ufunc]))
    Array.__pow__ = _power  # type: ignore[attr-defined]
    Array.__rpow__ = _reflected_power  # type: ignore[attr-defined]
    for name, ufunc in COMPARISONS.items():
        setattr(Array, f"__{name}__", _binary(UFUNCS[ufunc]))
    Array.__eq__ = _equality(UFUNCS["equal"], False)  # type: ignore[method-assign,assignment]
    Array.__ne__ = _equality(UFUNCS["not_equal"], True)  # type: ignore[method-assign,assignment]
    for name, ufunc in UNARY.items():
        setattr(Array, f"__{name}__", _unary(UFUNCS[ufunc]))
    for name in SAME_AS_FUNCTION:
        if getattr(numpy, name, None) in REGISTRY and hasattr(numpy.ndarray, name):
            setattr(Array, name, _method(name))
    for_all: tuple[Callable[..., Any], ...] = (transpose, reshape, copy, flatten, item, clip, compress, dumps)
    for_arrays: tuple[Callable[..., Any], ...] = (fill, sort, partition, resize, byteswap, setflags)
    for kind, functions in ((Array, for_all), (ndarray, for_arrays)):
        for function in functions:
            setattr(kind, function.__name__, function)
    for name in ("var", "std"):
        setattr(Array, name, _without_correction(name))
    for name in ("tobytes", "tofile", "tolist", "dump"):
        setattr(Array, name, _numpys(name))
    for name in ("ctypes", "data", "getfield", "setfield"):
        setattr(Array, name, _memory(name))
    properties: dict[str, Any] = {
        "T": property(lambda self: views.transpose(self), doc="The transposed array, a view."),
        "mT": property(views.swapped_matrices, doc="The last two axes exchanged, a view."),
        "real": property(views.real, _set_real, doc=views.real.__doc__),
        "imag": property(views.imag, _set_imag, doc=views.imag.__doc__),
        "flat": property(parts.flat, _set_flat, doc=parts.flat.__doc__),
        "shape": property(Array.shape.fget, parts.set_shape, doc=Array.shape.__doc__),  # type: ignore[attr-defined]
        "dtype": property(Array.dtype.fget, _set_dtype, doc=Array.dtype.__doc__),  # type: ignore[attr-defined]
        "flags": property(flagsobj, doc="The memory layout, as NumPy's `ndarray.flags`."),
        "astype": arrays.cast_array,
        "to_device": arrays.to_device,
        "view": view,
        "conj": _conjugate,
        "conjugate": _conjugate,
        "__getitem__": subscripts.get,
        "__contains__": _contains,
        "__array_ufunc__": _array_ufunc,
        "__array_function__": _array_function,
    }
    for name, value in properties.items():
        setattr(Array, name, value)
    for name in ("__mul__", "__rmul__"):
        setattr(generic, name, _or_repeats(getattr(Array, name)))
    _take_signatures()
    ndarray.__format__ = format_  # type: ignore[method-assign,assignment]
    ndarray.__delitem__ = refuse_deletion  # type: ignore[attr-defined]
    ndarray.__setitem__ = set_item  # type: ignore[attr-defined]


def _take_signatures() -> None:
    """Let `inspect.signature` and `help` show NumPy's parameters of each method."""
    for name, numpys in vars(numpy.ndarray).items():
        mine = getattr(ndarray, name, None)
        if (not name.startswith("_") or name == "__dlpack__") and inspect.isfunction(mine):
            mine.__signature__ = inspect.signature(numpys)  # type: ignore[attr-defined]


def _unary(ufunc: Any) -> Callable[[Array], Any]:
    scalars = of_scalars(ufunc, NUMPYS_OF_SCALARS.get(ufunc.__name__))

    def operator(self: Array) -> Any:
        return ufunc(self) if type(self) is ndarray else scalars(self)

    return operator
