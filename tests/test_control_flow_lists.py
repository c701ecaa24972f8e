"""Loops that append to lists: rolled where the list is for nothing else, else unrolled."""

from __future__ import annotations

import numpy
import pytest
import tensorflow as tf
from test_control_flow_rolling import same

import tnp_shim as np
from tnp_shim import control_flow

A = numpy.array([1.0, 2.0, 3.0])


def sums(np, a):
    out = []
    x = a.copy()
    for i in range(30):
        x[0] += i
        out.append(x.sum())
    return np.array(out)


def two_lists(np, a):
    ms, es = [0.5], []
    x = a.copy()
    for i in range(30):
        ms.append(x.max())
        es.append((x.min(), i))
        x = x * 1.1
        ms.append(x.mean())
    return np.array(ms), np.array(es), np.array(len(ms))


def states(np, a):
    ys = []
    y = a.copy()
    for _ in range(30):
        ys.append(y)
        if y[0] > 3:
            y = y - 1.0
        y = y * 1.1
    ys.append(y)
    return np.array(ys), y


def written_before_the_next(np, a):
    ys = []
    y = a.copy()
    for _ in range(30):
        y = y * 1.5
        ys.append(y)
        y[0] = 1.0
    y[1] = 100.0
    return np.array(ys), y


def by_a_function(np, a):
    ys = []

    def log(v):
        ys.append(v)

    for row in np.outer(np.arange(30.0), a):
        log(row.sum() * 2.0)
    return np.array(ys)


def nested(np, a):
    ys = []
    for i in range(20):
        for j in range(20):
            ys.append(a[0] * i + j)
    return np.array(ys)


def numbers(np, a):
    ys = []
    t = 0.0
    for i in range(30):
        a = a * 1.0
        ys.append(t)
        ys.append(i)
        t += 0.5
    return np.array(ys) * a[0]


ROLLED = [sums, two_lists, states, written_before_the_next, by_a_function, nested, numbers]


def its_length(np, a):
    ys = []
    for _ in range(30):
        ys.append(a.sum() * len(ys))
    return np.array(ys)


def its_last(np, a):
    ys = [a[0]]
    for _ in range(30):
        ys.append(ys[-1] * 0.5)
    return np.array(ys)


def by_another_name(np, a):
    ys = zs = []
    for _ in range(30):
        ys.append(a[0] * len(zs))
    return np.array(ys)


def by_a_function_that_reads(np, a):
    ys = []

    def count():
        return len(ys)

    for _ in range(30):
        ys.append(a[0] * count())
    return np.array(ys)


def in_an_object(np, a):
    state = {"ys": []}
    for _ in range(30):
        state["ys"].append(a[0] * len(state["ys"]))
    return np.array(state["ys"])


def one_array(np, a):
    ys = []
    y = a.copy()
    for _ in range(30):
        y[0] += 1
        ys.append(y)
    return np.array(ys)


def written_in_the_next(np, a):
    ys = []
    y = a.copy()
    for _ in range(30):
        y[0] = 7.0
        y = y * 1.5
        ys.append(y)
    return np.array(ys), y


def rows(np, a):
    table = np.zeros((30, 3))
    ys = []
    for i in range(30):
        table[i] = i
        ys.append(table[i])
    table[:] = 1
    return np.array(ys)


def other_changes(np, a):
    ys = [1.0, 2.0]
    for i in range(30):
        ys.append(a[0] * i)
        ys.pop(0)
    return np.array(ys)


def of_lists(np, a):
    ys = []
    for i in range(20):
        ys.append([a[0] * i, a[1]])
    ys[0].append(a[2])
    return ys[0][2], np.array(ys[1:])


UNROLLED = [
    its_length,
    its_last,
    by_another_name,
    by_a_function_that_reads,
    in_an_object,
    one_array,
    written_in_the_next,
    rows,
    other_changes,
    of_lists,
]


@pytest.mark.parametrize("program", [*ROLLED, *UNROLLED], ids=lambda f: f.__name__)
def test_programs_give_numpys_results(program):
    with control_flow.decisions() as log:
        mine = tf.function(lambda a: program(np, a.copy()))(np.array(A))
    same(mine, program(numpy, A.copy()))
    loops = [made.decision for made in log if made.kind == "for"]
    assert ("rolled" in loops) == (program in ROLLED)


@pytest.mark.parametrize("program", [two_lists, states], ids=lambda f: f.__name__)
def test_under_xla(program):
    same(
        tf.function(lambda a: program(np, a.copy()), jit_compile=True)(np.array(A)), program(numpy, A.copy())
    )


def test_slopes():
    def total(np, a):
        ys, y = states(np, a)
        return (ys * ys).sum() + y[0]

    @tf.function
    def slope(a):
        with tf.GradientTape() as tape:
            tape.watch(a)
            y = total(np, a)
        return tape.gradient(y, a)

    found = slope(np.array(A))
    for k in range(3):
        step = 1e-6 * numpy.eye(3)[k]
        measured = (total(numpy, A + step) - total(numpy, A - step)) / 2e-6
        assert abs(found[k] - measured) < 1e-5 * abs(measured)
