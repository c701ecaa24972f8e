"""The command `python -m conformance`. Knows the runner and the report."""

from __future__ import annotations

import datetime
import fnmatch
import os
import sys
from collections.abc import Mapping
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

from conformance import examples as calls
from conformance.inventory import inventory
from conformance.judging import FULL, QUICK, Effort
from conformance.known import KNOWN
from conformance.modes import MODES
from conformance.report import data, files, summary
from conformance.running import Job, OtherRun, State, run_jobs


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
@click.option(
    "--report", type=click.Path(path_type=Path), help="Folder for the JSON, Markdown and HTML report."
)
@click.option("--date", default=lambda: datetime.date.today().isoformat(), help="The date in the report.")
@click.option("--publish", is_flag=True, help="Write the report that is shipped, and the pages in docs.")
@click.option("--record", is_flag=True, help="Keep an example of each exception that has none.")
@click.option("--forget", is_flag=True, help="Drop the calls that failed before and pass now.")
def main(
    quick: bool,
    names: tuple[str, ...],
    modes: tuple[str, ...],
    examples: int | None,
    seed: int,
    workers: int,
    state: Path | None,
    report: Path | None,
    date: str,
    publish: bool,
    record: bool,
    forget: bool,
) -> None:
    """Judge tnp_shim by NumPy."""
    if publish and (names or modes):
        raise click.UsageError("--publish is for runs of all names in all modes")
    asked = data.Asked("quick" if quick else "full", seed, examples, date)
    run = {"tier": asked.tier, "seed": seed, "examples": examples, "modes": list(modes or MODES)}
    try:
        kept = State(state, run | data.versions())
    except OtherRun as error:
        raise click.UsageError(f"{error}; give another file to --state") from None
    known, found = calls.read_examples(), calls.read_found()
    wanted = chosen(names)
    jobs = [
        Job(
            name,
            modes or tuple(MODES),
            effort_of(quick, examples),
            seed,
            tuple(e for e in found if e.call.name == name),
            tuple(e for e in known.values() if e.call.name == name),
            forget,
        )
        for name in wanted
        if name not in kept.records
    ]
    _judge(jobs, workers, kept)
    records = {name: kept.records[name] for name in wanted}
    problems = _keep_calls(records, known, record=record, forget=forget)
    made = data.document(records, asked, KNOWN)
    if report is not None:
        files.write(made, report)
    if publish:
        files.publish(made)
    console = Console()
    # a table that is cut off tells nothing
    console.width = max(console.width, 100)
    summary.show(made, problems, console)
    sys.exit(1 if problems or summary.failing(made) else 0)


def _judge(jobs: list[Job], workers: int, kept: State) -> None:
    """Run the jobs under a progress bar, and keep their records."""
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=Console(stderr=True)) as progress:
        task = progress.add_task("names", total=len(jobs))
        for record in run_jobs(jobs, min(workers, len(jobs) or 1)):
            kept.add(record)
            progress.update(task, advance=1, description=record["name"])


def _keep_calls(
    records: Mapping[str, Mapping[str, Any]],
    known: dict[str, calls.Example],
    *,
    record: bool,
    forget: bool,
) -> list[str]:
    """Keep the calls that later runs repeat; what is wrong with the examples of exceptions."""
    if record:
        known = calls.recorded(records, known, KNOWN)
        calls.write_examples(known)
    # read anew: another run may have added to it in the meantime
    found = calls.read_found()
    if forget:
        found = calls.without_passing(found, records)
    calls.write_found(calls.with_failures(found, records))
    return calls.problems(records, known, KNOWN)
