"""`tnp_shim.override`: a user's own kernel behind a NumPy name, within a context. Knows the declarations.

Calls pay nothing for it while nothing is overridden: only while some thread overrides a name, its declaration
has another body, which asks the context of the caller whose implementation to run.
"""

from __future__ import annotations

import contextlib
import functools
import inspect
import operator
import threading
from collections.abc import Callable
from contextvars import ContextVar, Token
from typing import Any

import numpy
import tensorflow as tf

from tnp_shim import conversion, dtypes
from tnp_shim.array import Array
from tnp_shim.declaration.function import REGISTRY, Declaration, wrapped, write_out
from tnp_shim.declaration.loops import resolve
from tnp_shim.declaration.ufunc import ufunc
from tnp_shim.errors import UnsupportedError
from tnp_shim.storage import static_shape

Implementation = Callable[..., Any]

_active: ContextVar[tuple[tuple[Any, Implementation], ...]] = ContextVar("overrides", default=())
"""The NumPy callables that are overridden in this context, and by what; the last one counts."""

_users: dict[Any, int] = {}
_lock = threading.Lock()
_restore: dict[Any, Callable[[], None]] = {}


def active() -> tuple[tuple[Any, Implementation], ...]:
    """What is overridden in this context: a part of the key of a trace."""
    return _active.get()


def _implementation(numpy_callable: Any) -> Implementation | None:
    for overridden, implementation in reversed(_active.get()):
        if overridden is numpy_callable:
            return implementation
    return None


@contextlib.contextmanager
def _without(numpy_callable: Any) -> Any:
    """While an implementation runs, the name means the built-in one."""
    token = _active.set(tuple(pair for pair in _active.get() if pair[0] is not numpy_callable))
    try:
        yield
    finally:
        _active.reset(token)


def _tensors(value: Any) -> Any:
    """What an implementation returned, as a body returns it."""
    if isinstance(value, tuple) and hasattr(value, "_fields"):
        return type(value)(*map(_tensors, value))
    if isinstance(value, (tuple, list)):
        return type(value)(map(_tensors, value))
    return conversion.to_tensor(value) if isinstance(value, (Array, numpy.ndarray, numpy.generic)) else value


def _arrays(value: Any) -> Any:
    """What an implementation returned, as a body that is about arrays returns it."""
    return wrapped(_tensors(value), False)


# ufuncs: the implementation gets tensors of the dtypes of a loop


def _exchange_ufunc(made: ufunc) -> Callable[[], None]:
    body, direct = made.body, dict(made.direct)
    computed_at_once = functools.partial(_built_in, made, body, direct)

    @functools.wraps(body)
    def dispatched(*tensors: tf.Tensor) -> Any:
        implementation = _implementation(made.numpy)
        if implementation is None:
            return computed_at_once(*tensors)
        with _without(made.numpy):
            value = implementation(*tensors)
        if value is NotImplemented:
            return computed_at_once(*tensors)
        return _checked(made, tensors, _tensors(value))

    made.direct.clear()  # the operators hold this very dict; without an entry they take the general way
    made.body = dispatched

    def restore() -> None:
        made.body = body
        made.direct.update(direct)

    return restore


def _built_in(made: ufunc, body: Implementation, direct: dict[Any, Any], *tensors: tf.Tensor) -> Any:
    kinds = {dtypes.to_numpy(tensor.dtype) for tensor in tensors}
    if len(kinds) == 1 and kinds <= direct.keys():
        return made.direct_op(*tensors)  # type: ignore[misc]
    return body(*tensors)


def _checked(made: ufunc, tensors: tuple[tf.Tensor, ...], value: Any) -> Any:
    """The outputs, which must be of the loop's dtypes, and, of what is not generalised, of its shape."""
    outputs = value if isinstance(value, tuple) else (value,)
    if len(outputs) != made.nout:
        raise TypeError(f"override of {made.__name__}: {len(outputs)} results, it has {made.nout}")
    keys = tuple(dtypes.to_numpy(tensor.dtype) for tensor in tensors) + (None,) * made.nout
    shapes = [static_shape(tensor) for tensor in tensors]
    for output, dtype in zip(outputs, resolve(made.numpy, keys)[made.nin :], strict=True):
        if not isinstance(output, tf.Tensor) or output.dtype != dtypes.to_tf(dtype):
            found = output.dtype.name if isinstance(output, tf.Tensor) else type(output).__name__
            raise TypeError(
                f"override of {made.__name__}: the implementation gave {found} for "
                f"{', '.join(tensor.dtype.name for tensor in tensors)}, NumPy's result is {dtype}"
            )
        if made.signature is None and all(shape is not None and None not in shape for shape in shapes):
            wanted = numpy.broadcast_shapes(*shapes)  # type: ignore[arg-type]
            if not output.shape.is_compatible_with(wanted):
                raise ValueError(
                    f"override of {made.__name__}: the implementation gave shape {output.shape}, "
                    f"NumPy's result has shape {wanted}"
                )
    return value


# functions: the implementation gets what the declared body gets


def _exchange_function(declaration: Declaration) -> Callable[[], None]:
    body = declaration.body
    parameters = list(inspect.signature(body).parameters.values())
    exchange = declaration.exchange
    assert exchange is not None
    finished = _arrays if declaration.takes_arrays else _tensors

    @functools.wraps(body)
    def dispatched(*args: Any, **kwargs: Any) -> Any:
        implementation = _implementation(declaration.numpy)
        if implementation is None:
            return body(*args, **kwargs)
        call = _call_of(implementation, parameters, args, kwargs)
        if call is None:
            return body(*args, **kwargs)
        with _without(declaration.numpy):
            value = implementation(*call[0], **call[1])
        if value is NotImplemented:
            return body(*args, **kwargs)
        made = finished(value)
        return made if call[2] is None else write_out(declaration.name, wrapped(made, False), call[2])

    quick = exchange(dispatched, None)

    def dispatched_quick(*args: Any, **kwargs: Any) -> Any:
        # for callers that override nothing, while somebody else does
        return quick(*args, **kwargs) if _implementation(declaration.numpy) is None else None

    if quick is not None:
        exchange(dispatched, dispatched_quick)
    return lambda: exchange(body, quick)


def _call_of(
    implementation: Implementation,
    parameters: list[inspect.Parameter],
    args: tuple[Any, ...],
    kwargs: dict[str, Any],
) -> tuple[list[Any], dict[str, Any], Any] | None:
    """The arguments for an implementation: required ones by position, others by name if they are given.

    Apart from them `out`, which is not left to it. None if it does not take an argument that is given.
    """
    positional: list[Any] = []
    named: dict[str, Any] = {}
    given = iter(args)
    for parameter in parameters:
        if parameter.kind is parameter.VAR_POSITIONAL:
            positional.extend(given)
            continue
        value = kwargs.get(parameter.name, parameter.default)
        if parameter.kind in (parameter.POSITIONAL_ONLY, parameter.POSITIONAL_OR_KEYWORD):
            value = next(given, value)
        if parameter.default is parameter.empty and parameter.kind is not parameter.VAR_KEYWORD:
            positional.append(value)
        elif not _is_default(value, parameter.default):
            named[parameter.name] = value
    out = named.pop("out", None)
    taken = _parameters_of(implementation)
    takes_all = taken is None or any(p.kind is p.VAR_KEYWORD for p in taken.values())
    return (positional, named, out) if takes_all or named.keys() <= taken.keys() else None


def _is_default(value: Any, default: Any) -> bool:
    return value is default or (type(value) is type(default) and not _is_array(value) and value == default)


def _is_array(value: Any) -> bool:
    return isinstance(value, (Array, tf.Tensor, numpy.ndarray, list, tuple))


@functools.lru_cache(maxsize=128)
def _parameters_of(implementation: Implementation) -> Any:
    try:
        return inspect.signature(implementation).parameters
    except (TypeError, ValueError):
        return None


# the context


def _declaration(name: Any) -> Declaration:
    """The declaration that a NumPy callable, ours, or a name means."""
    if isinstance(name, str):
        text = name.removeprefix("numpy.").removeprefix("np.")
        try:
            name = operator.attrgetter(text)(numpy)
        except AttributeError:
            raise ValueError(f"override: NumPy has no name {text!r}") from None
    try:
        declaration = REGISTRY.get(name)
    except TypeError:
        declaration = None
    if declaration is None:
        declaration = next((d for d in REGISTRY.values() if d.function is name), None)
    if declaration is None or not (declaration.exchange or isinstance(declaration.function, ufunc)):
        raise UnsupportedError(
            f"override: {getattr(name, '__name__', name)!r} has no body on tensors that could be exchanged; "
            "ufuncs and the functions of arrays have, those that write into an argument and classes have not"
        )
    return declaration


class override(contextlib.ContextDecorator):
    """Within the context, a NumPy function is computed by `implementation`.

    `numpy_callable` is NumPy's function, ours, or its name ("linalg.solve"). The implementation gets tensors,
    after NumPy's conversion of arguments: for a ufunc one for each operand, cast to the dtype of the loop and
    not broadcast; for a function what has no default by position, and of the rest by name what was given,
    but for `out`, which is dealt with for it. It returns a tensor, or an array, or NotImplemented: then, and
    where an argument is given that it does not take, the built-in implementation runs. Operators and methods
    follow. The context is that of the thread.

    >>> import tensorflow as tf, tnp_shim as np
    >>> with np.override(np.add, lambda x, y: x - y):
    ...     np.array([5, 7]) + np.array([1, 2])
    array([4, 5])
    """

    def __init__(self, numpy_callable: Any, implementation: Implementation) -> None:
        if not callable(implementation):
            raise TypeError(f"override: {implementation!r} is not callable")
        self._declaration = _declaration(numpy_callable)
        self.implementation = implementation
        self._tokens: list[Token[Any]] = []

    def __repr__(self) -> str:
        return f"<tnp_shim.override of {self._declaration.name} by {self.implementation!r}>"

    def __enter__(self) -> override:
        declaration = self._declaration
        key = declaration.numpy
        with _lock:
            _users[key] = _users.get(key, 0) + 1
            if _users[key] == 1:
                made: Any = declaration.function
                is_ufunc = isinstance(made, ufunc)
                _restore[key] = _exchange_ufunc(made) if is_ufunc else _exchange_function(declaration)
        self._tokens.append(_active.set((*_active.get(), (key, self.implementation))))
        return self

    def __exit__(self, *_: Any) -> None:
        _active.reset(self._tokens.pop())
        key = self._declaration.numpy
        with _lock:
            _users[key] -= 1
            if not _users[key]:
                del _users[key]
                _restore.pop(key)()
