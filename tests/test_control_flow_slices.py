"""Slices whose bounds depend on a rolled loop's index, in a plain graph and under XLA, with gradients."""

from __future__ import annotations

import numpy
import pytest
import tensorflow as tf
from program_sources import PROGRAMS, load, ours
from test_control_flow_rolling import same

import tnp_shim as np
from tnp_shim import config

A = numpy.random.default_rng(0).normal(size=(6, 6))


def elimination(np, a):
    a = a.copy()
    n = a.shape[0]
    for k in range(n - 1):
        a[k + 1 :, k] /= a[k, k] + 10
        a[k + 1 :, k + 1 :] -= np.outer(a[k + 1 :, k], a[k, k + 1 :])
    return a


def windows(np, a):
    x = a[0]
    n = len(x)
    out = np.zeros(n - 2)
    for i in range(n - 2):
        out[i] = x[i : i + 3] @ np.array([1.0, 2.0, 3.0])
    return out


def neighbours(np, a):
    n = a.shape[0]
    out = np.zeros((n, n))
    for i in range(1, n - 1):
        for j in range(1, n - 1):
            out[i, j] = (a[i - 1 : i + 2, j - 1 : j + 2] * np.ones((3, 3))).sum()
    return out


def written_windows(np, a):
    n = a.shape[0]
    out = a.copy()
    for i in range(0, n - 2):
        out[i : i + 2] += 1.0
        out[1:-1, i : i + 2] *= a[1:-1, i : i + 3].sum()
    return out


def blocks(np, a):
    n = a.shape[0]
    out = np.zeros(n // 2)
    for i in range(n // 2):
        out[i] = a[2 * i : 2 * i + 2].sum() + a[2 * i : 2 * (i + 1)].max()
    return out


def pivots(np, a):
    n = a.shape[0]
    p = 0
    for k in range(n - 1):
        p += np.argmax(np.abs(a[k:, k]))
    return p + 0.0 * a


def substitution(np, a):
    n = a.shape[0]
    x = a[0].copy()
    for i in range(n - 1, -1, -1):
        x[i] = (x[i] - a[i, i + 1 :] @ x[i + 1 :]) / (a[i, i] + 5)
    return x


def beginnings_and_ends(np, a):
    n = a.shape[0]
    x = a[0].copy()
    for i in range(n):
        x[:i] = x[:i] + a[i, :i]
        x[i:] *= 2.0
    return x


def past_the_end(np, a):
    x = a[0]
    n = len(x)
    out = np.zeros(n)
    for i in range(n):
        out[i] = x[i : i + 3].sum() + x[i - 2 : i + 1].sum()
    return out


def backwards(np, a):
    x = a[0]
    n = len(x)
    out = np.zeros(n)
    for i in range(n):
        out[i] = x[i::-1] @ a[1][: i + 1]
    return out


def mixed(np, a):
    a = a.copy()
    n = a.shape[0]
    for k in range(n - 2):
        a[k : k + 2, None, k] += a[k, k : k + 2][:, None]
        a[k, k : k + 2] *= 1.5
        a[::2, k : k + 2] -= 0.25
        a[-1, k + 1 : k + 3] = a[k : k + 3, 1][1:]
        a[k + 1 :, k : k + 2] += a[None, k + 1 :, 0:2][0]
        a[k : k + 2, k - 1] += a[n - 1 - k, 1 : k + 2].sum()
        a[k + 1 : k + 1] = 7.0
        a[n - k - 2 : n - k, ::-1] *= a[k]
    return a


PROGRAMS_OF_SLICES = [
    elimination,
    windows,
    neighbours,
    written_windows,
    blocks,
    pivots,
    substitution,
    beginnings_and_ends,
    past_the_end,
    backwards,
    mixed,
]


@pytest.mark.parametrize("program", PROGRAMS_OF_SLICES, ids=lambda f: f.__name__)
@pytest.mark.parametrize("jit", [False, True], ids=["graph", "xla"])
def test_values(program, jit):
    with config.unroll_limit(1):
        same(tf.function(lambda a: program(np, a), jit_compile=jit)(np.array(A)), program(numpy, A.copy()))


def test_windows_have_a_static_shape():
    @tf.function
    def f(a):
        total = 0
        for i in range(1, 19):
            total += len(a[i - 1 : i + 2]) * len(a[0, i : i + 9, i])
            assert a[i - 1 : i + 2, ..., i : i + 1]._cell.shape == (3, 40, 1)
            assert a[i : i + 9]._cell.shape == (None, 40, 30)
        return total

    with np.config.unroll_limit(1):
        assert f(np.zeros((20, 40, 30))) == 18 * 27


SMOOTH = [windows, neighbours, written_windows, elimination, substitution, beginnings_and_ends, backwards]
WITHOUT_XLA = [elimination, beginnings_and_ends]


@pytest.mark.parametrize("program", SMOOTH, ids=lambda f: f.__name__)
@pytest.mark.parametrize("jit", [False, True], ids=["graph", "xla"])
def test_slopes(program, jit):
    if jit and program in WITHOUT_XLA:
        pytest.skip("XLA has no gradient of broadcasts to a size that it does not know")
    weights = numpy.random.default_rng(1).normal(size=program(numpy, A.copy()).shape)
    direction = numpy.random.default_rng(2).normal(size=A.shape)

    @tf.function(jit_compile=jit)
    def slope(a):
        with tf.GradientTape() as tape:
            tape.watch(a)
            y = (program(np, a) * weights).sum()
        return (tape.gradient(y, a) * direction).sum()

    def total(a):
        return (program(numpy, a) * weights).sum()

    with config.unroll_limit(1):
        found = float(slope(np.array(A)))
    measured = (total(A + 1e-6 * direction) - total(A - 1e-6 * direction)) / 2e-6
    assert abs(found - measured) < 1e-5 * max(1, abs(measured))


@pytest.mark.parametrize("name", ["lu_by_loops", "convolutional_net", "image_filters"])
def test_programs_with_rolled_loops_under_xla(name):
    called = PROGRAMS[name].called
    example = load(name, numpy).example()
    theirs = getattr(load(name, numpy), called)(*example)
    with config.unroll_limit(1):
        mine = np.function(getattr(load(name, np), called), jit_compile=True)(*ours(example))
    for its, my in zip(theirs, mine, strict=True):
        numpy.testing.assert_allclose(my, its, rtol=PROGRAMS[name].tolerance, atol=1e-6)
