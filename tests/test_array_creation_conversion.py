"""What becomes an array, and which one: `array`, `asarray` and their like, of every kind of input."""

from __future__ import annotations

import array as python_array
import warnings
from collections.abc import Callable
from typing import Any

import numpy
import pytest
import tensorflow as tf
from differential import ours, raises, same

import tnp_shim
from tnp_shim import config
from tnp_shim.array import ArraySpec

BASE = numpy.arange(6.0).reshape(2, 3)
FORTRAN = numpy.asfortranarray(BASE)


class OfArray:
    """Anything with `__array__`."""

    def __array__(self, dtype: Any = None, copy: Any = None) -> numpy.ndarray:
        return numpy.array([1, 2, 3], dtype)


INPUTS: dict[str, Callable[[Any], Any]] = {
    "int": lambda np: 3,
    "large int": lambda np: 2**62,
    "int beyond int64": lambda np: 2**63 + 5,
    "float": lambda np: 2.5,
    "bool": lambda np: True,
    "complex": lambda np: 1 - 2j,
    "list": lambda np: [1, 2, 3],
    "floats": lambda np: [1, 2.5, True],
    "bools": lambda np: [True, False],
    "mixed with complex": lambda np: [1, 2.5, 3j],
    "nested": lambda np: [[1, 2], [3, 4]],
    "deeply nested": lambda np: [[[1], [2]], [[3], [4]]],
    "tuples": lambda np: ((1.5, 2), (3, 4)),
    "empty list": lambda np: [],
    "nested empty": lambda np: [[], []],
    "range": lambda np: range(2, 9, 3),
    "buffer": lambda np: memoryview(b"abc"),
    "array.array": lambda np: python_array.array("f", [1, 2]),
    "with __array__": lambda np: OfArray(),
    "list of objects with __array__": lambda np: [OfArray(), OfArray()],
    "NumPy scalar": lambda np: numpy.float32(2),
    "scalar": lambda np: np.float32(2),
    "NumPy array": lambda np: BASE,
    "fortran": lambda np: FORTRAN,
    "strided": lambda np: BASE[:, ::2],
    "backwards": lambda np: BASE[::-1, ::-1],
    "read-only": lambda np: numpy.broadcast_to(numpy.arange(3), (2, 3)),
    "0-d": lambda np: numpy.array(7, "u2"),
    "empty": lambda np: numpy.zeros((0, 3), "c8"),
    "array": lambda np: np.array([1.0, 2]),
    "list of scalars": lambda np: [np.array([1, 2])[0], 3.5],
    "list of arrays": lambda np: [np.array([1, 2]), np.array([3.5, 4])],
    "list of an array and numbers": lambda np: [[1, 2], np.array([3, 4], "i1")],
    "list of 0-d arrays": lambda np: [np.array(1), np.array(2.5)],
    "nested lists of arrays": lambda np: [[np.array(1.0), 2], [3, np.float32(4)]],
    "list of NumPy arrays": lambda np: [numpy.ones(2), numpy.zeros(2, "f4")],
    "list of narrow arrays": lambda np: [np.array([1], "i1"), np.array([2], "i2")],
    "list of narrow and number": lambda np: [np.float32(1), 2.5],
    "list of int8 and large number": lambda np: [np.int8(1), 300],
    "tuple of arrays": lambda np: (np.array([True]), np.array([2])),
}
inputs = pytest.mark.parametrize("make", INPUTS.values(), ids=INPUTS)


@inputs
def test_array_of(make: Callable[[Any], Any]) -> None:
    same(lambda np: np.array(make(np)))


@inputs
@pytest.mark.parametrize("dtype", ["float32", "complex64", int, float, "bool"])
def test_array_of_a_dtype(make: Callable[[Any], Any], dtype: Any) -> None:
    same(lambda np: np.array(make(np), dtype=dtype))


@inputs
def test_array_with_order_and_rank(make: Callable[[Any], Any]) -> None:
    same(lambda np: [np.array(make(np), order=order, ndmin=ndmin) for order in "KACF" for ndmin in (0, 2, 4)])


@inputs
def test_the_others(make: Callable[[Any], Any]) -> None:
    same(lambda np: [np.copy(make(np)), np.copy(make(np), "F")])
    same(lambda np: [np.ascontiguousarray(make(np)), np.ascontiguousarray(make(np), "f4")], memory=False)
    same(lambda np: [np.asfortranarray(make(np)), np.asfortranarray(make(np), "f4")], memory=False)
    same(lambda np: [np.asarray(make(np)), np.asanyarray(make(np))], memory=False)
    same(lambda np: (np.shape(make(np)), np.ndim(make(np)), np.size(make(np))))


REFUSED: dict[str, Callable[[Any], Any]] = {
    "ragged": lambda np: np.array([[1, 2], [3]]),
    "ragged deeper": lambda np: np.array([[[1], [2, 3]], [[4], [5]]]),
    "ragged with a dtype": lambda np: np.array([[1, 2], [3]], float),
    "too large": lambda np: np.array([300], np.uint8),
    "too large number": lambda np: np.array(300, np.uint8),
    "negative": lambda np: np.array([-1], np.uint16),
    "too large for any": lambda np: np.array([2**63, -1], np.int64),
    "complex for float": lambda np: np.array([1j], float),
    "text for a number": lambda np: np.array(["one"], float),
    "strange order": lambda np: np.array([1], order="X"),
    "strange dtype": lambda np: np.array([1], dtype="nothing"),
    "no copy": lambda np: np.array([1, 2], copy=False),
    "no copy of another dtype": lambda np: np.array(np.ones(2), dtype="f4", copy=False),
    "no copy by asarray": lambda np: np.asarray([1], copy=False),
    "strange argument": lambda np: np.array([1], nothing=1),
    "float sizes": lambda np: np.zeros(2.5),
    "negative sizes": lambda np: np.zeros(-1),
    "NaN to chkfinite": lambda np: np.asarray_chkfinite([1, np.nan]),
}


@pytest.mark.parametrize("body", REFUSED.values(), ids=REFUSED)
def test_refusals(body: Callable[[Any], Any]) -> None:
    raises(body)


def test_what_no_tensor_can_hold_is_numpys() -> None:
    for value in (
        ["text", "more"],
        [object()],
        [b"bytes"],
        [1, None],
        None,
        {"a": 1},
        [numpy.datetime64("2024-01-01")],
    ):
        made = tnp_shim.array(value)
        assert type(made) is numpy.ndarray
        assert made.dtype == numpy.array(value).dtype and made.shape == numpy.array(value).shape
    assert tnp_shim.array([1, 2], dtype=object).dtype == object
    assert tnp_shim.asarray(n for n in range(3)).dtype == object
    assert type(tnp_shim.array([1.0]).astype(object)) is numpy.ndarray


def test_when_copies_are_made() -> None:
    def body(np: Any, a: Any, f: Any) -> Any:
        return [
            np.array(a),
            np.array(a, copy=None),
            np.array(a, copy=False),
            np.asarray(a),
            np.asarray(a, copy=True),
            np.asarray(a, a.dtype),
            np.asarray(a, "f4"),
            np.asarray(a, order="F"),
            np.asarray(f, order="F"),
            np.asarray(f, order="C"),
            np.asarray(f, order="A"),
            np.ascontiguousarray(a),
            np.ascontiguousarray(f),
            np.ascontiguousarray(a.T),
            np.asfortranarray(a.T),
            np.asfortranarray(f),
            np.array(a, copy=None, ndmin=3),
            np.array(a, ndmin=3),
            np.copy(f),
            np.copy(f, order="C"),
            np.atleast_1d(a),
            np.asanyarray(a),
        ]

    same(body, BASE, FORTRAN)


def test_a_tensors_value_is_shared_and_not_written_to() -> None:
    tensor = tf.constant([1.0, 2.0])
    made = tnp_shim.asarray(tensor)
    made[0] = 9
    assert tensor.numpy().tolist() == [1.0, 2.0] and made.tolist() == [9.0, 2.0]
    variable = tf.Variable([1, 2])
    made = tnp_shim.array(variable)
    variable.assign([5, 6])
    assert made.tolist() == [1, 2]


def test_a_numpy_arrays_value_is_copied() -> None:
    theirs = numpy.ones(3)
    mine = tnp_shim.asarray(theirs)
    theirs[0] = 5
    assert mine.tolist() == [1, 1, 1]
    mine[1] = 7
    assert theirs.tolist() == [5, 1, 1]


def test_byte_swapped_arrays_become_native() -> None:
    for theirs in (numpy.array([1, 2], ">i4"), numpy.array([1.5, 2], ">f8")):
        mine = tnp_shim.array(theirs)
        assert mine.dtype == theirs.dtype.newbyteorder("=") and mine.tolist() == theirs.tolist()
        assert tnp_shim.zeros(1, theirs.dtype).dtype == mine.dtype


def test_tensors_of_every_kind() -> None:
    assert tnp_shim.array([tf.constant(1.0), 2, numpy.float64(3)]).dtype == numpy.float64
    assert tnp_shim.array([tf.constant(1.0), 2]).dtype == numpy.array([numpy.float32(1), 2]).dtype
    assert tnp_shim.array(tf.constant([1, 2]), float).tolist() == [1.0, 2.0]
    assert tnp_shim.array([[tf.constant([1, 2])], [[3, 4]]]).shape == (2, 1, 2)
    assert tnp_shim.array(tf.constant(1.5, tf.bfloat16)).dtype == tnp_shim.bfloat16.dtype
    with pytest.raises(TypeError, match="string"):
        tnp_shim.array(tf.constant("text"))
    with pytest.raises(ValueError, match="inhomogeneous"):
        tnp_shim.array([tf.constant([1, 2]), [3]])


def test_traced_values_in_lists() -> None:
    @tf.function(
        input_signature=[ArraySpec([], "float32"), ArraySpec([2], "float64"), tf.TensorSpec([], "int32")]
    )
    def traced(x: Any, a: Any, t: Any) -> Any:
        return (
            tnp_shim.array([x, 1, 2.5]),
            tnp_shim.array([[x, t], [1, 2]]),
            tnp_shim.array([a, [1, 2], a * 2]),
            tnp_shim.array([a[0], a[1], a.sum()], "float32"),
            tnp_shim.asarray([t, 2**40]),
            tnp_shim.array(t),
            tnp_shim.array([[x], [a[0]]]),
        )

    x, a, t = numpy.float32(1.5), numpy.array([2.0, 3.0]), numpy.int32(4)
    expected = (
        numpy.array([x, 1, 2.5]),
        numpy.array([[x, t], [1, 2]]),
        numpy.array([a, [1, 2], a * 2]),
        numpy.array([a[0], a[1], a.sum()], "float32"),
        numpy.asarray([t, 2**40]),
        numpy.array(t),
        numpy.array([[x], [a[0]]]),
    )
    for theirs, mine in zip(expected, traced(ours(x), ours(a), tf.constant(4)), strict=True):
        assert (mine.dtype, mine.shape) == (theirs.dtype, theirs.shape)
        assert numpy.array_equal(numpy.asarray(mine), theirs)


def test_gradients_through_lists() -> None:
    x = tf.Variable(3.0, dtype=tf.float64)
    a = tnp_shim.array([1.0, 2.0])
    with tf.GradientTape() as tape:
        tape.watch(a)
        made = tnp_shim.array([[x, a[0]], [a[1], 5]], dtype=float)
        total = (made * made).sum()
    by_x, by_a = tape.gradient(total, [x, a])
    assert float(by_x) == 6.0 and by_a.tolist() == [2.0, 4.0]


DEFAULTS: dict[str, tuple[Callable[[Any], Any], str, str]] = {
    "number": (lambda np: np.array(1.5), "float32", "float64"),
    "list": (lambda np: np.array([1, 2.5]), "float32", "float64"),
    "complex": (lambda np: np.array([1j]), "complex64", "complex128"),
    "zeros": (lambda np: np.zeros(2), "float32", "float64"),
    "ones like": (lambda np: np.ones_like(np.ones(2)), "float32", "float64"),
    "full": (lambda np: np.full(2, 1.5), "float32", "float64"),
    "linspace": (lambda np: np.linspace(0, 1, 3), "float32", "float64"),
    "arange": (lambda np: np.arange(0.5, 2), "float32", "float64"),
    "eye": (lambda np: np.eye(2), "float32", "float64"),
    "float as dtype": (lambda np: np.zeros(2, float), "float32", "float64"),
    "astype(float)": (lambda np: np.ones(2, int).astype(float), "float32", "float64"),
    "division": (lambda np: np.array([1, 2]) / 2, "float32", "float64"),
    "division of arrays": (lambda np: np.array([1, 2]) / np.array([3, 4]), "float32", "float64"),
    "root of ints": (lambda np: np.sqrt(np.array([4, 9])), "float32", "float64"),
    "mean of ints": (lambda np: np.array([4, 9]).mean(), "float32", "float64"),
    "ints times a number": (lambda np: np.array([4, 9]) * 1.5, "float32", "float64"),
    "scalar of a number": (lambda np: np.sqrt(2), "float32", "float64"),
    "ints": (lambda np: np.array([1, 2]), "int64", "int64"),
    "explicit dtype": (lambda np: np.zeros(2, "float64"), "float64", "float64"),
    "explicit type": (lambda np: np.array([1.5], np.float64), "float64", "float64"),
    "explicit scalar": (lambda np: np.float64(1.5) + np.array([1, 2]), "float64", "float64"),
    "NumPy's array": (lambda np: np.array(BASE), "float64", "float64"),
    "with NumPy's array": (lambda np: np.ones(3) + BASE, "float64", "float64"),
    "float32 with ints": (lambda np: np.ones(2, "f4") + np.array([1, 2]), "float32", "float64"),
    "float16": (lambda np: np.ones(2, "f2") * 1.5, "float16", "float16"),
}


@pytest.mark.parametrize("body, narrow, wide", DEFAULTS.values(), ids=DEFAULTS)
def test_default_float(body: Callable[[Any], Any], narrow: str, wide: str) -> None:
    assert body(tnp_shim).dtype == wide
    assert body(numpy).dtype == wide
    with config.default_float("float32"):
        assert body(tnp_shim).dtype == narrow
    assert config.get_default_float() == numpy.float64


def test_default_float_in_a_traced_function() -> None:
    with config.default_float("float32"):
        made = tf.function(lambda: (tnp_shim.ones(2), tnp_shim.array([1, 2]) / 2))()
    assert [m.dtype for m in made] == [numpy.float32, numpy.float32]
    with pytest.raises(ValueError, match="expected one of"):
        config.set_default_float("int32")


def test_dtype_queries() -> None:
    def body(np: Any, a: Any) -> Any:
        return (
            np.result_type(a, 1.5),
            np.result_type(a, np.float64),
            np.result_type("f4", np.int8),
            np.can_cast(a.dtype, "f8"),
            np.can_cast(np.float64, np.float32),
            np.promote_types("i1", np.uint8),
            np.min_scalar_type(300),
            np.issubdtype(a.dtype, np.floating),
            np.issubdtype(np.float32, np.integer),
            np.issubdtype(np.int8, np.signedinteger),
        )

    same(body, numpy.ones(2, numpy.float32))
    raises(lambda np, a: np.can_cast(1.5, "f4"), BASE, message=False)


def test_other_sources() -> None:
    same(lambda np: np.frombuffer(b"\\x01\\x02\\x03\\x04", "u1")[1:].copy())
    same(lambda np: np.fromiter((n * n for n in range(5)), float))
    same(lambda np: np.fromiter(range(9), "i2", count=3))
    raises(lambda np: np.fromiter(range(2), int, count=3))
    assert tnp_shim.from_dlpack(numpy.arange(3)).tolist() == [0, 1, 2]
    assert numpy.from_dlpack(tnp_shim.arange(3)).tolist() == [0, 1, 2]


BEYOND = [-1.5, -129.0, 200.0, 300.0, 7e4, -7e4, 3e9, -3e9, 1e10, 9.3e18, 1e19, 1.8e19]
NEVER_FITTING = [1.9e19, -1e19, numpy.nan, numpy.inf, -numpy.inf]


@pytest.mark.parametrize("source", ["float16", "float32", "float64"])
@pytest.mark.parametrize("target", ["int8", "uint8", "int16", "uint16", "int32", "int64", "uint64", "bool"])
def test_floats_beyond_the_range_of_an_integer_become_what_numpy_makes_of_them(source, target):
    with numpy.errstate(all="ignore"), warnings.catch_warnings():
        warnings.simplefilter("ignore")  # NumPy's own: some have no value as an integer
        values = numpy.array(BEYOND if target == "uint64" else BEYOND + NEVER_FITTING).astype(source)
        values = values[numpy.isfinite(values)] if target == "uint64" else values
        expected = values.astype(target)
        array = tnp_shim.array(values)
        numpy.testing.assert_array_equal(array.astype(target).numpy(), expected)
    traced = tf.function(lambda a: a.astype(target), autograph=False)(array)
    numpy.testing.assert_array_equal(traced.numpy(), expected)
