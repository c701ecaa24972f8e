"""NumPy's `numpy.polynomial.polyutils`, run on our namespace. Knows `numpy_source` only."""

from typing import Any

from tnp_shim import numpy_source

numpy_source.run("numpy.polynomial.polyutils", globals())
_map_numbers = globals()["mapdomain"]


def mapdomain(x: Any, old: Any, new: Any) -> Any:
    """As NumPy's, which takes a polynomial for an array of objects; our arrays hold numbers only."""
    if not hasattr(x, "has_samecoef"):
        return _map_numbers(x, old, new)
    offset, scale = globals()["mapparms"](old, new)
    return offset + scale * x
