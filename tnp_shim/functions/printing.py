"""The text of arrays: NumPy's, of values that are known. Knows the array."""

from __future__ import annotations

from typing import Any

import numpy

from tnp_shim.declaration import arrays, describe
from tnp_shim.functions.handed_on import known


def _text(name: str, doc: str) -> Any:
    function = getattr(numpy, name)

    @arrays(function, route="numpy", reason="text is on the host")
    def text(*args: Any, **kwargs: Any) -> str:
        return function(*known(args, f"np.{name}"), **known(kwargs, f"np.{name}"))

    describe(text, f"{doc}, under NumPy's print options. The values must be known: eagerly, that is.")
    text.__module__ = __name__
    return text


array2string = _text("array2string", "The elements of an array as text")
array_repr = _text("array_repr", "What `repr` gives of an array")
array_str = _text("array_str", "What `str` gives of an array")
