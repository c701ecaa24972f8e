"""The functions of a script, and how they are compiled where it defines them. Knows `ast`."""

from __future__ import annotations

import ast
import difflib
from collections.abc import Iterable, Iterator

from tnp_shim.command.errors import BadInput

COMPILED = "__tnp_shim_compiled__"
"""The name under which a script finds what compiles its functions."""

Function = ast.FunctionDef | ast.AsyncFunctionDef


def blocks(node: ast.AST) -> Iterator[list[ast.stmt]]:
    """The lists of statements of a node, at the same level of names: not those of functions and classes."""
    for field in ("body", "orelse", "finalbody"):
        block = getattr(node, field, None)
        if isinstance(block, list):
            yield block
            for statement in block:
                if not isinstance(statement, (*FUNCTIONS, ast.ClassDef)):
                    yield from blocks(statement)
    for handler in [*getattr(node, "handlers", []), *getattr(node, "cases", [])]:
        yield from blocks(handler)


FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)


def functions(node: ast.AST, prefix: str = "") -> Iterator[tuple[str, list[ast.stmt], Function]]:
    """The functions of a script and the methods of its classes: name, the block it stands in, and itself."""
    for block in blocks(node):
        for statement in block:
            if isinstance(statement, FUNCTIONS):
                yield prefix + statement.name, block, statement
            elif isinstance(statement, ast.ClassDef) and not prefix:
                yield from functions(statement, f"{statement.name}.")


def yields(function: Function) -> bool:
    """Whether a function is a generator; the generators within it do not count."""
    pending: list[ast.AST] = list(function.body)
    while pending:
        node = pending.pop()
        if isinstance(node, (ast.Yield, ast.YieldFrom)):
            return True
        if not isinstance(node, (*FUNCTIONS, ast.ClassDef, ast.Lambda)):
            pending.extend(ast.iter_child_nodes(node))
    return False


def _reason_against(function: Function) -> str:
    if isinstance(function, ast.AsyncFunctionDef):
        return "is a coroutine"
    return "is a generator" if yields(function) else ""


def chosen(tree: ast.Module, names: Iterable[str], everything: bool, option: str = "--compile") -> set[str]:
    """The names of the functions to compile; one line for a name that the script does not have."""
    found = {name: function for name, _, function in functions(tree)}
    wanted = set(names)
    for name in sorted(wanted):
        if name not in found:
            near = difflib.get_close_matches(name, found)
            meant = f"; did you mean {' or '.join(near)}?" if near else ""
            raise BadInput(f"{option} {name}: the script has no function of that name{meant}")
        if reason := _reason_against(found[name]):
            raise BadInput(f"{option} {name}: it {reason}, which cannot be one graph")
    if everything:
        wanted |= {
            name for name, function in found.items() if "." not in name and not _reason_against(function)
        }
    return wanted


def with_compiled(tree: ast.Module, names: set[str]) -> ast.Module:
    """The script with a line `f = compiled(f)` behind each of the functions."""
    for name, block, function in list(functions(tree)):
        if name in names:
            line = ast.parse(f"{function.name} = {COMPILED}({function.name})").body[0]
            for node in ast.walk(line):
                ast.copy_location(node, function)
            block.insert(block.index(function) + 1, line)
    return tree
