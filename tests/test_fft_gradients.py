"""The first and second gradients of np.fft, in every mode; loops, maps and forward mode."""

from __future__ import annotations

import numpy
import pytest
import tensorflow as tf
from test_fft_traced import ONE, OVER_AXES, REAL_INPUT, SHIFTS, input_of, tensor_of, values

import tnp_shim as np


def matrix_of(name, shape, real, *args, **kwargs):
    """The function as a real matrix, from the parts (real, imaginary) of its input to those of its result."""
    count = int(numpy.prod(shape))
    columns = []
    for unit in (1.0,) if real else (1.0, 1j):
        for i in range(count):
            a = numpy.zeros(count, complex)
            a[i] = unit
            a = a.reshape(shape)
            y = getattr(numpy.fft, name)(a.real if real else a, *args, **kwargs).ravel()
            columns.append(numpy.concatenate([y.real, y.imag]))
    return numpy.array(columns).T


GRADIENTS = [
    *(
        (name, (2, 5), (n, axis))
        for name in ONE
        for n, axis in ((None, -1), (4, -1), (7, -1), (3, 0), (1, -1))
    ),
    *((name, (1, 6), ()) for name in ONE),
    *((name, (3, 4), ()) for name in OVER_AXES),
    *((name, (2, 3, 4), ((3, 5), (2, 0))) for name in OVER_AXES),
    *((name, (2, 3, 3), ((2, 4, 5), (0, 1, 2))) for name in OVER_AXES),
    *((name, (2, 3, 2, 2), (None, (0, 1, 2, 3))) for name in OVER_AXES),
    *((name, (2, 3), ((3, 2), (0, 0))) for name in OVER_AXES),
    *((name, (3, 2), ()) for name in SHIFTS),
]


@pytest.mark.parametrize(("name", "shape", "args"), GRADIENTS)
def test_gradients(name, shape, args):
    """The gradient is the transposed matrix, and the gradient of that is the matrix again."""
    keywords = {} if name in SHIFTS else {"norm": "ortho"}
    for real in (True,) if name in REAL_INPUT else (True, False):
        matrix = matrix_of(name, shape, real, *args, **keywords)
        x = tf.constant(values(shape, "float64" if real else "complex128"))
        y = tensor_of(name, *args, **keywords)(x)
        upstream = tf.constant(values(y.shape, y.dtype.as_numpy_dtype, seed=1))
        again = tf.constant(values(shape, x.dtype.as_numpy_dtype, seed=2))
        for compute in (twice, tf.function(twice, autograph=False)):
            first, second = compute(tensor_of(name, *args, **keywords), x, upstream, again)
            assert first.dtype == x.dtype and second.dtype == y.dtype
            numpy.testing.assert_allclose(parts(first, real), matrix.T @ parts(upstream), atol=1e-12)
            numpy.testing.assert_allclose(parts(second), matrix @ parts(again, real), atol=1e-12)


def parts(z, real=False):
    """Real and imaginary parts as one vector (of a real result of complex kind: with zeros)."""
    z = numpy.ravel(z)
    return z.real if real else numpy.concatenate([z.real, z.imag])


def twice(body, x, upstream, again):
    """The gradient by x, and the gradient of that by the upstream gradient."""
    with tf.GradientTape() as outer:
        outer.watch(upstream)
        with tf.GradientTape() as inner:
            inner.watch(x)
            y = body(x)
        first = inner.gradient(y, x, output_gradients=upstream)
    return first, outer.gradient(first, upstream, output_gradients=again)


@pytest.mark.parametrize("name", (*ONE, *OVER_AXES))
def test_gradients_compiled_and_of_unknown_sizes(name):
    x = tf.constant(input_of(name, (4, 5)))
    y = tensor_of(name)(x)
    upstream, again = (tf.constant(values(t.shape, t.dtype.as_numpy_dtype, seed=3)) for t in (y, x))
    expected = twice(tensor_of(name), x, upstream, again)
    tensors = (x, upstream, again)
    unknown = [tf.TensorSpec([None] * 2, t.dtype) for t in tensors]
    for options in ({"jit_compile": True}, {"input_signature": unknown}):
        compute = tf.function(lambda x, u, a: twice(tensor_of(name), x, u, a), **options, autograph=False)
        for actual, right in zip(compute(*tensors), expected, strict=True):
            numpy.testing.assert_allclose(actual, right, atol=1e-13)


def test_gradients_in_single_precision_of_a_large_array():
    """TensorFlow's own gradient of RFFT2D is off in the fourth digit here."""
    a = values((512, 256), "float32")
    upstream = values((512, 129), "complex64")
    with tf.GradientTape() as tape:
        x = tf.constant(a)
        tape.watch(x)
        y = tensor_of("rfft2")(x)
    found = tape.gradient(y, x, output_gradients=tf.constant(upstream)).numpy()
    padded = numpy.pad(upstream.astype("complex128"), ((0, 0), (0, 127)))
    right = numpy.fft.ifft2(padded, norm="forward").real
    assert numpy.max(numpy.abs(found - right)) < 1e-6 * numpy.max(numpy.abs(right))


@pytest.mark.parametrize("name", ("fft", "rfft", "irfft", "rfft2", "irfft2", "fftshift"))
def test_in_loops_maps_and_forward_mode(name):
    a = input_of(name, (3, 4, 4))
    expected = getattr(numpy.fft, name)(a, axes=(1, 2)) if "2" in name else None
    if expected is None:
        expected = numpy.stack([getattr(numpy.fft, name)(row) for row in a])
    body = tensor_of(name)
    for mapped in (tf.vectorized_map(body, a), tf.map_fn(body, a, fn_output_signature=expected.dtype)):
        numpy.testing.assert_allclose(mapped, expected, atol=1e-13)
    x = tf.constant(a[0])
    tangent = tf.constant(values(x.shape, x.dtype.as_numpy_dtype, seed=5))
    with tf.autodiff.ForwardAccumulator(x, tangent) as accumulator:
        y = body(x)
    numpy.testing.assert_allclose(accumulator.jvp(y), body(tangent), atol=1e-13)


@pytest.mark.parametrize("compiled", (False, True))
def test_gradient_through_a_while_loop(compiled):
    """Four steps of a filter: each a transform of real numbers and back."""
    weights = numpy.linspace(1, 0.5, 5)

    def filtered(x, steps):
        for _ in steps:
            x = np.fft.irfft(np.fft.rfft(x) * weights)
        return x

    def slopes(x):
        with tf.GradientTape() as tape:
            tape.watch(x)
            _, y = tf.while_loop(
                lambda i, _: i < 4,
                lambda i, y: (i + 1, tf.convert_to_tensor(filtered(np.asarray(y), (0,)))),
                (0, x),
                maximum_iterations=4,
            )
            loss = tf.reduce_sum(y**2)
        return tape.gradient(loss, x)

    x = values((3, 8))
    power = numpy.fft.irfft(numpy.fft.rfft(x) * weights**8)
    numpy.testing.assert_allclose(
        tf.function(slopes, jit_compile=compiled, autograph=False)(tf.constant(x)), 2 * power
    )


@pytest.mark.parametrize("name", ("fft", "rfft", "irfft", "rfft2", "irfftn"))
def test_second_derivatives_of_the_power(name):
    """The power is a quadratic form: its gradient's jacobian is constant, symmetric, and gives the power."""

    def power(x):
        y = tensor_of(name)(tf.cast(x, "float64" if name in REAL_INPUT else "complex128"))
        return tf.reduce_sum(tf.math.real(y * tf.math.conj(y)))

    x = tf.constant(values((3, 4)))
    with tf.GradientTape() as outer:
        outer.watch(x)
        with tf.GradientTape() as inner:
            inner.watch(x)
            result = power(x)
        slope = inner.gradient(result, x)
    hessian = tf.reshape(outer.jacobian(slope, x), (12, 12)).numpy()
    numpy.testing.assert_allclose(hessian, hessian.T, atol=1e-13)
    numpy.testing.assert_allclose(numpy.ravel(x) @ hessian @ numpy.ravel(x) / 2, result)
