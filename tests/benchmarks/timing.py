"""Times of functions measured in turns, so that what slows the machine down slows all of them."""

from __future__ import annotations

import gc
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from typing import Any


def seconds_per_call(function: Callable[[], Any], calls: int) -> float:
    start = time.perf_counter()
    for _ in range(calls):
        function()
    return (time.perf_counter() - start) / calls


def in_turns(
    functions: dict[str, Callable[[], Any]], repeats: int = 101, seconds: float = 0.002
) -> dict[str, list[float]]:
    """The seconds a call of each function takes, in each of the repeats, after one call to warm up."""
    calls = {}
    for name, function in functions.items():
        function()
        once = seconds_per_call(function, 1)
        calls[name] = max(1, int(seconds / once))
    times: dict[str, list[float]] = {name: [] for name in functions}
    order = [*functions]
    collecting = gc.isenabled()
    gc.disable()
    try:
        for _ in range(repeats):
            for name in order:
                times[name].append(seconds_per_call(functions[name], calls[name]))
            order.append(order.pop(0))  # none is always the one after the slowest
    finally:
        if collecting:
            gc.enable()
    return times


def ratio(times: dict[str, list[float]], name: str, reference: str) -> float:
    """How many times the reference's time `name` takes: the median over the repeats."""
    return statistics.median(x / y for x, y in zip(times[name], times[reference], strict=True))


def seconds_to_import(module: str, after: str, repeats: int = 5) -> float:
    """The seconds `import module` adds in a process that has imported `after`: the median."""
    program = (
        f"import time, {after}; start = time.perf_counter(); import {module}; "
        "print(time.perf_counter() - start)"
    )
    return statistics.median(
        float(subprocess.run([sys.executable, "-c", program], capture_output=True, check=True).stdout)
        for _ in range(repeats)
    )
