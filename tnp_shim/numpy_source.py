"""NumPy's own Python code, run with our namespace as its `numpy`. Knows Python's imports only.

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

from tnp_shim.errors import UnknownValueError

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


_IS_TOLD = "_warns_if"


def _only_warns(statements: list[ast.stmt]) -> bool:
    """Whether the statements do nothing but put a text together and warn."""
    *before, last = statements
    is_warning = (
        isinstance(last, ast.Expr)
        and isinstance(last.value, ast.Call)
        and ast.unparse(last.value.func) in ("warnings.warn", "warn")
    )
    return is_warning and all(isinstance(statement, ast.Assign) for statement in before)


class _Quiet(ast.NodeTransformer):
    """Conditions of mere warnings may be unknown while tracing: `if x` becomes `if _warns_if(lambda: x)`."""

    def visit_If(self, node: ast.If) -> ast.If:
        self.generic_visit(node)
        if _only_warns(node.body) and not node.orelse:
            empty = ast.arguments(posonlyargs=[], args=[], kwonlyargs=[], kw_defaults=[], defaults=[])
            told = ast.Name(_IS_TOLD, ast.Load())
            node.test = ast.Call(told, [ast.Lambda(empty, node.test)], [])
        return node


def run(module: str, namespace: dict[str, Any]) -> None:
    """Run the source of one of NumPy's modules in a namespace, which is then that of our module.

    The docstring of our module stays.
    """
    spec = importlib.util.find_spec(module)
    source = spec.loader.get_source(module) if spec and hasattr(spec.loader, "get_source") else None  # type: ignore[union-attr]
    if spec is None or source is None:
        raise ImportError(f"{namespace.get('__name__')}: the installed NumPy has no source of {module}")
    tree = ast.fix_missing_locations(_Quiet().visit(ast.parse(source)))
    document = namespace.get("__doc__")
    namespace["__builtins__"] = vars(builtins) | {"__import__": _import}
    namespace[_IS_TOLD] = _holds
    exec(compile(tree, spec.origin or module, "exec", dont_inherit=True), namespace)
    namespace["__doc__"] = document
