"""What the tests of elementwise bodies share: loops, hard values, comparison in units in the last place."""

from __future__ import annotations

import dataclasses
import functools

import ml_dtypes
import numpy

from tnp_shim.dtypes import BFLOAT16
from tnp_shim.ufuncs_table import ROWS

ROW_OF = {row.numpy.__name__: row for row in ROWS if row.body is not None}
DTYPE_OF = {character: numpy.dtype(character) for character in "?bhilBHILefdFD"} | {"E": BFLOAT16}


def loops_of(ufunc: numpy.ufunc) -> list[str]:
    """The input dtypes of each loop that a tensor can have, as characters; bfloat16 is "E"."""
    inputs = [types.split("->")[0].replace("q", "l").replace("Q", "L") for types in ufunc.types]
    loops = [*dict.fromkeys(loop for loop in inputs if not set(loop) & set("gGOMm"))]
    try:
        if ufunc.resolve_dtypes((BFLOAT16,) * ufunc.nin + (None,) * ufunc.nout)[0] == BFLOAT16:
            loops.append("E" * ufunc.nin)
    except TypeError:
        pass
    return loops


CASES = [(name, loop) for name, row in ROW_OF.items() for loop in loops_of(row.numpy)]


@dataclasses.dataclass(frozen=True)
class Tolerance:
    """How far from NumPy the result of a ufunc may be, in units in the last place."""

    single: float = 1
    double: float = 1
    half: float = 1
    relative_to: str = "result"
    """Of what the unit is taken: "result", or "operands" where the result is a small difference."""


# TensorFlow's kernels (Eigen's) are less exact than NumPy's for these.
TOLERANCES = {
    "absolute": Tolerance(2, 2),
    "arccos": Tolerance(4, 1),
    "arcsin": Tolerance(4, 1),
    "arctan": Tolerance(3, 4),
    "arctan2": Tolerance(4, 4),
    "cbrt": Tolerance(2, 2),
    "cos": Tolerance(2, 1),
    "cosh": Tolerance(2, 2),
    "degrees": Tolerance(1, 1),
    "divide": Tolerance(2, 2),
    "exp": Tolerance(2, 1),
    "exp2": Tolerance(2, 3),
    "expm1": Tolerance(4, 4),
    "float_power": Tolerance(4, 512),
    "hypot": Tolerance(2, 2),
    "log": Tolerance(3, 3),
    "log10": Tolerance(3, 3),
    "log1p": Tolerance(4, 4, relative_to="operands"),
    "log2": Tolerance(3, 3),
    "logaddexp": Tolerance(3, 3, relative_to="operands"),
    "logaddexp2": Tolerance(3, 3, relative_to="operands"),
    "power": Tolerance(4, 512),
    "reciprocal": Tolerance(2, 2),
    "sign": Tolerance(2, 2),
    "sinh": Tolerance(2, 2),
    "sqrt": Tolerance(2, 2),
    "tan": Tolerance(3, 1),
    "tanh": Tolerance(5, 8),
}

# XLA's are less exact still for these.
XLA_TOLERANCES = TOLERANCES | {
    "arccosh": Tolerance(2, 2, half=2),
    "arcsinh": Tolerance(4, 4, half=2),
    "arctanh": Tolerance(8, 256, half=2),
    "cos": Tolerance(32, 512),
    "cosh": Tolerance(32, 512),
    "log1p": Tolerance(8, 256, relative_to="operands"),
    "power": Tolerance(64, 512),
    "sin": Tolerance(32, 512),
    "sinh": Tolerance(32, 512),
}

_FLOATS = [0.0, -0.0, 1, -1, 0.5, -0.5, 1.5, -1.5, 2, -2, 2.5, -2.5, 3, -3, 0.1, 0.7, -0.7, 10, 1000, -80]
_FLOATS += [600, 1e-4, -1e-4, 0.9999, 1.001, 8, 1 / 3, numpy.pi, numpy.inf, -numpy.inf, numpy.nan]
_COMPLEX_PARTS = [0.0, -0.0, 1, -1, 0.5, -2, 3, 0.1, -80, 1.001, numpy.inf, -numpy.inf, numpy.nan]
_INTS = [0, 1, 2, 3, 5, 7, 8, 10, 31, 32, 63, 64, 100, -1, -2, -3, -7, -8, -64]


def floats_of(dtype: numpy.dtype) -> numpy.finfo:
    return ml_dtypes.finfo(dtype) if dtype == BFLOAT16 else numpy.finfo(dtype)


@functools.cache
def hard_values(dtype: numpy.dtype) -> numpy.ndarray:
    if dtype.kind == "b":
        return numpy.array([True, False])
    if dtype.kind in "iu":
        low, high = int(numpy.iinfo(dtype).min), int(numpy.iinfo(dtype).max)
        values = [*_INTS, low, low + 1, high, high - 1, high // 2]
        return numpy.array([value for value in values if low <= value <= high], dtype)
    if dtype.kind == "c":
        parts = numpy.array(_COMPLEX_PARTS)
        values = numpy.empty((parts.size, parts.size), dtype)
        values.real, values.imag = parts[:, None], parts
        return values.ravel()
    info = floats_of(dtype)
    extremes = [info.max, -info.max, info.tiny, -info.tiny, info.eps, -info.eps]
    with numpy.errstate(over="ignore"):
        return numpy.array([*_FLOATS, *map(float, extremes)]).astype(dtype)


def random_values(dtype: numpy.dtype, size: int, generator: numpy.random.Generator) -> numpy.ndarray:
    if dtype.kind == "b":
        return generator.random(size) < 0.5
    if dtype.kind in "iu":
        info = numpy.iinfo(dtype)
        anything = generator.integers(info.min, info.max, size, dtype=dtype, endpoint=True)
        return numpy.where(
            generator.random(size) < 0.5, anything, generator.integers(0, 10, size).astype(dtype)
        )
    if dtype.kind == "c":
        return (generator.normal(0, 2, size) + 1j * generator.normal(0, 2, size)).astype(dtype)
    magnitudes = generator.choice([-1, 1], size) * 10 ** generator.uniform(-4, 4, size)
    return numpy.where(generator.random(size) < 0.5, magnitudes, generator.normal(0, 3, size)).astype(dtype)


def arguments_of(name: str, loop: str) -> list[numpy.ndarray]:
    """Flat arrays: every hard value with every other, then random ones."""
    generator = numpy.random.default_rng(len(name))
    dtypes = [DTYPE_OF[character] for character in loop]
    hard = [hard_values(dtype) for dtype in dtypes]
    if len(loop) == 2:
        if loop[0] in "FD":
            hard = [generator.choice(values, 60) for values in hard]
        hard = [numpy.repeat(hard[0], hard[1].size), numpy.tile(hard[1], hard[0].size)]
    arguments = [
        numpy.concatenate([values, random_values(dtype, 200, generator)])
        for values, dtype in zip(hard, dtypes, strict=True)
    ]
    if name == "power" and loop[1] in "bhil":  # negative exponents are an error, tested by itself
        arguments[1] = numpy.where(arguments[1] < 0, 3, arguments[1]).astype(dtypes[1])
    if name in ("multiply", "divide", "power", "float_power", "square") and loop[0] in "FD":
        # TensorFlow multiplies complex infinities part by part, C (so NumPy) does not always
        finite = numpy.logical_and.reduce([numpy.isfinite(argument) for argument in arguments])
        arguments = [argument[finite] for argument in arguments]
    if name in ("exp", "exp2") and loop == "F":  # C leaves the signs of these open
        arguments = [values[~(numpy.isinf(values.real) & numpy.isinf(values.imag))] for values in arguments]
    return arguments


def expected_of(name: str, arguments: list[numpy.ndarray]) -> list[numpy.ndarray]:
    with numpy.errstate(all="ignore"):
        result = ROW_OF[name].numpy(*arguments)
    return list(result) if isinstance(result, tuple) else [result]


def _parts(values: numpy.ndarray) -> list[numpy.ndarray]:
    parts = [values.real, values.imag] if values.dtype.kind == "c" else [values]
    return [part.astype(numpy.longdouble) for part in parts]


def _magnitude(values: numpy.ndarray) -> numpy.ndarray:
    return functools.reduce(numpy.hypot, _parts(values), numpy.longdouble(0))


def disagreements(
    name: str, loop: str, results: list, arguments: list[numpy.ndarray], tolerances: dict = TOLERANCES
) -> list[str]:
    """What is wrong with the results, an example each; nothing if NumPy's are the same."""
    wrong: list[str] = []
    for position, expected in enumerate(expected_of(name, arguments)):
        actual = numpy.asarray(results[position])
        if (actual.dtype, actual.shape) != (expected.dtype, expected.shape):
            wrong.append(f"{actual.dtype}{actual.shape} instead of {expected.dtype}{expected.shape}")
            continue
        tolerance = tolerances.get(name, Tolerance())
        differs = _differs(name, loop, actual, expected, arguments, tolerance)
        for index in numpy.flatnonzero(differs)[:3]:
            values = ", ".join(str(argument[index]) for argument in arguments)
            wrong.append(f"{name}({values}) {loop} gives {actual[index]}, NumPy {expected[index]}")
    return wrong


def _differs(name, loop, actual, expected, arguments, tolerance):
    if expected.dtype.kind in "biu":
        return actual != expected
    info = floats_of(expected.dtype)
    tiny, unit = numpy.longdouble(float(info.tiny)), numpy.longdouble(float(info.eps))
    ulps = {2: tolerance.half, 4: tolerance.single, 8: tolerance.double}[info.bits // 8]
    scale = _magnitude(expected)
    if tolerance.relative_to == "operands":
        scale = functools.reduce(numpy.fmax, [scale, numpy.ones_like(scale), *map(_magnitude, arguments)])
    scale = numpy.where(numpy.isfinite(scale), numpy.maximum(scale, tiny), numpy.longdouble(info.max))
    # one unit of a float is that of the power of two below it
    scale = scale if expected.dtype.kind == "c" else numpy.exp2(numpy.floor(numpy.log2(scale)))
    differs = numpy.zeros(expected.shape, bool)
    for got, wanted in zip(_parts(actual), _parts(expected), strict=True):
        same = (got == wanted) & (numpy.signbit(got) == numpy.signbit(wanted))
        same |= numpy.isnan(got) & numpy.isnan(wanted)
        with numpy.errstate(invalid="ignore"):
            close = numpy.isfinite(wanted) & (abs(got - wanted) <= ulps * unit * scale)
        close &= ~((got == 0) & (wanted == 0)) | (name in SIGN_OF_ZERO_IS_FREE) | (loop[0] == "E")
        subnormal = (abs(wanted) < tiny) & (wanted != 0) & (expected.dtype != numpy.float16)
        differs |= ~(same | close | subnormal)
    return differs


SIGN_OF_ZERO_IS_FREE = {"maximum", "minimum", "fmax", "fmin", "logaddexp", "logaddexp2"}
"""Of these NumPy itself gives either zero, by the processor's instructions or by rounding."""
