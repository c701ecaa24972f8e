"""Records of a run that never was, with every status, standing and kind of text."""

from __future__ import annotations

import time
from typing import Any

from conformance.exceptions import Known
from conformance.modes import MODES
from conformance.recipes import Call, Recipe, encode

KNOWN = (
    Known(
        "small-numbers", "sqrt hypot", "xla", "flushed by the | compiler", link="https://example.org/flush"
    ),
    Known("no-graph", "sum*", "vmap", "needs <b>values</b>", stumble="`np.sum` of a   secret\nis refused."),
)

HOSTILE = "</script><script>alert('x')</script>"


def call(name: str, dtype: str = "float32", shape: tuple[int, ...] = (2, 3)) -> Call:
    return Call(name, (Recipe(dtype, shape, "ordinary", 7, "transposed"),))


def failure(made: Call, exception: str | None = None, text: str = "differs") -> dict[str, Any]:
    return {
        "exception": exception,
        "kind": "value",
        "text": text,
        "call": encode(made),
        "code": made.code(),
    }


def cell(status: str, *failures: dict[str, Any], **changes: Any) -> dict[str, Any]:
    counts = {"pass": (5, 0), "partial": (4, 0), "exception": (0, 0), "fail": (3, 2), "none": (0, 0)}[status]
    excepted: dict[str, int] = {}
    for one in failures:
        if one["exception"]:
            excepted[one["exception"]] = 2
    made = {"status": status, "passed": counts[0], "failed": counts[1], "ulps": 0.0, "skipped": {}}
    return {**made, "failures": list(failures), "excepted": excepted, **changes}


def record(name: str, kind: str = "ufunc", module: str = "ufuncs", **changes: Any) -> dict[str, Any]:
    made: dict[str, Any] = {
        "name": name,
        "kind": kind,
        "module": module,
        "parameters": ["x"],
        "standing": "judged",
        "reason": "",
        "problems": [],
        "cells": {mode: cell("pass") for mode in MODES},
        "time ratio": None,
    }
    return made | changes


def records() -> dict[str, dict[str, Any]]:
    """The records by name, in no order."""
    sqrt, total = record("sqrt"), record("sum", "function", "numpy")
    sqrt["cells"]["xla"] = cell("partial", failure(call("sqrt"), "small-numbers"))
    sqrt["cells"]["eager"] = cell("pass", ulps=1.23456, skipped={"NumPy raises": 2})
    sqrt["time ratio"] = 12.3456
    total["cells"]["vmap"] = cell("exception", failure(call("sum"), "no-graph"))
    total["cells"]["gradient"] = cell(
        "fail", failure(call("sum", shape=(2, 3, 4)), None, "longer"), failure(call("sum"), None, HOSTILE)
    )
    total["cells"]["loop"] = cell("none", skipped={"nothing to loop over": 1})
    made = [
        total,
        sqrt,
        record("add.reduce", "ufunc method", "ufunc methods"),
        record("dtype", "type", "numpy", standing="handed on", reason="describes dtypes", cells={}),
        record("ma.average", "function", "ma", standing="gap", reason="no masks | in tensors", cells={}),
        record("cos", problems=["parameter where has no cases"], cells={}),
    ]
    return {one["name"]: one for one in made}


def ending(job: Any) -> dict[str, Any]:
    """Judges a job, or takes forever, by its name; what takes too long ends its process."""
    if job.name == "tan":
        time.sleep(1000)
    return record(job.name)
