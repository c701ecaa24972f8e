"""The report of the conformance suite that is shipped, as a summary. Knows the facade and rich."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

from rich.text import Text

import tnp_shim
from tnp_shim.command import tables
from tnp_shim.support import report

MADE_BY = "python -m conformance --report build/report"
PAGES = ("build/report/conformance.html", "build/site/conformance/index.html")


def page() -> Path | None:
    """The page of the report: below the working directory, or the checkout that the package is in."""
    roots = [Path.cwd(), Path(tnp_shim.__file__).resolve().parents[1]]
    return next((root / name for root in roots for name in PAGES if (root / name).is_file()), None)


def show() -> None:
    """A row for each mode: how many names have which status."""
    found = report()
    statuses, names = found["statuses"], found["names"]
    table = tables.made(
        "NumPy's names, mode by mode", "mode", *(f">{status}" for status in statuses.values())
    )
    for place, title in enumerate(found["modes"].values()):
        counts = Counter(
            entry["modes"][place] for entry in names.values() if len(entry.get("modes", "")) > place
        )
        table.add_row(title, *(str(counts[letter] or "") for letter in statuses))
    out = tables.console()
    out.print(table)
    routes = Counter(tnp_shim.support(name).route for name in names)
    out.print(Text("routes: " + ", ".join(f"{route} {count}" for route, count in routes.most_common())))
    versions = ", ".join(f"{name} {version}" for name, version in found["versions"].items())
    out.print(Text(f"{len(names)} names, {found['tier']} run of {found['date']}: {versions}"))
