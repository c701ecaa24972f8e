"""What is known of the names that a script uses: gaps, and what leaves the GPU. Knows the facade."""

from __future__ import annotations

import inspect
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from rich.text import Text

import tnp_shim
from tnp_shim.command import tables
from tnp_shim.command.inventory import Use, numpys, parameters_of
from tnp_shim.command.numpy_names import from_numpy
from tnp_shim.declaration import REGISTRY
from tnp_shim.declaration.function import IGNORED
from tnp_shim.functions.handed_on import HANDED_ON

READS_VALUES = frozenset(
    f"ndarray.{name}" for name in ("ctypes", "data", "dump", "dumps", "item", "tobytes", "tofile", "tolist")
)
"""Members of arrays that are about their values in Python or in memory."""
MOST_LINES = 6


@dataclass(frozen=True)
class Known:
    """What is known of a name: how it is computed, whether it stays on a GPU, what is missing."""

    name: str
    route: str
    gpu: str
    reason: str
    leaves_gpu: bool
    gap: bool
    problems: tuple[str, ...] = ()


def _leaves_gpu(name: str, route: str, gpu: str) -> bool:
    top = name.partition(".")[0]
    handed = HANDED_ON.get(top, "")
    arrays_of_numpys = bool(handed) and handed.startswith(("for text", "an array of NumPy's"))
    return (
        route == "host" or gpu == "no" or bool(from_numpy(name)) or name in READS_VALUES or arrays_of_numpys
    )


def known(name: str, parameters: Sequence[str] = ()) -> Known:
    """What is known of a name, used with some parameters."""
    if reason := from_numpy(name):
        missing = numpys(name) is None
        return Known(name, "numpy", "no", f"NumPy has no {name}" if missing else reason, True, missing)
    try:
        found = tnp_shim.support(name)
    except KeyError as error:
        return Known(name, "gap", "", str(error), False, True)
    problems = _problems(name, parameters)
    if found.route == "gap":
        return Known(name, "gap", "", found.reason, False, True, problems)
    gpu = tables.gpu_text(name)
    reasons = {*found.exceptions.get("gpu", ())} if gpu in ("no", "some dtypes") else set()
    reason = "; ".join([found.reason] * bool(found.reason) + sorted(reasons))
    return Known(
        name, found.route, gpu, reason, _leaves_gpu(name, found.route, gpu), bool(problems), problems
    )


def _problems(name: str, parameters: Sequence[str]) -> tuple[str, ...]:
    """The parameters that NumPy's function or ours does not take."""
    theirs = parameters_of(name)
    if not theirs or not parameters:
        return ()
    open_to_all = any(parameter.kind is inspect.Parameter.VAR_KEYWORD for parameter in theirs)
    names = {parameter.name for parameter in theirs}
    unknown = [] if open_to_all else [given for given in parameters if given not in names]
    refused = [given for given in parameters if given in _refused(name) and given in names]
    return (
        *(f"NumPy's {name} has no parameter {given}" for given in unknown),
        *(f"{given} is not supported on tensors" for given in refused),
    )


def _refused(name: str) -> set[str]:
    """The parameters of NumPy's function that the declaration of ours refuses."""
    theirs = numpys(name)
    declared = REGISTRY.get(theirs) if callable(theirs) and not isinstance(theirs, type) else None
    if declared is None or hasattr(theirs, "nin"):
        return set()
    taken: dict[str, Any] = dict(inspect.signature(declared.body).parameters)
    if any(parameter.kind is inspect.Parameter.VAR_KEYWORD for parameter in taken.values()):
        return set()
    return {
        parameter.name
        for parameter in parameters_of(name)
        if parameter.name not in taken and parameter.name not in IGNORED and parameter.name != "out"
    }


def document(script: str, files: Sequence[str], uses: Sequence[Use]) -> dict[str, Any]:
    """All that was found, as data."""
    rows = []
    for use in uses:
        found = known(use.name, use.parameters)
        rows.append(
            {
                "file": tables.shortened(use.file),
                "line": use.line,
                "name": use.name,
                "parameters": list(use.parameters),
                "route": found.route,
                "gpu": found.gpu,
                "leaves_gpu": found.leaves_gpu,
                "gap": found.gap,
                "problems": list(found.problems),
                "reason": found.reason,
            }
        )
    return {
        "script": script,
        "files": [tables.shortened(file) for file in files],
        "uses": rows,
        "gaps": sorted({row["name"] for row in rows if row["gap"]}),
        "leave_gpu": sorted({row["name"] for row in rows if row["leaves_gpu"]}),
    }


def _lines(rows: Sequence[dict[str, Any]], one_file: bool) -> str:
    """The lines of the uses of a name."""
    places = list(dict.fromkeys((row["file"], row["line"]) for row in rows))
    told = [str(line) if one_file else f"{file}:{line}" for file, line in places[:MOST_LINES]]
    return ", ".join(told + ["..."] * (len(places) > MOST_LINES))


def show(found: dict[str, Any]) -> None:
    """A table with a row for each name, and what stands in the way."""
    one_file = len(found["files"]) == 1
    by_name: dict[str, list[dict[str, Any]]] = {}
    for row in found["uses"]:
        by_name.setdefault(row["name"], []).append(row)
    table = tables.made(
        f"NumPy in {found['script']}", "name", "parameters", "lines", "route", "GPU", "problems"
    )
    told: dict[str, list[str]] = {}
    for name, rows in by_name.items():
        parameters = dict.fromkeys(parameter for row in rows for parameter in row["parameters"])
        problems = list(dict.fromkeys(problem for row in rows for problem in row["problems"]))
        told.setdefault(rows[0]["reason"], []).append(name)
        table.add_row(
            Text(name),
            Text(", ".join(parameters)),
            Text(_lines(rows, one_file)),
            rows[0]["route"],
            "leaves it" if rows[0]["leaves_gpu"] else rows[0]["gpu"],
            Text("; ".join(problems)),
            style="bold red" if any(row["gap"] for row in rows) else None,
        )
    out = tables.console()
    out.print(table)
    gaps, leaving = found["gaps"], found["leave_gpu"]
    for reason, names in told.items():
        if reason:
            out.print(Text(f"{', '.join(names)}: {reason}"))
    out.print(Text(f"{len(by_name)} names in {len(found['files'])} file(s)"))
    out.print(Text(f"gaps: {', '.join(gaps) or 'none'}"))
    out.print(Text(f"leave the GPU: {', '.join(leaving) or 'none'}"))
