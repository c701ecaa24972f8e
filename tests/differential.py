"""Runs one body with NumPy and with tnp_shim, and compares all that a caller can tell apart.

`same(body, *arguments)` calls `body(np, *arguments)` twice: with NumPy and NumPy arrays, with tnp_shim and
arrays of ours of the same values. What the two give must be alike in value, dtype, shape, kind (array, scalar
or Python object), memory layout, error, in what they share memory with, and in what became of the arguments.
"""

from __future__ import annotations

import math
import warnings
from collections.abc import Callable, Sequence
from typing import Any

import numpy

import tnp_shim
from tnp_shim.array import Array

Body = Callable[..., Any]


def ours(value: Any) -> Any:
    """The argument for tnp_shim: NumPy arrays and scalars (also in lists and tuples) as ours."""
    if isinstance(value, numpy.ndarray):
        return tnp_shim.array(value)
    if isinstance(value, numpy.generic):
        return tnp_shim.array(value)[()]
    if type(value) in (list, tuple):
        return type(value)(map(ours, value))
    return value


def is_array(value: Any) -> bool:
    """Whether a value is an array, and no scalar, of either library."""
    return isinstance(value, numpy.ndarray) or (isinstance(value, Array) and type(value) is tnp_shim.ndarray)


def is_scalar(value: Any) -> bool:
    """Whether a value is a scalar, and no array, of either library."""
    return isinstance(value, numpy.generic) or (isinstance(value, Array) and not is_array(value))


def same_value(expected: Any, actual: Any, tolerance: float = 0.0) -> bool:
    """Whether two NumPy arrays have the same elements; NaN is the same as NaN, and -0.0 differs from 0.0."""
    expected, actual = numpy.asarray(expected), numpy.asarray(actual)
    if expected.shape != actual.shape:
        return False
    if expected.dtype.kind not in "fc":
        return bool(numpy.array_equal(expected, actual))
    if tolerance:
        return bool(numpy.allclose(expected, actual, tolerance, tolerance, equal_nan=True))
    parts = [(expected.real, actual.real), (expected.imag, actual.imag)]
    return all(
        bool(
            numpy.array_equal(e, a, equal_nan=True)
            and numpy.all((numpy.signbit(e) == numpy.signbit(a)) | (e != e))
        )
        for e, a in parts
    )


def layout(array: Any) -> dict[str, Any]:
    """What NumPy tells of an array's memory: strides only where they lead from one element to another."""
    flags = array.flags
    return {
        "strides": [
            s if n > 1 and array.size else None for s, n in zip(array.strides, array.shape, strict=True)
        ],
        "c_contiguous": flags.c_contiguous,
        "f_contiguous": flags.f_contiguous,
        "owndata": flags.owndata,
        "writeable": flags.writeable,
        "base": array.base is not None,
    }


def check(
    expected: Any, actual: Any, *, tolerance: float = 0.0, memory: bool = True, where: str = "result"
) -> None:
    """Assert that what tnp_shim gave is what NumPy gave."""
    if is_array(expected) or is_scalar(expected):
        assert is_array(actual) == is_array(expected) and is_scalar(actual) == is_scalar(expected), (
            f"{where}: NumPy gives {type(expected)}, ours is {type(actual)}"
        )
        assert actual.dtype == expected.dtype, f"{where}: dtype {actual.dtype}, NumPy's is {expected.dtype}"
        assert actual.shape == expected.shape, f"{where}: shape {actual.shape}, NumPy's is {expected.shape}"
        value = numpy.asarray(actual)
        assert value.dtype == expected.dtype, f"{where}: the tensor holds {value.dtype}, not {expected.dtype}"
        assert same_value(expected, value, tolerance), f"{where}: {actual!r}, NumPy's is {expected!r}"
        if memory and is_array(expected):
            assert layout(actual) == layout(expected), (
                f"{where}: laid out as {layout(actual)}, NumPy's as {layout(expected)}"
            )
        return
    assert not isinstance(actual, Array), f"{where}: ours is {type(actual)}, NumPy gives {type(expected)}"
    if isinstance(expected, (list, tuple)):
        assert type(actual) is type(expected) or (
            hasattr(expected, "_fields") and hasattr(actual, "_fields")
        ), f"{where}: {type(actual)}, NumPy gives {type(expected)}"
        assert len(actual) == len(expected), f"{where}: {len(actual)} items, NumPy's has {len(expected)}"
        for i, (e, a) in enumerate(zip(expected, actual, strict=True)):
            check(e, a, tolerance=tolerance, memory=memory, where=f"{where}[{i}]")
        return
    if isinstance(expected, dict):
        assert list(expected) == list(actual), f"{where}: keys {list(actual)}, NumPy's are {list(expected)}"
        for key in expected:
            check(expected[key], actual[key], tolerance=tolerance, memory=memory, where=f"{where}[{key!r}]")
        return
    if not isinstance(expected, type):
        assert type(actual) is type(expected), f"{where}: {type(actual)}, NumPy gives {type(expected)}"
    nan = isinstance(expected, float) and math.isnan(expected) and math.isnan(actual)
    assert nan or actual == expected, f"{where}: {actual!r}, NumPy's is {expected!r}"


def run(body: Body, namespace: Any, arguments: Sequence[Any]) -> tuple[Any, Exception | None]:
    """What a body returns, or the error that it raises."""
    with warnings.catch_warnings(), numpy.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        try:
            return body(namespace, *arguments), None
        except Exception as error:
            return None, error


def unnamed(error: Exception) -> str:
    """The text of an error without the libraries' names, which Python itself puts before a type's."""
    return str(error).replace("numpy.", "").replace("tnp_shim.", "")


def check_error(expected: Exception | None, actual: Exception | None, message: bool) -> None:
    """Assert that both failed alike, or neither."""
    if expected is None or actual is None:
        if actual is not None:
            raise AssertionError("NumPy raises nothing") from actual
        assert expected is None, f"NumPy raises {expected!r}, ours raises nothing"
        return
    kinds = [kind for kind in type(expected).__mro__ if kind.__module__ == "builtins"]
    assert isinstance(actual, kinds[0]), f"NumPy raises {expected!r}, ours {actual!r}"
    if message:
        assert unnamed(actual) == unnamed(expected), f"NumPy says {str(expected)!r}, ours {str(actual)!r}"


def same(
    body: Body,
    *arguments: Any,
    tolerance: float = 0.0,
    memory: bool = True,
    message: bool = True,
) -> None:
    """Assert that a body does with tnp_shim what it does with NumPy.

    `tolerance`: relative and absolute, of floats; 0 compares bit by bit. `memory`: whether layouts and
    sharing are compared. `message`: whether an error's wording is compared, besides its class.
    """
    theirs = [a.copy(order="K") if isinstance(a, numpy.ndarray) else a for a in arguments]
    mine = [ours(a) for a in arguments]
    expected, refusal = run(body, numpy, theirs)
    actual, error = run(body, tnp_shim, mine)
    check_error(refusal, error, message)
    for i, (e, a) in enumerate(zip(theirs, mine, strict=True)):
        if is_array(e):
            check(e, a, tolerance=tolerance, memory=memory, where=f"argument {i} afterwards")
    if refusal is not None:
        return
    check(expected, actual, tolerance=tolerance, memory=memory)
    if memory:
        check_sharing(arrays_in((theirs, expected)), arrays_in((mine, actual)))


def raises(body: Body, *arguments: Any, message: bool = True) -> None:
    """Assert that a body fails with NumPy, and fails alike with tnp_shim."""
    assert (
        run(body, numpy, [a.copy(order="K") if isinstance(a, numpy.ndarray) else a for a in arguments])[1]
        is not None
    )
    same(body, *arguments, message=message)


def arrays_in(value: Any) -> list[Any]:
    """The arrays in nested lists, tuples and dicts."""
    if is_array(value):
        return [value]
    if isinstance(value, dict):
        value = list(value.values())
    return [a for v in value for a in arrays_in(v)] if isinstance(value, (list, tuple)) else []


def base_of(array: Any, arrays: Sequence[Any]) -> Any:
    """Which of some arrays is the base of another: its position, None for no base, 'hidden' for another."""
    if array.base is None:
        return None
    return next((i for i, a in enumerate(arrays) if a is array.base), "hidden")


def check_sharing(expected: Sequence[Any], actual: Sequence[Any]) -> None:
    """Assert that arrays are the same objects, have the same bases, and share memory as NumPy's do."""
    for i, (e, a) in enumerate(zip(expected, actual, strict=True)):
        bases = base_of(e, expected), base_of(a, actual)
        assert bases[0] == bases[1], f"the base of array {i} is {bases[1]}, NumPy's {bases[0]}"
        for j in range(i):
            other_e, other_a = expected[j], actual[j]
            assert (e is other_e) == (a is other_a), (
                f"arrays {j} and {i}: one object where NumPy has two, or two"
            )
            for function in ("shares_memory", "may_share_memory"):
                theirs = getattr(numpy, function)(other_e, e)
                mine = getattr(tnp_shim, function)(other_a, a)
                assert mine == theirs, f"{function} of arrays {j} and {i} is {mine}, NumPy's {theirs}"
