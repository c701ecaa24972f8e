"""The programs of tests/programs: what is asked of them, and loading them on NumPy or on ours, unchanged."""

from __future__ import annotations

import builtins
import importlib
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy

import tnp_shim
from tnp_shim.array import Array

FOLDER = Path(__file__).with_name("programs")
NAMES = sorted(path.stem for path in FOLDER.glob("*.py"))


@dataclass(frozen=True)
class Program:
    """What is asked of one program.

    `called` is its function. `smooth` tells the argument and the place in the result between which there is a
    derivative. `tolerance` is relative to the largest element; it is 0 for integers. `writes` says that
    arguments are changed, which plain tf.function refuses.
    """

    called: str
    smooth: tuple[int, int | None] | None = None
    writes: bool = False
    tolerance: float = 1e-11


PROGRAMS: dict[str, Program] = {
    "backpropagation": Program("train", smooth=(2, 0), writes=True),
    "bootstrap_interval": Program("intervals", smooth=(0, 0)),
    "chebyshev_spectral": Program("solve", smooth=(0, 2), tolerance=1e-9),
    "cholesky_by_loops": Program("log_density", smooth=(0, 0)),
    "convolutional_net": Program("predict", tolerance=1e-5),
    "edit_distance": Program("edits"),
    "floyd_warshall": Program("shortest", writes=True),
    "game_of_life": Program("live"),
    "gauss_seidel": Program("solve", smooth=(0, 0), tolerance=1e-9),
    "genetic_algorithm": Program("evolve"),
    "gram_schmidt": Program("least_squares", smooth=(0, 0)),
    "heat_plate": Program("diffuse", smooth=(1, 0)),
    "histogram_pipeline": Program("summarize", writes=True),
    "image_filters": Program("outline"),
    "ising_model": Program("run", writes=True),
    "k_means": Program("cluster", smooth=(0, 3)),
    "kalman_filter": Program("filtered"),
    "knapsack": Program("pack"),
    "lattice_boltzmann": Program("flow", smooth=(0, 2)),
    "linear_regression": Program("choose", smooth=(1, 1), tolerance=1e-9),
    "lu_by_loops": Program("solve", smooth=(0, 0)),
    "mandelbrot": Program("escape", smooth=(0, 1)),
    "metropolis": Program("chain"),
    "n_body": Program("simulate", smooth=(1, None), writes=True),
    "page_rank": Program("rank"),
    "particle_in_cell": Program("push", smooth=(1, 0), writes=True),
    "poisson_fft": Program("solve", smooth=(0, 1)),
    "power_iteration": Program("eigenpairs", smooth=(0, 0), tolerance=1e-9),
    "runge_kutta": Program("integrate", smooth=(0, 0), tolerance=1e-8),
    "sudoku": Program("solve", writes=True),
    "viterbi": Program("both", smooth=(1, 2)),
    "wave_equation": Program("propagate", smooth=(0, 0)),
}


def load(name: str, namespace: ModuleType) -> ModuleType:
    """A program as a module of its own, unchanged, in which `numpy` is the namespace given."""

    def import_(module: str, *args: Any, **kwargs: Any) -> Any:
        found = builtins.__import__(module, *args, **kwargs)
        top, _, inner = module.partition(".")
        if top != "numpy":
            return found
        wanted = args[2] if len(args) > 2 else kwargs.get("fromlist")
        return importlib.import_module(f"{namespace.__name__}.{inner}") if inner and wanted else namespace

    path = FOLDER / f"{name}.py"
    module = ModuleType(f"{namespace.__name__}_program_{name}")
    module.__file__ = str(path)
    vars(module)["__builtins__"] = {**vars(builtins), "__import__": import_}
    sys.modules[module.__name__] = module
    exec(compile(path.read_text(encoding="utf-8"), str(path), "exec"), vars(module))
    return module


def tree_map(change: Callable[[Any], Any], value: Any) -> Any:
    """The same lists, tuples and dicts with changed leaves."""
    if isinstance(value, dict):
        return {key: tree_map(change, v) for key, v in value.items()}
    if isinstance(value, (list, tuple)):
        items = [tree_map(change, v) for v in value]
        return type(value)(*items) if hasattr(value, "_fields") else type(value)(items)
    return change(value)


def ours(value: Any) -> Any:
    """An argument with arrays of ours."""
    return tree_map(lambda leaf: tnp_shim.array(leaf) if isinstance(leaf, numpy.ndarray) else leaf, value)


def copying(program: Callable[..., Any]) -> Callable[..., Any]:
    """A program on copies of its arguments; gives its result, and the arrays it had as arguments."""

    def with_copies(*arguments):
        arguments = tree_map(lambda leaf: leaf.copy() if isinstance(leaf, Array) else leaf, arguments)
        return program(*arguments), [a for a in arguments if isinstance(a, tnp_shim.ndarray)]

    return with_copies
