"""Methods with bodies of their own in graphs: integers, shuffles, sizes as arguments. Knows the array."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy
import tensorflow as tf

from tnp_shim.array import Array, wrap, write
from tnp_shim.errors import UnsupportedError, users_line
from tnp_shim.kernels.random import bounded, orders
from tnp_shim.random.elementwise import elementwise, shaped
from tnp_shim.random.hosted import Draws, asked, drawn_on_host, host, is_unknown, on_host, stand_in
from tnp_shim.random.sizes import Size


def shuffle(self: Draws, values: dict[str, Any]) -> None:
    """Put the elements along an axis into another order, in place."""
    x, rest = values["x"], {key: value for key, value in values.items() if key != "x"}
    if not isinstance(x, Array):
        raise UnsupportedError(
            f"{users_line()}: np.random.shuffle in a graph needs an array of tnp_shim's; a "
            f"{type(x).__name__} would be shuffled once, while the function is traced"
        )
    tensor = x._cell.read()
    asked(self, "permutation", {"x": x, **rest}, {})  # NumPy's refusals, with nothing written to
    axis = rest.get("axis", 0)
    if not drawn_on_host(self) and type(axis) is int and tensor.shape.rank:
        write(
            x,
            tf.ensure_shape(tf.gather(tensor, _order(self, _length(tensor, axis)), axis=axis), tensor.shape),
        )
        return

    def draw(generator: Any, memory: Any) -> list[Any]:
        memory = numpy.array(memory)
        generator.shuffle(memory, **rest)
        return [memory]

    (shuffled,) = host(self, "shuffle", draw, [tf.TensorSpec(tensor.shape, tensor.dtype)], tensor)
    write(x, shuffled)


def _words(self: Draws) -> tuple[Any, list[tf.Tensor]]:
    state, words = self._state_tensors(), len(self._bits._cells)
    return tuple(state[:words]), state[words:]


def _order(self: Draws, length: Any) -> tf.Tensor:
    """A random order of so many things."""
    words, rest = _words(self)
    order, after = orders.orders(self._bits._kind.engine, words, 1, length)
    self._write_state([*after, *rest])
    return order


def _length(tensor: tf.Tensor, axis: int) -> Any:
    known = tensor.shape[axis]
    return tf.shape(tensor, out_type=tf.int64)[axis] if known is None else known


def permutation(self: Draws, values: dict[str, Any]) -> Any:
    """Numbers, or the elements along an axis, in another order."""
    x, axis = values["x"], values.get("axis", 0)
    if drawn_on_host(self) or not (isinstance(x, (int, Array)) and type(axis) is int) or isinstance(x, bool):
        return on_host(self, "permutation", values)
    asked(self, "permutation", {**values, "x": stand_in(x, 0)}, {})
    if isinstance(x, int) or x.ndim == 0:
        if is_unknown(x):
            return on_host(self, "permutation", values)
        return wrap(_order(self, int(x)))
    tensor = x._cell.read()
    return wrap(tf.gather(tensor, _order(self, _length(tensor, axis)), axis=axis))


def integers(self: Draws, name: str, values: dict[str, Any]) -> Any:
    """Integers from known bounds; on the host from unknown ones, and from arrays of bounds."""
    bounds = values["low"], values["high"]
    if drawn_on_host(self) or any(is_unknown(b) or numpy.ndim(b) for b in bounds):
        return on_host(self, name, values)
    trial = asked(self, name, {**values, "size": None}, {})
    low, high = (stand_in(b, 0) for b in bounds)
    low, high = (0, int(low)) if high is None else (int(low), int(high))
    last = high if values.get("endpoint") or name == "random_integers" else high - 1
    size, dtype = Size(values["size"], []), numpy.asarray(trial).dtype
    words, rest = _words(self)
    masked = name != "integers"
    found, after = bounded.integers(self._bits._kind.engine, words, size.count, low, last, dtype, masked)
    self._write_state([*after, *rest])
    return shaped(found, size, trial)


def _with_sizes(name: str) -> Callable[..., Any]:
    """A method whose arguments are the sizes."""

    def draw(self: Draws, values: dict[str, Any]) -> Any:
        return elementwise(self, self._rows[name], {"size": values["args"] or None})

    return draw


GENERATOR: dict[str, Callable[..., Any]] = {
    "permutation": permutation,
    "integers": lambda self, values: integers(self, "integers", values),
    "shuffle": shuffle,
}
LEGACY: dict[str, Callable[..., Any]] = {
    "permutation": permutation,
    "rand": _with_sizes("random_sample"),
    "randint": lambda self, values: integers(self, "randint", values),
    "randn": _with_sizes("standard_normal"),
    "shuffle": shuffle,
}
