"""What a branch writes to an array, carried out of it as the block that it is. Knows cells and indexing.

XLA copies whole arrays that come out of a branch. In a loop that is a copy of the table for each element that
is written (`if a[i] == b[j]: cost[i, j] = ...`). So a branch gives the block and its place, and the block is
written behind the branches, which XLA does in place.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeAlias

import tensorflow as tf

from tnp_shim.indexing import windows
from tnp_shim.indexing.bounds import captured
from tnp_shim.promotion import cast, constant
from tnp_shim.storage import Cell
from tnp_shim.tensorflow_internals import compiled_by_xla

Blocks: TypeAlias = dict[int, tuple[int, ...]]
"""The shapes of blocks, by the number of the cell."""
Branches: TypeAlias = Sequence[Callable[[], Any]]


class NotOneBlock(Exception):
    """A branch writes more to an array than was seen before."""


_several: set[tuple[str, int]] = set()
"""Where the code of branches that do so stands: equal code in another place is another branch's."""


def planned(
    cells: Mapping[int, Cell],
    writes: Sequence[Mapping[int, tf.Tensor]],
    branches: Branches,
) -> Blocks:
    """The blocks to be carried out of branches, of which `writes` tells what each left in the cells.

    Traces in a scratch graph, in which the branches of an inner statement follow each other, tell it.
    """
    if not compiled_by_xla() or not _several.isdisjoint(map(_place_of, branches)):
        return {}
    found: Blocks = {}
    for place, (key, cell) in enumerate(cells.items()):
        before = cell.read()
        shapes = {shape for written in writes if key in written for shape in _shapes(written[key], before)}
        if len(shapes) == 1 and (shape := shapes.pop()) is not None:
            found[place] = shape
    return found


def note_several(branches: Branches) -> None:
    """Plan no blocks for these branches again."""
    _several.update(map(_place_of, branches))


def _place_of(branch: Callable[[], Any]) -> tuple[str, int]:
    return branch.__code__.co_filename, branch.__code__.co_firstlineno


def _shapes(after: tf.Tensor, before: tf.Tensor) -> list[tuple[int, ...] | None]:
    """The shapes of the blocks written one after the other, None among them if anything else was written."""
    shapes: list[tuple[int, ...] | None] = []
    while not _is_same(after, before):
        op = getattr(after, "op", None)
        if op is None or op.type != "XlaDynamicUpdateSlice" or not op.inputs[1].shape.is_fully_defined():
            return [None]
        shapes.append(tuple(op.inputs[1].shape.as_list()))
        after = op.inputs[0]
    return shapes


def _is_same(inner: tf.Tensor, outer: tf.Tensor) -> bool:
    """Whether a tensor of a branch is one from outside."""
    found: tf.Tensor | None = inner
    while found is not None and found is not outer:
        found = captured(found) if hasattr(found, "graph") else None
    return found is outer


def carried(after: tf.Tensor, before: tf.Tensor, shape: tuple[int, ...]) -> list[tf.Tensor]:
    """The block that a branch wrote, and where; what stands at the start if it wrote nothing."""
    if _is_same(after, before):
        starts = constant((0,) * len(shape), tf.int64)
        return [windows.block_at(after, starts, shape), starts]
    if _shapes(after, before) != [shape]:
        raise NotOneBlock
    _, block, starts = after.op.inputs
    return [block, cast(starts, tf.int64)]
