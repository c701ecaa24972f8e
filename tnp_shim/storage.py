"""Where values live: cells, views and the effects of graphs. Knows tensors only, not the array."""

from __future__ import annotations

import contextlib
import sys
import threading
import weakref
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from types import FrameType
from typing import Any

import numpy
import tensorflow as tf

from tnp_shim.dtypes import to_numpy
from tnp_shim.errors import LostWriteError, unknown_shape, users_line
from tnp_shim.tensorflow_internals import (
    EagerTensor,
    current_graph,
    no_tape_records,
    origin_of_generated_line,
    vectorized_from_outside,
)

StaticShape = tuple[int, ...] | tuple[int | None, ...] | None
_NOT_ASKED: Any = object()


def static_shape(tensor: tf.Tensor) -> StaticShape:
    """The shape as far as it is known: `None` for an unknown dimension or an unknown rank."""
    if type(tensor) is EagerTensor:
        return tensor._shape_tuple()
    shape = tensor.shape
    return None if shape.rank is None else tuple(shape.as_list())


class Cell:
    """A tensor that can be replaced.

    A cell belongs to the graph it was made in (`None`: eager). What is written while another graph is
    being built is kept under that graph, so a branch or loop body sees its own writes and nothing leaks.
    """

    __slots__ = ("__weakref__", "_home", "_scoped", "_value")
    in_c_order = True
    read_only = False

    def __init__(self, value: tf.Tensor, home: Any = _NOT_ASKED) -> None:
        self._value = value
        self._home = home  # asked of the value when first needed: most cells are never written to
        self._scoped: dict[Any, Any] | None = None

    def home(self) -> Any:
        """The graph the cell was made in; `None` for eager."""
        if self._home is _NOT_ASKED:
            self._home = None if type(self._value) is EagerTensor else self._value.graph
        return self._home

    def read(self) -> tf.Tensor:
        """The current tensor, as seen from the graph being built."""
        if self._scoped is None:
            return self._value
        if (doubt := self._scoped.get(_DOUBT)) is not None:
            doubt.read_under(current_graph())
        return self._seen()

    def _seen(self) -> tf.Tensor:
        if self._scoped is None:
            return self._value
        graph = current_graph()
        while graph is not None and graph is not self._home:
            if graph in self._scoped:
                return self._scoped[graph]
            graph = getattr(graph, "outer_graph", None)
        return self._value

    def write(self, tensor: tf.Tensor) -> None:
        """Replace the tensor; LostWriteError where the write could not reach the cell's home."""
        home = self.home()
        graph = current_graph()
        if graph is home:
            if graph is not None:
                if vectorized_from_outside(self._value):
                    raise _lost_write()
                if self._scoped is not None and _DOUBT in self._scoped:
                    self.doubt().written_under(graph)
            self._value = tensor
            return
        _record_effect(self, graph, home)
        if self._scoped is None:
            self._scoped = {}
        elif _DOUBT in self._scoped:
            self.doubt().written_under(graph)
        self._scoped[graph] = tensor

    def forget(self, graph: Any) -> None:
        """Drop what was written under a graph that is finished."""
        if self._scoped is not None:
            self._scoped.pop(graph, None)
            if not self._scoped:
                self._scoped = None

    def doubt(self) -> Doubt:
        """What is not known of the cell."""
        if self._scoped is None:
            self._scoped = {}
        if _DOUBT not in self._scoped:
            self._scoped[_DOUBT] = Doubt()
        return self._scoped[_DOUBT]

    def note_argument(self) -> None:
        """A traced function was called with it: what is written to it would have to reach the caller."""
        if type(self._value) is not EagerTensor and self._value.op.type == "Placeholder":
            self.doubt().is_argument = True

    def others(self) -> list[Cell]:
        """The cells that may be the same memory as this one."""
        return list(self.doubt().others) if self._scoped is not None and _DOUBT in self._scoped else []

    def out_of_date(self, graph: Any) -> str | None:
        """The line of a write through another name that may have changed this cell, too."""
        doubtful = self._scoped is not None and _DOUBT in self._scoped
        return self.doubt().stale_under(graph) if doubtful else None

    @property
    def shape(self) -> StaticShape:
        """The static shape."""
        value = self._value if self._scoped is None else self._seen()
        return value._shape_tuple() if type(value) is EagerTensor else static_shape(value)

    def shadow(self) -> numpy.ndarray[Any, Any]:
        """A NumPy array of the same shape, dtype and strides, whose memory is never touched."""
        tensor = self.read()
        shape = static_shape(tensor)
        if shape is None or None in shape:
            raise unknown_shape("the memory layout of an array")
        return untouched(shape, to_numpy(tensor.dtype))  # type: ignore[arg-type]

    def root(self) -> Cell:
        """The cell that owns the memory."""
        return self


class OrderedCell(Cell):
    """A cell whose array is not in C order: NumPy's results keep the order of their operands."""

    __slots__ = ("_shadow",)
    in_c_order = False

    def __init__(self, value: tf.Tensor, shadow: numpy.ndarray[Any, Any], home: Any = _NOT_ASKED) -> None:
        super().__init__(value, home)
        self._shadow = shadow

    def shadow(self) -> numpy.ndarray[Any, Any]:
        return self._shadow


_ADDRESS_SPACE = 1 << 33


def untouched(shape: tuple[int, ...], dtype: numpy.dtype[Any], order: Any = "C") -> numpy.ndarray[Any, Any]:
    """A NumPy array to ask questions of. Its memory is not initialised, so it costs address space only."""
    size = dtype.itemsize
    for dimension in shape:
        size *= dimension
    if size <= _ADDRESS_SPACE:
        return numpy.empty(shape, dtype, order=order)
    # too large to reserve: only the strides matter, so a layout over one element will do
    strides = numpy.empty([2 if n > 1 else n for n in shape], numpy.int8, order=order).strides
    by_stride = sorted(range(len(shape)), key=lambda axis: (strides[axis], -axis))
    steps, step = [0] * len(shape), dtype.itemsize
    for axis in by_stride:
        steps[axis] = step
        step *= shape[axis]
    return numpy.lib.stride_tricks.as_strided(numpy.empty(1, dtype), shape, steps)


@dataclass(slots=True)
class Lens:
    """How a view reads from its parent's tensor and writes to it.

    `shadow` makes the same view of a NumPy array; `put` is None for views that NumPy makes read-only.
    """

    get: Callable[[tf.Tensor], tf.Tensor]
    put: Callable[[tf.Tensor, tf.Tensor], tf.Tensor] | None
    shadow: Callable[[numpy.ndarray[Any, Any]], numpy.ndarray[Any, Any]]
    shape: StaticShape = None
    in_c_order: bool | None = None
    """Whether results of elementwise functions on the view are in C order; None: as for the parent."""


class ViewCell:
    """A cell that reads and writes a part of its parent through a lens."""

    __slots__ = ("__weakref__", "_pinned", "_seen", "_seen_parent", "in_c_order", "lens", "parent")

    def __init__(self, parent: Cell | ViewCell, lens: Lens) -> None:
        self.parent = parent
        self.lens = lens
        self.in_c_order: bool = parent.in_c_order if lens.in_c_order is None else lens.in_c_order
        self._seen_parent: tf.Tensor | None = None
        self._seen: Any = None
        self._pinned = False

    @property
    def read_only(self) -> bool:
        """Whether NumPy's view of this kind can't be written to."""
        return self.lens.put is None or self.parent.read_only

    def pin(self, tensor: tf.Tensor) -> None:
        """Read this very tensor for as long as the parent does not change: a tape watches it."""
        self._seen_parent, self._seen, self._pinned = self.parent.read(), tensor, True

    def read(self) -> tf.Tensor:
        parent = self.parent.read()
        # Under a tape the view is taken again: what was read before `watch` is not connected to it.
        if parent is self._seen_parent and (self._pinned or no_tape_records()):
            seen = self._seen
            graph = current_graph()
            if graph is None if type(seen) is EagerTensor else seen.graph is graph:
                return seen
        seen = self.lens.get(parent)
        self._seen_parent, self._seen, self._pinned = parent, seen, False
        return seen

    def write(self, tensor: tf.Tensor) -> None:
        parent = self.parent.read()
        assert self.lens.put is not None
        self.parent.write(self.lens.put(parent, tensor))
        self._seen_parent, self._seen = self.parent.read(), tensor

    def home(self) -> Any:
        return self.root().home()

    @property
    def shape(self) -> StaticShape:
        shape = self.lens.shape
        return static_shape(self.read()) if shape is None or None in shape else shape

    def shadow(self) -> numpy.ndarray[Any, Any]:
        return self.lens.shadow(self.parent.shadow())

    def root(self) -> Cell:
        return self.parent.root()


AnyCell = Cell | ViewCell


# Effects: writes to a cell from a graph that is not its home.


class _Carriers(threading.local):
    def __init__(self) -> None:
        self.by_graph: dict[Any, Effects] = {}


_carriers = _Carriers()


class Effects:
    """Accepts writes to cells from the graphs of one branch or loop body, and tells which they were.

    Whoever accepts effects must carry the written values out of the graph (as results of a branch, as loop
    variables, as outputs of a function) before it closes: then what was written under the graph is dropped.
    """

    def __init__(self) -> None:
        self.cells: dict[int, Cell] = {}
        self._graphs: list[tuple[Any, Effects | None]] = []

    def accept(self) -> None:
        """Accept writes from the graph being built, until `close`."""
        graph = current_graph()
        outer = _carriers.by_graph.get(graph)
        if outer is not self:
            self._graphs.append((graph, outer))
            _carriers.by_graph[graph] = self

    def close(self) -> None:
        """Accept no more, and forget what was written."""
        for graph, outer in reversed(self._graphs):
            if outer is None:
                del _carriers.by_graph[graph]
            else:
                _carriers.by_graph[graph] = outer
            for cell in self.cells.values():
                cell.forget(graph)
        self._graphs.clear()


def _lost_write() -> LostWriteError:
    return LostWriteError(
        f"{users_line()}: this in-place write to an array that was made outside of the function or "
        "branch being traced would be lost when the trace ends. Write to a copy (a = a.copy()) "
        "and return it, or use np.where in place of the branch."
    )


def _record_effect(cell: Cell, graph: Any, home: Any) -> None:
    inner = graph
    while inner is not home:
        if inner is None or inner not in _carriers.by_graph:
            raise _lost_write()
        inner = getattr(inner, "outer_graph", None)
    inner = graph
    while inner is not home:
        _carriers.by_graph[inner].cells[id(cell)] = cell
        inner = getattr(inner, "outer_graph", None)


# Doubts: cells of which it is not known while tracing whether they are the same memory.

_DOUBT = "doubt"  # stands among the graphs under which a cell was written to


class _Doubts(threading.local):
    def __init__(self) -> None:
        self.collectors: list[list[Mark]] = []
        self.ignored = 0


_doubts = _Doubts()


class Doubt:
    """Which other cells may be the same memory as one, and under which graphs it is out of date.

    After `if c: u = v` the name `u` has a cell of its own, with the value of the array that it means. Until
    one of the two is written to this makes no difference. Then the other one has its own value or the new
    one, and must not be read.
    """

    __slots__ = ("is_argument", "others", "read", "stale")

    def __init__(self) -> None:
        self.is_argument = False
        self.others: weakref.WeakSet[Cell] = weakref.WeakSet()
        self.stale: weakref.WeakKeyDictionary[Any, str] = weakref.WeakKeyDictionary()
        self.read: weakref.WeakSet[Any] = weakref.WeakSet()

    def read_under(self, graph: Any) -> None:
        """LostWriteError where the cell is out of date."""
        if graph is None:
            return
        self.read.add(graph)
        if _doubts.ignored:
            return
        line = self.stale_under(graph)
        if line is not None:
            raise LostWriteError(_another_name(line, f"by which it is read at {_place()}"))

    def stale_under(self, graph: Any) -> str | None:
        """The line of the write that made the cell out of date, as seen from a graph."""
        while graph is not None:
            if graph in self.stale:
                return self.stale[graph]
            graph = getattr(graph, "outer_graph", None)
        return None

    def written_under(self, graph: Any) -> None:
        """The cell is up to date; those that may be the same are not."""
        self.stale.pop(graph, None)
        for other in list(self.others):
            Mark(graph, other, _place()).set()


@dataclass(frozen=True, slots=True)
class Mark:
    """That a cell is out of date under a graph, since a line."""

    graph: Any
    cell: Cell
    line: str

    def set(self) -> None:
        """Have it so from now on."""
        doubt = self.cell.doubt()
        if doubt.is_argument:
            raise LostWriteError(_another_name(self.line, "that of an argument of the function"))
        doubt.stale[self.graph] = self.line
        if _doubts.collectors:
            _doubts.collectors[-1].append(self)


def _another_name(line: str, which: str) -> str:
    return (
        f"{line}: this in-place write changes an array that may have another name, {which}: a name was bound "
        "anew in a branch, or in a loop of which it is unknown how often it runs, so that which array it "
        "means is not known while tracing. Write to a copy (a = a.copy()), or write in place (a[...] = b) "
        "where the name is bound anew."
    )


def _place() -> str:
    """The user's line, also where AutoGraph has made code of it."""
    frame: FrameType | None = sys._getframe(1)
    while frame is not None:
        if "__autograph_generated" in frame.f_code.co_filename:
            found = origin_of_generated_line(frame)
            return users_line() if found is None else f"{found[0]}:{found[1]}"
        frame = frame.f_back
    return users_line()


def link(first: Cell, second: Cell) -> None:
    """These may be the same memory."""
    if first is not second:
        first.doubt().others.add(second)
        second.doubt().others.add(first)


@contextlib.contextmanager
def doubts_ignored() -> Iterator[None]:
    """What is out of date may be read: it is carried to where it may be bound anew."""
    _doubts.ignored += 1
    try:
        yield
    finally:
        _doubts.ignored -= 1


@contextlib.contextmanager
def marks() -> Iterator[list[Mark]]:
    """Which cells became out of date within."""
    found: list[Mark] = []
    _doubts.collectors.append(found)
    try:
        yield found
    finally:
        _doubts.collectors.pop()
