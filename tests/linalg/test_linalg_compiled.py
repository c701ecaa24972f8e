"""np.linalg under XLA: the same numbers."""

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
