"""qr, cholesky, svd and svdvals of numpy.linalg. Knows declarations and kernels."""

from __future__ import annotations

import warnings
from typing import Any

import numpy
import tensorflow as tf

from tnp_shim.declaration import Tensor, function
from tnp_shim.kernels.linear_algebra import cholesky as cholesky_factors
from tnp_shim.kernels.linear_algebra import orthogonal, singular_values
from tnp_shim.kernels.linear_algebra.matrices import adjoint, transposed
from tnp_shim.kernels.linear_algebra.pseudo_inverse import hermitian_singular_system
from tnp_shim.kernels.linear_algebra.symmetric import eigenvalues
from tnp_shim.kernels.sorting import sort
from tnp_shim.linalg.inputs import matrices, square_matrices
from tnp_shim.tensorflow_internals import gen_array_ops, gen_math_ops

QRResult = type(numpy.linalg.qr(numpy.eye(1)))
SVDResult = type(numpy.linalg.svd(numpy.eye(1)))

_OLD_MODES = {
    "f": "reduced",
    "full": "reduced",
    "e": "economic",
    "economic": "economic",
}


@function(numpy.linalg.qr)
def qr(a: Tensor, mode: Any = "reduced"):
    """Orthonormal columns and an upper triangle whose product the matrices are.

    Of the modes 'reduced', 'complete', 'r' and 'raw' all are differentiable. The columns that Q has beyond
    those of the matrix in mode 'complete' are taken not to turn among themselves. Where R is singular its
    inverse in the gradient is kept finite.
    """
    mode = _known_mode(mode)
    a = matrices(a, "qr")
    if mode == "raw":
        made, factors = orthogonal.reflectors(a)
        return transposed(made), factors
    if mode == "economic":
        return orthogonal.reflectors(a)[0]
    q, r = orthogonal.decomposition(a, full=mode == "complete")
    return r if mode == "r" else QRResult(q, r)


def _known_mode(mode: Any) -> str:
    if mode in ("reduced", "complete", "r", "raw"):
        return mode
    if mode not in _OLD_MODES:
        raise ValueError(f"Unrecognized mode '{mode}'")
    text = (
        "The 'full' option is deprecated in favor of 'reduced'.\nFor backward compatibility let mode default."
        if mode in ("f", "full")
        else "The 'economic' option is deprecated."
    )
    warnings.warn(text, DeprecationWarning, stacklevel=5)
    return _OLD_MODES[mode]


@function(numpy.linalg.cholesky)
def cholesky(a: Tensor, /, *, upper: Any = False):
    """The triangular factor of Hermitian positive-definite matrices, of which one triangle is read.

    The gradient is that of a function of this triangle. LinAlgError where a matrix is not positive definite:
    in a graph as an assertion when it runs, under XLA, which has none, as NaN.
    """
    a = square_matrices(a, "cholesky")
    if upper:
        return adjoint(cholesky_factors.cholesky(adjoint(a)))
    return cholesky_factors.cholesky(a)


@function(numpy.linalg.svd)
def svd(a: Tensor, full_matrices: Any = True, compute_uv: Any = True, hermitian: Any = False):
    """Singular values, and the unitary matrices to their left and right.

    Gradients are right for what does not depend on the choice of vectors, as long as it does not weigh those
    of one singular value differently; vectors of one value are taken not to turn into one another. Vectors
    beyond the shorter side turn only against the others.
    """
    if hermitian:
        a = square_matrices(a, "svd")
        if not compute_uv:
            return _descending(gen_math_ops._abs(eigenvalues(a)))
        left, values, right = hermitian_singular_system(a)
        return SVDResult(left, values, adjoint(right))
    a = matrices(a, "svd")
    if not compute_uv:
        return singular_values.singular_values(a)
    left, values, right = singular_values.singular_system(a, bool(full_matrices))
    return SVDResult(left, values, adjoint(right))


def _descending(values: tf.Tensor) -> tf.Tensor:
    return gen_array_ops.reverse_v2(sort(values), [values.shape.rank - 1])


@function(numpy.linalg.svdvals)
def svdvals(x: Tensor, /):
    """The singular values, in descending order. Differentiable."""
    return singular_values.singular_values(matrices(x, "svdvals"))
