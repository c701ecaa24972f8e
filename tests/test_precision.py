"""Hard numerical cases against high precision: the error is at most 4 ulp beyond NumPy's own.

A row tells a function, the points and the reference in arithmetic of many digits (mpmath). All is computed in
float64 (and complex128) and again in float32 from the points as that dtype rounds them, by NumPy and by ours,
eagerly and under XLA. Errors are counted in units of the last place of the exact result, of complex results
in each part; where a sum cancels to almost nothing, in those of its terms. Subnormal numbers, which
TensorFlow's kernels flush to zero, are no points here.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

import mpmath
import numpy
import pytest
import tensorflow as tf

import tnp_shim

BEYOND = 4.0
"""How many units of the last place ours may be off beyond NumPy's own error."""

DIGITS = 400
"""Decimal digits of the reference: 1 + 1e-308 has to keep its tail."""

mp = mpmath.mp.clone()
mp.dps = DIGITS


@dataclass(frozen=True)
class Row:
    """A function, its points and the exact result."""

    name: str
    call: Callable[..., Any]
    """Takes a namespace and an array for each argument."""
    exact: Callable[..., Any]
    """Takes numbers of mpmath and gives one."""
    points: tuple[Any, ...]
    """For each argument its values."""
    dtypes: tuple[str, ...] = ("float64", "float32")
    term: Callable[..., Any] | None = None
    """Of a sum that cancels, whose last digits are noise in NumPy too: the term that counts for the unit."""


def drawn(low: float, high: float, count: int = 40, seed: int = 0) -> list[float]:
    """Numbers whose magnitudes are spread evenly over decades, of both signs."""
    generator = numpy.random.default_rng(seed)
    exponents = generator.uniform(numpy.log10(low), numpy.log10(high), count)
    return list(10**exponents * generator.choice([-1.0, 1.0], count))


def positive(values: Iterable[float]) -> list[float]:
    return [abs(x) for x in values]


def pairs(*values: Iterable[Any]) -> tuple[list[Any], ...]:
    """Every combination of the values of each argument."""
    return tuple(map(list, zip(*itertools.product(*values), strict=True)))


def grid(reals: Iterable[float], imaginaries: Iterable[float]) -> list[complex]:
    return [complex(x, y) for x, y in itertools.product(reals, imaginaries)]


def both_signs(*values: float) -> list[float]:
    return [s * x for x in values for s in (1.0, -1.0)]


def symmetric(function: Callable[[Any], Any]) -> Callable[[complex], Any]:
    """A complex function that is real on the reals; the sign of a zero tells the side of a cut."""

    def exact(z: complex) -> Any:
        below = numpy.signbit(z.imag)
        result = mp.mpc(function(mp.mpc(z.real, abs(z.imag))))
        return result.conjugate() if below else result

    return exact


def variance(values: list[Any]) -> Any:
    mean = mp.fsum(values) / len(values)
    return mp.fsum((x - mean) ** 2 for x in values) / len(values)


def length(values: list[Any]) -> Any:
    return mp.sqrt(mp.fsum(abs(x) ** 2 for x in values))


def arrays_about(mean: float, spread: float, count: int = 8, size: int = 50) -> list[tuple[float, ...]]:
    generator = numpy.random.default_rng(1)
    return [tuple(mean + spread * generator.standard_normal(size)) for _ in range(count)]


TINY = drawn(1e-37, 1e-3)
SMALLEST = drawn(1e-300, 1e-40)
MIDDLE = drawn(1e-3, 30)
NEAR_ONE = [1 - 2.0**-k for k in range(1, 24)] + [1 + 2.0**-k for k in range(1, 23)]
# where polynomials for logarithms end
ABOUT_A_THIRD = both_signs(*numpy.linspace(0.25, 0.5, 26))
NEAR_CUT = (0.0, 1e-300, 1e-160, 1e-30, 1e-10, 1e-3)
LARGE = drawn(1e3, 1e37)
LARGEST = drawn(1e150, 1e308)
UNIT_CIRCLE = [complex(numpy.cos(t), numpy.sin(t)) for t in numpy.linspace(-3.1, 3.1, 41)]
WHOLE = [float(k) for k in range(-40, 41)]

real_rows = [
    Row(
        "logaddexp",
        lambda np, x, y: np.logaddexp(x, y),
        lambda x, y: mp.log(mp.exp(x) + mp.exp(y)),
        pairs(
            [-700.0, -80.0, -40.0, -3.0, -0.7, -1e-3, 0.0, 1e-9, 0.5, 2.0, 80.0, 700.0], drawn(1e-3, 90, 12)
        ),
    ),
    Row(
        "logaddexp of nearly one",
        lambda np, x, y: np.logaddexp(x, y),
        lambda x, y: mp.log(mp.exp(x) + mp.exp(y)),
        (
            x := [-1e-3, -0.01, -0.1, -0.3, -0.69, -1.0, -2.0, -5.0],
            [float(numpy.log(-numpy.expm1(v))) for v in x],
        ),
        ("float64",),
        max,
    ),
    Row(
        "logaddexp2",
        lambda np, x, y: np.logaddexp2(x, y),
        lambda x, y: mp.log(mp.mpf(2) ** x + mp.mpf(2) ** y) / mp.log(2),
        pairs([-100.0, -40.0, -1.0, -1e-3, 0.0, 0.5, 2.0, 100.0], [*drawn(1e-3, 90, 12), -1.0, 2.0]),
    ),
    Row(
        "log1p",
        lambda np, x: np.log1p(x),
        lambda x: mp.log(1 + x),
        (TINY + positive(MIDDLE) + positive(LARGE) + [-v for v in NEAR_ONE if v < 1] + ABOUT_A_THIRD,),
    ),
    Row("expm1", lambda np, x: np.expm1(x), lambda x: mp.exp(x) - 1, (TINY + MIDDLE + [60.0, -60.0, 88.0],)),
    Row(
        "sinc",
        lambda np, x: np.sinc(x),
        lambda x: mp.sin(mp.pi * x) / (mp.pi * x) if x else mp.mpf(1),
        (TINY + MIDDLE + [k + d for k in (1.0, 2.0, 7.0, 100.0) for d in (1e-3, -1e-5, 2.0**-15)] + [0.0],),
    ),
    Row(
        "cbrt",
        lambda np, x: np.cbrt(x),
        lambda x: mp.sign(x) * mp.cbrt(abs(x)),
        (TINY + MIDDLE + LARGE + WHOLE,),
    ),
    Row(
        "i0",
        lambda np, x: np.i0(x),
        lambda x: mp.besseli(0, x),
        (TINY + MIDDLE + [7.99, 8.0, 8.01, 50.0, 88.0],),
    ),
    Row(
        "arctanh",
        lambda np, x: np.arctanh(x),
        lambda x: mp.log((1 + x) / (1 - x)) / 2,
        (
            TINY
            + both_signs(*(v for v in NEAR_ONE if v < 1))
            + [x for x in MIDDLE if abs(x) < 1]
            + ABOUT_A_THIRD,
        ),
    ),
    Row(
        "hypot",
        lambda np, x, y: np.hypot(x, y),
        mp.hypot,
        pairs([1e-37, 1e-30, 1e-19, 1.0, 3.0, 1e19, 1e30, 1e38], drawn(1e-37, 1e38, 12)),
    ),
    Row("var", lambda np, x: np.var(x, axis=-1), variance, (arrays_about(0.0, 1.0),)),
    Row("var about a large mean", lambda np, x: np.var(x, axis=-1), variance, (arrays_about(1e4, 1.0),)),
    Row("var of small numbers", lambda np, x: np.var(x, axis=-1), variance, (arrays_about(1e-12, 1e-15),)),
    Row("norm", lambda np, x: np.linalg.norm(x, axis=-1), length, (arrays_about(0.0, 1.0),)),
    Row("norm, overflow", lambda np, x: np.linalg.norm(x, axis=-1), length, (arrays_about(0.0, 5e17),)),
    Row(
        "norm of small numbers",
        lambda np, x: np.linalg.norm(x, axis=-1),
        length,
        (arrays_about(1e-15, 1e-16),),
    ),
    Row(
        "norm of vectors", lambda np, x: np.linalg.vector_norm(x, axis=-1), length, (arrays_about(1e4, 1.0),)
    ),
]

DOUBLE = ("float64",)

double_rows = [
    Row("log1p, smallest", lambda np, x: np.log1p(x), lambda x: mp.log(1 + x), (SMALLEST,), DOUBLE),
    Row(
        "expm1, smallest",
        lambda np, x: np.expm1(x),
        lambda x: mp.exp(x) - 1,
        (SMALLEST + [700.0, 709.7],),
        DOUBLE,
    ),
    Row(
        "arctanh, smallest",
        lambda np, x: np.arctanh(x),
        lambda x: mp.log((1 + x) / (1 - x)) / 2,
        (SMALLEST + both_signs(*(1 - 2.0**-k for k in range(24, 54))),),
        DOUBLE,
    ),
    Row(
        "cbrt, extreme",
        lambda np, x: np.cbrt(x),
        lambda x: mp.sign(x) * mp.cbrt(abs(x)),
        (SMALLEST + LARGEST,),
        DOUBLE,
    ),
    Row(
        "i0, large",
        lambda np, x: np.i0(x),
        lambda x: mp.besseli(0, x),
        ([100.0, 300.0, -500.0, 700.0],),
        DOUBLE,
    ),
    Row(
        "hypot, extreme",
        lambda np, x, y: np.hypot(x, y),
        mp.hypot,
        pairs([1e-300, 1e-160, 1.0, 1e155, 1e300, 1.2e308], drawn(1e-300, 1.2e308, 12)),
        DOUBLE,
    ),
    Row(
        "norm near overflow",
        lambda np, x: np.linalg.norm(x, axis=-1),
        length,
        (arrays_about(0.0, 2e152),),
        DOUBLE,
    ),
    Row(
        "norm of smallest numbers",
        lambda np, x: np.linalg.norm(x, axis=-1),
        length,
        (arrays_about(1e-150, 1e-151),),
        DOUBLE,
    ),
    Row("var, a mean of 1e8", lambda np, x: np.var(x, axis=-1), variance, (arrays_about(1e8, 1.0),), DOUBLE),
]

NEAR_THE_CUT = grid([-1e30, -7.0, -1.0, -1e-3, -1e-30], both_signs(*NEAR_CUT))
ANYWHERE = grid(drawn(1e-30, 1e30, 8), drawn(1e-30, 1e30, 8, 1))
COMPLEX = ("complex128", "complex64")

complex_rows = [
    Row("sqrt, complex", lambda np, z: np.sqrt(z), symmetric(mp.sqrt), (NEAR_THE_CUT + ANYWHERE,), COMPLEX),
    Row("log, complex", lambda np, z: np.log(z), symmetric(mp.log), (NEAR_THE_CUT + ANYWHERE,), COMPLEX),
    Row(
        "log about the circle",
        lambda np, z: np.log(z),
        symmetric(mp.log),
        (UNIT_CIRCLE + [1.05 * z for z in UNIT_CIRCLE] + [0.7460060320856193 + 0.1759213441131814j],),
        COMPLEX,
    ),
    Row(
        "log1p about the circle",
        lambda np, z: np.log1p(z),
        symmetric(lambda z: mp.log(1 + z)),
        ([z - 1 for z in UNIT_CIRCLE],),
        COMPLEX,
    ),
    Row(
        "log1p, complex",
        lambda np, z: np.log1p(z),
        symmetric(lambda z: mp.log(1 + z)),
        (grid(both_signs(1e-20, 1e-9, 1e-3, 0.3, 5.0), both_signs(1e-25, 1e-8, 0.1, 2.0)),),
        COMPLEX,
    ),
    Row(
        "expm1, complex",
        lambda np, z: np.expm1(z),
        symmetric(lambda z: mp.exp(z) - 1),
        (grid(both_signs(1e-20, 1e-9, 1e-3, 0.3, 5.0), both_signs(1e-25, 1e-8, 0.1, 2.0)),),
        COMPLEX,
    ),
    Row(
        "expm1, cancelling",
        lambda np, z: np.expm1(z),
        symmetric(lambda z: mp.exp(z) - 1),
        (
            [
                complex(-float(numpy.log(numpy.cos(y))) * (1 + share), y)
                for y in both_signs(1e-5, 1e-3, 0.006, 0.05, 0.137, 0.3, 0.7, 1.0, 1.3, 5.2, 7.0)
                for share in both_signs(1e-3, 0.02, 0.1, 0.4)
            ],
        ),
        ("complex128",),
    ),
    Row(
        "absolute, complex",
        lambda np, z: np.absolute(z),
        lambda z: mp.hypot(z.real, z.imag),
        (NEAR_THE_CUT + ANYWHERE,),
        COMPLEX,
    ),
    Row(
        "sqrt, extreme",
        lambda np, z: np.sqrt(z),
        symmetric(mp.sqrt),
        (
            grid(
                both_signs(1e-300, 1e-160, 1.0, 1e160, 1.2e308),
                both_signs(1e-300, 1e-160, 1.0, 1e160, 1.2e308),
            ),
        ),
        COMPLEX[:1],
    ),
    Row(
        "log, extreme",
        lambda np, z: np.log(z),
        symmetric(mp.log),
        (
            grid(
                both_signs(1e-300, 1e-160, 1.0, 1e160, 1.2e308),
                both_signs(1e-300, 1e-160, 1.0, 1e160, 1.2e308),
            ),
        ),
        COMPLEX[:1],
    ),
]

ROWS = [*real_rows, *double_rows, *complex_rows]


def number(value: Any) -> Any:
    """A number of mpmath from an element, a list of them from a row; complex ones stay as they are."""
    if isinstance(value, numpy.ndarray):
        return [number(x) for x in value]
    return complex(value) if numpy.iscomplexobj(value) else mp.mpf(float(value))


def ulps(exact: Any, result: Any, dtype: numpy.dtype[Any], term: Any = 0) -> float:
    """The distance of one part of a result from the exact value; what is subnormal may be zero."""
    limits = numpy.finfo(dtype)
    value = float(result)
    if numpy.isnan(value):
        return numpy.inf
    if abs(exact) > mp.mpf(float(limits.max)):
        return 0.0 if numpy.isinf(value) and (value > 0) == (exact > 0) else numpy.inf
    if numpy.isinf(value):
        return numpy.inf
    largest = max(abs(exact), abs(term))
    if largest < mp.mpf(float(limits.tiny)):
        return 0.0 if abs(value) <= float(limits.tiny) else numpy.inf
    unit = mp.ldexp(1, int(mp.floor(mp.log(largest, 2))) - limits.nmant)
    return float(abs(mp.mpf(value) - exact) / unit)


def errors(exact: list[Any], results: Any, terms: list[Any]) -> numpy.ndarray:
    """The errors of results, one column for each part."""
    results = numpy.asarray(results)
    dtype = results.real.dtype
    if results.dtype.kind != "c":
        return numpy.array([[ulps(e, r, dtype, t)] for e, r, t in zip(exact, results, terms, strict=True)])
    parts = [
        (ulps(mp.re(e), r.real, dtype), ulps(mp.im(e), r.imag, dtype))
        for e, r in zip(exact, results, strict=True)
    ]
    return numpy.array(parts)


def judged(row: Row, dtype: str) -> dict[str, tuple[float, Any]]:
    """For each mode by how much ours is off beyond NumPy's error, at most, and where."""
    points = [numpy.array(values, dtype) for values in row.points]
    numbers = [tuple(map(number, point)) for point in zip(*points, strict=True)]
    exact = [row.exact(*given) for given in numbers]
    terms = [row.term(*map(abs, given)) if row.term else 0 for given in numbers]
    with numpy.errstate(all="ignore"):
        numpys = errors(exact, row.call(numpy, *points), terms)

    @tf.function(jit_compile=True, autograph=False)
    def compiled(*tensors):
        return tf.convert_to_tensor(row.call(tnp_shim, *map(tnp_shim.asarray, tensors)))

    found = {}
    for mode, results in (
        ("eager", numpy.asarray(row.call(tnp_shim, *map(tnp_shim.asarray, points)))),
        ("XLA", compiled(*map(tf.constant, points)).numpy()),
    ):
        mine = errors(exact, results, terms)
        beyond = numpy.where(numpy.isinf(numpys), 0.0, mine - numpys)
        worst = numpy.unravel_index(numpy.argmax(beyond), beyond.shape)
        point = tuple(p[worst[0]] for p in points)
        found[mode] = (beyond[worst], (point, mine[worst], numpys[worst]))
    return found


@pytest.mark.parametrize(
    ("row", "dtype"), [pytest.param(r, d, id=f"{r.name} {d}") for r in ROWS for d in r.dtypes]
)
def test_errors_are_numpys(row: Row, dtype: str) -> None:
    for mode, (beyond, (point, mine, numpys)) in judged(row, dtype).items():
        assert beyond <= BEYOND, (
            f"{row.name}, {mode}, {dtype}: off by {mine:.1f} ulp at {point}, NumPy by {numpys:.1f}"
        )
