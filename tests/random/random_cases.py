"""Calls of every method of NumPy's generators, for tests that draw them in all modes."""

from __future__ import annotations

from typing import Any

import numpy

Case = tuple[str, tuple[Any, ...], dict[str, Any]]


def case(name: str, *args: Any, **kwargs: Any) -> Case:
    return name, args, kwargs


_COMMON = [
    case("beta", 2.0, 0.7, 3),
    case("binomial", 10, 0.3, (2, 2)),
    case("binomial", numpy.array([3, 100]), 0.6),
    case("chisquare", 3.0, 4),
    case("dirichlet", [1.0, 2.0, 3.0], 2),
    case("exponential"),
    case("exponential", 2.5, (2, 3)),
    case("f", 2.0, 3.0, 2),
    case("gamma", 0.7, 2.0, 5),
    case("gamma", numpy.array([0.5, 1.0, 4.0])),
    case("geometric", 0.2, 4),
    case("gumbel", 1.0, 2.0, 3),
    case("hypergeometric", 10, 5, 7, 3),
    case("laplace", 1.0, numpy.array([1.0, 3.0])),
    case("logistic", 0.0, 2.0, 3),
    case("lognormal", 0.3, 0.5, 7),
    case("logseries", 0.6, 3),
    case("multinomial", 7, [0.2, 0.3, 0.5], 2),
    case("multivariate_normal", [0.0, 1.0], [[2.0, 0.5], [0.5, 1.0]], 3),
    case("negative_binomial", 3.0, 0.4, 3),
    case("noncentral_chisquare", 3.0, 1.0, 2),
    case("noncentral_f", 3.0, 4.0, 1.0, 2),
    case("normal"),
    case("normal", 2.0, 3.0, 11),
    case("normal", numpy.array([[1.0], [2.0]]), numpy.array([0.5, 0.0, 2.0])),
    case("pareto", 3.0, 4),
    case("poisson", 3.0, 5),
    case("poisson", numpy.array([0.5, 40.0])),
    case("power", 2.0, 3),
    case("rayleigh", 2.0, 3),
    case("standard_cauchy", 3),
    case("standard_exponential", 13),
    case("standard_gamma", 1.5, 3),
    case("standard_normal", (3, 5)),
    case("standard_t", 4.0, 3),
    case("triangular", 0.0, 1.0, 3.0, 4),
    case("uniform", -1.0, 2.0),
    case("uniform", -1.0, numpy.array([2.0, 5.0]), (3, 2)),
    case("vonmises", 0.5, 2.0, 3),
    case("wald", 1.0, 2.0, 3),
    case("weibull", 2.0, 3),
    case("zipf", 3.0, 4),
    case("permutation", 7),
    case("permutation", numpy.arange(6.0)),
    case("permutation", numpy.arange(6).reshape(3, 2)),
    case("choice", 9, 4),
    case("choice", numpy.arange(4.0), 3, False),
    case("choice", 4, (2, 2), p=[0.1, 0.2, 0.3, 0.4]),
    case("choice", 4, 2, False, [0.1, 0.2, 0.3, 0.4]),
]

GENERATOR = [
    *_COMMON,
    case("random"),
    case("random", 5),
    case("random", (2, 0)),
    case("random", 3, numpy.float32),
    case("standard_normal", 7, numpy.float32),
    case("standard_exponential", 5, numpy.float32),
    case("standard_exponential", 4, method="inv"),
    case("standard_gamma", 2.0, 3, numpy.float32),
    case("integers", 10),
    case("integers", 3, 1000, 7),
    case("integers", 0, 1 << 40, 3),
    case("integers", 0, 255, 5, numpy.uint8, endpoint=True),
    case("integers", 0, 2, 9, bool),
    case("integers", numpy.array([1, 5]), 9),
    case("multivariate_normal", [0.0, 1.0], [[2.0, 0.5], [0.5, 1.0]], method="cholesky"),
    case("multivariate_hypergeometric", [3, 5, 2], 4, 2),
    case("permuted", numpy.arange(12).reshape(3, 4), axis=1),
    case("choice", numpy.arange(6).reshape(3, 2), 2, axis=1, shuffle=False),
]

LEGACY = [
    *_COMMON,
    case("rand"),
    case("rand", 2, 3),
    case("randn", 3),
    case("randn"),
    case("random_sample", 5),
    case("randint", 10),
    case("randint", 3, 1000, 7),
    case("randint", 0, 255, 5, numpy.uint8),
    case("tomaxint", 3),
]

ON_THE_HOST = {
    "bytes",
    "choice",
    "dirichlet",
    "multinomial",
    "multivariate_hypergeometric",
    "multivariate_normal",
    "permutation",
    "permuted",
    "tomaxint",
}
"""Methods without a row that no graph draws from tensors."""
