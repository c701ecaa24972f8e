"""The distributions as data: their parameters, what is drawn from tensors, gradients. Knows tensors only.

A row without a native draw is drawn by NumPy on the host, from the same state.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy
import tensorflow as tf

from tnp_shim.kernels.differentiation import custom_gradient
from tnp_shim.kernels.random import (
    counts,
    directions,
    exponential,
    gamma,
    hypergeometric,
    implicit,
    legacy,
    mixed,
    scalars,
    sequential,
    transforms,
    ziggurat,
)
from tnp_shim.kernels.random.engine import Engine, Size, State, rounded

Draw = Callable[..., Any]


@dataclass(frozen=True)
class Parameter:
    """A parameter whose elements go with the elements of the result."""

    name: str
    example: Any = 1.0
    """A value that NumPy takes, for one that is unknown while tracing."""
    fault: Callable[[tf.Tensor], tf.Tensor] | None = None
    """Which values NumPy refuses."""
    words: str = ""
    """What NumPy then says."""
    dtype: tf.DType = tf.float64


@dataclass(frozen=True)
class Row:
    """A method that draws one number for each element of the broadcast parameters."""

    name: str
    parameters: tuple[Parameter, ...] = ()
    draw: Draw | None = None
    """`(engine, state, n, *given)` to `(values, state)`."""
    single: Draw | None = None
    """The same for `dtype=float32`."""
    inverse: Draw | None = None
    single_inverse: Draw | None = None
    """The same for `method="inv"`."""
    finish: Callable[..., tf.Tensor] | None = None
    """`(zero, standard values, *parameters)` to values: how parameters enter by differentiable operations."""
    given: tuple[str, ...] = ()
    """The parameters that the draw itself is given."""
    keeps_spare: bool = False
    """Whether the draw takes and gives the normal number that RandomState keeps, after the state."""
    needs_positive: str = ""
    """The parameter of which a zero is drawn on the host."""
    together: tuple[tuple[Callable[..., tf.Tensor], str], ...] = ()
    """Which values NumPy refuses beside each other, and its words."""
    standard: str = ""
    """The method that draws the standard values, without parameters; where `finish` is."""

    def chosen(self, dtype: numpy.dtype[Any], method: str) -> Draw | None:
        """The draw for a dtype and a method."""
        draws = {
            ("float64", "zig"): self.draw,
            ("float32", "zig"): self.single,
            ("float64", "inv"): self.inverse,
            ("float32", "inv"): self.single_inverse,
        }
        return draws.get((dtype.name, method))


def _negative(x: tf.Tensor) -> tf.Tensor:
    return ~(x >= 0)


def _not_positive(x: tf.Tensor) -> tf.Tensor:
    return ~(x > 0)


def _no_probability(x: tf.Tensor) -> tf.Tensor:
    return ~((x >= 0) & (x <= 1))


def _no_positive_probability(x: tf.Tensor) -> tf.Tensor:
    return ~((x > 0) & (x <= 1))


def _free(name: str, example: Any = 0.0) -> Parameter:
    return Parameter(name, example)


def _at_least_0(name: str, dtype: tf.DType = tf.float64) -> Parameter:
    return Parameter(name, 1, _negative, f"{name} < 0", dtype)


def _above_0(name: str) -> Parameter:
    return Parameter(name, 1.0, _not_positive, f"{name} <= 0")


def _probability(name: str) -> Parameter:
    return Parameter(name, 0.5, _no_probability, f"{name} < 0, {name} > 1 or {name} contains NaNs")


def _above_1(name: str) -> Parameter:
    return Parameter(name, 2.0, lambda x: ~(x > 1), f"{name} <= 1 or {name} is NaN")


LOC, SCALE = _free("loc"), _at_least_0("scale")


def doubles(engine: Engine, state: State, n: Size) -> tuple[tf.Tensor, State]:
    """Numbers in [0, 1)."""
    values, after = engine.doubles(state, n)
    return values, after(n)


def floats(engine: Engine, state: State, n: Size) -> tuple[tf.Tensor, State]:
    """Numbers of single precision in [0, 1)."""
    values, after = engine.floats(state, n)
    return values, after(n)


def positives(engine: Engine, state: State, n: Size) -> tuple[tf.Tensor, State]:
    """Whole numbers that are not negative, int64."""
    values, after = engine.uint64s(state, n)
    shifted = tf.bitwise.right_shift(tf.bitcast(values, tf.int64), tf.constant(1, tf.int64))
    return shifted & tf.int64.max, after(n)


def between(zero: tf.Tensor, x: tf.Tensor, low: tf.Tensor, high: tf.Tensor) -> tf.Tensor:
    """low + (high - low) * x."""
    return low + rounded(zero, (high - low) * x)


def moved(zero: tf.Tensor, x: tf.Tensor, loc: tf.Tensor, scale: tf.Tensor) -> tf.Tensor:
    """loc + scale * x."""
    return loc + rounded(zero, scale * x)


def scaled(zero: tf.Tensor, x: tf.Tensor, scale: tf.Tensor) -> tf.Tensor:
    """scale * x."""
    return scale * x


def with_gradient(exact: Callable[..., tf.Tensor], smooth: Callable[..., tf.Tensor]) -> Any:
    """A finish to NumPy's last bits, with the gradient of the same function of ordinary operations."""

    def finish(zero: tf.Tensor, *given: tf.Tensor) -> tf.Tensor:
        @custom_gradient
        def node(*given: tf.Tensor) -> Any:
            def gradient(upstream: tf.Tensor) -> Any:
                apart = [tf.identity(x) for x in given]  # one tensor may be given twice
                with tf.GradientTape() as tape:
                    tape.watch(apart)
                    value = smooth(*apart)
                return tape.gradient(value, apart, upstream)

            return exact(*given), gradient

        return node(*given)

    return finish


def exponential_of_moved(zero: tf.Tensor, x: tf.Tensor, mean: tf.Tensor, sigma: tf.Tensor) -> tf.Tensor:
    """exp(mean + sigma * x)."""
    return _EXPONENTIAL(zero, moved(zero, x, mean, sigma))


_EXPONENTIAL = with_gradient(exponential.exp, tf.exp)
_PARETO = with_gradient(transforms.pareto, lambda x, a: tf.math.expm1(x / a))
_PARETO_LEGACY = with_gradient(transforms.pareto_legacy, lambda x, a: tf.math.expm1(x / a))
_POWER = with_gradient(transforms.power, lambda x, a: tf.pow(-tf.math.expm1(-x), 1 / a))
_POWER_LEGACY = with_gradient(transforms.power_legacy, lambda x, a: tf.pow(-tf.math.expm1(-x), 1 / a))
_WEIBULL = with_gradient(transforms.weibull, lambda x, a: tf.pow(x, 1 / a))


def _triangular(u: tf.Tensor, left: tf.Tensor, mode: tf.Tensor, right: tf.Tensor) -> tf.Tensor:
    whole, rising = right - left, mode - left
    lower, one = u * whole <= rising, tf.ones_like(u)
    below = left + tf.sqrt(tf.where(lower, u * whole * rising, one))
    return tf.where(lower, below, right - tf.sqrt(tf.where(lower, one, (1 - u) * whole * (right - mode))))


_TRIANGULAR = with_gradient(transforms.triangular, _triangular)


def of_gamma(zero: tf.Tensor, x: tf.Tensor, shape: tf.Tensor) -> tf.Tensor:
    """x, of a gamma distribution of that shape, with its gradient: at a fixed level of the distribution."""

    @custom_gradient
    def node(x: tf.Tensor, shape: tf.Tensor) -> Any:
        def gradient(upstream: tf.Tensor) -> Any:
            alpha = tf.broadcast_to(tf.cast(shape, x.dtype), tf.shape(x))
            slopes = tf.raw_ops.RandomGammaGrad(alpha=alpha, sample=x)
            by_shape = tf.cast(upstream * slopes, shape.dtype)
            # x came out of loops that know the shape, too: nothing flows into them
            return None, by_shape if shape.shape.rank else tf.reduce_sum(by_shape)

        return tf.identity(x), gradient

    return node(x, shape)


def scaled_gamma(zero: tf.Tensor, x: tf.Tensor, shape: tf.Tensor, scale: tf.Tensor) -> tf.Tensor:
    """scale * x, of a gamma distribution of that shape."""
    return scale * of_gamma(zero, x, shape)


_UNIFORM = Row(
    "uniform",
    (_free("low"), _free("high", 1.0)),
    doubles,
    finish=between,
    together=((lambda low, high: ~tf.math.is_finite(high - low), "Range exceeds valid bounds"),),
    standard="random",
)

_COMMON = (
    Row("beta", (_above_0("a"), _above_0("b")), finish=implicit.beta, given=("a", "b"), standard="beta"),
    Row("binomial", (_at_least_0("n", tf.int64), _probability("p"))),
    Row("chisquare", (_above_0("df"),)),
    Row("exponential", (SCALE,), finish=scaled, standard="standard_exponential"),
    Row("f", (_above_0("dfnum"), _above_0("dfden"))),
    Row(
        "gamma",
        (_at_least_0("shape"), SCALE),
        finish=scaled_gamma,
        given=("shape",),
        standard="standard_gamma",
    ),
    Row("geometric", (Parameter("p", 0.5, _no_positive_probability, "p <= 0, p > 1 or p contains NaNs"),)),
    Row("gumbel", (LOC, SCALE), transforms.gumbel, finish=moved, standard="gumbel"),
    Row(
        "hypergeometric",
        (_at_least_0("ngood", tf.int64), _at_least_0("nbad", tf.int64), _at_least_0("nsample", tf.int64)),
        together=((lambda good, bad, sample: good + bad < sample, "ngood + nbad < nsample"),),
    ),
    Row("laplace", (LOC, SCALE), transforms.laplace, finish=moved, standard="laplace"),
    Row("logistic", (LOC, SCALE), transforms.logistic, finish=moved, standard="logistic"),
    Row(
        "lognormal",
        (_free("mean"), _at_least_0("sigma")),
        finish=exponential_of_moved,
        standard="standard_normal",
    ),
    Row("logseries", (Parameter("p", 0.5, lambda p: ~((p >= 0) & (p < 1)), "p < 0, p >= 1 or p is NaN"),)),
    Row("negative_binomial", (Parameter("n", 1.0, _not_positive, "n <= 0"), _probability("p"))),
    Row("noncentral_chisquare", (_above_0("df"), _at_least_0("nonc"))),
    Row("noncentral_f", (_above_0("dfnum"), _above_0("dfden"), _at_least_0("nonc"))),
    Row("normal", (LOC, SCALE), finish=moved, standard="standard_normal"),
    Row("pareto", (_above_0("a"),), standard="standard_exponential"),
    Row("poisson", (Parameter("lam", 1.0, _negative, "lam < 0 or lam contains NaNs"),)),
    Row("power", (_above_0("a"),), standard="standard_exponential"),
    Row("rayleigh", (SCALE,), finish=scaled, standard="rayleigh"),
    Row("standard_cauchy"),
    Row("standard_exponential"),
    Row(
        "standard_gamma",
        (_at_least_0("shape"),),
        finish=of_gamma,
        given=("shape",),
        standard="standard_gamma",
    ),
    Row("standard_normal"),
    Row("standard_t", (_above_0("df"),)),
    Row(
        "triangular",
        (_free("left"), _free("mode", 0.5), _free("right", 1.0)),
        doubles,
        finish=_TRIANGULAR,
        together=(
            (lambda left, mode, _: left > mode, "left > mode"),
            (lambda _, mode, right: mode > right, "mode > right"),
            (lambda left, _, right: left == right, "left == right"),
        ),
        standard="random",
    ),
    _UNIFORM,
    Row("vonmises", (_free("mu"), _at_least_0("kappa"))),
    Row("wald", (_above_0("mean"), _above_0("scale"))),
    Row(
        "weibull",
        # of a = 0 NumPy draws nothing: known, it is drawn on the host
        (Parameter("a", 1.0, _not_positive, "a <= 0"),),
        finish=_WEIBULL,
        standard="standard_exponential",
        needs_positive="a",
    ),
    Row("zipf", (_above_1("a"),)),
)


@dataclass(frozen=True)
class _Sequential:
    """What is drawn one value after the other, in a loop that is compiled."""

    one: Callable[[Any, bool], Any]
    """From the kind of normal numbers and exponentials, and whether it is for RandomState, to the step."""
    given: tuple[str, ...]
    words: float = 2.0
    """How many words a value takes on average; of fewer there are more blocks."""
    dtype: tf.DType = tf.float64

    def draws(self, of_pairs: bool) -> dict[str, Any]:
        """What a row has of it."""
        one = self.one(scalars.LEGACY if of_pairs else scalars.GENERATOR, of_pairs)

        def draw(engine: Engine, state: State, n: Size, *parameters: tf.Tensor) -> tuple[tf.Tensor, State]:
            return sequential.draw(engine, state, n, one, parameters, self.dtype, self.words)[:2]

        def draw_with_spare(
            engine: Engine, state: State, spare: tf.Tensor, n: Size, *parameters: tf.Tensor
        ) -> Any:
            options = {"dtype": self.dtype, "words": self.words, "spare": spare, "raw": False}
            return sequential.draw(engine, state, n, one, parameters, **options)

        return {"draw": draw_with_spare if of_pairs else draw, "given": self.given, "keeps_spare": of_pairs}


_SEQUENTIAL = {
    "beta": _Sequential(gamma.beta, ("a", "b"), 4.0),
    "binomial": _Sequential(lambda _, of_pairs: counts.binomial(of_pairs), ("n", "p"), dtype=tf.int64),
    "chisquare": _Sequential(lambda kind, _: gamma.chisquare(kind), ("df",), 3.0),
    "f": _Sequential(lambda kind, _: gamma.f(kind), ("dfnum", "dfden"), 4.0),
    "gamma": _Sequential(lambda kind, _: gamma.standard_gamma(kind), ("shape",), 3.0),
    "geometric": _Sequential(counts.geometric, ("p",), dtype=tf.int64),
    "logseries": _Sequential(lambda _, of_pairs: counts.logseries(of_pairs), ("p",), dtype=tf.int64),
    "negative_binomial": _Sequential(
        lambda kind, _: counts.negative_binomial(kind), ("n", "p"), 6.0, tf.int64
    ),
    "noncentral_chisquare": _Sequential(
        lambda kind, _: counts.noncentral_chisquare(kind), ("df", "nonc"), 4.0
    ),
    "noncentral_f": _Sequential(lambda kind, _: counts.noncentral_f(kind), ("dfnum", "dfden", "nonc"), 6.0),
    "poisson": _Sequential(lambda *_: counts.poisson, ("lam",), 4.0, tf.int64),
    "standard_gamma": _Sequential(lambda kind, _: gamma.standard_gamma(kind), ("shape",), 3.0),
    "standard_t": _Sequential(lambda kind, _: gamma.standard_t(kind), ("df",), 4.0),
    "vonmises": _Sequential(directions.vonmises, ("mu", "kappa"), 4.0),
    "wald": _Sequential(gamma.wald, ("mean", "scale")),
    "zipf": _Sequential(lambda _, of_pairs: counts.zipf(of_pairs), ("a",), 3.0, tf.int64),
}


def _of_halves(engine: Engine, state: State, n: Size, *parameters: tf.Tensor) -> tuple[tf.Tensor, State]:
    return mixed.draw(engine, state, n, hypergeometric.one, parameters, tf.int64, 5.0)


_GAMMA_SINGLE = _Sequential(
    lambda *_: gamma.standard_gamma_single(scalars.SINGLE), ("shape",), 3.0, tf.float32
)

_URN = ("ngood", "nbad", "nsample")


def _sequential(of_pairs: bool) -> dict[str, dict[str, Any]]:
    return {name: how.draws(of_pairs) for name, how in _SEQUENTIAL.items()}


_OF_ZIGGURATS: dict[str, dict[str, Any]] = {
    "exponential": {"draw": ziggurat.standard_exponential},
    "lognormal": {"draw": ziggurat.standard_normal},
    "normal": {"draw": ziggurat.standard_normal},
    "standard_exponential": {
        "draw": ziggurat.standard_exponential,
        "single": ziggurat.standard_exponential_single,
        "inverse": legacy.standard_exponential,
        "single_inverse": legacy.standard_exponential_single,
    },
    "pareto": {"draw": ziggurat.standard_exponential, "finish": _PARETO},
    "power": {"draw": ziggurat.standard_exponential, "finish": _POWER},
    "rayleigh": {"draw": transforms.rayleigh},
    "standard_cauchy": {"draw": transforms.standard_cauchy},
    "weibull": {"draw": ziggurat.standard_exponential},
    "standard_normal": {"draw": ziggurat.standard_normal, "single": ziggurat.standard_normal_single},
    **_sequential(of_pairs=False),
    "hypergeometric": {"draw": _of_halves, "given": _URN},
}
_OF_ZIGGURATS["standard_gamma"]["single"] = _GAMMA_SINGLE.draws(of_pairs=False)["draw"]
_OF_PAIRS: dict[str, dict[str, Any]] = {
    "exponential": {"draw": legacy.standard_exponential},
    "lognormal": {"draw": legacy.gauss, "keeps_spare": True},
    "normal": {"draw": legacy.gauss, "keeps_spare": True},
    "pareto": {"draw": legacy.standard_exponential, "finish": _PARETO_LEGACY},
    "power": {"draw": legacy.standard_exponential, "finish": _POWER_LEGACY},
    "rayleigh": {"draw": transforms.rayleigh_legacy},
    "standard_cauchy": {"draw": transforms.standard_cauchy_legacy, "keeps_spare": True},
    "standard_exponential": {"draw": legacy.standard_exponential},
    "weibull": {"draw": legacy.standard_exponential},
    "standard_normal": {"draw": legacy.gauss, "keeps_spare": True},
    **_sequential(of_pairs=True),
    "hypergeometric": _Sequential(lambda *_: hypergeometric.one_legacy, _URN, 6.0, tf.int64).draws(True),
}


def _rows(*more: Row, draws: dict[str, dict[str, Any]]) -> dict[str, Row]:
    rows = {row.name: row for row in (*_COMMON, *more)}
    return rows | {name: replace(rows[name], **content) for name, content in draws.items()}


GENERATOR = _rows(Row("random", draw=doubles, single=floats), draws=_OF_ZIGGURATS)
"""The methods of Generator."""

LEGACY = _rows(
    Row("random_sample", draw=doubles),
    Row("random", draw=doubles),
    Row("tomaxint", draw=positives),
    draws=_OF_PAIRS,
)
"""The methods of RandomState."""
