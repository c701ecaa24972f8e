"""Calls under tf.vectorized_map: a batch of cases at once."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy
import tensorflow as tf

from conformance.comparison import Difference, compare_results
from conformance.modes.mode import Case, Mode, Verdict, has_python_values, staged, values_of
from conformance.outcomes import Leaf, bases_of


def check(cases: Sequence[Case]) -> list[Verdict]:
    """Map over the cases of a structure whose results have one shape."""
    cases = [case for case in cases if case.expected.error is None]
    if not cases or not bases_of(cases[0].call):
        return [Verdict(case.call, skipped="nothing to map over") for case in cases]
    results = [values_of(case.expected) for case in cases]
    if any(has_python_values(case.expected.result) for case in cases):
        return [Verdict(case.call, skipped="NumPy gives a Python object") for case in cases]
    if len({tuple(value.shape for value in result) for result in results}) != 1:
        return [Verdict(case.call, skipped="the shape depends on the values") for case in cases]
    call = cases[0].call
    stacks = [
        tf.constant(numpy.stack(bases)) for bases in zip(*(bases_of(c.call) for c in cases), strict=True)
    ]
    slots: list[int] = []

    def one(tensors: Sequence[tf.Tensor]) -> list[tf.Tensor]:
        outcome, found = staged(call, tensors)
        # a batch of one is no batch: what needs values knows them there, and gives arrays of NumPy's
        slots[:] = [_slot(value, found) for value in values_of(outcome)]
        return found

    try:
        mapped = [tensor.numpy() for tensor in tf.vectorized_map(one, stacks, warn=False)]
    except Exception as error:
        return [Verdict(case.call, Difference("error", f"{type(error).__name__}: {error}")) for case in cases]
    return [_compared(case, [mapped[slot][i] for slot in slots], results[i]) for i, case in enumerate(cases)]


def _slot(value: Any, found: list[tf.Tensor]) -> int:
    if not isinstance(value, int):
        found.append(tf.convert_to_tensor(value))
        return len(found) - 1
    return value


def _compared(case: Case, values: Sequence[numpy.ndarray], expected: Sequence[numpy.ndarray]) -> Verdict:
    worst = 0.0
    for k, (e, a) in enumerate(zip(expected, values, strict=True)):
        leaf = Leaf("array", e, e.dtype, e.shape), Leaf("array", a, e.dtype, a.shape)
        found = compare_results(*leaf, case.row.tolerance, f"result {k}", case.variation)
        worst = max(worst, found.ulps)
        if found.difference:
            return Verdict(case.call, found.difference, worst)
    return Verdict(case.call, None, worst)


VECTORIZED_MAP = Mode("vmap", "vectorized_map", check, good=True)
