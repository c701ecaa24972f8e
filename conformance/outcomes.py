"""What a call gives, in a form that both libraries share. Knows NumPy and tnp_shim's public names.

An outcome is a tree of results, or an error, and the state of the arguments' bases after the call.
"""

from __future__ import annotations

import operator
import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy

import tnp_shim
from conformance.functions import FUNCTIONS
from conformance.readers import READERS
from conformance.recipes import Call, Function, Named, Recipe, Scalar, is_attribute, transform
from conformance.streams import drawn, draws
from conformance.uses import USES


@dataclass
class Leaf:
    """One array, scalar or Python object of a result; a tensor's value may come later."""

    kind: str
    value: Any
    dtype: Any = None
    shape: Any = None


@dataclass
class Container:
    """A tuple, list or named tuple of results."""

    kind: str
    items: list[Any]


@dataclass
class Outcome:
    """What a call gave: a result or an error, and what became of the bases of its arrays."""

    result: Any = None
    error: Exception | None = None
    bases: list[Any] = field(default_factory=list)
    shares: list[tuple[int, int]] = field(default_factory=list)
    same_objects: list[tuple[int, int]] = field(default_factory=list)


def is_ours(value: Any) -> bool:
    """Whether a value is an array or a scalar of tnp_shim."""
    return isinstance(value, tnp_shim.ndarray) or (
        isinstance(value, tnp_shim.generic) and not isinstance(value, numpy.generic)
    )


def described(value: Any, number: Callable[[Any], Any]) -> Any:
    """The tree of a result; `number` takes the value of an array of ours."""
    if isinstance(value, numpy.ndarray):
        return Leaf("array", value, value.dtype, value.shape)
    if isinstance(value, numpy.generic):
        return Leaf("scalar", numpy.asarray(value), value.dtype, ())
    if is_ours(value):
        kind = "array" if isinstance(value, tnp_shim.ndarray) else "scalar"
        return Leaf(kind, number(value), value.dtype, tuple(value.shape))
    if isinstance(value, (tuple, list)):
        kind = type(value).__name__
        return Container(kind, [described(item, number) for item in value])
    if isinstance(value, dict):
        return Container("dict", [described(item, number) for pair in value.items() for item in pair])
    return Leaf("python", value)


def arrays_of(value: Any) -> list[Any]:
    """The arrays (no scalars) of a result, in order."""
    if isinstance(value, (tuple, list)):
        return [array for item in value for array in arrays_of(item)]
    return [value] if isinstance(value, (numpy.ndarray, tnp_shim.ndarray)) else []


def bind(call: Call, namespace: Any, bases: Sequence[Any]) -> Call:
    """The call with real arguments: arrays on the bases, objects of the namespace."""
    remaining = iter(bases)
    made: list[Any] = []

    def argument(leaf: Any) -> Any:
        if isinstance(leaf, Recipe):
            made.append(next(remaining) if leaf.of is None else made[leaf.of])
            return leaf.view(made[-1])
        if isinstance(leaf, Named):
            return operator.attrgetter(leaf.name)(namespace)
        if isinstance(leaf, Scalar):
            return getattr(namespace, leaf.dtype)(numpy.dtype(leaf.dtype).type(leaf.value))
        if isinstance(leaf, Function):
            return FUNCTIONS[leaf.name]
        return leaf

    return transform(argument, call)


def bases_of(call: Call) -> list[numpy.ndarray[Any, Any]]:
    """New NumPy arrays for the recipes that own their base."""
    return [recipe.base() for recipe in call.recipes() if recipe.of is None]


def perform(bound: Call, namespace: Any) -> Any:
    """The result of a call whose arguments are real."""
    owner, _, member = bound.name.rpartition(".")
    if draws(bound.name):
        return drawn(bound, namespace)
    if owner != "ndarray":
        target = operator.attrgetter(bound.name)(namespace)
        use = USES.get(bound.name)
        if use is not None:
            return use(target, bound)
        return target(*bound.args, **dict(bound.keywords)) if callable(target) else target
    target = getattr(bound.args[0], member)
    value = target if is_attribute(member) else target(*bound.args[1:], **dict(bound.keywords))
    reader = READERS.get(member)
    return value if reader is None else reader(value, bound)


def run(
    call: Call, namespace: Any, bases: Sequence[Any], number: Callable[[Any], Any], *, aliasing: bool = True
) -> Outcome:
    """Perform a call on bases of either library."""
    with warnings.catch_warnings(), numpy.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        try:
            bound = bind(call, namespace, bases)
            result = perform(bound, namespace)
        except Exception as error:
            return Outcome(error=error, bases=[number(base) for base in bases])
        outcome = Outcome(described(result, number), None, [number(base) for base in bases])
        if not aliasing:
            return outcome
        found, arguments = arrays_of(result), arrays_of([*bound.args, *dict(bound.keywords).values()])
        pairs = [(i, j, r, a) for i, r in enumerate(found) for j, a in enumerate(arguments)]
        outcome.shares = [(i, j) for i, j, r, a in pairs if namespace.shares_memory(r, a)]
        outcome.same_objects = [(i, j) for i, j, r, a in pairs if r is a]
        return outcome


def of_numpy(call: Call) -> Outcome:
    """What NumPy gives."""
    return run(call, numpy, bases_of(call), numpy.array)
