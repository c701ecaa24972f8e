"""Why a function of `tf.experimental.numpy` is not the one behind ours: a reason for each, that must hold.

`python -m conformance.tensorflow_numpy` looks for the reasons: it makes the calls that the rows draw with
`tf.experimental.numpy`, and keeps the gravest difference from NumPy's, or else the parameters that lack.
It writes them to `tensorflow_numpy.json` and as a table to docs/tensorflow_numpy.md. Knows rows and NumPy.
"""

from __future__ import annotations

import inspect
import json
import warnings
import zlib
from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import numpy
import tensorflow as tf

from conformance.choosing import Covering
from conformance.comparison import Tolerance, compare_results, same_class
from conformance.outcomes import Container, Leaf, Outcome, bases_of, bind, described, of_numpy
from conformance.recipes import Call, decode, encode, leaves
from conformance.row import Row
from conformance.rows import ROWS
from conformance.uses import USES

REASONS_FILE = Path(__file__).with_name("tensorflow_numpy.json")
PAGE = Path(__file__).parents[1] / "docs" / "tensorflow_numpy.md"

DRAWS = 24
"""How many calls of a row are made at most."""

ALIKE = ("diagflat", "issubdtype", "kron", "promote_types", "select")
"""The functions for which no reason was found."""

KINDS = ("value", "dtype", "shape", "kind", "refusal", "error", "view", "signature")
"""The kinds of reasons, the gravest first."""


@dataclass(frozen=True)
class Reason:
    """Why a function is not used: what differs, in words, and the call that shows it."""

    kind: str
    text: str
    call: str = ""


def names() -> list[str]:
    """The functions that both `tf.experimental.numpy` and NumPy have."""
    module = tf.experimental.numpy
    found = (name for name in dir(module) if not name.startswith("_") and hasattr(numpy, name))
    return [n for n in found if callable(getattr(module, n)) and not isinstance(getattr(numpy, n), type)]


def _as_numpys(value: Any, expected: Any) -> Any:
    """The tree of a result, with tensors for what NumPy has as arrays and scalars: that is no difference."""
    if isinstance(expected, Container) and isinstance(value, (tuple, list)):
        if len(value) == len(expected.items):
            items = [_as_numpys(v, e) for v, e in zip(value, expected.items, strict=True)]
            return Container(expected.kind, items)
    elif isinstance(value, tf.Tensor) and isinstance(expected, Leaf):
        array = numpy.asarray(value)
        if expected.kind == "python":
            return Leaf("python", array[()].item() if array.ndim == 0 else array)
        return Leaf(expected.kind, array, array.dtype, array.shape)
    return described(value, numpy.asarray)


def _tolerance(name: str) -> Tolerance:
    """The widest of the rows of a name; a generous one where errors of the arguments count."""
    widest = max((row.tolerance for row in ROWS.get(name, [])), key=lambda t: t.ulps, default=Tolerance())
    return replace(widest, ulps=1e6 if widest.conditioned else max(widest.ulps, 16), conditioned=False)


def difference(call: Call, expected: Outcome | None = None) -> Reason | None:
    """What `tf.experimental.numpy` does otherwise than NumPy in a call, on NumPy's arrays."""
    expected = expected or of_numpy(call)
    try:
        bound = bind(call, numpy, bases_of(call))
    except Exception:  # the arguments themselves cannot be made
        return None
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            target = getattr(tf.experimental.numpy, call.name)
            use = USES.get(call.name)
            value = use(target, bound) if use else target(*bound.args, **dict(bound.keywords))
        except Exception as error:
            if "unexpected keyword argument" in str(error):
                return None  # missing_parameters tells
            refusal = f"{type(error).__name__}: {str(error).splitlines()[0] if str(error) else ''}"[:160]
            if expected.error is None:
                return Reason("refusal", f"{refusal}; NumPy gives a result", encode(call))
            alike = same_class(expected.error, error)
            text = f"{refusal}; NumPy raises {type(expected.error).__name__}"
            return None if alike else Reason("error", text, encode(call))
    if expected.error is not None:
        return Reason("error", f"gives a result; NumPy raises {type(expected.error).__name__}", encode(call))
    found = compare_results(expected.result, _as_numpys(value, expected.result), _tolerance(call.name))
    if found.difference is None and expected.shares:
        return Reason("view", "NumPy gives a view of its argument, TensorFlow a copy", encode(call))
    if found.difference is None or found.difference.kind not in KINDS:
        return None
    return Reason(found.difference.kind, found.difference.text[:200], encode(call))


def missing_parameters(name: str) -> list[str]:
    """The parameters of NumPy's function that `tf.experimental.numpy`'s does not have."""
    theirs = inspect.signature(getattr(tf.experimental.numpy, name)).parameters
    if any(p.kind is p.VAR_KEYWORD for p in theirs.values()):
        return []
    wanted = inspect.signature(getattr(numpy, name)).parameters.values()
    named = (p for p in wanted if p.kind in (p.POSITIONAL_OR_KEYWORD, p.KEYWORD_ONLY))
    return [p.name for p in named if p.name not in theirs]


def _is_numeric(call: Call) -> bool:
    """Whether a call is one of numbers, which can be kept."""
    try:
        encode(call)
    except TypeError:
        return False
    return not any(isinstance(leaf, (str, bytes)) for leaf in leaves(call.args)) and all(
        numpy.dtype(recipe.dtype).kind in "biufc" for recipe in call.recipes()
    )


def _differences(name: str, rows: list[Row]) -> Iterator[Reason]:
    for number, row in enumerate(rows):
        choose = Covering(zlib.crc32(f"{name} {number}".encode()))
        for draw in range(DRAWS):
            call = row.draw(choose, good=draw < DRAWS // 2)
            expected = of_numpy(call)
            if (expected.error is None or draw >= DRAWS // 2) and _is_numeric(call):
                found = difference(call, expected)
                if found:
                    yield found
                    if found.kind == "value":
                        return


def reason(name: str, rows: list[Row]) -> Reason | None:
    """The gravest reason that is found for a name."""
    found = sorted(_differences(name, rows), key=lambda one: (KINDS.index(one.kind), len(one.call)))
    if found:
        return found[0]
    missing = missing_parameters(name)
    return Reason("signature", f"takes no {', '.join(missing)}") if missing else None


def still_holds(name: str, told: Reason) -> bool:
    """Whether a kept reason is true."""
    if told.kind == "signature":
        return told.text == f"takes no {', '.join(missing_parameters(name))}"
    found = difference(decode(told.call))
    return found is not None and found.kind == told.kind


def kept() -> dict[str, Reason]:
    """The reasons in the file."""
    return {name: Reason(**told) for name, told in json.loads(REASONS_FILE.read_text("utf-8")).items()}


def page(reasons: dict[str, Reason]) -> str:
    """The table for the documentation."""
    rows = [
        f"| `{name}` | {told.kind} | {told.text.replace('|', '&#124;')} |" for name, told in reasons.items()
    ]
    words = [
        "# Why not tf.experimental.numpy",
        "",
        "TensorFlow has functions of NumPy's names of its own. None of them is behind ours; each has a",
        "reason, which a test holds true. NumPy arrays are given to them, and a tensor counts as the",
        'array or scalar that NumPy gives. "refusal": an error where NumPy gives a result; "error": another',
        'error, or none; "view": a copy where NumPy gives a view; "signature": parameters that lack.',
        "`python -m conformance.tensorflow_numpy` writes this page.",
        "",
        f"No difference was found for {', '.join(f'`{name}`' for name in ALIKE)}.",
        "",
        "| function | what differs | how |",
        "|---|---|---|",
    ]
    return "\n".join([*words, *rows]) + "\n"


def main() -> None:
    """Look for the reasons, and write them."""
    found: dict[str, Reason] = {}
    for name in names():
        told = reason(name, ROWS.get(name, []))
        if told is None:
            print(f"no reason: {name}")
        else:
            found[name] = told
    REASONS_FILE.write_text(json.dumps({n: asdict(r) for n, r in found.items()}, indent=1) + "\n", "utf-8")
    PAGE.write_text(page(found), "utf-8")
    counts = {kind: sum(told.kind == kind for told in found.values()) for kind in KINDS}
    print(f"{len(found)} of {len(names())} names:", counts)


if __name__ == "__main__":
    main()
