"""np.linalg in graphs, with known and unknown shapes: values, and errors that cannot be lost."""

from __future__ import annotations

import numpy
import pytest
import tensorflow as tf
from differential import run
from matrix_cases import CASES, arguments, tolerance, values
from traced import check_tensors, tensors_in

import tnp_shim as np
import tnp_shim.linalg


def graph_of(body, points, unknown=False, **options):
    """The body as a graph of tensors of the shapes of the points, or of unknown sizes."""
    shapes = [[None] * p.ndim if unknown else p.shape for p in points]
    signature = [tf.TensorSpec(shape, p.dtype) for shape, p in zip(shapes, points, strict=True)]
    return tf.function(
        lambda *tensors: tensors_in(body(np, *map(np.asarray, tensors))),
        input_signature=signature,
        autograph=False,
        **options,
    )


@pytest.mark.parametrize("unknown", [False, True])
@pytest.mark.parametrize("name", CASES)
def test_values(name, unknown):
    case = CASES[name]
    for dtype in ("float64", "complex64"):
        points = arguments(case, dtype)
        expected, _ = run(case.body, numpy, points)
        actual = graph_of(case.body, points, unknown)(*map(tf.constant, points))
        check_tensors(expected, actual, tolerance(dtype), name)


@pytest.mark.parametrize("unknown", [False, True])
def test_eigenvalues_are_complex_while_traced(unknown):
    a = values((3, 3)) + values((3, 3)).T
    found = graph_of(lambda np, a: np.linalg.eigvals(a), [a], unknown)(a)
    assert found.dtype == tf.complex128
    numpy.testing.assert_allclose(numpy.sort(found.numpy().real), numpy.linalg.eigvalsh(a))


SINGULAR = numpy.ones((3, 3))
FAILING = {
    "inv": (lambda np, a: np.linalg.inv(a), SINGULAR * 0, "Singular_matrix"),
    "solve": (lambda np, a: np.linalg.solve(a, a[:, 0]), SINGULAR * 0, "Singular_matrix"),
    "matrix_power": (lambda np, a: np.linalg.matrix_power(a, -2), SINGULAR * 0, "Singular_matrix"),
    "cholesky": (lambda np, a: np.linalg.cholesky(a), -SINGULAR, "LinAlgError: Matrix is not positive"),
    "svd": (lambda np, a: np.linalg.svd(a).U, SINGULAR * numpy.nan, "LinAlgError: SVD did not converge"),
    "svdvals": (lambda np, a: np.linalg.svdvals(a), SINGULAR * numpy.nan, "SVD did not converge"),
    "eig": (lambda np, a: np.linalg.eig(a)[0], SINGULAR * numpy.inf, "LinAlgError_Eigenvalues"),
}


@pytest.mark.parametrize("unknown", [False, True])
@pytest.mark.parametrize("name", FAILING)
def test_errors_when_the_graph_runs(name, unknown):
    body, a, text = FAILING[name]
    function = graph_of(body, [a], unknown)
    with pytest.raises(tf.errors.InvalidArgumentError, match=text):
        function(a)
    function(numpy.eye(3))


def test_errors_of_shapes_while_traced():
    tall, a = numpy.ones((3, 2)), numpy.ones((3, 3))
    for name in ("inv", "det", "slogdet", "eig", "eigvals", "eigh", "eigvalsh", "cholesky"):
        with pytest.raises(np.linalg.LinAlgError, match="must be square"):
            graph_of(lambda np, a: getattr(np.linalg, name)(a), [tall]).get_concrete_function()  # noqa: B023
        with pytest.raises(tf.errors.InvalidArgumentError, match="must be square"):
            graph_of(lambda np, a: getattr(np.linalg, name)(a), [a], unknown=True)(tall)  # noqa: B023
        with pytest.raises(np.linalg.LinAlgError, match="1-dimensional array given"):
            graph_of(lambda np, a: getattr(np.linalg, name)(a), [tall[0]], unknown=True)(tall[0])  # noqa: B023


def test_not_a_number_goes_through():
    bad = numpy.array([[[1, 2], [numpy.nan, 3]], [[2, 1], [1, 2.0]]])
    for name in ("inv", "eigvalsh", "cholesky", "det"):
        found = graph_of(lambda np, a: getattr(np.linalg, name)(a), [bad], True)(bad).numpy()  # noqa: B023
        numpy.testing.assert_array_equal(numpy.isnan(found).any(tuple(range(1, found.ndim))), [True, False])
        numpy.testing.assert_allclose(found[1], getattr(numpy.linalg, name)(bad[1]), rtol=1e-12)


def test_rank_decides_the_number_of_residuals():
    function = graph_of(lambda np, a, b: np.linalg.lstsq(a, b)[1], [SINGULAR, SINGULAR], unknown=True)
    for a in (values((4, 3)), numpy.ones((4, 3)), values((3, 3)), values((2, 3))):
        b = values((len(a), 2))
        numpy.testing.assert_allclose(function(a, b), numpy.linalg.lstsq(a, b)[1], atol=1e-12)


def test_a_graph_takes_the_kernel_and_little_else():
    a = numpy.eye(3)
    for name, kernel in (("inv", "MatrixInverse"), ("cholesky", "Cholesky"), ("svdvals", "Svd")):
        function = graph_of(lambda np, a: getattr(np.linalg, name)(a), [a])  # noqa: B023
        graph = function.get_concrete_function().graph.as_graph_def()
        types = [
            node.op for nodes in (graph.node, *(f.node_def for f in graph.library.function)) for node in nodes
        ]
        # a second one where numbers are not finite
        assert 1 <= types.count(kernel) <= 2
        assert not {"PyFunc", "EagerPyFunc", "While", "StatelessWhile"} & {*types}


def test_shapes_are_known_where_those_of_arguments_are():
    for name in CASES.keys() - {"lstsq"}:  # whose residuals depend on the rank
        case = CASES[name]
        function = graph_of(case.body, arguments(case)).get_concrete_function()
        for shape in tf.nest.flatten(function.output_shapes):
            assert shape.is_fully_defined(), (name, shape)
