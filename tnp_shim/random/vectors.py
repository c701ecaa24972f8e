"""Methods that draw vectors: normal, multinomial, Dirichlet, hypergeometric ones. Knows the array."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy
import tensorflow as tf

from tnp_shim.array import wrap
from tnp_shim.conversion import to_tensor
from tnp_shim.kernels.linear_algebra.cholesky import cholesky
from tnp_shim.kernels.random import implicit, mixed, sequential, vectors
from tnp_shim.kernels.shapes import length as length_of
from tnp_shim.promotion import cast
from tnp_shim.random.elementwise import elementwise, refused_at_run_time
from tnp_shim.random.hosted import (
    EXAMPLES,
    Draws,
    asked,
    drawn_on_host,
    is_unknown,
    on_host,
    without_gradient,
)
from tnp_shim.random.moves import words_of
from tnp_shim.random.rows import Parameter, Row
from tnp_shim.random.sizes import Size
from tnp_shim.tensorflow_internals import known_value, runs_eagerly


def _with_lengths(shape: Any, *lengths: Any) -> Any:
    """A shape with more lengths at its end."""
    if isinstance(shape, tuple) and all(isinstance(length, int) for length in lengths):
        return (*shape, *lengths)
    return tf.concat([tf.cast(tf.stack(part), tf.int64) for part in (shape, lengths) if len(part)], 0)


def _asked(self: Draws, name: str, values: dict[str, Any]) -> None:
    asked(self, name, {**values, "size": None}, EXAMPLES)  # for NumPy's refusals and warnings


def multivariate_normal(self: Draws, values: dict[str, Any]) -> Any:
    """Normal numbers, moved by the mean and mixed by a factor of the covariance.

    The covariance must be known while tracing, or the method be "cholesky": singular vectors have signs of
    LAPACK's choice.
    """
    method = values.get("method", "svd")
    if is_unknown(values["cov"]) and method != "cholesky":
        return on_host(self, "multivariate_normal", values)
    mean, covariance = (cast(to_tensor(values[key]), tf.float64) for key in ("mean", "cov"))
    _asked(self, "multivariate_normal", {**values, **_of_one_length(mean, covariance, values)})
    length = length_of(mean, -1)
    shape = _of_size(values["size"], length)
    drawn = elementwise(self, self._rows["standard_normal"], {"size": shape})
    x = tf.reshape(drawn._cell.read(), tf.stack([-1, tf.cast(length, tf.int64)]))
    moved = mean + tf.matmul(x, _factor(covariance, method), transpose_b=True)
    return wrap(tf.reshape(moved, shape))


def _of_one_length(mean: tf.Tensor, covariance: tf.Tensor, values: dict[str, Any]) -> dict[str, Any]:
    """What NumPy is asked with if lengths are unknown: they are taken to be equal."""
    lengths = [n for shape in (mean.shape, covariance.shape) if shape.rank for n in shape]
    known = next((n for n in lengths if n is not None), 1)
    if None not in lengths:
        return {}
    instead = {"mean": numpy.zeros(known), "cov": numpy.eye(known)}
    return {key: value for key, value in instead.items() if is_unknown(values[key])}


def _factor(covariance: tf.Tensor, method: str) -> tf.Tensor:
    """A matrix whose product with its transpose the covariance is."""
    if method == "cholesky":
        return cholesky(covariance)
    known = known_value(covariance)
    if method == "eigh":
        values, left = numpy.linalg.eigh(known)
    else:
        left, values, _ = numpy.linalg.svd(known)
    return without_gradient("multivariate_normal", tf.constant(left * numpy.sqrt(abs(values))), [covariance])


def _negative(x: tf.Tensor) -> tf.Tensor:
    return ~(x >= 0)


def _not_positive(x: tf.Tensor) -> tf.Tensor:
    return ~(x > 0)


def _no_chances(p: tf.Tensor) -> tf.Tensor:
    some_wrong = tf.reduce_any(~((p >= 0) & (p <= 1)), axis=-1)
    return some_wrong | (tf.reduce_sum(p[..., :-1], axis=-1) > 1 + 1e-12)


_DIRICHLET = Row("dirichlet", (Parameter("alpha", fault=_negative, words="alpha < 0"),))
_DIRICHLET_LEGACY = Row("dirichlet", (Parameter("alpha", fault=_not_positive, words="alpha <= 0"),))
_MULTINOMIAL = Row(
    "multinomial",
    (
        Parameter("n", fault=_negative, words="n < 0"),
        Parameter("pvals", fault=_no_chances, words="pvals < 0, pvals > 1 or sum(pvals[:-1]) > 1.0"),
    ),
)
_URN = Row(
    "multivariate_hypergeometric",
    (
        Parameter("colors", fault=_negative, words="colors must contain nonnegative integers"),
        Parameter("nsample", fault=_negative, words="nsample must be nonnegative"),
    ),
    together=((lambda colors, sample: sample > tf.reduce_sum(colors), "nsample > sum(colors)"),),
)


def _in_order(values: tf.Tensor) -> tf.Tensor:
    """The sums along the last axis, added up in order."""
    length = tf.shape(values)[-1]
    start = tf.zeros_like(values[..., 0])
    if isinstance(values.shape[-1], int) and values.shape[-1] <= _UNROLLED:
        return sum((values[..., j] for j in range(values.shape[-1])), start)
    return tf.while_loop(
        lambda j, _: j < length,
        lambda j, total: (j + 1, tf.ensure_shape(total + tf.gather(values, j, axis=-1), start.shape)),
        (tf.constant(0), start),
        maximum_iterations=length,
    )[1]


_UNROLLED = 16


def _of_size(size: Any, *lengths: Any) -> Any:
    return _with_lengths(() if size is None else Size(size, []).shape, *lengths)


def dirichlet(self: Draws, values: dict[str, Any]) -> Any:
    """Gamma numbers over their sum; if all alpha are small, which Generator sees, parts of a stick."""
    _asked(self, "dirichlet", values)
    alpha = cast(to_tensor(values["alpha"]), tf.float64)
    legacy, known = "tomaxint" in self._rows, known_value(alpha)
    shape = _of_size(values["size"], length_of(alpha, -1))
    if legacy or (known is not None and not (known.size and known.max() < _SMALL)):
        (alpha,) = refused_at_run_time(_DIRICHLET_LEGACY if legacy else _DIRICHLET, [alpha])
        given = {"shape": wrap(alpha), "size": shape}
        drawn = elementwise(self, self._rows["standard_gamma"], given)._cell.read()
        return wrap(drawn * (1.0 / _in_order(drawn))[..., None])
    if drawn_on_host():
        drawn = on_host(self, "dirichlet", {**values, "alpha": tf.stop_gradient(alpha)})
        return wrap(implicit.dirichlet(drawn._cell.read(), alpha))
    (alpha,) = refused_at_run_time(_DIRICHLET, [alpha])
    count = Size(values["size"], []).count if values["size"] is not None else 1
    found = _one_by_one(
        self, vectors.dirichlet, count, [_rows(tf.stop_gradient(alpha), (count,))], tf.float64
    )
    return wrap(implicit.dirichlet(tf.reshape(found, shape), alpha))


_SMALL = 0.1
"""If all alpha are below it, Generator breaks a stick in parts."""


def _rows(vectors_: tf.Tensor, shape: Any) -> tf.Tensor:
    """A vector for each of the results, as rows."""
    wide = tf.broadcast_to(vectors_, _with_lengths(shape, length_of(vectors_, -1)))
    return tf.reshape(wide, tf.stack([-1, tf.cast(length_of(vectors_, -1), tf.int64)]))


def _one_by_one(
    self: Draws,
    one: Callable[..., Any],
    count: Any,
    parameters: list[tf.Tensor],
    dtype: tf.DType,
    mixes: bool = False,
) -> tf.Tensor:
    """As many vectors as long as the rows of the last parameter."""
    engine, (words, rest) = self._bits._kind.engine, words_of(self, count, *parameters)
    if not runs_eagerly():
        with tf.control_dependencies(parameters):  # which are checked first
            words = tuple(tf.identity(word) for word in words)
    inner = [length_of(parameters[-1], -1)]
    if mixes:
        found, after = mixed.draw(engine, words, count, one, parameters, dtype, _WORDS, inner)
    else:
        raw = len(words) == 1
        options: dict[str, Any] = {"dtype": dtype, "words": _WORDS, "raw": raw, "inner": inner}
        found, after, _ = sequential.draw(engine, words, count, one, parameters, **options)
    self._write_state([*after, *rest])
    return found


_WORDS = 6.0
"""More words than an element takes on average."""


def multinomial(self: Draws, values: dict[str, Any]) -> Any:
    """How often each of some things was drawn, with replacement."""
    if drawn_on_host():
        return on_host(self, "multinomial", values)
    _asked(self, "multinomial", values)
    n, chances = cast(to_tensor(values["n"]), tf.int64), cast(to_tensor(values["pvals"]), tf.float64)
    n, chances = refused_at_run_time(_MULTINOMIAL, [n, chances])
    size = Size(values["size"], [n, chances[..., 0]])
    each = [size.flat(n), _rows(chances, size.shape)]
    found = _one_by_one(self, vectors.multinomial, size.count, each, tf.int64)
    return wrap(tf.reshape(found, _with_lengths(size.shape, length_of(chances, -1))))


def _of_enough(colors: Any, sample: Any) -> dict[str, Any]:
    """What NumPy is asked with if the colors are unknown: they are taken to be enough."""
    if not is_unknown(colors) or is_unknown(sample):
        return {}
    length = to_tensor(colors).shape[-1] or 1
    return {"colors": numpy.maximum(numpy.arange(length, 0, -1) // length * int(sample), 0)}


def multivariate_hypergeometric(self: Draws, values: dict[str, Any]) -> Any:
    """How often each color was drawn, without replacement."""
    colors, sample, method = values["colors"], values["nsample"], values["method"]
    counts = method == "count"
    if drawn_on_host():
        return on_host(self, "multivariate_hypergeometric", values)
    _asked(self, "multivariate_hypergeometric", {**values, **_of_enough(colors, sample)})
    colors, sample = (cast(to_tensor(value), tf.int64) for value in (colors, sample))
    colors, sample = refused_at_run_time(_URN, [colors, sample])
    size = Size(values["size"], [])
    shape, count = ((), 1) if values["size"] is None else (size.shape, size.count)
    if counts:
        engine, (words, rest) = self._bits._kind.engine, words_of(self, count, colors, sample)
        found, after = vectors.counted(engine, words, count, colors, sample)
        self._write_state([*after, *rest])
    else:
        each = [sample, _rows(colors, (count,))]
        found = _one_by_one(self, vectors.marginals, count, each, tf.int64, mixes=True)
    return wrap(tf.reshape(found, _with_lengths(shape, length_of(colors, -1))))


LEGACY: dict[str, Callable[..., Any]] = {
    "dirichlet": dirichlet,
    "multinomial": multinomial,
    "multivariate_normal": multivariate_normal,
}
GENERATOR = {**LEGACY, "multivariate_hypergeometric": multivariate_hypergeometric}
