"""First and second gradients of elementwise bodies: everywhere, at hard points, under tf.where, under XLA."""

from __future__ import annotations

import numpy
import pytest
import tensorflow as tf
from elementwise_cases import DTYPE_OF, ROW_OF, loops_of

INF = float("inf")
NAN = float("nan")

# where a function is not defined everywhere, points where it is
POINTS = {
    "arccos": [-0.4, 0.7],
    "arccosh": [1.3, 2.5],
    "arcsin": [-0.4, 0.7],
    "arctanh": [-0.4, 0.7],
    "float_power": [0.7, 1.4],
    "log": [0.3, 2.5],
    "log10": [0.3, 2.5],
    "log1p": [-0.3, 2.5],
    "log2": [0.3, 2.5],
    "power": [0.7, 1.4],
    "sqrt": [0.3, 2.5],
}
# the slope of a step of one unit in the last place is a convention: it moves with its argument
SLOPES_BY_CONVENTION = {("nextafter", 0): 1.0, ("nextafter", 1): 0.0, ("spacing", 0): 0.0}


def outputs_of(results) -> list:
    return list(results) if isinstance(results, tuple) else [results]


def float_loops() -> list[tuple[str, str]]:
    """(name, loop) of float64 loops that have a float64 result."""
    pairs = [(name, loop) for name, row in ROW_OF.items() for loop in loops_of(row.numpy) if "d" in loop]
    return [(name, loop) for name, loop in pairs if "d" in results_dtypes(name, loop)]


def results_dtypes(name: str, loop: str) -> str:
    ufunc = ROW_OF[name].numpy
    dtypes = ufunc.resolve_dtypes((*map(numpy.dtype, loop), *(None,) * ufunc.nout))
    return "".join(dtype.char for dtype in dtypes[ufunc.nin :])


def gradients(function, arguments: list, position: int) -> tuple:
    """The value, the first and the second derivative of a function of one result, eagerly."""
    # tf.constant of a plain -0.0 may be a 0.0 that TensorFlow has kept
    tensors = [tf.constant(numpy.array(argument)) for argument in arguments]
    with tf.GradientTape() as outer:
        outer.watch(tensors[position])
        with tf.GradientTape() as inner:
            inner.watch(tensors[position])
            value = function(*tensors)
        first = inner.gradient(value, tensors[position])
    second = outer.gradient(first, tensors[position], unconnected_gradients="zero")
    return value, first, second


@pytest.mark.parametrize(("name", "loop"), float_loops())
def test_gradients_are_numpys_slopes(name, loop):
    row, ufunc = ROW_OF[name], ROW_OF[name].numpy
    points = numpy.array(POINTS.get(name, [-1.3, 0.6]))
    floats = [points, points[::-1] * 1.37 + 0.011]
    arguments = [
        floats[k] if character == "d" else numpy.array([2, 3], DTYPE_OF[character])
        for k, character in enumerate(loop)
    ]
    for position in (k for k, character in enumerate(loop) if character == "d"):
        for output in (k for k, character in enumerate(results_dtypes(name, loop)) if character == "d"):

            def at(distance, position=position, output=output):
                moved = [*arguments]
                moved[position] = moved[position] + distance
                return outputs_of(ufunc(*moved))[output]

            def body(*tensors, output=output):
                return outputs_of(row.body(*tensors))[output]

            slope = (at(1e-6) - at(-1e-6)) / 2e-6
            bend = (at(1e-4) - 2 * at(0) + at(-1e-4)) / 1e-8
            if (name, position) in SLOPES_BY_CONVENTION:
                slope, bend = SLOPES_BY_CONVENTION[name, position], 0.0
            _, first, second = gradients(body, arguments, position)
            numpy.testing.assert_allclose(first, numpy.broadcast_to(slope, 2), rtol=1e-6, atol=1e-8)
            numpy.testing.assert_allclose(second, numpy.broadcast_to(bend, 2), rtol=1e-4, atol=1e-5)


# name, arguments, the first derivatives, the second derivatives of each argument with itself
HARD_POINTS = [
    ("power", (0.0, 2.0), (0.0, 0.0), (2.0, 0.0)),
    ("power", (0.0, 1.0), (1.0, 0.0), (0.0, 0.0)),
    ("power", (0.0, 3.0), (0.0, 0.0), (0.0, 0.0)),
    ("power", (0.0, 0.0), (0.0, 0.0), (0.0, 0.0)),
    ("power", (0.0, 0.5), (INF, 0.0), (-INF, 0.0)),
    ("power", (-2.0, 3.0), (12.0, 0.0), (-12.0, 0.0)),
    ("power", (-2.0, 0.0), (0.0, 0.0), (0.0, 0.0)),
    ("float_power", (0.0, 2.0), (0.0, 0.0), (2.0, 0.0)),
    ("square", (0.0,), (0.0,), (2.0,)),
    ("sqrt", (0.0,), (INF,), (-INF,)),
    ("cbrt", (0.0,), (INF,), None),
    ("absolute", (0.0,), (0.0,), (0.0,)),
    ("fabs", (-0.0,), (0.0,), (0.0,)),
    ("sign", (0.0,), (0.0,), (0.0,)),
    ("hypot", (0.0, 0.0), (0.0, 0.0), (0.0, 0.0)),
    ("hypot", (3.0, 4.0), (0.6, 0.8), (0.128, 0.072)),
    ("hypot", (1e300, 0.0), (1.0, 0.0), (0.0, 1e-300)),
    ("arctan2", (0.0, 0.0), (0.0, 0.0), (0.0, 0.0)),
    ("arctan2", (1e300, 0.0), (0.0, -1e-300), (0.0, 0.0)),
    ("logaddexp", (-INF, -INF), (0.5, 0.5), None),
    ("logaddexp", (INF, INF), (0.5, 0.5), None),
    ("logaddexp", (0.0, -INF), (1.0, 0.0), (0.0, 0.0)),
    ("logaddexp", (1000.0, 0.0), (1.0, 0.0), (0.0, 0.0)),
    ("logaddexp2", (-INF, -INF), (0.5, 0.5), None),
    ("maximum", (1.0, 1.0), (1.0, 0.0), (0.0, 0.0)),
    ("minimum", (1.0, 1.0), (1.0, 0.0), (0.0, 0.0)),
    ("fmax", (NAN, 1.0), (0.0, 1.0), (0.0, 0.0)),
    ("fmin", (1.0, NAN), (1.0, 0.0), (0.0, 0.0)),
    ("fmod", (-5.0, 3.0), (1.0, 1.0), (0.0, 0.0)),
    ("remainder", (-5.0, 3.0), (1.0, 2.0), (0.0, 0.0)),
    ("floor_divide", (-5.0, 3.0), (0.0, 0.0), (0.0, 0.0)),
    ("copysign", (-2.0, 3.0), (-1.0, 0.0), (0.0, 0.0)),
    ("copysign", (2.0, -0.0), (-1.0, 0.0), (0.0, 0.0)),
    ("nextafter", (1.0, 2.0), (1.0, 0.0), (0.0, 0.0)),
    ("heaviside", (0.0, 0.5), (0.0, 1.0), (0.0, 0.0)),
    ("heaviside", (1.0, 0.5), (0.0, 0.0), (0.0, 0.0)),
    ("divide", (1.0, 0.0), (INF, -INF), (0.0, INF)),
    ("reciprocal", (0.0,), (-INF,), (INF,)),
    ("log", (0.0,), (INF,), (-INF,)),
    ("log2", (0.0,), (INF,), (-INF,)),
    ("log10", (0.0,), (INF,), (-INF,)),
    ("log1p", (-1.0,), (INF,), (-INF,)),
    ("arcsin", (1.0,), (INF,), None),
    ("arccos", (1.0,), (-INF,), None),
    ("arccosh", (1.0,), (INF,), None),
    ("arctanh", (1.0,), (INF,), None),
    ("floor", (2.0,), (0.0,), (0.0,)),
    ("ceil", (2.0,), (0.0,), (0.0,)),
    ("trunc", (-0.0,), (0.0,), (0.0,)),
    ("rint", (0.5,), (0.0,), (0.0,)),
]


@pytest.mark.parametrize(("name", "point", "slopes", "bends"), HARD_POINTS)
def test_gradients_at_hard_points(name, point, slopes, bends):
    for position in range(len(point)):
        _, first, second = gradients(ROW_OF[name].body, [*map(numpy.float64, point)], position)
        numpy.testing.assert_allclose(first, slopes[position], rtol=1e-14)
        if bends is not None:
            numpy.testing.assert_allclose(second, bends[position], rtol=1e-14)


# points with infinite or undefined slopes
BAD_POINTS = [
    ("sqrt", (0.0,)),
    ("sqrt", (-1.0,)),
    ("cbrt", (0.0,)),
    ("log", (0.0,)),
    ("log", (-1.0,)),
    ("log2", (0.0,)),
    ("log10", (-1.0,)),
    ("log1p", (-2.0,)),
    ("reciprocal", (0.0,)),
    ("divide", (1.0, 0.0)),
    ("divide", (0.0, 0.0)),
    ("power", (0.0, 0.5)),
    ("power", (-1.0, 0.5)),
    ("power", (0.0, -1.0)),
    ("arcsin", (2.0,)),
    ("arccos", (1.0,)),
    ("arctanh", (1.0,)),
    ("arccosh", (0.0,)),
    ("exp", (1000.0,)),
    ("exp2", (5000.0,)),
    ("expm1", (1000.0,)),
    ("sinh", (1000.0,)),
    ("cosh", (1000.0,)),
    ("sin", (INF,)),
    ("cos", (INF,)),
    ("tan", (INF,)),
    ("hypot", (INF, INF)),
    ("arctan2", (INF, INF)),
    ("logaddexp", (NAN, 0.0)),
    ("remainder", (1.0, 0.0)),
    ("fmod", (1.0, 0.0)),
]


@pytest.mark.parametrize(("name", "point"), BAD_POINTS)
def test_nothing_leaks_from_the_branch_not_taken(name, point):
    def guarded(*tensors):
        return tf.where(False, ROW_OF[name].body(*tensors), 1.0)

    for position in range(len(point)):
        _, first, second = gradients(guarded, [*map(numpy.float64, point)], position)
        assert (first.numpy(), second.numpy()) == (0, 0)
