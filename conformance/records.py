"""The record of one name in the report. Knows the tables and the judge."""

from __future__ import annotations

import fnmatch
import operator
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any

import numpy

import tnp_shim
from conformance.inventory import Name, inventory
from conformance.judging import Effort, judge
from conformance.modes import MODES
from conformance.recipes import Call
from conformance.row import Row
from conformance.rows import ROWS
from conformance.rows.objects import GAPS, HANDED, UNUSED
from conformance.uses import FILLED_IN


def reason_of(table: Mapping[str, str], name: str) -> str | None:
    """The reason that a table of patterns gives for a name."""
    return next((reason for pattern, reason in table.items() if fnmatch.fnmatchcase(name, pattern)), None)


def found(namespace: Any, name: str) -> Any:
    """The object of a name; None where there is none."""
    try:
        return operator.attrgetter(name)(namespace)
    except AttributeError:
        return None


def untested(entry: Name, rows: Sequence[Row]) -> list[str]:
    """The parameters that no row gives."""
    given = {key for row in rows for key in row.keywords}
    positional = max((len(row.positional) for row in rows), default=0)
    positional -= entry.kind == "method" and entry.module == "ndarray"
    given.update(FILLED_IN.get(entry.name, ()))
    return [p for p in entry.parameters[max(positional, 0) :] if p not in given and p not in UNUSED]


def record_of(
    name: str,
    modes: Sequence[str],
    effort: Effort,
    seed: int = 0,
    replayed: Mapping[str, Sequence[Call]] = MappingProxyType({}),
) -> dict[str, Any]:
    """What the report says of a name."""
    entry = inventory()[name]
    record: dict[str, Any] = {
        "name": name,
        "kind": entry.kind,
        "module": entry.module,
        "parameters": list(entry.parameters),
        "standing": "judged",
        "reason": "",
        "problems": [],
        "cells": {},
        "time ratio": None,
    }
    ours, gap, handed = found(tnp_shim, name), reason_of(GAPS, name), reason_of(HANDED, name)
    rows = ROWS.get(name, [])
    if gap is not None:
        record |= {"standing": "gap", "reason": gap}
        if ours is not None:
            record["problems"] = ["listed as a gap, but it exists"]
    elif handed is not None:
        record |= {"standing": "handed on", "reason": handed}
        theirs = found(numpy, name)
        if not (ours is theirs or ours == theirs):  # the methods of a ufunc are made at each look
            record["problems"] = ["listed as NumPy's own object, but it is not"]
    elif not rows:
        record["problems"] = ["no cases"]
    elif ours is None and name.split(".")[0] != "ndarray":
        record["problems"] = ["missing, and not listed as a gap"]
    else:
        record["problems"] = [f"parameter {p} has no cases" for p in untested(entry, rows)]
        record |= judge(name, rows, [mode for mode in MODES if mode in modes], effort, seed, replayed)
    return record
