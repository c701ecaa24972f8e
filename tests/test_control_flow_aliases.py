"""Names of which it is unknown while tracing what array they mean: NumPy's result, or an error."""

from __future__ import annotations

import numpy
import pytest
import tensorflow as tf
from test_control_flow_rolling import same

import tnp_shim as np
from tnp_shim.errors import LostWriteError

A = numpy.array([1.0, 2.0, 3.0])


def exchanged(np, a):
    u = a.copy()
    v = u + 1.0
    while u.sum() < 100.0:
        v[1:] = u[1:] * 2.0
        u, v = v, u
    v[0] = 3.0
    return u, v


def bound_to_the_other(np, a):
    u = a.copy()
    v = a + 1.0
    while u.sum() < 100.0:
        u = v
        v = v * 2
    u[0] = 50.0
    return u, v


def chosen_and_written_to(np, a):
    u = a.copy()
    v = a + 1.0
    if a.sum() > 0:
        u = v
    u[0] = 50.0
    return u


def rows_that_are_written(np, a):
    table = np.zeros((5, 3))
    i = 0
    total = 0.0
    while i + total * 0 < 4:
        row = table[i]
        row[0] = i + 1.0
        table[i + 1] = row * 2
        total = total + row.sum()
        i += 1
    return table, total


def new_arrays(np, a):
    x = a.copy()
    old = x
    while x.sum() < 1000.0:
        old = x
        x = x * 1.5
        x[0] = 1.0
    return x, old


def best_of_many(np, a):
    best = a * 0.0
    k = 0
    while best.sum() < 5.0:
        trial = a * k
        if trial.sum() > best.sum():
            best = trial
        trial = trial + 1.0
        k += 1
    return best, trial


RIGHT = [
    exchanged,
    bound_to_the_other,
    chosen_and_written_to,
    rows_that_are_written,
    new_arrays,
    best_of_many,
]


def another_name_of_the_first(np, a):
    u = a.copy()
    first = u
    while u.sum() < 100.0:
        u[0] = 7.0
        u = u * 2.0
    return u, first


def another_name_of_what_is_exchanged(np, a):
    u = a.copy()
    v = u + 1.0
    first = u
    while u.sum() < 100.0:
        v[:] = u * 2.0
        u, v = v, u
    return u * 1.0, v * 1.0, first * 1.0


def two_names_of_a_new_array(np, a):
    u = a.copy()
    w = u
    while u.sum() < 100.0:
        u = u * 2.0
        w = u
    w[0] = 50.0
    return u + w


def the_array_of_a_branch(np, a):
    u = a.copy()
    v = a + 1.0
    if a.sum() > 0:
        u = v
    u[0] = 50.0
    return u * 1.0, v * 1.0


def a_branch_in_a_loop(np, a):
    x = a.copy()
    best = a * 2
    for i in range(30):
        if a[0] > i:
            best = x
    best[0] = 99.0
    return best * 1.0, x * 1.0


def a_row_for_some_time(np, a):
    table = np.ones((5, 3))
    row = table[0]
    total = 0.0
    while total < 20.0:
        if total > 3:
            row = table[1]
        total = total + row.sum()
        table[1, 0] = total
    return table


def a_row_after_the_loop(np, a):
    table = np.ones((5, 3))
    i = 0
    while table[i, 0] > 0 and i < 3:
        row = table[i]
        row[0] = 5.0
        i += 1
    row[1] = 8.0
    return table * 1.0


def written_in_a_branch(np, a):
    u = a.copy()
    v = a + 1.0
    if a.sum() > 0:
        u = v
    if a[0] > 0:
        u[0] = 50.0
    return v * 1.0


def written_in_a_later_loop(np, a):
    u = a.copy()
    v = a + 1.0
    if a.sum() > 0:
        u = v
    total = 0.0
    for i in range(20):
        total = total + v.sum()
        u[0] = i
    return total


UNKNOWN = [
    another_name_of_the_first,
    another_name_of_what_is_exchanged,
    two_names_of_a_new_array,
    the_array_of_a_branch,
    a_branch_in_a_loop,
    a_row_for_some_time,
    a_row_after_the_loop,
    written_in_a_branch,
    written_in_a_later_loop,
]


@pytest.mark.parametrize("program", RIGHT, ids=lambda f: f.__name__)
def test_what_is_not_in_doubt(program):
    same(tf.function(lambda a: program(np, a.copy()))(np.array(A)), program(numpy, A.copy()))


@pytest.mark.parametrize("program", UNKNOWN, ids=lambda f: f.__name__)
def test_what_is_in_doubt_is_an_error(program):
    program(np, np.array(A))
    with pytest.raises(LostWriteError, match=r"test_control_flow_aliases.py:\d+: .* may have another name"):
        tf.function(lambda a: program(np, a.copy()))(np.array(A))


def test_the_condition_may_be_a_tensor():
    @tf.function
    def chosen(t, a):
        v, w = a * 1.0, a * 2.0
        if t > 0:
            u = v
            w = w + 1.0
        else:
            u = w
        u[0] = 50.0
        return u * 1.0 if t > 5 else v * 1.0

    with pytest.raises(LostWriteError, match="may have another name"):
        chosen(tf.constant(1.0), np.array(A))


def maybe_doubled(x, doubled):
    if doubled:
        x = x * 2.0
    x[0] = 0.0
    return x + 1.0


@pytest.mark.parametrize("function", [tf.function, np.function], ids=["tf.function", "tnp_shim.function"])
def test_arguments_are_other_names(function):
    with pytest.raises(LostWriteError, match="may have another name"):
        function(maybe_doubled)(np.array(A), np.array(True))


def test_a_function_may_write_to_a_new_array():
    @np.function
    def doubled_often(x):
        while x.sum() < 50.0:
            x = x * 2.0
            x[0] = 1.0
        return x + 0.0

    a = np.array(A)
    assert doubled_often(a).tolist() == [1.0, 32.0, 48.0]
    assert a.tolist() == A.tolist()
