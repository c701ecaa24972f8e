"""How a NumPy function is declared: a body over tensors, keyed by the NumPy callable. Knows the array."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

import numpy
import tensorflow as tf

from tnp_shim import config, dtypes
from tnp_shim.array import Array, wrap, wrap_scalar, write
from tnp_shim.declaration.arguments import MISSING, conversion_of
from tnp_shim.declaration.documentation import documentation
from tnp_shim.declaration.failures import numpys_error, stand_in
from tnp_shim.declaration.floating_point import FUNCTIONS, look_at_call
from tnp_shim.declaration.foreign_data import handed_on
from tnp_shim.errors import UnsupportedTypeError
from tnp_shim.promotion import cast

Body = TypeVar("Body", bound=Callable[..., Any])

MEMORY_ORDERS = (*"KCFAkcfa", None)

IGNORED = frozenset({"like", "order", "subok", "device", "copy"})
"""Parameters that mean nothing to a tensor, and so need not be named by a body."""


@dataclass(frozen=True)
class Declaration:
    """What is known of a public function."""

    name: str
    numpy: Callable[..., Any]
    body: Callable[..., Any]
    function: Callable[..., Any]
    route: str = "native"
    reason: str = ""
    exchange: Callable[[Callable[..., Any], Any], Any] | None = None
    """Puts another body and another short cut, or None, in the function's place; gives its short cut."""
    takes_arrays: bool = False
    """Whether the body gets arguments as they are given and returns arrays."""


REGISTRY: dict[Any, Declaration] = {}
"""The declaration of each NumPy callable."""


def name_of(numpy_callable: Any) -> str:
    """The public name: `linalg.solve` of `numpy.linalg.solve`."""
    module = getattr(numpy_callable, "__module__", None) or "numpy"
    return f"{module}.{numpy_callable.__name__}".removeprefix("numpy.")


def register(declaration: Declaration) -> None:
    """Make a declaration known under its NumPy callable."""
    REGISTRY[declaration.numpy] = declaration


class _Parameter:
    """One parameter of NumPy's signature: where its value goes."""

    __slots__ = ("convert", "default", "kind", "name", "numpy_default", "role")

    def __init__(self, parameter: inspect.Parameter, taken: dict[str, inspect.Parameter]) -> None:
        self.name = parameter.name
        self.kind = parameter.kind
        self.numpy_default = parameter.default
        mine = taken.get(self.name)
        self.role = "body" if mine else "out" if self.name == "out" else "unused"
        self.convert = conversion_of(mine.annotation) if mine else None
        self.default = parameter.default if mine is None else mine.default

    def check_unused(self, function: str, value: Any) -> None:
        default = self.numpy_default
        if self.name == "order" and value not in MEMORY_ORDERS:
            raise ValueError(f"{function}: order must be one of 'C', 'F', 'A', or 'K' (got {value!r})")
        if self.name == "device" and value not in (None, "cpu"):
            raise ValueError(f'Device not understood. Only "cpu" is allowed, but received: {value}')
        if value is MISSING or value is None or self.name in IGNORED or value is default:
            return
        if type(value) is type(default) and value == default:
            return
        raise TypeError(f"{function}: argument {self.name}={value!r} is not supported on tensors")


class _Binding:
    """Brings the arguments of a call into the order of NumPy's signature, converted for the body."""

    def __init__(self, name: str, signature: inspect.Signature, body: Callable[..., Any]) -> None:
        self.function = name
        self.signature = signature
        taken = dict(inspect.signature(body).parameters)
        unknown = set(taken) - set(signature.parameters)
        if unknown:
            raise TypeError(f"the body of {name} takes {unknown}, which NumPy's {name} does not")
        self.parameters = [_Parameter(p, taken) for p in signature.parameters.values()]
        self.position = {p.name: i for i, p in enumerate(self.parameters)}
        positional_only = inspect.Parameter.POSITIONAL_ONLY
        self.by_name = {p.name: i for i, p in enumerate(self.parameters) if p.kind is not positional_only}
        kinds = [p.kind for p in self.parameters]
        self.variadic = inspect.Parameter.VAR_POSITIONAL in kinds or inspect.Parameter.VAR_KEYWORD in kinds
        self.most_positional = sum(
            k in (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD) for k in kinds
        )
        self.missing = [MISSING] * len(self.parameters)
        self.body_order = [(self.position[n], p.kind) for n, p in taken.items()]
        self.all_positional = all(p.kind is inspect.Parameter.POSITIONAL_OR_KEYWORD for p in taken.values())
        self.plain_order = [position for position, _ in self.body_order]
        self.unused = [i for i, p in enumerate(self.parameters) if p.role == "unused"]
        self.out = self.position.get("out") if "out" not in taken else None

    def raw(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> list[Any]:
        """The values in the order of the signature; MISSING where none was given. TypeError as NumPy's."""
        if self.variadic or len(args) > self.most_positional:
            bound = self.signature.bind(*args, **kwargs).arguments
            return [bound.get(p.name, MISSING) for p in self.parameters]
        values = self.missing.copy()
        values[: len(args)] = args
        for name, value in kwargs.items():
            position = self.by_name.get(name)
            if position is None or position < len(args):
                self.signature.bind(*args, **kwargs)  # raises
            values[position] = value  # type: ignore[index]
        return values

    def converted(self, values: list[Any], position: int) -> Any:
        """The value of one parameter as the body wants it."""
        parameter = self.parameters[position]
        value = values[position]
        if value is MISSING:
            if parameter.default is inspect.Parameter.empty:
                if parameter.kind is inspect.Parameter.VAR_POSITIONAL:
                    return ()
                if parameter.kind is inspect.Parameter.VAR_KEYWORD:
                    return {}
                raise TypeError(f"{self.function}() missing required argument: {parameter.name!r}")
            return parameter.default
        convert = parameter.convert
        if convert is None or value is None:
            return value
        if parameter.kind is inspect.Parameter.VAR_POSITIONAL:
            return tuple(convert(v, parameter.name) for v in value)
        return convert(value, parameter.name)

    def call(self, body: Callable[..., Any], values: list[Any]) -> Any:
        """Call the body."""
        for position in self.unused:
            if values[position] is not MISSING:
                self.parameters[position].check_unused(self.function, values[position])
        if self.all_positional:
            return body(*[self.converted(values, i) for i in self.plain_order])
        args: list[Any] = []
        keywords: dict[str, Any] = {}
        for position, kind in self.body_order:
            value = self.converted(values, position)
            if kind is inspect.Parameter.VAR_POSITIONAL:
                args.extend(value)
            elif kind is inspect.Parameter.VAR_KEYWORD:
                keywords.update(value)
            elif kind is inspect.Parameter.KEYWORD_ONLY:
                keywords[self.parameters[position].name] = value
            else:
                args.append(value)
        return body(*args, **keywords)


def wrapped(value: Any, scalar: bool) -> Any:
    """A body's result as the user sees it: tensors become arrays, wherever they are."""
    if isinstance(value, tf.Tensor):
        return wrap_scalar(value) if scalar and value.shape.rank == 0 else wrap(value)
    if isinstance(value, tuple) and hasattr(value, "_fields"):
        return type(value)(*(wrapped(v, scalar) for v in value))
    if isinstance(value, (tuple, list)):
        return type(value)(wrapped(v, scalar) for v in value)
    return value


def write_out(name: str, value: Any, out: Any, casting: str = "same_kind") -> Any:
    """Write a result into `out` and return `out` itself, as NumPy does."""
    if isinstance(out, tuple) and not isinstance(value, tuple):
        (out,) = out
    if isinstance(value, tuple):
        return tuple(write_out(name, v, o, casting) for v, o in zip(value, out, strict=True))
    if isinstance(out, numpy.ndarray):
        numpy.copyto(out, numpy.asarray(value), casting=casting)  # type: ignore[arg-type]
        return out
    if not isinstance(out, Array):
        raise TypeError(f"{name}: return arrays must be of ArrayType, not {type(out).__name__}")
    if not numpy.can_cast(value.dtype, out.dtype, casting):  # type: ignore[arg-type]
        raise TypeError(
            f"Cannot cast array data from {value.dtype!r} to {out.dtype!r} according to the rule '{casting}'"
        )
    tensor, old = cast(value._cell.read(), dtypes.to_tf(out.dtype)), out._cell.read()
    if not tensor.shape.is_compatible_with(old.shape):
        raise ValueError(f"{name}: output array has shape {out.shape}, the result has shape {value.shape}")
    if not (tensor.shape.is_fully_defined() and old.shape.is_fully_defined()):
        check = tf.debugging.assert_equal(
            tf.shape(tensor), tf.shape(old), f"{name}: the shape of out is another"
        )
        with tf.control_dependencies([check] if check is not None else []):
            tensor = tf.ensure_shape(tf.identity(tensor), old.shape)
    write(out, tensor)
    return out


def function(
    numpy_callable: Callable[..., Any],
    *,
    scalar: bool = False,
    route: str = "native",
    reason: str = "",
    casting: str = "same_kind",
    quick: Callable[..., Any] | None = None,
    quick_options: frozenset[str] = frozenset(),
) -> Callable[[Body], Body]:
    """Declare the implementation of a NumPy function as a body over tensors.

    `scalar`: a 0-d result becomes a scalar. `casting`: the rule by which a result goes into `out`.
    `quick`: takes the arguments as they are given, as far as they are `quick_options`, and gives the result
    of the commonest eager calls, or None for any other.
    """
    name = name_of(numpy_callable)

    def declare(body: Body) -> Body:
        binding = _Binding(name, inspect.signature(numpy_callable), body)
        out_position = binding.out
        may_warn = name in FUNCTIONS

        def call(*args: Any, **kwargs: Any) -> Any:
            if quick is not None and len(args) <= 2 and (not kwargs or kwargs.keys() <= quick_options):
                value = quick(*args, **kwargs)
                if value is not None:
                    if may_warn and config.warnings_level() == config.EVERYTHING:
                        look_at_call(numpy_callable, args, kwargs, value)
                    return value
            try:
                values = binding.raw(args, kwargs)
                value = wrapped(binding.call(body, values), scalar)
            except UnsupportedTypeError as error:
                return handed_on(name, numpy_callable, args, kwargs, error)
            except Exception as error:
                raise numpys_error(name, numpy_callable, args, kwargs, error) from error.__cause__
            if may_warn:
                look_at_call(numpy_callable, args, kwargs, value)
            out = None if out_position is None else values[out_position]
            return value if out is None or out is MISSING else write_out(name, value, out, casting)

        def exchange(other_body: Any, other_quick: Any) -> Any:
            nonlocal body, quick
            before, body, quick = quick, other_body, other_quick
            return before

        finish(call, numpy_callable, body, route, reason)
        register(Declaration(name, numpy_callable, body, call, route, reason, exchange))
        return call  # type: ignore[return-value]

    return declare


def writes(numpy_callable: Callable[..., Any], target: str) -> Callable[[Body], Body]:
    """Declare a NumPy function that writes into its argument `target`: the body gives the new value."""
    name = name_of(numpy_callable)

    def declare(body: Body) -> Body:
        binding = _Binding(name, inspect.signature(numpy_callable), body)
        position = binding.position[target]

        def call(*args: Any, **kwargs: Any) -> Any:
            values = binding.raw(args, kwargs)
            array = values[position]
            if not isinstance(array, Array):
                # a real NumPy array is written to by NumPy; anything else is refused by it
                given = [a if a is array else stand_in(a) for a in args]
                return numpy_callable(
                    *given, **{k: v if v is array else stand_in(v) for k, v in kwargs.items()}
                )
            try:
                if not array._writeable:
                    raise ValueError("assignment destination is read-only")
                new = binding.call(body, values)
            except Exception as error:
                raise numpys_error(name, numpy_callable, args, kwargs, error) from error.__cause__
            write(array, cast(new, dtypes.to_tf(array.dtype)))
            return None

        finish(call, numpy_callable, body)
        register(Declaration(name, numpy_callable, body, call))
        return call  # type: ignore[return-value]

    return declare


def finish(
    call: Callable[..., Any],
    numpy_callable: Callable[..., Any],
    body: Callable[..., Any],
    route: str = "native",
    reason: str = "",
) -> None:
    """Give a declared function the name, signature and documentation that users look up."""
    call.__name__ = call.__qualname__ = numpy_callable.__name__
    call.__module__ = body.__module__
    signature = inspect.signature(numpy_callable)
    call.__signature__ = signature  # type: ignore[attr-defined]
    call.__documented_by__ = name_of(numpy_callable), signature, body, route, reason  # type: ignore[attr-defined]
    describe(call, body.__doc__)
    call.__wrapped_body__ = body  # type: ignore[attr-defined]


def describe(call: Any, summary: str | None) -> None:
    """Give a declared function its documentation, which begins with a summary."""
    name, *rest = call.__documented_by__
    call.__doc__ = documentation(name, summary, *rest)


def arrays(
    numpy_callable: Callable[..., Any], *, route: str = "trace", reason: str = ""
) -> Callable[[Body], Body]:
    """Declare a function that is about arrays themselves: its arguments arrive as they are given."""
    name = name_of(numpy_callable)

    def declare(body: Body) -> Body:
        def call(*args: Any, **kwargs: Any) -> Any:
            try:
                return body(*args, **kwargs)
            except UnsupportedTypeError as error:
                return handed_on(name, numpy_callable, args, kwargs, error)

        def exchange(other_body: Any, _: Any) -> None:
            nonlocal body
            body = other_body

        finish(call, numpy_callable, body, route, reason)
        register(Declaration(name, numpy_callable, body, call, route, reason, exchange, True))
        return call  # type: ignore[return-value]

    return declare
