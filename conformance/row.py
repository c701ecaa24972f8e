"""A row of the table: which calls of a name are cases, and what is asked of them. Knows the words."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import numpy

from conformance.choosing import Chooser
from conformance.comparison import Tolerance
from conformance.inventory import UFUNC_METHODS
from conformance.recipes import Call
from conformance.vocabulary import Argument, drawn

ABSENT = object()
"""What a keyword is that a case leaves out."""


@dataclass(frozen=True)
class Always:
    """A keyword that no case leaves out."""

    word: Any


@dataclass(frozen=True)
class Row:
    """The cases of a name: words for its positional arguments and for its keywords.

    A keyword is left out of some cases, unless it is `Always` given. `tolerance` is how far floats may
    differ. `aliasing`: whether what the result shares memory with is compared. `without` gives for modes that
    have no meaning for the name the reason.
    """

    name: str
    positional: tuple[Any, ...] = ()
    keywords: Mapping[str, Any] = field(default_factory=dict)
    tolerance: Tolerance = Tolerance()
    aliasing: bool = True
    without: Mapping[str, str] = field(default_factory=dict)

    @property
    def is_draw(self) -> bool:
        """Whether the name draws from a random stream."""
        return self.name.partition(".")[0] == "random"

    @property
    def is_ufunc_method(self) -> bool:
        """Whether the name is a method of a ufunc."""
        owner, _, method = self.name.rpartition(".")
        return method in UFUNC_METHODS and isinstance(getattr(numpy, owner, None), numpy.ufunc)

    def within(
        self,
        ulps: float,
        *,
        of_complex: float | None = None,
        of_largest: bool = False,
        conditioned: bool = False,
    ) -> Row:
        """The row with another tolerance."""
        return replace(self, tolerance=Tolerance(ulps, of_complex, of_largest, conditioned))

    def any_memory(self) -> Row:
        """The row without a comparison of what shares memory, where NumPy promises nothing."""
        return replace(self, aliasing=False)

    def not_in(self, modes: str, reason: str) -> Row:
        """The row without modes (separated by blanks, `second_gradient`), which have no meaning for it."""
        names = [mode.replace("_", " ") for mode in modes.split()]
        return replace(self, without={**self.without, **dict.fromkeys(names, reason)})

    def draw(
        self, choose: Chooser, *, good: bool = False, accepted: Callable[[Call], bool] = lambda _: True
    ) -> Call:
        """One case; one in eight has a bad argument, unless only good ones are asked for.

        Only a call that NumPy accepts is spoilt: of two things wrong either error would be right.
        """
        words: dict[int | str, Any] = dict(enumerate(self.positional))
        words.update(self.keywords)
        spoilt = None
        if not good and choose.among("spoil", range(8)) == 0:
            candidates = [key for key, word in words.items() if _can_be_bad(_unwrapped(word))]
            spoilt = choose.among("spoilt", candidates) if candidates else None
        seen: dict[int | str, Any] = {}
        for key, word in words.items():
            label = str(key)
            needed = isinstance(key, int) or isinstance(word, Always)
            if not needed and not choose.among(f"{label}.given", (False, True)):
                continue
            seen[key] = drawn(_unwrapped(word), choose, seen, label)
        call = self._call(seen)
        if spoilt is None or not accepted(call):
            return call
        return self._call({**seen, spoilt: _unwrapped(words[spoilt]).spoil(choose, seen, str(spoilt))})

    def _call(self, seen: Mapping[int | str, Any]) -> Call:
        args = tuple(value for key, value in seen.items() if isinstance(key, int))
        return Call(
            self.name, args, tuple((key, value) for key, value in seen.items() if isinstance(key, str))
        )


def _can_be_bad(word: Any) -> bool:
    return isinstance(word, Argument) and word.can_be_bad


def _unwrapped(word: Any) -> Any:
    return word.word if isinstance(word, Always) else word


def row(name: str, *positional: Any, **keywords: Any) -> Row:
    """A row of a name: words for its arguments."""
    return Row(name, positional, keywords)
