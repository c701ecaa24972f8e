"""Covariances and correlations of variables. Knows declarations and kernels."""

from __future__ import annotations

from typing import Any

import numpy
import tensorflow as tf

from tnp_shim import dtypes
from tnp_shim.declaration import DType, Tensor, function
from tnp_shim.functions.reductions import reduced
from tnp_shim.functions.statistics import average, every_known
from tnp_shim.indexing.checks import asserted
from tnp_shim.kernels.elementwise import complex_of, imag, like, real, select
from tnp_shim.kernels.shapes import as_length, at_least_rank, filled, length, rank_of
from tnp_shim.promotion import as_tensor, cast, constant
from tnp_shim.tensorflow_internals import gen_array_ops, gen_math_ops
from tnp_shim.ufuncs import UFUNCS

_FLIP = (1, 0)


def _variables(m: tf.Tensor, rowvar: bool, name: str, is_first: bool) -> tf.Tensor:
    """A matrix with a row for each variable."""
    rank = rank_of(m, "cov")
    if rank > 2:
        raise ValueError(f"{name} has more than 2 dimensions")
    matrix = at_least_rank(m, 2)
    if not rowvar and (rank == 2 if is_first else matrix.shape[0] != 1):
        return gen_array_ops.transpose(matrix, constant(_FLIP, tf.int32))
    return matrix


def _checked_weights(name: str, weights: tf.Tensor, samples: Any) -> tf.Tensor:
    """Weights of the samples in float64; NumPy's errors for others."""
    weights = cast(weights, tf.float64)
    if name == "fweights":
        whole = gen_math_ops.equal(weights, gen_math_ops.rint(weights))
        weights = asserted(weights, every_known(whole), "fweights must be integer", TypeError)
    if rank_of(weights, "cov") > 1:
        raise RuntimeError(f"cannot handle multidimensional {name}")
    same = gen_math_ops.equal(as_length(length(weights, 0)), as_length(samples))
    weights = asserted(weights, same, f"incompatible numbers of samples and {name}", RuntimeError)
    positive = every_known(gen_math_ops.greater_equal(weights, like(0, weights)))
    return asserted(weights, positive, f"{name} cannot be negative", ValueError)


def _covariance(
    m: tf.Tensor,
    y: tf.Tensor | None,
    rowvar: bool,
    ddof: Any,
    fweights: tf.Tensor | None,
    aweights: tf.Tensor | None,
    dtype: numpy.dtype[Any] | None,
) -> tf.Tensor:
    if dtype is None:
        keys = [dtypes.to_numpy(tensor.dtype) for tensor in (m, y) if tensor is not None]
        dtype = dtypes.under_default(numpy.result_type(*keys, dtypes.FLOAT64), tuple(keys))
    elif dtype.kind in "biu":
        raise TypeError(f"Cannot cast the mean, of float64, to {dtype!r} with casting rule 'same_kind'")
    kept = dtypes.to_tf(dtype)
    x = cast(_variables(m, rowvar, "m", True), kept)
    if x.shape[0] == 0:
        return filled((0, 0), constant(0, tf.float64))
    if y is not None:
        rows = [x, cast(_variables(y, rowvar, "y", False), kept)]
        x = gen_array_ops.concat_v2(rows, constant(0, tf.int32))
    samples = length(x, 1)
    weights = None
    if fweights is not None:
        weights = fweights = _checked_weights("fweights", fweights, samples)
    if aweights is not None:
        aweights = _checked_weights("aweights", aweights, samples)
        weights = aweights if weights is None else gen_math_ops.mul(weights, aweights)
    centre = average.__wrapped_body__(x, 1, weights, keepdims=True)  # type: ignore[attr-defined]
    freedom = _freedom(samples, ddof, weights, aweights)
    x = gen_math_ops.sub(x, cast(centre, kept))
    other = x if weights is None else gen_math_ops.mul(x, cast(weights, kept))
    product = gen_math_ops.mat_mul(
        x, gen_math_ops.conj(other) if kept.is_complex else other, transpose_b=True
    )
    return gen_math_ops.mul(product, cast(gen_math_ops.reciprocal(freedom), kept))


def _freedom(samples: Any, ddof: Any, weights: tf.Tensor | None, aweights: tf.Tensor | None) -> tf.Tensor:
    """The number of samples less the degrees of freedom that the mean took; zero where none is left."""
    less = as_tensor(ddof, tf.float64)
    if weights is None:
        left = gen_math_ops.sub(cast(as_length(samples), tf.float64), less)
    else:
        total = reduced(UFUNCS["add"], weights, None)
        if aweights is not None:
            squares = reduced(UFUNCS["add"], gen_math_ops.mul(weights, aweights), None)
            less = gen_math_ops.mul(less, gen_math_ops.real_div(squares, total))
        left = gen_math_ops.sub(total, less)
    return gen_math_ops.maximum(left, like(0, left))


@function(numpy.cov)
def cov(
    m: Tensor,
    y: Tensor | None = None,
    rowvar: Any = True,
    bias: Any = False,
    ddof: Any = None,
    fweights: Tensor | None = None,
    aweights: Tensor | None = None,
    *,
    dtype: DType = None,
) -> Tensor:
    """The covariances of variables (rows, or columns if not `rowvar`) over samples. Differentiable."""
    if ddof is None:
        ddof = 0 if bias else 1
    elif ddof != int(ddof):
        raise ValueError("ddof must be integer")
    found = _covariance(m, y, bool(rowvar), ddof, fweights, aweights, dtype)
    if found.shape[0] == 0:
        return found
    single = [axis for axis in (0, 1) if found.shape[axis] == 1]
    return gen_array_ops.squeeze(found, single) if single else found


@function(numpy.corrcoef, scalar=True)
def corrcoef(x: Tensor, y: Tensor | None = None, rowvar: Any = True, *, dtype: DType = None) -> Tensor:
    """The correlations of variables (rows, or columns if not `rowvar`) over samples. Differentiable."""
    c = _covariance(x, y, bool(rowvar), 1, None, None, dtype)
    if c.shape == (1, 1):  # a variable with itself: 1, or NaN if it does not vary
        c = gen_array_ops.reshape(c, constant((), tf.int32))
        return gen_math_ops.real_div(c, c)
    variances = gen_array_ops.matrix_diag_part(c)
    variances = real(variances) if c.dtype.is_complex else variances
    deviation = cast(gen_math_ops.sqrt(variances), c.dtype)
    c = gen_math_ops.real_div(c, gen_array_ops.expand_dims(deviation, constant(1, tf.int32)))
    c = gen_math_ops.real_div(c, gen_array_ops.expand_dims(deviation, constant(0, tf.int32)))
    return complex_of(_clipped(real(c)), _clipped(imag(c))) if c.dtype.is_complex else _clipped(c)


def _clipped(x: tf.Tensor) -> tf.Tensor:
    """Rounding may leave [-1, 1]; the gradient is that of what is not clipped."""
    beyond = gen_math_ops.greater(gen_math_ops._abs(x), like(1, x))
    clipped = gen_math_ops.sign(gen_array_ops.stop_gradient(x))
    return select(beyond, clipped + x - gen_array_ops.stop_gradient(x), x)
