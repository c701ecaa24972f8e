"""np.fft against NumPy: values, dtypes, lengths, axes, norms, `out`, errors; frequencies and shifts."""

from __future__ import annotations

import warnings

import numpy
import pytest
import tensorflow as tf
from differential import raises, run, same

import tnp_shim as np
import tnp_shim.fft
from tnp_shim import config, dtypes
from tnp_shim.declaration import REGISTRY
from tnp_shim.declaration.function import name_of
from tnp_shim.kernels import fourier
from tnp_shim.kernels.coverage import kernel_dtypes

ONE = ("fft", "ifft", "rfft", "irfft", "hfft", "ihfft")
OVER_AXES = ("fftn", "ifftn", "fft2", "ifft2", "rfftn", "rfft2", "irfftn", "irfft2")
NORMS = (None, "backward", "ortho", "forward")
HALF, SINGLE, DOUBLE = 2e-2, 1e-5, 1e-12


def values(shape, dtype="float64"):
    generator = numpy.random.default_rng([*shape])
    dtype = numpy.dtype(dtype)
    parts = generator.normal(size=(2, *shape)) * 3
    if dtype.kind == "b":
        return parts[0] > 0
    return (parts[0] + 1j * parts[1] if dtype.kind == "c" else abs(parts[0])).astype(dtype)


def tolerance_of(dtype, to_half=False):
    """Of a result computed from `dtype`: only an inverse to real numbers stays in half precision."""
    if str(dtype) == "float16":
        return HALF if to_half else SINGLE
    return {"float32": SINGLE, "complex64": SINGLE}.get(str(dtype), DOUBLE)


def calling(name, *args, **kwargs):
    return lambda np, a: getattr(np.fft, name)(a, *args, **kwargs)


def test_all_names():
    public = {name for name, value in vars(numpy.fft).items() if callable(value) and name[0] != "_"}
    assert set(np.fft.__all__) == public - {"test"}
    assert {name_of(getattr(numpy.fft, name)) for name in public - {"test"}} <= {
        d.name for d in REGISTRY.values()
    }


@pytest.mark.parametrize("dtype", dtypes.NAMES)
@pytest.mark.parametrize("name", ONE)
def test_dtypes(name, dtype):
    tolerance = tolerance_of(dtype, to_half=name in ("irfft", "hfft"))
    for norm in NORMS:
        same(calling(name, norm=norm), values((2, 5), dtype), tolerance=tolerance)


@pytest.mark.parametrize("name", ONE)
def test_lengths(name):
    dtype = "float64" if name in ("rfft", "ihfft") else "complex128"
    for n in (None, 1, 2, 3, 4, 7, 12, 13, 31, 64, 97, 100, 101, 1009):
        for count in (1, 2, 3, 11, 16):
            if n is not None or count > 1:
                same(calling(name, n), values((count,), dtype), tolerance=DOUBLE)
    if name not in ("irfft", "hfft"):
        for count in (127, 1021, 2053, 4096):
            same(calling(name), values((count,), dtype), tolerance=1e-11)


@pytest.mark.parametrize("name", ONE)
def test_axis(name):
    for axis in (0, 1, 2, -1, -2, -3):
        same(calling(name, 4, axis), values((2, 5, 3)), tolerance=DOUBLE)
        same(calling(name, axis=axis), values((2, 5, 3)), tolerance=DOUBLE)


@pytest.mark.parametrize("name", OVER_AXES)
def test_axes_and_lengths(name):
    cases = [
        *((None, axes) for axes in (None, (0,), (1, 0), (2, 0, 1), (0, 0), (-1, 0, -1), [0, 2])),
        *((s, (0, 1)) for s in ((3, 4), (3, -1), (-1, -1), [7, 2], numpy.array([2, 3]))),
        *(((2, 7, 3), (2, 0, 1)), ((3, 5, 2, 4), (0, 1, 2, 0)), ((-1, -1), (1, 1)), ((2, -1), (1, 1))),
    ]
    for s, axes in cases:
        same(calling(name, s, axes), values((4, 3, 5)), tolerance=DOUBLE)
    same(calling(name), values((4, 3, 5)), tolerance=DOUBLE)
    same(calling(name, norm="ortho"), values((4, 3)), tolerance=DOUBLE)
    same(calling(name, axes=(0, 0, 1), norm="forward"), values((4, 3)), tolerance=DOUBLE)
    for axes in ((0, 1, 2, 3), (3, 1, 0, 2)):
        same(calling(name, axes=axes), values((2, 3, 4, 5)), tolerance=DOUBLE)
    same(calling(name, axes=(3, 4, 1, 0, 2)), values((2, 3, 2, 3, 3)), tolerance=DOUBLE)


@pytest.mark.parametrize("name", OVER_AXES)
def test_dtypes_over_axes(name):
    for dtype in ("bool", "int8", "uint32", "float16", "float32", "float64", "complex64", "complex128"):
        for axes in ((0, 1), (1,)):
            a = values((5, 3), dtype)
            tolerance = tolerance_of(dtype, to_half=name[:2] == "ir" and len(axes) == 1)
            same(calling(name, axes=axes, norm="ortho"), a, tolerance=tolerance)
            same(calling(name, axes=axes), a, tolerance=tolerance)


SPECTRA = [(shape, n) for shape in ((5,), (4, 5), (3, 5), (4, 3, 5), (3, 4, 5)) for n in (8, 9)]


@pytest.mark.parametrize(("shape", "n"), SPECTRA)
def test_what_is_no_part_of_a_real_signal_is_left_out(shape, n):
    sizes, axes = (*shape[:-1], n), tuple(range(len(shape)))
    z = values(shape, "complex128")
    same(calling("irfftn", sizes, axes), z, tolerance=DOUBLE)
    # what the op gets is the spectrum of a real signal, on which all its kernels agree
    ends = tf.function(lambda z: fourier._with_symmetric_ends(z, len(shape), n))
    spectrum = numpy.fft.rfftn(numpy.fft.irfftn(z, sizes, axes), axes=axes)
    numpy.testing.assert_allclose(ends(tf.constant(z)), spectrum, atol=1e-13)


def test_the_imaginary_part_at_frequency_0_of_a_length_where_cufft_takes_it():
    same(calling("irfft", norm="forward"), values((2**12 + 1,), "complex128"), tolerance=1e-11)


def test_every_op_has_gpu_kernels():
    for inverse in ("", "I"):
        for real in ("", "R"):
            for count in ("", "2D", "3D"):
                op = f"{inverse}{real}FFT{count}"
                assert {tf.complex64, tf.complex128} <= kernel_dtypes(op, "GPU"), op
    for op in ("TensorStridedSliceUpdate", "ReverseV2", "Roll", "Pad", "Transpose", "ConcatV2"):
        assert {tf.float32, tf.float64, tf.complex64, tf.complex128} <= kernel_dtypes(op, "GPU"), op


def test_default_float():
    a = numpy.arange(4)
    with config.default_float("float32"):
        for name in ONE:
            dtype = "float32" if name in ("irfft", "hfft") else "complex64"
            assert getattr(np.fft, name)(np.asarray(a)).dtype == dtype
        assert np.fft.fft(np.asarray(a, dtype="float64")).dtype == "complex128"
        assert np.fft.fftfreq(8).dtype == np.fft.rfftfreq(4000).dtype == "float32"


@pytest.mark.parametrize("name", ("fftn", "ifftn", "fft2", "ifft2"))
def test_over_no_axes_the_array_itself(name):
    same(calling(name, axes=()), values((3, 4)))
    same(calling(name, (), ()), values((3, 4), "int16"))
    raises(calling("r" + name.removeprefix("i"), axes=()), values((3, 4)))


def test_lists_and_numbers():
    same(lambda np: np.fft.fft([1, 2, 3, 4]), tolerance=DOUBLE)
    same(lambda np: np.fft.rfft2([[1.0, 2.0], [3.0, 5.0]]), tolerance=DOUBLE)
    same(lambda np: np.fft.fft([1, 2, 3, 4], numpy.int8(3)), tolerance=DOUBLE)


def test_empty_batches_and_nothing_to_transform():
    for name in ONE:
        for shape in ((0, 5), (3, 0, 5), (0, 0, 4)):
            same(calling(name), values(shape), tolerance=DOUBLE)
        raises(calling(name), values((3, 0)))
    for name in ("fft", "ifft", "rfft", "ihfft"):
        same(calling(name, 4), values((3, 0)), tolerance=DOUBLE)
    for name in OVER_AXES:
        same(calling(name, axes=(1, 2)), values((0, 3, 4)), tolerance=DOUBLE)
        raises(calling(name, axes=(0, 1)), values((0, 3, 4)))


@pytest.mark.parametrize("name", ONE)
def test_errors(name):
    a = values((3, 4))
    for n in (0, -1, 2.5, "x"):
        raises(calling(name, n), a)
    for axis in (2, -3, None, (0,), 1.5):
        raises(calling(name, axis=axis), a)
        raises(calling(name, 3, axis), a)
    for norm in ("x", "Ortho", 1, ["ortho"]):
        raises(calling(name, norm=norm), a)
    raises(calling(name), numpy.array(3.0))
    raises(calling(name, axes=(0,)), a)
    for refused in (values((3, 4), "complex64"), values((3, 4), "complex128")):
        same(calling(name), refused, tolerance=SINGLE)
    raises(calling("irfft"), values((1,)))


@pytest.mark.parametrize("name", OVER_AXES)
def test_errors_over_axes(name):
    a = values((3, 4, 5))
    for s, axes in (((2, 2), (0,)), ((2,), (5,)), (None, (0, 3)), (3, None), (None, 1), ((0, 2), (0, 1))):
        raises(calling(name, s, axes), a)
    raises(calling(name, (2.0, 2), (0, 1)), a)
    raises(calling(name, (2, 2, 2, 2), (0, 1, 2)), a)
    raises(calling(name, norm="x"), a)


@pytest.mark.parametrize("name", OVER_AXES)
def test_deprecated_spellings_warn_as_in_numpy(name):
    for s, axes in (((2, 3), None), ((None, 3), (0, 1)), ((3, None), (0, 1)), ((None, None), (1, 1))):
        same(calling(name, s, axes), values((3, 4, 5)), tolerance=DOUBLE)
        for namespace in (numpy, np):
            with pytest.warns(DeprecationWarning) as caught:
                getattr(namespace.fft, name)(namespace.ones((3, 4, 5)), s, axes)
            assert len(caught) == 1
        assert caught[0].filename == __file__, "the line of the caller"
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        getattr(np.fft, name)(np.ones((3, 4, 5)), (-1, 3), (0, 1))


def into(name, out, *args, **kwargs):
    """A body that gives both the result and what became of `out`."""

    def body(np, a, out):
        result = getattr(np.fft, name)(a, *args, out=out, **kwargs)
        return result is out, result, out

    return lambda a: same(body, a, out, tolerance=SINGLE)


def test_out():
    a = values((3, 4))
    for name, shape in (("fft", (3, 4)), ("ifft", (3, 4)), ("rfft", (3, 3)), ("ihfft", (3, 3))):
        for dtype in ("complex128", "complex64", "float64", "int64"):
            into(name, numpy.ones(shape, dtype))(a)
    for dtype in ("float64", "float32", "complex128", "int64"):
        into("irfft", numpy.ones((3, 6), dtype))(a)
    into("hfft", numpy.ones((3, 6)))(a)  # NumPy leaves it alone
    for shape in ((3, 5), (2, 4), (4,), (1, 3, 4)):
        into("fft", numpy.ones(shape, "complex128"))(a)
    into("fft", numpy.ones((7, 4), "complex128"), 7, 0)(a)
    raises(lambda np, a: np.fft.fft(a, out=[1]), a)


def test_out_over_axes():
    a = values((3, 4))
    into("rfft2", numpy.ones((3, 3), "complex128"))(a)
    into("irfftn", numpy.ones((5, 6)), (5, 6), (0, 1))(a)
    into("irfft2", numpy.ones((5, 6)), (5, 6))(a)  # NumPy leaves it alone
    for name in ("fft2", "ifftn"):
        for s in ((3, 6), (5, 4), (5, 6), (3, 4)):
            into(name, numpy.ones(s, "complex128"), s, (0, 1))(a)
            into(name, numpy.ones(s, "complex128"), s[::-1], (1, 0))(a)


def test_out_may_be_the_argument_or_a_real_numpy_array():
    def body(np, a):
        view = a[::2]
        np.fft.fft(view, out=view)
        return a

    same(body, values((4, 3), "complex128"), tolerance=DOUBLE, memory=False)
    out = numpy.zeros((3, 4), complex)
    a = values((3, 4))
    assert np.fft.fft(np.asarray(a), out=out) is out
    numpy.testing.assert_allclose(out, numpy.fft.fft(a))
    with pytest.raises(ValueError, match="output array has wrong shape"):
        np.fft.fft(np.asarray(a[0]), out=out)


FREQUENCIES = ("fftfreq", "rfftfreq")


@pytest.mark.parametrize("name", FREQUENCIES)
def test_frequencies(name):
    for n in (1, 2, 7, 8, 1500, 1501, numpy.int8(6), numpy.int64(2001)):
        for d in (1.0, 0.1, 3, 1j, numpy.float32(0.1), numpy.float16(3), numpy.array(2.5), numpy.array(3)):
            same(lambda np, n, d: getattr(np.fft, name)(n, d), n, d, tolerance=1e-15)
    same(lambda np: getattr(np.fft, name)(9, d=0.5, device="cpu"))
    for n in (0, 4.0, -1500 if name == "fftfreq" else "4", numpy.array(4), None):
        raises(lambda np, n: getattr(np.fft, name)(n), n)
    raises(lambda np: getattr(np.fft, name)(4, 0))
    raises(lambda np: getattr(np.fft, name)(2000, 0.0))
    raises(lambda np, d: getattr(np.fft, name)(4, d), numpy.ones(7))
    same(lambda np, d: np.fft.fftfreq(4, d), numpy.arange(4.0))


@pytest.mark.parametrize("name", ("fftshift", "ifftshift"))
def test_shifts(name):
    for dtype in ("bool", "uint8", "uint64", "float16", "complex128"):
        for shape in ((5,), (4, 3), (2, 3, 4), (0, 3), (3, 0)):
            same(calling(name), values(shape, dtype))
    for axes in (0, -1, (0,), (0, 2), [1, 1], (0, 0, 0), (), numpy.array([2, 0]), True):
        same(calling(name, axes), values((5, 4, 3)))
    for axes in (3, (0, 3), -4, 1.0):
        raises(calling(name, axes), values((5, 4, 3)))
    raises(calling(name), numpy.array(1.0))
    same(calling(name, 0), [1, 2, 3])


def test_errors_are_known_by_their_class():
    assert isinstance(run(lambda np: np.fft.fft(np.ones(3), 0), np, ())[1], ValueError)
    assert isinstance(run(lambda np: np.fft.fft(np.ones(3), axis=7), np, ())[1], IndexError)
