"""`tnp_shim.host`: Python functions as nodes of a graph: their gradients, the check of their results."""

from __future__ import annotations

import warnings

import numpy
import pytest
import tensorflow as tf
from differential import check

import tnp_shim
import tnp_shim as np
from tnp_shim.errors import UnsupportedError
from tnp_shim.host import HOST_FUNCTIONS

X = numpy.array([1.0, 2.0, 4.0])


@np.host(result=lambda x: x, vjp=lambda gradient, x: gradient * 2 * x)
def square(x):
    assert type(x) in (numpy.ndarray, numpy.float64)
    return numpy.square(x)


@np.host(result=lambda x, y=None: x, vjp="numerical")
def product(x, y=3.0):
    return x**2 * y


@np.host(result={"sum": ((), "float64"), "places": (tf.TensorSpec([None], tf.int64), [((), "bool")])})
def several(x, most=2, *, word=""):
    return {"sum": float(x.sum()), "places": (numpy.flatnonzero(x)[:most], [word == "yes"])}


MODES = {
    "eager": lambda f: f,
    "tf.function": tf.function,
    "unknown": lambda f: tf.function(f, input_signature=[np.ArraySpec([None])]),
    "function": tnp_shim.function,
    "auto": lambda f: tnp_shim.function(f, jit_compile="auto"),
}
in_all_modes = pytest.mark.parametrize("mode", MODES.values(), ids=MODES)


@in_all_modes
def test_results_and_gradients(mode) -> None:
    for function, slope in ((square, 4 * X**3), (product, 36 * X**3)):
        x = np.array(X)
        with tf.GradientTape() as tape:
            tape.watch(x)
            y = mode(lambda x, function=function: function(x))(x)
            loss = (y * y).sum()
        check(X**2 * (1 if function is square else 3.0), y)
        numpy.testing.assert_allclose(tape.gradient(loss, x), slope, rtol=1e-6)


def test_second_gradients_where_the_vjp_has_one() -> None:
    x = np.array(X)
    for function in (square, product):
        with tf.GradientTape() as outer:
            outer.watch(x)
            with tf.GradientTape() as inner:
                inner.watch(x)
                y = function(x).sum()
            slope = inner.gradient(y, x)
        if function is square:
            check(numpy.full(3, 2.0), outer.gradient(slope, x))
        else:
            with pytest.raises(UnsupportedError, match="no second gradient"):
                outer.gradient(slope, x)


def test_gradients_by_several_arguments() -> None:
    @np.host(result=lambda x, n, y: (x.shape, "float64"), vjp=lambda g, x, n, y: (g * y * n, None, g * x * n))
    def scaled(x, n, y):
        return x * n * y

    @np.host(result=lambda x, y: [x, ((), "float64")], vjp="numerical")
    def pair(x, y):
        return [x * y, (x * y).sum()]

    x, y = np.array(X), np.array(X[::-1])
    with tf.GradientTape(persistent=True) as tape:
        tape.watch([x, y])
        z = scaled(x, 3, y)
        first, total = pair(x, y)
        loss = first.sum() + 2 * total
    for got, want in zip(tape.gradient(z, [x, y]), [X[::-1] * 3, X * 3], strict=True):
        check(want, got, memory=False)
    for got, want in zip(tape.gradient(loss, [x, y]), [X[::-1] * 3, X * 3], strict=True):
        numpy.testing.assert_allclose(got, want)


def test_numerical_gradients_in_single_precision_and_at_a_scalar() -> None:
    for x in (numpy.float32([0.5, 2.0]), numpy.float64(1.5)):
        mine = np.array(x) if x.ndim else np.float64(x)
        with tf.GradientTape() as tape:
            tape.watch(mine)
            y = product(mine)
        numpy.testing.assert_allclose(tape.gradient(y, mine), 6 * x, rtol=1e-2 if x.ndim else 1e-8)


@in_all_modes
def test_structures(mode) -> None:
    found = mode(lambda x: several(x, most=1, word="yes"))(np.array(X))
    places, (same,) = found["places"]
    assert list(found) == ["sum", "places"] and isinstance(found["sum"], np.float64)
    check(numpy.array([0]), places)
    assert bool(same) and float(found["sum"]) == 7


@in_all_modes
def test_without_a_vjp_the_gradient_is_an_error(mode) -> None:
    x = np.array(X)
    silent = mode(lambda x: several(x)["sum"] * 1)
    with pytest.raises(UnsupportedError, match="several has no gradient.*vjp"), tf.GradientTape() as tape:
        tape.watch(x)
        y = silent(x)
        tape.gradient(y, x)


@pytest.mark.parametrize(
    "returned",
    [X.astype("float32"), X[:2], [1, 2, 3], X[:, None], None, (X, X), "text", 1j],
    ids=lambda value: str(type(value).__name__),
)
def test_a_result_that_is_not_as_said_is_refused(returned) -> None:
    function = np.host(lambda x: returned, result=((3,), "float64"))
    with pytest.raises(TypeError, match="its result was said to be|not nested as"):
        function(X)
    with pytest.raises(tf.errors.OpError, match="its result was said to be|not nested as"):
        tf.function(function)(np.array(X))


def test_python_numbers_become_the_dtype_that_was_said() -> None:
    for returned, dtype in ((3, "float32"), (2.5, "float64"), (True, "bool"), (7, "uint8")):
        found = np.host(lambda returned=returned: returned, result=((), dtype))()
        check(numpy.dtype(dtype).type(returned), found)


def test_errors_of_the_function_and_writes_to_its_arguments() -> None:
    @np.host(result=lambda x: x)
    def writing(x):
        x[0] = 1
        return x

    @np.host(result=lambda x: x)
    def failing(x):
        raise KeyError("nothing")

    a = np.array(X)
    with pytest.raises(ValueError, match="read-only"):
        writing(a)
    with pytest.raises(KeyError, match="nothing"):
        failing(a)
    with pytest.raises(tf.errors.OpError, match="nothing"):
        tf.function(failing)(a)
    check(X, a)


def test_xla_is_refused_by_name() -> None:
    with pytest.raises(UnsupportedError, match="square"):
        tf.function(square, jit_compile=True)(np.array(X))


def test_wrong_declarations() -> None:
    with pytest.raises(ValueError, match="vjp"):
        np.host(abs, result=((), "float64"), vjp="numeric")
    with pytest.raises(TypeError, match="result must be"):
        np.host(abs, result="float64")(X)
    bad = np.host(lambda x: x, result=lambda x: x, vjp=lambda g, x: g[:1])
    x = np.array(X)
    with tf.GradientTape() as tape, pytest.raises(ValueError, match="gradient of shape"):
        tape.watch(x)
        tape.gradient(bad(x), x)


def test_it_is_mapped_by_a_loop() -> None:
    rows = numpy.arange(6.0).reshape(2, 3)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        found = tf.vectorized_map(lambda row: square(row), np.array(rows))
    numpy.testing.assert_array_equal(found, rows**2)


def test_it_is_listed_and_named_in_the_graph() -> None:
    assert square in HOST_FUNCTIONS and square.name == "square"
    assert repr(square) == "<tnp_shim.host function square, gradient given>"
    graph = tf.function(square).get_concrete_function(np.ArraySpec([3])).graph
    assert [op.name for op in graph.get_operations() if op.type == "PyFunc"] == ["host_square"]


def test_methods() -> None:
    class Scale:
        factor = 3.0

        @np.host(result=lambda self, x: x)
        def by(self, x):
            return x * self.factor

    check(X * 3, Scale().by(X))
    check(X * 3, tf.function(Scale().by)(np.array(X)))
