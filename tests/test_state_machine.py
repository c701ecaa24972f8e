"""Views and writes in any order: tnp_shim's arrays stay what NumPy's are, step by step."""

from __future__ import annotations

from typing import Any

import numpy
import tensorflow as tf
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

import tnp_shim
from array_programs import OPERATIONS, WRITING, Step, steps, keep, new_arrays, take
from differential import check, check_error, check_sharing, is_array, ours

DERIVING_NAMES = [name for name in OPERATIONS if name not in WRITING]


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
        self.step(data.draw(steps(self.theirs, list(WRITING)))

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


Arrays.TestCase.settings = settings(max_examples=40, stateful_step_count=20)
test_arrays_stay_alike = Arrays.TestCase
