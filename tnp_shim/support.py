"""What is known of a name: its route, and how it did in each mode. Knows the facade and the registry.

The answers come from the declarations and from the report of the conformance suite that is shipped with the
package (`conformance.json`), so they need neither the network nor a run of the suite.
"""

from __future__ import annotations

import difflib
import functools
import json
import operator
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from importlib import resources
from typing import Any

import numpy

import tnp_shim
from tnp_shim.declaration import REGISTRY
from tnp_shim.errors import ShimError

_MISSING = object()


class UnknownNameError(ShimError, KeyError):
    """Neither NumPy nor tnp_shim has the name."""

    # KeyError would show the quoted form of the message
    __str__ = Exception.__str__


@dataclass(frozen=True)
class Support:
    """What is known of a name.

    `route` says how it is computed: `native` (TensorFlow ops), `trace` (decided while tracing), `source`
    (NumPy's own source on tensors), `host` (NumPy on the host), `numpy` (NumPy's own object), `gap` (not
    there); `reason` says why, where that needs saying.
    `modes` has for each mode `pass`, `partial` (some cases are exceptions), `exception` (all are), `fail` or
    `none` (there are no cases); it is empty where there was nothing to judge. `exceptions` has the reasons
    of a mode's exceptions.
    """

    name: str
    route: str
    reason: str
    kind: str
    module: str
    modes: Mapping[str, str]
    exceptions: Mapping[str, tuple[str, ...]]

    def __str__(self) -> str:
        lines = [f"{self.name}: {self.route}{', ' if self.reason else ''}{self.reason}"]
        width = max(map(len, self.modes), default=0)
        for mode, status in self.modes.items():
            reasons = "; ".join(self.exceptions.get(mode, ()))
            lines.append(f"    {mode:{width}}  {status}{': ' if reasons else ''}{reasons}")
        return "\n".join(lines)

    __repr__ = __str__


@functools.cache
def report() -> Mapping[str, Any]:
    """The shipped report; docs/conformance_schema.md describes it."""
    text = resources.files(__package__).joinpath("conformance.json").read_text(encoding="utf-8")
    found: Mapping[str, Any] = json.loads(text)
    return found


def _found(namespace: Any, name: str) -> tuple[Any, str]:
    """The object of a name, and why there is none."""
    try:
        return operator.attrgetter(name)(namespace), ""
    except AttributeError as error:
        return _MISSING, str(error)


def _route(name: str, theirs: Any) -> tuple[str, str]:
    """The route of a name of NumPy's, and the reason of the declaration."""
    ours, missing = _found(tnp_shim, name)
    if ours is _MISSING:
        return "gap", missing
    if ours is theirs:
        return "numpy", ""
    owner, _, member = name.rpartition(".")
    if owner == "ndarray":
        theirs = getattr(numpy, member, None)
    elif isinstance(getattr(numpy, owner, None), numpy.ufunc):
        theirs = getattr(numpy, owner)
    declared = REGISTRY.get(theirs) if callable(theirs) else None
    return (declared.route, declared.reason) if declared else ("native", "")


def near(name: str, names: Iterable[str]) -> list[str]:
    """The names that may have been meant, the likeliest first."""
    names = sorted(names)
    members: dict[str, list[str]] = {}
    for candidate in names:
        members.setdefault(candidate.rpartition(".")[2].lower(), []).append(candidate)
    meant = difflib.get_close_matches(name.rpartition(".")[2].lower(), members, cutoff=0.75)
    alike = [candidate for member in meant for candidate in members[member]]
    alike.sort(key=lambda candidate: -difflib.SequenceMatcher(None, name, candidate).ratio())
    return alike[:3]


def support(name: str) -> Support:
    """How a name of NumPy's is computed here, and in which modes it is like NumPy's.

    >>> import tnp_shim as np
    >>> np.support("linalg.norm")
    linalg.norm: ...
    >>> np.support("add").route
    'native'
    >>> np.support("eigvals")
    Traceback (most recent call last):
        ...
    tnp_shim.support.UnknownNameError: NumPy has no name 'eigvals'. Did you mean: 'linalg.eigvals', ...
    """
    name = name.removeprefix("numpy.").removeprefix("np.")
    names = report()["names"]
    theirs, _ = _found(numpy, name)
    if name not in names and theirs is _MISSING and _found(tnp_shim, name)[0] is _MISSING:
        meant = near(name, {*names, *dir(numpy), *tnp_shim.__all__})
        proposal = f" Did you mean: {', '.join(map(repr, meant))}?" if meant else ""
        raise UnknownNameError(f"NumPy has no name {name!r}.{proposal}")
    entry = names.get(name, {})
    route, reason = _route(name, theirs)
    told = entry.get("reason", "")
    kept, statuses = report()["exceptions"], report()["statuses"]
    return Support(
        name,
        route,
        (told or reason) if route == "gap" else (reason or told),
        entry.get("kind", ""),
        entry.get("module", name.rpartition(".")[0] or "numpy"),
        {
            mode: statuses[letter]
            for mode, letter in zip(report()["modes"], entry.get("modes", ""), strict=False)
        },
        {
            mode: tuple(kept[known]["reason"] for known in ids)
            for mode, ids in entry.get("exceptions", {}).items()
        },
    )
