"""The report as a page of the documentation. Knows the shipped document only: the two cannot differ."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from conformance.report.data import USUAL, totals
from conformance.report.templating import filled


def states_of(shipped: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The names of the shipped document with the status of each mode."""
    statuses, modes = shipped["statuses"], shipped["modes"]
    return [
        {"name": name, "reason": "", "exceptions": {}, **USUAL}
        | entry
        | {"status": dict(zip(modes, map(statuses.get, entry.get("modes", "")), strict=False))}
        for name, entry in shipped["names"].items()
    ]


def share(counts: Mapping[str, int]) -> str:
    """How many names pass of those that have cases; a partial pass is one, its exceptions are listed."""
    judged = sum(counts.values()) - counts.get("none", 0)
    passing = counts.get("pass", 0) + counts.get("partial", 0)
    return f"{passing}/{judged}" if judged else ""


def cell(text: str) -> str:
    """A text as it stands in a table, on one line."""
    return " ".join(text.split()).replace("|", "\\|")


def listed(names: Sequence[str], everything: Sequence[str]) -> str:
    """Names as text; a whole module's are one pattern."""
    found: list[str] = []
    for prefix in dict.fromkeys(name.rpartition(".")[0] for name in names):
        inside = [name for name in names if name.rpartition(".")[0] == prefix]
        module = [name for name in everything if name.rpartition(".")[0] == prefix]
        if prefix and len(inside) == len(module) > 3:
            found.append(f"`{prefix}.*` ({len(module)} names)")
        else:
            found += [f"`{name}`" for name in inside]
    return " ".join(found)


def by_reason(names: Sequence[Mapping[str, Any]], everything: Sequence[str]) -> list[tuple[str, str]]:
    """The names that have a reason in common, and the reason; the one with the most names first."""
    found: dict[str, list[str]] = {}
    for name in names:
        found.setdefault(cell(name["reason"]) or "no reason is given", []).append(name["name"])
    ordered = sorted(found.items(), key=lambda item: (-len(item[1]), item[0]))
    return [(listed(members, everything), reason) for reason, members in ordered]


def page(shipped: Mapping[str, Any]) -> str:
    """docs/conformance.md."""
    names = states_of(shipped)
    everything = list(shipped["names"])
    met = {
        id: [name for name in names if any(id in ids for ids in name["exceptions"].values())]
        for id in shipped["exceptions"]
    }
    where = {
        id: [mode for mode in shipped["modes"] if any(id in n["exceptions"].get(mode, ()) for n in met[id])]
        for id in shipped["exceptions"]
    }
    return filled(
        "page.md",
        report=shipped,
        totals=totals(names, shipped["modes"]),
        gaps=by_reason([n for n in names if n["route"] == "gap" or n["standing"] == "gap"], everything),
        host=by_reason([n for n in names if n["route"] == "host"], everything),
        handed=by_reason([n for n in names if n["standing"] == "handed on"], everything),
        met=met,
        where=where,
        share=share,
        cell=cell,
    )
