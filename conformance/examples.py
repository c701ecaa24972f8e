"""Calls that each run repeats: one for each exception, and those that failed before. Knows the judge.

An exception stays true as long as its example still differs in the way that the exception tells. Calls that
failed without an exception are kept until they are forgotten, so that a mistake that comes back is met again.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from conformance.exceptions import Known
from conformance.known import KNOWN
from conformance.modes import MODES
from conformance.modes.mode import Verdict, case
from conformance.recipes import Call, decode, encode
from conformance.rows import ROWS

EXAMPLES = Path(__file__).with_name("exception_examples.json")
"""A call for each exception."""

FOUND = Path(__file__).with_name("found.jsonl")
"""Calls that failed, a line each."""

MOST_FOUND = 5
"""How many calls that failed are kept of a name."""

MOST_TRIED = 5
"""How many of a run's cases of an exception are tried as its example."""


@dataclass(frozen=True)
class Example:
    """A call in a mode; for an exception, its id."""

    mode: str
    call: Call
    exception: str = ""

    def plain(self) -> dict[str, Any]:
        """The example as JSON has it."""
        return {"mode": self.mode, "call": json.loads(encode(self.call))}


def example_of(plain: Mapping[str, Any], exception: str = "") -> Example | None:
    """The example that JSON tells; None where what it tells is no call any more."""
    try:
        call = decode(json.dumps(plain["call"]))
    except (KeyError, TypeError, ValueError):
        return None
    return Example(plain["mode"], call, exception) if plain["mode"] in MODES else None


def verdicts(example: Example) -> Iterator[list[Verdict]]:
    """How an example ends, by each row of its name: each has a tolerance of its own."""
    for row in ROWS.get(example.call.name, ()):
        if example.mode not in row.without:
            # modes that need a batch get two layers alike
            yield MODES[example.mode].check([case(row, example.call)] * 2)


def known_of(example: Example, verdict: Verdict, known: Sequence[Known] = KNOWN) -> str:
    """The exception that covers a verdict; empty where there is none."""
    if verdict.difference is None:
        return ""
    return next((k.id for k in known if k.covers(example.mode, verdict.call, verdict.difference)), "")


def still_true(example: Example, known: Sequence[Known] = KNOWN) -> bool:
    """Whether the call still differs, and its exception is the one that covers it."""
    found = [known_of(example, v, known) for by_row in verdicts(example) for v in by_row]
    return example.exception in found


def passes(example: Example, known: Sequence[Known] = KNOWN) -> bool:
    """Whether a call that failed does no more, by one of the rows at least, or is an exception now."""
    found = list(verdicts(example))
    return not found or any(
        all(v.difference is None or known_of(example, v, known) for v in by_row) for by_row in found
    )


def read_examples(path: Path | None = None) -> dict[str, Example]:
    """The example of each exception."""
    path = path or EXAMPLES
    kept = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
    found = {id: example_of(plain, id) for id, plain in kept.items()}
    return {id: example for id, example in found.items() if example is not None}


def write_examples(examples: Mapping[str, Example], path: Path | None = None) -> None:
    """Keep the examples, in the order of the exceptions' ids."""
    plain = {id: example.plain() for id, example in sorted(examples.items())}
    lines = [f"{json.dumps(id)}: {json.dumps(example)}" for id, example in plain.items()]
    (path or EXAMPLES).write_text("{\n" + ",\n".join(lines) + "\n}\n", encoding="utf-8")


def _failures(records: Iterable[Mapping[str, Any]]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """The kept failures of records, with their modes, short calls first."""
    found = [
        (mode, failure)
        for record in records
        for mode, cell in record["cells"].items()
        for failure in cell["failures"]
    ]
    order = list(MODES)
    yield from sorted(found, key=lambda item: (len(item[1]["call"]), order.index(item[0]), item[1]["call"]))


def recorded(
    records: Mapping[str, Mapping[str, Any]], kept: Mapping[str, Example], known: Sequence[Known] = KNOWN
) -> dict[str, Example]:
    """The examples, and one of the run's cases for each exception that had none, or none that is true."""
    stale = {id for record in records.values() for id in record.get("stale", ())}
    examples = {k.id: kept[k.id] for k in known if k.id in kept and k.id not in stale}
    tried: dict[str, int] = {}
    for mode, failure in _failures(records.values()):
        id = failure["exception"]
        if id is None or id in examples or tried.get(id, 0) == MOST_TRIED:
            continue
        tried[id] = tried.get(id, 0) + 1
        example = Example(mode, decode(failure["call"]), id)
        if still_true(example, known):
            examples[id] = example
    return examples


def problems(
    names: Iterable[str], examples: Mapping[str, Example], known: Sequence[Known] = KNOWN
) -> list[str]:
    """The exceptions that concern some names and have no example, and the examples of no exception."""
    names = list(names)
    concerned = [k for k in known if any(k.concerns(n, m.replace(" ", "_")) for n in names for m in MODES)]
    lacking = [
        f"exception {k.id} has no example in {EXAMPLES.name}; a run with --record that meets it keeps one"
        for k in concerned
        if k.id not in examples
    ]
    unknown = sorted(set(examples) - {k.id for k in known})
    return lacking + [f"{EXAMPLES.name} has an example of {id}, which is no exception" for id in unknown]


def read_found(path: Path | None = None) -> list[Example]:
    """The calls that failed before."""
    path = path or FOUND
    lines = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
    found = [example_of(json.loads(line)) for line in lines]
    return [example for example in found if example is not None]


def with_failures(kept: Sequence[Example], records: Mapping[str, Mapping[str, Any]]) -> list[Example]:
    """The calls that failed before and those that failed now, without exception; of each name a few."""
    found = list(kept)
    for mode, failure in _failures(records.values()):
        if failure["exception"] is not None:
            continue
        example = Example(mode, decode(failure["call"]))
        inside = [e for e in found if e.call.name == example.call.name]
        if len(inside) < MOST_FOUND and all(e.call != example.call for e in inside):
            found.append(example)
    return found


def without_passing(kept: Sequence[Example], records: Mapping[str, Mapping[str, Any]]) -> list[Example]:
    """The calls that failed before, less those that passed in this run."""
    passed = {call for record in records.values() for call in record.get("passing", ())}
    return [example for example in kept if encode(example.call) not in passed]


def write_found(found: Iterable[Example], path: Path | None = None) -> None:
    """Keep calls that failed, in the order of the names."""
    lines = [json.dumps({"name": e.call.name, **e.plain()}) for e in found]
    path = path or FOUND
    if lines or path.exists():
        path.write_text("".join(f"{line}\n" for line in sorted(set(lines))), encoding="utf-8")
