"""Functions whose results are complex where the real ones have none: `numpy.emath`. Knows the array."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy
import tensorflow as tf

from tnp_shim.array import wrap
from tnp_shim.conversion import to_tensor
from tnp_shim.declaration import arrays
from tnp_shim.errors import UnknownValueError, users_line
from tnp_shim.functions.statistics import every_known
from tnp_shim.kernels.arithmetic import absolute
from tnp_shim.kernels.elementwise import like
from tnp_shim.promotion import cast
from tnp_shim.tensorflow_internals import gen_math_ops, known_value
from tnp_shim.ufuncs import UFUNCS

_NARROW = (tf.float32, tf.int8, tf.int16, tf.uint8, tf.uint16)
"""The dtypes of which NumPy makes complex64."""

Test = Callable[[tf.Tensor], tf.Tensor]


def _not_negative(x: tf.Tensor) -> tf.Tensor:
    return gen_math_ops.greater_equal(x, like(0, x))


def _not_beyond_one(x: tf.Tensor) -> tf.Tensor:
    size = absolute(x)
    return gen_math_ops.less_equal(size, like(1, size))


def _is_inside(name: str, x: tf.Tensor, test: Test) -> bool:
    """Whether all elements are where the result is of the argument's kind; NaN is anywhere."""
    if x.dtype == tf.bool or (x.dtype.is_unsigned and test is _not_negative):
        return True
    undefined = gen_math_ops.not_equal(x, x)
    known = known_value(every_known(gen_math_ops.logical_or(test(x), undefined)))
    if known is None:
        raise UnknownValueError(
            f"np.emath.{name}: whether the result is complex depends on values that are unknown while "
            f"tf.function traces {users_line()}. Pass a complex array, or call np.{name}: its result is real"
        )
    return bool(known)


def _widened(name: str, x: tf.Tensor, test: Test) -> tf.Tensor:
    """The argument, complex if an element is outside of where the real function is defined."""
    if x.dtype.is_complex or _is_inside(name, x, test):
        return x
    return cast(x, tf.complex64 if x.dtype in _NARROW else tf.complex128)


def _declared(name: str, test: Test) -> Any:
    ufunc = UFUNCS[name]

    def body(x: Any) -> Any:
        return ufunc(wrap(_widened(name, to_tensor(x), test)))

    body.__doc__ = (
        f"As `{name}`, complex where an element is outside of its real domain.\n\n"
        "The values of a real argument must be known; complex ones may be unknown while tracing.\n"
        "Differentiable."
    )
    return arrays(getattr(numpy.emath, name), route="native")(body)


sqrt = _declared("sqrt", _not_negative)
log = _declared("log", _not_negative)
log2 = _declared("log2", _not_negative)
log10 = _declared("log10", _not_negative)
arccos = _declared("arccos", _not_beyond_one)
arcsin = _declared("arcsin", _not_beyond_one)
arctanh = _declared("arctanh", _not_beyond_one)


@arrays(numpy.emath.logn, route="native")
def logn(n: Any, x: Any) -> Any:
    """The logarithm to base `n`, complex where an argument is negative. Differentiable."""
    return UFUNCS["divide"](log(x), log(n))


@arrays(numpy.emath.power, route="native")
def power(x: Any, p: Any) -> Any:
    """The power; complex if a base is negative, float if an integer exponent is. Differentiable."""
    base, exponent = _widened("power", to_tensor(x), _not_negative), to_tensor(p)
    if exponent.dtype.is_integer and not _is_inside("power", exponent, _not_negative):
        exponent = cast(exponent, tf.float64)
    return UFUNCS["power"](wrap(base), wrap(exponent))


FUNCTIONS = {
    function.__name__: function for function in (arccos, arcsin, arctanh, log, log10, log2, logn, power, sqrt)
}
"""The functions of `numpy.emath` by name."""
