"""The report as data: the document of a run, and the one that is shipped. Knows records and exceptions.

docs/conformance_schema.md describes both; `schema.json` and `shipped_schema.json` hold them to it. The order
is that of the names, and nothing depends on when or in which order the names were judged.
"""

from __future__ import annotations

import json
import math
import platform
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy
import tensorflow as tf

import tnp_shim
from conformance.exceptions import Known
from conformance.known import KNOWN
from conformance.modes import MODES
from conformance.report.reproducing import reproduction

SCHEMA = 1
"""The version of both documents; it changes where what is there changes its meaning."""

STATUSES = {"p": "pass", "a": "partial", "e": "exception", "f": "fail", "n": "none"}
"""How a name can do in a mode, and the letters for it in the shipped document."""

USUAL = {"standing": "judged", "route": "native"}
"""What the shipped document leaves out of a name."""

LETTERS = {status: letter for letter, status in STATUSES.items()}

FIRST_MODULES = ("numpy", "ufuncs", "ufunc methods", "ndarray", "linalg", "fft")
"""The modules that lead the totals; the others follow in alphabetical order."""


@dataclass(frozen=True)
class Asked:
    """What a run was asked for."""

    tier: str
    seed: int = 0
    examples: int | None = None
    date: str | None = None


def versions() -> dict[str, str]:
    """What was judged, by what, and with what."""
    return {
        "tnp_shim": tnp_shim.__version__,
        "numpy": numpy.__version__,
        "tensorflow": tf.__version__,
        "python": platform.python_version(),
    }


def modules_of(names: Iterable[Mapping[str, Any]]) -> list[str]:
    """The modules of some names, in the order of the report."""
    found = {name["module"] for name in names}
    return [m for m in FIRST_MODULES if m in found] + sorted(found - set(FIRST_MODULES))


def totals(names: Sequence[Mapping[str, Any]], modes: Iterable[str]) -> list[dict[str, Any]]:
    """For each module, and last for all, how many names have which standing, and which status in each mode.

    A name has its `module`, its `standing` and the `status` of its modes.
    """
    lines = []
    for module in [*modules_of(names), ""]:
        inside = [name for name in names if module in ("", name["module"])]
        standings = Counter(name["standing"] for name in inside)
        statuses = {mode: Counter(n["status"].get(mode, "none") for n in inside) for mode in modes}
        lines.append(
            {
                "module": module,
                "names": len(inside),
                "standings": dict(sorted(standings.items())),
                "modes": {
                    mode: {s: counts[s] for s in STATUSES.values() if counts[s]}
                    for mode, counts in statuses.items()
                },
            }
        )
    return lines


def _finite(value: float | None) -> float | None:
    """A number that JSON has, to three digits."""
    return None if value is None or not math.isfinite(value) else float(f"{value:.3g}")


def _examples(mode: str, cell: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Of the failing cases the shortest, and one of each exception."""
    shortest: dict[str, Mapping[str, Any]] = {}
    for failure in sorted(cell["failures"], key=lambda f: (len(f["code"]), f["code"])):
        shortest.setdefault(failure["exception"] or "", failure)
    return [
        {
            "exception": failure["exception"],
            "difference": failure["kind"],
            "text": failure["text"],
            "call": failure["call"],
            "code": reproduction(failure["call"], failure["code"], mode),
        }
        for _, failure in sorted(shortest.items())
    ]


def _cell(mode: str, cell: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "status": cell["status"],
        "passed": cell["passed"],
        "failed": cell["failed"],
        "excepted": dict(sorted(cell["excepted"].items())),
        "skipped": dict(sorted(cell["skipped"].items())),
        "ulps": _finite(cell["ulps"]),
        "examples": _examples(mode, cell),
    }


def _name(record: Mapping[str, Any]) -> dict[str, Any]:
    known = tnp_shim.support(record["name"])
    return {
        "name": record["name"],
        "kind": record["kind"],
        "module": record["module"],
        "standing": record["standing"],
        "route": known.route,
        "reason": record["reason"] or (known.reason if known.route == "host" else ""),
        "problems": list(record["problems"]),
        "time ratio": _finite(record["time ratio"]),
        "modes": {mode: _cell(mode, record["cells"][mode]) for mode in MODES if mode in record["cells"]},
    }


def _exceptions(names: Sequence[Mapping[str, Any]], known: Sequence[Known]) -> list[dict[str, Any]]:
    counts: Counter[str] = Counter()
    meeting: Counter[str] = Counter()
    for name in names:
        found = Counter[str]()
        for cell in name["modes"].values():
            found.update(cell["excepted"])
        counts.update(found)
        meeting.update(found.keys())
    missing = sorted(set(counts) - {k.id for k in known})
    if missing:
        raise ValueError(f"the records tell of exceptions that are not in the table: {', '.join(missing)}")
    return [
        {
            "id": k.id,
            "reason": k.reason,
            "link": k.link,
            "stumble": k.stumble,
            "cases": counts[k.id],
            "names": meeting[k.id],
        }
        for k in sorted(known, key=lambda k: k.id)
    ]


def document(
    records: Mapping[str, Mapping[str, Any]], asked: Asked, known: Sequence[Known] = KNOWN
) -> dict[str, Any]:
    """The report of a run."""
    names = [_name(record) for _, record in sorted(records.items())]
    states = [n | {"status": {mode: cell["status"] for mode, cell in n["modes"].items()}} for n in names]
    return {
        "schema": SCHEMA,
        **asdict(asked),
        "versions": versions(),
        "modes": {mode.name: mode.title for mode in MODES.values()},
        "totals": totals(states, MODES),
        "exceptions": _exceptions(names, known),
        "names": names,
    }


def _short(name: Mapping[str, Any], modes: Iterable[str]) -> dict[str, Any]:
    """A name in the shipped document: what is empty or usual is left out."""
    letters = "".join(LETTERS[name["modes"][m]["status"] if m in name["modes"] else "none"] for m in modes)
    exceptions = {m: list(cell["excepted"]) for m, cell in name["modes"].items() if cell["excepted"]}
    found = {
        "kind": name["kind"],
        "module": name["module"],
        "standing": name["standing"],
        "route": name["route"],
        "reason": name["reason"],
        "modes": letters if name["modes"] else "",
        "exceptions": exceptions,
    }
    return {key: value for key, value in found.items() if value and USUAL.get(key) != value}


def shipped(report: Mapping[str, Any]) -> dict[str, Any]:
    """The part of a report that is shipped with the package."""
    modes = report["modes"]
    return {
        **{key: report[key] for key in ("schema", "tier", "seed", "examples", "date", "versions", "modes")},
        "statuses": STATUSES,
        "exceptions": {e["id"]: {"reason": e["reason"], "link": e["link"]} for e in report["exceptions"]},
        "names": {name["name"]: _short(name, modes) for name in report["names"]},
    }


def written(value: Mapping[str, Any]) -> str:
    """A document as text: one line a name, so that what changed can be read."""

    def text(part: Any) -> str:
        return json.dumps(part, ensure_ascii=False, allow_nan=False)

    lines = []
    for key, part in value.items():
        if key in ("names", "exceptions", "totals") and part:
            items = part.items() if isinstance(part, Mapping) else ((None, item) for item in part)
            rows = [(f"{text(k)}: " if k is not None else "") + text(item) for k, item in items]
            opening, closing = "{}" if isinstance(part, Mapping) else "[]"
            lines.append(f"{text(key)}: {opening}\n" + ",\n".join(rows) + f"\n{closing}")
        else:
            lines.append(f"{text(key)}: {text(part)}")
    return "{\n" + ",\n".join(lines) + "\n}\n"
