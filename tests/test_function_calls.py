"""What `tnp_shim.function` takes and gives, and when it traces."""

from __future__ import annotations

import copy
import functools
import importlib
import pickle
import threading
from collections import namedtuple

import numpy
import pytest
import tensorflow as tf
from differential import check

import tnp_shim
import tnp_shim as np
from tnp_shim import ArraySpec, call_captured, compiled, config
from tnp_shim.errors import UnsupportedError

X = numpy.arange(6.0).reshape(2, 3)


def traces(function):
    return function.experimental_get_tracing_count()


# how it is used


def scaled(x, factor=2.0, *, shift=0.0):
    """Scale and shift."""
    return x * factor + shift


def test_it_decorates_with_and_without_arguments() -> None:
    plain = tnp_shim.function(scaled)
    with_options = tnp_shim.function(autograph=False, jit_compile=True)(scaled)
    for made in (plain, with_options):
        check(scaled(X), numpy.asarray(made(X)))
        assert (made.__name__, made.__doc__, made.python_function) == ("scaled", "Scale and shift.", scaled)


def test_partials_bound_methods_and_callable_objects() -> None:
    class Scale:
        def __init__(self, factor):
            self.factor = factor

        def by(self, x):
            return x * self.factor

        __call__ = by

        @tnp_shim.function
        def method(self, x, power=1):
            return x**power * self.factor

        @staticmethod
        @tnp_shim.function
        def static(x):
            return x + 1

    three = Scale(3.0)
    for made in (
        tnp_shim.function(functools.partial(scaled, factor=3.0)),
        tnp_shim.function(functools.partial(Scale.by, three)),
        tnp_shim.function(three.by),
        tnp_shim.function(three),
        three.method,
    ):
        check(X * 3.0, numpy.asarray(made(X)))
    check(X**2 * 3.0, numpy.asarray(three.method(X, power=2)))
    check(X + 1, numpy.asarray(Scale.static(X)))
    three.factor = 4.0
    check(X * 4.0, numpy.asarray(three.method(X)))
    assert traces(Scale.method) == 2
    assert three.method.get_concrete_function(X, 1)(three, X).shape == (2, 3)


def test_defaults_and_keywords_are_one_call() -> None:
    made = tnp_shim.function(scaled)
    for result in (made(X), made(X, 2.0), made(factor=2.0, x=X), made(X, shift=0.0)):
        check(X * 2.0, numpy.asarray(result))
    assert traces(made) == 1
    for wrong in ({"y": 1}, {"x": X, "nothing": 1}):
        with pytest.raises(TypeError):
            made(**wrong)


@pytest.mark.parametrize(
    "value",
    [
        X,
        X.astype("float32"),
        X > 2,
        X.astype("int8"),
        numpy.float32(1.5),
        numpy.int64(3),
        numpy.asfortranarray(X),
        numpy.zeros((0, 2)),
    ],
)
def test_arrays_and_scalars_arrive_as_ours(value) -> None:
    def f(x):
        assert isinstance(x, np.generic if isinstance(value, numpy.generic) else np.ndarray)
        return x + x, x.dtype == value.dtype, x.shape == value.shape, x.copy(order="K")

    total, *same, copied = tnp_shim.function(f)(value)
    check(value + value, total)
    assert same == [True, True]
    check(value.copy(order="K"), copied)


def test_what_runs_the_code_is_not_searched_for_arrays(monkeypatch) -> None:
    """An assert refers to pytest, which refers to all tests and all that they keep."""
    searched = []
    parts = call_captured._parts
    monkeypatch.setattr(call_captured, "_parts", lambda value: searched.append(value) or parts(value))

    def f(x):
        assert x.ndim == 2
        return x + kept

    kept = np.array(X)
    assert call_captured.captured_cells(f) == [kept._cell.root()]
    assert len(searched) < 100


def test_tensors_arrive_as_tensors() -> None:
    @tnp_shim.function
    def f(x, v):
        assert isinstance(x, tf.Tensor) and v is variable
        return tf.square(x), np.add(x, v)

    variable = tf.Variable(2.0)
    squared, total = f(tf.constant(3.0), variable)
    assert isinstance(squared, tf.Tensor) and float(squared) == 9
    assert isinstance(total, np.float32) and float(total) == 5
    variable.assign(1.0)
    assert float(f(tf.constant(3.0), variable)[1]) == 4


def test_results_come_back_as_they_were_made() -> None:
    @tnp_shim.function
    def f(x):
        return {
            "none": None,
            "text": "a",
            "numbers": (1, 2.5, True),
            "scalar": x.sum(),
            "0-d": np.array(x.sum()),
            "numpy": numpy.arange(3),
            "nested": [x[0], (x.shape, x.dtype)],
            "ragged": tf.RaggedTensor.from_row_lengths(tf.range(3), [1, 2]),
        }

    for _ in range(2):
        found = f(X)
        ragged = found.pop("ragged")
        assert ragged.to_list() == [[0], [1, 2]]
        assert found["nested"][1] == ((2, 3), numpy.dtype("float64"))
        assert [found[name] for name in ("none", "text", "numbers")] == [None, "a", (1, 2.5, True)]
        assert isinstance(found["scalar"], np.float64) and isinstance(found["numpy"], np.ndarray)
        assert isinstance(found["0-d"], np.ndarray) and found["0-d"].shape == ()
    assert traces(f) == 1


class Several(list):
    pass


class Named(namedtuple("Named", "first rest")):
    pass


def test_results_that_occur_more_than_once() -> None:
    @tnp_shim.function
    def f(x):
        y, known = x * 2, numpy.arange(2)
        parts = Several([y, known, known])
        parts.append(parts)
        return Named(known, {"parts": parts, "y": y}), y, [y[0], y[:, 0]]

    for _ in range(2):
        (first, rest), y, _ = result = f(X)
        assert type(result[0]) is Named and type(rest["parts"]) is Several
        assert rest["parts"][3] is rest["parts"] and rest["parts"][1] is rest["parts"][2] is first
        assert rest["y"] is y is rest["parts"][0]
        check(X * 2, y)
        check(numpy.arange(2), first)


# when it traces


def test_one_trace_for_equal_specs() -> None:
    @tnp_shim.function
    def f(x, y):
        return x + y

    f(X, np.array(1.0))
    f(X + 1, np.array(2.0))
    assert traces(f) == 1
    f(X.astype("float32"), np.array(2.0))
    f(X[:1], np.array(2.0))
    f(X, 2.0)
    assert traces(f) == 4
    f(X[:1], np.array(3.0))
    f(X, 3.0)
    f(X.T[:2, :2].T, 2.0)
    assert traces(f) == 5


def test_floats_are_values_and_promote_as_python_numbers_do() -> None:
    def f(x, dt, z):
        return x * dt, 2 * dt * x, np.where(x > dt, x, z), np.maximum(x, -dt), np.full(2, dt), x.sum() - z

    made = tnp_shim.function(f)
    for dtype in ("float32", "float16", "int8", "float64"):
        x = numpy.arange(3, dtype=dtype)
        for dt in (0.25, 0.5, -1.5):
            with numpy.errstate(all="ignore"):
                expected = (
                    x * dt,
                    2 * dt * x,
                    numpy.where(x > dt, x, 1j),
                    numpy.maximum(x, -dt),
                    numpy.full(2, dt),
                    x.sum() - 1j,
                )
            check(expected, made(x, dt, 1j), memory=False)
    assert traces(made) == 4


def test_ints_are_constants_until_there_are_many() -> None:
    @tnp_shim.function
    def by_size(x, n):
        return x[:n].sum() + np.arange(n).sum() * n

    @tnp_shim.function
    def by_axis(x, axis):
        return x.sum(axis=axis % 2)

    for n in range(25):
        assert float(by_size(np.ones(30), n)) == n + n * (n * (n - 1) // 2)
        check(X.sum(axis=n % 2), by_axis(X, n))
    assert traces(by_size) == compiled.MOST_INTS + 1
    assert traces(by_axis) == 25 + 1  # an axis must be known: one attempt


def test_the_limit_of_constant_ints_is_a_setting() -> None:
    for limit, count in ((0, 1), (2, 3), (None, 12)):
        made = tnp_shim.function(lambda x, n: x * n, constant_ints=limit)
        for n in range(12):
            check(X * n, made(X, n))
        assert traces(made) == count


def test_constants_are_told_apart_by_type_and_value() -> None:
    @tnp_shim.function
    def f(x, how, **options):
        return x * 2 if how else (x, how, options)

    for how in (True, 1, False, 0, None, "", "a", (), ("a",), slice(1), numpy.float64, print, {}):
        f(X, how)
        f(X, how)
    assert traces(f) == 13
    assert f(X, False, a=1)[1:] == (False, {"a": 1})
    assert type(f(X, 0)[1]) is int


def test_reduced_retracing_and_input_signatures() -> None:
    widening = tnp_shim.function(lambda x, n: (x.sum(), n), reduce_retracing=True)
    signed = tnp_shim.function(lambda x, n: (x.sum(), n), input_signature=[ArraySpec([None])])
    for length in range(1, 6):
        for made in (widening, signed):
            if made is widening:
                assert float(made(np.ones(length), 2)[0]) == length
    assert traces(widening) == 2
    assert isinstance(signed.input_signature, tuple)

    @tnp_shim.function(input_signature=[tf.TensorSpec([None], tf.float64), [ArraySpec([], "int64")]])
    def f(x, more):
        x += more[0]
        return x.sum()

    a = numpy.ones(2)
    for x in (a, np.ones(3), [1, 2, 3], (0.5,)):
        f(x, [1])
    assert traces(f) == 2  # for NumPy's arrays and ours
    numpy.testing.assert_array_equal(a, [2, 2])
    for wrong in ((X, [1]), (a.astype("float32"), [1]), (a,), (a, [1, 2]), (a, 1)):
        with pytest.raises(TypeError):
            f(*wrong)


def test_concrete_functions() -> None:
    @tnp_shim.function
    def f(x, dt):
        x += dt
        return x.sum()

    trace = f.get_concrete_function(ArraySpec([3]), 0.5)
    a = np.ones(3)
    assert float(trace(a, 1.0)) == 6 and float(f(a, 1.0)) == 9
    assert traces(f) == 1
    assert isinstance(trace.concrete_function, tf.types.experimental.ConcreteFunction)
    assert trace.graph is trace.concrete_function.graph
    assert f.get_concrete_function(a, 2.0) is trace
    b = numpy.ones(3)
    assert float(trace(b, 1.0)) == 6
    numpy.testing.assert_array_equal(b, 2)
    assert "float64" in f.pretty_printed_concrete_signatures()


def test_settings_are_part_of_the_key() -> None:
    made = tnp_shim.function(lambda n: np.zeros(n))
    assert made(2).dtype == "float64"
    with config.default_float("float32"):
        assert made(2).dtype == "float32"
    assert made(2).dtype == "float64"


def test_running_eagerly() -> None:
    @tnp_shim.function
    def f(x, dt):
        x += float(dt)
        return x

    tf.config.run_functions_eagerly(True)
    try:
        for a in (np.ones(2), numpy.ones(2)):
            f(a, 0.5)
            numpy.testing.assert_array_equal(a, [1.5, 1.5])
    finally:
        tf.config.run_functions_eagerly(False)


def test_threads() -> None:
    @tnp_shim.function
    def f(x, n):
        W[0] += 1
        x += 1
        return x * n

    W = np.zeros(1)
    results = {}

    def work(number):
        a = np.full(number % 4 + 1, float(number))
        results[number] = [numpy.asarray(f(a, number % 3)) for _ in range(3)][-1], numpy.asarray(a)

    workers = [threading.Thread(target=work, args=(number,)) for number in range(12)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    for number, (result, a) in results.items():
        numpy.testing.assert_array_equal(a, numpy.full(number % 4 + 1, number + 3.0))
        numpy.testing.assert_array_equal(result, a * (number % 3))
    assert len(results) == 12 and traces(f) <= 12


def test_variables_and_modules() -> None:
    class Model(tf.Module):
        def __init__(self):
            self.weight = None

        @tnp_shim.function
        def __call__(self, x):
            if self.weight is None:
                self.weight = tf.Variable(tf.ones([3], tf.float64))
            self.weight.assign_add([1, 1, 1])
            return np.asarray(x) * self.weight

    model = Model()
    check(X * 2, numpy.asarray(model(X)))
    check(X * 3, numpy.asarray(model(X)))


def test_equal_errors_in_a_call() -> None:
    for failing in (lambda x: x[9], lambda x: x.reshape(5), lambda x: np.linalg.inv(x), lambda x: {}[0]):
        with pytest.raises(Exception) as expected:
            failing(np.array(X))
        with pytest.raises(type(expected.value)):
            tnp_shim.function(failing)(X)


def test_functions_of_the_namespace() -> None:
    for function, arguments in (
        (np.sin, (X,)),
        (np.sum, (X, 1)),
        (max, ([1.0, 3.0],)),
        (sorted, ([3.0, 1.0],)),
    ):
        expected = getattr(numpy, function.__name__, function)(*arguments)
        numpy.testing.assert_allclose(tnp_shim.function(function)(*arguments), expected)


def test_arrays_of_a_module_of_the_users(tmp_path, monkeypatch) -> None:
    (tmp_path / "weights_of_a_user.py").write_text(
        "import tnp_shim as np\nW = np.ones(2)\n", encoding="utf-8"
    )
    monkeypatch.syspath_prepend(str(tmp_path))
    weights = importlib.import_module("weights_of_a_user")

    @tnp_shim.function
    def f(x):
        return x * weights.W

    check(numpy.full(2, 3.0), f(3.0))
    weights.W[0] = 5
    check(numpy.array([15.0, 3.0]), f(3.0))


def test_recursion_and_forward_mode() -> None:
    @tnp_shim.function
    def raised(x, n):
        return x if n == 0 else raised(x * 2, n - 1)

    x = np.array([1.0, 2.0])
    with tf.autodiff.ForwardAccumulator(x, np.ones(2)) as accumulator:
        y = raised(x, 3)
    check(numpy.array([8.0, 16.0]), y, memory=False)
    numpy.testing.assert_array_equal(accumulator.jvp(y), [8, 8])


def test_saved_models(tmp_path) -> None:
    trace = tnp_shim.function(lambda x: x * 2).get_concrete_function(ArraySpec([2]))
    tf.saved_model.save(tf.Module(), str(tmp_path), signatures=trace.concrete_function)
    served = tf.saved_model.load(str(tmp_path)).signatures["serving_default"]
    (found,) = served(tf.constant([1.0, 2.0], tf.float64)).values()
    numpy.testing.assert_array_equal(found, [2, 4])


@tnp_shim.function
def decorated(x):
    return x + 1


def undecorated(x):
    return x + 1


def test_pickling_and_copying() -> None:
    assert pickle.loads(pickle.dumps(decorated)) is decorated and copy.deepcopy(decorated) is decorated
    made = tnp_shim.function(undecorated, jit_compile=True)
    again = pickle.loads(pickle.dumps(made))
    check(X + 1, again(X))
    assert again.jit_compile is True and again.python_function is undecorated


def test_lists_and_dicts_of_a_module() -> None:
    module = tf.Module()
    module.parts, module.table = [np.ones(2)], {"w": np.zeros(1)}

    @tnp_shim.function
    def f(parts, table):
        parts[0] += 1
        table["w"] -= parts[0].sum()

    f(module.parts, module.table)
    numpy.testing.assert_array_equal(module.parts[0], [2, 2])
    assert float(module.table["w"][0]) == -4


DRAWS = (
    (iter([1]), next),
    ((n for n in [1]), list),
    (numpy.random.default_rng(0), lambda rng: rng.normal()),
    (zip([1]), lambda pairs: [2 * i for (i,) in pairs]),
)


@pytest.mark.parametrize(("value", "draw"), DRAWS, ids=["iterator", "generator", "random", "zip"])
def test_what_would_be_used_up_refuses_to_be_used(value, draw) -> None:
    @tnp_shim.function
    def f(x, given, use):
        return draw(given["value"]) if use else x * 2

    given = {"value": value}
    check(X * 2, f(X, given, False))
    assert given["value"] is value
    with pytest.raises(UnsupportedError, match="while the function is traced"):
        f(X, given, True)
