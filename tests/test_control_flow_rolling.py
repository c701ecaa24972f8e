"""Loops over known ranges become one loop of the graph, and give what NumPy gives; else they are unrolled."""

from __future__ import annotations

import random

import numpy
import pytest
import rolled_programs as programs
import tensorflow as tf

import tnp_shim as np
from tnp_shim import config, control_flow


def matrix(n: int) -> numpy.ndarray:
    a = numpy.random.default_rng(0).normal(size=(n, n))
    return (a @ a.T + n * numpy.eye(n)) / n


def same(ours, theirs, rtol=1e-10) -> None:
    if isinstance(theirs, tuple):
        assert isinstance(ours, tuple)
        for mine, its in zip(ours, theirs, strict=True):
            same(mine, its, rtol)
        return
    mine, its = numpy.asarray(ours), numpy.asarray(theirs)
    assert mine.shape == its.shape
    if hasattr(theirs, "dtype"):
        assert mine.dtype == its.dtype
    numpy.testing.assert_allclose(mine, its, rtol=rtol, atol=1e-12)


def decided(log, kind="for") -> list[str]:
    return [made.decision for made in log if made.kind == kind]


def nodes(concrete) -> int:
    definition = concrete.graph.as_graph_def()
    return len(definition.node) + sum(len(f.node_def) for f in definition.library.function)


UNROLLED = {"python_side_effects", "grows", "factorial"}


@pytest.mark.parametrize("program", programs.ALL, ids=lambda f: f.__name__)
@pytest.mark.parametrize("mode", ["eager", "graph", "xla"])
def test_programs_give_numpys_results(program, mode):
    n = 20
    a = matrix(n)
    theirs = program(numpy, a.copy(), n)
    if mode == "eager":
        if program is programs.floyd_warshall:
            pytest.skip("takes long, and has no control flow of ours")
        same(program(np, np.array(a), n), theirs)
        return
    with control_flow.decisions() as log:
        ours = tf.function(lambda a: program(np, a.copy(), n), jit_compile=mode == "xla")(np.array(a))
    # XLA contracts products and sums, which single precision shows
    same(ours, theirs, 1e-5 if mode == "xla" and program is programs.promoted else 1e-10)
    if program is not programs.empty_range:
        outermost = min((made.line, made.decision) for made in log if made.kind == "for")
        assert (outermost[1] == "unrolled") == (program.__name__ in UNROLLED)


TRACED_LENGTH = [
    programs.lu,
    programs.gram_schmidt,
    programs.triangular,
    programs.floyd_warshall,
    programs.breaks,
    programs.returns,
    programs.callees,
    programs.in_containers,
]


@pytest.mark.parametrize("program", TRACED_LENGTH, ids=lambda f: f.__name__)
def test_lengths_unknown_while_tracing(program):
    a = matrix(6)
    theirs = program(numpy, a.copy(), 6)
    same(tf.function(lambda a, n: program(np, a.copy(), n))(np.array(a), np.array(6)), theirs)


def test_graph_size_does_not_depend_on_the_length():
    def sizes(program, n):
        a = numpy.ones((4, 4))
        return nodes(tf.function(lambda a: program(a, n)).get_concrete_function(np.array(a)))

    def stencil(a, n):
        u, v, t, total = a.copy(), a.copy(), 0.0, 0.0
        for i in range(n):
            v[1:-1] = 0.5 * (u[2:] + u[:-2])
            u, v = v, u
            t += 0.1
            total += u[0, 0] * i
        return u, v, t, total

    assert sizes(stencil, 10_000) == sizes(stencil, 100) < 200


def test_traces_of_nested_loops_do_not_multiply(monkeypatch):
    calls = []
    set_item = np.ndarray.__setitem__
    monkeypatch.setattr(np.ndarray, "__setitem__", lambda *args: calls.append(1) or set_item(*args))

    def one(x):
        for i in range(20):
            x[i] += 1.0

    def two(x):
        for _ in range(20):
            one(x)

    def three(x):
        for _ in range(20):
            two(x)

    def four(x):
        for _ in range(20):
            three(x)

    def traces(nested):
        def run(x):
            x = x.copy()
            nested(x)
            return x

        calls.clear()
        tf.function(run).get_concrete_function(np.zeros(20))
        return len(calls)

    assert [traces(nested) for nested in (one, two, three, four)] == [2, 3, 4, 5]


def test_short_loops_are_unrolled():
    def run(a):
        for i in range(5):
            a = a + i
        return a

    with control_flow.decisions() as log:
        tf.function(run).get_concrete_function(np.zeros(3))
    assert decided(log) == ["unrolled"]
    with control_flow.decisions() as log, config.unroll_limit(4):
        tf.function(run).get_concrete_function(np.zeros(3))
    assert decided(log) == ["rolled"]
    assert log[0].file == __file__
    assert log[0].line == run.__code__.co_firstlineno + 1


def test_pythons_numbers_stay_weak():
    def run(np, a):
        t = 0.0
        k = 2
        small = np.zeros(30, dtype=np.int8)
        for i in range(30):
            small[i] = i // k
            a = a * t + i % 7 - k
            t += 0.25
        return a, a * t, small, t, small + (t > 1)

    theirs = run(numpy, numpy.ones(3, numpy.float32))
    with control_flow.decisions() as log:
        ours = tf.function(lambda a: run(np, a))(np.ones(3, dtype=np.float32))
    same(ours, theirs, 1e-5)
    assert decided(log) == ["rolled"]


def test_random_numbers_of_the_host_are_drawn_for_each_iteration():
    def run(np, a):
        for _ in range(20):
            a = a + random.random()
        return a

    random.seed(3)
    theirs = run(numpy, numpy.zeros(2))
    random.seed(3)
    same(tf.function(lambda a: run(np, a))(np.zeros(2)), theirs)


def test_side_effects_on_pythons_objects_happen_as_in_python():
    counter = {"n": 0}
    seen: list[int] = []

    def run(a):
        for i in range(20):
            a = a + i
            counter["n"] += 1
            seen.append(i)
        return a

    same(tf.function(run)(np.zeros(2)), numpy.full(2, 190.0))
    assert counter == {"n": 20}
    assert seen == list(range(20))


def test_an_alias_of_exchanged_arrays_is_written_to():
    def run(np, a):
        u, v = a.copy(), a.copy()
        first, second = u, v
        for i in range(21):
            u[i % 3] = i
            u, v = v, u
        return u, v, first, second, first is v

    theirs = run(numpy, numpy.zeros(3))
    same(tf.function(lambda a: run(np, a)[:4])(np.zeros(3)), theirs[:4])


def test_tensors_alone_are_left_to_tensorflow():
    def run(x):
        for i in range(40):
            x = x + i
        return x

    with control_flow.decisions() as log:
        concrete = tf.function(run).get_concrete_function(tf.constant([1.0]))
    assert log == []
    assert "While" not in {op.type for op in concrete.graph.get_operations()}


def test_an_unusable_limit_is_refused():
    with pytest.raises(ValueError, match="unroll_limit"):
        config.set_unroll_limit(-1)
