"""NumPy's random numbers, bit for bit: `np.random`. Knows the array."""

from __future__ import annotations

from typing import Any

import numpy

from tnp_shim.random import bit_generators, generators, legacy

SeedSequence = numpy.random.SeedSequence
BitGenerator = bit_generators.BitGenerator
globals().update(bit_generators.CLASSES)
Generator, default_rng = generators.Generator, generators.default_rng
RandomState = legacy.RandomState
get_bit_generator, set_bit_generator = legacy.get_bit_generator, legacy.set_bit_generator
globals().update(legacy.FUNCTIONS)

__all__ = list(numpy.random.__all__)


def __getattr__(name: str) -> Any:
    if not name.startswith("_") and hasattr(numpy.random, name):
        raise AttributeError(f"tnp_shim.random has no {name}; numpy.random.{name} is NumPy's own")
    raise AttributeError(f"module 'tnp_shim.random' has no attribute {name!r}")
