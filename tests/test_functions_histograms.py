"""Histograms in one dimension and in several, and the rules for bins, against NumPy's."""

from __future__ import annotations

import numpy
import pytest
import tensorflow as tf
from differential import raises, same
from traced import agree, gradients_agree

import tnp_shim as np
from tnp_shim.errors import UnsupportedError

NUMBERS = numpy.random.default_rng(0)
A = NUMBERS.normal(size=(4, 50))
W = NUMBERS.random((4, 50))
I = NUMBERS.integers(0, 9, 40)  # noqa: E741
EDGES = numpy.array([-2.0, -1, 0, 0.5, 3])
RULES = ("auto", "fd", "doane", "scott", "stone", "rice", "sturges", "sqrt")
DATA = {
    "normal": A,
    "float32": A.astype("f4"),
    "integers": I,
    "small integers": (I * 30 - 128).astype("i1"),
    "unsigned": I.astype("u8") * 2**60,
    "skew": numpy.exp(A[0] * 2),
    "equal quartiles": numpy.array([0.0] * 99 + [1.0]),
    "equal": numpy.ones(5),
    "one": numpy.array([3.0]),
    "two": numpy.array([3.0, 8.0]),
    "none": numpy.zeros(0),
    "bool": I > 4,
}
EVERYWHERE = ("eager", "traced", "unknown", "xla")


def test_numbers_of_bins():
    for a in (A, A.astype("f4"), A.astype("f2"), numpy.round(A), I, A[:0], numpy.ones(3), numpy.arange(20)):
        for bins in (1, 10, 7, EDGES, [1, 2, 3]):
            tolerance = 2e-3 if a.dtype == "f2" else 1e-6 if a.dtype == "f4" else 1e-12
            same(lambda np, a, bins=bins: np.histogram(a, bins), a, tolerance=tolerance, memory=False)
    agree("histogram", A, modes=EVERYWHERE, tolerance=1e-12)
    agree("histogram", A, EDGES, modes=EVERYWHERE)
    agree("histogram", A.astype("f4"), 5, (-1, 1.5), modes=EVERYWHERE, tolerance=1e-6)
    agree("histogram", A, 5, density=True, modes=EVERYWHERE, tolerance=1e-12)
    agree("histogram", A, numpy.array(7), modes=("eager", "traced"), tolerance=1e-12)
    agree("histogram_bin_edges", A, 4, (0, 1))
    agree("histogram", A[:0], 3)


def test_weights():
    for weights in (W, W.astype("f4"), W.astype("f2"), W > 0.5, (W * 9).astype(int), W + 2j):
        agree("histogram", A, 4, weights=weights, tolerance=1e-5)
        if weights.dtype != "f2":  # which NumPy sums in itself
            agree("histogram", A, EDGES, weights=weights, tolerance=1e-5)
    agree("histogram", A, EDGES, weights=W, modes=("xla",), tolerance=1e-12)
    agree("histogram", A, 4, weights=W, density=True, modes=EVERYWHERE, tolerance=1e-12)
    agree("histogram", A, 4, weights=W + 2j, density=True, modes=EVERYWHERE, tolerance=1e-12)
    gradients_agree(lambda w: np.histogram(A[0, :5], 3, weights=w)[0], W[0, :5])
    gradients_agree(lambda w: np.histogram(A[0, :5], 3, weights=w, density=True)[0], W[0, :5])
    gradients_agree(lambda a: np.histogram_bin_edges(a, 3), A[0, :5])


@pytest.mark.parametrize("rule", RULES)
def test_rules_choose_numbers_of_bins(rule):
    # the rule of Stone counts in a hundred numbers of bins
    for name, a in DATA.items() if rule != "stone" else list(DATA.items())[:4]:
        given = (-0.5, 4.5) if name not in ("unsigned", "bool") else (0, 2)
        for within in (None, given) if name != "integers" else (given, (100, 200)):
            same(
                lambda np, a, within=within: np.histogram(a, rule, within),
                a,
                tolerance=1e-6,
                memory=False,
            )
    agree("histogram", A, rule, modes=("traced", "unknown"), tolerance=1e-12)
    agree("histogram", I, rule, modes=("unknown",), tolerance=1e-12)
    agree("histogram_bin_edges", A, rule, (0, 1), modes=("traced", "unknown"), tolerance=1e-12)
    agree("histogram", A[:0], rule, modes=("unknown",), tolerance=1e-12)


def test_edges_under_xla_are_numpys():
    """XLA would add to a product before that is rounded: the edge at 0 would not be 0."""
    x = numpy.arange(-9, 10)
    found = tf.function(np.histogram, jit_compile=True, autograph=False)(np.array(x))
    for mine, numpys in zip(found, numpy.histogram(x), strict=True):
        numpy.testing.assert_array_equal(mine, numpys, strict=True)


def test_rules_under_xla():
    def bins_of(rule, a):
        return tf.convert_to_tensor(np.histogram(np.asarray(a), rule)[0])

    with pytest.raises(UnsupportedError, match="'fd'.*Pass the number of bins"):
        tf.function(lambda a: bins_of("fd", a), jit_compile=True, autograph=False)(A)
    compiled = tf.function(lambda: bins_of("fd", A), jit_compile=True, autograph=False)
    numpy.testing.assert_array_equal(compiled(), numpy.histogram(A, "fd")[0])


def test_numpy_warns_and_so_do_we():
    for body in (
        lambda np: np.histogram(np.asarray([True, False])),
        lambda np: np.histogram_bin_edges(np.asarray(numpy.exp(W[0] ** 8 * 9)), "stone"),
    ):
        caught = []
        for namespace in (numpy, np):
            with pytest.warns(RuntimeWarning) as record:
                body(namespace)
            caught.append([str(warning.message) for warning in record])
        assert caught[0] == caught[1]


def test_refusals():
    for bad in (0, -1, 1.5, [3, 2, 1], [[1, 2]], "best", numpy.array(1.5)):
        raises(lambda np, a, bad=bad: np.histogram(a, bad), A)
        raises(lambda np, a, bad=bad: np.histogram_bin_edges(a, bad), A)
    raises(lambda np, a: np.histogram(a, 3, (2, 1)), A)
    raises(lambda np, a: np.histogram(a, 3, (0, numpy.inf)), A)
    raises(lambda np, a: np.histogram(a, 3, (0, 1, 2)), A)
    raises(lambda np, a: np.histogram(a, 3, "nonsense"), A)
    raises(lambda np, a: np.histogram(a, 3), numpy.array([1, numpy.nan]))
    raises(lambda np, a: np.histogram(a, 10), numpy.array([1, 1 + 1e-15]))
    raises(lambda np, a: np.histogram(a, 3, weights=[1, 2]), A)
    raises(lambda np, a: np.histogram(a, "auto", weights=a), A)
    traced = tf.function(lambda t: tf.convert_to_tensor(np.histogram(np.asarray(t), 3)[0]), autograph=False)
    assert traced(tf.constant([1.0, 2, 2, 4])).numpy().tolist() == [1, 2, 1]


POINTS = NUMBERS.normal(size=(30, 2))


def test_boxes():
    for bins in (3, [2, 4], (EDGES, 3), [[-1, 0, 1], EDGES], numpy.array([2, 3])):
        for within in (None, [(-1, 1), (0, 2)], [None, (-1.5, 1)]):
            for density in (None, True):
                same(
                    lambda np, a, *args: np.histogramdd(a, *args),
                    *(POINTS, bins, within, density),
                    tolerance=1e-12,
                    memory=False,
                )
    for sample in (POINTS.astype("f4"), I, I.reshape(-1, 4), POINTS[:0], [I, I * 2, I % 3], [[1, 2], [3, 4]]):
        same(lambda np, a: np.histogramdd(a, 3), sample, tolerance=1e-6, memory=False)
    weights = W[0, :30]
    agree(
        "histogramdd",
        POINTS,
        3,
        weights=weights,
        density=True,
        modes=("eager", "traced", "xla"),
        tolerance=1e-12,
    )
    agree("histogramdd", POINTS, [EDGES, 3], modes=("eager", "traced", "xla"), tolerance=1e-12)
    gradients_agree(lambda w: np.histogramdd(POINTS, 2, weights=w)[0], weights)


def test_rectangles():
    x, y = POINTS.T
    for bins in (4, [3, 2], [EDGES, 3], [EDGES, EDGES]):
        agree("histogram2d", x, y, bins, modes=EVERYWHERE, tolerance=1e-12)
    agree("histogram2d", x, y, EDGES, modes=("eager", "traced", "xla"), tolerance=1e-12)
    agree("histogram2d", x, y, 3, [[-1, 1], [0, 1]], True, modes=EVERYWHERE, tolerance=1e-12)
    agree("histogram2d", x, y, 3, weights=W[0, :30], modes=EVERYWHERE, tolerance=1e-12)
    gradients_agree(lambda w: np.histogram2d(x, y, 2, weights=w)[0], W[0, :30])


def test_refusals_of_boxes():
    x = POINTS[:, 0]
    for bins in (0, 1.5, [1, 2, 3], [0, 1], [[2, 1], 1], [[[1, 2]], 1]):
        raises(lambda np, a, bins=bins: np.histogramdd(a, bins), POINTS)
    raises(lambda np, a: np.histogramdd(a, 3, [(0, 1)]), POINTS)
    raises(lambda np, a: np.histogramdd(a, 3, [(0, 1), (2, 1)]), POINTS)
    raises(lambda np, a: np.histogramdd(a, 3, weights=[1, 2]), POINTS)
    raises(lambda np, a: np.histogramdd(a, 3, weights=a[:, 0] * 1j), POINTS)
    raises(lambda np, a: np.histogramdd(a[None], 3), POINTS)
    raises(lambda np, x: np.histogram2d(x, x[1:]), x)
    raises(lambda np, x: np.histogram2d(x, x, [1]), x)
    unknown = tf.TensorSpec([None, None], tf.float64)
    with pytest.raises(ValueError, match="number of dimensions"):
        tf.function(lambda t: np.histogramdd(np.asarray(t)), input_signature=[unknown], autograph=False)(
            POINTS
        )
