"""Gradients of our own for elementwise bodies, where TensorFlow's are wrong. Knows tensors only."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import TypeAlias

import tensorflow as tf

from tnp_shim.promotion import constant
from tnp_shim.tensorflow_internals import context, gen_array_ops, gen_math_ops, no_tape_records, ops, record

Body: TypeAlias = Callable[..., tf.Tensor]
Partial: TypeAlias = Callable[..., tf.Tensor]
"""`partial(result, *tensors)`: the derivative of the result with respect to one of the tensors."""


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
        partial = gen_math_ops.conj(partial)
    return gen_math_ops.mul_no_nan(partial, upstream)


def no_slope(_result: tf.Tensor, *tensors: tf.Tensor) -> tf.Tensor:
    """The partial derivative of a step function: zero, rather than TensorFlow's None."""
    return constant(0, tensors[0].dtype)


def unit_slope(_result: tf.Tensor, *tensors: tf.Tensor) -> tf.Tensor:
    """The partial derivative of what moves as its argument does."""
    return constant(1, tensors[0].dtype)


def differentiable(*partials: Partial | None, op: str = "") -> Callable[[Body], Body]:
    """Give a body of one result these partial derivatives, one per tensor (None: not differentiable).

    The partials are made of differentiable bodies themselves, so second gradients follow. `op` names
    the one op that the body is made of, if it is: the gradient is then attached to that op and a graph
    gets no further node. Else the result goes through an `IdentityN` that carries the gradient.
    """

    def decorate(body: Body) -> Body:
        name = f"tnp_shim.{body.__module__}.{body.__qualname__}"

        def gradients(upstream, result, tensors):
            upstream = ops.convert_to_tensor(upstream)
            return [
                None
                if partial is None
                else sum_to_shape_of(chain(upstream, partial(result, *tensors)), tensor)
                for partial, tensor in zip(partials, tensors, strict=True)
            ]

        @ops.RegisterGradient(name)
        def of_node(node, upstream, *_):
            if op:
                return gradients(upstream, node.outputs[0], node.inputs)
            return [None, *gradients(upstream, node.outputs[0], node.inputs[1:])]

        def in_graph(*tensors):
            graph = ops.get_default_graph()
            if op:
                with graph.gradient_override_map({op: name}):
                    return body(*tensors)
            result = body(*tensors)
            with graph.gradient_override_map({"IdentityN": name}):
                return gen_array_ops.identity_n([result, *tensors])[0]

        @functools.wraps(body)
        def call(*tensors):
            eager = context.executing_eagerly()
            if eager and no_tape_records():
                return body(*tensors)
            with record.stop_recording():
                result = body(*tensors) if eager else in_graph(*tensors)
            inputs = [ops.convert_to_tensor(tensor) for tensor in tensors]
            record.record_operation(
                name, [result], inputs, lambda upstream: gradients(upstream, result, inputs)
            )
            return result

        return call

    return decorate


product = differentiable(lambda _, x, y: y, lambda _, x, y: x, op="Mul")(gen_math_ops.mul)
"""x * y for derivatives: 0 flows on where 0 comes in, though the other factor be infinite."""


def _slope_in_divisor(ratio: tf.Tensor, _: tf.Tensor, y: tf.Tensor) -> tf.Tensor:
    return gen_math_ops.neg(quotient(ratio, y))


def _slope_in_dividend(_ratio: tf.Tensor, _: tf.Tensor, y: tf.Tensor) -> tf.Tensor:
    return quotient(constant(1, y.dtype), y)


quotient = differentiable(_slope_in_dividend, _slope_in_divisor, op="RealDiv")(gen_math_ops.real_div)
"""x / y; its gradient is that of `product`."""
