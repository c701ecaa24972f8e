"""The state of generators: kept, copied, saved, exchanged with NumPy's, advanced where the program draws."""

from __future__ import annotations

import copy
import pickle
import threading

import numpy
import pytest
import tensorflow as tf
from differential import check_error, run

import tnp_shim as np
from tnp_shim.random.states import KINDS

MAKERS = {
    "Generator": lambda namespace: namespace.random.default_rng(5),
    "RandomState": lambda namespace: namespace.random.RandomState(5),
}


def plainly(value):
    """Nested values with lists in place of arrays."""
    if isinstance(value, dict):
        return {key: plainly(v) for key, v in value.items()}
    return value.tolist() if isinstance(value, numpy.ndarray) else value


def same_numbers(mine, theirs):
    assert numpy.array_equal(mine.normal(size=3), theirs.normal(size=3))
    assert numpy.array_equal(mine.uniform(size=2), theirs.uniform(size=2))


@pytest.mark.parametrize("name", KINDS)
def test_bit_generators(name):
    theirs, mine = getattr(numpy.random, name)(7), getattr(np.random, name)(7)
    assert isinstance(mine, np.random.BitGenerator)
    assert plainly(mine.state) == plainly(theirs.state)
    assert (
        numpy.array_equal(mine.random_raw(3), theirs.random_raw(3))
        and mine.random_raw() == theirs.random_raw()
    )
    assert mine.random_raw(2, output=False) is None and theirs.random_raw(2, output=False) is None
    for method, arguments in (("jumped", ()), ("jumped", (3,)), ("advance", (12345678901234567890,))):
        if hasattr(theirs, method):
            expected, actual = getattr(theirs, method)(*arguments), getattr(mine, method)(*arguments)
            assert plainly(actual.state) == plainly(expected.state)
    assert plainly([s.state for s in mine.spawn(2)][1]) == plainly([s.state for s in theirs.spawn(2)][1])
    numpy.random.Generator(theirs).integers(5), np.random.Generator(mine).integers(5)
    other = getattr(numpy.random, name)(1)
    other.state = mine.state
    mine.state = theirs.state
    assert plainly(mine.state) == plainly(theirs.state) == plainly(other.state)
    again = pickle.loads(pickle.dumps(mine))
    assert plainly(again.state) == plainly(mine.state) and type(again) is type(mine)
    assert mine.seed_seq.generate_state(1) == theirs.seed_seq.generate_state(1)


@pytest.mark.parametrize("name", KINDS)
def test_raw_words_in_graphs(name):
    theirs, mine = getattr(numpy.random, name)(7), getattr(np.random, name)(7)
    draw = tf.function(
        lambda: (tf.convert_to_tensor(mine.random_raw(3)), tf.convert_to_tensor(mine.random_raw()))
    )
    for _ in range(2):
        some, one = draw()
        assert numpy.array_equal(some, theirs.random_raw(3)) and one.numpy() == theirs.random_raw()
    assert plainly(mine.state) == plainly(theirs.state)


@pytest.mark.parametrize("kind", MAKERS)
def test_copies_go_on_alone(kind):
    make = MAKERS[kind]
    mine, theirs = make(np), make(numpy)
    assert mine.normal() == theirs.normal()
    for again in (pickle.loads(pickle.dumps(mine)), copy.deepcopy(mine), copy.copy(mine)):
        same_numbers(again, copy.deepcopy(theirs))
    same_numbers(mine, theirs)


@pytest.mark.parametrize("kind", MAKERS)
@pytest.mark.parametrize("in_graph", [False, True])
def test_checkpoints(kind, in_graph, tmp_path):
    make = MAKERS[kind]
    mine, theirs = make(np), make(numpy)
    draw = (
        tf.function(lambda: tf.convert_to_tensor(mine.uniform(size=2)))
        if in_graph
        else lambda: mine.uniform(size=2)
    )
    draw(), theirs.uniform(size=2)
    assert mine.normal() == theirs.normal()
    checkpoint = tf.train.Checkpoint(model=tf.Module(), random=mine)
    path = checkpoint.save(str(tmp_path / "state"))
    draw(), mine.normal(size=5)
    checkpoint.restore(path).assert_consumed()
    same_numbers(mine, copy.deepcopy(theirs))
    other = make(np)
    tf.train.Checkpoint(model=tf.Module(), random=other).restore(path).assert_existing_objects_matched()
    same_numbers(other, theirs)


def test_saved_models(tmp_path):
    module = tf.Module()
    module.random = np.random.default_rng(5)
    module.draw = tf.function(lambda: tf.convert_to_tensor(module.random.random(3)), input_signature=[])
    theirs = numpy.random.default_rng(5)
    assert numpy.array_equal(module.draw(), theirs.random(3))
    tf.saved_model.save(module, str(tmp_path / "model"))
    loaded = tf.saved_model.load(str(tmp_path / "model"))
    for _ in range(2):
        assert numpy.array_equal(loaded.draw(), theirs.random(3))


def test_numpys_generators_go_on_as_ours():
    theirs = numpy.random.default_rng(numpy.random.Philox(3))
    theirs.integers(9), theirs.normal()
    same_numbers(np.random.default_rng(theirs), copy.deepcopy(theirs))
    same_numbers(np.random.Generator(theirs.bit_generator), copy.deepcopy(theirs))
    mine = np.random.default_rng(theirs)
    mine.integers(9)
    theirs.bit_generator.state = mine.bit_generator.state
    same_numbers(mine, theirs)
    old = numpy.random.RandomState(4)
    old.randn()
    mine = np.random.RandomState()
    mine.set_state(old.get_state())
    same_numbers(mine, copy.deepcopy(old))
    mine.randn(), mine.randn(), mine.randn()
    old.set_state(mine.get_state(legacy=False))
    same_numbers(mine, old)
    assert np.random.default_rng(mine) is not None and np.random.default_rng(np.random.PCG64(1)).random() > 0
    generator = np.random.default_rng(3)
    assert np.random.default_rng(generator) is generator


def test_the_state_for_all():
    for namespace in (numpy, np):
        namespace.random.seed(11)
    assert np.random.rand() == numpy.random.rand() and np.random.randn() == numpy.random.randn()
    numpy.random.set_state(np.random.get_state())
    assert numpy.array_equal(np.random.permutation(9), numpy.random.permutation(9))
    draw = tf.function(lambda: tf.convert_to_tensor(np.random.uniform(1.0, 2.0, 3)))
    for _ in range(2):
        assert numpy.array_equal(draw(), numpy.random.uniform(1.0, 2.0, 3))
    assert np.random.sample() == numpy.random.sample() and np.random.ranf() == numpy.random.ranf()
    seeded = tf.function(lambda: (np.random.seed(3), tf.convert_to_tensor(np.random.rand(2)))[1])
    numpy.random.seed(3)
    expected = numpy.random.rand(2)
    assert numpy.array_equal(seeded(), expected) and numpy.array_equal(seeded(), expected)
    assert np.random.rand() == numpy.random.rand()


def test_no_two_threads_draw_the_same():
    mine, found = np.random.default_rng(4), []
    mine.random_in_graph = tf.function(lambda: mine.random())

    def work():
        for _ in range(25):
            found.append(mine.random())

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(found) == sorted(numpy.random.default_rng(4).random(100).tolist())


REFUSED = {
    "negative scale": lambda g: g.normal(0, -1),
    "negative scale in an array": lambda g: g.exponential([1.0, -1.0]),
    "probabilities": lambda g: g.choice([1, 2], p=[0.5, 0.6]),
    "shapes": lambda g: g.normal([0, 1], [1, 2, 3]),
    "size": lambda g: g.uniform(size=-1),
    "size for parameters": lambda g: g.normal([0.0, 1.0, 2.0], 1.0, (2,)),
    "kind of size": lambda g: g.uniform(size=1.5),
    "range": lambda g: g.uniform(0, numpy.inf),
    "arguments": lambda g: g.normal(1, 2, 3, 4),
    "keyword": lambda g: g.normal(x=3),
    "sum of pvals": lambda g: g.multinomial(3, [0.7, 0.7, 0.1]),
    "alpha": lambda g: g.dirichlet([-1.0, 2.0]),
    "order": lambda g: g.triangular(3.0, 2.0, 1.0),
}


@pytest.mark.parametrize("kind", MAKERS)
@pytest.mark.parametrize("what", REFUSED)
def test_refused_calls_leave_the_state(kind, what):
    make, call = MAKERS[kind], REFUSED[what]
    mine = make(np)
    expected = run(call, make(numpy), ())[1]
    assert expected is not None
    check_error(expected, run(call, mine, ())[1], message=True)
    errors = []

    def traced():
        errors.append(run(call, mine, ())[1])
        return 0

    tf.function(traced, autograph=False)()
    check_error(expected, errors[0], message=True)
    same_numbers(mine, make(numpy))


def test_refused_when_the_graph_runs():
    mine = np.random.default_rng(5)
    draw = tf.function(lambda scale: tf.convert_to_tensor(mine.normal(0.0, scale, 2)))
    with pytest.raises(tf.errors.InvalidArgumentError, match="scale < 0"):
        draw(tf.constant(-1.0, tf.float64))
    same_numbers(mine, numpy.random.default_rng(5))


@pytest.mark.parametrize("seed", [-1, "x", 1.5, [1, -2], b"a"])
def test_seeds_are_refused_as_numpys(seed):
    for call in (
        lambda n: n.random.default_rng(seed),
        lambda n: n.random.RandomState(seed),
        lambda n: n.random.seed(seed),
    ):
        check_error(run(call, numpy, ())[1], run(call, np, ())[1], message=True)


def test_what_only_the_host_knows_is_refused():
    mine = np.random.default_rng(5)
    for call, error in (
        (lambda: mine.bit_generator.state, TypeError),
        (lambda: pickle.dumps(mine), TypeError),
        (lambda: mine.bytes(3), NotImplementedError),
        (lambda: np.random.seed(), NotImplementedError),
        (lambda: mine.shuffle([1, 2, 3]), NotImplementedError),
    ):

        def traced(call=call, error=error):
            with pytest.raises(error):
                call()
            return 0

        tf.function(traced, autograph=False)()
    assert not hasattr(numpy.random.default_rng(0), "nothing") and not hasattr(mine, "nothing")
    with pytest.raises(NotImplementedError, match="on the host"):
        tf.function(
            lambda c: tf.convert_to_tensor(mine.multivariate_normal([0.0, 0.0], c)), jit_compile=True
        )(tf.eye(2, dtype=tf.float64))
    same_numbers(mine, numpy.random.default_rng(5))
