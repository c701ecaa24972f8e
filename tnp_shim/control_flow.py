"""AutoGraph's `if`, `while`, `for` and `range` for our arrays. Knows the array and its effects.

AutoGraph hands Python's control flow to operators that call `get_state` and `set_state` for the variables
that the code assigns. It sees no write into an array (`a[i] = v`, `a += b`, a callee's). Here the body is
traced once in a scratch graph, which tells the cells it writes to; their tensors then join the state.
Where no array of ours is involved TensorFlow's own operator runs, on the arguments it was given.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import tensorflow as tf

from tnp_shim import dtypes, subscripts
from tnp_shim.array import Array, ndarray, wrap, wrap_scalar
from tnp_shim.dtypes import PYTHON_SCALARS
from tnp_shim.promotion import as_tensor, constant, promotion_key
from tnp_shim.storage import Cell, Effects
from tnp_shim.tensorflow_internals import (
    autograph_builtins,
    autograph_control_flow,
    autograph_operators,
    current_graph,
    func_graph,
    known_value,
    record,
)

GetState = Callable[[], tuple[Any, ...]]
SetState = Callable[[tuple[Any, ...]], None]

_if_stmt = autograph_control_flow.if_stmt
_while_stmt = autograph_control_flow.while_stmt
_for_stmt = autograph_control_flow.for_stmt
_range = autograph_builtins.range_


class _Discovery:
    """What a scratch trace of a body tells: the cells it writes to, the values it leaves."""

    def __init__(self, get_state: GetState, set_state: SetState) -> None:
        self.get_state, self.set_state = get_state, set_state
        self.before = get_state()
        self.afters: list[tuple[Any, ...]] = []
        self.cells: dict[int, Cell] = {}

    def trace(self, body: Callable[[], Any]) -> None:
        """Trace the body and undo what it did. Its errors are left to the real trace, which follows."""
        effects = Effects()
        with func_graph.FuncGraph("discovery").as_default(), record.stop_recording():
            effects.accept()
            try:
                body()
                self.afters.append(self.get_state())
            except Exception:
                self.afters.append(self.before)
            finally:
                self.set_state(self.before)  # may write to elements: AutoGraph takes `a[0]` for a symbol
                self.cells.update(effects.cells)
                effects.close()

    def involves_arrays(self) -> bool:
        """Whether the statement has anything to do with arrays of ours."""
        states = (self.before, *self.afters)
        return bool(self.cells) or any(isinstance(value, Array) for state in states for value in state)


def _discovering() -> bool:
    graph = current_graph()
    return graph is not None and graph.name == "discovery"


class _State:
    """The state of a staged statement: symbols as plain tensors, then the cells that are written to."""

    def __init__(self, found: _Discovery) -> None:
        self.get_symbols, self.set_symbols = found.get_state, found.set_state
        self.before = found.before
        self.cells = list(found.cells.values())
        self.effects = Effects()
        self.home = current_graph()
        columns = zip(self.before, *found.afters, strict=True)
        self.forms = [_Form(column[0], list(column[1:])) for column in columns]

    def get(self) -> tuple[Any, ...]:
        """The symbols' values, then the cells' tensors."""
        symbols = (form.carried(v) for form, v in zip(self.forms, self.get_symbols(), strict=True))
        return (*symbols, *(cell.read() for cell in self.cells))

    def set(self, values: Any) -> None:
        """Bring symbols and cells to these values, in whichever graph is being built."""
        count = len(self.forms)
        if current_graph() is not self.home:
            self.effects.accept()
        self.set_symbols(
            tuple(form.seen(v) for form, v in zip(self.forms, tuple(values)[:count], strict=True))
        )
        for cell, tensor in zip(self.cells, tuple(values)[count:], strict=True):
            cell.write(tensor)

    def names(self, symbol_names: tuple[str, ...]) -> tuple[str, ...]:
        """Names for AutoGraph's messages."""
        return (*symbol_names, *(f"array written to in place ({i})" for i in range(len(self.cells))))


class _Form:
    """How one symbol is carried through a graph: as it is, as a tensor of an array, or not at all."""

    def __init__(self, before: Any, afters: list[Any]) -> None:
        self.before = before
        values = [before, *afters]
        unchanged = all(value is before for value in afters)
        self.stays = unchanged and isinstance(before, Array)
        # Python numbers too: left to TensorFlow a float would become a float32
        ours = any(isinstance(value, (Array, *PYTHON_SCALARS)) for value in values)
        self.is_array = ours and not unchanged
        self.is_scalar = not any(isinstance(value, ndarray) for value in values)
        numbers = [v for v in values if isinstance(v, (Array, tf.Tensor, *PYTHON_SCALARS))]
        self.dtype: Any = None
        if self.is_array:
            keys = (v.dtype if isinstance(v, Array) else promotion_key(v) for v in numbers)
            self.dtype = dtypes.to_tf(dtypes.result_type(*keys))

    def carried(self, value: Any) -> Any:
        """The symbol's value as loop variables and branch results have it."""
        if self.stays:
            return 0  # the array is a reference that nobody rebinds: its cell carries the value
        if self.is_array and isinstance(value, (Array, tf.Tensor, *PYTHON_SCALARS)):
            return as_tensor(value._cell.read() if isinstance(value, Array) else value, self.dtype)
        return value

    def seen(self, value: Any) -> Any:
        """The symbol's value as the user's code sees it."""
        if self.stays:
            return self.before
        if self.is_array and isinstance(value, tf.Tensor):
            if self.is_scalar and value.shape.rank == 0:
                return wrap_scalar(value)
            return wrap(value)
        return value


def _condition(value: Any) -> Any:
    """A condition as AutoGraph understands it: a bool where it is known, else a bool tensor."""
    if not isinstance(value, Array):
        return value
    tensor = value._cell.read()
    if known_value(tensor) is not None or tensor.shape.num_elements() not in (1, None):
        return bool(value)  # NumPy's error for more than one element
    if tensor.dtype != tf.bool:
        tensor = tf.cast(tensor, tf.bool)
    return tensor if tensor.shape.rank == 0 else tf.reshape(tensor, [])


def _is_staged(value: Any) -> bool:
    return isinstance(value, tf.Tensor) and current_graph() is not None


def if_stmt(
    cond: Any,
    body: Callable[[], Any],
    orelse: Callable[[], Any],
    get_state: GetState,
    set_state: SetState,
    symbol_names: tuple[str, ...],
    nouts: int,
) -> None:
    """`if`: both branches are traced where the condition is unknown."""
    involved = isinstance(cond, Array)
    cond = _condition(cond)
    if not _is_staged(cond):
        _if_stmt(cond, body, orelse, get_state, set_state, symbol_names, nouts)
    elif _discovering():
        _run_both(body, orelse, get_state, set_state)
    else:

        def run(get: GetState, set_: SetState, names: tuple[str, ...], carried: int) -> None:
            # only the first outputs leave the statement, so what is carried on top comes first
            def first(values: Any) -> tuple[Any, ...]:
                return (*tuple(values)[len(values) - carried :], *tuple(values)[: len(values) - carried])

            def last(values: Any) -> tuple[Any, ...]:
                return (*tuple(values)[carried:], *tuple(values)[:carried])

            _if_stmt(
                cond,
                body,
                orelse,
                lambda: first(get()),
                lambda values: set_(last(values)),
                first(names),
                nouts + carried,
            )

        _staged([body, orelse], get_state, set_state, symbol_names, run, involved)


Run = Callable[[GetState, SetState, tuple[str, ...], int], Any]


def _staged(
    bodies: list[Callable[[], Any]],
    get_state: GetState,
    set_state: SetState,
    symbol_names: tuple[str, ...],
    run: Run,
    involved: bool,
) -> None:
    """Run a statement with what its bodies write to arrays as part of its state.

    Where nothing tells that arrays are involved TensorFlow is left to it, and the bodies are traced once, as
    without us. Only if that fails do they get a second look: a write that would be lost, a number that
    became an array.
    """
    before = get_state()
    refusal: Exception | None = None
    if not involved and not any(isinstance(value, Array) for value in before):
        try:
            run(get_state, set_state, symbol_names, 0)
            return
        except Exception as error:
            refusal = error
            set_state(before)
    found = _Discovery(get_state, set_state)
    for body in bodies:
        found.trace(body)
    if not found.involves_arrays():
        if refusal is not None:
            raise refusal
        run(get_state, set_state, symbol_names, 0)
        return
    state = _State(found)
    try:
        run(state.get, state.set, state.names(symbol_names), len(state.cells))
    finally:
        state.effects.close()


def _run_both(
    body: Callable[[], Any], orelse: Callable[[], Any], get_state: GetState, set_state: SetState
) -> None:
    """In a scratch graph effects are all that matters: one branch after the other."""
    before = get_state()
    body()
    set_state(before)
    orelse()


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
        return _condition(test())

    if current_graph() is None:
        _while_stmt(condition, body, get_state, set_state, symbol_names, opts)
        return
    # Conditions on Python values run as Python does; the loop is staged from the first one that is unknown.
    while True:
        with func_graph.FuncGraph("discovery").as_default(), record.stop_recording():
            asked = test()
            value = _condition(asked)
        if isinstance(value, tf.Tensor):
            break
        if not value:
            return
        body()
    _staged_loop(
        body,
        get_state,
        set_state,
        symbol_names,
        lambda get, set_, names: _while_stmt(condition, body, get, set_, names, opts),
        isinstance(asked, Array),
    )


def _staged_loop(
    body: Callable[[], Any],
    get_state: GetState,
    set_state: SetState,
    symbol_names: tuple[str, ...],
    run: Callable[[GetState, SetState, tuple[str, ...]], Any],
    involved: bool = False,
) -> None:
    if _discovering():
        body()
        return

    def run_loop(get: GetState, set_: SetState, names: tuple[str, ...], _carried: int) -> None:
        run(get, set_, names)

    _staged([body], get_state, set_state, symbol_names, run_loop, involved)


class _TracedRange:
    """`range` of bounds that are unknown while tracing."""

    def __init__(self, start: tf.Tensor, stop: tf.Tensor, step: tf.Tensor) -> None:
        self.start, self.stop, self.step = start, stop, step

    def is_before_end(self, number: tf.Tensor) -> tf.Tensor:
        """Whether there is one more number."""
        step = known_value(self.step)
        if step is not None:
            return number < self.stop if step > 0 else number > self.stop
        return tf.where(self.step > 0, number < self.stop, number > self.stop)


def range_(start_or_stop: Any, *others: Any) -> Any:
    """`range`: of Python ints where the bounds are known, else one that a `for` turns into a loop."""
    bounds = (start_or_stop, *others)
    if not any(isinstance(bound, Array) for bound in bounds):
        return _range(start_or_stop, *others)
    tensors = [as_tensor(b._cell.read() if isinstance(b, Array) else b, tf.int64) for b in bounds]
    known = [known_value(tensor) for tensor in tensors]
    if all(value is not None for value in known):
        return range(*(int(value) for value in known))
    if len(tensors) == 1:
        tensors.insert(0, constant(0, tf.int64))
    if len(tensors) == 2:
        tensors.append(constant(1, tf.int64))
    return _TracedRange(*tensors)


def for_stmt(
    iter_: Any,
    extra_test: Callable[[], Any] | None,
    body: Callable[[Any], Any],
    get_state: GetState,
    set_state: SetState,
    symbol_names: tuple[str, ...],
    opts: dict[str, Any],
) -> None:
    """`for`: over the rows of an array, over `range`; a loop in the graph where its length is unknown."""
    visit = body
    if isinstance(iter_, Array) and iter_.ndim and iter_._cell.shape[0] is None:  # type: ignore[index]
        array = iter_
        iter_ = range_(array.shape[0])

        def visit(i: Any) -> Any:
            return body(subscripts.get(array, i))

    if isinstance(iter_, range) and extra_test is not None and current_graph() is not None:
        rest = _until_unknown(iter_, extra_test, body)
        if not rest:
            return
        iter_ = _TracedRange(*(constant(bound, tf.int64) for bound in (rest.start, rest.stop, rest.step)))
    if isinstance(iter_, _TracedRange):
        _count(iter_, extra_test, visit, get_state, set_state, symbol_names, opts)
    elif isinstance(iter_, tf.Tensor) and current_graph() is not None:
        _staged_loop(
            lambda: body(iter_[0]),
            get_state,
            set_state,
            symbol_names,
            lambda get, set_, names: _for_stmt(iter_, extra_test, body, get, set_, names, opts),
        )
    else:
        _for_stmt(iter_, extra_test, body, get_state, set_state, symbol_names, opts)


def _count(
    numbers: _TracedRange,
    extra_test: Callable[[], Any] | None,
    body: Callable[[Any], Any],
    get_state: GetState,
    set_state: SetState,
    symbol_names: tuple[str, ...],
    opts: dict[str, Any],
) -> None:
    """A loop over numbers that are counted, not listed: XLA takes no list of unknown length."""
    number = [numbers.start]

    def test() -> Any:
        more = numbers.is_before_end(number[0])
        if extra_test is None:
            return more
        further = _condition(extra_test())
        return tf.logical_and(more, further) if isinstance(further, tf.Tensor) else more

    def step() -> None:
        body(wrap_scalar(number[0]))
        number[0] = number[0] + numbers.step

    def run(get: GetState, set_: SetState, names: tuple[str, ...]) -> None:
        def counted_set(values: Any) -> None:
            number[0] = values[-1]
            set_(tuple(values)[:-1])

        def counted_get() -> tuple[Any, ...]:
            return (*get(), number[0])

        _while_stmt(test, step, counted_get, counted_set, (*names, "number of the loop"), opts)

    def once() -> None:
        body(wrap_scalar(tf.compat.v1.placeholder(tf.int64, [])))  # as unknown as it is in the loop

    _staged_loop(once, get_state, set_state, symbol_names, run, True)


def _until_unknown(numbers: range, extra_test: Callable[[], Any], body: Callable[[Any], Any]) -> range:
    """Run a loop that may break as Python does until its condition is unknown; what is left of its range."""
    for position, number in enumerate(numbers):
        condition = _condition(extra_test())
        if isinstance(condition, tf.Tensor):
            return numbers[position:]
        if not condition:
            break
        body(number)
    return range(0)


def not_(value: Any) -> Any:
    """`not` of an array that is unknown while tracing."""
    return _plain_not(_condition(value))


def and_(a: Callable[[], Any], b: Callable[[], Any]) -> Any:
    """`and`, where a side may be an array that is unknown while tracing."""
    first = a()
    left = _condition(first)
    return _and(lambda: left, lambda: _condition(b())) if _is_staged(left) else _and(lambda: first, b)


def or_(a: Callable[[], Any], b: Callable[[], Any]) -> Any:
    """`or`, where a side may be an array that is unknown while tracing."""
    first = a()
    left = _condition(first)
    return _or(lambda: left, lambda: _condition(b())) if _is_staged(left) else _or(lambda: first, b)


def if_exp(cond: Any, if_true: Callable[[], Any], if_false: Callable[[], Any], expr_repr: str) -> Any:
    """`x if c else y`, where the condition may be unknown while tracing."""
    cond = _condition(cond)
    if not _is_staged(cond):
        return _if_exp(cond, if_true, if_false, expr_repr)
    chosen: list[Any] = [None]

    def choose(branch: Callable[[], Any]) -> Callable[[], None]:
        def body() -> None:
            chosen[0] = branch()

        return body

    def put(values: tuple[Any, ...]) -> None:
        chosen[0] = values[0]

    if_stmt(cond, choose(if_true), choose(if_false), lambda: (chosen[0],), put, (expr_repr,), 1)
    return chosen[0]


_plain_not = autograph_operators.not_
_and = autograph_operators.and_
_or = autograph_operators.or_
_if_exp = autograph_operators.if_exp


def install() -> None:
    """Put these operators in the place of AutoGraph's."""
    for operator in (if_stmt, while_stmt, for_stmt, not_, and_, or_, if_exp):
        setattr(autograph_operators, operator.__name__, operator)
    autograph_builtins.BUILTIN_FUNCTIONS_MAP["range"] = range_
