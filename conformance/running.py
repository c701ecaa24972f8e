"""Runs many names in parallel, goes on where an earlier run was cut off, survives a crash of the process.

Each name is judged in a worker process with seeds of its own, so the result does not depend on how the names
are spread. What is done is kept in the state file of the run, a line a name.
"""

from __future__ import annotations

import faulthandler
import json
import logging
import multiprocessing
import os
import tempfile
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import tensorflow as tf

from conformance.examples import Example, passes, still_true
from conformance.inventory import inventory
from conformance.judging import Effort
from conformance.recipes import encode
from conformance.records import record_of


@dataclass(frozen=True)
class Job:
    """One name to judge.

    `replayed` failed before; `forget` asks which of them pass now. `examples` are of exceptions. A name that
    takes more than `seconds` ends its process, as a crash does.
    """

    name: str
    modes: tuple[str, ...]
    effort: Effort
    seed: int
    replayed: tuple[Example, ...] = ()
    examples: tuple[Example, ...] = ()
    forget: bool = False
    seconds: float = 900


def prepare() -> None:
    """Make a worker quiet, and keep it to one core: there is one worker a core."""
    warnings.simplefilter("ignore")
    logging.getLogger("tensorflow").setLevel(logging.CRITICAL)
    tf.config.threading.set_intra_op_parallelism_threads(1)
    tf.config.threading.set_inter_op_parallelism_threads(1)


def judged(job: Job) -> dict[str, Any]:
    """The record of a job, in a worker."""
    # a call that failed in one mode may be one that another would never draw, so each goes to its own
    replayed = {mode: [e.call for e in job.replayed if e.mode == mode] for mode in job.modes}
    record = record_of(job.name, job.modes, job.effort, job.seed, replayed)
    stale = [e for e in job.examples if e.mode in job.modes and not still_true(e)]
    record["stale"] = [example.exception for example in stale]
    record["problems"] += [
        f"the example of exception {e.exception} passes in mode {e.mode}, or fails otherwise: {e.call.code()}"
        for e in stale
    ]
    if job.forget:
        record["passing"] = [encode(e.call) for e in job.replayed if e.mode in job.modes and passes(e)]
    return record


def crashed(job: Job) -> dict[str, Any]:
    """The record of a job that ended its process."""
    entry = inventory()[job.name]
    return {
        "name": job.name,
        "kind": entry.kind,
        "module": entry.module,
        "parameters": list(entry.parameters),
        "standing": "judged",
        "reason": "",
        "problems": [f"the process crashed, or took more than {job.seconds:g} seconds"],
        "cells": {},
        "time ratio": None,
    }


class OtherRun(ValueError):
    """A state file is of a run that was asked for something else."""


class State:
    """The records of a run so far, kept in a file, so that a run that was cut off goes on.

    The first line tells what was asked for; what was judged for another seed or tier does not count.
    """

    def __init__(self, path: Path | None, run: Mapping[str, Any]) -> None:
        self._path = path
        self._run = dict(run)
        self.records: dict[str, dict[str, Any]] = {}
        # the last line of a run that was cut off may be torn
        lines = path.read_text(encoding="utf-8").splitlines(keepends=True) if path and path.exists() else []
        whole = [json.loads(line) for line in lines if line.endswith("}\n")]
        if whole and whole[0].get("run") != self._run:
            raise OtherRun(f"{path} is of another run: {whole[0].get('run')}, not {self._run}")
        self.records = {record["name"]: record for record in whole[1:]}
        if path is not None:
            path.parent.mkdir(parents=True, exist_ok=True)
            kept = [{"run": self._run}, *self.records.values()]
            path.write_text("".join(json.dumps(line) + "\n" for line in kept), encoding="utf-8")

    def add(self, record: dict[str, Any]) -> None:
        """Keep a record."""
        self.records[record["name"]] = record
        if self._path is not None:
            with self._path.open("a", encoding="utf-8") as file:
                file.write(json.dumps(record) + "\n")


def run_jobs(
    jobs: Sequence[Job], workers: int, judge: Callable[[Job], dict[str, Any]] = judged
) -> Iterator[dict[str, Any]]:
    """The records of jobs as they are done; one that ends its process gets a record of that."""
    if workers <= 1:
        prepare()
        yield from map(judge, jobs)
        return
    per_pool = min((job.effort.names_per_pool for job in jobs), default=1)
    for start in range(0, len(jobs), per_pool):
        left = {job.name: job for job in jobs[start : start + per_pool]}
        while left:
            with tempfile.TemporaryDirectory() as folder:
                for record in _run_pool(list(left.values()), workers, judge, Path(folder)):
                    del left[record["name"]]
                    yield record
                begun = {path.read_text(encoding="utf-8") for path in Path(folder).iterdir()}
            # where a process ended, all that were begun are suspects: each gets a process of its own
            for name in sorted(begun & set(left)):
                job = left.pop(name)
                alone = list(_run_pool([job], 1, judge, None))
                yield alone[0] if alone else crashed(job)


def _run_pool(
    jobs: Sequence[Job], workers: int, judge: Callable[[Job], dict[str, Any]], begun: Path | None
) -> Iterator[dict[str, Any]]:
    """The records of the jobs that were done before a process ended, if one did."""
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(workers, context, prepare) as pool:
        futures = [pool.submit(_watched, judge, job, begun) for job in jobs]
        for future in as_completed(futures):
            try:
                yield future.result()
            except BrokenProcessPool:
                continue


def _watched(judge: Callable[[Job], dict[str, Any]], job: Job, begun: Path | None) -> dict[str, Any]:
    """Judge a job; `begun` is a folder in which each process tells the name that it has begun."""
    if begun is not None:
        (begun / str(os.getpid())).write_text(job.name, encoding="utf-8")
    # a call into TensorFlow that does not come back can only be ended with its process
    faulthandler.dump_traceback_later(job.seconds, exit=True)
    try:
        return judge(job)
    finally:
        faulthandler.cancel_dump_traceback_later()
