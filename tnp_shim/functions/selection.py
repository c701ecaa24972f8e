"""Elements chosen by conditions and indices. Knows the declaration and kernels."""

from __future__ import annotations

import functools
from typing import Any

import numpy
import tensorflow as tf

from tnp_shim import dtypes
from tnp_shim.array import ndarray, wrap, write
from tnp_shim.conversion import to_operand, to_tensor
from tnp_shim.declaration import Axis, Operand, Tensor, Tensors, arrays, function
from tnp_shim.declaration.function import write_out
from tnp_shim.errors import unknown_shape
from tnp_shim.indexing.boolean import true_places
from tnp_shim.indexing.values import broadcast_value, checked_value
from tnp_shim.kernels import comparison
from tnp_shim.kernels.elementwise import complex_of, imag, like, real
from tnp_shim.kernels.elementwise import select as selected
from tnp_shim.kernels.shapes import (
    Length,
    as_length,
    broadcast_shape,
    broadcast_to,
    checked_indices,
    counting,
    flat,
    gather,
    in_range,
    length,
    lengths,
    normalized_axis,
    product,
    rank_of,
    reshape,
    vector,
)
from tnp_shim.promotion import as_tensor, cast, constant, promote_args, promotion_key, shape_of
from tnp_shim.storage import static_shape
from tnp_shim.subscripts import value_for
from tnp_shim.tensorflow_internals import compiled_by_xla, gen_array_ops, gen_math_ops


def nonzero_coordinates(tensor: tf.Tensor) -> tuple[tf.Tensor, ...]:
    """The indices of the elements that are not zero, a vector for each axis."""
    rank = rank_of(tensor, "nonzero")
    if rank == 0:
        raise ValueError("Calling nonzero on 0d arrays is not allowed.")
    condition = comparison.nonzero(tensor)
    if condition.shape.num_elements() == 1 and compiled_by_xla():
        # XLA takes an axis of at most one element for one of exactly one, so there is a second, false one
        condition = gen_array_ops.pad(flat(condition), constant(((0, 1),), tf.int32))
        return (gen_array_ops.squeeze(true_places(condition), [1]),) * rank
    rows = true_places(condition)
    return tuple(gen_array_ops.unpack(rows, rank, axis=1))


@function(numpy.where)
def where(condition: Tensor, x: Operand = None, y: Operand = None):
    """Elements of `x` where the condition is true and of `y` elsewhere; alone, the indices of the true.

    The branch that is not taken gets a gradient of exactly zero. A function whose own derivative is
    infinite there still makes NaN of that zero (0 * inf), as with any framework: in
    ``where(x > 0, sqrt(x), 0)`` at 0, choose before the function, ``sqrt(where(x > 0, x, 1))``.
    The size of the result of the one-argument form is unknown while tracing, which XLA refuses.
    """
    if x is None and y is None:
        return nonzero_coordinates(condition)
    if x is None or y is None:
        raise ValueError("either both or neither of x and y should be given")
    try:
        x, y = promote_args("where", x, y)
    except OverflowError:  # NumPy's where lets a Python int beyond the dtype wrap around
        common = dtypes.to_tf(dtypes.result_type(promotion_key(x), promotion_key(y)))
        x, y = (cast(to_tensor(branch), common) for branch in (x, y))
    return selected(comparison.nonzero(condition), x, y)


@function(numpy.select)
def select(condlist: Tensors, choicelist: Any, default: Operand = 0):
    """For each element the first choice whose condition is true. Differentiable in the choices."""
    choices = [to_operand(choice) for choice in choicelist]
    if len(condlist) != len(choices) or not choices:
        raise ValueError("list of cases must be same length as list of conditions, and not be empty")
    if any(condition.dtype != tf.bool for condition in condlist):
        raise TypeError("select: a condition should be a boolean ndarray")
    *tensors, result = promote_args("select", *choices, default)
    if result.dtype.is_unsigned and any(type(choice) is int for choice in choices):
        raise TypeError(f"select: a Python int is an int64, which is not cast to {result.dtype.name}")
    for condition, choice in zip(reversed(condlist), reversed(tensors), strict=True):
        result = selected(condition, choice, result)
    return result


INDEX_MODES = ("raise", "wrap", "clip")


def within(indices: tf.Tensor, size: Length, mode: str, axis: int = 0) -> tf.Tensor:
    """Indices brought into [0, size) as `mode` says: 'raise', 'wrap' or 'clip'."""
    check_mode(mode)
    if mode == "raise":
        return checked_indices(indices, size, axis)
    indices, size = cast(indices, tf.int64), as_length(size)
    if mode == "wrap":
        return gen_math_ops.floor_mod(indices, size)
    last = gen_math_ops.sub(size, as_length(1))
    return gen_math_ops.maximum(gen_math_ops.minimum(indices, last), as_length(0))


def check_mode(mode: Any) -> None:
    """ValueError, as NumPy's, for what is no way to treat indices outside of an array."""
    if mode not in ("raise", "wrap", "clip"):
        raise ValueError(f"clipmode must be one of 'clip', 'raise', or 'wrap' (got {mode!r})")


@function(numpy.choose, scalar=True)
def choose(a: Tensor, choices: Any, out: Any = None, mode: str = "raise"):
    """For each element of `a` the element of the choice that it numbers. Differentiable in the choices."""
    if not a.dtype.is_integer and a.dtype != tf.bool:
        raise TypeError("choose: the numbers of choices must be integers")
    if isinstance(choices, (list, tuple)):
        choices = promote_args("choose", *map(to_operand, choices)) if choices else []
    else:
        stacked = to_tensor(choices)
        if stacked.shape.rank != 0 and stacked.shape[:1] == [None]:
            raise unknown_shape("np.choose (the number of choices)")
        choices = tf.unstack(stacked)
    if not choices:
        raise ValueError("choose: there are no choices")
    numbers = cast(a, tf.int64)
    if mode == "raise":
        numbers = in_range(numbers, len(choices), "invalid entry in choice array")
    else:
        numbers = within(numbers, len(choices), mode)
    # the broadcast shape must not depend on which choices are taken
    result = choices[0]
    for number, choice in enumerate(choices[1:], 1):
        result = selected(gen_math_ops.equal(numbers, as_length(number)), choice, result)
    result = broadcast_to(result, broadcast_shape(numbers, *choices))
    return result if out is None else write_out("choose", wrap(result), out, "unsafe")


@function(numpy.extract)
def extract(condition: Tensor, arr: Tensor):
    """The elements of `arr` where the condition is true, as a vector. Differentiable in `arr`."""
    return _where_true(flat(condition), flat(arr), 0)


@function(numpy.compress)
def compress(condition: Tensor, a: Tensor, axis: Axis = None, out: Any = None):
    """The slices along an axis (None: the elements) where the condition is true. Differentiable in `a`."""
    if rank_of(condition, "compress") != 1:
        raise ValueError("condition must be a 1-d array")
    a = flat(a) if a.shape.rank == 0 else a
    a, axis = (flat(a), 0) if axis is None else (a, normalized_axis(axis, a, "compress"))
    return _into(out, _where_true(condition, a, axis), "compress")


def _where_true(condition: tf.Tensor, tensor: tf.Tensor, axis: int) -> tf.Tensor:
    (places,) = nonzero_coordinates(condition)
    size = length(tensor, axis)
    if not isinstance(size, int) or condition.shape[0] is None or condition.shape[0] > size:
        places = checked_indices(places, size, axis)
    return gather(tensor, places, axis)


def _whole(indices: tf.Tensor, given: Any, name: str) -> tf.Tensor:
    """Indices of integer dtype; Python lists of other numbers are cast, arrays of them are refused."""
    if indices.dtype in (tf.int32, tf.int64):
        return indices
    dtype = dtypes.to_numpy(indices.dtype)
    if hasattr(given, "dtype") and not numpy.can_cast(dtype, numpy.int64, "same_kind"):
        raise TypeError(f"{name}: cannot cast indices of {dtype} to int64 by the rule 'same_kind'")
    return cast(indices, tf.int64)


@function(numpy.take, scalar=True)
def take(a: Tensor, indices: Any, axis: Axis = None, out: Any = None, mode: str = "raise"):
    """The elements at `indices` along an axis (None: of the flattened array). Differentiable in `a`.

    Indices out of bounds raise IndexError, when the graph runs if they are unknown while tracing;
    XLA cannot raise and clamps them.
    """
    a, axis = (flat(a), 0) if axis is None else (a, normalized_axis(axis, a, "take"))
    places = _whole(to_tensor(indices), indices, "take")
    size = length(a, axis)
    if isinstance(size, int) and size == 0 and places.shape.num_elements() != 0:
        raise IndexError("cannot do a non-empty take from an empty axes.")
    return _into(out, gather(a, within(places, size, mode, axis), axis), "take")


def _into(out: Any, result: tf.Tensor, name: str) -> Any:
    """The result, written into `out` if there is one: NumPy takes one that the result's dtype can hold."""
    if out is None:
        return result
    if not numpy.can_cast(out.dtype, dtypes.to_numpy(result.dtype), "safe"):
        raise TypeError(f"{name}: `out` of {out.dtype} cannot be cast safely to {result.dtype.name}")
    return write_out(name, wrap(result), out, "unsafe")


@function(numpy.take_along_axis)
def take_along_axis(arr: Tensor, indices: Tensor, axis: Axis = -1):
    """For each line along an axis the elements at the line's own indices. Differentiable in `arr`."""
    if not indices.dtype.is_integer:
        raise IndexError("`indices` must be an integer array")
    if axis is None:
        if rank_of(indices, "take_along_axis") != 1:
            raise ValueError("when axis=None, `indices` must have a single dimension.")
        arr, axis = flat(arr), 0
    axis = normalized_axis(axis, arr, "take_along_axis")
    if rank_of(indices, "take_along_axis") != arr.shape.rank:
        raise ValueError("`indices` and `arr` must have the same number of dimensions")
    size = length(arr, axis)
    places = cast(checked_indices(indices, size, axis), tf.int64)
    if arr.shape.rank == 1:
        return gather(arr, places, 0)
    arr, places = _same_lines(arr, places, axis)
    # three axes: before, along and after; an element's place in the flat array is theirs combined
    before, after = product(lengths(arr)[:axis]), product(lengths(arr)[axis + 1 :])
    count = length(places, axis)
    places_by_line = reshape(places, [before, count, after])
    first = gen_math_ops.mul(reshape(counting(before), (-1, 1, 1)), as_length(size))
    line = gen_math_ops.mul(gen_math_ops.add_v2(places_by_line, first), as_length(after))
    position = gen_math_ops.add_v2(line, reshape(counting(after), (1, 1, -1)))
    return gather(flat(arr), reshape(position, lengths(places)), 0)


def _same_lines(arr: tf.Tensor, places: tf.Tensor, axis: int) -> tuple[tf.Tensor, tf.Tensor]:
    """Both broadcast to the same sizes, but for the axis."""
    rank = arr.shape.rank
    others = [a for a in range(rank) if a != axis]
    if all(arr.shape[a] is not None and arr.shape[a] == places.shape[a] for a in others):
        return arr, places
    one_line = [_but(lengths(tensor), axis, 1) for tensor in (arr, places)]
    shape = gen_array_ops.broadcast_args(*map(vector, one_line))
    shape = [shape[a] for a in range(rank)]

    def broadcast(tensor):
        made = broadcast_to(tensor, vector(_but(shape, axis, length(tensor, axis))))
        return tf.ensure_shape(made, [None] * rank)

    return broadcast(arr), broadcast(places)


def _but(sizes: list[Length], axis: int, size: Length) -> list[Length]:
    """The sizes with another one in one place."""
    return [*sizes[:axis], size, *sizes[axis + 1 :]]


@functools.lru_cache(maxsize=1024)
def _clip_dtype(*operands: Any) -> numpy.dtype[Any]:
    """The dtype of NumPy's loop for `clip`, of dtypes and types of Python numbers."""
    of_three = numpy._core.umath.clip  # type: ignore[attr-defined]
    ufunc = {1: numpy.positive, 2: numpy.maximum, 3: of_three}[len(operands)]
    known = (dtypes.BOOL if operand is bool else operand for operand in operands)
    return dtypes.canonical(ufunc.resolve_dtypes((*known, None))[-1])


def _loop_dtype(
    keys: tuple[Any, ...], dtype: Any = None, casting: Any = "same_kind", **unsupported: Any
) -> numpy.dtype[Any]:
    """The dtype in which to clip: that of NumPy's loop, or the one asked for."""
    if unsupported:
        raise TypeError(f"clip: arguments {', '.join(unsupported)} are not supported on tensors")
    if dtype is None:
        return dtypes.under_default(_clip_dtype(*keys), keys)
    dtype = dtypes.canonical(dtype)
    if not numpy.can_cast(keys[0], dtype, casting):
        raise TypeError(f"clip: cannot cast {keys[0]} to {dtype} by the rule {casting!r}")
    return dtype


def _lower_and_upper(bounds: dict[str, Any]) -> tuple[Any, Any]:
    """The bounds of `clip`, by either of their two spellings."""
    by_old = [bounds[name] is not numpy._NoValue for name in ("a_min", "a_max")]
    by_new = [bounds[name] is not numpy._NoValue for name in ("min", "max")]
    if any(by_old) and any(by_new):
        raise ValueError("clip: `min` or `max` are forbidden where `a_min` and `a_max` are given")
    if any(by_old) and not all(by_old):
        raise TypeError("clip() missing 1 required positional argument: 'a_max'")
    names = ("a_min", "a_max") if any(by_old) else ("min", "max")
    lower, upper = (bounds[name] for name in names)
    return (None if lower is numpy._NoValue else lower), (None if upper is numpy._NoValue else upper)


def _that_bind(a: tf.Tensor, lower: Any, upper: Any) -> tuple[Any, Any]:
    """The bounds without Python ints that no integer of the array's dtype lies beyond."""
    if not a.dtype.is_integer:
        return lower, upper
    return (
        None if type(lower) is int and lower <= a.dtype.min else lower,
        None if type(upper) is int and upper >= a.dtype.max else upper,
    )


@function(numpy.clip, scalar=True)
def clip(
    a: Tensor,
    a_min: Operand = numpy._NoValue,
    a_max: Operand = numpy._NoValue,
    out: Any = None,
    min: Operand = numpy._NoValue,
    max: Operand = numpy._NoValue,
    **kwargs: Any,
):
    """Values kept within bounds, either of which may be None or an array.

    At a bound the gradient goes to `a`, beyond it to the bound. NaN stays, in `a` and in the bounds.
    """
    where = kwargs.pop("where", True)
    lower, upper = _that_bind(a, *_lower_and_upper({"a_min": a_min, "a_max": a_max, "min": min, "max": max}))
    bounds = [bound for bound in (lower, upper) if bound is not None]
    if a.dtype.is_floating and not kwargs and all(type(bound) in (int, float) for bound in bounds):
        dtype = dtypes.to_numpy(a.dtype)  # the usual case, in which nothing is promoted
    else:
        dtype = _loop_dtype(tuple(map(promotion_key, (a, *bounds))), **kwargs)
        _check_numbers(bounds, dtype, kwargs.get("casting", "same_kind"))
    tensor_dtype = dtypes.to_tf(dtype)
    result = cast(a, tensor_dtype)
    if lower is not None:
        result = comparison.maximum(result, as_tensor(lower, tensor_dtype))
    if upper is not None:
        result = comparison.minimum(result, as_tensor(upper, tensor_dtype))
    return _clipped_into(out, result, where, kwargs.get("casting", "same_kind"))


def _check_numbers(bounds: list[Any], dtype: numpy.dtype[Any], casting: Any) -> None:
    """Refuse Python numbers that the rule does not let into the loop's dtype."""
    if dtype.kind in "fc":
        return  # among floats a Python number is weak
    for bound in bounds:
        if type(bound) in (float, complex) and not numpy.can_cast(numpy.dtype(type(bound)), dtype, casting):
            raise TypeError(
                f"Cannot cast ufunc 'clip' input {bound!r} to {dtype!r} with casting rule '{casting}'"
            )


def _clipped_into(out: Any, result: tf.Tensor, where: Any, casting: Any) -> Any:
    """The result, written into `out` if there is one: only where a mask is true."""
    if out is None:
        if where is not True:
            raise TypeError("clip: where= needs out=, which keeps its elements where the mask is false")
        return result
    if where is not True:
        if not numpy.can_cast(dtypes.to_numpy(result.dtype), out.dtype, casting):
            raise TypeError(f"clip: cannot cast {result.dtype.name} to {out.dtype} by the rule {casting!r}")
        kept = to_tensor(out)
        result = selected(to_tensor(where, dtypes.BOOL), cast(result, kept.dtype), kept)
    return write_out("clip", wrap(result), out, casting)


def _of_shape(x: tf.Tensor, value: Operand) -> Operand:
    """A value in the shape of `x`; a number stays one."""
    if not isinstance(value, tf.Tensor) or value.shape.rank == 0:
        return value
    target = static_shape(x)
    return broadcast_value(checked_value(value, target), target, lambda: shape_of(x))


def _finite(x: tf.Tensor, nan: Operand, posinf: Operand, neginf: Operand) -> tf.Tensor:
    """A float tensor with NaN and the infinities replaced."""
    largest = float(x.dtype.max)
    nan, posinf, neginf = (_of_shape(x, value) for value in (nan, posinf, neginf))
    bounds = ((gen_math_ops.minimum, 1, posinf), (gen_math_ops.maximum, -1, neginf))
    for bounded, sign, value in bounds:
        if value is None:
            x = bounded(x, like(sign * largest, x))
        else:
            x = selected(gen_math_ops.equal(x, like(sign * float("inf"), x)), as_tensor(value, x.dtype), x)
    return selected(gen_math_ops.is_nan(x), as_tensor(nan, x.dtype), x)


@function(numpy.nan_to_num, scalar=True)
def _copied_nan_to_num(x: Tensor, nan: Operand = 0.0, posinf: Operand = None, neginf: Operand = None):
    """Numbers in place of NaN and the infinities (None: the largest float). Their gradient is zero."""
    if x.dtype.is_complex:
        return complex_of(*(_finite(part, nan, posinf, neginf) for part in (real(x), imag(x))))
    return _finite(x, nan, posinf, neginf) if x.dtype.is_floating else x


@arrays(numpy.nan_to_num, route="native")
def nan_to_num(x: Any, copy: bool = True, nan: Any = 0.0, posinf: Any = None, neginf: Any = None):
    """Numbers in place of NaN and the infinities (None: the largest float), in `x` itself without `copy`.

    The gradient of what is replaced is zero.
    """
    result = _copied_nan_to_num(x, nan=nan, posinf=posinf, neginf=neginf)
    if copy or not isinstance(x, ndarray):
        return result
    write(x, result._cell.read())
    return x[()] if x._cell.shape == () else x


@arrays(numpy.piecewise, route="native")
def piecewise(x: Any, condlist: Any, funclist: Any, *args: Any, **kw: Any) -> Any:
    """A function given by pieces: each is called on the elements where its condition is true.

    Differentiable, and pieces never see elements of others. Only under XLA, which has no arrays of unknown
    size, each piece is called on all elements, and the results are chosen from.
    """
    tensor = to_tensor(x)
    conditions = cast(to_tensor(condlist), tf.bool)
    if isinstance(condlist, (ndarray, numpy.ndarray)) and conditions.shape.rank == 0:
        raise IndexError("too many indices for array: array is 0-dimensional, but 1 were indexed")
    if conditions.shape.rank and conditions.shape[0] == 0:
        raise IndexError("index 0 is out of bounds for axis 0 with size 0")
    is_one = rank_of(conditions, "piecewise") < (2 if rank_of(tensor, "piecewise") else 1)
    if not is_one and conditions.shape[0] is None:
        raise unknown_shape("np.piecewise (the number of conditions)")
    pieces = [conditions] if is_one else tf.unstack(conditions)
    given, wanted = len(pieces), len(funclist)
    if given not in (wanted, wanted - 1):
        raise ValueError(f"with {given} condition(s), either {given} or {given + 1} functions are expected")
    if not all(piece.shape.is_compatible_with(tensor.shape) for piece in pieces):
        raise IndexError(f"piecewise: conditions {pieces[0].shape} do not match an array {tensor.shape}")
    pieces = [flat(condition) for condition in pieces]
    if given == wanted - 1:
        pieces.append(gen_math_ops.logical_not(functools.reduce(gen_math_ops.logical_or, pieces)))
    elements = flat(tensor)
    result = gen_array_ops.zeros_like(elements)
    for condition, piece in zip(pieces, funclist, strict=True):
        result = _with_piece(result, elements, condition, piece, args, kw)
    return wrap(reshape(result, shape_of(tensor)))


def _with_piece(
    result: tf.Tensor, elements: tf.Tensor, condition: tf.Tensor, piece: Any, args: Any, kw: Any
) -> tf.Tensor:
    """The result with the values of one piece where its condition is true."""

    def values_of(taken: tf.Tensor) -> tf.Tensor:
        value = piece(wrap(taken), *args, **kw) if callable(piece) else piece
        return value_for(value, dtypes.to_numpy(result.dtype))

    if not callable(piece) or compiled_by_xla():
        return selected(condition, values_of(elements), result)
    places = true_places(condition)
    if places.shape[0] == 0:
        return result
    values = values_of(gen_array_ops.gather_nd(elements, places))
    values = gen_array_ops.broadcast_to(values, gen_array_ops.shape(places)[:1])
    return gen_array_ops.tensor_scatter_update(result, places, values)
