"""`tnp_shim.function`: tf.function for functions that change arrays as NumPy's do. Knows the array."""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy
import tensorflow as tf

from tnp_shim import config
from tnp_shim.call_arguments import Arguments, Rebuilt, refill
from tnp_shim.call_captured import accepting_from_all_graphs, captured_cells
from tnp_shim.call_results import Building, Results
from tnp_shim.call_signature import Parameters, fitted, look_like, unwound
from tnp_shim.call_timing import can_run_again, may_be_slow_in_xla, seconds
from tnp_shim.errors import LostWriteError
from tnp_shim.override import active as active_overrides
from tnp_shim.storage import Cell, Effects
from tnp_shim.tensorflow_internals import (
    call_flat,
    compiled_by_xla,
    converted_by_autograph,
    device_scope,
    no_tape_records,
    runs_eagerly,
)

MOST_INTS = 8
"""So many values of one int argument are constants of a trace each, unless `constant_ints` says otherwise."""


@dataclass(frozen=True)
class CompileFailure:
    """Why XLA does not compile a function for some arguments, which therefore run as a plain graph."""

    arguments: str
    reason: str


class Trace:
    """A function traced for arguments of one kind: callable as the function is, with such arguments.

    What is not here is an attribute of the `tf.types.experimental.ConcreteFunction`, `concrete_function`.
    """

    def __init__(
        self, owner: Function, arguments: Arguments, shapes: Sequence[Any], jit: bool | None
    ) -> None:
        self.owner = owner
        self.jit_compile = jit
        self.shapes = tuple(shapes)
        pending: list[Arguments] = [arguments]
        found: list[Results] = []

        def traced(*tensors: tf.Tensor) -> list[tf.Tensor]:
            # TensorFlow keeps the function, which must not keep the first call's arrays
            found.append(owner._run(pending[0], tensors))
            return found[-1].outputs

        specs = [tf.TensorSpec(s, t.dtype) for s, t in zip(shapes, arguments.tensors, strict=True)]
        traced.__name__ = getattr(owner.python_function, "__name__", "function")
        made = tf.function(
            traced, input_signature=specs, autograph=False, jit_compile=jit, **owner._tensorflow_options
        )
        self.concrete_function = made.get_concrete_function()
        self.results = found[-1]  # a function that makes variables is traced twice
        del self.results.outputs
        pending.clear()
        found.clear()

    def __getattr__(self, name: str) -> Any:
        return getattr(self.concrete_function, name)

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        arguments = self.owner._taken(args, kwargs)
        return self.finished(arguments, self.outputs(arguments))

    def outputs(self, arguments: Arguments) -> Sequence[tf.Tensor]:
        """The tensors that the trace computes of the arguments' tensors."""
        return call_flat(self.concrete_function, arguments.tensors)

    def try_gradient(self, arguments: Arguments) -> None:
        """Compute a gradient, for the errors alone: XLA may refuse what a tape will run later."""
        with tf.GradientTape() as tape:
            inputs = [tensor for tensor in arguments.tensors if tensor.dtype.is_floating]
            tape.watch(inputs)
            outputs = [tensor for tensor in self.outputs(arguments) if tensor.dtype.is_floating]
        if inputs and outputs:
            tape.gradient(outputs, inputs)

    def finished(self, arguments: Arguments, outputs: Sequence[tf.Tensor]) -> Any:
        """Write back what was written, and build what is returned."""
        return finished(self.results, arguments, outputs)


def finished(results: Results, arguments: Arguments, outputs: Sequence[tf.Tensor]) -> Any:
    """Write back what was written, and build what is returned."""
    if results.written:
        _write_back([(arguments.sinks[slot], outputs[place]) for slot, place in results.written])
    building = Building(arguments, outputs)
    if results.changed:
        refills = [
            (arguments.containers[number], names, [building.value(part) for part in parts])
            for number, names, parts in results.changed
        ]
        returned = building.value(results.template)
        for container, names, values in refills:
            refill(container, names, values)
        return returned
    return building.value(results.template)


def _write_back(writes: list[tuple[Any, tf.Tensor]]) -> None:
    if not runs_eagerly() and any(isinstance(sink, numpy.ndarray) for sink, _ in writes):
        raise LostWriteError(
            "a NumPy array was changed in place by a function that is part of another function's trace: the "
            "value does not exist yet; pass an array of tnp_shim"
        )
    for sink, tensor in writes:
        if isinstance(sink, numpy.ndarray):
            numpy.copyto(sink, tensor.numpy(), casting="equiv")
        elif sink is not None:
            sink.write(tensor)


class Function:
    """A Python function that is traced and run as a TensorFlow graph; made by `tnp_shim.function`.

    `python_function` is the function itself, `compile_failures` says where XLA gave up.
    """

    def __init__(self, python_function: Callable[..., Any], options: dict[str, Any]) -> None:
        leading, keywords, function = unwound(python_function)
        self.python_function = python_function
        self.input_signature = options["input_signature"]
        self.jit_compile = options["jit_compile"]
        self.compile_failures: tuple[CompileFailure, ...] = ()
        self._options = options
        self._leading, self._keywords, self._function = leading, keywords, function
        self._parameters = Parameters(function)
        autograph, features = options["autograph"], options["experimental_autograph_options"]
        own = (getattr(function, "__module__", None) or "").partition(".")[0] in (__package__, "numpy")
        self._converted = converted_by_autograph(function, features) if autograph and not own else function
        self._reduces_retracing = options["reduce_retracing"]
        self._tensorflow_options = {
            name: options[name] for name in ("experimental_implements", "experimental_attributes")
        }
        self._traces: dict[Any, Trace] = {}
        self._general: dict[Any, Trace] = {}
        self._captured: list[Cell] = []
        self._tracing_count = 0
        self._seen_ints: dict[int, set[int]] = {}
        self._traced_ints: frozenset[int] = frozenset()
        self._constant_ints: frozenset[int] = frozenset()
        self._lock = threading.RLock()
        look_like(self, function)

    def __repr__(self) -> str:
        return f"<tnp_shim.function of {self.python_function!r}>"

    def __get__(self, instance: Any, owner: type | None = None) -> Any:
        return self if instance is None else BoundFunction(self, instance)

    def __reduce__(self) -> Any:
        # a decorated function is found by its name, where the Python function would be looked for in vain
        found: Any = sys.modules.get(self.__module__)
        path = getattr(self, "__qualname__", "")
        for name in path.split("."):
            found = getattr(found, name, None)
        if found is self:
            return path
        return _made_again, (self.python_function, self._options)

    # calls

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        arguments = self._taken(args, kwargs)
        if tf.config.functions_run_eagerly():
            results = self._run(arguments, arguments.tensors)
            return finished(results, arguments, results.outputs)
        key = (arguments.key, (*arguments.shapes,), self._surroundings())
        trace = self._traces.get(key)
        if trace is None:
            with self._lock:
                trace = self._traces.get(key)
                if trace is None:
                    return self._first_call(key, arguments, args, kwargs)
        return trace.finished(arguments, trace.outputs(arguments))

    def _taken(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Arguments:
        if self._leading or self._keywords:
            args, kwargs = self._leading + args, {**self._keywords, **kwargs}
        values, names = self._parameters.values(args, kwargs)
        signature = self.input_signature
        if signature is not None:
            values, specs = fitted(signature, values, len(self._leading))
        arguments = Arguments(values, names, self._traced_ints, self._captured)
        if signature is not None:
            arguments.widen(specs)
        return arguments

    def _surroundings(self) -> Any:
        """What a trace depends on besides the arguments."""
        eager = runs_eagerly()
        auto = self.jit_compile == "auto"
        return (
            config.get_default_float(),
            config.get_unroll_limit(),
            active_overrides(),
            device_scope(),
            not eager and compiled_by_xla(),
            auto and (eager, no_tape_records()),
        )

    # tracing

    def _run(self, arguments: Arguments, tensors: Sequence[tf.Tensor]) -> Results:
        """Run the Python function on these tensors."""
        self._tracing_count += 1
        effects = Effects()
        with accepting_from_all_graphs(effects):
            for slot in arguments.captured.values():
                arguments.sinks[slot].write(tensors[slot])
            rebuilt = Rebuilt(arguments, tensors)
            count = len(rebuilt.values) - len(arguments.names)
            keywords = dict(zip(arguments.names, rebuilt.values[count:], strict=True))
            results = Results(self._converted(*rebuilt.values[:count], **keywords), rebuilt)
            for key, cell in effects.cells.items():
                if key not in arguments.captured:
                    raise _MoreCaptured(cell)
            return results

    def _first_call(self, key: Any, arguments: Arguments, args: Any, kwargs: Any) -> Any:
        """Trace for arguments of a new kind and call."""
        if not self._traces and not self._captured:
            self._captured = captured_cells(self._function)
            if self._captured:
                return self(*args, **kwargs)
        varying = self._varying_ints(arguments)
        if varying:
            before, self._traced_ints = self._traced_ints, self._traced_ints | varying
            try:
                return self(*args, **kwargs)
            except Exception:
                # the function needs the number itself: as an axis, a size that must be known, a key
                self._traced_ints = before
                self._constant_ints |= varying
        try:
            trace, outputs = self._trace_and_call(key, arguments)
        except _MoreCaptured as found:
            self._captured = [*self._captured, found.cell]
            return self(*args, **kwargs)
        self._traces[key] = trace
        return trace.finished(arguments, outputs)

    def _varying_ints(self, arguments: Arguments) -> frozenset[int]:
        """The places of ints that have had too many values for a trace each."""
        limit = self._options["constant_ints"]
        if limit is None:
            return frozenset()
        for place, value in enumerate(arguments.ints):
            self._seen_ints.setdefault(place, set()).add(value)
        many = {place for place, seen in self._seen_ints.items() if len(seen) > limit}
        return frozenset(many - self._traced_ints - self._constant_ints)

    def _trace_and_call(self, key: Any, arguments: Arguments) -> tuple[Trace, Sequence[tf.Tensor]]:
        family, shapes = (key[0], key[2]), tuple(arguments.shapes)
        if self._reduces_retracing and all(len(leaf) == 4 for leaf in arguments.leaves):
            general = self._general.get(family)
            if general is not None:
                if _covers(general.shapes, shapes):
                    return general, general.outputs(arguments)
                shapes = tuple(map(_common, general.shapes, shapes))
        if self.jit_compile == "auto":
            trace, outputs = self._auto(key, arguments, shapes)
        else:
            trace = Trace(self, arguments, shapes, self.jit_compile)
            outputs = trace.outputs(arguments)
        if self._reduces_retracing:
            self._general[family] = trace
        return trace, outputs

    def _auto(
        self, key: Any, arguments: Arguments, shapes: tuple[Any, ...]
    ) -> tuple[Trace, Sequence[tf.Tensor]]:
        """A trace compiled by XLA if it can be: where it can't is known only after it was run."""
        eager, without_tape = key[2][-1]
        if not eager:  # the function that this is a part of is compiled, or not, as a whole
            trace = Trace(self, arguments, shapes, None)
            return trace, trace.outputs(arguments)
        sibling = self._traces.get((*key[:2], (*key[2][:-1], (eager, not without_tape))))
        refusal: Exception | None = None
        try:
            if sibling is None or sibling.jit_compile:
                trace = sibling or Trace(self, arguments, shapes, True)
                outputs = trace.outputs(arguments)
                if not without_tape:
                    trace.try_gradient(arguments)
                if sibling is None and may_be_slow_in_xla(trace.graph):
                    return self._quicker(trace, outputs, arguments, shapes)
                return trace, outputs
        except _MoreCaptured:
            raise
        except Exception as error:
            refusal = error
        trace = Trace(self, arguments, shapes, None) if refusal else sibling  # type: ignore[assignment]
        outputs = trace.outputs(arguments)
        if refusal is not None:
            text = ", ".join(str(t.dtype.name) + str(list(t.shape)) for t in arguments.tensors)
            self.compile_failures += (CompileFailure(text, f"{type(refusal).__name__}: {refusal}"),)
        return trace, outputs

    def _quicker(
        self, compiled: Trace, outputs: Sequence[tf.Tensor], arguments: Arguments, shapes: tuple[Any, ...]
    ) -> tuple[Trace, Sequence[tf.Tensor]]:
        """The trace compiled by XLA and what it gave, or a plain one that is quicker."""
        plain = Trace(self, arguments, shapes, None)
        if not can_run_again(plain.graph):
            return compiled, outputs
        outputs_of_plain = plain.outputs(arguments)
        plain_is_quicker = seconds(lambda: plain.outputs(arguments)) < seconds(
            lambda: compiled.outputs(arguments)
        )
        return (plain, outputs_of_plain) if plain_is_quicker else (compiled, outputs)

    # what tf.function has, too

    def get_concrete_function(self, *args: Any, **kwargs: Any) -> Trace:
        """The trace for arguments, or for `tf.TensorSpec` and `ArraySpec` in their places."""
        with self._lock:
            arguments = self._taken(args, kwargs)
            if not self._captured:
                self._captured = captured_cells(self._function)
                arguments = self._taken(args, kwargs)
            key = (arguments.key, (*arguments.shapes,), self._surroundings())
            while key not in self._traces:
                jit = True if self.jit_compile is True else None
                try:
                    self._traces[key] = Trace(self, arguments, arguments.shapes, jit)
                except _MoreCaptured as found:
                    self._captured = [*self._captured, found.cell]
                    arguments = self._taken(args, kwargs)
                    key = (arguments.key, (*arguments.shapes,), key[2])
            return self._traces[key]

    def experimental_get_tracing_count(self) -> int:
        """How many times the Python function was run to be traced."""
        return self._tracing_count

    def pretty_printed_concrete_signatures(self) -> str:
        """What the traces made so far take and give, one to a paragraph."""
        return "\n\n".join(
            t.concrete_function.pretty_printed_signature() for t in dict.fromkeys(self._traces.values())
        )


class _MoreCaptured(Exception):
    """A trace wrote to an array that it was not given, and must be made again with it."""

    def __init__(self, cell: Cell) -> None:
        super().__init__("an array from outside is written to")
        if cell.home() is not None:
            raise LostWriteError(
                "an in-place write to an array that was made in an enclosing trace; pass the array as an "
                "argument"
            )
        self.cell = cell


class BoundFunction:
    """A compiled function as a method of an object."""

    def __init__(self, function: Function, instance: Any) -> None:
        self.__func__, self.__self__ = function, instance
        look_like(self, function._function)
        if (signature := getattr(self, "__signature__", None)) is not None:
            self.__signature__ = signature.replace(parameters=[*signature.parameters.values()][1:])

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        return self.__func__(self.__self__, *args, **kwargs)

    def __repr__(self) -> str:
        return f"<bound {self.__func__!r} of {self.__self__!r}>"

    def __getattr__(self, name: str) -> Any:
        return getattr(self.__func__, name)

    def get_concrete_function(self, *args: Any, **kwargs: Any) -> Trace:
        """The trace for arguments, or for specs in their places."""
        return self.__func__.get_concrete_function(self.__self__, *args, **kwargs)


def _covers(general: Sequence[Any], shapes: Sequence[Any]) -> bool:
    return all(tf.TensorShape(g).is_compatible_with(s) for g, s in zip(general, shapes, strict=True))


def _common(general: Any, shape: Any) -> Any:
    found = tf.TensorShape(general).most_specific_compatible_shape(tf.TensorShape(shape))
    return None if found.rank is None else tuple(found.as_list())


def _made_again(python_function: Callable[..., Any], options: dict[str, Any]) -> Function:
    return Function(python_function, options)


def function(
    func: Callable[..., Any] | None = None,
    input_signature: Any = None,
    autograph: bool = True,
    jit_compile: bool | str | None = None,
    reduce_retracing: bool = False,
    experimental_implements: str | None = None,
    experimental_autograph_options: Any = None,
    experimental_attributes: Any = None,
    experimental_relax_shapes: bool | None = None,
    experimental_compile: bool | None = None,
    experimental_follow_type_hints: bool | None = None,
    constant_ints: int | None = MOST_INTS,
) -> Any:
    """`tf.function` for functions of arrays, which they may change in place.

    The arguments are those of `tf.function`, and `jit_compile="auto"`, which compiles with XLA and falls back
    to a plain graph for arguments for which XLA refuses; `compile_failures` of the function then says why. A
    function that decomposes matrices, which XLA does slowly, becomes what is quicker in its first call.
    `constant_ints`: so many values of one int argument are constants of a trace each; then the function is
    traced for any value, if it can be (None: every value is a constant).

    >>> import numpy, tnp_shim
    >>> @tnp_shim.function
    ... def double(x):
    ...     x *= 2
    >>> a = numpy.arange(3.0)
    >>> double(a)
    >>> a
    array([0., 2., 4.])
    """
    if jit_compile not in (None, True, False, "auto"):
        raise ValueError(f'jit_compile must be True, False, None or "auto", not {jit_compile!r}')
    options = {
        "input_signature": None if input_signature is None else tuple(input_signature),
        "autograph": autograph,
        "jit_compile": experimental_compile if jit_compile is None else jit_compile,
        "reduce_retracing": bool(reduce_retracing or experimental_relax_shapes),
        "experimental_implements": experimental_implements,
        "experimental_autograph_options": experimental_autograph_options,
        "experimental_attributes": experimental_attributes,
        "constant_ints": constant_ints,
    }
    if func is None:
        return lambda func: Function(func, options)
    return Function(func, options)
