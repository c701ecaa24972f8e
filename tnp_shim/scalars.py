"""The scalar types: `float64`, `int32`, ... and their abstract parents. Knows the array, no functions.

What NumPy returns as a scalar (`a[0]`, `a.sum()`) is an instance of one of these: read-only, 0-d, hashable
once its value is known, and still traceable and differentiable.
"""

from __future__ import annotations

import inspect
import numbers
from typing import Any

import numpy
import tensorflow as tf

from tnp_shim import conversion, dtypes, subscripts
from tnp_shim.array import SCALAR_TYPES, Array, ArrayMeta, ndarray, scalar, wrap
from tnp_shim.errors import UnsupportedError


class ScalarMeta(ArrayMeta):
    """Makes our scalar types interchangeable with NumPy's as dtypes, in isinstance and in comparisons."""

    _numpy: type[numpy.generic]
    _dtype_of_instances: numpy.dtype[Any] | None

    @property
    def dtype(cls) -> numpy.dtype[Any]:
        """Lets `numpy.dtype(np.float32)` and every `dtype=` argument take our type."""
        if cls._dtype_of_instances is None:
            raise AttributeError(f"the abstract type {cls.__name__} is no dtype")
        return cls._dtype_of_instances

    def __instancecheck__(cls, instance: Any) -> bool:
        return type.__instancecheck__(cls, instance) or isinstance(instance, cls._numpy)

    def __subclasscheck__(cls, subclass: type) -> bool:
        return type.__subclasscheck__(cls, subclass) or (
            isinstance(subclass, type) and issubclass(subclass, cls._numpy)
        )

    def __eq__(cls, other: Any) -> bool:
        if cls is other or (cls._dtype_of_instances is not None and cls._numpy is other):
            return True
        return NotImplemented  # as of every class: a dtype on the other side has the say

    def __hash__(cls) -> int:
        # Not NumPy's: the caches of abstract base classes (TensorFlow's protocols, `numbers`) would take
        # numpy.float32 for our float32 and remember of the one what is true of the other.
        return type.__hash__(cls)

    def __repr__(cls) -> str:
        return f"<class 'tnp_shim.{cls.__name__}'>"


class generic(Array, metaclass=ScalarMeta):
    """The parent of all scalar types."""

    __slots__ = ()
    _numpy = numpy.generic
    __signature__ = inspect.signature(numpy.generic)
    _dtype_of_instances: numpy.dtype[Any] | None = None

    def __new__(cls, value: Any = 0, /, *imaginary: Any) -> Any:
        dtype = cls._dtype_of_instances
        if isinstance(value, ndarray) and value._dtype is dtype and value.ndim and not imaginary:
            return value
        if imaginary:  # complex128(1, 2), of numbers that are known
            value = cls._numpy(value, *imaginary)
        if dtype is None:
            raise TypeError(f"cannot create '{cls.__name__}' instances")
        if not isinstance(value, (Array, tf.Tensor, tf.Variable, list, tuple, numpy.ndarray)):
            value = cls._numpy(value)  # parses text, refuses what NumPy refuses, in NumPy's words
        tensor = conversion.to_tensor(value, dtype)
        if tensor.shape.rank == 0:
            return scalar(tf.identity(tensor), dtype)
        return wrap(tensor)

    def __hash__(self) -> int:
        return hash(self._known("hash() of a scalar (a dict key, a set member)")[()])

    def __format__(self, form: str) -> str:
        text = self._text(str)
        return text if text.startswith("<traced") else format(self.item(), form)

    def item(self, *args: Any) -> Any:
        """The value as a Python number."""
        return self._known("item() of a scalar")[()].item(*args)

    def tolist(self) -> Any:
        """The value as a Python number."""
        return self.item()

    def __copy__(self) -> Array:
        return scalar(self._cell.read(), self._dtype)

    def __getnewargs__(self) -> tuple[Any, ...]:
        return (self.item(),)

    def __iter__(self) -> Any:
        raise TypeError(f"'{type(self).__name__}' object is not iterable")

    def __len__(self) -> int:
        raise TypeError(f"object of type '{type(self).__name__}' has no len()")

    def __getitem__(self, index: Any) -> Any:
        try:
            return subscripts.get(self, index)
        except IndexError:
            raise IndexError("invalid index to scalar variable.") from None

    def __round__(self, ndigits: int | None = None) -> Any:
        return self._known("round() of a scalar")[()].__round__(ndigits)

    def __setstate__(self, state: Any) -> None:
        raise UnsupportedError("scalars are read-only")


def _abstract(name: str, parent: type) -> Any:
    kind = getattr(numpy, name)
    attributes = {"__slots__": (), "__module__": "tnp_shim", "__doc__": kind.__doc__, "_numpy": kind}
    return ScalarMeta(name, (parent,), attributes | {"__signature__": inspect.signature(kind)})


def _concrete(dtype: numpy.dtype[Any], parent: type) -> Any:
    attributes = {
        "__slots__": (),
        "__module__": "tnp_shim",
        "__doc__": f"A 0-d, read-only array of {dtype}, as NumPy's scalar type of the same name.",
        "_numpy": dtype.type,
        "_dtype_of_instances": dtype,
        "__signature__": inspect.signature(dtype.type if dtype.isbuiltin == 1 else numpy.float16),
    }
    SCALAR_TYPES[dtype] = ScalarMeta(dtype.type.__name__, (parent,), attributes)
    return SCALAR_TYPES[dtype]


number = _abstract("number", generic)
integer = _abstract("integer", number)
signedinteger = _abstract("signedinteger", integer)
unsignedinteger = _abstract("unsignedinteger", integer)
inexact = _abstract("inexact", number)
floating = _abstract("floating", inexact)
complexfloating = _abstract("complexfloating", inexact)

_PARENTS = {"b": generic, "i": signedinteger, "u": unsignedinteger, "f": floating, "c": complexfloating}
(
    bool_,
    int8,
    int16,
    int32,
    int64,
    uint8,
    uint16,
    uint32,
    uint64,
    float16,
    float32,
    float64,
    complex64,
    complex128,
) = (_concrete(dtype, _PARENTS[dtype.kind]) for dtype in map(numpy.dtype, dtypes.NAMES))
bfloat16 = _concrete(dtypes.BFLOAT16, floating)
"""TensorFlow's 16-bit float with the range of float32: an extension of NumPy's types."""

# as NumPy registers its own
numbers.Integral.register(integer)
numbers.Complex.register(inexact)
numbers.Real.register(floating)
numbers.Number.register(number)


def _python_number(name: str) -> Any:
    def method(self: Any, *args: Any) -> Any:
        return getattr(self.item(), name)(*args)

    method.__name__ = name
    method.__doc__ = f"As `{name}` of Python's number, of the known value."
    return method


for _name in ("as_integer_ratio", "is_integer", "hex", "__trunc__"):
    setattr(floating, _name, _python_number(_name))
integer.bit_count = _python_number("bit_count")
integer.is_integer = lambda self: True
integer.numerator = property(lambda self: self, doc="The integer itself.")
integer.denominator = property(lambda self: 1, doc="One.")
