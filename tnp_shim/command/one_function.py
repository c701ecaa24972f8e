"""The body of a script as the text of one function, whose lines keep their order. Knows `ast`."""

from __future__ import annotations
import __future__

import ast
import builtins
import io
import tokenize
from collections.abc import Iterator
from dataclasses import dataclass

from tnp_shim.command.errors import BadInput
from tnp_shim.command.rewriting import FUNCTIONS, blocks, yields

BODY = "script_body"
DEFINE = "__tnp_shim_define__"
"""The name under which the body finds what defines a function or a class that AutoGraph cannot convert."""

LINES_BEFORE = 2
"""By how many lines the body is further down than in the script."""


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


def _bound_in_any_case(block: list[ast.stmt]) -> set[str]:
    """The names that are bound whichever branches are taken, and however often loops are run."""
    names: set[str] = set()
    for statement in block:
        if isinstance(statement, ast.If):
            names |= _bound_in_any_case(statement.body) & _bound_in_any_case(statement.orelse)
        elif isinstance(statement, ast.Delete):
            names -= {target.id for target in statement.targets if isinstance(target, ast.Name)}
        elif isinstance(statement, (ast.With, ast.Try)):
            for item in getattr(statement, "items", []):
                names |= _bound_by(item)
            names |= _bound_in_any_case(statement.body)
        elif not isinstance(statement, (ast.For, ast.While, ast.Match, ast.AsyncFor)):
            names |= _bound_by(statement)
    return names


def _bound_by(node: ast.AST) -> set[str]:
    bound = _Bound()
    bound.visit(node)
    # the names that its functions declare global may never be bound
    return set(bound.names) if not isinstance(node, (*FUNCTIONS, ast.ClassDef)) else {node.name}


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


def _before_the_body(tree: ast.Module) -> list[ast.stmt]:
    """The statements that run before the body, outside of the graph: the imports that the script begins with.

    And wherever they stand, those that can only stand outside of functions.
    """
    found: list[ast.stmt] = []
    leading = True
    for statement in tree.body:
        imports = isinstance(statement, (ast.Import, ast.ImportFrom))
        text = isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant)
        leading = leading and (imports or text)
        star = isinstance(statement, ast.ImportFrom) and any(alias.name == "*" for alias in statement.names)
        if imports and (leading or star):
            found.append(statement)
    return found


def _defined_apart(statement: ast.stmt) -> bool:
    """Whether AutoGraph cannot convert a definition within a function."""
    return isinstance(statement, (*FUNCTIONS, ast.ClassDef)) and any(
        isinstance(inner, ast.AsyncFunctionDef) or (isinstance(inner, ast.FunctionDef) and yields(inner))
        for inner in ast.walk(statement)
    )


def _statements(node: ast.AST) -> Iterator[ast.stmt]:
    """The statements at the level of the script's names."""
    for block in blocks(node):
        yield from block
    for block in blocks(node):
        for statement in block:
            if not isinstance(statement, (*FUNCTIONS, ast.ClassDef)):
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


@dataclass(frozen=True)
class OneFunction:
    """A script's body as a function: the text, what runs before it, and the definitions that it asks for."""

    text: str
    before: ast.Module
    definitions: tuple[ast.Module, ...]


def _fit_for_a_function(tree: ast.Module, text: str, before: list[ast.stmt]) -> tuple[str, list[ast.stmt]]:
    """The text without what cannot stand in a function with global names, and the definitions taken out."""
    lines = [line.encode() for line in io.StringIO(text).readlines()]
    apart = [statement for statement in _statements(tree) if _defined_apart(statement)]
    for statement in sorted(_statements(tree), key=lambda node: (-node.lineno, -node.col_offset)):
        start = statement.lineno, statement.col_offset
        end = statement.end_lineno or start[0], statement.end_col_offset or 0
        if statement in before:
            _replaced(lines, start, end, b"pass")
        elif statement in apart:
            decorators: list[ast.expr] = getattr(statement, "decorator_list", [])
            first = min((decorator.lineno for decorator in decorators), default=start[0])
            _replaced(lines, (first, start[1]), end, f"{DEFINE}({apart.index(statement)})".encode())
        elif isinstance(statement, ast.AnnAssign) and isinstance(statement.target, ast.Name):
            if statement.value is None:
                _replaced(lines, start, end, b"pass")
            else:
                _take_off_annotation(lines, statement)
    return b"".join(lines).decode(), apart


def as_one_function(tree: ast.Module, text: str) -> OneFunction:
    """The body of a script as a function.

    All top-level names are declared global, so that functions of the script find them where they look. The
    function returns what reads those that are bound in any case, so that AutoGraph takes them for used;
    others are carried out of a loop or a branch where the script uses them. The body begins two lines
    further down than in the script (`LINES_BEFORE`).
    """
    before = _before_the_body(tree)
    text, apart = _fit_for_a_function(tree, text, before)
    untouched = _inside_strings(text)
    body = "".join(
        line if number in untouched or not line.strip() else f"    {line}"
        for number, line in enumerate(io.StringIO(text).readlines(), start=1)
    )
    names = names_bound(tree)
    declared = f"global {', '.join(names)}" if names else "pass"
    used = ", ".join(sorted(_bound_in_any_case(tree.body)))
    return OneFunction(
        f"def {BODY}():\n    {declared}\n{body}\n    return lambda: [{used}]\n",
        ast.Module(before, []),
        tuple(ast.Module([statement], []) for statement in apart),
    )


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
