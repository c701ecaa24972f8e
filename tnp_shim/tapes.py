"""How gradient tapes and forward accumulators take an array. Knows cells, and of the array only its slots."""

from __future__ import annotations

import contextlib
import weakref
from typing import Any

import tensorflow as tf

from tnp_shim.errors import UnsupportedError, users_line
from tnp_shim.storage import ViewCell
from tnp_shim.tensorflow_internals import asked_by_forward_mode, current_graph, tape_asking


def watch(array: Any, tape: tf.GradientTape) -> tf.Tensor:
    """The tensor to watch in place of an array; from here on the array and what shares its memory use it."""
    cell = array._cell
    tensor = cell.read()
    if isinstance(cell, ViewCell):
        if not cell.read_only:
            if current_graph() is not cell.home():
                raise UnsupportedError(
                    f"{users_line()}: GradientTape.watch of a view of an array that was made outside of the "
                    "function being traced; watch that array itself, or a copy of the view"
                )
            tape.watch(tensor)
            cell.write(tensor)  # the same value, but now the array viewed is computed from what is watched
        cell.pin(tensor)
    if array._watched is None:
        array._watched = weakref.WeakKeyDictionary()
    array._watched[tape] = tensor
    return tensor


def gradient_component(array: Any, frame: Any) -> tf.Tensor:
    """The tensor that `GradientTape.gradient`, above `frame`, means by an array.

    For a source it is the one that was watched, whatever was written since.
    """
    tape, for_sources = tape_asking(frame)
    if for_sources and array._watched is not None and tape in array._watched:
        return array._watched[tape]
    if tape is None or not isinstance(array._cell, ViewCell):
        return array._cell.read()
    with tape._ensure_recording():  # a view is read when it is needed: as here, after the tape was closed
        return array._cell.read()


def forward_mode_handle(array: Any, frame: Any) -> tf.Tensor:
    """The tensor that `ForwardAccumulator` means by an array; AttributeError where another asks."""
    if not asked_by_forward_mode(frame):
        raise AttributeError(f"'{type(array).__name__}' object has no attribute 'handle'")
    if not isinstance(array._cell, ViewCell):
        return array._cell.read()
    if frame.f_code.co_name == "_watch":
        raise UnsupportedError(
            "ForwardAccumulator cannot watch a view: what is computed from the array that it views would "
            "have no tangent. Pass a copy (x.copy()), or the array itself with a tangent of its shape"
        )
    accumulator = frame.f_locals["self"]
    with contextlib.nullcontext() if accumulator._recording else accumulator:
        return array._cell.read()
