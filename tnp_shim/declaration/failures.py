"""NumPy's errors for input that a body could not take. Knows the array.

NumPy is asked: its function is called on arrays of the same shapes and dtypes (the same values where they
are known), and what it raises is raised.
"""

from __future__ import annotations

import re
import warnings
from collections.abc import Callable
from typing import Any

import numpy
import tensorflow as tf

from tnp_shim import dtypes
from tnp_shim.array import Array
from tnp_shim.conversion import is_tensor_like, tensor_of
from tnp_shim.errors import ShimError, UnsupportedTypeError
from tnp_shim.storage import static_shape
from tnp_shim.tensorflow_internals import known_value


class _RankUnknown(Exception):
    pass


def stand_in(value: Any) -> Any:
    """A NumPy value to ask NumPy with: the value itself where it is known, else ones of its shape.

    An unknown size becomes one, which broadcasts with every other.
    """
    if isinstance(value, tuple) and hasattr(value, "_fields"):
        return type(value)(*map(stand_in, value))
    if isinstance(value, (list, tuple)):
        return type(value)(map(stand_in, value))
    if isinstance(value, dict):
        return {key: stand_in(v) for key, v in value.items()}
    if not is_tensor_like(value):
        return value
    tensor = tensor_of(value)
    known = known_value(tensor)
    if known is None:
        shape = static_shape(tensor)
        if shape is None:
            raise _RankUnknown
        known = numpy.ones([1 if n is None else n for n in shape], dtypes.to_numpy(tensor.dtype))
    if isinstance(value, Array) and known.ndim == 0 and not value._writeable:
        return known[()]
    stand_in_array = numpy.array(known)
    stand_in_array.setflags(write=not isinstance(value, Array) or value._writeable)
    return stand_in_array


_OWN_ERRORS = (TypeError, ValueError, IndexError, OverflowError)


def _any_unknown_size(value: Any) -> bool:
    if isinstance(value, dict):
        return any(map(_any_unknown_size, value.values()))
    if isinstance(value, (list, tuple)):
        return any(map(_any_unknown_size, value))
    return is_tensor_like(value) and not tensor_of(value).shape.is_fully_defined()


def numpys_error(
    name: str,
    numpy_callable: Callable[..., Any],
    args: tuple[Any, ...],
    kwargs: dict[str, Any],
    error: Exception,
) -> Exception:
    """The error to raise where a body raised `error`: NumPy's if it refuses the same input."""
    if isinstance(error, ShimError) and not isinstance(error, UnsupportedTypeError):
        return error
    try:
        with warnings.catch_warnings(), numpy.errstate(all="ignore"):
            warnings.simplefilter("ignore")
            numpy_callable(*stand_in(args), **stand_in(kwargs))
    except (_RankUnknown, ShimError):
        return error
    except Exception as refusal:
        builtin = next(kind for kind in type(refusal).__mro__ if kind.__module__ == "builtins")
        # of sizes that are stood in for NumPy may refuse another thing than the body did
        guessed = isinstance(error, _OWN_ERRORS) and not isinstance(error, builtin)
        return error if guessed and _any_unknown_size((args, kwargs)) else refusal
    if isinstance(error, tf.errors.OpError):
        # what rounding makes singular for TensorFlow may be regular for LAPACK
        words = re.search(r"LinAlgError_(\w+)", error.message)
        new: Exception = RuntimeError(f"np.{name}: TensorFlow could not compute this: {error.message}")
        if words is not None:
            new = numpy.linalg.LinAlgError(words[1].replace("_", " "))
        new.__cause__ = error
        return new
    return error
