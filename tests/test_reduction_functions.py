"""Reductions, accumulations and statistics against NumPy's: values, dtypes, errors, gradients."""

from __future__ import annotations

import numpy
import pytest
import tensorflow as tf
from differential import raises, same
from traced import agree, gradients_agree

import tnp_shim as np

KINDS = "?bBhHiIlLefdFD"
ALL_MODES = ("eager", "traced", "unknown", "xla")


def array(shape, dtype, seed=0, nan=0.0):
    """Numbers of a dtype, a share of which are NaN if it has that."""
    generator = numpy.random.default_rng(seed)
    dtype = numpy.dtype(dtype)
    if dtype.kind in "biu":
        return generator.integers(
            0 if dtype.kind in "bu" else -4, 2 if dtype.kind == "b" else 5, shape
        ).astype(dtype)
    values = numpy.asarray(generator.normal(size=shape))
    if dtype.kind == "c":
        values = values + 1j * generator.normal(size=shape)
    return numpy.where(generator.random(shape) < nan, numpy.nan, values).astype(dtype)


def tolerance(dtype):
    return {"e": 4e-3, "f": 2e-6, "F": 2e-6}.get(numpy.dtype(dtype).char, 1e-13)


PLAIN = ["sum", "prod", "mean", "std", "var", "max", "min", "ptp", "any", "all", "count_nonzero", "average"]
NAN = ["nansum", "nanprod", "nanmean", "nanstd", "nanvar", "nanmax", "nanmin", "nanmedian"]
PLACES = ["argmax", "argmin", "nanargmax", "nanargmin"]
CUMULATIVE = ["cumsum", "cumprod", "nancumsum", "nancumprod"]


@pytest.mark.parametrize("name", [*PLAIN, "median", *NAN, "amax", "amin"])
def test_dtypes_and_axes(name):
    for dtype in KINDS:
        if dtype in "FD" and "median" in name:
            continue
        a = array((3, 4, 2), dtype, nan=0.2 if name.startswith("nan") else 0.0)
        for axis in (None, 0, -1, (0, 2), (1,), ()):
            for keepdims in (False, True):
                same(
                    lambda np, a, axis=axis, keepdims=keepdims: getattr(np, name)(
                        a, axis=axis, keepdims=keepdims
                    ),
                    a,
                    tolerance=tolerance(dtype) * 4,
                    memory=False,
                )


@pytest.mark.parametrize("name", PLACES)
def test_places(name):
    for dtype in KINDS:
        for nan in (0.0, 0.3):
            a = array((4, 5, 3), dtype, nan=nan, seed=1)
            for axis in (None, 0, -1):
                for keepdims in (False, True):
                    same(
                        lambda np, a, axis=axis, keepdims=keepdims: getattr(np, name)(
                            a, axis, keepdims=keepdims
                        ),
                        a,
                        memory=False,
                    )
    for a in (
        [2.0, numpy.nan, 3, numpy.nan],
        [numpy.inf, numpy.nan],
        [1, 3, 3, 1],
        [True, False],
        [-0.0, 0.0],
    ):
        agree(name, numpy.array(a), modes=ALL_MODES if "nan" not in name else ("eager", "traced", "unknown"))
    for a, axis in (
        (numpy.zeros((0, 3)), 0),
        (numpy.zeros((0, 3)), 1),
        (numpy.zeros(0), None),
        (3.0, None),
        (3.0, 0),
    ):
        same(lambda np, a, axis=axis: getattr(np, name)(a, axis), a, memory=False)
    raises(lambda np, a: getattr(np, name)(a, 2), numpy.zeros((2, 2)))
    raises(lambda np, a: getattr(np, name)(a, (0, 1)), numpy.zeros((2, 2)))


@pytest.mark.parametrize("name", CUMULATIVE)
def test_accumulations(name):
    for dtype in KINDS:
        a = array((3, 20), dtype, nan=0.2 if name.startswith("nan") else 0.0)
        for axis in (None, 0, -1):
            same(
                lambda np, a, axis=axis: getattr(np, name)(a, axis),
                a,
                tolerance=tolerance(dtype) * 20,
                memory=False,
            )
    for a in (numpy.zeros((0, 3)), numpy.float64(2), numpy.zeros((2, 0))):
        same(lambda np, a: getattr(np, name)(a), a, memory=False)
    raises(lambda np, a: getattr(np, name)(a, 2), numpy.zeros((2, 2)))
    same(lambda np, a: getattr(np, name)(a, dtype="float32"), numpy.arange(4), memory=False)
    same(lambda np, a: getattr(np, name)(a, dtype=np.int8), numpy.full(9, 3), memory=False)


@pytest.mark.parametrize("name", ["cumulative_sum", "cumulative_prod"])
def test_cumulative_of_the_array_api(name):
    for dtype in "?blfD":
        for shape, axis in (((5,), None), ((5,), 0), ((2, 3), 1), ((2, 3), 0), ((0,), None), ((2, 0), 1)):
            for include in (False, True):
                a = array(shape, dtype)
                same(
                    lambda np, a, axis=axis, include=include: getattr(np, name)(
                        a, axis=axis, include_initial=include
                    ),
                    a,
                    tolerance=tolerance(dtype) * 4,
                    memory=False,
                )
    raises(lambda np, a: getattr(np, name)(a), numpy.zeros((2, 2)))
    raises(lambda np, a: getattr(np, name)(a, axis=(0, 1)), numpy.zeros((2, 2)))
    same(lambda np, a: getattr(np, name)(a), numpy.float64(2), memory=False)
    same(lambda np, a: getattr(np, name)(a, include_initial=True, dtype="f4"), numpy.arange(3), memory=False)


OPTIONS = [
    {"dtype": "float32"},
    {"dtype": "int8"},
    {"initial": 3},
    {"initial": 1.5},
    {"where": numpy.array([True, False, True])},
    {"where": numpy.array([[True], [False]]), "axis": 0},
    {"where": numpy.array([True, False, True]), "initial": 2, "axis": 1, "keepdims": True},
    {"where": numpy.zeros(3, bool), "initial": 1},
    {"axis": 1, "dtype": "float64"},
    {"axis": (0, 0)},
    {"axis": 5},
    {"axis": 1.0},
    {"axis": "x"},
    {"where": numpy.zeros((4, 2, 3), bool), "initial": 1},
    {"initial": 300, "dtype": "int8"},
    {"ddof": 1},
    {"ddof": 1.5, "axis": 0},
    {"correction": 1},
    {"correction": 1, "ddof": 1},
    {"ddof": 7},
    {"mean": numpy.array([[1.0], [2.0]]), "axis": 1},
]


@pytest.mark.parametrize("name", [n for n in [*PLAIN, *NAN] if n not in ("average",)])
def test_options(name):
    for dtype in "?blfdF":
        a = array((2, 3), dtype, nan=0.3 if name.startswith("nan") else 0.0, seed=3)
        for options in OPTIONS:
            if dtype == "F" and options.get("dtype") == "int8":
                continue  # NumPy warns of what is lost
            same(
                lambda np, a, options=options: getattr(np, name)(
                    a, **{k: np.array(v) if isinstance(v, numpy.ndarray) else v for k, v in options.items()}
                ),
                a,
                tolerance=1e-5,
                memory=False,
            )


@pytest.mark.parametrize("name", [*PLAIN, *NAN, "median", *PLACES, *CUMULATIVE])
def test_nothing_to_reduce(name):
    for shape in ((0,), (0, 3), (2, 0), (0, 0), ()):
        for axis in (None, 0, -1):
            a = numpy.zeros(shape)
            same(lambda np, a, axis=axis: getattr(np, name)(a, axis=axis), a, memory=False)


@pytest.mark.parametrize("name", [*PLAIN, *NAN, "median", "argmax", "argmin", *CUMULATIVE])
@pytest.mark.parametrize("dtype", "dlf")
def test_modes(name, dtype):
    a = array((3, 4, 5), dtype, seed=5)
    axes = (None, 1, -1) if name in (*PLACES, *CUMULATIVE) else (None, 1, (0, 2))
    for axis, modes in [(axis, ALL_MODES) for axis in axes] if dtype == "d" else [(axes[1], ALL_MODES[:2])]:
        agree(name, a, modes=modes, axis=axis, tolerance=tolerance(dtype) * 30)


def test_extremes_pass_nan_on():
    a = array((4, 5), "d", nan=0.2, seed=2)
    for name in ("max", "min", "ptp", "median", "argmax", "argmin", "sum"):
        for axis in (None, 0, 1):
            agree(name, a, modes=ALL_MODES, axis=axis, tolerance=1e-12)


def test_complex_extremes_are_lexicographic():
    a = numpy.array([[1 + 2j, 1 + 3j, 0 + 9j], [1 - 1j, complex(2, numpy.nan), complex(numpy.nan, 1)]])
    for name in ("max", "min", "argmax", "argmin", "nanmax", "nanmin", "ptp"):
        for axis in (None, 0, 1):
            agree(name, a, modes=ALL_MODES, axis=axis)


def test_nothing_to_reduce_is_told_when_the_graph_runs():
    for name in ("max", "argmax"):
        function = tf.function(
            lambda t, name=name: tf.convert_to_tensor(getattr(np, name)(np.asarray(t), axis=0)),
            input_signature=[tf.TensorSpec([None, 2], tf.float64)],
            autograph=False,
        )
        assert function(tf.ones([3, 2], tf.float64)).shape == (2,)
        with pytest.raises(tf.errors.InvalidArgumentError, match="zero-size|empty sequence"):
            function(tf.ones([0, 2], tf.float64))


def test_unknown_rank():
    a = array((3, 4, 2), "d")
    for name in ("sum", "prod", "max", "min", "mean", "any", "all", "std", "var", "count_nonzero", "ptp"):
        for axis in (None, 0, 1, (0, 2)):
            for keepdims in (False, True):

                @tf.function(input_signature=[tf.TensorSpec(None, tf.float64)], autograph=False)
                def traced(t, name=name, axis=axis, keepdims=keepdims):
                    return tf.convert_to_tensor(
                        getattr(np, name)(np.asarray(t), axis=axis, keepdims=keepdims)
                    )

                expected = getattr(numpy, name)(a, axis=axis, keepdims=keepdims)
                numpy.testing.assert_allclose(traced(tf.constant(a)), expected, rtol=1e-12)


def test_wraparound():
    for dtype in "bBhHiIlL":
        a = numpy.full(9, numpy.iinfo(dtype).max, dtype)
        for name in ("sum", "prod", "cumsum", "cumprod"):
            same(lambda np, a, name=name, dtype=dtype: getattr(np, name)(a, dtype=dtype), a, memory=False)
            same(lambda np, a, name=name: getattr(np, name)(a), a, memory=False)
        for name in ("max", "min", "ptp", "argmax", "median", "mean"):
            b = numpy.array([numpy.iinfo(dtype).max, numpy.iinfo(dtype).min, 1], dtype)
            same(lambda np, b, name=name: getattr(np, name)(b), b, memory=False)


def test_precision_of_means():
    generator = numpy.random.default_rng(0)
    for dtype, ulps in (("float32", 8), ("float64", 8)):
        a = (generator.random(200_000) + 1000).astype(dtype)
        exact = numpy.mean(a.astype(numpy.longdouble))
        eps = numpy.finfo(dtype).eps
        assert abs(numpy.asarray(np.mean(np.array(a))) - exact) <= ulps * eps * exact
        exact = numpy.var(a.astype(numpy.longdouble))
        assert abs(numpy.asarray(np.var(np.array(a))) - exact) <= 100 * ulps * eps * exact
    halves = (generator.random(5000) * 100).astype("float16")
    same(lambda np, a: (np.mean(a), np.var(a), np.std(a)), halves, memory=False)


# averages


def test_average():
    a = array((2, 3, 4), "d")
    for axis, shape in (
        (None, (2, 3, 4)),
        (0, (2,)),
        (2, (4,)),
        ((0, 2), (2, 4)),
        ((2, 0), (4, 2)),
        ((1,), (3,)),
    ):
        w = numpy.abs(array(shape, "d", seed=1))
        for returned in (False, True):
            for keepdims in (False, True):
                agree(
                    "average",
                    a,
                    modes=ALL_MODES,
                    axis=axis,
                    weights=w,
                    returned=returned,
                    keepdims=keepdims,
                    tolerance=1e-12,
                )
    for axis in (None, 0, -1):
        for keepdims in (False, True):
            line, w = array((4,), "d"), numpy.abs(array((4,), "d", seed=1))
            agree("average", line, modes=ALL_MODES, axis=axis, weights=w, keepdims=keepdims, tolerance=1e-12)
    for dtype in "?blefdFD":
        for other in "?blefdFD":
            w = numpy.abs(array((4,), other, seed=2)).astype(other) + numpy.ones((), other)
            same(
                lambda np, a, w: np.average(a, axis=-1, weights=w, returned=True),
                array((3, 4), dtype),
                w,
                tolerance=1e-2 if "e" in dtype + other else 1e-5,
                memory=False,
            )
    same(lambda np, a: np.average(a, returned=True), numpy.arange(4), memory=False)
    same(lambda np, a: np.average(a, axis=0, returned=True), numpy.ones((2, 3), "f4"), memory=False)


def test_average_refuses():
    a = numpy.arange(6.0).reshape(2, 3)
    raises(lambda np, a: np.average(a, weights=[1, 2]), a)
    raises(lambda np, a: np.average(a, axis=0, weights=[1, 2, 3]), a)
    raises(lambda np, a: np.average(a, axis=1, weights=[1, -1, 0]), a)
    raises(lambda np, a: np.average(a, axis=0, weights=[[1, 2]]), a)
    raises(lambda np, a: np.average(a, axis=2, weights=[[1, 2]]), a)

    @tf.function(input_signature=[tf.TensorSpec([None]), tf.TensorSpec([None])], autograph=False)
    def traced(t, w):
        return tf.convert_to_tensor(np.average(np.asarray(t), weights=np.asarray(w)))

    assert traced(tf.constant([1.0, 2]), tf.constant([1.0, 3])).numpy() == 1.75
    with pytest.raises(tf.errors.InvalidArgumentError, match="Weights sum to zero"):
        traced(tf.constant([1.0, 2]), tf.constant([1.0, -1]))
    with pytest.raises(tf.errors.InvalidArgumentError, match="shapes of a and weights differ"):
        traced(tf.constant([1.0, 2]), tf.constant([1.0, 2, 3]))


def test_median():
    for dtype in KINDS[:-2]:
        for n in (1, 2, 5, 6):
            same(lambda np, a: np.median(a), array((n,), dtype), memory=False, tolerance=tolerance(dtype))
    for a in (
        [1.0, numpy.nan, 2],
        [numpy.inf, numpy.inf],
        [-numpy.inf, numpy.inf],
        [1.0, numpy.inf, numpy.inf, 3],
    ):
        agree("median", numpy.array(a), modes=ALL_MODES)
    a = array((2, 3, 4), "d", nan=0.1)
    for axis, keepdims in ((None, False), (1, True), ((2, 0), False), ((), True)):
        for name in ("median", "nanmedian"):
            agree(name, a, modes=ALL_MODES, axis=axis, keepdims=keepdims, tolerance=1e-12)
    same(lambda np, a: np.median(a, overwrite_input=True), numpy.arange(5), memory=False)
    raises(lambda np, a: np.median(a, axis=3), a)
    raises(lambda np, a: np.median(a, axis=(0, 0)), a)


# gradients

HARD = numpy.array([[1.0, 0.0, 2.0, 0.0], [3.0, 1.0, -2.0, 0.5], [0.0, 0.3, 0.7, 1.5]])


@pytest.mark.parametrize("name", ["sum", "prod", "mean", "var", "cumsum", "cumprod", "average"])
def test_gradients(name):
    for axis in (None, 0, 1):
        gradients_agree(lambda a, axis=axis: getattr(np, name)(a, axis=axis), HARD)


@pytest.mark.parametrize(
    "name", ["std", "max", "min", "ptp", "median", "nanstd", "nanvar", "nanmax", "nanmedian"]
)
def test_gradients_where_smooth(name):
    for axis in (None, 0, 1):
        gradients_agree(lambda a, axis=axis: getattr(np, name)(a, axis=axis), array((3, 4), "d", seed=7))


def slope(function, point):
    tensor = tf.constant(point)
    with tf.GradientTape() as tape:
        tape.watch(tensor)
        result = tf.convert_to_tensor(function(np.asarray(tensor)))
    return tape.gradient(result, tensor).numpy()


def test_gradients_where_there_is_a_corner():
    assert (slope(np.std, numpy.ones(3)) == 0).all()
    assert (slope(np.nanstd, numpy.ones(3)) == 0).all()
    assert slope(np.max, numpy.array([1.0, 3, 3])).tolist() == [0, 0.5, 0.5]
    assert slope(np.min, numpy.array([1.0, 1, 3])).tolist() == [0.5, 0.5, 0]
    assert slope(np.median, numpy.array([5.0, 1, 3, 2])).tolist() == [0, 0, 0.5, 0.5]


@pytest.mark.parametrize("name", [*NAN, "nancumsum", "nancumprod"])
def test_nan_does_not_leak_into_gradients(name):
    a = numpy.array([[1.0, numpy.nan, 3.0], [numpy.nan, 2.0, 4.0]])
    for axis in (None, 0, 1):
        found = slope(lambda a, axis=axis: np.sum(getattr(np, name)(a, axis=axis)), a)
        assert numpy.isfinite(found).all()
        assert (found[numpy.isnan(a)] == 0).all()


def test_gradient_of_the_average_weights():
    a, w = array((3, 4), "d"), numpy.abs(array((4,), "d", seed=1))
    gradients_agree(lambda a, w: np.average(a, axis=1, weights=w), a, w)


def test_gradients_of_complex_products():
    z = tf.constant(array((4,), "D"))
    with tf.GradientTape() as tape:
        tape.watch(z)
        result = tf.math.real(tf.convert_to_tensor(np.prod(np.asarray(z))))
    others = numpy.array([numpy.prod(numpy.delete(z.numpy(), i)) for i in range(4)])
    numpy.testing.assert_allclose(tape.gradient(result, z), others.conj())


# out


@pytest.mark.parametrize("name", [*PLAIN[:10], "median", "cumsum", "nansum", "argmax"])
def test_out(name):
    a = array((3, 4), "d")

    def into(np, a, dtype):
        out = np.zeros(4 if name not in ("cumsum",) else (3, 4), dtype)
        result = getattr(np, name)(a, axis=0, out=out)
        return result is out, out

    dtype = {"any": bool, "all": bool, "argmax": "int64"}.get(name, "float64")
    same(lambda np, a: into(np, a, dtype), a, tolerance=1e-13, memory=False)
    raises(lambda np, a: getattr(np, name)(a, axis=0, out=np.zeros(7, dtype)), a, message=False)


def test_gradients_in_a_loop():
    start = tf.constant(HARD + 0.1)

    def looped(x, name):
        def step(k, y):
            return k + 1, y * tf.convert_to_tensor(getattr(np, name)(np.asarray(y), axis=0, keepdims=True))

        with tf.GradientTape() as tape:
            tape.watch(x)
            result = tf.while_loop(lambda k, _: k < 2, step, (0, x), maximum_iterations=2)[1]
        return tape.gradient(result, x)

    for name in ("sum", "mean", "max", "std", "median", "prod"):
        expected = looped(start, name)
        for compiled in (False, True):
            found = tf.function(looped, jit_compile=compiled, autograph=False)(start, name)
            numpy.testing.assert_allclose(found, expected, rtol=1e-9)
