"""Deliberately wrong implementations, each of which the judge must catch. Knows tnp_shim's public names.

A mutant takes the place of a name while it is judged in the mode that must catch it.
"""

from __future__ import annotations

import contextlib
import functools
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy
import tensorflow as tf

import tnp_shim

Function = Callable[..., Any]


@dataclass(frozen=True)
class Mutant:
    """A wrong implementation: what is wrong, of which name, in which mode it shows, and how it is made."""

    wrong: str
    name: str
    mode: str
    make: Callable[[Function], Function]


@contextlib.contextmanager
def in_place_of(mutant: Mutant) -> Iterator[None]:
    """Within the context the mutant is what tnp_shim offers."""
    original = getattr(tnp_shim, mutant.name)
    setattr(tnp_shim, mutant.name, functools.wraps(original)(mutant.make(original)))
    try:
        yield
    finally:
        setattr(tnp_shim, mutant.name, original)


def then(change: Callable[..., Any]) -> Callable[[Function], Function]:
    """A mutant whose result is a changed one: `change(result, *arguments)`."""
    return lambda original: lambda *args, **keywords: change(original(*args, **keywords), *args)


def without(*names: str) -> Callable[[Function], Function]:
    """A mutant that ignores keywords."""
    return lambda original: (
        lambda *args, **keywords: original(
            *args, **{key: value for key, value in keywords.items() if key not in names}
        )
    )


def on_tensors(change: Callable[[tf.Tensor], tf.Tensor]) -> Callable[[Function], Function]:
    """A mutant whose result, if it has floats, went through an op."""

    def changed(result: Any, *_: Any) -> Any:
        tensor = tf.convert_to_tensor(result)
        return tnp_shim.asarray(change(tensor)) if tensor.dtype.is_floating else result

    return then(changed)


def raising(instead: Exception) -> Callable[[Function], Function]:
    """A mutant that raises another error than NumPy."""

    def make(original: Function) -> Function:
        def mutant(*args: Any, **keywords: Any) -> Any:
            try:
                return original(*args, **keywords)
            except Exception:
                raise instead from None

        return mutant

    return make


def _swallowing(original: Function) -> Function:
    def mutant(*args: Any, **keywords: Any) -> Any:
        with contextlib.suppress(Exception):
            return original(*args, **keywords)
        return args[0]

    return mutant


def _element(value: float, where: Callable[[Any, Any], Any]) -> Callable[[Function], Function]:
    """A mutant that gives a value where a condition on result and argument holds."""
    return then(
        lambda result, x, *_: tnp_shim.where(where(result, x), tnp_shim.asarray(value, result.dtype), result)
    )


def _writes_its_argument(result: Any, x: Any, *_: Any) -> Any:
    if isinstance(x, tnp_shim.ndarray) and x.size and x.dtype.kind == "f":
        x[...] = x + 1
    return result


def _only(condition: Callable[[Any], bool], change: Callable[[Any], Any]) -> Callable[[Function], Function]:
    """A mutant that is wrong for some arguments alone."""
    return then(lambda result, x, *_: change(result) if condition(x) else result)


@tf.custom_gradient
def _nan_gradient(x: tf.Tensor) -> Any:
    return tf.identity(x), lambda upstream: upstream * numpy.nan


@tf.custom_gradient
def _half_gradient(x: tf.Tensor) -> Any:
    return tf.identity(x), lambda upstream: upstream / 2


@tf.custom_gradient
def _no_second_gradient(x: tf.Tensor) -> Any:
    return tf.identity(x), tf.stop_gradient


def _differentiable_once(original: Function) -> Function:
    def mutant(x: Any, *args: Any, **keywords: Any) -> Any:
        return original(tnp_shim.asarray(_no_second_gradient(tf.convert_to_tensor(x))), *args, **keywords)

    return mutant


def _on_host(x: tf.Tensor) -> tf.Tensor:
    result = tf.numpy_function(lambda value: value, [x], x.dtype)
    result.set_shape(x.shape)
    return result


def _kept_from_the_first_call(original: Function) -> Function:
    known: dict[Any, Any] = {}

    def mutant(*args: Any, **keywords: Any) -> Any:
        key = (str(keywords), *((getattr(a, "shape", ()), getattr(a, "dtype", None)) for a in args))
        return known.setdefault(key, original(*args, **keywords))

    return mutant


def _through_float(original: Function) -> Function:
    def mutant(a: Any, *args: Any, **keywords: Any) -> Any:
        result = original(a, *args, **keywords)
        return result.astype("float64").astype(result.dtype) if result.dtype == numpy.int64 else result

    return mutant


def _unstable(original: Function) -> Function:
    def mutant(a: Any, *args: Any, **keywords: Any) -> Any:
        result = original(a, *args, **keywords)
        return result[::-1] if getattr(a, "ndim", 0) == 1 and len(a) == 7 else result

    return mutant


MUTANTS = (
    Mutant("another dtype", "cumsum", "eager", then(lambda r, *_: r.astype("float32"))),
    Mutant("another dtype in a graph only", "flip", "graph", then(lambda r, *_: r.astype("complex128"))),
    Mutant("another shape", "flip", "eager", then(lambda r, *_: r[None])),
    Mutant("a transposed result", "tril", "eager", then(lambda r, *_: r.T.copy())),
    Mutant(
        "one ulp too far",
        "floor",
        "eager",
        on_tensors(lambda t: t * (1 + 4e-7) if t.dtype == tf.float32 else t),
    ),
    Mutant(
        "beyond the allowed ulp",
        "sin",
        "eager",
        on_tensors(lambda t: t * (1 + 1e-14) if t.dtype == tf.float64 else t),
    ),
    Mutant(
        "float32 within float64",
        "cos",
        "eager",
        on_tensors(lambda t: tf.cast(tf.cast(t, tf.float32), t.dtype)),
    ),
    Mutant("one wrong element", "ceil", "eager", _element(7, lambda r, x: r == 2)),
    Mutant("NaN made zero", "square", "eager", _element(0, lambda r, x: r != r)),
    Mutant("infinity made a number", "trunc", "eager", _element(1e30, lambda r, x: tnp_shim.isinf(r))),
    Mutant("the sign of a zero lost", "rint", "eager", then(lambda r, *_: r + 0)),
    Mutant("integers by way of floats", "cumsum", "eager", _through_float),
    Mutant("an array where NumPy has a scalar", "sum", "eager", then(lambda r, *_: tnp_shim.array(r))),
    Mutant(
        "a scalar where NumPy has an array", "copy", "eager", then(lambda r, *_: r[()] if r.ndim == 0 else r)
    ),
    Mutant("a list where NumPy has a tuple", "modf", "eager", then(lambda r, *_: list(r))),
    Mutant("a Python number", "amax", "eager", then(lambda r, *_: r.item() if r.ndim == 0 else r)),
    Mutant("a real NumPy array", "flip", "eager", then(lambda r, *_: numpy.asarray(r))),
    Mutant("a copy where NumPy has a view", "transpose", "eager", then(lambda r, *_: r.copy())),
    Mutant(
        "a view where NumPy has a copy",
        "copy",
        "eager",
        lambda original: lambda a, *_, **__: tnp_shim.asarray(a),
    ),
    Mutant("a write into an argument", "floor", "eager", then(_writes_its_argument)),
    Mutant("a write into an argument in a graph", "floor", "graph", then(_writes_its_argument)),
    Mutant("`out` not written", "exp", "eager", without("out")),
    Mutant(
        "`out` written, but another array returned", "exp", "eager", then(lambda r, *_: tnp_shim.array(r))
    ),
    Mutant("`where` ignored", "add", "eager", without("where")),
    Mutant("`axis` ignored", "sum", "eager", without("axis")),
    Mutant("`keepdims` ignored", "sum", "graph", without("keepdims")),
    Mutant("a swallowed error", "cumsum", "eager", _swallowing),
    Mutant("a swallowed error while tracing", "cumsum", "graph", _swallowing),
    Mutant("an error of another class", "cumsum", "eager", raising(KeyError("axis"))),
    Mutant(
        "an error of TensorFlow's", "flip", "eager", raising(tf.errors.InvalidArgumentError(None, None, "no"))
    ),
    Mutant(
        "wrong for empty arrays", "cumsum", "eager", _only(lambda x: not x.size, lambda r: r.astype("int8"))
    ),
    Mutant(
        "wrong in five dimensions",
        "square",
        "eager",
        _only(lambda x: getattr(x, "ndim", 0) == 5, lambda r: r + 1),
    ),
    Mutant(
        "wrong for views",
        "square",
        "eager",
        _only(lambda x: getattr(x, "base", None) is not None, lambda r: r * 3),
    ),
    Mutant("wrong order among equals", "argsort", "eager", _unstable),
    Mutant("a value kept from the first call", "square", "eager", _kept_from_the_first_call),
    Mutant("needs a value", "square", "graph", then(lambda r, *_: r * float(numpy.asarray(r).size > -1))),
    Mutant(
        "needs a static shape", "square", "unknown", then(lambda r, *_: r.reshape([int(n) for n in r.shape]))
    ),
    Mutant("no kernel for XLA", "cos", "xla", on_tensors(_on_host)),
    Mutant("a trip to the host", "cos", "gpu", on_tensors(_on_host)),
    Mutant(
        "an op without a GPU kernel",
        "cos",
        "gpu",
        on_tensors(lambda t: tf.strings.to_number(tf.strings.as_string(t), t.dtype)),
    ),
    Mutant("a NaN gradient", "exp", "gradient", on_tensors(_nan_gradient)),
    Mutant("a None gradient", "exp", "gradient", on_tensors(tf.stop_gradient)),
    Mutant("half a gradient", "exp", "gradient", on_tensors(_half_gradient)),
    Mutant("no second gradient", "square", "second gradient", _differentiable_once),
    Mutant("no derivative in forward mode", "exp", "forward", on_tensors(tf.stop_gradient)),
    Mutant("wrong under vectorized_map", "square", "vmap", then(lambda r, *_: r + 1)),
    Mutant("one result for all iterations", "square", "loop", then(lambda r, *_: r * 0)),
)
"""All mutants."""
