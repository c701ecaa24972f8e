"""`if`, `while`, `for` and `range` on arrays under plain tf.function: NumPy's results, effects included."""

from __future__ import annotations

import numpy
import pytest
import tensorflow as tf

import tnp_shim as np
from tnp_shim.errors import LostWriteError


def relax(np, a):
    a = a.copy()
    count = 0
    change = 1.0
    while change > 1e-3:
        before = a.copy()
        a[1:-1] = 0.5 * (a[2:] + a[:-2])
        change = np.abs(a - before).max()
        count += 1
    return a, count, change


def add_ten(b):
    b += 10.0


def branches(np, a, t):
    a = a.copy()
    alias = a
    view = a[1:]
    if t > 0 and t < 10:
        a *= 2.0
        add_ten(view)
        n = 1
    elif t < -5:
        a[0] = 7.0
        n = 0
    else:
        alias -= 1.0
        n = 2.5
    sign = a if t > 5 else -a
    return a, alias, view, n, sign


def swaps(np, a, n):
    u = a.copy()
    v = a * 0.0
    total = 0.0
    for i in range(n):
        u[i] = v[i] + i
        u, v = v + 1.0, u
        total += i * 0.5
        if total > 4.0:
            break
    return u, v, total


def rows(np, a, n):
    total = 0.0
    for i in range(n):
        for j in range(i):
            total = total + a[i] * a[j]
    return total


def early_return(np, a, t):
    if t > 0:
        return a + 1.0
    return a - 1.0


def loop_that_breaks(np, a, t):
    a = a.copy()
    for _ in range(20):
        a = a * 2.0
        if a.max() > t:
            break
    return a


X = numpy.array([1.0, 2.0, -3.0, 0.5, 4.0, 9.0])
PROGRAMS = [
    (relax, (X,)),
    *((branches, (X, numpy.array(t))) for t in (3.0, -7.0, 0.0, 7.0, 30.0)),
    *((swaps, (X, numpy.array(n))) for n in (0, 1, 4, 6)),
    *((rows, (X, numpy.array(n))) for n in (0, 1, 5)),
    *((early_return, (X, numpy.array(t))) for t in (1.0, -1.0)),
    *((loop_that_breaks, (X, numpy.array(t))) for t in (1.0, 100.0, 1e9)),
]


def _same(ours, theirs) -> None:
    ours = ours if isinstance(ours, tuple) else (ours,)
    theirs = theirs if isinstance(theirs, tuple) else (theirs,)
    for mine, its in zip(ours, theirs, strict=True):
        numpy.testing.assert_allclose(numpy.asarray(mine), its, rtol=1e-14)
        if not isinstance(its, (int, float)):
            assert mine.dtype == its.dtype


@pytest.mark.parametrize(("program", "args"), PROGRAMS)
@pytest.mark.parametrize("mode", ["eager", "graph", "xla", "unknown"])
def test_programs_give_numpys_results(program, args, mode):
    theirs = program(numpy, *(a.copy() if a.ndim else a[()] for a in args))
    arrays = [np.array(a) for a in args]
    if mode == "eager":
        _same(program(np, *arrays), theirs)
        return
    specs = [np.ArraySpec([None] * a.ndim, a.dtype) for a in args]
    options = {"jit_compile": mode == "xla", "input_signature": specs if mode == "unknown" else None}

    def run(*arrays):
        return program(np, *arrays)

    _same(tf.function(run, **options)(*arrays), theirs)


def test_gradients_flow_through_branches_and_loops():
    x = np.array(X)
    run = tf.function(lambda a, t: branches(np, a, t)[0])
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = run(x, np.array(3.0))
    numpy.testing.assert_array_equal(tape.gradient(y, x), numpy.full(6, 2.0))


def test_loops_over_unknown_lengths():
    @tf.function(input_signature=[np.ArraySpec([None, 2], "float64")])
    def run(a):
        total = np.zeros(2)
        for row in a:
            total += row
        return total

    numpy.testing.assert_array_equal(run(np.array(X.reshape(3, 2))), X.reshape(3, 2).sum(axis=0))


def test_a_write_that_would_be_lost_is_refused():
    a = np.zeros(3)

    @tf.function
    def run(x):
        a[0] = x
        return a

    with pytest.raises(LostWriteError, match=r"test_control_flow\.py"):
        run(tf.constant(1.0))
    assert numpy.array_equal(a, numpy.zeros(3))


def test_tensors_alone_take_tensorflows_own_path():
    def f(x):
        n = 0
        while tf.reduce_sum(x) > 1.0:
            if x[0] > 0.5:
                x = x * 0.5
            else:
                x = x - 1.0
                x = x * 1.0
            n += 1
        return x, n

    x, n = tf.function(f)(tf.constant([4.0, 2.0]))
    assert n.dtype == tf.int32
    assert isinstance(x, tf.Tensor)
