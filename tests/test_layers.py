"""Imports go one way, from the facade down to TensorFlow, and files stay short.

The table below is the one of docs/design.md, section 2.
"""

from __future__ import annotations

import ast
import fnmatch
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
PACKAGE = "tnp_shim"
MOST_LINES = 500

LAYERS: tuple[tuple[str, ...], ...] = (
    ("config", "errors", "tensorflow_internals"),
    ("dtypes",),
    ("promotion",),
    ("kernels/*", "indexing/*"),
    ("storage",),
    ("array", "control_flow/*", "conversion", "flags", "scalars", "subscripts", "tapes"),
    ("declaration/*",),
    (
        "fft",
        "linalg/*",
        "numpy_source",
        "random/*",
        "ufuncs",
        "ufuncs_table",
        "functions/*",
        "polynomial/*",
    ),
    ("call_*", "compiled", "host", "methods", "override", "weak_numbers"),
    ("__init__", "explain", "support"),
    ("command/*",),
)
"""From the lowest layer up, the modules of each; a module imports from its own layer or a lower one."""

FILES = sorted((ROOT / PACKAGE).rglob("*.py"))
JUDGE_FILES = sorted((ROOT / "conformance").rglob("*.py"))
ALL_FILES = [*FILES, *JUDGE_FILES, *sorted((ROOT / "tests").rglob("*.py"))]


def name_of(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def module_of(path: Path) -> str:
    """A file's module as the table spells it: `dtypes`, `kernels/coverage`, `__init__`."""
    module = path.relative_to(ROOT / PACKAGE).with_suffix("").as_posix()
    return module.removesuffix("/__init__") if module != "__init__" else module


def layer_of(module: str) -> int | None:
    """The layer of a module; a subpackage (`kernels`) belongs to the layer of its modules."""
    for layer, patterns in enumerate(LAYERS):
        for pattern in patterns:
            if fnmatch.fnmatch(module, pattern) or module == pattern.removesuffix("/*"):
                return layer
    return None


def is_module(name: str) -> bool:
    path = ROOT / PACKAGE / name
    return path.with_suffix(".py").is_file() or path.is_dir()


def absolute_imports(path: Path, tree: ast.AST) -> Iterator[tuple[int, str, str | None]]:
    """Line, dotted module and imported name (None for `import module`) of each import of a file."""
    package = [*path.relative_to(ROOT).parent.parts]
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield node.lineno, alias.name, None
        elif isinstance(node, ast.ImportFrom):
            base = package[: len(package) - node.level + 1] if node.level else []
            module = ".".join([*base, *([node.module] if node.module else [])])
            for alias in node.names:
                yield node.lineno, module, alias.name


def own_imports(path: Path, tree: ast.AST) -> Iterator[tuple[int, str]]:
    """Line and module, as the table spells it, of each import of a module of the package."""
    for line, module, name in absolute_imports(path, tree):
        top, *rest = module.split(".")
        if top != PACKAGE:
            continue
        inner = "/".join(rest)
        if name is not None and is_module("/".join([*rest, name])):
            inner = "/".join([*rest, name])
        yield line, inner or "__init__"


def layer_faults(path: Path, tree: ast.AST) -> list[str]:
    module = module_of(path)
    layer = layer_of(module)
    if layer is None:
        return [f"{name_of(path)}: not in the table of layers"]
    faults = []
    for line, imported in own_imports(path, tree):
        other = layer_of(imported)
        if other is None:
            faults.append(f"{name_of(path)}:{line}: {imported} is not in the table of layers")
        elif other > layer:
            faults.append(f"{name_of(path)}:{line}: layer {layer} imports {imported} of layer {other}")
    return faults


def private_tensorflow_faults(path: Path, tree: ast.AST) -> list[str]:
    return [
        f"{name_of(path)}:{line}: only tensorflow_internals imports from tensorflow.python"
        for line, module, name in absolute_imports(path, tree)
        if (module if name is None else f"{module}.{name}").startswith("tensorflow.python")
    ]


def inner_import_faults(path: Path, tree: ast.AST) -> list[str]:
    return [
        f"{name_of(path)}:{node.lineno}: import inside {function.name}"
        for function in ast.walk(tree)
        if isinstance(function, (ast.FunctionDef, ast.AsyncFunctionDef))
        for node in ast.walk(function)
        if isinstance(node, (ast.Import, ast.ImportFrom))
    ]


def parse(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"), str(path))


@pytest.mark.parametrize("path", FILES, ids=name_of)
def test_imports_go_down_only(path: Path) -> None:
    assert layer_faults(path, parse(path)) == []


@pytest.mark.parametrize("path", FILES, ids=name_of)
def test_private_tensorflow_is_used_in_one_place(path: Path) -> None:
    if module_of(path) == "tensorflow_internals":
        assert private_tensorflow_faults(path, parse(path)), "then the module is no longer needed"
    else:
        assert private_tensorflow_faults(path, parse(path)) == []


@pytest.mark.parametrize("path", FILES, ids=name_of)
def test_imports_stand_at_the_top(path: Path) -> None:
    assert inner_import_faults(path, parse(path)) == []


@pytest.mark.parametrize("path", ALL_FILES, ids=name_of)
def test_files_are_short(path: Path) -> None:
    assert len(path.read_text(encoding="utf-8").splitlines()) <= MOST_LINES


@pytest.mark.parametrize("path", ALL_FILES, ids=name_of)
def test_files_open_with_a_docstring(path: Path) -> None:
    docstring = ast.get_docstring(parse(path))
    assert docstring, "the first line of a file says what it holds and what it may know"
    assert docstring.splitlines()[0].rstrip().endswith((".", ":")), "one whole sentence in the first line"


@pytest.mark.parametrize("path", JUDGE_FILES, ids=name_of)
def test_the_judge_knows_public_names_only(path: Path) -> None:
    for line, module, name in absolute_imports(path, parse(path)):
        top, *inner = module.split(".")
        private = [part for part in (*inner, name or "") if part.startswith("_")]
        if top == PACKAGE:
            assert not private, f"line {line} imports {private}"
            assert inner in ([], ["config"]), f"line {line} imports the inside of {PACKAGE}: {module}"
            assert name is None or name == "config" or not is_module(name), f"line {line} imports {name}"


def test_the_table_is_the_one_of_the_design() -> None:
    text = (ROOT / "docs" / "design.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| (\d+) \| ([^|]+) \|", text, flags=re.MULTILINE)
    documented = {int(layer): set(re.findall(r"`([^`]+)`", modules)) for layer, modules in rows}
    assert documented == {layer: set(modules) for layer, modules in enumerate(LAYERS)}


@pytest.mark.parametrize(
    ("find", "module", "source"),
    [
        (layer_faults, "dtypes", "from tnp_shim import promotion"),
        (layer_faults, "dtypes", "from tnp_shim.array import ndarray"),
        (layer_faults, "dtypes", "import tnp_shim"),
        (layer_faults, "dtypes", "from tnp_shim import float64"),
        (layer_faults, "dtypes", "from . import storage"),
        (layer_faults, "kernels/coverage", "from ..declaration import arguments"),
        (layer_faults, "kernels/coverage", "from tnp_shim.unheard_of import thing"),
        (layer_faults, "unheard_of", ""),
        (private_tensorflow_faults, "dtypes", "import tensorflow.python.framework.ops"),
        (private_tensorflow_faults, "dtypes", "from tensorflow.python.framework import ops"),
        (private_tensorflow_faults, "dtypes", "from tensorflow import python"),
        (inner_import_faults, "dtypes", "def f():\n    if True:\n        import math"),
    ],
)
def test_faults_are_found(find, module: str, source: str) -> None:
    assert find(ROOT / PACKAGE / f"{module}.py", ast.parse(source)) != []
