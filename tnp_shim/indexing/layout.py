"""Which axis each item of an expression is about, as NumPy has it. Knows shapes and items only."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy
import tensorflow as tf

Shape = tuple[int | None, ...] | None
"""Sizes of the axes, None where unknown; None if even the rank is."""

FULL = (slice, None, None, None)


class IndexArray(NamedTuple):
    """An array of integers or bool in an expression, and which axes it is about."""

    values: numpy.ndarray | tf.Tensor
    is_mask: bool
    source_axis: int
    """The first of its axes in the array that is indexed."""
    axes: range
    """Its axes once the rest of the expression has been applied."""

    @property
    def is_traced(self) -> bool:
        """Whether the values may be unknown."""
        return not isinstance(self.values, numpy.ndarray)


def is_index_array(item: Any) -> bool:
    """Whether an item is what NumPy calls an advanced index, 0-d integers excepted."""
    if isinstance(item, numpy.ndarray):
        return item.ndim > 0 or item.dtype == bool
    return isinstance(item, tf.Tensor) and (item.shape.rank != 0 or item.dtype == tf.bool)


def is_full(item: Any) -> bool:
    """Whether the item is a slice that takes all of its axis as it is."""
    if type(item) is not tuple:
        return False
    _, start, stop, step = item
    return start is None and stop is None and (step is None or isinstance(step, int) and step == 1)


def axes_taken(item: Any) -> int:
    """The number of axes of the array that an item is about."""
    if item is None or item is Ellipsis:
        return 0
    if isinstance(item, numpy.ndarray):
        return item.ndim if item.dtype == bool else 1
    if isinstance(item, tf.Tensor) and item.dtype == tf.bool:
        if item.shape.rank is None:
            raise IndexError("the rank of a boolean index must be known while tracing")
        return item.shape.rank
    return 1


def expanded(shape: Shape, items: Sequence[Any]) -> list[Any]:
    """The items with the Ellipsis, present or implied, as full slices; IndexError for too many indices.

    Where the rank is unknown the Ellipsis stays, and none is added.
    """
    # tensors and arrays don't compare by ==
    places = [place for place, item in enumerate(items) if item is Ellipsis]
    if len(places) > 1:
        raise IndexError("an index can only have a single ellipsis ('...')")
    if shape is None:
        return list(items)
    taken = sum(map(axes_taken, items))
    if taken > len(shape):
        raise IndexError(
            f"too many indices for array: array is {len(shape)}-dimensional, but {taken} were indexed"
        )
    place = places[0] if places else len(items)
    return [*items[:place], *[FULL] * (len(shape) - taken), *items[place + 1 :]]


def checked_step(step: Any) -> Any:
    if isinstance(step, int) and step == 0:
        raise ValueError("slice step cannot be zero")
    return step
