"""What is known of integers while tracing holds for every element, and is as narrow as the ops allow."""

from __future__ import annotations

import numpy
import pytest
import tensorflow as tf
from hypothesis import given, settings
from hypothesis import strategies as st

import tnp_shim as np
from tnp_shim.indexing.bounds import bounds_of

WIDEST = (-(2**63), 2**63 - 1)


def found(body, *arrays):
    """The bounds of what a function makes of unknown arrays, and the result of a call."""
    known = []

    @tf.function(input_signature=[tf.TensorSpec(a.shape, a.dtype) for a in arrays])
    def traced(*tensors):
        result = np.asarray(body(*map(np.asarray, tensors)))
        tensor = tf.convert_to_tensor(result)
        known.append(bounds_of(tensor))
        return tensor

    return traced(*map(tf.constant, arrays)).numpy(), known[-1]


TABLE = numpy.array([[0.5, 2.0, 1.0, -4.0], [7.0, 2.0, 9.0, 1.0], [0.0, 0.0, 0.0, 0.0]])
INTEGERS = numpy.array([5, -7, 2**40, 0, 12])


def carried(x):
    """A loop's variable: -1 at first, then places."""
    labels = np.full(3, -1)
    for i in range(40):
        labels = np.argmax(x * i, axis=1)
    return labels


def counted(x):
    total = np.asarray(0)
    for _ in range(40):
        total = total + 1
    return total


CASES = {
    "argmin": (lambda x: np.argmin(x, axis=1), TABLE, (0, 3)),
    "argmax of all": (lambda x: np.argmax(x), TABLE, (0, 11)),
    "digitize": (lambda x: np.digitize(x, [0.0, 1.0, 5.0]), TABLE, (0, 3)),
    "searchsorted": (lambda x: np.searchsorted(x[0], x[1]), TABLE, (0, 4)),
    "remainder": (lambda x: x % 7, INTEGERS, (0, 6)),
    "sum and product": (lambda x: (x % 7) * 3 - 2, INTEGERS, (-2, 16)),
    "minimum, maximum": (lambda x: np.maximum(np.minimum(x, 9), -1), INTEGERS, (-1, 9)),
    "clip": (lambda x: np.clip(x, 2, 5), INTEGERS, (2, 5)),
    "uint8": (lambda x: x.astype(np.uint8).astype(int) + 1, INTEGERS, (1, 256)),
    "choice": (lambda x: np.where(x > 0, x % 3, 10), INTEGERS, (0, 10)),
    "part": (lambda x: (x % 5)[1:, None].T, INTEGERS, (0, 4)),
    "carried by a loop": (carried, TABLE, (-1, 3)),
    "float": (lambda x: x.astype(int), TABLE, WIDEST),
    "product that may wrap": (lambda x: (x % 2**40) * 2**40, INTEGERS, WIDEST),
    "narrowed": (lambda x: (x % 1000).astype(np.int8).astype(int), INTEGERS, (-128, 127)),
    "remainder by what may be negative": (lambda x: 7 % x, INTEGERS[:3], WIDEST),
    "a number that grows in a loop": (counted, TABLE, WIDEST),
}


@pytest.mark.parametrize("case", CASES)
def test_bounds(case):
    body, array, expected = CASES[case]
    result, bounds = found(body, array)
    assert bounds == expected
    assert bounds[0] <= result.min() and result.max() <= bounds[1]


small = st.integers(-5, 9)
expressions = st.recursive(
    st.one_of(st.sampled_from("xy"), small.map(str)),
    lambda inner: st.one_of(
        st.tuples(st.sampled_from(["+", "-", "*"]), inner, inner).map(lambda t: f"({t[1]} {t[0]} {t[2]})"),
        st.tuples(st.sampled_from(["minimum", "maximum"]), inner, inner).map(
            lambda t: f"np.{t[0]}({t[1]}, {t[2]})"
        ),
        st.tuples(inner, st.integers(1, 9)).map(lambda t: f"({t[0]} % {t[1]})"),
        st.tuples(inner, st.sampled_from(["int8", "uint8", "int32"])).map(
            lambda t: f"np.asarray({t[0]}).astype(np.{t[1]})"
        ),
        st.tuples(inner, inner, inner).map(lambda t: f"np.where(np.asarray({t[0]}) > 2, {t[1]}, {t[2]})"),
    ),
    max_leaves=8,
)


@settings(max_examples=60, deadline=None)
@given(text=expressions, x=st.lists(st.integers(-(2**62), 2**62), min_size=3, max_size=3))
def test_no_element_is_beyond_its_bounds(text, x):
    y = numpy.array([3, -100, 127], numpy.int8)

    def body(x, y):
        return eval(text, {"np": np, "x": x, "y": y})

    try:
        result, (least, most) = found(body, numpy.array(x), y)
    except OverflowError:  # a Python number that an int8 does not hold, as NumPy says
        return
    assert least <= result.min() and result.max() <= most


def test_an_index_that_is_known_to_be_inside_is_not_checked():
    @tf.function
    def taken(x, i):
        return np.asarray(x)[np.asarray(i) % 4]

    graph = taken.get_concrete_function(tf.zeros(4), tf.constant([1, 9])).graph
    assert not [op for op in graph.get_operations() if op.type in ("Assert", "SelectV2")]


@pytest.mark.parametrize("jit_compile", [False, True])
def test_bincount_of_places(jit_compile):
    @tf.function(jit_compile=jit_compile)
    def counts(x, weights):
        places = np.digitize(np.asarray(x), [0.0, 1.0, 5.0])
        return np.bincount(places, minlength=4), np.bincount(places, weights, 5)

    x = numpy.array([0.5, 7.0, -1.0, 0.0, 3.0])
    weights = numpy.arange(5.0)
    places = numpy.digitize(x, [0.0, 1.0, 5.0])
    mine = counts(tf.constant(x), tf.constant(weights))
    assert [m.shape for m in mine] == [(4,), (5,)]
    numpy.testing.assert_array_equal(mine[0], numpy.bincount(places, minlength=4), strict=True)
    numpy.testing.assert_array_equal(mine[1], numpy.bincount(places, weights, 5), strict=True)
