"""Times of tests/programs on NumPy and on ours: python -m tests.benchmarks.programs [name ...].

Each program runs at a size where NumPy needs about 20 ms, the geometric middle of 5 and 100: on NumPy, on
ours eagerly, in a graph, and in a graph with `jit_compile="auto"`. Columns: the milliseconds of a call, and
of the first call, which traces and compiles; how many times as fast as NumPy. Each program has a process of
its own, which is ended at a limit (`--limit SECONDS`, 300 for each program): of what takes longer the figures
are missing then, and the mean is of what there is. Results are compared with NumPy's; what differs is marked.

The shortest of several calls counts, which a busy machine disturbs least; "times as fast" is by the
shortest of as many calls of NumPy, taken in turn with those of the mode. Arguments are copied before each
call, because some programs change them; plain tf.function refuses that, so these are given copies within it.
"""

from __future__ import annotations

import os

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import argparse
import copy
import json
import math
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from typing import Any

import numpy
import tensorflow as tf
from rich.console import Console
from rich.progress import track
from rich.table import Table

import tnp_shim
from tests.program_sources import NAMES, PROGRAMS, copying, load, ours, tree_map
from tnp_shim.array import Array

SIZES: dict[str, dict[str, float]] = {
    "backpropagation": {"size": 512, "hidden": 64, "epochs": 2},
    "bootstrap_interval": {"size": 100, "draws": 500},
    "chebyshev_spectral": {"size": 601},
    "cholesky_by_loops": {"size": 155},
    "convolutional_net": {"size": 32, "n": 56, "features": 8},
    "edit_distance": {"size": 175},
    "floyd_warshall": {"size": 200},
    "game_of_life": {"size": 200, "generations": 35},
    "gauss_seidel": {"size": 1250},
    "genetic_algorithm": {"size": 100, "bits": 64, "generations": 90},
    "gram_schmidt": {"size": 95},
    "heat_plate": {"size": 200, "steps": 110},
    "histogram_pipeline": {"size": 150_000, "count": 5},
    "image_filters": {"size": 310},
    "ising_model": {"size": 128, "sweeps": 32},
    "k_means": {"size": 5000, "k": 8, "most": 10},
    "kalman_filter": {"size": 900},
    "knapsack": {"size": 60, "capacity": 600},
    "lattice_boltzmann": {"size": 32, "steps": 50},
    "linear_regression": {"size": 120_000, "most": 4},
    "lu_by_loops": {"size": 290},
    "mandelbrot": {"size": 340, "most": 30},
    "metropolis": {"size": 2000},
    "n_body": {"size": 50, "steps": 50},
    "page_rank": {"size": 1800},
    "particle_in_cell": {"size": 8000, "n": 64, "steps": 70},
    "poisson_fft": {"size": 520},
    "power_iteration": {"size": 500, "count": 18},
    "runge_kutta": {"end": 1.2, "most": 600, "tolerance": 1e-9},
    "sudoku": {"box": 3, "empty": 42},
    "viterbi": {"size": 1200, "states": 20},
    "wave_equation": {"size": 200, "steps": 110},
}
"""What the examples are made of."""
MODES = ("NumPy", "eager", "graph", "auto")
MOST_SECONDS = 2.0
MOST_CALLS = 30
ALIKE = 1e-4
"""Elements that differ by less are alike; one in a hundred may differ, where rounding decides a branch."""


def functions(name: str) -> dict[str, Callable[..., Any]]:
    """The program in each mode; what may take longest comes last, in case it does not end in time."""
    called, program = PROGRAMS[name].called, getattr(load(name, tnp_shim), PROGRAMS[name].called)
    in_graph = copying(program) if PROGRAMS[name].writes else program
    return {
        "NumPy": getattr(load(name, numpy), called),
        "auto": tnp_shim.function(program, jit_compile="auto"),
        "graph": tf.function(in_graph),
        "eager": program,
    }


def computed(result: Any) -> list[Any]:
    """The arrays of a result, waited for."""
    found: list[Any] = []
    tree_map(lambda leaf: found.append(numpy.asarray(leaf)), result)
    return found


def copies(arguments: Any) -> Any:
    return tree_map(lambda leaf: leaf.copy() if isinstance(leaf, (Array, numpy.ndarray)) else leaf, arguments)


def seconds(function: Callable[..., Any], arguments: Any) -> tuple[float, list[Any]]:
    """The seconds of one call, and its arrays."""
    given = copies(arguments)
    start = time.perf_counter()
    found = computed(function(*given))
    return time.perf_counter() - start, found


def alike(theirs: list[Any], mine: list[Any]) -> bool:
    """Whether results are NumPy's, but for rounding."""
    for t, m in zip(theirs, mine, strict=False):  # a graph's has copies of the arguments behind
        if t.shape != m.shape:
            return False
        if t.size and numpy.mean(numpy.isclose(t, m, ALIKE, ALIKE * abs(t).max(), equal_nan=True)) < 0.99:
            return False
    return True


def measured(name: str) -> Iterator[dict[str, Any]]:
    """The figures of a program, mode by mode; what fails tells its error."""
    example = load(name, numpy).example(**SIZES[name])
    on_numpy = getattr(load(name, numpy), PROGRAMS[name].called)
    theirs: list[Any] = []
    for mode, function in functions(name).items():
        arguments = copy.deepcopy(example) if mode == "NumPy" else ours(example)
        try:
            first, found = seconds(function, arguments)
        except Exception as error:
            yield {"mode": mode, "error": f"{type(error).__name__}: {error}"}
            continue
        theirs = theirs or found
        own, numpys = [], []
        while not own or sum(own) < MOST_SECONDS and len(own) < MOST_CALLS:
            own.append(seconds(function, arguments)[0])
            numpys.append(seconds(on_numpy, example)[0])
        yield {
            "mode": mode,
            "first": first,
            "best": min(own),
            "numpy": min(numpys),
            "alike": alike(theirs, found),
        }


def measure(name: str, limit: float) -> dict[str, dict[str, Any]]:
    """The figures of a program from a process of its own; what it had when the limit came."""
    command = [sys.executable, "-m", __spec__.name, "--alone", name]
    try:
        output = subprocess.run(command, stdout=subprocess.PIPE, timeout=limit, check=False).stdout
    except subprocess.TimeoutExpired as late:
        output = late.stdout or b""
    rows = [json.loads(line) for line in output.decode().splitlines() if line.startswith("{")]
    return {row["mode"]: row for row in rows}


def milliseconds(figures: dict[str, dict[str, Any]], mode: str, what: str) -> str:
    figure = figures.get(mode, {})
    if what not in figure:
        return "[red]fails" if "error" in figure else "[red]too long"
    return f"{1e3 * figure[what]:.1f}" + ("" if figure["alike"] else " [red]differs")


def times_as_fast(figures: dict[str, dict[str, Any]], mode: str) -> float | None:
    figure = figures.get(mode, {})
    return figure["numpy"] / figure["best"] if "best" in figure else None


def geometric_mean(values: list[float]) -> float:
    return math.exp(sum(map(math.log, values)) / len(values)) if values else math.nan


def report(found: dict[str, dict[str, dict[str, Any]]], console: Console) -> None:
    """One row for each program, then the means and what the aims make of them."""
    columns = ["program", *MODES, "eager first", "graph first", "auto first", *(f"{m} x" for m in MODES[1:])]
    table = Table(*columns, title="milliseconds of a call; times as fast as NumPy")
    for name, figures in found.items():
        factors = [times_as_fast(figures, mode) for mode in MODES[1:]]
        table.add_row(
            name,
            *(milliseconds(figures, mode, "best") for mode in MODES),
            *(milliseconds(figures, mode, "first") for mode in MODES[1:]),
            *("" if factor is None else f"{factor:.2f}" for factor in factors),
        )
    factors_of = {
        mode: [f for figures in found.values() if (f := times_as_fast(figures, mode)) is not None]
        for mode in MODES[1:]
    }
    means = [f"{geometric_mean(factors_of[mode]):.2f}" for mode in MODES[1:]]
    table.add_section()
    table.add_row("geometric mean", *[""] * 7, *means)
    table.add_row("of so many programs", *[""] * 7, *(str(len(factors_of[mode])) for mode in MODES[1:]))
    console.print(table)
    slower = sum(factor < 1 for factor in factors_of["auto"])
    console.print(
        f'jit_compile="auto": aim 3x on the mean, {means[-1]}x; slower than NumPy: {slower}, aim 1 in 10'
    )
    for name, figures in found.items():
        for mode, figure in figures.items():
            if "error" in figure:
                console.print(f"{name}, {mode}: {figure['error'].strip().splitlines()[-1]}", markup=False)
    console.print(f"{time.strftime('%Y-%m-%d')}, TensorFlow {tf.__version__}, NumPy {numpy.__version__}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("names", nargs="*", metavar="name", help=", ".join(NAMES))
    parser.add_argument("--limit", type=float, default=300.0, metavar="SECONDS")
    parser.add_argument("--alone", action="store_true", help="one program in this process, as lines of JSON")
    options = parser.parse_args()
    unknown = sorted({*options.names} - {*NAMES})
    if unknown:
        parser.error(f"no such program: {', '.join(unknown)}")
    if options.alone:
        for row in measured(options.names[0]):
            print(json.dumps(row), flush=True)
        return
    console = Console(width=150)
    names = options.names or NAMES
    found = {name: measure(name, options.limit) for name in track(names, "measuring", console=console)}
    report(found, console)


if __name__ == "__main__":
    main()
