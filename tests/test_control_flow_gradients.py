"""First and second gradients through rolled loops, against NumPy's finite differences."""

from __future__ import annotations

import numpy
import pytest
import rolled_programs as programs
import tensorflow as tf
from test_control_flow_rolling import matrix

import tnp_shim as np
from tnp_shim import config

# second gradients of the others are right, too, and take long to trace
SECOND = ["triangular", "jacobi_stencil", "euler", "backwards", "windows"]


@pytest.mark.parametrize("program", programs.SMOOTH, ids=lambda f: f.__name__)
def test_derivatives(program):
    n = 4
    a, w = matrix(n), numpy.random.default_rng(1).normal(size=(n, n))

    def total(np, a):
        result = program(np, a.copy(), n)
        result = result if isinstance(result, tuple) else (result,)
        return sum((x * x * 0.3 + x).sum() for x in result if hasattr(x, "sum"))

    @tf.function
    def derivatives(a):
        a = np.asarray(a)
        with tf.GradientTape() as outer:
            outer.watch(a)
            with tf.GradientTape() as inner:
                inner.watch(a)
                y = total(np, a)
            along = (inner.gradient(y, a) * w).sum()
        if program.__name__ not in SECOND:
            return along, None
        return along, (outer.gradient(along, a) * w).sum()

    with config.unroll_limit(2):
        first, second = derivatives(tf.constant(a))
    h = 1e-6
    expected = (total(numpy, a + h * w) - total(numpy, a - h * w)) / (2 * h)
    assert abs(float(first) - expected) < 1e-5 * max(1, abs(expected))
    if second is None:
        return
    h = 1e-4
    expected = (total(numpy, a + h * w) - 2 * total(numpy, a) + total(numpy, a - h * w)) / h**2
    assert abs(float(second) - expected) < 1e-3 * max(1, abs(expected))


@pytest.mark.parametrize("program", [programs.jacobi_stencil, programs.euler], ids=lambda f: f.__name__)
def test_first_gradient_under_xla(program):
    n = 4
    a, w = matrix(n), numpy.random.default_rng(1).normal(size=(n, n))

    def total(np, a):
        result = program(np, a.copy(), n)
        return (result[0] if isinstance(result, tuple) else result).sum()

    @tf.function(jit_compile=True)
    def derivative(a):
        a = np.asarray(a)
        with tf.GradientTape() as tape:
            tape.watch(a)
            y = total(np, a)
        return (tape.gradient(y, a) * w).sum()

    with config.unroll_limit(2):
        found = float(derivative(tf.constant(a)))
    expected = (total(numpy, a + 1e-6 * w) - total(numpy, a - 1e-6 * w)) / 2e-6
    assert abs(found - expected) < 1e-5 * max(1, abs(expected))
