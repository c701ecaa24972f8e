"""NumPy arrays laid out in memory as ours are: `permuted` goes through memory as it lies. Knows the array."""

from __future__ import annotations

from typing import Any

import numpy

from tnp_shim.array import Array, laid_out, ndarray, wrap
from tnp_shim.conversion import to_tensor
from tnp_shim.storage import AnyCell
from tnp_shim.subscripts import generic_layout, shape_known, with_hidden_base

Layout = numpy.ndarray[Any, Any]
"""An array of which only the strides matter."""


def layout_of(value: Any) -> Layout | None:
    """The layout of an array that is not in C order; None for others, and where nobody knows it."""
    if isinstance(value, numpy.ndarray):
        return None if value.flags.c_contiguous else value
    if not isinstance(value, Array) or value._cell.in_c_order:
        return None
    return _layout_of_cell(value._cell)


def _layout_of_cell(cell: AnyCell) -> Layout | None:
    """For sizes that are unknown, the layout that the array has for sizes in general."""
    return cell.shadow() if shape_known(cell.shape) else generic_layout(cell)


def copied(values: Any, layout: Layout | None) -> Layout:
    """A copy of real values in the order of an array."""
    return numpy.array(values) if layout is None else _filled(numpy.empty_like(layout), values)


def as_target(values: Any, layout: Layout | None) -> Layout:
    """The same, to be written to: it is contiguous only where the array is."""
    if layout is None or layout.flags.c_contiguous or layout.flags.f_contiguous:
        return copied(values, layout)
    return _filled(numpy.empty((*layout.shape, 2), layout.dtype)[..., 0], values)


def _filled(memory: Layout, values: Any) -> Layout:
    memory[...] = values
    return memory


def as_numpy(array: Array) -> Any:
    """A real NumPy array or scalar in the place of ours, not to be written to."""
    value = numpy.asarray(array)
    if not isinstance(array, ndarray):
        return value[()]
    layout = layout_of(array)
    return value if layout is None else copied(value, layout)


def as_ours(array: Layout) -> ndarray:
    """An array of ours in the order of NumPy's."""
    tensor = to_tensor(array)
    if array.base is not None:  # of what NumPy does not give away
        return with_hidden_base(tensor, numpy.empty_like(array))
    return wrap(tensor) if array.flags.c_contiguous else laid_out(tensor, numpy.empty_like(array))


def shuffled_order(x: Any, out: Any = None) -> str | None:
    """In which order `permuted` goes through all elements, "C" or "F"; None where nobody knows."""
    target = x if out is None else out
    layout = layout_of(target)
    if layout is None:
        return "C" if not isinstance(target, Array) or target._cell.in_c_order else None
    if out is None:  # the result is a copy
        layout = numpy.empty_like(layout)
    return "F" if layout.flags.f_contiguous and not layout.flags.c_contiguous else "C"
