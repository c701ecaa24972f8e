"""Drawing by NumPy on the host when a graph runs; asking NumPy beforehand. Knows the array."""

from __future__ import annotations

import threading
import warnings
from collections.abc import Callable, Sequence
from typing import Any

import numpy
import tensorflow as tf

from tnp_shim import dtypes
from tnp_shim.array import Array, wrap, wrap_scalar, write
from tnp_shim.control_flow import numbers
from tnp_shim.conversion import is_tensor_like, tensor_of
from tnp_shim.errors import UnsupportedError, users_line
from tnp_shim.kernels.differentiation import custom_gradient
from tnp_shim.random.layouts import copied, layout_of
from tnp_shim.tensorflow_internals import compiled_by_xla, known_value, runs_eagerly

Draws = Any
"""Generator or RandomState."""


def is_unknown(value: Any) -> bool:
    """Whether a value, or one within a list, is known when the graph runs only."""
    if type(value) in (list, tuple):
        return any(map(is_unknown, value))
    return is_tensor_like(value) and known_value(tensor_of(value)) is None


def stand_in(value: Any, example: Any) -> Any:
    """What NumPy is asked with for a value that is unknown: an array of the same shape."""
    if type(value) in (list, tuple):
        return type(value)(stand_in(v, example) for v in value)
    if not is_tensor_like(value) or isinstance(value, (numpy.ndarray, numpy.generic)):
        return value
    tensor = tensor_of(value)
    known = known_value(tensor)
    if known is not None:
        return known
    shape = [1 if n is None else n for n in tensor.shape.as_list()]
    found = example(shape) if callable(example) else numpy.full(shape, example)
    return found.astype(dtypes.to_numpy(tensor.dtype))[()]


def asked(self: Draws, name: str, values: dict[str, Any], examples: dict[str, Any]) -> Any:
    """What NumPy's method gives or raises, drawn from a stream of its own."""
    generator = self._numpys(self._bits._kind.numpy(0))
    given = {key: stand_in(value, examples.get(key, 1)) for key, value in values.items()}
    args = given.pop("args", ())
    with warnings.catch_warnings():
        if any(map(is_unknown, values.values())):
            warnings.simplefilter("ignore")
        return getattr(generator, name)(*args, **given)


class _Routes(threading.local):
    native_eagerly = False


routes = _Routes()
"""What tests may change."""


def checked_when_run(name: str, faults: Sequence[tuple[tf.Tensor, str]], given: Sequence[Any]) -> list[Any]:
    """What is given, its tensors behind checks for faults, which the graph makes when it runs."""
    checks = [tf.debugging.Assert(~tf.reduce_any(f), [f"np.random.{name}: {words}"]) for f, words in faults]
    with tf.control_dependencies([check for check in checks if check is not None]):
        return [tf.identity(one) if isinstance(one, tf.Tensor) else one for one in given]


def drawn_on_host() -> bool:
    """Whether even what has a native draw is drawn on the host: so it is eagerly."""
    return runs_eagerly() and not routes.native_eagerly


def host(
    self: Draws,
    name: str,
    draw: Callable[..., Sequence[Any]],
    specs: Sequence[tf.TensorSpec],
    *inputs: tf.Tensor,
) -> list[tf.Tensor]:
    """What NumPy draws from this state when the graph runs; `draw` gets its generator and the inputs."""
    if compiled_by_xla():
        raise UnsupportedError(
            f"{users_line()}: np.random.{name} of {type(self._bits).__name__} is drawn on the host, and "
            'XLA runs nothing there; leave jit_compile away, or use tnp_shim.function(jit_compile="auto")'
        )
    state = self._state_tensors(inputs)

    def run(*values: Any) -> list[Any]:
        generator = self._numpys_at(values[: len(state)])
        found = [
            numpy.asarray(value, spec.dtype.as_numpy_dtype)
            for value, spec in zip(draw(generator, *values[len(state) :]), specs, strict=True)
        ]
        return [*found, *self._words_of(generator)]

    kinds = [*(spec.dtype for spec in specs), *(tensor.dtype for tensor in state)]
    made = tf.numpy_function(run, [*state, *inputs], kinds, name=f"host_random_{name}")
    for tensor, like in zip(made, [*(s.shape for s in specs), *(t.shape for t in state)], strict=True):
        tensor.set_shape(like)
    self._write_state(made[len(specs) :])
    return list(made[: len(specs)])


def without_gradient(name: str, found: tf.Tensor, tensors: Sequence[tf.Tensor]) -> tf.Tensor:
    """Numbers that have no gradient with respect to parameters: asking for it is an error, not None."""
    if not found.dtype.is_floating or not tensors:
        return found

    @custom_gradient
    def node(found: tf.Tensor, *_: tf.Tensor) -> Any:
        def refuse(*_: tf.Tensor) -> Any:
            raise UnsupportedError(f"np.random.{name} has no gradient with respect to its parameters")

        return tf.identity(found), refuse

    return node(found, *tensors)


EXAMPLES: dict[str, Any] = {
    "pvals": lambda shape: numpy.full(shape, 1 / shape[-1]),
    "p": lambda shape: numpy.full(shape, 1 / (shape[-1] if shape else 1)),
    "alpha": numpy.ones,
    "nsample": lambda shape: numpy.zeros(shape, int)[()],
    "colors": lambda shape: numpy.ones(shape, int),
    "cov": lambda shape: numpy.eye(*shape[-2:]),
    "high": lambda shape: numpy.full(shape, 2),
    "low": lambda shape: numpy.zeros(shape, int),
    "a": lambda shape: numpy.ones(shape, int)[()],
    "size": lambda shape: numpy.zeros(shape, int),
}
"""Values that NumPy takes, by the names of parameters."""


def on_host(self: Draws, name: str, values: dict[str, Any]) -> Any:
    """Any method, by NumPy: on the host when the graph runs."""
    values = dict(values)
    size = values.get("size")
    if name == "bytes":
        raise UnsupportedError(
            f"{users_line()}: np.random.bytes gives a Python object, which a graph has none of; draw "
            "integers(0, 256, dtype=np.uint8)"
        )
    target = values.pop("out", None) if isinstance(values.get("out"), Array) else None
    trial = asked(self, name, values, EXAMPLES)
    leaves: list[tf.Tensor] = []
    orders: list[Any] = []

    def taken_out(value: Any) -> Any:
        if type(value) in (list, tuple):
            return type(value)(map(taken_out, value))
        if is_tensor_like(value) and not isinstance(value, (numpy.ndarray, numpy.generic)):
            leaves.append(tensor_of(value))
            orders.append(layout_of(value))
            return leaves[-1]
        return value

    given = {key: taken_out(value) for key, value in values.items()}
    places = {id(leaf): place for place, leaf in enumerate(leaves)}

    def put_in(value: Any, found: Sequence[Any]) -> Any:
        if type(value) in (list, tuple):
            return type(value)(put_in(v, found) for v in value)
        if id(value) not in places:
            return value
        place = places[id(value)]
        return copied(numpy.asarray(found[place]), orders[place])[()]

    def draw(generator: Any, *found: Any) -> list[Any]:
        named = {key: put_in(value, found) for key, value in given.items()}
        args = named.pop("args", ())
        return [getattr(generator, name)(*args, **named)]

    array = numpy.asarray(trial)
    uncertain = is_unknown(size) or any(None in (leaf.shape.as_list() or []) for leaf in leaves)
    shape = [None] * array.ndim if uncertain else array.shape
    (found,) = host(self, name, draw, [tf.TensorSpec(shape, dtypes.to_tf(array.dtype))], *leaves)
    found = without_gradient(name, found, [leaf for leaf in leaves if leaf.dtype.is_floating])
    if target is not None:
        write(target, found)
        return target
    if isinstance(trial, numpy.ndarray):
        return wrap(found)
    if type(trial) in (bool, int, float) and not runs_eagerly():
        return numbers.made(found, type(trial))
    return wrap_scalar(found)
