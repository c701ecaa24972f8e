"""`pad` in all of its modes against NumPy, with known and unknown widths, and its gradients."""

from __future__ import annotations

import numpy
import pytest
import tensorflow as tf
from traced import agree, gradients_agree

import tnp_shim as np

A = numpy.arange(6.0).reshape(2, 3) ** 1.5
V = numpy.arange(4.0) ** 2
ARRAYS = {
    "matrix": A,
    "vector": V,
    "integers": numpy.arange(5),
    "bytes": numpy.uint8([250, 3, 7]),
    "single": numpy.float32([1, 5, 2.5]),
}
WIDTHS = [1, (2, 3), ((7, 9),), 0, {-1: (2, 1)}, 2.5, -1, numpy.array([1, 2]), (1, 2, 3)]
MATRIX_WIDTHS = [((1, 2), (0, 3)), [[2, 0], [0, 0]], {0: 1}]
STATISTICS = ("maximum", "minimum", "mean", "median")
ELEMENTS = ("edge", "reflect", "symmetric", "wrap")
MODES = ("constant", "linear_ramp", *ELEMENTS, *STATISTICS)
ROUNDED = {"mean": 1e-6, "median": 1e-6}


def modes_for(width):
    return ("eager", "traced") if isinstance(width, numpy.ndarray) else ("eager", "traced", "unknown")


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("width", WIDTHS)
def test_vectors(mode, width):
    for name in ("vector", "integers", "bytes", "single"):
        agree("pad", ARRAYS[name], width, mode, modes=modes_for(width), tolerance=ROUNDED.get(mode, 0))


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("width", WIDTHS + MATRIX_WIDTHS)
def test_matrices(mode, width):
    agree("pad", A, width, mode, modes=modes_for(width), tolerance=ROUNDED.get(mode, 0))


@pytest.mark.parametrize("mode", ["reflect", "symmetric"])
@pytest.mark.parametrize("width", [1, (2, 3), ((7, 9),), ((0, 11),)])
@pytest.mark.parametrize("name", ARRAYS)
def test_odd_reflection(mode, width, name):
    agree("pad", ARRAYS[name], width, mode, reflect_type="odd", tolerance=1e-12)


@pytest.mark.parametrize("mode", STATISTICS)
@pytest.mark.parametrize("length", [2, (1, 3), 0, None])
def test_stat_length(mode, length):
    for name in ("matrix", "integers"):
        modes = ("eager", "traced") if length == 0 and name == "integers" else ("eager", "traced", "unknown")
        agree("pad", ARRAYS[name], 2, mode, stat_length=length, modes=modes, tolerance=1e-6)


VALUES = [
    {"constant_values": 5},
    {"constant_values": (5, 6)},
    {"constant_values": ((1, 2), (3, 4))},
    {"constant_values": 300},
    {"constant_values": 2.5},
    {"constant_values": numpy.array([1.0, 2.0])},
]


@pytest.mark.parametrize("keywords", VALUES)
@pytest.mark.parametrize("name", ["matrix", "vector", "integers", "bytes"])
def test_constant_values(name, keywords):
    agree("pad", ARRAYS[name], 2, **keywords)


def test_end_values():
    for name in ("matrix", "vector", "integers"):
        agree("pad", ARRAYS[name], (2, 3), "linear_ramp", end_values=(5, -4.5))
        agree("pad", ARRAYS[name], (2, 3), "linear_ramp", end_values=5)


ODD_ARRAYS = [
    numpy.array([1j, 2]),
    numpy.array([True, False, True]),
    numpy.zeros((0, 2)),
    numpy.ones((1, 3)),
    numpy.ones((1, 1, 2, 1, 1, 2)),
]


@pytest.mark.parametrize("mode", ["constant", "edge", "reflect", "wrap", "symmetric", "mean", "linear_ramp"])
@pytest.mark.parametrize("array", ODD_ARRAYS, ids=lambda a: f"{a.dtype}{a.shape}")
def test_other_arrays(mode, array):
    agree("pad", array, 2, mode, tolerance=1e-12)
    agree("pad", array, 0, mode, tolerance=1e-12)


def test_scalars_and_wrong_arguments():
    agree("pad", 3.0, 2)
    agree("pad", numpy.ones((1,) * 9), 1, modes=("eager",))  # more axes than TensorFlow's op takes
    agree("pad", V, 1, "foo")
    agree("pad", V, 1, "edge", constant_values=3)


def test_by_a_function():
    def frame(vector, widths, axis, options):
        value = options.get("padder", 10) + axis
        vector[: widths[0]] = value
        vector[vector.shape[0] - widths[1] :] = vector[widths[0]]

    agree("pad", A, ((1, 2), (2, 1)), frame, padder=100, modes=("eager", "traced"))
    agree("pad", numpy.ones((0, 3)), 0, lambda vector, *_: vector.fill(1), modes=("eager", "traced"))


UNKNOWN_WIDTHS = ("constant", *ELEMENTS, "linear_ramp", "mean")


@tf.function(
    input_signature=[tf.TensorSpec([None], tf.float64), tf.TensorSpec([2], tf.int32)], autograph=False
)
def padded_by_unknown_widths(tensor, widths):
    array, widths = np.asarray(tensor), np.asarray(widths)
    made = [np.pad(array, widths, mode) for mode in UNKNOWN_WIDTHS]
    made += [np.pad(array, widths, mode, reflect_type="odd") for mode in ("reflect", "symmetric")]
    return [tf.convert_to_tensor(m) for m in [*made, np.pad(array, (widths[0], 1))]]


@pytest.mark.parametrize("widths", [(1, 2), (0, 0), (9, 11)])
def test_unknown_widths(widths):
    wanted = [numpy.pad(V, widths, mode) for mode in UNKNOWN_WIDTHS]
    wanted += [numpy.pad(V, widths, mode, reflect_type="odd") for mode in ("reflect", "symmetric")]
    wanted.append(numpy.pad(V, (widths[0], 1)))
    made = padded_by_unknown_widths(V, numpy.int32(widths))
    for actual, expected in zip(made, wanted, strict=True):
        numpy.testing.assert_allclose(actual.numpy(), expected, rtol=1e-13)


@pytest.mark.parametrize("mode", MODES)
def test_gradients(mode):
    gradients_agree(lambda a: np.pad(a, 2, mode), A)


def test_gradients_of_values():
    gradients_agree(lambda a, v: np.pad(a, 1, constant_values=v), A, 2.0)
    gradients_agree(lambda a, v: np.pad(a, (2, 1), "linear_ramp", end_values=v), A, [2.0, 3.0])
    gradients_agree(lambda a: np.pad(a, (7, 9), "reflect", reflect_type="odd"), V)


@pytest.mark.parametrize("mode", MODES)
def test_under_xla(mode):
    agree("pad", A, 2, mode, modes=("xla",), tolerance=1e-12)


def test_mirrors_of_floats_are_one_op():
    @tf.function(input_signature=[tf.TensorSpec([2, 3], tf.float32)], autograph=False)
    def traced(tensor):
        return tf.convert_to_tensor(np.pad(np.asarray(tensor), 1, "reflect"))

    ops = [n.op for n in traced.get_concrete_function().graph.as_graph_def().node if n.op != "Const"]
    assert ops == ["Placeholder", "MirrorPad", "Identity"]
