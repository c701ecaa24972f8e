"""The same function on NumPy itself, to compare with."""

from __future__ import annotations

import types
from collections.abc import Callable
from typing import Any

import numpy


def with_numpy(function: Callable[..., Any]) -> Callable[..., Any]:
    """`function` with its name `np` bound to NumPy: the script as it was before the changed line."""
    names = {**function.__globals__, "np": numpy}
    return types.FunctionType(function.__code__, names, function.__name__, function.__defaults__)
