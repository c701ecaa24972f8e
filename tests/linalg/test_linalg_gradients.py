"""First and second gradients of np.linalg beside differences, and what holds where they are not defined."""

from __future__ import annotations

import numpy
import pytest
import tensorflow as tf
from matrix_cases import CASES, adjoint, positive, values

import tnp_shim as np
import tnp_shim.linalg

NOT_DIFFERENTIABLE = {"matrix_rank", "norm_of_vectors_0"}
SHAPES = {"qr": (4, 3), "svd": (4, 3)}
"""One matrix is enough where a case has a stack."""


def exponential(np, a):
    """A function of a Hermitian matrix by way of its eigenvectors, and moduli of these."""
    w, v = np.linalg.eigh(a)
    return w, (v * np.exp(w).astype(v.dtype)) @ adjoint(np, v), abs(v)


def of_singular_vectors(np, a, **options):
    u, s, vh = np.linalg.svd(a, **options)
    k = s.shape[-1]
    return s, abs(u[..., :k]), abs(vh[..., :k, :]), u[..., :k] @ vh[..., :k, :]


def of_eigenvectors(np, a):
    w, v = np.linalg.eig(a)
    w = w.astype("complex128")
    return np.sum(w**3), np.sum(abs(v) ** 2 * np.exp(w))


def of_complete_q(np, a):
    q, r = np.linalg.qr(a, mode="complete")
    rest = q[..., :, a.shape[-1] :]
    return q[..., :, : a.shape[-1]], r, rest @ adjoint(np, rest)


BODIES = {name: case for name, case in CASES.items() if name not in NOT_DIFFERENTIABLE}
VECTORS = {
    "eigh": (exponential, (3, 3)),
    "svd": (lambda np, a: of_singular_vectors(np, a, full_matrices=False), (4, 3)),
    "svd_wide": (lambda np, a: of_singular_vectors(np, a, full_matrices=False), (3, 4)),
    "svd_full": (of_singular_vectors, (5, 3)),
    "svd_full_wide": (of_singular_vectors, (3, 4)),
    "svd_hermitian": (lambda np, a: of_singular_vectors(np, a, hermitian=True), (3, 3)),
    "eig": (of_eigenvectors, (3, 3)),
    "eigvals": (lambda np, a: np.sum(np.exp(np.linalg.eigvals(a).astype("complex128"))), (3, 3)),
    "qr_complete": (of_complete_q, (4, 2)),
}


def problem(name, dtype):
    """A body over tensors, and where its gradient is taken."""
    if name in VECTORS:
        body, shape = VECTORS[name]
        return body, [values(shape, dtype)]
    case = BODIES[name]
    shapes = [shape[-2:] if len(shape) == 3 else shape for shape in case.shapes]
    if case.makes is positive:
        return case.body, [positive(shape, dtype) for shape in shapes]
    points = [values(shape, dtype, seed) for seed, shape in enumerate(case.shapes)]
    return case.body, points


def differentiable_parts(result):
    if isinstance(result, (list, tuple)):
        return [part for item in result for part in differentiable_parts(item)]
    tensor = tf.convert_to_tensor(result)
    return [tensor] if tensor.dtype.is_floating or tensor.dtype.is_complex else []


def loss_of(body):
    def loss(*points):
        total = tf.constant(0, tf.float64)
        for part in differentiable_parts(body(np, *map(np.asarray, points))):
            weights = tf.reshape(
                tf.math.sin(tf.range(1, tf.cast(tf.size(part), tf.float64) + 1, dtype=tf.float64)),
                tf.shape(part),
            )
            for real in (tf.math.real(part), tf.math.imag(part)):
                total += tf.reduce_sum(weights * real + 0.3 * real**2)
                weights = weights[..., ::-1] if weights.shape.rank else weights
        return total

    return loss


def gradients(function, points):
    with tf.GradientTape() as tape:
        tape.watch(points)
        value = function(*points)
    found = tape.gradient(value, points)
    return [tf.zeros_like(p) if g is None else g for g, p in zip(found, points, strict=True)]


def along(slopes, directions):
    pairs = zip(slopes, directions, strict=True)
    return sum(tf.reduce_sum(tf.math.real(tf.math.conj(slope) * d)) for slope, d in pairs)


def check_slopes(loss, points, mode=None, rtol=1e-5):
    """The first and second gradients along directions beside differences."""
    points = [tf.constant(p) for p in points]
    first = [tf.constant(values(p.shape, p.dtype.name, 7)) for p in points]
    second = [tf.constant(values(p.shape, p.dtype.name, 8)) for p in points]

    def slope(*points):
        return along(gradients(loss, points), first)

    def curve(*points):
        return along(gradients(slope, points), second)

    if mode is not None:
        signature = [
            tf.TensorSpec([None] * p.shape.rank if mode == "unknown" else p.shape, p.dtype) for p in points
        ]
        loss, slope, curve = (
            tf.function(f, input_signature=signature, autograph=False, jit_compile=mode == "xla")
            for f in (loss, slope, curve)
        )
    for function, derivative, directions in ((loss, slope, first), (slope, curve, second)):
        step = 1e-5
        ahead, behind = (
            function(*(p + sign * step * d for p, d in zip(points, directions, strict=True)))
            for sign in (1, -1)
        )
        expected = (ahead - behind) / (2 * step)
        numpy.testing.assert_allclose(derivative(*points), expected, rtol=rtol, atol=rtol)


@pytest.mark.parametrize("dtype", ["float64", "complex128"])
@pytest.mark.parametrize("name", BODIES)
def test_gradients(name, dtype):
    body, points = problem(name, dtype)
    check_slopes(loss_of(body), points)


@pytest.mark.parametrize("name", ["eigh", "svd", "qr", "lstsq", "eigvals", "cholesky", "norm_of_vectors_3"])
def test_gradients_in_graphs(name):
    body, points = problem(name, "float64")
    check_slopes(loss_of(body), points, "unknown")


UNIT = numpy.eye(3)
PROJECTOR = numpy.diag([2.0, 2.0, 5.0])


@pytest.mark.parametrize("a", [UNIT, PROJECTOR, numpy.zeros((3, 3))])
def test_functions_of_equal_eigenvalues(a):
    """Of eigenvalues, and of the projectors onto the spaces of equal ones, gradients are exact."""
    q = numpy.linalg.qr(values((3, 3)))[0]
    point = tf.constant(q @ a @ q.T)
    for name in ("eigvalsh", "svdvals", "eigvals"):
        (slope,) = gradients(lambda x: tf.math.real(tf.reduce_sum(getattr(np.linalg, name)(x) ** 3)), [point])  # noqa: B023
        expected = 3 * point @ point
        if name == "eigvalsh":  # a function of the lower triangle
            expected = numpy.tril(2 * expected) - numpy.diag(numpy.diag(expected))
        numpy.testing.assert_allclose(slope, expected, atol=1e-6)

    def of_projector(x):
        w, v = np.linalg.eigh(x)
        return tf.reduce_sum(tf.convert_to_tensor(v[:, 2:] @ v[:, 2:].T) ** 3)

    if a is PROJECTOR:
        symmetric = lambda x: of_projector((x + tf.transpose(x)) / 2)  # noqa: E731
        direction = tf.constant(values((3, 3)))
        expected = (symmetric(point + 1e-5 * direction) - symmetric(point - 1e-5 * direction)) / 2e-5
        numpy.testing.assert_allclose(along(gradients(symmetric, [point]), [direction]), expected, rtol=1e-6)


def test_unitary_factor_of_equal_singular_values():
    q = numpy.linalg.qr(values((4, 4)))[0]

    def unitary(x):
        u, _, vh = np.linalg.svd(x)
        return tf.reduce_sum(tf.constant(values((4, 4), seed=2)) * tf.convert_to_tensor(u @ vh))

    direction = tf.constant(values((4, 4), seed=3))
    expected = (unitary(q + 1e-6 * direction) - unitary(q - 1e-6 * direction)) / 2e-6
    found = along(gradients(unitary, [tf.constant(q)]), [direction])
    numpy.testing.assert_allclose(found, expected, rtol=1e-6)


@pytest.mark.parametrize("name", ["pinv", "inv", "det", "matrix_power"])
def test_second_gradients_where_singular_values_coincide(name):
    arguments = (-2,) if name == "matrix_power" else ()
    q = numpy.linalg.qr(values((3, 3)))[0]
    for a in (UNIT, q):
        check_slopes(lambda x: tf.reduce_sum(getattr(np.linalg, name)(x, *arguments) ** 3), [a], rtol=1e-4)


@pytest.mark.parametrize("rank", [0, 1, 2])
def test_determinants_of_singular_matrices(rank):
    """det is a polynomial: its slopes are the cofactors, whatever the rank."""
    for dtype in ("float64", "complex128"):
        a = values((3, max(rank, 1)), dtype) @ values((max(rank, 1), 3), dtype, 1) * (rank > 0)
        check_slopes(lambda x: loss_of(lambda np, x: np.linalg.det(x))(x), [a], rtol=1e-6)


def test_pseudo_inverses_of_lower_rank_at_fixed_rank():
    left, right = values((4, 2)), values((2, 3), seed=1)
    check_slopes(loss_of(lambda np, l, r: np.linalg.pinv(l @ r, rcond=1e-8)), [left, right], rtol=1e-4)  # noqa: E741


FINITE = {
    "norm": lambda a: np.linalg.norm(a),
    "norm_1": lambda a: np.linalg.norm(a, 1),
    "norm_2": lambda a: np.linalg.norm(a, 2),
    "norm_nuc": lambda a: np.linalg.norm(a, "nuc"),
    "norm_inf": lambda a: np.linalg.norm(a, numpy.inf),
    "norm_3": lambda a: np.linalg.norm(a, 3, axis=0),
    "norm_half": lambda a: np.linalg.norm(a, 0.5, axis=0),
    "svd": lambda a: np.linalg.svd(a),
    "eigh": lambda a: np.linalg.eigh(a),
    "eig": lambda a: np.linalg.eig(a),
    "qr": lambda a: np.linalg.qr(a),
    "pinv": lambda a: np.linalg.pinv(a),
    "lstsq": lambda a: np.linalg.lstsq(a, a),
    "det": lambda a: np.linalg.det(a),
    "slogdet": lambda a: np.linalg.slogdet(a),
    "cond": lambda a: np.linalg.cond(a),
    "cond_1": lambda a: np.linalg.cond(a, 1),
}
JORDAN = numpy.array([[1, 1, 0], [0, 1, 1], [0, 0, 1.0]])
HARD = {"zero": UNIT * 0, "unit": UNIT, "ones": UNIT * 0 + 1, "jordan": JORDAN, "nilpotent": JORDAN - UNIT}


@pytest.mark.parametrize("dtype", ["float64", "complex128"])
@pytest.mark.parametrize("name", FINITE)
def test_gradients_are_finite_everywhere(name, dtype):
    for at, a in HARD.items():
        a = tf.constant(a.astype(dtype))

        def total(x):
            parts = differentiable_parts(FINITE[name](x))
            kept = [tf.where(tf.math.is_finite(tf.math.real(p)), p, tf.zeros_like(p)) for p in parts]
            return sum(tf.reduce_sum(tf.math.real(p * p)) for p in kept)

        def size(x):
            (slope,) = gradients(total, [x])
            return tf.reduce_sum(tf.math.real(slope * tf.math.conj(slope)))

        for function in (total, size):
            (slope,) = gradients(function, [a])
            assert numpy.isfinite(slope).all(), (name, at, function.__name__)


def test_the_slope_of_a_norm_at_0_is_0():
    for order in (None, 1, 3, "fro"):
        zero = tf.zeros((2, 2) if order in (1, "fro") else 3)
        (slope,) = gradients(lambda x: np.linalg.norm(x, order), [zero])  # noqa: B023
        assert not slope.numpy().any()


def test_gradients_cost_no_warning(caplog):
    gradients(lambda a: tf.reduce_sum(np.linalg.svdvals(a)), [tf.constant(values((3, 3), "complex128"))])
    gradients(lambda a: tf.reduce_sum(np.linalg.norm(a, 2)), [tf.constant(values((3, 3), "complex128"))])
    assert "incompatible dtype" not in caplog.text
