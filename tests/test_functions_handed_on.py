"""What is NumPy's own in our namespace: what it is, how it meets arrays of ours, and what is missing."""

from __future__ import annotations

import importlib

import numpy
import pytest
import tensorflow as tf
from differential import raises, same

import tnp_shim as np
from tnp_shim.errors import UnknownValueError, UnsupportedError
from tnp_shim.functions.handed_on import GAPS, HANDED_ON

PENDING = {"random"}
"""Modules that are still to come."""


def test_every_name_is_there_or_missing_for_a_reason():
    missing = {name for name in numpy.__all__ if not hasattr(np, name)}
    assert missing <= {*GAPS, *PENDING}
    assert not {name for name in numpy.__all__ if hasattr(np, name) and name not in np.__all__}
    for name in GAPS:
        with pytest.raises(AttributeError, match="pytest"):
            getattr(np, name)


@pytest.mark.parametrize("name", sorted(HANDED_ON))
def test_objects_are_numpys(name):
    assert getattr(np, name) is getattr(numpy, name)
    assert HANDED_ON[name]


def test_dates_text_and_objects_stay_in_numpys_arrays():
    for values, dtype in ((["a", "b"], np.str_), ([b"a"], np.bytes_), (["2020-01-01"], np.datetime64)):
        assert type(np.array(values, dtype)) is numpy.ndarray
    for dtype in (object, np.longdouble, np.clongdouble, [("x", np.int64), ("y", np.float32)]):
        assert type(np.array([1, 2], dtype)) is numpy.ndarray
    same(lambda np: np.busday_count("2024-01-01", np.datetime64("2024-02-01")).item())
    same(lambda np: np.datetime_as_string(np.datetime64("2024-01-01")).item())
    same(lambda np: np.strings.upper(np.array(["a", "b"])).tolist())
    same(lambda np: np.char.add("a", "b").item())
    same(lambda np: np.isnat(np.datetime64("NaT")).item())
    same(lambda np: np.rec.fromarrays([[1, 2], [3.0, 4]], names="x,y").x.tolist())


@pytest.mark.parametrize(
    "other",
    [
        numpy.array(["a"]),
        numpy.datetime64("2020-01-01"),
        numpy.timedelta64(1, "D"),
        numpy.array([None]),
        numpy.longdouble(1),
        numpy.zeros(1, [("x", "f8")]),
    ],
    ids=lambda other: str(other.dtype),
)
def test_mixing_them_with_ours_is_refused(other):
    joined = numpy.atleast_1d(other)
    for operation in (lambda a: a + other, lambda a: other + a, lambda a: np.concatenate([a, joined])):
        # NumPy, which is asked first, has no common dtype of numbers and dates either
        with pytest.raises((UnsupportedError, TypeError), match="held by a tensor|could not be promoted"):
            operation(np.ones(1))


@pytest.mark.filterwarnings("ignore:the matrix subclass:PendingDeprecationWarning")
def test_matrices_are_numpys():
    values = [[1, 2], [3, 4]]
    assert type(np.asmatrix(values)) is numpy.matrix is np.matrix
    assert type(np.bmat([[numpy.eye(2)], [numpy.eye(2)]])) is numpy.matrix
    for refused in (lambda a: np.asmatrix(a), lambda a: np.bmat([[a], [a]])):
        with pytest.raises(UnsupportedError, match="numpy.matrix"):
            refused(np.array(values))
    raises(lambda np: np.asmatrix([[[1]]]))


def test_masked_arrays_are_numpys_and_take_ours():
    masked = np.ma.masked_greater(np.arange(4.0), 2)
    assert type(masked) is numpy.ma.MaskedArray and masked.sum() == 3
    assert np.asarray(masked.filled(0)).tolist() == [0, 1, 2, 0]
    with pytest.raises(UnknownValueError):
        tf.function(lambda x: np.ma.array(np.asarray(x)), autograph=False)(tf.ones(2))


def test_submodules_can_be_imported():
    for name in (
        "lib",
        "lib.stride_tricks",
        "lib.array_utils",
        "lib.scimath",
        "lib.format",
        "testing",
        "emath",
    ):
        module = importlib.import_module(f"tnp_shim.{name}")
        path = np
        for part in name.split("."):
            path = getattr(path, part)
        assert module is path
        theirs = importlib.import_module(f"numpy.{name}" if name != "emath" else "numpy.lib.scimath")
        names = getattr(theirs, "__all__", [])
        assert set(names) <= set(dir(module)) and all(hasattr(module, one) for one in names)
    assert np.lib.NumpyVersion is numpy.lib.NumpyVersion
    assert np.lib.mixins.NDArrayOperatorsMixin is numpy.lib.mixins.NDArrayOperatorsMixin
    with pytest.raises(AttributeError):
        _ = np.lib.no_such_thing


EQUAL = (
    ("assert_equal", ([1.0, 2], [1.0, 2])),
    ("assert_array_equal", ([1.0, 2], [1.0, 2])),
    ("assert_allclose", ([1.0, 2], [1.0, 2 + 1e-9])),
    ("assert_almost_equal", ([1.0, 2], [1.0, 2 + 1e-9])),
    ("assert_array_almost_equal", ([1.0, 2], [1.0, 2 + 1e-9])),
    ("assert_array_less", ([1.0, 2], [1.5, 3])),
    ("assert_array_almost_equal_nulp", ([1.0, 2], [1.0, 2])),
    ("assert_array_max_ulp", ([1.0, 2], [1.0, 2])),
    ("assert_approx_equal", (1.5, 1.5 + 1e-9)),
)


@pytest.mark.parametrize(("name", "arguments"), EQUAL)
def test_assertions_take_arrays_of_ours(name, arguments):
    first, second = map(numpy.asarray, arguments)
    same(lambda np, x, y: getattr(np.testing, name)(x, y) and None, first, second)
    raises(lambda np, x, y: getattr(np.testing, name)(y + 9, x), first, second)


def test_assertions_look_into_lists_and_dicts():
    made = {"x": [np.arange(2), np.float64(3)], "y": (np.ones(1),)}
    np.testing.assert_equal(made, {"x": [numpy.arange(2), 3.0], "y": (numpy.ones(1),)})
    with pytest.raises(AssertionError):
        np.testing.assert_equal(made, {"x": [numpy.arange(2), 4.0], "y": (numpy.ones(1),)})
    assert np.testing.assert_raises is numpy.testing.assert_raises
    with pytest.raises(UnknownValueError, match="np.testing.assert_equal"):
        tf.function(lambda x: np.testing.assert_equal(np.asarray(x), 1.0), autograph=False)(tf.ones(2))


def test_settings_are_numpys():
    with np.errstate(divide="call"):
        assert np.seterrcall(None) is np.geterrcall() is None
    assert np.getbufsize() == numpy.getbufsize()
    assert np.get_include() == numpy.get_include()
    assert np.version.version == numpy.__version__
    assert all(getattr(np.dtypes, name) is getattr(numpy.dtypes, name) for name in numpy.dtypes.__all__)
