"""What a traced function returned and wrote: tensors, and a template to build it from. Knows the array.

Inside of a trace results are taken apart: new tensors become outputs, and the template says what else there
is, such as an argument that was returned itself. Outside, each call builds its results by the template.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy
import tensorflow as tf

from tnp_shim import conversion, dtypes
from tnp_shim.array import Array, fresh, ndarray, scalar, view, wrap
from tnp_shim.call_arguments import Arguments, Rebuilt, contents, has_contents, lenses_of, refill
from tnp_shim.errors import LostWriteError, UnknownShapeError, users_line
from tnp_shim.storage import AnyCell, Cell, Lens, OrderedCell
from tnp_shim.tensorflow_internals import ops

Template = tuple[Any, ...]


class Results:
    """What one trace gives: tensors, and how results, writes and changed containers come of them."""

    def __init__(self, returned: Any, rebuilt: Rebuilt) -> None:
        self.outputs: list[tf.Tensor] = []
        self._rebuilt = rebuilt
        self._known: dict[int, Template] = {id(a): ("argument", i) for i, a in enumerate(rebuilt.arrays)}
        self._known |= {id(c): ("container", i) for i, c in enumerate(rebuilt.containers)}
        self._roots = {id(cell): slot for slot, cell in rebuilt.roots.items()}
        self._made = 0
        self._alive: list[Any] = []
        self._refuse_replaced()
        self.written = tuple(self._written())
        self.changed = tuple(self._changed())
        # what is returned is an array of ours, also where the argument is one of NumPy's
        for array, given in zip(rebuilt.arrays, rebuilt.arguments.arrays, strict=True):
            if isinstance(given, numpy.ndarray):
                self._known.pop(id(array))
        self.template = self._taken(returned)
        del self._rebuilt, self._known, self._roots, self._made, self._alive

    def _output(self, tensor: tf.Tensor) -> int:
        self.outputs.append(tensor)
        return len(self.outputs) - 1

    def _refuse_replaced(self) -> None:
        for array, cell in zip(self._rebuilt.arrays, self._rebuilt.cells, strict=True):
            if array._cell is not cell:
                raise LostWriteError(
                    f"{users_line()}: the shape or the dtype of an argument was changed in place "
                    "(x.shape = ..., x.resize(...)); a compiled function writes back values only"
                )

    def _written(self) -> Any:
        for slot, cell in self._rebuilt.roots.items():
            tensor = cell.read()
            if tensor is not self._rebuilt.tensors[slot]:
                yield slot, self._output(tensor)

    def _changed(self) -> Any:
        """The lists, dicts and objects among the arguments that hold something else now."""
        for number, container in enumerate(self._rebuilt.containers):
            names, values = contents(container)
            before_names, before = self._rebuilt.before[number]
            same = len(before) == len(values) and all(x is y for x, y in zip(before, values, strict=True))
            if not same or (names != before_names and set(names) != set(before_names)):
                yield number, names, tuple(map(self._taken, values))

    def _taken(self, value: Any) -> Template:
        known = self._known.get(id(value))
        if known is not None:
            return known
        self._alive.append(value)  # or another object might get its id
        if isinstance(value, (ndarray, numpy.ndarray, list, dict)) or (
            not isinstance(value, tuple) and has_contents(value)
        ):
            # before its content is looked at, which may lead to it again
            self._known[id(value)] = ("made", self._made)
            self._made += 1
        return self._template(value)

    def _template(self, value: Any) -> Template:
        kind = type(value)
        if kind is ndarray:
            return self._array(value)
        if isinstance(value, (Array, numpy.generic)) and not isinstance(value, (str, bytes)):
            tensor = conversion.to_tensor(value)
            return "scalar", self._output(tensor), dtypes.to_numpy(tensor.dtype)
        if isinstance(value, tf.Tensor):
            return "tensor", self._output(value)
        if isinstance(value, numpy.ndarray):
            tensor = conversion.to_tensor(value)
            return "array", self._output(tensor), dtypes.to_numpy(tensor.dtype), None
        if isinstance(value, tuple):
            word = "named" if hasattr(value, "_fields") else "tuple"
            return word, kind, tuple([self._taken(v) for v in value])
        if isinstance(value, list):
            return "list", kind, tuple([self._taken(v) for v in value])
        if isinstance(value, dict):
            return "dict", kind, tuple(value), tuple([self._taken(v) for v in value.values()])
        if isinstance(value, tf.__internal__.CompositeTensor) and not isinstance(value, tf.Variable):
            parts = tf.nest.flatten(value, expand_composites=True)
            return "composite", tf.type_spec_from_value(value), tuple(map(self._output, parts))
        if has_contents(value):
            names, values = contents(value)
            return "object", kind, names, tuple([self._taken(v) for v in values])
        return "constant", value

    def _array(self, array: ndarray) -> Template:
        cell = array._cell
        root = cell.root()
        slot = self._roots.get(id(root))
        if slot is not None and not isinstance(self._rebuilt.arguments.sinks[slot], numpy.ndarray):
            lenses = lenses_of(cell)
            if _usable(root, lenses):
                return "view", slot, tuple(lenses), array._dtype, array._writeable
        shadow = None
        if not cell.in_c_order or cell is not root:
            shadow = _layout(cell)
        if not array._writeable:
            return "read-only", self._output(cell.read()), array._dtype, shadow
        return "array", self._output(cell.read()), array._dtype, shadow


def _layout(cell: AnyCell) -> numpy.ndarray[Any, Any] | None:
    try:
        shadow = cell.shadow()
    except UnknownShapeError:
        return None
    return None if shadow.flags.c_contiguous else shadow


def _usable(root: Cell, lenses: list[Lens]) -> bool:
    """Whether a view can be made again outside: its lenses depend on nothing that only the trace knows."""
    tensor = root.read()
    if not tensor.shape.is_fully_defined():
        return False
    try:
        with ops.init_scope():
            seen = tf.zeros(tensor.shape, tensor.dtype)
            for lens in lenses:
                seen = lens.get(seen)
    except Exception:
        return False
    return True


class Building:
    """One call's results, built from its outputs by a template."""

    def __init__(self, arguments: Arguments, outputs: Sequence[tf.Tensor]) -> None:
        self.arguments, self.outputs = arguments, outputs
        self.made: list[Any] = []

    def value(self, template: Template) -> Any:
        word = template[0]
        if word == "constant":
            return template[1]
        if word == "array":
            return self._array(template)
        if word == "scalar":
            return scalar(self.outputs[template[1]], template[2])
        return getattr(self, "_" + word.replace("-", "_"))(template)

    def _array(self, template: Template) -> ndarray:
        _, place, dtype, shadow = template
        array = fresh(self.outputs[place], dtype)
        if shadow is not None:
            array._cell = OrderedCell(self.outputs[place], shadow)
        self.made.append(array)
        return array

    def _read_only(self, template: Template) -> ndarray:
        array = self._array(template)
        array._writeable = False
        return array

    def _tensor(self, template: Template) -> Any:
        return self.outputs[template[1]]

    def _argument(self, template: Template) -> Any:
        return self.arguments.arrays[template[1]]

    def _container(self, template: Template) -> Any:
        return self.arguments.containers[template[1]]

    def _made(self, template: Template) -> Any:
        return self.made[template[1]]

    def _view(self, template: Template) -> Any:
        _, slot, lenses, dtype, writeable = template
        sink = self.arguments.sinks[slot]
        if isinstance(sink, numpy.ndarray):  # given to a trace that was made for an array of ours
            array = wrap(conversion.to_tensor(sink))
        else:
            array = wrap(self.arguments.tensors[slot])
            array._cell = sink
        for given in self.arguments.arrays:
            if getattr(given, "_cell", None) is sink:
                array = given
        for lens in lenses:
            array = view(array, lens, dtype)
        array._writeable = writeable
        self.made.append(array)
        return array

    def _tuple(self, template: Template) -> Any:
        return template[1]([self.value(part) for part in template[2]])

    def _list(self, template: Template) -> Any:
        made = template[1].__new__(template[1])
        self.made.append(made)
        made.extend([self.value(part) for part in template[2]])
        return made

    def _named(self, template: Template) -> Any:
        return template[1](*[self.value(part) for part in template[2]])

    def _dict(self, template: Template) -> Any:
        made = template[1].__new__(template[1])
        self.made.append(made)
        made.update(zip(template[2], [self.value(part) for part in template[3]], strict=True))
        return made

    def _composite(self, template: Template) -> Any:
        parts = [self.outputs[place] for place in template[2]]
        return tf.nest.pack_sequence_as(template[1], parts, expand_composites=True)

    def _object(self, template: Template) -> Any:
        made = object.__new__(template[1])
        self.made.append(made)
        refill(made, template[2], [self.value(part) for part in template[3]])
        return made
