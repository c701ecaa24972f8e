"""Calls in the body of a loop that tf.function rolls, with results written in place.

The arguments are views of stacked arrays, one layer an iteration, so that functions that write into their
argument write through a view as well.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy
import tensorflow as tf

import tnp_shim
from conformance.comparison import Difference, compare_results
from conformance.modes.mode import Case, Mode, Verdict, has_python_values, numbers
from conformance.outcomes import Leaf, arrays_of, bases_of, bind, is_ours, perform


def check(cases: Sequence[Case]) -> list[Verdict]:
    """Loop over the cases of a structure whose results have one shape."""
    cases = [case for case in cases if case.expected.error is None]
    if not cases or not bases_of(cases[0].call):
        return [Verdict(case.call, skipped="nothing to loop over") for case in cases]
    results = [numbers(case.expected.result) for case in cases]
    if any(has_python_values(case.expected.result) for case in cases):
        return [Verdict(case.call, skipped="NumPy gives a Python object") for case in cases]
    if len({tuple(value.shape for value in result) for result in results}) != 1:
        return [Verdict(case.call, skipped="the shape depends on the values") for case in cases]
    stacks = [numpy.stack(bases) for bases in zip(*(bases_of(c.call) for c in cases), strict=True)]
    try:
        values = [tensor.numpy() for tensor in _looped(cases, results[0], stacks)]
    except Exception as error:
        return [Verdict(case.call, Difference("error", f"{type(error).__name__}: {error}")) for case in cases]
    return [
        _compared(case, result, [v[i] for v in values])
        for i, (case, result) in enumerate(zip(cases, results, strict=True))
    ]


def _looped(cases: Sequence[Case], result: Sequence[Any], stacks: Sequence[Any]) -> Sequence[tf.Tensor]:
    """The stacked results, then the stacked arguments after the loop."""
    call = cases[0].call

    @tf.autograph.experimental.do_not_convert
    def step(i: Any, outs: Sequence[Any], arrays: Sequence[Any]) -> None:
        value = perform(bind(call, tnp_shim, [array[i, ...] for array in arrays]), tnp_shim)
        for out, item in zip(outs, _numbers_of(value), strict=True):
            out[i] = item

    def loop(count: tf.Tensor, *tensors: tf.Tensor) -> Any:
        arrays = [tnp_shim.array(tensor) for tensor in tensors]
        outs = [tnp_shim.zeros((len(cases), *value.shape), value.dtype) for value in result]
        iterate(step, tnp_shim.arange(count), outs, arrays)
        return [tf.convert_to_tensor(array) for array in (*outs, *arrays)]

    return tf.function(loop)(tf.constant(len(cases)), *map(tf.constant, stacks))


def iterate(step: Callable[..., None], counter: Any, outs: Sequence[Any], arrays: Sequence[Any]) -> None:
    """The loop that AutoGraph converts."""
    for i in counter:
        step(i, outs, arrays)


def _numbers_of(value: Any) -> list[Any]:
    """The arrays and scalars of a result of ours."""
    if isinstance(value, (tuple, list)):
        return [item for part in value for item in _numbers_of(part)]
    return [value] if is_ours(value) or arrays_of(value) else []


def _compared(case: Case, expected: Sequence[Any], values: Sequence[Any]) -> Verdict:
    worst = 0.0
    for k, (e, a) in enumerate(zip([*expected, *case.expected.bases], values, strict=True)):
        leaf = Leaf("array", e, e.dtype, e.shape), Leaf("array", a, e.dtype, a.shape)
        found = compare_results(*leaf, case.row.tolerance, f"result {k}", case.variation)
        worst = max(worst, found.ulps)
        if found.difference:
            return Verdict(case.call, found.difference, worst)
    return Verdict(case.call, None, worst)


LOOP = Mode("loop", "in a rolled loop", check, good=True)
