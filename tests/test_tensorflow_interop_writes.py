"""Writes that cannot reach the caller's array are refused, never lost silently; public names and errors."""

from __future__ import annotations

import numpy
import pytest
import tensorflow as tf

import tnp_shim as np
from tnp_shim import ArraySpec
from tnp_shim.errors import LostWriteError

X = numpy.arange(1.0, 7).reshape(2, 3)


def matrix():
    return np.array(X)


def add_one(x):
    x += 1


def set_item(x):
    x[0] = 7.0


def add_out(x):
    np.add(x, 1, out=x)


def write_view(x):
    x.T[0] = 7.0


def write_flat_view(x):
    x.reshape(-1)[1:3] += 1


def fill(x):
    x.fill(3.0)


def write_view_of_view(x):
    x[0][1:][:1] *= 2


WRITES = (add_one, set_item, add_out, write_view, write_flat_view, fill, write_view_of_view)
by_write = pytest.mark.parametrize("write", WRITES, ids=lambda write: write.__name__)


# writing to an argument of a raw tf.function


@by_write
@pytest.mark.parametrize("compiled", [False, True])
@pytest.mark.parametrize("signature", [False, True])
def test_writing_to_an_argument_is_refused(write, compiled: bool, signature: bool) -> None:
    a = matrix()
    spec = [ArraySpec([2, 3], "float64")] if signature else None

    @tf.function(jit_compile=compiled, input_signature=spec)
    def f(x):
        write(x)
        return x

    with pytest.raises(ValueError, match="should not modify its Python input arguments"):
        f(a)
    numpy.testing.assert_array_equal(a, X)


def test_writing_to_a_nested_argument_a_method_argument_or_in_a_callee_is_refused() -> None:
    a = matrix()

    class Model(tf.Module):
        @tf.function
        def method(self, nested, flag):
            if flag:
                self.callee(nested["x"][0])
            return nested["x"][0] * 1

        def callee(self, x):
            x *= 2

    model = Model()
    with pytest.raises(ValueError, match="should not modify"):
        model.method({"x": [a]}, True)
    numpy.testing.assert_array_equal(a, X)
    numpy.testing.assert_array_equal(model.method({"x": [a]}, False), X)


def test_writing_to_an_argument_of_a_concrete_or_inner_function_is_refused() -> None:
    inner = tf.function(add_and_return)
    with pytest.raises(ValueError, match="should not modify"):
        inner.get_concrete_function(ArraySpec([None, 3], "float64"))

    @tf.function
    def outer(x):
        y = x.copy()
        return inner(y), y

    with pytest.raises(ValueError, match="should not modify"):
        outer(matrix())


def add_and_return(x):
    x += 1
    return x


def test_resizing_an_argument_is_refused() -> None:
    def resize(x):
        x.resize((3, 2))
        return x * 1

    def reshape(x):
        x.shape = (6,)
        return x * 1

    for change in (resize, reshape):
        with pytest.raises(ValueError, match="should not modify"):
            tf.function(change)(matrix())


def test_copies_and_fresh_arrays_may_be_written_to() -> None:
    @tf.function
    def f(x):
        y = x.copy()
        for write in WRITES[:5]:
            write(y)
        z = x * 1
        z[1:] = 0.0
        return y, z

    y, z = f(matrix())
    expected = X.copy()
    for write in WRITES[:5]:
        write_with_numpy(write, expected)
    numpy.testing.assert_allclose(y, expected)
    numpy.testing.assert_allclose(z, X * [[1], [0]])


def write_with_numpy(write, x) -> None:
    numpy.add(x, 1, out=x) if write is add_out else write(x)


# writing to an array from outside


@by_write
@pytest.mark.parametrize("converted", [False, True])
def test_writing_to_a_captured_array_is_refused(write, converted: bool) -> None:
    a = matrix()

    @tf.function(autograph=converted)
    def f():
        write(a)
        return a * 1

    with pytest.raises(LostWriteError, match="would be lost"):
        f()
    numpy.testing.assert_array_equal(a, X)
    a += 1  # the failed trace leaves nothing behind
    numpy.testing.assert_array_equal(a, X + 1)


def in_cond(write, x):
    def branch():
        write(x)
        return x * 1

    return tf.cond(tf.constant(True), branch, lambda: x * 1)


def in_switch(write, x):
    def branch():
        write(x)
        return x * 1

    return tf.switch_case(tf.constant(0), [branch, lambda: x * 1])


def in_while(write, x):
    def body(i):
        write(x)
        return (i + 1,)

    return tf.while_loop(lambda i: i < 3, body, (tf.constant(0),))


def in_map(write, x):
    def body(row):
        write(x)
        return row

    try:
        return tf.map_fn(body, tf.constant(X))
    finally:  # which map_fn leaves set where its body raises
        tf.compat.v1.get_variable_scope().set_caching_device(None)


def in_vectorized_map(write, x):
    def body(row):
        write(x)
        return row

    return tf.vectorized_map(body, tf.constant(X))


def in_a_dataset(write, x):
    def body(row):
        write(x)
        return row

    return tf.data.Dataset.from_tensor_slices(X).map(body)


def in_an_inner_function(write, x):
    @tf.function
    def inner():
        write(x)
        return x * 1

    return inner()


PLACES = (in_cond, in_switch, in_while, in_map, in_vectorized_map, in_a_dataset, in_an_inner_function)


@pytest.mark.parametrize("place", PLACES, ids=lambda place: place.__name__)
@pytest.mark.parametrize("write", WRITES[:4], ids=lambda write: write.__name__)
def test_writing_from_a_branch_or_loop_body_of_a_traced_function_is_refused(place, write) -> None:
    @tf.function(autograph=False)
    def f(x):
        y = x.copy()
        place(write, y)
        return y

    with pytest.raises(LostWriteError, match="would be lost"):
        f(matrix())


@pytest.mark.parametrize("place", PLACES[4:], ids=lambda place: place.__name__)
def test_writing_from_what_is_traced_even_eagerly_is_refused(place) -> None:
    a = matrix()
    with pytest.raises(LostWriteError, match="would be lost"):
        place(set_item, a)
    numpy.testing.assert_array_equal(a, X)


@pytest.mark.parametrize("place", PLACES[:3], ids=lambda place: place.__name__)
def test_eager_branches_and_loops_write(place) -> None:
    a = matrix()
    place(add_one, a)
    numpy.testing.assert_array_equal(a, X + (3 if place is in_while else 1))


def test_a_branch_sees_its_own_writes_to_its_own_arrays() -> None:
    @tf.function
    def f(x, p):
        def changed():
            y = x.copy()
            y[0] = 0.0
            y.T[:, 1] += 10
            return y

        return tf.cond(p, changed, lambda: x)

    numpy.testing.assert_array_equal(f(matrix(), tf.constant(True)), X * [[0], [1]] + [[0], [10]])
    numpy.testing.assert_array_equal(f(matrix(), tf.constant(False)), X)


def test_loop_variables_may_be_written_to() -> None:
    @tf.function
    def f(x):
        def body(i, y):
            y[0] += 1
            y.reshape(-1)[-1] *= 2
            return i + 1, y

        return tf.while_loop(lambda i, y: i < 3, body, (0, x * 1))[1]

    expected = X.copy()
    expected[0] += 3
    expected[1, 2] *= 8
    numpy.testing.assert_array_equal(f(matrix()), expected)


def test_elements_of_map_fn_and_datasets_are_arrays_of_their_own() -> None:
    a = matrix()
    for mapped in (
        tf.map_fn(add_and_return, a),
        tf.vectorized_map(add_and_return, a),
        next(iter(tf.data.Dataset.from_tensors(a).map(add_and_return))),
    ):
        numpy.testing.assert_array_equal(mapped, X + 1)
    numpy.testing.assert_array_equal(a, X)


def test_writing_in_a_tf1_graph_to_an_eager_array_is_refused() -> None:
    a = matrix()
    with tf.Graph().as_default(), pytest.raises(RuntimeError):
        a += 1
    numpy.testing.assert_array_equal(a, X)


def test_writing_under_init_scope_is_eager() -> None:
    a = matrix()

    @tf.function
    def f():
        with tf.init_scope():
            a[0] = 9.0
        return a * 1

    numpy.testing.assert_array_equal(f()[0], [9.0, 9, 9])
    numpy.testing.assert_array_equal(a[0], [9.0, 9, 9])


def test_functions_of_ones_own_gradient_write_to_what_they_were_given() -> None:
    @tf.custom_gradient
    def f(x):
        x += 1
        return x * 1, lambda upstream: upstream

    a = matrix()
    numpy.testing.assert_array_equal(f(a), X + 1)
    numpy.testing.assert_array_equal(a, X + 1)
