"""Runs many names in parallel, goes on where an earlier run was cut off, survives a crash of the process.

Each name is judged in a worker process with seeds of its own, so the result does not depend on how the names
are spread. What is done is kept in the state file of the run, a line a name.
"""

from __future__ import annotations

import json
import logging
import multiprocessing
import warnings
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import tensorflow as tf

from conformance.judging import Effort
from conformance.recipes import Call
from conformance.records import record_of

NAMES_PER_POOL = 120
"""Workers are replaced after so many names: TensorFlow keeps what it traced for the life of the process."""


@dataclass(frozen=True)
class Job:
    """One name to judge."""

    name: str
    modes: tuple[str, ...]
    effort: Effort
    seed: int
    replayed: tuple[Call, ...] = ()


def prepare() -> None:
    """Make a worker quiet, and keep it to one core: there is one worker a core."""
    warnings.simplefilter("ignore")
    logging.getLogger("tensorflow").setLevel(logging.CRITICAL)
    tf.config.threading.set_intra_op_parallelism_threads(1)
    tf.config.threading.set_inter_op_parallelism_threads(1)


def judged(job: Job) -> dict[str, Any]:
    """The record of a job, in a worker."""
    return record_of(job.name, job.modes, job.effort, job.seed, job.replayed)


def crashed(job: Job) -> dict[str, Any]:
    """The record of a job that ended its process."""
    problems = ["the process crashed"]
    return {
        "name": job.name,
        "standing": "judged",
        "reason": "",
        "problems": problems,
        "cells": {},
        "time ratio": None,
    }


class State:
    """The records of a run so far, kept in a file, so that a run that was cut off goes on."""

    def __init__(self, path: Path | None) -> None:
        self._path = path
        self.records: dict[str, dict[str, Any]] = {}
        if path is not None and path.exists():
            for line in path.read_text().splitlines():
                # the last line of a run that was cut off may be torn
                if line.endswith("}"):
                    record = json.loads(line)
                    self.records[record["name"]] = record

    def add(self, record: dict[str, Any]) -> None:
        """Keep a record."""
        self.records[record["name"]] = record
        if self._path is not None:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            with self._path.open("a") as file:
                file.write(json.dumps(record) + "\n")


def run_jobs(jobs: Sequence[Job], workers: int) -> Iterator[dict[str, Any]]:
    """The records of jobs as they are done; a name that crashes its process is found by running alone."""
    if workers <= 1:
        prepare()
        yield from map(judged, jobs)
        return
    for start in range(0, len(jobs), NAMES_PER_POOL):
        batch = list(jobs[start : start + NAMES_PER_POOL])
        done: set[str] = set()
        for record in _run_pool(batch, workers):
            done.add(record["name"])
            yield record
        for job in [job for job in batch if job.name not in done]:
            yield next(iter(_run_pool([job], 1)), None) or crashed(job)


def _run_pool(jobs: Sequence[Job], workers: int) -> Iterator[dict[str, Any]]:
    """The records of the jobs that were done before a process crashed, if one did."""
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(workers, context, prepare) as pool:
        futures = [pool.submit(judged, job) for job in jobs]
        for future in as_completed(futures):
            try:
                yield future.result()
            except BrokenProcessPool:
                continue
