"""Arrays go in and out of tf.function, control flow and TensorFlow's ops; uses public names only."""

from __future__ import annotations

import operator

import numpy
import pytest
import tensorflow as tf

import tnp_shim as np
from tnp_shim import ArraySpec


def matrix(dtype: str = "float64"):
    return np.array([[1, 2, 3], [4, 5, 6]], dtype=dtype)


def check(value, expected, kind: type = np.ndarray) -> None:
    """The value, dtype and type that are wanted."""
    assert isinstance(value, kind), type(value)
    expected = numpy.asarray(expected)
    actual = numpy.asarray(value)
    assert actual.dtype == expected.dtype
    numpy.testing.assert_allclose(actual, expected, rtol=1e-12)


# tf.function


def test_arrays_and_scalars_go_in_and_out_of_a_function() -> None:
    @tf.function
    def f(x, nested):
        return {"sum": x + nested["y"][0], "first": x[0, 0], "row": (x[1],)}

    out = f(matrix(), {"y": [matrix() * 2]})
    check(out["sum"], numpy.arange(1.0, 7).reshape(2, 3) * 3)
    check(out["row"][0], [4.0, 5, 6])
    check(out["first"], 1.0, np.float64)
    assert not isinstance(out["first"], np.ndarray)


@pytest.mark.parametrize("compiled", [False, True])
def test_a_function_is_traced_once_for_equal_specs(compiled: bool) -> None:
    traces = []

    @tf.function(jit_compile=compiled)
    def f(x):
        traces.append(1)
        return np.sin(x) * 2 + x[0]

    for factor in (1.0, 2.0, 3.0):
        x = matrix() * factor
        check(f(x), numpy.sin(x.numpy()) * 2 + x.numpy()[0])
    f(matrix().T.T), f(matrix()[:, :]), f(np.array(matrix().numpy()))
    assert len(traces) == 1
    f(matrix("float32"))
    f(matrix()[:1])
    assert len(traces) == 3


def test_a_scalar_stays_a_scalar_through_a_function() -> None:
    traces = []

    @tf.function
    def f(x):
        traces.append(1)
        return x * 2

    check(f(matrix()[0, 1]), 4.0, np.float64)
    check(f(matrix()[0, 2]), 6.0, np.float64)
    assert len(traces) == 1


def test_python_numbers_retrace_and_arrays_of_them_do_not() -> None:
    traces = []

    @tf.function
    def power(x, n):
        traces.append(1)
        return x * n

    for n in (1, 2, 3):
        power(matrix(), np.array(float(n)))
    assert len(traces) == 1


@pytest.mark.parametrize(
    "spec", [ArraySpec([None, 3], "float64"), tf.TensorSpec([None, 3], tf.float64)], ids=["ours", "tensor"]
)
def test_input_signature(spec) -> None:
    traces = []

    @tf.function(input_signature=[spec])
    def f(x):
        traces.append(1)
        return np.asarray(x) * 2

    given = matrix()
    for x in (given, given[:1], given.numpy(), tf.constant(given.numpy()), given.T.T):
        check(f(x), numpy.asarray(x) * 2)
    assert len(traces) == 1
    with pytest.raises(TypeError, match="(?i)binding inputs|cast|match"):
        f(given.T)


def test_input_signature_takes_lists_and_scalars() -> None:
    f = tf.function(lambda x: x + 1, input_signature=[ArraySpec([], "float64")])
    for two in (np.float64(2), 2.0, 2, numpy.float64(2), np.array(2.0), tf.constant(2.0, tf.float64)):
        check(f(two), 3.0, np.float64)
    with pytest.raises(TypeError, match="float32"):
        f(tf.constant(2.0))
    g = tf.function(lambda x: x + 1, input_signature=[ArraySpec([None], "float64")])
    check(g([1.0, 2.0]), [2.0, 3.0])


def test_unknown_dimensions_are_arrays() -> None:
    @tf.function(input_signature=[ArraySpec([None, 3], "float64")])
    def f(x):
        rows = x.shape[0]
        assert x.shape[1] == 3
        return x * rows, rows

    product, rows = f(matrix())
    check(product, matrix().numpy() * 2)
    assert int(rows) == 2


def test_reduce_retracing_widens_the_spec() -> None:
    traces = []

    @tf.function(reduce_retracing=True)
    def f(x):
        traces.append(1)
        return x + 1

    for n in range(1, 6):
        check(f(np.array([1.0] * n)), numpy.ones(n) + 1)
    assert len(traces) == 2


def test_concrete_functions_and_specs_of_values() -> None:
    concrete = tf.function(lambda x: x * 2).get_concrete_function(ArraySpec([None, 3], "float64"))
    check(concrete(matrix()), matrix().numpy() * 2)
    spec = tf.type_spec_from_value(matrix())
    assert spec == ArraySpec([2, 3], "float64") and hash(spec) == hash(ArraySpec([2, 3], "float64"))
    assert spec.is_compatible_with(matrix()) and not spec.is_compatible_with(matrix("float32"))
    assert spec.is_subtype_of(ArraySpec([None, 3], "float64"))
    assert ArraySpec.from_value(numpy.zeros((2, 3))) == spec
    assert spec.value_type is np.ndarray


def test_arrays_from_outside_are_captured_with_their_value_at_tracing() -> None:
    a = matrix()
    f = tf.function(lambda x: x + a)
    check(f(matrix()), matrix().numpy() * 2)


def test_autograph_leaves_the_functions_of_the_package_as_they_are() -> None:
    @tf.function
    def f(x):
        return np.add(np.sin(x), x)

    f(matrix())
    converted = tf.autograph.to_graph(lambda x: np.sin(x))  # the user's own code is converted ...
    check(converted(matrix()), numpy.sin(matrix().numpy()))
    graph = f.get_concrete_function(matrix()).graph
    assert [op.type for op in graph.get_operations()].count("Sin") == 1
    assert "ag__" not in str(np.sin)


# control flow


def test_cond_switch_and_case_with_arrays() -> None:
    @tf.function
    def f(x, p, i):
        return (
            tf.cond(p, lambda: x * 2, lambda: x),
            tf.switch_case(tf.convert_to_tensor(i), [lambda: x, lambda: x + 1]),
            tf.case([(tf.convert_to_tensor(i > 0), lambda: x * 4)], default=lambda: x),
        )

    x = matrix().numpy()
    for got, want in zip(f(matrix(), tf.constant(True), tf.constant(1)), (x * 2, x + 1, x * 4), strict=True):
        check(got, want)
    for got, want in zip(f(matrix(), np.array(False), np.array(0, "int32")), (x, x, x), strict=True):
        check(got, want)


def test_cond_takes_a_scalar_in_one_branch_and_a_0d_array_in_the_other() -> None:
    f = tf.function(lambda x, p: tf.cond(p, lambda: x[0, 0], lambda: np.array(3.0)))
    assert float(f(matrix(), tf.constant(True))) == 1.0
    assert float(f(matrix(), tf.constant(False))) == 3.0


def test_cond_refuses_a_tensor_in_one_branch_only() -> None:
    f = tf.function(lambda x, p: tf.cond(p, lambda: x, lambda: tf.zeros([2, 3], tf.float64)))
    with pytest.raises(TypeError, match="same number, type, and overall structure"):
        f(matrix(), tf.constant(True))


@pytest.mark.parametrize("staged", [False, True])
def test_while_loop_with_array_variables(staged: bool) -> None:
    def f(x):
        return tf.while_loop(
            lambda i, s, y: i < 3, lambda i, s, y: (i + 1, s + y[0, 0], y * 2), (np.array(0), x[0, 0], x)
        )

    i, s, y = (tf.function(f) if staged else f)(matrix())
    assert int(i) == 3 and float(s) == 1 + 1 + 2 + 4
    check(y, matrix().numpy() * 8)


def test_while_loop_with_tensor_variables_that_meet_arrays() -> None:
    @tf.function
    def f(x):
        return tf.while_loop(
            lambda i, s: i < 3, lambda i, s: (i + 1, s + x[0, 0]), (0, tf.constant(0.0, tf.float64))
        )

    check(f(matrix())[1], 3.0, tf.Tensor)


def test_while_loop_with_shape_invariants() -> None:
    @tf.function
    def f(x):
        return tf.while_loop(
            lambda y: tf.shape(y)[0] < 7,
            lambda y: (np.asarray(tf.concat([y, y], 0)),),
            (x,),
            shape_invariants=(tf.TensorShape([None, 3]),),
        )[0]

    check(f(matrix()), numpy.tile(matrix().numpy(), (4, 1)))


def test_gradient_through_while_loop() -> None:
    @tf.function
    def f(x):
        with tf.GradientTape() as tape:
            tape.watch(x)
            _, y = tf.while_loop(lambda i, y: i < 3, lambda i, y: (i + 1, y * x), (0, x))
        return tape.gradient(y, x)

    check(f(matrix()), 4 * matrix().numpy() ** 3)


@pytest.mark.parametrize("staged", [False, True])
def test_map_fn(staged: bool) -> None:
    def f(x):
        return (
            tf.map_fn(lambda row: row * row, x),
            tf.map_fn(lambda row: row[0], x, fn_output_signature=ArraySpec([], "float64")),
            tf.map_fn(lambda row: tf.convert_to_tensor(row[0]), x, fn_output_signature=tf.float64),
            tf.map_fn(lambda pair: pair[0] + pair[1], (x, x), fn_output_signature=ArraySpec([3], "float64")),
        )

    squares, firsts, tensors, sums = (tf.function(f) if staged else f)(matrix())
    check(squares, matrix().numpy() ** 2)
    check(firsts, [1.0, 4.0])
    check(tensors, [1.0, 4.0], tf.Tensor)
    check(sums, matrix().numpy() * 2)


@pytest.mark.parametrize("staged", [False, True])
def test_vectorized_map(staged: bool) -> None:
    def f(x):
        return tf.vectorized_map(lambda pair: (np.sin(pair[0]) * pair[1], pair[0][0]), (x, x))

    products, firsts = (tf.function(f) if staged else f)(matrix())
    check(products, numpy.sin(matrix().numpy()) * matrix().numpy())
    check(firsts, [1.0, 4.0])


def test_scan_and_folds_give_tensors() -> None:
    # TensorFlow converts what these take to tensors, and gives tensors back
    check(tf.scan(lambda total, row: total + row, matrix()), numpy.cumsum(matrix().numpy(), 0), tf.Tensor)
    check(tf.foldl(lambda total, row: total + row, matrix()), [5.0, 7, 9], tf.Tensor)


# ops and operators


X = numpy.arange(1.0, 7).reshape(2, 3)
OPS = {
    "convert_to_tensor": (tf.convert_to_tensor, X),
    "reduce_sum": (lambda x: tf.reduce_sum(x, axis=0), X.sum(0)),
    "matmul": (lambda x: tf.matmul(x, x, transpose_b=True), X @ X.T),
    "stack": (lambda x: tf.stack([x, x]), numpy.stack([X, X])),
    "stack of scalars": (lambda x: tf.stack([x[0, 0], x[1, 1]]), numpy.array([1.0, 5])),
    "concat": (lambda x: tf.concat([x, x], 0), numpy.concatenate([X, X])),
    "cast": (lambda x: tf.cast(x, tf.float32), X.astype("float32")),
    "where": (lambda x: tf.where(x > 2, x, 0.0), numpy.where(X > 2, X, 0)),
    "einsum": (lambda x: tf.einsum("ij,kj->ik", x, x), X @ X.T),
    "ensure_shape": (lambda x: tf.ensure_shape(x, [2, 3]), X),
    "check_numerics": (lambda x: tf.debugging.check_numerics(x, "x"), X),
    "gather": (lambda x: tf.gather(x, np.array([1])), X[[1]]),
    "reshape to an array": (lambda x: tf.reshape(x, np.array([3, 2])), X.reshape(3, 2)),
    "add_n": (lambda x: tf.math.add_n([x, x]), X + X),
    "nn.relu": (lambda x: tf.nn.relu(x - 3), numpy.maximum(X - 3, 0)),
    "boolean_mask": (lambda x: tf.boolean_mask(x, x > 2), X[X > 2]),
    "identity_n": (lambda x: tf.identity_n([x])[0], X),
    "keras.ops.sum": (lambda x: tf.keras.ops.sum(x), X.sum()),
    "keras.ops.matmul": (lambda x: tf.keras.ops.matmul(x, x.T), X @ X.T),
    "keras.ops.concatenate": (lambda x: tf.keras.ops.concatenate([x, x]), numpy.concatenate([X, X])),
    "keras.ops.convert_to_tensor": (tf.keras.ops.convert_to_tensor, X),
}


@pytest.mark.parametrize("staged", [False, True])
@pytest.mark.parametrize("name", OPS)
def test_ops_take_arrays_and_give_tensors(name: str, staged: bool) -> None:
    op, expected = OPS[name]
    check((tf.function(op) if staged else op)(matrix()), expected, tf.Tensor)


def test_identity_gives_an_array() -> None:
    check(tf.identity(matrix()), X)


def test_assertions_and_print(capfd) -> None:
    @tf.function
    def f(x):
        tf.debugging.assert_equal(x, x)
        tf.debugging.assert_shapes([(x, ("N", "M"))])
        tf.print("in a graph", tf.convert_to_tensor(x))
        return x

    tf.debugging.assert_near(matrix(), matrix())
    tf.debugging.assert_rank(matrix(), 2)
    with pytest.raises(tf.errors.InvalidArgumentError):
        tf.debugging.assert_equal(matrix(), matrix() + 1)
    f(matrix())
    assert "in a graph [[1 2 3]\n [4 5 6]]" in capfd.readouterr().err


OPERATORS = ["add", "sub", "mul", "truediv", "floordiv", "mod", "pow"]


@pytest.mark.parametrize("name", OPERATORS)
@pytest.mark.parametrize("staged", [False, True])
@pytest.mark.parametrize("kind", [tf.constant, tf.Variable])
def test_operators_with_tensors_of_another_dtype_promote_as_numpy(name: str, staged: bool, kind) -> None:
    operation = getattr(operator, name)
    ones = numpy.full((2, 3), 2, "float32")
    given = kind(ones)

    def both(array):
        return operation(given, array), operation(array, given)

    left, right = (tf.function(both) if staged else both)(matrix())
    check(left, operation(ones, X))
    check(right, operation(X, ones))


@pytest.mark.parametrize("name", OPERATORS)
def test_operators_with_tensors_of_the_same_dtype(name: str) -> None:
    operation = getattr(operator, name)
    twos = numpy.full((2, 3), 2.0)
    check(operation(matrix(), tf.constant(twos)), operation(X, twos), np.ndarray)
    # here TensorFlow's operator comes first and can do it: its result is a tensor
    check(operation(tf.constant(twos), matrix()), operation(twos, X), tf.Tensor)


def test_comparisons_with_tensors() -> None:
    check(matrix() < tf.constant(3.0), X < 3)
    check(tf.constant(3.0, tf.float64) > matrix(), X < 3, tf.Tensor)
    with pytest.raises(TypeError, match="astype"):
        operator.gt(tf.constant(3.0), matrix())  # TensorFlow leaves nothing of this to the right operand


def test_matmul_operator_with_tensors() -> None:
    check(matrix() @ tf.constant(X.T), X @ X.T)
    check(tf.constant(X.astype("float32")) @ matrix().T, X @ X.T)


def test_a_dtype_asked_for_is_not_silently_changed() -> None:
    with pytest.raises(TypeError, match="float32 was expected and an array of float64"):
        tf.convert_to_tensor(matrix(), tf.float32)


def test_variables() -> None:
    variable = tf.Variable(matrix())
    variable.assign(matrix() * 2)
    variable.assign_add(matrix())
    variable.assign_sub(matrix() * 0.5)
    check(variable.numpy(), X * 2.5, numpy.ndarray)
    check(np.asarray(variable), X * 2.5)
    check(np.add(variable, 1), X * 2.5 + 1)
    check(tf.Variable(matrix()[0, 1]).numpy(), 2.0, numpy.floating)


def test_nest() -> None:
    a = matrix()
    assert all(leaf is a for leaf in tf.nest.flatten([a, {"b": a}]))
    (tensor,) = tf.nest.flatten(a, expand_composites=True)
    check(tensor, X, tf.Tensor)
    check(tf.nest.map_structure(lambda x: x * 2, {"a": a})["a"], X * 2)
    check(tf.nest.map_structure(lambda x: x * 2, {"a": a}, expand_composites=True)["a"], X * 2)
    check(tf.nest.pack_sequence_as([a], [tensor], expand_composites=True)[0], X)
    tf.nest.assert_same_structure([a, a[0, 0]], [a[:1], np.array(1.0)], expand_composites=True)
    assert not tf.nest.is_nested(a)
