"""Warnings of division by zero, overflow and invalid values, as NumPy gives them. Knows ufuncs.

TensorFlow keeps no flags of what happened in a kernel. So the elements that came out infinite or NaN, of
operands that are no NaN, are computed once more by NumPy's own ufunc, which warns, raises or calls as
`numpy.errstate` wants it, in its own words.
"""

from __future__ import annotations

import sys
import warnings
from pathlib import Path
from typing import Any

import numpy
import tensorflow as tf

from tnp_shim import config
from tnp_shim.declaration.ufunc import BY_NAME, ufunc
from tnp_shim.tensorflow_internals import EagerTensor

_DIVISIONS = frozenset({"floor_divide", "remainder", "fmod", "divmod"})
"""The ufuncs of integers that divide."""

_PACKAGE = str(Path(__file__).parents[1])


def _on_host(tensor: tf.Tensor) -> numpy.ndarray[Any, Any]:
    array = numpy.asarray(tensor)
    return array if array.dtype.isbuiltin == 1 else array.astype(numpy.float32)


def _wrong(name: str, operands: list[Any], outputs: list[Any]) -> Any:
    """Where an output is infinite or NaN, and no operand is NaN; where an integer is divided by zero."""
    wrong: Any = False
    for output in outputs:
        if output.dtype.kind in "fc":
            wrong = wrong | ~numpy.isfinite(output)
        elif name in _DIVISIONS and output.dtype.kind in "iu":
            wrong = wrong | (operands[1] == 0)
    for operand in operands:
        if operand.dtype.kind in "fc":
            wrong = wrong & ~numpy.isnan(operand)
    return wrong


def _watch(made: ufunc, tensors: list[tf.Tensor], outputs: tuple[tf.Tensor, ...]) -> None:
    eager = all(isinstance(tensor, EagerTensor) for tensor in (*tensors, *outputs))
    if not config.get_warnings() or not eager or not tensors:
        return
    operands = list(map(_on_host, tensors))
    wrong = numpy.broadcast_to(_wrong(made.__name__, operands, [*map(_on_host, outputs)]), outputs[0].shape)
    if not wrong.any():
        return
    chosen = [numpy.broadcast_to(operand, wrong.shape)[wrong] for operand in operands]
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        made.numpy(*chosen)
    for warning in caught:
        warnings.warn(str(warning.message), warning.category, stacklevel=_users_level())


def _users_level() -> int:
    """The number of frames from the caller of this function up to the first outside of the package."""
    level, frame = 1, sys._getframe(1)
    while frame.f_back is not None and frame.f_code.co_filename.startswith(_PACKAGE):
        level, frame = level + 1, frame.f_back
    return level


_direct: dict[str, tuple[Any, dict[Any, Any]]] = {}


def _switch(wanted: bool) -> None:
    """Take every ufunc off its short cuts, which nobody sees, or put it back on them."""
    ufunc.watch = staticmethod(_watch) if wanted else None  # type: ignore[assignment]
    if wanted:
        for name, made in BY_NAME.items():
            _direct[name] = made.body, dict(made.direct)
            made.direct.clear()  # the operators hold this very dict
        return
    for name, (body, direct) in _direct.items():
        if BY_NAME[name].body is body:  # else it is overridden, and must not get by its other body
            BY_NAME[name].direct.update(direct)
    _direct.clear()


def install_warnings() -> None:
    """Let `config.warnings` switch the warnings on and off."""
    config.when_warnings_change(_switch)
