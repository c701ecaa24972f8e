"""How far two outcomes differ. Knows NumPy only.

Integers, booleans and moved data are compared exactly, floats in ulp: units in the last place of the
expected value. A row states how many are allowed, and of which magnitude.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy

from conformance.outcomes import Container, Leaf, Outcome


@dataclass(frozen=True)
class Tolerance:
    """How many ulp a float may differ by.

    `of_complex`: how many where the argument or the result is complex, if others.
    `of_largest`: ulp of the greatest finite magnitude of the result, for results that sum over others.
    `conditioned`: also what NumPy's own result changes by when the arguments change in their last bit.
    """

    ulps: float = 0
    of_complex: float | None = None
    of_largest: bool = False
    conditioned: bool = False


@dataclass(frozen=True)
class Difference:
    """What differs: a kind of difference and a sentence."""

    kind: str
    text: str


@dataclass
class Comparison:
    """The first difference of two outcomes, if any, and the greatest distance in ulp."""

    difference: Difference | None = None
    ulps: float = 0.0


def ulps_between(expected: Any, actual: Any, of_largest: bool = False) -> numpy.ndarray[Any, Any]:
    """The distance of each element in ulp of the expected one; infinite where NaN, inf or sign differ."""
    if expected.dtype.kind == "c":
        parts = [(expected.real, actual.real), (expected.imag, actual.imag)]
    else:
        parts = [(expected, actual)]
    info = numpy.finfo(expected.dtype)
    with numpy.errstate(all="ignore"):
        # the finite part of a complex number is measured by its own magnitude where the other is infinite
        scale = numpy.max([numpy.where(numpy.isfinite(e), numpy.abs(e), 0) for e, _ in parts], axis=0)
        if of_largest:
            scale = numpy.full_like(scale, scale.max(initial=0))
        spacing = numpy.spacing(numpy.maximum(scale, info.tiny)).astype(numpy.longdouble)
        distance = numpy.zeros(expected.shape, numpy.longdouble)
        for e, a in parts:
            away = numpy.abs(e.astype(numpy.longdouble) - a) / spacing
            alike = (e == a) | (numpy.isnan(e) & numpy.isnan(a))
            distance = numpy.maximum(
                distance, numpy.where(alike, 0, numpy.where(numpy.isnan(away), numpy.inf, away))
            )
    return distance


def _compare_floats(
    e: Any, a: Any, where: str, tolerance: Tolerance, variation: Callable[[], Any] | None
) -> Comparison:
    distance = ulps_between(e, a, tolerance.of_largest)
    worst = float(distance.max(initial=0))
    complex_allowed = e.dtype.kind == "c" and tolerance.of_complex is not None
    allowed: Any = tolerance.of_complex if complex_allowed else tolerance.ulps
    if allowed == 0 and worst == 0 and _signs_differ(e, a):
        text = f"{where}: the sign of a zero differs: {a!r}, NumPy gives {e!r}"
        return Comparison(Difference("value", text))
    if worst <= allowed:
        return Comparison(None, worst)
    if variation is not None:
        allowed = allowed + 8 * variation()
        if bool(numpy.all(distance <= allowed)):
            return Comparison()
    narrower = _NARROWER.get(e.dtype.name)
    if narrower and _are_all(narrower, e) and _are_all(narrower, a):
        alike = _compare_floats(e.astype(narrower), a.astype(narrower), where, tolerance, None)
        if alike.difference is None:
            return alike
    flushed = ulps_between(_flushed(e), _flushed(a), tolerance.of_largest) <= allowed
    flushed |= distance <= allowed
    at = numpy.unravel_index(int(numpy.argmax(distance - allowed)), distance.shape)
    text = f"{where}{list(map(int, at))}: {a[at]!r}, NumPy gives {e[at]!r}; {worst:.3g} ulp away"
    infinite = numpy.iscomplexobj(e) & ~numpy.isfinite(e) & ~numpy.isfinite(a)
    if bool(numpy.all(flushed)):
        return Comparison(Difference("subnormal", text), worst)
    kind = "not finite" if bool(numpy.all(flushed | infinite)) else "value"
    return Comparison(Difference(kind, text), worst)


_NARROWER = {"complex128": "complex64", "float64": "float32", "float32": "float16"}
"""Numbers that all are of the narrower dtype were computed in it, as for an `out` wider than the loop."""


def _are_all(dtype: str, array: Any) -> bool:
    with numpy.errstate(all="ignore"):
        return numpy.array_equal(array, array.astype(dtype), equal_nan=True)


def _flushed(array: Any) -> Any:
    """Zero for subnormal parts, and for the smallest normal number, which they may be rounded to."""
    tiny = numpy.finfo(array.dtype).tiny
    if array.dtype.kind == "c":
        made = array.copy()
        made.real, made.imag = _flushed(array.real), _flushed(array.imag)
        return made
    return numpy.where(numpy.abs(array) <= tiny, numpy.copysign(array.dtype.type(0), array), array)


_OF_FLOATS = ("subnormal", "not finite")
"""Kinds of differences that come from how the processor or C computes, wherever the number is written."""


def _signs_differ(e: Any, a: Any) -> bool:
    parts = [(e.real, a.real), (e.imag, a.imag)] if e.dtype.kind == "c" else [(e, a)]
    return any(bool(((x == 0) & (numpy.signbit(x) != numpy.signbit(y))).any()) for x, y in parts)


def compare_results(
    expected: Any,
    actual: Any,
    tolerance: Tolerance,
    where: str = "result",
    variation: Callable[[Any], Any] | None = None,
    traced_sizes: bool = False,
) -> Comparison:
    """Compare two trees of results.

    `variation(array)` gives, in ulp, by how much an array of NumPy's moves with the arguments' last bits.
    `traced_sizes`: an integer of NumPy's may be a 0-d array, as sizes unknown while tracing are.
    """
    if isinstance(expected, Container):
        if (
            not isinstance(actual, Container)
            or actual.kind != expected.kind
            or len(actual.items) != len(expected.items)
        ):
            return Comparison(
                Difference("kind", f"{where}: {_sketch(actual)}, NumPy gives {_sketch(expected)}")
            )
        worst = 0.0
        for i, (e, a) in enumerate(zip(expected.items, actual.items, strict=True)):
            found = compare_results(e, a, tolerance, f"{where}[{i}]", variation, traced_sizes)
            worst = max(worst, found.ulps)
            if found.difference:
                return found
        return Comparison(None, worst)
    if isinstance(actual, Container):
        return Comparison(Difference("kind", f"{where}: {_sketch(actual)}, NumPy gives {_sketch(expected)}"))
    if expected.kind == "python":
        return _compare_python(expected, actual, where, traced_sizes)
    if actual.kind != expected.kind:
        return Comparison(Difference("kind", f"{where}: {_sketch(actual)}, NumPy gives {_sketch(expected)}"))
    if actual.dtype != expected.dtype or actual.value.dtype != expected.dtype:
        return Comparison(
            Difference(
                "dtype", f"{where}: dtype {actual.dtype} of {actual.value.dtype}, NumPy's is {expected.dtype}"
            )
        )
    if actual.value.shape != expected.shape:
        return Comparison(
            Difference("shape", f"{where}: shape {actual.value.shape}, NumPy's is {expected.shape}")
        )
    if expected.dtype.kind in "fc":
        again = None if variation is None or not tolerance.conditioned else lambda: variation(expected.value)
        return _compare_floats(expected.value, actual.value, where, tolerance, again)
    if expected.dtype.kind not in "biu":
        return (
            Comparison()
            if bool(numpy.all(expected.value == actual.value))
            else Comparison(Difference("value", f"{where}: {actual.value!r}, NumPy gives {expected.value!r}"))
        )
    differ = expected.value != actual.value
    if differ.any():
        at = numpy.unravel_index(int(numpy.argmax(differ)), differ.shape)
        text = f"{where}{list(map(int, at))}: {actual.value[at]!r}, NumPy gives {expected.value[at]!r}"
        return Comparison(Difference("value", text))
    return Comparison()


def _compare_python(expected: Leaf, actual: Leaf, where: str, traced_sizes: bool) -> Comparison:
    e, a = expected.value, actual.value
    if traced_sizes and actual.kind != "python" and isinstance(e, int):
        e, a = numpy.int64(e), numpy.asarray(a)[()]
    nan = type(e) is type(a) and isinstance(e, (float, complex)) and repr(e) == repr(a)
    try:
        alike = nan or (type(e) is type(a) and bool(e == a)) or (isinstance(e, type) and e == a)
    except (TypeError, ValueError):
        alike = type(e).__name__ == type(a).__name__ and repr(e) == repr(a)
    if alike or (not _plain(e) and type(e).__name__ == type(a).__name__):
        return Comparison()
    return Comparison(Difference("value", f"{where}: {a!r}, NumPy gives {e!r}"))


def _plain(value: Any) -> bool:
    return isinstance(value, (bool, int, float, complex, str, bytes, type(None), numpy.dtype, type))


def _sketch(tree: Any) -> str:
    if isinstance(tree, Container):
        return f"{tree.kind} of {len(tree.items)}"
    return f"{tree.kind} {tree.value!r}"[:200] if tree.kind == "python" else f"{tree.kind} of {tree.dtype}"


def same_class(expected: Exception, actual: Exception) -> bool:
    """Whether an error can be caught as NumPy's can: it is of the builtin class that NumPy's derives from."""
    return isinstance(actual, next(kind for kind in type(expected).__mro__ if kind.__module__ == "builtins"))


def compare(
    expected: Outcome,
    actual: Outcome,
    tolerance: Tolerance,
    variation: Callable[[Any], Any] | None = None,
    *,
    before: Sequence[Any],
    aliasing: bool = False,
    traced_sizes: bool = False,
) -> Comparison:
    """Compare what a call gave. `before` are the bases before the call."""
    if expected.error is not None or actual.error is not None:
        return Comparison(_errors(expected.error, actual.error))
    found = compare_results(expected.result, actual.result, tolerance, "result", variation, traced_sizes)
    if found.difference:
        return found
    for i, (old, e, a) in enumerate(zip(before, expected.bases, actual.bases, strict=True)):
        written = old.tobytes() != e.tobytes()
        leaf = Leaf("array", e, e.dtype, e.shape), Leaf("array", a, a.dtype, a.shape)
        after = compare_results(
            *leaf, tolerance if written else Tolerance(), f"argument {i} after the call", variation
        )
        found.ulps = max(found.ulps, after.ulps)
        if after.difference:
            kind = after.difference.kind if after.difference.kind in _OF_FLOATS else "inputs"
            return Comparison(Difference(kind, after.difference.text), found.ulps)
    if aliasing and actual.shares != expected.shares:
        text = f"(result, argument) that share memory: {actual.shares}, NumPy's are {expected.shares}"
        return Comparison(Difference("aliasing", text), found.ulps)
    if aliasing and actual.same_objects != expected.same_objects:
        text = f"(result, argument) that are one: {actual.same_objects}, NumPy's are {expected.same_objects}"
        return Comparison(Difference("aliasing", text), found.ulps)
    return found


def _errors(expected: Exception | None, actual: Exception | None) -> Difference | None:
    if actual is None:
        return Difference("error", f"no error, NumPy raises {expected!r}")
    if expected is None:
        return Difference("error", f"{type(actual).__name__}: {actual}")
    if not same_class(expected, actual):
        return Difference("error", f"{type(actual).__name__}: {actual}; NumPy raises {expected!r}")
    return None
