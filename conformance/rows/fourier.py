"""Rows of `fft`: transforms of one and of several axes, shifts and frequencies. Knows the words."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from conformance.choosing import Chooser
from conformance.row import Always, Row, row
from conformance.rows.results import Out
from conformance.vocabulary import NUMERIC, Array, Axis, Given, Number, Seen, among, shape_of

SUMMED = ("ordinary", "ties", "positive", "distinct")
SHAPES = ((8,), (7,), (2, 3), (1,), (4, 4), (2, 3, 4), (0, 3), (3, 0), (3, 1), (2, 1, 3), (2, 1, 2, 3), ())
INTO = ("int8",)
"""No wider dtypes: whether NumPy then computes in them hangs on the factor of the norm."""
NORM = among(None, "ortho", "forward", "backward")
LENGTH = among(None, 1, 2, 5, 8, 9)

ULPS = 16
"""Of the largest: each of up to four stages rounds a rotation of at most six terms at these lengths."""

SIGNAL = Array(NUMERIC, SUMMED, SHAPES)
SMALL = Array(NUMERIC, SUMMED, [(2, 3), (4,), (3, 1)])


def _one_axis(choose: Chooser, seen: Seen) -> Any:
    rank = len(shape_of(seen[0]))
    return choose.among("axis", (-1, *range(rank), *range(-rank, 0)))


def _lengths(choose: Chooser, seen: Seen) -> Any:
    rank = len(shape_of(seen[0]))
    return choose.among("lengths", (None, (4,) * rank, (-1,) * rank, (3, 2), [5, 1], (3,), (2, -1)))


def _axes(choose: Chooser, seen: Seen) -> Any:
    """Axes that fit `s`, if there is one."""
    rank = len(shape_of(seen[0]))
    count = len(seen["s"]) if seen.get("s") is not None else choose.among("count", (1, 2, rank))
    order = choose.among("order", ("last", "first", "turned", "repeated"))
    if order == "last":
        return tuple(range(-count, 0))
    if order == "first":
        return list(range(count))
    return tuple(reversed(range(count))) if order == "turned" else (-1,) * count


ONE_AXIS = ("fft", "ifft", "rfft", "irfft", "hfft", "ihfft")
SEVERAL_AXES = ("fft2", "ifft2", "rfft2", "irfft2", "fftn", "ifftn", "rfftn", "irfftn")


def _one(name: str) -> Iterator[Row]:
    yield row(name, SIGNAL, n=Given(lambda choose, seen: LENGTH, bad=0), axis=Given(_one_axis), norm=NORM)
    yield row(name, SMALL, n=LENGTH, norm=NORM, out=Always(Out(name, INTO)))


def _several(name: str) -> Iterator[Row]:
    yield row(name, SIGNAL, s=Given(_lengths, bad=(0, 2)), axes=Given(_axes, bad=(0, 7)), norm=NORM)
    yield row(name, SMALL, norm=NORM, out=Always(Out(name, INTO)))


MOVED = Array(shapes=SHAPES)
"""Shifts move data, whose values do not matter."""

ROWS = [
    *(one.within(ULPS, of_largest=True) for name in ONE_AXIS for one in _one(f"fft.{name}")),
    *(one.within(ULPS, of_largest=True) for name in SEVERAL_AXES for one in _several(f"fft.{name}")),
    *(row(f"fft.{name}", MOVED, axes=Axis(none=True, tuples=True)) for name in ("fftshift", "ifftshift")),
    *(
        row(
            f"fft.{name}",
            among(1, 2, 5, 8, 0, 2.5),
            d=Number((0.5, 2, 0.1, -1.0, True)),
            device=among("cpu", None),
        ).within(1)
        for name in ("fftfreq", "rfftfreq")
    ),
]
"""The rows of this module."""
