"""Functions of one standard number: Laplace, Gumbel, Pareto, ..., of both generators, by NumPy's streams."""

from __future__ import annotations

import math

import numpy
import pytest
import tensorflow as tf
from drawn import check_generator, check_random_state

from tnp_shim.kernels.random import exponential, legacy, logarithm, transforms, ziggurat
from tnp_shim.kernels.random.engine import Block


def _uniform(engine, state, n):
    block = engine.doubles(state, n)
    return block.values, block.after(n)


def _finished(draw, finish, *parameters):
    """A draw whose standard values are finished by a function of parameters."""

    def finished(engine, state, n):
        values, state = draw(engine, state, n)
        return finish(values, *(tf.constant(parameter, tf.float64) for parameter in parameters)), state

    return finished


COMMON = {
    "laplace": (transforms.laplace, ()),
    "logistic": (transforms.logistic, ()),
    "gumbel": (transforms.gumbel, ()),
    "triangular": (_finished(_uniform, transforms.triangular, 1.0, 2.0, 5.0), (1.0, 2.0, 5.0)),
}
GENERATOR = COMMON | {
    "rayleigh": (transforms.rayleigh, ()),
    "standard_cauchy": (transforms.standard_cauchy, ()),
    "pareto": (_finished(ziggurat.standard_exponential, transforms.pareto, 3.0), (3.0,)),
    "weibull": (_finished(ziggurat.standard_exponential, transforms.weibull, 3.0), (3.0,)),
    "power": (_finished(ziggurat.standard_exponential, transforms.power, 3.0), (3.0,)),
}
LEGACY = COMMON | {
    "rayleigh": (transforms.rayleigh_legacy, ()),
    "pareto": (_finished(legacy.standard_exponential, transforms.pareto_legacy, 0.2), (0.2,)),
    "weibull": (_finished(legacy.standard_exponential, transforms.weibull, 3.0), (3.0,)),
    "power": (_finished(legacy.standard_exponential, transforms.power_legacy, 3.0), (3.0,)),
}


# ziggurats take XLA seconds to compile, and are compiled by other tests
@pytest.mark.parametrize(
    ("name", "mode"), [*((name, "graph") for name in GENERATOR), ("laplace", "xla"), ("gumbel", "unknown")]
)
def test_generator(name, mode):
    draw, parameters = GENERATOR[name]
    check_generator(
        draw, lambda g, n: getattr(g, name)(*parameters, size=n), 1500, mode, len(name), tolerance=2
    )


@pytest.mark.parametrize("mode", ["graph", "xla"])
@pytest.mark.parametrize("name", [name for name in LEGACY if name not in COMMON])
def test_random_state(name, mode):
    draw, parameters = LEGACY[name]
    # exp(x) - 1 where x is small: a last bit of exp, which may be another, is many of the result's
    tolerance = 1 << 14 if name == "pareto" else 2
    check_random_state(
        draw, lambda r, n: getattr(r, name)(*parameters, size=n), 1500, mode, len(name), tolerance
    )


def test_cauchy_numbers_of_a_random_state_keep_a_normal_number():
    check_random_state(
        transforms.standard_cauchy_legacy,
        lambda r, n: r.standard_cauchy(n),
        501,
        "graph",
        tolerance=2,
        begin=lambda r: r.standard_normal(),
        spare=True,
    )


@pytest.mark.parametrize("compiled", [False, True])
@pytest.mark.parametrize(
    ("ours", "libms", "most"),
    [
        (logarithm.log, math.log, 0.002),
        (exponential.exp, math.exp, 0.002),
        (exponential.expm1, math.expm1, 0.2),
    ],
)
def test_the_last_bit(ours, libms, most, compiled):
    random = numpy.random.default_rng(3)
    if libms is math.log:
        x = numpy.concatenate(
            [random.random(20_000), 1 - random.random(20_000) / 512, random.random(9) * 1e9]
        )
    else:
        x = numpy.concatenate([random.normal(size=20_000), random.uniform(-600, 600, 20_000)])
    expected = numpy.array([libms(element) for element in x])
    found = tf.function(ours, jit_compile=compiled, autograph=False)(tf.constant(x)).numpy()
    apart = numpy.abs(expected.view(numpy.int64) - found.view(numpy.int64))
    assert apart.max() <= 1 and (apart > 0).mean() < most


def test_a_uniform_zero_is_thrown_away():
    class Zeros:
        """An engine of numbers some of which are zero."""

        def doubles(self, state, n):
            place = state[0] + tf.range(tf.cast(n, tf.int64))
            values = tf.where(
                place % 30 == 2, tf.zeros([n], tf.float64), tf.cast(place + 1, tf.float64) / 1e9
            )
            return Block(values, lambda k: (state[0] + tf.cast(k, tf.int64),))

    values, (place,) = tf.function(
        lambda: transforms.not_zero(Zeros(), (tf.constant(0, tf.int64),), 100), autograph=False
    )()
    expected = [place for place in range(200) if place % 30 != 2][:100]
    assert ((values.numpy() * 1e9).round().astype(int) - 1).tolist() == expected
    assert int(place) == expected[-1] + 1
