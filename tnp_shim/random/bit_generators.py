"""`np.random.PCG64` and the other bit generators: streams whose state is a cell. Knows the array.

Made eagerly, a state is kept in `tf.Variable`s: functions that use it read and assign them when they run, in
the order of the program, and checkpoints find them. One that is made while a function is traced
begins anew at each call.
"""

from __future__ import annotations

import weakref
from collections.abc import Callable, Sequence
from typing import Any

import numpy
import tensorflow as tf

from tnp_shim.array import wrap, wrap_scalar
from tnp_shim.conversion import tensor_of
from tnp_shim.errors import UnknownValueError, UnsupportedError, users_line
from tnp_shim.random import locks
from tnp_shim.random.states import KINDS, Kind, Words
from tnp_shim.storage import Cell
from tnp_shim.tensorflow_internals import compiled_by_xla, current_graph, runs_eagerly


class VariableCell:
    """A cell that is a variable."""

    def __init__(self, value: numpy.ndarray[Any, Any]) -> None:
        self.variable = tf.Variable(value, trainable=False, name="random_state")

    def read(self) -> tf.Tensor:
        """The current value."""
        return self.variable.read_value()

    def write(self, tensor: tf.Tensor) -> Any:
        """Replace it; in a graph, the operation that does."""
        return self.variable.assign(tensor, read_value=False)


def cells_of(words: Words) -> list[Any]:
    """Cells that hold values: variables where ops run eagerly, else cells of the graph being built."""
    if runs_eagerly():
        return [VariableCell(word) for word in words]
    return [Cell(tf.constant(word), current_graph()) for word in words]


class BitGenerator(tf.__internal__.tracking.AutoTrackable):
    """NumPy's stream of random words, of which generators draw."""

    _kind: Kind

    def __init__(self, seed: Any = None) -> None:
        if type(self) is BitGenerator:
            numpy.random.BitGenerator(seed)  # which refuses
        self._begin(seed, lambda: self._kind.numpy(seed_of(seed)))

    def _begin(self, seed: Any, make: Callable[[], Any]) -> None:
        self._lock = locks.Lock()
        self._held: Any = weakref.WeakKeyDictionary()
        self._live = make()
        self._made: list[Any] | None = None
        self._stamp = b""
        if not runs_eagerly():
            words = self._kind.words(self._live.state)
            self._made = self._without_seed(words) if seed is None else cells_of(words)

    def _without_seed(self, words: Words) -> list[Any]:
        """Cells of a state that is another one at each call of the function being traced."""
        if compiled_by_xla():
            raise UnsupportedError(
                f"{users_line()}: a generator without a seed asks the host for one at each call, and XLA "
                "runs nothing on the host; give it a seed, or make it outside of the function"
            )
        made = tf.numpy_function(
            lambda: self._kind.words(self._kind.numpy().state),
            [],
            [tf.as_dtype(word.dtype) for word in words],
            stateful=True,
            name="host_random_seed",
        )
        for tensor, word in zip(made, words, strict=True):
            tensor.set_shape(word.shape)
        return [Cell(tensor, current_graph()) for tensor in made]

    # the state, as the graph being built or this very moment sees it

    @property
    def _cells(self) -> list[Any]:
        """The cells of the state. Until somebody asks for them NumPy's bit generator alone has it."""
        if self._made is None:
            with self._lock, tf.init_scope():
                words = self._kind.words(self._live.state)
                self._made = cells_of(words)
                self._variables = [cell.variable for cell in self._made]
                self._stamp = stamp_of(words)
                self._lock.in_graphs = True
        return self._made

    def _trackable_children(self, *args: Any, **kwargs: Any) -> Any:
        self._cells  # noqa: B018  so that checkpoints find the variables
        return super()._trackable_children(*args, **kwargs)

    def read(self, after: Sequence[Any] = (), beside: Sequence[Any] = ()) -> tuple[tf.Tensor, ...]:
        """The tensors of the state, and of the cells beside it.

        In graphs nobody else draws from here until `write`: whatever a draw needs that has to be waited for
        must be in `after`.
        """
        cells = [*self._cells, *beside]
        if not locks.is_needed() or not isinstance(cells[0], VariableCell):
            return tuple(cell.read() for cell in cells)
        with tf.control_dependencies([one for one in after if isinstance(one, tf.Tensor)]):
            last = cells[0].read()  # which follows the draws before
        with tf.control_dependencies([last]):
            held = self._held[current_graph()] = self._lock.taken()
        with tf.control_dependencies([held]):
            return tuple(cell.read() for cell in cells)

    def write(self, tensors: Sequence[tf.Tensor], beside: Sequence[Any] = ()) -> None:
        """Go on from another state."""
        cells = [*self._cells, *beside]
        if locks.is_needed() and isinstance(cells[0], VariableCell) and current_graph() not in self._held:
            self.read(tensors)
        written = [cell.write(tensor) for cell, tensor in zip(cells, tensors, strict=True)]
        held = None if runs_eagerly() else self._held.pop(current_graph(), None)
        if held is not None:
            with tf.control_dependencies(written):
                self._lock.given_back(held)

    def synced(self) -> Any:
        """NumPy's bit generator, at this state; to be called with the lock held, eagerly."""
        if self._made is None:
            return self._live
        words = tuple(tensor.numpy() for tensor in self.read())
        if stamp_of(words) != self._stamp:  # a graph or a checkpoint has gone on from it
            self._live.state = self._kind.state(words)
            self._stamp = stamp_of(words)
        return self._live

    def keep(self) -> None:
        """Go on from the state of NumPy's bit generator; with the lock held."""
        if self._made is None:
            return
        words = self._kind.words(self._live.state)
        stamp = stamp_of(words)
        if stamp != self._stamp:
            self.write([tf.constant(word) for word in words])
            self._stamp = stamp

    # NumPy's attributes

    @property
    def lock(self) -> Any:
        """The lock under which numbers are drawn eagerly; graphs that run wait for it, too."""
        return self._lock

    @property
    def seed_seq(self) -> Any:
        """The seed sequence that the stream was begun with."""
        return self._live.seed_seq

    @property
    def _seed_seq(self) -> Any:
        return self._live._seed_seq

    @property
    def state(self) -> dict[str, Any]:
        """The state as NumPy's dict, which its bit generators take and give."""
        if not runs_eagerly():
            raise UnknownValueError(
                f"{users_line()}: the state of a bit generator is known when the function runs, not while "
                "it is traced; ask for it outside of the function"
            )
        with self._lock:
            return self.synced().state

    @state.setter
    def state(self, value: Any) -> None:
        trial = self._kind.numpy(0)
        trial.state = value
        words = self._kind.words(trial.state)
        if not runs_eagerly():
            self.write([tf.constant(word) for word in words])
            return
        with self._lock:
            self._live.state = trial.state
            self.keep()

    def __setattr__(self, name: str, value: Any) -> None:
        # what is tracked for checkpoints is wrapped, and a state is no part of the object
        if name == "state":
            object.__setattr__(self, name, value)
        else:
            super().__setattr__(name, value)

    def random_raw(self, size: Any = None, output: bool = True) -> Any:
        """Words of the stream as they are."""
        if runs_eagerly():
            with self._lock:
                value = self.synced().random_raw(size, output)
                self.keep()
            if isinstance(value, numpy.ndarray):
                return wrap(tf.constant(value))
            return value
        engine = self._kind.engine
        shape = numpy.empty(() if size is None else size).shape
        count = int(numpy.prod(shape, dtype=int))
        if engine is None:
            (values,) = self.on_host(
                lambda bits: [numpy.asarray(bits.random_raw(count), numpy.uint64)],
                [tf.TensorSpec([count], tf.uint64)],
            )
        else:
            values, after = engine.raw(self.read(), count)
            self.write(after(count))
        if not output:
            return None
        return wrap_scalar(tf.reshape(values, ())) if size is None else wrap(tf.reshape(values, shape))

    def on_host(
        self,
        draw: Callable[..., Sequence[numpy.ndarray[Any, Any]]],
        specs: Sequence[tf.TensorSpec],
        *inputs: tf.Tensor,
        name: str = "random",
    ) -> list[tf.Tensor]:
        """What NumPy draws when the graph runs, from this state: `draw` gets its bit generator and values."""
        if compiled_by_xla():
            raise UnsupportedError(
                f"{users_line()}: np.random's {name} of a {type(self).__name__} is drawn on the host, and "
                'XLA runs nothing there; leave jit_compile away, or use tnp_shim.function(jit_compile="auto")'
            )
        state = self.read(inputs)

        def run(*values: numpy.ndarray[Any, Any]) -> list[Any]:
            bits = self._kind.numpy(0)
            bits.state = self._kind.state(tuple(numpy.asarray(v) for v in values[: len(state)]))
            found = draw(bits, *values[len(state) :])
            return [*found, *self._kind.words(bits.state)]

        dtypes = [*(spec.dtype for spec in specs), *(tensor.dtype for tensor in state)]
        made = tf.numpy_function(run, [*state, *inputs], dtypes, name=f"host_random_{name}")
        found, after = made[: len(specs)], made[len(specs) :]
        for tensor, spec in zip(found, specs, strict=True):
            tensor.set_shape(spec.shape)
        for tensor, before in zip(after, state, strict=True):
            tensor.set_shape(before.shape)
        self.write(after)
        return found

    def spawn(self, n_children: int) -> list[BitGenerator]:
        """Independent streams, from the children of this one's seed sequence."""
        return [type(self)(child.seed_seq) for child in self._live.spawn(n_children)]

    def _moved(self, move: Callable[[Any], Any]) -> None:
        """Go on from where NumPy's bit generator is brought to."""
        if not runs_eagerly():
            self.on_host(lambda bits: [] if move(bits) is None else [], [], name="advance")
            return
        with self._lock:
            move(self.synced())
            self.keep()

    def _jumped(self, jumps: int) -> Any:
        with self._lock:
            return from_numpy(self.synced().jumped(jumps))

    @property
    def capsule(self) -> Any:
        """NumPy's pointers to C functions: there is no such thing for a state of tensors."""
        raise UnsupportedError(
            "the state of this bit generator is in tensors, so there are no C functions that draw from it; "
            "make NumPy's bit generator and give it this one's state"
        )

    cffi = ctypes = capsule

    def __reduce__(self) -> tuple[Any, ...]:
        return _restored, (self._kind.numpy.__name__, self.state, self._live._seed_seq)

    def __copy__(self) -> BitGenerator:
        return self.__deepcopy__({})

    def __deepcopy__(self, memo: Any) -> BitGenerator:
        with self._lock:
            made = _restored(self._kind.numpy.__name__, self.state, self._live._seed_seq)
        memo[id(self)] = made
        return made


def stamp_of(words: Words) -> bytes:
    """Values by which a state is told from others."""
    return b"".join(word.tobytes() for word in words)


def seed_of(seed: Any) -> Any:
    """A seed as NumPy takes it."""
    try:
        tensor = tensor_of(seed) if hasattr(seed, "dtype") or isinstance(seed, tf.Tensor) else None
    except TypeError:
        return seed
    if tensor is None or isinstance(seed, (numpy.ndarray, numpy.generic)):
        return seed
    if not hasattr(tensor, "numpy"):
        raise UnknownValueError(
            f"{users_line()}: a seed must be known while the function is traced; make the generator outside "
            "of the function"
        )
    return tensor.numpy()


def _class_of(name: str, kind: Kind, members: dict[str, Any]) -> type[BitGenerator]:
    content = {"_kind": kind, "__doc__": f"NumPy's {name}.", "__module__": "tnp_shim.random", **members}
    return type(name, (BitGenerator,), content)


def _advance(self: BitGenerator, delta: int) -> BitGenerator:
    """Go on as if so many words had been drawn."""
    self._moved(lambda bits: bits.advance(delta) and None)
    return self


def _jumped(self: BitGenerator, jumps: int = 1) -> Any:
    """A new bit generator, as if very many words had been drawn from this one."""
    return self._jumped(jumps)


def _legacy_seeding(self: BitGenerator, seed: Any) -> None:
    self._moved(lambda bits: bits._legacy_seeding(seed_of(seed)))


def _philox(self: BitGenerator, seed: Any = None, counter: Any = None, key: Any = None) -> None:
    known = seed if key is None else key
    self._begin(known, lambda: numpy.random.Philox(seed_of(seed), seed_of(counter), seed_of(key)))


_MEMBERS: dict[str, dict[str, Any]] = {
    "MT19937": {"jumped": _jumped, "_legacy_seeding": _legacy_seeding},
    "PCG64": {"jumped": _jumped, "advance": _advance},
    "PCG64DXSM": {"jumped": _jumped, "advance": _advance},
    "Philox": {"jumped": _jumped, "advance": _advance, "__init__": _philox},
    "SFC64": {},
}
CLASSES = {name: _class_of(name, kind, _MEMBERS[name]) for name, kind in KINDS.items()}
"""The bit generators by name."""

MT19937, PCG64, PCG64DXSM, Philox, SFC64 = CLASSES.values()


def from_numpy(bits: Any) -> BitGenerator:
    """A bit generator of ours that goes on where a real one of NumPy's is; it is not connected to it."""
    name = bits.state["bit_generator"]
    if name not in CLASSES:
        raise UnsupportedError(
            f"np.random: there is no {name} on tensors; NumPy's own are {', '.join(CLASSES)}"
        )
    return _restored(name, bits.state, getattr(bits, "_seed_seq", None))


def _restored(name: str, state: dict[str, Any], seed: Any) -> BitGenerator:
    made = object.__new__(CLASSES[name])

    def make() -> Any:
        bits = KINDS[name].numpy(0 if seed is None else seed)
        if seed is None and name == "MT19937":
            bits._legacy_seeding(0)  # which leaves it without a seed sequence
        bits.state = state
        return bits

    made._begin(0, make)
    return made
