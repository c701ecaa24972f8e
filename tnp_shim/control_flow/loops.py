"""`while` and `for` on arrays: loops of the graph, rolled, unrolled. Knows the array and effects."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import tensorflow as tf

from tnp_shim import config
from tnp_shim.array import Array
from tnp_shim.control_flow import log, rolling
from tnp_shim.control_flow.conditions import condition_of
from tnp_shim.control_flow.counting import Count, TracedRange, items_of, range_
from tnp_shim.control_flow.tracing import GetState, Loop, SetState, Statement, in_scratch
from tnp_shim.tensorflow_internals import autograph_operators, current_graph, func_graph, record

_while_stmt = autograph_operators.while_stmt
_for_stmt = autograph_operators.for_stmt


def while_stmt(
    test: Callable[[], Any],
    body: Callable[[], Any],
    get_state: GetState,
    set_state: SetState,
    symbol_names: tuple[str, ...],
    opts: dict[str, Any],
) -> None:
    """`while`: a loop in the graph where its condition is unknown."""

    def condition() -> Any:
        return condition_of(test())

    if current_graph() is None:
        _while_stmt(condition, body, get_state, set_state, symbol_names, opts)
        return
    # Conditions on Python values run as Python does; the loop is staged from the first one that is unknown.
    involved = False
    while True:
        with func_graph.FuncGraph("discovery").as_default(), record.stop_recording():
            asked = test()
            value = condition_of(asked)
        involved = involved or isinstance(asked, Array)
        if isinstance(value, tf.Tensor):
            break
        if not value:
            if involved:
                log.record("while", "python", "the condition is known while tracing")
            return
        body()
    statement = Statement.unless_of_tensors(
        lambda: _while_stmt(condition, body, get_state, set_state, symbol_names, opts),
        involved,
        get_state,
        [body, test],
        set_state,
        symbol_names,
    )
    if statement is None:
        return
    _stage(statement, lambda _: body(), test, None, opts)
    log.record("while", "traced", "the condition is unknown while tracing")


def _stage(
    statement: Statement,
    body: Callable[[Any], Any],
    test: Callable[[], Any] | None,
    count: Count | None,
    opts: dict[str, Any],
) -> None:
    """A loop that can't be unrolled: what it carries is promoted to what holds it before and after."""
    loop = Loop(statement, body, test, count, opts, exact=False)
    if in_scratch():
        statement.try_in_scratch(loop.once)
    else:
        loop.stage(statement.try_once(loop.once))


def for_stmt(
    iter_: Any,
    extra_test: Callable[[], Any] | None,
    body: Callable[[Any], Any],
    get_state: GetState,
    set_state: SetState,
    symbol_names: tuple[str, ...],
    opts: dict[str, Any],
) -> None:
    """`for`: over the rows of an array, over `range`; one loop of the graph where it is long or unknown."""
    items = items_of(iter_) if current_graph() is not None else None
    if items is None:
        _for_stmt(iter_, extra_test, body, get_state, set_state, symbol_names, opts)
        return
    involved = items.has_arrays

    visit: Callable[[Any], Any] = lambda number: body(items.item(number))  # noqa: E731

    def statement() -> Statement:
        roots = [body] if extra_test is None else [body, extra_test]
        return Statement(roots, set_state, symbol_names)

    if isinstance(items.length, int):
        numbers = range(items.length)
        if isinstance(iter_, range):  # counted by its own numbers, whose bounds are known
            numbers, visit = iter_, body
        short = len(numbers) <= config.get_unroll_limit() and extra_test is None and not log.is_kept()
        if not short and (involved or statement().involves_arrays()):
            _known(numbers, visit, extra_test, statement, opts, body.__code__)
        else:
            _for_stmt(iter_, extra_test, body, get_state, set_state, symbol_names, opts)
        return
    if isinstance(iter_, TracedRange):
        count, visit = iter_.count, body
    else:
        count = range_(items.length).count
    _stage(statement(), visit, extra_test, count, opts)
    log.record("for", "traced", "its length is unknown while tracing")


def _known(
    numbers: range,
    body: Callable[[Any], Any],
    test: Callable[[], Any] | None,
    statement: Callable[[], Statement],
    opts: dict[str, Any],
    key: Any,
) -> None:
    """A loop of a known length: rolled where it is long and that is exact, else unrolled."""
    limit = config.get_unroll_limit()
    if len(numbers) > limit:
        numbers, reason = rolling.roll(numbers, body, test, statement, opts, key)
        if reason is None:
            log.record("for", "rolled", f"more than {limit} iterations")
            return
    else:
        reason = f"up to {limit} iterations"
    if test is None:
        log.record("for", "unrolled", reason)
        for number in numbers:
            body(number)
        return
    rest = _until_unknown(numbers, test, body)
    if not rest:
        log.record("for", "unrolled", reason)
        return
    _stage(statement(), body, test, Count.of(rest), opts)
    log.record("for", "traced", "when it breaks is unknown while tracing")


def _until_unknown(numbers: range, test: Callable[[], Any], body: Callable[[Any], Any]) -> range:
    """Run a loop that may break as Python does until its condition is unknown; what is left of its range."""
    for position, number in enumerate(numbers):
        condition = condition_of(test())
        if isinstance(condition, tf.Tensor):
            return numbers[position:]
        if not condition:
            break
        body(number)
    return range(0)
