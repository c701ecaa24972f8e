"""Python numbers that are unknown while tracing: a loop's index, `t += dt`. Knows the array and scalars.

NumPy promotes a Python number weakly: `x * i` of a float32 array stays float32. A rolled loop knows its
index at run time only, so the index is a scalar of ours whose tensor says that it stands for a Python number.
Integers have bounds, as far as they are told by the loop: Python's integers have no end, int64 has.
"""

from __future__ import annotations

import contextlib
import operator
import threading
from collections.abc import Callable, Iterator
from typing import Any

import tensorflow as tf

from tnp_shim import dtypes
from tnp_shim.array import SCALAR_TYPES, Array, scalar
from tnp_shim.errors import ShimError
from tnp_shim.promotion import as_tensor
from tnp_shim.scalars import ScalarMeta
from tnp_shim.storage import Cell
from tnp_shim.tensorflow_internals import EagerTensor, current_graph, known_value

Bounds = tuple[int, int] | None
MOST = 1 << 62
"""Beyond this an int64 may overflow where Python's int would not."""


class NotRollable(ShimError, RuntimeError):
    """A loop can't become one loop of the graph; the message says why. It is unrolled then."""


class _Attempts(threading.local):
    depth = 0


_attempts = _Attempts()


@contextlib.contextmanager
def attempt() -> Iterator[None]:
    """Within an attempt to roll a loop integers must not grow beyond int64: Python's would not overflow."""
    _attempts.depth += 1
    try:
        yield
    finally:
        _attempts.depth -= 1


class TracedNumber(Array):
    """What the traced Python numbers have in common."""

    __slots__ = ("bounds",)
    kind: type
    bounds: Bounds

    def _untraceable(self, what: str) -> NotRollable:
        return NotRollable(f"{what} needs the number itself, which is known when the loop runs")

    def __hash__(self) -> int:
        raise self._untraceable("a dict key or a member of a set")

    def __repr__(self) -> str:
        return f"<traced Python {self.kind.__name__}>"

    def __index__(self) -> int:
        value = known_value(self._cell.read())
        if value is None or self.kind not in (bool, int):
            raise self._untraceable("a Python index")
        return int(value)

    __int__ = __index__

    def __float__(self) -> float:
        raise self._untraceable("a Python float")

    def __bool__(self) -> bool:
        value = known_value(self._cell.read())
        if value is None:
            raise self._untraceable("a Python truth value")
        return bool(value)

    def __copy__(self) -> Any:
        return self

    def __deepcopy__(self, memo: Any) -> Any:
        return self

    def conjugate(self) -> Any:
        """The complex conjugate."""
        return made(tf.math.conj(self._cell.read()), self.kind, self.bounds)

    real = property(lambda self: _part(self, tf.math.real), doc="The real part.")
    imag = property(lambda self: _part(self, tf.math.imag), doc="The imaginary part.")


def _part(number: TracedNumber, part: Callable[[tf.Tensor], tf.Tensor]) -> Any:
    tensor = part(number._cell.read())
    return made(tensor, float if number.kind is complex else number.kind)


_DTYPES = {bool: dtypes.BOOL, int: dtypes.INT64, float: dtypes.FLOAT64, complex: dtypes.COMPLEX128}
_ORDER = (bool, int, float, complex)


def _class_of(kind: type) -> Any:
    parent = SCALAR_TYPES[_DTYPES[kind]]
    content = {
        "__slots__": (),
        "__module__": "tnp_shim",
        "__doc__": f"A Python {kind.__name__} that is unknown while tracing.",
        "_numpy": parent._numpy,  # type: ignore[attr-defined]
        "_dtype_of_instances": _DTYPES[kind],
        "kind": kind,
        "__hash__": TracedNumber.__hash__,
    }
    return ScalarMeta(f"traced_{kind.__name__}", (TracedNumber, parent), content)


def dtype_of(kind: type) -> tf.DType:
    """The dtype in which a traced number of this Python type is computed."""
    return dtypes.to_tf(_DTYPES[kind])


def made(tensor: tf.Tensor, kind: type, bounds: Bounds = None) -> Any:
    """A number on a 0-d tensor that nobody else has."""
    if isinstance(tensor, EagerTensor) or hasattr(tensor, "python_number"):
        tensor = tf.identity(tensor)
    if kind is bool:
        bounds = (0, 1)
    if bounds is not None and (bounds[0] < -MOST or bounds[1] > MOST):
        if _attempts.depth:
            raise NotRollable("a Python integer may grow beyond what an int64 holds")
        bounds = None
    if not isinstance(tensor, EagerTensor):
        tensor.python_number = kind
        tensor.number_bounds = bounds  # for indexing, which knows tensors only
    number = object.__new__(CLASSES[kind])
    number._cell = Cell(tensor, current_graph())
    number._dtype = _DTYPES[kind]
    number._writeable = False
    number._base = number._watched = None
    number.bounds = bounds
    return number


def kind_of(value: Any) -> type | None:
    """The Python type that a number has or stands for; None for anything else."""
    if isinstance(value, TracedNumber):
        return value.kind
    return type(value) if type(value) in _ORDER else None


def wider(*kinds: type) -> type:
    """The Python type of a sum of numbers of these types, or of a choice among them."""
    return max(kinds, key=_ORDER.index)


def bounds_of(value: Any) -> Bounds:
    """The least and the greatest that an integer may be, if that is known."""
    if isinstance(value, TracedNumber):
        return value.bounds
    return (int(value), int(value)) if type(value) in (bool, int) else None


def hull(first: Bounds, second: Bounds) -> Bounds:
    """The bounds of a value that has one or the other bounds."""
    if first is None or second is None:
        return None
    return min(first[0], second[0]), max(first[1], second[1])


def tensor_of(value: Any, kind: type) -> tf.Tensor:
    """A number, traced or not, as a tensor of the dtype of `kind`."""
    return as_tensor(value._cell.read() if isinstance(value, Array) else value, dtype_of(kind))


# arithmetic: Python's rules for the kinds, NumPy's scalars for the values


def _corners(apply: Callable[[int, int], int]) -> Callable[[Any, Any], Bounds]:
    def bounds(a: Any, b: Any) -> Bounds:
        values = [apply(x, y) for x in a for y in b]
        return min(values), max(values)

    return bounds


def _remainder(a: Any, b: Any) -> Bounds:
    if b[0] <= 0:
        return None
    return a if a[0] >= 0 and a[1] < b[0] else (0, b[1] - 1)


def _quotient(a: Any, b: Any) -> Bounds:
    return _corners(operator.floordiv)(a, b) if b[0] > 0 else None


def _power(a: Any, b: Any) -> Bounds:
    if b[0] < 0 or b[1] > 64:
        raise NotRollable("an integer to the power of a number that may be negative or large")
    return _corners(operator.pow)((*a, 0) if a[0] < 0 < a[1] else a, b)


_BOUNDS: dict[str, Callable[[Any, Any], Bounds]] = {
    "add": _corners(operator.add),
    "sub": _corners(operator.sub),
    "mul": _corners(operator.mul),
    "mod": _remainder,
    "floordiv": _quotient,
    "pow": _power,
}
_ARITHMETIC = (
    "add",
    "sub",
    "mul",
    "truediv",
    "floordiv",
    "mod",
    "pow",
    "and",
    "or",
    "xor",
    "lshift",
    "rshift",
)
_COMPARISONS = ("lt", "le", "gt", "ge", "eq", "ne")


def _kind_of_result(name: str, a: type, b: type) -> type:
    if name in _COMPARISONS:
        return bool
    kind = wider(a, b)
    if name in ("and", "or", "xor") and kind is bool:
        return bool
    return wider(kind, float) if name == "truediv" else wider(kind, int)


def _calculated(name: str, a: Any, b: Any) -> Any:
    """An operator of two numbers, of which one at least is traced."""
    kinds = kind_of(a), kind_of(b)
    assert kinds[0] is not None and kinds[1] is not None
    kind = _kind_of_result(name, kinds[0], kinds[1])
    computed_in = wider(kinds[0], kinds[1]) if kind is bool else kind
    bounds: Bounds = None
    if kind is int:
        limits = bounds_of(a), bounds_of(b)
        if name == "pow" and (limits[0] is None or limits[1] is None):
            raise NotRollable("an integer to the power of a number that may be negative or large")
        if name in _BOUNDS and limits[0] is not None and limits[1] is not None:
            bounds = _BOUNDS[name](*limits)
    left, right = (strong(value, computed_in) for value in (a, b))
    return made(getattr(operator, f"__{name}__")(left, right)._cell.read(), kind, bounds)


def strong(value: Any, kind: type) -> Array:
    """A number as a scalar of NumPy's type for `kind`."""
    return scalar(tf.identity(tensor_of(value, kind)), _DTYPES[kind])


def _binary(name: str) -> Callable[[Any, Any], Any]:
    def method(self: TracedNumber, other: Any) -> Any:
        if kind_of(other) is not None:
            return _calculated(name, self, other)
        return getattr(SCALAR_TYPES[self._dtype], f"__{name}__")(self, other)

    return method


def _reflected(name: str) -> Callable[[Any, Any], Any]:
    def method(self: TracedNumber, other: Any) -> Any:
        if kind_of(other) is not None:
            return _calculated(name, other, self)
        return getattr(SCALAR_TYPES[self._dtype], f"__r{name}__")(self, other)

    return method


def _divmod(self: TracedNumber, other: Any) -> Any:
    return self // other, self % other


def _reflected_divmod(self: TracedNumber, other: Any) -> Any:
    return other // self, other % self


def _negative(self: TracedNumber) -> Any:
    return 0 - self if self.kind in (bool, int) else made(-self._cell.read(), self.kind)


def absolute(self: TracedNumber) -> Any:
    """`abs` of a number."""
    kind = float if self.kind is complex else wider(self.kind, int)
    bounds = self.bounds
    if bounds is not None:
        least = 0 if bounds[0] <= 0 <= bounds[1] else min(map(abs, bounds))
        bounds = (least, max(map(abs, bounds)))
    return made(tf.abs(tensor_of(self, wider(self.kind, int))), kind, bounds)


CLASSES: dict[type, Any] = {kind: _class_of(kind) for kind in _ORDER}
"""The class of the traced numbers of each Python type."""

for _made in CLASSES.values():
    for _name in _ARITHMETIC:
        setattr(_made, f"__{_name}__", _binary(_name))
        setattr(_made, f"__r{_name}__", _reflected(_name))
    for _name in _COMPARISONS:
        setattr(_made, f"__{_name}__", _binary(_name))
    _made.__divmod__, _made.__rdivmod__ = _divmod, _reflected_divmod
    _made.__neg__, _made.__abs__ = _negative, absolute
    _made.__pos__ = lambda self: 0 + self
    _made.__invert__ = lambda self: -1 - self
