"""What is put into a script before it runs: compiled functions, and its body as one function. Knows `ast`."""

from __future__ import annotations
import __future__

import ast
import builtins
import difflib
import io
import tokenize
from collections.abc import Iterable, Iterator

from tnp_shim.command.errors import BadInput

COMPILED = "__tnp_shim_compiled__"
"""The name under which a script finds what compiles its functions."""

BODY = "script_body"
Function = ast.FunctionDef | ast.AsyncFunctionDef


def _blocks(node: ast.AST) -> Iterator[list[ast.stmt]]:
    """The lists of statements of a node, at the same level of names: not those of functions and classes."""
    for field in ("body", "orelse", "finalbody"):
        block = getattr(node, field, None)
        if isinstance(block, list):
            yield block
            for statement in block:
                if not isinstance(statement, (*_FUNCTIONS, ast.ClassDef)):
                    yield from _blocks(statement)
    for handler in [*getattr(node, "handlers", []), *getattr(node, "cases", [])]:
        yield from _blocks(handler)


_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)


def functions(node: ast.AST, prefix: str = "") -> Iterator[tuple[str, list[ast.stmt], Function]]:
    """The functions of a script and the methods of its classes: name, the block it stands in, and itself."""
    for block in _blocks(node):
        for statement in block:
            if isinstance(statement, _FUNCTIONS):
                yield prefix + statement.name, block, statement
            elif isinstance(statement, ast.ClassDef) and not prefix:
                yield from functions(statement, f"{statement.name}.")


def _yields(function: Function) -> bool:
    """Whether a function is a generator; the generators within it do not count."""
    pending: list[ast.AST] = list(function.body)
    while pending:
        node = pending.pop()
        if isinstance(node, (ast.Yield, ast.YieldFrom)):
            return True
        if not isinstance(node, (*_FUNCTIONS, ast.ClassDef, ast.Lambda)):
            pending.extend(ast.iter_child_nodes(node))
    return False


def _reason_against(function: Function) -> str:
    if isinstance(function, ast.AsyncFunctionDef):
        return "is a coroutine"
    return "is a generator" if _yields(function) else ""


def chosen(tree: ast.Module, names: Iterable[str], everything: bool) -> set[str]:
    """The names of the functions to compile; one line for a name that the script does not have."""
    found = {name: function for name, _, function in functions(tree)}
    wanted = set(names)
    for name in sorted(wanted):
        if name not in found:
            near = difflib.get_close_matches(name, found)
            meant = f"; did you mean {' or '.join(near)}?" if near else ""
            raise BadInput(f"--compile {name}: the script has no function of that name{meant}")
        if reason := _reason_against(found[name]):
            raise BadInput(f"--compile {name}: it {reason}, which cannot be one graph")
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


# the body as one function


class _Bound(ast.NodeVisitor):
    """The names that statements bind."""

    def __init__(self) -> None:
        self.names: dict[str, None] = {}

    def visit_Name(self, node: ast.Name) -> None:
        if isinstance(node.ctx, (ast.Store, ast.Del)):
            self.names[node.id] = None

    def _definition(self, node: ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef) -> None:
        self.names[node.name] = None
        # what it declares `global` is a name of the script; what it binds else is its own
        for inner in ast.walk(node):
            if isinstance(inner, ast.Global):
                self.names.update(dict.fromkeys(inner.names))

    visit_FunctionDef = visit_AsyncFunctionDef = visit_ClassDef = _definition

    def visit_Lambda(self, node: ast.Lambda) -> None:
        pass

    def _comprehension(self, node: ast.AST) -> None:
        # only `:=` binds outside of a comprehension
        for inner in ast.walk(node):
            if isinstance(inner, ast.NamedExpr):
                self.visit(inner.target)

    visit_ListComp = visit_SetComp = visit_DictComp = visit_GeneratorExp = _comprehension

    def visit_alias(self, node: ast.alias) -> None:
        if node.name != "*":
            self.names[node.asname or node.name.partition(".")[0]] = None

    def _pattern(self, node: ast.MatchAs | ast.MatchStar) -> None:
        if node.name:
            self.names[node.name] = None
        self.generic_visit(node)

    visit_MatchAs = visit_MatchStar = _pattern

    def visit_MatchMapping(self, node: ast.MatchMapping) -> None:
        if node.rest:
            self.names[node.rest] = None
        self.generic_visit(node)

    def visit_ExceptHandler(self, node: ast.ExceptHandler) -> None:
        if node.name:
            self.names[node.name] = None
        self.generic_visit(node)


def names_bound(tree: ast.Module) -> list[str]:
    """The names that a script's top level binds."""
    bound = _Bound()
    bound.visit(tree)
    return list(bound.names)


def _inside_strings(text: str) -> set[int]:
    """The lines that begin within a string, which must not be indented."""
    inside: set[int] = set()
    starts: list[int] = []
    middle = getattr(tokenize, "FSTRING_START", None), getattr(tokenize, "FSTRING_END", None)
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        if token.type == tokenize.STRING:
            inside.update(range(token.start[0] + 1, token.end[0] + 1))
        elif token.type == middle[0]:
            starts.append(token.start[0])
        elif token.type == middle[1]:
            inside.update(range(starts.pop() + 1, token.end[0] + 1))
    return inside


def _before_the_body(statement: ast.stmt) -> bool:
    """Whether a statement can only stand outside of functions."""
    if not isinstance(statement, ast.ImportFrom):
        return False
    return statement.module == "__future__" or any(alias.name == "*" for alias in statement.names)


def _statements(node: ast.AST) -> Iterator[ast.stmt]:
    """The statements at the level of the script's names."""
    for block in _blocks(node):
        yield from block
    for block in _blocks(node):
        for statement in block:
            if not isinstance(statement, (*_FUNCTIONS, ast.ClassDef)):
                yield from _statements(statement)


def _replaced(lines: list[bytes], start: tuple[int, int], end: tuple[int, int], by: bytes) -> None:
    """Put other text in a place; the lines behind it keep their numbers."""
    (first, left), (last, right) = start, end
    rest = lines[last - 1][right:]
    continued = b"\\\n" if rest.strip() else b"\n"
    if first == last:
        lines[first - 1] = lines[first - 1][:left] + by + rest
        return
    lines[first - 1] = lines[first - 1][:left] + by + continued
    lines[first : last - 1] = [continued] * (last - 1 - first)
    lines[last - 1] = rest


def _between(lines: list[bytes], start: tuple[int, int], end: tuple[int, int]) -> bytes:
    inner = lines[start[0] - 1 : end[0]]
    inner[-1] = inner[-1][: end[1]]
    inner[0] = inner[0][start[1] :]
    return b"".join(inner)


def _ends(node: ast.expr) -> tuple[tuple[int, int], tuple[int, int]]:
    """Where an expression starts and ends."""
    start = node.lineno, node.col_offset
    return start, (node.end_lineno or start[0], node.end_col_offset or 0)


def _take_off_annotation(lines: list[bytes], statement: ast.AnnAssign) -> None:
    """Make `x = value` of `x: annotation = value`."""
    _, name_ends = _ends(statement.target)
    annotation_starts, annotation_ends = _ends(statement.annotation)
    value_starts, _ = _ends(statement.value)  # type: ignore[arg-type]
    before = _between(lines, name_ends, annotation_starts).strip()
    behind = _between(lines, annotation_ends, value_starts).strip()
    # brackets belong to no node
    if before != b":" or not behind.startswith(b"="):
        raise BadInput(f"--graph cannot take off the annotation in line {statement.lineno}")
    _replaced(lines, name_ends, annotation_ends, b"")


def _fit_for_a_function(tree: ast.Module, text: str) -> str:
    """The text without what may not stand in a function with global names: star imports and annotations."""
    lines = [line.encode() for line in text.splitlines(keepends=True)]
    for statement in sorted(_statements(tree), key=lambda node: (-node.lineno, -node.col_offset)):
        start, end = (
            (statement.lineno, statement.col_offset),
            (statement.end_lineno, statement.end_col_offset),
        )
        if _before_the_body(statement):
            _replaced(lines, start, end, b"pass")
        elif isinstance(statement, ast.AnnAssign) and isinstance(statement.target, ast.Name):
            if statement.value is None:
                _replaced(lines, start, end, b"pass")
            else:
                _take_off_annotation(lines, statement)
    return b"".join(lines).decode()


def as_one_function(tree: ast.Module, text: str) -> tuple[str, str]:
    """The statements that stand before the body, and the text of a function of the body.

    All top-level names are declared global, so that functions of the script find them where they look; the
    function returns for each name what reads it, so that AutoGraph takes all of them for used. The body
    begins two lines further down than in the script (`LINES_BEFORE`).
    """
    before = "\n".join(ast.unparse(statement) for statement in tree.body if _before_the_body(statement))
    text = _fit_for_a_function(tree, text)
    untouched = _inside_strings(text)
    body = "".join(
        line if number in untouched or not line.strip() else f"    {line}"
        for number, line in enumerate(text.splitlines(keepends=True), start=1)
    )
    names = names_bound(tree)
    declared = f"global {', '.join(names)}" if names else "pass"
    reads = ", ".join(f"({name!r}, lambda: {name})" for name in names)
    return before, f"def {BODY}():\n    {declared}\n{body}\n    return [{reads}]\n"


LINES_BEFORE = 2


def names_that_may_be_unbound(tree: ast.Module) -> list[str]:
    """The top-level names, without those that hide a builtin."""
    return [name for name in names_bound(tree) if not hasattr(builtins, name)]


def future_flags(tree: ast.Module) -> int:
    """The flags of the compiler that the script's `from __future__` sets."""
    flags = 0
    for statement in tree.body:
        if isinstance(statement, ast.ImportFrom) and statement.module == "__future__":
            for alias in statement.names:
                flags |= getattr(__future__, alias.name).compiler_flag
    return flags
