"""Methods with bodies of their own in graphs: integers, shuffles, sizes as arguments. Knows the array."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy
import tensorflow as tf

from tnp_shim.array import Array, write
from tnp_shim.errors import UnsupportedError, users_line
from tnp_shim.kernels.random import bounded
from tnp_shim.random.elementwise import elementwise, shaped
from tnp_shim.random.hosted import Draws, asked, drawn_on_host, host, is_unknown, on_host, stand_in
from tnp_shim.random.sizes import Size


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


def integers(self: Draws, name: str, values: dict[str, Any]) -> Any:
    """Integers from known bounds; on the host from unknown ones, and from arrays of bounds."""
    bounds = values["low"], values["high"]
    if drawn_on_host(self) or any(is_unknown(b) or numpy.ndim(b) for b in bounds):
        return on_host(self, name, values)
    trial = asked(self, name, {**values, "size": None}, {})
    low, high = (stand_in(b, 0) for b in bounds)
    low, high = (0, int(low)) if high is None else (int(low), int(high))
    last = high if values.get("endpoint") or name == "random_integers" else high - 1
    size, dtype = Size(values["size"], []), numpy.asarray(trial).dtype
    state = self._state_tensors()
    words, rest = tuple(state[: len(self._bits._cells)]), state[len(self._bits._cells) :]
    masked = name != "integers"
    found, after = bounded.integers(self._bits._kind.engine, words, size.count, low, last, dtype, masked)
    self._write_state([*after, *rest])
    return shaped(found, size, trial)


def _with_sizes(name: str) -> Callable[..., Any]:
    """A method whose arguments are the sizes."""

    def draw(self: Draws, values: dict[str, Any]) -> Any:
        return elementwise(self, self._rows[name], {"size": values["args"] or None})

    return draw


GENERATOR: dict[str, Callable[..., Any]] = {
    "integers": lambda self, values: integers(self, "integers", values),
    "shuffle": shuffle,
}
LEGACY: dict[str, Callable[..., Any]] = {
    "rand": _with_sizes("random_sample"),
    "randint": lambda self, values: integers(self, "randint", values),
    "randn": _with_sizes("standard_normal"),
    "shuffle": shuffle,
}
