"""Rows of `numpy.random`: parameters of each distribution by name. Knows the words."""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from typing import Any

import numpy

from conformance.row import Always, Row, row
from conformance.streams import SEEDED, STREAMS
from conformance.vocabulary import FLAG, Array, Axis, Given, Number, among, shape_of

PARAMETERS: dict[str, tuple[float, ...]] = {
    "loc": (0.0, -2.5, 3),
    "scale": (1.0, 0.5, 2, 0.0),
    "shape": (0.5, 1.0, 3.7, 0.0),
    "a": (2.0, 1.5, 3),
    "b": (0.5, 2.0),
    "df": (1.0, 3.5, 4),
    "dfnum": (2.0, 5),
    "dfden": (3.0, 4),
    "nonc": (0.5, 2.0, 0.0),
    "lam": (0.5, 3.0, 25.0, 0),
    "n": (10, 100, 1),
    "p": (0.3, 0.9, 0.5),
    "ngood": (10, 3),
    "nbad": (5, 20),
    "nsample": (4, 6),
    "mu": (0.0, 1.5),
    "kappa": (0.5, 4.0, 0.0),
    "mean": (1.0, 0.5, 3),
    "sigma": (1.0, 0.25),
    "left": (-1.0, 0),
    "mode": (0.5, 1),
    "right": (2.0, 3),
    "low": (0.0, -1.5),
    "high": (1.0, 4),
}
"""Good values of the parameters, by name; a bad one is below them all."""

BAD = -9.5
SIZES = among(None, 3, (2, 3), (), 0, (1, 4), 1000)
BY_WORD = frozenset({"random", "standard_normal", "standard_exponential", "standard_gamma"})
"""What takes the dtype of its numbers, and an array to write them to."""

NOT_PLAIN = frozenset(
    ("integers", "randint", "random_integers", "choice", "permutation", "permuted", "shuffle", "bytes")
    + ("multinomial", "dirichlet", "multivariate_normal", "multivariate_hypergeometric", "spawn")
    + ("bit_generator", "rand", "randn", "seed", "get_state", "set_state")
)
LIBM = 2
"""How many ulp numbers may be away where a function of C's library is part of a draw."""

NO_BATCH = "a stream is one for a whole batch, and its elements would draw the same numbers"
NO_SLOPE = "what is drawn are integers, or elements that are moved"
INTEGER_DRAWS = frozenset(
    ("binomial", "geometric", "hypergeometric", "logseries", "negative_binomial", "poisson", "zipf")
    + ("tomaxint",)
)
BY_REJECTION = frozenset(
    ("beta", "chisquare", "f", "gamma", "noncentral_chisquare", "noncentral_f", "standard_gamma")
    + ("standard_t", "vonmises", "wald", "dirichlet")
)


COUNTS = ("n", "ngood", "nbad", "nsample")
"""Parameters that are whole numbers."""

SAME = "the methods are the functions of numpy.random of the same names, which are judged there"


def _value(name: str) -> Any:
    scalar = "int16" if name in COUNTS else "float32"
    return Given(lambda choose, seen: Number(PARAMETERS[name], (scalar,)), bad=BAD)


def _modes(row_: Row, member: str) -> Row:
    row_ = row_.any_memory().not_in("vmap", NO_BATCH)
    if member in INTEGER_DRAWS or member in NOT_PLAIN - {"multivariate_normal", "dirichlet"}:
        return row_.not_in("gradient second_gradient forward", NO_SLOPE)
    if member in BY_REJECTION:
        return row_.not_in(
            "gradient second_gradient forward",
            "the slope is that of the distribution, by implicit differentiation, not that of NumPy's steps",
        )
    return row_


def _array_of(name: str) -> Array:
    fills = ("unit",) if name == "p" else ("ordinary",) if name in ("loc", "mean", "mu") else ("positive",)
    dtypes = ("int64", "int32") if name in COUNTS else ("float64", "float32", "int64")
    return Array(("float64",) if name == "p" else dtypes, fills, [(3,), (2, 3), (1,)])


def _distribution(path: str, member: str, names: list[str]) -> Iterator[Row]:
    """The rows of a distribution with plain parameters."""
    plain = [name for name in names if name in PARAMETERS]
    yield _modes(row(path, *map(_value, plain), size=SIZES).within(LIBM, conditioned=True), member)
    if plain and member not in ("uniform", "triangular", "hypergeometric"):
        arrays = [_array_of(name) for name in plain]
        yield _modes(
            row(path, *arrays, size=among((2, 3), (4, 2, 3), None)).within(LIBM, conditioned=True), member
        )
    if member in BY_WORD and path.startswith("random.Generator"):
        dtype = among("float32", "float64")
        yield _modes(row(path, *map(_value, plain), size=SIZES, dtype=dtype).within(LIBM), member)
        if member == "standard_exponential":
            yield _modes(row(path, size=SIZES, method=among("zig", "inv")).within(LIBM), member)
        out = Array(("float64",), ("ordinary",), [(3,), (2, 3)], layouts=("C",))
        yield _modes(row(path, *map(_value, plain), out=out).within(LIBM), member)


WHOLE = ("int64", "int32", "uint8", "int16", "uint64", "bool", "uint16", "int8", "uint32")


def _integers(path: str, member: str) -> Iterator[Row]:
    low, high = among(0, 1), Given(lambda choose, seen: among(2, 100, 2, 17), bad=-3)
    options: dict[str, Any] = {"size": SIZES}
    if member == "random_integers":
        yield row(path, low, high, **options)
        return
    options["dtype"] = among("int64", "int32", "uint8", "int16", "uint64", "uint16", "int8", "uint32")
    if member == "integers":
        options["endpoint"] = FLAG
    yield row(path, low, high, **options)
    yield row(path, among(5, 1000, 2**33, 2**63 - 1), size=SIZES)
    yield row(path, low, high=among(2**16 - 1, 2**31, 3), size=SIZES)


def _choices(path: str, member: str) -> Iterator[Row]:
    array = Array(("float64", "int64", "complex64"), ("distinct",), [(5,), (7,)])
    population = among(5, 20, array)
    sizes = Given(lambda choose, seen: among(None, 3, (2, 2), 0), bad=1000)
    yield row(path, population, size=sizes, replace=FLAG)
    p = Given(lambda choose, seen: [[0.5, 0.25, 0.0, 0.125, 0.125]], bad=(0.5, 0.25))
    yield row(path, 5, size=among(None, 3, (2, 2)), replace=among(True), p=p)
    yield row(path, 5, size=among(None, 2, (3,)), replace=among(False), p=among([0.5, 0.25, 0.05, 0.1, 0.1]))
    if path.startswith("random.Generator"):
        tables = Array(("float64", "int32"), ("distinct",), [(5, 3), (3, 4)])
        yield row(path, tables, size=among(None, 2), replace=FLAG, axis=Axis(), shuffle=FLAG)


def _orders(path: str, member: str) -> Iterator[Row]:
    arrays = Array(
        ("float64", "int64", "bool", "complex64", "int8"), ("ordinary", "ties"), [(7,), (3, 2), (1,), (0,)]
    )
    keywords: dict[str, Any] = {}
    if path.startswith("random.Generator"):
        keywords["axis"] = Axis(none=member == "permuted")
    if member == "permutation":
        yield row(path, among(0, 1, 10, 50))
    yield row(path, arrays, **keywords)
    if member == "permuted":
        yield row(
            path,
            arrays,
            axis=Axis(none=True),
            out=Given(lambda choose, seen: Array((seen[0].dtype,), ("ordinary",), [shape_of(seen[0])])),
        )


def _several(path: str, member: str) -> Iterator[Row]:
    """Distributions of vectors."""
    sizes = among(None, 3, (2, 2), 0)
    if member == "multinomial":
        yield row(path, among(10, 50), among([0.2, 0.3, 0.5], [1.0, 0.0]), size=sizes)
    elif member == "dirichlet":
        yield row(path, among([0.5, 1.0, 3.5], [0.05, 0.02], [2, 4]), size=sizes).within(4)
    elif member == "multivariate_hypergeometric":
        yield row(
            path, among([10, 5, 3], [4, 4]), among(3, 6), size=sizes, method=among("marginals", "count")
        )
    else:
        more: dict[str, Any] = {"check_valid": among("ignore", "raise"), "tol": among(1e-6)}
        if path.startswith("random.Generator"):
            more["method"] = among("svd", "eigh", "cholesky")
        yield row(
            path, among([0.0, 1.0], [2, 3]), among([[2.0, 0.5], [0.5, 1.0]]), size=sizes, **more
        ).within(64)


def _members(path: str, member: str, names: list[str]) -> Iterator[Row]:
    if member in ("integers", "randint", "random_integers"):
        yield from _integers(path, member)
    elif member == "choice":
        yield from _choices(path, member)
    elif member in ("permutation", "permuted", "shuffle"):
        yield from _orders(path, member)
    elif member in ("multinomial", "dirichlet", "multivariate_hypergeometric", "multivariate_normal"):
        yield from _several(path, member)
    elif member in ("rand", "randn"):
        yield row(path, 3, among(2, 1, 0))
        yield row(path)
    elif member == "bytes":
        yield row(path, Given(lambda choose, seen: among(0, 5, 33), bad=-1))
    elif member == "spawn":
        yield row(path, among(1, 3))
    elif member == "seed":
        yield row(path, Given(lambda choose, seen: among(0, 7, [1, 2, 3], 2**32 - 1), bad=-1))
    elif member == "get_state":
        yield row(path, legacy=FLAG)
    elif member == "set_state":
        yield row(path, Given(lambda choose, seen: [numpy.random.RandomState(5).get_state()], bad=("x",)))
    elif member == "bit_generator":
        yield row(path)
    else:
        yield from _distribution(path, member, names)


def _made() -> Iterator[Row]:
    for name in STREAMS:
        kind = getattr(numpy.random, name.removeprefix("random."))
        for member in sorted(vars(kind)):
            if not member.startswith("_"):
                yield from _named(f"{name}.{member}", getattr(kind, member))
    for member in sorted(numpy.random.__all__):
        if member[0].islower() and member != "default_rng":
            yield from _named(f"random.{member}", getattr(numpy.random, member))
    seeds = Given(lambda choose, seen: among(0, 5, 2**70, [1, 2, 3]), bad=-1)
    yield row(
        "random.SeedSequence",
        5,
        spawn_key=among((), (1, 2)),
        pool_size=among(4, 8),
        n_children_spawned=among(0, 3),
    ).not_in(TRACED, PYTHONS)
    yield row("random.Philox", counter=among(0, 5), key=Always(among(7, 2**70))).not_in(TRACED, PYTHONS)
    yield row("random.BitGenerator", 5).not_in(TRACED, PYTHONS)
    engines = among("PCG64", "PCG64DXSM", "MT19937", "Philox", "SFC64")
    yield row("random.Generator", engines).not_in("vmap", NO_BATCH)
    yield row("random.RandomState", engines).not_in("vmap", NO_BATCH)
    for member in SEEDED:
        yield row(f"random.{member}", seeds).not_in(
            TRACED, "a stream is made while Python runs, before any trace"
        )


PYTHONS = "streams are made of seeds while Python runs"
TRACED = "graph unknown xla gpu gradient second_gradient forward vmap loop"


def _named(path: str, target: Any) -> Iterator[Row]:
    member = path.rpartition(".")[2]
    names = list(inspect.signature(target).parameters) if callable(target) else []
    for made in _members(path, member, names):
        made = _modes(made, member)
        if path.startswith("random.RandomState"):
            made = made.not_in(TRACED, SAME)
        yield made


ROWS: tuple[Row, ...] = tuple(_made())
