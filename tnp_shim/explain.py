"""What becomes of a function in a graph: loops, routes, host calls, GPU, XLA. Knows the declarations.

The function is traced; nothing of it is run.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from dataclasses import asdict, dataclass
from types import FrameType
from typing import Any

import numpy
import tensorflow as tf

from tnp_shim import control_flow
from tnp_shim.array import Array, ndarray, scalar, wrap
from tnp_shim.call_timing import nodes_of
from tnp_shim.control_flow import Decision
from tnp_shim.control_flow.log import place_of
from tnp_shim.declaration import REGISTRY
from tnp_shim.declaration.ufunc import ufunc
from tnp_shim.tensorflow_internals import kernel_registry

_OWN = os.path.dirname(os.path.abspath(__file__)) + os.sep
_TENSORFLOW = os.path.dirname(os.path.abspath(tf.__file__)) + os.sep
_ON_HOST = frozenset({"PyFunc", "EagerPyFunc", "PyFuncStateless"})
_NO_KERNEL_OF_ITS_OWN = frozenset({"Placeholder", "_Arg", "_Retval", "NoOp", "PlaceholderWithDefault"})


@dataclass(frozen=True)
class FunctionUsed:
    """A NumPy function that the user's code called, and where."""

    name: str
    route: str
    reason: str
    file: str
    line: int


@dataclass(frozen=True)
class Explanation:
    """What becomes of a function of the user's in a graph."""

    decisions: tuple[Decision, ...]
    """What became of each loop and branch of the source."""
    functions: tuple[FunctionUsed, ...]
    """The NumPy functions called, with their routes."""
    host_calls: tuple[str, ...]
    """What leaves the graph for Python when it runs."""
    without_gpu: tuple[str, ...]
    """The ops of the graph, with their dtype, that have no GPU kernel."""
    xla: bool
    """Whether XLA compiles it."""
    xla_reason: str
    """Why XLA does not."""
    nodes: int
    """How many ops the graph has."""

    @property
    def gpu(self) -> bool:
        """Whether every op has a GPU kernel."""
        return not self.without_gpu and not self.host_calls

    def to_dict(self) -> dict[str, Any]:
        """All of it as plain data."""
        return {**asdict(self), "gpu": self.gpu}

    def __str__(self) -> str:
        lines = [f"{len(self.decisions)} loops and branches"]
        lines += [f"  {_line(d)}: {d.kind} {d.decision}: {d.reason}" for d in self.decisions]
        lines.append(f"{len(self.functions)} calls of NumPy's functions")
        for used in self.functions:
            lines.append(f"  {_line(used)}: {used.name}: {used.route}{': ' * bool(used.reason)}{used.reason}")
        lines.append("host calls: " + (", ".join(self.host_calls) or "none"))
        lines.append(
            "GPU: " + ("yes" if self.gpu else "no, " + ", ".join((*self.without_gpu, *self.host_calls)))
        )
        lines.append("XLA: " + ("yes" if self.xla else f"no, {self.xla_reason}"))
        lines.append(f"{self.nodes} ops")
        return "\n".join(lines)


def _line(found: Any) -> str:
    return f"{os.path.basename(found.file)}:{found.line}"


def explain(f: Callable[..., Any], *args: Any, **kwargs: Any) -> Explanation:
    """Trace `f` for these arguments and tell what becomes of it; nothing is run.

    Arrays, NumPy's or ours, and tensors become arguments of the graph; all else is a constant of the trace.
    """
    f = getattr(f, "python_function", f)
    leaves = tf.nest.flatten((args, kwargs))
    tensors = [tf.convert_to_tensor(leaf) for leaf in leaves if _is_traced(leaf)]

    def over_tensors(*tensors: tf.Tensor) -> Any:
        remaining = iter(tensors)
        given = [_as_given(leaf, next(remaining)) if _is_traced(leaf) else leaf for leaf in leaves]
        all_args, all_kwargs = tf.nest.pack_sequence_as((args, kwargs), given)
        return [r for r in tf.nest.flatten(f(*all_args, **all_kwargs)) if _is_traced(r)]

    specs = [tf.TensorSpec(tensor.shape, tensor.dtype) for tensor in tensors]
    used: dict[FunctionUsed, None] = {}
    before = sys.getprofile()
    with control_flow.decisions() as log:
        sys.setprofile(lambda frame, event, _: _observe(frame, event, used))
        try:
            traced = tf.function(over_tensors).get_concrete_function(*specs)
        finally:
            sys.setprofile(before)
    nodes = nodes_of(traced.graph)
    host = [f"{_line(d)}: {d.reason}" for d in log if d.kind == "host"]
    host += sorted({node.op for node in nodes if node.op in _ON_HOST} if not host else ())
    xla, reason = _compiles(over_tensors, tensors)
    return Explanation(
        tuple(d for d in log if d.kind != "host"),
        tuple(used),
        tuple(host),
        tuple(sorted({_words(node) for node in nodes if not _has_gpu_kernel(node)})),
        xla,
        reason,
        len(nodes),
    )


def _is_traced(value: Any) -> bool:
    return isinstance(value, (Array, tf.Tensor, tf.Variable, numpy.ndarray))


def _as_given(leaf: Any, tensor: tf.Tensor) -> Any:
    if isinstance(leaf, Array) and not isinstance(leaf, ndarray):
        return scalar(tf.identity(tensor), leaf._dtype)
    return wrap(tensor) if isinstance(leaf, (Array, numpy.ndarray)) else tensor


# the functions that are called


def _observe(frame: FrameType, event: str, used: dict[FunctionUsed, None]) -> None:
    if event != "call" or not frame.f_code.co_filename.startswith(_OWN):
        return
    called = _declared(frame)
    if called is None:
        return
    caller = frame.f_back
    while caller is not None and caller.f_code.co_filename.startswith(_TENSORFLOW):
        caller = caller.f_back
    if caller is None or caller.f_code.co_filename.startswith(_OWN):
        return
    declaration = REGISTRY.get(called)
    name = getattr(called, "__name__", str(called)) if declaration is None else declaration.name
    route, reason = ("native", "") if declaration is None else (declaration.route, declaration.reason)
    used.setdefault(FunctionUsed(name, route, reason, *place_of(caller)))


_CODES = {code for d in REGISTRY.values() if (code := getattr(d.function, "__code__", None)) is not None}
_BY_BODY = {id(declaration.body): declaration.numpy for declaration in REGISTRY.values()}


def _declared(frame: FrameType) -> Any:
    """The NumPy callable whose declared function, ufunc or operator `frame` is a call of."""
    code = frame.f_code
    if code in _CODES:
        known = frame.f_locals
        return known.get("numpy_callable") or _BY_BODY.get(id(known.get("body")))
    if code.co_name == "operator" and isinstance(frame.f_locals.get("ufunc"), ufunc):
        return frame.f_locals["ufunc"].numpy
    if code is ufunc.__call__.__code__:
        return frame.f_locals["self"].numpy
    return None


# the graph


def _words(node: Any) -> str:
    dtypes = sorted({tf.as_dtype(a.type).name for a in node.attr.values() if a.WhichOneof("value") == "type"})
    return f"{node.op} of {', '.join(dtypes)}" if dtypes else node.op


def _has_gpu_kernel(node: Any) -> bool:
    if node.op in _NO_KERNEL_OF_ITS_OWN or node.op in _ON_HOST:
        return True
    kernels = kernel_registry.get_registered_kernels_for_op(node.op).kernel
    return not kernels or any(_fits(kernel, node) for kernel in kernels)


def _fits(kernel: Any, node: Any) -> bool:
    if kernel.device_type not in ("GPU", "DEFAULT"):
        return False
    for constraint in kernel.constraint:
        attribute = node.attr[constraint.name]
        allowed = constraint.allowed_values.list.type
        asked = attribute.list.type if attribute.WhichOneof("value") == "list" else [attribute.type]
        if not set(asked) <= set(allowed):
            return False
    return True


def _compiles(over_tensors: Callable[..., Any], tensors: list[tf.Tensor]) -> tuple[bool, str]:
    """Whether XLA compiles the function, asked of XLA without running it."""
    try:
        tf.function(over_tensors, jit_compile=True).experimental_get_compiler_ir(*tensors)(stage="hlo")
    except Exception as error:
        return False, (str(error).strip().splitlines() or [type(error).__name__])[0]
    return True, ""


__all__ = ["Explanation", "FunctionUsed", "explain"]
