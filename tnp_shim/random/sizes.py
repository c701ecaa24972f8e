"""How many numbers a call draws, and in which shape. Knows tensors only."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy
import tensorflow as tf

from tnp_shim.conversion import is_tensor_like, to_shape
from tnp_shim.tensorflow_internals import known_value


class Size:
    """How many numbers are drawn, and in which shape: None where NumPy gives a scalar."""

    def __init__(self, size: Any, parameters: Sequence[tf.Tensor]) -> None:
        shapes = [parameter.shape for parameter in parameters]
        self.is_scalar = size is None and all(shape.rank == 0 for shape in shapes)
        if size is not None:
            self.shape: Any = to_shape(_checked(size), "size")
            if not isinstance(self.shape, tf.Tensor):
                _check_fits(self.shape, shapes)
        elif all(shape.is_fully_defined() for shape in shapes):
            self.shape = tuple(numpy.broadcast_shapes(*(tuple(shape) for shape in shapes)))
        else:
            self.shape = tf.constant([], tf.int64)
            for parameter in parameters:
                self.shape = tf.broadcast_dynamic_shape(self.shape, tf.shape(parameter, out_type=tf.int64))
        known = None if isinstance(self.shape, tuple) else known_value(self.shape)
        if known is not None:
            self.shape = tuple(known.tolist())
        self.count: Any = (
            math.prod(self.shape) if isinstance(self.shape, tuple) else tf.reduce_prod(self.shape)
        )

    def flat(self, parameter: tf.Tensor) -> tf.Tensor:
        """A parameter as a draw takes it: a scalar, or one number for each of the result."""
        if parameter.shape.rank == 0:
            return parameter
        return tf.reshape(tf.broadcast_to(parameter, self.shape), [-1])


def _checked(size: Any) -> Any:
    """A size, as NumPy takes it."""
    if not is_tensor_like(size) and not (
        isinstance(size, (list, tuple)) and any(is_tensor_like(n) for n in size)
    ):
        numpy.empty(size, numpy.int8) if _is_small(size) else None
    return size


def _is_small(size: Any) -> bool:
    try:
        return math.prod(numpy.atleast_1d(size).tolist()) < 1 << 40
    except TypeError:
        return True


def _check_fits(shape: tuple[int, ...], shapes: Sequence[tf.TensorShape]) -> None:
    if not all(s.is_fully_defined() for s in shapes):
        return
    inputs = numpy.broadcast_shapes(*(tuple(s) for s in shapes))
    fits = len(inputs) <= len(shape) and all(
        n in (1, m) for n, m in zip(reversed(inputs), reversed(shape), strict=False)
    )
    if inputs and not fits:
        raise ValueError(
            f"Output size {shape} is not compatible with broadcast dimensions of inputs {inputs}."
        )
