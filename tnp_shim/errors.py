"""The errors of our own, and where a user's code stands. Knows Python only."""

from __future__ import annotations

import os
import sys
from types import FrameType

_OWN = os.path.dirname(os.path.abspath(__file__)) + os.sep
_LIBRARIES = tuple(os.sep + name + os.sep for name in ("tensorflow", "keras", "numpy", "tensorflow_core"))


class ShimError(Exception):
    """Mixed into every error that only the shim can raise; NumPy is not asked for a better one."""

    # AutoGraph keeps the type of an exception only if it can be made anew of a message alone
    __init__ = Exception.__init__  # type: ignore[assignment]


class UnknownValueError(ShimError, TypeError):
    """A Python number was needed of a value that is unknown while a function is traced."""


class UnknownShapeError(ShimError, ValueError):
    """A static shape was needed where it is unknown while a function is traced."""


class LostWriteError(ShimError, RuntimeError):
    """A write made inside a traced function would not reach the array outside."""


class UnsupportedError(ShimError, NotImplementedError):
    """NumPy can do this; tensors can't."""


class UnsupportedTypeError(UnsupportedError, TypeError):
    """Data of a dtype that tensors don't have: object, string, datetime, structured."""


def users_line() -> str:
    """The innermost line outside this package and TensorFlow, as `file:line`."""
    frame: FrameType | None = sys._getframe(1)
    while frame is not None:
        name = frame.f_code.co_filename
        # AutoGraph's own message adds the line behind one of its generated files
        if not name.startswith(_OWN) and not any(
            part in name for part in (*_LIBRARIES, "__autograph_generated")
        ):
            return f"{name}:{frame.f_lineno}"
        frame = frame.f_back
    return "unknown line"


def unknown_value(needed_by: str) -> UnknownValueError:
    """The error for a value that is needed as a Python number and unknown while tracing."""
    return UnknownValueError(
        f"{needed_by} needs a value that is unknown while tf.function traces {users_line()}. Keep it an "
        "array (np.where instead of an if, the array itself instead of float(x)), or compute it "
        "outside of the traced function and pass the number in."
    )


def unknown_shape(needed_by: str) -> UnknownShapeError:
    """The error for a static shape that is needed and unknown while tracing."""
    return UnknownShapeError(
        f"{needed_by} needs a shape that is unknown while tf.function traces {users_line()}. Give the "
        "argument a static shape in input_signature, or set it with tf.ensure_shape."
    )
