"""np.linalg under XLA: the same numbers, and NaN rather than a wrong one where there is no answer."""

from __future__ import annotations

import numpy
import pytest
import tensorflow as tf
from differential import run
from matrix_cases import CASES, arguments, tolerance
from traced import check_tensors, tensors_in

import tnp_shim as np
import tnp_shim.linalg


def compiled(body, *points):
    """What a body gives under XLA, as tensors."""
    function = tf.function(
        lambda *tensors: tensors_in(body(np, *map(np.asarray, tensors))), jit_compile=True, autograph=False
    )
    return function(*map(tf.constant, points))


NAMES = (
    *(
        "solve",
        "inv",
        "det",
        "slogdet",
        "cholesky_upper",
        "eigh",
        "svd",
        "svd_full_wide",
        "qr",
        "qr_complete",
    ),
    *("qr_raw", "eig", "pinv_cut", "lstsq", "matrix_rank", "cond_1", "norm_of_matrices_2", "vector_norm"),
)
"""Those that have code of their own for XLA, and some that rest on these."""


@pytest.mark.parametrize("name", NAMES)
def test_values(name):
    case = CASES[name]
    points = arguments(case)
    expected, _ = run(case.body, numpy, points)
    check_tensors(expected, compiled(case.body, *points), 1e-9, name)


COMPLEX = {
    "inv": "complex64",
    "slogdet": "complex128",
    "eigh": "complex64",
    "svd_full": "complex128",
    "eig": "complex64",
    "qr": "complex64",
    "cholesky": "complex128",
}


@pytest.mark.parametrize("name", COMPLEX)
def test_complex_values(name):
    case, dtype = CASES[name], COMPLEX[name]
    points = arguments(case, dtype)
    expected, _ = run(case.body, numpy, points)
    check_tensors(expected, compiled(case.body, *points), tolerance(dtype), name)


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
        for stack in (bad, bad[None]):
            assert numpy.isnan(compiled(body, stack.astype(dtype))).all()
        if name != "solve":
            both = compiled(body, numpy.stack([bad, good]).astype(dtype)).numpy()
            assert numpy.isnan(both[0]).all() and not numpy.isnan(both[1]).any()
