"""Special matrices under XLA: units, zeros, clusters, large, small, empty ones, those without answer."""

from __future__ import annotations

import numpy
import pytest
import tensorflow as tf
from matrix_cases import values
from test_linalg_compiled import compiled

SPECIAL = {
    "unit": numpy.eye(4),
    "zero": numpy.zeros((4, 4)),
    "ones": numpy.ones((4, 4)),
    "exchange": numpy.eye(4)[[1, 0, 3, 2]],
    "minus": -numpy.eye(4),
    "graded": values((4, 4)) * [1, 1e-4, 1e-8, 1e-12],
    "large": values((4, 4)) * 1e150,
    "small": values((4, 4)) * 1e-150,
    "cluster": numpy.diag([1, 1 + 1e-9, 1 + 2e-9, 2]) + 1e-13 * values((4, 4)),
}


@pytest.mark.parametrize("dtype", ["float64", "complex128"])
def test_decompositions_of_special_matrices(dtype):
    names, stack = list(SPECIAL), numpy.stack([*SPECIAL.values()]).astype(dtype)
    if dtype == "complex128":
        stack = stack * (0.6 + 0.8j)
    u, s, vh = compiled(lambda np, a: np.linalg.svd(a), stack)
    symmetric = stack + stack.conj().swapaxes(-1, -2)
    w, v = compiled(lambda np, a: np.linalg.eigh(a), symmetric)
    unit = numpy.eye(4)
    for i, name in enumerate(names):
        size = numpy.abs(stack[i]).max() or 1
        pairs = [
            (u[i] @ tf.cast(tf.linalg.diag(s[i]), dtype) @ vh[i] / size, stack[i] / size),
            (s[i] / size, numpy.linalg.svd(stack[i])[1] / size),
            (w[i] / size, numpy.linalg.eigvalsh(symmetric[i]) / size),
            (symmetric[i] @ v[i] / size, v[i] * tf.cast(w[i], dtype) / size),
            *((tf.linalg.adjoint(x) @ x, unit) for x in (u[i], vh[i], v[i])),
        ]
        for actual, expected in pairs:
            numpy.testing.assert_allclose(actual, expected, atol=1e-13, err_msg=name)


def test_the_complex_unit_matrix():
    for dtype in ("complex64", "complex128"):
        w, v = compiled(lambda np, a: np.linalg.eigh(a), numpy.eye(2, dtype=dtype))
        numpy.testing.assert_array_equal(w, [1, 1])
        numpy.testing.assert_array_equal(numpy.abs(v), numpy.eye(2))


FAILING = {
    "inv": (lambda np, a: np.linalg.inv(a), numpy.array([[1, 2], [2, 4.0]])),
    "solve": (lambda np, a: np.linalg.solve(a, a[0]), numpy.array([[1, 2], [2, 4.0]])),
    "matrix_power": (lambda np, a: np.linalg.matrix_power(a, -2), numpy.zeros((2, 2))),
    "cholesky": (lambda np, a: np.linalg.cholesky(a), numpy.array([[1, 2], [2, 1.0]])),
    "svdvals": (lambda np, a: np.linalg.svdvals(a), numpy.array([[1, numpy.nan], [2, 1.0]])),
    "eigvals": (lambda np, a: np.linalg.eigvals(a), numpy.array([[1, numpy.inf], [2, 1.0]])),
    "eigh": (lambda np, a: np.linalg.eigh(a)[1], numpy.array([[1, 0], [numpy.nan, 1.0]])),
}


@pytest.mark.parametrize("name", FAILING)
def test_nan_where_there_is_no_answer(name):
    body, bad = FAILING[name]
    good = numpy.array([[2, 1], [1, 3.0]])
    for dtype in ("float64", "complex128") if name in ("inv", "cholesky") else ("float64",):
        assert numpy.isnan(compiled(body, bad.astype(dtype))).all()
        if name != "solve":
            both = compiled(body, numpy.stack([bad, good]).astype(dtype)).numpy()
            assert numpy.isnan(both[0]).all() and not numpy.isnan(both[1]).any()


def test_determinants_of_singular_matrices():
    sign, log = compiled(lambda np, a: tuple(np.linalg.slogdet(a)), numpy.ones((3, 3)))
    assert sign == 0 and log == -numpy.inf
    assert compiled(lambda np, a: np.linalg.det(a), numpy.ones((3, 3))) == 0


@pytest.mark.parametrize("shape", [(2, 0, 0), (0, 2, 2), (3, 0)])
def test_matrices_without_elements(shape):
    a = numpy.zeros(shape)
    square = ("inv", "det", "eigvalsh", "cholesky") if shape[-1] == shape[-2] else ()
    for name in (*square, "svdvals", "pinv", "matrix_rank"):
        expected = getattr(numpy.linalg, name)(a)
        actual = compiled(lambda np, a: getattr(np.linalg, name)(a), a)  # noqa: B023
        numpy.testing.assert_array_equal(actual, expected)
    for full in (False, True):
        expected = numpy.linalg.svd(a, full_matrices=full)
        actual = compiled(lambda np, a: tuple(np.linalg.svd(a, full_matrices=full)), a)  # noqa: B023
        for e, x in zip(expected, actual, strict=True):
            numpy.testing.assert_array_equal(x, e)
    if square:
        for e, x in zip(numpy.linalg.eig(a), compiled(lambda np, a: tuple(np.linalg.eig(a)), a), strict=True):
            assert x.shape == e.shape


def test_residuals_of_lower_rank_are_nan():
    a, b = numpy.ones((4, 2)), values((4, 3))
    x, residuals, rank, _ = compiled(lambda np, a, b: np.linalg.lstsq(a, b), a, b)
    numpy.testing.assert_allclose(x, numpy.linalg.lstsq(a, b)[0], atol=1e-12)
    assert rank == 1 and residuals.shape == (3,) and numpy.isnan(residuals).all()
