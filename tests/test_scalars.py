"""Scalars: what NumPy returns where an array would have no axes."""

from __future__ import annotations

import copy
import decimal
import math
import numbers
import pickle
from collections.abc import Callable
from typing import Any

import numpy
import pytest
import tensorflow as tf
from differential import ours, raises, same

import tnp_shim
from tnp_shim.array import ArraySpec
from tnp_shim.errors import UnknownValueError

NAMES = ("bool_", "int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64")
NAMES += ("float16", "float32", "float64", "complex64", "complex128")
ABSTRACT = ("generic", "number", "integer", "signedinteger", "unsignedinteger", "inexact", "floating")
ABSTRACT += ("complexfloating",)
names = pytest.mark.parametrize("name", NAMES)


@names
def test_types_stand_in_numpys_hierarchy(name: str) -> None:
    mine, theirs = getattr(tnp_shim, name), getattr(numpy, name)
    for parent in ABSTRACT:
        assert issubclass(mine, getattr(tnp_shim, parent)) == issubclass(theirs, getattr(numpy, parent))
        assert isinstance(mine(1), getattr(tnp_shim, parent)) == isinstance(theirs(1), getattr(numpy, parent))
        assert isinstance(theirs(1), getattr(tnp_shim, parent)) == isinstance(
            theirs(1), getattr(numpy, parent)
        )
    for number in (numbers.Number, numbers.Complex, numbers.Real, numbers.Integral):
        assert isinstance(mine(1), number) == isinstance(theirs(1), number)
    assert isinstance(theirs(1), mine) and isinstance(mine(1), mine)
    assert not isinstance(mine(1), tnp_shim.ndarray)


@names
def test_types_are_dtypes_and_constructors(name: str) -> None:
    same(lambda np: (getattr(np, name)(3), getattr(np, name)(), np.dtype(getattr(np, name)), int))
    same(lambda np: np.array([1, 2], dtype=getattr(np, name)))
    same(lambda np: (np.zeros(2, getattr(np, name)), np.array([1, 0]).astype(getattr(np, name))))
    mine, theirs = getattr(tnp_shim, name), getattr(numpy, name)
    assert mine == theirs and theirs == mine and numpy.dtype(mine) == theirs
    assert mine in {mine} and mine not in {theirs}  # nor in the caches of abstract base classes
    assert mine.__name__ == theirs.__name__
    assert type(mine(1)) is mine


CONSTRUCTED: dict[str, Callable[..., Any]] = {
    "text": lambda np: (np.float32("2.5"), np.int16("7")),
    "list": lambda np: np.float32([1, 2, 3]),
    "nested lists": lambda np: np.int8([[1], [2]]),
    "float for int": lambda np: np.int32(2.9),
    "bool": lambda np: (np.bool_(2), np.bool_(0.0), np.bool_([])),
    "NaN": lambda np: (np.float64("nan"), np.float32("inf")),
    "0-d array": lambda np: np.float32(np.array(3)),
    "array": lambda np: np.float32(np.array([3, 4])),
    "scalar": lambda np: (np.int64(np.float64(2.5)), np.float64(np.int8(3))),
    "complex": lambda np: (np.complex64(1 + 2j), np.complex128(3)),
}


@pytest.mark.parametrize("body", CONSTRUCTED.values(), ids=CONSTRUCTED)
def test_constructors(body: Callable[..., Any]) -> None:
    same(body)


NOT_CONSTRUCTED: dict[str, Callable[..., Any]] = {
    "text that is no number": lambda np: np.float32("two"),
    "too large": lambda np: np.uint8(300),
    "negative unsigned": lambda np: np.uint16(-1),
    "far too large": lambda np: np.int64(2**70),
    "complex for float": lambda np: np.float64(1j),
    "abstract": lambda np: np.floating(1),
    "None for int": lambda np: np.int32(None),
}


@pytest.mark.parametrize("body", NOT_CONSTRUCTED.values(), ids=NOT_CONSTRUCTED)
def test_constructors_refuse(body: Callable[..., Any]) -> None:
    raises(body)


F, N, C, B = numpy.float64(2.75), numpy.int32(-7), numpy.complex128(3 - 4j), numpy.bool_(True)
U, H = numpy.uint8(200), numpy.float32(0.1)

USES: dict[str, tuple[Callable[..., Any], tuple[Any, ...]]] = {
    "where they come from": (
        lambda np, a: (a[0, 1], a.sum(), a.max(), a[0][1], a.item(0), np.sin(a[0, 0]), np.add(a[0, 0], 1)),
        (numpy.arange(6.0).reshape(2, 3),),
    ),
    "and where not": (
        lambda np, a: (
            np.array(2.0),
            a[0, ...],
            a[..., 0],
            a.reshape(()),
            np.array(2.0)[...],
            np.array(1) + 1,
        ),
        (numpy.arange(1.0),),
    ),
    "attributes": (
        lambda np, x: (x.dtype, x.shape, x.size, x.ndim, x.itemsize, x.nbytes, x.T, x.real, x.imag, x.base),
        (F,),
    ),
    "attributes of complex": (lambda np, x: (x.real, x.imag, x.T, x.conj(), x.conjugate(), abs(x)), (C,)),
    "flags": (lambda np, x: (x.flags.writeable, x.strides, x.device), (F,)),
    "flags of layout": (lambda np, x: (x.flags.c_contiguous, x.flags.owndata, x.flags["W"]), (F,)),
    "item": (lambda np, *s: [(x.item(), x.tolist()) for x in s], (F, N, C, B, U, H)),
    "indexing": (lambda np, x: (x[()], x[...], x[None], x[..., None]), (F,)),
    "text": (lambda np, *s: [(repr(x), str(x)) for x in s], (F, N, C, B, U, H)),
    "formats": (
        lambda np, x, i: (f"{x:.3f}", f"{x:10.2e}|", f"{i:05d}", f"{x}", f"{i!r}", f"{x:.2f}"),
        (F, N),
    ),
    "format of complex": (lambda np, x: f"{x:.1f}", (C,)),
    "hash": (lambda np, x, i: (hash(x), hash(i), {i: 1}[-7], {2.75: 1}[x], len({x, 2.75})), (F, N)),
    "as an index": (lambda np, i: ("abcdefgh"[i], list(range(10))[i:], [0] * -i, range(-i)), (N,)),
    "to Python": (lambda np, x, i: (int(x), float(x), complex(x), bool(x), int(i), bool(i)), (F, N)),
    "rounding": (
        lambda np, x: (round(x), round(x, 1), x.round(1), math.floor(x), math.ceil(x), math.trunc(x)),
        (F,),
    ),
    "rounding of ints": (lambda np, i: (round(i), round(i, -1), i.round()), (N,)),
    "math": (lambda np, x: (math.sqrt(x), math.exp(x), math.isnan(x), math.fsum([x, x])), (F,)),
    "built-ins": (
        lambda np, x, y: (max(x, y), min(x, y), sum([x, y]), abs(y), divmod(x, 2.0), pow(x, 2)),
        (F, H),
    ),
    "sorted": (lambda np, *s: sorted(s), (F, N, U, H)),
    "arithmetic": (
        lambda np, x: (x + 1, 1 + x, x * 2, x / 2, x // 2, x % 2, -x, +x, x**2, 2**x, x - 1, 1 - x),
        (F,),
    ),
    "arithmetic of ints": (
        lambda np, i: (i + 1, i / 2, i // 2, i % 3, ~i, i << 1, i & 3, i | 8, i ^ 5, i**2),
        (N,),
    ),
    "arithmetic of bools": (lambda np, b: (b + b, b & b, b | False, ~b, b ^ True, b * 2), (B,)),
    "unsigned wraps": (lambda np, u: (u + u, u * np.uint8(2), -u), (U,)),
    "promotion": (
        lambda np, x, a: (x + a, a + x, x * a, a * 2.0, x + np.float32(1), np.float32(1) + 1.0, a / x),
        (F, numpy.ones(2, numpy.float32)),
    ),
    "narrow promotion": (
        lambda np, h, a: (h + a, h * 1.5, h + np.int8(1), h + np.int64(1), a + np.int8(1)),
        (H, numpy.ones(2, numpy.int16)),
    ),
    "comparison": (lambda np, x, i: (x == 2.75, x != 2, x < 3, x >= 2.75, x < 3, i == -7, i < 0.5), (F, N)),
    "comparison with others": (lambda np, x: (x == "text", x != "text", x == (), x == [2.75, 1]), (F,)),
    "comparison with None": (lambda np, x: (x == None, x != None, None in [x]), (F,)),  # noqa: E711
    "comparison beyond": (lambda np, u: (u < 1000, u > -1, u == 256, u != 256), (U,)),
    "truth": (lambda np, x: (not x, x and 1, x or 1, 1 if x else 2, any([x]), all([x])), (F,)),
    "rebinding": (lambda np, x: [y := x, y.__class__, x.__add__(1)][2], (F,)),
    "methods of floats": (lambda np, x: (x.as_integer_ratio(), x.is_integer(), x.hex()), (F,)),
    "methods of ints": (lambda np, i: (i.is_integer(), i.bit_count()), (N,)),
    "methods of arrays": (
        lambda np, x: (x.sum(), x.mean(), x.max(), x.copy(), x.astype(int), x.clip(0, 1)),
        (F,),
    ),
    "shaping": (lambda np, x: (x.reshape(1, 1), x.ravel(), x.flatten(), x.squeeze(), x.transpose()), (F,)),
    "views of scalars": (
        lambda np, x: (np.atleast_1d(x), np.expand_dims(x, 0), np.ravel(x), np.squeeze(x)),
        (F,),
    ),
    "astype": (lambda np, x: (x.astype(np.int8), x.astype("f4"), x.astype(complex)), (F,)),
    "into arrays": (
        lambda np, x, i: (np.array(x), np.array([x, i]), np.asarray([[x], [1]]), np.stack([x, x])),
        (F, N),
    ),
    "copying": (lambda np, x: (copy.copy(x), copy.deepcopy(x), pickle.loads(pickle.dumps(x))), (F,)),
    "rational": (lambda np, i: (i.numerator, i.denominator), (N,)),
    "decimal": (lambda np, x: decimal.Decimal(float(x)), (F,)),
    "tobytes": (lambda np, x: x.tobytes(), (N,)),
    "float is a double": (lambda np, x: repr(float(x)), (H,)),
}


@pytest.mark.parametrize("body, arguments", USES.values(), ids=USES)
def test_uses(body: Callable[..., Any], arguments: tuple[Any, ...]) -> None:
    same(body, *arguments, tolerance=1e-14, memory=False)


def test_adding_in_place_rebinds() -> None:
    def body(np: Any, x: Any) -> Any:
        y = x
        y += 1
        y *= 2
        return x, y

    same(body, F)
    same(body, N)


def test_default_printing_of_complex_and_extremes() -> None:
    for value in (math.inf, -math.inf, math.nan, 1e300, 1e-300, -0.0, 1e16, 123456789.125):
        same(lambda np, x: (repr(x), str(x), f"{x}"), numpy.float64(value))


FAILING: dict[str, tuple[Callable[..., Any], tuple[Any, ...]]] = {
    "len": (lambda np, x: len(x), (F,)),
    "iteration": (lambda np, x: list(x), (F,)),
    "index": (lambda np, x: x[0], (F,)),
    "slice": (lambda np, x: x[:], (F,)),
    "item assignment": (lambda np, x: x.__setitem__(0, 1), (F,)),
    "item assignment as a statement": (lambda np, x: exec("x[()] = 1", {"x": x}), (F,)),
    "int of NaN": (lambda np, x: int(x), (numpy.float64("nan"),)),
    "math domain": (lambda np, x: math.sqrt(x), (numpy.float64(-1),)),
    "order of complex": (lambda np, x: x.as_integer_ratio(), (C,)),
    "overflowing operand": (lambda np, x: x + 300, (U,)),
    "bits of floats": (lambda np, x: x | 1, (F,)),
    "shift by float": (lambda np, x: x << 1.0, (N,)),
}


@pytest.mark.parametrize("body, arguments", FAILING.values(), ids=FAILING)
def test_refusals(body: Callable[..., Any], arguments: tuple[Any, ...]) -> None:
    raises(body, *arguments)


@pytest.mark.parametrize("body", [lambda np, x: x + "1", lambda np, x: x + None, lambda np, x: [1, 2][x]])
def test_refusals_in_other_words(body: Callable[..., Any]) -> None:
    """NumPy's float64 is a Python float, and so Python words some errors for it."""
    raises(body, F, message=False)


def test_scalars_are_read_only() -> None:
    x = ours(F)
    for action in (lambda: x.fill(1), lambda: x.setflags(write=True), lambda: x.sort()):
        with pytest.raises((AttributeError, ValueError)):
            action()
    assert x == F


def test_warnings_are_not_needed() -> None:
    same(lambda np, x: (x / 0, x * 1e308, np.float64(0) / 0), F)


@tf.function(input_signature=[ArraySpec([3], "float32")], autograph=False)
def traced_uses(a: Any) -> Any:
    x = a[0]
    assert type(x) is tnp_shim.float32 and isinstance(x, (numpy.floating, tnp_shim.floating)) is True
    assert x.shape == () and x.dtype == numpy.float32 and x.ndim == 0 and x.size == 1
    with pytest.raises(TypeError, match="len"):
        len(x)
    with pytest.raises(IndexError, match="invalid index to scalar variable"):
        x[0]
    with pytest.raises(UnknownValueError):
        float(x)
    with pytest.raises(UnknownValueError):
        hash(x)
    assert "traced" in f"{x:.3f}"
    return tnp_shim.float64(x), x + 1.0, x[()], x[...], x * a, tnp_shim.int32(x), a.sum(), x[None]


def test_scalars_in_a_traced_function() -> None:
    a = numpy.array([1.5, 2, 3], numpy.float32)
    x = a[0]
    expected = (numpy.float64(x), x + 1.0, x[()], x[...], x * a, numpy.int32(x), a.sum(), x[None])
    for theirs, mine in zip(expected, traced_uses(ours(a)), strict=True):
        assert mine.dtype == theirs.dtype and mine.shape == theirs.shape
        assert numpy.array_equal(numpy.asarray(mine), theirs)


def test_scalars_are_differentiable() -> None:
    a = tnp_shim.array([3.0, 4.0])
    with tf.GradientTape() as tape:
        tape.watch(a)
        x = tnp_shim.float64(a[0])
        y = x * x + x[()] * a[1]
    assert tape.gradient(y, a).tolist() == [10.0, 3.0]


def test_bfloat16_is_a_floating_type() -> None:
    x = tnp_shim.bfloat16(1.5)
    assert isinstance(x, tnp_shim.floating) and x.itemsize == 2 and float(x) == 1.5
    assert (x + x).dtype == x.dtype and (x + tnp_shim.float32(1)).dtype == numpy.float32
    assert tnp_shim.array([1, 2], tnp_shim.bfloat16).astype("float32").tolist() == [1.0, 2.0]
