"""The command `python -m conformance`. Knows the runner and the report."""

from __future__ import annotations

import fnmatch
import os
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import click
from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)

from conformance.inventory import inventory
from conformance.judging import FULL, QUICK, Effort
from conformance.modes import MODES
from conformance.running import Job, State, run_jobs

ROOT = Path(__file__).resolve().parents[1]


def effort_of(quick: bool, examples: int | None) -> Effort:
    """The effort of a tier; `examples` sets how many structures a row gets in each mode."""
    effort = QUICK if quick else FULL
    return (
        effort if examples is None else replace(effort, structures=dict.fromkeys(effort.structures, examples))
    )


def chosen(patterns: tuple[str, ...]) -> list[str]:
    """The names that match; all of them without a pattern."""
    names = [n for n in inventory() if not patterns or any(fnmatch.fnmatchcase(n, p) for p in patterns)]
    if not names:
        raise click.BadParameter(
            f"no public name of NumPy matches {', '.join(patterns)}", param_hint="--name"
        )
    return names


@click.command()
@click.option("--quick", is_flag=True, help="The short tier: under five minutes on two cores.")
@click.option("--name", "names", multiple=True, help="Only these names; `linalg.*` is a pattern.")
@click.option("--mode", "modes", multiple=True, type=click.Choice(list(MODES)), help="Only these modes.")
@click.option("--examples", type=click.IntRange(1), help="Structures of each row in each mode.")
@click.option("--seed", type=int, default=0, show_default=True)
@click.option("--workers", type=click.IntRange(1), default=os.cpu_count() or 1, show_default=True)
@click.option("--state", type=click.Path(path_type=Path), help="File of what is done; a run goes on from it.")
def main(
    quick: bool,
    names: tuple[str, ...],
    modes: tuple[str, ...],
    examples: int | None,
    seed: int,
    workers: int,
    state: Path | None,
) -> None:
    """Judge tnp_shim by NumPy."""
    console = Console(stderr=True)
    kept = State(state)
    effort = effort_of(quick, examples)
    wanted = [name for name in chosen(names) if name not in kept.records]
    jobs = [Job(name, modes or tuple(MODES), effort, seed) for name in wanted]
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=console) as progress:
        task = progress.add_task("names", total=len(jobs))
        for record in run_jobs(jobs, min(workers, len(jobs) or 1)):
            kept.add(record)
            progress.update(task, advance=1, description=record["name"])
    sys.exit(report(kept.records))


def report(records: dict[str, Any]) -> int:
    """Print what fails; the exit code."""
    failing = 0
    for name, record in sorted(records.items()):
        bad = [mode for mode, cell in record["cells"].items() if cell["status"] == "fail"]
        for problem in record["problems"]:
            click.echo(f"{name}: {problem}")
        for mode in bad:
            failure = next(f for f in record["cells"][mode]["failures"] if f["exception"] is None)
            click.echo(f"{name}, {mode}: {failure['text']}\n    " + failure["code"].replace("\n", "\n    "))
        failing += bool(bad or record["problems"])
    click.echo(f"{len(records)} names, {failing} fail")
    return 1 if failing else 0
