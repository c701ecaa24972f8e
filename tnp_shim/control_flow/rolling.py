"""Makes one loop of the graph of a loop over a known range, or tells why not. Knows the array and effects.

The result must be that of unrolling. So the first iterations are unrolled where they differ in kind from the
later ones (`total = 0.0` becomes a float64 after `total += a[i]`; what is first bound in the body); a body
that exchanges arrays (`u, v = v, u`) is rolled in groups after which every name has its array again; the last
iteration is unrolled where it leaves a name bound to a part of an array. Whatever else would differ is left
to unrolling, with everything undone that the attempt did.
"""

from __future__ import annotations

import math
import weakref
from collections.abc import Callable
from typing import Any

import tensorflow as tf

from tnp_shim.array import ndarray
from tnp_shim.control_flow import numbers
from tnp_shim.control_flow.aliases import arrays_in
from tnp_shim.control_flow.conditions import condition_of
from tnp_shim.control_flow.counting import Count
from tnp_shim.control_flow.forms import form_of, is_undefined, same
from tnp_shim.control_flow.numbers import NotRollable
from tnp_shim.control_flow.tracing import Loop, Statement, in_scratch
from tnp_shim.tensorflow_internals import Undefined, current_graph

_MOST_PEELED = 4
_MOST_EXCHANGED = 6
_refused: weakref.WeakKeyDictionary[Any, dict[Any, str]] = weakref.WeakKeyDictionary()
"""By the outermost graph that is being built: loops that could not be rolled, which are not tried again."""

Body = Callable[[Any], Any]


def _refusals() -> dict[Any, str]:
    graph = current_graph()
    while getattr(graph, "outer_graph", None) is not None:
        graph = graph.outer_graph
    return _refused.setdefault(graph, {})


def roll(
    left: range,
    body: Body,
    test: Callable[[], Any] | None,
    statement: Callable[[], Statement],
    opts: dict[str, Any],
    key: Any,
) -> tuple[range, str | None]:
    """What is left of the range, to be unrolled, and why; no reason where nothing is left."""
    if in_scratch():
        return _roll_in_scratch(left, body, test, statement, opts)
    refusals = _refusals()
    if key in refusals:
        return left, refusals[key]
    rest = left
    for peeled in range(_MOST_PEELED + 1):
        try:
            with numbers.attempt():
                attempt = _Attempt(rest, body, test, statement(), opts)
                unsteady = attempt.unsteady(peeled)
                if unsteady is None:
                    attempt.stage()
                elif peeled == _MOST_PEELED or len(rest) < 3:
                    raise NotRollable(unsteady)
        except Exception as error:  # unrolling is exact; if it fails too, it fails with the user's error
            refusals[key] = _words(error)
            break
        if unsteady is None:
            attempt.finish()
            return range(0), None
        condition = True if test is None else condition_of(test())
        if isinstance(condition, tf.Tensor):
            return rest, f"{unsteady}, and whether there is a next iteration is not known"
        if not condition:
            return range(0), None
        body(rest[0])
        rest = rest[1:]
    return rest, refusals[key]


def _words(error: Exception) -> str:
    text = str(error).strip() or type(error).__name__
    return text if isinstance(error, NotRollable) else f"{type(error).__name__}: {text}"


def _roll_in_scratch(
    left: range,
    body: Body,
    test: Callable[[], Any] | None,
    statement: Callable[[], Statement],
    opts: dict[str, Any],
) -> tuple[range, str | None]:
    made = statement()
    before = made.get()
    try:
        if made.watched.unsafe:
            raise NotRollable(made.watched.unsafe)
        made.try_in_scratch(Loop(made, body, test, Count.of(left), opts, exact=True).once)
        return range(0), None
    except Exception as error:
        made.set([*before, *(place.get() for place in made.places)])
        made.watched.restore()
        return left, _words(error)


class _Attempt:
    """One attempt to roll what is left of a loop."""

    def __init__(
        self,
        numbers: range,
        body: Body,
        test: Callable[[], Any] | None,
        statement: Statement,
        opts: dict[str, Any],
    ) -> None:
        if statement.watched.unsafe:
            raise NotRollable(statement.watched.unsafe)
        self.numbers, self.body, self.test, self.statement, self.opts = numbers, body, test, statement, opts
        statement.growth.allowed = test is None
        self.after = statement.try_once(self._loop(numbers, body).once)
        self.before = statement.get()
        self.period = 1
        self.unread: set[int] = set()
        self.left = range(0)

    def _loop(self, numbers: range, body: Body, step: int = 1) -> Loop:
        count = Count.of(numbers)
        if step > 1:
            count = Count(
                numbers.start, numbers.stop, numbers.step * step, count.bounds, len(numbers) // step
            )
        return Loop(self.statement, body, self.test, count, self.opts, exact=True)

    def _changed(self) -> list[tuple[int, str, Any, Any]]:
        rows = enumerate(zip(self.statement.names, self.before, self.after, strict=True))
        return [(k, name, b, a) for k, (name, b, a) in rows if not same(b, a)]

    def unsteady(self, peeled: int) -> str | None:
        """Why the next iteration differs in kind from the later ones; None if it does not."""
        sources = self._sources()
        for k, name, before, after in self._changed():
            if k >= self.statement.symbols and numbers.kind_of(before) is not None:
                raise NotRollable(f"{name}, a number in a Python object, is changed")
            if is_undefined(after):
                raise NotRollable(f"'{name}' is deleted")
            if before is None or is_undefined(before):
                if not self._is_part(k, after, sources):
                    return f"'{name}' is first bound in the loop"
            elif not form_of(before).takes(after, exactly=True):
                return f"'{name}' changes its kind, dtype or shape from one iteration to the next"
            written = any(id(array._cell.root()) in self.statement.cells for array in arrays_in(before))
            if written and k not in sources and peeled < 2:
                return f"'{name}' is written to and then bound to another array"
        self._settle(sources)
        return None

    def _sources(self) -> dict[int, int]:
        """For each variable that an iteration binds to the array of another one: which other one."""
        arrays = {id(b): k for k, b in enumerate(self.before) if isinstance(b, ndarray)}
        return {k: arrays[id(a)] for k, _, _, a in self._changed() if id(a) in arrays}

    def _is_part(self, k: int, after: Any, sources: dict[int, int]) -> bool:
        """Whether a value is, or shares memory with, an array from outside of the iteration."""
        known = set(self.statement.watched.roots)
        known.update(id(array._cell.root()) for value in self.before for array in arrays_in(value))
        return k not in sources and any(id(array._cell.root()) in known for array in arrays_in(after))

    def _settle(self, sources: dict[int, int]) -> None:
        """Find after how many iterations arrays are back, and the names bound to parts of arrays."""
        for k in sources:
            length, place = 1, sources[k]
            while place != k and place in sources and length < _MOST_EXCHANGED:
                length, place = length + 1, sources[place]
            if place == k:
                self.period = math.lcm(self.period, length)
        if self.period > _MOST_EXCHANGED:
            raise NotRollable("it exchanges too many arrays")
        if self.period > 1 and self.statement.growth.items:
            raise NotRollable("it exchanges arrays, and a list grows")
        if self.period > 1 and self.test is not None:
            raise NotRollable("it exchanges arrays and may break at any iteration")
        new_roots: set[int] = set()
        for k, name, before, after in self._changed():
            if k in sources:
                continue
            if self._is_part(k, after, sources):
                self._check_unread(k, name, before)
                self.unread.add(k)
                continue
            roots = {id(array._cell.root()) for array in arrays_in(after)}
            if roots & new_roots:
                raise NotRollable(f"'{name}' is bound to an array that has another name, too")
            new_roots |= roots
        if self.unread and (self.test is not None or self.period > 1):
            raise NotRollable("a name is bound to a part of an array, which is not known after the loop")

    def _check_unread(self, k: int, name: str, before: Any) -> None:
        """A name bound to a part of an array must be bound anew before it is read."""
        values = self.statement.get()
        try:
            self.statement.set([*values[:k], Undefined(name), *values[k + 1 :]])
            self.statement.try_once(self._loop(self.numbers, self.body).once)
        except UnboundLocalError:
            raise NotRollable(f"'{name}' is a part of an array, and is read in the next iteration") from None
        finally:
            self.statement.set(values)

    def stage(self) -> None:
        """Make the loop."""
        whole = self.numbers[:-1] if self.unread else self.numbers
        whole = whole[: len(whole) // self.period * self.period]
        self.left = self.numbers[len(whole) :]
        if self.period == 1:
            loop = self._loop(whole, self.body)
            loop.unread = self.unread
            loop.stage(self.after)
        else:
            loop = self._loop(whole, self._group, self.period)
            loop.stage(self.statement.try_once(loop.once))

    def finish(self) -> None:
        """Unroll what is left over."""
        for number in self.left:
            self.body(number)

    def _group(self, number: Any) -> None:
        for place in range(self.period):
            self.body(number + place * self.numbers.step)
