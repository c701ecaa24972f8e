"""Matrices, and calls of all of `numpy.linalg` whose results do not depend on the choice of vectors."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy

FLOATS = ("float32", "float64", "complex64", "complex128")
DTYPES = (*FLOATS, "int64")


def values(shape: tuple[int, ...], dtype: str = "float64", seed: int = 0) -> numpy.ndarray[Any, Any]:
    """Numbers of about 1; integers from -4 to 4."""
    source = numpy.random.default_rng([seed, *shape])
    if dtype == "int64":
        return source.integers(-4, 5, shape)
    made = source.standard_normal(shape)
    if dtype.startswith("complex"):
        made = made + 1j * source.standard_normal(shape)
    return made.astype(dtype)


def positive(shape: tuple[int, ...], dtype: str = "float64") -> numpy.ndarray[Any, Any]:
    """Hermitian positive-definite matrices."""
    a = values(shape, dtype)
    return (a @ a.conj().swapaxes(-1, -2) + numpy.eye(shape[-1])).astype(a.dtype)


def tolerance(dtype: str) -> float:
    return 2e-3 if dtype in ("float32", "complex64") else 1e-9


def adjoint(np: Any, x: Any) -> Any:
    return np.conj(np.swapaxes(x, -1, -2))


def eigh_of(np: Any, a: Any, uplo: str = "L") -> Any:
    """Eigenvalues, and the matrix put together again."""
    found = np.linalg.eigh(a, UPLO=uplo)
    w = found.eigenvalues.astype(found.eigenvectors.dtype)
    return found.eigenvalues, (found.eigenvectors * w[..., None, :]) @ adjoint(np, found.eigenvectors)


def svd_of(np: Any, a: Any, **options: Any) -> Any:
    """Singular values, moduli of the first vectors, the matrix put together again, the shapes."""
    u, s, vh = np.linalg.svd(a, **options)
    k = s.shape[-1]
    made = (u[..., :, :k] * s[..., None, :].astype(u.dtype)) @ vh[..., :k, :]
    units = adjoint(np, u) @ u, vh @ adjoint(np, vh)
    return s, abs(u[..., :k]), abs(vh[..., :k, :]), made, units


def eig_of(np: Any, a: Any) -> Any:
    """Sums of powers of eigenvalues, and what is left of the equation that they solve."""
    w, v = np.linalg.eig(a)
    return np.sum(w, -1), np.sum(w * w, -1), abs(a @ v - v * w[..., None, :]), np.sum(abs(v) ** 2, -2)


class Case(NamedTuple):
    """A call, and the shapes of its arguments."""

    body: Callable[..., Any]
    shapes: tuple[tuple[int, ...], ...]
    makes: Callable[..., Any] = values


CASES = {
    "solve": Case(lambda np, a, b: np.linalg.solve(a, b), ((2, 3, 3), (3, 2))),
    "solve_of_vector": Case(lambda np, a, b: np.linalg.solve(a, b), ((3, 3), (3,))),
    "inv": Case(lambda np, a: np.linalg.inv(a), ((2, 3, 3),)),
    "det": Case(lambda np, a: np.linalg.det(a), ((2, 3, 3),)),
    "slogdet": Case(lambda np, a: tuple(np.linalg.slogdet(a)), ((2, 3, 3),)),
    "matrix_power": Case(lambda np, a: np.linalg.matrix_power(a, 5), ((2, 3, 3),)),
    "matrix_power_negative": Case(lambda np, a: np.linalg.matrix_power(a, -2), ((3, 3),), positive),
    "cholesky": Case(lambda np, a: np.linalg.cholesky(a), ((2, 3, 3),), positive),
    "cholesky_upper": Case(lambda np, a: np.linalg.cholesky(a, upper=True), ((3, 3),), positive),
    "eigvalsh": Case(lambda np, a: np.linalg.eigvalsh(a), ((2, 3, 3),)),
    "eigvalsh_upper": Case(lambda np, a: np.linalg.eigvalsh(a, UPLO="U"), ((3, 3),)),
    "eigh": Case(eigh_of, ((2, 3, 3),)),
    "svdvals": Case(lambda np, a: np.linalg.svdvals(a), ((2, 3, 4),)),
    "svd": Case(lambda np, a: svd_of(np, a, full_matrices=False), ((2, 4, 3),)),
    "svd_wide": Case(lambda np, a: svd_of(np, a, full_matrices=False), ((3, 4),)),
    "svd_full": Case(svd_of, ((5, 3),)),
    "svd_full_wide": Case(svd_of, ((3, 4),)),
    "svd_hermitian": Case(lambda np, a: svd_of(np, a + adjoint(np, a), hermitian=True), ((3, 3),)),
    "qr": Case(lambda np, a: tuple(np.linalg.qr(a)), ((2, 4, 3),)),
    "qr_wide": Case(lambda np, a: tuple(np.linalg.qr(a)), ((2, 4),)),
    "qr_complete": Case(lambda np, a: np.linalg.qr(a, mode="complete").R, ((4, 2),)),
    "qr_r": Case(lambda np, a: np.linalg.qr(a, mode="r"), ((3, 3),)),
    "qr_raw": Case(lambda np, a: np.linalg.qr(a, mode="raw"), ((2, 4, 3),)),
    "qr_raw_wide": Case(lambda np, a: np.linalg.qr(a, mode="raw"), ((2, 4),)),
    "eig": Case(lambda np, a: tuple(abs(x) for x in eig_of(np, a)), ((2, 3, 3),)),
    "eigvals": Case(lambda np, a: abs(np.sum(np.exp(np.linalg.eigvals(a)), -1)), ((2, 3, 3),)),
    "pinv": Case(lambda np, a: np.linalg.pinv(a), ((2, 4, 3),)),
    "pinv_cut": Case(lambda np, a: np.linalg.pinv(a, rcond=0.3), ((3, 4),)),
    "pinv_hermitian": Case(lambda np, a: np.linalg.pinv(a, hermitian=True), ((3, 3),)),
    "lstsq": Case(lambda np, a, b: np.linalg.lstsq(a, b), ((4, 3), (4, 2))),
    "lstsq_wide": Case(lambda np, a, b: np.linalg.lstsq(a, b), ((3, 4), (3,))),
    "matrix_rank": Case(lambda np, a: np.linalg.matrix_rank(a), ((2, 3, 4),)),
    "tensorsolve": Case(lambda np, a, b: np.linalg.tensorsolve(a, b), ((2, 3, 6), (2, 3))),
    "tensorinv": Case(lambda np, a: np.linalg.tensorinv(a), ((2, 3, 3, 2),)),
    "multi_dot": Case(lambda np, *a: np.linalg.multi_dot(a), ((2, 3), (3, 4), (4,))),
    "outer": Case(lambda np, a, b: np.linalg.outer(a, b), ((3,), (2,))),
    "cross": Case(lambda np, a, b: np.linalg.cross(a, b, axis=0), ((3, 2), (3, 2))),
    "trace": Case(lambda np, a: np.linalg.trace(a, offset=1), ((2, 3, 3),)),
    "diagonal": Case(lambda np, a: np.linalg.diagonal(a, offset=-1), ((2, 3, 3),)),
    "matrix_transpose": Case(lambda np, a: np.linalg.matrix_transpose(a), ((2, 3),)),
    "matmul": Case(lambda np, a, b: np.linalg.matmul(a, b), ((2, 3), (3, 2))),
    "tensordot": Case(lambda np, a, b: np.linalg.tensordot(a, b, axes=1), ((2, 3), (3, 2))),
    "vecdot": Case(lambda np, a, b: np.linalg.vecdot(a, b, axis=0), ((3, 2), (3, 2))),
    "matrix_norm": Case(lambda np, a: np.linalg.matrix_norm(a), ((2, 3, 4),)),
    "vector_norm": Case(lambda np, a: np.linalg.vector_norm(a, axis=(0, 2), keepdims=True), ((2, 3, 4),)),
}
CASES |= {
    f"cond_{p}": Case(lambda np, a, p=p: np.linalg.cond(a, p), ((2, 3, 3),))
    for p in (None, -2, 1, -1, numpy.inf, -numpy.inf, "fro", "nuc")
}
CASES |= {
    f"norm_of_vectors_{p}": Case(lambda np, a, p=p: np.linalg.norm(a, p, axis=-1), ((2, 3),))
    for p in (None, 0, 1, 1.5, 3, -1, numpy.inf, -numpy.inf)
}
CASES |= {
    f"norm_of_matrices_{p}": Case(lambda np, a, p=p: np.linalg.norm(a, p, axis=(-1, -2)), ((2, 3, 4),))
    for p in ("fro", "nuc", 1, -1, 2, -2, numpy.inf, -numpy.inf)
}


def arguments(case: Case, dtype: str = "float64") -> list[numpy.ndarray[Any, Any]]:
    if case.makes is positive:
        return [positive(shape, dtype) for shape in case.shapes]
    return [values(shape, dtype, seed) for seed, shape in enumerate(case.shapes)]
