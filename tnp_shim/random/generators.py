"""`np.random.Generator` and `default_rng`. Knows the array."""

from __future__ import annotations

from typing import Any

import numpy

from tnp_shim.random.bit_generators import PCG64, BitGenerator, from_numpy
from tnp_shim.random.drawing import Draws, method_of
from tnp_shim.random.rows import GENERATOR
from tnp_shim.random.specials import GENERATOR as SPECIAL


class Generator(Draws):
    """NumPy's generator of random numbers, on a stream whose state is in tensors."""

    _numpys = numpy.random.Generator
    _rows = GENERATOR
    _special = SPECIAL

    def __init__(self, bit_generator: Any) -> None:
        if not isinstance(bit_generator, BitGenerator):
            numpy.random.Generator(bit_generator)  # which refuses what is none
            bit_generator = from_numpy(bit_generator)
        self._bits = bit_generator
        self._generator = numpy.random.Generator(bit_generator._live)

    @property
    def bit_generator(self) -> Any:
        """The stream that numbers are drawn from."""
        return self._bits

    def spawn(self, n_children: int) -> list[Generator]:
        """Generators on independent streams."""
        return [type(self)(child) for child in self._bits.spawn(n_children)]

    def __repr__(self) -> str:
        return f"{self} at 0x{id(self):X}"

    def __str__(self) -> str:
        return f"{type(self).__name__}({type(self._bits).__name__})"

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (self._bits,)

    def __copy__(self) -> Generator:
        return self.__deepcopy__({})

    def __deepcopy__(self, memo: Any) -> Generator:
        made = memo[id(self)] = type(self)(self._bits.__deepcopy__(memo))
        return made


for _name in dir(numpy.random.Generator):
    if not _name.startswith("_") and not hasattr(Generator, _name):
        setattr(Generator, _name, method_of(numpy.random.Generator, _name))


def default_rng(seed: Any = None) -> Any:
    """A generator on a new PCG64 stream; a generator, and what is a stream already, as they are."""
    if isinstance(seed, Generator):
        return seed
    if isinstance(seed, BitGenerator):
        return Generator(seed)
    if isinstance(seed, numpy.random.Generator):
        return Generator(from_numpy(seed.bit_generator))
    if isinstance(seed, numpy.random.BitGenerator):
        return Generator(from_numpy(seed))
    if isinstance(seed, numpy.random.RandomState):
        return Generator(from_numpy(seed._bit_generator))
    generator = getattr(seed, "_bits", None)
    return Generator(generator if isinstance(generator, BitGenerator) else PCG64(seed))
