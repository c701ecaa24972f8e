"""Times of np.linalg beside the TensorFlow ops they rest on, and LAPACK's: python -m tests.benchmarks.linalg.

A matrix of 256 x 256 and 1,000 of 4 x 4, in float64. Columns: our function in tf.function, the bare op in
tf.function, their ratio; ours called eagerly; NumPy; ours under XLA, and its ratio to the bare op under XLA,
where that op is right: XLA's solutions do not tell a singular matrix, its eigenvalues and singular values
have six to eight digits, and for the rest it has no kernel. Then the eigenvalue iteration of our own beside
TensorFlow's kernel and LAPACK, with the error in the equation that it solves. The shortest of many calls
counts, which a busy machine disturbs least.

Names of functions as arguments measure these only; `--no-xla` leaves out what XLA compiles.
"""

from __future__ import annotations

import os

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import functools
import sys
import time
import warnings
from collections.abc import Callable
from typing import Any

import numpy
import tensorflow as tf
from rich.console import Console
from rich.table import Table

import tnp_shim as np
import tnp_shim.linalg
from tests.benchmarks.timing import in_turns
from tnp_shim.kernels.linear_algebra import triangular_form

# determinants of large random matrices overflow, which both libraries tell at every call
warnings.simplefilter("ignore", RuntimeWarning)

RAW = tf.raw_ops
BARE: dict[str, Callable[[tf.Tensor], Any]] = {
    "inv": lambda a: RAW.MatrixInverse(input=a),
    "solve": lambda a: RAW.MatrixSolve(matrix=a, rhs=a),
    "det": lambda a: RAW.LogMatrixDeterminant(input=a),
    "slogdet": lambda a: RAW.LogMatrixDeterminant(input=a),
    "cholesky": lambda a: RAW.Cholesky(input=a),
    "qr": lambda a: RAW.Qr(input=a, full_matrices=False),
    "eigh": lambda a: RAW.SelfAdjointEigV2(input=a, compute_v=True),
    "eigvalsh": lambda a: RAW.SelfAdjointEigV2(input=a, compute_v=False),
    "svd": lambda a: RAW.Svd(input=a, compute_uv=True, full_matrices=True),
    "svdvals": lambda a: RAW.Svd(input=a, compute_uv=False),
    "pinv": lambda a: RAW.Svd(input=a, compute_uv=True, full_matrices=False),
    "matrix_rank": lambda a: RAW.Svd(input=a, compute_uv=False),
    "cond": lambda a: RAW.Svd(input=a, compute_uv=False),
    "eig": lambda a: RAW.Eig(input=a, compute_v=True, Tout=tf.complex128),
    "eigvals": lambda a: RAW.Eig(input=a, compute_v=False, Tout=tf.complex128),
    "norm": lambda a: RAW.EuclideanNorm(input=a, axis=[*range(a.shape.rank)]),
    "matrix_norm": lambda a: RAW.EuclideanNorm(input=a, axis=[-2, -1]),
    "matmul": lambda a: RAW.BatchMatMulV2(x=a, y=a),
}
"""The op that a function rests on."""
TWO_ARGUMENTS = frozenset({"solve", "matmul"})
RIGHT_UNDER_XLA = frozenset({"cholesky", "qr", "matmul"})
"""The functions whose bare op XLA compiles to what is right for every matrix that NumPy takes."""


def _called(name: str, namespace: Any, a: Any) -> Any:
    function = getattr(namespace.linalg, name)
    return function(a, a) if name in TWO_ARGUMENTS else function(a)


def _tensors(value: Any) -> Any:
    return tuple(map(_tensors, value)) if isinstance(value, tuple) else tf.convert_to_tensor(value)


def matrix(shape: tuple[int, ...]) -> numpy.ndarray[Any, Any]:
    """Symmetric positive-definite matrices, which every function takes."""
    a = numpy.random.default_rng(0).standard_normal(shape)
    return a @ a.swapaxes(-1, -2) + numpy.eye(shape[-1])


def row(name: str, a: numpy.ndarray[Any, Any], xla: bool) -> list[str]:
    """The times of one function, in milliseconds."""
    tensor, array = tf.constant(a), np.array(a)
    graph = tf.function(lambda x: _tensors(_called(name, np, np.asarray(x))), autograph=False)
    bare = tf.function(BARE[name], autograph=False)
    functions: dict[str, Callable[[], Any]] = {
        "ours": functools.partial(graph, tensor),
        "bare": functools.partial(bare, tensor),
        "eager": functools.partial(_called, name, np, array),
        "NumPy": functools.partial(_called, name, numpy, a),
    }
    if xla:
        functions["XLA"] = _compiled(graph.python_function, tensor)
    if xla and name in RIGHT_UNDER_XLA:
        functions["bare, XLA"] = _compiled(BARE[name], tensor)
    times = in_turns(functions, repeats=25, seconds=0.01)
    best = {column: min(times[column]) for column in functions}
    cells = [f"{1e3 * best[column]:.3f}" for column in functions if column != "bare, XLA"]
    of_xla = f"{best['XLA'] / best['bare, XLA']:.2f}" if "bare, XLA" in best else ""
    return [name, *cells[:2], f"{best['ours'] / best['bare']:.2f}", *cells[2:], *([of_xla] if xla else [])]


def _compiled(body: Callable[[tf.Tensor], Any], tensor: tf.Tensor) -> Callable[[], Any]:
    """A call under XLA that ends when its results are there."""
    function = tf.function(lambda x: tf.nest.flatten(body(x)), jit_compile=True, autograph=False)
    return lambda: [x.numpy() for x in function(tensor)]


def eigenvalues(sizes: tuple[int, ...]) -> Table:
    """Our iteration under XLA beside the kernel and LAPACK."""
    table = Table("n", "ours, XLA [ms]", "Eig [ms]", "LAPACK [ms]", "error", title="eig of random matrices")
    ours = tf.function(lambda x: triangular_form.eigensystem(x, True), jit_compile=True, autograph=False)
    for n in sizes:
        a = numpy.random.default_rng(0).standard_normal((n, n))
        functions: dict[str, Callable[[], Any]] = {
            "ours": lambda a=a: [x.numpy() for x in ours(a)],
            "Eig": functools.partial(BARE["eig"], tf.constant(a)),
            "LAPACK": functools.partial(numpy.linalg.eig, a),
        }
        times = in_turns(functions, repeats=3, seconds=0.001)
        w, v = functions["ours"]()
        error = numpy.abs(a @ v - v * w).max() / numpy.linalg.norm(a)
        table.add_row(str(n), *(f"{1e3 * min(times[name]):.2f}" for name in functions), f"{error:.1e}")
    return table


def main() -> None:
    xla = "--no-xla" not in sys.argv
    names = [name for name in sys.argv[1:] if name in BARE]
    console = Console(width=110)
    for shape in ((256, 256), (1000, 4, 4)):
        columns = [
            "function",
            "ours",
            "bare op",
            "ratio",
            "eager",
            "NumPy",
            *(["XLA", "ratio"] if xla else []),
        ]
        table = Table(*columns, title=f"{shape}, milliseconds")
        for name in names or BARE:
            table.add_row(*row(name, matrix(shape), xla))
        console.print(table)
    console.print(eigenvalues((4, 16, 64, 256)) if xla and not names else "")
    console.print(
        f"measured {time.strftime('%Y-%m-%d')}, TensorFlow {tf.__version__}, NumPy {numpy.__version__}"
    )
    console.print(f"{len(tnp_shim.linalg.__all__)} names")


if __name__ == "__main__":
    main()
