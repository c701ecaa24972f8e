"""The words of which rows are made: what an argument may be. Knows NumPy, choosers and recipes.

A word draws one argument of a case; it sees the arguments drawn before it, by position and by keyword, so
that an axis fits its array. `spoil` draws a bad one instead, of the kinds that users meet: an axis out of
range, another dtype, a shape that does not fit, an unknown option.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, ClassVar

import numpy

from conformance.choosing import Chooser
from conformance.recipes import Named, Recipe, Scalar

SIGNED = ("int8", "int16", "int32", "int64")
UNSIGNED = ("uint8", "uint16", "uint32", "uint64")
INTEGERS = (*SIGNED, *UNSIGNED)
FLOATS = ("float64", "float32", "float16")
WIDE_FLOATS = ("float64", "float32")
COMPLEX = ("complex128", "complex64")
INEXACT = (*FLOATS, *COMPLEX)
REAL = (
    "float64",
    "int64",
    "float32",
    "int32",
    "bool",
    "float16",
    "int8",
    "uint8",
    "uint16",
    "int16",
    "uint32",
    "uint64",
)
NUMERIC = (*REAL[:2], "complex128", *REAL[2:], "complex64")

SHAPES = (
    (3,),
    (2, 3),
    (),
    (0,),
    (2, 3, 4),
    (1,),
    (3, 1),
    (1, 4),
    (7,),
    (0, 3),
    (2, 1, 3),
    (2, 1, 2, 3),
    (2, 1, 3, 1, 2),
)
"""0-d, empty, with axes of size one, up to rank five."""

Seen = Mapping[int | str, Any]
"""The arguments drawn so far, by position and by keyword."""


class Argument:
    """Draws one argument."""

    can_be_bad: ClassVar[bool] = True

    def draw(self, choose: Chooser, seen: Seen, label: str) -> Any:
        """An argument that fits those before it."""
        raise NotImplementedError

    def spoil(self, choose: Chooser, seen: Seen, label: str) -> Any:
        """A bad argument; by default a good one."""
        return self.draw(choose, seen, label)


def drawn(word: Any, choose: Chooser, seen: Seen, label: str) -> Any:
    """What a word, or a list or tuple of words, or a plain value gives."""
    if isinstance(word, Argument):
        return word.draw(choose, seen, label)
    if type(word) in (list, tuple):
        return type(word)(drawn(item, choose, seen, f"{label}.{i}") for i, item in enumerate(word))
    return word


def shape_of(argument: Any) -> tuple[int, ...]:
    """The shape of a drawn argument."""
    if isinstance(argument, Recipe):
        return argument.shape
    if isinstance(argument, (list, tuple)):
        return (len(argument), *(shape_of(argument[0]) if len(argument) else ()))
    return ()


def layouts_for(shape: Sequence[int]) -> tuple[str, ...]:
    """The layouts that an array of a shape can have."""
    if not shape:
        return ("C",)
    if len(shape) == 1:
        return ("C", "strided", "reversed", "offset")
    return ("C", "transposed", "strided", "reversed", "F", "offset")


@dataclass(frozen=True)
class Array(Argument):
    """An array; `shapes` may be a function of the arguments before it.

    `rank` bounds the number of axes, `least` the size.
    """

    dtypes: tuple[str, ...] = NUMERIC
    fills: tuple[str, ...] = ("ordinary", "hard", "ties", "extremes")
    shapes: Sequence[tuple[int, ...]] | Callable[[Seen], Sequence[tuple[int, ...]]] = SHAPES
    rank: tuple[int, int] = (0, 5)
    least: int = 0
    layouts: tuple[str, ...] | None = None

    def _shapes(self, seen: Seen) -> list[tuple[int, ...]]:
        shapes = self.shapes(seen) if callable(self.shapes) else self.shapes
        low, high = self.rank
        return [s for s in shapes if low <= len(s) <= high and numpy.prod(s, dtype=int) >= self.least]

    def _recipe(self, choose: Chooser, dtype: str, shape: tuple[int, ...], label: str) -> Recipe:
        layouts = [name for name in layouts_for(shape) if self.layouts is None or name in self.layouts]
        return Recipe(
            dtype,
            tuple(shape),
            choose.among(f"{label}.fill", self.fills),
            choose.integer(f"{label}.seed", 0, 2**31),
            choose.among(f"{label}.layout", layouts),
            fills=self.fills,
        )

    def draw(self, choose: Chooser, seen: Seen, label: str) -> Recipe:
        dtype = choose.among(f"{label}.dtype", self.dtypes)
        return self._recipe(choose, dtype, choose.among(f"{label}.shape", self._shapes(seen)), label)

    def spoil(self, choose: Chooser, seen: Seen, label: str) -> Recipe:
        if choose.among(f"{label}.bad", ("dtype", "shape")) == "dtype":
            dtype, shape = (
                choose.among(f"{label}.bad dtype", NUMERIC),
                choose.among(f"{label}.shape", self._shapes(seen)),
            )
        else:
            dtype, shape = (
                choose.among(f"{label}.dtype", self.dtypes),
                choose.among(f"{label}.bad shape", SHAPES),
            )
        return self._recipe(choose, dtype, shape, label)


def like(position: int | str) -> Callable[[Seen], Sequence[tuple[int, ...]]]:
    """The shape of an earlier argument."""
    return lambda seen: [shape_of(seen[position])]


def broadcasting(position: int | str) -> Callable[[Seen], Sequence[tuple[int, ...]]]:
    """Shapes that broadcast with an earlier argument's."""

    def shapes(seen: Seen) -> Sequence[tuple[int, ...]]:
        shape = shape_of(seen[position])
        ones = tuple(1 for _ in shape)
        mixed = tuple(1 if i % 2 else n for i, n in enumerate(shape))
        return list(dict.fromkeys([shape, (), shape[1:], ones, mixed, (1, *shape)]))

    return shapes


@dataclass(frozen=True)
class Alike(Argument):
    """An array of the dtype of an earlier one; its shape is the same or `shapes`."""

    of: int | str = 0
    fills: tuple[str, ...] = ("ordinary", "hard", "ties", "extremes")
    shapes: Callable[[Seen], Sequence[tuple[int, ...]]] | None = None

    def _array(self, seen: Seen) -> Array:
        other = seen[self.of]
        return Array((other.dtype,), self.fills, self.shapes or like(self.of))

    def draw(self, choose: Chooser, seen: Seen, label: str) -> Recipe:
        return self._array(seen).draw(choose, seen, label)

    def spoil(self, choose: Chooser, seen: Seen, label: str) -> Recipe:
        return self._array(seen).spoil(choose, seen, label)


@dataclass(frozen=True)
class Overlapping(Argument):
    """Another view of an earlier argument's memory, of the same shape."""

    of: int = 0

    def draw(self, choose: Chooser, seen: Seen, label: str) -> Recipe:
        other = seen[self.of]
        layouts = ["C"] if not other.shape else ["C", "reversed"]
        if len(other.shape) >= 2 and other.shape == other.shape[::-1]:
            layouts.append("transposed")
        return Recipe(
            other.dtype,
            other.shape,
            other.fill,
            other.seed,
            choose.among(f"{label}.layout", layouts),
            self.of,
        )


@dataclass(frozen=True)
class Among(Argument):
    """One of some options, each of which may be a word itself."""

    options: tuple[Any, ...]

    def draw(self, choose: Chooser, seen: Seen, label: str) -> Any:
        index = choose.among(f"{label}.option", range(len(self.options)))
        return drawn(self.options[index], choose, seen, f"{label}.{index}")

    def spoil(self, choose: Chooser, seen: Seen, label: str) -> Any:
        words = [option for option in self.options if isinstance(option, Argument)]
        return words[0].spoil(choose, seen, label) if words else "nonsense"


def among(*options: Any) -> Among:
    """One of the options."""
    return Among(options)


@dataclass(frozen=True)
class Axis(Argument):
    """An axis of an earlier array; `none`: also None; `tuples`: also several axes."""

    of: int | str = 0
    none: bool = False
    tuples: bool = False
    extra: int = 0

    def draw(self, choose: Chooser, seen: Seen, label: str) -> Any:
        rank = len(shape_of(seen[self.of])) + self.extra
        options: list[Any] = [*range(rank), *range(-rank, 0)]
        if self.none or not options:
            options.append(None)
        if self.tuples:
            options += [
                (),
                *((axis,) for axis in range(rank)),
                *itertools.combinations(range(-1, rank - 1), 2),
            ]
        return choose.among(label, options)

    def spoil(self, choose: Chooser, seen: Seen, label: str) -> Any:
        rank = len(shape_of(seen[self.of])) + self.extra
        return choose.among(f"{label}.bad", (rank, -rank - 1, 1.5, "x", (0, 0)))


@dataclass(frozen=True)
class Indices(Argument):
    """An integer array of indices into an axis (or the flattened array: axis None) of an earlier array."""

    of: int | str = 0
    axis: int | None = None
    shapes: Sequence[tuple[int, ...]] = ((2,), (), (2, 3), (0,), (1,))
    dtypes: tuple[str, ...] = ("int64", "int32", "uint8")

    def draw(self, choose: Chooser, seen: Seen, label: str) -> Any:
        shape = shape_of(seen[self.of])
        n = int(numpy.prod(shape if self.axis is None else shape[self.axis :][:1], dtype=int))
        shapes = self.shapes if n else [s for s in self.shapes if 0 in s] or [(0,)]
        dtype = choose.among(f"{label}.dtype", self.dtypes)
        shape = choose.among(f"{label}.shape", shapes)
        return Recipe(dtype, shape, "ordinary", choose.integer(f"{label}.seed", 0, 2**31), bound=max(n, 1))

    def spoil(self, choose: Chooser, seen: Seen, label: str) -> Any:
        dtype = choose.among(f"{label}.bad dtype", ("int64", "float64"))
        return replace(self.draw(choose, seen, label), dtype=dtype, bound=1000)


@dataclass(frozen=True)
class DType(Argument):
    """A dtype: as a name, a NumPy dtype's scalar type of the namespace, or a Python type."""

    names: tuple[str, ...] = ("float64", "float32", "int64", "complex128", "int8", "uint16", "bool")

    def draw(self, choose: Chooser, seen: Seen, label: str) -> Any:
        name = choose.among(f"{label}.name", self.names)
        return choose.among(f"{label}.spelling", (name, Named(name if name != "bool" else "bool_")))

    def spoil(self, choose: Chooser, seen: Seen, label: str) -> Any:
        return choose.among(f"{label}.bad", ("nonsense", 7))


@dataclass(frozen=True)
class Number(Argument):
    """A number: of Python's, or a NumPy scalar."""

    values: tuple[Any, ...] = (2, 0.5, True, -1, 3.0, 1 + 2j)
    scalars: tuple[str, ...] = ("float32", "int16")

    def draw(self, choose: Chooser, seen: Seen, label: str) -> Any:
        options = (*self.values, *(Scalar(dtype, "2") for dtype in self.scalars))
        return choose.among(label, options)


@dataclass(frozen=True)
class Given(Argument):
    """What a function of the chooser and of the arguments before it gives, for all other dependencies."""

    make: Callable[[Chooser, Seen], Any]
    bad: Any = "nonsense"

    def draw(self, choose: Chooser, seen: Seen, label: str) -> Any:
        return drawn(self.make(choose, seen), choose, seen, label)

    def spoil(self, choose: Chooser, seen: Seen, label: str) -> Any:
        return self.bad


@dataclass(frozen=True)
class Good(Argument):
    """An argument of which there is no bad one: those behind it depend on it."""

    can_be_bad: ClassVar[bool] = False
    word: Argument

    def draw(self, choose: Chooser, seen: Seen, label: str) -> Any:
        return self.word.draw(choose, seen, label)


FLAG = among(True, False)
"""True or False."""
