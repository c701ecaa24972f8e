"""What random numbers cost, compiled, beside NumPy's and TensorFlow's: python -m tests.benchmarks.random.

It measures and prints; it fails nothing. The seconds to compile are those of the first call.
"""

from __future__ import annotations

import os

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import statistics
import time
from collections.abc import Callable
from typing import Any

import click
import numpy
import tensorflow as tf
from rich.console import Console
from rich.table import Table

import tnp_shim as np
from tests.benchmarks.timing import in_turns, ratio

MOST = {"numpy": 2.0, "tensorflow": 1.2}
BARE: dict[str, Callable[[Any, int], tf.Tensor]] = {
    "random": lambda generator, n: generator.uniform([n], dtype=tf.float64),
    "normal": lambda generator, n: generator.normal([n], dtype=tf.float64),
}
"""What a user of TensorFlow would write, on a `tf.random.Generator`."""


def ours_and_numpys(api: str, name: str, n: int) -> tuple[Callable[[], Any], Callable[[], Any]]:
    """The same draw of both, each from a generator that goes on."""
    made = (lambda random: random.default_rng(0)) if api == "Generator" else lambda r: r.RandomState(0)
    ours, numpys = made(np.random), made(numpy.random)

    def draw() -> tf.Tensor:
        return tf.convert_to_tensor(getattr(ours, name)(size=n))

    return tf.function(draw, jit_compile=True, autograph=False), lambda: getattr(numpys, name)(size=n)


def of_tensorflow(name: str, n: int) -> tuple[Callable[[], Any], Callable[[], Any]]:
    """A draw from TensorFlow's stream, and TensorFlow's own."""
    ours, bare = np.random.default_rng(0), tf.random.Generator.from_seed(0, alg="philox")

    def draw() -> tf.Tensor:
        with np.config.random_stream("tensorflow"):
            return tf.convert_to_tensor(getattr(ours, name)(size=n))

    return (
        tf.function(draw, jit_compile=True, autograph=False),
        tf.function(lambda: BARE[name](bare, n), jit_compile=True, autograph=False),
    )


@click.command()
@click.option("--numbers", default=1_000_000, show_default=True, help="How many numbers a call draws.")
@click.option("--repeats", default=41, show_default=True, help="How often each is measured.")
def main(numbers: int, repeats: int) -> None:
    """Print a table of ratios."""
    table = Table(
        "draw", "beside", "median ratio", "shortest ratio", "target", "verdict", "ms", "compiled in s"
    )
    draws = [("Generator", name) for name in ("random", "normal", "exponential")]
    draws += [("RandomState", name) for name in ("random_sample", "normal", "exponential")]
    for api, name in [*draws, *(("tensorflow", name) for name in BARE)]:
        of_its_own = api == "tensorflow"
        ours, theirs = of_tensorflow(name, numbers) if of_its_own else ours_and_numpys(api, name, numbers)
        start = time.perf_counter()
        ours()
        compiled = time.perf_counter() - start
        times = in_turns({"ours": ours, "theirs": theirs}, repeats=repeats)
        middle = ratio(times, "ours", "theirs")
        shortest = min(times["ours"]) / min(times["theirs"])
        reference = "tensorflow" if of_its_own else "numpy"
        most = MOST[reference]
        verdict = "[green]met" if middle <= most else "[red]not met"
        medians = ", ".join(f"{1e3 * statistics.median(times[who]):.1f}" for who in ("ours", "theirs"))
        label = f"{name} of the stream of TensorFlow" if of_its_own else f"{api}.{name}"
        figures = f"{middle:.2f}x", f"{shortest:.2f}x", f"<= {most}x"
        table.add_row(label, reference, *figures, verdict, medians, f"{compiled:.1f}")
    Console(width=130).print(table)


if __name__ == "__main__":
    main()
