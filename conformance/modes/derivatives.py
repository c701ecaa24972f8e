"""Derivatives: reverse mode, twice, and forward mode, against NumPy's finite differences in float64.

A call is made a number: the sum of its floats with fixed weights. At a kink (a tie, the zero of `abs`) the
gradient must lie between the slopes of both sides; nowhere may it be NaN where NumPy has a slope.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy
import tensorflow as tf

import tnp_shim
from conformance.comparison import Difference
from conformance.modes.mode import Case, Mode, Verdict, inexact
from conformance.outcomes import Outcome, bases_of, run
from conformance.recipes import Call

DOUBLE = frozenset({"float64", "complex128"})
GENTLE = frozenset({"ordinary", "distinct", "positive", "unit", "ascending"})
"""Fills at which functions are smooth, for the most part."""

KINKS = GENTLE | {"ties"}
"""Fills at which they may have kinks."""

COORDINATES = 2
"""How many elements of each array are varied."""

Arrays = list[numpy.ndarray[Any, Any]]


@dataclass(frozen=True)
class Slopes:
    """The slopes of NumPy's number on both sides of a point, in a direction."""

    left: float
    middle: float
    right: float

    @property
    def smooth(self) -> bool:
        """Whether both sides have the same slope."""
        return bool(abs(self.right - self.left) <= 1e-2 * max(abs(self.middle), 1e-2))

    @property
    def unknown(self) -> bool:
        """Whether there is no slope to compare with: NumPy's function ends, jumps or stands upright here."""
        # beside a square root's zero the differences with a step of 1e-5 are about 300
        steepest = max(abs(self.left), abs(self.right)) > 100 and not self.smooth
        return steepest or not numpy.isfinite([self.left, self.right]).any()

    def agrees(self, slope: float, scale: float) -> bool:
        """Whether a slope is the one, or lies between those of both sides."""
        if not numpy.isfinite([self.left, self.middle, self.right]).all():
            return not numpy.isnan(slope)
        tolerance = 2e-5 * max(abs(self.middle), abs(self.left), abs(self.right), 1e-2 * scale, 1e-3)
        if self.smooth:
            # the slopes of both sides differ by the curvature
            return bool(abs(slope - self.middle) <= tolerance + abs(self.right - self.left))
        low, high = sorted((self.left, self.right))
        return bool(low - 10 * tolerance <= slope <= high + 10 * tolerance)


def outputs(outcome: Outcome, written: Sequence[int]) -> Arrays:
    """The floats of a result, and of the arguments that were written."""
    return [*inexact(outcome.result), *(outcome.bases[i] for i in written)]


class Number:
    """A call as a function from float arrays to one number, for both libraries."""

    def __init__(self, case: Case) -> None:
        self.call: Call = case.call
        self.point = bases_of(case.call)
        self.varied = [i for i, base in enumerate(self.point) if base.dtype.kind in "fc" and base.size]
        expected = case.expected
        self.written = [
            i
            for i, (old, new) in enumerate(zip(self.point, expected.bases, strict=True))
            if new.dtype.kind in "fc" and old.tobytes() != new.tobytes()
        ]
        self.values = outputs(expected, self.written)
        generator = numpy.random.default_rng(7)
        self.weights = [_weights(generator, value) for value in self.values]

    @property
    def missing(self) -> str:
        """Why there is nothing to differentiate; empty if there is."""
        if not self.varied:
            return "no float argument"
        if not any(value.size for value in self.values):
            return "no float result"
        if not {value.dtype.name for value in self.values} <= DOUBLE:
            return "too coarse for finite differences"
        if not all(numpy.isfinite(value).all() for value in (*self.values, *self.point)):
            return "not finite here"
        return ""

    def of_numpy(self, bases: Sequence[Any]) -> float:
        """NumPy's number."""
        outcome = run(self.call, numpy, [base.copy() for base in bases], numpy.array)
        if outcome.error is not None:
            return float("nan")
        values = outputs(outcome, self.written)
        if [v.shape for v in values] != [w.shape for w in self.weights]:
            return float("nan")
        with numpy.errstate(all="ignore"):
            return float(
                sum(
                    (v * w.conj()).real.sum(dtype=numpy.longdouble)
                    for v, w in zip(values, self.weights, strict=True)
                )
            )

    def of_tensors(self, tensors: Sequence[tf.Tensor]) -> tf.Tensor:
        """Our number."""
        outcome = run(
            self.call, tnp_shim, [tnp_shim.array(t) for t in tensors], tf.convert_to_tensor, aliasing=False
        )
        if outcome.error is not None:
            raise outcome.error
        total = tf.constant(0.0, tf.float64)
        for value, weight in zip(outputs(outcome, self.written), self.weights, strict=True):
            total += tf.cast(tf.reduce_sum(_real(value * tf.math.conj(tf.constant(weight)))), tf.float64)
        return total

    def directions(self) -> list[tuple[int, Any]]:
        """Single elements of each array, and i times them where they are complex."""
        generator = numpy.random.default_rng(3)
        found = []
        for i in self.varied:
            base = self.point[i]
            for position in generator.permutation(base.size)[:COORDINATES]:
                for unit in (1, 1j) if base.dtype.kind == "c" else (1,):
                    direction = numpy.zeros(base.shape, base.dtype)
                    direction.reshape(-1)[position] = unit
                    found.append((i, direction))
        return found


def _weights(generator: numpy.random.Generator, value: Any) -> Any:
    weight = generator.uniform(0.5, 1.5, value.shape)
    if value.dtype.kind == "c":
        weight = weight + 1j * generator.uniform(0.5, 1.5, value.shape)
    return numpy.asarray(weight).astype(value.dtype)


def _real(tensor: tf.Tensor) -> tf.Tensor:
    return tf.math.real(tensor) if tensor.dtype.is_complex else tensor


def slopes(
    number: Callable[[Arrays], float], here: float, point: Arrays, index: int, direction: Any
) -> Slopes:
    """The slopes of a number, `here` at the point, in a direction of one array; a step that suits float64."""
    step = 1e-5 * max(1.0, float(numpy.abs(point[index][direction != 0]).max(initial=0)))

    def at(offset: float) -> float:
        moved = numpy.asarray(point[index] + offset * direction)
        return number([moved if i == index else base for i, base in enumerate(point)])

    ahead, behind = at(step), at(-step)
    if abs(middle := (ahead - behind) / (2 * step)) > 100:
        finer = (at(step / 10) - at(-step / 10)) / (step / 5)
        if not abs(finer - middle) <= 1e-2 * abs(middle):  # it stands upright: there is no slope
            return Slopes(float("inf"), float("inf"), float("inf"))
    return Slopes((here - behind) / step, (ahead - behind) / (2 * step), (ahead - here) / step)


def along(gradient: Any, direction: Any) -> float:
    """A gradient's part in a direction. TensorFlow's gradient g of a complex z means dL = Re(conj(g) dz)."""
    if gradient is None:
        return 0.0
    # elsewhere a NaN times the direction's zero would be NaN
    there = direction != 0
    return float(numpy.real(numpy.conj(gradient[there]) * direction[there]).sum())


def dense(gradient: Any) -> Any:
    """A gradient as a NumPy array; None as it is."""
    return None if gradient is None else tf.convert_to_tensor(gradient).numpy()


def gradients(number: Number, tensors: Sequence[tf.Tensor]) -> list[Any]:
    """Our gradients with respect to the arrays that are varied."""
    varied = [tensors[i] for i in number.varied]
    with tf.GradientTape() as tape:
        tape.watch(varied)
        total = number.of_tensors(tensors)
    return tape.gradient(total, varied)


def check_gradient(cases: Sequence[Case]) -> list[Verdict]:
    """The gradient at each point, element by element."""
    return [_checked(case, _gradient_difference) for case in cases]


def check_second(cases: Sequence[Case]) -> list[Verdict]:
    """The gradient of the gradient, against finite differences of the gradient."""
    return [_checked(case, _second_difference) for case in cases]


def check_forward(cases: Sequence[Case]) -> list[Verdict]:
    """The derivative in one direction by forward mode."""
    return [_checked(case, _forward_difference) for case in cases]


def _checked(case: Case, difference: Callable[[Number], Difference | None | str]) -> Verdict:
    if case.expected.error is not None:
        return Verdict(case.call, skipped="NumPy raises an error")
    number = Number(case)
    if number.missing:
        return Verdict(case.call, skipped=number.missing)
    try:
        found = difference(number)
    except Exception as error:
        found = Difference("error", f"{type(error).__name__}: {error}")
    return Verdict(case.call, skipped=found) if isinstance(found, str) else Verdict(case.call, found)


def _compared(
    theory: Sequence[Any],
    number: Number,
    value: Callable[[Arrays], float],
    only_smooth: bool = False,
) -> Any:
    """Compare gradients with slopes; a sentence where nothing could be compared."""
    by_index = dict(zip(number.varied, theory, strict=True))
    here = value(number.point)
    measured = [(i, d, slopes(value, here, number.point, i, d)) for i, d in number.directions()]
    scale = max((abs(s.middle) for _, _, s in measured if numpy.isfinite(s.middle)), default=0.0)
    compared = 0
    for i, direction, slope in measured:
        if slope.unknown or (only_smooth and not slope.smooth):
            continue
        compared += 1
        ours = along(by_index[i], direction)
        if not slope.agrees(ours, scale):
            kind = "None gradient" if by_index[i] is None else "gradient"
            where = numpy.flatnonzero(direction)[0]
            return Difference(
                kind,
                f"argument {i}, element {where}: {ours:.8g}, slopes {slope.left:.8g} and {slope.right:.8g}",
            )
    return None if compared else "no slope here"


def _gradient_difference(number: Number) -> Any:
    theory = [dense(g) for g in gradients(number, [tf.constant(base) for base in number.point])]
    return _compared(theory, number, number.of_numpy, only_smooth=False)


def _contracted(number: Number, tensors: Sequence[tf.Tensor]) -> tf.Tensor:
    """The gradients as one number; not all weights are alike."""
    total = tf.constant(0.0, tf.float64)
    for k, gradient in enumerate(gradients(number, tensors)):
        if gradient is not None:
            gradient = tf.convert_to_tensor(gradient)
            weights = tf.reshape(
                tf.cast(tf.range(tf.size(gradient)) % 3 + 1 + k, tf.float64), tf.shape(gradient)
            )
            total += tf.reduce_sum(_real(gradient) * weights)
            if gradient.dtype.is_complex:
                total += tf.reduce_sum(tf.math.imag(gradient) * (4 - weights))
    return total


def _second_difference(number: Number) -> Any:
    tensors = [tf.constant(base) for base in number.point]
    varied = [tensors[i] for i in number.varied]
    with tf.GradientTape() as tape:
        tape.watch(varied)
        total = _contracted(number, tensors)
    theory = [dense(g) for g in tape.gradient(total, varied)]

    def first(bases: Arrays) -> float:
        return float(_contracted(number, [tf.constant(base) for base in bases]))

    return _compared(theory, number, first, only_smooth=True)


def _forward_difference(number: Number) -> Any:
    generator = numpy.random.default_rng(5)
    tensors = [tf.constant(base) for base in number.point]
    tangents = [_weights(generator, base) for base in number.point]
    varied = [tensors[i] for i in number.varied]
    with tf.autodiff.ForwardAccumulator(
        varied, [tf.constant(tangents[i]) for i in number.varied]
    ) as accumulator:
        total = number.of_tensors(tensors)
    ours = accumulator.jvp(total)
    steps = [tangents[i] if i in number.varied else numpy.zeros_like(b) for i, b in enumerate(number.point)]

    def at(offset: float) -> float:
        moved = [
            numpy.asarray(b + offset * t) if i in number.varied else b
            for i, (b, t) in enumerate(zip(number.point, steps, strict=True))
        ]
        return number.of_numpy(moved)

    step = 1e-5
    slope = Slopes((at(0) - at(-step)) / step, (at(step) - at(-step)) / (2 * step), (at(step) - at(0)) / step)
    if slope.unknown:
        return "no slope here"
    derivative = 0.0 if ours is None else float(ours)
    if slope.agrees(derivative, abs(slope.middle)):
        return None
    return Difference("derivative", f"{derivative:.8g}, slopes are {slope.left:.8g} and {slope.right:.8g}")


GRADIENT = Mode("gradient", "gradient", check_gradient, good=True, dtypes=DOUBLE, fills=KINKS)
SECOND_GRADIENT = Mode(
    "second gradient", "second gradient", check_second, good=True, dtypes=DOUBLE, fills=GENTLE
)
FORWARD = Mode("forward", "forward mode", check_forward, good=True, dtypes=DOUBLE, fills=GENTLE)
