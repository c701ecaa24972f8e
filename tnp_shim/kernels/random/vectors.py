"""Numbers that come in vectors: multinomial, Dirichlet, multivariate hypergeometric. Knows tensors only."""

from __future__ import annotations

from typing import Any

import tensorflow as tf

from tnp_shim.kernels.random import counts, gamma, hypergeometric, scalars
from tnp_shim.kernels.random.bounded_each import Stepped, word_by_word
from tnp_shim.kernels.random.engine import Engine, Size, State
from tnp_shim.kernels.random.intervals import masking
from tnp_shim.kernels.random.mixed import Half, Stream
from tnp_shim.kernels.random.rounding import kept
from tnp_shim.kernels.random.sequential import Cursor, Drawn, Words
from tnp_shim.tensorflow_internals import known_value

_BINOMIAL = counts.binomial(legacy=False)  # RandomState's too


def _put(values: tf.Tensor, place: tf.Tensor, value: tf.Tensor) -> tf.Tensor:
    return tf.tensor_scatter_nd_update(values, place[None, None], value[None])


def _last_gets(values: tf.Tensor, rest: tf.Tensor) -> tf.Tensor:
    """What is left goes to the last element."""
    last = tf.size(values, tf.int64) - 1
    return tf.where((tf.range(last + 1) == last) & (rest > 0), rest, values)


def multinomial(words: Words, cursor: Cursor, n: tf.Tensor, chances: tf.Tensor) -> Drawn:
    """`multinomial(n, chances)` of both: a binomial number of what is left, for each of the chances."""
    size = tf.size(chances, tf.int64)

    def step(j: tf.Tensor, left: tf.Tensor, whole: tf.Tensor, values: tf.Tensor, cursor: Cursor) -> Any:
        chance = tf.gather(chances, j)
        value, cursor = _BINOMIAL(words, cursor, left, kept(chance / whole))
        return j + 1, left - value, whole - chance, _put(values, j, value), cursor

    begin = (
        tf.constant(0, tf.int64),
        n,
        tf.constant(1.0, tf.float64),
        tf.zeros_like(chances, tf.int64),
        cursor,
    )
    _, left, _, values, cursor = tf.while_loop(lambda j, left, *_: (j < size - 1) & (left > 0), step, begin)
    return _last_gets(values, left), cursor


def _normalized(values: tf.Tensor) -> tf.Tensor:
    """The values over their sum, which is added up in order."""
    size = tf.size(values, tf.int64)
    total = tf.while_loop(
        lambda j, _: j < size,
        lambda j, total: (j + 1, total + tf.gather(values, j)),
        (tf.constant(0, tf.int64), tf.constant(0.0, tf.float64)),
    )[1]
    return values * kept(1.0 / total)


def _sums_behind(values: tf.Tensor) -> tf.Tensor:
    """For each value the sum of those behind it, added up from the end."""

    def step(j: tf.Tensor, total: tf.Tensor, sums: tf.Tensor) -> Any:
        return j - 1, total + tf.gather(values, j), _put(sums, j, total)

    begin = tf.size(values, tf.int64) - 1, tf.constant(0.0, tf.float64), tf.zeros_like(values)
    return tf.while_loop(lambda j, *_: j >= 0, step, begin)[2]


def dirichlet(words: Words, cursor: Cursor, alpha: tf.Tensor) -> Drawn:
    """`Generator.dirichlet(alpha)`: gamma numbers over their sum; of small alpha the parts of a stick."""
    size = tf.size(alpha, tf.int64)
    after_each = _sums_behind(alpha)
    of_gamma, of_beta = gamma.standard_gamma(scalars.GENERATOR), gamma.beta(scalars.GENERATOR, False)
    zeros = tf.zeros_like(alpha)

    def gammas() -> Drawn:
        def step(j: tf.Tensor, values: tf.Tensor, cursor: Cursor) -> Any:
            value, cursor = of_gamma(words, cursor, tf.gather(alpha, j))
            return j + 1, _put(values, j, value), cursor

        begin = tf.constant(0, tf.int64), zeros, cursor
        _, values, after = tf.while_loop(lambda j, *_: j < size, step, begin)
        return _normalized(values), after

    def parts() -> Drawn:
        def step(j: tf.Tensor, stick: tf.Tensor, _: tf.Tensor, values: tf.Tensor, cursor: Cursor) -> Any:
            rest = tf.gather(after_each, j)
            share, cursor = of_beta(words, cursor, tf.gather(alpha, j), rest)
            return (
                j + 1,
                kept(stick * (1.0 - share)),
                tf.equal(rest, 0),
                _put(values, j, stick * share),
                cursor,
            )

        nothing = tf.equal(tf.reduce_sum(alpha), 0)
        begin = tf.constant(0, tf.int64), tf.constant(1.0, tf.float64), nothing, zeros, cursor
        _, stick, _, values, after = tf.while_loop(
            lambda j, _, done, *__: (j < size - 1) & ~done, step, begin
        )
        return tf.where(nothing, values, _last_gets(values, stick)), after

    return tf.cond(tf.reduce_max(alpha) < 0.1, parts, gammas)


def marginals(stream: Stream, at: Cursor, sample: tf.Tensor, colors: tf.Tensor) -> Half:
    """`multivariate_hypergeometric(colors, sample)`: each color against all that come after it."""
    size, total = tf.size(colors, tf.int64), tf.reduce_sum(colors)
    rest = sample > total // 2

    def step(j: tf.Tensor, left: tf.Tensor, others: tf.Tensor, values: tf.Tensor, at: Cursor) -> Any:
        good = tf.gather(colors, j)
        value, at = hypergeometric.one(stream, at, good, others - good, left)
        return j + 1, left - value, others - good, _put(values, j, value), at

    begin = tf.constant(0, tf.int64), tf.where(rest, total - sample, sample), total, tf.zeros_like(colors), at
    _, left, _, values, at = tf.while_loop(lambda j, left, *_: (j < size - 1) & (left > 0), step, begin)
    values = _last_gets(values, left)
    return tf.where(rest, colors - values, values), at


def counted(
    engine: Engine, state: State, n: Size, colors: tf.Tensor, sample: tf.Tensor
) -> tuple[tf.Tensor, State]:
    """The same with `method="count"`: of a row of all things the first are taken, after swaps."""
    total = _as_number(tf.reduce_sum(colors))
    few = _as_number(tf.minimum(sample, total - sample))
    count = tf.cast(n, tf.int64) * few
    things = tf.repeat(tf.range(tf.size(colors, tf.int64)), colors)
    # the row of things, and behind it what was taken from it
    known = isinstance(n, int) and isinstance(few, int)
    space = tf.zeros([n * few] if known else tf.reshape(count, [1]), tf.int64)
    row = tf.concat([tf.ensure_shape(things, [total]) if isinstance(total, int) else things, space], 0)
    lengths = [tf.cast(length, tf.int64) for length in (total, few)]
    found, state = word_by_word(engine, state, count, n * few if known else count, _take, row, lengths)
    taken = tf.reshape(found[total:], tf.stack([tf.cast(n, tf.int64), few]))
    same = tf.equal(taken[:, :, None], tf.range(tf.size(colors, tf.int64)))
    values = tf.reduce_sum(tf.cast(same, tf.int64), axis=1)
    return tf.where(few < sample, colors - values, values), state


def _as_number(x: tf.Tensor) -> Size:
    known = known_value(x)
    return x if known is None else int(known)


def _take(word: tf.Tensor, done: tf.Tensor, row: tf.Tensor, total: tf.Tensor, few: tf.Tensor) -> Stepped:
    place = done % few
    accepted, other = masking(word, total - 1 - place, 32)
    other = tf.where(accepted, place + other, place)
    chosen, moved = tf.gather(row, other), tf.gather(row, place)
    places = tf.stack([other, place, total + done])
    row = tf.tensor_scatter_nd_update(row, places[:, None], tf.stack([moved, chosen, chosen]))
    return tf.ones_like(done), done + tf.cast(accepted, tf.int64), row
