"""Functions that cases pass as arguments (`apply_along_axis`, `vectorize`, ...). Knows nothing else.

Each works on arrays of either namespace, since it uses operators and methods only.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any


def span(row: Any) -> Any:
    """The range of a one-dimensional array."""
    return row.max() - row.min()


def doubled(x: Any) -> Any:
    """Twice the argument."""
    return x + x


def weighted(x: Any, y: Any) -> Any:
    """A polynomial of two arguments."""
    return x * y + 2 * x


def total(a: Any, axis: Any) -> Any:
    """The sum along an axis."""
    return a.sum(axis)


def padded_with_ones(vector: Any, width: Any, axis: int, keywords: Any) -> None:
    """A `mode` of `pad` that writes ones into the margins."""
    vector[: width[0]] = 1
    vector[len(vector) - width[1] :] = 1


FUNCTIONS: dict[str, Callable[..., Any]] = {
    function.__name__: function for function in (span, doubled, weighted, total, padded_with_ones)
}
"""The functions by name."""
