"""Which names may mean the same array after a loop or a branch. Knows the array and its cells.

A name that is bound anew in a loop or a branch of the graph has a cell of its own after it, and in the next
iteration. Which array it means in Python may be unknown while tracing. It is linked here to the cells that it
may be; a write to one makes the others out of date, which is an error as soon as they are read.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from tnp_shim.array import ndarray
from tnp_shim.storage import Cell, Mark, link
from tnp_shim.tensorflow_internals import current_graph

SCRATCH = "discovery"
"""The name of the graphs in which bodies are tried."""


def arrays_in(value: Any) -> list[ndarray]:
    """The arrays of a value, which may be a container."""
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, (list, tuple)):
        return [array for part in value for array in arrays_in(part)]
    return [value] if isinstance(value, ndarray) else []


def roots_in(value: Any) -> list[Cell]:
    """The cells that own the memory of a value's arrays."""
    return [array._cell.root() for array in arrays_in(value)]


def enclosing(graph: Any) -> Iterable[Any]:
    """A graph and those around it, at last None for eager code."""
    while graph is not None:
        yield graph
        graph = getattr(graph, "outer_graph", None)
    yield None


def in_scratch_graph(graph: Any) -> bool:
    """Whether a graph is, or is part of, one in which a body is only tried."""
    return any(getattr(each, "name", None) == SCRATCH for each in enclosing(graph))


def is_outside(cell: Cell, graph: Any) -> bool:
    """Whether a cell was made in a graph or around it, and not within it."""
    home = cell.home()
    return any(home is each for each in enclosing(graph))


def stale_line(value: Any) -> str | None:
    """The line of a write that made an array of the value out of date; None where all are up to date."""
    graph = current_graph()
    for root in roots_in(value):
        if (line := root.out_of_date(graph)) is not None:
            return line
    return None


def carry_out(marks: Iterable[Mark]) -> None:
    """What became out of date within a loop or a branch is so after it."""
    graph = current_graph()
    for cell, line in {mark.cell: mark.line for mark in marks if not in_scratch_graph(mark.graph)}.items():
        if is_outside(cell, graph):
            Mark(graph, cell, line).set()


@dataclass
class Links:
    """For each variable that is bound anew the cells that it may be, and which variables may be the same."""

    cells: dict[int, set[Cell]] = field(default_factory=dict)
    pairs: set[tuple[int, int]] = field(default_factory=set)

    def set(self, values: Sequence[Any], stale: dict[int, str]) -> None:
        """Link the new arrays of the variables."""
        roots = {k: roots_in(values[k]) for k in self.cells}
        for k, mine in roots.items():
            for root in mine:
                for cell in self.cells[k]:
                    link(root, cell)
        for k, j in self.pairs:
            for first in roots[k]:
                for second in roots[j]:
                    link(first, second)
        graph = current_graph()
        for k, line in stale.items():
            for root in roots.get(k, ()):
                Mark(graph, root, line).set()

    def includes(self, other: Links) -> bool:
        """Whether all that the other one tells is told here."""
        return other.pairs <= self.pairs and all(
            other.cells[k] <= self.cells.get(k, set()) for k in other.cells
        )


def links(
    variables: Iterable[int],
    moments: Sequence[Sequence[Any]],
    incoming: dict[int, list[Cell]],
    home: Any,
    told_apart: bool = False,
) -> Links:
    """The links of variables that had these values: before, after an iteration, after each branch.

    `incoming`: their cells at the begin of an iteration. `home`: the graph that the statement is in.
    `told_apart`: which array a variable means itself is known, but not what that one may be the same as.
    """
    found = Links({k: set() for k in variables})
    begun = [incoming, {k: roots_in(moments[0][k]) for k in found.cells if k < len(moments[0])}]
    starts = {k: {root for roots in begun for root in roots.get(k, ())} for k in found.cells}
    sources: set[tuple[int, int]] = set()
    for values in moments:
        now = {k: roots_in(values[k]) for k in found.cells if k < len(values)}
        for k, roots in now.items():
            for root in roots:
                related = root.others() if told_apart else [root, *root.others()]
                found.cells[k].update(cell for cell in related if is_outside(cell, home))
            sources.update((k, j) for j in starts if j != k and not starts[j].isdisjoint(roots))
        found.pairs.update((k, j) for k in now for j in now if k < j and _may_be_same(now[k], now[j]))
    _close(found, sources)
    return found


def _may_be_same(some: list[Cell], others: list[Cell]) -> bool:
    return any(b is a or b in a.others() for a in some for b in others)


def _close(found: Links, sources: set[tuple[int, int]]) -> None:
    """Follow what variables mean through many iterations."""
    origins = {k: [k, *(j for i, j in sources if i == k)] for k in found.cells}
    size = -1
    while size != (size := sum(map(len, found.cells.values())) + len(found.pairs)):
        for k, j in sources:
            found.cells[k] |= found.cells[j]
        if sources:
            same = found.pairs | {(j, k) for k, j in found.pairs}
            found.pairs |= {
                (k, j)
                for k in origins
                for j in origins
                if k < j and any((a, b) in same for a in origins[k] for b in origins[j])
            }
