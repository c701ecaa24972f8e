"""Methods with bodies of their own in graphs: integers, choices, shuffles. Knows the array."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy
import tensorflow as tf

from tnp_shim.array import Array, wrap, wrap_scalar, write
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


def choice(self: Draws, values: dict[str, Any]) -> Any:
    """Numbers, or elements along an axis; on the host with probabilities and without replacement."""
    a, p, size = values["a"], values["p"], values["size"]
    axis, replace, scaled = values.get("axis", 0), values["replace"], "axis" in values
    native = type(axis) is int and type(replace) is bool and type(a) is not bool
    native = native and isinstance(a, (int, Array)) and (p is None or replace)
    if drawn_on_host(self) or not native or is_unknown(size):
        return on_host(self, "choice", values)
    array = a if isinstance(a, Array) and a.ndim else None
    fits = array is None or -array.ndim <= axis < array.ndim
    population = array._cell.read().shape[axis] if array is not None and fits else a
    if not fits or population is None or is_unknown(population) or is_unknown(p):
        return on_host(self, "choice", values)
    trial = asked(self, "choice", values, {})
    engine, (words, rest) = self._bits._kind.engine, _words(self)
    place, population = Size(size, []), int(population)
    if p is not None:
        chances = tf.constant(numpy.asarray(stand_in(p, 0.0), float))
        found, after = orders.weighted(engine, words, place.count, chances)
    elif replace:
        kind = numpy.dtype(numpy.int64)
        found, after = bounded.integers(engine, words, place.count, 0, population - 1, kind, not scaled)
    elif scaled:
        found, after = orders.sample(engine, words, population, place.count, values["shuffle"])
    else:
        order, after = orders.orders(engine, words, 1, population)
        found = order[: place.count]
    self._write_state([*after, *rest])
    found = tf.reshape(found, place.shape)
    if array is None:
        return shaped(found, place, trial)
    taken = tf.gather(array._cell.read(), found, axis=axis)
    return wrap(taken) if isinstance(trial, numpy.ndarray) else wrap_scalar(taken)


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
    "choice": choice,
    "permutation": permutation,
    "integers": lambda self, values: integers(self, "integers", values),
    "shuffle": shuffle,
}
LEGACY: dict[str, Callable[..., Any]] = {
    "choice": choice,
    "permutation": permutation,
    "rand": _with_sizes("random_sample"),
    "randint": lambda self, values: integers(self, "randint", values),
    "randn": _with_sizes("standard_normal"),
    "shuffle": shuffle,
}
