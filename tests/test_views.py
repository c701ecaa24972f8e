"""Which functions give views and which copies, what the views see, and what NumPy refuses."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy
import pytest
import tensorflow as tf
from differential import check, ours, raises, same

import tnp_shim
from tnp_shim.array import ArraySpec

MATRIX = numpy.arange(12.0).reshape(3, 4)
CUBE = numpy.arange(24).reshape(2, 3, 4)
ROW = numpy.arange(5, dtype=numpy.int16)
COMPLEX = MATRIX * (1 + 2j)
FORTRAN = numpy.asfortranarray(CUBE)
EMPTY = numpy.zeros((0, 3))
ZERO_D = numpy.array(4.0)
ONES = numpy.ones((1, 3, 1))

VIEWS: dict[str, tuple[Callable[..., Any], tuple[Any, ...]]] = {
    "slices": (lambda np, a: [a[1], a[1:], a[:, ::-2], a[::-1, 1:3], a[-1, ::3], a[2:1]], (MATRIX,)),
    "new axes": (
        lambda np, a: [a[None], a[:, None], a[..., None, 1], a[np.newaxis, ..., np.newaxis]],
        (MATRIX,),
    ),
    "ellipsis": (lambda np, a: [a[...], a[..., 0], a[0, ...], a[0, ..., 1:]], (CUBE,)),
    "views of views": (lambda np, a: [a[1:][:, 1:][0], a.T[1:].T, a[::2][::-1].T[1]], (MATRIX,)),
    "index arrays copy": (
        lambda np, a: [a[[0, 1]], a[:, [0, 2]], a[a > 3], a[[0, 1], 1:], a[:, [True] * 3]],
        (CUBE,),
    ),
    "index arrays of fortran": (
        lambda np, a: [a[[0, 1]], a[:, [0, 2]], a[..., [0]], a[0, [1, 2]]],
        (FORTRAN,),
    ),
    "reshape": (
        lambda np, a: [a.reshape(4, 3), a.reshape(-1), a.reshape((2, -1, 2)), np.reshape(a, 12)],
        (MATRIX,),
    ),
    "reshape of views": (lambda np, a: [a.T.reshape(-1), a[:, :2].reshape(-1), a[:2].reshape(8)], (MATRIX,)),
    "reshape in fortran order": (
        lambda np, a: [a.reshape(6, 2, order="F"), a.T.reshape(-1, order="F")],
        (MATRIX,),
    ),
    "reshape in any order": (
        lambda np, a: [a.reshape(-1, order="A"), a.T.reshape(-1, order="A")],
        (FORTRAN,),
    ),
    "reshape with copy": (
        lambda np, a: [
            np.reshape(a, (4, 3), copy=True),
            np.reshape(a, 12, copy=False),
            a.reshape(12, copy=None),
        ],
        (MATRIX,),
    ),
    "reshape of nothing": (lambda np, a: [a.reshape(3, 0), a.reshape(-1), a.reshape(0, 7), a.T], (EMPTY,)),
    "reshape of 0-d": (lambda np, a: [a.reshape(1, 1), a.reshape(()), a.reshape(-1)], (ZERO_D,)),
    "ravel": (
        lambda np, a: [a.ravel(order) for order in "CFAK"] + [np.ravel(a.T), a.T.ravel("K")],
        (MATRIX,),
    ),
    "ravel of fortran": (lambda np, a: [a.ravel(order) for order in "CFAK"], (FORTRAN,)),
    "flatten": (lambda np, a: [a.flatten(order) for order in "CFAK"], (FORTRAN,)),
    "squeeze": (
        lambda np, a: [np.squeeze(a), np.squeeze(a, 0), np.squeeze(a, (0, -1)), a.squeeze(2)],
        (ONES,),
    ),
    "squeeze of nothing to squeeze": (lambda np, a: [np.squeeze(a)], (MATRIX,)),
    "expand_dims": (
        lambda np, a: [np.expand_dims(a, 0), np.expand_dims(a, (0, -1)), np.expand_dims(a, -2)],
        (MATRIX,),
    ),
    "at least": (
        lambda np, a, b, c: [*np.atleast_1d(a, b), *np.atleast_2d(a, b, c), *np.atleast_3d(a, b, c)],
        (ZERO_D, ROW, MATRIX),
    ),
    "transpose": (
        lambda np, a: [
            a.T,
            a.transpose(),
            a.transpose(2, 0, 1),
            np.transpose(a, (0, -1, 1)),
            a.transpose(None),
        ],
        (CUBE,),
    ),
    "permutations": (
        lambda np, a: [
            np.swapaxes(a, 0, 2),
            np.moveaxis(a, 0, -1),
            np.moveaxis(a, [0, 1], [-1, -2]),
            np.rollaxis(a, 2),
            np.rollaxis(a, 0, 3),
            np.permute_dims(a, (1, 0, 2)),
        ],
        (CUBE,),
    ),
    "matrix_transpose": (
        lambda np, a: [a.mT, np.matrix_transpose(a)],
        (CUBE,),
    ),
    "real and imag": (lambda np, a: [a.real, a.imag, np.real(a[0]), np.imag(a.T), a.real.T], (COMPLEX,)),
    "real and imag of reals": (lambda np, a: [np.real(a), np.imag(a), a.imag], (MATRIX,)),
    "flips": (
        lambda np, a: [np.flip(a), np.flip(a, 1), np.flip(a, (0, 2)), np.fliplr(a), np.flipud(a)],
        (CUBE,),
    ),
    "rot90": (
        lambda np, a: [np.rot90(a, k, axes) for k in range(-1, 5) for axes in ((0, 1), (2, 0))],
        (CUBE,),
    ),
    "splits": (
        lambda np, a: [
            np.split(a, 3),
            np.split(a, [1, 2], 1),
            np.hsplit(a, 2),
            np.vsplit(a, [1]),
            np.array_split(a, 2),
        ],
        (MATRIX,),
    ),
    "uneven splits": (
        lambda np, a: [np.array_split(a, 3), np.array_split(a, 7), np.split(a, [3, 1, 9]), np.hsplit(a, [2])],
        (ROW,),
    ),
    "dsplit": (lambda np, a: np.dsplit(a, 2), (CUBE,)),
    "unstack": (lambda np, a: [np.unstack(a), np.unstack(a, axis=-1)], (CUBE,)),
    "diagonal": (
        lambda np, a: [
            a.diagonal(),
            np.diagonal(a, 1),
            np.diagonal(a, -1, 1, 2),
            a.diagonal(5),
            a.diagonal(0, -1, 0),
        ],
        (CUBE,),
    ),
    "diag of a matrix": (lambda np, a: [np.diagonal(a, k) for k in (-2, 0, 1)], (MATRIX,)),
    "broadcast_to": (
        lambda np, a: [np.broadcast_to(a, (2, 5)), np.broadcast_to(a, 5), np.broadcast_to(a, (0, 5))],
        (ROW,),
    ),
    "broadcast numbers": (lambda np: np.broadcast_to(3.0, (2, 2)).copy(), ()),
    "iteration": (lambda np, a: [list(a), [row[0] for row in a], list(a[0, 0])], (CUBE,)),
    "view": (lambda np, a: [a.view(), a.T.view(), a[0].view()], (MATRIX,)),
    "lists are no arrays to view": (
        lambda np: [np.transpose([[1, 2]]), np.reshape([1, 2], (2, 1)), np.flip([1, 2]), np.squeeze([[1]])],
        (),
    ),
}


@pytest.mark.parametrize("body, arguments", VIEWS.values(), ids=VIEWS)
def test_views_and_copies(body: Callable[..., Any], arguments: tuple[Any, ...]) -> None:
    def flat(np: Any, *given: Any) -> list[Any]:
        made = body(np, *given)
        nested = made if isinstance(made, (list, tuple)) else [made]
        return [part for item in nested for part in (item if isinstance(item, (list, tuple)) else [item])]

    same(flat, *arguments, memory=bool(arguments))


@pytest.mark.parametrize("body, arguments", VIEWS.values(), ids=VIEWS)
def test_writes_reach_what_shares_memory(body: Callable[..., Any], arguments: tuple[Any, ...]) -> None:
    """Each writeable result is written to in turn; everything else sees it, or doesn't, as with NumPy."""

    def write(np: Any, *given: Any) -> list[Any]:
        made = body(np, *given)
        nested = made if isinstance(made, (list, tuple)) else [made]
        parts = [part for item in nested for part in (item if isinstance(item, (list, tuple)) else [item])]
        for i, part in enumerate(parts):
            if type(part) is np.ndarray and part.flags.writeable:
                part += i + 1
                part[..., :1] = -i
        return parts

    def write_all(np: Any, *given: Any) -> list[Any]:
        return write(np, *given) if all(a.ndim for a in given) else []

    same(write_all, *arguments, memory=False)


def test_arguments_read_later_are_read_as_they_are_then() -> None:
    def body(np: Any, a: Any) -> Any:
        view = a[1:].T
        before = view.sum()
        a[:] = 1
        after = view.sum()
        view[0] = 5
        return before, after, a

    same(body, MATRIX)


def test_broadcast_arrays() -> None:
    def body(np: Any, a: Any, b: Any) -> Any:
        made = np.broadcast_arrays(a, b, 1.0)
        return type(made), [m.copy() for m in made], np.broadcast_arrays(a)[0] is a

    same(body, MATRIX, MATRIX[:, :1])
    raises(lambda np, a, b: np.broadcast_arrays(a, b), MATRIX, ROW, message=False)
    assert not tnp_shim.broadcast_arrays(ours(MATRIX), ours(ROW[:4]))[1].flags.writeable


FAILING: dict[str, tuple[Callable[..., Any], tuple[Any, ...]]] = {
    "reshape": (lambda np, a: a.reshape(5, 2), (MATRIX,)),
    "reshape with -1": (lambda np, a: a.reshape(5, -1), (MATRIX,)),
    "reshape with two": (lambda np, a: a.reshape(-1, -1), (MATRIX,)),
    "reshape to negative": (lambda np, a: a.reshape(-2, -6), (MATRIX,)),
    "reshape to text": (lambda np, a: a.reshape("a"), (MATRIX,)),
    "reshape to floats": (lambda np, a: a.reshape(3.0, 4), (MATRIX,)),
    "reshape in order K": (lambda np, a: a.reshape(12, order="K"), (MATRIX,)),
    "reshape in strange order": (lambda np, a: a.reshape(12, order="X"), (MATRIX,)),
    "reshape without a copy": (lambda np, a: np.reshape(a.T, 12, copy=False), (MATRIX,)),
    "reshape of nothing to -1": (lambda np, a: a.reshape(0, -1), (EMPTY,)),
    "ravel in strange order": (lambda np, a: a.ravel("X"), (MATRIX,)),
    "squeeze": (lambda np, a: np.squeeze(a, 1), (ONES,)),
    "squeeze beyond": (lambda np, a: np.squeeze(a, 3), (ONES,)),
    "expand_dims beyond": (lambda np, a: np.expand_dims(a, 4), (MATRIX,)),
    "expand_dims twice": (lambda np, a: np.expand_dims(a, (0, 0)), (MATRIX,)),
    "transpose too few": (lambda np, a: a.transpose(0, 1), (CUBE,)),
    "transpose repeated": (lambda np, a: a.transpose(0, 1, 1), (CUBE,)),
    "transpose beyond": (lambda np, a: np.transpose(a, (0, 1, 3)), (CUBE,)),
    "swapaxes beyond": (lambda np, a: np.swapaxes(a, 0, 3), (CUBE,)),
    "moveaxis beyond": (lambda np, a: np.moveaxis(a, 3, 0), (CUBE,)),
    "moveaxis unequal": (lambda np, a: np.moveaxis(a, [0, 1], 0), (CUBE,)),
    "moveaxis repeated": (lambda np, a: np.moveaxis(a, [0, 0], [1, 2]), (CUBE,)),
    "rollaxis beyond": (lambda np, a: np.rollaxis(a, 0, 5), (CUBE,)),
    "matrix_transpose of a row": (lambda np, a: np.matrix_transpose(a), (ROW,)),
    "flip beyond": (lambda np, a: np.flip(a, 2), (MATRIX,)),
    "fliplr of a row": (lambda np, a: np.fliplr(a), (ROW,)),
    "flipud of 0-d": (lambda np, a: np.flipud(a), (ZERO_D,)),
    "rot90 of a row": (lambda np, a: np.rot90(a), (ROW,)),
    "rot90 in one axis": (lambda np, a: np.rot90(a, axes=(1, 1)), (MATRIX,)),
    "rot90 in three axes": (lambda np, a: np.rot90(a, axes=(0, 1, 2)), (CUBE,)),
    "rot90 beyond": (lambda np, a: np.rot90(a, axes=(0, 5)), (MATRIX,)),
    "uneven split": (lambda np, a: np.split(a, 2), (ROW,)),
    "split into none": (lambda np, a: np.array_split(a, 0), (ROW,)),
    "split beyond": (lambda np, a: np.split(a, 2, 3), (MATRIX,)),
    "split 0-d": (lambda np, a: np.array_split(a, 2), (ZERO_D,)),
    "hsplit 0-d": (lambda np, a: np.hsplit(a, 2), (ZERO_D,)),
    "vsplit a row": (lambda np, a: np.vsplit(a, 2), (ROW,)),
    "dsplit a matrix": (lambda np, a: np.dsplit(a, 2), (MATRIX,)),
    "unstack 0-d": (lambda np, a: np.unstack(a), (ZERO_D,)),
    "diagonal of a row": (lambda np, a: np.diagonal(a), (ROW,)),
    "diagonal of one axis": (lambda np, a: np.diagonal(a, 0, 1, 1), (MATRIX,)),
    "diagonal beyond": (lambda np, a: np.diagonal(a, 0, 0, 2), (MATRIX,)),
    "write to a diagonal": (lambda np, a: a.diagonal().__setitem__(0, 1), (MATRIX,)),
    "broadcast to less": (lambda np, a: np.broadcast_to(a, (4,)), (MATRIX,)),
    "broadcast to others": (lambda np, a: np.broadcast_to(a, (3, 5)), (MATRIX,)),
    "write to a broadcast": (lambda np, a: np.broadcast_to(a, (2, 5)).__setitem__(0, 1), (ROW,)),
    "too many indices": (lambda np, a: a[0, 0, 0], (MATRIX,)),
    "index beyond": (lambda np, a: a[3], (MATRIX,)),
    "index beyond in the second axis": (lambda np, a: a[0, -5], (MATRIX,)),
    "index by float": (lambda np, a: a[1.0], (MATRIX,)),
    "index by text": (lambda np, a: a["x"], (MATRIX,)),
    "two ellipses": (lambda np, a: a[..., ...], (MATRIX,)),
    "slice by float": (lambda np, a: a[1.0:], (MATRIX,)),
    "step of zero": (lambda np, a: a[::0], (MATRIX,)),
}


@pytest.mark.parametrize("body, arguments", FAILING.values(), ids=FAILING)
def test_refusals(body: Callable[..., Any], arguments: tuple[Any, ...]) -> None:
    raises(body, *arguments)


@pytest.mark.parametrize("body, arguments", FAILING.values(), ids=FAILING)
def test_the_same_refusals_while_tracing(body: Callable[..., Any], arguments: tuple[Any, ...]) -> None:
    @tf.function(autograph=False)
    def traced(*given: Any) -> Any:
        raises_in_trace.append(True)
        try:
            body(tnp_shim, *[a.copy(order="K") for a in given])
        except Exception as error:
            raises_in_trace.append(error)
        return given

    raises_in_trace: list[Any] = []
    traced(*map(ours, arguments))
    assert len(raises_in_trace) == 2, "nothing was raised"
    try:
        body(numpy, *arguments)
    except Exception as error:
        kind = next(k for k in type(error).__mro__ if k.__module__ == "builtins")
        assert isinstance(raises_in_trace[1], kind), raises_in_trace[1]


TRACED: dict[str, Callable[..., Any]] = {
    name: VIEWS[name][0]
    for name in VIEWS
    if name not in ("splits", "uneven splits", "dsplit", "unstack", "iteration", "index arrays copy")
}


@pytest.mark.parametrize("name", TRACED)
def test_views_in_a_traced_function(name: str) -> None:
    """Arguments in C order: what is traced knows no other."""
    body, arguments = VIEWS[name]
    arguments = tuple(map(numpy.ascontiguousarray, arguments))
    made = tf.function(lambda *given: body(tnp_shim, *given), autograph=False)(*map(ours, arguments))
    expected = body(numpy, *arguments)
    check(expected, made, memory=False)


UNKNOWN: dict[str, Callable[[Any, Any], Any]] = {
    "slices": lambda np, a: [a[1:], a[::-1], a[:, 0], a[..., None], a[-1]],
    "transpose": lambda np, a: [a.T, np.swapaxes(a, 0, 1), np.moveaxis(a, 0, -1)],
    "reshape": lambda np, a: [a.reshape(-1), a.reshape(4, -1), a.T.reshape(-1), a.reshape(-1, order="F")],
    "ravel": lambda np, a: [a.ravel(), np.ravel(a), a.flatten()],
    "flips": lambda np, a: [np.flip(a), np.fliplr(a), np.flipud(a), np.rot90(a), np.rot90(a, 2)],
    "axes": lambda np, a: [np.expand_dims(a, 1), np.squeeze(a[None]), np.atleast_3d(a)],
    "diagonal": lambda np, a: [np.diagonal(a), np.diagonal(a, 1), a.diagonal(-1)],
    "broadcast": lambda np, a: [np.broadcast_to(a, (2, *a.shape)), np.broadcast_to(a[:1], a.shape)],
    "splits of the known axis": lambda np, a: list(np.split(a, 2, 1)),
    "flat": lambda np, a: [a.flat[1:4], a.flat[0]],
    "complex": lambda np, a: [(a * 1j).imag, (a * 1j).real, a.imag],
}


@pytest.mark.parametrize("body", UNKNOWN.values(), ids=UNKNOWN)
def test_views_of_unknown_dimensions(body: Callable[[Any, Any], Any]) -> None:
    traced = tf.function(
        lambda a: body(tnp_shim, a), input_signature=[ArraySpec([None, 4], "float64")], autograph=False
    )
    for rows in (3, 2, 6):
        value = numpy.arange(4.0 * rows).reshape(rows, 4)
        check(body(numpy, value), traced(ours(value)), memory=False)


def test_writes_through_views_of_unknown_dimensions() -> None:
    def body(np: Any, a: Any) -> Any:
        a = a.copy()
        a[1:, ::2] += 10
        a.T[0] = -1
        line = a.reshape(-1)
        line[-2:] = 7
        a[::-1][0, 1] = 5
        a.T.reshape(-1)[:] = 99  # a copy
        a.ravel()[0] *= 3
        return a

    traced = tf.function(
        lambda a: body(tnp_shim, a), input_signature=[ArraySpec([None, 4], "float64")], autograph=False
    )
    for rows in (3, 2):
        value = numpy.arange(4.0 * rows).reshape(rows, 4)
        check(body(numpy, value), traced(ours(value)), memory=False)


DIFFERENTIABLE = [
    name
    for name in (
        "slices",
        "reshape",
        "ravel",
        "transpose",
        "flips",
        "diagonal",
        "squeeze",
        "expand_dims",
        "rot90",
    )
    if name in VIEWS
]


@pytest.mark.parametrize("name", DIFFERENTIABLE)
def test_gradients_of_views(name: str) -> None:
    body, (value,) = VIEWS[name]

    def weighted(a: Any) -> Any:
        total = 0.0
        for part in body(tnp_shim, a):
            weights = tnp_shim.arange(1.0, part.size + 1).reshape(part.shape)
            total = total + (part * weights).sum()
        return total

    a = ours(value.astype(float))
    with tf.GradientTape() as tape:
        tape.watch(a)
        total = weighted(a)
    gradient = numpy.asarray(tape.gradient(total, a))
    expected = numpy.zeros(value.shape)
    counted = numpy.arange(value.size).reshape(value.shape)
    for part in body(numpy, counted):
        numpy.add.at(expected.reshape(-1), part.reshape(-1), numpy.arange(1.0, part.size + 1))
    assert numpy.array_equal(gradient, expected)
