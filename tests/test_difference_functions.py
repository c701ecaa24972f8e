"""Differences, derivatives, covariances and correlations against NumPy's."""

from __future__ import annotations

import numpy
import pytest
from differential import raises, same
from traced import agree, gradients_agree

import tnp_shim as np

ALL_MODES = ("eager", "traced", "unknown", "xla")
A = numpy.random.default_rng(0).normal(size=(4, 5, 6))
I = numpy.random.default_rng(1).integers(0, 9, (4, 5))  # noqa: E741
X = numpy.array([0.0, 1, 1.5, 3.5, 4])


def test_diff():
    for n in (0, 1, 2, 3, 7):
        for axis in (-1, 0, 1):
            agree(
                "diff",
                A,
                n=n,
                axis=axis,
                modes=ALL_MODES if n == 2 else ("eager", "unknown"),
                tolerance=1e-13,
            )
    for a in (I, I.astype("u1"), I > 4, A.astype("f2"), A + 1j, numpy.zeros((0, 2)), numpy.zeros((2, 0))):
        same(lambda np, a: np.diff(a), a, memory=False)
        same(lambda np, a: np.diff(a, axis=0), a, memory=False)
    for ends in ({"prepend": 0}, {"append": 2.5}, {"prepend": I[:, :2], "append": 9}):
        same(lambda np, a, ends=ends: np.diff(a, **ends), I, memory=False)
    agree("diff", A, prepend=numpy.zeros((4, 5, 1)), modes=ALL_MODES)
    for bad in ({"n": -1}, {"n": 1.5}, {"axis": 3}, {"prepend": numpy.zeros((1, 2))}):
        raises(lambda np, a, bad=bad: np.diff(a, **bad), A, message="prepend" not in bad)
    raises(lambda np, a: np.diff(a), 1.0)


def test_ediff1d():
    for a in (A, I, numpy.zeros(0), numpy.ones(1)):
        agree("ediff1d", a, modes=ALL_MODES)
        same(lambda np, a: np.ediff1d(a, to_begin=-9, to_end=[1, 2]), a, memory=False)
    raises(lambda np, a: np.ediff1d(a, to_end=1.5), I)


def test_gradient():
    for order in (1, 2):
        for f in (A, A.astype("f4"), I, A + 1j):
            tolerance = 1e-4 if f.dtype == "f4" else 1e-12
            same(lambda np, f, o=order: np.gradient(f, edge_order=o), f, tolerance=tolerance, memory=False)
            same(
                lambda np, f, o=order: np.gradient(f, 2.5, edge_order=o), f, tolerance=tolerance, memory=False
            )
            same(
                lambda np, f, x, o=order: np.gradient(f, x, axis=1, edge_order=o),
                f,
                X,
                tolerance=tolerance,
                memory=False,
            )
        agree("gradient", A, modes=ALL_MODES, edge_order=order, tolerance=1e-12)
        agree("gradient", A, X, modes=ALL_MODES, axis=1, edge_order=order, tolerance=1e-12)
        agree("gradient", A, 2.0, X, modes=ALL_MODES, axis=(0, 1), edge_order=order, tolerance=1e-12)
        agree("gradient", A[0, 0], modes=ALL_MODES, edge_order=order, tolerance=1e-12)
    raises(lambda np, f: np.gradient(f, 1, 2), A)
    raises(lambda np, f: np.gradient(f, [1, 2], axis=0), A)
    raises(lambda np, f: np.gradient(f, edge_order=3), A)
    raises(lambda np, f: np.gradient(f), numpy.ones(1))
    raises(lambda np, f: np.gradient(f, axis=3), A)


def test_cov():
    m, y = A[0], A[1]
    f, a = numpy.array([1, 2, 0, 1, 3, 1]), numpy.array([0.5, 1, 1, 2, 0.1, 1])
    options = [
        {},
        {"rowvar": False},
        {"bias": True},
        {"ddof": 3},
        {"ddof": 9},
        {"fweights": f},
        {"aweights": a},
    ]
    for keywords in [*options, {"fweights": f, "aweights": a}, {"aweights": a, "ddof": 0}, {"y": y}]:
        agree("cov", m, modes=ALL_MODES, tolerance=1e-12, **keywords)
    for m in (A[0].astype("f4"), I, A[0] + 1j * A[1], A[0, 0], numpy.zeros((0, 3))):
        same(lambda np, m: np.cov(m), m, tolerance=1e-12, memory=False)
    same(lambda np, m, y: np.cov(m, y), A[0, 0], A[0, 1], tolerance=1e-12, memory=False)
    same(lambda np, m, y: np.cov(m, y, rowvar=False), A[0], A[1], tolerance=1e-12, memory=False)
    same(lambda np, m: np.cov(m, dtype="f4"), A[0], tolerance=1e-5, memory=False)
    for bad in (
        {"fweights": a},
        {"fweights": f[:2]},
        {"aweights": -a},
        {"ddof": 1.5},
        {"aweights": A},
        {"y": A},
    ):
        raises(lambda np, m, bad=bad: np.cov(m, **bad), A[0])
    raises(lambda np, m: np.cov(m), A)


def test_corrcoef():
    for keywords in ({}, {"rowvar": False}, {"y": A[1]}):
        agree("corrcoef", A[0], modes=ALL_MODES, tolerance=1e-12, **keywords)
    for m in (I, A[0] + 1j * A[1], A[0, 0]):
        same(lambda np, m: np.corrcoef(m), m, tolerance=1e-12, memory=False)


@pytest.mark.parametrize(
    "function", [lambda a: np.gradient(a)[0], lambda a: np.diff(a, 2), np.cov, np.corrcoef]
)
def test_gradients(function):
    gradients_agree(function, A[0, :3])
