"""Records what a script does with NumPy, call site by call site. Knows the array and the ufuncs."""

from __future__ import annotations

import contextlib
import functools
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from types import FrameType, FunctionType
from typing import Any

import tensorflow as tf

from tnp_shim.array import Array, ndarray
from tnp_shim.command.own_files import OwnFiles
from tnp_shim.command.tracebacks import Shown
from tnp_shim.declaration.ufunc import ufunc
from tnp_shim.tensorflow_internals import EagerTensor

METHODS_OF_UFUNCS = ("__call__", "reduce", "accumulate", "outer", "reduceat", "at")
NOT_CALLED_BY_SCRIPTS = frozenset(
    f"__{name}__"
    for name in (
        *("array", "array_function", "array_namespace", "array_ufunc", "copy", "deepcopy", "dlpack"),
        *("dlpack_device", "getattr", "hash", "init", "len", "new", "reduce", "tf_tensor"),
    )
)
"""What Python, NumPy and TensorFlow ask of an array on their own account."""


@dataclass
class Site:
    """What was called at a line of the script."""

    file: str
    line: int
    name: str
    calls: int = 0
    traced: int = 0
    seconds: float = 0.0
    transfers: int = 0


class Recorder:
    """Counts and times the calls that a script's own files make; calls within them count as theirs."""

    def __init__(self, own: OwnFiles, shown: Shown | None = None) -> None:
        self.own = own
        self.shown = shown or Shown()
        self.sites: dict[tuple[str, int, str], Site] = {}
        self._current: Site | None = None
        self._tracing = False

    def recorded(self, name: str, value: Any) -> Any:
        """A function of NumPy's that records its calls; anything else as it is."""
        if isinstance(value, FunctionType) or type(value).__name__ == "_ArrayFunctionDispatcher":
            return self._recording(name, value)
        if callable(value) and not isinstance(value, (type, ufunc)) and name.startswith("random."):
            return self._recording(name, value)
        return value

    def _recording(self, name: str, function: Callable[..., Any]) -> Callable[..., Any]:
        @functools.wraps(function)
        def recorded(*args: Any, **kwargs: Any) -> Any:
            if self._current is not None:
                return function(*args, **kwargs)
            return self._timed(self._named(name, args), function, args, kwargs)

        return recorded

    def _named(self, name: str, args: tuple[Any, ...]) -> str:
        """`add.reduce` of the methods of ufuncs, `add` of their calls."""
        if not name.startswith("ufunc."):
            return name
        method = name.removeprefix("ufunc.")
        return args[0].__name__ + ("" if method == "__call__" else f".{method}")

    def _timed(self, name: str, function: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        place = self._place(sys._getframe(2))
        if place is None:
            return function(*args, **kwargs)
        site = self.sites.setdefault((*place, name), Site(*place, name))
        site.calls += 1
        self._tracing = not tf.executing_eagerly()
        site.traced += self._tracing
        self._current = site
        start = time.perf_counter()
        try:
            return function(*args, **kwargs)
        finally:
            site.seconds += time.perf_counter() - start
            self._current, self._tracing = None, False

    def _place(self, frame: FrameType | None) -> tuple[str, int] | None:
        """The innermost line of the script's own files."""
        if not tf.executing_eagerly() and (place := self._traced_place()):
            return place
        while frame is not None:
            file = frame.f_code.co_filename
            if file in self.shown.places or self.own.holds(file):
                return self.shown.place(file, frame.f_lineno)
            frame = frame.f_back
        return None

    def _traced_place(self) -> tuple[str, int] | None:
        """The same within converted code, whose lines TensorFlow tells of ops only."""
        for frame in reversed(tf.no_op().traceback or ()):
            if frame.filename in self.shown.places or self.own.holds(frame.filename):
                return self.shown.place(frame.filename, frame.lineno)
        return None

    def _transferred(self, tensor: Any) -> None:
        site = self._current
        if self._tracing or not tf.executing_eagerly():
            return  # a constant that is read while tracing is not read again when the graph runs
        if site is None:
            place = self._place(sys._getframe(2))
            if place is None:
                return
            name = "value read by Python"
            site = self.sites.setdefault((*place, name), Site(*place, name))
            site.calls += 1
        site.transfers += 1

    @contextlib.contextmanager
    def recording(self) -> Iterator[None]:
        """Within the context, operators and methods of arrays, ufuncs and transfers are recorded."""
        with contextlib.ExitStack() as stack:
            for owner, name, public in _recorded_methods():
                original = vars(owner)[name]
                setattr(owner, name, self._recording(public, original))
                stack.callback(setattr, owner, name, original)
            # every way from an eager tensor to NumPy leads through this method of TensorFlow's
            owner = next(kind for kind in EagerTensor.__mro__ if "_numpy" in vars(kind))
            read = owner._numpy

            def reading(tensor: Any) -> Any:
                self._transferred(tensor)
                return read(tensor)

            owner._numpy = reading
            stack.callback(setattr, owner, "_numpy", read)
            yield


def _recorded_methods() -> Iterator[tuple[Any, str, str]]:
    """The class and the name of each method that scripts call, and its public name."""
    for owner in (Array, ndarray):
        for name, value in list(vars(owner).items()):
            private = name.startswith("_") and not name.startswith("__")
            if isinstance(value, FunctionType) and not private and name not in NOT_CALLED_BY_SCRIPTS:
                yield owner, name, f"ndarray.{name}"
    for name in METHODS_OF_UFUNCS:
        if name in vars(ufunc):
            yield ufunc, name, f"ufunc.{name}"
