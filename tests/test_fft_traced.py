"""np.fft traced, with unknown sizes, compiled by XLA, in loops and vectorized; its gradients."""

from __future__ import annotations

import numpy
import pytest
import tensorflow as tf

import tnp_shim as np
import tnp_shim.fft

ONE = ("fft", "ifft", "rfft", "irfft", "hfft", "ihfft")
OVER_AXES = ("fftn", "ifftn", "fft2", "ifft2", "rfftn", "rfft2", "irfftn", "irfft2")
SHIFTS = ("fftshift", "ifftshift")
REAL_INPUT = ("rfft", "ihfft", "rfftn", "rfft2")


def values(shape, dtype="float64", seed=0):
    generator = numpy.random.default_rng([seed, *shape])
    parts = generator.normal(size=(2, *shape))
    return (parts[0] + 1j * parts[1] if numpy.dtype(dtype).kind == "c" else parts[0]).astype(dtype)


def input_of(name, shape, double=True):
    real = name in REAL_INPUT
    return values(shape, {(0, 0): "complex64", (0, 1): "complex128", (1, 0): "float32"}.get((real, double)))


def tensor_of(name, *args, **kwargs):
    """A function of one tensor: that of np.fft, with these arguments."""
    return lambda x: tf.convert_to_tensor(getattr(np.fft, name)(np.asarray(x), *args, **kwargs))


def check(name, a, *args, modes=("graph", "unknown", "xla"), **kwargs):
    """The function gives in each mode what NumPy gives."""
    expected = getattr(numpy.fft, name)(a, *args, **kwargs)
    body = tensor_of(name, *args, **kwargs)
    tolerance = 1e-5 if expected.dtype in ("float32", "complex64") else 1e-12
    for mode in modes:
        spec = tf.TensorSpec([None] * a.ndim if mode == "unknown" else a.shape, a.dtype)
        actual = tf.function(body, input_signature=[spec], jit_compile=mode == "xla", autograph=False)(
            a
        ).numpy()
        assert actual.dtype == expected.dtype, mode
        assert actual.shape == expected.shape, mode
        scale = max(1.0, numpy.max(numpy.abs(expected), initial=0))
        numpy.testing.assert_allclose(actual, expected, rtol=tolerance, atol=tolerance * scale, err_msg=mode)


@pytest.mark.parametrize("double", (True, False), ids=("double", "single"))
@pytest.mark.parametrize("name", ONE)
def test_one_axis(name, double):
    a = input_of(name, (3, 6), double)
    check(name, a, modes=("graph",))
    check(name, a, 7, 0, "ortho")
    check(name, a, 4, norm="forward")


@pytest.mark.parametrize("name", ONE)
def test_unknown_sizes(name):
    for shape in ((2, 5), (3, 6), (0, 4)):
        for n in (None, 1, 2, 5, 6, 9):
            check(name, input_of(name, shape), n, norm="ortho", modes=("unknown",))


@pytest.mark.parametrize("double", (True, False), ids=("double", "single"))
@pytest.mark.parametrize("name", ONE)
def test_xla_has_the_values_of_every_length(name, double):
    """Some of XLA's kernels were known for wrong ones of double precision or of prime lengths."""
    lengths = [1, 2, 3, 4, 5, 6, 7, 8, 9, 11, 12, 13, 16, 17, 30, 31, 64, 97, 127, 210, 256, 521, 1009, 2053]
    if name in ("irfft", "hfft"):
        arrays = [input_of(name, (2, n // 2 + 1), double) for n in lengths]
    else:
        arrays = [input_of(name, (2, n), double) for n in lengths]

    def all_of_them(*tensors):
        return [
            tf.convert_to_tensor(getattr(np.fft, name)(np.asarray(x), n))
            for x, n in zip(tensors, lengths, strict=True)
        ]

    found = tf.function(all_of_them, jit_compile=True, autograph=False)(*map(tf.constant, arrays))
    for a, n, actual in zip(arrays, lengths, found, strict=True):
        expected = getattr(numpy.fft, name)(a, n)
        error = numpy.max(numpy.abs(actual.numpy() - expected)) / numpy.max(numpy.abs(expected))
        assert error < (1e-14 if double else 2e-6), f"length {n}: {error}"


@pytest.mark.parametrize("name", OVER_AXES)
def test_over_axes(name):
    a = input_of(name, (3, 4, 5))
    check(name, a)
    check(name, a, (4, 7), (2, 0), "ortho")
    check(name, a, (4, -1, 3), (1, 0, 1), "forward")
    check(name, a, axes=(1, 1, 0), modes=("unknown", "xla"))
    check(name, input_of(name, (2, 3, 2, 5)), axes=(0, 3, 2, 1))
    check(name, input_of(name, (3, 0, 4)), axes=(0, 2))
    check(name, input_of(name, (3, 4, 5), double=False), modes=("xla",))


@pytest.mark.parametrize("name", SHIFTS)
def test_shifts(name):
    for dtype in ("float64", "complex64", "int8", "bool"):
        for axes in (None, 1, (0, -1), (1, 1, 1)):
            check(name, (values((3, 4, 5)) * 9).astype(dtype), axes)
    check(name, values((0, 3)))


@pytest.mark.parametrize("name", ("fft", "irfft", "hfft"))
def test_unknown_n(name):
    a = input_of(name, (2, 6))
    for n in range(1, 14):
        spec = tf.TensorSpec([], tf.int64)
        body = tf.function(
            lambda n: tensor_of(name, n, norm="ortho")(a), input_signature=[spec], autograph=False
        )
        numpy.testing.assert_allclose(body(n), getattr(numpy.fft, name)(a, n, norm="ortho"), atol=1e-14)
    with pytest.raises(tf.errors.InvalidArgumentError, match="Invalid number of FFT data points"):
        body(0)


def test_unknown_s():
    a = values((3, 4))
    for s in ((5, 6), (2, 3)):
        as_vector = tf.function(
            lambda s: tensor_of("irfft2", s)(a),
            input_signature=[tf.TensorSpec([2], tf.int32)],
            autograph=False,
        )
        numpy.testing.assert_allclose(as_vector(s), numpy.fft.irfft2(a, s), atol=1e-14)
        as_scalar = tf.function(
            lambda n: tensor_of("fft2", (n, -1))(a),
            input_signature=[tf.TensorSpec([], tf.int32)],
            autograph=False,
        )
        numpy.testing.assert_allclose(as_scalar(s[0]), numpy.fft.fft2(a, (s[0], -1)), atol=1e-14)


def test_half_precision_of_unknown_size():
    check("ifft", values((2, 3), "float16"), norm="ortho")
    check("fft", values((3,), "float16"), norm="forward", modes=("unknown",))


def test_nothing_to_transform_fails_when_it_runs():
    empty = tf.zeros((3, 0))
    for name in ("fft", "rfft", "irfft"):
        body = tf.function(tensor_of(name), input_signature=[tf.TensorSpec([None, None])], autograph=False)
        with pytest.raises(tf.errors.InvalidArgumentError, match="Invalid number of FFT data points"):
            body(empty)


@pytest.mark.parametrize("name", ("fftfreq", "rfftfreq"))
def test_frequencies(name):
    for n in (1, 6, 7, 1501):
        expected = getattr(numpy.fft, name)(n, 0.25)
        for compiled in (True, False):
            body = tf.function(
                lambda d, n=n: tf.convert_to_tensor(getattr(np.fft, name)(n, np.asarray(d))),
                jit_compile=compiled,
                autograph=False,
            )
            numpy.testing.assert_allclose(body(tf.constant(0.25, tf.float64)), expected)
        body = tf.function(
            lambda n: tf.convert_to_tensor(getattr(np.fft, name)(n, 0.25)),
            input_signature=[tf.TensorSpec([], tf.int64)],
            autograph=False,
        )
        numpy.testing.assert_allclose(body(n), expected)
    with pytest.raises(tf.errors.InvalidArgumentError):
        body(0)
    theory, measured = tf.test.compute_gradient(
        lambda d: tf.convert_to_tensor(getattr(np.fft, name)(6, np.asarray(d))),
        [tf.constant(0.7, tf.float64)],
    )
    numpy.testing.assert_allclose(theory[0], measured[0], rtol=1e-4)


def test_out_in_a_graph():
    @tf.function(autograph=False)
    def written(x):
        out = np.zeros((2, 4), complex)
        np.fft.fft(x, out=out[:, ::-1])
        return tf.convert_to_tensor(out)

    a = values((2, 4))
    numpy.testing.assert_allclose(written(tf.constant(a)), numpy.fft.fft(a)[:, ::-1])
