"""`tnp_shim.function(jit_compile="auto")`: XLA where it can, a plain graph where it can't, and why."""

from __future__ import annotations

import numpy
import pytest
import tensorflow as tf

import tnp_shim
import tnp_shim as np
from tnp_shim import compiled as compiled_functions
from tnp_shim import host

X = numpy.array([3.0, 1.0, 2.0, 1.0])


def compiled_traces(function):
    return [trace.jit_compile for trace in dict.fromkeys(function._traces.values())]


def test_what_xla_takes_is_compiled() -> None:
    @tnp_shim.function(jit_compile="auto")
    def f(x):
        x += 1
        return np.sin(x).sum()

    a = X.copy()
    assert float(f(a)) == pytest.approx(numpy.sin(X + 1).sum())
    numpy.testing.assert_array_equal(a, X + 1)
    assert compiled_traces(f) == [True] and f.compile_failures == ()


def refused_while_tracing(x):
    return np.unique(x)


@host(result=lambda x: x, vjp=lambda gradient, x: gradient)
def on_the_host(x):
    return x + 1


def refused_by_name(x):
    return on_the_host(x)


def refused_by_xla(x):
    return np.asarray(tf.py_function(lambda t: t + 1, [tf.convert_to_tensor(x)], tf.float64)) * 1


@pytest.mark.parametrize("body", [refused_while_tracing, refused_by_name, refused_by_xla])
def test_what_xla_refuses_runs_as_a_graph_and_says_why(body) -> None:
    made = tnp_shim.function(body, jit_compile="auto")
    expected = numpy.asarray(body(np.array(X)))
    for _ in range(2):
        numpy.testing.assert_array_equal(made(X), expected)
    (failure,) = made.compile_failures
    assert failure.arguments == "float64[4]"
    assert any(word in failure.reason for word in ("XLA", "EagerPyFunc", "host function"))
    assert compiled_traces(made) == [None]
    assert made.experimental_get_tracing_count() == 2


def test_a_refused_call_writes_once() -> None:
    @tnp_shim.function(jit_compile="auto")
    def f(x):
        x += on_the_host(x)
        total[0] += 1

    total = np.zeros(1)
    a = np.array(X)
    f(a)
    f(a)
    numpy.testing.assert_array_equal(a, (X * 2 + 1) * 2 + 1)
    assert float(total[0]) == 2


def test_errors_of_the_function_are_no_refusals() -> None:
    @tnp_shim.function(jit_compile="auto")
    def f(x):
        return x.reshape(3)

    with pytest.raises(ValueError, match="cannot reshape"):
        f(X)
    assert f.compile_failures == ()


def test_a_gradient_that_xla_refuses_leads_to_a_graph() -> None:
    @tf.custom_gradient
    def square(x):
        return x * x, lambda g: tf.py_function(lambda g, x: 2 * g * x, [g, x], tf.float64)

    @tnp_shim.function(jit_compile="auto")
    def f(x):
        return np.asarray(square(tf.convert_to_tensor(x))).sum()

    f(X)
    assert compiled_traces(f) == [True]
    x = np.array(X)
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = f(x)
    numpy.testing.assert_array_equal(tape.gradient(y, x), 2 * X)
    assert compiled_traces(f) == [True, None] and len(f.compile_failures) == 1


def test_within_another_function_it_is_a_part_of_it() -> None:
    inner = tnp_shim.function(lambda x: np.cos(x) * 2, jit_compile="auto")
    for jit_compile in (None, True):
        outer = tf.function(lambda x: inner(x) + 1, jit_compile=jit_compile)
        numpy.testing.assert_allclose(outer(np.array(X)), numpy.cos(X) * 2 + 1)
    assert compiled_traces(inner) == [None, None]  # traced anew under XLA, where bodies may be others


def test_the_argument_is_checked() -> None:
    with pytest.raises(ValueError, match="jit_compile"):
        tnp_shim.function(abs, jit_compile="always")


def test_a_decomposition_is_left_to_the_quicker_of_both():
    """XLA solves equations by loops; what reads a variable is not run again to be timed."""
    calls = tf.Variable(0)

    def solved(a, b):
        return np.linalg.solve(a, b)

    def counted(a, b):
        calls.assign_add(1)
        return np.linalg.solve(a, b)

    a, b = np.eye(150) * 2 + 0.1, np.ones(150)
    compiled = tnp_shim.function(solved, jit_compile="auto")
    assert numpy.allclose(compiled(a, b), solved(a, b))
    (trace,) = compiled._traces.values()
    assert not trace.jit_compile  # many times as fast, on any machine
    assert compiled.compile_failures == ()
    again = tnp_shim.function(counted, jit_compile="auto")
    assert numpy.allclose(again(a, b), solved(a, b))
    assert int(calls) == 1


@pytest.mark.parametrize("size", [100, 10_000])
@pytest.mark.parametrize("name", ["sort", "median"])
def test_large_sorts_and_medians_are_timed(name, size, monkeypatch):
    timed = []
    monkeypatch.setattr(compiled_functions, "seconds", lambda run: timed.append(run) or len(timed))
    compiled = tnp_shim.function(getattr(np, name), jit_compile="auto")
    x = numpy.sin(numpy.arange(float(size)))
    numpy.testing.assert_array_equal(compiled(x), getattr(numpy, name)(x))
    assert len(timed) == (2 if size > 1000 else 0)
