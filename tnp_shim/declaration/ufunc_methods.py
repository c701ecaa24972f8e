"""The methods of ufuncs: `reduce`, `accumulate`, `reduceat`, `outer`, `at`. Knows the ufunc and kernels."""

from __future__ import annotations

import contextlib
import functools
import operator
from typing import Any

import numpy
import tensorflow as tf

from tnp_shim import dtypes, subscripts
from tnp_shim.array import Array, ndarray, wrap, wrap_scalar, write
from tnp_shim.conversion import is_tensor_like, tensor_of, to_axis, to_tensor
from tnp_shim.declaration.arguments import MISSING
from tnp_shim.declaration.failures import stand_in
from tnp_shim.declaration.floating_point import SILENT, look_at_call
from tnp_shim.declaration.foreign_data import handed_on
from tnp_shim.declaration.function import write_out
from tnp_shim.declaration.loops import resolve, resolve_reduction
from tnp_shim.declaration.ufunc import ufunc
from tnp_shim.errors import UnsupportedTypeError
from tnp_shim.kernels import reductions, scans, segments
from tnp_shim.kernels.shapes import in_range as in_bounds
from tnp_shim.kernels.shapes import length
from tnp_shim.promotion import as_tensor, cast, promotion_key
from tnp_shim.tensorflow_internals import gen_array_ops, known_value


def _refuse_unless_binary(made: ufunc, method: str) -> None:
    if made.signature is not None:
        raise RuntimeError(f"Reduction not defined on ufunc with signature '{made.signature}'")
    if made.nin != 2:
        raise ValueError(f"{method} only supported for binary functions")
    if made.nout != 1:
        raise ValueError(f"{method} only supported for functions returning a single value")


def _refuse_mixed(made: ufunc, method: str) -> None:
    loop = made.numpy.types[-1]
    if loop[0] != loop[1]:  # ldexp
        raise TypeError(f"the resolved dtypes are not compatible with {made.__name__}.{method}")


def _wrapped(tensor: tf.Tensor) -> Array:
    return wrap_scalar(tensor) if tensor.shape.rank == 0 else wrap(tensor)


def _finished(name: str, tensor: tf.Tensor, out: Any) -> Any:
    if out is None:
        return _wrapped(tensor)
    return write_out(name, wrap(tensor), out[0] if isinstance(out, tuple) else out, "unsafe")


def _in_loop(made: ufunc, array: Any, dtype: Any, out: Any) -> tf.Tensor:
    """The elements in the dtype of the loop that the reduction runs."""
    tensor = to_tensor(array)
    own, kept = (
        dtypes.to_numpy(tensor.dtype),
        getattr(out[0] if isinstance(out, tuple) else out, "dtype", None),
    )
    asked = None if dtype is None else dtypes.canonical(dtype)
    if asked is None and kept is not None:  # `out` promotes the elements
        asked = made.numpy.resolve_dtypes((kept, own, None), reduction=True, casting="unsafe")[0]
    return cast(tensor, dtypes.to_tf(resolve_reduction(made.numpy, own, asked)))


def reduced(
    made: ufunc,
    tensor: tf.Tensor,
    axis: Any = None,
    keepdims: bool = False,
    initial: Any = None,
    where: tf.Tensor | None = None,
) -> tf.Tensor:
    """The reduction of a tensor in the loop's dtype."""
    axes = reductions.normalize_axes(axis, tensor.shape.rank)
    first = None if initial is None else as_tensor(initial, tensor.dtype)
    return reductions.reduce(made.__name__, made.body, tensor, axes, keepdims, first, where)


def reduce(
    self: ufunc,
    array: Any,
    /,
    axis: Any = 0,
    dtype: Any = None,
    out: Any = None,
    keepdims: bool = False,
    initial: Any = MISSING,
    where: Any = True,
) -> Any:
    """The array with the ufunc applied along one axis or several (None: all)."""
    _refuse_unless_binary(self, "reduce")
    tensor = _in_loop(self, array, dtype, out)
    mask = None if where is True else to_tensor(where)
    first = None if initial is MISSING or initial is None else _operand(initial)
    tensor = reduced(self, tensor, to_axis(axis, "reduce"), bool(operator.index(keepdims)), first, mask)
    return _finished(f"{self.__name__}.reduce", tensor, out)


def _operand(value: Any) -> Any:
    return value if type(value) in (bool, int, float, complex) else to_tensor(value)


def accumulate(self: ufunc, array: Any, /, axis: int = 0, dtype: Any = None, out: Any = None) -> Any:
    """The results of applying the ufunc to the first element, the first two, and so on, along an axis."""
    _refuse_unless_binary(self, "accumulate")
    _refuse_mixed(self, "accumulate")
    tensor = accumulated(self, _in_loop(self, array, dtype, out), to_axis(axis, "accumulate"))
    return _finished(f"{self.__name__}.accumulate", tensor, out)


def accumulated(made: ufunc, tensor: tf.Tensor, axis: Any) -> tf.Tensor:
    """The accumulation of a tensor in the loop's dtype."""
    if axis is None and tensor.shape.rank != 1:
        raise ValueError("accumulate does not allow multiple axes")
    if tensor.shape.rank == 0:
        raise TypeError("cannot accumulate on a scalar")
    (place,) = reductions.normalize_axes(0 if axis is None else axis, tensor.shape.rank)  # type: ignore[misc]
    return scans.accumulate(made.__name__, made.body, tensor, place)


def outer(self: ufunc, A: Any, B: Any = MISSING, /, **kwargs: Any) -> Any:
    """The ufunc of every pair of an element of `A` and an element of `B`."""
    if self.nin != 2:
        raise ValueError("outer product only supported for binary functions")
    if B is MISSING:
        raise TypeError("outer() takes exactly 2 positional arguments (1 given)")
    if self.signature is not None:
        raise TypeError("method outer is not allowed in ufunc with non-trivial signature")
    first, second = (a if isinstance(a, ndarray) else wrap(to_tensor(a)) for a in (A, B))
    return self(first[(..., *(None,) * second.ndim)], second, **kwargs)  # type: ignore[index]


def reduceat(
    self: ufunc, array: Any, /, indices: Any, axis: int = 0, dtype: Any = None, out: Any = None
) -> Any:
    """The reductions of the parts of an array that start at `indices` along an axis.

    Where an index is not less than the next one, the result is the element at the index.
    """
    _refuse_unless_binary(self, "reduceat")
    _refuse_mixed(self, "reduceat")
    tensor = _in_loop(self, array, dtype, out)
    (place,) = reductions.normalize_axes(to_axis(axis, "reduceat"), tensor.shape.rank)  # type: ignore[misc]
    starts = to_tensor(indices)
    if starts.dtype.is_floating or starts.dtype.is_complex or starts.dtype == tf.uint64:
        raise TypeError(
            f"Cannot cast array data from {starts.dtype.name} to int64 according to the rule 'safe'"
        )
    starts = cast(starts, tf.int64)
    inside = in_bounds(
        starts, length(tensor, place), f"an index is out-of-bounds in {self.__name__}.reduceat"
    )
    whole = segments.reduceat(self.__name__, self.body, tensor, inside, place)
    return _finished(f"{self.__name__}.reduceat", whole, out)


def at(self: ufunc, a: Any, indices: Any, b: Any = MISSING, /) -> None:
    """Apply the ufunc in place to the elements at `indices`, once for every occurrence of an index."""
    if not isinstance(a, ndarray):
        if isinstance(a, numpy.ndarray):
            others = () if b is MISSING else (numpy.asarray(b),)
            return self.numpy.at(a, indices, *others)
        raise TypeError("first operand must be array")
    if self.nout != 1 or self.signature is not None:
        raise ValueError("Only single output ufuncs supported at this time")
    if (b is MISSING) is (self.nin == 2):
        raise ValueError(
            "second operand needed for ufunc"
            if b is MISSING
            else "second operand provided when ufunc is unary"
        )
    if not a._writeable:
        raise ValueError("output array is read-only")
    old = a._cell.read()
    places = subscripts.positions(a, indices)
    flat, index = gen_array_ops.reshape(old, [-1]), gen_array_ops.reshape(places, [-1])
    if self.nin == 1:
        (first, last) = map(dtypes.to_tf, resolve(self.numpy, (a.dtype, a.dtype), casting="unsafe"))
        body = _back_in(self.body, flat.dtype, first, last)
        new = segments.scatter_ufunc(self.__name__, body, flat, index)
    else:
        value = _operand_at(self.__name__, b, a.dtype)
        keys = (a.dtype, promotion_key(value), a.dtype)
        # NumPy casts the result of every step back, by whatever rule it needs
        first, second, last = map(dtypes.to_tf, resolve(self.numpy, keys, casting="unsafe"))
        body = _back_in(self.body, flat.dtype, first, last)
        shape = gen_array_ops.shape(places, out_type=tf.int64)
        values = gen_array_ops.reshape(gen_array_ops.broadcast_to(as_tensor(value, second), shape), [-1])
        new = segments.scatter_ufunc(self.__name__, body, flat, index, values)
    write(a, gen_array_ops.reshape(new, gen_array_ops.shape(old)))


def _operand_at(name: str, b: Any, dtype: numpy.dtype) -> Any:
    """The second operand of `at`. A Python number has a dtype of its own here: int64, float64 or complex128.

    Where its value fits the array's dtype a sum rounds the same in both, and there it is left to one scatter.
    """
    alike = type(b) is int and dtype.kind in "iuf" or type(b) is float and dtype.kind == "f"
    if alike and name in segments.SCATTERED and dtype != "uint64":
        with numpy.errstate(over="ignore"), contextlib.suppress(OverflowError):
            if dtype.type(b).item() == b:
                return b
    return to_tensor(b)


def _back_in(body: Any, dtype: tf.DType, first: tf.DType, last: tf.DType) -> Any:
    """A ufunc's body on elements of a dtype that is not its loop's: cast there and back."""
    if (first, last) == (dtype, dtype):
        return body
    return lambda x, *others: cast(body(cast(x, first), *others), dtype)


def _first_indices(indices: Any) -> Any:
    """Zeros, which are in bounds, where NumPy is asked about indices that are unknown while tracing."""
    if not is_tensor_like(indices):
        return indices
    tensor = tensor_of(indices)
    if tensor.shape.rank is None or known_value(tensor) is not None:
        return indices
    return numpy.zeros_like(stand_in(indices))


def _refusing_as_numpy(method: Any) -> Any:
    """The method with NumPy's error where it fails; NumPy is asked on arrays of its own."""

    @functools.wraps(method)
    def call(self: ufunc, *args: Any, **kwargs: Any) -> Any:
        from_numpy = getattr(self.numpy, method.__name__)
        try:
            value = method(self, *args, **kwargs)
        except UnsupportedTypeError as error:
            return handed_on(self.__name__, from_numpy, args, kwargs, error, method in (reduceat, at))
        except Exception as error:
            if method in (reduceat, at):
                args = (*args[:1], *map(_first_indices, args[1:2]), *args[2:])
            raise self.error_of(from_numpy, args, kwargs, error) from error.__cause__
        if method in (reduce, accumulate, reduceat) and self.__name__ not in SILENT:
            look_at_call(from_numpy, args, kwargs, value)
        return value

    return call


def install_methods() -> None:
    """Give ufuncs their methods."""
    for method in (reduce, accumulate, outer, reduceat, at):
        setattr(ufunc, method.__name__, _refusing_as_numpy(method))
