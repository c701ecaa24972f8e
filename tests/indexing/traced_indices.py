"""Runs plans in traced functions whose arguments are the array, the value, and parts of the index."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy
import tensorflow as tf

from tnp_shim.indexing import plan


class Argument:
    """A place in an index that an argument of the traced function fills, unknown while tracing."""

    def __init__(self, value: Any, known_shape: bool = True) -> None:
        value = numpy.asarray(value, numpy.int64 if numpy.size(value) == 0 and type(value) is list else None)
        self.value = value
        shape = value.shape if known_shape else (None,) * value.ndim
        self.spec = tf.TensorSpec(shape, value.dtype)

    def __repr__(self) -> str:
        return f"argument({self.value.tolist()}, {self.spec.shape})"


def arguments_in(index: Any) -> list[Argument]:
    if isinstance(index, Argument):
        return [index]
    if isinstance(index, slice):
        index = (index.start, index.stop, index.step)
    return [found for item in index for found in arguments_in(item)] if isinstance(index, tuple) else []


def filled_in(index: Any, tensors: dict[Argument, Any]) -> Any:
    """The index with something in place of each argument."""
    if isinstance(index, Argument):
        return tensors[index]
    if isinstance(index, slice):
        return slice(*(filled_in(bound, tensors) for bound in (index.start, index.stop, index.step)))
    return tuple(filled_in(item, tensors) for item in index) if isinstance(index, tuple) else index


def real(index: Any) -> Any:
    """The index for NumPy."""
    return filled_in(index, {argument: argument.value for argument in arguments_in(index)})


def shape_of(tensor: tf.Tensor) -> tuple[int | None, ...] | None:
    return None if tensor.shape.rank is None else tuple(tensor.shape.as_list())


def traced(
    body: Callable[..., Any], index: Any, specs: Sequence[tf.TensorSpec], jit_compile: bool = False
) -> Callable[..., Any]:
    """`body(index, *tensors)` as a function of tensors of these specs."""
    found = arguments_in(index)

    @tf.function(
        input_signature=[*specs, *(argument.spec for argument in found)],
        autograph=False,
        jit_compile=jit_compile,
    )
    def function(*tensors: tf.Tensor) -> Any:
        given = dict(zip(found, tensors[len(specs) :], strict=True))
        return body(filled_in(index, given), *tensors[: len(specs)])

    return lambda *tensors: function(*tensors, *(tf.constant(argument.value) for argument in found))


def read(
    array: numpy.ndarray, index: Any, sizes: Sequence[int | None] | None, jit_compile: bool = False
) -> numpy.ndarray:
    """The result of a traced read; its shape is checked against the plan's."""

    def body(index: Any, tensor: tf.Tensor) -> tf.Tensor:
        made = plan(shape_of(tensor), index)
        result = made.read(tensor)
        if made.shape is not None:
            result.shape.assert_is_compatible_with(made.shape)
            assert len(made.shape) == result.shape.rank
        return result

    return traced(body, index, [tf.TensorSpec(sizes, array.dtype)], jit_compile)(array).numpy()


def write(
    array: numpy.ndarray,
    index: Any,
    value: numpy.ndarray,
    sizes: Sequence[int | None] | None,
    value_sizes: Sequence[int | None] | None,
    jit_compile: bool = False,
) -> numpy.ndarray:
    def body(index: Any, tensor: tf.Tensor, value: tf.Tensor) -> tf.Tensor:
        return plan(shape_of(tensor), index).write(tensor, value)

    specs = [tf.TensorSpec(sizes, array.dtype), tf.TensorSpec(value_sizes, value.dtype)]
    return traced(body, index, specs, jit_compile)(array, value).numpy()
