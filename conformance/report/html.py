"""The report as one page: a picture of the totals and a table to search in. Knows the document."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from markupsafe import Markup

from conformance.report.data import STATUSES
from conformance.report.markdown import share
from conformance.report.templating import filled

LABEL_WIDTH, CELL_WIDTH, CELL_HEIGHT, GAP = 150, 86, 24, 2
"""Sizes in the picture of the totals."""


def embedded(value: Any) -> Markup:
    """A value as JSON within a script element, which nothing in it can end."""
    text = json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    return Markup(text.replace("<", "\\u003c").replace("\u2028", "\\u2028").replace("\u2029", "\\u2029"))


def segments(counts: Mapping[str, int], left: float, width: float) -> list[dict[str, Any]]:
    """The parts of a cell of the picture, as wide as their share of the names that have cases."""
    judged = {s: counts[s] for s in STATUSES.values() if s != "none" and s in counts}
    found = []
    for status, count in judged.items():
        part = width * count / sum(judged.values())
        found.append({"status": status, "x": round(left, 2), "width": round(part, 2)})
        left += part
    return found


def picture(report: Mapping[str, Any]) -> dict[str, Any]:
    """What the picture of the totals shows, with the places of all."""
    rows = []
    for number, line in enumerate(report["totals"]):
        cells = []
        for column, (mode, counts) in enumerate(line["modes"].items()):
            left = LABEL_WIDTH + column * CELL_WIDTH
            told = ", ".join(f"{count} {status}" for status, count in counts.items() if status != "none")
            cells.append(
                {
                    "mode": mode,
                    "x": left,
                    "text": share(counts),
                    "title": f"{line['module'] or 'all'}, {mode}: {told or 'no cases'}",
                    "segments": segments(counts, left, CELL_WIDTH - GAP),
                }
            )
        rows.append({"module": line["module"], "y": CELL_HEIGHT * (number + 1), "cells": cells})
    return {
        "rows": rows,
        "columns": [(mode, LABEL_WIDTH + i * CELL_WIDTH) for i, mode in enumerate(report["modes"])],
        "cell": (CELL_WIDTH - GAP, CELL_HEIGHT - GAP),
        "size": (LABEL_WIDTH + CELL_WIDTH * len(report["modes"]), CELL_HEIGHT * (len(rows) + 1)),
    }


def page(report: Mapping[str, Any]) -> str:
    """conformance.html."""
    return filled(
        "page.html",
        report=report,
        picture=picture(report),
        share=share,
        modules=[line["module"] for line in report["totals"] if line["module"]],
        routes=sorted({name["route"] for name in report["names"]}),
        data=embedded(
            {
                "modes": report["modes"],
                "exceptions": {e["id"]: e for e in report["exceptions"]},
                "names": report["names"],
            }
        ),
    )
