"""`roll`, triangles and `trim_zeros` against NumPy."""

from __future__ import annotations

import numpy
import pytest
from differential import same
from traced import agree, gradients_agree

import tnp_shim as np

ARRAYS = {
    "matrix": numpy.arange(12.0).reshape(3, 4),
    "vector": numpy.arange(5),
    "bytes": numpy.arange(24, dtype=numpy.int8).reshape(2, 3, 4),
    "empty": numpy.zeros((0, 3)),
    "bool": numpy.array([True, False]),
}
SHIFTS = [
    (1, None),
    (-2, 0),
    ((1, 2), (0, 1)),
    (1, (0, 1)),
    ((1, 2), 0),
    (7, -1),
    ((1, 1), (0, 0)),
    (numpy.array([1]), None),
    (numpy.array([1, 2]), (0, 1)),
    (1, 5),
    ([[1]], 0),
    (0, None),
    (numpy.array(2), 1),
]


@pytest.mark.parametrize("name", ARRAYS)
@pytest.mark.parametrize("shift, axis", SHIFTS)
def test_roll(name, shift, axis):
    agree("roll", ARRAYS[name], shift, axis)


@pytest.mark.parametrize("name", ARRAYS)
@pytest.mark.parametrize("k", [0, 1, -1, -7, 7])
def test_triangles(name, k):
    agree("tril", ARRAYS[name], k)
    agree("triu", ARRAYS[name], k)


def test_triangles_of_other_arrays():
    for array in (numpy.float16([[1, 2], [3, 4]]), numpy.ones((2, 3), complex), numpy.ones((60, 50)), 5):
        agree("tril", array, -1)
        agree("triu", array, 1)


def test_under_xla():
    for row in (("roll", ARRAYS["matrix"], 1, 0), ("triu", ARRAYS["matrix"], 1), ("tril", ARRAYS["bytes"])):
        agree(*row, modes=("xla",))


TRIMMED = [
    numpy.array([0, 0, 1, 0, 2, 0]),
    numpy.array([1.0, 0.0]),
    numpy.zeros(3),
    numpy.zeros((0,)),
    numpy.array([[0, 0, 0], [0, 1, 0], [0, 2, 0]]),
]


@pytest.mark.parametrize("array", TRIMMED)
@pytest.mark.parametrize("trim", ["fb", "f", "B", "x"])
def test_trim_zeros(array, trim):
    agree("trim_zeros", array, trim)
    agree("trim_zeros", array, trim, axis=-1)
    agree("trim_zeros", array, trim, axis=3)


def test_trim_zeros_of_a_list_and_as_a_view():
    assert np.trim_zeros([0, 1, 2, 0]) == [1, 2]

    def write_through(np, a):
        np.trim_zeros(a)[0] = 7
        return a

    same(write_through, numpy.array([0, 0, 1, 2, 0]))


DIFFERENTIABLE = [
    (lambda a: np.roll(a, 1, 0), [[1.0, 2.0], [3.0, 4.0]]),
    (lambda a: np.tril(a), [[1.0, 2.0], [3.0, 4.0]]),
    (lambda a: np.triu(a, 1), [[1.0, 2.0], [3.0, 4.0]]),
    (lambda a: np.tril(a, -1), [[1.0, 2.0], [3.0, 4.0]]),
    (lambda a: np.trim_zeros(a), [0.0, 2.0, 3.0]),
]


@pytest.mark.parametrize("function, points", [(row[0], row[1:]) for row in DIFFERENTIABLE])
def test_gradients(function, points):
    gradients_agree(function, *points)
