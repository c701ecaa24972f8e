"""From anything array-like to tensors, as `numpy.asarray` does it. Knows the array, no functions."""

from __future__ import annotations

from typing import Any

import numpy
import tensorflow as tf

from tnp_shim import dtypes
from tnp_shim.array import Array
from tnp_shim.errors import UnsupportedTypeError
from tnp_shim.promotion import cast, constant
from tnp_shim.tensorflow_internals import gen_array_ops, known_value

PYTHON_NUMBERS = (bool, int, float, complex)


def is_tensor_like(value: Any) -> bool:
    """Whether a value carries a tensor: an array of ours, a tensor, a variable, a Keras tensor's value."""
    return isinstance(value, (Array, tf.Tensor, tf.Variable)) or (
        hasattr(value, "__tf_tensor__") and not isinstance(value, type)
    )


def has_ufuncs_of_its_own(value: Any) -> bool:
    """Whether NumPy leaves ufuncs to the class of a value: those of pandas, xarray, scipy.sparse, units."""
    override = getattr(type(value), "__array_ufunc__", None)
    return override is not None and override is not _OF_NUMPY and not isinstance(value, Array)


_OF_NUMPY = numpy.ndarray.__array_ufunc__


def tensor_of(value: Any) -> tf.Tensor:
    """The tensor of a value that carries one."""
    if isinstance(value, Array):
        return value._cell.read()
    if isinstance(value, tf.Tensor):
        return value
    return tf.convert_to_tensor(value)


def holds_tensors(value: Any) -> bool:
    """Whether a (nested) list or tuple has a tensor anywhere in it."""
    return isinstance(value, (list, tuple)) and any(is_tensor_like(v) or holds_tensors(v) for v in value)


def default_dtype(value: Any, dtype: numpy.dtype[Any]) -> numpy.dtype[Any]:
    """The dtype of an array made of Python numbers, under the setting `config.default_float`."""
    return dtype if hasattr(value, "dtype") else dtypes.default_float_for(dtype)


def to_tensor(value: Any, dtype: numpy.dtype[Any] | None = None) -> tf.Tensor:
    """The value as a tensor of `dtype` (None: as NumPy finds it).

    Raises TypeError for what a tensor cannot hold (objects, strings, dates), and NumPy's errors.
    """
    if is_tensor_like(value):
        tensor = tensor_of(value)
        if tensor.dtype.is_floating and tensor.dtype not in dtypes._TO_NUMPY:
            raise TypeError(f"tensors of {tensor.dtype!r} have no NumPy dtype")
        return tensor if dtype is None else cast(tensor, dtypes.to_tf(dtype))
    if type(value) in PYTHON_NUMBERS:
        if dtype is None:
            dtype = default_dtype(value, numpy.asarray(value).dtype)
        # a tensor of its own: two arrays on one kept constant would be one to a gradient tape
        return tf.constant(numpy.array(value, dtypes.canonical(dtype)))
    if holds_tensors(value):
        return _stack(value, dtype)
    if isinstance(value, numpy.ma.MaskedArray) and numpy.ma.is_masked(value):
        raise UnsupportedTypeError(
            "a masked array cannot be held by a tensor, its mask would be lost; use numpy.ma on it, or give "
            "its masked elements a value first with .filled(value)"
        )
    found = numpy.asarray(value) if dtype is None else numpy.asarray(value, dtype)
    target = default_dtype(value, found.dtype) if dtype is None else dtype
    if not dtypes.is_supported(target):
        raise UnsupportedTypeError(
            f"an array of dtype {target!r} cannot be held by a tensor; keep such data in a real numpy array"
        )
    return tf.constant(found.astype(dtypes.canonical(target), copy=False))


def _stack(values: Any, dtype: numpy.dtype[Any] | None) -> tf.Tensor:
    """A nested list that mixes numbers, NumPy arrays and tensors, as one tensor."""
    if not values:
        return to_tensor(numpy.asarray(values), dtype)
    parts = [_stack(v, None) if isinstance(v, (list, tuple)) else to_tensor(v) for v in values]
    common = dtypes.result_type(*(dtypes.to_numpy(part.dtype) for part in parts)) if dtype is None else dtype
    shapes = [part.shape for part in parts]
    if not all(shapes[0].is_compatible_with(shape) for shape in shapes):
        raise ValueError(
            "setting an array element with a sequence. The requested array has an inhomogeneous shape "
            f"after 1 dimensions. The detected shape was ({len(parts)},) + inhomogeneous part."
        )
    return gen_array_ops.pack([cast(part, dtypes.to_tf(common)) for part in parts], axis=0)


def to_operand(value: Any) -> Any:
    """A Python number as it is (it promotes weakly), anything else as a tensor."""
    return value if type(value) in PYTHON_NUMBERS else to_tensor(value)


def static_int(value: Any, name: str) -> int:
    """An int from an int or a known integer array; TypeError or our own error otherwise."""
    if type(value) is int:
        return value
    if isinstance(value, tf.Tensor):
        known = known_value(value)
        if known is not None:
            return int(known.__index__())
    try:
        return value.__index__()
    except AttributeError:
        raise TypeError(f"'{type(value).__name__}' object cannot be interpreted as an integer") from None


def to_size(value: Any, name: str) -> int | tf.Tensor:
    """An int where it is known, else an int64 scalar tensor."""
    if is_tensor_like(value):
        tensor = tensor_of(value)
        known = known_value(tensor)
        if known is None:
            if not tensor.dtype.is_integer:
                raise TypeError(f"{name}: an integer was expected, an array of {tensor.dtype.name} was given")
            return cast(tensor, tf.int64)
        value = known
        if getattr(value, "shape", ()) == () and value.dtype.kind in "iu":
            return int(value)
    return static_int(value, name)


def to_shape(value: Any, name: str) -> tuple[int, ...] | tf.Tensor:
    """A tuple of int where all dimensions are known, else an int64 vector tensor."""
    if type(value) is int:
        return (value,)
    if is_tensor_like(value):
        tensor = tensor_of(value)
        known = known_value(tensor)
        if known is None:
            return gen_array_ops.reshape(cast(tensor, tf.int64), [-1])
        value = known.tolist() if known.ndim else (int(known.__index__()),)
    elif not isinstance(value, (tuple, list, numpy.ndarray, tf.TensorShape)):
        value = (value,)
    sizes = [to_size(n, name) for n in value]
    if any(isinstance(n, tf.Tensor) for n in sizes):
        return gen_array_ops.pack([constant(n, tf.int64) if isinstance(n, int) else n for n in sizes], axis=0)
    return tuple(sizes)  # type: ignore[arg-type]


def to_axis(value: Any, name: str) -> Any:
    """None, an int or a tuple of int."""
    if value is None or type(value) is int:
        return value
    if is_tensor_like(value):
        known = known_value(tensor_of(value))
        value = known if known is not None else value
    if isinstance(value, numpy.ndarray) and value.ndim:
        value = value.tolist()
    if isinstance(value, (tuple, list)):
        return tuple(static_int(axis, name) for axis in value)
    return static_int(value, name)
