"""`tnp_shim.host`: a Python function on real NumPy arrays as a node of a graph. Knows the array.

What runs on the host leaves the GPU and the compiler, so it never happens unasked: every host function is
listed in `HOST_FUNCTIONS`, its nodes in a graph are named `host_<name>`, and XLA is refused by name.
"""

from __future__ import annotations

import functools
import weakref
from collections.abc import Callable, Sequence
from typing import Any

import numpy
import tensorflow as tf

from tnp_shim import dtypes
from tnp_shim.array import Array, ArraySpec, ndarray, wrap, wrap_scalar
from tnp_shim.call_signature import look_like
from tnp_shim.conversion import to_tensor
from tnp_shim.errors import UnsupportedError, users_line
from tnp_shim.kernels.differentiation import custom_gradient
from tnp_shim.promotion import cast
from tnp_shim.tensorflow_internals import compiled_by_xla

HOST_FUNCTIONS: weakref.WeakSet[HostFunction] = weakref.WeakSet()
"""Every host function that is alive."""

_ARRAYS = (Array, tf.Tensor, tf.Variable, numpy.ndarray, numpy.generic)


class HostFunction:
    """A function that runs on the host with real NumPy arrays; made by `tnp_shim.host`."""

    def __init__(self, python_function: Callable[..., Any], result: Any, vjp: Any) -> None:
        self.python_function = python_function
        self.result = result
        self.vjp = vjp
        look_like(self, python_function)
        self.name = getattr(python_function, "__name__", type(python_function).__name__).strip("<>")
        HOST_FUNCTIONS.add(self)

    def __repr__(self) -> str:
        how = {"numerical": "numerical gradient", None: "no gradient"}.get(self.vjp, "gradient given")
        return f"<tnp_shim.host function {self.name}, {how}>"

    def __get__(self, instance: Any, owner: type | None = None) -> Any:
        return self if instance is None else functools.partial(self, instance)

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        if compiled_by_xla():
            raise UnsupportedError(
                f"{users_line()}: XLA runs nothing on the host, so not the host function {self.name}; "
                'leave jit_compile away, or use tnp_shim.function(jit_compile="auto")'
            )
        call = _Call(self, args, kwargs)
        outputs = call.node()(*call.tensors)
        return call.packed(outputs if isinstance(outputs, (list, tuple)) else [outputs])


class _Call:
    """One call: its arguments with tensors in place of arrays, and the specs of its results."""

    def __init__(self, function: HostFunction, args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
        self.function = function
        self.given = (args, kwargs)
        self.flat = tf.nest.flatten(self.given)
        self.places = [place for place, value in enumerate(self.flat) if isinstance(value, _ARRAYS)]
        self.tensors = [to_tensor(self.flat[place]) for place in self.places]
        specs = [tf.TensorSpec(tensor.shape, tensor.dtype) for tensor in self.tensors]
        result = function.result
        if callable(result) and not isinstance(result, (tf.TensorSpec, ArraySpec)):
            like_args, like_kwargs = self.replaced(specs)
            result = result(*like_args, **like_kwargs)
        self.structure, self.specs = _specs(result, function.name)

    def replaced(self, values: Sequence[Any]) -> Any:
        """The arguments with these values in place of the arrays."""
        flat = list(self.flat)
        for place, value in zip(self.places, values, strict=True):
            flat[place] = value
        return tf.nest.pack_sequence_as(self.given, flat)

    def as_given(self, arrays: Sequence[numpy.ndarray[Any, Any]]) -> Any:
        """The arguments for the Python function: NumPy's arrays, which it may not write to, and scalars."""
        values = []
        for place, array in zip(self.places, arrays, strict=True):
            given = self.flat[place]
            is_scalar = isinstance(given, numpy.generic) or (
                isinstance(given, Array) and not isinstance(given, ndarray)
            )
            seen = numpy.asarray(array).view()
            seen.flags.writeable = False  # it may be the tensor's own memory, and a write would be lost
            values.append(seen[()] if is_scalar else seen)
        return self.replaced(values)

    def packed(self, outputs: Sequence[tf.Tensor]) -> Any:
        """The results as the user sees them."""
        arrays = [wrap_scalar(o) if o.shape.rank == 0 else wrap(o) for o in outputs]
        return tf.nest.pack_sequence_as(self.structure, arrays)

    def run(self, *arrays: numpy.ndarray[Any, Any]) -> list[numpy.ndarray[Any, Any]]:
        """Call the Python function; what it returns must be as it was said to be."""
        args, kwargs = self.as_given(arrays)
        returned = self.function.python_function(*args, **kwargs)
        try:
            tf.nest.assert_same_structure(self.structure, returned, check_types=False)
        except (TypeError, ValueError):
            raise TypeError(
                f"host function {self.function.name} returned {_described(returned)}, which is not nested as "
                f"its result was said to be: {self.structure}"
            ) from None
        found = tf.nest.flatten(returned)
        return [self._checked(value, spec) for value, spec in zip(found, self.specs, strict=True)]

    def _checked(self, value: Any, spec: tf.TensorSpec) -> numpy.ndarray[Any, Any]:
        dtype = dtypes.to_numpy(spec.dtype)
        array = numpy.asarray(value)
        if type(value) in (bool, int, float, complex):
            whole = type(value) is int and dtype.kind in "iu"
            if whole or numpy.can_cast(array.dtype, dtype, "same_kind"):
                array = numpy.array(value, dtype)
        if array.dtype != dtype or not spec.shape.is_compatible_with(array.shape):
            raise TypeError(
                f"host function {self.function.name} returned {_described(array)}, its result was said to be "
                f"of shape {spec.shape} and dtype {dtype}"
            )
        return array

    def node(self) -> Callable[..., Any]:
        """The function over tensors, with its gradient."""

        @custom_gradient
        def node(*tensors: tf.Tensor) -> Any:
            return _on_host(self.run, tensors, self.specs, self.function.name), self._gradient(tensors)

        return node

    def _gradient(self, tensors: tuple[tf.Tensor, ...]) -> Callable[..., Any]:
        def gradient(*gradients: tf.Tensor) -> Any:
            vjp = self.function.vjp
            if vjp is None:
                raise UnsupportedError(
                    f"the host function {self.function.name} has no gradient: give it one by "
                    f"tnp_shim.host(result=..., vjp=...), or have it measured by vjp='numerical'"
                )
            if vjp == "numerical":
                return self._measured(tensors, gradients)
            arrays = [_as(self.flat[place], t) for place, t in zip(self.places, tensors, strict=True)]
            args, kwargs = self.replaced(arrays)
            found = vjp(self.packed(gradients), *args, **kwargs)
            return self._as_gradients(found, tensors)

        return gradient

    def _as_gradients(self, found: Any, tensors: tuple[tf.Tensor, ...]) -> list[Any]:
        """What a user's vjp gives, as a gradient for each tensor."""
        gradients = list(found) if isinstance(found, (tuple, list)) else [found]
        if len(gradients) == len(self.flat):
            gradients = [gradients[place] for place in self.places]
        if len(gradients) != len(tensors):
            raise ValueError(
                f"the vjp of the host function {self.function.name} gave {len(gradients)} gradients for "
                f"{len(tensors)} arrays"
            )
        made = []
        for gradient, tensor in zip(gradients, tensors, strict=True):
            value = None if gradient is None else cast(to_tensor(gradient), tensor.dtype)
            if value is not None and not value.shape.is_compatible_with(tensor.shape):
                raise ValueError(
                    f"the vjp of the host function {self.function.name} gave a gradient of shape "
                    f"{value.shape} for an array of shape {tensor.shape}"
                )
            made.append(value)
        return made

    def _measured(self, tensors: tuple[tf.Tensor, ...], gradients: tuple[tf.Tensor, ...]) -> list[Any]:
        """The gradients by central differences: two calls for each element."""
        if any(t.dtype.is_complex for t in (*tensors, *gradients)):
            raise UnsupportedError(
                f"the host function {self.function.name}: numerical gradients are of real numbers only"
            )
        wanted = [place for place, tensor in enumerate(tensors) if tensor.dtype.is_floating]
        weights = [place for place, gradient in enumerate(gradients) if gradient.dtype.is_floating]

        def measure(*arrays: numpy.ndarray[Any, Any]) -> list[numpy.ndarray[Any, Any]]:
            values, weighted = list(arrays[: len(tensors)]), arrays[len(tensors) :]

            def total() -> Any:
                results = self.run(*values)
                return sum(
                    numpy.sum(numpy.asarray(results[p], float) * w)
                    for p, w in zip(weights, weighted, strict=True)
                )

            return [_slopes(values, place, total) for place in wanted]

        specs = [tf.TensorSpec(tensors[place].shape, tensors[place].dtype) for place in wanted]
        inputs = (*tensors, *[cast(gradients[place], tf.float64) for place in weights])

        @custom_gradient
        def node(*inputs: tf.Tensor) -> Any:
            def refuse(*_: tf.Tensor) -> Any:
                raise UnsupportedError(f"the host function {self.function.name} has no second gradient")

            return _on_host(measure, inputs, specs, f"{self.function.name}_gradient"), refuse

        found = node(*inputs)
        slopes = dict(zip(wanted, found if isinstance(found, (list, tuple)) else [found], strict=True))
        return [slopes.get(place) for place in range(len(tensors))]


def _slopes(values: list[Any], place: int, total: Callable[[], Any]) -> numpy.ndarray[Any, Any]:
    """The derivatives of `total` by the elements of one of the values."""
    kept = values[place]
    step = numpy.finfo(kept.dtype).eps ** (1 / 3)
    slopes = numpy.empty(kept.shape, kept.dtype)
    for index in numpy.ndindex(kept.shape):
        size = step * max(1.0, abs(float(kept[index])))
        sides = []
        for moved in (size, -size):
            values[place] = numpy.array(kept)
            values[place][index] += moved
            sides.append((total(), float(values[place][index])))
        slopes[index] = (sides[0][0] - sides[1][0]) / (sides[0][1] - sides[1][1])
    values[place] = kept
    return slopes


def _on_host(
    run: Callable[..., Any], tensors: Sequence[tf.Tensor], specs: Sequence[tf.TensorSpec], name: str
) -> Any:
    """The node itself. Eagerly an error is the one that the function raised."""
    raised: list[Exception] = []

    def running(*arrays: numpy.ndarray[Any, Any]) -> Any:
        try:
            return run(*arrays)
        except Exception as error:
            raised.append(error)
            raise

    try:
        outputs = tf.numpy_function(running, tensors, [spec.dtype for spec in specs], name=f"host_{name}")
    except tf.errors.OpError:
        if raised:
            raise raised[-1] from None
        raise
    outputs = outputs if isinstance(outputs, (list, tuple)) else [outputs]
    for output, spec in zip(outputs, specs, strict=True):
        output.set_shape(spec.shape)
    return outputs if len(outputs) != 1 else outputs[0]


def _as(given: Any, tensor: tf.Tensor) -> Any:
    is_scalar = isinstance(given, (Array, numpy.generic)) and not isinstance(given, ndarray)
    return wrap_scalar(tensor) if is_scalar and tensor.shape.rank == 0 else wrap(tensor)


def _described(value: Any) -> str:
    array = value if isinstance(value, (numpy.ndarray, numpy.generic)) else None
    return f"an array of shape {array.shape} and dtype {array.dtype}" if array is not None else repr(value)


def _is_pair(value: Any) -> bool:
    """Whether a value is (shape, dtype)."""
    if not isinstance(value, tuple) or len(value) != 2 or isinstance(value[1], (tuple, list, dict)):
        return False
    if not (value[0] is None or isinstance(value[0], (tuple, list, tf.TensorShape))):
        return False
    return all(n is None or isinstance(n, int) for n in value[0] or ())


def _specs(result: Any, name: str) -> tuple[Any, list[tf.TensorSpec]]:
    """The structure of the results, and their specs."""
    specs: list[tf.TensorSpec] = []

    def walk(value: Any) -> Any:
        if _is_pair(value):
            value = tf.TensorSpec(value[0], dtypes.to_tf(dtypes.canonical(value[1])))
        if isinstance(value, ArraySpec):
            value = tf.TensorSpec(value.shape, value.dtype)
        if isinstance(value, tf.TensorSpec):
            specs.append(value)
            return 0
        if isinstance(value, (list, tuple)):
            parts = [walk(v) for v in value]
            return type(value)(*parts) if hasattr(value, "_fields") else type(value)(parts)
        if isinstance(value, dict):
            walked = {key: walk(value[key]) for key in sorted(value)}  # in the order of tf.nest
            return {key: walked[key] for key in value}
        raise TypeError(
            f"host function {name}: result must be a tf.TensorSpec, (shape, dtype), a nest of them or a "
            f"function that gives it, not {value!r}"
        )

    return walk(result), specs


def host(func: Callable[..., Any] | None = None, *, result: Any, vjp: Any = None) -> Any:
    """A Python function on real NumPy arrays as a node of a graph.

    `result`: the shape and dtype of what it returns, as `tf.TensorSpec` or `(shape, dtype)`, nested as the
    results are, or a function that gives it for the specs of the arguments. What the function returns is
    checked against it. `vjp`: called with the gradient of the result and the arguments, all arrays of
    tnp_shim, it returns the gradient of each argument; "numerical" measures it. Without it asking for the
    gradient is an error.

    >>> import numpy, tnp_shim as np
    >>> @np.host(result=lambda x: x, vjp=lambda gradient, x: gradient * 2 * x)
    ... def square(x):
    ...     return numpy.square(x)
    >>> square(np.array([1.0, 2.0]))
    array([1., 4.])
    """
    if vjp is not None and vjp != "numerical" and not callable(vjp):
        raise ValueError(f'host: vjp must be a function, "numerical" or None, not {vjp!r}')
    if func is None:
        return lambda func: HostFunction(func, result, vjp)
    return HostFunction(func, result, vjp)
