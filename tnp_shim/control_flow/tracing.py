"""A body traced in a scratch graph, and a loop made one of the graph. Knows the array, effects and forms.

AutoGraph sees no write into an array (`a[i] = v`, `a += b`, a callee's). A trace in a scratch graph tells the
cells that a body writes to, the variables that it changes and how; then the loop is made with their tensors.
"""

from __future__ import annotations

import contextlib
import itertools
import types
from collections.abc import Callable, Iterator
from typing import Any

import tensorflow as tf

from tnp_shim.control_flow import aliases, numbers, printing
from tnp_shim.control_flow.aliases import SCRATCH, Links, roots_in, stale_line
from tnp_shim.control_flow.conditions import condition_of
from tnp_shim.control_flow.counting import Count
from tnp_shim.control_flow.forms import Form, involves_arrays, is_undefined, joined
from tnp_shim.control_flow.growing import Growth, Stacks
from tnp_shim.control_flow.numbers import NotRollable
from tnp_shim.control_flow.python_objects import Place, Watched
from tnp_shim.promotion import constant
from tnp_shim.storage import Cell, Effects, Mark, doubts_ignored, marks
from tnp_shim.tensorflow_internals import Undefined, UndefinedReturnValue, current_graph, func_graph, record

GetState = Callable[[], tuple[Any, ...]]
SetState = Callable[[tuple[Any, ...]], None]


def in_scratch() -> bool:
    """Whether the graph being built is a scratch graph."""
    graph = current_graph()
    return graph is not None and graph.name == SCRATCH


class _Global:
    """A variable of a module, with the interface of a closure's."""

    def __init__(self, module: dict[str, Any], name: str) -> None:
        self.module, self.name = module, name

    @property
    def cell_contents(self) -> Any:
        return self.module[self.name]

    @cell_contents.setter
    def cell_contents(self, value: Any) -> None:
        self.module[self.name] = value


class Statement:
    """A statement of the user's code: its variables, the Python objects and cells that it may change.

    AutoGraph's composite symbols (`a[0]`, `self.u`) count as no variables: a cell or a place has these. But
    its `set_state` writes to them, too (`i, a[i] = values` writes at the new `i`), so the variables are taken
    from the closure of it.
    """

    def __init__(self, bodies: list[Any], set_: Any, names: tuple[str, ...]) -> None:
        self._plain = [name for name in names if name.isidentifier()]
        free = dict(zip(set_.__code__.co_freevars, set_.__closure__ or (), strict=True))
        self._variables = [free.get(name) or _Global(set_.__globals__, name) for name in self._plain]
        self.places: list[Place] = []
        self.cells: dict[int, Cell] = {}
        self.watched = Watched(bodies, names)
        self.growth = Growth()
        self.writes: list[dict[int, tf.Tensor]] = []
        """What each trace in a scratch graph has left in cells."""

    @classmethod
    def unless_of_tensors(
        cls,
        plain: Callable[[], Any],
        involved: bool,
        get_state: GetState,
        bodies: list[Any],
        set_state: SetState,
        names: tuple[str, ...],
    ) -> Statement | None:
        """The statement to stage; None where TensorFlow's own operator, `plain`, has done it.

        Where nothing tells that arrays are involved TensorFlow is left to it. If it fails, and arrays are
        involved after all, its error is dropped.
        """
        refusal: Exception | None = None
        before = get_state()
        involved = involved or any(map(_holds_arrays, bodies))
        if not involved and not in_scratch() and not any(map(involves_arrays, before)):
            try:
                plain()
                return None
            except Exception as error:
                refusal = error
                set_state(before)
        statement = cls(bodies, set_state, names)
        if refusal is not None and not statement.involves_arrays():
            raise refusal
        return statement

    @property
    def symbols(self) -> int:
        """How many of the values are variables of the code; the others are places."""
        return len(self._plain)

    @property
    def names(self) -> list[str]:
        """A name for each value."""
        return [*self._plain, *(place.name for place in self.places)]

    def get(self) -> list[Any]:
        """The values now."""
        return [*(v.cell_contents for v in self._variables), *(place.get() for place in self.places)]

    def set(self, values: list[Any]) -> None:
        """Bind anew."""
        count = len(self._variables)
        for variable, value in zip(self._variables, values[:count], strict=True):
            variable.cell_contents = value
        for place, value in zip(self.places, values[count:], strict=True):
            place.set(value)

    def new_places(self) -> list[Place]:
        """Where the body has replaced values in objects, and was not seen to do so before."""
        known = {place.key for place in self.places}
        return [place for place in self.watched.changes(self.growth) if place.key not in known]

    def appending(self) -> contextlib.AbstractContextManager[None]:
        """A body is run within, which may append to lists if that is allowed."""
        return self.growth.counted(self.watched.lists() if self.growth.allowed else [])

    def involves_arrays(self) -> bool:
        """Whether any of it has to do with arrays of ours."""
        return self.watched.involves_arrays or any(map(involves_arrays, self.get()))

    @contextlib.contextmanager
    def undone(self) -> Iterator[None]:
        """What happens to variables and objects within is undone at the end."""
        before = self.get()
        places = len(self.places)
        try:
            yield
        finally:
            more = len(self.places) - places
            self.set([*before, *(place.get() for place in self.places[len(self.places) - more :])])
            self.watched.restore()

    def try_once(self, body: Callable[[], Any], forms: list[Form] | None = None) -> list[Any]:
        """The values after a body, traced in a scratch graph from values of these forms (None: as they are).

        Cells that it writes to and places are added to the statement's. All else is undone.
        """
        effects = Effects()
        scratch = func_graph.FuncGraph(SCRATCH)
        with scratch.as_default(), record.stop_recording():
            effects.accept()
            try:
                with self.undone():
                    if forms is not None:
                        self.set([form.stand_in() for form in forms])
                        for cell in self.cells.values():
                            tensor = cell.read()
                            cell.write(tf.compat.v1.placeholder(tensor.dtype, tensor.shape))
                    with self.appending(), printing.staged(), printing.texts_are_printed():
                        body()
                    self.places += self.new_places()
                    after = self.get()
                    self.cells.update(effects.cells)
                    with doubts_ignored():
                        self.writes.append({key: cell.read() for key, cell in effects.cells.items()})
            finally:
                effects.close()
        return after

    def try_in_scratch(self, body: Callable[[], Any]) -> None:
        """A loop within a scratch graph: one iteration is traced; what may change is unknown after it."""
        before = self.get()
        body()
        places = self.new_places()
        after = self.get()
        if places:
            self.places += places
            self.watched.restore()
            before = self.get()
            after = [*after, *(place.get() for place in places)]
        forms = [joined(n, [b, a]) for n, b, a in zip(self.names, before, after, strict=True)]
        self.set([form.value if form.kind == "kept" else form.stand_in() for form in forms])


def _holds_arrays(body: Any) -> bool:
    """Whether a name that a body uses, or an attribute of what it names, is an array of ours."""
    for cell in body.__closure__ or ():
        try:
            content = cell.cell_contents
        except ValueError:
            continue
        attributes = getattr(content, "__dict__", None) if not isinstance(content, _NO_OWNERS) else None
        if involves_arrays(content) or (type(attributes) is dict and involves_arrays(attributes)):
            return True
    return False


_NO_OWNERS = (type, types.ModuleType, types.FunctionType)


class Surprise(Exception):
    """The trace of a loop told what the scratch trace did not: another cell, another form."""


_ATTEMPTS = 4
GROWTH = 1 << 46
"""By how much a Python integer that a loop carries may change in all."""


class Loop:
    """A loop to become one of the graph. `exact`: it is refused where it may differ from Python's."""

    def __init__(
        self,
        statement: Statement,
        body: Callable[[Any], Any],
        test: Callable[[], Any] | None,
        count: Count | None,
        options: dict[str, Any],
        exact: bool,
    ) -> None:
        self.statement, self.body, self.test, self.count = statement, body, test, count
        self.options, self.exact = options, exact
        self.seen: list[list[Any]] = []
        """The values that were seen of each variable, the one before the loop first."""
        self.forms: list[Form] = []
        self.links = Links()
        self.home: Any = None
        self.stacks: Stacks | None = None
        self.begun: dict[int, list[tuple[Cell, tf.Tensor]]] = {}
        self.graphs: list[Any] = []
        """Those of the last trace: of the condition and of the body."""
        self.unread: set[int] = set()
        """Variables that each iteration binds before it reads them: they have no value between iterations."""
        self.stale_cells: dict[Cell, str] = {}
        """Cells that an iteration leaves out of date, each with the line that does so."""
        self.stale_names: dict[int, str] = {}
        """Variables whose arrays are out of date at the end of an iteration."""

    def once(self) -> None:
        """One iteration, of a number as unknown as it is in the loop."""
        if self.count is None:
            self.body(None)
        else:
            self.body(self.count.number(tf.compat.v1.placeholder(tf.int64, [])))

    def stage(self, after: list[Any]) -> None:
        """Make the loop, knowing the values after a scratch trace."""
        if self.statement.growth.items:
            assert self.count is not None and self.count.most is not None
            self.stacks = Stacks(self.statement.growth, self.count.most)
        self._saw(after)
        for attempt in range(_ATTEMPTS):
            before = self.statement.get()
            try:
                self._run(before)
                return
            except Surprise as surprise:
                if attempt == _ATTEMPTS - 1:
                    raise NotRollable(str(surprise)) from None
                self._saw([])
                self._saw(self.statement.try_once(self.once, self._forms_of(self.statement.get())))

    def _saw(self, values: list[Any]) -> None:
        now = self.statement.get()
        self.seen += [[value] for value in now[len(self.seen) :]]
        for column, value in zip(self.seen, values, strict=False):
            column.append(value)

    def _forms_of(self, before: list[Any]) -> list[Form]:
        """How the variables are carried, by what was seen of them."""
        forms = [
            Form("kept", Undefined(name)) if k in self.unread else joined(name, column)
            for k, (name, column) in enumerate(zip(self.statement.names, self.seen, strict=True))
        ]
        for form, value in zip(forms, before, strict=True):
            self._widen(form)
            for start, invariant in self.options.get("shape_invariants", ()):
                if start is value and form.kind in ("array", "scalar", "tensor"):
                    form.shape = tf.TensorShape(invariant)
        return forms

    def _widen(self, form: Form) -> None:
        """A Python integer may be what it is before the loop, and as much more as is allowed."""
        for part in form.parts.values():
            self._widen(part)
        if form.kind == "number":
            bounds = numbers.bounds_of(form.value) if self.exact else None
            form.bounds = None if bounds is None else (bounds[0] - GROWTH, bounds[1] + GROWTH)

    def _run(self, before: list[Any]) -> None:
        with marks() as noted:
            self._make(before, noted)
        aliases.carry_out(noted)

    def _make(self, before: list[Any], noted: list[Mark]) -> None:
        statement, count = self.statement, self.count
        forms = self.forms = self._forms_of(before)
        cells = list(statement.cells.values())
        home, effects = current_graph(), Effects()
        lists = [] if self.stacks is None else self.stacks.empty()
        changed = [k for k, form in enumerate(forms) if form.kind in ("array", "nested")]
        self.home = home
        moments = [list(moment) for moment in itertools.zip_longest(*self.seen)]
        self.links = aliases.links(changed, moments, {}, home, self.exact)
        for k in changed:
            if (line := stale_line(before[k])) is not None:
                self.stale_names.setdefault(k, line)

        def put(values: Any) -> list[Any]:
            if current_graph() is not home:
                effects.accept()
            values = list(values)[: len(values) - len(lists)]
            for cell, tensor in zip(cells, values[len(values) - len(cells) :], strict=True):
                cell.write(tensor)
            tensors = iter(values)
            statement.set([form.seen(tensors) for form in forms])
            self.links.set(seen := statement.get(), self.stale_names)
            for cell, line in self.stale_cells.items():
                Mark(current_graph(), cell, line).set()
            return seen

        def take(values: list[Any]) -> list[Any]:
            with doubts_ignored():
                carried = [t for form, v in zip(forms, values, strict=True) for t in form.carried(v)]
                return [*carried, *(cell.read() for cell in cells)]

        def more(number: tf.Tensor, *values: Any) -> tf.Tensor:
            self.graphs = [current_graph()]
            put(values)
            conditions = [] if count is None else [count.is_before_end(number)]
            if self.test is not None:
                conditions.append(tf.convert_to_tensor(condition_of(self.test())))
            return conditions[0] if len(conditions) == 1 else tf.logical_and(*conditions)

        def step(number: tf.Tensor, *values: Any) -> list[Any]:
            self.graphs.append(current_graph())
            seen = put(values)
            begun = {k: [(root, root._value) for root in roots_in(seen[k])] for k in changed}
            with statement.appending(), printing.staged(), printing.texts_are_printed():
                self.body(None if count is None else count.number(number))
            self._check(effects)
            self._check_aliases(moments, begun, noted)
            appended: list[Any] = []
            if self.stacks is not None or statement.growth.items:
                appended = self._appended(values[len(values) - len(lists) :], number, begun)
            return [number if count is None else count.next(number), *take(statement.get()), *appended]

        first = constant(0, tf.int64) if count is None else count.first()
        initial = [first, *take(before), *lists]
        invariants = [first.shape, *(i for form in forms for i in form.invariants())]
        with doubts_ignored():
            invariants += [*(cell.read().shape for cell in cells), *(None for _ in lists)]
        options = {k: v for k, v in self.options.items() if k not in ("iterate_names", "shape_invariants")}
        if count is not None and count.most is not None:
            options.setdefault("maximum_iterations", count.most)
        done = False
        try:
            results = tf.while_loop(more, step, initial, shape_invariants=invariants, **options)
            done = True
        finally:
            effects.close()
            if not done:
                statement.set(before + statement.get()[len(before) :])
                statement.watched.restore()
        after = put(self._asserted(before, results))
        if self.stacks is not None:
            self.stacks.put(results[len(results) - len(lists) :], before, after, self.begun)

    def _appended(self, lists: Any, number: tf.Tensor, begun: Any) -> list[Any]:
        """The stacks of what is appended to lists, with what this iteration has appended."""
        items = self.statement.growth.take_back()
        if self.stacks is None or self.count is None:
            raise NotRollable("a list grows")
        self.begun = begun
        self.stacks.check(items, begun, self.statement.get(), self.home)
        place = tf.cast((number - self.count.first()) // self.count.step, tf.int32)
        return self.stacks.written(lists, place, items)

    def _check_aliases(
        self, moments: list[list[Any]], begun: dict[int, list[tuple[Cell, tf.Tensor]]], noted: list[Mark]
    ) -> None:
        """Whether it was known what may be the same as what, and what is out of date."""
        values = self.statement.get()
        incoming = {k: [root for root, _ in roots] for k, roots in begun.items()}
        links = aliases.links([*begun], [*moments, values], incoming, self.home, self.exact)
        written = {mark.cell for mark in noted} | {*self.statement.cells.values()}
        written |= {root for roots in begun.values() for root, tensor in roots if root._value is not tensor}
        surprising = False
        if not self.links.includes(links):
            involved = {cell for cells in links.cells.values() for cell in cells}
            surprising = bool(written & (involved | {root for roots in incoming.values() for root in roots}))
            self.links = links
        stale = {k: line for k in begun if (line := stale_line(values[k])) is not None}
        for k in stale.keys() - self.stale_names.keys():
            surprising |= any(self._was_read(root) for root in incoming[k])
        self.stale_names |= stale
        for mark in noted:
            here = mark.graph is current_graph() and aliases.is_outside(mark.cell, self.home)
            if here and mark.cell not in self.stale_cells:
                surprising |= self._was_read(mark.cell)
                self.stale_cells[mark.cell] = mark.line
        if surprising:
            raise Surprise("arrays that have several names are written to in later iterations")

    def _was_read(self, cell: Cell) -> bool:
        """Whether the trace of an iteration has read it, in a graph of the loop or within one."""
        return any(outer in self.graphs for graph in cell.doubt().read for outer in aliases.enclosing(graph))

    def _check(self, effects: Effects) -> None:
        """Whether the body did in the loop what it was seen to do."""
        statement = self.statement
        new = {key: cell for key, cell in effects.cells.items() if key not in statement.cells}
        places = statement.new_places()
        values = statement.get()
        if new or places:
            statement.cells.update(new)
            statement.places += places
            raise Surprise("the loop writes to other arrays in later iterations")
        for k, (name, form, value) in enumerate(zip(statement.names, self.forms, values, strict=True)):
            if k in self.unread:
                continue
            if not form.takes(value, self.exact):
                self.seen[k].append(value)
                raise Surprise(f"'{name}' changes its kind, dtype or shape from one iteration to the next")
            if self.exact:
                self._check_growth(name, form, value)

    def _check_growth(self, name: str, form: Form, value: Any) -> None:
        for key, part in form.parts.items():
            self._check_growth(name, part, value[key])
        if form.kind != "number" or form.number is not int or form.bounds is None:
            return
        trips = self.count.most if self.count is not None and self.count.most is not None else 1 << 20
        allowed = GROWTH // max(1, trips)
        bounds = numbers.bounds_of(value)
        if bounds is None or bounds[0] < form.bounds[0] - allowed or bounds[1] > form.bounds[1] + allowed:
            raise NotRollable(f"the Python integer '{name}' may grow beyond what an int64 holds")

    def _asserted(self, before: list[Any], results: Any) -> list[Any]:
        """The results; a variable first bound in the body must not be used if there was no iteration."""
        first, *values = results
        unbound = [
            name
            for name, form, value in zip(self.statement.names, self.forms, before, strict=True)
            if is_undefined(value) and form.kind != "kept" and not isinstance(value, UndefinedReturnValue)
        ]
        if not unbound or self.count is None:
            return values
        words = f"cannot access local variable '{unbound[0]}': the loop that binds it had no iteration"
        with tf.control_dependencies(
            [tf.debugging.assert_none_equal(first, self.count.first(), message=words)]
        ):
            return [tf.identity(value) if isinstance(value, tf.Tensor) else value for value in values]
