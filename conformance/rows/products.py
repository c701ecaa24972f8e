"""Rows of products of arrays: `dot`, `matmul` and its kin, `einsum`, ... Knows the words."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy

from conformance.choosing import Chooser
from conformance.row import Always, Row, row
from conformance.rows.results import Out
from conformance.vocabulary import (
    FLAG,
    FLOATS,
    NUMERIC,
    REAL,
    Array,
    DType,
    Given,
    Number,
    Seen,
    among,
    like,
    shape_of,
)

Shape = tuple[int, ...]

SUMMED = ("ordinary", "ties", "positive", "hard")
MATRICES = ((2, 3), (3, 3), (1, 4), (3, 1), (0, 3), (2, 0), (2, 2, 3), (2, 1, 3, 2))


def _after(options: Callable[[Shape], Sequence[Shape]]) -> Callable[[Seen], Sequence[Shape]]:
    """Shapes that fit that of the first argument."""
    return lambda seen: options(shape_of(seen[0]) or (1,))


def _for_dot(s: Shape) -> Sequence[Shape]:
    return [(s[-1],), (s[-1], 2), (2, s[-1], 3), (), (s[-1], 1)] if s else [(), (3,), (2, 3)]


def _for_inner(s: Shape) -> Sequence[Shape]:
    return [(s[-1],), (2, s[-1]), (2, 3, s[-1]), ()] if s else [(), (3,), (2, 3)]


def _for_matmul(s: Shape) -> Sequence[Shape]:
    k = s[-1] if s else 1
    return [(k, 2), (k,), (*s[:-2], k, 3), (2, k, 1)] if len(s) != 3 else [(k, 2), (k,), (1, k, 3), (2, k, 1)]


def _for_matvec(s: Shape) -> Sequence[Shape]:
    return [(s[-1],), (2, s[-1]), (*s[:-2], s[-1])]


def _for_vecmat(s: Shape) -> Sequence[Shape]:
    return [(s[-1], 2), (*s[:-1], s[-1], 3), (s[-1], 1)] if s else [(1, 1)]


def _for_vecdot(s: Shape) -> Sequence[Shape]:
    return [s, s[-1:], (*(1 for _ in s[:-1]), *s[-1:])]


def _for_cross(s: Shape) -> Sequence[Shape]:
    return [s, s[-1:], (2, 1, *s[-1:])] if len(s) < 3 else [s, s[-1:]]


FITTING: dict[str, tuple[Callable[[Shape], Sequence[Shape]], Sequence[Shape]]] = {
    "matmul": (_for_matmul, ((3,), *MATRICES)),
    "vecdot": (_for_vecdot, ((3,), (2, 3), (0,), (2, 0), (2, 1, 3), (1,))),
    "matvec": (_for_matvec, MATRICES),
    "vecmat": (_for_vecmat, ((3,), (2, 3), (0,), (1,))),
}
"""The gufuncs: shapes of the second operand for one of the first, and shapes of that."""

SAME_AXES: dict[str, Any] = {
    "matmul": among([(-2, -1), (-2, -1), (-2, -1)], [(0, 1), (0, 1), (1, 0)], [(1, 0), (0, 1), (0, 1)]),
    "vecdot": among([-1, -1], [0, 0], [-1, 0], [(-1,), (-1,), ()]),
    "matvec": among([(-2, -1), (-1,), (-1,)], [(1, 0), (0,), (0,)]),
    "vecmat": among([-1, (0, 1), -1], [(0,), (1, 0), (0,)]),
}

LAYOUTS = {"vecmat": ("C", "offset")}
"""Of `out`: NumPy 2.4 writes complex results of vecmat beyond an array whose last axis is strided."""

SQUARES = {
    "matmul": ((3, 3), (3, 3)),
    "vecdot": ((3, 3), (3, 3)),
    "matvec": ((3, 3), (3,)),
    "vecmat": ((3,), (3, 3)),
}


def _gufuncs(name: str) -> Iterator[Row]:
    fitting, shapes = FITTING[name]
    first = Array(NUMERIC, SUMMED, shapes)
    second = Array(NUMERIC, SUMMED, _after(fitting))
    floats = ("float64", "float32", "complex128", "int64")
    squares = [Array(floats, ("ordinary",), [shape]) for shape in SQUARES[name]]
    rows = [
        row(name, first, second, dtype=among("float64", "complex64", "float32", "int32")),
        row(name, first, second, out=Always(Out(name, layouts=LAYOUTS.get(name)))),
        row(
            name,
            *squares,
            axes=SAME_AXES[name],
            casting=among("same_kind", "unsafe"),
            order=among("K", "C", "F"),
        ),
        row(
            name,
            *squares,
            signature=Always(among("dd->d", ("f", "f", "f"), "DD->D")),
            casting=among("unsafe"),
        ),
    ]
    if name == "vecdot":
        rows.append(row(name, first, second, axis=among(-1, 0), keepdims=FLAG))
    else:
        rows.append(row(name, *squares, axis=among(-1), keepdims=among(False)))
    for one in rows:
        yield one.within(4, of_largest=True, conditioned=True)


def _gufunc_methods(name: str) -> Iterator[Row]:
    """Methods that gufuncs do not have: each must refuse."""
    array = Array(("float64", "int64"), ("ordinary",), [(3,), (3, 3)])
    yield row(
        f"{name}.reduce", array, axis=among(0, -1), dtype=DType(), out=array, keepdims=FLAG, kwargs=among(1)
    )
    yield row(f"{name}.accumulate", array, axis=among(0), dtype=DType(), out=array)
    yield row(f"{name}.outer", array, array, kwargs=among(1))
    yield row(f"{name}.reduceat", array, among([0, 1], [0]), axis=among(0), dtype=DType(), out=array)
    yield row(f"{name}.at", array, among([0, 1], 0), among(1.5, [1, 2]))


def _shapes_for_axes(s: Shape) -> Sequence[Shape]:
    return [s[::-1], (*s, 2)]


SUBSCRIPTS: dict[int, tuple[tuple[str, tuple[Shape, ...]], ...]] = {
    1: (
        ("ii", ((3, 3),)),
        ("ii->i", ((3, 3),)),
        ("ij->ji", ((2, 3),)),
        ("ij->", ((2, 3),)),
        ("...i->...", ((2, 3),)),
        ("ijk->kj", ((2, 3, 4),)),
        ("i...j->j...i", ((2, 1, 3),)),
        ("iij->ji", ((2, 2, 3),)),
        ("->", ((),)),
        ("ji", ((2, 3),)),
    ),
    2: (
        ("ij,jk", ((2, 3), (3, 4))),
        ("ij,jk->ki", ((2, 3), (3, 4))),
        ("i,i", ((3,), (3,))),
        ("i,j->ij", ((3,), (2,))),
        ("...ij,...jk->...ik", ((2, 2, 3), (1, 3, 2))),
        ("ij,ij->i", ((2, 3), (2, 3))),
        ("bij,bkj->bik", ((2, 2, 3), (2, 4, 3))),
        ("ii,i->i", ((3, 3), (3,))),
        ("i,->i", ((3,), ())),
        ("ijk,jil->kl", ((2, 3, 4), (3, 2, 2))),
        ("ij,kl->", ((2, 3), (3, 2))),
        ("ab,b...->a...", ((2, 3), (3, 2, 2))),
        ("ij,jk->ik", ((0, 3), (3, 2))),
    ),
    3: (
        ("ij,jk,kl->il", ((2, 3), (3, 2), (2, 4))),
        ("i,i,i", ((3,), (3,), (3,))),
        ("ij,jk,ki", ((2, 3), (3, 2), (2, 2))),
        ("a,b,c->cba", ((2,), (1,), (3,))),
        ("abc,ad,bd->cd", ((2, 3, 2), (2, 2), (3, 2))),
    ),
}
"""Subscripts by how many operands they have, and shapes that fit."""


def _operand(position: int, count: int) -> Given:
    def make(choose: Chooser, seen: Seen) -> Any:
        shapes = dict(SUBSCRIPTS[count]).get(seen[0], [(2, 3)] * count)
        return Array(NUMERIC, ("ordinary", "ties", "positive"), [shapes[position]])

    return Given(make)


OPTIMIZE = among(False, True, "greedy", "optimal")


def _einsums(count: int) -> Iterator[Row]:
    subscripts = among(*(text for text, _ in SUBSCRIPTS[count]))
    operands = [_operand(i, count) for i in range(count)]
    yield row("einsum", subscripts, *operands, optimize=OPTIMIZE)
    yield row("einsum", subscripts, *operands, out=Always(Out("einsum")), order=among("K", "C", "F"))
    yield row(
        "einsum",
        subscripts,
        *operands,
        dtype=Always(among("float64", "complex128", "float32")),
        casting=among("safe", "unsafe", "same_kind"),
    )


SUBLISTS = (
    row("einsum", Array(NUMERIC, SUMMED, [(2, 3)]), [0, 1], Array(NUMERIC, SUMMED, [(3, 4)]), [1, 2], [2, 0]),
    row("einsum", Array(NUMERIC, SUMMED, [(3, 3)]), among([0, 0], [1, 0], [Ellipsis, 0])),
)


def _tensordot_axes(choose: Chooser, seen: Seen) -> Any:
    a, b = shape_of(seen[0]), shape_of(seen[1])
    options: list[Any] = [0] if len(a) + len(b) < 6 else []
    options += [n for n in (1, 2) if len(a) >= n and a[len(a) - n :] == b[:n]]
    options += [([i], [j]) for i in range(len(a)) for j in range(len(b)) if a[i] == b[j]]
    options += [(i, j) for i in range(len(a)) for j in range(-len(b), 0) if a[i] == b[j]]
    if len(a) >= 2 and a[:2] == b[1::-1]:
        options.append(([0, 1], [1, 0]))
    return choose.among("axes.chosen", options or [1])


def _vector_axes(name: str) -> Iterator[Row]:
    yield row(
        name,
        Array(NUMERIC, SUMMED, [(3,), (2, 3), (1, 3), (2, 1, 3), (0, 3)]),
        Array(NUMERIC, SUMMED, _after(_for_cross)),
    ).within(2, of_largest=True, conditioned=True)
    yield row(
        name,
        Array(REAL, SUMMED, [(3, 3)]),
        Array(REAL, SUMMED, [(3, 3), (3,)]),
        axisa=among(0, 1, -1),
        axisb=among(0, -1),
        axisc=among(0, 1, -1),
    ).within(2, of_largest=True, conditioned=True)
    yield row(
        name,
        Array(REAL, SUMMED, [(3, 2), (3,), (3, 3)]),
        Array(REAL, SUMMED, like(0)),
        axis=Always(among(0, -1)),
    ).within(2, of_largest=True, conditioned=True)
    yield row(name, Array(FLOATS, SUMMED, [(2,), (4, 2)]), Array(FLOATS, SUMMED, [(2,), (3,)])).within(
        2, of_largest=True, conditioned=True
    )


DIAGONALS = Array(NUMERIC, SUMMED, [(3, 3), (2, 3), (4, 2), (2, 3, 4), (0, 3), (2, 1, 3, 2)])
OFFSET = among(0, 1, -1, 2, -5)


def _close(rows: Sequence[Row]) -> Iterator[Row]:
    for one in rows:
        yield one.within(4, of_largest=True, conditioned=True)


ANY = Array(NUMERIC, SUMMED)

ROWS = [
    *(one for name in FITTING for one in _gufuncs(name)),
    *(one for name in FITTING for one in _gufunc_methods(name)),
    *_close(
        [
            row("dot", ANY, among(Array(NUMERIC, SUMMED, _after(_for_dot)), Number())),
            row(
                "dot",
                Array(NUMERIC, SUMMED, rank=(0, 3)),
                Array(NUMERIC, SUMMED, _after(_for_dot)),
                out=Always(Out("dot", (), ("C",))),
            ),
            row("inner", ANY, Array(NUMERIC, SUMMED, _after(_for_inner))),
            row("vdot", ANY, Array(NUMERIC, SUMMED, _after(lambda s: [s, (int(numpy.prod(s)),)]))),
            row(
                "tensordot",
                Array(NUMERIC, SUMMED, [(2, 3), (3,), (2, 3, 4), (0, 3), (3, 3)]),
                Array(NUMERIC, SUMMED, _after(_shapes_for_axes)),
                axes=Always(Given(_tensordot_axes)),
            ),
            *(one for count in SUBSCRIPTS for one in _einsums(count)),
            *SUBLISTS,
            row("trace", DIAGONALS, offset=OFFSET, axis1=among(0, 1), axis2=among(1, -1), dtype=DType()),
            row("trace", DIAGONALS, offset=OFFSET, out=Always(Out("trace"))),
        ]
    ),
    *(
        row(
            "einsum_path",
            among(*(text for text, _ in SUBSCRIPTS[count])),
            *(_operand(i, count) for i in range(count)),
            optimize=among("greedy", "optimal", True, False, ("greedy", 1000)),
            einsum_call=Given(lambda choose, seen: False, bad=0),
        )
        for count in (2, 3)
    ),
    row("outer", ANY, among(ANY, Number())),
    row(
        "outer",
        Array(NUMERIC, SUMMED, rank=(0, 2)),
        Array(NUMERIC, SUMMED, rank=(0, 2)),
        out=Always(Out("outer")),
    ),
    row("kron", Array(NUMERIC, SUMMED, rank=(0, 3)), Array(NUMERIC, SUMMED, rank=(0, 3))),
    *_vector_axes("cross"),
]
