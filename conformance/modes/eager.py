"""Eager calls: value, dtype, shape, kind, error, aliasing, and what became of the arguments."""

from __future__ import annotations

from collections.abc import Sequence

import numpy

import tnp_shim
from conformance.comparison import compare
from conformance.modes.mode import Case, Mode, Verdict
from conformance.outcomes import bases_of, run


def check(cases: Sequence[Case]) -> list[Verdict]:
    """Call with arrays of ours."""
    verdicts = []
    for case in cases:
        before = bases_of(case.call)
        actual = run(case.call, tnp_shim, [tnp_shim.array(base) for base in before], numpy.asarray)
        found = compare(
            case.expected,
            actual,
            case.row.tolerance,
            case.variation,
            before=before,
            aliasing=case.row.aliasing,
        )
        verdicts.append(Verdict(case.call, found.difference, found.ulps))
    return verdicts


EAGER = Mode("eager", "eager", check)
