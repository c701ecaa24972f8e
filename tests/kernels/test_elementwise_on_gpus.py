"""What stands for kernels of complex numbers that GPUs lack: the same numbers, and kernels for every op."""

from __future__ import annotations

import numpy
import pytest
import tensorflow as tf

import tnp_shim as np
from conformance.modes.gpu import obstacles

INVERSES = ("arcsin", "arccos", "arctan", "arcsinh", "arccosh", "arctanh", "tanh")
ULPS = 8


def points(dtype: str) -> numpy.ndarray:
    """Small, large and ordinary numbers, and both sides of the branch cuts."""
    source = numpy.random.default_rng(3)
    sizes = 10.0 ** source.uniform(-6, 4, 200)
    ordinary = (source.standard_normal(200) + 1j * source.standard_normal(200)) * sizes
    zeros = [(2, 0.0), (2, -0.0), (-2, 0.0), (-2, -0.0), (0.0, 2), (-0.0, 2), (0.0, -2), (0.5, 0), (0, 0)]
    return numpy.concatenate([ordinary, [complex(*parts) for parts in zeros]]).astype(dtype)


@pytest.mark.parametrize("dtype", ["complex64", "complex128"])
@pytest.mark.parametrize("name", INVERSES)
def test_inverse_functions(name, dtype):
    z = points(dtype)
    expected = getattr(numpy, name)(z.astype("complex128"))
    with tf.device("GPU:0"):
        found = getattr(np, name)(np.asarray(z)).numpy()
    assert found.dtype == dtype
    away = abs(found - expected) / numpy.maximum(abs(expected), 1e-300)
    assert away.max() < ULPS * numpy.finfo(dtype).eps


@pytest.mark.parametrize("name", INVERSES)
def test_slopes_are_those_of_the_kernels(name):
    z = tf.constant(points("complex128")[:50])

    def slope(device):
        with tf.device(device), tf.GradientTape() as tape:
            tape.watch(z)
            value = tf.convert_to_tensor(getattr(np, name)(np.asarray(z)))
        return tape.gradient(value, z).numpy()

    numpy.testing.assert_allclose(slope("GPU:0"), slope("CPU:0"), rtol=1e-9, atol=1e-9)


def test_powers():
    z, w = points("complex128")[:50], points("complex128")[50:100]
    w = w / numpy.maximum(1, abs(w))
    with tf.device("GPU:0"):
        found = np.power(np.asarray(z), np.asarray(w)).numpy()
    numpy.testing.assert_allclose(found, z**w, rtol=1e-13)


@pytest.mark.parametrize("name", [*INVERSES, "power"])
def test_every_op_has_a_gpu_kernel(name):
    def function(z):
        return np.power(z, z) if name == "power" else getattr(np, name)(z)

    with tf.device("GPU:0"):
        trace = tf.function(function, autograph=False).get_concrete_function(tf.TensorSpec([3], "complex128"))
    assert obstacles(trace.graph.as_graph_def()) == []
