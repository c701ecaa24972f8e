"""The command: what it asks for, what it keeps, and when it fails. Only examples are run."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import synthetic
from click.testing import CliRunner
from synthetic import KNOWN, call, cell, failure, record, records

from conformance import command, examples, running
from conformance.exceptions import Known
from conformance.inventory import inventory
from conformance.judging import FULL, QUICK
from conformance.modes import MODES
from conformance.recipes import Call, Recipe, encode
from conformance.report import data, files

DIFFERS = Known("always", "sum", "eager", "a row that asks for the impossible", kind="error")


class Bench:
    """The command with records made up, and files of its own."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.folder = folder
        self.records: dict[str, dict[str, Any]] = {}
        self.jobs: list[running.Job] = []
        self.found, self.known = folder / "found.jsonl", folder / "exception_examples.json"
        monkeypatch.setattr(examples, "FOUND", self.found)
        monkeypatch.setattr(examples, "EXAMPLES", self.known)
        monkeypatch.setattr(command, "run_jobs", self.run_jobs)

    def run_jobs(self, jobs: list[running.Job], workers: int) -> Any:
        self.jobs = jobs
        for job in jobs:
            yield self.records.get(job.name) or record(job.name, inventory()[job.name].kind)

    def __call__(self, *arguments: str) -> Any:
        return CliRunner().invoke(command.main, arguments, catch_exceptions=False)


@pytest.fixture
def bench(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Bench:
    monkeypatch.setattr(command, "KNOWN", ())
    return Bench(tmp_path, monkeypatch)


def test_all_pass(bench) -> None:
    done = bench("--quick", "--name", "sqrt", "--name", "linalg.*")
    assert done.exit_code == 0, done.output
    assert [job.name for job in bench.jobs] == [
        n for n in inventory() if n == "sqrt" or n.startswith("linalg.")
    ]
    assert all(job.effort == QUICK for job in bench.jobs)
    assert not bench.found.exists()


def test_options(bench) -> None:
    assert bench("--name", "sqrt", "--mode", "xla", "--examples", "7", "--seed", "5").exit_code == 0
    (job,) = bench.jobs
    assert (job.modes, job.seed) == (("xla",), 5)
    assert job.effort.structures["xla"] == 7 != FULL.structures["xla"]
    assert "no public name" in bench("--name", "sqrtt").output
    assert bench("--name", "sqrt", "--publish").exit_code == 2


def test_a_failure_is_told_and_kept(bench) -> None:
    bench.records["sum"] = records()["sum"] | {"cells": {"graph": records()["sum"]["cells"]["gradient"]}}
    for _ in range(2):
        done = bench("--quick", "--name", "sum")
        assert done.exit_code == 1
        assert "sum, graph: " in done.output
        lines = [json.loads(line) for line in bench.found.read_text().splitlines()]
        assert [(line["name"], line["mode"]) for line in lines] == [("sum", "graph")] * 2
    assert [encode(e.call) for e in bench.jobs[0].replayed] == [json.dumps(line["call"]) for line in lines]


def test_few_failures_of_a_name_are_kept(bench) -> None:
    many = [failure(call("sum", shape=(2, n))) for n in range(9)]
    bench.records["sum"] = record("sum", cells={"eager": cell("fail", *many)})
    bench("--quick", "--name", "sum")
    assert len(examples.read_found()) == examples.MOST_FOUND


def test_what_passes_again_is_forgotten(bench) -> None:
    kept = [examples.Example("eager", call("sum")), examples.Example("graph", call("sum", "int8"))]
    examples.write_found(kept)
    bench.records["sum"] = record("sum") | {"passing": [encode(call("sum"))]}
    bench("--quick", "--name", "sum")
    assert len(examples.read_found()) == 2
    bench("--quick", "--name", "sum", "--forget")
    assert bench.jobs[0].forget
    assert examples.read_found() == [kept[1]]


def test_a_run_goes_on_where_it_was_cut_off(bench) -> None:
    state = str(bench.folder / "state.jsonl")
    bench("--quick", "--name", "sqrt", "--name", "sin", "--state", state)
    lines = Path(state).read_text().splitlines()
    Path(state).write_text("\n".join(lines)[:-20])
    assert (
        bench("--quick", "--name", "sqrt", "--name", "sin", "--name", "cos", "--state", state).exit_code == 0
    )
    assert [job.name for job in bench.jobs] == ["cos", "sqrt"]
    assert len(Path(state).read_text().splitlines()) == 4
    refused = bench("--name", "sqrt", "--state", state)
    assert refused.exit_code == 2
    assert "another run" in refused.output


def test_the_report_is_written(bench) -> None:
    folder = bench.folder / "report"
    assert bench("--name", "sqrt", "--report", str(folder), "--date", "2026-01-02").exit_code == 0
    made = json.loads((folder / "conformance.json").read_text())
    assert (made["date"], made["tier"], made["names"][0]["name"]) == ("2026-01-02", "full", "sqrt")


def test_what_is_shipped_is_published(bench, monkeypatch: pytest.MonkeyPatch) -> None:
    published = []
    monkeypatch.setattr(files, "publish", published.append)
    assert bench("--quick", "--publish").exit_code == 0
    assert len(published[0]["names"]) == len(inventory())


def test_exceptions_need_examples() -> None:
    kept = {"no-graph": examples.Example("vmap", call("sum"), "no-graph")}
    assert examples.problems(["sqrt", "sum"], kept, KNOWN) == [
        "exception small-numbers has no example in exception_examples.json; "
        "a run with --record that meets it keeps one"
    ]
    assert examples.problems(["sum"], kept, KNOWN) == []
    assert examples.problems([], kept, ()) == [
        "exception_examples.json has an example of no-graph, which is no exception"
    ]


def test_examples_are_kept_in_files(tmp_path: Path) -> None:
    path = tmp_path / "kept.json"
    assert examples.read_examples(path) == {}
    kept = {id: examples.Example("xla", call("sum", "int8"), id) for id in "ba"}
    examples.write_examples(kept, path)
    assert list(json.loads(path.read_text())) == ["a", "b"]
    assert examples.read_examples(path) == kept
    path.write_text('{"c": {"mode": "xla", "call": {"Unheard": {}}}, "d": {"mode": "none", "call": {}}}')
    assert examples.read_examples(path) == {}


GOOD = Call("sum", (Recipe("float64", (2, 3)),))
UNKNOWN_LENGTH = Call("ndarray.__len__", (Recipe("float64", (2, 3)),))
REFUSED = Known("length", "ndarray.__len__", "unknown", "the size is not known", kind="error", text="Unknown")


def test_an_example_is_repeated() -> None:
    example = examples.Example("unknown", UNKNOWN_LENGTH, "length")
    assert examples.still_true(example, (REFUSED,))
    # in another mode the call passes; and another exception may cover it first
    assert not examples.still_true(examples.Example("eager", UNKNOWN_LENGTH, "length"), (REFUSED,))
    other = Known("all", "*", "*", "everything", kind="error")
    assert not examples.still_true(example, (other, REFUSED))
    assert not examples.still_true(examples.Example("unknown", UNKNOWN_LENGTH, "length"), ())
    assert examples.passes(example, (REFUSED,)) and not examples.passes(example, ())
    assert examples.passes(examples.Example("eager", GOOD), ())


def test_an_exception_gets_an_example_that_is_true() -> None:
    untrue = failure(UNKNOWN_LENGTH, "length")
    untrue["call"] = encode(GOOD)
    record_of_len = record(
        "ndarray.__len__", cells={"unknown": cell("exception", untrue, failure(UNKNOWN_LENGTH, "length"))}
    )
    found = examples.recorded({"ndarray.__len__": record_of_len}, {}, (REFUSED,))
    assert found == {"length": examples.Example("unknown", UNKNOWN_LENGTH, "length")}
    stale = {"x": record("x", cells={}) | {"stale": ["length"]}}
    assert examples.recorded(stale, found, (REFUSED,)) == {}
    assert examples.recorded({}, found, (REFUSED,)) == found
    assert examples.recorded({}, found, ()) == {}


def test_an_exception_that_is_no_longer_true_is_a_problem(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[Any] = []

    def record_of(name: str, modes: Any, effort: Any, seed: int, replayed: Any) -> dict[str, Any]:
        asked.append((list(modes), dict(replayed)))
        return record(name, cells={mode: cell("pass") for mode in modes}, problems=[])

    monkeypatch.setattr(running, "record_of", record_of)
    monkeypatch.setattr(running, "still_true", lambda example: example.mode == "unknown")
    monkeypatch.setattr(running, "passes", lambda example: True)
    replayed = (examples.Example("eager", GOOD), examples.Example("vmap", GOOD))
    stale = tuple(examples.Example(mode, GOOD, f"in {mode}") for mode in ("eager", "unknown", "xla"))
    found = running.judged(running.Job("sum", ("eager", "unknown"), QUICK, 0, replayed, stale, True))
    assert found["stale"] == ["in eager"]
    (problem,) = found["problems"]
    assert problem.startswith("the example of exception in eager passes in mode eager")
    assert found["passing"] == [encode(GOOD)]
    assert asked == [(["eager", "unknown"], {"eager": [GOOD], "unknown": []})]


def test_a_crash_is_a_record() -> None:
    made = running.crashed(running.Job("sum", tuple(MODES), QUICK, 0))
    report = data.document({"sum": made}, data.Asked("quick"), ())
    assert report["names"][0]["problems"] == ["the process crashed, or took more than 900 seconds"]


def test_processes_that_end_are_told(tmp_path: Path) -> None:
    jobs = [running.Job(name, (), QUICK, 0, seconds=2) for name in ("sum", "tan")]
    found = {one["name"]: one["problems"] for one in running.run_jobs(jobs, 2, synthetic.ending)}
    assert {name: bool(problems) for name, problems in found.items()} == {"sum": False, "tan": True}
