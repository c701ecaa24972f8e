"""Which names of NumPy a script uses, read from its source. Knows libcst and NumPy's namespace."""

from __future__ import annotations

import inspect
import operator
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import libcst
import numpy
from libcst import metadata

from tnp_shim.command.errors import BadInput
from tnp_shim.command.own_files import OwnFiles
from tnp_shim.command.script import Script

ELSEWHERE = frozenset(
    name for kind in (list, dict, set, str, bytes, tuple, int, float, complex) for name in dir(kind)
)
"""Methods that other objects than arrays have: counted only where an array is known to be there."""
METHODS = frozenset(name for name in dir(numpy.ndarray) if not name.startswith("_"))


@dataclass(frozen=True)
class Use:
    """A name of NumPy's at a line, and the parameters that are given to it there."""

    file: str
    line: int
    name: str
    parameters: tuple[str, ...] = ()


def numpys(name: str) -> Any:
    """NumPy's object of a name; None where it has none."""
    try:
        return operator.attrgetter(name)(numpy)
    except AttributeError:
        return None


def parameters_of(name: str) -> list[inspect.Parameter]:
    """The parameters of a function of NumPy's; none where Python cannot tell them."""
    try:
        return list(inspect.signature(numpys(name)).parameters.values())
    except (TypeError, ValueError):
        return []


def _given(name: str, arguments: Sequence[libcst.Arg]) -> tuple[str, ...]:
    """The names of the parameters to which arguments are given."""
    positional = [
        parameter.name
        for parameter in parameters_of(name)
        if parameter.kind in (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)
    ]
    if name.startswith("ndarray.") and positional[:1] == ["self"]:
        del positional[0]
    names = []
    for place, argument in enumerate(arguments):
        if argument.star:
            break
        if argument.keyword is None and place < len(positional):
            names.append(positional[place])
    names += [argument.keyword.value for argument in arguments if argument.keyword is not None]
    return tuple(names)


class _Reader(libcst.CSTVisitor):
    """Finds the names of NumPy's in a file."""

    METADATA_DEPENDENCIES = (
        metadata.ParentNodeProvider,
        metadata.PositionProvider,
        metadata.ScopeProvider,
    )

    def __init__(self, file: str) -> None:
        self.file = file
        self.uses: list[Use] = []
        self.imports: list[tuple[str, int]] = []
        self._stars: set[str] = set()
        self._values: dict[libcst.CSTNode, libcst.BaseExpression] = {}
        self._attributes: list[libcst.Attribute] = []
        self._names: list[libcst.Name] = []

    # what is there

    def visit_Assign(self, node: libcst.Assign) -> None:
        for target in node.targets:
            if isinstance(target.target, libcst.Name):
                self._values[target.target] = node.value

    def visit_AnnAssign(self, node: libcst.AnnAssign) -> None:
        if isinstance(node.target, libcst.Name) and node.value is not None:
            self._values[node.target] = node.value

    def visit_Import(self, node: libcst.Import) -> bool:
        self.imports += [(_dotted(alias.name), 0) for alias in node.names]
        return False

    def visit_ImportFrom(self, node: libcst.ImportFrom) -> bool:
        module = _dotted(node.module) if node.module is not None else ""
        level = len(node.relative)
        self.imports.append((module, level))
        if isinstance(node.names, libcst.ImportStar):
            if not level and (module == "numpy" or module.startswith("numpy.")):
                self._stars.add(module.removeprefix("numpy").removeprefix("."))
            return False
        self.imports += [(f"{module}.{_dotted(alias.name)}".lstrip("."), level) for alias in node.names]
        if not level and (module == "numpy" or module.startswith("numpy.")):
            for alias in node.names:
                name = f"{module}.{_dotted(alias.name)}".removeprefix("numpy.")
                self._found(alias, name)
        return False

    def visit_Attribute(self, node: libcst.Attribute) -> None:
        self._attributes.append(node)

    def visit_Name(self, node: libcst.Name) -> None:
        self._names.append(node)

    def leave_Module(self, original_node: libcst.Module) -> None:
        for attribute in self._attributes:
            self._read_attribute(attribute)
        for name in self._names:
            self._read_name(name)

    # what it means

    def _name_of(self, node: libcst.CSTNode, depth: int = 0) -> str | None:
        """The name below `numpy` that an expression stands for; empty for NumPy itself."""
        if depth > 20:
            return None
        if isinstance(node, libcst.Attribute):
            owner = self._name_of(node.value, depth + 1)
            return None if owner is None else f"{owner}.{node.attr.value}".lstrip(".")
        if not isinstance(node, libcst.Name):
            return None
        found = self._assignments(node)
        for each in found:
            if isinstance(each, metadata.ImportAssignment):
                for qualified in each.get_qualified_names_for(node.value):
                    name = qualified.name
                    if name == "numpy" or name.startswith("numpy."):
                        return name.removeprefix("numpy").removeprefix(".")
        if len(found) == 1 and isinstance(found[0], metadata.Assignment) and found[0].node in self._values:
            return self._name_of(self._values[found[0].node], depth + 1)
        if all(isinstance(each, metadata.BuiltinAssignment) for each in found):
            for module in self._stars:
                if node.value in getattr(numpys(module) if module else numpy, "__all__", ()):
                    return f"{module}.{node.value}".lstrip(".")
        return None

    def _assignments(self, node: libcst.Name) -> list[Any]:
        scope = self.get_metadata(metadata.ScopeProvider, node, None)
        return list(scope[node.value]) if scope is not None else []

    def _read_attribute(self, node: libcst.Attribute) -> None:
        parent = self.get_metadata(metadata.ParentNodeProvider, node)
        name = self._name_of(node)
        if name is not None:
            # `np.linalg` in `np.linalg.norm` is told by the whole
            if not (isinstance(parent, libcst.Attribute) and parent.value is node) and (used := _used(name)):
                self._found(node, used)
        elif node.attr.value in METHODS and (node.attr.value not in ELSEWHERE or self._is_array(node.value)):
            if self._is_imported(node.value):
                return
            self._found(node, f"ndarray.{node.attr.value}")

    def _read_name(self, node: libcst.Name) -> None:
        parent = self.get_metadata(metadata.ParentNodeProvider, node)
        if isinstance(parent, libcst.Attribute) or not self.get_metadata(metadata.ScopeProvider, node, None):
            return
        if isinstance(parent, (libcst.AssignTarget, libcst.Arg)) and getattr(parent, "keyword", None) is node:
            return
        if isinstance(parent, libcst.AssignTarget):
            return
        name = self._name_of(node)
        if name and not _is_module(name):
            self._found(node, name)

    def _is_imported(self, node: libcst.BaseExpression) -> bool:
        """Whether a name is that of a module."""
        while isinstance(node, libcst.Attribute):
            node = node.value
        return isinstance(node, libcst.Name) and any(
            isinstance(each, metadata.ImportAssignment) for each in self._assignments(node)
        )

    def _is_array(self, node: libcst.CSTNode | None, depth: int = 0) -> bool:
        """Whether an expression is known to be an array."""
        if node is None or depth > 20:
            return False
        if isinstance(node, libcst.Call):
            if self._name_of(node.func):
                return True
            function = node.func
            return isinstance(function, libcst.Attribute) and self._is_array(function.value, depth + 1)
        if isinstance(node, (libcst.Subscript, libcst.Attribute)):
            return self._is_array(node.value, depth + 1)
        if isinstance(node, libcst.BinaryOperation):
            return self._is_array(node.left, depth + 1) or self._is_array(node.right, depth + 1)
        if isinstance(node, libcst.UnaryOperation):
            return self._is_array(node.expression, depth + 1)
        if isinstance(node, libcst.Name):
            values = [self._values.get(getattr(each, "node", node)) for each in self._assignments(node)]
            return any(value is not None and self._is_array(value, depth + 1) for value in values)
        return False

    def _found(self, node: libcst.CSTNode, name: str) -> None:
        parent = self.get_metadata(metadata.ParentNodeProvider, node)
        given: tuple[str, ...] = ()
        if isinstance(parent, libcst.Call) and parent.func is node:
            given = _given(name, parent.args)
        line = self.get_metadata(metadata.PositionProvider, node).start.line
        self.uses.append(Use(self.file, line, name, given))


def _is_module(name: str) -> bool:
    return inspect.ismodule(numpys(name))


def _used(name: str) -> str:
    """What of a dotted name is NumPy's: `pi` of `pi.real`, nothing of a module."""
    parts = name.split(".")
    for end in range(1, len(parts) + 1):
        found = numpys(".".join(parts[:end]))
        if not inspect.ismodule(found):
            members = isinstance(found, (numpy.ufunc, type))
            return ".".join(parts[: end + members])
    return ""


def _dotted(node: libcst.CSTNode) -> str:
    if isinstance(node, libcst.Attribute):
        return f"{_dotted(node.value)}.{node.attr.value}"
    return node.value if isinstance(node, libcst.Name) else ""


def _read(file: str) -> _Reader:
    reader = _Reader(file)
    try:
        parsed = libcst.parse_module(Path(file).read_bytes())
    except libcst.ParserSyntaxError as error:
        raise BadInput(f"{file}, line {error.raw_line}: {error.message}") from None
    # nobody else has the tree, so it need not be copied
    metadata.MetadataWrapper(parsed, unsafe_skip_copy=True).visit(reader)
    return reader


def _files_of(module: str, level: int, importer: str, search: Sequence[str]) -> Iterator[str]:
    """The files that an import may be of."""
    folders = list(search)
    if level:
        folders = [importer]
        for _ in range(level):
            folders = [os.path.dirname(folders[0])]
    parts = module.split(".") if module else []
    for folder in folders:
        for end in range(len(parts) + 1):
            path = os.path.join(folder, *parts[:end])
            yield from (os.path.join(path, "__init__.py"), f"{path}.py")


def inventory(script: Script) -> tuple[list[Use], list[str]]:
    """The names of NumPy's that a script and its own modules use, and the files that were read."""
    script.tree()
    own: OwnFiles = script.own
    pending, read, uses = [script.file], [], []
    while pending:
        file = pending.pop(0)
        if file in read:
            continue
        read.append(file)
        reader = _read(file)
        uses += reader.uses
        for module, level in reader.imports:
            for candidate in _files_of(module, level, file, script.search):
                if os.path.isfile(candidate) and own.holds(candidate):
                    pending.append(candidate)
    return sorted(set(uses), key=lambda use: (read.index(use.file), use.line, use.name)), read
