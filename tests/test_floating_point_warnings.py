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
    "float32": lambda np, x, n: np.float32(1e30) * np.asarray(x, np.float32) * np.float32(1e38),
    "where": lambda np, x, n: np.divide(x, 0.0, out=np.zeros((2, 3)), where=x > 700),
    "where nothing is": lambda np, x, n: np.log(x, out=np.zeros((2, 3)), where=x > 500),
    "nothing wrong": lambda np, x, n: np.log(np.abs(x) + 1) + np.maximum(x, 2) * (x == x),
}


def heard(np, case) -> list[tuple[type[Warning], str]]:
    """The warnings of a call."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        case(np, np.array(x), np.array(small))
    return [(warning.category, str(warning.message)) for warning in caught]


@pytest.mark.parametrize("name", CASES)
def test_warnings_are_numpys(name):
    expected = heard(numpy, CASES[name])
    with config.warnings():
        assert sorted(heard(tnp_shim, CASES[name]), key=str) == sorted(expected, key=str)
    assert heard(tnp_shim, CASES[name]) == []


def test_the_table_is_of_warnings():
    silent = [name for name in CASES if not heard(numpy, CASES[name])]
    assert silent == ["where nothing is", "nothing wrong"]


def test_results_do_not_change():
    for name, case in CASES.items():
        plain = case(tnp_shim, tnp_shim.array(x), tnp_shim.array(small))
        with config.warnings(), numpy.errstate(all="ignore"):
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


def test_the_short_cuts_come_back():
    direct = dict(tnp_shim.add.direct)
    assert direct
    with config.warnings():
        assert not tnp_shim.add.direct
        with config.warnings(False):
            tnp_shim.ones(2) / 0
            assert not config.get_warnings()
        with config.warnings(), tnp_shim.errstate(divide="ignore"):
            tnp_shim.ones(2) / 0
    assert tnp_shim.add.direct == direct
    with pytest.raises(ValueError, match=r"config\.warnings"):
        config.set_warnings("no")


def test_an_override_within_sees_its_own_body():
    with config.warnings(), tnp_shim.override("add", lambda x, y: tf.subtract(x, y)):
        assert float((tnp_shim.ones(1) + tnp_shim.ones(1))[0]) == 0.0
    assert float((tnp_shim.ones(1) + tnp_shim.ones(1))[0]) == 2.0
    assert tnp_shim.add.direct
