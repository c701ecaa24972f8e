"""Methods that move elements: shuffles, permutations, choices. Knows the array.

Each draws places and gathers what lies there, so that elements keep their gradients.
"""

from __future__ import annotations

from typing import Any

import numpy
import tensorflow as tf

from tnp_shim import dtypes
from tnp_shim.array import Array, wrap, wrap_scalar, write
from tnp_shim.conversion import to_tensor
from tnp_shim.errors import UnsupportedError, users_line
from tnp_shim.kernels.random import bounded, orders
from tnp_shim.kernels.shapes import length as length_of
from tnp_shim.promotion import cast
from tnp_shim.random.elementwise import shaped
from tnp_shim.random.hosted import Draws, asked, drawn_on_host, host, is_unknown, on_host, stand_in
from tnp_shim.random.layouts import shuffled_order
from tnp_shim.random.sizes import Size
from tnp_shim.tensorflow_internals import known_value


def words_of(self: Draws, *after: Any) -> tuple[Any, list[tf.Tensor]]:
    """The state of the stream when all of `after` is known, and what RandomState keeps beside it."""
    state, words = self._state_tensors(after), len(self._bits._cells)
    return tuple(state[:words]), state[words:]


def order_of(self: Draws, rows: Any, length: Any) -> tf.Tensor:
    """Random orders of so many things, one after the other for each row, flat."""
    if drawn_on_host():

        def draw(generator: Any, rows: Any, length: Any) -> list[Any]:
            numbers = numpy.tile(numpy.arange(length), (int(rows), 1))
            if rows == 1:  # which RandomState can do, too
                return [generator.permutation(int(length))]
            return [generator.permuted(numbers, axis=1).ravel()]

        counts = (tf.cast(count, tf.int64) for count in (rows, length))
        return host(self, "permutation", draw, [tf.TensorSpec([None], tf.int64)], *counts)[0]
    words, rest = words_of(self, rows, length)
    order, after = orders.orders(self._bits._kind.engine, words, rows, length)
    self._write_state([*after, *rest])
    return order


def _size(tensor: tf.Tensor) -> Any:
    known = tensor.shape.num_elements()
    return tf.size(tensor, tf.int64) if known is None else known


def _like(found: tf.Tensor, tensor: tf.Tensor) -> tf.Tensor:
    """What was gathered, in the shape of the tensor it comes from."""
    return tf.ensure_shape(tf.reshape(found, tf.shape(tensor, out_type=tf.int64)), tensor.shape)


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
    axis = int(rest.get("axis", 0))
    length = length_of(tensor, axis)
    if tensor.shape.rank != 1:  # of tables of nothing NumPy draws nothing
        size = _size(tensor)
        nothing = tf.constant(0, tf.int64)
        known = isinstance(size, int)
        length = (length if size else 0) if known else tf.where(size == 0, nothing, tf.cast(length, tf.int64))
    if isinstance(length, int) and length == 0:
        return
    write(x, _like(tf.gather(tensor, order_of(self, 1, length), axis=axis), tensor))


def permutation(self: Draws, values: dict[str, Any]) -> Any:
    """Numbers, or the elements along an axis, in another order."""
    x = values["x"]
    asked(self, "permutation", {**values, "x": stand_in(x, 0)}, {})  # for NumPy's refusals
    tensor, axis = to_tensor(x), int(values.get("axis", 0))
    if tensor.shape.rank == 0:
        known = known_value(tensor)
        return wrap(order_of(self, 1, tf.cast(tensor, tf.int64) if known is None else int(known)))
    order = order_of(self, 1, length_of(tensor, axis))
    return wrap(_like(tf.gather(tensor, order, axis=axis), tensor))


def permuted(self: Draws, values: dict[str, Any]) -> Any:
    """All elements in another order, or those along an axis, for each row of its own."""
    x, axis, out = values["x"], values["axis"], values["out"]
    if out is not None and not isinstance(out, Array):
        raise UnsupportedError(
            f"{users_line()}: np.random.permuted: out must be an array of tnp_shim's in a graph, or what "
            "is drawn when the graph runs would be lost"
        )
    tensor = to_tensor(x)
    asked(self, "permuted", {**values, "x": x, "out": None if out is None else _memory(out)}, {})
    place = shuffled_order(x, out) if axis is None else "C"
    if place is None:
        raise UnsupportedError(
            f"{users_line()}: np.random.permuted goes through the array as it lies in memory, and the memory "
            "order of an array of unknown rank is not known; give an axis"
        )
    found = _all_moved(self, tensor, place) if axis is None else _moved_along(self, tensor, int(axis))
    if out is None:
        return wrap(found)
    write(out, cast(found, dtypes.to_tf(out.dtype)))
    return out


def _memory(out: Array) -> Any:
    shape = out._cell.read().shape.as_list()
    return numpy.empty([1 if n is None else n for n in shape], out.dtype)


def _all_moved(self: Draws, tensor: tf.Tensor, place: str) -> tf.Tensor:
    lying = tensor if place == "C" else tf.transpose(tensor)
    found = _like(tf.gather(tf.reshape(lying, [-1]), order_of(self, 1, _size(tensor))), lying)
    return found if place == "C" else tf.transpose(found)


def _moved_along(self: Draws, tensor: tf.Tensor, axis: int) -> tf.Tensor:
    """The elements along an axis; the others are gone through in C order."""
    rank = tensor.shape.rank
    last = [k for k in range(rank) if k != axis % rank] + [axis % rank]
    lying = tf.transpose(tensor, last)
    length, size = length_of(tensor, axis), _size(tensor)
    if isinstance(size, int) and size == 0:
        return tf.identity(tensor)
    rows = size // length if isinstance(length, int) else size // tf.maximum(length, 1)
    order = tf.reshape(order_of(self, rows, length), tf.stack([rows, length]))
    flat = order + (tf.range(tf.cast(rows, tf.int64)) * tf.cast(length, tf.int64))[:, None]
    found = tf.gather(tf.reshape(lying, [-1]), tf.reshape(flat, [-1]))
    return tf.ensure_shape(tf.transpose(_like(found, lying), numpy.argsort(last)), tensor.shape)


def choice(self: Draws, values: dict[str, Any]) -> Any:
    """Numbers, or elements along an axis, with or without replacement, and probabilities."""
    a, size = values["a"], values["size"]
    axis, replace = values.get("axis", 0), values["replace"]
    array = a if isinstance(a, Array) and a.ndim else None
    population = _population(a, axis)
    if is_unknown(size) or population is None or type(replace) is not bool or type(axis) is not int:
        return on_host(self, "choice", values)
    trial = asked(self, "choice", values, {"p": lambda shape: numpy.full(shape, 1 / population)})
    place = Size(size, [])
    found = tf.reshape(_places(self, population, place, values), place.shape)
    if array is None:
        return shaped(found, place, trial)
    taken = tf.gather(array._cell.read(), found, axis=axis)
    return wrap(taken) if isinstance(trial, numpy.ndarray) else wrap_scalar(taken)


def _population(a: Any, axis: Any) -> int | None:
    """How many things there are to choose from, if that is known."""
    if isinstance(a, int) and not isinstance(a, bool):
        return a
    if not isinstance(a, Array):
        return None
    if a.ndim == 0:
        return None if is_unknown(a) else int(a)
    fits = type(axis) is int and -a.ndim <= axis < a.ndim
    return a._cell.read().shape[axis] if fits else None


def _places(self: Draws, population: int, place: Size, values: dict[str, Any]) -> tf.Tensor:
    """Which of so many things are chosen."""
    replace, p, scaled = values["replace"], values["p"], "axis" in values
    chances = None if p is None else _probabilities(p)
    if drawn_on_host():

        def draw(generator: Any, *chances: Any) -> list[Any]:
            rest = {key: values[key] for key in ("axis", "shuffle") if key in values}
            given = chances[0] if chances else None
            return [numpy.ravel(generator.choice(population, place.shape, replace, given, **rest))]

        given = () if chances is None else (chances,)
        return host(self, "choice", draw, [tf.TensorSpec([place.count], tf.int64)], *given)[0]
    engine, (words, rest) = self._bits._kind.engine, words_of(self, place.count, chances)
    if chances is not None:
        draw_of = orders.weighted if replace else orders.weighted_sample
        found, after = draw_of(engine, words, place.count, chances)
    elif replace:
        kind = numpy.dtype(numpy.int64)
        found, after = bounded.integers(engine, words, place.count, 0, population - 1, kind, not scaled)
    elif scaled:
        found, after = orders.sample(engine, words, population, place.count, values["shuffle"])
    else:
        order, after = orders.orders(engine, words, 1, population)
        found = order[: place.count]
    self._write_state([*after, *rest])
    return found


def _probabilities(p: Any) -> tf.Tensor:
    """Probabilities; if they are unknown until the graph runs they are checked then."""
    chances = tf.stop_gradient(cast(to_tensor(p), tf.float64))
    if known_value(chances) is not None:
        return chances
    right = tf.reduce_all(chances >= 0) & (tf.abs(tf.reduce_sum(chances) - 1) <= _NEAR)
    check = tf.debugging.Assert(right, ["np.random.choice: probabilities do not sum to 1"])
    with tf.control_dependencies([] if check is None else [check]):
        return tf.identity(chances)


_NEAR = float(numpy.sqrt(numpy.finfo(numpy.float64).eps))
"""How far from 1 the sum of probabilities may be."""
