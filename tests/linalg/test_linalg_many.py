"""The judge of many matrices: it passes what is right and finds what is wrong."""

from __future__ import annotations

import contextlib
from collections import Counter

import numpy
import pytest

import tnp_shim as np
from tests.linalg.many_matrices import judged, random_matrices, structured_matrices

STRUCTURED = dict(structured_matrices())
SOME = ("Grcar 5x5", "Kahan 10x10", "complex Jordan block 3x3", "zero 2x2", "rank one 3x3", "unitary 5x5")


@pytest.mark.parametrize("name", SOME)
def test_structured_matrices(name):
    assert not list(judged(name, STRUCTURED[name], Counter()))


def test_random_matrices():
    assert not [fault for name, a in random_matrices(4) for fault in judged(name, a, Counter())]


def test_a_wrong_inverse_is_found(monkeypatch):
    right = np.linalg.inv
    monkeypatch.setattr(np.linalg, "inv", lambda a: right(a) * (1 + 1e-6))
    name, a = next(random_matrices(1))
    assert [fault.split()[0] for fault in judged(name, a, Counter())] == ["inv"]


def test_a_matrix_that_rounding_alone_makes_singular():
    """Whether it is depends on the order of rounding, in NumPy too; another error is none of NumPy's."""
    with contextlib.suppress(numpy.linalg.LinAlgError):
        np.linalg.inv(np.asarray(STRUCTURED["rank one 3x3"]))
