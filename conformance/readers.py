"""What is compared of results that are no numbers, by member of `ndarray`. Knows arrays by members only.

A reader takes the result of a call and the bound call, and gives arrays or Python objects that both libraries
have.
"""

from __future__ import annotations

import pickle
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy

from conformance.recipes import Call

FLAGS = ("c_contiguous", "f_contiguous", "owndata", "writeable", "aligned", "behaved", "forc", "fnc", "num")


class Exported:
    """What a capsule of DLPack came from, for `from_dlpack`."""

    def __init__(self, capsule: Any, device: tuple[int, int]) -> None:
        self._capsule, self._device = capsule, device

    def __dlpack__(self, **options: Any) -> Any:
        return self._capsule

    def __dlpack_device__(self) -> tuple[int, int]:
        return self._device


def flags_of(flags: Any) -> dict[str, Any]:
    """The flags by name."""
    return {name: getattr(flags, name) for name in FLAGS}


def remade(reduced: Any) -> Any:
    """The array that is made from what `__reduce__` gave."""
    make, arguments, *state = reduced
    made = make(*arguments)
    for part in state:
        made.__setstate__(part)
    return made


READERS: dict[str, Callable[[Any, Call], Any]] = {
    "flags": lambda flags, call: flags_of(flags),
    "setflags": lambda none, call: (none, flags_of(call.args[0].flags)),
    "flat": lambda flat, call: flat[:],
    "base": lambda base, call: None if base is None else (base.shape, base.dtype),
    "data": lambda memory, call: memory.tobytes(),
    "ctypes": lambda ctypes, call: (list(ctypes.shape), list(ctypes.strides)),
    "__iter__": lambda items, call: list(items),
    "__reduce__": lambda reduced, call: remade(reduced),
    "__reduce_ex__": lambda reduced, call: remade(reduced),
    "dumps": lambda data, call: pickle.loads(data),
    "dump": lambda none, call: pickle.loads(Path(call.args[1]).read_bytes()),
    "tofile": lambda none, call: Path(call.args[1]).read_bytes(),
    "__dlpack__": lambda capsule, call: numpy.from_dlpack(Exported(capsule, (1, 0))),
}
"""The readers by name of the member."""
