"""Calls inside tf.function: with static shapes, with unknown shapes, and compiled by XLA.

A structure is traced once and called with the values of each case.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any

import tensorflow as tf

from conformance.comparison import Difference, compare, same_class
from conformance.modes.mode import Case, Mode, Verdict, staged
from conformance.outcomes import Container, Leaf, Outcome, bases_of
from conformance.recipes import Call


class Trace:
    """One concrete function for the calls of one structure."""

    def __init__(self, call: Call, *, unknown: bool, compiled: bool) -> None:
        self.outcome = Outcome()

        def body(*tensors: tf.Tensor) -> list[tf.Tensor]:
            self.outcome, found = staged(call, tensors)
            return found

        specs = [
            tf.TensorSpec([None] * base.ndim if unknown else base.shape, base.dtype)
            for base in bases_of(call)
        ]
        traced = tf.function(body, input_signature=specs, jit_compile=compiled, autograph=False)
        self.concrete = traced.get_concrete_function()
        self.call_with = traced

    def __call__(self, call: Call) -> Outcome:
        values = [tensor.numpy() for tensor in self.call_with(*map(tf.constant, bases_of(call)))]
        return Outcome(_filled(self.outcome.result, values), None, [values[i] for i in self.outcome.bases])


def _filled(tree: Any, values: Sequence[Any]) -> Any:
    """The tree with arrays in place of indices."""
    if isinstance(tree, Container):
        return Container(tree.kind, [_filled(item, values) for item in tree.items])
    if tree.kind == "python" or not isinstance(tree.value, int):
        return tree
    return Leaf(tree.kind, values[tree.value], tree.dtype, tree.shape)


def check(cases: Sequence[Case], *, unknown: bool = False, compiled: bool = False) -> list[Verdict]:
    """Trace the structure and run each case."""
    try:
        trace = Trace(cases[0].call, unknown=unknown, compiled=compiled)
    except Exception as error:
        return [Verdict(case.call, _refusal(case, error)) for case in cases]
    return [_run(trace, case, unknown, compiled) for case in cases]


def _refusal(case: Case, error: Exception) -> Difference | None:
    """What is wrong with a trace that failed."""
    if case.expected.error is None:
        return Difference("error", f"tracing: {type(error).__name__}: {error}")
    if not same_class(case.expected.error, error):
        return Difference(
            "error", f"tracing: {type(error).__name__}: {error}; NumPy raises {case.expected.error!r}"
        )
    return None


def _run(trace: Trace, case: Case, unknown: bool, compiled: bool) -> Verdict:
    try:
        actual = trace(case.call)
    except Exception as error:
        # an assertion of the graph is the only form that an error about values can have at run time
        if case.expected.error is not None and isinstance(error, tf.errors.OpError):
            return Verdict(case.call)
        return Verdict(case.call, Difference("error", f"running: {type(error).__name__}: {error}"))
    if case.expected.error is not None and compiled:
        return Verdict(case.call, skipped="XLA has no assertions")
    found = compare(
        case.expected,
        actual,
        case.row.tolerance,
        case.variation,
        before=bases_of(case.call),
        traced_sizes=unknown,
    )
    return Verdict(case.call, found.difference, found.ulps)


GRAPH = Mode("graph", "tf.function", check)
UNKNOWN_SHAPES = Mode("unknown", "unknown shapes", partial(check, unknown=True))
XLA = Mode("xla", "XLA", partial(check, compiled=True))
