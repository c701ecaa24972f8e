"""Which form of a compiled function is the quicker one, where that may not be XLA's. Knows graphs only.

XLA makes one loop of many elementwise ops, and one program of a loop of small ops. Decompositions of matrices
it makes of loops, where TensorFlow's own kernels are several times as fast, and to sort and to find medians
takes it twice as long. Which of these weighs more in a function the clock tells.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import tensorflow as tf

from tnp_shim.kernels import linear_algebra, order_statistics
from tnp_shim.tensorflow_internals import op_def_registry

_DECOMPOSITIONS = frozenset({"Cholesky", "Qr", "SelfAdjointEigV2", "Svd", "XlaSelfAdjointEig", "XlaSvd"})
_LOOPS = frozenset({"While", "StatelessWhile"})
_WITH_SUCH_LOOPS = str(Path(linear_algebra.__file__).parent), order_statistics.__file__
_MAY_RUN_AGAIN = frozenset({"Assert", "If", "PartitionedCall", "StatefulPartitionedCall", "While"})
"""Ops that TensorFlow takes for stateful, and that do nothing more when they run twice."""
_MANY_TO_SORT = 1000
_CALLS = 2


def may_be_slow_in_xla(graph: Any) -> bool:
    """Whether a graph for XLA decomposes a matrix, sorts much or looks for a median, outside of its loops."""
    return any(
        op.type in _DECOMPOSITIONS
        or op.type in _LOOPS
        and _replaces_a_kernel(op)
        or op.type == "TopKV2"
        and _is_large(op.inputs[0].shape)
        for op in graph.get_operations()
    )


def _is_large(shape: tf.TensorShape) -> bool:
    return not shape.is_fully_defined() or shape.num_elements() >= _MANY_TO_SORT


def _replaces_a_kernel(loop: Any) -> bool:
    """Whether a loop does what TensorFlow's own kernels do outside of XLA."""
    return any(frame.filename.startswith(_WITH_SUCH_LOOPS) for frame in loop.traceback)


def can_run_again(graph: Any) -> bool:
    """Whether nothing but the time tells that a graph ran once more: no variable, no print, no host call."""
    names = {node.op for node in nodes_of(graph)}
    return all(name in _MAY_RUN_AGAIN or not _is_stateful(name) for name in names)


def nodes_of(graph: Any) -> list[Any]:
    """The nodes of a graph, and of the functions that it calls."""
    whole = graph.as_graph_def()
    return [*whole.node, *(node for function in whole.library.function for node in function.node_def)]


def _is_stateful(name: str) -> bool:
    definition = op_def_registry.get(name)
    return definition is None or definition.is_stateful


def seconds(run: Callable[[], Any]) -> float:
    """The seconds of the quicker of some calls."""
    taken = []
    for _ in range(_CALLS):
        tf.test.experimental.sync_devices()
        start = time.perf_counter()
        run()
        tf.test.experimental.sync_devices()
        taken.append(time.perf_counter() - start)
    return min(taken)
