"""What calls cost, as ratios measured in one run: python -m tests.benchmarks.

It measures and prints; it fails nothing.
"""

from __future__ import annotations

import os
import statistics

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy
import tensorflow as tf
from rich.console import Console
from rich.table import Table

import tnp_shim as np
from tests.benchmarks.timing import in_turns, ratio, seconds_to_import
from tnp_shim.tensorflow_internals import gen_array_ops, gen_math_ops


@dataclass(frozen=True)
class Row:
    """One figure: what was measured, the figure, and the target it should keep below or above."""

    what: str
    figure: float
    unit: str = "x"
    most: float | None = None
    least: float | None = None
    note: str = ""

    @property
    def target(self) -> str:
        if self.most is not None:
            return f"<= {self.most:g}{self.unit}"
        return "" if self.least is None else f">= {self.least:g}{self.unit}"

    @property
    def verdict(self) -> str:
        if not self.target:
            return ""
        met = (self.most is None or self.figure <= self.most) and (
            self.least is None or self.figure >= self.least
        )
        return "[green]met" if met else "[red]not met"


def microseconds(times: list[float]) -> str:
    return f"{1e6 * statistics.median(times):.2f} µs"


def milliseconds(times: list[float]) -> str:
    return f"{1e3 * statistics.median(times):.1f} ms"


def add() -> Iterator[Row]:
    """A binary ufunc on 10x10 float64, eagerly."""
    x, y = tf.random.uniform((2, 10, 10), dtype=tf.float64)
    a, b = np.asarray(x), np.asarray(y)
    times = in_turns(
        {
            "np.add": lambda: np.add(a, b),
            "+": lambda: a + b,
            "generated": lambda: gen_math_ops.add_v2(x, y),
            "tf +": lambda: x + y,
            "tf.experimental.numpy": lambda: tf.experimental.numpy.add(x, y),
        }
    )
    note = f"{microseconds(times['np.add'])}, add_v2 {microseconds(times['generated'])}"
    yield Row("np.add(a, b) / gen_math_ops.add_v2", ratio(times, "np.add", "generated"), most=1.5, note=note)
    yield Row("a + b / gen_math_ops.add_v2", ratio(times, "+", "generated"), most=1.5)
    yield Row("a + b / tensor + tensor", ratio(times, "+", "tf +"))
    yield Row(
        "tf.experimental.numpy.add / np.add(a, b)", ratio(times, "tf.experimental.numpy", "np.add"), least=3
    )


def static_slice() -> Iterator[Row]:
    """Reading a[1:-1, 1:-1] of a 10x10 array, eagerly."""
    x = tf.random.uniform((10, 10), dtype=tf.float64)
    a = np.asarray(x)
    begin, end, strides = (tf.constant(bound) for bound in ([1, 1], [-1, -1], [1, 1]))
    times = in_turns(
        {
            "slice": lambda: a[1:-1, 1:-1].__tf_tensor__(),
            "view": lambda: a[1:-1, 1:-1],
            "generated": lambda: gen_array_ops.strided_slice(x, begin, end, strides),
            "tensor": lambda: x[1:-1, 1:-1],
        }
    )
    note = f"{microseconds(times['slice'])}, strided_slice {microseconds(times['generated'])}"
    yield Row(
        "a[1:-1, 1:-1] read / strided_slice, ready bounds",
        ratio(times, "slice", "generated"),
        most=1.5,
        note=note,
    )
    yield Row("tensor[1:-1, 1:-1] / a[1:-1, 1:-1] read", ratio(times, "tensor", "slice"), least=4)
    yield Row("a[1:-1, 1:-1] not read / strided_slice", ratio(times, "view", "generated"))


def reduction() -> Iterator[Row]:
    """The sum of a 10x10 array along an axis, eagerly."""
    x = tf.random.uniform((10, 10), dtype=tf.float64)
    a = np.asarray(x)
    times = in_turns(
        {
            "method": lambda: a.sum(axis=0),
            "function": lambda: np.sum(a, axis=0),
            "tf": lambda: tf.reduce_sum(x, axis=0),
        }
    )
    note = f"{microseconds(times['method'])}, tf {microseconds(times['tf'])}"
    yield Row("a.sum(axis=0) / tf.reduce_sum", ratio(times, "method", "tf"), most=1, note=note)
    yield Row("np.sum(a, axis=0) / tf.reduce_sum", ratio(times, "function", "tf"))


def matrix_product() -> Iterator[Row]:
    """1000x1000 float64, compiled by XLA, beside NumPy."""
    a = numpy.random.default_rng(0).random((1000, 1000))
    x = np.asarray(a)
    compiled = tf.function(lambda x: x @ x, jit_compile=True)
    times = in_turns({"compiled": lambda: compiled(x), "numpy": lambda: a @ a}, repeats=9)
    note = f"{milliseconds(times['compiled'])}, NumPy {milliseconds(times['numpy'])}"
    yield Row("1000x1000 matmul, XLA / NumPy", ratio(times, "compiled", "numpy"), note=note)


def stencil() -> Iterator[Row]:
    """400x400 float64, five points, 60 steps in place, beside NumPy and hand-written TensorFlow."""

    def smooth(u: Any) -> Any:
        u = u.copy()
        for _ in range(60):
            u[1:-1, 1:-1] = 0.25 * (u[:-2, 1:-1] + u[2:, 1:-1] + u[1:-1, :-2] + u[1:-1, 2:])
        return u

    def smooth_tensor(u: tf.Tensor) -> tf.Tensor:
        begin, end, strides = (tf.constant(bound) for bound in ([1, 1], [-1, -1], [1, 1]))
        for _ in range(60):
            inside = 0.25 * (u[:-2, 1:-1] + u[2:, 1:-1] + u[1:-1, :-2] + u[1:-1, 2:])
            u = gen_array_ops.tensor_strided_slice_update(u, begin, end, strides, inside)
        return u

    plate = numpy.random.default_rng(0).random((400, 400))
    u, x = np.asarray(plate), tf.constant(plate)
    graph, compiled = tf.function(smooth), tf.function(smooth, jit_compile=True)
    by_hand = tf.function(smooth_tensor)
    by_hand_compiled = tf.function(smooth_tensor, jit_compile=True)
    times = in_turns(
        {
            "numpy": lambda: smooth(plate),
            "graph": lambda: graph(u),
            "by hand": lambda: by_hand(x),
            "compiled": lambda: compiled(u),
            "by hand, compiled": lambda: by_hand_compiled(x),
        },
        repeats=9,
    )
    stencil = "400x400 stencil, 60 steps:"
    note = f"NumPy {milliseconds(times['numpy'])}, graph {milliseconds(times['graph'])}"
    yield Row(f"{stencil} graph / NumPy", ratio(times, "graph", "numpy"), note=note)
    yield Row(f"{stencil} graph / TensorFlow by hand", ratio(times, "graph", "by hand"))
    note = f"XLA {milliseconds(times['compiled'])}"
    yield Row(f"{stencil} XLA / NumPy", ratio(times, "compiled", "numpy"), note=note)
    yield Row(f"{stencil} XLA / TensorFlow by hand", ratio(times, "compiled", "by hand, compiled"))


def importing() -> Iterator[Row]:
    """What the import adds to TensorFlow's."""
    seconds = seconds_to_import("tnp_shim", after="tensorflow")
    yield Row("import tnp_shim after tensorflow", seconds, unit=" s", most=0.3)


MEASUREMENTS: tuple[Callable[[], Iterator[Row]], ...] = (
    add,
    static_slice,
    reduction,
    matrix_product,
    stencil,
    importing,
)


def main() -> None:
    table = Table("measured", "figure", "target", "verdict", "median times", title_justify="left")
    for measure in MEASUREMENTS:
        for row in measure():
            table.add_row(row.what, f"{row.figure:.2f}{row.unit}", row.target, row.verdict, row.note)
    Console(width=130).print(table)


if __name__ == "__main__":
    main()
