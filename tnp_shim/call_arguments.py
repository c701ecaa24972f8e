"""The arguments of a call, taken apart into tensors and a key, and put together on others. Knows the array.

The key tells all that a trace depends on but the values of its tensors: how lists, dicts and objects nest,
which arrays share memory, what is a constant. Its tree is the plan by which the arguments are put together
again on the tensors of a trace.
"""

from __future__ import annotations

import functools
import sys
import weakref
from collections.abc import Iterator, Sequence
from typing import Any

import numpy
import tensorflow as tf

from tnp_shim import conversion, dtypes
from tnp_shim.array import Array, ArraySpec, ndarray, view, wrap, wrap_scalar
from tnp_shim.control_flow import numbers
from tnp_shim.errors import UnknownShapeError, UnsupportedError, users_line
from tnp_shim.functions.strides import as_strided
from tnp_shim.storage import Cell, Lens, OrderedCell, ViewCell, static_shape, untouched
from tnp_shim.tensorflow_internals import current_graph, known_value

Node = tuple[Any, ...]

CONSTANTS = frozenset({bool, str, bytes, type(None), type(Ellipsis)})
"""Types whose values are constants of a trace."""

_INT64 = range(-(1 << 63), 1 << 63)
_DRAWN_FROM = (numpy.random.Generator, numpy.random.RandomState)
_LIBRARIES = frozenset({"keras", "matplotlib", "numpy", "pandas", "scipy", "sklearn", "tensorflow"})
# what runs a user's code: pytest's asserts refer to the whole session, cells of a notebook to the shell
_RUNNERS = frozenset({"IPython", "_pytest", "hypothesis", "ipykernel", "pytest"})
_FOR_ANY_CLASS = frozenset({"abc", "collections", "dataclasses", "typing"})


def is_library(package: str) -> bool:
    """Whether what a package holds is left as it is."""
    if package in _LIBRARIES or package in _RUNNERS or package == __package__:
        return True
    return package in sys.stdlib_module_names and package not in _FOR_ANY_CLASS and package != "__main__"


@functools.cache
def is_opaque(kind: Any) -> bool:
    """Whether objects of a class are constants: those of libraries are, and of classes made from theirs."""
    return any(is_library(base.__module__.partition(".")[0]) for base in kind.__mro__[:-1])


class Identity:
    """An object as a part of a key: equal only to itself, and not kept alive."""

    __slots__ = ("_hash", "_of", "_value")

    def __init__(self, value: Any) -> None:
        self._hash = id(value)
        self._value = None
        try:
            self._of: Any = weakref.ref(value)
        except TypeError:
            self._of, self._value = None, value

    def value(self) -> Any:
        return self._value if self._of is None else self._of()

    def __hash__(self) -> int:
        return self._hash

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Identity) and (mine := self.value()) is not None and mine is other.value()


class UsedUp:
    """Stands in a trace for what every call would have to draw from: an iterator, a random generator."""

    def __init__(self, kind: type) -> None:
        self._kind = kind

    def _refuse(self, name: str = "", *_: Any, **__: Any) -> Any:
        if name.startswith("__"):  # of those who ask what kind of object it is
            raise AttributeError(name)
        raise UnsupportedError(
            f"{users_line()}: an argument of type {self._kind.__name__} would be used while the function is "
            "traced, and no more in later calls; pass the values drawn from it"
        )

    __getattr__ = __next__ = __iter__ = __call__ = _refuse


class Arguments:
    """The arguments of one call.

    `tensors`: what a trace takes, of these `shapes`. `sinks`: where to write what the function writes to the
    array of a tensor. `arrays`: the arrays among the arguments, `containers` the lists, dicts and objects.
    `ints`: the Python ints; those of the places `traced` are values, the others constants. `names`: those of
    the last values, which are keyword arguments. `captured`: cells that the function uses without being given
    them, which become tensors as well.
    """

    __slots__ = (
        "_numbers",
        "_traced",
        "arrays",
        "captured",
        "containers",
        "ints",
        "key",
        "leaves",
        "lenses",
        "names",
        "shapes",
        "sinks",
        "tensors",
        "tree",
    )

    def __init__(
        self,
        values: Sequence[Any],
        names: tuple[str, ...] = (),
        traced: frozenset[int] = frozenset(),
        captured: Sequence[Cell] = (),
    ) -> None:
        self.tensors: list[Any] = []
        self.shapes: list[Any] = []
        self.sinks: list[Any] = []
        self.arrays: list[Any] = []
        self.containers: list[Any] = []
        self.ints: list[int] = []
        self.lenses: dict[int, list[Lens]] = {}
        self._numbers: dict[int, int] = {}
        self._traced = traced
        self.tree = tuple([self._node(value) for value in values])
        self.captured = {id(cell): self._slot(cell.read(), cell) for cell in captured}
        self.leaves = self._placed()
        self.names = names
        # what is returned of one of NumPy's arrays is an array of ours, so these are of another kind
        numpys = tuple([number for number, a in enumerate(self.arrays) if isinstance(a, numpy.ndarray)])
        self.key = (self.tree, self.leaves, numpys, names, len(self.captured))

    # the tree

    def _node(self, value: Any) -> Node:
        kind = type(value)
        if kind is ndarray:
            return self._array(value)
        if kind is int:
            return self._int(value)
        if kind in CONSTANTS:
            return "constant", kind, value
        if kind is float or kind is complex:
            return "number", self._slot(tf.constant(value, numbers.dtype_of(kind))), kind
        if isinstance(value, (tuple, list, dict)):
            return self._container(value, kind)
        if isinstance(value, (numpy.ndarray, ArraySpec)):
            return self._array(value)
        if isinstance(value, (tf.Tensor, tf.TensorSpec)):
            return "tensor", self._slot(value), value.dtype
        if isinstance(value, Array) or (
            isinstance(value, numpy.generic) and not isinstance(value, (str, bytes))
        ):
            tensor = conversion.to_tensor(value)
            return "scalar", self._slot(tensor), tensor.dtype
        return self._other(value, kind)

    def _slot(self, tensor: Any, sink: Any = None) -> int:
        self.tensors.append(tensor)
        self.sinks.append(sink)
        self.shapes.append(static_shape(tensor))
        return len(self.tensors) - 1

    def _array(self, value: Any) -> Node:
        if isinstance(value, ArraySpec) and value.value_type is not ndarray:
            return "scalar", self._slot(value._component_specs), value.dtype
        number = self._numbers.get(id(value))
        if number is None:
            number = self._numbers[id(value)] = len(self.arrays)
            self.arrays.append(value)
        return "array", number

    def _int(self, value: int) -> Node:
        place = len(self.ints)
        self.ints.append(value)
        if place in self._traced and value in _INT64:
            return "number", self._slot(tf.constant(value, tf.int64)), int
        return "constant", int, value

    def _container(self, value: Any, kind: type) -> Node:
        if kind is tuple:
            return "tuple", tuple([self._node(v) for v in value])
        if isinstance(value, tuple):
            return "named", kind, tuple([self._node(v) for v in value])
        plain = dict if isinstance(value, dict) else list
        if kind.__module__.startswith("tensorflow"):  # tf.Module wraps its lists and dicts to track them
            kind = plain
        return self._numbered(value, plain.__name__, kind)

    def _numbered(self, value: Any, word: str, kind: type) -> Node:
        """A container that can be changed, and may stand in more than one place."""
        number = self._numbers.get(id(value))
        if number is not None:
            return "again", number
        self._numbers[id(value)] = number = len(self.containers)
        self.containers.append(value)
        names, values = contents(value)
        return word, number, kind, names, tuple([self._node(v) for v in values])

    def widen(self, shapes: dict[int, Any]) -> None:
        """Give the arrays of these ids another shape, with unknown dimensions."""
        for number, array in enumerate(self.arrays):
            if id(array) in shapes and len(self.leaves[number]) == 4:
                self.shapes[self.leaves[number][0]] = shapes[id(array)]

    def _other(self, value: Any, kind: type) -> Node:
        if kind is slice:
            return "slice", tuple([self._node(v) for v in (value.start, value.stop, value.step)])
        if isinstance(value, tf.Variable):
            return "object constant", Identity(value)
        if isinstance(value, tf.__internal__.CompositeTensor):
            parts = tf.nest.flatten(value, expand_composites=True)
            return "composite", tuple([self._slot(part) for part in parts]), tf.type_spec_from_value(value)
        if has_contents(value):
            return self._numbered(value, "object", kind)
        if hasattr(value, "__next__") or isinstance(value, _DRAWN_FROM):
            return "used up", kind
        if isinstance(value, (set, frozenset)):
            return "constant", kind, frozenset(value)
        hashed: Any = kind.__hash__
        if hashed is object.__hash__ or hashed is None:
            return "object constant", Identity(value)
        return "constant", kind, value

    # where the arrays are

    def _placed(self) -> tuple[Node, ...]:
        """How each of the arrays is made: from a tensor of its own, or as a view of what it shares."""
        if not self.arrays:
            return ()
        owners = [_owner(array) for array in self.arrays]
        groups: dict[int, list[int]] = {}
        for number, owner in enumerate(owners):
            groups.setdefault(id(owner), []).append(number)
        if len(groups) == len(owners) and not (self.captured and self.captured.keys() & groups.keys()):
            return tuple([self._lone(array) for array in self.arrays])
        leaves: dict[int, Node] = {}
        for group in groups.values():
            leaves.update(zip(group, self._sharing(group, owners[group[0]]), strict=True))
        return tuple(leaves[number] for number in range(len(owners)))

    def _lone(self, array: Any) -> Node:
        """An array that shares its memory with no other: slot, dtype, strides and whether it is writeable."""
        if type(array) is ndarray:
            cell = array._cell
            strides = None if type(cell) is Cell else _strides(cell)
            return self._slot(cell.read(), cell), array._dtype, strides, array._writeable
        if isinstance(array, ArraySpec):
            return self._slot(array._component_specs), dtypes.to_numpy(array.dtype), None, True
        if isinstance(array, numpy.matrix):
            raise UnsupportedError(
                "a numpy.matrix cannot be an argument: its operators have another meaning; pass numpy.asarray"
            )
        tensor = conversion.to_tensor(array)
        strides = None if array.flags.c_contiguous else array.strides
        return self._slot(tensor, array), dtypes.to_numpy(tensor.dtype), strides, array.flags.writeable

    def _sharing(self, group: list[int], owner: Any) -> Iterator[Node]:
        arrays = [self.arrays[number] for number in group]
        slot = self.captured.get(id(owner))
        if len(arrays) == 1 and slot is None:
            yield self._lone(arrays[0])
        elif isinstance(owner, Cell):
            slot = self._slot(owner.read(), owner) if slot is None else slot
            for number, array in zip(group, arrays, strict=True):
                self.lenses[number] = lenses = lenses_of(array._cell)
                dtype, root = array._dtype, (dtypes.to_numpy(owner.read().dtype), _strides(owner))
                yield slot, dtype, root, _geometry(owner, lenses), array._writeable
        elif any(numpy.may_share_memory(a, b) for i, a in enumerate(arrays) for b in arrays[:i]):
            yield from self._strided(arrays, owner)
        else:
            yield from map(self._lone, arrays)

    def _strided(self, arrays: list[Any], owner: Any) -> Iterator[Node]:
        """NumPy arrays that overlap, as views of the memory that they are parts of."""
        if any(array.dtype != owner.dtype for array in arrays) or not owner.flags.forc:
            raise UnsupportedError(
                "arguments that overlap in memory must be NumPy arrays of one dtype, views of one array"
            )
        flat = owner.ravel("K")
        slot, start = self._slot(conversion.to_tensor(flat), flat), _address(flat)
        for array in arrays:
            offset = (_address(array) - start) // array.itemsize
            root = (dtypes.canonical(owner.dtype), None)
            yield slot, root[0], root, (offset, array.shape, array.strides), array.flags.writeable


def has_contents(value: Any) -> bool:
    """Whether a value is an object of a user's class, whose attributes are looked into."""
    kind: Any = type(value)
    return not is_opaque(kind) and (hasattr(value, "__dict__") or bool(_slots(kind)))


@functools.cache
def _slots(kind: Any) -> tuple[str, ...]:
    """The attributes that a class keeps in `__slots__`."""
    slots = [vars(base).get("__slots__", ()) for base in kind.__mro__]
    names = [name for one in slots for name in ((one,) if isinstance(one, str) else one)]
    return tuple(name for name in names if name not in ("__dict__", "__weakref__"))


def contents(container: Any) -> tuple[tuple[Any, ...], tuple[Any, ...]]:
    """The names (keys, attributes) and the values that a container holds."""
    if isinstance(container, list):
        return (), tuple(container)
    if isinstance(container, dict):
        return tuple(container), tuple(container.values())
    kind: Any = type(container)
    found = dict(getattr(container, "__dict__", {}))
    found |= {name: getattr(container, name) for name in _slots(kind) if hasattr(container, name)}
    return tuple(found), tuple(found.values())


def refill(container: Any, names: tuple[Any, ...], values: Sequence[Any]) -> None:
    """Make a container hold these values and no others."""
    if isinstance(container, list):
        container[:] = values
    elif isinstance(container, dict):
        container.clear()
        container.update(zip(names, values, strict=True))
    else:
        for name in set(contents(container)[0]) - set(names):
            object.__delattr__(container, name)
        for name, value in zip(names, values, strict=True):
            object.__setattr__(container, name, value)


def _owner(array: Any) -> Any:
    """What owns the memory: a cell, or a NumPy array."""
    if type(array) is ndarray:
        cell = array._cell
        return cell if type(cell) is Cell else cell.root()
    while isinstance(getattr(array, "base", None), numpy.ndarray):
        array = array.base
    return array


def _address(array: numpy.ndarray[Any, Any]) -> int:
    return array.__array_interface__["data"][0]


def _strides(cell: Any) -> tuple[int, ...] | None:
    """The strides of what is not in C order; None also where they are unknown."""
    try:
        shadow = cell.shadow()
    except UnknownShapeError:
        return None
    return None if shadow.flags.c_contiguous else shadow.strides


def lenses_of(cell: Any) -> list[Lens]:
    lenses: list[Lens] = []
    while isinstance(cell, ViewCell):
        lenses.insert(0, cell.lens)
        cell = cell.parent
    return lenses


def _geometry(owner: Cell, lenses: list[Lens]) -> Any:
    """Which part of the owner's memory a view is; where that is unknown, the lenses themselves."""
    try:
        memory = seen = owner.shadow()
        for lens in lenses:
            seen = lens.shadow(seen)
    except UnknownShapeError:
        return tuple(map(Identity, lenses))
    return _address(seen) - _address(memory), seen.shape, seen.strides, seen.dtype


class Rebuilt:
    """The arguments put together again on the tensors of a trace.

    `roots`: the cell of each tensor that an array was made on. `before`: what the containers held.
    """

    def __init__(self, arguments: Arguments, tensors: Sequence[tf.Tensor]) -> None:
        self.arguments = arguments
        self.tensors = tensors
        self.roots: dict[int, Cell] = {}
        for slot in arguments.captured.values():
            self.roots[slot] = arguments.sinks[slot]
        self.arrays = [self._array(number, leaf) for number, leaf in enumerate(arguments.leaves)]
        self.cells = [array._cell for array in self.arrays]
        self.containers: list[Any] = []
        self.before: list[Any] = []
        self.values = [self._value(node) for node in arguments.tree]

    def _root(self, slot: int, strides: tuple[int, ...] | None) -> Cell:
        if slot not in self.roots:
            tensor = self.tensors[slot]
            shape = static_shape(tensor)
            if strides is None or shape is None or None in shape:
                self.roots[slot] = Cell(tensor, current_graph())
            else:
                memory = untouched((1,), dtypes.to_numpy(tensor.dtype))
                shadow = numpy.lib.stride_tricks.as_strided(memory, shape, strides)  # type: ignore[arg-type]
                self.roots[slot] = OrderedCell(tensor, shadow, current_graph())
        return self.roots[slot]

    def _array(self, number: int, leaf: Node) -> ndarray:
        slot, dtype, placed, *geometry, writeable = leaf
        if not geometry:
            array = wrap(self.tensors[slot])
            array._cell = self._root(slot, placed)
        else:
            root_dtype, strides = placed
            array = wrap(self.tensors[slot])
            array._cell, array._dtype = self._root(slot, strides), root_dtype
            if number in self.arguments.lenses:
                for lens in self.arguments.lenses[number]:
                    array = view(array, lens, dtype)
            else:
                offset, shape, steps = geometry[0]
                array = as_strided(array[offset:], shape, steps)  # type: ignore[index]
        array._writeable = writeable
        return array

    def _value(self, node: Node) -> Any:
        word = node[0]
        if word == "array":
            return self.arrays[node[1]]
        if word == "constant":
            return set(node[2]) if node[1] is set else node[2]
        if word == "scalar":
            return wrap_scalar(self.tensors[node[1]])
        if word == "number":
            known = known_value(self.tensors[node[1]])  # where functions run eagerly
            return numbers.made(self.tensors[node[1]], node[2]) if known is None else known.item()
        if word == "tensor":
            return self.tensors[node[1]]
        if word == "used up":
            return UsedUp(node[1])
        if word == "object constant":
            return node[1].value()
        if word == "again":
            return self.containers[node[1]]
        if word == "tuple":
            return tuple(map(self._value, node[1]))
        if word == "slice":
            return slice(*map(self._value, node[1]))
        if word == "named":
            return node[1](*map(self._value, node[2]))
        if word == "composite":
            parts = [self.tensors[slot] for slot in node[1]]
            return tf.nest.pack_sequence_as(node[2], parts, expand_composites=True)
        return self._container(node)

    def _container(self, node: Node) -> Any:
        _, number, kind, names, children = node
        made = kind.__new__(kind) if issubclass(kind, (list, dict)) else object.__new__(kind)
        if hasattr(self.arguments.containers[number], "default_factory"):
            made.default_factory = self.arguments.containers[number].default_factory
        self.containers.append(made)
        place = len(self.before)
        self.before.append(None)
        values = [self._value(child) for child in children]
        refill(made, names, values)
        self.before[place] = (names, values)
        return made
