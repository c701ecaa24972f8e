"""Ordinary NumPy programs, unchanged: NumPy's results eagerly, in graphs and under XLA, and right slopes."""

from __future__ import annotations

import copy
import functools
from collections.abc import Callable
from typing import Any

import numpy
import pytest
import tensorflow as tf
from program_sources import NAMES, PROGRAMS, Program, copying, load, ours, tree_map

import tnp_shim
from tnp_shim import config
from tnp_shim.array import Array

SEEDS = (0, 1)
"""Of two examples: what is traced for one must hold for the other, whose branches may go another way."""


def arrays_in(value: Any) -> list[Any]:
    """The NumPy arrays among arguments."""
    found: list[Any] = []
    tree_map(lambda leaf: found.append(leaf) if isinstance(leaf, numpy.ndarray) else None, value)
    return found


@functools.cache
def on(namespace: Any, name: str) -> Callable[..., Any]:
    """The function of a program on NumPy or on ours."""
    return getattr(load(name, namespace), PROGRAMS[name].called)


@functools.cache
def example(name: str, seed: int = 0) -> tuple[Any, ...]:
    """Arguments for NumPy; not to be written to."""
    return load(name, numpy).example(seed=seed)


@functools.cache
def expected(name: str, seed: int = 0) -> tuple[Any, tuple[Any, ...]]:
    """NumPy's result, and what became of the arguments."""
    arguments = copy.deepcopy(example(name, seed))
    return on(numpy, name)(*arguments), arguments


def compare(theirs: Any, mine: Any, tolerance: float, traced: bool, where: str) -> None:
    """Assert that two results are alike; a Python number may come out of a graph as a tensor."""
    if isinstance(theirs, dict):
        assert set(theirs) == set(mine), where
        for key in theirs:
            compare(theirs[key], mine[key], tolerance, traced, f"{where}[{key!r}]")
    elif isinstance(theirs, (list, tuple)):
        assert type(mine) is type(theirs) and len(mine) == len(theirs), f"{where}: {mine!r}, not {theirs!r}"
        for i, (t, m) in enumerate(zip(theirs, mine, strict=True)):
            compare(t, m, tolerance, traced, f"{where}[{i}]")
    elif isinstance(theirs, (numpy.ndarray, numpy.generic)):
        assert isinstance(mine, Array), f"{where}: {type(mine)}, NumPy gives {type(theirs)}"
        is_array = isinstance(theirs, numpy.ndarray)
        assert isinstance(mine, tnp_shim.ndarray) == is_array, f"{where}: {type(mine)}, not {type(theirs)}"
        same(theirs, mine, tolerance, where)
        assert mine.dtype == theirs.dtype, f"{where}: {mine.dtype}, NumPy gives {theirs.dtype}"
    else:
        if not traced:
            assert type(mine) is type(theirs), f"{where}: {type(mine)}, NumPy gives {type(theirs)}"
        same(theirs, mine, tolerance, where)


def same(theirs: Any, mine: Any, tolerance: float, where: str) -> None:
    theirs, mine = numpy.asarray(theirs), numpy.asarray(mine)
    assert mine.shape == theirs.shape, f"{where}: shape {mine.shape}, NumPy's is {theirs.shape}"
    if theirs.dtype.kind in "fc" and theirs.size:
        most = tolerance * numpy.max(numpy.abs(theirs), where=numpy.isfinite(theirs), initial=0.0)
        numpy.testing.assert_allclose(mine, theirs, rtol=tolerance, atol=most, err_msg=where)
    else:
        numpy.testing.assert_array_equal(mine, theirs, err_msg=where)


def agrees(name: str, function: Callable[..., Any], traced: bool) -> None:
    """Call it with arrays of ours, and compare result and arguments with NumPy's."""
    for seed in SEEDS:
        result, arguments = expected(name, seed)
        given = ours(example(name, seed))
        compare(result, function(*given), PROGRAMS[name].tolerance, traced, f"result, seed {seed}")
        compare(list(arguments), list(given), PROGRAMS[name].tolerance, traced, f"argument, seed {seed}")


@functools.cache
def graph(name: str) -> Callable[..., Any]:
    """The program in a plain tf.function, on copies where it writes to its arguments."""
    program = on(tnp_shim, name)
    return tf.function(copying(program) if PROGRAMS[name].writes else program)


def agrees_on_copies(name: str, function: Callable[..., Any]) -> None:
    """Call it with arrays of ours, and compare the result, with what is in it of the arguments."""
    for seed in SEEDS:
        result, arguments = expected(name, seed)
        if PROGRAMS[name].writes:
            result = (result, arrays_in(arguments))
        given = ours(example(name, seed))
        compare(result, function(*given), PROGRAMS[name].tolerance, True, f"result, seed {seed}")


def names(asked: Callable[[Program], Any]) -> list[str]:
    """The names of the programs of which something holds."""
    return [name for name, program in PROGRAMS.items() if asked(program)]


def test_every_program_is_in_the_table():
    assert sorted(PROGRAMS) == NAMES


@pytest.mark.parametrize("name", NAMES)
def test_the_table_tells_which_programs_change_their_arguments(name):
    changes = zip(arrays_in(example(name)), arrays_in(expected(name)[1]), strict=True)
    assert PROGRAMS[name].writes == any(before.tobytes() != after.tobytes() for before, after in changes)


@pytest.mark.parametrize("name", NAMES)
def test_eagerly(name):
    agrees(name, on(tnp_shim, name), traced=False)


@pytest.mark.parametrize("name", NAMES)
def test_in_a_graph(name):
    agrees_on_copies(name, graph(name))


@pytest.mark.parametrize("name", ["ising_model", "n_body"])
def test_a_graph_refuses_writes_to_arguments(name):
    with pytest.raises(ValueError, match="should not modify"):
        tf.function(on(tnp_shim, name))(*ours(example(name)))


@pytest.mark.parametrize("name", NAMES)
def test_in_a_function_of_ours_with_rolled_loops(name):
    with config.unroll_limit(1):
        agrees(name, tnp_shim.function(on(tnp_shim, name)), traced=True)


@pytest.mark.parametrize("name", NAMES)
def test_compiled_by_xla(name):
    agrees(name, tnp_shim.function(on(tnp_shim, name), jit_compile=True), traced=True)


@pytest.mark.parametrize("name", names(lambda program: program.smooth))
@pytest.mark.parametrize("mode", ["eager", "graph"])
def test_slopes(name, mode):
    argument, place = PROGRAMS[name].smooth
    arguments = example(name)

    def total(namespace: Any, program: Callable[..., Any], at: Any) -> Any:
        given = [*copy.deepcopy(arguments)] if namespace is numpy else [*ours(arguments)]
        given[argument] = at
        result = program(*given)
        if program is graph(name) and PROGRAMS[name].writes:
            result, _ = result
        return namespace.sum(result if place is None else result[place])

    x = arguments[argument]
    direction = numpy.random.default_rng(1).normal(size=x.shape)
    step = 1e-6 * max(1.0, numpy.abs(x).max())
    theirs = [total(numpy, on(numpy, name), x + sign * step * direction) for sign in (1, -1)]
    measured = (theirs[0] - theirs[1]) / (2 * step)

    program = on(tnp_shim, name) if mode == "eager" else graph(name)
    at = tnp_shim.array(x)
    with tf.GradientTape() as tape:
        tape.watch(at)
        y = total(tnp_shim, program, at)
    slope = numpy.sum(numpy.asarray(tape.gradient(y, at)) * direction)
    numpy.testing.assert_allclose(slope, measured, rtol=1e-5, atol=1e-6)
