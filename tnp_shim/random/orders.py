"""Methods with bodies of their own in graphs: shuffles in place. Knows the array."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy
import tensorflow as tf

from tnp_shim.array import Array, write
from tnp_shim.errors import UnsupportedError, users_line
from tnp_shim.random.hosted import Draws, asked, host


def shuffle(self: Draws, values: dict[str, Any]) -> None:
    """Put the elements along an axis into another order, in place."""
    x, rest = values["x"], {key: value for key, value in values.items() if key != "x"}
    if not isinstance(x, Array):
        raise UnsupportedError(
            f"{users_line()}: np.random.shuffle in a graph needs an array of tnp_shim's; a "
            f"{type(x).__name__} would be shuffled once, while the function is traced"
        )
    tensor = x._cell.read()
    asked(self, "permutation", {"x": x, **rest}, {})  # NumPy's refusals, with nothing written to

    def draw(generator: Any, memory: Any) -> list[Any]:
        memory = numpy.array(memory)
        generator.shuffle(memory, **rest)
        return [memory]

    (shuffled,) = host(self, "shuffle", draw, [tf.TensorSpec(tensor.shape, tensor.dtype)], tensor)
    write(x, shuffled)


GENERATOR: dict[str, Callable[..., Any]] = {"shuffle": shuffle}
LEGACY: dict[str, Callable[..., Any]] = {"shuffle": shuffle}
