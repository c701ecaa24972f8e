"""Arguments that are numbers for the most part: their value where it is known. Knows conversion."""

from __future__ import annotations

from typing import Any

import numpy

from tnp_shim.conversion import holds_tensors, is_tensor_like, to_tensor
from tnp_shim.tensorflow_internals import known_value


def known_array(obj: Any) -> numpy.ndarray[Any, Any] | None:
    """An index argument as a NumPy array; None where its value is unknown while tracing."""
    if is_tensor_like(obj) or holds_tensors(obj):
        return known_value(to_tensor(obj))
    array = numpy.asarray(obj)
    return array.astype(numpy.intp) if array.size == 0 and not isinstance(obj, numpy.ndarray) else array
