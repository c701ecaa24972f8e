"""Rows of indexing: reading, writing and deleting at all kinds of indices. Knows the words."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy

from conformance.choosing import Chooser
from conformance.recipes import Recipe, Scalar, transform
from conformance.row import row
from conformance.vocabulary import (
    FLOATS,
    INTEGERS,
    NUMERIC,
    Alike,
    Among,
    Argument,
    Array,
    Number,
    Seen,
    shape_of,
)

BASIC = ("int", "slice", "ellipsis", "new axis", "empty", "items", "full", "scalar")
ARRAYS = ("array", "list", "arrays", "among slices", "apart", "0-d array", "wide")
MASKS = ("mask", "leading mask", "mask and slice", "truth", "listed mask")
BAD = ("too large", "too many", "float", "text", "wrong mask", "array too large", "zero step", "two ellipses")

STEPS = (None, 1, 2, -1, -2, 3)


def _bounds(n: int) -> tuple[int | None, ...]:
    return (None, 0, 1, n, -1, n + 3, -n - 2)


@dataclass(frozen=True)
class Index(Argument):
    """An index of an earlier array, of one of some forms."""

    forms: tuple[str, ...]
    of: int = 0

    def draw(self, choose: Chooser, seen: Seen, label: str) -> Any:
        shape = shape_of(seen[self.of])
        form = choose.among(f"{label}.form", [f for f in self.forms if _fits(f, shape)] or ["ellipsis"])
        return _Maker(choose, shape, label).make(form)

    def spoil(self, choose: Chooser, seen: Seen, label: str) -> Any:
        shape = shape_of(seen[self.of])
        return _Maker(choose, shape, label).bad(choose.among(f"{label}.bad", BAD))


def _fits(form: str, shape: tuple[int, ...]) -> bool:
    """Whether an array of a shape has an index of a form."""
    rank, filled = len(shape), 0 not in shape
    needs = {"slice": 1, "mask and slice": 2, "leading mask": 1, "listed mask": 1, "wide": 1, "list": 1}
    if form in ("int", "scalar", "array", "list", "0-d array", "wide"):
        return rank >= 1 and filled
    if form in ("arrays", "among slices"):
        return rank >= 2 and filled
    if form == "apart":
        return rank >= 3 and filled
    if form == "full":
        return filled
    return rank >= needs.get(form, 0)


@dataclass(frozen=True)
class _Maker:
    choose: Chooser
    shape: tuple[int, ...]
    label: str

    def place(self, axis: int) -> int:
        """A place of an axis, from either end."""
        n = self.shape[axis]
        return int(self.choose.among(f"{self.label}.place", (0, n - 1, -1, -n, n // 2)))

    def slice(self, axis: int) -> slice:
        """A slice of an axis."""
        bounds = _bounds(self.shape[axis])
        start, stop = (self.choose.among(f"{self.label}.{end}", bounds) for end in ("start", "stop"))
        return slice(start, stop, self.choose.among(f"{self.label}.step", STEPS))

    def array(self, axis: int, shape: tuple[int, ...]) -> Recipe:
        """Integers that are places of an axis."""
        dtype = self.choose.among(f"{self.label}.dtype", ("int64", "int32", "uint8", "int8"))
        return self._recipe(dtype, shape, bound=max(self.shape[axis], 1))

    def mask(self, shape: tuple[int, ...]) -> Recipe:
        return self._recipe("bool", shape)

    def _recipe(self, dtype: str, shape: tuple[int, ...], bound: int | None = None) -> Recipe:
        return Recipe(
            dtype, shape, "ordinary", self.choose.integer(f"{self.label}.seed", 0, 2**31), bound=bound
        )

    def items(self) -> tuple[Any, ...]:
        """An int, a slice, a new axis or nothing for each axis, with an ellipsis somewhere."""
        found: list[Any] = []
        for axis, n in enumerate(self.shape):
            kind = self.choose.among(f"{self.label}.item", ("slice", "int", "slice", "new axis"))
            if kind == "new axis":
                found.append(None)
            found.append(self.place(axis) if kind == "int" and n else self.slice(axis))
        cut = self.choose.integer(f"{self.label}.cut", 0, len(found))
        return (*found[:cut], ..., *found[cut:][1:]) if cut < len(found) else tuple(found)

    def make(self, form: str) -> Any:
        """An index of a form."""
        shape, choose = self.shape, self.choose
        few = choose.among(f"{self.label}.array shape", ((2,), (3, 2), (0,), (1,)))
        match form:
            case "int":
                return self.place(0)
            case "scalar":
                return Scalar(choose.among(f"{self.label}.scalar", ("int64", "uint8")), "0")
            case "full":
                return tuple(self.place(axis) for axis in range(len(shape)))
            case "slice":
                return self.slice(0)
            case "ellipsis":
                return ...
            case "new axis":
                return None
            case "empty":
                return ()
            case "items":
                return self.items()
            case "array" | "wide":
                return self.array(0, (2, 3, 1) if form == "wide" else few)
            case "0-d array":
                return self.array(0, ())
            case "list":
                return [self.place(0), self.place(0)]
            case "arrays":
                return (self.array(0, few), self.array(1, few[-1:]))
            case "among slices":
                last = self.place(1) if len(shape) > 2 else slice(None)
                return (
                    *(
                        (self.slice(0), self.array(1, few))
                        if choose.among(f"{self.label}.first", (True, False))
                        else (self.array(0, few), last)
                    ),
                    ...,
                )
            case "apart":
                return (self.array(0, few), slice(None), self.array(2, few[-1:]))
            case "mask":
                return self.mask(shape)
            case "leading mask":
                return self.mask(shape[:1])
            case "mask and slice":
                return (self.mask(shape[:1]), self.slice(1))
            case "truth":
                return choose.among(f"{self.label}.truth", (True, False))
            case "listed mask":
                return [bool(i % 2) for i in range(shape[0])]
        raise AssertionError(form)

    def bad(self, form: str) -> Any:
        """An index that NumPy refuses."""
        n = self.shape[0] if self.shape else 0
        return {
            "too large": n,
            "too many": (0,) * (len(self.shape) + 1),
            "float": 1.0,
            "text": "field",
            "wrong mask": self.mask((*self.shape, 2)),
            "array too large": self._recipe("int64", (20,), bound=1000),
            "zero step": slice(None, None, 0),
            "two ellipses": (..., ...),
        }[form]


def selected(seen: Seen) -> tuple[int, ...]:
    """The shape of what an index selects."""

    def real(leaf: Any) -> Any:
        if isinstance(leaf, Recipe):
            return leaf.view(leaf.base())
        return int(leaf.value) if isinstance(leaf, Scalar) else leaf

    try:
        return numpy.empty(shape_of(seen[0]))[transform(real, seen[1])].shape
    except (IndexError, ValueError):
        return ()


def assignable(seen: Seen) -> list[tuple[int, ...]]:
    """Shapes that can be assigned to what an index selects."""
    shape = selected(seen)
    ones = tuple(1 for _ in shape)
    return list(dict.fromkeys([shape, (), shape[1:], ones, (1, *shape)]))


def assignable_to_mask(seen: Seen) -> list[tuple[int, ...]]:
    """Shapes that can be assigned whatever is true in a mask."""
    shape = selected(seen)
    return list(dict.fromkeys([(), (1,), shape[1:], shape]))


ANY = Array(NUMERIC, ("ordinary", "hard"))
ROWS_OF = Array(NUMERIC, ("ordinary", "hard"), rank=(1, 5))
DEEP = Array(NUMERIC, ("ordinary",), rank=(2, 5), least=1)


def values(shapes: Any) -> Among:
    """What is assigned: arrays of the same dtype, of another, numbers."""
    alike = Alike(0, ("ordinary", "hard"), shapes)
    from_integers = Array((*INTEGERS, "bool"), ("positive",), shapes)
    return Among((alike, alike, from_integers, Number((2, True, 3), ("int16", "uint8"))))


ROWS = [
    row("ndarray.__getitem__", ANY, Index(BASIC)),
    row("ndarray.__getitem__", ANY, Index(ARRAYS + MASKS)),
    row("ndarray.__getitem__", DEEP, Index(ARRAYS)),
    row("ndarray.__setitem__", ANY, Index(BASIC), values(assignable)),
    row("ndarray.__setitem__", DEEP, Index(("items", "full", "slice")), values(assignable)),
    row("ndarray.__setitem__", DEEP, Index(ARRAYS), values(assignable)),
    row("ndarray.__setitem__", ANY, Index(MASKS), values(assignable_to_mask)),
    row(
        "ndarray.__setitem__",
        Array((*FLOATS, "complex128"), ("ordinary",)),
        Index(("slice", "ellipsis", "items", "mask")),
        Among((Array(("float64", "float32", "int8"), ("ordinary",), assignable_to_mask), Number())),
    ),
    row("ndarray.__delitem__", ANY, Index(BASIC)),
]
