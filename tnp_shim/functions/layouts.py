"""Arrays in a memory layout that is asked for. Knows the array."""

from __future__ import annotations

import warnings
from typing import Any

import numpy

from tnp_shim.array import Array
from tnp_shim.declaration import arrays
from tnp_shim.functions.arrays import array
from tnp_shim.functions.joining import vstack

_NAMES = {"A": "ALIGNED", "C": "C_CONTIGUOUS", "E": "ENSUREARRAY", "F": "F_CONTIGUOUS", "O": "OWNDATA"}
_NAMES["W"] = "WRITEABLE"
_FLAGS = {name: flag for flag, name in _NAMES.items()} | {flag: flag for flag in _NAMES}
_FLAGS |= {"CONTIGUOUS": "C", "FORTRAN": "F"}
"""The flags by every name that `require` takes."""


@arrays(numpy.require)
def require(a: Any, dtype: Any = None, requirements: Any = None, *, like: Any = None) -> Any:
    """The array itself if it has the dtype and the flags required ("C", "F", "A", "W", "O"), else a copy."""
    wanted = {_FLAGS[name.upper()] for name in requirements or ()} - {"E"}
    if {"C", "F"} <= wanted:
        raise ValueError('Cannot specify both "C" and "F" order')
    order = next((flag for flag in ("F", "C") if flag in wanted), "A")
    made = array(a, dtype, order=order, copy=None)
    held = all(made.flags[_NAMES[flag]] for flag in wanted - {"C", "F"})
    return made if held else made.copy(order)


@arrays(numpy.isfortran)
def isfortran(a: Any) -> bool:
    """Whether an array is in Fortran order and not in C order."""
    return a.flags.fnc if isinstance(a, Array) else numpy.isfortran(a)  # type: ignore[attr-defined]


def row_stack(tup: Any, *, dtype: Any = None, casting: Any = "same_kind") -> Any:
    """As `vstack`; NumPy has deprecated this name for it."""
    text = "`row_stack` alias is deprecated. Use `np.vstack` directly."
    warnings.warn(text, DeprecationWarning, stacklevel=3)
    return vstack(tup, dtype=dtype, casting=casting)


if hasattr(numpy, "row_stack"):
    row_stack = arrays(numpy.row_stack, route="native")(row_stack)
