"""What a mode is: it runs the cases of one structure and says of each how it ended. Knows rows."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy
import tensorflow as tf

import tnp_shim
from conformance.comparison import Difference, ulps_between
from conformance.outcomes import Container, Outcome, bases_of, of_numpy, run
from conformance.recipes import Call
from conformance.row import Row


@dataclass(frozen=True)
class Verdict:
    """How a case ended: `difference` if it failed, `skipped` (why) if nothing could be compared."""

    call: Call
    difference: Difference | None = None
    ulps: float = 0.0
    skipped: str = ""


@dataclass(frozen=True)
class Case:
    """A call and what NumPy gives for it."""

    call: Call
    expected: Outcome
    row: Row

    def variation(self, expected: Any) -> Any:
        """By how many ulp an array of the outcome moves when the arguments move by their last bit."""
        index = next(i for i, value in enumerate(values_of(self.expected)) if value is expected)
        moved = [
            run(self.call, numpy, list(_moved(bases_of(self.call), seed)), numpy.array) for seed in (1, 2, 3)
        ]
        others = [values_of(outcome)[index] for outcome in moved if outcome.error is None]
        distances = [
            ulps_between(expected, other, self.row.tolerance.of_largest)
            for other in others
            if other.shape == expected.shape and other.dtype == expected.dtype
        ]
        return numpy.max([numpy.zeros(expected.shape), *distances], axis=0)


def _moved(bases: Sequence[Any], seed: int) -> Sequence[Any]:
    """The arrays with each float moved by one unit in the last place, up or down."""
    generator = numpy.random.default_rng(seed)
    for base in bases:
        if base.dtype.kind not in "fc":
            yield base
            continue
        flat = base.reshape(-1).view(f"f{base.dtype.itemsize // (2 if base.dtype.kind == 'c' else 1)}")
        towards = numpy.where(generator.integers(0, 2, flat.shape), numpy.inf, -numpy.inf)
        finite = numpy.isfinite(flat) & (flat != 0)
        yield (
            numpy.where(finite, numpy.nextafter(flat, towards.astype(flat.dtype)), flat)
            .view(base.dtype)
            .reshape(base.shape)
        )


@dataclass(frozen=True)
class Mode:
    """A column of the report.

    `check(cases)` judges cases of one structure, which differ in the values of their arrays only.
    `prefers` bounds the dtypes and fills that are drawn; `good`: no bad arguments.
    """

    name: str
    title: str
    check: Callable[[Sequence[Case]], list[Verdict]]
    good: bool = False
    dtypes: frozenset[str] | None = None
    fills: frozenset[str] | None = None


def case(row: Row, call: Call) -> Case:
    """A case of a row."""
    return Case(call, of_numpy(call), row)


def accepted(call: Call) -> bool:
    """Whether NumPy takes a call."""
    return of_numpy(call).error is None


def inexact(tree: Any) -> list[Any]:
    """The NumPy arrays of floats in a tree of results."""
    if isinstance(tree, Container):
        return [leaf for item in tree.items for leaf in inexact(item)]
    return [tree.value] if tree.dtype is not None and tree.dtype.kind in "fc" else []


def numbers(tree: Any) -> list[Any]:
    """The NumPy arrays of numbers in a tree of results."""
    if isinstance(tree, Container):
        return [leaf for item in tree.items for leaf in numbers(item)]
    return [tree.value] if tree.dtype is not None and tree.dtype.kind in "biufc" else []


def has_python_values(tree: Any) -> bool:
    """Whether a result has a Python object, but None, among its leaves."""
    if isinstance(tree, Container):
        return any(map(has_python_values, tree.items))
    return tree.kind == "python" and tree.value is not None


def values_of(outcome: Outcome) -> list[Any]:
    """The NumPy arrays of an outcome: its numbers, then the bases after the call."""
    return [*numbers(outcome.result), *outcome.bases]


def staged(call: Call, tensors: Sequence[tf.Tensor]) -> tuple[Any, list[tf.Tensor]]:
    """Perform a call on tensors of its bases: the outcome, and tensors for its numbers and for the bases.

    In the outcome a number is an index into the tensors. Errors are raised.
    """
    found: list[tf.Tensor] = []

    def slot(value: Any) -> int:
        found.append(tf.convert_to_tensor(value))
        return len(found) - 1

    outcome = run(call, tnp_shim, [tnp_shim.array(tensor) for tensor in tensors], slot, aliasing=False)
    if outcome.error is not None:
        raise outcome.error
    return outcome, found
