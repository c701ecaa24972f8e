"""NumPy's own Python code, run with our namespace as its `numpy`. Knows the array.

Much of NumPy is itself NumPy code. Run on our functions it is right by construction and follows the NumPy
that is installed: it is compiled from that NumPy's files, and what it imports of NumPy is ours.
"""

from __future__ import annotations

import ast
import builtins
import importlib.util
import sys
import types
from collections.abc import Callable
from typing import Any

from tnp_shim.array import Array
from tnp_shim.errors import UnknownShapeError, UnknownValueError
from tnp_shim.indexing.checks import asserted
from tnp_shim.tensorflow_internals import gen_math_ops, known_value

PACKAGE = __name__.partition(".")[0]

_NUMPYS_OWN = ("numpy.exceptions", "numpy._core.multiarray", "numpy._pytesttester", "numpy._utils")
"""Modules that are taken as they are; of `numpy._utils` all but `set_module`."""

_PLACES = frozenset({"_core", "numeric", "numerictypes", "umath"})
"""Modules of NumPy's that hold what our namespace holds in one."""


def _set_module(name: str | None) -> Callable[[Any], Any]:
    """Stands for `numpy._utils.set_module`: the module of ours in which an object is found."""

    def decorate(thing: Any) -> Any:
        if name is not None:
            thing.__module__ = name.replace("numpy", PACKAGE, 1)
        return thing

    return decorate


def _dispatch(
    dispatcher: Any = None, module: str | None = None, verify: bool = True, docs_from_dispatcher: bool = False
) -> Callable[[Any], Any]:
    """Stands for `array_function_dispatch`: our functions take other libraries' arrays themselves."""
    return _set_module(module)


_OVERRIDES = types.SimpleNamespace(array_function_dispatch=_dispatch, set_module=_set_module)
_STAND_INS: dict[str, Any] = {"overrides": _OVERRIDES, "set_module": _set_module}


class _OurNumpy:
    """What NumPy's code finds in `numpy` and in its inner modules: our namespace."""

    def __getattr__(self, name: str) -> Any:
        if name in _STAND_INS:
            return _STAND_INS[name]
        return self if name in _PLACES else getattr(sys.modules[PACKAGE], name)


class _OurLinalg:
    """What NumPy's code imports from `numpy.linalg`: functions of ours, looked up when they are called."""

    def __getattr__(self, name: str) -> Any:
        def function(*args: Any, **kwargs: Any) -> Any:
            return getattr(sys.modules[PACKAGE].linalg, name)(*args, **kwargs)

        return function


_OURS, _LINALG = _OurNumpy(), _OurLinalg()


def _import(name: str, globals: Any = None, locals: Any = None, fromlist: Any = (), level: int = 0) -> Any:
    """`__import__` for NumPy's code."""
    if level == 2:  # NumPy's modules stand one package deep
        name, level = f"numpy.{name}", 0
    is_numpys = level == 0 and name.partition(".")[0] == "numpy"
    if not is_numpys or (name in _NUMPYS_OWN and "set_module" not in (fromlist or ())):
        return builtins.__import__(name, globals, locals, fromlist, level)
    if name == "numpy._core.overrides":
        return _OVERRIDES
    if name == "numpy.linalg" and fromlist:
        return _LINALG
    return _OURS


def _holds(condition: Callable[[], Any]) -> bool:
    """Whether NumPy's code is to warn: not where that is unknown while tracing."""
    try:
        return bool(condition())
    except UnknownValueError:
        return False


def _refuses(kind: str, text: str, *conditions: Callable[[], Any]) -> bool:
    """Whether NumPy's code is to raise for one of the conditions.

    One that is unknown while tracing is checked when the graph runs.
    """
    for condition in conditions:
        found = condition()
        if isinstance(found, Array) and known_value(found._cell.read()) is None:
            refused = found._cell.read()
            asserted(refused, gen_math_ops.logical_not(refused), text, getattr(builtins, kind, ValueError))
        elif found:
            return True
    return False


def _length(value: Any) -> Any:
    """Stands for `len`: a length that is unknown while tracing is an array."""
    try:
        return len(value)
    except UnknownShapeError:
        return value.shape[0]


_NAMES = {"_warns_if": _holds, "_raises_if": _refuses}
"""What the changed code calls."""


def _does_only(kind: type[ast.stmt], statements: list[ast.stmt]) -> bool:
    """Whether the statements do nothing but put a text together before the last, which is of a kind."""
    *before, last = statements
    return isinstance(last, kind) and all(isinstance(statement, ast.Assign) for statement in before)


def _is_warning(statement: ast.stmt) -> bool:
    return (
        isinstance(statement, ast.Expr)
        and isinstance(statement.value, ast.Call)
        and ast.unparse(statement.value.func) in ("warnings.warn", "warn")
    )


def _text(expression: ast.expr) -> str:
    """What an expression says, as far as it is told without running it."""
    return str(expression.value) if isinstance(expression, ast.Constant) else ast.unparse(expression)


def _later(condition: ast.expr) -> ast.expr:
    """`lambda: condition`."""
    empty = ast.arguments(posonlyargs=[], args=[], kwonlyargs=[], kw_defaults=[], defaults=[])
    return ast.Lambda(empty, condition)


class _Unknowing(ast.NodeTransformer):
    """Conditions of mere warnings and errors may be unknown while tracing.

    `if x` becomes `if _warns_if(lambda: x)` or `if _raises_if(..., lambda: x)`.
    """

    def visit_If(self, node: ast.If) -> ast.If:
        self.generic_visit(node)
        last = node.body[-1]
        if _does_only(ast.Expr, node.body) and _is_warning(last) and not node.orelse:
            node.test = ast.Call(ast.Name("_warns_if", ast.Load()), [_later(node.test)], [])
        elif _does_only(ast.Raise, node.body) and isinstance(last, ast.Raise) and last.exc is not None:
            made = last.exc
            kind = ast.unparse(made.func if isinstance(made, ast.Call) else made)
            text = _text(made.args[0]) if isinstance(made, ast.Call) and made.args else kind
            for before in node.body[:-1]:
                if isinstance(before, ast.Assign) and ast.unparse(before.targets[0]) == text:
                    text = _text(before.value)
            is_or = isinstance(node.test, ast.BoolOp) and isinstance(node.test.op, ast.Or)
            conditions = node.test.values if is_or else [node.test]  # type: ignore[attr-defined]
            told: list[ast.expr] = [ast.Constant(kind), ast.Constant(text), *map(_later, conditions)]
            node.test = ast.Call(ast.Name("_raises_if", ast.Load()), told, [])
        return node


def run(module: str, namespace: dict[str, Any]) -> None:
    """Run the source of one of NumPy's modules in a namespace, which is then that of our module.

    The docstring of our module stays.
    """
    spec = importlib.util.find_spec(module)
    source = spec.loader.get_source(module) if spec and hasattr(spec.loader, "get_source") else None  # type: ignore[union-attr]
    if spec is None or source is None:
        raise ImportError(f"{namespace.get('__name__')}: the installed NumPy has no source of {module}")
    tree = ast.fix_missing_locations(_Unknowing().visit(ast.parse(source)))
    document = namespace.get("__doc__")
    namespace["__builtins__"] = vars(builtins) | {"__import__": _import, "len": _length}
    namespace.update(_NAMES)
    exec(compile(tree, spec.origin or module, "exec", dont_inherit=True), namespace)
    namespace["__doc__"] = document
