"""Settings. Knows NumPy's dtypes only.

>>> from tnp_shim import config
>>> with config.default_float("float32"):
...     config.get_default_float()
dtype('float32')
"""

from __future__ import annotations

import contextlib
import functools
from collections.abc import Iterator
from contextvars import ContextVar
from typing import Any

import numpy

FLOAT64 = numpy.dtype("float64")
_DEFAULT_FLOATS = tuple(numpy.dtype(name) for name in ("float64", "float32", "float16"))
_warnings: ContextVar[int] = ContextVar("warnings", default=1)
_unroll_limit: ContextVar[int] = ContextVar("unroll_limit", default=16)
_default_float: ContextVar[numpy.dtype[Any]] = ContextVar("default_float", default=FLOAT64)


def _float_dtype(dtype: Any) -> numpy.dtype[Any]:
    resolved = numpy.dtype(dtype)
    if resolved not in _DEFAULT_FLOATS:
        names = ", ".join(d.name for d in _DEFAULT_FLOATS)
        raise ValueError(f"config.default_float: expected one of {names}, got {dtype!r}")
    return resolved


def get_default_float() -> numpy.dtype[Any]:
    """The dtype that stands in for NumPy's default float64."""
    return _default_float.get()


def set_default_float(dtype: Any) -> None:
    """Use `dtype` wherever NumPy would choose float64 of its own accord."""
    _default_float.set(_float_dtype(dtype))


@contextlib.contextmanager
def default_float(dtype: Any) -> Iterator[None]:
    """Within the context, use `dtype` where NumPy would choose float64 of its own accord.

    An explicit float64 (an argument's dtype, `dtype=`) stays float64.
    """
    token = _default_float.set(_float_dtype(dtype))
    try:
        yield
    finally:
        _default_float.reset(token)


def get_unroll_limit() -> int:
    """How many iterations of a loop over a known range a traced function unrolls at most."""
    return _unroll_limit.get()


def set_unroll_limit(iterations: int) -> None:
    """Make one loop of the graph of each loop over a known range of more iterations, where that is exact."""
    _unroll_limit.set(_iterations(iterations))


@contextlib.contextmanager
def unroll_limit(iterations: int) -> Iterator[None]:
    """Within the context, unroll loops over known ranges of up to so many iterations; roll longer ones."""
    token = _unroll_limit.set(_iterations(iterations))
    try:
        yield
    finally:
        _unroll_limit.reset(token)


def _iterations(iterations: int) -> int:
    if type(iterations) is not int or iterations < 0:
        raise ValueError(f"config.unroll_limit: expected a number of iterations, got {iterations!r}")
    return iterations


EVERYTHING = 2
"""The level of warnings of "everything"."""

_LEVELS: dict[bool | str, int] = {False: 0, True: 1, "everything": EVERYTHING}

warnings_level = _warnings.get
"""0 for no warnings, 1 for those that cost little, 2 for all."""


silenced = functools.partial(_warnings.set, 0)
"""Be silent until `restored` gets what this returns: faster than the context `warnings`."""

restored = _warnings.reset


def get_warnings() -> bool | str:
    """Whether what is computed eagerly warns of division by zero, overflow and invalid values."""
    return "everything" if warnings_level() == EVERYTHING else bool(warnings_level())


def set_warnings(wanted: bool | str) -> None:
    """Let eager calls warn as NumPy's do, under `numpy.errstate`, which is so at first, or not.

    Results are looked at for that, which on a GPU waits for them; inputs only where a result is not finite.
    As a look costs half as much as the sum, difference or product of two arrays of one dtype, or as the sum,
    product or mean of an array, these are looked at only if `wanted` is "everything".
    """
    _warnings.set(_level(wanted))


def _level(wanted: bool | str) -> int:
    if wanted not in (True, False, "everything"):
        raise ValueError(f"config.warnings: expected True, False or 'everything', got {wanted!r}")
    return _LEVELS[wanted]


@contextlib.contextmanager
def warnings(wanted: bool | str = True) -> Iterator[None]:
    """Within the context, let eager calls warn as NumPy's do, or not.

    >>> import numpy, tnp_shim as np
    >>> with warnings(), numpy.errstate(divide="raise"):
    ...     np.ones(2) / 0
    Traceback (most recent call last):
        ...
    FloatingPointError: divide by zero encountered in divide
    """
    token = _warnings.set(_level(wanted))
    try:
        yield
    finally:
        _warnings.reset(token)


_STREAMS = ("numpy", "tensorflow")
_random_stream: ContextVar[str] = ContextVar("random_stream", default="numpy")


def get_random_stream() -> str:
    """Whose numbers `np.random` draws."""
    return _random_stream.get()


def set_random_stream(stream: str) -> None:
    """Draw NumPy's numbers ("numpy"), or TensorFlow's from its counter-based generators ("tensorflow")."""
    _random_stream.set(_stream(stream))


@contextlib.contextmanager
def random_stream(stream: str) -> Iterator[None]:
    """Within the context, draw NumPy's numbers or TensorFlow's, from the same seeds by the same methods."""
    token = _random_stream.set(_stream(stream))
    try:
        yield
    finally:
        _random_stream.reset(token)


def _stream(stream: str) -> str:
    if stream not in _STREAMS:
        names = " or ".join(map(repr, _STREAMS))
        raise ValueError(f"config.random_stream: expected {names}, got {stream!r}")
    return stream
