"""The body of every ufunc on every loop, at hard values and random ones, against NumPy."""

from __future__ import annotations

import numpy
import pytest
import tensorflow as tf
from elementwise_cases import CASES, ROW_OF, arguments_of, disagreements

from tnp_shim.ufuncs_table import ROWS


def results_of(name: str, arguments: list) -> list:
    results = ROW_OF[name].body(*arguments)
    return list(results) if isinstance(results, tuple) else [results]


def test_every_ufunc_has_a_row():
    generalised = {numpy.matmul, numpy.vecdot, numpy.matvec, numpy.vecmat}
    public = [getattr(numpy, name) for name in dir(numpy)]
    assert {row.numpy for row in ROWS} == {u for u in public if isinstance(u, numpy.ufunc)} - generalised
    assert len({row.numpy for row in ROWS}) == len(ROWS)
    assert [row.numpy.__name__ for row in ROWS if row.gap] == ["isnat"]


@pytest.mark.parametrize("name", ROW_OF)
def test_values_eagerly(name):
    wrong = []
    for loop in (loop for case, loop in CASES if case == name):
        arguments = arguments_of(name, loop)
        results = [result.numpy() for result in results_of(name, [*map(tf.constant, arguments)])]
        wrong += disagreements(name, loop, results, arguments)
    assert not wrong
