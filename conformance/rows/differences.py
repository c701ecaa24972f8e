"""Rows of differences of neighbours, and of derivatives and integrals by them. Knows the words."""

from __future__ import annotations

from typing import Any

from conformance.choosing import Chooser
from conformance.row import Always, row
from conformance.vocabulary import (
    INEXACT,
    NUMERIC,
    Array,
    Axis,
    Given,
    Seen,
    among,
    shape_of,
)

SMOOTH = ("ordinary", "ties", "hard", "positive")
LONG = ((5,), (3, 4), (4, 3, 5), (3,), (2, 2))


def _beside(choose: Chooser, seen: Seen) -> Any:
    """What stands before or behind an array along an axis: a number, or an array."""
    shape, axis = shape_of(seen[0]), seen.get("axis", -1)
    if not shape or not isinstance(axis, int) or not -len(shape) <= axis < len(shape):
        return 1
    at = axis % len(shape)
    shapes = [tuple(n if i == at else size for i, size in enumerate(shape)) for n in (1, 2)]
    return among(1, -2.5, Array(NUMERIC, ("ordinary",), shapes))


def _places(position: int) -> Given:
    """Places along an axis of the first argument: a step, or a place for each element."""

    def make(choose: Chooser, seen: Seen) -> Any:
        sizes = shape_of(seen[0])[position:][:1]
        return among(0.5, 2, Array(("float64", "float32", "int64"), ("ascending",), [sizes]))

    return Given(make)


def _positions(choose: Chooser, seen: Seen) -> Any:
    """Where samples lie: along the axis, or each somewhere else."""
    shape, axis = shape_of(seen[0]), seen.get("axis", -1)
    inside = isinstance(axis, int) and -len(shape) <= axis < len(shape)
    shapes = [shape, (shape[axis],) if inside else shape[-1:]]
    return Array(("float64", "float32", "int64"), ("ordinary", "ascending"), shapes)


ROWS = [
    row("diff", Array(NUMERIC), n=among(0, 1, 2, 3), axis=Axis()),
    row(
        "diff",
        Array(NUMERIC, rank=(1, 3)),
        axis=Axis(),
        prepend=Given(_beside),
        append=Given(_beside),
        n=among(1, 2),
    ),
    row(
        "ediff1d",
        Array(NUMERIC),
        to_end=among(2, Array(NUMERIC, ("ordinary",), [(2,), (), (2, 2)]), [0, 1]),
        to_begin=among(1, Array(NUMERIC, ("ordinary",), [(2,), (1,)]), -3),
    ),
    row(
        "gradient", Array(NUMERIC, SMOOTH, LONG), axis=Axis(none=True, tuples=True), edge_order=among(1, 2)
    ).within(4, conditioned=True),
    row(
        "gradient", Array(INEXACT, SMOOTH, LONG), among(0.5, 2, -1), axis=Axis(), edge_order=among(1, 2)
    ).within(4, conditioned=True),
    row("gradient", Array(NUMERIC, SMOOTH, [(5,), (3,)]), _places(0), edge_order=among(1, 2)).within(
        8, conditioned=True
    ),
    row(
        "gradient", Array(NUMERIC, SMOOTH, [(3, 4), (4, 5)]), _places(0), _places(1), edge_order=among(1, 2)
    ).within(8, conditioned=True),
    row(
        "trapezoid",
        Array(NUMERIC, SMOOTH),
        axis=Axis(),
        dx=among(1.0, 0.5, 2, Array(("float64",), ("positive",), [()])),
    ).within(4, conditioned=True),
    row(
        "trapezoid",
        Array(NUMERIC, SMOOTH, rank=(1, 4)),
        axis=Axis(),
        x=Always(Given(_positions, bad=3.0)),
    ).within(4, conditioned=True),
]
