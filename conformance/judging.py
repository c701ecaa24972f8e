"""Judges one name: draws its cases and runs them in every mode. Knows rows, modes and exceptions."""

from __future__ import annotations

import functools
import time
import zlib
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Any

import numpy

import tnp_shim
from conformance.choosing import Chooser, Covering
from conformance.exceptions import Known
from conformance.known import KNOWN
from conformance.modes import MODES
from conformance.modes.mode import Mode, Verdict, accepted, case
from conformance.outcomes import bases_of, run
from conformance.recipes import Call, Recipe, encode, transform
from conformance.row import Row
from conformance.widening import widened

Option = Any


@dataclass(frozen=True)
class Effort:
    """How many structures a row gets in each mode, and how many calls each structure.

    `of_ufunc_methods` says it for the methods of ufuncs and `of_draws` for the draws from random streams:
    they are a third of all names, and alike. In the modes of `first_row` a name is judged by its first row
    alone. `widened` is how many cases of a row Hypothesis adds. Workers are replaced after `names_per_pool`
    names: TensorFlow keeps what it traced for the life of the process.
    """

    structures: Mapping[str, int]
    of_ufunc_methods: Mapping[str, int]
    of_draws: Mapping[str, int]
    values: Mapping[str, int]
    first_row: frozenset[str] = frozenset()
    widened: Mapping[str, int] = field(default_factory=dict)
    timed: bool = False
    names_per_pool: int = 480

    def structures_of(self, row: Row) -> Mapping[str, int]:
        """How many structures the rows of a name get in each mode."""
        return (
            self.of_draws
            if row.is_draw
            else self.of_ufunc_methods
            if row.is_ufunc_method
            else self.structures
        )


_COSTLY = ("xla", "gpu", "gradient", "second gradient", "forward", "vmap", "loop")

QUICK = Effort(
    structures={"eager": 3, "graph": 1, "unknown": 1} | dict.fromkeys(_COSTLY, 1),
    of_ufunc_methods={"eager": 1, "graph": 1, "unknown": 0} | dict.fromkeys(_COSTLY, 0),
    # the draws by rejection take XLA seconds to compile, in graphs too
    of_draws=dict.fromkeys(MODES, 0) | {"eager": 2},
    values=dict.fromkeys(MODES, 1) | {"eager": 2},
    first_row=frozenset(("unknown", *_COSTLY)),
)
FULL = Effort(
    structures={"eager": 16, "graph": 5, "unknown": 4} | dict.fromkeys(_COSTLY, 1),
    of_ufunc_methods={"eager": 6, "graph": 2, "unknown": 2} | dict.fromkeys(_COSTLY, 1),
    of_draws={"eager": 6, "graph": 1, "unknown": 1} | dict.fromkeys(_COSTLY, 1),
    values=dict.fromkeys(MODES, 3) | {"eager": 6, "second gradient": 1, "forward": 2},
    first_row=frozenset(_COSTLY[3:]),
    widened={"eager": 6, "graph": 1},
    timed=True,
    names_per_pool=120,
)


@dataclass
class Cell:
    """How a name did in a mode."""

    passed: int = 0
    failed: int = 0
    ulps: float = 0.0
    failures: list[dict[str, Any]] = field(default_factory=list)
    excepted: Counter[str] = field(default_factory=Counter)
    skipped: Counter[str] = field(default_factory=Counter)

    @property
    def status(self) -> str:
        """`pass`, `fail`, `partial` (some are exceptions), `exception` (all are), or `none`."""
        if self.failed:
            return "fail"
        if self.passed:
            return "partial" if self.excepted else "pass"
        return "exception" if self.excepted else "none"

    def add(self, mode: str, verdict: Verdict) -> None:
        """Count a verdict."""
        if verdict.skipped:
            self.skipped[verdict.skipped] += 1
        elif verdict.difference is None:
            self.passed += 1
            self.ulps = max(self.ulps, verdict.ulps)
        else:
            known = known_of(mode, verdict)
            if known is not None:
                self.excepted[known.id] += 1
                if self.excepted[known.id] > 1:
                    return
            else:
                self.failed += 1
            if known is not None or self.failed <= MOST_FAILURES:
                self.failures.append(
                    {
                        "exception": known.id if known else None,
                        "kind": verdict.difference.kind,
                        "text": verdict.difference.text[:1000],
                        "call": encode(verdict.call),
                        "code": verdict.call.code()[:4000],
                    }
                )

    def plain(self) -> dict[str, Any]:
        """The cell as JSON has it."""
        counts = {"excepted": dict(self.excepted), "skipped": dict(self.skipped)}
        return {"status": self.status, **vars(self), **counts}


def known_of(mode: str, verdict: Verdict) -> Known | None:
    """The exception that covers a difference."""
    difference = verdict.difference
    return next((k for k in KNOWN if difference and k.covers(mode, verdict.call, difference)), None)


def is_known(mode: str, verdict: Verdict) -> bool:
    """Whether an exception covers a difference."""
    return known_of(mode, verdict) is not None


MOST_FAILURES = 5
"""How many failing examples of a cell are kept."""


class Bounded:
    """A chooser that prefers some dtypes and fills where a choice has them."""

    def __init__(self, chooser: Chooser, mode: Mode) -> None:
        self._chooser, self._mode = chooser, mode

    def among(self, label: str, options: Sequence[Option]) -> Option:
        for ending, preferred in ((".dtype", self._mode.dtypes), (".fill", self._mode.fills)):
            if preferred is not None and label.endswith(ending):
                options = [option for option in options if option in preferred] or options
        return self._chooser.among(label, options)

    def integer(self, label: str, low: int, high: int) -> int:
        return self._chooser.integer(label, low, high)


def refilled(call: Call, choose: Chooser, mode: Mode) -> Call:
    """A call of the same structure with other values."""

    def other(leaf: Any) -> Any:
        if not isinstance(leaf, Recipe):
            return leaf
        fills = [f for f in leaf.fills if mode.fills is None or f in mode.fills] or [leaf.fill]
        fill = choose.among(f"refill {leaf.dtype}", fills)
        return replace(leaf, fill=fill, seed=choose.integer("refill", 0, 2**31))

    return transform(other, call)


def seed_of(name: str, mode: str, seed: int) -> int:
    """A seed that does not depend on which other names run."""
    return zlib.crc32(f"{name} {mode} {seed}".encode())


def judge(
    name: str,
    rows: Sequence[Row],
    modes: Iterable[str],
    effort: Effort,
    seed: int = 0,
    replayed: Mapping[str, Sequence[Call]] = MappingProxyType({}),
) -> dict[str, Any]:
    """All cells of a name, as JSON has them; `replayed` calls failed in a mode once, and run there first."""
    cells: dict[str, Any] = {}
    for mode in (MODES[m] for m in modes):
        cell = Cell()
        for call in replayed.get(mode.name, ()):
            for verdict in _replay(mode, rows, call):
                cell.add(mode.name, verdict)
        structures = effort.structures_of(rows[0])
        for number, row in enumerate(rows[:1] if mode.name in effort.first_row else rows):
            if mode.name in row.without:
                cell.skipped[row.without[mode.name]] += 1
                continue
            chooser = Bounded(Covering(seed_of(f"{name} {number}", mode.name, seed)), mode)
            for _ in range(structures[mode.name]):
                for verdict in _verdicts(row, mode, effort.values[mode.name], chooser):
                    cell.add(mode.name, verdict)
            if examples := effort.widened.get(mode.name):
                known = functools.partial(is_known, mode.name)
                for verdict in widened(row, mode, examples, seed_of(name, mode.name, seed), known):
                    cell.add(mode.name, verdict)
        cells[mode.name] = cell.plain()
    return {"cells": cells, "time ratio": _time_ratio(rows[0], seed) if effort.timed else None}


def _replay(mode: Mode, rows: Sequence[Row], call: Call) -> list[Verdict]:
    """A call that failed once, where the mode would draw it; by the most tolerant of the name's rows."""
    recipes = call.recipes()
    if mode.dtypes is not None and not {recipe.dtype for recipe in recipes} <= mode.dtypes:
        return []
    if mode.fills is not None and not {recipe.fill for recipe in recipes} <= mode.fills:
        return []
    rows = [row for row in rows if mode.name not in row.without]
    cases = [case(row, call) for row in sorted(rows, key=lambda row: row.tolerance.ulps)[-1:]]
    return (
        [] if mode.good and any(one.expected.error for one in cases) else mode.check(cases) if cases else []
    )


def _verdicts(row: Row, mode: Mode, values: int, chooser: Chooser) -> list[Verdict]:
    """The verdicts on the calls of one structure."""
    verdicts: list[Verdict] = []
    # a mode that takes good calls only draws again where there was nothing to compare
    for _ in range(DRAWS if mode.good else 1):
        call = row.draw(chooser, good=mode.good, accepted=accepted)
        first = case(row, call)
        if mode.good and first.expected.error is not None:
            continue
        others = [refilled(call, chooser, mode) for _ in range(values - 1 if call.recipes() else 0)]
        verdicts = mode.check([first, *(case(row, other) for other in others)])
        if not all(verdict.skipped for verdict in verdicts):
            break
    return verdicts


DRAWS = 6
"""How often a case is drawn anew at most."""


def _time_ratio(row: Row, seed: int) -> float | None:
    """The time of an eager call over NumPy's, on the first good case."""
    call = row.draw(Covering(seed), good=True)
    times = []
    for namespace, bases in (
        (numpy, bases_of(call)),
        (tnp_shim, [tnp_shim.array(b) for b in bases_of(call)]),
    ):
        best = float("inf")
        for _ in range(5):
            start = time.perf_counter()
            outcome = run(call, namespace, bases, lambda value: value, aliasing=False)
            best = min(best, time.perf_counter() - start)
            if outcome.error is not None:
                return None
        times.append(best)
    return times[1] / times[0]
