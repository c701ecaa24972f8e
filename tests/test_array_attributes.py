"""What an array tells of itself, and its methods: as `numpy.ndarray` has them."""

from __future__ import annotations

import copy
import pickle
from collections.abc import Callable
from typing import Any

import numpy
import pytest
import tensorflow as tf
from differential import ours, raises, same, unnamed

import tnp_shim
from tnp_shim.array import ArraySpec
from tnp_shim.errors import LostWriteError, UnknownShapeError, UnknownValueError, UnsupportedError

MATRIX = numpy.arange(6.0).reshape(2, 3) - 2
INTEGERS = numpy.array([[3, -1, 2], [5, 0, -4]], numpy.int32)
COMPLEX = MATRIX + 1j * MATRIX[::-1]
MASK = numpy.array([True, False, True])
ZERO_D = numpy.array(2.5)
EMPTY = numpy.zeros((0, 3), numpy.float32)
CUBE = numpy.arange(24, dtype=numpy.int16).reshape(2, 3, 4)
KINDS = {
    "matrix": MATRIX,
    "integers": INTEGERS,
    "complex": COMPLEX,
    "mask": MASK,
    "0-d": ZERO_D,
    "empty": EMPTY,
    "cube": CUBE,
    "fortran": numpy.asfortranarray(MATRIX),
}
kinds = pytest.mark.parametrize("value", KINDS.values(), ids=KINDS)

MEMBERS = [name for name in dir(numpy.ndarray) if not name.startswith("__")]
OF_RAW_MEMORY = {"ctypes", "data", "getfield", "setfield"}


@pytest.mark.parametrize("name", MEMBERS)
def test_every_member_is_there_or_refused_with_a_reason(name: str) -> None:
    array = tnp_shim.array([[1.0, 2.0]])
    if name in OF_RAW_MEMORY:
        with pytest.raises(UnsupportedError, match=name):
            getattr(array, name)
        return
    found = getattr(array, name)
    assert callable(found) == callable(getattr(numpy.array([[1.0, 2.0]]), name))
    assert getattr(tnp_shim.ndarray, name).__doc__


ATTRIBUTES = [
    "shape",
    "ndim",
    "size",
    "itemsize",
    "nbytes",
    "dtype",
    "strides",
    "device",
    "T",
    "real",
    "imag",
]


@pytest.mark.parametrize("name", ATTRIBUTES)
@kinds
def test_attributes(name: str, value: numpy.ndarray) -> None:
    same(lambda np, a: getattr(a, name), value)


def test_mT() -> None:
    same(lambda np, a: a.mT, CUBE)
    raises(lambda np, a: a.mT, MASK)


BODIES: dict[str, tuple[Callable[..., Any], tuple[Any, ...]]] = {
    "fill": (lambda np, a: a.fill(3), (MATRIX,)),
    "fill with an array": (lambda np, a: a.fill(np.array(7)), (INTEGERS,)),
    "fill a view": (lambda np, a: a[:, 1].fill(9), (MATRIX,)),
    "item": (lambda np, a: a.item(), (ZERO_D,)),
    "item of position": (lambda np, a: (a.item(4), a.item(1, 2), a.item((0, -1))), (MATRIX,)),
    "items of kinds": (lambda np, a, b: (a.item(0), b.item(0)), (MASK, COMPLEX)),
    "tolist": (lambda np, a, b, c: (a.tolist(), b.tolist(), c.tolist()), (INTEGERS, ZERO_D, EMPTY)),
    "tobytes": (lambda np, a: (a.tobytes(), a.tobytes("F"), a.T.tobytes()), (INTEGERS,)),
    "byteswap": (lambda np, a, b: (a.byteswap(), b.byteswap()), (INTEGERS, MASK)),
    "byteswap in place": (lambda np, a: a.byteswap(True) is a, (INTEGERS,)),
    "byteswap complex": (lambda np, a: a.byteswap().byteswap(), (COMPLEX,)),
    "astype": (
        lambda np, a: (a.astype(int), a.astype("float32"), a.astype(bool), a.astype(complex)),
        (MATRIX,),
    ),
    "astype copies": (lambda np, a: a.astype(a.dtype) is a, (MATRIX,)),
    "astype need not copy": (lambda np, a: a.astype(a.dtype, copy=False) is a, (MATRIX,)),
    "astype order": (lambda np, a: [a.astype("f4", order=o) for o in "CFAK"], (MATRIX.T,)),
    "np.astype": (lambda np, a: np.astype(a, np.int8), (MATRIX,)),
    "len": (lambda np, a: len(a), (CUBE,)),
    "iteration": (lambda np, a: list(a), (CUBE,)),
    "iteration over elements": (lambda np, a: list(a), (MASK,)),
    "unpacking": (lambda np, a: (lambda x, y, z: [z, y, x])(*a), (MASK,)),
    "reversed": (lambda np, a: list(reversed(a)), (MATRIX,)),
    "in": (lambda np, a: (3 in a, 99 in a, 2.0 in a), (INTEGERS,)),
    "bool": (lambda np, a: (bool(a), bool(a.reshape(1, 1))), (ZERO_D,)),
    "numbers": (lambda np, a: (int(a), float(a), complex(a)), (ZERO_D,)),
    "index": (lambda np, a: (range(10)[a], [1, 2, 3, 4][a:]), (numpy.array(2),)),
    "format": (lambda np, a, b: (f"{a}", f"{b:.3f}", f"{b}"), (MATRIX, ZERO_D)),
    "resize": (lambda np, a: a.resize((4, 2), refcheck=False), (MATRIX,)),
    "resize smaller": (lambda np, a: a.resize(2, refcheck=False), (INTEGERS,)),
    "resize keeps the order of the memory": (
        lambda np, a, b: (
            (c := a.copy("F")).resize((4, 2), refcheck=False),
            b.T.copy("F").resize(6, refcheck=False),
            c,
            c.strides,
        ),
        (MATRIX, INTEGERS),
    ),
    "a view is resized to its size": (lambda np, a: [(b := a.T), b.resize(6), b][2], (MATRIX,)),
    "an integer array of rank 0 copies": (
        lambda np, a: (a[np.array(1)], a.T[:, np.array(1)], a[np.array(0), np.array(1)]),
        (MATRIX,),
    ),
    "comparison with text": (lambda np, a: (a == "x", a != "x", a[0] == "x", "x" in a, None in a), (MASK,)),
    "clip from below alone": (lambda np, a: (a.clip(1), a.clip(1, None), a.clip(None, 2)), (MATRIX,)),
    "a power has no modulus": (lambda np, a: (a.__rpow__(2, None), a.__rpow__(2, 3)), (MATRIX,)),
    "a function of another library": (
        lambda np, a: (
            a.__array_ufunc__(np.add, "__call__", a, a)
            + a.__array_function__(np.flip, (np.ndarray,), (a,), {})
        ),
        (MATRIX,),
    ),
    "dumps of 0-d": (lambda np, a: type(pickle.loads(a.dumps())), (ZERO_D,)),
    "shape": (lambda np, a: setattr(a, "shape", (3, -1)), (MATRIX,)),
    "shape of a view": (lambda np, a: setattr(a[1:], "shape", (3,)), (MATRIX,)),
    "flags": (lambda np, a: (a.flags["C"], a.flags["F_CONTIGUOUS"], a.flags.forc, a.flags.fnc), (MATRIX,)),
    "flags of a view": (lambda np, a: (a.T.flags.owndata, a.T.flags["O"], str(a.T.flags)), (MATRIX,)),
    "setflags": (lambda np, a: (a.setflags(write=False), a.flags.writeable), (MATRIX,)),
    "flags can be set": (lambda np, a: (setattr(a.flags, "writeable", False), a.flags["W"]), (MATRIX,)),
    "flags as items": (lambda np, a: (a.flags.__setitem__("WRITEABLE", False), a.flags.num), (MATRIX,)),
    "read-only views": (lambda np, a: (a.setflags(write=False), a[0].flags.writeable), (MATRIX,)),
    "read-only later": (
        lambda np, a: [(v := a[0]), a.setflags(write=False), v.flags.writeable][2],
        (MATRIX,),
    ),
    "real": (lambda np, a: setattr(a, "real", 7), (COMPLEX,)),
    "imag": (lambda np, a: setattr(a, "imag", [1, 2, 3]), (COMPLEX,)),
    "real of real": (lambda np, a: (a.real is a, setattr(a, "real", 1)), (MATRIX,)),
    "view as another dtype": (lambda np, a: a.view(np.int32), (numpy.ones(4, numpy.float32),)),
    "view as a narrower dtype": (lambda np, a: a.view("u1"), (INTEGERS,)),
    "view as a wider dtype": (lambda np, a: a.view(complex), (numpy.arange(6.0).reshape(3, 2),)),
    "write through another dtype": (lambda np, a: a.view(float).__setitem__(..., 5), (COMPLEX,)),
    "view as the class": (lambda np, a: (a.view(np.ndarray), a.view(type=np.ndarray)), (MATRIX,)),
    "flat": (lambda np, a: (a.flat[2], a.flat[1:3], a.flat[[0, 4]], len(a.flat), list(a.flat)), (MATRIX.T,)),
    "flat is set": (lambda np, a: a.flat.__setitem__(slice(1, 5), [7, 8]), (MATRIX,)),
    "flat of a view": (lambda np, a: a.T.flat.__setitem__([1, 2], 9), (MATRIX,)),
    "flat as a whole": (lambda np, a: setattr(a, "flat", [1, 2, 3, 4]), (MATRIX,)),
    "next of flat": (lambda np, a: [(f := a.flat), next(f), next(f), f.index, f.coords][1:], (MATRIX,)),
    "flat as an array": (lambda np, a: (a.flat.copy(), a.flat.base is a), (MATRIX,)),
    "copy": (lambda np, a: (a.copy(), a.copy("F"), a.T.copy("K"), a.T.copy("A"), a.flatten("F")), (MATRIX,)),
    "conj": (lambda np, a, b: (a.conj(), b.conj() is b, b.conjugate() is b), (COMPLEX, MATRIX)),
    "dot": (lambda np, a, b: a.dot(b), (MATRIX, MATRIX.T)),
    "clip": (lambda np, a: (a.clip(0, 2), a.clip(min=1), a.clip(max=0)), (MATRIX,)),
    "sum and others": (
        lambda np, a: (a.sum(), a.sum(0), a.prod(1), a.max(), a.min(1, keepdims=True), a.all(), a.any(0)),
        (INTEGERS,),
    ),
    "mean and others": (lambda np, a: (a.mean(), a.mean(0), a.var(), a.std(1)), (MATRIX,)),
    "argmax and others": (lambda np, a: (a.argmax(), a.argmin(1), a.argsort(0)), (INTEGERS,)),
    "nonzero": (lambda np, a: [places.copy() for places in a.nonzero()], (INTEGERS,)),
    "cumsum and others": (lambda np, a: (a.cumsum(), a.cumsum(1), a.cumprod(0), a.trace()), (INTEGERS,)),
    "take and others": (
        lambda np, a: (a.take([0, 5, 1]), a.repeat(2, 1), a.compress([1, 0], 0)),
        (INTEGERS,),
    ),
    "round": (lambda np, a: (a.round(), a.round(1), round(a[0, 0])), (MATRIX / 3,)),
    "sort": (lambda np, a: a.sort(), (INTEGERS,)),
    "sort a view": (lambda np, a: a[:, ::-1].sort(0), (INTEGERS,)),
    "partition": (lambda np, a: (a.partition(1), None)[1], (numpy.array([2, 1]),)),
    "searchsorted": (lambda np, a: a.searchsorted([1, 4]), (numpy.array([0, 2, 4, 6]),)),
    "put": (lambda np, a: a.put([0, -1], [8, 9]), (INTEGERS,)),
    "squeeze": (lambda np, a: (a[None].squeeze(), a[:, None].squeeze(1)), (INTEGERS,)),
    "choose": (lambda np, a: a.choose([[1, 2, 3], [4, 5, 6]]), (numpy.array([0, 1, 1]),)),
    "to_device": (lambda np, a: a.to_device("cpu") is a, (MATRIX,)),
    "swapaxes": (lambda np, a: (a.swapaxes(0, 2), a.transpose(1, 0, 2), a.transpose((2, 0, 1))), (CUBE,)),
    "diagonal": (lambda np, a: (a.diagonal(), a.diagonal(1, 1, 2)), (CUBE,)),
    "copy.copy": (lambda np, a: (copy.copy(a), copy.deepcopy(a), copy.copy(a) is a), (MATRIX,)),
    "pickle": (lambda np, a: (pickle.loads(pickle.dumps(a)), pickle.loads(a.dumps()).tolist()), (MATRIX,)),
    "array protocol": (lambda np, a: numpy.asarray(a, numpy.float32), (INTEGERS,)),
}


@pytest.mark.parametrize("body, arguments", BODIES.values(), ids=BODIES)
def test_methods(body: Callable[..., Any], arguments: tuple[Any, ...]) -> None:
    memory = not any(body is BODIES[name][0] for name in ("array protocol",))
    same(body, *arguments, memory=memory, tolerance=1e-12)


FAILING: dict[str, tuple[Callable[..., Any], tuple[Any, ...]]] = {
    "bool of several": (lambda np, a: bool(a), (MATRIX,)),
    "bool of none": (lambda np, a: bool(a), (EMPTY,)),
    "if": (lambda np, a: 1 if a > 0 else 2, (MATRIX,)),
    "and": (lambda np, a: a and a, (MATRIX,)),
    "int of several": (lambda np, a: int(a), (MATRIX,)),
    "float of several": (lambda np, a: float(a), (MATRIX,)),
    "complex of several": (lambda np, a: complex(a), (MATRIX,)),
    "int of one in a row": (lambda np, a: int(a), (numpy.array([3]),)),
    "float of one in a matrix": (lambda np, a: float(a), (numpy.array([[3]]),)),
    "float of complex": (lambda np, a: float(a[0, 0:1].reshape(())), (COMPLEX,)),
    "index of float": (lambda np, a: range(3)[a], (ZERO_D,)),
    "index of several": (lambda np, a: [1, 2][a], (numpy.array([0, 1]),)),
    "index of one in a row": (lambda np, a: [1, 2][a], (numpy.array([0]),)),
    "hash": (lambda np, a: hash(a), (MATRIX,)),
    "hash of 0-d": (lambda np, a: {a: 1}, (ZERO_D,)),
    "len of 0-d": (lambda np, a: len(a), (ZERO_D,)),
    "iteration over 0-d": (lambda np, a: list(a), (ZERO_D,)),
    "item of several": (lambda np, a: a.item(), (MATRIX,)),
    "item beyond": (lambda np, a: a.item(9), (MATRIX,)),
    "shape that does not fit": (lambda np, a: setattr(a, "shape", (4,)), (MATRIX,)),
    "shape that needs a copy": (lambda np, a: setattr(a, "shape", (6,)), (MATRIX.T,)),
    "resize a view": (lambda np, a: a[:1].resize((9,)), (MATRIX,)),
    "resize a part": (lambda np, a: a[:, ::2].resize((9,)), (MATRIX,)),
    "resize to less than nothing": (lambda np, a: a.resize((-1, 2)), (MATRIX,)),
    "text added": (lambda np, a: a + "x", (MATRIX,)),
    "added to text": (lambda np, a: a.__radd__("x"), (MATRIX,)),
    "sort of no axis": (lambda np, a: a.sort(None), (MATRIX,)),
    "partition of a strange kind": (lambda np, a: a.partition(0, kind="x"), (MATRIX,)),
    "partition by a field": (lambda np, a: a.partition(0, order="x"), (MATRIX,)),
    "reshape with a text for copy": (lambda np, a: a.reshape(6, copy="x"), (MATRIX,)),
    "setflags of no copy": (lambda np, a: a.setflags(uic=True), (MATRIX,)),
    "view as no array": (lambda np, a: a.view(type=int), (MATRIX,)),
    "methods know no correction": (lambda np, a: a.std(correction=1), (MATRIX,)),
    "safe astype": (lambda np, a: a.astype(int, casting="safe"), (MATRIX,)),
    "astype of complex": (lambda np, a: a.astype(float, casting="same_kind"), (COMPLEX,)),
    "strange casting": (lambda np, a: a.astype(float, casting="perhaps"), (MATRIX,)),
    "write to read-only": (lambda np, a: (a.setflags(write=False), a.__setitem__(0, 1)), (MATRIX,)),
    "add to read-only": (lambda np, a: (a.setflags(write=False), a.__iadd__(1)), (MATRIX,)),
    "fill read-only": (lambda np, a: (a.setflags(write=False), a.fill(1)), (MATRIX,)),
    "writeable view of read-only": (
        lambda np, a: (a.setflags(write=False), a[0].setflags(write=True)),
        (MATRIX,),
    ),
    "imag of real": (lambda np, a: setattr(a, "imag", 1), (MATRIX,)),
    "view of other size": (lambda np, a: a.view(np.complex128), (MATRIX,)),
    "view of the wrong axis": (lambda np, a: a.T.view(np.complex128), (numpy.ones((2, 4)),)),
    "view of 0-d": (lambda np, a: a.view(np.int32), (ZERO_D,)),
    "unknown flag": (lambda np, a: a.flags["Q"], (MATRIX,)),
    "unknown attribute of flags": (lambda np, a: a.flags.q, (MATRIX,)),
    "unknown attribute": (lambda np, a: a.nothing, (MATRIX,)),
    "transpose with too few axes": (lambda np, a: a.transpose(0), (MATRIX,)),
    "transpose with one axis twice": (lambda np, a: a.transpose(0, 0), (MATRIX,)),
    "reshape that does not fit": (lambda np, a: a.reshape(4, 2), (MATRIX,)),
    "reshape with two unknowns": (lambda np, a: a.reshape(-1, -1), (MATRIX,)),
    "deleted item": (lambda np, a: a.__delitem__(0), (MATRIX,)),
    "fill with several": (lambda np, a: a.fill([1, 2]), (MATRIX,)),
    "axis out of bounds": (lambda np, a: a.swapaxes(0, 5), (MATRIX,)),
}


@pytest.mark.parametrize("body, arguments", FAILING.values(), ids=FAILING)
def test_refusals(body: Callable[..., Any], arguments: tuple[Any, ...]) -> None:
    raises(body, *arguments)


@kinds
def test_text(value: numpy.ndarray) -> None:
    same(lambda np, a: (repr(a), str(a), repr(a.T), repr(a[()]), str(a[()]), f"{a}"), value)


@pytest.mark.parametrize("dtype", [*"?bhilBHILefdFD"])
def test_text_of_every_dtype(dtype: str) -> None:
    value = numpy.array([[1, 0, 1]]).astype(dtype)
    same(lambda np, a: (repr(a), str(a), repr(a[0, 0]), str(a[0, 0]), repr(a[:, :0])), value)


def test_text_of_large_arrays_is_summarised() -> None:
    same(lambda np, a: (repr(a), str(a)), numpy.arange(3000.0))


def test_text_of_bfloat16() -> None:
    made = tnp_shim.array([1.5, 2.0], tnp_shim.bfloat16)
    assert repr(made) == "array([1.5, 2], dtype=bfloat16)"
    assert str(made[0]) == "1.5"


def test_text_of_traced_arrays() -> None:
    seen = []

    @tf.function(input_signature=[ArraySpec([None, 3], "float32")])
    def traced(a: Any) -> Any:
        seen.extend([repr(a), a[0].__str__(), repr(a[0, 0])])
        return a

    traced(tnp_shim.ones((2, 3), "float32"))
    assert seen == [
        "<traced ndarray, shape=(?, 3), dtype=float32>",
        "<traced ndarray, shape=(3), dtype=float32>",
        "<traced float32, shape=(), dtype=float32>",
    ]


NEED_VALUES: dict[str, Callable[[Any], Any]] = {
    "bool": lambda a: bool(a[0] > 0),
    "int": lambda a: int(a[0]),
    "float": lambda a: float(a[0]),
    "complex": lambda a: complex(a[0]),
    "index": lambda a: range(5)[a.astype(int)[0]],
    "item": lambda a: a.item(0),
    "tolist": lambda a: a.tolist(),
    "numpy": lambda a: numpy.asarray(a),
    "tobytes": lambda a: a.tobytes(),
    "hash": lambda a: {a[0]: 1},
    "pickle": lambda a: pickle.dumps(a),
    "round": lambda a: round(a[0]),
}


@pytest.mark.parametrize("body", NEED_VALUES.values(), ids=NEED_VALUES)
def test_an_unknown_value_is_asked_for(body: Callable[[Any], Any]) -> None:
    traced = tf.function(lambda a: body(a) and a, autograph=False)
    with pytest.raises(UnknownValueError, match="unknown while tf.function traces .*test_array_attributes"):
        traced(tnp_shim.array([1.0, 2.0]))


def test_errors_that_shapes_decide_are_raised_while_tracing() -> None:
    def messages(a: Any) -> list[str]:
        found = []
        for body in (bool, int, len, lambda x: [1, 2][x], hash):
            try:
                body(a)
            except Exception as error:
                found.append(f"{type(error).__name__}: {unnamed(error)}")
        return found

    seen = []
    for value in (MATRIX, EMPTY):
        tf.function(lambda a: seen.extend(messages(a)) or a, autograph=False)(ours(value))
    assert seen == [*messages(MATRIX), *messages(EMPTY)]


def test_unknown_dimensions() -> None:
    seen = []

    @tf.function(input_signature=[ArraySpec([None, 3], "float64")])
    def traced(a: Any) -> Any:
        rows, columns = a.shape
        assert columns == 3 and type(columns) is int
        assert type(rows) is tnp_shim.ndarray and rows.shape == () and rows.dtype == numpy.int64
        assert a.ndim == 2 and a.size.dtype == numpy.int64
        with pytest.raises(UnknownShapeError, match="a.shape\\[0\\]"):
            a.__len__()  # `len(a)` in converted code is a traced integer
        with pytest.raises(UnknownShapeError, match="layout"):
            _ = a.strides
        seen.append(True)
        return [
            a.reshape(rows * columns),
            a.reshape((columns, rows)),
            a.reshape(rows // 2, -1),
            tnp_shim.zeros((rows, 2)) + rows,
            tnp_shim.arange(rows) * 2,
            a[: rows - 1],
            a[rows - 1],
            a.sum() / rows,
            a.T.reshape(a.shape),
            a.size + 1,
            tnp_shim.broadcast_to(a[0], (rows, 3)),
            a.nbytes,
        ]

    for rows in (2, 4):
        a = numpy.arange(3.0 * rows).reshape(rows, 3)
        expected = [
            a.reshape(rows * 3),
            a.reshape(3, rows),
            a.reshape(rows // 2, -1),
            numpy.zeros((rows, 2)) + rows,
            numpy.arange(rows) * 2,
            a[: rows - 1],
            a[rows - 1],
            a.sum() / rows,
            a.T.reshape(a.shape),
            a.size + 1,
            numpy.broadcast_to(a[0], (rows, 3)),
            a.nbytes,
        ]
        for theirs, mine in zip(expected, traced(tnp_shim.array(a)), strict=True):
            numpy.testing.assert_array_equal(numpy.asarray(mine), theirs)
            assert mine.dtype == numpy.asarray(theirs).dtype
    assert seen == [True]


def test_unknown_rank() -> None:
    @tf.function(input_signature=[ArraySpec(None, "float64")])
    def traced(a: Any) -> Any:
        for attribute in ("shape", "ndim"):
            with pytest.raises(UnknownShapeError, match="rank is unknown"):
                getattr(a, attribute)
        return a.reshape(-1), a + 1, a.size

    line, more, size = traced(tnp_shim.array(MATRIX))
    assert line.shape == (6,) and more.shape == (2, 3) and int(size) == 6


def test_the_constructor() -> None:
    same(lambda np: [np.ndarray(s, d).shape for s, d in (((2, 3), float), (4, "i2"), ((), "c8"))])
    same(lambda np: (np.ndarray((2, 3), order="F").flags.f_contiguous, np.ndarray(2).dtype))
    assert tnp_shim.ndarray((2, 2)).tolist() == [[0.0, 0.0], [0.0, 0.0]]
    raises(lambda np: np.ndarray((-1,)))
    raises(lambda np: np.ndarray("a"), message=False)
    for options in ({"buffer": b"12345678"}, {"strides": (8,)}, {"offset": 4}):
        with pytest.raises(UnsupportedError, match="raw memory"):
            tnp_shim.ndarray((1,), **options)
    with tnp_shim.config.default_float("float32"):
        assert tnp_shim.ndarray(2).dtype == numpy.float32


def test_a_bool_array_is_seen_as_bytes_for_reading_only() -> None:
    same(
        lambda np, a: (a.view(np.uint8).copy(), a[:2].view("i2").copy()),
        numpy.array([True, False, True, True]),
    )
    same(lambda np, a: a.view(bool).copy(), numpy.array([0, 1], numpy.uint8))
    with pytest.raises(ValueError, match="read-only"):
        tnp_shim.array([True, False]).view(numpy.uint8)[0] = 1


def test_a_write_that_would_be_lost_is_refused() -> None:
    outside = tnp_shim.zeros(3)

    @tf.function
    def traced() -> None:
        outside.fill(1)

    with pytest.raises(LostWriteError, match="test_array_attributes"):
        traced()
    assert outside.tolist() == [0, 0, 0]
