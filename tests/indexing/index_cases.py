"""Strategies for indices of any kind, and NumPy's answers to compare with."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy
from hypothesis import strategies as st

INDEX_DTYPES = ("int64", "int32", "uint8", "int8")


def sizes() -> st.SearchStrategy[int]:
    return st.sampled_from((3, 2, 1, 4, 0))


def shapes(most: int = 5) -> st.SearchStrategy[tuple[int, ...]]:
    return st.lists(sizes(), max_size=most).map(tuple)


def ints(size: int) -> st.SearchStrategy[int]:
    """An index of an axis; now and then one that is out of bounds."""
    inside = st.integers(-size, size - 1) if size else st.just(0)
    return st.one_of(inside, inside, inside, inside, st.integers(-size - 1, size))


def slices(size: int) -> st.SearchStrategy[slice]:
    bound = st.one_of(st.none(), st.integers(-size - 2, size + 2))
    return st.builds(slice, bound, bound, st.sampled_from((None, 1, 2, 3, -1, -2)))


@st.composite
def integer_arrays(draw: Callable[..., Any], size: int, shape: tuple[int, ...]) -> Any:
    count = int(numpy.prod(shape))
    values = draw(st.lists(ints(size), min_size=count, max_size=count))
    dtypes = INDEX_DTYPES if all(value >= 0 for value in values) else ("int64", "int32", "int8")
    array = numpy.array(values, draw(st.sampled_from(dtypes))).reshape(shape)
    return array.tolist() if array.size and array.ndim and draw(st.booleans()) else array


@st.composite
def masks(draw: Callable[..., Any], shape: tuple[int, ...]) -> numpy.ndarray:
    """A mask for axes of these sizes; now and then one that does not fit."""
    if draw(st.integers(0, 30)) == 30:
        shape = (*shape[:-1], shape[-1] + 1)
    count = int(numpy.prod(shape))
    return numpy.array(draw(st.lists(st.booleans(), min_size=count, max_size=count)), bool).reshape(shape)


@st.composite
def indices(draw: Callable[..., Any], shape: tuple[int, ...], arrays: bool = True) -> Any:
    """An index of an array of `shape`: anything NumPy takes, in any mixture."""
    kinds = ["int", "slice", "slice", "new axis", "ellipsis"]
    kinds += ["array", "array", "mask", "mask", "bool", "0-d"] if arrays else []
    common = draw(st.sampled_from(((2,), (3,), (1,), (2, 1), (2, 3), (), (0,))))
    items: list[Any] = []
    axis = 0
    for kind in draw(st.lists(st.sampled_from(kinds), min_size=1, max_size=6)):
        size = shape[axis] if axis < len(shape) else None
        if kind == "new axis":
            items.append(None)
        elif kind == "ellipsis" and not any(item is Ellipsis for item in items):
            items.append(Ellipsis)
        elif kind == "bool" and draw(st.integers(0, 2)) == 0:
            items.append(draw(st.booleans()))
        elif size is None and (draw(st.integers(0, 9)) or kind in ("ellipsis", "bool")):
            continue
        elif kind == "mask":
            spanned = shape[axis : axis + draw(st.integers(1, 3))] or (1,)
            items.append(draw(masks(spanned)))
            axis += len(spanned)
        elif kind in ("int", "slice", "array", "0-d"):
            size = size or 0
            array_shape = draw(st.sampled_from((common, common, (1,), ()))) if size else (0,)
            makers = {
                "int": ints(size),
                "slice": slices(size),
                "0-d": ints(size).map(numpy.array),
                "array": integer_arrays(size, array_shape),
            }
            items.append(draw(makers[kind]))
            axis += 1
    return items[0] if len(items) == 1 and draw(st.booleans()) else tuple(items)


@st.composite
def values_for(draw: Callable[..., Any], shape: tuple[int, ...]) -> numpy.ndarray:
    """A value that can be assigned to an indexed shape, or now and then can't."""
    sizes = [1 if draw(st.integers(0, 4)) == 0 else size for size in shape]
    change = draw(st.integers(0, 9))
    if change < 3:
        sizes = sizes[draw(st.integers(0, len(sizes))) :]
    elif change == 3:
        sizes = [1, *sizes]
    elif change == 4 and sizes:
        sizes[0] += 1
    return numpy.arange(float(numpy.prod(sizes))).reshape(sizes) + 100


def filled(shape: tuple[int, ...]) -> numpy.ndarray:
    return numpy.arange(float(numpy.prod(shape))).reshape(shape)


def outcome(run: Callable[[], Any]) -> tuple[Any, Exception | None]:
    """What a call gives, or the exception it raises."""
    try:
        return run(), None
    except Exception as error:
        return None, error


def assigned(array: numpy.ndarray, index: Any, value: Any) -> numpy.ndarray:
    """NumPy's `array[index] = value`, on a copy."""
    array = array.copy()
    array[index] = value
    return array
