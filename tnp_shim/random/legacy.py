"""`np.random.RandomState`, and the functions of the module, which draw from one for all. Knows the array."""

from __future__ import annotations

import inspect
import threading
from collections.abc import Callable, Sequence
from typing import Any

import numpy
import tensorflow as tf

from tnp_shim.errors import UnsupportedError, users_line
from tnp_shim.random.bit_generators import (
    MT19937,
    BitGenerator,
    VariableCell,
    cells_of,
    from_numpy,
    seed_of,
)
from tnp_shim.random.documentation import documentation
from tnp_shim.random.drawing import Draws, method_of, plain
from tnp_shim.random.rows import LEGACY
from tnp_shim.random.specials import LEGACY as SPECIAL
from tnp_shim.tensorflow_internals import runs_eagerly


class RandomState(Draws):
    """NumPy's older generator: of normal numbers, which come in pairs, it keeps the second one."""

    _numpys = numpy.random.RandomState
    _rows = LEGACY
    _special = SPECIAL

    def __init__(self, seed: Any = None) -> None:
        if isinstance(seed, BitGenerator):
            bits = seed
        elif isinstance(seed, numpy.random.BitGenerator):
            bits = from_numpy(seed)
        elif seed is None:
            bits = MT19937()
        else:
            bits = from_numpy(numpy.random.RandomState(seed_of(seed))._bit_generator)
        self._begin(bits)

    def _begin(self, bits: BitGenerator, has: float = 0.0, spare: float = 0.0) -> None:
        self._bits = bits
        self._generator = numpy.random.RandomState(bits._live)
        self._set_spare((has, spare))
        self._seen = b""
        self._made: Any = None
        if bits._made is not None and not isinstance(bits._made[0], VariableCell):
            self._made = cells_of((self._kept(self._generator),))[0]

    @property
    def _spare(self) -> Any:
        """The cell of the normal number; until someone asks for it NumPy's generator alone has it."""
        if self._made is None:
            with self._bits.lock, tf.init_scope():
                kept = self._kept(self._generator)
                self._made = cells_of((kept,))[0]
                self._spare_variable = self._made.variable
                self._seen = kept.tobytes()
        return self._made

    def _trackable_children(self, *args: Any, **kwargs: Any) -> Any:
        self._spare  # noqa: B018  so that checkpoints find the variable
        return super()._trackable_children(*args, **kwargs)

    def _kept(self, generator: Any) -> Any:
        state = generator.get_state(legacy=False)
        return numpy.array([state["has_gauss"], state["gauss"]], float)

    def _set_spare(self, spare: Sequence[float], generator: Any = None) -> None:
        """Let NumPy's generator keep this normal number."""
        generator = generator or self._generator
        state = generator.get_state(legacy=False)
        generator.set_state({**state, "has_gauss": int(spare[0]), "gauss": float(spare[1])})

    # the state: the stream's, and the normal number

    def _live(self) -> Any:
        self._bits.synced()
        if self._made is not None:
            spare = self._spare.read().numpy()
            if spare.tobytes() != self._seen:
                self._set_spare(spare)
                self._seen = spare.tobytes()
        return self._generator

    def _keep(self) -> None:
        self._bits.keep()
        if self._made is not None:
            spare = self._kept(self._generator)
            if spare.tobytes() != self._seen:
                self._spare.write(tf.constant(spare))
                self._seen = spare.tobytes()

    def _mark(self) -> Any:
        return self._generator.get_state(legacy=False)

    def _back(self, mark: Any) -> None:
        self._generator.set_state(mark)

    def _state_tensors(self, after: Sequence[Any] = ()) -> list[tf.Tensor]:
        return list(self._bits.read(after, [self._spare]))

    def _write_state(self, tensors: Sequence[tf.Tensor]) -> None:
        self._bits.write(tensors, [self._spare])

    def _numpys_at(self, words: Sequence[Any]) -> Any:
        generator = super()._numpys_at(words[:-1])
        self._set_spare(words[-1], generator)
        return generator

    def _words_of(self, generator: Any) -> list[Any]:
        return [*self._bits._kind.words(generator._bit_generator.state), self._kept(generator)]

    @property
    def _bit_generator(self) -> BitGenerator:
        return self._bits

    # NumPy's methods that draw nothing

    def seed(self, seed: Any = None) -> None:
        """Begin anew from a seed."""
        if not runs_eagerly():
            trial = numpy.random.RandomState(numpy.random.MT19937(0))
            trial.seed(seed_of(seed))
            if seed is None:
                raise UnsupportedError(
                    f"{users_line()}: np.random.seed() asks the host for a seed, once while the function is "
                    "traced; give it a seed, or call it outside of the function"
                )
            self._write_state([tf.constant(word) for word in self._words_of(trial)])
            return
        with self._bits.lock:
            live, mark = self._live(), self._mark()
            try:
                live.seed(seed_of(seed))
            except BaseException:
                self._back(mark)
                raise
            self._keep()

    def get_state(self, legacy: bool = True) -> Any:
        """The state, as NumPy's generators take it."""
        self._bits.state  # noqa: B018  which is refused while a function is traced
        with self._bits.lock:
            return self._live().get_state(legacy)

    def set_state(self, state: Any) -> None:
        """Go on from a state that `get_state` gave, NumPy's or ours."""
        if not runs_eagerly():
            trial = numpy.random.RandomState(self._bits._kind.numpy(0))
            trial.set_state(plain(state))
            self._write_state([tf.constant(word) for word in self._words_of(trial)])
            return
        with self._bits.lock:
            live, mark = self._live(), self._mark()
            try:
                live.set_state(plain(state))
            except BaseException:
                self._back(mark)
                raise
            self._keep()

    def __repr__(self) -> str:
        return f"{self} at 0x{id(self):X}"

    def __str__(self) -> str:
        return f"{type(self).__name__}({type(self._bits).__name__})"

    def __getstate__(self) -> Any:
        return self.get_state(legacy=False)

    def __setstate__(self, state: Any) -> None:
        self.set_state(state)

    def __reduce__(self) -> tuple[Any, ...]:
        return _restored, (self._bits.__reduce__(), self.get_state(legacy=False))

    def __copy__(self) -> RandomState:
        return self.__deepcopy__({})

    def __deepcopy__(self, memo: Any) -> RandomState:
        made = memo[id(self)] = _restored(self._bits.__reduce__(), self.get_state(legacy=False))
        return made


def _restored(bits: tuple[Any, ...], state: Any) -> RandomState:
    make, arguments = bits
    made = object.__new__(RandomState)
    made._begin(make(*arguments), state["has_gauss"], state["gauss"])
    return made


for _name in dir(numpy.random.RandomState):
    if not _name.startswith("_") and not hasattr(RandomState, _name):
        setattr(RandomState, _name, method_of(numpy.random.RandomState, _name))


class _Global:
    """The generator of the module's functions; made when it is first asked for: importing runs no ops."""

    def __init__(self) -> None:
        self.generator: RandomState | None = None
        self.lock = threading.Lock()

    def __call__(self) -> RandomState:
        if self.generator is None:
            with self.lock, tf.init_scope():
                if self.generator is None:
                    self.generator = RandomState()
        return self.generator


global_generator = _Global()


def _function_of(name: str, method: str | None = None) -> Callable[..., Any]:
    numpys = getattr(numpy.random, name)

    def function(*args: Any, **kwargs: Any) -> Any:
        return getattr(global_generator(), method or name)(*args, **kwargs)

    function.__name__ = function.__qualname__ = name
    function.__signature__ = signature = inspect.signature(numpys)  # type: ignore[attr-defined]
    function.__doc__ = documentation(f"numpy.random.{name}", signature)
    function.__module__ = "tnp_shim.random"
    return function


_OTHER_NAMES = {"ranf": "random_sample", "sample": "random_sample"}
FUNCTIONS: dict[str, Callable[..., Any]] = {
    name: _function_of(name, _OTHER_NAMES.get(name))
    for name in numpy.random.__all__
    if not isinstance(getattr(numpy.random, name), type) and name != "default_rng"
}
"""The functions of the module, each a method of the generator for all."""


def get_bit_generator() -> BitGenerator:
    """The stream of the module's functions."""
    return global_generator()._bits


def set_bit_generator(bitgen: Any) -> None:
    """Let the module's functions draw from another stream."""
    with global_generator.lock, tf.init_scope():
        global_generator.generator = RandomState(bitgen)
