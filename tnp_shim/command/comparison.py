"""Which of a script's variables differ between two runs. Knows NumPy and the values of arrays."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import ModuleType
from typing import Any

import numpy

from tnp_shim.array import Array
from tnp_shim.conversion import is_tensor_like

MOST_ITEMS = 1000
"""Lists and dicts are looked into up to this length."""


@dataclass(frozen=True)
class Difference:
    """How a variable differs; `absolute` and `relative` are None where numbers cannot be compared."""

    name: str
    ours: str
    numpys: str
    absolute: float | None
    relative: float | None
    within: bool

    @property
    def what(self) -> str:
        if self.absolute is None:
            return "another kind, shape or value"
        return "rounding" if self.within else "another value"


def described(value: Any) -> str:
    """Dtype and shape of an array, the type of anything else."""
    if isinstance(value, (numpy.ndarray, numpy.generic)):
        kind = "" if isinstance(value, numpy.ndarray) else " scalar"
        return f"{value.dtype} {value.shape if kind == '' else ''}{kind}".replace("  ", " ")
    return type(value).__name__


def _leaves(name: str, value: Any, depth: int = 0) -> Iterator[tuple[str, Any]]:
    """The numbers and arrays of a variable, under names like `results[0]`."""
    if isinstance(value, Array) or is_tensor_like(value):
        # a value that was traced and never computed cannot be compared
        with contextlib.suppress(TypeError, NotImplementedError):
            found = numpy.asarray(value)
            scalar = isinstance(value, Array) and type(value).__name__ != "ndarray"
            yield name, found[()] if scalar else found
    elif isinstance(value, (numpy.ndarray, numpy.generic, bool, int, float, complex, str)):
        yield name, value
    elif isinstance(value, (list, tuple)) and len(value) <= MOST_ITEMS and depth < 3:
        yield f"len({name})", len(value)
        for position, item in enumerate(value):
            yield from _leaves(f"{name}[{position}]", item, depth + 1)
    elif isinstance(value, dict) and len(value) <= MOST_ITEMS and depth < 3:
        yield f"len({name})", len(value)
        for key, item in value.items():
            yield from _leaves(f"{name}[{key!r}]", item, depth + 1)


def _variables(names: Mapping[str, Any]) -> dict[str, Any]:
    return {
        leaf: value
        for name, variable in names.items()
        if not (name.startswith("__") and name.endswith("__"))
        and not isinstance(variable, (ModuleType, type))
        for leaf, value in _leaves(name, variable)
    }


def _rounding(dtype: numpy.dtype[Any]) -> float:
    """By how much of their greatest value results of some operations may differ."""
    return 1000 * float(numpy.finfo(dtype).eps) if dtype.kind in "fc" else 0.0


def difference(name: str, ours: Any, numpys: Any) -> Difference | None:
    """How two values differ, None where they do not: kind, dtype, shape and every element are the same."""
    texts = described(ours), described(numpys)
    if isinstance(ours, str) or isinstance(numpys, str):
        same = type(ours) is type(numpys) and ours == numpys
        return None if same else Difference(name, repr(ours)[:40], repr(numpys)[:40], None, None, False)
    mine, theirs = numpy.asarray(ours), numpy.asarray(numpys)
    if mine.shape != theirs.shape or mine.dtype.kind not in "biufc" or theirs.dtype.kind not in "biufc":
        same = mine.shape == theirs.shape and texts[0] == texts[1] and bool(numpy.all(mine == theirs))
        return None if same else Difference(name, *texts, None, None, False)
    equal = (mine == theirs) | ((mine != mine) & (theirs != theirs))
    if texts[0] == texts[1] and bool(numpy.all(equal)):
        return None
    absolute, relative = _distances(mine, theirs, equal)
    greatest = float(numpy.max(numpy.abs(theirs[numpy.isfinite(theirs)]), initial=0.0))
    allowed = _rounding(numpy.result_type(mine, theirs)) * greatest
    return Difference(name, *texts, absolute, relative, texts[0] == texts[1] and absolute <= allowed)


def _distances(mine: Any, theirs: Any, equal: Any) -> tuple[float, float]:
    """The greatest absolute and relative difference; infinite where one of them is not finite."""
    if bool(numpy.all(equal)):
        return 0.0, 0.0
    wide = numpy.result_type(mine, theirs, numpy.float64)
    a, b = mine.astype(wide)[~equal], theirs.astype(wide)[~equal]
    with numpy.errstate(all="ignore"):
        distance = numpy.abs(a - b)
        relative = distance / numpy.abs(b)
    ends = numpy.where(numpy.isnan(distance), numpy.inf, distance)
    return float(numpy.max(ends)), float(numpy.max(numpy.where(numpy.isnan(relative), numpy.inf, relative)))


def differences(ours: Mapping[str, Any], numpys: Mapping[str, Any]) -> tuple[list[Difference], int]:
    """The variables that differ, and how many were compared."""
    mine, theirs = _variables(ours), _variables(numpys)
    found = []
    for name in [*mine, *(name for name in theirs if name not in mine)]:
        if name in mine and name in theirs:
            found.append(difference(name, mine[name], theirs[name]))
        else:
            mine_text, theirs_text = (
                described(each[name]) if name in each else "missing" for each in (mine, theirs)
            )
            found.append(Difference(name, mine_text, theirs_text, None, None, False))
    return [each for each in found if each is not None], len(mine.keys() | theirs.keys())
