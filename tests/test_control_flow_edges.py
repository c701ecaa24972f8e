"""Loops in which Python's names, objects and numbers matter: rolled or not, the result is NumPy's."""

from __future__ import annotations

import numpy
import pytest
import tensorflow as tf
from test_control_flow_rolling import same

import tnp_shim as np

X = numpy.linspace(-1, 2, 24)


def nonlocal_counter(np, x):
    k = 0
    a = x.copy()

    def bump(i):
        nonlocal k
        k += 1
        a[i] += k

    for i in range(20):
        bump(i)
    return a, k


def none_first(np, x):
    best = None
    for i in range(20):
        v = x[i] * x[i]
        if best is None or v > best:
            best = v
    return best


def two_names_of_one_array(np, x):
    u = v = x.copy()
    for _ in range(20):
        u = v = u + 1.0
        u[0] = 5.0
    return u, v


def row_that_is_written_later(np, x):
    A = np.zeros((20, 3))
    row = A[0]
    for i in range(20):
        row[1] = i
        row = A[i]
    row[2] = 7
    return A, row


def state_in_a_tuple(np, x):
    state = (x.copy(), 0.0, 1)
    for _ in range(20):
        u, t, k = state
        state = (u * 0.5 + t, t + 0.5, k + 1)
    return state


def nested_break_and_continue(np, x):
    tot = 0.0
    for i in range(20):
        if i % 3 == 0:
            continue
        for j in range(20):
            if j > i:
                break
            if x[j] < 0:
                continue
            tot += x[j]
    return tot


def while_in_for(np, x):
    c = np.zeros(20)
    for i in range(20):
        v = x[i] * 10
        n = 0
        while v > 1:
            v = v / 2
            n += 1
        c[i] = n
    return c


def integers_in_place(np, x):
    a = np.arange(24)
    for i in range(1, 24):
        a[i] = (a[i] + a[i - 1] * 3) % 7
        a[-1] += i // 2
    return a


def out_sort_and_fill(np, x):
    a = x.copy()
    b = np.zeros(24)
    for i in range(18):
        np.add(a, b, out=b)
        a.sort()
        a *= -1.0
        b[i:].fill(i)
    return a, b


def backwards_sum(np, x):
    s = 0
    for i in range(22, 0, -2):
        s += x[i]
    n = 0
    for i in range(20):
        n += i
    return s, n * x[0], x.astype(np.float32) * n


def return_from_nested_loops(np, x):
    for i in range(20):
        for j in range(20):
            if x[i] + x[j] > 1.5:
                return i, j, x[i] * x[j]
    return -1, -1, x[0]


def list_of_arrays(np, x):
    parts = [x * k for k in range(20)]
    tot = x * 0
    for i in range(20):
        tot = tot + parts[i]
    return tot


def exchange_in_a_branch(np, x):
    u = x.copy()
    v = -x
    for i in range(20):
        if x[i] > 0:
            u[i] = v[i]
        else:
            u, v = v, u
    return u, v


def while_of_known_count(np, x):
    i = 0
    a = x.copy()
    while i < 20:
        a[i] *= 2
        i += 1
    return a, i


def sizes_by_the_index(np, x):
    tot = 0.0
    for i in range(20):
        tot += np.ones(i).sum()
    return tot, i


def flags(np, x):
    found = False
    where = -1
    for i in range(24):
        if not found and x[i] > 0.5:
            found = True
            where = i
    return found, where


def object_with_a_step(np, x):
    class S:
        def __init__(s):
            s.u = x.copy()
            s.t = 0.0

        def step(s, i):
            s.u = s.u + s.t
            s.u[i] = 0.0

    s = S()
    for i in range(20):
        s.step(i)
    return s.u


def complex_numbers(np, x):
    z = 0j
    w = x.astype(np.complex64)
    for _ in range(20):
        z = z * z * 0.5 + (0.1 + 0.2j)
        w = w + z
    return z, w


def with_statement(np, x):
    a = x.copy()
    for i in range(20):
        with np.errstate(all="ignore"):
            a[i] = a[i] / 2
    return a


def three_branches(np, x):
    a = x.copy()
    for i in range(24):
        if a[i] < 0:
            a[i] = 0
        elif a[i] < 1:
            a[i] **= 2
        else:
            a[i] = np.sqrt(a[i])
    return a


def arithmetic_of_the_index(np, x):
    a = np.zeros(24)
    b = np.zeros(24, dtype=np.int32)
    for i in range(20):
        a[i // 2] += i / 4 + i**2
        b[i] = (i << 1) ^ 3
    return a, b


def zip_of_ranges(np, x):
    a = x.copy()
    for i, j in zip(range(0, 20), range(20, 0, -1), strict=True):
        a[i] += j
    for i in range(17):
        a = np.where(a > i, a, a + 1)
    return a


PROGRAMS = [
    nonlocal_counter,
    none_first,
    two_names_of_one_array,
    row_that_is_written_later,
    state_in_a_tuple,
    nested_break_and_continue,
    while_in_for,
    integers_in_place,
    out_sort_and_fill,
    backwards_sum,
    return_from_nested_loops,
    list_of_arrays,
    exchange_in_a_branch,
    while_of_known_count,
    sizes_by_the_index,
    flags,
    object_with_a_step,
    complex_numbers,
    with_statement,
    three_branches,
    arithmetic_of_the_index,
    zip_of_ranges,
]


@pytest.mark.parametrize("program", PROGRAMS, ids=lambda f: f.__name__)
def test_programs_give_numpys_results(program):
    @tf.function
    def run(x):
        return program(np, x)

    theirs = program(numpy, X.copy())
    same(run(np.array(X)), theirs, 1e-5 if program is complex_numbers or program is backwards_sum else 1e-12)
