"""Powers of infinities, zeros and NaN are NumPy's in every mode, also where it takes a square root."""

from __future__ import annotations

import numpy
import pytest
import tensorflow as tf

import tnp_shim as np
from tests.differential import same_value

BASES = [-numpy.inf, -1e30, -2.0, -1.0, -0.5, -1e-30, -0.0, 0.0, 0.5, 1.0, 2.0, numpy.inf, numpy.nan]
EXPONENTS = [-numpy.inf, -4.0, -3.0, -2.5, -1.0, -0.5, -0.0, 0.0, 1 / 3, 0.5, 1.0, 1.5, 2.0, 3.0, 1001.0]
EXPONENTS += [numpy.inf, numpy.nan]
MODES = ("eager", "graph", "unknown", "xla")


def called(mode, body, *arrays):
    """What a body over arrays of ours gives in a mode."""
    if mode == "eager":
        return numpy.asarray(body(*map(np.array, arrays)))
    tensors = [tf.constant(array) for array in arrays]
    unknown = [tf.TensorSpec([None] * tensor.shape.rank, tensor.dtype) for tensor in tensors]

    @tf.function(
        autograph=False, jit_compile=mode == "xla", input_signature=unknown if mode == "unknown" else None
    )
    def traced(*given):
        return tf.convert_to_tensor(body(*map(np.asarray, given)))

    return traced(*tensors).numpy()


def check(mode, body, *arrays):
    with numpy.errstate(all="ignore"):
        expected = numpy.asarray(body(*arrays))
        actual = called(mode, body, *arrays)
    tolerance = 1e-5 if expected.dtype == "float32" else 1e-13
    special = ~numpy.isfinite(expected) | (expected == 0)
    assert same_value(expected[special], actual[special]), (mode, expected, actual)
    numpy.testing.assert_allclose(actual[~special], expected[~special], rtol=tolerance)


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("name", ["power", "float_power"])
def test_special_numbers(mode, dtype, name):
    bases, exponents = numpy.array(BASES, dtype), numpy.array(EXPONENTS, dtype)
    grid = [part.ravel() for part in numpy.meshgrid(bases, exponents)]

    def power(x, y):
        return (numpy if isinstance(x, numpy.ndarray) else np).__dict__[name](x, y)

    check(mode, power, *grid)
    for exponent in (0.5, -0.5):
        check(mode, lambda x, e=exponent: power(x, e), bases)
    for exponent in (0.5, -0.5):
        # one exponent for all, and as many as elements: NumPy takes a square root of the first only
        check(mode, power, bases, numpy.array(exponent, dtype))
        if mode != "unknown":  # where a single exponent is told by its shape
            check(mode, power, bases, numpy.array([exponent], dtype))
        check(mode, power, bases, numpy.full(bases.shape, exponent, dtype))
        check(mode, power, bases[:1], numpy.array([exponent], dtype))


@pytest.mark.parametrize("mode", MODES)
def test_powers_of_scalars_are_no_roots(mode):
    for base in (-numpy.inf, -0.0, 4.0):
        check(mode, lambda x: x[0] ** 0.5, numpy.array([base]))
        check(mode, lambda x: x[0] ** x[1], numpy.array([base, 0.5]))
        check(mode, lambda x, base=base: base ** x[0], numpy.array([0.5]))


@pytest.mark.parametrize("exponent", [0.5, -0.5])
def test_exponents_that_a_graph_knows_are_no_roots(exponent):
    """Grappler makes Sqrt and Rsqrt of powers with a constant, which differ at -inf and -0.0."""
    bases = numpy.array([-numpy.inf, -0.0, 4.0])

    @tf.function(autograph=False)
    def traced(x):
        exponents = np.asarray(tf.fill([3], tf.constant(exponent, tf.float64)))
        return tf.convert_to_tensor(np.power(np.asarray(x), exponents))

    with numpy.errstate(all="ignore"):
        expected = numpy.power(bases, numpy.full(3, exponent))
    assert same_value(expected, traced(bases).numpy())


@pytest.mark.parametrize("compiled", [None, False, True])
def test_square_roots_by_power_are_differentiable_in_both(compiled):
    def slopes(x, y):
        with tf.GradientTape(persistent=True) as outer:
            outer.watch([x, y])
            with tf.GradientTape() as tape:
                tape.watch([x, y])
                total = tf.reduce_sum(tf.convert_to_tensor(np.asarray(x) ** np.asarray(y)))
            first = tape.gradient(total, [x, y])
        return [*first, outer.gradient(first[0], x), outer.gradient(first[1], y)]

    function = slopes if compiled is None else tf.function(slopes, autograph=False, jit_compile=compiled)
    x = numpy.array([4.0, 9.0])
    found = function(tf.constant(x), tf.constant(0.5, tf.float64))
    log = numpy.log(x)
    expected = [0.5 / x**0.5, (x**0.5 * log).sum(), -0.25 * x**-1.5, (x**0.5 * log**2).sum()]
    for mine, wanted in zip(found, expected, strict=True):
        numpy.testing.assert_allclose(mine, wanted, rtol=1e-12)


def test_cancelling_expm1_in_every_mode():
    """Where the parts cancel other terms are summed up: in graphs without a branch, for vectorized_map."""
    y = numpy.array([[0.1, 0.7], [1.0, 2.0]])
    z = tf.constant(-numpy.log(abs(numpy.cos(y))) * 1.001 + 1j * y)

    def expm1(z):
        return tf.convert_to_tensor(np.expm1(np.asarray(z)))

    expected = expm1(z)
    unknown = [tf.TensorSpec(None, z.dtype)]
    for function in (
        tf.function(expm1, autograph=False),
        tf.function(expm1, autograph=False, input_signature=unknown),
        tf.function(expm1, autograph=False, jit_compile=True),
        lambda z: tf.vectorized_map(expm1, z),
    ):
        numpy.testing.assert_allclose(function(z), expected, rtol=1e-15)
