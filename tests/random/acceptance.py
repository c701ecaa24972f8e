"""Every native distribution against NumPy's, over seeds, sizes and modes: python -m tests.random.acceptance.

One trace for each draw, size and mode; the seeds are states that it begins with. After the draw another one
follows, and the states are compared, so that the position in the stream is right, too.
"""

from __future__ import annotations

import os

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import fnmatch
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import click
import numpy
import tensorflow as tf
from rich.console import Console
from rich.table import Table

import tnp_shim as np
from tnp_shim.errors import UnsupportedError

SIZES: dict[str, Any] = {
    "()": (),
    "0": 0,
    "1": 1,
    "2": 2,
    "3": 3,
    "7": 7,
    "64": 64,
    "101": 101,
    "3x5": (3, 5),
    "1000": 1000,
    "100001": 100_001,
    "1000000": 1_000_000,
}
MODES = ("eager", "graph", "xla")
ON_THE_HOST = "on the host"


@dataclass(frozen=True)
class Draw:
    """A call of a method; `size` is added to it."""

    api: str
    name: str
    args: tuple[Any, ...] = ()
    kwargs: dict[str, Any] = field(default_factory=dict)
    ulps: float = 0
    """How far values may be from NumPy's, in units in the last place."""
    least: float = 0.0
    """The least number whose last place is the unit: of what is near 0 because terms cancel."""
    share: float = 0.0
    """How many of the numbers may be farther still."""
    sized: bool = True
    """Whether the size is `size=`, or the first argument: a number of things."""

    @property
    def label(self) -> str:
        words = [str(arg) for arg in self.args] + [f"{k}={_text(v)}" for k, v in self.kwargs.items()]
        return f"{self.api}.{self.name}({', '.join(words)})"

    def values(self, generator: Any, size: Any) -> Any:
        method = getattr(generator, self.name)
        if self.sized:
            return method(*self.args, **self.kwargs, size=size)
        return method(size, *self.args, **self.kwargs)

    def fits(self, size: Any) -> bool:
        return self.sized or isinstance(size, int)


def _text(value: Any) -> str:
    return value.__name__ if isinstance(value, type) else str(value)


_LAST_BIT = 1
"""Where C's library decides the last bit."""
_SCALED = 2
"""Where it decides the last bit of what is then multiplied by a scale."""
_LEAST = {"gumbel": 2.0, "multivariate_normal": 1.0}
"""A logarithm of a logarithm that is nearly 1; sums of products of both signs."""
_TAKEN_OFF = {"pareto": 1.0}
"""RandomState takes 1 off an exponential function, whose last bit is then one of a greater number."""
_POLAR = {"normal": 3, "standard_cauchy": 4, "standard_normal": 2}
"""Of RandomState, outside of XLA: a logarithm in a root in a product, and the quotient of two such."""
_FARTHER = 1e-5
"""Draws that are made of several such numbers: where these nearly cancel, the last bit of one counts more."""
_SHARES = {
    **dict.fromkeys(("beta", "chisquare", "dirichlet", "f", "gamma", "lognormal", "power"), _FARTHER),
    **dict.fromkeys(("noncentral_chisquare", "noncentral_f", "standard_cauchy", "standard_gamma"), _FARTHER),
    **dict.fromkeys(("standard_t", "wald"), _FARTHER),
    "multivariate_normal": 5e-4,
    "pareto": 1e-4,
    "vonmises": 0.03,
}
"""Products are added in another order, an exponential function loses 1, angles have steps of 2**-50."""

_BOTH: list[tuple[str, tuple[Any, ...], float]] = [
    ("beta", (2.0, 0.7), 0),
    ("beta", (0.3, 0.4), 0),
    ("binomial", (10, 0.3), 0),
    ("binomial", (1000, 0.6), 0),
    ("chisquare", (3.0,), 0),
    ("dirichlet", ([0.5, 2.0, 3.0],), 0),
    ("exponential", (2.5,), _SCALED),
    ("f", (2.0, 3.0), 0),
    ("gamma", (0.7, 2.0), 0),
    ("gamma", (4.0, 2.0), 0),
    ("geometric", (0.2,), 0),
    ("geometric", (0.6,), 0),
    ("gumbel", (0.0, 2.0), _LAST_BIT),
    ("hypergeometric", (10, 5, 7), 0),
    ("hypergeometric", (100, 80, 60), 0),
    ("laplace", (0.0, 2.0), _LAST_BIT),
    ("logistic", (0.0, 2.0), _LAST_BIT),
    ("lognormal", (0.3, 0.5), _LAST_BIT),
    ("logseries", (0.6,), 0),
    ("multinomial", (7, [0.2, 0.3, 0.5]), 0),
    ("multivariate_normal", ([0.0, 1.0], [[2.0, 0.5], [0.5, 1.0]]), 4),
    ("negative_binomial", (3.0, 0.4), 0),
    ("noncentral_chisquare", (3.0, 1.0), 0),
    ("noncentral_f", (3.0, 4.0, 1.0), 0),
    ("normal", (0.0, 3.0), _SCALED),
    ("pareto", (3.0,), _LAST_BIT),
    ("poisson", (3.0,), 0),
    ("poisson", (40.0,), 0),
    ("power", (2.0,), _LAST_BIT),
    ("rayleigh", (2.0,), _LAST_BIT),
    ("standard_cauchy", (), _LAST_BIT),
    ("standard_exponential", (), _LAST_BIT),
    ("standard_gamma", (1.5,), 0),
    ("standard_normal", (), _LAST_BIT),
    ("standard_t", (4.0,), 0),
    ("triangular", (0.0, 1.0, 3.0), 0),
    ("uniform", (-1.0, 2.0), 0),
    ("vonmises", (0.5, 2.0), 0),
    ("wald", (1.0, 2.0), 0),
    ("weibull", (2.0,), _LAST_BIT),
    ("zipf", (3.0,), 0),
    ("choice", (1000,), 0),
]


def _both(api: str, name: str, args: tuple[Any, ...], ulps: float, least: Any, other_ulps: Any) -> Draw:
    ulps = other_ulps.get(name, ulps)
    return Draw(api, name, args, {}, ulps, least.get(name, 0.0), _SHARES.get(name, 0.0))


_SINGLE = {"dtype": numpy.float32}

DRAWS = [
    *(_both("Generator", *row, _LEAST, {}) for row in _BOTH),
    *(_both("RandomState", *row, _LEAST | _TAKEN_OFF, _POLAR) for row in _BOTH),
    Draw("Generator", "random"),
    Draw("Generator", "random", (), _SINGLE),
    Draw("Generator", "standard_normal", (), _SINGLE, _LAST_BIT),
    Draw("Generator", "standard_exponential", (), _SINGLE, _LAST_BIT),
    Draw("Generator", "standard_exponential", (), {"method": "inv"}, _LAST_BIT),
    Draw("Generator", "integers", (3, 1000)),
    Draw("Generator", "integers", (0, 1 << 40)),
    Draw("Generator", "integers", (0, 200), {"dtype": numpy.uint8}),
    Draw("Generator", "integers", (0, 2), {"dtype": bool}),
    Draw("Generator", "choice", (4,), {"p": [0.1, 0.2, 0.3, 0.4]}),
    Draw("Generator", "permutation", sized=False),
    Draw("RandomState", "random_sample"),
    Draw("RandomState", "randint", (3, 1000)),
    Draw("RandomState", "randint", (0, 1 << 40)),
    Draw("RandomState", "randint", (0, 200), {"dtype": numpy.uint8}),
    Draw("RandomState", "choice", (4,), {"p": [0.1, 0.2, 0.3, 0.4]}),
    Draw("RandomState", "permutation", sized=False),
]


def begun(api: str, seed: int) -> Any:
    """NumPy's generator; of odd seeds in the middle of what it keeps: half a word, a normal number."""
    if api == "Generator":
        generator = numpy.random.default_rng(seed)
        if seed % 2:
            generator.integers(0, 1 << 32, dtype=numpy.uint32)
        return generator
    random = numpy.random.RandomState(seed)
    if seed % 2:
        random.standard_normal()
    return random


def state_of(generator: Any) -> Any:
    if hasattr(generator, "bit_generator"):
        return generator.bit_generator.state
    return generator.get_state(legacy=False)


def set_state(generator: Any, state: Any) -> None:
    if hasattr(generator, "bit_generator"):
        generator.bit_generator.state = state
    else:
        generator.set_state(state)


def same_state(expected: Any, actual: Any) -> bool:
    """Whether two states give the same numbers; a half word counts only if it is kept."""
    if isinstance(expected, dict):
        dead = {"uinteger": "has_uint32"}
        return all(
            same_state(expected[key], actual[key]) for key in expected if expected.get(dead.get(key, ""), 1)
        )
    if isinstance(expected, float):
        return bool(numpy.isclose(expected, actual, 1e-15, 0))
    return bool(numpy.array_equal(expected, actual))


def ulps_between(expected: Any, actual: Any, least: float = 0.0) -> numpy.ndarray[Any, Any]:
    """The distances in units in the last place, of `least` at least; infinite where no such distance is."""
    expected, actual = numpy.asarray(expected), numpy.asarray(actual)
    if expected.dtype != actual.dtype or expected.shape != actual.shape:
        return numpy.full(max(expected.size, 1), numpy.inf)
    same = (expected == actual) | ((expected != expected) & (actual != actual))
    if expected.dtype.kind != "f":
        return numpy.where(same, 0.0, numpy.inf)
    with numpy.errstate(all="ignore"):
        distance = numpy.abs(expected - actual) / numpy.spacing(
            numpy.maximum(numpy.abs(expected), expected.dtype.type(least))
        )
    return numpy.where(same, 0.0, numpy.where(numpy.isfinite(distance), distance, numpy.inf))


@dataclass
class Count:
    """What was found of one draw."""

    cases: int = 0
    numbers: int = 0
    farther: int = 0
    ulps: float = 0.0
    positions: int = 0
    failed: int = 0
    seconds: float = 0.0
    notes: list[str] = field(default_factory=list)

    def is_right(self, draw: Draw) -> bool:
        return not self.failed and not self.positions and self.farther <= draw.share * self.numbers

    def note(self, text: str) -> None:
        if text not in self.notes:
            self.notes.append(text)


Call = Callable[[], tuple[Any, Any]]


def call_of(draw: Draw, size: Any, mode: str) -> tuple[Any, Call]:
    """Our generator, and a function that draws from where it is: the values, and the next number."""
    ours = np.random.default_rng(0) if draw.api == "Generator" else np.random.RandomState(0)

    def call() -> tuple[Any, Any]:
        values = draw.values(ours, size)
        return tf.convert_to_tensor(values), tf.convert_to_tensor(ours.uniform())

    return ours, call if mode == "eager" else tf.function(call, autograph=False, jit_compile=mode == "xla")


def check(draw: Draw, size: Any, mode: str, seeds: Sequence[int], count: Count) -> None:
    """Compare what a draw of one size gives in one mode, from each of the seeds."""
    ours, call = call_of(draw, size, mode)
    for seed in seeds:
        numpys = begun(draw.api, seed)
        set_state(ours, state_of(numpys))
        values, following = call()
        expected = draw.values(numpys, size)
        distances = ulps_between(expected, values.numpy(), draw.least)
        count.cases += 1
        count.numbers += distances.size
        count.ulps = max(count.ulps, float(distances.max(initial=0)))
        farther = int((distances > draw.ulps).sum())
        if farther:
            count.farther += farther
            count.note(f"{mode} size {size} seed {seed}: {farther} of {distances.size}")
        right = numpys.uniform() == following.numpy()
        if not (right and same_state(state_of(numpys), state_of(ours))):
            count.positions += 1
            count.note(f"{mode} size {size} seed {seed}: position")


def checked(
    draw: Draw, sizes: dict[str, Any], modes: Sequence[str], seeds: dict[str, Sequence[int]]
) -> Count:
    """All sizes and modes of a draw; `seeds` by the name of the size."""
    count, start = Count(), time.perf_counter()
    for mode in modes:
        for name, size in sizes.items():
            if not draw.fits(size):
                continue
            try:
                check(draw, size, mode, seeds[name], count)
            except UnsupportedError as error:
                if "host" not in str(error):
                    raise
                count.note(ON_THE_HOST)
                break
            except Exception as error:
                count.failed += 1
                text = str(error).splitlines()
                count.note(f"{mode} size {size}: {type(error).__name__} {text[0][:60] if text else ''}")
    count.seconds = time.perf_counter() - start
    return count


def chosen(pattern: str) -> Iterator[Draw]:
    """The draws whose label the pattern matches, such as `Generator.normal*`."""
    return (draw for draw in DRAWS if any(fnmatch.fnmatch(draw.label, part) for part in pattern.split(",")))


@click.command()
@click.option("--seeds", default=50, show_default=True, help="How many seeds.")
@click.option("--sizes", default=",".join(SIZES), show_default=True, help="Sizes, or how many of them.")
@click.option("--draws", default="*", help="Patterns of draws, with commas.")
@click.option("--modes", default=",".join(MODES), show_default=True)
@click.option("--large", default=3, show_default=True, help="Seeds of sizes from 100,000 on.")
def main(seeds: int, sizes: str, draws: str, modes: str, large: int) -> None:
    """Compare draws with NumPy's."""
    names = [*SIZES][: int(sizes)] if sizes.isdigit() and sizes not in SIZES else sizes.split(",")
    taken = {name: SIZES[name] for name in names}
    few = range(min(seeds, large))
    of_size = {n: few if isinstance(s, int) and s >= 100_000 else range(seeds) for n, s in taken.items()}
    table = Table("draw", "cases", "numbers", "farther", "max ulp", "wrong positions", "seconds", "notes")
    console, failed, total = Console(width=150), False, 0
    for draw in chosen(draws):
        count = checked(draw, taken, modes.split(","), of_size)
        bad = not count.is_right(draw)
        failed, total = failed or bad, total + count.cases
        counts = count.cases, count.numbers, count.farther
        figures = *counts, f"{count.ulps:.3g}", count.positions, f"{count.seconds:.1f}"
        colour = "[red]" if bad else ""
        notes = "; ".join(count.notes[:3])
        table.add_row(colour + draw.label, *map(str, figures), notes)
        console.print(draw.label, *figures, notes, style="red" if bad else None)
        tf.keras.backend.clear_session()
    console.print(table)
    console.print(f"{total} cases; {'[red]not all are right' if failed else '[green]all are right'}")
    raise SystemExit(int(failed))


if __name__ == "__main__":
    main()
