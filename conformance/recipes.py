"""What a case is: a call with arrays that can be made anew for NumPy and for us. Knows NumPy only."""

from __future__ import annotations

import dataclasses
import inspect
import json
import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from typing import Any

import numpy

from conformance.functions import FUNCTIONS
from conformance.values import FILLS

LAYOUTS: dict[str, str] = {
    "C": "",
    "F": ".copy(order='F')",
    "reversed": "[::-1]",
    "strided": "[..., ::2]",
    "transposed": ".T",
    "offset": "[1:]",
}
"""How an array lies on its base: the expression that takes it from the base."""


@dataclass(frozen=True)
class Recipe:
    """An array, told by what is needed to make it anew.

    `of` makes it a view of an earlier array's base instead of an array of its own. With a `bound` it holds
    indices into an axis of that length.
    """

    dtype: str
    shape: tuple[int, ...]
    fill: str = "ordinary"
    seed: int = 0
    layout: str = "C"
    of: int | None = None
    bound: int | None = None
    fills: tuple[str, ...] = field(default=(), compare=False, repr=False)

    @property
    def base_shape(self) -> tuple[int, ...]:
        """The shape of the array that this one is a view of."""
        if self.layout == "strided":
            return (*self.shape[:-1], 2 * self.shape[-1])
        if self.layout == "transposed":
            return self.shape[::-1]
        if self.layout == "offset":
            return (self.shape[0] + 1, *self.shape[1:])
        return self.shape

    def base(self) -> numpy.ndarray[Any, Any]:
        """A new NumPy array of the values."""
        dtype, shape = numpy.dtype(self.dtype), self.base_shape
        n = int(numpy.prod(shape, dtype=int))
        generator = numpy.random.default_rng(self.seed)
        if self.bound is not None:
            low = 0 if dtype.kind == "u" else -self.bound
            return generator.integers(low, self.bound, shape).astype(dtype)
        # a copy: what reshape gives is a view, which does not own its memory
        return FILLS[self.fill](generator, dtype, n).reshape(shape).copy()

    def view(self, base: Any) -> Any:
        """The array on a base, NumPy's or ours."""
        if self.layout == "strided":
            return base[..., ::2]
        if self.layout == "reversed":
            return base[::-1]
        if self.layout == "offset":
            return base[1:]
        if self.layout == "transposed":
            return base.T
        return base.copy(order="F") if self.layout == "F" else base

    def structure(self) -> Recipe:
        """The recipe without values."""
        return replace(self, fill="", seed=0)


@dataclass(frozen=True)
class Named:
    """An object of the namespace under test, by its name: `np.float32`, `np.add`."""

    name: str


@dataclass(frozen=True)
class Scalar:
    """A scalar of a NumPy dtype."""

    dtype: str
    value: str


@dataclass(frozen=True)
class Function:
    """A function of `conformance.functions`, for parameters that take one."""

    name: str


@dataclass(frozen=True)
class Call:
    """A call of a name of NumPy's: positional arguments and keywords, with recipes for arrays."""

    name: str
    args: tuple[Any, ...] = ()
    keywords: tuple[tuple[str, Any], ...] = ()

    def recipes(self) -> list[Recipe]:
        """The arrays of the call, in order; also those within lists and tuples."""
        return [leaf for leaf in leaves((self.args, self.keywords)) if isinstance(leaf, Recipe)]

    def structure(self) -> Call:
        """The call without the arrays' values: equal for calls that one trace serves."""
        return transform(lambda leaf: leaf.structure() if isinstance(leaf, Recipe) else leaf, self)

    def __str__(self) -> str:
        return self.code()

    def code(self, namespace: str = "np") -> str:
        """The call as Python code that makes its own arrays with NumPy."""
        lines, names = [], iter(range(len(self.recipes())))
        bases: list[str] = []

        def text(leaf: Any) -> str:
            if isinstance(leaf, Recipe):
                name = f"x{next(names)}"
                bases.append(f"base{leaf.of}" if leaf.of is not None else f"base{len(bases)}")
                if leaf.of is None:
                    lines.append(f"{bases[-1]} = {array_text(namespace, leaf.base())}")
                lines.append(f"{name} = {bases[-1]}{LAYOUTS[leaf.layout]}")
                return name
            if isinstance(leaf, Named):
                return f"{namespace}.{leaf.name}"
            if isinstance(leaf, Scalar):
                return f"{namespace}.{leaf.dtype}({leaf.value})"
            if isinstance(leaf, Function):
                return leaf.name
            if isinstance(leaf, list):
                return f"[{', '.join(map(text, leaf))}]"
            if isinstance(leaf, tuple):
                return f"({''.join(text(item) + ', ' for item in leaf)})"
            return repr(leaf)

        args = [text(arg) for arg in self.args]
        keywords = [f"{key}={text(value)}" for key, value in self.keywords]
        owner, _, member = self.name.rpartition(".")
        if owner != "ndarray":
            lines.append(f"{namespace}.{self.name}({', '.join(args + keywords)})")
        elif is_attribute(member):
            lines.append(f"{args[0]}.{member}")
        else:
            lines.append(f"{args[0]}.{member}({', '.join(args[1:] + keywords)})")
        used = {leaf.name for leaf in leaves((self.args, self.keywords)) if isinstance(leaf, Function)}
        sources = [inspect.getsource(FUNCTIONS[name]) for name in sorted(used)]
        return "\n".join([*sources, *lines])


def number_text(value: Any) -> str:
    """A Python number as code; infinities and NaN have no literal."""
    if isinstance(value, complex):
        return f"complex({number_text(value.real)}, {number_text(value.imag)})"
    return repr(value) if not isinstance(value, float) or math.isfinite(value) else f"float('{value}')"


def array_text(namespace: str, array: numpy.ndarray[Any, Any]) -> str:
    """An array as code."""
    values = ", ".join(map(number_text, array.ravel().tolist()))
    shape = f".reshape({array.shape})" if array.ndim != 1 else ""
    return f"{namespace}.array([{values}], dtype='{array.dtype}'){shape}"


def leaves(tree: Any) -> Iterator[Any]:
    """What stands in nested tuples and lists, in order."""
    if isinstance(tree, (tuple, list)):
        for item in tree:
            yield from leaves(item)
    else:
        yield tree


def transform(change: Callable[[Any], Any], tree: Any) -> Any:
    """A tree of the same form with changed leaves; a call is such a tree too."""
    if isinstance(tree, Call):
        return Call(tree.name, transform(change, tree.args), transform(change, tree.keywords))
    if isinstance(tree, (tuple, list)):
        return type(tree)(transform(change, item) for item in tree)
    return change(tree)


def is_attribute(member: str) -> bool:
    """Whether a member of `ndarray` is read instead of called."""
    return inspect.isdatadescriptor(getattr(numpy.ndarray, member)) or not callable(
        getattr(numpy.ndarray, member)
    )


def encode(call: Call) -> str:
    """A call as JSON."""
    return json.dumps(_plain(call))


def decode(text: str) -> Call:
    """The call of `encode`."""
    call = _from_plain(json.loads(text))
    assert isinstance(call, Call)
    return call


_RECORDS: dict[str, type] = {record.__name__: record for record in (Recipe, Named, Scalar, Function, Call)}


def _plain(value: Any) -> Any:
    if isinstance(value, tuple(_RECORDS.values())):
        fields = {
            f.name: _plain(getattr(value, f.name)) for f in dataclasses.fields(value) if f.name != "fills"
        }
        return {type(value).__name__: fields}
    if isinstance(value, tuple):
        return {"tuple": [_plain(item) for item in value]}
    if isinstance(value, list):
        return [_plain(item) for item in value]
    if isinstance(value, slice):
        return {"slice": [_plain(value.start), _plain(value.stop), _plain(value.step)]}
    if isinstance(value, complex):
        return {"complex": [value.real, value.imag]}
    if value is Ellipsis:
        return {"Ellipsis": []}
    return value


def _from_plain(value: Any) -> Any:
    if isinstance(value, list):
        return [_from_plain(item) for item in value]
    if not isinstance(value, dict):
        return value
    ((tag, content),) = value.items()
    if tag in _RECORDS:
        return _RECORDS[tag](**{key: _from_plain(item) for key, item in content.items()})
    items = [_from_plain(item) for item in content]
    if tag == "tuple":
        return tuple(items)
    return Ellipsis if tag == "Ellipsis" else {"slice": slice, "complex": complex}[tag](*items)
