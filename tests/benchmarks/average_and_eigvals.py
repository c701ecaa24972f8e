"""Weighted `average` and `linalg.eigvals`: NumPy, eager, tf.function, XLA and gradient side by side.

python -m tests.benchmarks.average_and_eigvals; docs/average_and_eigvals.md shows what it printed.
"""

from __future__ import annotations

import os

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import time
from collections.abc import Callable
from typing import Any

import numpy
import tensorflow as tf
from rich.console import Console
from rich.table import Table

import tnp_shim


def weighted(np: Any, x: Any, weights: Any) -> Any:
    """A weighted average along the rows."""
    return np.average(x, axis=1, weights=weights)


def radius(np: Any, a: Any) -> Any:
    """The spectral radius of matrices."""
    return np.abs(np.linalg.eigvals(a)).max(axis=-1)


def milliseconds(call: Callable[[], Any], calls: int) -> float:
    """The shortest of many calls, which a busy machine disturbs least."""
    call()  # traces and compiles
    times = []
    for _ in range(calls):
        start = time.perf_counter()
        call()
        times.append(time.perf_counter() - start)
    return 1e3 * min(times)


def slope(program: Callable[..., Any], arguments: list[Any], direction: Any) -> float:
    """NumPy's central difference of the sum of the results, along a direction of the first argument."""
    step, (first, *others) = 1e-6, arguments
    ahead, behind = (program(numpy, first + sign * step * direction, *others).sum() for sign in (1, -1))
    return float((ahead - behind) / (2 * step))


def side_by_side(name: str, program: Callable[..., Any], *arguments: Any) -> None:
    """Print a row for each way to run a program: its time, and how far its result is from NumPy's."""
    expected = program(numpy, *arguments)
    arrays = [tnp_shim.array(argument) for argument in arguments]
    direction = numpy.random.default_rng(1).standard_normal(arguments[0].shape)

    def ours(*arrays: Any) -> Any:
        return program(tnp_shim, *arrays)

    def gradient(*arrays: Any) -> Any:
        with tf.GradientTape() as tape:
            tape.watch(arrays[0])
            total = ours(*arrays).sum()
        return tape.gradient(total, arrays[0])

    table = Table("", "milliseconds", "beside NumPy", "largest error", title=name)
    in_numpy = milliseconds(lambda: program(numpy, *arguments), 30)
    table.add_row("NumPy", f"{in_numpy:.3f}", "1.00x", "")
    ways = {
        "eager": ours,
        "tf.function": tf.function(ours, autograph=False),
        "XLA": tf.function(ours, autograph=False, jit_compile=True),
    }
    for way, call in ways.items():
        taken = milliseconds(lambda call=call: call(*arrays).numpy(), 30)  # type: ignore[misc]
        error = float(abs(call(*arrays).numpy() - expected).max())
        table.add_row(way, f"{taken:.3f}", f"{taken / in_numpy:.2f}x", f"{error:.1e}")
    compiled = tf.function(gradient, autograph=False)
    taken = milliseconds(lambda: compiled(*arrays), 10)
    along = float((numpy.asarray(compiled(*arrays)) * direction).sum())
    error = abs(along - slope(program, [*arguments], direction))
    table.add_row("gradient, tf.function", f"{taken:.3f}", f"{taken / in_numpy:.2f}x", f"{error:.1e}")
    Console(width=90).print(table)


def main() -> None:
    """Both programs, each at two sizes."""
    generator = numpy.random.default_rng(0)
    for shape in ((1000, 100), (1000, 10000)):
        x, weights = generator.standard_normal(shape), generator.random(shape[1])
        side_by_side(f"average(x, axis=1, weights=w), x of {shape}", weighted, x, weights)
    for batch in ((100, 8, 8), (64, 64)):
        matrices = generator.standard_normal(batch)
        side_by_side(f"abs(linalg.eigvals(a)).max(-1), a of {batch}", radius, matrices)


if __name__ == "__main__":
    main()
