"""Cases that Hypothesis draws from a row, and shrinks where they fail. Knows rows and modes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import hypothesis
from hypothesis import strategies

from conformance.choosing import Drawn
from conformance.modes.mode import Mode, Verdict, accepted, case
from conformance.row import Row


class _Wrong(Exception):
    """A case failed; Hypothesis looks for a simpler one."""


def widened(
    row: Row, mode: Mode, examples: int, seed: int, is_known: Callable[[Verdict], bool]
) -> list[Verdict]:
    """The verdicts on the cases that were drawn; of those that fail unknown, the simplest alone."""
    passed: list[Verdict] = []
    wrong: list[Verdict] = []

    @hypothesis.seed(seed)
    @hypothesis.settings(
        max_examples=examples,
        database=None,  # what fails is kept in found.jsonl, for all tiers and modes
        deadline=None,
        phases=(hypothesis.Phase.generate, hypothesis.Phase.shrink),
        suppress_health_check=list(hypothesis.HealthCheck),
        print_blob=False,
    )
    @hypothesis.given(strategies.data())
    def judge_one(data: Any) -> None:
        (verdict,) = mode.check([case(row, row.draw(Drawn(data.draw), accepted=accepted))])
        if verdict.difference is None or verdict.skipped or is_known(verdict):
            passed.append(verdict)
            return
        wrong.append(verdict)
        raise _Wrong

    try:
        judge_one()
    except (_Wrong, hypothesis.errors.Flaky):
        return [*passed, wrong[-1]]
    return passed
