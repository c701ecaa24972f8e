"""Whether a traced call can run on a GPU: every op has a kernel there, asked of TensorFlow's registry.

No GPU is needed; the wheel of TensorFlow registers the kernels of both devices.
"""

from __future__ import annotations

import functools
from collections.abc import Iterator, Sequence
from typing import Any

import tensorflow as tf

# The registry of kernels has no public counterpart; tests/conformance holds that it answers.
from tensorflow.python.framework.kernels import get_registered_kernels_for_op

from conformance.comparison import Difference
from conformance.modes.mode import Case, Mode, Verdict
from conformance.modes.traced import Trace
from conformance.vocabulary import INEXACT

HOST_CALLS = frozenset({"PyFunc", "EagerPyFunc", "PyFuncStateless"})
"""Ops that leave TensorFlow for Python."""


@functools.cache
def _kernels(op: str) -> Any:
    return get_registered_kernels_for_op(op).kernel


def has_gpu_kernel(node: Any) -> bool:
    """Whether a node of a graph has a kernel on a GPU for its dtypes."""
    for kernel in _kernels(node.op):
        # a DEFAULT kernel serves every device
        if kernel.device_type not in ("GPU", "DEFAULT"):
            continue
        if all(
            node.attr[c.name].type in c.allowed_values.list.type
            for c in kernel.constraint
            if c.name in node.attr
        ):
            return True
    return not _kernels(node.op)


def nodes(graph_def: Any) -> Iterator[Any]:
    """The nodes of a graph and of its library of functions."""
    yield from graph_def.node
    for function in graph_def.library.function:
        yield from function.node_def


def obstacles(graph_def: Any) -> list[str]:
    """What keeps a graph from running on a GPU alone: host calls, and ops without a kernel."""
    found = []
    for node in nodes(graph_def):
        # the message of an assertion stays on the host, and so does the assertion
        if node.op == "Assert" or (
            node.op == "Const" and node.attr["dtype"].type == tf.string.as_datatype_enum
        ):
            continue
        if node.op in HOST_CALLS:
            found.append(f"host call {node.op}")
        elif not has_gpu_kernel(node):
            types = ", ".join(
                f"{key}={tf.as_dtype(v.type).name}" for key, v in sorted(node.attr.items()) if v.type
            )
            found.append(f"{node.op} of {types} has no GPU kernel")
    return sorted(set(found))


def check(cases: Sequence[Case]) -> list[Verdict]:
    """Trace the structure and look at its ops."""
    case = cases[0]
    if not any(recipe.dtype in INEXACT for recipe in case.call.recipes()):
        return [Verdict(case.call, skipped="no float argument")]
    if case.expected.error is not None:
        return [Verdict(case.call, skipped="NumPy raises an error")]
    try:
        with tf.device("GPU:0"):  # as where there is one; nothing runs
            graph_def = Trace(case.call, unknown=False, compiled=False).concrete.graph.as_graph_def()
    except Exception as error:
        return [Verdict(case.call, Difference("error", f"tracing: {type(error).__name__}: {error}"))]
    found = obstacles(graph_def)
    return [Verdict(case.call, Difference("kernel", "; ".join(found)) if found else None)]


GPU = Mode("gpu", "GPU kernels", check, good=True, dtypes=frozenset(INEXACT))
