"""What is NumPy's own in our namespace, and what cannot be there, with the reasons. Knows the array.

NumPy's objects on real NumPy arrays (text, dates, records, `np.ma`, `np.matrix`, `np.memmap`) take the
values of arrays of ours where these are known: eagerly, that is. Their results are NumPy's, and no gradient
leads through them: `np.ma` masks values on the host. On tensors a mask is an array of its own:
`np.where(mask, a, other)`, or `where=` of ufuncs and reductions, which trace and differentiate.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy

from tnp_shim import dtypes
from tnp_shim.array import Array, ndarray
from tnp_shim.conversion import is_tensor_like, tensor_of
from tnp_shim.declaration import arrays, describe
from tnp_shim.errors import UnsupportedError, unknown_value
from tnp_shim.functions.arrays import array
from tnp_shim.tensorflow_internals import known_value

_BY_REASON = {
    "about dtypes, printing and settings, which are the same for both": """
        ScalarType base_repr binary_repr dtype errstate exceptions
        finfo format_float_positional format_float_scientific get_printoptions getbufsize geterr geterrcall
        iinfo iterable little_endian mintypecode printoptions sctypeDict set_printoptions setbufsize
        seterr seterrcall typecodes typename typing""",
    "for text, dates, objects, records and wider floats, which stay in real NumPy arrays": """
        busday_count busday_offset busdaycalendar bytes_ char character clongdouble complex256 datetime64
        datetime_as_string datetime_data flexible float128 fromregex is_busday isnat longdouble object_ rec
        recarray record str_ strings timedelta64 void""",
    "an array of NumPy's on memory of its own kind, which its own functions know": "ma matrix memmap",
    "about the installation of NumPy": """
        core ctypeslib f2py get_include info show_config show_runtime version""",
}

HANDED_ON: dict[str, str] = {
    name: reason for reason, names in _BY_REASON.items() for name in names.split() if hasattr(numpy, name)
}
"""The names that are NumPy's own objects, and what these are."""

GAPS: dict[str, str] = {
    "test": "np.test runs NumPy's tests of itself; the tests of tnp_shim are run by pytest",
}
"""Why a name of NumPy's cannot exist here."""


# `np.dtypes` is our module of that name, which has the classes of NumPy's beside what is its own
for _name in numpy.dtypes.__all__:
    setattr(dtypes, _name, getattr(numpy.dtypes, _name))


def known(value: Any, needed_by: str) -> Any:
    """NumPy's arrays and scalars for ours, wherever they are in lists, tuples and dicts.

    An error where a value is unknown while tracing.
    """
    if isinstance(value, (list, tuple)) and not hasattr(value, "_fields"):
        return type(value)(known(item, needed_by) for item in value)
    if isinstance(value, dict):
        return {key: known(item, needed_by) for key, item in value.items()}
    if not is_tensor_like(value):
        return value
    found = known_value(tensor_of(value))
    if found is None:
        raise unknown_value(needed_by)
    return in_layout(numpy.asarray(found), value)


def in_layout(found: numpy.ndarray[Any, Any], value: Any) -> Any:
    """What is known of a value: a scalar for a scalar, Fortran order for an array in it."""
    if not isinstance(value, Array):
        return found
    if not isinstance(value, ndarray):
        return found[()]
    return numpy.asfortranarray(found) if value.ndim > 1 and value.flags.fnc else found  # type: ignore[attr-defined]


def ours(value: Any) -> Any:
    """Arrays of ours for NumPy's, wherever they are in lists and tuples, if tensors can hold them."""
    if isinstance(value, (list, tuple)) and not hasattr(value, "_fields"):
        return type(value)(map(ours, value))
    if type(value) is numpy.ndarray and dtypes.is_supported(value.dtype):
        return array(value)
    if isinstance(value, numpy.generic) and dtypes.is_supported(value.dtype):
        return array(value)[()]
    return value


def _refusing_tensors(name: str, way_out: str) -> Callable[..., Any]:
    """NumPy's function, for anything but arrays of ours."""
    function = getattr(numpy, name)

    @arrays(function, route="numpy", reason="makes numpy.matrix")
    def made(*args: Any, **kwargs: Any) -> Any:
        if _any_tensor(args) or _any_tensor(list(kwargs.values())):
            raise UnsupportedError(
                f"np.{name}: numpy.matrix is a class of NumPy's with products of its own, and no gradient "
                f"leads through it; {way_out}"
            )
        return function(*args, **kwargs)

    describe(made, f"NumPy's `{name}`, which makes a real `numpy.matrix`; arrays of ours are refused.")
    made.__module__ = __name__
    return made


def _any_tensor(value: Any) -> bool:
    return is_tensor_like(value) or (isinstance(value, (list, tuple)) and any(map(_any_tensor, value)))


asmatrix = _refusing_tensors("asmatrix", "arrays have @ for the product of matrices")
bmat = _refusing_tensors("bmat", "np.block puts arrays together")
