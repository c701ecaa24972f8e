"""Rows of the methods and attributes of arrays. Knows the words."""

from __future__ import annotations

import itertools
import math
import os
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

from conformance.choosing import Chooser
from conformance.recipes import Named, Recipe
from conformance.row import Always, Row, row
from conformance.rows.results import Out
from conformance.vocabulary import (
    FLAG,
    FLOATS,
    INEXACT,
    INTEGERS,
    NUMERIC,
    REAL,
    SIGNED,
    Alike,
    Among,
    Array,
    Axis,
    DType,
    Given,
    Good,
    Indices,
    Number,
    Seen,
    among,
    broadcasting,
    shape_of,
)

GAPS: dict[str, str] = {
    "ndarray.__array_finalize__": "there are no subclasses of arrays, for which alone it is called",
    "ndarray.__array_wrap__": "functions make arrays of ours themselves; nothing is left to wrap",
    "ndarray.__setstate__": "an array is unpickled by a function that makes it, which `__reduce__` names",
}
"""Members that arrays of ours do not have; merged into `rows.objects.GAPS`."""

ANY = Array(NUMERIC)
SOME = Array(NUMERIC, rank=(1, 5))
MASK = Array(("bool",), ("ordinary",), broadcasting(0))
ORDER = among("C", "F", "A", "K")
LAID_OUT = ("C",)

# reductions

SUMMED = ("ordinary", "hard", "ties", "positive")
AXES = Axis(none=True, tuples=True)
NO_ZERO_SIGNS = 0.25
"""Which of 0 and -0 is the greater is left open; any other difference is more."""


def _folded(name: str, array: Array, ulps: float, **options: Any) -> Iterator[Row]:
    """A row over axes, one with a mask, one into `out`."""
    name = f"ndarray.{name}"
    plain = {key: word for key, word in options.items() if key in ("dtype", "ddof")}
    masked = {key: word for key, word in options.items() if key != "dtype"}
    rows = [
        row(name, array, axis=AXES, keepdims=FLAG, **plain),
        row(name, array, AXES, where=MASK, **masked),
        # with `out`, a dtype rounds on the way, which finite differences cannot follow
        row(
            name, array, axis=AXES, out=Always(Out(name)), **{k: v for k, v in plain.items() if k != "dtype"}
        ),
    ]
    for one in rows:
        yield one.within(ulps, conditioned=ulps >= 1)


INITIAL = Always(among(0, 1, 2, -1.5))
SUMS = Array(tuple(dtype for dtype in NUMERIC if dtype != "float16"), SUMMED)
HALVES = Array(("float16",), ("positive",))
"""Sums of half precision whose terms do not cancel: others hang on the order of the additions."""
COARSE = ("gradient second_gradient forward", "half precision is too coarse for finite differences")
PRODUCTS = Array(NUMERIC, ("ordinary", "ties", "positive"))
"""Infinite products of complex numbers are judged by the rows of the functions."""
MEANS = Array(NUMERIC, ("ordinary", "hard", "positive"), least=1)
EXTREMES = Array(NUMERIC, ("ordinary", "hard", "ties", "extremes"))
RANKED = Array(NUMERIC, ("ordinary", "hard", "ties"), rank=(1, 5))


def _reductions() -> Iterator[Row]:
    yield from _folded("sum", SUMS, 4, dtype=DType(), initial=among(0, 1, 2, -1.5))
    yield from (one.not_in(*COARSE) for one in _folded("sum", HALVES, 8))
    yield from _folded("prod", PRODUCTS, 8, dtype=DType(), initial=among(0, 1, 2, -1.5))
    yield from _folded("max", EXTREMES, NO_ZERO_SIGNS, initial=INITIAL)
    yield from _folded("min", EXTREMES, NO_ZERO_SIGNS, initial=INITIAL)
    yield from _folded("mean", MEANS, 4, dtype=among("float64", "float32", "complex128"))
    for name in ("var", "std"):
        yield from _folded(name, MEANS, 16, ddof=among(0, 1, 0.5), dtype=among("float64", "float32"))
        yield row(f"ndarray.{name}", MEANS, None, correction=Always(among(0, 1))).within(16, conditioned=True)
    for name in ("all", "any"):
        yield from _folded(name, EXTREMES, 0)
    for name in ("argmax", "argmin"):
        yield row(f"ndarray.{name}", EXTREMES, axis=Axis(none=True), keepdims=FLAG)
        out = Always(Out(f"ndarray.{name}", ("int32", "float64")))
        yield row(f"ndarray.{name}", EXTREMES, axis=Axis(none=True), out=out)
    for name, array in (("cumsum", SUMS), ("cumprod", PRODUCTS)):
        full = f"ndarray.{name}"
        yield row(full, array, axis=Axis(none=True), dtype=DType()).within(8, conditioned=True)
        yield row(full, array, Axis(none=True), out=Always(Out(full))).within(8, conditioned=True)


# order

DISTINCT = Array(tuple(d for d in NUMERIC if d != "bool"), ("distinct",))
TIES = Array(NUMERIC, ("ties", "hard"))
AMONG_EQUALS = (
    "gradient second_gradient forward",
    "the place between equals is a derivative too, which those from both sides do not bound; "
    "distinct elements are differentiated",
)


def _all_places(choose: Chooser, seen: Seen) -> Any:
    """All places of the last axis, so that the order of a partition is unique."""
    shape = shape_of(seen[0])
    return tuple(range(shape[-1])) if shape else 0


def _sorts() -> Iterator[Row]:
    kinds = among("quicksort", "mergesort", "heapsort", "stable", None)
    for name in ("sort", "argsort"):
        yield row(f"ndarray.{name}", DISTINCT, axis=Axis(), kind=kinds, order=among(None))
        yield row(f"ndarray.{name}", DISTINCT, Axis(), kinds)
        yield row(f"ndarray.{name}", TIES, axis=Axis(), stable=Always(True)).not_in(*AMONG_EQUALS)
    yield row("ndarray.sort", TIES, axis=Axis(), kind=kinds).not_in(*AMONG_EQUALS)
    yield row("ndarray.argsort", DISTINCT, axis=None)
    for name in ("partition", "argpartition"):
        array = Array(DISTINCT.dtypes, ("distinct",), [(2, 3), (7,), (), (1,), (2, 1, 3), (0, 3)])
        yield row(
            f"ndarray.{name}",
            Good(array),
            Given(_all_places, 20),
            axis=-1,
            kind=among("introselect"),
            order=among(None),
        )
        yield row(f"ndarray.{name}", Array(DISTINCT.dtypes, ("distinct",), [(2,), (3, 2)]), among(0, 1, -1))
    signed = (*FLOATS, *SIGNED)
    ascending = Array(signed, ("ascending",), rank=(1, 1), layouts=("C", "strided", "offset"))
    sought = Array(REAL, ("ordinary", "hard"))
    yield row("ndarray.searchsorted", ascending, sought, side=among("left", "right"))
    yield row("ndarray.searchsorted", ascending, Number((2, 0.5, True), ("float32", "int16")), side="right")
    descending = Given(
        lambda choose, seen: replace(ascending.draw(choose, seen, "descending"), layout="reversed"),
        Recipe("float64", (2, 3)),
    )
    backwards = Given(lambda choose, seen: list(range(shape_of(seen[0])[0]))[::-1], [7])
    yield row(
        "ndarray.searchsorted", descending, sought, side=among("left", "right"), sorter=Always(backwards)
    )
    yield row("ndarray.nonzero", Array(NUMERIC, ("ties", "hard"), rank=(1, 5)))
    yield row("ndarray.nonzero", Array(NUMERIC, ("ties", "hard")))


# shape


def _factored(choose: Chooser, seen: Seen) -> Any:
    """A shape of the same size, with or without a -1."""
    size = math.prod(shape_of(seen[0]))
    shapes = [(size,), (1, size), -1, (-1,), (size, 1, 1), shape_of(seen[0])[::-1]]
    if size:
        shapes += [(2, -1)] if size % 2 == 0 else []
        shapes += [(size // 3, 3), [3, size // 3]] if size % 3 == 0 else []
    return choose.among("factored", shapes)


def _permutation(choose: Chooser, seen: Seen) -> Any:
    rank = len(shape_of(seen[0]))
    orders = list(itertools.permutations(range(rank)))[:: max(1, rank - 1)]
    negative = tuple(range(-1, -rank - 1, -1))
    return choose.among("permutation", [None, negative, *orders])


def _resized(choose: Chooser, seen: Seen) -> Any:
    size = math.prod(shape_of(seen[0]))
    return choose.among("resized", [(size,), size + 2, (2, 3), (), (0,), (size, 2), [1, 3], (3, 2, 2)])


def _ones(choose: Chooser, seen: Seen) -> Any:
    shape = shape_of(seen[0])
    ones = [axis for axis, n in enumerate(shape) if n == 1]
    return choose.among("ones", [None, (), *ones, *(axis - len(shape) for axis in ones), tuple(ones)])


MATRICES = Array(NUMERIC, rank=(2, 5))


def _shapes() -> Iterator[Row]:
    yield row("ndarray.reshape", ANY, Given(_factored, (5, 17)), order=among("C", "F", "A"))
    yield row("ndarray.reshape", ANY, Given(_factored, "x"), copy=Always(among(True, None)))
    yield row("ndarray.reshape", Array(NUMERIC, shapes=[(2, 3), (3, 2), (6,)]), 3, among(2, -1))
    yield row("ndarray.reshape", Array(NUMERIC, shapes=[(2, 3), (3, 2), (6,)]), (3, 2), copy=Always(False))
    owned = Array(NUMERIC, layouts=LAID_OUT)
    views = ("vmap loop", "the arrays are views of the batch, and NumPy refuses to resize a view")
    yield row("ndarray.resize", owned, Given(_resized, (-1, 2)), refcheck=Always(False)).not_in(*views)
    yield row("ndarray.resize", owned, 2, 2, refcheck=Always(False)).not_in(*views)
    yield row("ndarray.resize", SOME, Given(_resized, (-1, 2)), refcheck=Always(False)).not_in(*views)
    for name in ("ravel", "flatten"):
        yield row(f"ndarray.{name}", ANY, order=ORDER)
    yield row("ndarray.transpose", ANY)
    yield row("ndarray.transpose", ANY, Given(_permutation, (0, 0)))
    yield row("ndarray.transpose", Array(NUMERIC, rank=(3, 3)), 1, among(0, -1), 2)
    yield row("ndarray.swapaxes", SOME, Axis(), Axis())
    yield row("ndarray.squeeze", ANY, axis=Given(_ones, 0))
    yield row("ndarray.repeat", ANY, among(2, 0, 1), axis=Axis(none=True))
    counts = Given(lambda choose, seen: [i % 3 for i in range(math.prod(shape_of(seen[0])[:1]))], [1, -2])
    yield row("ndarray.repeat", SOME, counts, axis=Always(0))
    yield row("ndarray.repeat", SOME, Indices(axis=0, shapes=((1,), ())), axis=Always(Axis()))
    offsets = among(0, 1, -1, 5)
    pair = {"axis1": Axis(), "axis2": Axis()}
    yield row("ndarray.diagonal", MATRICES, offset=offsets, **pair)
    sums = Array(NUMERIC, SUMMED, rank=(2, 5))
    yield row("ndarray.trace", sums, offset=offsets, dtype=DType(), **pair).within(4, conditioned=True)
    traced = row("ndarray.trace", sums, out=Always(Out("ndarray.trace")))
    yield traced.within(4, conditioned=True)


# picking and placing

MODES = among("raise", "wrap", "clip")


def _any_index(bound: int) -> Given:
    """Integers some of which are beyond the ends, for the modes that bring them back."""
    return Given(lambda choose, seen: choose.among("far", ([0, bound, -bound], 2, [[-1, 7]], [])), 1.5)


def _choices(choose: Chooser, seen: Seen) -> Any:
    shape = shape_of(seen[0])
    dtype = choose.among("choices.dtype", ("float64", "int32", "complex64"))
    arrays = [
        Recipe(dtype, s, "ordinary", choose.integer("choices.seed", 0, 2**31)) for s in (shape, shape, ())
    ]
    return choose.among("choices.listed", (list, tuple))(arrays)


def _out_of_choices(choose: Chooser, seen: Seen) -> Recipe:
    return replace(Out("ndarray.choose", ()).draw(choose, {0: seen[0], 1: seen[1]}, "out"), layout="C")


def _picks() -> Iterator[Row]:
    filled = Array(NUMERIC, rank=(1, 5), least=1)
    yield row("ndarray.take", filled, Indices(), mode=MODES)
    yield row(
        "ndarray.take", Array(NUMERIC, least=1), _any_index(9), axis=None, mode=Always(among("wrap", "clip"))
    )
    along = Given(lambda choose, seen: choose.among("axis", (0, -len(shape_of(seen[0])))), 7)
    yield row("ndarray.take", filled, Indices(axis=0), axis=Always(along), mode=MODES)
    into = Always(Out("ndarray.take"))
    yield row("ndarray.take", filled, Indices(), out=into, mode=Always(among("clip", "raise")))
    values = Among((Number((2, 0.5, True), ("float32",)), [1, 2], Alike(0, shapes=lambda seen: [(2,), (1,)])))
    yield row("ndarray.put", filled, Indices(), values, mode=MODES)
    yield row(
        "ndarray.put", Array(NUMERIC, least=1), _any_index(9), values, Always(among("wrap", "clip")).word
    )
    chosen = Given(
        lambda choose, seen: Recipe(
            choose.among("which.dtype", ("int64", "uint8", "bool")),
            choose.among("which.shape", ((3,), (2, 3), (), (2, 1, 3))),
            "unit",
            choose.integer("which.seed", 0, 2**31),
        ),
        1.5,
    )
    yield row("ndarray.choose", chosen, Given(_choices, 3), mode=MODES)
    # NumPy misplaces what it writes into an `out` that is not in C order
    ordered = Always(Given(_out_of_choices))
    yield row("ndarray.choose", chosen, Given(_choices, 3), out=ordered, mode=Always("clip"))
    far = Array(("int64", "int8"), ("ordinary",), [(3,), (2, 3), ()])
    yield row("ndarray.choose", far, Given(_choices, 3), mode=Always(among("wrap", "clip")))
    listed = Given(
        lambda choose, seen: choose.among(
            "condition", ([True], [0, 1], [], [True] * math.prod(shape_of(seen[0])[:1]))
        ),
        [[True]],
    )
    yield row("ndarray.compress", SOME, listed, axis=Given(lambda choose, seen: 0, 9))
    held = Array(("bool", "int64"), ("unit",), lambda seen: [shape_of(seen[0])[:1]])
    yield row("ndarray.compress", SOME, held, axis=Always(0))
    yield row("ndarray.compress", SOME, listed, axis=Always(0), out=Always(Out("ndarray.compress")))
    yield row(
        "ndarray.fill", ANY, Among((Number((2, 0, True, 3), ("int16", "uint8")), Array(NUMERIC, shapes=[()])))
    )
    yield row("ndarray.fill", Array(FLOATS), Number((2, 0.5, True, -1, 3.0), ("float64",)))
    at = Given(
        lambda choose, seen: choose.among("at", [0, tuple(n - 1 for n in shape_of(seen[0])), -1]), (9, 9)
    )
    yield row("ndarray.item", Array(NUMERIC, least=1), at)
    yield row("ndarray.item", Array(NUMERIC, shapes=[(), (1,), (1, 1), (3,)]))
    yield row("ndarray.item", Array(NUMERIC, rank=(2, 2), least=1), among(0, -1), among(0, -1, 7))


# values


def _values() -> Iterator[Row]:
    rounded = Array(NUMERIC, ("ordinary", "ties", "unit"))
    yield row("ndarray.round", rounded, decimals=among(0, 1, 2, -1)).within(1)
    yield row(
        "ndarray.round", rounded, among(0, 1), out=Always(Out("ndarray.round", ("complex128",)))
    ).within(1)
    clipped = Array(REAL, ("ordinary", "hard", "ties"))
    bound = Among((Alike(0, shapes=broadcasting(0)), Number((2, -1, True), ("int16", "float32")), None))
    yield row("ndarray.clip", clipped, bound, max=bound)
    yield row("ndarray.clip", clipped, min=Always(bound), max=Always(bound))
    yield row("ndarray.clip", clipped, 0, 3, out=Always(Out("ndarray.clip")))
    yield row(
        "ndarray.clip", clipped, -1, 3, dtype=among("float64", "int32"), casting=among("unsafe", "same_kind")
    )
    for name in ("conj", "conjugate"):
        yield row(f"ndarray.{name}", ANY)
    factor = Array(NUMERIC, ("ordinary", "positive"), rank=(1, 4))

    def inner(seen: Seen) -> list[tuple[int, ...]]:
        n = shape_of(seen[0])[-1:] or (1,)
        return [n, (*n, 2), (), (2, *n, 3)]

    for options in ({}, {"out": Always(Out("ndarray.dot"))}):
        product = row("ndarray.dot", factor, Alike(0, ("ordinary",), inner), **options)
        yield product.within(4, conditioned=True, of_largest=True)
    other = row("ndarray.dot", factor, Among((Array(NUMERIC, ("ordinary",), inner), Number())))
    yield other.within(4, conditioned=True, of_largest=True)


# dtypes, copies, memory

CASTS = ("float64", "float32", "int64", "complex128", "int8", "uint16", "bool")


def _castable(choose: Chooser, seen: Seen) -> Any:
    """Floats go to floats with any value, to integers where the value has a place there."""
    return choose.among("to", tuple(name for name in CASTS if name in INEXACT or name == "bool"))


def _copies() -> Iterator[Row]:
    any_value = Array(NUMERIC, ("ordinary", "hard", "extremes", "subnormal"))
    castings = among("unsafe", "same_kind", "safe", "equiv", "no")
    yield row(
        "ndarray.astype", any_value, Given(_castable), order=ORDER, casting=castings, subok=FLAG, copy=FLAG
    )
    yield row("ndarray.astype", Array(NUMERIC, ("unit", "positive")), DType(), order=ORDER, copy=FLAG)
    yield row("ndarray.astype", Array((*INTEGERS, "bool"), ("hard",)), DType())
    yield row(
        "ndarray.astype", ANY, Given(lambda choose, seen: seen[0].dtype), order=ORDER, copy=Always(False)
    )
    yield row("ndarray.copy", ANY, order=ORDER)
    yield row("ndarray.view", ANY)
    yield row("ndarray.view", ANY, among(Named("ndarray")))
    yield row("ndarray.view", ANY, type=Always(Named("ndarray")))
    yield row("ndarray.view", ANY, Given(lambda choose, seen: seen[0].dtype))
    yield row("ndarray.view", Array(("float64", "int64", "complex64", "uint64")), DType(("float64", "int64")))
    even = Array(tuple(d for d in NUMERIC if d != "bool"), shapes=[(2, 4), (4,), (2, 2, 16), (3,)])
    yield row("ndarray.view", even, dtype=Always(DType(("float32", "int8", "uint16", "int64", "complex64"))))
    yield row("ndarray.view", Array(("bool", "uint8")), among("uint8", "int8", "bool"))
    yield row("ndarray.byteswap", ANY, inplace=FLAG)
    yield row("ndarray.to_device", ANY, among("cpu"), stream=among(None))
    yield row(
        "ndarray.setflags", ANY, write=among(True, False), align=among(None, True), uic=among(None, False)
    )
    placed = among(0)
    yield row("ndarray.getfield", ANY, among("int8"), offset=placed)
    yield row("ndarray.setfield", ANY, 1, among("int8"), offset=placed)


# out of the library


def _path(ending: str) -> Given:
    path = str(Path(tempfile.gettempdir()) / f"conformance-{os.getpid()}.{ending}")
    return Given(lambda choose, seen: path, 1.5)


OUTSIDE = (
    "gradient second_gradient forward",
    "the result is no tensor any more but NumPy's array, and has no derivative",
)


def _exports() -> Iterator[Row]:
    yield row("ndarray.tolist", ANY)
    yield row("ndarray.tobytes", ANY, order=among("C", "F", "A"))
    yield row("ndarray.tofile", ANY, _path("bytes"))
    gentle = Array(NUMERIC, ("ordinary",))
    yield row("ndarray.tofile", gentle, _path("text"), sep=Always(among(",", " ")), format=among("%s", "%r"))
    yield row("ndarray.dump", ANY, _path("pickle")).not_in(*OUTSIDE)
    yield row("ndarray.dumps", ANY).not_in(*OUTSIDE)


# Python's protocols


def _protocols() -> Iterator[Row]:
    one = Array(NUMERIC, shapes=[(), (1,), (3,), (0,), (1, 1)], fills=("ordinary", "hard"))
    finite = Array(NUMERIC, shapes=[(), (1,), (3,)], fills=("ordinary",))
    for name in ("bool", "float", "complex"):
        yield row(f"ndarray.__{name}__", one)
    yield row("ndarray.__int__", finite)
    yield row("ndarray.__index__", finite)
    yield row("ndarray.__len__", ANY)
    yield row("ndarray.__iter__", ANY)
    sought = Among((Number(), Alike(0, shapes=lambda seen: [(), shape_of(seen[0])]), "text", None))
    yield row("ndarray.__contains__", Array(NUMERIC, ("ties", "hard")), sought)
    for name in ("copy", "repr", "str", "sizeof"):
        yield row(f"ndarray.__{name}__", ANY)
    yield row("ndarray.__reduce__", ANY).not_in(*OUTSIDE)
    yield row("ndarray.__reduce_ex__", ANY, among(2, 4)).not_in(*OUTSIDE)
    yield row("ndarray.__deepcopy__", ANY, Given(lambda choose, seen: {}, {}))
    yield row("ndarray.__format__", Array(NUMERIC, shapes=[()]), among("", ".3", "g", "5"))
    yield row("ndarray.__format__", ANY, among("", "d"))
    yield row("ndarray.__array__", ANY).any_memory().not_in(*OUTSIDE)
    converted = row("ndarray.__array__", ANY, Given(_castable), copy=among(None, True))
    yield converted.any_memory().not_in(*OUTSIDE)
    yield row("ndarray.__array_namespace__", ANY, api_version=among(None, "2023.12", "2024.12"))
    yield row("ndarray.__dlpack_device__", ANY)
    exported = Array(tuple(d for d in NUMERIC if d != "bool"), layouts=("C", "strided"))
    options = {"max_version": among(None, (1, 0)), "dl_device": among(None), "copy": among(None, True)}
    packed = row("ndarray.__dlpack__", exported, stream=among(None), **options)
    yield packed.any_memory().not_in(*OUTSIDE)
    added = Alike(0, ("ordinary",))
    yield row("ndarray.__array_ufunc__", ANY, among(Named("add"), Named("equal")), "__call__", ANY_LIKE)
    yield row("ndarray.__array_ufunc__", SUMS_GENTLE, Named("maximum"), "outer", added)
    types, alike = (Named("ndarray"),), Alike(0, ("ordinary",))
    yield row("ndarray.__array_function__", SUMS_GENTLE, Named("flip"), types, (alike,), {})
    yield row("ndarray.__array_function__", SUMS_GENTLE, Named("ravel"), types, (alike, "C"), {})


ANY_LIKE = Alike(0, shapes=broadcasting(0))
SUMS_GENTLE = Array(NUMERIC, ("ordinary",), [(3,), (2, 3), (1, 4)])

ATTRIBUTES = """
    T shape dtype ndim size itemsize nbytes strides flags flat base data ctypes device real imag
    __array_interface__ __array_struct__ __array_priority__
"""


def _attributes() -> Iterator[Row]:
    for name in ATTRIBUTES.split():
        yield row(f"ndarray.{name}", ANY)
    yield row("ndarray.mT", ANY)


ROWS = [
    *_reductions(),
    *_sorts(),
    *_shapes(),
    *_picks(),
    *_values(),
    *_copies(),
    *_exports(),
    *_protocols(),
    *_attributes(),
]
