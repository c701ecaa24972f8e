"""Runs one function of NumPy's and ours eagerly, traced with known and unknown shapes, and under XLA."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy
import tensorflow as tf
from differential import check_error, ours, run, same_value

import tnp_shim
from tnp_shim.array import Array

TRACED = ("traced", "unknown")
"""Traced with the shapes of the arguments known, and with unknown sizes."""


def arrays_of(value: Any) -> list[Any]:
    """The NumPy arrays among arguments."""
    if isinstance(value, numpy.ndarray):
        return [value]
    if isinstance(value, dict):
        value = list(value.values())
    return [a for v in value for a in arrays_of(v)] if isinstance(value, (list, tuple)) else []


def with_tensors(value: Any, tensors: Iterator[Any]) -> Any:
    """The arguments with an array of ours in place of each NumPy array, in order."""
    if isinstance(value, numpy.ndarray):
        return tnp_shim.asarray(next(tensors))
    if isinstance(value, (list, tuple)):
        return type(value)(with_tensors(v, tensors) for v in value)
    if isinstance(value, dict):
        return {key: with_tensors(v, tensors) for key, v in value.items()}
    return value


def tensors_in(value: Any) -> Any:
    """A result with a tensor in place of each array of ours, as a traced function can return it."""
    if isinstance(value, Array):
        return tf.convert_to_tensor(value)
    if isinstance(value, (list, tuple)):
        return tuple(tensors_in(v) for v in value)
    return value


def call(name: str, mode: str, arguments: tuple[Any, ...], keywords: dict[str, Any]) -> Any:
    """What our function gives in a mode: tensors, nested as they are."""
    function = getattr(tnp_shim, name)
    if mode == "eager":
        return tensors_in(function(*map(ours, arguments), **{k: ours(v) for k, v in keywords.items()}))
    found = arrays_of((arguments, keywords))
    shapes = [[None] * a.ndim if mode == "unknown" else a.shape for a in found]
    signature = [tf.TensorSpec(shape, a.dtype) for shape, a in zip(shapes, found, strict=True)]

    @tf.function(input_signature=signature, jit_compile=mode == "xla", autograph=False)
    def traced(*tensors):
        args, kwargs = with_tensors((arguments, keywords), iter(tensors))
        return tensors_in(function(*args, **kwargs))

    return traced(*map(tf.constant, found))


def check_tensors(expected: Any, actual: Any, tolerance: float, where: str) -> None:
    """Assert that tensors hold what NumPy gave."""
    if isinstance(expected, (list, tuple)):
        assert len(actual) == len(expected), f"{where}: {len(actual)} results, NumPy gives {len(expected)}"
        for e, a in zip(expected, actual, strict=True):
            check_tensors(e, a, tolerance, where)
        return
    expected = numpy.asarray(expected)
    value = numpy.asarray(actual)
    assert value.dtype == expected.dtype, f"{where}: dtype {value.dtype}, NumPy's is {expected.dtype}"
    assert value.shape == expected.shape, f"{where}: shape {value.shape}, NumPy's is {expected.shape}"
    assert same_value(expected, value, tolerance), f"{where}: {value!r}, NumPy's is {expected!r}"


def agree(
    name: str,
    *arguments: Any,
    modes: tuple[str, ...] = ("eager", *TRACED),
    tolerance: float = 0.0,
    **keywords: Any,
) -> None:
    """Assert that a function does as NumPy's in each mode; an error's wording is compared eagerly only."""
    expected, refusal = run(lambda np, *args: getattr(np, name)(*args, **keywords), numpy, arguments)
    for mode in modes:
        actual, error = run(lambda _, mode=mode: call(name, mode, arguments, keywords), None, ())
        where = f"{name}, {mode}"
        if refusal is None and error is None:
            check_tensors(expected, actual, tolerance, where)
        elif mode == "eager":
            check_error(refusal, error, message=True)
        else:
            assert refusal is not None, f"{where}: {error!r}, NumPy raises nothing"
            assert error is not None, f"{where}: NumPy raises {refusal!r}, ours gives {actual!r}"


def gradients_agree(function: Any, *points: Any) -> None:
    """Assert that the first and second gradients of a function of float64 arrays are its slopes."""
    points = [tf.constant(point, tf.float64) for point in points]

    def value(*tensors):
        return tf.reduce_sum(tf.convert_to_tensor(function(*map(tnp_shim.asarray, tensors))) ** 2)

    def slopes(*tensors):
        with tf.GradientTape() as tape:
            tape.watch(tensors)
            result = value(*tensors)
        return [tf.convert_to_tensor(slope) for slope in tape.gradient(result, tensors)]

    for compute in (value, lambda *tensors: tf.reduce_sum(slopes(*tensors)[0] ** 2)):
        theory, measured = tf.test.compute_gradient(compute, points)
        for t, m in zip(theory, measured, strict=True):
            numpy.testing.assert_allclose(t, m, rtol=1e-4, atol=1e-3)
