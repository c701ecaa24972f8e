"""Writes at an index that the same branch or loop changes: AutoGraph takes `a[i]` for a variable."""

from __future__ import annotations

import numpy
import pytest
import tensorflow as tf

import tnp_shim as np


def branches(a, t):
    way = a.copy()
    i = 0
    if t > 0:
        i = 1
        way[i] = 50.0
    else:
        way[i] = 20.0
        i = 2
    return way, i + 0 * t


def until(a, t):
    way = a.copy()
    i = 0
    while way[i] < t:
        i += 1
        way[i] = way[i] + 10.0
    return way, i + 0 * t


def now_and_then(a, t):
    way = a.copy()
    i = 0
    for _ in range(20):
        if way[i] < t and i < 3:
            i += 1
            way[i] = way[i] + 10.0
    return way, i + 0 * t


def before_and_after(a, t):
    way = a.copy()
    i = 0
    while i < 3:
        if t > way[i]:
            way[i], i = way[i] * 2, i + 1
        else:
            i += 1
            way[i] -= 1
    return way, i + 0 * t


def gathered(a, t):
    way = np.zeros_like(a) if isinstance(a, np.ndarray) else numpy.zeros_like(a)
    i = 0
    for v in a:
        if v > t:
            way[i] = v
            i += 1
    return way, i + 0 * t


@pytest.mark.parametrize("limit", [0, 16])
@pytest.mark.parametrize("program", [branches, until, now_and_then, before_and_after, gathered])
def test_writes_go_where_the_index_was(program, limit):
    a = numpy.array([1.0, 2.0, 3.0, 4.0])
    compiled = tf.function(program)
    for t in (-1.0, 2.0, 3.0, 12.5):
        theirs = program(a, numpy.float64(t))
        with np.config.unroll_limit(limit):
            way, i = compiled(np.array(a), np.array(t))
        numpy.testing.assert_array_equal(way, theirs[0])
        assert i == theirs[1]
