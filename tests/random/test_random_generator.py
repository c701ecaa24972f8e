"""Every method of Generator and RandomState draws NumPy's numbers, eagerly, in graphs and under XLA."""

from __future__ import annotations

import inspect

import numpy
import pytest
import random_cases
import tensorflow as tf
from differential import ours, same

import tnp_shim as np
from tnp_shim.random.drawing import drawn_natively
from tnp_shim.random.rows import GENERATOR, LEGACY

APIS = {
    "Generator": (
        lambda namespace, seed: namespace.random.default_rng(seed),
        random_cases.GENERATOR,
        GENERATOR,
    ),
    "RandomState": (lambda namespace, seed: namespace.random.RandomState(seed), random_cases.LEGACY, LEGACY),
}
ULPS = 2.0**-50
"""What C's and TensorFlow's exponential function and logarithm differ by."""

SUMS = {"multivariate_normal": 2.0**-44}
"""Methods that sum products, in another order than NumPy's BLAS."""


def state_of(generator):
    if isinstance(generator, (numpy.random.RandomState, np.random.RandomState)):
        return generator.get_state()[1].tolist(), generator.get_state()[2:]
    return generator.bit_generator.state


def is_native(api, name, kwargs):
    row = APIS[api][2].get(name)
    if row is None:
        return name in ("integers", "randint", "rand", "randn")
    dtype = numpy.dtype(kwargs.get("dtype", float)).name
    return row.chosen(numpy.dtype(dtype), kwargs.get("method", "zig")) is not None


@pytest.mark.parametrize("api", APIS)
def test_names_and_signatures(api):
    theirs, mine = getattr(numpy.random, api), getattr(np.random, api)
    for name in dir(theirs):
        if not name.startswith("_"):
            assert hasattr(mine, name), name
            if callable(getattr(theirs, name)):
                wanted = list(inspect.signature(getattr(theirs, name)).parameters.values())
                given = list(inspect.signature(getattr(mine, name)).parameters.values())
                assert [(p.name, p.kind, p.default) for p in given] == [
                    (p.name, p.kind, p.default) for p in wanted
                ], name


def test_names_of_the_module():
    for name in numpy.random.__all__:
        mine, theirs = getattr(np.random, name), getattr(numpy.random, name)
        assert list(inspect.signature(mine).parameters) == list(inspect.signature(theirs).parameters), name
    assert np.random.__all__ == numpy.random.__all__


@pytest.mark.parametrize("api", APIS)
def test_eagerly_as_numpy(api):
    make, cases, _ = APIS[api]
    generators = {id(numpy): make(numpy, 1), id(np): make(np, 1)}
    for name, args, kwargs in cases:
        same(
            lambda namespace, *args, name=name, kwargs=kwargs: getattr(generators[id(namespace)], name)(
                *args, **kwargs
            ),
            *args,
        )
    assert state_of(generators[id(numpy)]) == state_of(generators[id(np)])


def compare(expected, actual, where, tolerance=ULPS):
    expected, actual = numpy.asarray(expected), numpy.asarray(actual)
    assert actual.dtype == expected.dtype, (where, actual.dtype, expected.dtype)
    assert actual.shape == expected.shape, (where, actual.shape, expected.shape)
    if expected.dtype.kind == "f":
        tolerance = max(tolerance, 2.0**-22 if expected.dtype == numpy.float32 else 0)
        assert numpy.allclose(actual, expected, tolerance, 0), (where, actual, expected)
    else:
        assert numpy.array_equal(actual, expected), (where, actual, expected)


def all_at_once(api, cases, mode):
    """Draw all cases in one graph, twice, and compare them and the position in the stream afterwards."""
    make = APIS[api][0]
    theirs, mine = make(numpy, 2), make(np, 2)
    arguments = [a for _, args, kwargs in cases for a in args if isinstance(a, numpy.ndarray)]

    @tf.function(jit_compile=mode == "xla", autograph=False)
    def draw(*tensors):
        found, left = [], list(tensors)
        for name, args, kwargs in cases:
            args = [np.asarray(left.pop(0)) if isinstance(a, numpy.ndarray) else a for a in args]
            found.append(tf.convert_to_tensor(getattr(mine, name)(*args, **kwargs)))
        return found

    for _ in range(2):
        found = draw(*map(tf.constant, arguments))
        for (name, args, kwargs), actual in zip(cases, found, strict=True):
            where, tolerance = (mode, name, args, kwargs), SUMS.get(name, ULPS)
            compare(getattr(theirs, name)(*args, **kwargs), actual, where, tolerance)
        compare(theirs.uniform(size=2), mine.uniform(size=2), "next")
    if api == "Generator":
        assert state_of(theirs)["state"] == state_of(mine)["state"]


QUICK = (
    "random",
    "random_sample",
    "rand",
    "randn",
    "uniform",
    "normal",
    "standard_normal",
    "integers",
    "randint",
)
"""Native draws that are compiled fast; those that make one value after the other take seconds each."""


ELSEWHERE = (
    "choice",
    "dirichlet",
    "hypergeometric",
    "multinomial",
    "multivariate_hypergeometric",
    "multivariate_normal",
    "permutation",
    "permuted",
    "vonmises",
)
"""What has graphs of its own, in test_random_native and test_random_vectors."""


def natives(api):
    cases = APIS[api][1]
    return [case for case in cases if case[0] in QUICK and is_native(api, case[0], case[2])]


@pytest.mark.parametrize("api", APIS)
def test_in_a_graph(api):
    few = [case for case in natives(api) if case[0] in ("normal", "uniform", "integers", "randint")]
    all_at_once(
        api,
        [
            *few[:4],
            *(
                case
                for case in APIS[api][1]
                if not is_native(api, case[0], case[2]) and case[0] not in ELSEWHERE
            ),
        ],
        "graph",
    )


@pytest.mark.parametrize("api", APIS)
def test_under_xla(api):
    wanted = {"Generator": ("normal", "uniform", "random"), "RandomState": ("normal", "randint", "rand")}[api]
    all_at_once(api, [case for case in natives(api) if case[0] in wanted][-5:], "xla")


@pytest.mark.parametrize("api", APIS)
def test_natively_and_eagerly(api):
    make = APIS[api][0]
    theirs, mine = make(numpy, 3), make(np, 3)
    with drawn_natively():
        for name, args, kwargs in natives(api):
            actual = getattr(mine, name)(*map(ours, args), **kwargs)
            compare(getattr(theirs, name)(*args, **kwargs), actual, (name, args, kwargs))
    compare(theirs.uniform(size=3), mine.uniform(size=3), "next")


@pytest.mark.parametrize("api", APIS)
def test_parameters_and_sizes_unknown_while_tracing(api):
    make = APIS[api][0]
    theirs, mine = make(numpy, 4), make(np, 4)

    @tf.function(
        input_signature=[tf.TensorSpec([None], tf.float64), tf.TensorSpec([], tf.int32)], autograph=False
    )
    def draw(scale, n):
        scale = np.asarray(scale)
        return [
            tf.convert_to_tensor(x)
            for x in (
                mine.normal(1.0, scale),
                mine.uniform(0.0, scale, (n, scale.shape[0])),
                mine.exponential(scale),
                mine.permutation(scale),
                mine.random(n) if api == "Generator" else mine.rand(n),
            )
        ]

    for length, n in ((3, 2), (5, 0), (1, 4)):
        scale = numpy.linspace(0.5, 2, length)
        found = draw(scale, n)
        expected = (
            theirs.normal(1.0, scale),
            theirs.uniform(0.0, scale, (n, length)),
            theirs.exponential(scale),
            theirs.permutation(scale),
            theirs.random(n),
        )
        for wanted, actual in zip(expected, found, strict=True):
            compare(wanted, actual, (length, n))


@pytest.mark.parametrize("api", ["default_rng", "RandomState"])
def test_text_is_chosen_and_moved_as_numpy_does(api):
    theirs, mine = getattr(numpy.random, api)(0), getattr(np.random, api)(0)
    for draw in (
        lambda rng: rng.choice(["x", "y", "z"]),
        lambda rng: rng.choice(numpy.array(["x", "y"]), 3, p=[0.2, 0.8]),
        lambda rng: rng.permutation(["x", "y", "z"]),
    ):
        expected, actual = draw(theirs), draw(mine)
        assert type(actual) is type(expected) and numpy.array_equal(actual, expected)
    assert mine.normal() == theirs.normal()
