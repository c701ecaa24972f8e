"""What a run prints when it is done: the totals, and the first failures. Knows the document."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table
from rich.text import Text

from conformance.report.markdown import share

MOST_SHOWN = 10
"""How many failures are printed."""

MOST_WITH_CODE = 3
"""Up to how many failures are printed with the code that repeats them."""

MOST_CHARACTERS = 400
"""How much of a failure's text is printed."""


def failing(report: Mapping[str, Any]) -> list[str]:
    """The names that fail: in a mode, or by a problem."""
    return [
        name["name"]
        for name in report["names"]
        if name["problems"] or any(cell["status"] == "fail" for cell in name["modes"].values())
    ]


def failures(report: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """What fails, and the code that repeats it."""
    for name in report["names"]:
        for problem in name["problems"]:
            yield f"{name['name']}: {problem}", ""
        for mode, cell in name["modes"].items():
            for example in cell["examples"]:
                if example["exception"] is None:
                    yield f"{name['name']}, {mode}: {example['text']}", example["code"]


def percent(counts: Mapping[str, int]) -> str:
    """How many names pass of those that have cases, rounded down: all is all."""
    passing, _, judged = share(counts).partition("/")
    return f"{1000 * int(passing) // int(judged) / 10:g}%" if judged else ""


def table(report: Mapping[str, Any]) -> Table:
    """The totals."""
    made = Table("module", title="names that pass, of those that have cases", box=SIMPLE_HEAD)
    for mode in report["modes"]:
        made.add_column(mode, justify="right")
    for line in report["totals"]:
        cells = [
            Text(percent(counts), "red" if "fail" in counts else "green") for counts in line["modes"].values()
        ]
        made.add_row(line["module"] or "all", *cells, end_section=line is report["totals"][-2])
    return made


def show(report: Mapping[str, Any], problems: Sequence[str], console: Console) -> None:
    """Print the summary."""
    found = [*((problem, "") for problem in problems), *failures(report)]
    for text, code in found[:MOST_SHOWN]:
        console.print(textwrap.shorten(text, MOST_CHARACTERS), markup=False, highlight=False, soft_wrap=True)
        if len(found) <= MOST_WITH_CODE:
            console.print(textwrap.indent(code, "    "), markup=False, highlight=False, soft_wrap=True)
    if len(found) > MOST_SHOWN:
        console.print(f"... and {len(found) - MOST_SHOWN} more; --report DIR writes all of them")
    console.print(table(report))
    console.print(
        f"{len(report['names'])} names, {len(failing(report))} fail, {len(problems)} other problems"
    )
