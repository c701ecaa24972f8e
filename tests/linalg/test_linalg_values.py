"""Every function of np.linalg run eagerly beside NumPy's: values, dtypes, shapes, named tuples, errors."""

from __future__ import annotations

import warnings

import numpy
import pytest
import tensorflow as tf
from differential import ours, same
from matrix_cases import CASES, DTYPES, arguments, positive, svd_of, tolerance, values

import tnp_shim as np
import tnp_shim.linalg

INF = numpy.inf


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("name", CASES)
def test_values(name, dtype):
    case = CASES[name]
    if dtype == "int64" and case.makes is positive:
        pytest.skip("integers are made into float64 alike everywhere")
    same(case.body, *arguments(case, dtype), tolerance=tolerance(dtype), memory=False)


def test_every_name_is_there():
    assert set(tnp_shim.linalg.__all__) == set(numpy.linalg.__all__)
    assert np.linalg.LinAlgError is numpy.linalg.LinAlgError
    for name in numpy.linalg.__all__:
        assert hasattr(np.linalg, name)


@pytest.mark.parametrize("shape", [(0, 0), (2, 0, 0), (0, 3, 3), (1, 1)])
@pytest.mark.parametrize(
    "name", ["inv", "det", "slogdet", "eigvalsh", "eigvals", "cholesky", "pinv", "matrix_rank", "svdvals"]
)
def test_matrices_without_elements(name, shape):
    a = numpy.abs(values(shape)) + numpy.eye(shape[-1])
    same(lambda np, a: getattr(np.linalg, name)(a), a, tolerance=1e-12, memory=False)


@pytest.mark.parametrize("shape", [(0, 3), (3, 0), (2, 0, 3), (0, 0)])
def test_wide_and_tall_matrices_without_elements(shape):
    a = numpy.zeros(shape)
    for full in (False, True):
        same(lambda np, a: svd_of(np, a, full_matrices=full), a, memory=False)  # noqa: B023
    for mode in ("reduced", "complete", "r"):
        same(lambda np, a: np.linalg.qr(a, mode=mode), a, memory=False)  # noqa: B023
    for order in (None, 1, 2, INF, "nuc"):
        same(lambda np, a: np.linalg.matrix_norm(a, ord=order or "fro"), a, memory=False)  # noqa: B023
    same(lambda np, a: (np.linalg.pinv(a), np.linalg.matrix_rank(a)), a, memory=False)
    same(lambda np, a: np.linalg.cond(a), a)
    if len(shape) == 2:
        same(lambda np, a, b: np.linalg.lstsq(a, b), a, numpy.zeros((shape[0], 2)), memory=False)


NORMS = (None, "fro", "f", "nuc", 2, -2, 1, -1, INF, -INF, 3, 0.5, 0, "other")


@pytest.mark.parametrize("dtype", ["float64", "complex64"])
@pytest.mark.parametrize("order", NORMS)
@pytest.mark.parametrize("axis", [None, 0, -1, (0, 1), (-1, 0), (1, 1), 7, "x"])
def test_norms(order, axis, dtype):
    for shape in ((3,), (2, 3), (2, 3, 4)):
        for keepdims in (False, True):
            same(
                lambda np, a: np.linalg.norm(a, order, axis, keepdims),  # noqa: B023
                values(shape, dtype),
                tolerance=tolerance(dtype),
                memory=False,
                message=not isinstance(axis, str),
            )


@pytest.mark.parametrize("order", NORMS)
def test_norms_of_vectors_and_of_halves(order):
    for axis in (None, 0, (0, 1), (1, 0), ()):
        same(
            lambda np, a: np.linalg.vector_norm(a, axis=axis, ord=2 if order is None else order),  # noqa: B023
            values((2, 3)),
            tolerance=1e-12,
            memory=False,
        )
    if order not in ("nuc", 2, -2):
        half = values((3,), "float32").astype("float16")
        same(lambda np, a: np.linalg.norm(a, order), half, tolerance=2e-3)


@pytest.mark.parametrize("argument", [{}, {"rcond": 0.2}, {"rtol": 0.2}, {"rtol": None}])
def test_pseudo_inverses_of_lower_rank(argument):
    a = values((5, 2)) @ values((2, 4), seed=1)
    same(lambda np, a: np.linalg.pinv(a, **argument), a, tolerance=1e-9, memory=False)
    same(lambda np, a: np.linalg.pinv(a, **argument), a.astype("float32"), tolerance=1e-4, memory=False)


def test_pseudo_inverses_with_one_limit_for_each_matrix():
    a, limits = values((2, 4, 3)), numpy.array([0.01, 0.6])
    same(lambda np, a, r: np.linalg.pinv(a, r), a, limits, tolerance=1e-9, memory=False)
    same(lambda np, a, r: np.linalg.matrix_rank(a, tol=r), a, limits)
    same(lambda np, a, r: np.linalg.matrix_rank(a, rtol=r), a, limits)
    same(lambda np, a: np.linalg.matrix_rank(a, tol=0.1, rtol=0.1), a)
    same(lambda np, a: np.linalg.pinv(a, 0.1, rtol=0.1), a)


def test_ranks():
    for dtype in ("float32", "float64", "complex128"):
        a = (values((5, 2), dtype) @ values((2, 5), dtype, 1)).astype(dtype)
        same(lambda np, a: np.linalg.matrix_rank(a), a)
        same(lambda np, a: np.linalg.matrix_rank(a @ np.conj(a.T), hermitian=True), a)
    for vector in (numpy.zeros(3), numpy.ones(3), numpy.float64(0)):
        same(lambda np, a: np.linalg.matrix_rank(a), vector)


@pytest.mark.parametrize("rows, columns", [(5, 3), (3, 5), (3, 3)])
def test_least_squares_of_lower_rank(rows, columns):
    a = values((rows, 2)) @ values((2, columns), seed=1)
    for b in (values((rows,)), values((rows, 2)), values((rows, 0))):
        same(lambda np, a, b: np.linalg.lstsq(a, b), a, b, tolerance=1e-9, memory=False)
        same(lambda np, a, b: np.linalg.lstsq(a, b, rcond=0.3), a, b, tolerance=1e-9, memory=False)


def test_errors():
    regular, singular, tall = values((3, 3)), numpy.zeros((2, 3, 3)), values((3, 2))
    for name in ("inv", "det", "slogdet", "eig", "eigvals", "eigh", "eigvalsh", "cholesky"):
        for a in (tall, values((3,)), numpy.float64(1), values((3, 3), "float32").astype("float16")):
            same(lambda np, a: getattr(np.linalg, name)(a), a)  # noqa: B023
    for name in ("svd", "svdvals", "qr", "pinv", "cond", "matrix_rank"):
        for a in (values((3,)), values((3, 3), "float32").astype("float16")):
            same(lambda np, a: getattr(np.linalg, name)(a), a)  # noqa: B023
    same(lambda np, a: np.linalg.inv(a), singular)
    same(lambda np, a: np.linalg.matrix_power(a, -1), singular)
    same(lambda np, a: np.linalg.matrix_power(a, 1.5), regular)
    same(lambda np, a: np.linalg.matrix_power(a, 2), tall)
    same(lambda np, a, b: np.linalg.solve(a, b), singular, values((3, 1)))
    same(lambda np, a, b: np.linalg.solve(a, b), regular, values((2,)))
    same(lambda np, a, b: np.linalg.solve(a, b), regular, values((2, 2)))
    same(lambda np, a, b: np.linalg.lstsq(a, b), regular, values((2, 2)))
    same(lambda np, a: np.linalg.eigh(a, UPLO="X"), regular)
    same(lambda np, a: np.linalg.qr(a, mode="other"), regular)
    same(lambda np, a: np.linalg.tensorinv(a, 0), regular)
    same(lambda np, a: np.linalg.tensorinv(a), values((2, 3, 4)))
    same(lambda np, a, b: np.linalg.tensorsolve(a, b), values((2, 3, 4)), values((2, 3)))
    same(lambda np, a: np.linalg.multi_dot([a]), regular)
    same(lambda np, a, b: np.linalg.multi_dot([a, b, a]), regular, values((2, 3, 3)))
    same(lambda np, a, b: np.linalg.outer(a, b), regular, regular)
    same(lambda np, a, b: np.linalg.cross(a, b), tall, tall)
    same(lambda np, a: np.linalg.diagonal(a), values((3,)))
    same(lambda np, a: np.linalg.trace(a), values((3,)))


@pytest.mark.parametrize("dtype", ["float32", "float64", "complex64", "complex128"])
def test_what_is_not_positive_definite(dtype):
    for diagonal in ([1, -1], [-1, 1], [0, 1], [1, 0]):
        a = numpy.diag(numpy.array(diagonal)).astype(dtype)
        same(lambda np, a: np.linalg.cholesky(a), a)
        same(
            lambda np, a: np.linalg.cholesky(a, upper=True),
            numpy.stack([a * 0 + numpy.eye(2), a]).astype(dtype),
        )
    # of a larger one, after a decomposition of the same size that is one
    a = positive((40, 40), dtype)
    np.linalg.cholesky(ours(a))
    a[30, 30] = -1
    same(lambda np, a: np.linalg.cholesky(a), a)


def test_not_a_number():
    bad = numpy.array([[[1, 2], [numpy.nan, 3]], [[2, 1], [1, 2.0]]])
    for name in ("inv", "svd", "svdvals", "pinv", "matrix_rank", "cond", "eig", "eigvals", "det", "norm"):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            same(lambda np, a: getattr(np.linalg, name)(a), bad, memory=False, tolerance=1e-12)  # noqa: B023
    for name in ("eigvalsh", "cholesky"):
        same(lambda np, a: np.isnan(getattr(np.linalg, name)(a)).any(axis=-1), bad)  # noqa: B023
    same(lambda np, a, b: np.linalg.solve(a, b), bad, numpy.ones((2, 1)), tolerance=1e-12, memory=False)


@pytest.mark.parametrize("factor", [1e150, 1e-150])
@pytest.mark.parametrize("dtype", ["float64", "complex128"])
def test_very_large_and_very_small_numbers(factor, dtype):
    a = values((4, 4), dtype) * factor
    single = values((4, 4), dtype).astype("complex64" if dtype == "complex128" else "float32")
    for made, t in ((a, 1e-12), (single * numpy.float32(factor**0.2), 1e-4)):
        scale = numpy.abs(made).max()
        same(lambda np, a: np.linalg.qr(a).R / scale, made, tolerance=t, memory=False)  # noqa: B023
        same(lambda np, a: np.linalg.svdvals(a) / scale, made, tolerance=t, memory=False)  # noqa: B023
        same(lambda np, a: np.linalg.eigvalsh(a) / scale, made, tolerance=t, memory=False)  # noqa: B023
        same(lambda np, a: np.sort(abs(np.linalg.eigvals(a))) / scale, made, tolerance=t, memory=False)  # noqa: B023


def test_orders_of_products_and_lists():
    shapes = [(10, 100), (100, 5), (5, 50), (50, 2)]
    same(lambda np, *a: np.linalg.multi_dot(a), *(values(s) for s in shapes), tolerance=1e-9, memory=False)
    for ends in (((3,), (3,)), ((3,), (3, 2)), ((3,), (3, 3), (3,)), ((2, 3), (3, 3), (3,))):
        same(lambda np, *a: np.linalg.multi_dot(a), *(values(s) for s in ends), tolerance=1e-9, memory=False)
    same(lambda np: np.linalg.inv([[2, 1], [1, 1]]), tolerance=1e-12)
    same(lambda np: np.linalg.solve([[2, 1], [1, 1]], [1, 2]), tolerance=1e-12)


def test_results_are_named():
    a = np.array(values((3, 3)))
    for name in ("eig", "eigh", "svd", "qr", "slogdet"):
        expected = getattr(numpy.linalg, name)(numpy.eye(3))
        assert type(getattr(np.linalg, name)(a)) is type(expected)


@pytest.mark.parametrize("name", ["svdvals", "matrix_rank", "pinv", "cond"])
def test_singular_matrices_under_xla(name):
    generator = numpy.random.default_rng(0)
    few = generator.integers(-2, 3, (40, 3, 3)).astype(float)
    few[::4] = few[::4, :, :1] * few[::4, :1, :]
    few = np.array(few)
    function = getattr(np.linalg, name)
    compiled = tf.function(function, autograph=False, jit_compile=True)(few).numpy()
    expected = function(few).numpy()
    if name == "cond":  # of singular matrices it is what rounding leaves
        compiled, expected = (numpy.minimum(values, 1e12) for values in (compiled, expected))
    numpy.testing.assert_allclose(compiled, expected, rtol=1e-9, atol=1e-9)
