"""What became of each loop and branch of the user's source, recorded while tracing. Knows TensorFlow only."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Iterator
from contextvars import ContextVar
from dataclasses import asdict, dataclass
from types import FrameType
from typing import Any

from tnp_shim.tensorflow_internals import current_graph, origin_of_generated_line


@dataclass(frozen=True)
class Decision:
    """What became of a loop or branch: `rolled`, `unrolled`, `traced` or `python`, and why."""

    file: str
    line: int
    kind: str
    decision: str
    reason: str

    def to_dict(self) -> dict[str, Any]:
        """The decision as plain data."""
        return asdict(self)


_log: ContextVar[list[Decision] | None] = ContextVar("decisions", default=None)


@contextlib.contextmanager
def decisions() -> Iterator[list[Decision]]:
    """Collects what becomes of each loop and branch that is traced within the context."""
    found: list[Decision] = []
    token = _log.set(found)
    try:
        yield found
    finally:
        _log.reset(token)


def is_kept() -> bool:
    """Whether somebody collects decisions."""
    return _log.get() is not None


def record(kind: str, decision: str, reason: str) -> None:
    """Tell what became of the statement whose operator AutoGraph's code has called."""
    log = _log.get()
    graph = current_graph()
    if log is None or (graph is not None and graph.name == "discovery"):
        return
    file, line = place()
    made = Decision(file, line, kind, decision, reason)
    if made not in log:
        log.append(made)


def place() -> tuple[str, int]:
    """File and line of the statement in the user's source."""
    frame: FrameType | None = sys._getframe(1)
    while frame is not None:
        if _GENERATED in frame.f_code.co_filename:
            return place_of(frame)
        frame = frame.f_back
    return "unknown", 0


_GENERATED = "__autograph_generated"


def place_of(frame: FrameType) -> tuple[str, int]:
    """File and line in the user's source of what a frame is at."""
    found = origin_of_generated_line(frame) if _GENERATED in frame.f_code.co_filename else None
    return (frame.f_code.co_filename, frame.f_lineno) if found is None else found


def host_call(name: str) -> None:
    """Tell of a call that goes to the host when the graph runs."""
    record("host", "host", name)
