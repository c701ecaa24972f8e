"""Truth values that may be unknown while tracing: `and`, `or`, `not`, `assert`. Knows the array."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import tensorflow as tf

from tnp_shim.array import Array
from tnp_shim.control_flow import numbers
from tnp_shim.tensorflow_internals import autograph_operators, current_graph, known_value

_and = autograph_operators.and_
_not = autograph_operators.not_
_or = autograph_operators.or_


def condition_of(value: Any) -> Any:
    """A condition as AutoGraph understands it: a bool where it is known, else a bool tensor."""
    if not isinstance(value, Array):
        return value
    tensor = value._cell.read()
    if known_value(tensor) is not None or tensor.shape.num_elements() not in (1, None):
        return bool(value)  # NumPy's error for more than one element
    if tensor.dtype != tf.bool:
        tensor = tf.cast(tensor, tf.bool)
    return tensor if tensor.shape.rank == 0 else tf.reshape(tensor, [])


def is_staged(value: Any) -> bool:
    """Whether a condition is decided when the graph runs."""
    return isinstance(value, tf.Tensor) and current_graph() is not None


def truth(value: Any) -> Any:
    """A truth value that is unknown, as the user's code sees it: it stands for a Python bool."""
    return numbers.made(value, bool) if is_staged(value) else value


def not_(value: Any) -> Any:
    """`not` of an array that is unknown while tracing."""
    return truth(_not(condition_of(value))) if isinstance(value, Array) else _not(value)


def and_(a: Callable[[], Any], b: Callable[[], Any]) -> Any:
    """`and`, where a side may be an array that is unknown while tracing."""
    return _either(_and, a, b)


def or_(a: Callable[[], Any], b: Callable[[], Any]) -> Any:
    """`or`, where a side may be an array that is unknown while tracing."""
    return _either(_or, a, b)


def _either(operator: Any, a: Callable[[], Any], b: Callable[[], Any]) -> Any:
    first = a()
    if not isinstance(first, Array):
        if not isinstance(first, tf.Tensor):
            return operator(lambda: first, b)
        return operator(lambda: first, lambda: condition_of(b()))
    left = condition_of(first)
    if not is_staged(left):
        return operator(lambda: first, b)
    return truth(operator(lambda: left, lambda: tf.convert_to_tensor(condition_of(b()), tf.bool)))


def assert_stmt(expression: Any, message: Callable[[], Any]) -> None:
    """`assert`: where the condition is unknown while tracing, it is checked when the graph runs."""
    condition = condition_of(expression)
    if not isinstance(expression, Array) or not is_staged(condition):
        assert condition, message()
        return
    words = message()
    parts = words if isinstance(words, (list, tuple)) else [words]
    tf.debugging.Assert(condition, [p._cell.read() if isinstance(p, Array) else str(p) for p in parts])
