"""What an exception is: a difference that is known, with its one reason. Knows calls.

A difference that an exception covers does not fail a run. An exception that covers nothing any more does:
`exception_examples.json` holds one call for each, and each run repeats it.
"""

from __future__ import annotations

import fnmatch
import re
from collections.abc import Callable
from dataclasses import dataclass

from conformance.comparison import Difference
from conformance.recipes import Call


@dataclass(frozen=True)
class Known:
    """A known difference.

    `names` and `modes` are patterns separated by blanks; `kind` and `text` (a regular expression) tell the
    difference; `when` tells the calls. `stumble` is the sentence for docs/differences.md, where NumPy's users
    would meet the difference.
    """

    id: str
    names: str
    modes: str
    reason: str
    text: str = ""
    kind: str = ""
    when: Callable[[Call], bool] | None = None
    link: str = ""
    stumble: str = ""

    def concerns(self, name: str, mode: str) -> bool:
        """Whether the exception is about a name in a mode."""
        return any(fnmatch.fnmatchcase(name, p) for p in self.names.split()) and any(
            fnmatch.fnmatchcase(mode, p) for p in self.modes.split()
        )

    def covers(self, mode: str, call: Call, difference: Difference) -> bool:
        """Whether a difference is the known one."""
        return (
            self.concerns(call.name, mode.replace(" ", "_"))
            and self.kind in ("", difference.kind)
            and (not self.text or re.search(self.text, difference.text) is not None)
            and (self.when is None or self.when(call))
        )


def has_dtype(*dtypes: str) -> Callable[[Call], bool]:
    """Calls with an array of one of some dtypes."""
    return lambda call: any(recipe.dtype in dtypes for recipe in call.recipes())


def has_fill(*fills: str) -> Callable[[Call], bool]:
    """Calls with an array of one of some fills."""
    return lambda call: any(recipe.fill in fills for recipe in call.recipes())


def has_keyword(*names: str) -> Callable[[Call], bool]:
    """Calls with one of some keywords."""
    return lambda call: any(key in names for key, _ in call.keywords)
