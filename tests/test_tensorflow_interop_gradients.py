"""Arrays under GradientTape, ForwardAccumulator, tf.custom_gradient, tf.recompute_grad; public names only."""

from __future__ import annotations

import gc
import weakref

import numpy
import pytest
import tensorflow as tf

import tnp_shim as np

X = numpy.arange(1.0, 7).reshape(2, 3)


def matrix():
    return np.array(X)


def close(value, expected) -> None:
    """An array of ours with the values that are wanted."""
    assert isinstance(value, (np.ndarray, np.generic)), type(value)
    numpy.testing.assert_allclose(numpy.asarray(value), expected, rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("staged", [False, True])
def test_gradient_has_the_structure_of_the_sources(staged: bool) -> None:
    def f(a, b):
        with tf.GradientTape() as tape:
            tape.watch([a, {"b": b}])
            y = a * a * b
        return tape.gradient(y, {"a": a, "nested": [b]})

    gradients = (tf.function(f) if staged else f)(matrix(), matrix() + 1)
    close(gradients["a"], 2 * X * (X + 1))
    close(gradients["nested"][0], X * X)


def test_gradient_of_a_scalar_source_is_a_scalar() -> None:
    x = np.float64(3)
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = x**2 + 2 * x + 1
    gradient = tape.gradient(y, x)
    assert isinstance(gradient, np.float64) and not isinstance(gradient, np.ndarray)
    assert float(gradient) == 8.0


def test_the_derivative_of_the_first_script() -> None:
    x = np.array(2.0)
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = x**2 + 2 * x + 1
    close(tape.gradient(y, x), 6.0)


def test_nested_tapes_give_second_derivatives() -> None:
    x = np.array(2.0)
    with tf.GradientTape() as outer:
        outer.watch(x)
        with tf.GradientTape() as inner:
            inner.watch(x)
            y = x**3
        first = inner.gradient(y, x)
    close(first, 12.0)
    close(outer.gradient(first, x), 12.0)


def test_jacobian_and_batch_jacobian() -> None:
    x = matrix()
    with tf.GradientTape(persistent=True) as tape:
        tape.watch(x)
        y = x**2
    diagonal = numpy.diag(2 * X.ravel()).reshape(2, 3, 2, 3)
    numpy.testing.assert_allclose(tape.jacobian(y, x), diagonal)
    numpy.testing.assert_allclose(tape.jacobian(y, [x])[0], diagonal)
    numpy.testing.assert_allclose(tape.jacobian(y, x, experimental_use_pfor=False), diagonal)
    numpy.testing.assert_allclose(tape.batch_jacobian(y, x), [numpy.diag(2 * row) for row in X])


def test_jacobian_in_a_function() -> None:
    @tf.function
    def f(x):
        with tf.GradientTape(persistent=True) as tape:
            tape.watch(x)
            y = np.sin(x) * x
        return tape.jacobian(y, x), tape.batch_jacobian(y, x)

    whole, batch = f(matrix())
    derivative = numpy.cos(X) * X + numpy.sin(X)
    numpy.testing.assert_allclose(whole, numpy.diag(derivative.ravel()).reshape(2, 3, 2, 3))
    numpy.testing.assert_allclose(batch, [numpy.diag(row) for row in derivative])


def test_hessian() -> None:
    x = matrix()[0].copy()
    with tf.GradientTape() as outer:
        outer.watch(x)
        with tf.GradientTape() as inner:
            inner.watch(x)
            y = x**3
        gradient = inner.gradient(y, x)
    numpy.testing.assert_allclose(outer.jacobian(gradient, x), numpy.diag(6 * X[0]))


def test_unconnected_gradients_and_output_gradients() -> None:
    a, b = matrix(), matrix()
    with tf.GradientTape(persistent=True) as tape:
        tape.watch([a, b])
        y = a * 2
    assert tape.gradient(y, [a, b])[1] is None
    close(tape.gradient(y, b, unconnected_gradients="zero"), numpy.zeros((2, 3)))
    close(tape.gradient(y, a, output_gradients=matrix()), 2 * X)
    close(tape.gradient([y, y], a, output_gradients=[matrix(), tf.ones([2, 3], tf.float64)]), 2 * X + 2)


def test_stop_recording_and_stop_gradient() -> None:
    x = matrix()
    with tf.GradientTape(persistent=True) as tape:
        tape.watch(x)
        with tape.stop_recording():
            held = x * 2
        y = x * held
        z = x * tf.stop_gradient(x)
    close(tape.gradient(y, x), 2 * X)
    close(tape.gradient(z, x), X)


def test_variables_are_watched_by_themselves() -> None:
    variable = tf.Variable(matrix())
    with tf.GradientTape() as tape:
        y = np.sin(variable) * variable
    numpy.testing.assert_allclose(tape.gradient(y, variable), numpy.cos(X) * X + numpy.sin(X))


def test_integers_are_not_differentiated(caplog) -> None:
    x = np.array([1, 2])
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = x * 2.0
    assert tape.gradient(y, x) is None
    assert "must be floating" in caplog.text


# the watched value


def add_one(a):
    a += 1


def set_item(a):
    a[0] = 5.0


def add_out(a):
    np.add(a, 1, out=a)


def write_through_a_view(a):
    a.T[...] = a.T * 2 - 1


WRITES = {"+=": add_one, "a[0]=": set_item, "out=": add_out, "view": write_through_a_view}


@pytest.mark.parametrize("staged", [False, True])
@pytest.mark.parametrize("name", WRITES)
def test_gradient_is_taken_at_the_watched_value(name: str, staged: bool) -> None:
    def f(x):
        x = x.copy()
        with tf.GradientTape() as tape:
            tape.watch(x)
            before = x * x
            WRITES[name](x)
            y = before + x**2
        return tape.gradient(y, x), x

    gradient, after = (tf.function(f, autograph=False) if staged else f)(matrix())
    factor = {"+=": 1, "out=": 1, "view": 2, "a[0]=": numpy.array([[0.0], [1.0]])}[name]
    close(gradient, 2 * X + 2 * numpy.asarray(after) * factor)


def test_each_tape_keeps_the_value_it_watched() -> None:
    a = matrix()
    with tf.GradientTape() as outer:
        outer.watch(a)
        a *= 2
        with tf.GradientTape() as inner:
            inner.watch(a)
            y = a**2
        close(inner.gradient(y, a), 2 * 2 * X)
    close(outer.gradient(y, a), 8 * X)


def test_an_array_that_an_earlier_tape_watched_may_be_computed_under_another() -> None:
    a = matrix()
    with tf.GradientTape() as tape:
        tape.watch(a)
        close(tape.gradient(a * 3, a), numpy.full((2, 3), 3.0))
    variable = tf.Variable(X)
    with tf.GradientTape(persistent=True) as tape:
        a[...] = variable * 2
        y = a**2
    close(tape.gradient(y, a), 4 * X)  # `a` as it is now: an intermediate value
    numpy.testing.assert_allclose(tape.gradient(y, variable), 8 * X)


def test_a_watched_array_does_not_keep_its_tape() -> None:
    a = matrix()
    with tf.GradientTape() as tape:
        tape.watch(a)
    gone = weakref.ref(tape)
    del tape
    gc.collect()
    assert gone() is None


@pytest.mark.parametrize("staged", [False, True])
def test_gradient_through_views_and_writes(staged: bool) -> None:
    def f(x):
        with tf.GradientTape() as tape:
            tape.watch(x)
            y = x.copy()
            y[0] = x[1] * 3
            y[1, 1:] *= x[0, 1:]
            z = (y.T.reshape(-1) ** 2)[2:]
        return z, tape.gradient(z, x)

    _, gradient = (tf.function(f) if staged else f)(matrix())
    a, b, c, d, e, g = X.ravel()
    # z holds the squares of 3e, e*b, 3g, g*c (and not of 3d, d)
    expected = [[0, 2 * e * b * e, 2 * g * c * g], [0, 18 * e + 2 * e * b * b, 18 * g + 2 * g * c * c]]
    close(gradient, expected)


def test_a_view_made_before_watch_is_connected() -> None:
    a = matrix()
    row, transposed = a[0], a.T
    assert float(row[0]) == 1.0
    with tf.GradientTape(persistent=True) as tape:
        tape.watch(a)
        y = row**2
        z = transposed * 3
    close(tape.gradient(y, a), [[2, 4, 6], [0, 0, 0]])
    close(tape.gradient(z, a), numpy.full((2, 3), 3.0))


@pytest.mark.parametrize("staged", [False, True])
def test_a_watched_view_is_what_its_base_is_made_of(staged: bool) -> None:
    def f(x):
        x = x.copy()
        row = x[0]
        with tf.GradientTape(persistent=True) as tape:
            tape.watch(row)
            own = row**2
            through_base = row * x[0] + x[1]
            row *= 3
            later = x[0] * 5
        return [tape.gradient(y, row) for y in (own, through_base, later)]

    own, through_base, later = (tf.function(f) if staged else f)(matrix())
    close(own, 2 * X[0])
    close(through_base, 2 * X[0])
    close(later, numpy.full(3, 15.0))


def test_views_and_their_base_watched_together() -> None:
    a = matrix()
    row, column = a[0], a[:, 0]
    with tf.GradientTape() as tape:
        tape.watch([row, column, a])
        y = row * a
        row += 1
        y = y + a * 2
    gradients = tape.gradient(y, [row, column, a])
    close(gradients[0], 2 * X[0] + X[1] + 2)
    close(gradients[1], [8.0, 3.0])
    close(gradients[2], [2 * X[0] + X[1] + 2, X[0] + 2])


def test_watching_a_view_of_an_array_from_outside_of_the_traced_function_is_refused() -> None:
    a = matrix()

    @tf.function
    def f():
        with tf.GradientTape() as tape:
            tape.watch(a[0])

    with pytest.raises(NotImplementedError, match="made outside"):
        f()


# forward mode


@pytest.mark.parametrize("staged", [False, True])
def test_forward_accumulator(staged: bool) -> None:
    def f(x, v):
        with tf.autodiff.ForwardAccumulator(primals=x, tangents=v) as accumulator:
            y = np.sin(x) * x
            z = y.T.copy()
            z[0] *= 2
        return accumulator.jvp(y), accumulator.jvp([z])[0], accumulator.jvp(x)

    of_y, of_z, of_x = (tf.function(f) if staged else f)(matrix(), matrix() * 2)
    expected = (numpy.cos(X) * X + numpy.sin(X)) * 2 * X
    numpy.testing.assert_allclose(of_y, expected)
    numpy.testing.assert_allclose(of_z, expected.T * [[2], [1], [1]])
    numpy.testing.assert_allclose(of_x, 2 * X)


def test_forward_accumulator_with_several_primals() -> None:
    a, b = matrix(), matrix() + 1
    tangents = [np.array(numpy.ones((2, 3))), tf.ones([2, 3], tf.float64)]
    with tf.autodiff.ForwardAccumulator(primals=[a, b], tangents=tangents) as accumulator:
        y = a * b
    numpy.testing.assert_allclose(accumulator.jvp(y), X + X + 1)
    assert accumulator.jvp(matrix()) is None
    zero = accumulator.jvp(matrix(), unconnected_gradients="zero")
    numpy.testing.assert_allclose(zero, numpy.zeros((2, 3)))


def test_forward_over_reverse_gives_hessian_vector_products() -> None:
    x, v = matrix(), matrix() * 2
    with tf.autodiff.ForwardAccumulator(x, v) as accumulator:
        with tf.GradientTape() as tape:
            tape.watch(x)
            y = x**3
        gradient = tape.gradient(y, x)
    numpy.testing.assert_allclose(accumulator.jvp(gradient), 6 * X * 2 * X)


def test_forward_accumulator_refuses_a_view() -> None:
    a = matrix()
    with pytest.raises(NotImplementedError, match=r"view.*copy\(\)"):
        tf.autodiff.ForwardAccumulator(a[0], a[0])
    assert not hasattr(a, "handle")  # nothing of this is seen elsewhere


# gradients of the user's own


@pytest.mark.parametrize("staged", [False, True])
def test_custom_gradient(staged: bool) -> None:
    @tf.custom_gradient
    def tenfold(x, y):
        def gradient(upstream):
            return upstream * 10 * y, upstream * x

        return x * y, gradient

    def f(x, y):
        with tf.GradientTape() as tape:
            tape.watch([x, y])
            z = tenfold(x, y)
        return z, tape.gradient(z, [x, y])

    z, (dx, dy) = (tf.function(f) if staged else f)(matrix(), matrix() + 1)
    close(z, X * (X + 1))
    close(dx, 10 * (X + 1))
    close(dy, X)


@pytest.mark.parametrize("staged", [False, True])
def test_recompute_grad(staged: bool) -> None:
    block = tf.recompute_grad(lambda x: np.sin(x) * x)

    def f(x):
        with tf.GradientTape() as tape:
            tape.watch(x)
            y = block(x)
        return y, tape.gradient(y, x)

    y, gradient = (tf.function(f) if staged else f)(matrix())
    close(y, numpy.sin(X) * X)
    close(gradient, numpy.cos(X) * X + numpy.sin(X))


def test_gradient_through_a_function_that_returns_arrays() -> None:
    inner = tf.function(lambda x: {"y": x**2, "row": x[0] * 3})
    x = matrix()
    with tf.GradientTape(persistent=True) as tape:
        tape.watch(x)
        out = inner(x)
    close(tape.gradient(out["y"], x), 2 * X)
    close(tape.gradient(out["row"], x), [[3, 3, 3], [0, 0, 0]])
    close(tape.gradient(out, x), 2 * X + [[3, 3, 3], [0, 0, 0]])
