"""How a method draws: eagerly by NumPy from the same state, in graphs by the tables. Knows the array."""

from __future__ import annotations

import contextlib
import inspect
from collections.abc import Callable, Iterator, Sequence
from typing import Any, NamedTuple

import numpy
import tensorflow as tf

from tnp_shim import config, dtypes
from tnp_shim.array import Array, wrap_scalar, write
from tnp_shim.conversion import is_tensor_like, to_tensor
from tnp_shim.random import layouts, tensorflow_stream
from tnp_shim.random.bit_generators import BitGenerator
from tnp_shim.random.documentation import documentation
from tnp_shim.random.elementwise import elementwise
from tnp_shim.random.hosted import on_host, routes
from tnp_shim.random.rows import Row
from tnp_shim.tensorflow_internals import no_tape_records, runs_eagerly


@contextlib.contextmanager
def drawn_natively() -> Iterator[None]:
    """Within the context, draw from tensors eagerly as well as in graphs: for tests."""
    before, routes.native_eagerly = routes.native_eagerly, True
    try:
        yield
    finally:
        routes.native_eagerly = before


class Draws(tf.__internal__.tracking.AutoTrackable):
    """What Generator and RandomState have in common: a bit generator, and NumPy's own generator on it."""

    _bits: BitGenerator
    _numpys: Any
    _rows: dict[str, Row]
    _special: dict[str, Callable[..., Any]]

    def _live(self) -> Any:
        """NumPy's generator, at this state; with the lock held, eagerly."""
        self._bits.synced()
        return self._generator

    def _keep(self) -> None:
        """Go on from the state of NumPy's generator; with the lock held."""
        self._bits.keep()

    def _mark(self) -> Any:
        """What brings NumPy's generator back to where it is."""
        return self._bits._live.state

    def _back(self, mark: Any) -> None:
        self._bits._live.state = mark

    def _state_tensors(self, after: Sequence[Any] = ()) -> list[tf.Tensor]:
        """The state that a draw begins from, when all is known that it waits for (`BitGenerator.read`)."""
        return list(self._bits.read(after))

    def _write_state(self, tensors: Sequence[tf.Tensor]) -> None:
        self._bits.write(tensors)

    def _numpys_at(self, words: Sequence[numpy.ndarray[Any, Any]]) -> Any:
        """A generator of NumPy's at a state."""
        bits = self._bits._kind.numpy(0)
        bits.state = self._bits._kind.state(tuple(map(numpy.asarray, words)))
        return self._numpys(bits)

    def _words_of(self, generator: Any) -> list[numpy.ndarray[Any, Any]]:
        """The state of a generator of NumPy's."""
        return list(self._bits._kind.words(generator.bit_generator.state))


class Method(NamedTuple):
    """A method of NumPy's, and what is asked of it once."""

    name: str
    signature: inspect.Signature
    written: str | None
    """The parameter that it writes into."""
    place: int
    """Where that stands among the positional arguments."""


_WRITTEN = {"shuffle": "x"}
"""The parameter that a method writes into, where it is not `out`."""


def _asked(owner: Any, name: str) -> Method:
    signature = inspect.signature(getattr(owner, name))
    names = [parameter for parameter in signature.parameters if parameter != "self"]
    written = _WRITTEN.get(name, "out")
    if written not in names:
        return Method(name, signature, None, 0)
    # of an out that is a keyword only no place will do
    keyword = signature.parameters[written].kind is inspect.Parameter.KEYWORD_ONLY
    return Method(name, signature, written, len(names) if keyword else names.index(written))


def method_of(owner: Any, name: str) -> Callable[..., Any]:
    """NumPy's method of that name, for our class in the place of NumPy's `owner`."""
    numpys = _asked(owner, name)

    def method(self: Draws, *args: Any, **kwargs: Any) -> Any:
        return drawn(self, numpys, args, kwargs)

    method.__name__ = name
    method.__qualname__ = f"{owner.__name__}.{name}"
    method.__doc__ = documentation(f"numpy.random.{method.__qualname__}", numpys.signature)
    method.__signature__ = numpys.signature  # type: ignore[attr-defined]
    return method


def drawn(self: Draws, method: Method, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    """What a call of a method gives."""
    name = method.name
    of_tensorflow = config.get_random_stream() == "tensorflow"
    if runs_eagerly() and not routes.native_eagerly and not of_tensorflow:
        plain_call = no_tape_records() or not any(map(_is_watchable, (*args, *kwargs.values())))
        if plain_call or name not in _WITH_GRADIENTS | self._rows.keys():
            return _by_numpy(self, method, args, kwargs)
    try:
        bound = method.signature.bind(self, *args, **kwargs)
    except TypeError:
        getattr(self._numpys(self._bits._kind.numpy(0)), name)(*args, **kwargs)  # NumPy's own words
        raise
    bound.apply_defaults()
    values = {key: value for key, value in bound.arguments.items() if key != "self"}
    draw = _from_tensors
    if of_tensorflow and tensorflow_stream.can_draw(self, name, values):
        draw = tensorflow_stream.draw
    elif of_tensorflow and runs_eagerly():
        return _by_numpy(self, method, args, kwargs)
    if not runs_eagerly():
        return draw(self, name, values)
    self._bits.read()  # which puts the state into tensors
    with self._bits.lock:
        return draw(self, name, values)


def _from_tensors(self: Draws, name: str, values: dict[str, Any]) -> Any:
    if name in self._special:
        return self._special[name](self, values)
    if name in self._rows:
        return elementwise(self, self._rows[name], values)
    return on_host(self, name, values)


_WITH_GRADIENTS = {"choice", "dirichlet", "multivariate_normal", "permutation", "permuted", "shuffle"}
"""Methods without a row of which a gradient may be asked."""


# by NumPy, eagerly


def plain(value: Any) -> Any:
    """An argument with real NumPy arrays in place of ours."""
    if isinstance(value, Array):
        return layouts.as_numpy(value)
    if isinstance(value, (tf.Tensor, tf.Variable)):
        return value.numpy()
    if type(value) in (list, tuple):
        return type(value)(map(plain, value))
    return value


def as_ours(value: Any) -> Any:
    """What NumPy gave, with arrays of ours in place of its own, but for text and other data of its own."""
    if isinstance(value, (numpy.ndarray, numpy.generic)) and not dtypes.is_supported(value.dtype):
        return value
    if isinstance(value, numpy.ndarray):
        return layouts.as_ours(value)
    if isinstance(value, numpy.generic):
        return wrap_scalar(tf.constant(value))
    return value


def _by_numpy(self: Draws, method: Method, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    given = [plain(arg) for arg in args]
    named = {key: plain(value) for key, value in kwargs.items()}
    if method.written is not None:
        positional = method.place < len(args)
        target = args[method.place] if positional else kwargs.get(method.written)
        if isinstance(target, Array):
            return _into(self, method, target, given, named)
        if positional:
            given[method.place] = target  # a list as it is, since it is written to
        elif method.written in named:
            named[method.written] = target
    return as_ours(_called(self, method.name, given, named))


def _into(self: Draws, method: Method, target: Array, given: list[Any], named: dict[str, Any]) -> Any:
    """Call NumPy's method with a copy of the array that it writes into, and write that."""
    if not target._writeable:
        memory = numpy.asarray(target).view()
        memory.flags.writeable = False
    else:
        memory = layouts.as_target(numpy.asarray(target), layouts.layout_of(target))
    if method.written in named:
        named[method.written] = memory
    else:
        given[method.place] = memory
    value = _called(self, method.name, given, named)
    write(target, to_tensor(memory))
    return None if value is None else target


def _called(self: Draws, name: str, given: Sequence[Any], named: dict[str, Any]) -> Any:
    with self._bits.lock:
        live = self._live()
        mark = self._mark()
        try:
            value = getattr(live, name)(*given, **named)
        except BaseException:
            self._back(mark)
            raise
        self._keep()
    return value


# from tensors


def _is_watchable(value: Any) -> bool:
    """Whether a gradient may be asked for with respect to an argument."""
    return is_tensor_like(value) and not isinstance(value, (numpy.ndarray, numpy.generic))
