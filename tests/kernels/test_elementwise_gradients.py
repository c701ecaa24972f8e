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


def complex_loops() -> list[str]:
    return [name for name, row in ROW_OF.items() for loop in loops_of(row.numpy) if set(loop) == {"D"}]


@pytest.mark.parametrize("mode", ["eager", "graph", "xla"])
def test_complex_gradients_follow_tensorflows_convention(mode):
    """The gradient of a real L is dL/dx + i dL/dy: upwards in the plane."""
    points = [numpy.array([0.7 + 0.4j, -0.3 + 1.2j]), numpy.array([1.3 - 0.5j, 0.4 + 0.2j])]
    weights = numpy.array([0.3 + 0.8j, 1.1 - 0.6j])
    expected, cases = [], []
    for name in complex_loops():
        ufunc = ROW_OF[name].numpy
        arguments = points[: ufunc.nin]
        if ufunc(*arguments).dtype.kind not in "fc":
            continue
        for position in range(ufunc.nin):

            def loss(distance, ufunc=ufunc, arguments=arguments, position=position):
                moved = [*arguments]
                moved[position] = moved[position] + distance
                return (weights.conj() * ufunc(*moved)).real

            along, up = ((loss(h) - loss(-h)) / 2e-6 for h in (1e-6, 1e-6j))
            expected.append(along + 1j * up)
            cases.append((name, arguments, position))

    def all_gradients():
        results = []
        for name, arguments, position in cases:
            tensors = [*map(tf.constant, arguments)]
            with tf.GradientTape() as tape:
                tape.watch(tensors[position])
                value = tf.cast(ROW_OF[name].body(*tensors), tf.complex128)
                loss = tf.reduce_sum(tf.math.real(weights.conj() * value))
            results.append(tape.gradient(loss, tensors[position]))
        return results

    compiled = tf.function(all_gradients, autograph=False, jit_compile=mode == "xla")
    results = all_gradients() if mode == "eager" else compiled()
    for (name, _, position), result, slope in zip(cases, results, expected, strict=True):
        numpy.testing.assert_allclose(result, slope, rtol=1e-6, atol=1e-8, err_msg=f"{name} {position}")


FLOAT_CASES = [
    (name, loop)
    for name, row in ROW_OF.items()
    for loop in loops_of(row.numpy)
    if set(loop) in ({"e"}, {"f"}, {"d"}, {"E"})
]


def float_tensors(name: str, loop: str) -> list[tf.Tensor]:
    """A column and a row, so that gradients are summed over what was repeated."""
    first = 1.7 if name == "arccosh" else 0.6
    values = [[[first], [first + 0.1]], [0.25, 0.35, 1.3]]
    return [tf.constant(numpy.array(value).astype(DTYPE_OF[loop[0]])) for value in values[: len(loop)]]


def float_outputs(name: str, tensors: list) -> list[tf.Tensor]:
    return [output for output in outputs_of(ROW_OF[name].body(*tensors)) if output.dtype.is_floating]


def tape_gradients(name: str, tensors: list) -> list:
    with tf.GradientTape(persistent=True) as tape:
        tape.watch(tensors)
        outputs = float_outputs(name, tensors)
    return [tape.gradient(output, tensors) for output in outputs]


def test_every_float_has_a_gradient_of_its_shape_in_every_mode():
    tensors = [float_tensors(name, loop) for name, loop in FLOAT_CASES]

    @tf.function(autograph=False)
    def in_a_graph(tensors):
        results = []
        for (name, _), case in zip(FLOAT_CASES, tensors, strict=True):
            results.append([tf.gradients(output, case) for output in float_outputs(name, case)])
        return results

    @tf.function(autograph=False, jit_compile=True)
    def under_xla(tensors):
        return [
            tape_gradients(name, case) if loop[0] in "ed" else None
            for (name, loop), case in zip(FLOAT_CASES, tensors, strict=True)
        ]

    unknown = [[tf.TensorSpec(None, tensor.dtype) for tensor in case] for case in tensors]
    of_graph = in_a_graph.get_concrete_function(unknown) and in_a_graph(tensors)
    of_xla = under_xla(tensors)
    for (name, loop), case, *others in zip(FLOAT_CASES, tensors, of_graph, of_xla, strict=True):
        tolerance = {"e": 4e-3, "E": 4e-2, "f": 1e-4, "d": 1e-9}[loop[0]]
        for output, eagerly in enumerate(tape_gradients(name, case)):
            for position, gradient in enumerate(eagerly):
                assert (gradient.shape, gradient.dtype) == (case[position].shape, case[position].dtype)
                for other in filter(None, others):
                    numpy.testing.assert_allclose(
                        numpy.asarray(other[output][position], "d"),
                        numpy.asarray(gradient, "d"),
                        rtol=tolerance,
                        atol=tolerance,
                        err_msg=f"{name} {loop}",
                    )


@pytest.mark.parametrize("name", [name for name, loop in FLOAT_CASES if set(loop) == {"d"}])
def test_forward_mode_agrees(name):
    tensors = float_tensors(name, "d" * ROW_OF[name].numpy.nin)
    reverse = tape_gradients(name, tensors)
    for position, tensor in enumerate(tensors):
        with tf.autodiff.ForwardAccumulator(tensor, tf.ones_like(tensor)) as accumulator:
            outputs = float_outputs(name, tensors)
        for output, gradient in zip(outputs, reverse, strict=True):
            forward = accumulator.jvp(output, unconnected_gradients=tf.UnconnectedGradients.ZERO)
            numpy.testing.assert_allclose(
                tf.reduce_sum(forward), tf.reduce_sum(gradient[position]), rtol=1e-9, atol=1e-12
            )


def steep(x):
    """Two derivatives that hang on nodes; infinite at 0, where they are not taken."""
    return tf.where(x > 0, ROW_OF["sqrt"].body(x) + ROW_OF["hypot"].body(x, x), x)


SLOPE_AT_4 = 0.25 + 2**0.5


@pytest.mark.parametrize(
    "wrapped",
    [
        steep,
        tf.function(steep, autograph=False),
        tf.function(steep, jit_compile=True, autograph=False),
        tf.function(lambda x: tf.cond(tf.reduce_sum(x) > 1, lambda: steep(x), lambda: x), autograph=False),
        tf.function(
            lambda x: tf.while_loop(lambda i, _: i < 1, lambda i, y: (i + 1, steep(y)), (0, x))[1],
            autograph=False,
        ),
        tf.function(lambda x: tf.map_fn(steep, x), autograph=False),
        tf.recompute_grad(steep),
    ],
    ids=["eager", "function", "xla", "cond", "while_loop", "map_fn", "recompute_grad"],
)
def test_gradients_through_control_flow(wrapped):
    x = tf.constant([0.0, 4.0], tf.float64)
    with tf.GradientTape(persistent=True) as tape:
        tape.watch(x)
        y = wrapped(x)
    numpy.testing.assert_allclose(tape.gradient(y, x), [1.0, SLOPE_AT_4])


def test_jacobian():
    x = tf.constant([0.0, 4.0], tf.float64)
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = steep(x)
    numpy.testing.assert_allclose(tape.jacobian(y, x), [[1.0, 0.0], [0.0, SLOPE_AT_4]])


def test_exponents_that_happen_to_be_two_keep_their_gradient():
    base, exponent = tf.constant(3.0, tf.float64), tf.constant(2.0, tf.float64)
    for power in (ROW_OF["power"].body, tf.function(ROW_OF["power"].body, autograph=False)):
        with tf.GradientTape() as tape:
            tape.watch(exponent)
            value = power(base, exponent)
        numpy.testing.assert_allclose(tape.gradient(value, exponent), 9 * numpy.log(3.0))


def test_saved_models_keep_derivatives(tmp_path):
    module = tf.Module()
    module.steep = tf.function(steep, input_signature=[tf.TensorSpec([None], tf.float64)], autograph=False)
    tf.saved_model.save(module, tmp_path)
    loaded = tf.saved_model.load(tmp_path)
    x = tf.constant([1.0, 4.0], tf.float64)
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = loaded.steep(x)
    numpy.testing.assert_allclose(tape.gradient(y, x), [0.5 + 2**0.5, SLOPE_AT_4])
