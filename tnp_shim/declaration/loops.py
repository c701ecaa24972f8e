"""Which loop a ufunc runs for given operands, asked of NumPy. Knows dtypes only."""

from __future__ import annotations

import functools
from typing import Any

import numpy

from tnp_shim import config, dtypes

Key = Any
"""A `numpy.dtype`, or the type of a Python number, which promotes weakly."""


@functools.lru_cache(maxsize=8192)
def _resolved(
    ufunc: numpy.ufunc,
    keys: tuple[Key, ...],
    signature: tuple[Any, ...] | None,
    casting: str,
    default_float: numpy.dtype[Any],
) -> tuple[numpy.dtype[Any], ...]:
    options: dict[str, Any] = {} if signature is None else {"signature": signature}
    found = ufunc.resolve_dtypes(keys, casting=casting, **options)  # type: ignore[arg-type]
    loop = tuple(map(dtypes.canonical, found))
    if default_float is dtypes.FLOAT64 or signature is not None:
        return loop
    given = keys[: ufunc.nin]
    narrower = tuple(dtypes.under_default(dtype, given) for dtype in loop)
    # a loop of the ufunc with these dtypes must exist (float16 has no complex counterpart)
    inputs = narrower[: ufunc.nin] + (None,) * ufunc.nout
    found = ufunc.resolve_dtypes(inputs, casting=casting)  # type: ignore[arg-type]
    return tuple(map(dtypes.canonical, found))


def resolve(
    ufunc: numpy.ufunc,
    keys: tuple[Key, ...],
    signature: tuple[Any, ...] | None = None,
    casting: str = "same_kind",
) -> tuple[numpy.dtype[Any], ...]:
    """The dtypes of the loop: of its inputs, then of its outputs. TypeErrors are NumPy's."""
    if all(isinstance(key, type) for key in keys[: ufunc.nin]):
        # Python numbers only: nothing is left for them to be weak against
        strong = (dtypes.default_float_for(numpy.asarray(key(0)).dtype) for key in keys[: ufunc.nin])
        keys = (*strong, *keys[ufunc.nin :])
    return _resolved(ufunc, keys, signature, casting, config.get_default_float())


@functools.lru_cache(maxsize=2048)
def resolve_reduction(
    ufunc: numpy.ufunc, dtype: numpy.dtype[Any], asked: numpy.dtype[Any] | None
) -> numpy.dtype[Any]:
    """The dtype in which `ufunc.reduce` of an array of `dtype` is computed and returned."""
    options: dict[str, Any] = {} if asked is None else {"signature": (asked, None, None)}
    return dtypes.canonical(
        ufunc.resolve_dtypes((None, dtype, None), reduction=True, casting="unsafe", **options)[0]
    )
