"""`poly1d`, the functions of coefficients, and `numpy.polynomial`, against NumPy's."""

from __future__ import annotations

import pickle
import warnings

import numpy
import pytest
import tensorflow as tf
from differential import raises, same
from traced import agree, gradients_agree

import tnp_shim as np
from tnp_shim.errors import ShimError, UnknownValueError

FAMILIES = {
    "Polynomial": ("polynomial", "poly"),
    "Chebyshev": ("chebyshev", "cheb"),
    "Legendre": ("legendre", "leg"),
    "Laguerre": ("laguerre", "lag"),
    "Hermite": ("hermite", "herm"),
    "HermiteE": ("hermite_e", "herme"),
}
C = numpy.array([1.5, -2, 0.5, 3])
D = numpy.array([2.0, 1, -1])
X = numpy.array([[0.5, -1.5, 2], [0, 1, 0.25]])
CLOSE = {"tolerance": 1e-10, "memory": False}


def test_functions_of_coefficients():
    for c, d in (
        (C, D),
        (D, C),
        (C, [2.0]),
        ([1, 2, 3], [1, 1]),
        (C * 1j, D),
        (C.astype("f4"), D.astype("f4")),
    ):
        for name in ("polyadd", "polysub", "polymul", "polydiv"):
            same(lambda np, c, d, n=name: getattr(np, n)(c, d), c, d, **CLOSE)
        same(lambda np, c, d: np.polyval(c, d), c, d, **CLOSE)
        same(
            lambda np, c: [np.polyder(c), np.polyder(c, 2), np.polyint(c), np.polyint(c, 2, [1, 2])],
            c,
            **CLOSE,
        )
    same(lambda np, x: np.polyval([1, 2, 3], x), X, **CLOSE)
    same(lambda np: [np.poly([1, 2, 3]), np.poly([1j, -1j]), np.poly([])], **CLOSE)
    raises(lambda np, c: np.polyder(c, -1), C)
    raises(lambda np, c: np.polyint(c, 3, [1, 2]), C)
    raises(lambda np: np.poly([[[1]]]))
    raises(lambda np, c: np.polyval(c, "x"), C, message=False)


def test_polynomials_in_one_variable():
    def operations(np, c, d):
        p, q = np.poly1d(c), np.poly1d(d, variable="y")
        results = [p + q, p - q, p * q, p / 2, 2 * p, p**2, -p, p + 1, 1 - p, p.deriv(), p.integ(2, 3)]
        found = [r.coeffs for r in results] + [r.c for r in p / q]
        p[1] = 7
        return [*found, p(X), p(q).c, p[0], p[9], p.order, len(p), p == q, p == p, str(p), repr(q)]

    same(operations, C, D, **CLOSE)
    same(operations, [1, 2, 3], [1, 1], **CLOSE)
    same(lambda np, c: np.poly1d([2, 3], r=True).c, C, **CLOSE)
    same(lambda np, c: np.polymul(np.poly1d(c), c).c, C, **CLOSE)
    same(lambda np, c: np.array([1.0, 2, 3, 4]) * np.poly1d(c), C, **CLOSE)
    p = np.poly1d(C)
    assert numpy.asarray(p).tolist() == C.tolist() and np.asarray(p).tolist() == C.tolist()
    assert pickle.loads(pickle.dumps(p)) == p and type(p).__module__ == "tnp_shim"
    assert isinstance(p.c, np.ndarray)


@pytest.mark.parametrize("family", FAMILIES)
def test_families(family):
    _, prefix = FAMILIES[family]

    def operations(np, c, d):
        kind = getattr(np.polynomial, family)
        p, q = kind(c, domain=[-2, 3]), kind(d, domain=[-2, 3])
        results = [p + q, p - q, p * q, p // q, p % q, *divmod(p, q), p**2, 2.5 * p, p / 2, -p, p - 1]
        results += [p.deriv(2), p.integ(1, k=2), p.trim(), p.truncate(2), p.cutdeg(1), kind.basis(3)]
        results += [p.convert(kind=np.polynomial.Polynomial), p.convert(domain=[0, 1]), kind.identity()]
        results += [np.float64(2) * p, p + np.array([1.0, 2])]
        texts = [repr(p), str(p), f"{p:ascii}", str(kind([1, 2]))]
        return [r.coef for r in results], p(X), p(0.5), p.degree(), p == q, p.linspace(4), texts

    same(operations, C, D, **CLOSE)
    same(operations, [1, 2, 3], [1, 1], **CLOSE)
    kind = getattr(np.polynomial, family)
    p = kind(C)
    assert pickle.loads(pickle.dumps(p)) == p and p.copy() == p and isinstance(p.coef, np.ndarray)
    with pytest.raises(TypeError, match="Domains differ"):
        kind(C, domain=[0.25, 1]) + p
    assert type(p).__module__ == f"tnp_shim.polynomial.{FAMILIES[family][0]}"


@pytest.mark.parametrize("family", FAMILIES)
def test_functions_of_families(family):
    module, prefix = FAMILIES[family]

    def function(np, name):
        return getattr(getattr(np.polynomial, module), prefix + name)

    for name in ("add", "sub", "mul", "div"):
        same(lambda np, c, d, n=name: function(np, n)(c, d), C, D, **CLOSE)
    for name, arguments in (
        ("val", (X, C)),
        ("val2d", (X, X, numpy.outer(C, D))),
        ("grid2d", (X[0], X[1], numpy.outer(C, D))),
        ("val3d", (X, X, X, numpy.ones((2, 2, 2)))),
        ("grid3d", (X[0], X[1], X[0], numpy.ones((2, 2, 2)))),
        ("der", (C, 2)),
        ("int", (C, 1, [2.0])),
        ("mulx", (C,)),
        ("pow", (D, 3)),
        ("vander", (X, 3)),
        ("vander2d", (X, X, [1, 2])),
        ("vander3d", (X, X, X, [1, 1, 1])),
        ("companion", (C,)),
        ("line", (1.0, 2.0)),
        ("fromroots", ([1.0, 2, 3],)),
        ("trim", ([1.0, 2, 0],)),
    ):
        same(lambda np, *a, n=name: function(np, n)(*a), *arguments, **CLOSE)
    raises(lambda np, c: function(np, "der")(c, -1), C)
    raises(lambda np, c: function(np, "vander")(c, -1), C)


def test_conversions_and_tools():
    def tools(np, c):
        pu, cheb = np.polynomial.polyutils, np.polynomial.chebyshev
        return [
            cheb.cheb2poly(c),
            cheb.poly2cheb(c),
            cheb.chebinterpolate(np.cos, 3),
            cheb.chebpts1(4),
            cheb.chebweight(c / 4),
            pu.getdomain(c),
            pu.mapdomain(c, (0, 1), [2, 4]),
            pu.trimcoef([1.0, 2, 1e-9], 1e-6),
            pu.as_series([[1.0, 2], [3.0, 0]]),
        ]

    same(tools, C, **CLOSE)


def test_print_styles():
    def styles(np):
        made = np.polynomial.Polynomial([1, 2.5, -3])
        found = [str(made)]
        np.polynomial.set_default_printstyle("ascii")
        found.append(str(made))
        np.polynomial.set_default_printstyle("unicode")
        return found + [str(made)]

    same(styles)


COUNTS = {
    "polyval": (C, X),
    "polyder": (C,),
    "polyint": (C,),
    "polyadd": (C, D),
    "polysub": (C, D),
}


@pytest.mark.parametrize("name", COUNTS)
def test_traced_where_no_value_is_needed(name):
    agree(name, *COUNTS[name], modes=("eager", "traced", "xla"), tolerance=1e-12)


@pytest.mark.parametrize("family", FAMILIES)
def test_traced_values_and_derivatives_of_families(family):
    module, prefix = FAMILIES[family]
    for name, arguments in (("val", (X, C)), ("der", (C,)), ("int", (C,)), ("vander", (X[0], 3))):
        expected = getattr(getattr(numpy.polynomial, module), prefix + name)(*arguments)

        def traced(*given, name=name):
            given = [np.asarray(g) if isinstance(g, tf.Tensor) else g for g in given]
            return tf.convert_to_tensor(getattr(getattr(np.polynomial, module), prefix + name)(*given))

        compiled = tf.function(traced, jit_compile=True, autograph=False)
        given = [tf.constant(a) if isinstance(a, numpy.ndarray) else a for a in arguments]
        numpy.testing.assert_allclose(compiled(*given), expected, rtol=1e-10, atol=1e-10)
    values = getattr(getattr(np.polynomial, module), prefix + "val")
    unknown = tf.function(
        lambda x: tf.convert_to_tensor(values(np.asarray(x), C)),
        [tf.TensorSpec([None, None], tf.float64)],
        autograph=False,
    )
    expected = getattr(getattr(numpy.polynomial, module), prefix + "val")(X, C)
    numpy.testing.assert_allclose(unknown(X), expected, rtol=1e-12)
    gradients_agree(values, X[0], D)


def test_gradients():
    gradients_agree(np.polyval, C, X[0])
    gradients_agree(np.polymul, C, D)
    gradients_agree(lambda c: np.polyint(np.polyder(c)), C)
    gradients_agree(lambda r: np.poly(r), D)


def test_sizes_that_depend_on_values_must_be_known():
    for name in ("polymul", "polydiv"):
        with pytest.raises(ShimError, match=f"np.{name}.*outside of the traced function"):
            tf.function(lambda c, name=name: getattr(np, name)(np.asarray(c), [1.0, 2]), autograph=False)(C)
    with pytest.raises(UnknownValueError):
        tf.function(lambda c: np.polynomial.polynomial.polyadd(np.asarray(c), [1.0, 2]), autograph=False)(C)


def test_roots_and_fits():
    x = numpy.linspace(-1, 2, 9)
    y = numpy.polyval(C, x) + numpy.cos(9 * x) / 9
    same(
        lambda np, c: [np.roots(c), np.roots([1.0, 0, 1]), np.roots([0.0, 1, 2, 0]), np.roots([])], C, **CLOSE
    )
    same(lambda np, c: np.poly1d(c).r, C, **CLOSE)
    same(lambda np: np.poly([[1.0, 2], [3, 4]]), **CLOSE)
    for keywords in ({}, {"full": True}, {"cov": True}, {"w": numpy.arange(1.0, 10)}):
        same(lambda np, x, y, k=keywords: np.polyfit(x, y, 2, **k), x, y, **CLOSE)
    same(lambda np, x, y: np.polyfit(x, np.stack([y, x], 1), 2), x, y, **CLOSE)
    raises(lambda np, x: np.polyfit(x, x, -1), x)
    raises(lambda np, x: np.polyfit(x, x[1:], 1), x)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        np.polyfit([1.0, 1, 1], [1.0, 2, 3], 1)
    assert [warning.category for warning in caught] == [numpy.exceptions.RankWarning]
    for family, (module, prefix) in FAMILIES.items():
        same(lambda np, x, y, f=family: getattr(np.polynomial, f).fit(x, y, 3).coef, x, y, **CLOSE)
        same(lambda np, c, f=family: getattr(np.polynomial, f)(c).roots(), C, **CLOSE)
        if prefix != "poly":
            gauss = f"{prefix}gauss"
            same(lambda np, m=module, g=gauss: getattr(getattr(np.polynomial, m), g)(4), **CLOSE)
    agree("polyfit", x, y, 2, modes=("eager", "traced", "unknown", "xla"), tolerance=1e-10)
    unknown = [tf.TensorSpec([None], tf.float64)] * 2
    fit = tf.function(
        lambda x, y: tf.convert_to_tensor(np.polyfit(np.asarray(x), np.asarray(y), 2)),
        unknown,
        autograph=False,
    )
    with pytest.raises(
        tf.errors.InvalidArgumentError, match="TypeError: expected x and y to have same length"
    ):
        fit(x, y[1:])
    gradients_agree(lambda y: np.polyfit(x, y, 2), y)
