"""The eigenvalue iteration of our own (for XLA and GPUs) beside LAPACK, on matrices that are hard for one."""

from __future__ import annotations

import numpy
import pytest
import tensorflow as tf
from matrix_cases import values

import tnp_shim as np
import tnp_shim.linalg
from tnp_shim.kernels.linear_algebra import general, triangular_form


def hard_matrices(n):
    """Matrices of n rows, by name."""
    a, q = values((n, n)), numpy.linalg.qr(values((n, n), seed=1))[0]
    steps = numpy.arange(n)
    scales = 10.0 ** values((n,), seed=2) ** 3
    jordan = 2 * numpy.eye(n) + numpy.eye(n, k=1) * (steps[:, None] % 3 > 0)
    companion = numpy.eye(n, k=-1)
    companion[:, -1] = a[0]
    frank = numpy.where(steps[None] >= steps[:, None] - 1, n - numpy.maximum(steps[:, None], steps[None]), 0)
    kahan = 0.9 ** steps[:, None] * (numpy.eye(n) - 0.4 * numpy.triu(numpy.ones((n, n)), 1))
    return {
        "random": a,
        "symmetric": a + a.T,
        "orthogonal": q,
        "companion": companion,
        "jordan": jordan,
        "nearly defective": q @ (jordan + 1e-10 * a) @ q.T,
        "clustered": q @ numpy.diag(1 + 1e-8 * a[0]) @ q.T,
        "badly scaled": a * scales[:, None] / scales,
        "grcar": numpy.triu(numpy.tril(numpy.ones((n, n)), 3)) - numpy.eye(n, k=-1),
        "frank": frank.astype(float),
        "kahan": kahan,
        "unit": numpy.eye(n),
        "zero": numpy.zeros((n, n)),
        "nilpotent": numpy.eye(n, k=1),
        "triangular": numpy.triu(a),
        "cyclic": numpy.roll(numpy.eye(n), 1, 0),
        "rank 1": numpy.outer(a[0], a[:, 0]),
        "integers": numpy.round(3 * a),
        "skew": numpy.tri(n) - numpy.tri(n).T,
        "large": a * 1e150,
        "small": a * 1e-150,
    }


def largest_distance(found, expected):
    """Between eigenvalues and their partners, the nearest ones paired first."""
    apart = numpy.abs(found[:, None] - expected)
    worst = 0.0
    for _ in found:
        i, j = numpy.unravel_index(numpy.nanargmin(apart), apart.shape)
        worst = max(worst, apart[i, j])
        apart[i], apart[:, j] = numpy.nan, numpy.nan
    return worst


def check(a, w, v, name, precision=1e-10):
    size = numpy.abs(a).max() or 1
    assert numpy.isfinite(w).all() and numpy.isfinite(v).all(), name
    numpy.testing.assert_allclose(a / size @ v, v * w / size, atol=precision / 100, err_msg=name)
    numpy.testing.assert_allclose(numpy.linalg.norm(v, axis=0), 1, rtol=precision, err_msg=name)
    expected, vectors = numpy.linalg.eig(a)
    # an eigenvalue is known as well as the matrix, times its condition number
    with numpy.errstate(all="ignore"):
        condition = numpy.linalg.cond(vectors)
    allowed = max(precision, 100 * numpy.finfo(w.real.dtype).eps * min(condition, 1e13))
    assert largest_distance(w / size, expected / size) <= allowed, name


def traced(a, **options):
    """The iteration itself, also where the kernel of TensorFlow would be taken."""
    a = tf.constant(a)
    scale = tf.reduce_max(tf.abs(a), (-2, -1), keepdims=True)
    scale = tf.where(scale == 0, tf.ones_like(scale), scale)
    function = tf.function(lambda x: triangular_form.eigensystem(x, True), autograph=False, **options)
    w, v = function(a / tf.cast(scale, a.dtype))
    return (w * tf.cast(scale[..., 0], w.dtype)).numpy(), v.numpy()


@pytest.mark.parametrize("n", [2, 16])
def test_hard_matrices_under_xla(n):
    matrices = hard_matrices(n)
    names, stack = list(matrices), numpy.stack([*matrices.values()])
    w, v = traced(stack, jit_compile=True)
    for i, name in enumerate(names):
        check(stack[i], w[i], v[i], name)


def test_hard_matrices_in_a_graph_of_unknown_sizes():
    signature = [tf.TensorSpec([None, None, None], tf.float64)]
    matrices = hard_matrices(9)
    names, stack = list(matrices), numpy.stack([*matrices.values()])
    w, v = traced(stack, input_signature=signature)
    for i, name in enumerate(names):
        check(stack[i], w[i], v[i], name)
    w, v = traced(numpy.full((1, 1, 1), 3.0), input_signature=signature)
    assert w == 3 and abs(v) == 1


def test_larger_and_complex_matrices():
    for a in (values((60, 60)), values((8, 8), "complex64")):
        precise = a.dtype != "complex64"
        check(a, *traced(a, jit_compile=True), str(a.dtype), 1e-10 if precise else 1e-3)


def test_many_small_matrices():
    stack = values((1000, 4, 4))
    w, v = traced(stack, jit_compile=True)
    numpy.testing.assert_allclose(stack @ v, v * w[:, None, :], atol=1e-13)
    expected = numpy.linalg.eigvals(stack)
    for powers in (1, 2, 3):
        sums = (x.astype(complex) ** powers for x in (w, expected))
        numpy.testing.assert_allclose(*(s.sum(-1) for s in sums), atol=1e-10)


def test_real_eigenvalues_of_real_matrices_are_real():
    w, v = traced(numpy.array([[[1.0, 2], [3, 4]], [[0.0, 2], [-2, 0]]]), jit_compile=True)
    assert not w[0].imag.any() and numpy.abs(v[0].imag).max() < 1e-15
    numpy.testing.assert_allclose(numpy.sort(w[1].imag), [-2, 2])


def test_it_is_chosen_under_xla_and_on_gpus(monkeypatch):
    a = tf.constant(values((3, 3)))

    def types(**options):
        function = tf.function(
            lambda x: tf.convert_to_tensor(np.linalg.eigvals(x)), autograph=False, **options
        )
        return {op.type for op in function.get_concrete_function(a).graph.get_operations()}

    assert "Eig" in types() and "Eig" not in types(jit_compile=True)
    monkeypatch.setattr(general, "without_kernel", lambda op, dtype: True)
    assert "Eig" not in types()
    eager = np.linalg.eig(np.array(a))
    assert eager.eigenvalues.dtype in ("float64", "complex128")
    check(a.numpy(), numpy.asarray(eager.eigenvalues), numpy.asarray(eager.eigenvectors), "eager")


def test_gradient_under_xla():
    a = tf.constant(values((4, 4)))

    @tf.function(jit_compile=True, autograph=False)
    def slope(x):
        with tf.GradientTape() as tape:
            tape.watch(x)
            value = tf.math.real(tf.reduce_sum(np.linalg.eigvals(x) ** 3))
        return tape.gradient(value, x)

    numpy.testing.assert_allclose(slope(a), 3 * tf.transpose(a @ a), atol=1e-10)
