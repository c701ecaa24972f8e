"""`tnp_shim.override`: whose implementation computes a name, in which context, and what it is given."""

from __future__ import annotations

import importlib.util
import shutil
import threading
from pathlib import Path

import numpy
import pytest
import tensorflow as tf

import tnp_shim as np
from tnp_shim.errors import UnsupportedError
from tnp_shim.override import _users, active

X = numpy.array([[1.0, 2.0], [3.0, 4.0]])
EXAMPLE = Path(__file__).resolve().parents[1] / "docs" / "examples" / "custom_op" / "smooth_relu.py"


def subtract(x, y):
    assert isinstance(x, tf.Tensor) and isinstance(y, tf.Tensor)
    return x - y


@pytest.mark.parametrize("name", [numpy.add, np.add, "add", "np.add", "numpy.add"], ids=str)
def test_the_name_may_be_told_in_any_way(name) -> None:
    with np.override(name, subtract):
        assert float(np.add(3.0, 1.0)) == 2
    assert float(np.add(3.0, 1.0)) == 4


USES = (
    lambda a: a + a[0],
    lambda a: 1.0 + a,
    lambda a: a + numpy.float32(1),
    lambda a: np.add(a, a),
    lambda a: numpy.add(a, 1),
    lambda a: np.add(a, 1, out=np.zeros((2, 2), "float32"), casting="unsafe"),
    lambda a: np.add(a, 1, where=np.array([True, False]), out=a.copy()),
    lambda a: a.__iadd__(a[0]),
    lambda a: a.T + a,
    lambda a: np.add.outer(a[0], a[1]),
)


@pytest.mark.parametrize("use", USES)
@pytest.mark.parametrize("traced", [False, True])
def test_every_way_to_a_ufunc_leads_to_the_implementation(use, traced) -> None:
    calls = []

    def counted(x, y):
        calls.append((x.dtype, y.dtype))
        return x + y

    before = numpy.asarray(use(np.array(X)))
    with np.override(np.add, counted):
        run = tf.function(use) if traced else use
        found = run(np.array(X)) if not traced or use is not USES[7] else use(np.array(X))
    assert len(calls) == 1 and calls[0][0] == calls[0][1]
    numpy.testing.assert_array_equal(found, before)


def test_operands_arrive_in_the_dtype_of_the_loop() -> None:
    seen = []

    def divide(x, y):
        seen.append((x.dtype, y.dtype))
        return x / y

    with np.override(np.divide, divide):
        for a, b in ((np.array([1, 2]), 2), (np.float32([1]), 2), (np.array([True]), np.int8(2))):
            assert (a / b).dtype == (numpy.asarray(a) / (b if type(b) is int else numpy.int8(2))).dtype
    assert seen == [(tf.float64,) * 2, (tf.float32,) * 2, (tf.float16,) * 2] or len(seen) == 3


def total_times_ten(a, axis=None):
    return tf.reduce_sum(a, axis) * 10


def test_functions_and_methods() -> None:
    a = np.array(X)
    with np.override(np.sum, total_times_ten):
        for found, expected in (
            (a.sum(), 100),
            (np.sum(a), 100),
            (numpy.sum(a), 100),
            (np.sum([1, 2]), 30),
            (a.sum(axis=0), [40, 60]),
            (np.sum(a, 1), [30, 70]),
            (np.sum(a, out=np.zeros(())), 100),
            (a.sum(keepdims=True), [[10]]),  # which it does not take: the built-in
            (np.sum(a, dtype="int8"), 10),
        ):
            numpy.testing.assert_array_equal(found, expected)
        assert isinstance(a.sum(), np.float64)
    numpy.testing.assert_array_equal(a.sum(), 10)


def test_functions_of_submodules_by_a_host_function() -> None:
    @np.host(result=lambda a, b: b, vjp=lambda g, a, b: (None, np.linalg.solve(a.T, g)))
    def solve(a, b):
        return numpy.linalg.solve(a, b)

    b = np.array([1.0, 2.0])
    with np.override("linalg.solve", solve), tf.GradientTape() as tape:
        tape.watch(b)
        x = np.linalg.solve(X, b)
    numpy.testing.assert_allclose(x, numpy.linalg.solve(X, [1, 2]))
    numpy.testing.assert_allclose(tape.gradient(x, b), numpy.linalg.solve(X.T, [1, 1]))


def test_functions_about_arrays_get_arrays() -> None:
    def reshape(a, shape):
        assert isinstance(a, np.ndarray)
        return np.reshape(a, shape) * 2

    with np.override(np.reshape, reshape):
        found = np.reshape(np.array(X), 4)
    assert isinstance(found, np.ndarray)
    numpy.testing.assert_array_equal(found, X.ravel() * 2)


def test_not_implemented_and_calls_of_the_name_lead_to_the_built_in() -> None:
    def only_floats(x, y):
        return np.add(x, y) * 2 if x.dtype.is_floating else NotImplemented

    with np.override(np.add, only_floats):
        assert float(np.array(1.0) + 2) == 6
        assert int(np.array(1) + 2) == 3
    with np.override(np.sum, lambda a: NotImplemented):
        assert float(np.array(X).sum()) == 10


def test_contexts_nest_and_end() -> None:
    a = np.array(X)
    with np.override(np.add, subtract):
        with np.override(np.add, lambda x, y: x * y), np.override(np.multiply, subtract):
            numpy.testing.assert_array_equal(a + a, X * X)
            numpy.testing.assert_array_equal(a * a, 0 * X)
        numpy.testing.assert_array_equal(a + a, 0 * X)
        with pytest.raises(KeyError), np.override(np.add, lambda x, y: x):
            raise KeyError
        numpy.testing.assert_array_equal(a + a, 0 * X)
    numpy.testing.assert_array_equal(a + a, 2 * X)
    assert active() == () and not _users
    assert np.add.direct  # the short cuts are back


def test_it_decorates_functions_and_is_used_again() -> None:
    reused = np.override(np.add, subtract)

    @reused
    def f(a, depth):
        return f(a, depth - 1) if depth else a + 1

    for _ in range(2):
        numpy.testing.assert_array_equal(f(np.array(X), 2), X - 1)
    numpy.testing.assert_array_equal(np.array(X) + 1, X + 1)


def test_other_threads_are_not_affected() -> None:
    a, wrong = np.array(X), []
    inside, stop = threading.Event(), threading.Event()

    def add_and_sum():
        inside.wait()
        while not stop.is_set():
            if float((a + a).sum()) != 20 or float(np.sum(a)) != 10:
                wrong.append(1)

    workers = [threading.Thread(target=add_and_sum) for _ in range(2)]
    for worker in workers:
        worker.start()
    for _ in range(10):
        with np.override(np.add, subtract), np.override(np.sum, total_times_ten):
            inside.set()
            assert float((a + a).sum()) == 0 and float(a.sum()) == 100
        assert float((a + a).sum()) == 20
    stop.set()
    for worker in workers:
        worker.join()
    assert not wrong


def test_traces_of_compiled_functions_know_what_is_overridden() -> None:
    f = np.function(lambda x: x + 1)
    a = np.array(X)
    for _ in range(2):
        numpy.testing.assert_array_equal(f(a), X + 1)
        with np.override(np.add, subtract):
            numpy.testing.assert_array_equal(f(a), X - 1)
    assert f.experimental_get_tracing_count() == 2


def test_gradients_are_the_implementations() -> None:
    @tf.custom_gradient
    def sine(x):
        return tf.sin(x), lambda gradient: gradient * 100

    for run in (lambda x: np.sin(x), np.function(lambda x: np.sin(x), jit_compile=True)):
        x = np.array(X)
        with np.override(np.sin, sine), tf.GradientTape() as tape:
            tape.watch(x)
            y = run(x)
        numpy.testing.assert_allclose(y, numpy.sin(X))
        numpy.testing.assert_array_equal(tape.gradient(y, x), numpy.full((2, 2), 100.0))


def test_results_of_a_ufunc_must_be_as_numpys() -> None:
    a = np.array(X)
    for implementation, error, word in (
        (lambda x, y: tf.cast(x, tf.float32), TypeError, "float32"),
        (lambda x, y: None, TypeError, "NoneType"),
        (lambda x, y: (x, y), TypeError, "2 results"),
        (lambda x, y: x[0], ValueError, "shape"),
    ):
        with np.override(np.add, implementation), pytest.raises(error, match=word):
            a + a


def test_what_cannot_be_overridden() -> None:
    with pytest.raises(ValueError, match="no name 'ad'"):
        np.override("ad", subtract)
    for name in (np.ndarray, numpy.copyto, "float64", len):
        with pytest.raises(UnsupportedError, match="no body"):
            np.override(name, subtract)
    with pytest.raises(TypeError, match="not callable"):
        np.override(np.add, 3)


@pytest.mark.skipif(shutil.which("g++") is None, reason="the op is compiled by g++")
def test_an_op_in_cpp(tmp_path, monkeypatch, capsys) -> None:
    spec = importlib.util.spec_from_file_location("smooth_relu", EXAMPLE)
    assert spec is not None and spec.loader is not None
    example = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(example)
    monkeypatch.setattr("sys.argv", ["smooth_relu.py", str(tmp_path)])
    example.main()
    printed = capsys.readouterr().out
    x = numpy.linspace(-2, 2, 5)
    gate = 1 / (1 + numpy.exp(-4 * x))
    assert f"smooth: {(x * gate).sum():.6f}" in printed and "NumPy's maximum: 3.000000" in printed
    slopes = numpy.round(gate + 4 * x * gate * (1 - gate), 6)
    assert str(slopes) in printed
    ops = tf.load_op_library(str(tmp_path / "smooth_relu.so"))
    theory, measured = tf.test.compute_gradient(ops.smooth_relu, [tf.constant(x)])
    numpy.testing.assert_allclose(theory[0], measured[0], atol=1e-6)
    assert ops.smooth_relu(tf.constant(x, tf.float32)).dtype == tf.float32
    with np.override(np.maximum, lambda x, y: ops.smooth_relu(x, beta=4.0)):
        auto = np.function(lambda x: np.maximum(x, 0), jit_compile="auto")
        numpy.testing.assert_allclose(auto(x), x * gate)
    assert "SmoothRelu" in auto.compile_failures[0].reason
