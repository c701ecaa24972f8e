"""What the subscripts of `einsum` mean. Knows labels only, neither tensors nor arrays.

A letter labels an axis; the axes that an ellipsis stands for are labelled -1, -2, ... from the last one.
"""

from __future__ import annotations

import functools
import operator
from collections.abc import Sequence
from typing import Any, TypeAlias

Labels: TypeAlias = tuple[str | int, ...]
_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"


def from_sublists(arguments: Sequence[Any]) -> tuple[str, list[Any]]:
    """The subscripts and operands of `einsum(op0, [0, 1], op1, [1, 2], [0, 2])`."""
    count = len(arguments) // 2
    operands = list(arguments[: 2 * count : 2])
    terms = [_term(sublist) for sublist in arguments[1 : 2 * count : 2]]
    output = f"->{_term(arguments[-1])}" if len(arguments) % 2 else ""
    return ",".join(terms) + output, operands


def _term(sublist: Sequence[Any]) -> str:
    numbers = ["..." if entry is Ellipsis else _LETTERS[_position(entry)] for entry in sublist]
    return "".join(numbers)


def _position(entry: Any) -> int:
    position = operator.index(entry)
    if not 0 <= position < len(_LETTERS):
        raise ValueError(f"subscript is not within the valid range [0, {len(_LETTERS)})")
    return position


def lengths_of_terms(subscripts: str) -> list[int | None]:
    """How many axes each operand has; None where an ellipsis stands for some of them."""
    terms = subscripts.replace(" ", "").partition("->")[0].split(",")
    return [None if "." in term else len(term) for term in terms]


@functools.lru_cache(maxsize=1024)
def parse(subscripts: str, ranks: tuple[int, ...]) -> tuple[tuple[Labels, ...], Labels]:
    """The labels of each operand's axes, and those of the result's; ValueError for what NumPy refuses."""
    inputs, arrow, output = subscripts.replace(" ", "").partition("->")
    terms = inputs.split(",")
    if len(terms) != len(ranks):
        raise ValueError(f"einsum: {len(ranks)} operands for the {len(terms)} terms of {subscripts!r}")
    labels = tuple(_labels(term, rank) for term, rank in zip(terms, ranks, strict=True))
    everything: list[str | int] = [label for operand in labels for label in operand]
    broadcast = tuple(sorted({label for label in everything if isinstance(label, int)}))
    if not arrow:
        letters = [label for label in everything if isinstance(label, str)]
        return labels, broadcast + tuple(sorted(a for a in set(letters) if letters.count(a) == 1))
    if broadcast and "..." not in output:
        raise ValueError(
            f"einsum: {subscripts!r} has no ellipsis in its output for the axes of one in its input"
        )
    result = _labels(output, len(output.replace("...", "")) + len(broadcast))
    if len(set(result)) < len(result) or not set(result) <= set(everything):
        raise ValueError(f"einsum: the output of {subscripts!r} repeats a label or has one of no input")
    return labels, result


def _labels(term: str, rank: int) -> Labels:
    before, ellipsis, after = term.partition("...")
    hidden = rank - len(before) - len(after)
    if not all(letter in _LETTERS for letter in before + after) or hidden < 0 or (hidden and not ellipsis):
        raise ValueError(f"einsum: {term!r} does not label the axes of an operand of rank {rank}")
    return (*before, *range(-hidden, 0), *after)
