"""Draws of one number for each element of the parameters, in graphs. Knows the array."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

import numpy
import tensorflow as tf

from tnp_shim import dtypes
from tnp_shim.array import Array, wrap, wrap_scalar, write
from tnp_shim.control_flow import numbers
from tnp_shim.conversion import to_tensor
from tnp_shim.errors import UnsupportedError, users_line
from tnp_shim.kernels.random.engine import Engine
from tnp_shim.promotion import cast
from tnp_shim.random.hosted import Draws, asked, checked_when_run, drawn_on_host, host, without_gradient
from tnp_shim.random.rows import Draw, Row, with_gradient
from tnp_shim.random.sizes import Size
from tnp_shim.tensorflow_internals import compiled_by_xla, known_value, runs_eagerly


def _has_zero(row: Row, tensors: list[tf.Tensor]) -> bool:
    """Whether a parameter, known now, is 0 where a draw takes none."""
    known = [
        known_value(t) for p, t in zip(row.parameters, tensors, strict=True) if p.name == row.needs_positive
    ]
    return any(value is not None and not value.all() for value in known)


WORTH_COMPILING = 1 << 14
"""From so many numbers on XLA compiles a draw, which takes seconds while the function is traced."""


def elementwise(self: Draws, row: Row, values: dict[str, Any]) -> Any:
    """A number for each element of the broadcast parameters."""
    out, dtype = values.get("out"), numpy.dtype(values.get("dtype") or numpy.float64)
    examples = {p.name: p.example for p in row.parameters}
    without = {"size": None} if out is None else {"size": None, "out": None}
    trial = asked(self, row.name, {**values, **without}, examples)
    if out is not None:
        values = {**values, "size": check_out(self, row, values)}
    tensors = [cast(to_tensor(values[p.name]), p.dtype) for p in row.parameters]
    try:
        size = Size(values.get("size"), tensors)
    except ValueError:
        asked(self, row.name, values, examples)  # NumPy's words for shapes that do not fit
        raise
    if compiled_by_xla():
        tensors, wrong = _set_right(row, tensors)
        found = _values(self, row, tensors, size, values, dtype)
        found = found if wrong is None else tf.where(size.flat(wrong), _no_number(found.dtype), found)
    else:
        found = _values(self, row, refused_at_run_time(row, tensors), size, values, dtype)
    if out is not None:
        write(out, tf.ensure_shape(tf.reshape(found, size.shape), out._cell.read().shape))
        return out
    return shaped(found, size, trial)


def shaped(found: tf.Tensor, size: Size, trial: Any) -> Any:
    """Numbers as NumPy returns them, of the kind that a trial gave."""
    if not size.is_scalar:
        return wrap(tf.reshape(found, size.shape))
    found = tf.reshape(found, ())
    if type(trial) in (bool, int, float) and not runs_eagerly():
        return numbers.made(found, type(trial))
    return type(trial)(found.numpy()) if type(trial) in (bool, int) else wrap_scalar(found)


def check_out(self: Draws, row: Row, values: dict[str, Any]) -> Any:
    """Refuse what NumPy refuses to write into; the size of `out`."""
    out = values["out"]
    if not isinstance(out, Array):
        raise UnsupportedError(
            f"{users_line()}: np.random.{row.name}: out must be an array of tnp_shim's in a graph, or what "
            "is drawn when the graph runs would be lost"
        )
    tensor = out._cell.read()
    if not tensor.shape.is_fully_defined():
        return tf.shape(tensor, out_type=tf.int64)
    asked(self, row.name, {**values, "out": numpy.empty(tensor.shape, out.dtype)}, examples_of(row))
    return tuple(tensor.shape)


def refused_at_run_time(row: Row, tensors: list[tf.Tensor]) -> list[tf.Tensor]:
    """The parameters, which are checked when the graph runs if they are unknown until then."""
    if all(known_value(tensor) is not None for tensor in tensors):
        return tensors
    faults = [
        (parameter.fault(tensor), parameter.words)
        for parameter, tensor in zip(row.parameters, tensors, strict=True)
        if parameter.fault is not None and known_value(tensor) is None
    ]
    faults += [(fault(*tensors), words) for fault, words in row.together]
    return checked_when_run(row.name, faults, tensors)


def _set_right(row: Row, tensors: list[tf.Tensor]) -> tuple[list[tf.Tensor], tf.Tensor | None]:
    """Parameters that can be drawn from, and where they were others: XLA has no assertions.

    Draws by rejection would never end where nothing is accepted.
    """
    faults = [fault(*tensors) for fault, _ in row.together]
    made = []
    for parameter, tensor in zip(row.parameters, tensors, strict=True):
        if parameter.fault is not None and known_value(tensor) is None:
            faults.append(parameter.fault(tensor))
            tensor = tf.where(faults[-1], tf.cast(parameter.example, tensor.dtype), tensor)
        made.append(tensor)
    return made, functools.reduce(tf.logical_or, faults) if faults else None


def _no_number(dtype: tf.DType) -> tf.Tensor:
    return tf.constant(numpy.nan if dtype.is_floating else dtype.min, dtype)


def _values(
    self: Draws,
    row: Row,
    tensors: list[tf.Tensor],
    size: Size,
    values: dict[str, Any],
    dtype: numpy.dtype[Any],
) -> tf.Tensor:
    draw = row.chosen(dtype, values.get("method", "zig"))
    engine = self._bits._kind.engine
    if draw is None or drawn_on_host() or _has_zero(row, tensors):
        return _values_on_host(self, row, tensors, size, values)
    # parameters have their gradients by what follows the draw
    given = [
        tf.stop_gradient(size.flat(tensor))
        for parameter, tensor in zip(row.parameters, tensors, strict=True)
        if parameter.name in row.given
    ]
    values_and_state = _drawing(draw, engine, size.count, len(self._bits._cells), row.keeps_spare)
    if isinstance(size.count, int) and size.count >= WORTH_COMPILING and not runs_eagerly():
        # within a graph that XLA does not compile, too: it is ten times as fast
        values_and_state = _compiled(draw, engine, size.count, len(self._bits._cells), row.keeps_spare)
    state = _after_checks(self._state_tensors([*tensors, *given, size.count]), tensors)
    found, after = values_and_state(state, given)
    self._write_state(after)
    if row.finish is None:
        return without_gradient(row.name, found, tensors)
    return row.finish(engine.zero(tuple(state)), found, *map(size.flat, tensors))


Drawing = Callable[[list[tf.Tensor], list[tf.Tensor]], tuple[tf.Tensor, list[tf.Tensor]]]


def _drawing(draw: Draw, engine: Engine, count: Any, words: int, keeps_spare: bool) -> Drawing:
    """From the state, of which the first `words` are the engine's, and what a draw is given."""

    def values_and_state(state: list[tf.Tensor], given: list[tf.Tensor]) -> tuple[tf.Tensor, list[tf.Tensor]]:
        if keeps_spare:
            found, after, spare = draw(engine, tuple(state[:words]), state[words], count, *given)
            return found, [*after, spare]
        found, after = draw(engine, tuple(state[:words]), count, *given)
        return found, [*after, *state[words:]]

    return values_and_state


@functools.lru_cache(256)
def _compiled(draw: Draw, engine: Engine, count: int, words: int, keeps_spare: bool) -> Drawing:
    """The same for all draws of one kind and size: what takes seconds is compiled once."""
    drawing = _drawing(draw, engine, count, words, keeps_spare)
    return tf.function(drawing, jit_compile=True, autograph=False)


def _after_checks(state: list[tf.Tensor], tensors: list[tf.Tensor]) -> list[tf.Tensor]:
    """The state, which nothing may replace before the parameters were checked."""
    checked = [t for t in tensors if not hasattr(t, "numpy")]
    if runs_eagerly() or not checked:
        return state
    with tf.control_dependencies(checked):
        return [tf.identity(tensor) for tensor in state]


def _values_on_host(
    self: Draws, row: Row, tensors: list[tf.Tensor], size: Size, values: dict[str, Any]
) -> tf.Tensor:
    """What NumPy draws; with the standard values too, where the parameters have gradients by them."""
    rest = {k: v for k, v in values.items() if k not in ("out", "size") and k not in examples_of(row)}
    shape = size.shape if isinstance(size.shape, tuple) else None
    names = [p.name for p in row.parameters]
    finish = row.finish or (lambda zero, found, *_: found)
    both = row.finish is not None
    like = {**values, "size": None, **({"out": None} if "out" in values else {})}
    dtype = dtypes.to_tf(numpy.asarray(asked(self, row.name, like, examples_of(row))).dtype)
    spec = tf.TensorSpec([size.count if shape is not None else None], dtype)

    def draw(generator: Any, n: Any, *given: Any) -> list[Any]:
        before = self._words_of(generator)
        found = getattr(generator, row.name)(**dict(zip(names, given, strict=True)), **rest, size=int(n))
        if not both:
            return [numpy.asarray(found)]
        replayed = self._numpys_at(before)
        chosen = {p: g for p, g in zip(names, given, strict=True) if p in row.given}
        return [found, getattr(replayed, row.standard)(**chosen, **rest, size=int(n))]

    flat = [size.flat(tensor) for tensor in tensors]
    count = tf.cast(size.count, tf.int64)
    specs = [spec] * (2 if both else 1)
    found = host(self, row.name, draw, specs, count, *flat)
    if not both:
        return without_gradient(row.name, found[0], tensors)
    value, standard = found
    # NumPy's own bits, with the gradient of the composition
    return with_gradient(lambda *_: value, lambda *given: finish(None, standard, *given))(None, *flat)


def examples_of(row: Row) -> dict[str, Any]:
    """A value that NumPy takes for each parameter."""
    return {p.name: p.example for p in row.parameters}
