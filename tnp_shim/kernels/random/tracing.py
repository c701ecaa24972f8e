"""Draws that are traced once for all their uses of one size. Knows tensors only.

A ziggurat is 1,300 operations, which TensorFlow takes most of a second to trace, and as long to optimise.
In a graph it is a call of a function. XLA puts its operations in its place, and so does TensorFlow in loops,
whose every turn a call would make longer by a fifth.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any, TypeVar

import tensorflow as tf

from tnp_shim.tensorflow_internals import compiled_by_xla, in_loop_body, runs_eagerly

Draw = TypeVar("Draw", bound=Callable[..., Any])

_MOST = 64
"""Functions that are kept, each of another draw or size."""


def traced_once(tensors: int = 1) -> Callable[[Draw], Draw]:
    """Of a draw `(engine, *tensors, *sizes)` one that draws of the same known sizes share in graphs."""

    def decorated(draw: Draw) -> Draw:
        @functools.wraps(draw)
        def call(engine: Any, *arguments: Any, **options: Any) -> Any:
            given, sizes = arguments[:tensors], arguments[tensors:]
            if runs_eagerly() or any(tf.is_tensor(size) for size in sizes):
                return draw(engine, *arguments, **options)
            return _function(draw, engine, compiled_by_xla(), in_loop_body(), *sizes, **options)(*given)

        return call  # type: ignore[return-value]

    return decorated


@functools.lru_cache(_MOST)
def _function(draw: Draw, engine: Any, compiled: bool, in_loop: bool, *sizes: Any, **options: Any) -> Any:
    """The function for what is known while tracing; `compiled` is a part of the key, as draws look at it."""
    return tf.function(
        lambda *tensors: draw(engine, *tensors, *sizes, **options),
        autograph=False,
        # what is put in the place of calls is optimised for each of them
        experimental_attributes=None if in_loop else {"_noinline": True},
    )
