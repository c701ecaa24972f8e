"""Methods with bodies of their own in graphs: integers from bounds, the tables of all. Knows the array."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

import numpy
import tensorflow as tf

from tnp_shim.conversion import is_tensor_like, tensor_of
from tnp_shim.kernels.random import bounded, bounded_each
from tnp_shim.random import moves, vectors
from tnp_shim.random.elementwise import elementwise, shaped
from tnp_shim.random.hosted import (
    Draws,
    asked,
    checked_when_run,
    drawn_on_host,
    is_unknown,
    on_host,
    stand_in,
)
from tnp_shim.random.sizes import Size
from tnp_shim.tensorflow_internals import compiled_by_xla


def integers(self: Draws, name: str, values: dict[str, Any]) -> Any:
    """Integers from bounds: of two numbers that are known, or else of one for each element."""
    bounds = values["low"], values["high"]
    if drawn_on_host():
        return on_host(self, name, values)
    if any(is_unknown(b) or numpy.ndim(b) for b in bounds):
        return _integers_each(self, name, values)
    trial = asked(self, name, {**values, "size": None}, {})
    low, high = (stand_in(b, 0) for b in bounds)
    low, high = (0, int(low)) if high is None else (int(low), int(high))
    size, dtype = Size(values["size"], []), numpy.asarray(trial).dtype
    words, rest = moves.words_of(self, size.count)
    last, masked = high if values.get("endpoint") else high - 1, name != "integers"
    found, after = bounded.integers(self._bits._kind.engine, words, size.count, low, last, dtype, masked)
    self._write_state([*after, *rest])
    return shaped(found, size, trial)


def _integers_each(self: Draws, name: str, values: dict[str, Any]) -> Any:
    """Integers each of which has bounds of its own, or bounds that are known when the graph runs."""
    low, high = (0, values["low"]) if values["high"] is None else (values["low"], values["high"])
    unknown = is_unknown(low) or is_unknown(high)
    like = {"low": _same_shape(low, 0), "high": _same_shape(high, 1)} if unknown else {}
    trial = asked(self, name, {**values, **like}, {"size": lambda shape: numpy.zeros(shape, int)})
    dtype = numpy.asarray(trial).dtype
    least, above = _bound(low), _bound(high)
    if least is None or above is None:
        return on_host(self, name, values)
    last = above if values.get("endpoint") else above - 1
    if unknown:
        least, last = _refused_at_run_time(name, least, last, dtype)
    size = Size(values["size"], [least, last])
    low, high, masked = size.flat(least), size.flat(last), name != "integers"
    words, rest = moves.words_of(self, low, high, size.count)
    with tf.control_dependencies([least, last] if unknown else []):  # which nothing may be drawn before
        words = tuple(tf.identity(word) for word in words)
    engine = self._bits._kind.engine
    found, after = bounded_each.integers(engine, words, size.count, low, high, dtype, masked)
    self._write_state([*after, *rest])
    return shaped(found, size, trial)


def _same_shape(bound: Any, number: int) -> Any:
    if is_tensor_like(bound):
        return numpy.full([1 if n is None else n for n in tensor_of(bound).shape], number)[()]
    return numpy.full(numpy.shape(stand_in(bound, number)), number)[()]


def _bound(value: Any) -> tf.Tensor | None:
    """A bound as int64 of the same bits; None where NumPy works with Python's own numbers."""
    if not is_tensor_like(value) and not is_unknown(value):
        value = numpy.asarray(stand_in(value, 0))
        if value.dtype == object:
            return None
    tensor = tf.convert_to_tensor(value) if isinstance(value, numpy.ndarray) else tensor_of(value)
    return tf.bitcast(tensor, tf.int64) if tensor.dtype == tf.uint64 else tf.cast(tensor, tf.int64)


def _refused_at_run_time(
    name: str, low: tf.Tensor, last: tf.Tensor, dtype: numpy.dtype[Any]
) -> tuple[tf.Tensor, tf.Tensor]:
    """The bounds, which are checked when the graph runs."""
    flip = tf.constant(
        tf.int64.min if dtype == numpy.uint64 else 0, tf.int64
    )  # unsigned, as if they were signed
    faults = {"low >= high": tf.bitwise.bitwise_xor(low, flip) > tf.bitwise.bitwise_xor(last, flip)}
    if dtype.itemsize < 8:
        least, most = (0, 1) if dtype == numpy.bool_ else (numpy.iinfo(dtype).min, numpy.iinfo(dtype).max)
        faults[f"low is out of bounds for {dtype.name}"] = low < least
        faults[f"high is out of bounds for {dtype.name}"] = last > most
    if compiled_by_xla():  # which has no assertions, and would look for a number for ever
        wrong = functools.reduce(tf.logical_or, faults.values())
        only = tf.constant(numpy.iinfo(dtype).min if dtype.kind == "i" else 0, tf.int64)
        return tf.where(wrong, only, low), tf.where(wrong, only, last)
    low, last = checked_when_run(name, [(fault, words) for words, fault in faults.items()], [low, last])
    return low, last


def random_integers(self: Draws, values: dict[str, Any]) -> Any:
    """Integers up to `high`, which is included."""
    asked(self, "random_integers", {**values, "size": None}, {"high": 1, "low": 1})  # which NumPy warns of
    low, high = (1, values["low"]) if values["high"] is None else (values["low"], values["high"])
    above = tf.cast(tensor_of(high), tf.int64) + 1 if is_unknown(high) else int(stand_in(high, 1)) + 1
    return integers(
        self, "randint", {"low": low, "high": above, "size": values["size"], "dtype": numpy.int64}
    )


def _with_sizes(name: str) -> Callable[..., Any]:
    """A method whose arguments are the sizes."""

    def draw(self: Draws, values: dict[str, Any]) -> Any:
        return elementwise(self, self._rows[name], {"size": values["args"] or None})

    return draw


_MOVES: dict[str, Callable[..., Any]] = {
    "choice": moves.choice,
    "permutation": moves.permutation,
    "shuffle": moves.shuffle,
}
GENERATOR: dict[str, Callable[..., Any]] = {
    **_MOVES,
    **vectors.GENERATOR,
    "integers": lambda self, values: integers(self, "integers", values),
    "permuted": moves.permuted,
}
LEGACY: dict[str, Callable[..., Any]] = {
    **_MOVES,
    **vectors.LEGACY,
    "rand": _with_sizes("random_sample"),
    "randint": lambda self, values: integers(self, "randint", values),
    "randn": _with_sizes("standard_normal"),
    "random_integers": random_integers,
}
