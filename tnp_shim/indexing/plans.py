"""From an index to its plan, kept where it will be the same again. Knows tensors only."""

from __future__ import annotations

from typing import Any

import numpy

from tnp_shim.indexing.advanced import AdvancedPlan
from tnp_shim.indexing.basic import PLANS, BasicCopyPlan, BasicPlan, kept_plan
from tnp_shim.indexing.expression import ArrayExpression, expression, static_expression
from tnp_shim.indexing.layout import Shape, is_index_array
from tnp_shim.indexing.traced import TracedPlan, basic_plan
from tnp_shim.indexing.unknown_rank import UnknownRankPlan

Plan = BasicPlan | TracedPlan | AdvancedPlan | UnknownRankPlan


def plan(shape: Shape, index: Any) -> Plan:
    """How to read and write `a[index]`, tensors standing in `index` for arrays of ours.

    shape : sizes of the axes of `a`, None where unknown while tracing; None if even the rank is.

    NumPy's IndexError where the index is known not to fit; what is unknown is checked at run time (not
    by XLA, which clamps). Reading and writing are differentiable in the tensor and the value.
    """
    key = expression(index)
    if type(key) is ArrayExpression:
        return _array_plan(shape, key)
    return kept_plan(shape, key)


def known_plan(shape: Shape, index: Any) -> BasicPlan | None:
    """The plan of an index of ints and slices that was planned before, found by one look; else None."""
    return PLANS.get((shape, static_expression(index)))


def _array_plan(shape: Shape, key: tuple[Any, ...]) -> Plan:
    if any(map(is_index_array, key)):
        return UnknownRankPlan(key) if shape is None else AdvancedPlan(shape, key)
    if any(isinstance(item, numpy.ndarray) for item in key):
        # NumPy takes 0-d integer arrays as ints, but gives a copy
        items = tuple(int(item) if isinstance(item, numpy.ndarray) else item for item in key)
        made = basic_plan(shape, items)
        return BasicCopyPlan(shape, items) if isinstance(made, BasicPlan) else made
    return TracedPlan(shape, key)
