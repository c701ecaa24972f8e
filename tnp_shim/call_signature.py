"""How a compiled function is called: its parameters, its input signature. Knows the array."""

from __future__ import annotations

import contextlib
import functools
import inspect
from collections.abc import Callable
from typing import Any

import numpy
import tensorflow as tf

from tnp_shim import dtypes
from tnp_shim.array import ArraySpec, ndarray, wrap
from tnp_shim.conversion import to_tensor
from tnp_shim.declaration.ufunc import ufunc


class Parameters:
    """Brings the arguments of a call into one order, with the defaults of those that were not given."""

    def __init__(self, function: Callable[..., Any]) -> None:
        try:
            self.signature: inspect.Signature | None = inspect.signature(function)
        except (TypeError, ValueError):  # a builtin that tells nothing
            self.signature = None
            return
        kinds = inspect.Parameter
        parameters = self.signature.parameters.values()
        plain = (kinds.POSITIONAL_ONLY, kinds.POSITIONAL_OR_KEYWORD)
        self.count = len(parameters) if all(p.kind in plain for p in parameters) else -1

    def values(
        self, args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> tuple[tuple[Any, ...], tuple[str, ...]]:
        """All values, and the names of the last ones."""
        if self.signature is None:
            return (*args, *kwargs.values()), tuple(kwargs)
        if not kwargs and len(args) == self.count:
            return args, ()
        bound = self.signature.bind(*args, **kwargs)
        bound.apply_defaults()
        return (*bound.args, *bound.kwargs.values()), tuple(bound.kwargs)


def unwound(function: Any) -> tuple[tuple[Any, ...], dict[str, Any], Callable[..., Any]]:
    """A function with what a `functools.partial`, a bound method or a callable object gives it ahead."""
    leading: tuple[Any, ...] = ()
    keywords: dict[str, Any] = {}
    while True:
        if isinstance(function, functools.partial):
            leading, keywords = function.args + leading, {**function.keywords, **keywords}
            function = function.func
        elif inspect.ismethod(function):
            leading, function = (function.__self__, *leading), function.__func__
        elif not inspect.isroutine(function) and hasattr(type(function).__call__, "__code__"):
            if isinstance(function, (type, ufunc)):
                return leading, keywords, function
            leading, function = (function, *leading), type(function).__call__
        else:
            return leading, keywords, function


def fitted(signature: Any, values: tuple[Any, ...], skip: int) -> tuple[tuple[Any, ...], dict[int, Any]]:
    """The arguments as an input signature has them, and the shapes that it gives to the arrays among them."""
    shapes: dict[int, Any] = {}

    def fit(spec: Any, value: Any) -> Any:
        if isinstance(spec, (list, tuple)):
            if not isinstance(value, (list, tuple)) or len(value) != len(spec):
                raise TypeError(f"input_signature has {len(spec)} values where {value!r} was given")
            parts = [fit(s, v) for s, v in zip(spec, value, strict=True)]
            same = all(x is y for x, y in zip(parts, value, strict=True))
            return value if same else type(value)(parts)
        if isinstance(spec, dict):
            fixed = {key: fit(s, value[key]) for key, s in spec.items()}
            return value if all(fixed[key] is value[key] for key in fixed) else fixed
        return _fitted_array(spec, value, shapes)

    count = skip + len(signature)
    if len(values) < count:
        raise TypeError(f"input_signature has {len(signature)} arguments, {len(values) - skip} were given")
    fixed = [fit(spec, value) for spec, value in zip(signature, values[skip:count], strict=True)]
    return (*values[:skip], *fixed, *values[count:]), shapes


def _fitted_array(spec: Any, value: Any, shapes: dict[int, Any]) -> Any:
    dtype = dtypes.to_numpy(spec.dtype)
    if not isinstance(value, (ndarray, numpy.ndarray, tf.TensorSpec, ArraySpec)):
        value = wrap(to_tensor(value, None if hasattr(value, "dtype") else dtype))
    if isinstance(value, tf.TensorSpec):
        value = ArraySpec(value.shape, value.dtype)
    if value.dtype != (spec.dtype if isinstance(value, ArraySpec) else dtype):
        raise TypeError(f"input_signature says {spec}, an array of {value.dtype} was given")
    if not spec.shape.is_compatible_with(value.shape):
        raise TypeError(f"input_signature says {spec}, an array of shape {value.shape} was given")
    shapes[id(value)] = None if spec.shape.rank is None else tuple(spec.shape.as_list())
    return value


def look_like(made: Any, function: Callable[..., Any]) -> None:
    """Give a callable object what users look up of the function that it stands for.

    Not `__wrapped__`: AutoGraph would call that instead.
    """
    functools.update_wrapper(made, function)
    del made.__wrapped__
    with contextlib.suppress(TypeError, ValueError):  # a builtin that tells nothing
        made.__signature__ = inspect.signature(function)
