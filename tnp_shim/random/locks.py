"""One draw at a time from a generator: locks for eager draws and for graphs. Knows tensors only.

A draw reads the state, makes numbers and writes the state. In between a graph holds a mutex of TensorFlow's
runtime, which is free again as soon as the tensor that stands for it is, so after a failure, too. XLA has no
mutexes, but keeps the variables of a compiled function to itself while that runs; a graph that becomes part
of such a function takes none. Nobody waits for anything else while he holds a mutex, so that generators may
share one.
"""

from __future__ import annotations

import functools
import itertools
import threading
from typing import Any

import tensorflow as tf

from tnp_shim.tensorflow_internals import (
    builds_function,
    compiled_by_xla,
    runs_eagerly,
    traced_by_vectorized_map,
)

_MUTEXES = 16
"""Each has a thread of its own."""
_HOST = "CPU:0"


class Lock:
    """The lock of one generator; a thread that has it may take it again."""

    def __init__(self) -> None:
        self.in_graphs = False
        """Whether graphs may draw from the generator."""
        self._number = next(_numbers) % _MUTEXES
        self._of_threads = threading.RLock()
        self._depth = 0
        self._held: tf.Tensor | None = None

    def __enter__(self) -> None:
        self._of_threads.acquire()
        self._depth += 1
        if self._depth == 1 and self.in_graphs:
            with tf.init_scope():  # a graph may be being built
                self._held = tf.raw_ops.MutexLock(mutex=_made(self._number)) if runs_eagerly() else None

    def __exit__(self, *_: Any) -> None:
        self._depth -= 1
        if not self._depth:
            self._held = None
        self._of_threads.release()

    def taken(self) -> tf.Tensor:
        """A tensor of the graph being built: from then on the lock is held, until `given_back`."""
        return _ends(self._number)[0]()

    def given_back(self, held: tf.Tensor) -> None:
        """Let others draw, after the control dependencies."""
        _ends(self._number)[1](held)


_numbers = itertools.count()


def is_needed() -> bool:
    """Whether what is being built is a graph that takes locks."""
    if runs_eagerly() or not builds_function() or compiled_by_xla():
        return False
    return not traced_by_vectorized_map()  # which knows no mutexes


def _mutex(number: int) -> tf.Tensor:
    with tf.device(_HOST):
        return tf.raw_ops.MutexV2(container="", shared_name=f"tnp_shim.random.{number}")


_made = functools.cache(_mutex)
"""For eager draws."""


def _locked(number: int) -> tf.Tensor:
    with tf.device(_HOST):
        return tf.raw_ops.MutexLock(mutex=_mutex(number))


def _no_mutex() -> tf.Tensor:
    shape = tf.zeros([0], tf.int32)
    return tf.raw_ops.EmptyTensorList(element_shape=shape, max_num_elements=0, element_dtype=tf.int32)


def _consumed(held: tf.Tensor) -> tf.Tensor:
    with tf.device(_HOST):
        consumed = tf.raw_ops.ConsumeMutexLock(mutex_lock=held)
    with tf.control_dependencies([consumed]):
        return tf.constant(0)


@functools.cache
def _ends(number: int) -> tuple[Any, Any]:
    """Functions that take a mutex and give it back, for graphs; where XLA compiles them they do nothing."""

    def index() -> tf.Tensor:
        with tf.device(_HOST):
            return tf.raw_ops.DeviceIndex(device_names=["CPU"])  # in what XLA compiles it is 1

    @tf.function(autograph=False, input_signature=[])
    def take() -> tf.Tensor:
        return tf.switch_case(index(), [lambda: _locked(number), _no_mutex])

    @tf.function(autograph=False, input_signature=[tf.TensorSpec([], tf.variant)])
    def give_back(held: tf.Tensor) -> tf.Tensor:
        return tf.switch_case(index(), [lambda: _consumed(held), lambda: tf.constant(0)])

    with tf.init_scope():
        return take.get_concrete_function(), give_back.get_concrete_function()
