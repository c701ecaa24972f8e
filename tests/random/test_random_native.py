"""What graphs draw from tensors, beside NumPy's: known and unknown shapes, XLA, the next draw."""

from __future__ import annotations

import numpy
import pytest
import tensorflow as tf
from test_random_layouts import LAYOUTS, table

import tnp_shim as np

MODES = ("traced",)
"""`traced` with known shapes, `unknown` sizes, or by `xla`. Draws take long to compile, so most tests have
one mode and one stream; `python -m tests.random.acceptance` has them all."""

MAKERS = {
    "Generator": lambda namespace, seed: namespace.random.default_rng(seed),
    "MT19937": lambda namespace, seed: namespace.random.Generator(namespace.random.MT19937(seed)),
    "RandomState": lambda namespace, seed: namespace.random.RandomState(seed),
}


def drawn_alike(api, draw, *arrays, modes=MODES, calls=1, tolerance=0.0, begin=None, seed=3):
    """Assert that `draw(namespace, rng, *arrays)` gives NumPy's numbers in each mode, without a host call.

    The next draw must be NumPy's, too.
    """
    for mode in modes:
        theirs, mine = MAKERS[api](numpy, seed), MAKERS[api](np, seed)
        for generator in (theirs, mine):
            if begin is not None:
                begin(generator)
        shapes = [[None] * a.ndim if mode == "unknown" else a.shape for a in arrays]
        signature = [tf.TensorSpec(shape, a.dtype) for shape, a in zip(shapes, arrays, strict=True)]

        @tf.function(input_signature=signature, jit_compile=mode == "xla", autograph=False)
        def traced(*tensors, mine=mine):
            found = draw(np, mine, *map(np.asarray, tensors))
            found = found if isinstance(found, (list, tuple)) else [found]
            return [tf.convert_to_tensor(one) for one in found]

        graph = traced.get_concrete_function().graph.as_graph_def()
        functions = [node.op for f in graph.library.function for node in f.node_def]
        assert "PyFunc" not in {node.op for node in graph.node} | set(functions), (mode, "a host call")
        for _ in range(calls):
            expected = draw(numpy, theirs, *(numpy.array(a) for a in arrays))
            expected = expected if isinstance(expected, (list, tuple)) else [expected]
            for e, a in zip(map(numpy.asarray, expected), traced(*map(tf.constant, arrays)), strict=True):
                a = a.numpy()
                assert a.dtype == e.dtype and a.shape == e.shape, (mode, a.dtype, a.shape, e.dtype, e.shape)
                if tolerance and e.dtype.kind == "f":
                    assert numpy.allclose(a, e, tolerance, 0), (mode, a, e)
                else:
                    assert numpy.array_equal(a, e), (mode, a, e)
            following = [
                numpy.asarray(g.integers(1000, size=3) if hasattr(g, "integers") else g.randint(1000, size=3))
                for g in (theirs, mine)
            ]
            assert numpy.array_equal(*following), (mode, "next")
            assert theirs.normal() == mine.normal(), (mode, "next")


def test_permuted():
    def draw(namespace, rng, a):
        b = namespace.zeros(a.shape)
        return [rng.permuted(a), rng.permuted(a, axis=0), rng.permuted(a, axis=-1, out=b), b]

    drawn_alike("Generator", draw, table(), modes=("unknown", "xla"))


def test_permuted_in_any_memory_order():
    def draw(namespace, rng, a):
        found = []
        for name, arrange in LAYOUTS.items():
            b = arrange(a) if name != "F" else namespace.copy(a, order="F")
            found += [rng.permuted(b), rng.permuted(a.reshape(b.shape) if b.size == a.size else b, out=b)]
        return found

    drawn_alike("Generator", draw, table(), calls=1)


@pytest.mark.parametrize("api", ["Generator", "RandomState"])
def test_shuffle_and_permutation(api):
    def draw(namespace, rng, a):
        b = a.copy()
        rng.shuffle(b)
        nothing = namespace.zeros((3, 0))
        rng.shuffle(nothing)
        return [b, rng.permutation(a), rng.permutation(5), rng.permutation(nothing)]

    drawn_alike(api, draw, table())


@pytest.mark.parametrize("api", ["Generator", "RandomState"])
def test_choice(api):
    p = [0.1, 0.2, 0.0, 0.3, 0.4]

    def draw(namespace, rng, chances):
        a = namespace.arange(5.0)
        return [
            rng.choice(5, 3, False, p),
            rng.choice(a, 4, False, p),
            rng.choice(5, (2, 2), False, chances),
            rng.choice(5, 4, True, chances),
            rng.choice(a, p=chances),
            rng.choice(5, 0, False, p),
        ]

    drawn_alike(api, draw, numpy.array(p), calls=3)


@pytest.mark.parametrize("api", ["Generator", "RandomState"])
def test_choice_of_an_unknown_number(api):
    def draw(namespace, rng, a, n, k, chances):
        return [
            rng.choice(n, 5),
            rng.choice(a[:, 0], k, False),
            rng.choice([10.0, 20.0, 30.0], k, p=[0.5, 0.2, 0.3]),
            rng.choice(n, k, False, chances),
        ]

    chances = numpy.array([0.1, 0.2, 0.0, 0.3, 0.4, 0.0])
    arrays = numpy.arange(12.0).reshape(6, 2), numpy.array(6), numpy.array(3), chances
    drawn_alike(api, draw, *arrays, modes=("unknown",))


def test_samples_of_many():
    def draw(namespace, rng, n, k):
        return rng.choice(n, k, False)

    drawn_alike("Generator", draw, numpy.array(10_007), numpy.array(300))


def test_choices_are_refused_when_the_graph_runs():
    rng = np.random.default_rng(1)
    before = rng.bit_generator.state
    p = tf.constant([0.5, 0.5, 0.0], tf.float64)
    for n, k, chances, words in (
        (3, 4, None, "larger sample"),
        (2, 1, p, "same size"),
        (3, 3, p, "Fewer"),
    ):
        draw = tf.function(
            lambda n, k, *p: tf.convert_to_tensor(rng.choice(n, k, False, *p)), autograph=False
        )
        with pytest.raises(tf.errors.InvalidArgumentError, match=words):
            draw(*map(tf.constant, (n, k)), *([] if chances is None else [chances]))
    assert rng.bit_generator.state == before
    sample = tf.function(
        lambda n: tf.convert_to_tensor(rng.choice(n, 2, False)), jit_compile=True, autograph=False
    )
    with pytest.raises(NotImplementedError, match="XLA must know"):
        sample(tf.constant(5))


@pytest.mark.parametrize("api, dtype", [("Generator", "int64"), ("RandomState", "uint8")])
def test_integers_from_arrays(api, dtype):
    name = "randint" if api == "RandomState" else "integers"

    def draw(namespace, rng, low, high):
        integers = getattr(rng, name)
        return [
            integers(low, high, dtype=dtype),
            integers(high, dtype=dtype),
            integers(low, 100, (2, 3), dtype),
            integers([0, 1, 2], [3, 9, 100], dtype=dtype),
            integers(low[0], high[1], dtype=dtype),
        ]

    drawn_alike(api, draw, numpy.array([0, 3, 7]), numpy.array([9, 4, 120]), modes=("unknown",))


@pytest.mark.parametrize("api", ["Generator"])
def test_integers_of_64_bits(api):
    name = "randint" if api == "RandomState" else "integers"
    high = numpy.array([5, 2**32, 2**32 + 1, 2**33 + 7, 3 * 2**61, 2**63 - 1])

    def draw(namespace, rng, high):
        return getattr(rng, name)(0, high, (5, 6))

    drawn_alike(api, draw, high, begin=lambda rng: rng.bytes(4))


def test_older_integers():
    def draw(namespace, rng, a):
        return [rng.tomaxint(3), rng.tomaxint((2, 2)), rng.random_integers(5), rng.random_integers(2, 9, 4)]

    with pytest.warns(DeprecationWarning, match="randint"):
        drawn_alike("RandomState", draw, numpy.zeros(1))


def test_bad_bounds_are_refused_when_the_graph_runs():
    rng = np.random.default_rng(1)
    draw = tf.function(lambda low: tf.convert_to_tensor(rng.integers(np.asarray(low), 5)), autograph=False)
    before = rng.bit_generator.state
    for bad in ([1, 5], [9, 0]):
        with pytest.raises(tf.errors.InvalidArgumentError, match="low >= high"):
            draw(tf.constant(bad))
    assert rng.bit_generator.state == before
    draw(tf.constant([0, 4]))


def test_gradients_follow_what_is_moved():
    x = tf.constant([1.0, 2.0, 3.0, 4.0])
    weights = numpy.array([1.0, 10.0, 100.0, 1000.0], numpy.float32)
    for traced in (False, True):
        rng, theirs = np.random.default_rng(1), numpy.random.default_rng(1)

        def slope(x, rng=rng):
            with tf.GradientTape() as tape:
                tape.watch(x)
                a = np.asarray(x)
                found = [rng.permutation(a), rng.permuted(a), rng.choice(a, 4, False)]
                value = tf.reduce_sum(sum(tf.convert_to_tensor(f) for f in found) * weights)
            return tape.gradient(value, x)

        actual = tf.function(slope, autograph=False)(x) if traced else slope(x)
        order = numpy.arange(4)
        expected = numpy.zeros(4)
        for places in (theirs.permutation(order), theirs.permuted(order), theirs.choice(order, 4, False)):
            expected[places] += weights
        assert numpy.array_equal(actual, expected)
        assert rng.random() == theirs.random()
