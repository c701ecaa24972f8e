"""The acceptance run of random numbers in small: `python -m tests.random.acceptance` is the whole of it."""

from __future__ import annotations

import acceptance
import pytest
from acceptance import SIZES, Count, Draw, check

SMALL = {name: SIZES[name] for name in ("()", "3x5")}


@pytest.mark.parametrize(
    "draw",
    [
        Draw("Generator", "normal", (0.0, 3.0), ulps=1),
        Draw("RandomState", "exponential", (3.0,), ulps=1),
    ],
    ids=lambda draw: draw.label,
)
def test_graphs(draw):
    count = acceptance.checked(draw, SMALL, ["eager", "graph"], dict.fromkeys(SMALL, range(2)))
    assert count.cases == 8
    assert count.is_right(draw) and not count.farther and not count.notes


def test_xla():
    count, draw = Count(), Draw("Generator", "random")
    check(draw, (3, 5), "xla", range(2), count)
    assert count.cases == 2 and count.numbers == 30 and count.is_right(draw)


def test_what_is_wrong_is_counted(monkeypatch):
    begun = acceptance.begun
    monkeypatch.setattr(acceptance, "state_of", lambda generator: begun("Generator", 9).bit_generator.state)
    count, draw = Count(), Draw("Generator", "random")
    check(draw, 7, "graph", range(2), count)
    assert not count.is_right(draw) and count.farther == 14 and count.positions == 2 and count.ulps > 1e6
    assert count.notes[0] == "graph size 7 seed 0: 7 of 7"


def test_what_raises_is_counted():
    draw = Draw("Generator", "normal", (0.0, -1.0))
    count = acceptance.checked(draw, {"7": 7}, ["eager"], {"7": [0]})
    assert count.cases == 0 and not count.is_right(draw)
    assert count.notes == ["eager size 7: ValueError scale < 0"]


@pytest.mark.parametrize(("farther", "right"), [(3, True), (4, False)])
def test_a_share_may_be_farther(farther, right):
    assert Count(numbers=100, farther=farther).is_right(Draw("Generator", "vonmises", share=0.03)) is right


def test_patterns_choose_draws():
    assert {draw.name for draw in acceptance.chosen("Generator.f(*,RandomState.wald*")} == {"f", "wald"}
