"""Result dtypes of all binary ufuncs beside NumPy's: python -m tests.benchmarks.promotion_table.

Every pair of the 14 dtypes, and every dtype with a Python bool, int, float and complex on either side; where
NumPy refuses, the error's class is compared. Prints what differs, and the percentage that is equal.
"""

from __future__ import annotations

import os

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import itertools
import warnings
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

import numpy
from rich.console import Console
from rich.table import Table

import tnp_shim as np

DTYPES = tuple(
    numpy.dtype(name)
    for name in (
        *("bool", "int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64"),
        *("float16", "float32", "float64", "complex64", "complex128"),
    )
)
PYTHON_NUMBERS = (True, 1, 1.0, 1j)
BINARY_UFUNCS = tuple(
    sorted(
        name
        for name, ufunc in vars(numpy).items()
        if isinstance(ufunc, numpy.ufunc)
        and ufunc.nin == 2
        and ufunc.signature is None
        and name == ufunc.__name__
    )
)


def pairs() -> Iterator[tuple[Any, Any]]:
    """The operands' kinds: dtypes of arrays, or Python numbers."""
    yield from itertools.product(DTYPES, DTYPES)
    yield from itertools.product(DTYPES, PYTHON_NUMBERS)
    yield from itertools.product(PYTHON_NUMBERS, DTYPES)


def operand(namespace: Any, kind: Any) -> Any:
    return namespace.ones(2, kind) if isinstance(kind, numpy.dtype) else kind


def outcome(function: Callable[..., Any], *operands: Any) -> Any:
    """The dtypes of the results, or the class of the error."""
    try:
        results = function(*operands)
    except Exception as error:
        return type(error)
    return tuple(str(r.dtype) for r in (results if isinstance(results, tuple) else (results,)))


def differences() -> tuple[int, list[tuple[str, Any, Any, Any, Any]]]:
    """How many cases there are, and those that differ: ufunc, operands, NumPy's outcome, ours."""
    cases, found = 0, []
    arrays = {kind: (operand(numpy, kind), operand(np, kind)) for kind in DTYPES}
    for name in BINARY_UFUNCS:
        for first, second in pairs():
            theirs, ours = zip(*(arrays.get(kind, (kind, kind)) for kind in (first, second)), strict=True)
            expected = outcome(getattr(numpy, name), *theirs)
            received = outcome(getattr(np, name), *ours)
            cases += 1
            if received != expected:
                found.append((name, first, second, expected, received))
    return cases, found


def main() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # what the values are does not matter here
        cases, found = differences()
    table = Table("ufunc", "operands", "NumPy", "tnp_shim", "and as many more")
    shown: Counter[str] = Counter(name for name, *_ in found)
    for name, first, second, expected, received in found:
        if shown[name]:
            others = shown.pop(name) - 1
            table.add_row(name, f"{first}, {second}", str(expected), str(received), str(others))
    console = Console(width=130)
    if found:
        console.print(table)
    equal = 100 * (cases - len(found)) / cases
    console.print(f"{len(BINARY_UFUNCS)} binary ufuncs, {cases} cases: {equal:.2f}% equal to NumPy")


if __name__ == "__main__":
    main()
