"""The docstrings of what draws: NumPy's name, the parameters, the stream. Knows names only."""

from __future__ import annotations

import inspect

from tnp_shim.declaration.documentation import FORMS_BY_NAME

MEANINGS = {
    "size": "int or tuple of int; without it one number, or as many as the parameters broadcast to",
    "dtype": "dtype of the numbers",
    "out": FORMS_BY_NAME["out"],
    "axis": "int, the axis along which elements are taken or moved",
    "loc": "array_like of float, where the distribution lies",
    "scale": "array_like of float, how wide it is; not negative",
    "low": "array_like, the lower bound, which may be drawn",
    "high": "array_like, the upper bound; None: `low` is the upper one, and 0 the lower",
    "endpoint": "bool, whether the upper bound may be drawn",
    "p": "array_like of float, probabilities",
    "pvals": "sequence of float, probabilities, whose sum is 1",
    "replace": "bool, whether an element may be drawn again",
    "shuffle": "bool, whether the order of a sample is drawn, too",
    "x": "array_like, whose elements are moved; an int n stands for arange(n)",
    "method": "str, which of NumPy's methods draws",
    "seed": "int, sequence of int, SeedSequence, or None for one from the operating system",
    "state": "what `get_state` gives",
    "length": "int, how many bytes",
    "n_children": "int, how many generators",
}
"""What a parameter is; another one is array_like of float."""

_TEXT = """`{path}`, from the same stream: the same numbers, and the same place in the stream after them.
{parameters}
Notes
-----
Eagerly NumPy draws from this state; in a graph operations of TensorFlow do, or else the host, as the table in
docs/random.md says, with what is differentiable. Errors are NumPy's, and leave the stream as it was.
Source: {path}."""


def documentation(path: str, signature: inspect.Signature) -> str:
    """The docstring of NumPy's function or method at `path`, on our streams."""
    described = [
        f"{parameter} : {MEANINGS.get(parameter.name, 'array_like of float')}"
        for parameter in signature.parameters.values()
        if parameter.name != "self"
    ]
    parameters = "\n".join(["", "Parameters", "----------", *described, ""]) if described else ""
    return _TEXT.format(path=path, parameters=parameters)
