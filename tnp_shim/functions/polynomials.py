"""`poly1d` and the functions of coefficients from the highest power on. Knows `numpy_source`."""

from __future__ import annotations

import functools
from typing import Any

import numpy
import tensorflow as tf

from tnp_shim import numpy_source
from tnp_shim.conversion import to_tensor
from tnp_shim.declaration import arrays, describe
from tnp_shim.errors import UnknownShapeError, UnknownValueError, users_line

_MODULE = "numpy.lib._polynomial_impl"


@functools.cache
def _source() -> dict[str, Any]:
    """The namespace of NumPy's module, run on ours when it is first asked for."""
    namespace: dict[str, Any] = {"__name__": __name__, "__package__": __package__}
    numpy_source.run(_MODULE, namespace)
    # what NumPy and TensorFlow make of a polynomial are its coefficients, which are ours
    namespace["poly1d"].__array__ = _as_numpys
    namespace["poly1d"].__tf_tensor__ = _as_tensor
    return namespace


def _as_numpys(self: Any, dtype: Any = None, copy: bool | None = None) -> Any:
    return numpy.array(self.coeffs, dtype, copy=copy)


def _as_tensor(self: Any, dtype: Any = None, name: str | None = None) -> tf.Tensor:
    return to_tensor(self.coeffs)


def class_of_polynomials() -> type:
    """`poly1d`."""
    return _source()["poly1d"]


def _declared(name: str) -> Any:
    numpys = getattr(numpy, name)

    @arrays(numpys, route="source")
    def polynomial_function(*args: Any, **kwargs: Any) -> Any:
        try:
            return _source()[name](*args, **kwargs)
        except (UnknownShapeError, UnknownValueError) as error:
            raise type(error)(
                f"np.{name} looks at values or sizes that are unknown while tf.function traces "
                f"{users_line()} (it cuts off leading zeros). Call it outside of the traced function "
                f"({error})"
            ) from None

    describe(
        polynomial_function,
        f"NumPy's `{name}`, run on our namespace. Differentiable.\n\n"
        "Where NumPy looks at values to find the size of a result, they must be known while tracing.",
    )
    polynomial_function.__module__ = __name__
    return polynomial_function


poly = _declared("poly")
polyadd = _declared("polyadd")
polyder = _declared("polyder")
polydiv = _declared("polydiv")
polyfit = _declared("polyfit")
polyint = _declared("polyint")
polymul = _declared("polymul")
polysub = _declared("polysub")
polyval = _declared("polyval")
roots = _declared("roots")
