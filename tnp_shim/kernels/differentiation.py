"""Gradients of our own for elementwise bodies, where TensorFlow's are wrong. Knows tensors only."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any, TypeAlias

import numpy
import tensorflow as tf

from tnp_shim.promotion import constant
from tnp_shim.tensorflow_internals import context, gen_array_ops, gen_math_ops, no_tape_records, ops, record

Body: TypeAlias = Callable[..., Any]
"""A function of tensors."""
Partial: TypeAlias = Callable[..., tf.Tensor]
"""`partial(result, *tensors)`: the derivative of the result with respect to one of the tensors."""


def number(value: complex, dtype: tf.DType) -> tf.Tensor:
    """A Python number as a 0-d tensor. In a graph a constant node of its own.

    The graph of the gradient of a tf.while_loop cannot capture an eager constant: TensorFlow then fails with
    "is in list of internal_captures but not in internal_capture_to_output".
    """
    if context.executing_eagerly():
        return constant(value, dtype)
    return ops.convert_to_tensor(numpy.array(value, dtype.as_numpy_dtype))


def sum_to_shape_of(gradient: tf.Tensor, tensor: tf.Tensor) -> tf.Tensor:
    """The gradient of a broadcast tensor: summed over the axes along which the tensor was repeated."""
    if gradient.shape.is_fully_defined() and gradient.shape == tensor.shape:
        return gradient
    shape = gen_array_ops.shape(tensor)
    _, repeated = gen_array_ops.broadcast_gradient_args(gen_array_ops.shape(gradient), shape)
    return gen_array_ops.reshape(gen_math_ops._sum(gradient, repeated), shape)


def chain(upstream: tf.Tensor, partial: tf.Tensor) -> tf.Tensor:
    """The chain rule. Where nothing flows upstream nothing flows on, be the partial infinite or NaN."""
    if partial.dtype.is_complex:
        # TensorFlow's own gradient of MulNoNan lacks the conjugates of complex numbers
        return _product_no_nan(gen_math_ops.conj(partial), upstream)
    return gen_math_ops.mul_no_nan(partial, upstream)


def no_slope(_result: tf.Tensor, *tensors: tf.Tensor) -> tf.Tensor:
    """The partial derivative of a step function: zero, rather than TensorFlow's None."""
    return number(0, tensors[0].dtype)


def unit_slope(_result: tf.Tensor, *tensors: tf.Tensor) -> tf.Tensor:
    """The partial derivative of what moves as its argument does."""
    return number(1, tensors[0].dtype)


def differentiable(*partials: Partial | None, one_op: bool = False) -> Callable[[Body], Body]:
    """Give a body of one result these partial derivatives, one per tensor (None: not differentiable).

    The partials are made of differentiable bodies themselves, so second gradients follow. In a graph the
    derivative hangs on a node: the body's own if it is `one_op`, else an `IdentityN` of the result and
    the tensors. It hangs there in Python only: `gradient_override_map` would put an attribute on the
    node, with which a SavedModel saves a gradient for each node and fails for nodes of two inputs. A
    graph that is loaded or copied has TensorFlow's derivatives again.
    """

    def decorate(body: Body) -> Body:
        def gradients(upstream, result, tensors):
            upstream = ops.convert_to_tensor(upstream)
            return [
                None
                if partial is None
                else sum_to_shape_of(chain(upstream, partial(result, *tensors)), tensor)
                for partial, tensor in zip(partials, tensors, strict=True)
            ]

        def of_the_op(node, upstream):
            return gradients(upstream, node.outputs[0], node.inputs)

        def of_the_identity(node, upstream, *_):
            return [None, *gradients(upstream, node.outputs[0], node.inputs[1:])]

        def in_graph(*tensors):
            result = body(*tensors)
            if one_op:
                result.op._gradient_function = of_the_op
                return result
            result = gen_array_ops.identity_n([result, *tensors])[0]
            result.op._gradient_function = of_the_identity
            return result

        @functools.wraps(body)
        def call(*tensors):
            eager = context.executing_eagerly()
            if eager and no_tape_records():
                return body(*tensors)
            with record.stop_recording():
                result = body(*tensors) if eager else in_graph(*tensors)
            inputs = [ops.convert_to_tensor(tensor) for tensor in tensors]
            record.record_operation(
                body.__name__, [result], inputs, lambda upstream: gradients(upstream, result, inputs)
            )
            return result

        return call

    return decorate


def custom_gradient(body: Body) -> Body:
    """`tf.custom_gradient` of a body of tensors, in graphs that can be freed.

    TensorFlow's keeps each graph for good, by the name of the gradient in its registry. This gradient hangs
    on a node in Python, as that of `differentiable`: in a graph that is loaded or copied it is an error.
    """

    @functools.wraps(body)
    def call(*tensors):
        eager = context.executing_eagerly()
        if eager and no_tape_records():
            return body(*tensors)[0]
        inputs = [ops.convert_to_tensor(tensor) for tensor in tensors]
        with record.stop_recording():
            made, gradient = body(*inputs)
            results = tf.nest.flatten(made)
            if not eager:
                lost = f"The gradient of {body.__qualname__} is lost in a graph that was loaded or copied."
                ends = [gen_array_ops.prevent_gradient(result, message=lost) for result in results]
                results = gen_array_ops.identity_n([*ends, *inputs])[: len(results)]

        def gradients(*upstream):
            found = gradient(*upstream)
            return [*found] if isinstance(found, (list, tuple)) else [found]

        def of_the_identity(_, *upstream):
            return [None] * len(results) + gradients(*upstream[: len(results)])

        if not eager:
            results[0].op._gradient_function = of_the_identity
        record.record_operation(body.__name__, results, inputs, gradients)
        return tf.nest.pack_sequence_as(made, results)

    return call


product = differentiable(lambda _, x, y: y, lambda _, x, y: x, one_op=True)(gen_math_ops.mul)
"""x * y for derivatives: 0 flows on where 0 comes in, though the other factor be infinite."""


def _slope_in_divisor(ratio: tf.Tensor, _: tf.Tensor, y: tf.Tensor) -> tf.Tensor:
    return gen_math_ops.neg(quotient(ratio, y))


def _slope_in_dividend(_ratio: tf.Tensor, _: tf.Tensor, y: tf.Tensor) -> tf.Tensor:
    return quotient(number(1, y.dtype), y)


quotient = differentiable(_slope_in_dividend, _slope_in_divisor, one_op=True)(gen_math_ops.real_div)
"""x / y; its gradient is that of `product`."""


_product_no_nan = differentiable(lambda _, x, y: y, lambda _, x, y: x, one_op=True)(gen_math_ops.mul_no_nan)
