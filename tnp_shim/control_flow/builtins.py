"""Python's builtins on arrays that are unknown while tracing, with NumPy's meaning. Knows the array.

AutoGraph asks `overload_of` for what to call in the place of a builtin. Where no argument is an array of ours
it gets what it got before.
"""

from __future__ import annotations

import builtins
import types
from collections.abc import Callable, Iterable
from typing import Any

import numpy
import tensorflow as tf

from tnp_shim import dtypes
from tnp_shim.array import Array, ndarray, wrap, wrap_scalar
from tnp_shim.control_flow import counting, numbers, printing
from tnp_shim.control_flow.conditions import condition_of, is_staged, truth
from tnp_shim.control_flow.forms import joined
from tnp_shim.control_flow.numbers import NotRollable, TracedNumber, made
from tnp_shim.promotion import cast
from tnp_shim.tensorflow_internals import (
    autograph_builtins,
    convert_for_autograph,
    current_graph,
    known_value,
)

_overload_of = autograph_builtins.overload_of


def _unknown(value: Any) -> bool:
    return isinstance(value, Array) and known_value(value._cell.read()) is None


def _holds_unknown(values: Any) -> bool:
    return isinstance(values, (list, tuple)) and any(map(_unknown, values))


def _sequence(values: Any) -> Any:
    """The items of an iterable that is no array; a generator can be asked once only."""
    return list(values) if isinstance(values, (types.GeneratorType, counting.Items, map, zip)) else values


# numbers


def _number(kind: type) -> Callable[..., Any]:
    python: Any = kind

    def convert(*args: Any, **kwargs: Any) -> Any:
        if len(args) != 1 or kwargs or not _unknown(args[0]):
            if kind is complex and any(map(_unknown, args)):
                return _complex(*args)
            return _overload_of(kind)(*args, **kwargs)
        value = args[0]
        if isinstance(value, TracedNumber):
            if numbers.wider(value.kind, complex) is value.kind and kind is not complex:
                python(1j)  # raises
        else:
            shape = value._cell.shape
            python(
                numpy.ones([1 if n is None else n for n in shape or ()], value._dtype)
            )  # NumPy's error, if any
        tensor = value._cell.read()
        tensor = tensor if tensor.shape.rank == 0 else tf.reshape(tensor, [])
        bounds = numbers.bounds_of(value) if kind is int else None
        return made(tf.identity(cast(tensor, numbers.dtype_of(kind))), kind, bounds)

    return convert


def _complex(real: Any, imag: Any = 0) -> Any:
    parts = [_number(complex)(part) if isinstance(part, Array) else complex(part) for part in (real, imag)]
    return parts[0] + parts[1] * 1j


def bool_(*args: Any) -> Any:
    """`bool`."""
    if len(args) != 1 or not isinstance(args[0], Array):
        return bool(*args)
    return truth(condition_of(args[0]))


def abs_(x: Any) -> Any:
    """`abs`."""
    return abs(x) if isinstance(x, Array) else _overload_of(abs)(x)


def len_(s: Any) -> Any:
    """`len`: a traced integer where the length is unknown."""
    if isinstance(s, ndarray) and s._cell.shape and s._cell.shape[0] is None:
        return made(tf.identity(s.shape[0]._cell.read()), int)
    return len(s) if isinstance(s, Array) else _overload_of(len)(s)


def round_(number: Any, ndigits: Any = None) -> Any:
    """`round`."""
    if not _unknown(number) or isinstance(number, ndarray):
        return round(number) if ndigits is None else round(number, ndigits)
    if isinstance(number, TracedNumber):
        if number.kind in (bool, int) and ndigits is None:
            return 0 + number
        if ndigits is not None:
            raise NotRollable("round() of a Python number to decimals needs the number itself")
    if ndigits is not None:
        return number.round(ndigits)  # type: ignore[attr-defined]
    round(number._dtype.type(1))  # NumPy's error, if any
    tensor = number._cell.read()
    return made(tf.identity(cast(tf.round(tensor) if tensor.dtype.is_floating else tensor, tf.int64)), int)


def isinstance_(value: Any, classinfo: Any) -> bool:
    """`isinstance`: a traced Python number is one, NumPy's float64 is a float, its complex128 a complex."""
    if isinstance(value, TracedNumber):
        return issubclass(value.kind, classinfo)
    if isinstance(value, Array) and not isinstance(value, ndarray):
        parent = {dtypes.FLOAT64: float, dtypes.COMPLEX128: complex}.get(value._dtype)
        if parent is not None and issubclass(parent, classinfo):
            return True
    return isinstance(value, classinfo)


# choices


def chosen(condition: Any, yes: Any, no: Any) -> Any:
    """One of two values, by a condition that may be unknown."""
    if not is_staged(condition):
        return yes if condition else no
    form = joined("a choice", [no, yes])
    if form.kind == "kept":
        return no
    values = [form.carried(value)[0] for value in (yes, no)]
    return form.seen(iter([tf.where(condition, *values)]))


def _extreme(name: str) -> Callable[..., Any]:
    plain = getattr(builtins, name)

    def better(x: Any, y: Any) -> Any:
        return condition_of(x > y if name == "max" else x < y)

    def extreme(*args: Any, **kwargs: Any) -> Any:
        values: Any = args if len(args) != 1 else args[0]
        if isinstance(values, ndarray) and values.ndim == 1 and not kwargs and values._dtype.kind in "biuf":
            return _of_array(name, values)
        values = _sequence(values)
        if isinstance(values, Array):
            values = list(values)  # type: ignore[call-overload]
        if not _holds_unknown(values):
            return plain(*args, **kwargs) if len(args) != 1 else plain(values, **kwargs)
        key = kwargs.get("key") or (lambda value: value)
        best, best_key = values[0], key(values[0])
        for value in values[1:]:
            value_key = key(value)
            condition = better(value_key, best_key)
            bounds = [numbers.bounds_of(x) for x in (best, value)]
            best, best_key = chosen(condition, value, best), chosen(condition, value_key, best_key)
            if isinstance(best, TracedNumber) and None not in bounds:
                pick = max if name == "max" else min
                best.bounds = tuple(pick(b[k] for b in bounds) for k in (0, 1))  # type: ignore[index,assignment]
        return best

    return extreme


def _of_array(name: str, values: ndarray) -> Any:
    """Of a vector: the first element if it is NaN, else the greatest (least) that is none."""
    tensor = values._cell.read()
    if tensor.shape[0] == 0:
        raise ValueError(f"{name}() iterable argument is empty")
    if tensor.dtype == tf.bool:
        return wrap_scalar((tf.reduce_any if name == "max" else tf.reduce_all)(tensor))
    reduce = tf.reduce_max if name == "max" else tf.reduce_min
    wide = tensor if tensor.dtype.is_floating or tensor.dtype == tf.uint64 else cast(tensor, tf.int64)
    if not tensor.dtype.is_floating:
        return wrap_scalar(cast(reduce(wide), tensor.dtype))
    worst = tf.constant(-numpy.inf if name == "max" else numpy.inf, tensor.dtype)
    best = reduce(tf.where(tf.math.is_nan(tensor), worst, tensor))
    return wrap_scalar(tf.where(tf.math.is_nan(tensor[0]), tensor[0], best))


def sum_(iterable: Any, /, start: Any = 0) -> Any:
    """`sum`: over the rows of an array."""
    if not isinstance(iterable, ndarray) or not iterable.ndim or isinstance(start, (str, bytes, bytearray)):
        return sum(_sequence(iterable), start)
    tensor = iterable._cell.read()
    key = numbers.kind_of(start) or (start._dtype if isinstance(start, Array) else None)
    if tensor.shape[0] == 0 or key is None or not isinstance(tensor.shape[0], (int, type(None))):
        return sum(iterable, start)
    total = dtypes.result_type(dtypes.BOOL if key is bool else key, iterable._dtype)
    total = dtypes.result_type(total, int) if total.kind == "b" else total
    computed = cast(tensor, tf.int64 if total.kind in "iu" else dtypes.to_tf(total))
    summed = cast(tf.reduce_sum(computed, axis=0), dtypes.to_tf(total))
    return start + (wrap_scalar(summed) if summed.shape.rank == 0 else wrap(summed))


def _quantifier(name: str) -> Callable[[Any], Any]:
    """`any` and `all`: as lazy as Python's where the values are known."""
    decisive = name == "any"

    def quantifier(iterable: Any, /) -> Any:
        if isinstance(iterable, ndarray) and iterable.ndim == 1 and _unknown(iterable):
            tensor = cast(iterable._cell.read(), tf.bool)
            return truth((tf.reduce_any if decisive else tf.reduce_all)(tensor))
        if not isinstance(iterable, (ndarray, list, tuple, types.GeneratorType, counting.Items)):
            return _overload_of(getattr(builtins, name))(iterable)
        unknown: list[tf.Tensor] = []
        for value in iterable:
            condition = condition_of(value)
            if is_staged(condition) and isinstance(value, Array):
                unknown.append(condition)
            elif bool(condition) is decisive:
                return decisive
        if not unknown:
            return not decisive
        return truth((tf.reduce_any if decisive else tf.reduce_all)(tf.stack(unknown)))

    return quantifier


def sorted_(iterable: Any, /, *, key: Any = None, reverse: Any = False) -> Any:
    """`sorted`: a list of scalars."""
    values = _sequence(iterable)
    if isinstance(values, ndarray):
        values = list(values)
    if not _holds_unknown(values):
        options: dict[str, Any] = {} if key is None else {"key": key}
        return _overload_of(sorted)(values, **options, **({"reverse": reverse} if reverse else {}))
    forms = [joined("an item", [values[0], *values]), joined("a key", [*map(key or (lambda v: v), values)])]
    if any(form.kind not in ("scalar", "number") for form in forms):
        raise TypeError("sorted() of values unknown while tracing takes numbers")
    keys = values if key is None else [key(value) for value in values]
    stacked, by = (
        tf.stack([form.carried(v)[0] for v in vs]) for form, vs in zip(forms, (values, keys), strict=True)
    )
    order = tf.argsort(by, direction="DESCENDING" if reverse else "ASCENDING", stable=True)
    return [forms[0].seen(iter([item])) for item in tf.unstack(tf.gather(stacked, order))]


def map_(function: Any, *iterables: Any) -> Any:
    """`map`: the function is converted by AutoGraph where it is given arrays."""
    if not any(isinstance(value, (Array, counting.Items)) or _holds_unknown(value) for value in iterables):
        return _overload_of(map)(function, *iterables)
    return map(convert_for_autograph(function), *iterables)


def filter_(function: Any, iterable: Iterable[Any]) -> Any:
    """`filter`: what it leaves must be known while tracing."""
    if not isinstance(iterable, Array):
        return _overload_of(filter)(function, iterable)
    return filter(convert_for_autograph(function) if function is not None else None, iterable)


OVERLOADS: dict[Any, Callable[..., Any]] = {
    abs: abs_,
    all: _quantifier("all"),
    any: _quantifier("any"),
    bool: bool_,
    complex: _number(complex),
    enumerate: counting.enumerate_,
    filter: filter_,
    float: _number(float),
    int: _number(int),
    isinstance: isinstance_,
    len: len_,
    map: map_,
    max: _extreme("max"),
    min: _extreme("min"),
    print: printing.print_,
    range: counting.range_,
    reversed: counting.reversed_,
    round: round_,
    sorted: sorted_,
    str: printing.str_,
    sum: sum_,
    zip: counting.zip_,
}


def overload_of(function: Any) -> Any:
    """What AutoGraph calls in the place of a builtin."""
    ours = OVERLOADS.get(function) if current_graph() is not None else None
    return _overload_of(function) if ours is None else ours
