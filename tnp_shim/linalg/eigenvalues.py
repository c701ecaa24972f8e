"""eig, eigvals, eigh and eigvalsh of numpy.linalg. Knows declarations and kernels."""

from __future__ import annotations

from typing import Any

import numpy
import tensorflow as tf

from tnp_shim.declaration import Tensor, function
from tnp_shim.kernels.elementwise import imag, real
from tnp_shim.kernels.linear_algebra import general, symmetric
from tnp_shim.kernels.linear_algebra.matrices import adjoint
from tnp_shim.linalg.inputs import square_matrices
from tnp_shim.tensorflow_internals import known_value

EighResult = type(numpy.linalg.eigh(numpy.eye(1)))
EigResult = type(numpy.linalg.eig(numpy.eye(1)))


def _all_real(a: tf.Tensor, values: tf.Tensor) -> bool:
    """Whether the eigenvalues of real matrices are known to be real, so that NumPy's result is."""
    if a.dtype.is_complex:
        return False
    parts = known_value(imag(values))
    return parts is not None and not parts.any()


@function(numpy.linalg.eig)
def eig(a: Tensor):
    """Eigenvalues and eigenvectors of length 1.

    NumPy's result is real where all eigenvalues are; while a function is traced that is unknown, and the
    result is complex. Gradients take the phases of vectors, and vectors of one value among themselves, not to
    turn; where the vectors are no basis (a defective matrix) only the mean of all eigenvalues has its exact
    gradient, and the rest is finite.
    """
    a = square_matrices(a, "eig")
    values, vectors = general.eigensystem(a)
    if _all_real(a, values):
        values, vectors = real(values), real(vectors)
    return EigResult(values, vectors)


@function(numpy.linalg.eigvals)
def eigvals(a: Tensor):
    """Eigenvalues, in no particular order. Differentiable, as `eig` is.

    NumPy's result is real where all eigenvalues are; while a function is traced that is unknown, and the
    result is complex.
    """
    a = square_matrices(a, "eigvals")
    values = general.eigenvalues(a)
    return real(values) if _all_real(a, values) else values


def _reads_lower(triangle: Any) -> bool:
    triangle = triangle.upper()
    if triangle not in ("L", "U"):
        raise ValueError("UPLO argument must be 'L' or 'U'")
    return triangle == "L"


@function(numpy.linalg.eigh)
def eigh(a: Tensor, UPLO: Any = "L"):
    """Ascending eigenvalues, and eigenvectors, of Hermitian matrices, of which one triangle is read.

    The gradient is that of a function of this triangle. Vectors of one eigenvalue (up to rounding) are taken
    not to turn into one another: right for functions of eigenvalues, and of the projectors onto the spaces of
    equal ones.
    """
    is_lower = _reads_lower(UPLO)
    a = square_matrices(a, "eigh")
    return EighResult(*symmetric.eigensystem(a if is_lower else adjoint(a)))


@function(numpy.linalg.eigvalsh)
def eigvalsh(a: Tensor, UPLO: Any = "L"):
    """Ascending eigenvalues of Hermitian matrices, of which one triangle is read. Differentiable."""
    is_lower = _reads_lower(UPLO)
    a = square_matrices(a, "eigvalsh")
    return symmetric.eigenvalues(a if is_lower else adjoint(a))
