"""What a mask selects under XLA, where its size is known only as the program runs.

TensorFlow's slices, Roll and Cumsum go by the most elements that the mask may select there, which gives wrong
numbers or ends the process; ours go by the size.
"""

from __future__ import annotations

import numpy
import pytest
import tensorflow as tf

import tnp_shim as np

X = numpy.array([3.0, 1.0, 4.0, 1.5, 5.0, 9.0, 2.0, 6.0])
MASKS = {"some": X > 2.5, "all": X > 0, "one": X > 8}

READ = [
    lambda np, v: v[-2:],
    lambda np, v: v[:-1],
    lambda np, v: v[-3:-1],
    lambda np, v: v[-1],
    lambda np, v: v[5:],
    lambda np, v: v[:6],
    lambda np, v: v[1:] - v[:-1],
    lambda np, v: np.diff(v).sum(),
    lambda np, v: np.roll(v, 1),
    lambda np, v: np.cumsum(v[-2:]),
    lambda np, v: np.concatenate([v[-1:], v[:-1]]),
    lambda np, v: np.median(v),
    lambda np, v: np.repeat(v, 2),
    lambda np, v: np.maximum.accumulate(v),
    lambda np, v: v.reshape(-1, 1),
    lambda np, v: np.trapezoid(v),
]
WRITTEN_BACK = [
    lambda np, v: np.cumsum(v),
    lambda np, v: np.cumsum(v.astype(int)),
    lambda np, v: np.cumprod(v),
    lambda np, v: np.roll(v, -2),
    lambda np, v: np.unwrap(v),
    lambda np, v: np.logaddexp.accumulate(v),
    lambda np, v: np.sort(-v),
]


def results(np, x, mask):
    found = [read(np, x[mask]) for read in READ]
    for change in WRITTEN_BACK:
        y = x.copy()
        y[mask] = change(np, y[mask])
        found.append(y)
    return found


@pytest.fixture(scope="module")
def compiled():
    def body(x, mask):
        return [tf.convert_to_tensor(part) for part in results(np, np.asarray(x), np.asarray(mask))]

    return tf.function(body, jit_compile=True, autograph=False)


@pytest.mark.parametrize("mask", MASKS)
def test_numpys_results(compiled, mask):
    found = compiled(X, MASKS[mask])
    for k, (expected, actual) in enumerate(zip(results(numpy, X, MASKS[mask]), found, strict=True)):
        assert actual.shape == numpy.shape(expected), k
        numpy.testing.assert_allclose(actual, expected, 1e-12, err_msg=str(k))


def test_nothing_selected():
    @tf.function(jit_compile=True, autograph=False)
    def of_nothing(x):
        v = np.asarray(x)[np.asarray(x) > 99]
        return [
            tf.convert_to_tensor(part) for part in (np.diff(v), v[-2:], v[1:], np.roll(v, 1), v[3:].sum())
        ]

    *parts, total = of_nothing(X)
    assert all(part.shape == (0,) for part in parts) and float(total) == 0


@pytest.mark.parametrize("jit_compile", [False, True])
def test_xla_does_not_evaluate_what_a_mask_is_made_of(jit_compile):
    """It would to find how many elements there are: 5 s for a mask that is made of 10**6 elements."""
    compiled = np.function(lambda x: (x[x > 0], np.nonzero(x)), jit_compile=jit_compile)
    operations = compiled.get_concrete_function(numpy.ones(3)).graph.get_operations()
    makers = {op.inputs[0].op.type for op in operations if op.type == "Where"}
    assert ("XlaOptimizationBarrier" in makers) == jit_compile
    assert len(makers) == 1 or not jit_compile


def test_an_in_place_operator_needs_no_broadcast_of_what_a_mask_selects():
    def halved(x, y):
        taken = x[x > 0]
        taken /= y[x > 0]
        return taken

    x, y = numpy.array([1.0, -2.0, 3.0]), numpy.array([2.0, 5.0, 4.0])
    compiled = np.function(halved, jit_compile=True)
    numpy.testing.assert_array_equal(compiled(x, y), halved(x, y))
    types = {op.type for op in compiled.get_concrete_function(x, y).graph.get_operations()}
    assert "BroadcastTo" not in types
