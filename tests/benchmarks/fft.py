"""What np.fft costs beside TensorFlow's ops, compiled: python -m tests.benchmarks.fft.

It measures and prints; it fails nothing.
"""

from __future__ import annotations

import os

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import statistics
import sys
from collections.abc import Callable
from typing import Any

import numpy
import tensorflow as tf
from rich.console import Console
from rich.table import Table

import tnp_shim as np
import tnp_shim.fft
from tests.benchmarks.timing import in_turns, ratio

MOST = 1.3
SHAPES = ((256, 256), (1000, 4, 4))
REAL = ("rfft", "ihfft", "rfft2", "rfftn")

BARE: dict[str, Callable[[tf.Tensor], tf.Tensor]] = {
    "fft": tf.signal.fft,
    "ifft": tf.signal.ifft,
    "rfft": tf.signal.rfft,
    "irfft": tf.signal.irfft,
    "hfft": lambda z: tf.signal.irfft(tf.math.conj(z)) * float(2 * (z.shape[-1] - 1)),
    "ihfft": lambda x: tf.math.conj(tf.signal.rfft(x)) / x.shape[-1],
    "fft2": tf.signal.fft2d,
    "ifft2": tf.signal.ifft2d,
    "rfft2": tf.signal.rfft2d,
    "irfft2": tf.signal.irfft2d,
    "fftn": lambda z: (tf.signal.fft2d, tf.signal.fft3d)[z.shape.rank - 2](z),
    "ifftn": lambda z: (tf.signal.ifft2d, tf.signal.ifft3d)[z.shape.rank - 2](z),
    "rfftn": lambda x: (tf.signal.rfft2d, tf.signal.rfft3d)[x.shape.rank - 2](x),
    "irfftn": lambda z: (tf.signal.irfft2d, tf.signal.irfft3d)[z.shape.rank - 2](z),
    "fftshift": tf.signal.fftshift,
    "ifftshift": tf.signal.ifftshift,
}
"""The op that a user of TensorFlow would write: what the function is measured beside."""


def of_tensors(name: str) -> Callable[[tf.Tensor], tf.Tensor]:
    function = getattr(np.fft, name)
    return lambda x: tf.convert_to_tensor(function(np.asarray(x)))


def times_of(name: str, shape: tuple[int, ...], compiled: bool) -> dict[str, list[float]]:
    generator = numpy.random.default_rng(0)
    parts = generator.normal(size=(2, *shape))
    x = tf.constant(parts[0] if name in REAL else parts[0] + 1j * parts[1])
    ours = tf.function(of_tensors(name), jit_compile=compiled)
    bare = tf.function(lambda x: BARE[name](x), jit_compile=compiled)  # with no other argument to look at
    return in_turns({"ours": lambda: ours(x), "bare": lambda: bare(x)}, repeats=41)


def frequencies(name: str, n: int) -> dict[str, list[float]]:
    """Beside the constant that they are."""
    ours = tf.function(lambda: tf.convert_to_tensor(getattr(np.fft, name)(n)), jit_compile=True)
    constant = getattr(numpy.fft, name)(n)
    bare = tf.function(lambda: tf.constant(constant), jit_compile=True)
    return in_turns({"ours": ours, "bare": bare}, repeats=41)


def main(*modes: str) -> None:
    table = Table("function", "shape", "mode", "ours / bare", "target", "verdict", "ours, bare")

    def add(name: str, shape: Any, mode: str, times: dict[str, list[float]]) -> None:
        figure = ratio(times, "ours", "bare")
        medians = ", ".join(f"{1e6 * statistics.median(times[who]):.0f}" for who in ("ours", "bare"))
        verdict = "[green]met" if figure <= MOST else "[red]not met"
        table.add_row(name, str(shape), mode, f"{figure:.2f}x", f"<= {MOST}x", verdict, f"{medians} µs")

    for mode in modes or ("xla",):
        for name in BARE:
            for shape in SHAPES:
                add(name, shape, mode, times_of(name, shape, compiled=mode == "xla"))
    for name in ("fftfreq", "rfftfreq"):
        add(name, 1000, "xla", frequencies(name, 1000))
    Console(width=110).print(table)


if __name__ == "__main__":
    main(*sys.argv[1:])
