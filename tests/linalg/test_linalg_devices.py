"""What is traced for a GPU has kernels there, with no GPU at hand: `tf.device` says what a trace is for."""

from __future__ import annotations

import pytest
import tensorflow as tf

import tnp_shim as np
from conformance.modes.gpu import obstacles
from tnp_shim.tensorflow_internals import device_type

FUNCTIONS = {
    "eig": np.linalg.eig,
    "eigvals": np.linalg.eigvals,
    "eigh": np.linalg.eigh,
    "svd": np.linalg.svd,
    "svdvals": np.linalg.svdvals,
    "qr": np.linalg.qr,
    "cholesky": np.linalg.cholesky,
    "inv": np.linalg.inv,
    "pinv": np.linalg.pinv,
    "solve": lambda a: np.linalg.solve(a, a),
    "lstsq": lambda a: np.linalg.lstsq(a, a)[0],
    "det": np.linalg.det,
    "slogdet": np.linalg.slogdet,
    "matrix_rank": np.linalg.matrix_rank,
    "cond": np.linalg.cond,
    "norm": lambda a: np.linalg.norm(a, 2),
    "matrix_power": lambda a: np.linalg.matrix_power(a, -2),
}


@pytest.mark.parametrize("dtype", ["float32", "complex128"])
@pytest.mark.parametrize("name", FUNCTIONS)
def test_every_op_has_a_gpu_kernel(name, dtype):
    function = tf.function(lambda a: FUNCTIONS[name](a), autograph=False)
    with tf.device("GPU:0"):
        trace = function.get_concrete_function(tf.TensorSpec([3, 3], dtype))
    assert obstacles(trace.graph.as_graph_def()) == []


def test_a_trace_for_the_cpu_uses_lapack():
    with tf.device("CPU:0"):
        trace = tf.function(np.linalg.eigvals, autograph=False).get_concrete_function(tf.TensorSpec([3, 3]))
    assert "Eig" in {node.op for node in trace.graph.as_graph_def().node}


def test_the_innermost_device_counts():
    seen = {}

    @tf.function(autograph=False)
    def function():
        seen["around"] = device_type()
        with tf.device("CPU:0"):
            seen["inside"] = device_type()
        return tf.constant(0)

    assert device_type() == ""
    with tf.device("GPU:0"):
        assert device_type() == "GPU"
        function.get_concrete_function()
    assert seen == {"around": "GPU", "inside": "CPU"}
