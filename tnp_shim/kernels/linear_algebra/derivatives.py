"""Derivatives of our own for bodies of several results. Knows tensors only.

Conventions. What a decomposition leaves open (the phase of a vector, the basis of a space that belongs to one
value) has no derivative; it is taken not to turn, so gradients are finite, and right for every function of
eigenvalues or singular values and of the projectors onto their spaces. Values that differ by no more than
rounding count as equal (`reciprocal_differences`). What is infinite at a point (the slope of a norm at 0, of
logabsdet at a singular matrix) is 0 there.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from typing import Any, TypeAlias

import numpy
import tensorflow as tf

from tnp_shim.kernels.elementwise import like, select
from tnp_shim.kernels.linear_algebra.matrices import largest
from tnp_shim.kernels.products import as_column, as_row
from tnp_shim.kernels.shapes import as_length, length
from tnp_shim.promotion import cast
from tnp_shim.tensorflow_internals import context, gen_array_ops, gen_math_ops, no_tape_records, ops, record

Tensors: TypeAlias = Sequence[tf.Tensor]
Derivative: TypeAlias = Callable[[Tensors, Tensors, Tensors], list[tf.Tensor | None]]
"""`derivative(results, tensors, upstream)`: what flows on to each of the tensors."""


def with_derivative(derivative: Derivative) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Give a body `tensors -> tuple of tensors` a derivative that is made of differentiable bodies itself.

    As in `differentiation.differentiable`, the derivative hangs on a node, in Python only: the body's own if
    it is all there is, else an `IdentityN` of the results and the tensors.
    """

    def decorate(body):
        takes = body.__code__.co_argcount

        def of_the_op(node, *upstream):
            inputs = len(node.inputs)
            made = derivative(node.outputs, node.inputs[:takes], _given(upstream))
            return [*made, *[None] * (inputs - takes)]

        def in_graph(*tensors):
            results = body(*tensors)
            node = results[0].op
            if _is_all_of(node, results, tensors):
                node._gradient_function = of_the_op
                return results
            count = len(results)
            outputs = gen_array_ops.identity_n([*results, *tensors])

            def of_the_identity(node, *upstream):
                made = derivative(node.outputs[:count], node.inputs[count:], _given(upstream[:count]))
                return [*[None] * count, *made]

            outputs[0].op._gradient_function = of_the_identity
            return tuple(outputs[:count])

        @functools.wraps(body)
        def call(*tensors):
            eager = context.executing_eagerly()
            if eager and no_tape_records():
                return body(*tensors)
            with record.stop_recording():
                results = body(*tensors) if eager else in_graph(*tensors)
            inputs = [ops.convert_to_tensor(tensor) for tensor in tensors]
            record.record_operation(
                body.__name__,
                list(results),
                inputs,
                lambda *upstream: derivative(results, inputs, _given(upstream)),
            )
            return results

        return call

    return decorate


def _is_all_of(node: Any, results: Tensors, tensors: Tensors) -> bool:
    """Whether a node has the results for its outputs and begins its inputs with the tensors."""
    outputs, inputs = list(node.outputs), list(node.inputs)[: len(tensors)]
    if len(outputs) != len(results) or len(inputs) != len(tensors):
        return False
    pairs = zip([*outputs, *inputs], [*results, *tensors], strict=True)
    return all(mine is theirs for mine, theirs in pairs)


def _given(upstream: Sequence[Any]) -> list[Any]:
    return [None if gradient is None else ops.convert_to_tensor(gradient) for gradient in upstream]


def safe_reciprocal(x: tf.Tensor, tiny: tf.Tensor | None = None) -> tf.Tensor:
    """1 / x; 0 (and no slope) where x is 0, or not greater than `tiny`."""
    negligible = gen_math_ops.less_equal(gen_math_ops._abs(x), like(0, x) if tiny is None else tiny)
    return select(negligible, like(0, x), gen_math_ops.reciprocal(select(negligible, like(1, x), x)))


def rounding_of(values: tf.Tensor) -> tf.Tensor:
    """How much of values along the last axis is rounding, with that axis kept."""
    size = gen_math_ops.maximum(as_length(length(values, -1)), as_length(1))
    epsilon = numpy.finfo(values.dtype.as_numpy_dtype).eps
    return gen_math_ops.mul(largest(values), cast(size, values.dtype) * like(epsilon, values))


def reciprocal_differences(values: tf.Tensor) -> tf.Tensor:
    """The matrix of 1 / (values[j] - values[i]); 0 where they are equal up to rounding."""
    differences = gen_math_ops.sub(as_row(values), as_column(values))
    if not values.dtype.is_complex:
        return safe_reciprocal(differences, as_column(rounding_of(values)))
    sizes = gen_math_ops.complex_abs(values, Tout=values.dtype.real_dtype)
    apart = gen_math_ops.complex_abs(differences, Tout=values.dtype.real_dtype)
    equal = gen_math_ops.less_equal(apart, as_column(rounding_of(sizes)))
    one, zero = like(1, differences), like(0, differences)
    return select(equal, zero, gen_math_ops.reciprocal(select(equal, one, differences)))
