"""The docstring of a declared function: what its body says, and what the declaration knows of it.

Knows the shipped report of the conformance suite, which tells what has gradients.
"""

from __future__ import annotations

import functools
import inspect
import json
from collections.abc import Mapping
from importlib import resources
from typing import Any

FORMS = {
    "Tensor": "array_like",
    "Operand": "array_like or number",
    "Tensors": "sequence of array_like",
    "Axis": "int or tuple of int",
    "Shape": "int or tuple of int",
    "Size": "int",
    "DType": "dtype",
}
"""How an argument with each annotation may be given."""

FORMS_BY_NAME = {
    "out": "ndarray, which the result is written to",
    "keepdims": "bool",
    "where": "array_like of bool",
    "order": "{'C', 'F', 'A', 'K'}",
    "dtype": "dtype",
    "like": "ignored",
    "subok": "ignored",
    "device": '"cpu"',
}

ROUTES = {
    "native": "operations of TensorFlow",
    "trace": "decided while tracing",
    "source": "NumPy's own source, executed on tensors",
    "host": "NumPy on the host",
    "numpy": "NumPy's own object",
}

GRADIENTS = {
    "pp": "First and second gradients are those of NumPy's function.",
    "pn": "First gradients are those of NumPy's function.",
    "ap": "Gradients are those of NumPy's function, but for exceptions.",
    "nn": "There is no gradient: nothing differentiable is judged.",
}
"""What the modes "gradient" and "second gradient" of the report say, in words."""


@functools.cache
def _judged() -> tuple[int, Mapping[str, Any]]:
    """Where the report tells gradients among the modes, and its names."""
    text = resources.files("tnp_shim").joinpath("conformance.json").read_text(encoding="utf-8")
    report = json.loads(text)
    return list(report["modes"]).index("gradient"), report["names"]


def gradients(name: str) -> str:
    """What the report tells of a function's gradients, or nothing."""
    position, names = _judged()
    modes = names.get(name, {}).get("modes", "")
    return GRADIENTS.get(modes[position : position + 2], "")


def _parameter(
    parameter: inspect.Parameter, annotations: Mapping[str, Any], others: Mapping[str, Any]
) -> str:
    marks: dict[Any, str] = {inspect.Parameter.VAR_POSITIONAL: "*", inspect.Parameter.VAR_KEYWORD: "**"}
    words = [word.strip() for word in str(annotations.get(parameter.name, "")).split("|")]
    form = next((FORMS[word] for word in words if word in FORMS), FORMS_BY_NAME.get(parameter.name, ""))
    default = parameter.default
    if parameter.name == "order" and "kind" in others:
        form = "names of fields, which arrays have none of"
    if default is not inspect.Parameter.empty and "no value" not in repr(default).lower():
        form += f"{', ' if form else ''}default {default!r}"
    return f"{marks.get(parameter.kind, '')}{parameter.name}{' : ' if form else ''}{form}"


def documentation(
    name: str, summary: str | None, signature: inspect.Signature, body: Any, route: str, reason: str
) -> str:
    """The docstring: a summary, the parameters, and NumPy's function as the source of what is not told."""
    parts = [inspect.cleandoc(summary or f"As `numpy.{name}`, on tensors.")]
    if signature.parameters:
        annotations = getattr(body, "__annotations__", {})
        rows = [_parameter(p, annotations, signature.parameters) for p in signature.parameters.values()]
        parts.append("\n".join(["Parameters", "----------", *rows]))
    notes = [
        f"The source is `numpy.{name}`: shapes, dtypes and errors are its own.",
        f"Route: {route}, {ROUTES.get(route, '')}{'; ' if reason else ''}{reason}.",
    ]
    known = gradients(name)
    parts.append("\n".join(["Notes", "-----", *notes, *([known] if known else [])]))
    support = f'tnp_shim.support("{name}") : how it does in graphs, under XLA, on GPUs and with gradients.'
    parts.append("\n".join(["See Also", "--------", f"numpy.{name}", support]))
    return "\n\n".join(parts) + "\n"
