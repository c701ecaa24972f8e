"""`vectorize`, `frompyfunc`, `apply_along_axis` and the like, and rounding, as NumPy's."""

from __future__ import annotations

import numpy
import pytest
import tensorflow as tf

import tnp_shim
from tests.differential import same

X = numpy.array([[1.25, -2.5, 3.75], [0.5, 14.0, -11.0]])
N = numpy.array([[15, -25, 2], [50, 0, 149]])


def clamp(x, low):
    return low if x < low else x


CALLS = {
    "vectorize": lambda np, x, n: np.vectorize(clamp)(x, 1.0),
    "vectorize broadcasts": lambda np, x, n: np.vectorize(lambda a, b: a * 10 + b)(n, [[1], [2]]),
    "vectorize two": lambda np, x, n: np.vectorize(lambda a: (a + 1, a * 2.0))(n),
    "vectorize otypes": lambda np, x, n: np.vectorize(lambda a: a + 1, otypes=[float])(n),
    "vectorize excluded": lambda np, x, n: np.vectorize(lambda a, p: a * len(p), excluded={1})(n, [1, 2]),
    "vectorize keywords": lambda np, x, n: np.vectorize(clamp)(x, low=0.0),
    "vectorize scalar": lambda np, x, n: np.vectorize(clamp)(3.0, 5.0) + 0.0,
    "vectorize signature": lambda np, x, n: np.vectorize(lambda a: a.sum(), signature="(n)->()")(x),
    "vectorize empty": lambda np, x, n: np.vectorize(clamp)(np.zeros(0), 1.0),
    "vectorize decorator": lambda np, x, n: np.vectorize(otypes=[float])(lambda a: a + 1)(n),
    "apply_along_axis": lambda np, x, n: np.apply_along_axis(lambda a: a.sum() * 2, 0, x),
    "apply_along_axis longer": lambda np, x, n: np.apply_along_axis(lambda a: a[:2] + 1, 1, n),
    "apply_over_axes": lambda np, x, n: np.apply_over_axes(np.sum, x, [0, 1]),
    "fromfunction": lambda np, x, n: np.fromfunction(lambda i, j: i * 10 + j, (2, 3)),
    "fromfunction of ints": lambda np, x, n: np.fromfunction(lambda i, j: i == j, (3, 3), dtype=int),
    "round": lambda np, x, n: (np.round(x), np.round(x, 1), np.round(x, -1), x.round(1)),
    "round of ints": lambda np, x, n: (np.round(n, -1), np.round(n, 2), np.around(n)),
    "round of others": lambda np, x, n: (np.round(n > 0), np.round(x * (1 + 2j), 1), np.round(2.5)),
    "fix": lambda np, x, n: (np.fix(x), np.fix(n), np.fix(-2.7)),
}


@pytest.mark.parametrize("call", CALLS.values(), ids=CALLS)
def test_calls(call):
    same(call, X, N, memory=False)


def test_frompyfunc_gives_numbers_where_numpys_gives_objects():
    add = tnp_shim.frompyfunc(lambda a, b: a + b, 2, 1)
    found = add(tnp_shim.array(N), 1)
    numpy.testing.assert_array_equal(found, numpy.frompyfunc(lambda a, b: a + b, 2, 1)(N, 1).astype(int))
    assert (found.dtype, add.nin, add.nout) == (numpy.dtype("int64"), 2, 1)
    both = tnp_shim.frompyfunc(lambda a: (a, a * 0.5), 1, 2)(tnp_shim.array([2, 4]))
    numpy.testing.assert_array_equal(both[1], [1.0, 2.0])


def test_vectorize_in_a_traced_function_and_its_gradient():
    cube = tnp_shim.vectorize(lambda a: a**3)
    numpy.testing.assert_allclose(tf.function(lambda a: cube(a), autograph=False)(tnp_shim.array(X)), X**3)
    x = tnp_shim.array(X)
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = cube(x)
    numpy.testing.assert_allclose(tape.gradient(y, x), 3 * X**2)


def test_a_decision_on_an_unknown_element_is_refused():
    clamped = tnp_shim.vectorize(clamp)
    with pytest.raises(tnp_shim.errors.UnknownValueError, match=r"np\.where"):
        tf.function(lambda a: clamped(a, 1.0), autograph=False)(tnp_shim.array(X))


def test_vectorize_with_a_signature_over_unknown_sizes():
    def call(np, x, y):
        spread = np.vectorize(lambda a, b: (a.sum() * b, a[:2] + b), signature="(n),()->(),(m)")
        return spread(x, y)

    vectors = [tf.TensorSpec([None, None], tf.float64), tf.TensorSpec([None], tf.float64)]
    traced = tf.function(
        lambda x, y: call(tnp_shim, *map(tnp_shim.asarray, (x, y))), input_signature=vectors, autograph=False
    )
    for x, y in ((X, X[:, 0]), (X[:1], X[0])):
        for mine, theirs in zip(traced(x, y), call(numpy, x, y), strict=True):
            numpy.testing.assert_allclose(numpy.asarray(mine), theirs)
