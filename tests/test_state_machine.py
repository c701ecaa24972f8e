"""Views and writes in any order: tnp_shim's arrays stay what NumPy's are, step by step."""

from __future__ import annotations

from typing import Any

import numpy
import tensorflow as tf
from array_programs import DERIVING_NAMES, WRITING_NAMES, Step, keep, new_arrays, programs, steps, take
from differential import check, check_error, check_sharing, ours
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

import tnp_shim


class Arrays(RuleBasedStateMachine):
    """NumPy's arrays and ours, side by side."""

    def __init__(self) -> None:
        super().__init__()
        self.theirs: list[numpy.ndarray] = []
        self.mine: list[Any] = []

    @initialize(made=new_arrays(least_rank=1))
    def start(self, made: numpy.ndarray) -> None:
        self.create(made)

    @rule(made=new_arrays())
    def new(self, made: numpy.ndarray) -> None:
        self.create(made)

    def create(self, made: numpy.ndarray) -> None:
        keep(self.theirs, made.copy(order="K"))
        keep(self.mine, ours(made))

    @rule(data=st.data())
    def derive(self, data: Any) -> None:
        self.step(data.draw(steps(self.theirs, DERIVING_NAMES)))

    @rule(data=st.data())
    def derive_again(self, data: Any) -> None:
        self.step(data.draw(steps(self.theirs, DERIVING_NAMES)))

    @rule(data=st.data())
    def write(self, data: Any) -> None:
        self.step(data.draw(steps(self.theirs, WRITING_NAMES)))

    def step(self, step: Step) -> None:
        expected, refusal = take(numpy, self.theirs, step)
        actual, error = take(tnp_shim, self.mine, step)
        check_error(refusal, error, message=False)
        if refusal is None:
            check(expected, actual, where=step[0])
            keep(self.theirs, expected)
            keep(self.mine, actual)

    @invariant()
    def alike(self) -> None:
        for i, (theirs, mine) in enumerate(zip(self.theirs, self.mine, strict=True)):
            check(theirs, mine, where=f"array {i}")
        check_sharing(self.theirs, self.mine)


Arrays.TestCase.settings = settings(max_examples=120, stateful_step_count=20)
test_arrays_stay_alike = Arrays.TestCase


@given(programs())
@settings(max_examples=70)
def test_the_same_program_in_a_traced_function(program: tuple[list[numpy.ndarray], list[Step]]) -> None:
    start, steps_taken = program
    theirs = [made.copy() for made in start]
    refusals = []
    for step in steps_taken:
        made, refusal = take(numpy, theirs, step)
        refusals.append(refusal)
        keep(theirs, made)
    errors = []

    @tf.function
    def traced(arguments: list[Any]) -> list[Any]:
        mine = [made.copy() for made in arguments]  # TensorFlow refuses writes to arguments
        errors.clear()
        for step in steps_taken:
            made, error = take(tnp_shim, mine, step)
            errors.append(error)
            keep(mine, made)
        return mine

    results = traced([ours(made) for made in start])
    for refusal, error in zip(refusals, errors, strict=True):
        check_error(refusal, error, message=False)
    for i, (expected, actual) in enumerate(zip(theirs, results, strict=True)):
        check(expected, actual, memory=False, where=f"array {i}")
