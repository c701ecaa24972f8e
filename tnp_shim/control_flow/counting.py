"""What a loop counts through: ranges, the rows of arrays, `enumerate`, `zip`. Knows the array."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import tensorflow as tf

from tnp_shim import subscripts
from tnp_shim.array import Array, ndarray, wrap_scalar
from tnp_shim.control_flow import numbers
from tnp_shim.control_flow.numbers import Bounds, NotRollable, TracedNumber
from tnp_shim.promotion import as_tensor, constant
from tnp_shim.tensorflow_internals import autograph_builtins, known_value


@dataclass
class Count:
    """The numbers of a loop of the graph: from `start` to before `stop`, each an int or an int64 tensor."""

    start: Any
    stop: Any
    step: Any
    bounds: Bounds = None
    most: int | None = None
    """How many numbers there are at most, if that is known."""

    @classmethod
    def of(cls, numbers_: range) -> Count:
        """The numbers of a known range."""
        ends = (numbers_[0], numbers_[-1]) if numbers_ else (0, 0)
        return cls(numbers_.start, numbers_.stop, numbers_.step, (min(ends), max(ends)), len(numbers_))

    def first(self) -> tf.Tensor:
        """The first number."""
        return _int64(self.start)

    def next(self, number: tf.Tensor) -> tf.Tensor:
        """The number after this one."""
        return number + _int64(self.step)

    def is_before_end(self, number: tf.Tensor) -> tf.Tensor:
        """Whether this number is one of the range."""
        step = self.step if isinstance(self.step, int) else known_value(self.step)
        stop = _int64(self.stop)
        if step is not None:
            return number < stop if step > 0 else number > stop
        return tf.where(self.step > 0, number < stop, number > stop)

    def number(self, tensor: tf.Tensor) -> Any:
        """A number of the range as the user's code sees it."""
        return numbers.made(tensor, int, self.bounds)


def _int64(value: Any) -> tf.Tensor:
    return constant(value, tf.int64) if isinstance(value, int) else value


class Items:
    """A sequence of which a loop can ask the item at a place, known or traced; also a plain iterator."""

    def __init__(self, length: Any, item: Callable[[Any], Any], has_arrays: bool) -> None:
        self.length, self.item, self.has_arrays = length, item, has_arrays
        self._place = 0

    def __iter__(self) -> Iterator[Any]:
        return self

    def __next__(self) -> Any:
        if not isinstance(self.length, int):
            raise TypeError("a sequence of a length that is unknown while tracing is for loops only")
        if self._place >= self.length:
            raise StopIteration
        self._place += 1
        return self.item(self._place - 1)

    def rest(self) -> Items:
        """What next() has not taken yet."""
        taken = self._place
        if not taken:
            return self
        return Items(self.length - taken, lambda i: self.item(i + taken), self.has_arrays)


class TracedRange(Items):
    """`range` of bounds that are unknown while tracing."""

    def __init__(self, start: Any, stop: Any, step: Any) -> None:
        first, end, by = (as_tensor(_plain(b), tf.int64) for b in (start, stop, step))
        least, most = numbers.bounds_of(start), numbers.bounds_of(stop)
        self._numbers = start, step
        known_step = step if isinstance(step, int) else None
        self.count = Count(first, end, by if known_step is None else known_step)
        if least is not None and most is not None and known_step in (1, -1):
            low, high = (least[0], most[1] - 1) if known_step == 1 else (most[0] + 1, least[1])
            self.count.bounds = (low, max(low, high))
            self.count.most = max(0, high - low + 1)
        length = tf.maximum((end - first + by - tf.sign(by)) // by, 0)
        super().__init__(wrap_scalar(length), lambda i: start + i * step, True)
        self._stop = stop

    def backwards(self) -> TracedRange:
        """The same numbers from the last to the first."""
        start, step = self._numbers
        if isinstance(step, int) and step in (1, -1):  # in terms of the bounds, of which more is known
            return TracedRange(self._stop - step, start - step, -step)
        last = start + (numbers.made(self.length._cell.read(), int) - 1) * step
        return TracedRange(last, start - step, -step)


def _plain(value: Any) -> Any:
    return value._cell.read() if isinstance(value, Array) else value


def range_(start_or_stop: Any, *others: Any) -> Any:
    """`range`: of Python ints where the bounds are known, else one that a `for` turns into a loop."""
    bounds = (start_or_stop, *others)
    if not any(isinstance(bound, Array) for bound in bounds):
        return _range(start_or_stop, *others)
    for bound in bounds:
        if isinstance(bound, Array) and (bound.dtype.kind not in "iu" or bound.ndim):
            raise TypeError(f"'{bound.dtype}' object cannot be interpreted as an integer")
    known = [known_value(_plain(b)) if isinstance(b, Array) else b for b in bounds]
    if all(value is not None for value in known):
        return range(*(int(value) for value in known))
    sure = [b if value is None else int(value) for b, value in zip(bounds, known, strict=True)]
    if len(sure) == 1:
        sure.insert(0, 0)
    return TracedRange(*sure, *([1] if len(sure) == 2 else []))


_range = autograph_builtins.range_


def items_of(value: Any) -> Items | None:
    """A sequence that a loop can count through; None for anything else."""
    if isinstance(value, Items):
        return value.rest()
    if isinstance(value, range):
        return Items(len(value), lambda i: value.start + i * value.step, False)
    if isinstance(value, ndarray) and value.ndim:
        length = value._cell.shape[0]  # type: ignore[index]
        return Items(value.shape[0] if length is None else length, lambda i: subscripts.get(value, i), True)
    return None


def _listed(value: Any) -> Items:
    """A Python sequence, whose items are known places only."""
    values = list(value)

    def item(i: Any) -> Any:
        if isinstance(i, TracedNumber):
            raise NotRollable(
                f"an item of a {type(value).__name__} is needed at a place known when the loop runs"
            )
        return values[i]

    return Items(len(values), item, False)


def enumerate_(s: Any, start: Any = 0) -> Any:
    """`enumerate`: of an array or range, one whose items can be asked for."""
    items = items_of(s)
    if items is None:
        return _enumerate(s, start)
    return Items(items.length, lambda i: (start + i, items.item(i)), items.has_arrays)


def zip_(*iterables: Any, strict: bool = False) -> Any:
    """`zip`: where an array or range is among its arguments, one whose items can be asked for."""
    found = [items_of(value) for value in iterables]
    sized = all(f is not None or isinstance(v, (list, tuple)) for f, v in zip(found, iterables, strict=True))
    if not sized or all(items is None for items in found):
        return _zip(*iterables, strict=strict)
    parts = [_listed(v) if f is None else f for f, v in zip(found, iterables, strict=True)]
    lengths = [part.length for part in parts]
    known = [length for length in lengths if isinstance(length, int)]
    if strict and len(set(known)) > 1:
        return _zip(*iterables, strict=strict)  # raises when it comes to the end
    length: Any = min(known) if known else None
    for other in lengths:
        if not isinstance(other, int):
            tensor = as_tensor(_plain(other), tf.int64)
            length = tensor if length is None else tf.minimum(tensor, _int64(length))
    length = length if isinstance(length, int) else wrap_scalar(length)
    return Items(length, lambda i: tuple(p.item(i) for p in parts), any(p.has_arrays for p in parts))


def reversed_(sequence: Any) -> Any:
    """`reversed`: of an array or range, one whose items can be asked for."""
    if isinstance(sequence, TracedRange):
        return sequence.backwards()
    items = items_of(sequence)
    if items is None or isinstance(sequence, Items):
        return reversed(sequence)
    return Items(items.length, lambda i: items.item(items.length - 1 - i), items.has_arrays)


_enumerate = autograph_builtins.enumerate_
_zip = autograph_builtins.zip_
