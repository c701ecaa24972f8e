"""NumPy's bit generators as tensors: what each keeps, the engine that goes on from it. Knows engines."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy

from tnp_shim.kernels.random.engine import Engine
from tnp_shim.kernels.random.mt19937 import MT19937
from tnp_shim.kernels.random.pcg64 import PCG64, PCG64DXSM
from tnp_shim.kernels.random.philox import Philox
from tnp_shim.kernels.random.sfc64 import SFC64

Words: TypeAlias = "tuple[numpy.ndarray[Any, Any], ...]"
_MASK = (1 << 64) - 1


@dataclass(frozen=True)
class Kind:
    """One kind of bit generator."""

    numpy: Any
    """NumPy's class."""
    engine: Engine | None
    """Makes its words from tensors; None: NumPy makes them, on the host."""
    words: Callable[[dict[str, Any]], Words]
    """The values of the state's tensors, from NumPy's dict."""
    state: Callable[[Words], dict[str, Any]]
    """NumPy's dict."""


def _uint64s(*values: Any) -> numpy.ndarray[Any, Any]:
    return numpy.array([int(value) for value in values], numpy.uint64)


def _kept(vector: numpy.ndarray[Any, Any]) -> dict[str, int]:
    return {"has_uint32": int(vector[-2]), "uinteger": int(vector[-1])}


def _of_pcg(state: dict[str, Any]) -> Words:
    now, increment = state["state"]["state"], state["state"]["inc"]
    parts = (now >> 64, now & _MASK, increment >> 64, increment & _MASK)
    return (_uint64s(*parts, state["has_uint32"], state["uinteger"]),)


def _to_pcg(name: str) -> Callable[[Words], dict[str, Any]]:
    def state(words: Words) -> dict[str, Any]:
        upper, lower, *increment = (int(word) for word in words[0][:4])
        now = {"state": upper << 64 | lower, "inc": increment[0] << 64 | increment[1]}
        return {"bit_generator": name, "state": now, **_kept(words[0])}

    return state


def _of_mt19937(state: dict[str, Any]) -> Words:
    return numpy.array(state["state"]["key"], numpy.uint32), numpy.array(state["state"]["pos"], numpy.int64)


def _to_mt19937(words: Words) -> dict[str, Any]:
    key, position = words
    return {"bit_generator": "MT19937", "state": {"key": numpy.array(key), "pos": int(position)}}


def _of_philox(state: dict[str, Any]) -> Words:
    parts = (state["state"]["counter"], state["state"]["key"], state["buffer"])
    rest = (state["buffer_pos"], state["has_uint32"], state["uinteger"])
    return (_uint64s(*(word for part in parts for word in part), *rest),)


def _to_philox(words: Words) -> dict[str, Any]:
    (vector,) = (numpy.array(word) for word in words)
    return {
        "bit_generator": "Philox",
        "state": {"counter": vector[:4].copy(), "key": vector[4:6].copy()},
        "buffer": vector[6:10].copy(),
        "buffer_pos": int(vector[10]),
        **_kept(vector),
    }


def _of_sfc64(state: dict[str, Any]) -> Words:
    return (_uint64s(*state["state"]["state"], state["has_uint32"], state["uinteger"]),)


def _to_sfc64(words: Words) -> dict[str, Any]:
    return {"bit_generator": "SFC64", "state": {"state": numpy.array(words[0][:4])}, **_kept(words[0])}


KINDS: dict[str, Kind] = {
    "MT19937": Kind(numpy.random.MT19937, MT19937(), _of_mt19937, _to_mt19937),
    "PCG64": Kind(numpy.random.PCG64, PCG64(), _of_pcg, _to_pcg("PCG64")),
    "PCG64DXSM": Kind(numpy.random.PCG64DXSM, PCG64DXSM(), _of_pcg, _to_pcg("PCG64DXSM")),
    "Philox": Kind(numpy.random.Philox, Philox(), _of_philox, _to_philox),
    "SFC64": Kind(numpy.random.SFC64, SFC64(), _of_sfc64, _to_sfc64),
}
"""By NumPy's name."""
