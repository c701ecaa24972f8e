"""NumPy around arrays: its functions and protocols, pickling, scalars in Python; public names only."""

from __future__ import annotations

import copy
import json
import math
import numbers
import pickle
import statistics

import array_api_compat
import numpy
import pytest
import tensorflow as tf

import tnp_shim as np

X = numpy.arange(1.0, 7).reshape(2, 3)
ONES = numpy.ones((2, 3), "float32")


def matrix(dtype: str = "float64"):
    return np.array(X.astype(dtype))


def ours(value, expected) -> None:
    """An array or scalar of ours, with NumPy's value and dtype."""
    assert isinstance(value, (np.ndarray, np.generic)) and not isinstance(
        value, (numpy.ndarray, numpy.generic)
    )
    expected = numpy.asarray(expected)
    assert value.dtype == expected.dtype
    numpy.testing.assert_allclose(numpy.asarray(value), expected, rtol=1e-14)


# numpy's ufuncs and functions run ours


def test_numpy_ufuncs_run_ours() -> None:
    a = matrix()
    ours(numpy.add(a, 1), X + 1)
    ours(numpy.add(ONES, a), ONES + X)
    ours(numpy.sin(a), numpy.sin(X))
    ours(numpy.multiply.outer(a[0].copy(), a[1].copy()), numpy.multiply.outer(X[0], X[1]))
    ours(numpy.add.reduce(a, axis=1), numpy.add.reduce(X, axis=1))
    ours(numpy.add.accumulate(a), numpy.add.accumulate(X))
    first, second = numpy.divmod(a, 2)
    ours(first, X // 2)
    ours(second, X % 2)


def test_numpy_ufuncs_are_staged_and_differentiated() -> None:
    @tf.function
    def f(x):
        with tf.GradientTape() as tape:
            tape.watch(x)
            y = numpy.sin(x) * numpy.multiply(x, 2.0)
        return tape.gradient(y, x)

    ours(f(matrix()), 2 * (numpy.cos(X) * X + numpy.sin(X)))


def test_operators_with_real_arrays() -> None:
    a = matrix()
    ours(ONES + a, ONES + X)
    ours(a + ONES, X + ONES)
    ours(numpy.float64(2) * a, 2 * X)
    ours(a / numpy.int64(2), X / 2)
    ours(X @ a.T, X @ X.T)
    ours(numpy.arange(3) < a, numpy.arange(3) < X)


def test_in_place_operators_write_into_what_stands_on_the_left() -> None:
    real = X.copy()
    same = real
    real += matrix()
    assert real is same and type(real) is numpy.ndarray
    numpy.testing.assert_array_equal(real, X * 2)
    a = matrix()
    handle = a
    a += ONES
    assert a is handle
    ours(a, X + 1)


def test_out_may_be_a_real_array_or_ours() -> None:
    real = numpy.zeros((2, 3))
    assert numpy.add(matrix(), 1, out=real) is real
    numpy.testing.assert_array_equal(real, X + 1)
    assert np.add(matrix(), 2, out=real) is real
    numpy.testing.assert_array_equal(real, X + 2)
    a = matrix()
    assert numpy.add(X, X, out=a) is a
    ours(a, 2 * X)
    with pytest.raises(TypeError, match="Cannot cast"):
        numpy.add(matrix(), 0.5, out=numpy.zeros((2, 3), "int64"))


def test_numpy_functions_run_ours() -> None:
    a = matrix()
    ours(numpy.sum(a), X.sum())
    ours(numpy.mean(a, axis=0), X.mean(0))
    ours(numpy.concatenate([a, X]), numpy.concatenate([X, X]))
    ours(numpy.stack([X, a]), numpy.stack([X, X]))
    ours(numpy.where(X > 2, a, 0.0), numpy.where(X > 2, X, 0))
    ours(numpy.transpose(a), X.T)
    assert numpy.shape(a) == (2, 3) and numpy.ndim(a) == 2 and numpy.size(a) == 6


def test_numpy_functions_of_what_tensors_cannot_do_say_so() -> None:
    with pytest.raises(NotImplementedError, match=r"numpy.save|no implementation"):
        numpy.busday_count(matrix(), matrix())


# conversions


def test_asarray_gives_a_real_array() -> None:
    a = matrix()
    assert type(numpy.asarray(a)) is numpy.ndarray
    numpy.testing.assert_array_equal(numpy.asarray(a, "float32"), ONES * X)
    real = numpy.array(a)
    real[0, 0] = 99.0  # a copy: an array of ours doesn't change
    ours(a, X)
    assert numpy.asarray(a.T).tolist() == X.T.tolist()
    assert float(numpy.asarray(a[0, 0])) == 1.0
    with pytest.raises(ValueError, match="copy"):
        numpy.array(a, dtype="float32", copy=False)


def test_a_real_array_made_of_ours_cannot_change_ours() -> None:
    a = matrix()
    real = numpy.asarray(a)
    if real.flags.writeable:
        real[0, 0] = 99.0
    ours(a, X)
    b = np.asarray(source := X.copy())
    source[0, 0] = 99.0
    ours(b, X)


def test_what_plotting_libraries_do() -> None:
    a = matrix()
    numpy.testing.assert_array_equal(numpy.atleast_1d(numpy.asarray(a)), X)
    numpy.testing.assert_array_equal(numpy.asanyarray(a, dtype=float), X)
    numpy.testing.assert_array_equal(numpy.column_stack([numpy.asarray(row) for row in a]), X.T)
    numpy.testing.assert_array_equal(numpy.ma.asarray(numpy.asarray(a)), X)
    assert [float(value) for row in a for value in row] == X.ravel().tolist()
    numpy.testing.assert_allclose(a, X)
    numpy.testing.assert_array_equal(numpy.array([list(row) for row in a]), X)


def test_dlpack_both_ways() -> None:
    a = matrix()
    numpy.testing.assert_array_equal(numpy.from_dlpack(a), X)
    ours(np.from_dlpack(X), X)
    ours(np.from_dlpack(a), X)
    assert a.__dlpack_device__() == (1, 0)
    tensor = tf.experimental.dlpack.from_dlpack(a.__dlpack__())
    numpy.testing.assert_array_equal(tensor, X)
    ours(np.from_dlpack(tf.constant(X)), X)


def test_dlpack_of_a_traced_array_is_refused() -> None:
    with pytest.raises(TypeError, match="__dlpack__ needs a value that is unknown"):
        tf.function(lambda x: x.__dlpack__())(matrix())


# the array API


def test_array_namespace() -> None:
    a = matrix()
    assert a.__array_namespace__() is np
    assert a.__array_namespace__(api_version="2023.12") is np
    assert a.__array_namespace__(api_version="2024.12") is np
    assert a[0, 0].__array_namespace__() is np
    with pytest.raises(ValueError, match="1999"):
        a.__array_namespace__(api_version="1999.01")
    assert array_api_compat.array_namespace(a, a * 2) is np
    assert array_api_compat.is_array_api_obj(a)
    assert not array_api_compat.is_numpy_array(a)


def test_array_api_device_and_size() -> None:
    a = matrix()
    assert array_api_compat.device(a) == "cpu" == a.device
    assert array_api_compat.size(a) == 6
    ours(array_api_compat.to_device(a, "cpu"), X)
    with pytest.raises(ValueError, match="device"):
        a.to_device("abacus")


# pickling and copying


@pytest.mark.parametrize("protocol", range(2, pickle.HIGHEST_PROTOCOL + 1))
def test_pickle(protocol: int) -> None:
    a = matrix()
    back = pickle.loads(
        pickle.dumps({"a": a, "view": a.T[1:], "scalar": a[0, 1], "type": np.float32}, protocol)
    )
    ours(back["a"], X)
    ours(back["view"], X.T[1:])
    ours(back["scalar"], X[0, 1])
    assert isinstance(back["scalar"], np.float64) and not isinstance(back["scalar"], np.ndarray)
    assert back["type"] is np.float32
    back["a"][0, 0] = 5.0
    back["view"][0] = 5.0
    assert pickle.loads(pickle.dumps(np.add)) is np.add


def test_copy_and_deepcopy() -> None:
    a = matrix()
    for duplicate in (copy.copy(a), copy.deepcopy(a), copy.deepcopy([a])[0], a.copy(), copy.copy(a.T).T):
        duplicate[0, 0] = 99.0
        ours(a, X)
    scalar = copy.deepcopy(a[0, 1])
    assert isinstance(scalar, np.float64) and float(scalar) == 2.0
    assert copy.copy(scalar) == scalar


def test_pickle_of_a_traced_array_is_refused() -> None:
    with pytest.raises(TypeError, match="pickling needs a value that is unknown"):
        tf.function(lambda x: pickle.dumps(x))(matrix())


# scalars in Python


def test_hash() -> None:
    with pytest.raises(TypeError, match="unhashable type"):
        hash(matrix())
    assert hash(np.float64(2.5)) == hash(2.5) == hash(numpy.float64(2.5))
    assert hash(np.int32(7)) == hash(7)
    assert {np.float64(2.0): "two"}[2.0] == "two"
    assert {2: "two"}[np.int64(2)] == "two"
    assert {matrix()[0, 0], matrix()[0, 0], 1.0} == {1.0}
    with pytest.raises(TypeError, match="unknown"):
        tf.function(lambda x: {x[0, 0]: 1})(matrix())


def test_scalars_as_indices_and_sizes() -> None:
    n = np.array([1, 2, 3])[1]
    assert [10, 20, 30][n] == 30
    assert list(range(n)) == [0, 1]
    assert "ab" * n == "abab" and bytes(n) == b"\0\0"
    assert X[n - 1].tolist() == [4.0, 5.0, 6.0]
    assert [10, 20, 30][np.array(1)] == 20
    assert math.factorial(n) == 2 and hex(n) == "0x2"
    with pytest.raises(TypeError):
        [10, 20, 30][matrix()[0, 0]]
    with pytest.raises(TypeError, match="only integer scalar arrays"):
        [10, 20, 30][np.array([1])]


def test_scalars_as_numbers() -> None:
    x, n = matrix()[0, 1], np.array([3])[0]
    assert isinstance(x, numbers.Real) and isinstance(n, numbers.Integral) and isinstance(x, numbers.Number)
    assert not isinstance(x, numbers.Integral) and not isinstance(matrix(), numbers.Number)
    assert float(x) == 2.0 and int(x) == 2 and complex(x) == 2 and bool(x) and round(x, 1) == 2.0
    assert math.sqrt(x * 2) == 2.0 and math.isclose(x, 2.0) and divmod(n, 2) == (1, 1)
    assert statistics.fmean([x, n]) == 2.5 and sum([x, n]) == 5.0 and max(x, n) == 3
    assert n.bit_count() == 2 and x.is_integer() and x.item() == 2.0 and type(x.item()) is float
    assert json.dumps([x.item(), n.item()]) == "[2.0, 3]"
    assert (2.0 + x, 2 - n, x**2, -x, abs(-x)) == (4.0, -1, 4.0, -2.0, 2.0)


@pytest.mark.parametrize("form", ["", ".3f", "8.2e", "g", "+.1%", ">12", ",.2f"])
def test_format_of_floats(form: str) -> None:
    assert f"{np.float64(1234.5678):{form}}" == f"{numpy.float64(1234.5678):{form}}"
    assert f"{matrix()[0, 1]:{form}}" == f"{X[0, 1]:{form}}"


@pytest.mark.parametrize("form", ["", "d", "05d", "x", ",", "3"])
def test_format_of_ints(form: str) -> None:
    assert f"{np.int64(42):{form}}" == f"{numpy.int64(42):{form}}"


def test_text_equals_numpys() -> None:
    for mine, theirs in (
        (np.float64(0.1), numpy.float64(0.1)),
        (np.int8(3), numpy.int8(3)),
        (np.array(2.5), numpy.array(2.5)),
        (matrix()[0] > 1, X[0] > 1),
        ((matrix()[0] > 1)[0], (X[0] > 1)[0]),
        (matrix(), X),
        (matrix("complex64"), X.astype("complex64")),
    ):
        assert (repr(mine), str(mine), f"{mine!s}") == (repr(theirs), str(theirs), f"{theirs!s}")


def test_isinstance_against_the_scalar_types() -> None:
    x, n, flag = np.float32(1), np.int64(1), np.array([True])[0]
    assert isinstance(x, np.floating) and isinstance(x, np.generic) and isinstance(x, np.float32)
    assert isinstance(n, np.integer) and isinstance(n, np.signedinteger) and not isinstance(n, np.floating)
    assert isinstance(flag, np.bool_) and not isinstance(flag, np.number)
    assert isinstance(numpy.float32(1), np.floating)  # NumPy's own scalars pass too
    assert not isinstance(matrix(), np.generic) and not isinstance(x, np.ndarray)
    assert issubclass(np.float64, np.floating)
    assert numpy.dtype(np.float32) == numpy.dtype("float32") == x.dtype
    assert np.float32 == numpy.float32


def test_traced_scalars_are_not_python_numbers() -> None:
    for convert in (float, int, bool, complex, range, lambda x: [1, 2, 3][x]):
        with pytest.raises((TypeError, ValueError)):
            tf.function(lambda x, convert=convert: convert(x[0]) and x, autograph=False)(np.array([1, 2]))


class Column:
    """A class with ufuncs of its own, as a column of a data frame is."""

    def __init__(self, values):
        self.values = values

    def __array_ufunc__(self, ufunc, method, *inputs, **options):
        inputs = [i.values if isinstance(i, Column) else i for i in inputs]
        return Column(getattr(ufunc, method)(*inputs, **options))


@pytest.mark.parametrize(
    "call",
    [
        lambda a, column: np.sqrt(column),
        lambda a, column: np.add(a, column),
        lambda a, column: a + column,
        lambda a, column: numpy.add(column, a),
        lambda a, column: np.add(a, column, dtype="float32"),
    ],
)
def test_ufuncs_are_left_to_a_class_that_has_its_own(call):
    a, values = np.arange(3.0), numpy.arange(3.0)
    found, expected = call(a, Column(values)), call(values, Column(values))
    assert type(found) is type(expected) is Column
    numpy.testing.assert_array_equal(numpy.asarray(found.values), expected.values)
