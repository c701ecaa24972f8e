"""Who decides what a case looks like: a covering enumeration or Hypothesis. Knows nothing of arrays."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any, Protocol, TypeVar

from hypothesis import strategies

Option = TypeVar("Option")


class Chooser(Protocol):
    """Makes the choices of a case; each choice has a label, so that its options can be covered in turn."""

    def among(self, label: str, options: Sequence[Option]) -> Option:
        """One of the options."""

    def integer(self, label: str, low: int, high: int) -> int:
        """An integer from `low` to `high`, both included."""


class Covering:
    """Takes of each label's options the one that was taken least, by a seeded draw among equals.

    After as many cases as a choice has options each of them was used, which independent draws do not give.
    """

    def __init__(self, seed: str | int) -> None:
        self._random = random.Random(seed)
        self._taken: Counter[Any] = Counter()

    def among(self, label: str, options: Sequence[Option]) -> Option:
        keys = [(label, type(option), repr(option)) for option in options]
        fewest = min(self._taken[key] for key in keys)
        index = self._random.choice([i for i, key in enumerate(keys) if self._taken[key] == fewest])
        self._taken[keys[index]] += 1
        return options[index]

    def integer(self, label: str, low: int, high: int) -> int:
        return self._random.randint(low, high)


class Drawn:
    """Leaves the choices to Hypothesis, which shrinks what fails."""

    def __init__(self, draw: Callable[..., Any]) -> None:
        self._draw = draw

    def among(self, label: str, options: Sequence[Option]) -> Option:
        return options[self._draw(strategies.integers(0, len(options) - 1))]

    def integer(self, label: str, low: int, high: int) -> int:
        return int(self._draw(strategies.integers(low, high)))
