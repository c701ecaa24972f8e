"""The namespace `numpy.linalg` on tensors. Knows the declarations.

Errors: LinAlgError eagerly; in a graph an error when it runs, whose text names LinAlgError; under XLA, which
has no errors, NaN. Gradients, first and second ones, are finite everywhere; the conventions are those of
`tnp_shim.kernels.linear_algebra.derivatives`.
"""

from numpy.linalg import LinAlgError

from tnp_shim.linalg.decompositions import cholesky, qr, svd, svdvals
from tnp_shim.linalg.eigenvalues import eig, eigh, eigvals, eigvalsh
from tnp_shim.linalg.equations import det, inv, matrix_power, slogdet, solve, tensorinv, tensorsolve
from tnp_shim.linalg.norms import matrix_norm, norm, vector_norm
from tnp_shim.linalg.products import (
    cross,
    diagonal,
    matmul,
    matrix_transpose,
    multi_dot,
    outer,
    tensordot,
    trace,
    vecdot,
)
from tnp_shim.linalg.ranks import cond, lstsq, matrix_rank, pinv

__all__ = [
    "LinAlgError",
    "cholesky",
    "cond",
    "cross",
    "det",
    "diagonal",
    "eig",
    "eigh",
    "eigvals",
    "eigvalsh",
    "inv",
    "lstsq",
    "matmul",
    "matrix_norm",
    "matrix_power",
    "matrix_rank",
    "matrix_transpose",
    "multi_dot",
    "norm",
    "outer",
    "pinv",
    "qr",
    "slogdet",
    "solve",
    "svd",
    "svdvals",
    "tensordot",
    "tensorinv",
    "tensorsolve",
    "trace",
    "vecdot",
    "vector_norm",
]
