"""Thousands of matrices through `numpy.linalg`: python -m tests.linalg.many_matrices [--random N] [--xla].

Each function is judged by the equation that its result solves, and its gradient by being finite; NumPy tells
which matrices are refused. It prints what it found and ends with 1 if anything was wrong.
"""

from __future__ import annotations

import os

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import sys
import warnings
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

import click
import numpy
import tensorflow as tf
from rich.console import Console
from rich.progress import track

import tnp_shim as np

Matrix = numpy.ndarray[Any, Any]
DTYPES = ("float64", "complex128", "float32", "complex64")


def random_matrices(count: int) -> Iterator[tuple[str, Matrix]]:
    """Square matrices from 1x1 to 12x12, some in stacks, of all four dtypes."""
    source = numpy.random.default_rng(17)
    for index in range(count):
        n = int(source.integers(1, 13))
        shape = (n, n) if index % 4 else (3, n, n)
        a = source.standard_normal(shape)
        dtype = DTYPES[index % 4]
        if dtype.startswith("complex"):
            a = a + 1j * source.standard_normal(shape)
        yield f"random {index}", a.astype(dtype)


def structured_matrices() -> Iterator[tuple[str, Matrix]]:
    """The matrices that tell good algorithms from others, in five sizes each."""
    for n in (2, 3, 5, 10, 20):
        source = numpy.random.default_rng(n)
        i, j = numpy.indices((n, n))
        full = source.standard_normal((n, n))
        orthogonal = numpy.linalg.qr(full).Q
        graded = numpy.diag(10.0 ** -numpy.arange(n))
        made: dict[str, Matrix] = {
            "zero": numpy.zeros((n, n)),
            "identity": numpy.eye(n),
            "ones": numpy.ones((n, n)),
            "diagonal": numpy.diag(numpy.arange(n) - 1.0),
            "twice the same eigenvalue": numpy.diag(numpy.arange(n) // 2 + 1.0),
            "nilpotent": numpy.eye(n, k=1),
            "Jordan block": numpy.eye(n) * 2 + numpy.eye(n, k=1),
            "nearly defective": numpy.eye(n) + numpy.eye(n, k=1) + 1e-10 * numpy.eye(n, k=1 - n),
            "orthogonal": orthogonal,
            "rotation": numpy.roll(numpy.eye(n), 1, 0),
            "reflection": numpy.eye(n)[::-1].copy(),
            "symmetric": full + full.T,
            "skew-symmetric": full - full.T,
            "positive definite": full @ full.T + numpy.eye(n),
            "rank one": numpy.outer(full[0], full[-1]),
            "rank n - 1": full - numpy.outer(full[:, 0], numpy.eye(n)[0]),
            "companion": numpy.eye(n, k=-1) - numpy.outer(numpy.eye(n)[0], numpy.arange(1.0, n + 1)),
            "Grcar": numpy.where(i == j + 1, -1.0, 0) + ((j >= i) & (j <= i + 3)),
            "Frank": numpy.where(j >= i - 1, n - numpy.maximum(i, j), 0).astype(float),
            "Kahan": numpy.diag(0.6 ** numpy.arange(n))
            @ (numpy.eye(n) - 0.8 * numpy.triu(numpy.ones((n, n)), 1)),
            "Hilbert": 1.0 / (i + j + 1),
            "Vandermonde": numpy.vander(numpy.linspace(-1, 1, n)),
            "Toeplitz": 1.0 / (1 + abs(i - j)),
            "tridiagonal": 2 * numpy.eye(n) - numpy.eye(n, k=1) - numpy.eye(n, k=-1),
            "badly scaled": graded @ full @ numpy.linalg.inv(graded),
            "graded": graded @ full,
            "large": full * 1e12,
            "small": full * 1e-12,
            "clustered": orthogonal @ numpy.diag(1 + 1e-9 * numpy.arange(n)) @ orthogonal.T,
            "triangular": numpy.triu(full),
            "Hadamard-like": numpy.where((i * j) % 2, -1.0, 1.0),
            "arrow": numpy.where((i == 0) | (j == 0) | (i == j), 1.0, 0),
            "magic": (i * n + j + 1.0),
            "Fourier": numpy.exp(-2j * numpy.pi * i * j / n),
            "Hermitian": full + full.T + 1j * (full - full.T),
            "unitary": numpy.linalg.qr(full + 1j * full.T).Q,
            "complex identity": numpy.eye(n) * (1 + 0j),
            "complex Jordan block": numpy.eye(n) * 2j + numpy.eye(n, k=1),
            "complex symmetric": full + full.T + 1j * (full @ full.T),
            "powers of i": 1j ** (i + j),
        }
        for name, a in made.items():
            yield f"{name} {n}x{n}", a


def _scale(a: Matrix) -> Any:
    return numpy.maximum(numpy.abs(a).max((-2, -1)), numpy.finfo(a.dtype).tiny) * a.shape[-1]


def _relative(left: Any, right: Any, scale: Any) -> float:
    with numpy.errstate(all="ignore"):
        away = numpy.abs(left - right).max((-2, -1), initial=0) / scale
    return float(numpy.max(away, initial=0))


def _hermitian(a: Any, of: Any) -> Any:
    return (a + of.conj(of.swapaxes(a, -1, -2))) / 2


def of_eig(np: Any, a: Any) -> float:
    w, v = (numpy.asarray(part) for part in np.linalg.eig(a))
    a = numpy.asarray(a)
    return _relative(a @ v, v * w[..., None, :], _scale(a))


def of_eigvals(np: Any, a: Any) -> float:
    """The backward error: a distance of the matrix, in its own size, to one that has the eigenvalue."""
    w, a = numpy.asarray(np.linalg.eigvals(a)), numpy.asarray(a)
    if not numpy.isfinite(w).all():
        return numpy.inf
    scale = numpy.maximum(numpy.abs(a).max(), numpy.finfo(a.dtype).tiny)
    shifted = (a / scale)[..., None, :, :] - (w / scale)[..., None, None] * numpy.eye(a.shape[-1])
    return (
        float(numpy.linalg.svd(shifted.astype("complex128"), compute_uv=False)[..., -1].max()) / a.shape[-1]
    )


def of_eigh(np: Any, a: Any) -> float:
    a = _hermitian(a, np)
    w, v = (numpy.asarray(part) for part in np.linalg.eigh(a))
    a = numpy.asarray(a)
    return _relative(a @ v, v * w[..., None, :], _scale(a))


def of_svd(np: Any, a: Any) -> float:
    u, s, vh = (numpy.asarray(part) for part in np.linalg.svd(a))
    a = numpy.asarray(a)
    return _relative((u * s[..., None, :]) @ vh, a, _scale(a))


def of_qr(np: Any, a: Any) -> float:
    q, r = (numpy.asarray(part) for part in np.linalg.qr(a))
    return _relative(q @ r, numpy.asarray(a), _scale(numpy.asarray(a)))


def of_inv(np: Any, a: Any) -> float:
    inverse, a = numpy.asarray(np.linalg.inv(a)), numpy.asarray(a)
    return _relative(a @ inverse, numpy.eye(a.shape[-1]), _scale(a) * _scale(inverse))


def of_solve(np: Any, a: Any) -> float:
    b = np.ones(a.shape[:-1] + (2,), a.dtype)
    x, a = numpy.asarray(np.linalg.solve(a, b)), numpy.asarray(a)
    return _relative(a @ x, numpy.ones(x.shape), _scale(a) * numpy.maximum(numpy.abs(x).max(), 1e-300) + 1)


def of_pinv(np: Any, a: Any) -> float:
    inverse, a = numpy.asarray(np.linalg.pinv(a)), numpy.asarray(a)
    return _relative(a @ inverse @ a, a, _scale(a) * numpy.maximum(1, _scale(a) * _scale(inverse)))


def of_lstsq(np: Any, a: Any) -> float:
    """The residual is orthogonal to the columns."""
    if a.ndim != 2:
        return 0.0
    x, a = numpy.asarray(np.linalg.lstsq(a, np.ones(a.shape[0], a.dtype))[0]), numpy.asarray(a)
    left = a.conj().T @ (a @ x - 1)
    size = _scale(a) ** 2 * numpy.maximum(numpy.abs(x).max(), 1e-300) + _scale(a)
    return float(numpy.abs(left).max() / size)


def of_cholesky(np: Any, a: Any) -> float:
    squared = numpy.asarray(a) @ numpy.asarray(a).conj().swapaxes(-1, -2)
    squared = squared + (_scale(squared)[..., None, None] * numpy.eye(a.shape[-1])).astype(squared.dtype)
    factor = numpy.asarray(np.linalg.cholesky(np.asarray(squared)))
    return _relative(factor @ factor.conj().swapaxes(-1, -2), squared, _scale(squared))


def of_det(np: Any, a: Any) -> float:
    """The determinant beside the product of eigenvalues, in the size that rounding gives it."""
    found, a = numpy.asarray(np.linalg.det(a)), numpy.asarray(a)
    expected = numpy.linalg.det(a)
    with numpy.errstate(all="ignore"):
        size = numpy.maximum(numpy.prod(numpy.linalg.norm(a, axis=-1), -1), numpy.finfo(a.dtype).tiny)
        away = numpy.abs(found - expected) / size
    return float(numpy.nan_to_num(away, nan=numpy.inf * (not numpy.array_equal(found, expected))).max())


def of_norms(np: Any, a: Any) -> float:
    orders = (None, "nuc", 2, -2, 1, -1, numpy.inf, "fro")
    found = [numpy.asarray(np.linalg.norm(a, order, (-2, -1))) for order in orders]
    a = numpy.asarray(a)
    expected = [numpy.linalg.norm(a, order, (-2, -1)) for order in orders]
    return max(float((numpy.abs(f - e) / _scale(a)).max()) for f, e in zip(found, expected, strict=True))


def of_power(np: Any, a: Any) -> float:
    found, a = numpy.asarray(np.linalg.matrix_power(a, 3)), numpy.asarray(a)
    return _relative(found, a @ a @ a, numpy.maximum(_scale(a) ** 3, numpy.finfo(a.dtype).tiny))


FUNCTIONS: dict[str, Callable[[Any, Any], float]] = {
    name.removeprefix("of_"): body for name, body in sorted(globals().items()) if name.startswith("of_")
}

SCALARS: dict[str, Callable[[Any], Any]] = {
    "eigvals": lambda a: np.sum(abs(np.linalg.eigvals(a)) ** 2),
    "eigh": lambda a: np.sum(np.linalg.eigvalsh(_hermitian(a, np)) ** 2),
    "svdvals": lambda a: np.sum(np.linalg.svdvals(a)),
    "det": lambda a: np.sum(abs(np.linalg.det(a))),
    "norm": lambda a: np.sum(np.linalg.norm(a, 2, (-2, -1))),
    "pinv": lambda a: np.sum(abs(np.linalg.pinv(a)) ** 2),
    "qr": lambda a: np.sum(abs(np.linalg.qr(a).R) ** 2),
}
"""What gradients are taken of: a finite number of every matrix."""


def _limit(a: Matrix) -> float:
    return 1e-10 if a.dtype.name in ("float64", "complex128") else 1e-3


def judged(name: str, a: Matrix, found: Counter[str]) -> Iterator[str]:
    """What is wrong with the functions on a matrix."""
    for function, body in FUNCTIONS.items():
        try:
            expected: float | None = body(numpy, a)
        except numpy.linalg.LinAlgError:
            expected = None
        try:
            error: float | None = body(np, np.asarray(a))
        except numpy.linalg.LinAlgError:
            error = None
        except Exception as raised:
            yield f"{function} of {name}: {type(raised).__name__}: {str(raised)[:200]}"
            continue
        found[function] += 1
        # where NumPy's rounding makes a singular matrix regular, or the other way round, both are right
        if error is not None and not error <= max(_limit(a), 100 * (expected or 0)) and expected is not None:
            yield f"{function} of {name}: an error of {error:.2g}, NumPy's is {expected:.2g}"
    for function, scalar in SCALARS.items():
        variable = tf.Variable(a)
        with tf.GradientTape() as tape:
            value = tf.convert_to_tensor(scalar(np.asarray(variable)))
        slope = tape.gradient(value, variable)
        found[f"gradient of {function}"] += 1
        if slope is None:
            yield f"gradient of {function} of {name}: None"
        elif numpy.isnan(slope.numpy()).any():
            yield f"gradient of {function} of {name}: NaN"


@click.command()
@click.option("--random", "count", type=click.IntRange(0), default=2000, show_default=True)
def main(count: int) -> None:
    """Judge random and structured matrices, and print what is wrong."""
    console, found, wrong = Console(), Counter[str](), list[str]()
    structured = list(structured_matrices())
    matrices = [*random_matrices(count), *structured]
    with warnings.catch_warnings(), numpy.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        for name, a in track(matrices, "matrices", console=console):
            wrong += judged(name, a, found)
    for function, number in sorted(found.items()):
        console.print(f"{function}: {number}")
    console.print(f"{count} random and {len(structured)} structured matrices, {len(wrong)} faults")
    for line in wrong:
        console.print(line)
    sys.exit(bool(wrong))


if __name__ == "__main__":
    main()
