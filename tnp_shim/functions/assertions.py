"""Assertions about arrays: `numpy.testing`. Knows the array; NumPy compares."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

import numpy

from tnp_shim.functions.handed_on import known

_NAMES = (
    "assert_allclose",
    "assert_almost_equal",
    "assert_approx_equal",
    "assert_array_almost_equal",
    "assert_array_almost_equal_nulp",
    "assert_array_compare",
    "assert_array_equal",
    "assert_array_less",
    "assert_array_max_ulp",
    "assert_equal",
)


def _of_known_values(name: str) -> Callable[..., Any]:
    """NumPy's assertion, which takes arrays of ours, too, wherever they are in lists and dicts."""
    numpys = getattr(numpy.testing, name)

    @functools.wraps(numpys)
    def assertion(*args: Any, **kwargs: Any) -> Any:
        of = f"np.testing.{name}"
        return numpys(*known(args, of), **known(kwargs, of))

    assertion.__module__ = __name__
    return assertion


FUNCTIONS = {name: _of_known_values(name) for name in _NAMES if hasattr(numpy.testing, name)}
"""The assertions that take arrays of ours, by name; the other names of `numpy.testing` are NumPy's own."""
