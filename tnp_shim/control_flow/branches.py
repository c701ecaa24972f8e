"""`if` and conditional expressions whose condition is unknown while tracing. Knows the array and effects."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import tensorflow as tf

from tnp_shim.array import Array
from tnp_shim.control_flow import aliases, block_writes, log, printing
from tnp_shim.control_flow.aliases import Links, stale_line
from tnp_shim.control_flow.block_writes import Blocks, NotOneBlock, carried
from tnp_shim.control_flow.conditions import condition_of, is_staged
from tnp_shim.control_flow.forms import Form, is_undefined, joined
from tnp_shim.control_flow.tracing import GetState, SetState, Statement, in_scratch
from tnp_shim.indexing import windows
from tnp_shim.promotion import constant
from tnp_shim.storage import Effects, doubts_ignored, marks
from tnp_shim.tensorflow_internals import UndefinedReturnValue, autograph_operators, current_graph

Branch = Callable[[], Any]

_if_stmt = autograph_operators.if_stmt
_if_exp = autograph_operators.if_exp


def if_stmt(
    cond: Any,
    body: Branch,
    orelse: Branch,
    get_state: GetState,
    set_state: SetState,
    symbol_names: tuple[str, ...],
    nouts: int,
) -> None:
    """`if`: both branches are traced where the condition is unknown."""
    involved = isinstance(cond, Array)
    cond = condition_of(cond)
    if not is_staged(cond):
        if involved:
            log.record("if", "python", "the condition is known while tracing")
        _if_stmt(cond, body, orelse, get_state, set_state, symbol_names, nouts)
        return
    statement = Statement.unless_of_tensors(
        lambda: _if_stmt(cond, body, orelse, get_state, set_state, symbol_names, nouts),
        involved,
        get_state,
        [body, orelse],
        set_state,
        symbol_names,
    )
    if statement is None:
        return
    outputs = set(symbol_names[:nouts])
    if in_scratch():
        _try_both(statement, body, orelse, outputs)
        return
    log.record("if", "traced", "the condition is unknown while tracing")
    _stage(statement, cond, body, orelse, outputs)


def _afters(statement: Statement, trace: Callable[[Branch], list[Any]], branches: list[Branch]) -> list[Any]:
    """The values after each branch, with those of places that only another branch replaces."""
    afters = [trace(branch) for branch in branches]
    now = statement.get()
    return [after + now[len(after) :] for after in afters]


def _forms(statement: Statement, afters: list[list[Any]], outputs: set[str]) -> list[Form]:
    forms = []
    for k, (name, now) in enumerate(zip(statement.names, statement.get(), strict=True)):
        if k < statement.symbols and name not in outputs:
            forms.append(Form("kept", now))  # nobody reads it after the statement
            continue
        values = [after[k] for after in afters]
        missing = [isinstance(value, UndefinedReturnValue) for value in values]
        undefined = [is_undefined(value) for value in values]
        if any(undefined) and not all(undefined) and not any(missing):
            branch = "main" if undefined[0] else "else"
            raise ValueError(f"'{name}' must also be initialized in the {branch} branch")
        forms.append(joined(name, values))
    return forms


def _try_both(statement: Statement, body: Branch, orelse: Branch, outputs: set[str]) -> None:
    """In a scratch graph one branch is traced after the other; what differs is unknown after them."""

    def trace(branch: Branch) -> list[Any]:
        with statement.undone():
            branch()
            statement.places += statement.new_places()
            return statement.get()

    forms = _forms(statement, _afters(statement, trace, [body, orelse]), outputs)
    statement.set([form.stand_in() for form in forms])


def _stage(statement: Statement, cond: tf.Tensor, body: Branch, orelse: Branch, outputs: set[str]) -> None:
    before = statement.get()
    afters = _afters(statement, statement.try_once, [body, orelse])
    forms = _forms(statement, afters, outputs)
    before += statement.get()[len(before) :]
    branches = [body, orelse]
    with doubts_ignored():
        blocks = block_writes.planned(statement.cells, statement.writes, branches)
    try:
        _choose(statement, cond, branches, forms, blocks)
    except NotOneBlock:
        block_writes.note_several(branches)
        _choose(statement, cond, branches, forms, {})


def _choose(
    statement: Statement, cond: tf.Tensor, branches: list[Branch], forms: list[Form], blocks: Blocks
) -> None:
    """Make the graph's conditional; the cells' `blocks` are carried out of it, by their number."""
    cells = list(statement.cells.values())
    home, effects = current_graph(), Effects()
    changed = [k for k, form in enumerate(forms) if form.kind in ("array", "nested")]
    links = Links({k: set() for k in changed})
    stale: dict[int, str] = {}
    with doubts_ignored():
        wholes = {place: cells[place].read() for place in blocks}

    def traced(branch: Branch) -> Callable[[], list[Any]]:
        def build() -> list[Any]:
            effects.accept()
            with statement.undone(), printing.staged():
                branch()
                values = statement.get()
                found.append(aliases.links(changed, [values], {}, home))
                stale.update({k: line for k in changed if (line := stale_line(values[k])) is not None})
                with doubts_ignored():
                    tensors = [t for form, v in zip(forms, values, strict=True) for t in form.carried(v)]
                    passed = [tf.identity(t) if isinstance(t, tf.Tensor) else t for t in tensors]
                    for place, cell in enumerate(cells):
                        after = cell.read()
                        is_block = place in blocks
                        passed += carried(after, wholes[place], blocks[place]) if is_block else [after]
                    return [*passed, constant(0, tf.int32)]  # one at least

        return build

    found: list[Links] = []
    try:
        with marks() as noted:
            results = iter(tf.cond(cond, *map(traced, branches)))
    finally:
        effects.close()
    for of_branch in found:
        links.pairs |= of_branch.pairs
        for k, related in of_branch.cells.items():
            links.cells[k] |= related
    values = [next(results) for form in forms for _ in range(form.count())]
    for place, cell in enumerate(cells):
        whole = wholes.get(place)
        cell.write(
            next(results) if whole is None else windows.with_block(whole, next(results), next(results))
        )
    tensors = iter(values)
    statement.set([form.seen(tensors) for form in forms])
    links.set(statement.get(), stale)
    aliases.carry_out(noted)


def if_exp(cond: Any, if_true: Branch, if_false: Branch, expr_repr: str) -> Any:
    """`x if c else y`, where the condition may be unknown while tracing."""
    known = condition_of(cond)
    if not is_staged(known):
        return _if_exp(known, if_true, if_false, expr_repr)
    result: Any = None

    def choose(branch: Branch) -> Branch:
        def body() -> None:
            nonlocal result
            result = branch()

        return body

    def get() -> tuple[Any, ...]:
        return (result,)

    def put(values: tuple[Any, ...]) -> None:
        nonlocal result
        (result,) = values

    if_stmt(cond, choose(if_true), choose(if_false), get, put, ("result",), 1)
    return result
