"""What the public array API test suite found: each fault as a small test of its own.

docs/array_api.md tells how to run the suite itself, which is not part of the project.
"""

from __future__ import annotations

import inspect

import numpy
import pytest
import tensorflow as tf
from differential import raises, same
from traced import gradients_agree

import tnp_shim

NAMES = ("bool", "uint8", "int8", "int64", "float32", "float64", "complex64", "complex128")


@pytest.mark.parametrize("name", NAMES)
def test_dtypes_and_scalar_types_are_equal_from_both_sides(name):
    ours, numpys = getattr(tnp_shim, name), getattr(numpy, name)
    for other in (numpy.dtype(name), numpys, ours):
        assert ours == other and other == ours
        assert (ours != other, other != ours) == (False, False)
    assert numpy.dtype(name) in (tnp_shim.uint16, ours)
    for other in (numpy.dtype("uint16"), tnp_shim.uint16, numpy.uint16, name, None):
        assert ours != other and other != ours
    assert tnp_shim.integer != numpy.dtype("int64")


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize(
    "kind", ["bool", "integral", "unsigned integer", "real floating", "numeric", ("bool", "complex floating")]
)
def test_isdtype_takes_our_scalar_types(name, kind):
    expected = numpy.isdtype(numpy.dtype(name), kind)
    for dtype in (getattr(tnp_shim, name), getattr(numpy, name), numpy.dtype(name)):
        assert tnp_shim.isdtype(dtype, kind) is expected


def test_isdtype_takes_our_scalar_types_as_kinds():
    assert tnp_shim.isdtype(tnp_shim.uint8, tnp_shim.uint8)
    assert tnp_shim.isdtype(numpy.dtype("uint8"), ("bool", tnp_shim.uint8))
    assert not tnp_shim.isdtype(tnp_shim.uint8, numpy.int8)
    raises(lambda np, x: np.isdtype(np.float64, "nonsense"), numpy.ones(1))
    raises(lambda np, x: np.isdtype("float64", "numeric"), numpy.ones(1))


SHAPES = ((2,) * 10, (1,) * 32, (2, 1, 3) + (1,) * 6, (2, 1, 1, 2, 1, 3, 1, 1, 2, 1, 1))
INDICES = {
    "one element": lambda x: (0,) * x.ndim,
    "the last element": lambda x: (-1,) * x.ndim,
    "the first axis": lambda x: -1,
    "the last axis": lambda x: (..., 0),
    "every other axis": lambda x: (slice(None), 0) * (x.ndim // 2),
    "slices": lambda x: (slice(None, None, -1), slice(0, 1)) * (x.ndim // 2),
    "an empty slice": lambda x: (..., slice(1, 1), 0),
    "a new axis": lambda x: (0, None, ..., 0),
}


@pytest.mark.parametrize("shape", SHAPES, ids=lambda shape: f"{len(shape)} axes, {numpy.prod(shape)}")
@pytest.mark.parametrize("index", INDICES.values(), ids=INDICES)
def test_basic_indices_of_many_axes(shape, index):
    x = numpy.arange(numpy.prod(shape), dtype="float64").reshape(shape)
    same(lambda np, x: x[index(x)] + 0, x)

    def written(np, x):
        x[index(x)] = 7.0
        x[index(x)] -= x[index(x)] * 2.0
        return x.ravel()

    same(written, x)


@pytest.mark.parametrize("xla", [False, True])
def test_basic_indices_of_many_axes_in_graphs(xla):
    x = numpy.arange(1024.0).reshape((2,) * 10)

    def part(x):
        x = x.copy()
        x[(slice(None), 0) * 5] *= 3.0
        return x[(0, slice(None, None, -1)) * 5].ravel(), x.ravel()

    compiled = tf.function(lambda t: part(tnp_shim.asarray(t)), jit_compile=xla, autograph=False)
    for mine, numpys in zip(compiled(tf.constant(x)), part(x), strict=True):
        numpy.testing.assert_array_equal(numpy.asarray(mine), numpys)


def test_gradients_of_basic_indices_of_many_axes():
    gradients_agree(lambda x: x.reshape((2, 1) * 5)[(slice(None), 0) * 5] * 2.0, numpy.linspace(0.5, 1.5, 32))

    def written(x):
        whole = tnp_shim.ones((2,) * 10)
        whole[(0, slice(None)) * 4 + (0, 0)] = x.reshape((2,) * 4)
        return whole[(slice(None), 0) * 5].sum() * x

    gradients_agree(written, numpy.linspace(0.5, 1.5, 16))


def test_an_index_out_of_many_axes_is_refused():
    raises(lambda np, x: x[(0,) * 9 + (2,)], numpy.zeros((2,) * 10))
    raises(lambda np, x: x[(0,) * 11], numpy.zeros((2,) * 10))


def test_dlpack_tells_its_parameters():
    x = tnp_shim.arange(3.0)
    assert inspect.signature(x.__dlpack__) == inspect.signature(numpy.arange(3.0).__dlpack__)
    raises(lambda np, x: x.__dlpack__(stream=1), numpy.ones(2))
    raises(lambda np, x: x.__dlpack__(dl_device=(2, 0)), numpy.ones(2))
    numpy.testing.assert_array_equal(numpy.from_dlpack(x), numpy.arange(3.0))
