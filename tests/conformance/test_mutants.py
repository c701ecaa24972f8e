"""The judge catches what is wrong: each mutant fails in its mode, in which the real function does not."""

from __future__ import annotations

import functools
from dataclasses import replace

import pytest

from conformance.judging import FULL, judge
from conformance.mutants import MUTANTS, in_place_of
from conformance.rows import ROWS

STRUCTURES = dict.fromkeys(FULL.structures, 6) | {"eager": 16, "graph": 16}
EFFORT = replace(FULL, structures=STRUCTURES, widened={}, timed=False)


def status(name: str, mode: str) -> str:
    return judge(name, ROWS[name], [mode], EFFORT)["cells"][mode]["status"]


@functools.cache
def true_status(name: str, mode: str) -> str:
    return status(name, mode)


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: f"{mutant.name}, {mutant.wrong}")
def test_a_wrong_implementation_fails(mutant):
    assert true_status(mutant.name, mutant.mode) != "fail"
    with in_place_of(mutant):
        assert status(mutant.name, mutant.mode) == "fail"


def test_there_are_enough():
    assert len(MUTANTS) >= 30
