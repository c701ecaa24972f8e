"""Integers below a bound, of every dtype, by Lemire's method and by masks, against NumPy's streams."""

from __future__ import annotations

import numpy
import pytest
from drawn import check_generator, check_random_state

from tnp_shim.kernels.random import bounded

RANGES = {
    "int64": [(0, 9), (0, 2**31), (-5, 2**33), (-(2**63), 2**63 - 1), (0, 2**32 - 1), (7, 7)],
    "uint64": [(0, 2**64 - 1), (0, 2**63 + 5), (0, 3 * 2**62)],
    "int32": [(-100, 2**30 + 7), (-(2**31), 2**31 - 1), (3, 3)],
    "uint32": [(0, 2**32 - 1), (5, 2**32 - 2)],
    "int16": [(0, 99), (-(2**15), 2**15 - 1)],
    "uint16": [(0, 40_000)],
    "int8": [(0, 6), (-128, 127)],
    "uint8": [(0, 200), (0, 127)],
    "bool": [(0, 1), (1, 1)],
}
CASES = [(dtype, low, high) for dtype, ranges in RANGES.items() for low, high in ranges]


BEGINS = (None, lambda generator: generator.integers(0, 5, dtype=numpy.int32))
"""The second leaves a half word in NumPy's generator, which is the first that is used."""


def _check(dtype: str, low: int, high: int, n: int, mode: str, begins: tuple = BEGINS) -> None:
    kind = numpy.dtype(dtype)

    def lemire(engine, state, n):
        return bounded.integers(engine, state, n, low, high, kind)

    def masked(engine, state, n):
        return bounded.integers(engine, state, n, low, high, kind, masked=True)

    for begin in begins:
        check_generator(
            lemire,
            lambda g, n: g.integers(low, high, n, kind, endpoint=True),
            n,
            mode,
            n,
            begin=begin,
        )
    check_random_state(masked, lambda r, n: r.randint(low, high + 1, n, kind), n, mode, n)


@pytest.mark.parametrize(("dtype", "low", "high"), CASES)
def test_ranges(dtype, low, high):
    _check(dtype, low, high, 1003, "graph", BEGINS[dtype.endswith("64") :][:1])


@pytest.mark.parametrize(
    ("dtype", "low", "high", "mode"), [("int64", 0, 9, "unknown"), ("int8", 0, 200 - 128, "xla")]
)
def test_modes(dtype, low, high, mode):
    _check(dtype, low, high, 1003, mode)


def test_short_blocks_are_followed_by_others(monkeypatch):
    monkeypatch.setattr(bounded, "block_size", lambda n, *_: 64)
    for dtype, low, high in (("int64", 0, 2**31), ("int16", 0, 40_000 - 2**15), ("uint32", 0, 2**32 - 2**27)):
        _check(dtype, low, high, 500, "graph")


@pytest.mark.parametrize("n", [0, 1, 4, 7])
def test_bytes(n):
    def as_array(text: bytes) -> numpy.ndarray:
        return numpy.frombuffer(text, numpy.uint8)

    check_generator(bounded.raw_bytes, lambda g, n: as_array(g.bytes(n)), n, "graph")
    check_random_state(bounded.raw_bytes, lambda r, n: as_array(r.bytes(n)), n, "graph")
