"""Products of arrays that are not ufuncs: dot, tensordot, einsum, ... Knows declarations and kernels."""

from __future__ import annotations

import functools
import operator
import warnings
from collections.abc import Sequence
from typing import Any

import numpy
import tensorflow as tf
from numpy.lib.array_utils import normalize_axis_index

from tnp_shim import conversion, dtypes
from tnp_shim.array import ndarray, wrap
from tnp_shim.declaration import DType, Tensor, function
from tnp_shim.declaration.function import write_out
from tnp_shim.errors import UnknownShapeError
from tnp_shim.functions import einsum_subscripts
from tnp_shim.functions.parts import diagonal as diagonal_view
from tnp_shim.functions.reductions import in_loop, into
from tnp_shim.functions.views import transpose as transpose_view
from tnp_shim.kernels import contraction, shapes
from tnp_shim.kernels.arithmetic import conjugate, multiply, negative, subtract
from tnp_shim.kernels.contraction import transpose
from tnp_shim.kernels.products import diagonal, inner_product, matrix_product, matvec, sum_over
from tnp_shim.promotion import cast, constant, promote_args
from tnp_shim.tensorflow_internals import gen_array_ops
from tnp_shim.ufuncs import UFUNCS


def _contract_axes(name: str, x: tf.Tensor, y: tf.Tensor, axes_x: Sequence[int], axes_y: Sequence[int]):
    """The sum of products over pairs of axes; the axes left over come in order, those of x first."""
    rank_x, rank_y = shapes.rank_of(x, name), shapes.rank_of(y, name)
    for n, m in zip((x.shape[axis] for axis in axes_x), (y.shape[axis] for axis in axes_y), strict=True):
        if n is not None and m is not None and n != m:
            raise ValueError(
                f"{name}: shapes {x.shape} and {y.shape} differ along the axes to be summed over"
            )
    x_labels = list(range(rank_x))
    y_labels = list(range(rank_x, rank_x + rank_y))
    for axis_x, axis_y in zip(axes_x, axes_y, strict=True):
        y_labels[axis_y] = x_labels[axis_x]
    kept = tuple(sorted(set(x_labels) ^ set(y_labels)))
    return contraction.contract((x, tuple(x_labels)), (y, tuple(y_labels)), kept)[0]


@function(numpy.dot, scalar=True)
def dot(a: Tensor, b: Tensor, out: Any = None):
    """Product of matrices, inner product of vectors, or scaling by a number. Differentiable.

    Of more axes: the sum of products over the last axis of `a` and the last but one of `b`.
    """
    product = _dot(*promote_args("dot", a, b))
    scales = 0 in (a.shape.rank, b.shape.rank) and product.dtype not in _OF_A_BLAS
    if out is not None and scales:  # by a ufunc in NumPy, with its casts
        return write_out("dot", wrap(product), out)
    return write_product("dot", product, out)


_OF_A_BLAS = (tf.float32, tf.float64, tf.complex64, tf.complex128)


def _in_c_order(array: Any) -> bool:
    """Whether an array is contiguous, as far as its layout is known while tracing."""
    try:
        return bool(array.flags.c_contiguous)
    except UnknownShapeError:
        return True


def write_product(name: str, product: tf.Tensor, out: Any) -> Any:
    """The product, or `out` after it was written there: an array as the product itself would be."""
    if out is None:
        return product
    if not isinstance(out, (ndarray, numpy.ndarray)):
        raise TypeError("'out' must be an array")
    shape = out._cell.shape if isinstance(out, ndarray) else out.shape
    dtype = dtypes.to_numpy(product.dtype)
    if out.dtype != dtype or out.ndim != product.shape.rank or not _in_c_order(out):
        raise ValueError(
            "output array is not acceptable (must have the right datatype, number of dimensions, "
            "and be a C-Array)"
        )
    if not product.shape.is_compatible_with(shape):
        raise ValueError("output array has wrong dimensions")
    written = write_out(name, wrap(product), out, "no")
    return product if product.shape.rank == 0 else written  # NumPy makes a scalar of 0-d arrays


def _dot(a: tf.Tensor, b: tf.Tensor) -> tf.Tensor:
    rank_a, rank_b = shapes.rank_of(a, "dot"), shapes.rank_of(b, "dot")
    if rank_a == 0 or rank_b == 0:
        return multiply(a, b)
    if rank_b == 1:
        return inner_product(a, b) if rank_a == 1 else matvec(a, b)
    if rank_a == rank_b == 2:
        return matrix_product(a, b)
    return _contract_axes("dot", a, b, (rank_a - 1,), (rank_b - 2,))


@function(numpy.inner, scalar=True)
def inner(a: Tensor, b: Tensor):
    """Sum of products over the last axes of both. Differentiable."""
    a, b = promote_args("inner", a, b)
    rank_a, rank_b = shapes.rank_of(a, "inner"), shapes.rank_of(b, "inner")
    if rank_a == 0 or rank_b == 0:
        return multiply(a, b)
    if rank_a == rank_b == 1:
        return inner_product(a, b)
    return _contract_axes("inner", a, b, (rank_a - 1,), (rank_b - 1,))


@function(numpy.vdot, scalar=True)
def vdot(a: Tensor, b: Tensor):
    """Inner product of all elements, those of `a` conjugated. Differentiable."""
    a, b = promote_args("vdot", a, b)
    a, b = shapes.flat(a), shapes.flat(b)
    return inner_product(conjugate(a), b) if a.dtype.is_complex else inner_product(a, b)


@function(numpy.outer)
def outer(a: Tensor, b: Tensor):
    """Products of every element of `a` with every element of `b`. Differentiable."""
    a, b = promote_args("outer", a, b)
    column = gen_array_ops.reshape(a, constant((-1, 1), tf.int32))
    return multiply(column, shapes.flat(b))


def _tensordot_axes(axes: Any, rank_a: int, rank_b: int) -> tuple[list[int], list[int]]:
    try:
        axes_a, axes_b = axes
    except TypeError:
        count = operator.index(axes)
        axes_a, axes_b = tuple(range(-count, 0)), tuple(range(count))
    pairs = []
    for given, rank in ((axes_a, rank_a), (axes_b, rank_b)):
        given = conversion.to_axis(given, "axes")
        given = (given,) if isinstance(given, int) else tuple(given)
        pairs.append([normalize_axis_index(axis, rank) for axis in given])
    first, second = pairs
    if len(set(first)) < len(first) or len(set(second)) < len(second):
        raise ValueError("duplicate axes are not allowed in tensordot")
    if len(first) != len(second):
        raise ValueError("shape-mismatch for sum")
    return first, second


@function(numpy.tensordot)
def tensordot(a: Tensor, b: Tensor, axes: Any = 2):
    """Sum of products over the given axes of both. Differentiable."""
    a, b = promote_args("tensordot", a, b)
    ranks = shapes.rank_of(a, "tensordot"), shapes.rank_of(b, "tensordot")
    return _contract_axes("tensordot", a, b, *_tensordot_axes(axes, *ranks))


@function(numpy.kron, scalar=True)
def kron(a: Tensor, b: Tensor):
    """Blocks of `b`, each scaled by an element of `a`. Differentiable."""
    a, b = promote_args("kron", a, b)
    rank_a, rank_b = shapes.rank_of(a, "kron"), shapes.rank_of(b, "kron")
    if rank_a == 0 or rank_b == 0:
        return multiply(a, b)
    labels_a = tuple((axis, "a") for axis in range(-rank_a, 0))
    labels_b = tuple((axis, "b") for axis in range(-rank_b, 0))
    blocks, _ = contraction.contract((a, labels_a), (b, labels_b), tuple(sorted(labels_a + labels_b)))
    rank = max(rank_a, rank_b)
    sizes_a = [1] * (rank - rank_a) + shapes.lengths(a)
    sizes_b = [1] * (rank - rank_b) + shapes.lengths(b)
    return shapes.reshape(blocks, [shapes.product(pair) for pair in zip(sizes_a, sizes_b, strict=True)])


@function(numpy.trace, scalar=True)
def trace(a: Tensor, offset: Any = 0, axis1: int = 0, axis2: int = 1, dtype: DType = None, out: Any = None):
    """Sum over the diagonals of the matrices along two axes. Differentiable."""
    rank = shapes.rank_of(a, "trace")
    if rank < 2:
        raise ValueError("diag requires an array of at least two dimensions")
    first, second = (normalize_axis_index(operator.index(axis), rank) for axis in (axis1, axis2))
    if first == second:
        raise ValueError("axis1 and axis2 cannot be the same")
    others = [axis for axis in range(rank) if axis not in (first, second)]
    elements = diagonal(transpose(a, [*others, first, second]), operator.index(offset))
    return into("trace", sum_over(in_loop(UFUNCS["add"], elements, dtype, out), (rank - 2,)), out)


def _vector_axis_last(x: tf.Tensor, axis: Any, name: str) -> tf.Tensor:
    rank = shapes.rank_of(x, "cross")
    if rank < 1:
        raise ValueError("At least one array has zero dimension")
    position = normalize_axis_index(operator.index(axis), rank, msg_prefix=name)
    return transpose(x, [*(other for other in range(rank) if other != position), position])


def _components(x: tf.Tensor) -> list[tf.Tensor]:
    """The two or three components of vectors along the last axis; if unknown how many, they must be three."""
    count = x.shape[-1]
    if count is None:
        count = 3
        x = gen_array_ops.ensure_shape(x, [*x.shape[:-1], count])
    if count not in (2, 3):
        raise ValueError("incompatible dimensions for cross product\n(dimension must be 2 or 3)")
    return gen_array_ops.unpack(x, num=count, axis=-1)


def _minor(x: Sequence[tf.Tensor], y: Sequence[tf.Tensor], i: int, j: int) -> tf.Tensor:
    """x[i] * y[j] - x[j] * y[i], where a third component that is not there is zero."""
    product = multiply(x[i], y[j]) if i < len(x) and j < len(y) else None
    subtracted = multiply(x[j], y[i]) if j < len(x) and i < len(y) else None
    if subtracted is None:
        return product
    return negative(subtracted) if product is None else subtract(product, subtracted)


@function(numpy.cross)
def cross(a: Tensor, b: Tensor, axisa: Any = -1, axisb: Any = -1, axisc: Any = -1, axis: Any = None):
    """Cross product of vectors of three components along an axis. Differentiable.

    Vectors of two components are taken as NumPy takes them, with its DeprecationWarning.
    """
    if axis is not None:
        axisa = axisb = axisc = axis
    a, b = promote_args("cross", a, b)
    if a.dtype == tf.bool:
        raise TypeError("cross: the difference of bool is not defined")
    x = _components(_vector_axis_last(a, axisa, "axisa"))
    y = _components(_vector_axis_last(b, axisb, "axisb"))
    if len(x) == 2 or len(y) == 2:
        warnings.warn(
            "Arrays of 2-dimensional vectors are deprecated. Use arrays of "
            "3-dimensional vectors instead. (deprecated in NumPy 2.0)",
            DeprecationWarning,
            stacklevel=4,
        )
    if len(x) == len(y) == 2:
        return _minor(x, y, 0, 1)
    components = [_minor(x, y, 1, 2), _minor(x, y, 2, 0), _minor(x, y, 0, 1)]
    rank = components[2].shape.rank + 1
    position = normalize_axis_index(operator.index(axisc), rank, msg_prefix="axisc")
    shape = shapes.broadcast_shape(*components)
    return gen_array_ops.pack([shapes.broadcast_to(c, shape) for c in components], axis=position)


def _subscripts_and_operands(operands: Sequence[Any]) -> tuple[str, list[Any]]:
    """The subscripts as a string, whichever way they were given, and the operands."""
    if not operands:
        raise ValueError("must specify the einstein sum subscripts string and at least one operand")
    first, *rest = operands
    if isinstance(first, bytes):
        first = first.decode("ascii")
    return (str(first), rest) if isinstance(first, str) else einsum_subscripts.from_sublists(operands)


def _of_known_rank(x: tf.Tensor, rank: int | None) -> tf.Tensor:
    """The tensor with the rank that its subscripts tell, where it is unknown."""
    if x.shape.rank is not None or rank is None:
        return x
    return gen_array_ops.ensure_shape(x, [None] * rank)


def _check_sizes(operands: Sequence[contraction.Operand]) -> None:
    """ValueError if a label is known to have two lengths, none of them 1."""
    found: dict[Any, int] = {}
    for x, labels in operands:
        for label, size in zip(labels, x.shape, strict=True):
            if size not in (None, 1) and found.setdefault(label, size) != size:
                raise ValueError(f"einsum: label {label!r} has the lengths {found[label]} and {size}")


_LENGTH_OF_UNKNOWN = 16
"""What an axis of unknown length is taken to have when the order of products is chosen."""


@functools.lru_cache(maxsize=1024)
def _numpys_path(
    subscripts: str, sizes: tuple[tuple[int, ...], ...], optimize: Any
) -> tuple[tuple[int, ...], ...]:
    stand_ins = [numpy.broadcast_to(numpy.float64(0), shape) for shape in sizes]
    optimize = (
        list(optimize) if isinstance(optimize, tuple) and optimize[:1] == ("einsum_path",) else optimize
    )
    return tuple(numpy.einsum_path(subscripts, *stand_ins, optimize=optimize)[0][1:])


def _path(subscripts: str, operands: Sequence[contraction.Operand], optimize: Any) -> Sequence[Sequence[int]]:
    """The order in which operands are multiplied: the user's, or the one that NumPy finds greedily."""
    if len(operands) < 3 and optimize in (False, True, None):
        return [tuple(range(len(operands)))] if len(operands) > 1 else []
    known: dict[Any, int] = {}
    for x, labels in operands:
        known.update(
            (label, size) for label, size in zip(labels, x.shape, strict=True) if size not in (None, 1)
        )
    sizes = tuple(
        tuple(
            known.get(label, _LENGTH_OF_UNKNOWN) if size is None else size
            for label, size in zip(labels, x.shape, strict=True)
        )
        for x, labels in operands
    )
    if isinstance(optimize, list):
        optimize = tuple(tuple(step) if isinstance(step, list) else step for step in optimize)
    return _numpys_path(subscripts, sizes, "greedy" if optimize in (False, True, None) else optimize)


@function(numpy.einsum, scalar=True)
def einsum(*operands: Any, out: Any = None, optimize: Any = False, **kwargs: Any):
    """Sum of products over labelled axes (see `numpy.einsum`), lowered to matrix products. Differentiable.

    Three or more operands are multiplied pair by pair, in the order of `optimize` or, without one, in
    the order that `numpy.einsum_path` finds greedily. Of one operand, where nothing is summed, the result is
    a view: `np.einsum("ii->i", a)[:] = 0` clears the diagonal of `a`.
    """
    subscripts, given = _subscripts_and_operands(operands)
    tensors = [conversion.to_tensor(operand) for operand in given]
    dtype, casting = kwargs.pop("dtype", None), kwargs.pop("casting", "safe")
    dtype = None if dtype is None else numpy.dtype(dtype)
    if kwargs.pop("order", "K") not in ("C", "F", "A", "K") or kwargs:
        raise TypeError(f"einsum() got unexpected keyword arguments or an unknown order: {kwargs}")
    if any(x.shape.rank is None for x in tensors):
        terms = einsum_subscripts.lengths_of_terms(subscripts)
        tensors = [_of_known_rank(x, rank) for x, rank in zip(tensors, terms, strict=False)]
    labels, output = einsum_subscripts.parse(subscripts, tuple(shapes.rank_of(x, "einsum") for x in tensors))
    labelled = list(zip(tensors, labels, strict=True))
    _check_sizes(labelled)
    if len(tensors) > 1 or set(labels[0]) != set(output) or out is not None:
        labelled = list(zip(_in_common_dtype(tensors, dtype, casting, out), labels, strict=True))
    elif (
        output and isinstance(given[0], ndarray) and given[0]._cell.read().shape.rank
    ):  # no number is computed, and NumPy ignores a dtype
        return _view_by_labels(given[0], labels[0], output)
    found = contraction.einsum(labelled, output, _path(subscripts, labelled, optimize))
    return found if out is None else write_out("einsum", wrap(found), out, casting)


def _view_by_labels(
    array: ndarray, labels: einsum_subscripts.Labels, output: einsum_subscripts.Labels
) -> Any:
    """The array with its axes in the order of the labels of the output, of equal ones the diagonal."""
    seen: Any = array
    for label in output:
        while labels.count(label) > 1:
            first = labels.index(label)
            second = labels.index(label, first + 1)
            sizes = seen._cell.read().shape
            if sizes[first] != sizes[second] and None not in (sizes[first], sizes[second]):
                raise ValueError(f"einsum: the axes {label!r} differ in length: {sizes}")
            seen = diagonal_view(seen, 0, first, second)
            labels = (*labels[:first], *labels[first + 1 : second], *labels[second + 1 :], label)
    seen = transpose_view(seen, [labels.index(label) for label in output])
    seen._writeable = array._writeable
    return seen


def _in_common_dtype(tensors: list[tf.Tensor], dtype: Any, casting: Any, out: Any) -> list[tf.Tensor]:
    if dtype is None and out is None:
        return promote_args("einsum", *tensors)
    if dtype is None:  # `out` is one of the operands that NumPy promotes
        dtype = numpy.result_type(out.dtype, *(dtypes.to_numpy(tensor.dtype) for tensor in tensors))
    target = dtypes.canonical(dtype)
    for tensor in tensors:
        if not numpy.can_cast(dtypes.to_numpy(tensor.dtype), target, casting):
            raise TypeError(f"einsum: {tensor.dtype.name} cannot be cast to {target} by the rule {casting!r}")
    return [cast(tensor, dtypes.to_tf(target)) for tensor in tensors]


@function(numpy.einsum_path, route="trace")
def einsum_path(*operands: Any, optimize: Any = "greedy", einsum_call: Any = False):
    """The order of products that NumPy would choose, from the shapes alone, which must be known."""
    subscripts, given = _subscripts_and_operands(operands)
    tensors = [conversion.to_tensor(operand) for operand in given]
    sizes = [shapes.shape_of(x) for x in tensors]
    if any(isinstance(size, tf.Tensor) for size in sizes):
        raise shapes.unknown_shape("einsum_path")
    stand_ins = [numpy.broadcast_to(numpy.float64(0), size) for size in sizes]
    return numpy.einsum_path(subscripts, *stand_ins, optimize=optimize, einsum_call=einsum_call)
