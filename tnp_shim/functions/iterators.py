"""Iteration over several arrays at once: `broadcast`, `nditer`, `nested_iters`. Knows the array."""

from __future__ import annotations

import contextlib
import inspect
from collections.abc import Iterator
from typing import Any

import numpy

from tnp_shim.array import Array
from tnp_shim.declaration import arrays
from tnp_shim.functions.handed_on import known, ours
from tnp_shim.functions.parts import broadcast_to
from tnp_shim.functions.views import as_array
from tnp_shim.subscripts import set_


class broadcast:
    """What broadcasting of some arrays gives: its shape, and tuples of the elements that meet.

    The arrays must have known shapes; their values may be unknown while tracing.
    """

    def __init__(self, *arrays: Any) -> None:
        self._operands: list[Array] = []
        for a in arrays:
            self._operands += a._operands if isinstance(a, broadcast) else [as_array(a)]
        self._shadow = numpy.broadcast(*(a._cell.shadow() for a in self._operands))
        self._index = 0

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(name)
        return getattr(self._shadow, name)

    @property
    def index(self) -> int:
        """How many tuples the iteration has given so far."""
        return self._index

    @property
    def iters(self) -> tuple[Any, ...]:
        """Iterators over the elements of each array, broadcast to the common shape."""
        return tuple(broadcast_to(a, self._shadow.shape).flat for a in self._operands)  # type: ignore[attr-defined]

    def reset(self) -> None:
        """Start again."""
        self._index = 0

    def __iter__(self) -> Iterator[tuple[Any, ...]]:
        return self

    def __next__(self) -> tuple[Any, ...]:
        if self._index >= self._shadow.size:
            raise StopIteration
        self._index += 1
        return tuple(elements[self._index - 1] for elements in self.iters)


class _Operand:
    """An array of ours in an iteration: NumPy's array that stands for it, and its writing back."""

    def __init__(self, array_of_ours: Array) -> None:
        self.ours = array_of_ours
        values = known(array_of_ours, "np.nditer")
        # in the memory layout of the array of ours, whose order the iteration keeps; also a reversed one
        layout = array_of_ours._cell.shadow()
        flips: list[Any] = [slice(None, None, -1 if step < 0 else 1) for step in layout.strides]
        self.host = numpy.empty_like(layout, values.dtype)[(..., *flips)]
        self.host[...] = values
        self.host.setflags(write=array_of_ours._writeable)
        self._seen = self.host.copy()

    def write_back(self) -> None:
        """What the iteration has written goes to the array of ours."""
        same = numpy.array_equal(self.host, self._seen, equal_nan=self.host.dtype.kind in "fc")
        if not same or (numpy.signbit(self.host.real) != numpy.signbit(self._seen.real)).any():
            set_(self.ours, Ellipsis, self.host)
            self._seen = self.host.copy()


class nditer:
    """NumPy's iterator over the elements of arrays, whose values must be known: eagerly, that is.

    NumPy iterates over arrays of its own with the same values, so that what it gives are NumPy's arrays and
    no gradient leads through them. What is written to them goes to the arrays of ours at each step.
    """

    def __init__(self, op: Any, *args: Any, **kwargs: Any) -> None:
        operands, stands_for = _stand_ins(op)
        self._start(numpy.nditer(operands, *args, **kwargs), stands_for)

    def _start(self, iterator: Any, stands_for: dict[int, _Operand]) -> None:
        object.__setattr__(self, "_iterator", iterator)
        object.__setattr__(self, "_stands_for", stands_for)

    def _write_back(self) -> None:
        for operand in self._stands_for.values():
            if operand.host.flags.writeable:
                operand.write_back()

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(name)
        return getattr(self._iterator, name)

    def __setattr__(self, name: str, value: Any) -> None:
        setattr(self._iterator, name, known(value, "np.nditer"))

    @property
    def operands(self) -> tuple[Any, ...]:
        """The arrays: those given, and those that the iterator has made."""
        self._write_back()
        return tuple(
            self._stands_for[id(o)].ours if id(o) in self._stands_for else ours(o)
            for o in self._iterator.operands
        )

    def iternext(self) -> bool:
        """Go on to the next element; whether there is one."""
        more = self._iterator.iternext()
        self._write_back()
        return more

    def copy(self) -> nditer:
        """An iterator at the same place."""
        made = object.__new__(nditer)
        made._start(self._iterator.copy(), self._stands_for)
        return made

    __copy__ = copy

    def reset(self) -> None:
        """Start again."""
        self._iterator.reset()
        self._write_back()

    def close(self) -> None:
        """End the iteration, writing back what is left to be written."""
        self._iterator.close()
        self._write_back()

    def __enter__(self) -> nditer:
        self._iterator.__enter__()
        return self

    def __exit__(self, *error: Any) -> None:
        self.close()

    def __del__(self) -> None:
        if "_stands_for" in vars(self):
            self._write_back()

    def __iter__(self) -> nditer:
        return self

    def __next__(self) -> Any:
        try:
            return next(self._iterator)
        finally:
            self._write_back()

    def __len__(self) -> int:
        return len(self._iterator)

    def __getitem__(self, index: Any) -> Any:
        return self._iterator[index]

    def __setitem__(self, index: Any, value: Any) -> None:
        self._iterator[index] = known(value, "np.nditer")
        self._write_back()


with contextlib.suppress(ValueError):  # a NumPy that tells no signatures of its C code
    nditer.__signature__ = inspect.signature(numpy.nditer)  # type: ignore[attr-defined]


def _stand_ins(op: Any) -> tuple[Any, dict[int, _Operand]]:
    """The operands for NumPy, and what stands for an array of ours, by the id of NumPy's."""
    stands_for: dict[int, _Operand] = {}
    of_ours: dict[int, _Operand] = {}

    def host(value: Any) -> Any:
        if not isinstance(value, Array):
            return known(value, "np.nditer")
        if id(value) not in of_ours:
            operand = of_ours[id(value)] = _Operand(value)
            stands_for[id(operand.host)] = operand
        return of_ours[id(value)].host

    several = isinstance(op, (list, tuple))
    return ([host(value) for value in op] if several else host(op)), stands_for


@arrays(numpy.nested_iters, route="host", reason="gives NumPy's arrays element by element, to code in Python")
def nested_iters(op: Any, axes: Any, *args: Any, **kwargs: Any) -> tuple[nditer, ...]:
    """Iterators for nested loops over the axes of arrays, of which the outer ones move the inner ones."""
    operands, stands_for = _stand_ins(op)
    made = []
    for iterator in numpy.nested_iters(operands, axes, *args, **kwargs):
        made.append(object.__new__(nditer))
        made[-1]._start(iterator, stands_for)
    return tuple(made)
