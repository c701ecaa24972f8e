"""Numbers of TensorFlow's counter-based generators, in the place of NumPy's. Knows the array.

Each call takes two words of the generator's own stream as a seed: the state is NumPy's, so whatever keeps,
copies and restores it does so for these numbers, too. They are made of random integers, which are the same
in every mode; TensorFlow's own float64 numbers are others under XLA. What is not in the table is drawn as
NumPy draws it.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy
import tensorflow as tf

from tnp_shim import dtypes
from tnp_shim.array import Array, write
from tnp_shim.conversion import to_tensor
from tnp_shim.errors import UnsupportedError, users_line
from tnp_shim.kernels.random.engine import doubles_of, floats_of
from tnp_shim.promotion import cast
from tnp_shim.random.elementwise import check_out, refused_at_run_time, shaped
from tnp_shim.random.hosted import Draws, asked, is_unknown
from tnp_shim.random.rows import Row
from tnp_shim.random.sizes import Size
from tnp_shim.tensorflow_internals import compiled_by_xla, runs_eagerly

_ALGORITHM = "philox"


class Stream:
    """The numbers of one call."""

    def __init__(self, seed: tf.Tensor, count: Any, dtype: tf.DType) -> None:
        self.seed, self.count, self.dtype = seed, count, dtype
        self._draws = 0

    def _next(self, count: Any = None) -> tuple[Any, tf.Tensor]:
        """A shape, and a seed of its own for each part of a call."""
        self._draws += 1
        count = self.count if count is None else count
        shape = [count] if isinstance(count, int) else tf.reshape(count, [1])
        return shape, self.seed + tf.constant([0, self._draws], tf.int64)

    def _uniform(self, count: Any = None) -> tf.Tensor:
        shape, seed = self._next(count)
        single = self.dtype == tf.float32
        kind = tf.uint32 if single else tf.uint64
        words = tf.random.stateless_uniform(shape, seed, None, None, kind, alg=_ALGORITHM)
        return floats_of(words) if single else doubles_of(words)

    def uniform(self) -> tf.Tensor:
        """In [0, 1)."""
        return self._uniform()

    def within(self) -> tf.Tensor:
        """In (0, 1]."""
        return 1 - self._uniform()

    def normal(self) -> tf.Tensor:
        """Standard normal: the two coordinates of points, by radius and angle."""
        half = (self.count + 1) // 2
        radius = tf.sqrt(-2 * tf.math.log(1 - self._uniform(half)))
        angle = 2 * math.pi * self._uniform(half)
        return tf.concat([radius * tf.cos(angle), radius * tf.sin(angle)], 0)[: self.count]

    def exponential(self) -> tf.Tensor:
        """Standard exponential."""
        return -tf.math.log(self.within())

    def gamma(self, shape: tf.Tensor) -> tf.Tensor:
        """Standard gamma; TensorFlow's has a gradient with respect to the shape."""
        size, seed = self._only_outside_of_xla("gamma")
        alpha = tf.broadcast_to(cast(shape, self.dtype), size)
        return tf.random.stateless_gamma(size, seed, alpha, dtype=self.dtype)

    def _only_outside_of_xla(self, name: str) -> tuple[Any, tf.Tensor]:
        if compiled_by_xla():
            raise UnsupportedError(
                f"{users_line()}: XLA has no {name} distribution of TensorFlow's; leave jit_compile away, "
                'or draw NumPy\'s numbers (config.random_stream("numpy"))'
            )
        return self._next()

    def integers(self, low: int, last: int) -> tf.Tensor:
        """From low to last, as int64 of the same bits."""
        shape, seed = self._next()
        if last - low >= 1 << 63:
            found = tf.random.stateless_uniform(shape, seed, None, None, tf.uint64, alg=_ALGORITHM)
            if last - low < (1 << 64) - 1:
                found = tf.math.floormod(found, tf.constant(last - low + 1, tf.uint64))
            return tf.bitcast(found + tf.constant(low % (1 << 64), tf.uint64), tf.int64)
        kind = tf.int64
        found = tf.random.stateless_uniform(shape, seed, 0, last - low + 1, kind, alg=_ALGORITHM)
        return found + tf.constant((low + (1 << 63)) % (1 << 64) - (1 << 63), tf.int64)


def _poisson(s: Stream, lam: tf.Tensor) -> tf.Tensor:
    shape, seed = s._only_outside_of_xla("poisson")
    return tf.random.stateless_poisson(shape, seed, tf.broadcast_to(lam, shape), dtype=tf.int64)


def _binomial(s: Stream, n: tf.Tensor, p: tf.Tensor) -> tf.Tensor:
    shape, seed = s._only_outside_of_xla("binomial")
    counts, chances = tf.broadcast_to(cast(n, tf.float64), shape), tf.broadcast_to(p, shape)
    return tf.random.stateless_binomial(shape, seed, counts, chances, output_dtype=tf.int64)


def _beta(s: Stream, a: tf.Tensor, b: tf.Tensor) -> tf.Tensor:
    first, second = s.gamma(a), s.gamma(b)
    return first / (first + second)


def _geometric(s: Stream, p: tf.Tensor) -> tf.Tensor:
    steps = tf.math.ceil(tf.math.log(s.within()) / tf.math.log1p(-p))
    return tf.cast(tf.maximum(tf.where(p >= 1, tf.ones_like(steps), steps), 1), tf.int64)


def _laplace(s: Stream, loc: tf.Tensor, scale: tf.Tensor) -> tf.Tensor:
    return loc + scale * (s.exponential() - s.exponential())


def _triangular(s: Stream, left: tf.Tensor, mode: tf.Tensor, right: tf.Tensor) -> tf.Tensor:
    u, whole = s.uniform(), right - left
    rising = left + tf.sqrt(u * whole * (mode - left))
    return tf.where(u * whole <= mode - left, rising, right - tf.sqrt((1 - u) * whole * (right - mode)))


def _t(s: Stream, df: tf.Tensor) -> tf.Tensor:
    return s.normal() * tf.sqrt(df / 2 / s.gamma(df / 2))


def _f(s: Stream, dfnum: tf.Tensor, dfden: tf.Tensor) -> tf.Tensor:
    return s.gamma(dfnum / 2) * dfden / (s.gamma(dfden / 2) * dfnum)


ROWS: dict[str, Callable[..., tf.Tensor]] = {
    "beta": _beta,
    "binomial": _binomial,
    "chisquare": lambda s, df: 2 * s.gamma(df / 2),
    "exponential": lambda s, scale: scale * s.exponential(),
    "f": _f,
    "gamma": lambda s, shape, scale: scale * s.gamma(shape),
    "geometric": _geometric,
    "gumbel": lambda s, loc, scale: loc - scale * tf.math.log(s.exponential()),
    "laplace": _laplace,
    "logistic": lambda s, loc, scale: loc + scale * -tf.math.log(tf.math.expm1(s.exponential())),
    "lognormal": lambda s, mean, sigma: tf.exp(mean + sigma * s.normal()),
    "normal": lambda s, loc, scale: loc + scale * s.normal(),
    "pareto": lambda s, a: tf.math.expm1(s.exponential() / a),
    "poisson": _poisson,
    "power": lambda s, a: tf.pow(s.within(), 1 / a),
    "random": lambda s: s.uniform(),
    "random_sample": lambda s: s.uniform(),
    "rayleigh": lambda s, scale: scale * tf.sqrt(2 * s.exponential()),
    "standard_cauchy": lambda s: s.normal() / s.normal(),
    "standard_exponential": lambda s: s.exponential(),
    "standard_gamma": lambda s, shape: s.gamma(shape),
    "standard_normal": lambda s: s.normal(),
    "standard_t": _t,
    "triangular": _triangular,
    "uniform": lambda s, low, high: low + (high - low) * s.uniform(),
    "weibull": lambda s, a: tf.pow(s.exponential(), 1 / a),
}
"""`(stream, *parameters)` to values."""

_INTEGERS = ("integers", "randint")
_WITH_SIZES = {"rand": "random_sample", "randn": "standard_normal"}


def seed_of(self: Draws) -> tf.Tensor:
    """A seed for one call: two words of the generator's stream."""
    words = self._bits.random_raw(2)
    return tf.bitcast(tf.convert_to_tensor(words), tf.int64)


def can_draw(self: Draws, name: str, values: dict[str, Any]) -> bool:
    """Whether a call has a row."""
    if name in _INTEGERS:
        bounds = values["low"], values["high"]
        return not any(is_unknown(bound) or numpy.ndim(bound) for bound in bounds)
    return name in _WITH_SIZES or name in ROWS


def draw(self: Draws, name: str, values: dict[str, Any]) -> Any:
    """What a call gives."""
    if name in _WITH_SIZES:
        name, values = _WITH_SIZES[name], {"size": values["args"] or None}
    if name in _INTEGERS:
        return _integers(self, name, values)
    row: Row = self._rows[name]
    examples = {p.name: p.example for p in row.parameters}
    out = values.get("out")
    trial = asked(
        self, name, {**values, "size": None, **({"out": None} if out is not None else {})}, examples
    )
    dtype = numpy.dtype(values.get("dtype") or numpy.float64)
    if out is not None:
        values = {**values, "size": check_out(self, row, values)}
    tensors = [cast(to_tensor(values[p.name]), p.dtype) for p in row.parameters]
    size = Size(values.get("size"), tensors)
    tensors = refused_at_run_time(row, tensors)
    with tf.control_dependencies([] if runs_eagerly() else tensors):
        seed = seed_of(self)
    found = ROWS[name](Stream(seed, size.count, dtypes.to_tf(dtype)), *map(size.flat, tensors))
    if isinstance(out, Array):
        write(out, tf.reshape(found, size.shape))
        return out
    return shaped(found, size, trial)


def _integers(self: Draws, name: str, values: dict[str, Any]) -> Any:
    trial = asked(self, name, {**values, "size": None}, {})
    low, high = (0, values["low"]) if values["high"] is None else (values["low"], values["high"])
    low, high = int(low), int(high)
    size, dtype = Size(values["size"], []), dtypes.to_tf(numpy.asarray(trial).dtype)
    stream = Stream(seed_of(self), size.count, tf.float64)
    found = stream.integers(low, high if values.get("endpoint") else high - 1)
    found = tf.bitcast(found, dtype) if dtype == tf.uint64 else tf.cast(found, dtype)
    return shaped(found, size, trial)
