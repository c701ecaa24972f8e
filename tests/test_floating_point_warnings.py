"""Division by zero, overflow and invalid values warn as NumPy's do, eagerly and where that is asked for."""

from __future__ import annotations

import warnings

import numpy
import pytest
import tensorflow as tf

import tnp_shim
from tnp_shim import config

x = numpy.array([[-1.0, 0.0, 1.0], [800.0, numpy.inf, numpy.nan]])
small = numpy.array([3, 0, -4])


def negated_in_place(np, x, n):
    x = x.copy()
    x /= np.zeros(3)
    return x


CASES = {
    "division": lambda np, x, n: x / 0,
    "division by an array": lambda np, x, n: np.divide(x, np.zeros(3)),
    "division in place": negated_in_place,
    "reflected division": lambda np, x, n: 1.0 / x,
    "floor division": lambda np, x, n: x // 0.0,
    "remainder": lambda np, x, n: x % 0.0,
    "two results": lambda np, x, n: np.divmod(x, 0.0),
    "fmod": lambda np, x, n: np.fmod(x, 0.0),
    "integers": lambda np, x, n: n // np.array([0, 1, 2]),
    "remainder of integers": lambda np, x, n: n % 0,
    "true division of integers": lambda np, x, n: n / 0,
    "logarithm": lambda np, x, n: np.log(x),
    "logarithm to base 2": lambda np, x, n: np.log2(x),
    "log1p": lambda np, x, n: np.log1p(x),
    "square root": lambda np, x, n: np.sqrt(x),
    "exponential": lambda np, x, n: np.exp(x),
    "square": lambda np, x, n: np.square(x * 1e200),
    "product": lambda np, x, n: x * np.array([1.0, np.inf, 1e308]),
    "difference of infinities": lambda np, x, n: x - np.inf,
    "sine": lambda np, x, n: np.sin(x),
    "inverse functions": lambda np, x, n: (np.arccos(x), np.arccosh(x), np.arctanh(np.clip(x, -1, 1))),
    "reciprocal": lambda np, x, n: np.reciprocal(x),
    "power": lambda np, x, n: np.power(x, -1.5),
    "products of arrays, float32": lambda np, x, n: (
        np.float32(1e30) * np.asarray(x, np.float32) * np.float32(1e38)
    ),
    "where": lambda np, x, n: np.divide(x, 0.0, out=np.zeros((2, 3)), where=x > 700),
    "where nothing is": lambda np, x, n: np.log(x, out=np.zeros((2, 3)), where=x > 500),
    "scalars": lambda np, x, n: (np.float64(1) / np.float64(0), 0 / np.float64(0), np.float64(10) ** 400),
    "an array of no axes": lambda np, x, n: np.array(1.0) / np.array(0.0),
    "ufunc of scalars": lambda np, x, n: np.divide(np.float64(1), np.float64(0)),
    "overflow of integer scalars": lambda np, x, n: (
        np.int8(127) + np.int8(1),
        -np.int8(-128),
        np.int64(2**62) * 4,
    ),
    "scalar divmod": lambda np, x, n: divmod(np.int64(1), 0),
    "reciprocal of zero": lambda np, x, n: np.reciprocal(n),
    "mean of nothing": lambda np, x, n: (np.mean(np.array([])), np.zeros((2, 0)).mean(axis=1)),
    "var of too few": lambda np, x, n: (np.var(np.ones((2, 1)), axis=1, ddof=1), np.std(np.array([]))),
    "only NaN": lambda np, x, n: (
        np.nanmean(np.array([np.nan])),
        np.nanmax(np.array([[np.nan], [1.0]]), axis=1),
    ),
    "median of nothing": lambda np, x, n: (np.median(np.array([])), np.nanmedian(np.array([np.nan]))),
    "overflow in a sum": lambda np, x, n: (np.array([1e308, 1e308]).sum(), np.prod(np.array([1e308, 10.0]))),
    "sum of infinities": lambda np, x, n: np.sum(np.array([np.inf, -np.inf])),
    "ufunc methods": lambda np, x, n: (
        np.add.reduce(np.array([1e308, 1e308])),
        np.multiply.accumulate(np.array([1e308, 10.0])),
        np.add.reduceat(np.array([1e308, 1e308]), [0]),
        np.divide.outer(np.array([1.0]), np.array([0.0])),
    ),
    "casts": lambda np, x, n: (
        np.array([np.nan]).astype(int),
        np.asarray(np.array([np.inf]), dtype=np.int64),
        np.array([1e300]).astype("f4"),
        np.array([7e4]).astype("f2"),
    ),
    "products": lambda np, x, n: (
        np.array([[np.inf, 1.0]]) @ np.array([[0.0], [1.0]]),
        np.dot(np.array([1e308]), np.array([10.0])),
        np.outer(np.array([1e308]), np.array([10.0])),
    ),
    "statistics": lambda np, x, n: (
        np.corrcoef(np.array([[1.0, 1.0], [2.0, 3.0]])),
        np.cov(np.array([1.0])),
        np.ptp(np.array([-1e308, 1e308])),
        np.diff(np.array([np.inf, np.inf])),
    ),
    "functions of the user's": lambda np, x, n: np.apply_along_axis(np.log, 0, np.zeros(2)),
    "what does not compute": lambda np, x, n: (
        np.sort(x),
        np.where(x > 0, np.inf, x),
        x > 1,
        np.floor(x),
        x[1],
    ),
    "nothing wrong": lambda np, x, n: np.log(np.abs(x) + 1) + np.maximum(x, 2) * (x == x),
}

NOT_AT_FIRST = {"product", "products of arrays, float32", "overflow in a sum", "sum of infinities"}
"""What is so cheap that a look would make it half as slow again."""


def heard(np, case) -> list[tuple[type[Warning], str]]:
    """The warnings of a call."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        case(np, np.array(x), np.array(small))
    return [(warning.category, str(warning.message)) for warning in caught]


@pytest.mark.parametrize("name", CASES)
def test_warnings_are_numpys(name):
    expected = heard(numpy, CASES[name])
    with config.warnings("everything"):
        assert sorted(heard(tnp_shim, CASES[name]), key=str) == sorted(expected, key=str)
    with config.warnings(False):
        assert heard(tnp_shim, CASES[name]) == []


@pytest.mark.parametrize("name", [name for name in CASES if name not in NOT_AT_FIRST])
def test_warnings_are_on_at_first(name):
    assert config.get_warnings() is True
    assert sorted(heard(tnp_shim, CASES[name]), key=str) == sorted(heard(numpy, CASES[name]), key=str)


def test_the_table_is_of_warnings():
    silent = [name for name in CASES if not heard(numpy, CASES[name])]
    assert silent == ["where nothing is", "what does not compute", "nothing wrong"]


def test_results_do_not_change():
    for name, case in CASES.items():
        with config.warnings(False):
            plain = case(tnp_shim, tnp_shim.array(x), tnp_shim.array(small))
        with warnings.catch_warnings(), numpy.errstate(all="ignore"):
            warnings.simplefilter("ignore")
            watched = case(tnp_shim, tnp_shim.array(x), tnp_shim.array(small))
        pairs = zip(plain, watched, strict=True) if isinstance(plain, tuple) else [(plain, watched)]
        for mine, other in pairs:
            numpy.testing.assert_array_equal(numpy.asarray(mine), numpy.asarray(other), name)
            assert mine.dtype == other.dtype


@pytest.mark.parametrize("np", [numpy, tnp_shim], ids=["numpy", "ours"])
def test_errstate_says_what_becomes_of_them(np):
    ones, calls = np.ones(2), []
    with config.warnings():
        with np.errstate(divide="ignore"):
            ones / 0
        with np.errstate(divide="raise"), pytest.raises(FloatingPointError, match="divide by zero .* divide"):
            ones / 0
        with np.errstate(all="call", call=lambda kind, flag: calls.append(kind)):
            np.sqrt(-ones)
        old = np.seterr(invalid="ignore")
        np.log(-ones)
        np.seterr(**old)
    assert calls == ["invalid value"]


def test_the_line_of_the_warning_is_the_users():
    with config.warnings(), warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        tnp_shim.ones(2) / 0
        tnp_shim.log(tnp_shim.zeros(2))
    assert [warning.filename for warning in caught] == [__file__] * 2


def test_graphs_are_silent():
    with config.warnings():
        divided = tf.function(lambda t: tf.convert_to_tensor(tnp_shim.asarray(t) / 0))(tf.ones(2))
    assert numpy.isinf(divided).all()


def test_settings():
    with config.warnings(False):
        assert config.get_warnings() is False
        tnp_shim.ones(2) / 0
        with config.warnings("everything"), pytest.warns(RuntimeWarning, match="invalid value .* subtract"):
            assert config.get_warnings() == "everything"
            tnp_shim.array([numpy.inf]) - tnp_shim.array([numpy.inf])
    with pytest.raises(ValueError, match=r"config\.warnings"):
        config.set_warnings("no")


def test_what_raises_is_not_written():
    x = tnp_shim.ones(2)
    raising = pytest.raises(FloatingPointError, match="divide by zero encountered in divide")
    with tnp_shim.errstate(all="raise"), raising:
        x /= 0
    assert x.tolist() == [1, 1]


def test_an_override_within_sees_its_own_body():
    with config.warnings(), tnp_shim.override("add", lambda x, y: tf.subtract(x, y)):
        assert float((tnp_shim.ones(1) + tnp_shim.ones(1))[0]) == 0.0
    assert float((tnp_shim.ones(1) + tnp_shim.ones(1))[0]) == 2.0
    assert tnp_shim.add.direct
