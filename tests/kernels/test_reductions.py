"""Reductions and accumulations of tensors by every ufunc against NumPy's, in all modes; their gradients."""

from __future__ import annotations

import functools
import warnings

import numpy
import pytest
import tensorflow as tf

from tnp_shim import dtypes
from tnp_shim.declaration.loops import resolve_reduction
from tnp_shim.kernels import folds, reductions, scans
from tnp_shim.ufuncs import UFUNCS

# ldexp is left out: its loops take an int second, which the ufunc refuses to accumulate.
NAMES = sorted(
    name
    for name, made in UFUNCS.items()
    if getattr(made, "nin", 0) == 2
    and made.nout == 1
    and made.signature is None
    and made.__name__ == name
    and name != "ldexp"
)
SHAPES = [(5,), (1,), (20,), (3, 4), (2, 3, 4), (0,), (2, 0), ()]
# NumPy's vectorised loops of these overwrite what they still have to read
WRONG_IN_NUMPY = ("arctan2", "power", "float_power")


@pytest.fixture(autouse=True)
def quietly():
    with warnings.catch_warnings(), numpy.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        yield


def values(shape, dtype, seed=0):
    generator = numpy.random.default_rng(seed)
    dtype = numpy.dtype(dtype)
    if dtype.kind in "biu":
        return generator.integers(
            -5 if dtype.kind == "i" else 0, 2 if dtype.kind == "b" else 6, shape
        ).astype(dtype)
    numbers = numpy.asarray(generator.normal(size=shape))
    numbers = numpy.where(generator.random(shape) < 0.05, numpy.inf, numbers)
    numbers = numpy.where(generator.random(shape) < 0.05, numpy.nan, numbers)
    if dtype.kind == "c":
        return (generator.normal(size=shape) + 1j * generator.normal(size=shape)).astype(dtype)
    return numbers.astype(dtype)


def result(function, *arguments):
    try:
        return numpy.asarray(function(*arguments))
    except Exception as error:
        return error


def check(expected, actual, where):
    if isinstance(expected, Exception):
        assert isinstance(actual, (type(expected), tf.errors.InvalidArgumentError)), (where, expected, actual)
        return
    assert not isinstance(actual, Exception), (where, actual)
    assert actual.dtype == expected.dtype and actual.shape == expected.shape, where
    tolerance = {"e": 2e-2, "f": 1e-4, "F": 1e-4}.get(expected.dtype.char, 1e-9)
    assert numpy.allclose(actual, expected, tolerance, tolerance, equal_nan=True), (where, expected, actual)


@pytest.mark.parametrize("name", NAMES)
def test_every_dtype(name):
    ufunc, body = getattr(numpy, name), UFUNCS[name].body
    for dtype in "?bBhlLefdFD":
        try:
            loop = dtypes.to_tf(resolve_reduction(ufunc, numpy.dtype(dtype), None))
        except TypeError:
            continue
        if loop.as_numpy_dtype != numpy.dtype(dtype).type and dtype not in "?b":
            continue
        for shape in SHAPES:
            a = values(shape, dtype)
            tensor = tf.cast(a, loop)
            for axes in {
                (),
                tuple(range(len(shape))),
                *((axis,) for axis in range(len(shape))),
                (0, 2)[: len(shape)],
            }:
                if len(shape) < 3 and axes == (0, 2) or name in WRONG_IN_NUMPY and loop.is_floating:
                    continue
                for keepdims in (False, True) if dtype == "d" else (True,):
                    expected = result(
                        lambda a=a, axes=axes, k=keepdims: ufunc.reduce(a, axis=axes, keepdims=k)
                    )
                    actual = result(reductions.reduce, name, body, tensor, axes, keepdims)
                    check(expected, actual, (name, dtype, shape, axes, keepdims))
            for axis in range(len(shape)):
                expected = result(lambda a=a, axis=axis: ufunc.accumulate(a, axis=axis))
                check(
                    expected, result(scans.accumulate, name, body, tensor, axis), (name, dtype, shape, axis)
                )


@pytest.mark.parametrize("name", WRONG_IN_NUMPY[:2])
def test_in_order(name):
    a = numpy.random.default_rng(0).uniform(0.5, 2, (40,))
    for n in (3, 40):
        expected = functools.reduce(getattr(numpy, name), a[:n])
        found = reductions.reduce(name, UFUNCS[name].body, tf.constant(a[:n]), (0,))
        numpy.testing.assert_allclose(found, expected, rtol=1e-10)


MASK = numpy.array([[True, False, True, True], [False, False, False, False], [True, True, True, False]])


@pytest.mark.parametrize(
    "name", ["add", "multiply", "maximum", "subtract", "divide", "logaddexp", "hypot", "fmin"]
)
def test_initial_and_where(name):
    ufunc, body = getattr(numpy, name), UFUNCS[name].body
    a = numpy.random.default_rng(0).uniform(0.5, 2, (3, 4))
    for options in (
        {"initial": 2.5},
        {"initial": 2.5, "where": MASK},
        {"where": MASK},
        {"where": MASK[0], "initial": 1.0},
    ):
        for axes in ((0,), (1,), (0, 1)):
            expected = result(lambda axes=axes, options=options: ufunc.reduce(a, axis=axes, **options))
            given = {
                key: tf.constant(v, tf.bool if key == "where" else tf.float64) for key, v in options.items()
            }
            actual = result(
                lambda axes=axes, given=given: reductions.reduce(
                    name, body, tf.constant(a), axes, False, **given
                )
            )
            check(expected, actual, (name, options, axes))
            if isinstance(expected, Exception):
                assert str(actual) == str(expected)


def value_and_slopes(function, x):
    with tf.GradientTape() as outer:
        outer.watch(x)
        with tf.GradientTape() as inner:
            inner.watch(x)
            y = function(x)
            total = tf.reduce_sum(y * y)
        slope = inner.gradient(total, x)
        steepness = tf.reduce_sum(slope * slope)
    return y, slope, outer.gradient(steepness, x)


COMPILED = ("maximum", "multiply", "divide")


@pytest.mark.parametrize("name", ["multiply", "hypot"])
@pytest.mark.parametrize("kind", ["reduce", "accumulate"])
def test_unknown_shapes(name, kind):
    ufunc, body = getattr(numpy, name), UFUNCS[name].body
    a = numpy.random.default_rng(0).uniform(0.5, 2, (3, 21, 2))

    def function(x):
        if kind == "reduce":
            return reductions.reduce(name, body, x, (1,), False)
        return scans.accumulate(name, body, x, 1)

    known = value_and_slopes(function, tf.constant(a))
    numpy.testing.assert_allclose(known[0], getattr(ufunc, kind)(a, axis=1), rtol=1e-12)
    cases = [(shape, False) for shape in ([None, None, None], None)]
    if name in COMPILED:
        cases.append(([None, None, None], True))
    for shape, compiled in cases:
        traced = tf.function(
            functools.partial(value_and_slopes, function),
            input_signature=[tf.TensorSpec(shape, tf.float64)],
            jit_compile=compiled,
            autograph=False,
        )
        for expected, found in zip(known, traced(tf.constant(a)), strict=True):
            numpy.testing.assert_allclose(found, expected, rtol=1e-9, atol=1e-12)


ZEROS = numpy.array([[1.0, 0, 2, 0, 3], [2, 0, 3, 4, 5], [0, 0, 0, 1, 1]])
PRODUCTS = {
    "prod": lambda x: reductions.reduce("multiply", UFUNCS["multiply"].body, x, (1,)),
    "prod of all": lambda x: reductions.reduce("multiply", UFUNCS["multiply"].body, x, (0, 1), True),
    "cumprod": lambda x: scans.cumprod(x, 1),
    "exclusive": lambda x: scans.cumprod(x, 1, exclusive=True),
    "reverse": lambda x: scans.cumprod(x, 1, reverse=True),
    "both": lambda x: scans.cumprod(x, 1, exclusive=True, reverse=True),
}


@pytest.mark.parametrize("name", PRODUCTS)
def test_gradients_of_products_at_zeros(name):
    function = PRODUCTS[name]

    def value(x):
        y = function(x)
        return tf.reduce_sum(
            y * tf.reshape(tf.linspace(tf.constant(1.0, y.dtype), 2, y.shape.num_elements()), y.shape)
        )

    def slope(x):
        with tf.GradientTape() as tape:
            tape.watch(x)
            y = value(x)
        return tape.gradient(y, x)

    point = tf.constant(ZEROS)
    for compute in (value, slope):
        (theory,), (measured,) = tf.test.compute_gradient(compute, [point], delta=1e-4)
        numpy.testing.assert_allclose(theory, measured, atol=1e-6)
    for of_graph in (slope, lambda x: tf.gradients(value(x), x)[0]):
        numpy.testing.assert_allclose(tf.function(of_graph, autograph=False)(point), slope(point))


def test_products_are_one_node():
    for function, op in ((PRODUCTS["prod"], "Prod"), (PRODUCTS["cumprod"], "Cumprod")):
        graph = (
            tf.function(function, autograph=False)
            .get_concrete_function(tf.TensorSpec([3, 5], tf.float64))
            .graph
        )
        kinds = [op.type for op in graph.get_operations()]
        assert sorted(set(kinds) - {"Placeholder", "Const", "Identity", "NoOp"}) == [op]


def test_gradients_of_complex_products():
    z = tf.constant(values((4,), "D"))
    with tf.GradientTape(persistent=True) as tape:
        tape.watch(z)
        last = tf.math.real(scans.cumprod(z, 0)[-1])
        total = tf.math.real(reductions.reduce("multiply", UFUNCS["multiply"].body, z, (0,)))
    others = numpy.array([numpy.prod(numpy.delete(z.numpy(), i)) for i in range(4)])
    for result in (last, total):
        numpy.testing.assert_allclose(tape.gradient(result, z), others.conj())


def test_unknown_rank_and_neighbourless_axes():
    a = values((2, 3, 4, 2), "D")
    for name in ("add", "multiply", "maximum"):
        for axes in (None, (1,), (0, 2), (3,)):
            for keepdims in (False, True):
                found = tf.function(
                    lambda x, n=name, axes=axes, k=keepdims: reductions.reduce(n, UFUNCS[n].body, x, axes, k),
                    input_signature=[tf.TensorSpec(None, tf.complex128)],
                    autograph=False,
                )(tf.constant(a))
                expected = getattr(numpy, name).reduce(a, axis=axes, keepdims=keepdims)
                check(numpy.asarray(expected), found.numpy(), (name, axes, keepdims))


def test_axes():
    assert reductions.normalize_axes(None, 3) == (0, 1, 2)
    assert reductions.normalize_axes(-1, 3) == (2,)
    assert reductions.normalize_axes((0, -1), None) == (0, -1)
    assert reductions.normalize_axes(0, 0) == ()
    for axis, rank, error in (
        (3, 2, numpy.exceptions.AxisError),
        ((0, -2), 2, ValueError),
        (1.0, 2, TypeError),
    ):
        with pytest.raises(error):
            reductions.normalize_axes(axis, rank)
    with pytest.raises(numpy.exceptions.AxisError):
        reductions.normalize_axes(0, 0, strict=True)
    with pytest.raises(ValueError, match="duplicate"):
        reductions.normalize_axes((0, 0), None)


def test_only_what_numpy_reorders_is_reduced_over_several_axes():
    for name in NAMES:
        ufunc = getattr(numpy, name)
        for dtype in "?ld":
            a = numpy.ones((2, 2), dtype)
            try:
                ufunc.reduce(a, axis=(0, 1))
                reorderable = True
            except ValueError:
                reorderable = False
            except TypeError:
                continue
            assert (name in folds.ASSOCIATIVE) == reorderable, (name, dtype)
