"""Programs on arrays as data: steps that make arrays, views of them, and write through them.

A step is `(name, position, parameters)`: an operation of `DERIVING` or `WRITING`, which of the live arrays it
is about, and what else it takes. The same program runs with NumPy, with tnp_shim, and within `tf.function`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy
from differential import is_array, ours, run
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays_of

DTYPES = ("bool", "int8", "int16", "int32", "int64", "uint8", "float32", "float64", "complex64", "complex128")
MOST_LIVE = 7
MOST_ELEMENTS = 200
Step = tuple[str, int, tuple[Any, ...]]


@dataclass(frozen=True)
class Live:
    """A parameter that is one of the live arrays."""

    position: int


@dataclass(frozen=True)
class Operation:
    """`apply(np, array, *parameters)`, and how to draw the parameters for an array."""

    apply: Callable[..., Any]
    parameters: Callable[[Any, numpy.ndarray, Sequence[numpy.ndarray]], tuple[Any, ...]] = lambda *_: ()


# what parameters are drawn from


def values_of(shape: tuple[int, ...], dtype: str, start: int, order: str = "C") -> numpy.ndarray:
    """An array of small, mostly distinct values."""
    count = int(numpy.prod(shape))
    line = (numpy.arange(start, start + count) % 11) - (0 if dtype == "uint8" else 4)
    made = (line % 3 == 1) if dtype == "bool" else line.astype(dtype)
    if dtype.startswith("complex"):
        made = made + numpy.array(1j, dtype) * made[::-1]
    return numpy.array(made.reshape(shape), order=order)


def new_arrays(least_rank: int = 0) -> st.SearchStrategy[numpy.ndarray]:
    """Arrays of any dtype and order, up to rank 4, empty and 0-d ones too."""
    return st.builds(
        values_of,
        arrays_of.array_shapes(min_dims=least_rank, max_dims=4, min_side=0, max_side=3)
        | arrays_of.array_shapes(min_dims=max(least_rank, 1), max_dims=2, min_side=2, max_side=6),
        st.sampled_from(DTYPES),
        st.integers(0, 10),
        st.sampled_from("CCF"),
    )


def axis(draw: Any, a: numpy.ndarray) -> int:
    """An axis of an array, now and then out of bounds."""
    return draw(
        st.integers(-a.ndim, a.ndim - 1) if a.ndim and draw(st.integers(0, 15)) else st.integers(-3, 3)
    )


def one_axis(draw: Any, a: numpy.ndarray, live: Any) -> tuple[Any, ...]:
    return (axis(draw, a),)


def two_axes(draw: Any, a: numpy.ndarray, live: Any) -> tuple[Any, ...]:
    return axis(draw, a), axis(draw, a)


def order(draw: Any, a: numpy.ndarray, live: Any) -> tuple[Any, ...]:
    return (draw(st.sampled_from("CFAK")),)


def permutation(draw: Any, a: numpy.ndarray, live: Any) -> tuple[Any, ...]:
    return (tuple(draw(st.permutations(range(a.ndim)))),)


def optional_axis(draw: Any, a: numpy.ndarray, live: Any) -> tuple[Any, ...]:
    return (None if draw(st.booleans()) else axis(draw, a),)


def new_shape(draw: Any, a: numpy.ndarray, live: Any) -> tuple[Any, ...]:
    sizes, left = [], a.size
    for _ in range(draw(st.integers(0, 3))):
        factors = [n for n in range(1, left + 1) if left % n == 0] or [0, 1, 2]
        sizes.append(draw(st.sampled_from(factors)))
        left = left // sizes[-1] if sizes[-1] else 0
    sizes = [*sizes, left] if draw(st.integers(0, 7)) else sizes
    sizes = list(draw(st.permutations(sizes)))
    if sizes and draw(st.integers(0, 3)) == 0:
        sizes[draw(st.integers(0, len(sizes) - 1))] = -1
    return (tuple(sizes), draw(st.sampled_from("CCCFA")))


def basic_index(draw: Any, a: numpy.ndarray, live: Any = None) -> tuple[Any, ...]:
    if draw(st.integers(0, 24)) == 0:
        return (draw(st.sampled_from([9, -9, (0,) * 6, (..., ...), (None,) * 3, (slice(7, 1, -2), ...)])),)
    return (draw(arrays_of.basic_indices(a.shape, allow_newaxis=True, max_dims=5)),)


def fancy_index(draw: Any, a: numpy.ndarray, live: Any = None) -> tuple[Any, ...]:
    """Index arrays with duplicates, beside slices, integers and new axes."""
    if a.ndim == 0 or a.size == 0:
        return (draw(st.sampled_from([..., (), (None,)])),)
    shape = draw(st.sampled_from([(2,), (3,), (1,), (2, 2), (2, 1)]))
    items: list[Any] = []
    for size in a.shape[: draw(st.integers(1, a.ndim))]:
        kind = draw(st.integers(0, 5))
        if kind < 3:
            at = draw(st.lists(st.integers(-size, size - 1), min_size=4, max_size=4))
            items.append(numpy.resize(at, shape))
        elif kind == 3:
            items.append(draw(st.integers(-size, size - 1)))
        else:
            items.append(draw(st.sampled_from([slice(None), slice(None, None, -1), slice(0, 2)])))
    if draw(st.integers(0, 4)) == 0:
        items.insert(draw(st.integers(0, len(items))), None)
    return (tuple(items) if len(items) > 1 else items[0],)


def mask_index(draw: Any, a: numpy.ndarray, live: Any = None) -> tuple[Any, ...]:
    """A mask of the leading axes."""
    rank = draw(st.integers(0, a.ndim))
    shape = a.shape[:rank]
    bits = draw(st.lists(st.booleans(), min_size=3, max_size=5))
    return (numpy.resize(numpy.array(bits), shape),)


def number(draw: Any) -> Any:
    """A Python number that most dtypes can hold, and now and then one that they can't."""
    return draw(
        st.integers(-3, 5)
        | st.booleans()
        | st.sampled_from([0.5, -2.0, 3.0])
        | st.sampled_from([1j, 2 - 1j, 300, -200, 2**40])
    )


def value_for(draw: Any, shape: tuple[int, ...], dtype: numpy.dtype, live: Sequence[numpy.ndarray]) -> Any:
    """Something to assign: a number, an array that broadcasts, a list, a live array, or a misfit."""
    kind = draw(st.integers(0, 9))
    if kind < 3:
        return number(draw)
    if kind < 7:
        sizes = [n if draw(st.integers(0, 3)) else 1 for n in shape]
        sizes = sizes[draw(st.integers(0, len(sizes))) if draw(st.booleans()) else 0 :]
        narrow = draw(st.sampled_from([str(dtype), str(dtype), "bool", "int8", "float32", "complex64"]))
        made = values_of(tuple(sizes), narrow, draw(st.integers(0, 9)))
        return made.tolist() if draw(st.integers(0, 4)) == 0 else made
    if kind < 9:
        return Live(draw(st.integers(0, len(live) - 1)))
    return values_of(draw(st.sampled_from([(5,), (2, 5), (0,), (1, 1, 1, 1, 1)])), "int8", 0)


def shape_at(a: numpy.ndarray, index: Any) -> tuple[int, ...]:
    try:
        return numpy.shape(a[index])
    except IndexError:
        return ()


def _setting(index: Callable[..., tuple[Any, ...]]) -> Callable[..., tuple[Any, ...]]:
    def parameters(draw: Any, a: numpy.ndarray, live: Any) -> tuple[Any, ...]:
        (at,) = index(draw, a)
        return at, value_for(draw, shape_at(a, at), a.dtype, live)

    return parameters


def whole_value(draw: Any, a: numpy.ndarray, live: Any) -> tuple[Any, ...]:
    return (value_for(draw, a.shape, a.dtype, live),)


def masked_value(draw: Any, a: numpy.ndarray, live: Any) -> tuple[Any, ...]:
    mask = values_of(a.shape[draw(st.integers(0, a.ndim)) :], "bool", draw(st.integers(0, 9)))
    return value_for(draw, a.shape, a.dtype, live), mask


def number_only(draw: Any, a: numpy.ndarray, live: Any) -> tuple[Any, ...]:
    return (number(draw),)


def overlapping(draw: Any, a: numpy.ndarray, live: Any) -> tuple[Any, ...]:
    return draw(
        st.sampled_from(
            [
                (slice(1, None), slice(None, -1)),
                (slice(None, -1), slice(1, None)),
                (slice(None), slice(None, None, -1)),
                (slice(None, None, -1), slice(None)),
                (slice(1, None, 2), slice(None, -1, 2)),
            ]
        )
    )


def some_places(draw: Any, a: numpy.ndarray, live: Any) -> tuple[Any, ...]:
    most = max(a.size, 1)
    at = draw(st.lists(st.integers(-most, most - 1), min_size=1, max_size=4))
    values = values_of((draw(st.integers(1, 3)),), "int8", draw(st.integers(5, 9)))
    return at, values, draw(st.sampled_from(["raise", "wrap", "clip"]))


def flat_index(draw: Any, a: numpy.ndarray, live: Any) -> tuple[Any, ...]:
    line = numpy.empty(a.size, a.dtype)
    choice = draw(st.integers(0, 3))
    if choice == 0:
        at: Any = slice(None)
    elif choice == 1 and a.size:
        at = draw(st.lists(st.integers(0, a.size - 1), min_size=1, max_size=4))
    else:
        at = draw(arrays_of.basic_indices(line.shape, allow_newaxis=False, allow_ellipsis=False))
    return at, values_of((draw(st.integers(1, 3)),), str(a.dtype), draw(st.integers(0, 9)))


def a_dtype(draw: Any, a: numpy.ndarray, live: Any) -> tuple[Any, ...]:
    return draw(st.sampled_from(DTYPES)), draw(st.sampled_from("KCFA")), draw(st.booleans())


def a_dtype_of_the_memory(draw: Any, a: numpy.ndarray, live: Any) -> tuple[Any, ...]:
    """Integers as integers, floats as floats: TensorFlow flushes the denormals that others would give."""
    if a.dtype.kind in "iu":
        return (draw(st.sampled_from([d for d in DTYPES if numpy.dtype(d).kind in "iu"])),)
    pairs = {"float32": "complex64", "float64": "complex128", "complex64": "float32", "complex128": "float64"}
    return (pairs.get(str(a.dtype), "bool"),)


def larger_shape(draw: Any, a: numpy.ndarray, live: Any) -> tuple[Any, ...]:
    sizes = [draw(st.integers(0, 3)) if n == 1 else n for n in a.shape]
    return ((*draw(st.sampled_from([(), (2,), (1, 2)])), *sizes),)


def diagonal(draw: Any, a: numpy.ndarray, live: Any) -> tuple[Any, ...]:
    return draw(st.integers(-2, 2)), axis(draw, a), axis(draw, a)


def turns(draw: Any, a: numpy.ndarray, live: Any) -> tuple[Any, ...]:
    return draw(st.integers(-1, 5)), (axis(draw, a), axis(draw, a))


def sections(draw: Any, a: numpy.ndarray, live: Any) -> tuple[Any, ...]:
    cuts = draw(st.integers(1, 4) | st.lists(st.integers(-3, 4), min_size=1, max_size=2))
    return cuts, axis(draw, a), draw(st.integers(0, 3))


def other(draw: Any, a: numpy.ndarray, live: Any) -> tuple[Any, ...]:
    return (Live(draw(st.integers(0, len(live) - 1))),)


def write_flag(draw: Any, a: numpy.ndarray, live: Any) -> tuple[Any, ...]:
    """Not True for a broadcast array: NumPy would let all its elements that are one be written to."""
    is_broadcast = any(s == 0 and n > 1 for s, n in zip(a.strides, a.shape, strict=True))
    return (draw(st.booleans()) and not is_broadcast,)


def _nth(found: Any, n: int) -> Any:
    return found[n % len(found)] if len(found) else None


DERIVING: dict[str, Operation] = {
    "index": Operation(lambda np, a, index: a[index], basic_index),
    "index twice": Operation(lambda np, a, index: a[::-1][index], basic_index),
    "take rows": Operation(
        lambda np, a, n: _nth(list(a), n), lambda draw, a, live: (draw(st.integers(0, 5)),)
    ),
    "index arrays": Operation(lambda np, a, index: a[index], fancy_index),
    "mask": Operation(lambda np, a, index: a[index], mask_index),
    "transpose": Operation(lambda np, a, axes: a.transpose(axes), permutation),
    "T": Operation(lambda np, a: a.T),
    "mT": Operation(lambda np, a: a.mT),
    "swapaxes": Operation(lambda np, a, one, two: np.swapaxes(a, one, two), two_axes),
    "moveaxis": Operation(lambda np, a, one, two: np.moveaxis(a, one, two), two_axes),
    "rollaxis": Operation(lambda np, a, one, two: np.rollaxis(a, one, two), two_axes),
    "reshape": Operation(lambda np, a, shape, order: a.reshape(shape, order=order), new_shape),
    "reshape a copy": Operation(
        lambda np, a, shape, order: np.reshape(a, shape, order, copy=True), new_shape
    ),
    "reshape in place": Operation(
        lambda np, a, shape, order: np.reshape(a, shape, order, copy=False), new_shape
    ),
    "ravel": Operation(lambda np, a, order: a.ravel(order), order),
    "flatten": Operation(lambda np, a, order: a.flatten(order), order),
    "squeeze": Operation(lambda np, a, axis: a.squeeze(axis), optional_axis),
    "expand_dims": Operation(lambda np, a, axis: np.expand_dims(a, axis), one_axis),
    "real": Operation(lambda np, a: a.real),
    "imag": Operation(lambda np, a: a.imag),
    "np.real": Operation(lambda np, a: np.real(a)),
    "conj": Operation(lambda np, a: a.conj()),
    "diagonal": Operation(lambda np, a, offset, one, two: a.diagonal(offset, one, two), diagonal),
    "flip": Operation(lambda np, a, axis: np.flip(a, axis), optional_axis),
    "fliplr": Operation(lambda np, a: np.fliplr(a)),
    "flipud": Operation(lambda np, a: np.flipud(a)),
    "rot90": Operation(lambda np, a, k, axes: np.rot90(a, k, axes), turns),
    "array_split": Operation(lambda np, a, cuts, axis, n: _nth(np.array_split(a, cuts, axis), n), sections),
    "split": Operation(lambda np, a, cuts, axis, n: _nth(np.split(a, cuts, axis), n), sections),
    "unstack": Operation(
        lambda np, a, axis, n: _nth(np.unstack(a, axis=axis), n),
        lambda draw, a, live: (axis(draw, a), draw(st.integers(0, 3))),
    ),
    "broadcast_to": Operation(lambda np, a, shape: np.broadcast_to(a, shape), larger_shape),
    "atleast_1d": Operation(lambda np, a: np.atleast_1d(a)),
    "atleast_2d": Operation(lambda np, a: np.atleast_2d(a)),
    "atleast_3d": Operation(lambda np, a: np.atleast_3d(a)),
    "view": Operation(lambda np, a: a.view()),
    "view as": Operation(lambda np, a, dtype: a.view(dtype), a_dtype_of_the_memory),
    "copy": Operation(lambda np, a, order: a.copy(order), order),
    "np.copy": Operation(lambda np, a: np.copy(a)),
    "array": Operation(lambda np, a, order: np.array(a, order=order), order),
    "array if needed": Operation(lambda np, a, order: np.array(a, copy=None, order=order, ndmin=2), order),
    "asarray": Operation(lambda np, a: np.asarray(a)),
    "ascontiguousarray": Operation(lambda np, a: np.ascontiguousarray(a)),
    "asfortranarray": Operation(lambda np, a: np.asfortranarray(a)),
    "astype": Operation(lambda np, a, dtype, order, copy: a.astype(dtype, order, copy=copy), a_dtype),
    "flat": Operation(lambda np, a: a.flat[1:]),
    "add": Operation(lambda np, a: a + a),
    "negative of two": Operation(lambda np, a, other: np.add(a, other), other),
}


def _assign(np: Any, a: Any, index: Any, value: Any) -> None:
    a[index] = value


def _add_at(np: Any, a: Any, index: Any, value: Any) -> None:
    a[index] += value


def _add(np: Any, a: Any, value: Any) -> None:
    a += value


def _multiply(np: Any, a: Any, value: Any) -> None:
    a *= value


def _divide(np: Any, a: Any, value: Any) -> None:
    a /= value


def _overlap(np: Any, a: Any, to: Any, source: Any) -> None:
    a[to] = a[source]


def _add_overlap(np: Any, a: Any, to: Any, source: Any) -> None:
    a[to] += a[source]


def _set_flat(np: Any, a: Any, index: Any, values: Any) -> None:
    a.flat[index] = values


def _set_all_flat(np: Any, a: Any, value: Any) -> None:
    a.flat = value


def _set_real(np: Any, a: Any, value: Any) -> None:
    a.real = value


def _set_imag(np: Any, a: Any, value: Any) -> None:
    a.imag = value


def _set_shape(np: Any, a: Any, shape: Any, order: Any) -> None:
    a.shape = shape


def _clear_small(np: Any, a: Any, value: Any) -> None:
    a[abs(a) < 2] = value


WRITING: dict[str, Operation] = {
    "set": Operation(_assign, _setting(basic_index)),
    "set all": Operation(_assign, lambda draw, a, live: (..., *whole_value(draw, a, live))),
    "set at index arrays": Operation(_assign, _setting(fancy_index)),
    "set where masked": Operation(_assign, _setting(mask_index)),
    "clear small": Operation(_clear_small, number_only),
    "add at": Operation(_add_at, _setting(basic_index)),
    "add at index arrays": Operation(_add_at, _setting(fancy_index)),
    "add": Operation(_add, whole_value),
    "multiply": Operation(_multiply, number_only),
    "divide": Operation(_divide, lambda draw, a, live: (draw(st.sampled_from([2, -4.0, 0.5])),)),
    "overlap": Operation(_overlap, overlapping),
    "add overlap": Operation(_add_overlap, overlapping),
    "add out": Operation(lambda np, a, value: np.add(a, value, out=a), whole_value),
    "add reversed out": Operation(lambda np, a, value: np.add(a[::-1], value, out=a), whole_value),
    "add into another": Operation(lambda np, a, o: np.add(a, 1, out=o), other),
    "fill": Operation(lambda np, a, value: a.fill(value), number_only),
    "copyto": Operation(lambda np, a, value: np.copyto(a, value), whole_value),
    "copyto where": Operation(lambda np, a, value, mask: np.copyto(a, value, where=mask), masked_value),
    "sort": Operation(lambda np, a, axis: a.sort(axis), one_axis),
    "put": Operation(lambda np, a, at, values, mode: np.put(a, at, values, mode), some_places),
    "set flat": Operation(_set_flat, flat_index),
    "set all of flat": Operation(_set_all_flat, lambda draw, a, live: (values_of((2,), "int8", 5),)),
    "set real": Operation(_set_real, whole_value),
    "set imag": Operation(_set_imag, whole_value),
    "set shape": Operation(_set_shape, new_shape),
    "setflags": Operation(lambda np, a, write: a.setflags(write=write), write_flag),
}
OPERATIONS = {**{f"make: {name}": op for name, op in DERIVING.items()}, **WRITING}
DERIVING_NAMES = [name for name in OPERATIONS if name not in WRITING]
WRITING_NAMES = list(WRITING)


@st.composite
def steps(draw: Any, live: Sequence[numpy.ndarray], names: Sequence[str]) -> Step:
    """A step that can follow when NumPy's arrays are `live`."""
    name = draw(st.sampled_from(names))
    position = draw(st.integers(0, len(live) - 1))
    return name, position, OPERATIONS[name].parameters(draw, live[position], live)


def take(namespace: Any, live: list[Any], step: Step) -> tuple[Any, Exception | None]:
    """Run one step; what it returns, or its error."""
    name, position, parameters = step
    found = [
        live[p.position] if isinstance(p, Live) else p if namespace is numpy else ours(p) for p in parameters
    ]
    return run(lambda np: OPERATIONS[name].apply(np, live[position], *found), namespace, ())


def keep(live: list[Any], made: Any) -> None:
    """Make a new array one of the live ones; the oldest goes if there are too many."""
    if is_array(made) and made.size <= MOST_ELEMENTS:
        live.append(made)
        if len(live) > MOST_LIVE:
            del live[0]


@st.composite
def programs(draw: Any, longest: int = 10) -> tuple[list[numpy.ndarray], list[Step]]:
    """Arrays in C order to start with, and steps that can follow one another."""
    start = [numpy.ascontiguousarray(made) for made in draw(st.lists(new_arrays(1), min_size=1, max_size=2))]
    live = [made.copy() for made in start]
    program: list[Step] = []
    for _ in range(draw(st.integers(2, longest))):
        names = WRITING_NAMES if draw(st.booleans()) else DERIVING_NAMES
        step = draw(steps(live, names))
        program.append(step)
        keep(live, take(numpy, live, step)[0])
    return start, program
