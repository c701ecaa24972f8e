"""Methods that move elements: shuffles, permutations, choices. Knows the array.

Each draws places and gathers what lies there, so that elements keep their gradients.
"""

from __future__ import annotations

from typing import Any

import numpy
import tensorflow as tf

from tnp_shim import dtypes
from tnp_shim.array import Array, wrap, wrap_scalar, write
from tnp_shim.conversion import is_tensor_like, to_tensor
from tnp_shim.errors import UnsupportedError, users_line
from tnp_shim.kernels.random import bounded, bounded_each, orders
from tnp_shim.kernels.shapes import Length
from tnp_shim.kernels.shapes import length as length_of
from tnp_shim.promotion import cast
from tnp_shim.random.elementwise import shaped
from tnp_shim.random.hosted import (
    EXAMPLES,
    Draws,
    asked,
    checked_when_run,
    drawn_on_host,
    host,
    on_host,
    stand_in,
)
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
    axis, replace = values.get("axis", 0), values["replace"]
    array = _things(values["a"])
    population = _population(values["a"], array, axis)
    if population is None or type(replace) is not bool or type(axis) is not int:
        return on_host(self, "choice", values)
    place = Size(values["size"], [])
    trial = asked(self, "choice", {**values, **_of_enough(array, population, place, values)}, EXAMPLES)
    found = tf.reshape(_places(self, population, place, values), place.shape)
    if array is None or array.shape.rank == 0:
        return shaped(found, place, trial)
    taken = tf.gather(array, found, axis=axis)
    return wrap(taken) if isinstance(trial, numpy.ndarray) else wrap_scalar(taken)


def _things(a: Any) -> tf.Tensor | None:
    """What is chosen from, if it is an array."""
    if not is_tensor_like(a) and not isinstance(a, (list, tuple)):
        return None
    if numpy.asarray(stand_in(a, 0)).dtype.kind not in "biufc":
        return None
    return to_tensor(a)


def _population(a: Any, array: tf.Tensor | None, axis: Any) -> Length | None:
    """How many things there are to choose from; None if NumPy has to be asked."""
    if array is None:
        return a if isinstance(a, int) and not isinstance(a, bool) else None
    rank = array.shape.rank
    if rank == 0 and array.dtype.is_integer:
        known = known_value(array)
        return tf.cast(array, tf.int64) if known is None else int(known)
    return length_of(array, axis) if rank and type(axis) is int and -rank <= axis < rank else None


def _of_enough(
    array: tf.Tensor | None, population: Length, place: Size, values: dict[str, Any]
) -> dict[str, Any]:
    """What NumPy is asked with in the place of what is unknown: there are enough things to choose from."""
    p = None if values["p"] is None else to_tensor(values["p"])
    lengths = [population, *([] if p is None else p.shape), place.count, 1]
    enough = next(n for n in lengths if isinstance(n, int))
    instead: dict[str, Any] = {}
    if not isinstance(population, int):
        enough = max(enough, 1)
        instead["a"] = enough
        if array is not None and array.shape.rank:
            shape = [enough if n is None else n for n in array.shape]
            instead["a"] = numpy.zeros(shape, dtypes.to_numpy(array.dtype))
    if p is not None and known_value(p) is None and p.shape.rank is not None:
        shape = [enough if n is None else n for n in p.shape]
        instead["p"] = numpy.full(shape, 1 / max(shape[0] if shape else 1, 1))
    return instead


def _places(self: Draws, population: Length, place: Size, values: dict[str, Any]) -> tf.Tensor:
    """Which of so many things are chosen."""
    replace, p, scaled = values["replace"], values["p"], "axis" in values
    chances = None if p is None else tf.stop_gradient(cast(to_tensor(p), tf.float64))
    if drawn_on_host():

        def draw(generator: Any, *chances: Any) -> list[Any]:
            rest = {key: values[key] for key in ("axis", "shuffle") if key in values}
            given = chances[0] if chances else None
            return [numpy.ravel(generator.choice(population, place.shape, replace, given, **rest))]

        given = () if chances is None else (chances,)
        return host(self, "choice", draw, [tf.TensorSpec([place.count], tf.int64)], *given)[0]
    population, count, chances = _checked(population, place.count, chances, replace)
    engine, (words, rest) = self._bits._kind.engine, words_of(self, population, count, chances)
    if chances is not None:
        draw_of = orders.weighted if replace else orders.weighted_sample
        found, after = draw_of(engine, words, count, chances)
    elif replace:
        kind, masked = numpy.dtype(numpy.int64), not scaled
        if isinstance(population, int):
            found, after = bounded.integers(engine, words, count, 0, population - 1, kind, masked)
        else:
            low = tf.zeros([], tf.int64)
            found, after = bounded_each.integers(engine, words, count, low, population - 1, kind, masked)
    elif scaled:
        found, after = orders.sample(engine, words, population, count, values["shuffle"])
    else:
        order, after = orders.orders(engine, words, 1, population)
        found = order[:count]
    self._write_state([*after, *rest])
    return found


def _checked(
    population: Length, count: Length, chances: tf.Tensor | None, replace: bool
) -> tuple[Length, Length, tf.Tensor | None]:
    """What is unknown until the graph runs is checked then."""
    faults = {
        "a must be a positive integer unless no samples are taken": (population <= 0) & (count > 0),
        "Cannot take a larger sample than population when replace is False": not replace
        and count > population,
    }
    if chances is not None:
        faults["'a' and 'p' must have same size"] = tf.not_equal(tf.size(chances, tf.int64), population)
        if known_value(chances) is None:
            apart = tf.abs(tf.reduce_sum(chances) - 1) > _NEAR
            faults["probabilities do not sum to 1"] = apart | tf.reduce_any(~(chances >= 0))
        if not replace:
            some = tf.math.count_nonzero(chances > 0, dtype=tf.int64)
            faults["Fewer non-zero entries in p than size"] = some < count
    unknown = [
        (fault, words)
        for words, fault in faults.items()
        if isinstance(fault, tf.Tensor) and known_value(fault) is None
    ]
    population, count, chances = checked_when_run("choice", unknown, [population, count, chances])
    return population, count, chances


_NEAR = float(numpy.sqrt(numpy.finfo(numpy.float64).eps))
"""How far from 1 the sum of probabilities may be."""
