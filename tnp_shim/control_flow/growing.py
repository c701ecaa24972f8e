"""Lists to which every iteration of a rolled loop appends: `history.append(x.sum())`. Knows the array.

The loop stacks what is appended, and the list gets the parts after it. While the loop is traced the list
lacks what earlier iterations have appended, so nothing but `append` may use it: every load of a variable is
counted, and no other way may lead to the list.
"""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import tensorflow as tf

from tnp_shim.control_flow.aliases import is_outside, roots_in
from tnp_shim.control_flow.forms import Form, form_of
from tnp_shim.control_flow.numbers import NotRollable
from tnp_shim.storage import Cell, link
from tnp_shim.tensorflow_internals import autograph_operators, gen_array_ops

_ld = autograph_operators.ld


class _Loads(threading.local):
    def __init__(self) -> None:
        self.counts: list[dict[int, int]] = []


_loads = _Loads()


def ld(value: Any) -> Any:
    """AutoGraph's load of a variable."""
    found = _ld(value)
    for counts in _loads.counts:
        if id(found) in counts:
            counts[id(found)] += 1
    return found


@dataclass
class Growth:
    """What bodies append to lists. `allowed`: else a list that grows can't be rolled."""

    allowed: bool = False
    counts: dict[int, int] = field(default_factory=dict)
    items: dict[int, tuple[list[Any], list[Any]]] = field(default_factory=dict)
    """By the identity of a list: the list, and what was appended."""

    @contextlib.contextmanager
    def counted(self, lists: Sequence[list[Any]]) -> Iterator[None]:
        """Count the loads of lists, to which within things may be appended."""
        self.counts, self.items = {id(each): 0 for each in lists}, {}
        _loads.counts.append(self.counts)
        try:
            yield
        finally:
            _loads.counts.pop()

    def takes(self, owner: Any, before: Any) -> bool:
        """Whether a list was appended to, and nothing else was done with it."""
        if not self.allowed or type(owner) is not list or len(owner) <= len(before):
            return False
        more = owner[len(before) :]
        kept = all(now is then for now, then in zip(owner, before, strict=False))
        if not kept or self.counts.get(id(owner)) != len(more):
            return False
        self.items[id(owner)] = owner, more
        return True

    def take_back(self) -> list[Any]:
        """Undo the appends; what was appended, list by list."""
        taken: list[Any] = []
        for owner, more in self.items.values():
            taken += more
            del owner[len(owner) - len(more) :]
        return taken


class Stacks:
    """The items that the iterations of one loop append, as arrays of tensors."""

    def __init__(self, growth: Growth, length: int) -> None:
        self.owners = [(owner, len(more)) for owner, more in growth.items.values()]
        self.items = [item for _, more in growth.items.values() for item in more]
        self.forms = [_form(item) for item in self.items]
        self.length = length
        self.first: dict[int, list[Cell]] = {}
        """By item: the arrays before the loop that it is in the first iteration."""
        self.last: dict[int, list[int]] = {}
        """By item: the variables whose array it shares after an iteration."""
        self.same: dict[int, int] = {}
        """By item: the variable that is bound to it after an iteration."""

    def empty(self) -> list[tf.TensorArray]:
        """An array of tensors for each that carries a part of an item."""
        return [
            tf.TensorArray(leaf.dtype, self.length, element_shape=leaf.shape)
            for form in self.forms
            for leaf in _leaves(form)
        ]

    def written(self, arrays: Sequence[tf.TensorArray], place: tf.Tensor, items: list[Any]) -> list[Any]:
        """The arrays of tensors with the items of one iteration."""
        if len(items) != len(self.forms):
            raise NotRollable("another number of items is appended to a list in later iterations")
        tensors: list[Any] = []
        for form, item in zip(self.forms, items, strict=True):
            if not form.takes(item, exactly=True):
                raise NotRollable("what is appended to a list changes its kind, dtype or shape")
            tensors += form.carried(item)
        return [array.write(place, tensor) for array, tensor in zip(arrays, tensors, strict=True)]

    def check(
        self, items: list[Any], begun: dict[int, list[tuple[Cell, tf.Tensor]]], values: list[Any], home: Any
    ) -> None:
        """Refuse arrays that are written to after they were appended, and parts of other arrays."""
        self.first, self.last = {}, {}
        self.same = {place: k for k in begun for place, item in enumerate(items) if item is values[k]}
        for place, item in enumerate(items):
            for root in roots_in(item):
                for cell in (root, *root.others()):
                    self._check_cell(place, cell, begun, values, home)

    def _check_cell(self, place: int, cell: Cell, begun: Any, values: list[Any], home: Any) -> None:
        incoming = {id(root): k for k, roots in begun.items() for root, _ in roots}
        k = incoming.get(id(cell))
        if k is None and is_outside(cell, home):
            raise NotRollable("an array that was made before the loop is appended to a list")
        bound = [j for j in begun if cell in roots_in(values[j])]
        if k is not None:
            ends = [end for root in roots_in(values[k]) for end in (root, *root.others())]
            if any(id(end) in incoming or is_outside(end, home) for end in ends):
                raise NotRollable("an array that may be that of an earlier iteration is appended to a list")
            self.first.setdefault(place, []).append(cell)
        self.last.setdefault(place, []).extend(bound)
        written = [j for j, roots in begun.items() for root, tensor in roots if root._value is not tensor]
        if set(written) & {*bound, k}:
            raise NotRollable("an array is written to after it was appended to a list")

    def put(self, results: Sequence[tf.TensorArray], before: list[Any], after: list[Any], begun: Any) -> None:
        """Append to the lists what all the iterations have appended."""
        parts = [gen_array_ops.unpack(array.stack(), num=self.length, axis=0) for array in results]
        owners = {id(root): k for k, roots in begun.items() for root, _ in roots}
        for number in range(self.length):
            tensors = iter([part[number] for part in parts])
            items = [form.seen(tensors) for form in self.forms]
            if number == self.length - 1:
                for place, k in self.same.items():
                    items[place] = after[k]
            rest = list(items)
            for owner, count in self.owners:
                owner += rest[:count]
                del rest[:count]
            if number == 0:
                for place, cells in self.first.items():
                    _link(items[place], [before[owners[id(cell)]] for cell in cells])
            if number == self.length - 1:
                for place, variables in self.last.items():
                    _link(items[place], [after[k] for k in variables])


def _link(item: Any, others: list[Any]) -> None:
    for root in roots_in(item):
        for other in others:
            for cell in roots_in(other):
                link(root, cell)


def _leaves(form: Form) -> list[Form]:
    if form.kind == "nested":
        return [leaf for part in form.parts.values() for leaf in _leaves(part)]
    return [form]


def _form(item: Any) -> Form:
    form = form_of(item)
    for leaf in _leaves(form):
        if leaf.kind not in ("number", "scalar", "array", "tensor") or not leaf.shape.is_fully_defined():
            raise NotRollable("what is appended to a list is no array of a known shape")
        leaf.bounds = None
    if form.kind == "nested" and not isinstance(item, tuple):
        raise NotRollable("a container that may change is appended to a list")
    return form
