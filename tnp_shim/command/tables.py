"""What the command prints, as tables. Knows rich and what is recorded, compared and found."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Mapping

from rich.console import Console
from rich.table import Table
from rich.text import Text

import tnp_shim
from tnp_shim.command.comparison import Difference
from tnp_shim.command.numpy_names import FROM_NUMPY, from_numpy
from tnp_shim.command.recording import Site

NARROWEST = 100


def console(on_standard_error: bool = False) -> Console:
    """A console that is wide enough: a table that is cut off tells nothing."""
    made = Console(file=sys.stderr if on_standard_error else sys.stdout, highlight=False)
    made.width = max(made.width, NARROWEST)
    return made


def made(title: str, *columns: str) -> Table:
    table = Table(title=Text(title), title_justify="left", expand=False)
    for column in columns:
        name = column.removeprefix(">")
        table.add_column(name, justify="right" if column.startswith(">") else "left", overflow="fold")
    return table


def shortened(file: str) -> str:
    """A path from the working directory on, where the file is below it."""
    relative = os.path.relpath(file)
    return file if relative.startswith(os.pardir) else relative


# runs


def _number(value: float | None) -> str:
    return "" if value is None else f"{value:.3g}"


def show_comparison(
    found: list[Difference], compared: int, seconds: tuple[float, float], printed_alike: bool
) -> None:
    """The variables that differ, and how long both runs took."""
    out = console(on_standard_error=True)
    if found:
        table = made(
            f"{len(found)} of {compared} variables differ from NumPy's",
            "variable",
            "ours",
            "NumPy's",
            ">max abs difference",
            ">max rel difference",
            "what differs",
        )
        for each in found:
            table.add_row(
                Text(each.name),
                Text(each.ours),
                Text(each.numpys),
                _number(each.absolute),
                _number(each.relative),
                each.what,
            )
        out.print(table)
    else:
        out.print(f"All {compared} variables are equal to NumPy's: value, dtype, shape.")
    if not printed_alike:
        out.print("What it printed differs from what it prints with NumPy.")
    ours, numpys = seconds
    out.print(f"ours {ours:.3f} s (tracing included), NumPy {numpys:.3f} s: speed-up {numpys / ours:.2f}")


def gpu_text(name: str) -> str:
    """What is known of a name's kernels on a GPU."""
    status = tnp_shim.support(name).modes.get("gpu", "")
    return {"pass": "yes", "partial": "some dtypes", "exception": "no", "fail": "no"}.get(status, "")


def route_text(name: str) -> str:
    """The route of a name; real NumPy's for what scripts get from there."""
    if from_numpy(name):
        return "numpy"
    try:
        return tnp_shim.support(name).route
    except KeyError:
        return ""


def show_sites(sites: Iterable[Site]) -> None:
    """What was called, line by line."""
    table = made(
        "NumPy by call site",
        "line",
        "function",
        "route",
        ">calls",
        ">traced",
        ">time (ms)",
        ">host transfers",
        "GPU",
    )
    ordered = sorted(sites, key=lambda site: (site.file, site.line))
    for site in ordered:
        route = route_text(site.name)
        table.add_row(
            Text(f"{shortened(site.file)}:{site.line}"),
            Text(site.name),
            route,
            str(site.calls),
            str(site.traced or ""),
            f"{site.seconds * 1000:.2f}",
            str(site.transfers or ""),
            "no" if from_numpy(site.name) else gpu_text(site.name) if route else "",
        )
    table.add_section()
    table.add_row(
        "all",
        "",
        "",
        str(sum(site.calls for site in ordered)),
        str(sum(site.traced for site in ordered) or ""),
        f"{sum(site.seconds for site in ordered) * 1000:.2f}",
        str(sum(site.transfers for site in ordered) or ""),
    )
    out = console(on_standard_error=True)
    out.print(table)
    for module, reason in FROM_NUMPY.items():
        if any(site.name.startswith(f"{module}.") for site in ordered) and from_numpy(module):
            out.print(f"{module}: {reason}")


def show_lines(title: str, rows: Mapping[str, str]) -> None:
    """A table of names and values."""
    table = made(title, "", "")
    table.show_header = False
    for name, value in rows.items():
        table.add_row(Text(name), Text(value))
    console().print(table)
