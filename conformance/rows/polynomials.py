"""Rows of polynomials: NumPy's functions of coefficients, and the classes. Knows the words."""

from __future__ import annotations

from conformance.row import row
from conformance.vocabulary import Array, Given, Number, among, shape_of

GENTLE = ("ordinary", "positive", "ties")
DTYPES = ("float64", "int64", "complex128", "float32", "int32")
VECTORS = [(3,), (1,), (2,), (4,)]
COEFFICIENTS = Array(DTYPES, GENTLE, VECTORS)
LEADING = Array(("float64", "complex128", "int64"), ("positive",), VECTORS)
"""Coefficients of which the first is not zero."""

POINTS = Array(("float64", "float32"), ("distinct",), [(7,), (5,)])
ROWS = [
    row("poly", Array(("float64", "complex128", "int64"), GENTLE, [(3,), (1,), (0,), (2, 2)])).within(
        64, of_largest=True, conditioned=True
    ),
    row("roots", among(LEADING, [1, -3, 2], [0, 0, 1, 2], [])).within(1e4, of_largest=True, conditioned=True),
    row("polyval", COEFFICIENTS, among(Array(DTYPES, GENTLE), 2, 1.5)).within(8, conditioned=True),
    *(
        row(name, COEFFICIENTS, among(COEFFICIENTS, [1, 2.5], Number((2, 0.5), ()))).within(
            8, conditioned=True
        )
        for name in ("polyadd", "polysub", "polymul")
    ),
    row("polydiv", COEFFICIENTS, LEADING).within(64, of_largest=True, conditioned=True),
    row("polyder", COEFFICIENTS, m=among(0, 1, 2, 5)).within(2),
    row("polyint", COEFFICIENTS, m=among(0, 1, 2), k=among(None, 3)).within(2),
    row(
        "polyfit",
        POINTS,
        Given(lambda choose, seen: Array(("float64", "complex128"), ("ordinary",), [shape_of(seen[0])])),
        among(0, 1, 2),
        rcond=among(None, 1e-9),
        full=among(False, True),
        w=Given(lambda choose, seen: Array(("float64",), ("positive",), [shape_of(seen[0])])),
        cov=among(False, True, "unscaled"),
    ).within(1e5, of_largest=True, conditioned=True),
    row("poly1d", among(COEFFICIENTS, [1, 2]), r=among(False, True), variable=among(None, "z")),
    *(
        row(
            f"polynomial.{name}",
            COEFFICIENTS,
            domain=Given(lambda choose, seen: choose.among("domain", (None, [0, 2])), bad=3),
            window=Given(lambda choose, seen: choose.among("window", (None, [-1, 1])), bad=3),
            symbol=among("x", "t"),
        )
        for name in ("Polynomial", "Chebyshev", "Legendre", "Laguerre", "Hermite", "HermiteE")
    ),
    row("polynomial.set_default_printstyle", among("unicode", "ascii", "other")),
]
