"""Functions that call a user's function: `vectorize`, `frompyfunc`, `apply_along_axis`. Knows the array."""

from __future__ import annotations

import functools
import inspect
import math
import re
from collections.abc import Callable
from typing import Any

import numpy
import tensorflow as tf

from tnp_shim import dtypes, subscripts
from tnp_shim.array import Array, wrap, wrap_scalar
from tnp_shim.conversion import to_tensor
from tnp_shim.declaration import arrays
from tnp_shim.declaration.foreign_data import handed_on
from tnp_shim.errors import UnknownValueError, UnsupportedTypeError
from tnp_shim.functions.arrays import array, cast_array
from tnp_shim.functions.joining import stack
from tnp_shim.functions.parts import broadcast_arrays
from tnp_shim.functions.views import as_array, moveaxis, ravel, reshape
from tnp_shim.subscripts import shape_known
from tnp_shim.tensorflow_internals import current_graph


def _tensors(results: Any) -> Any:
    return tuple(to_tensor(r) for r in results) if isinstance(results, tuple) else to_tensor(results)


def map_elements(function: Callable[..., Any], args: list[Array]) -> tuple[Array, ...]:
    """The results of a Python function of elements, for every element of 1-D arrays of equal length.

    Eagerly the function is called element by element, as NumPy does. While tracing it is vectorised
    (`tf.vectorized_map`), so it is called once, with an element that stands for all.
    """
    length = args[0]._cell.shape[0]  # type: ignore[index]
    if current_graph() is None:
        rows = [function(*(a[i] for a in args)) for i in range(length)]  # type: ignore[index,arg-type]
        columns = zip(*rows, strict=True) if isinstance(rows[0], tuple) else [rows]
        return tuple(array(list(column)) for column in columns)

    def of_tensors(elements: tuple[tf.Tensor, ...]) -> Any:
        return _tensors(function(*map(wrap_scalar, elements)))

    elements = tuple(a._cell.read() for a in args)
    try:
        found = tf.vectorized_map(of_tensors, elements)
    except UnknownValueError as error:
        raise UnknownValueError(
            f"{getattr(function, '__name__', function)} decides on the value of an element, which is unknown "
            "while tracing: use np.where in it, or call it eagerly"
        ) from error
    return tuple(map(wrap, found)) if isinstance(found, tuple) else (wrap(found),)


def _over_broadcast(function: Callable[..., Any], args: list[Any], empty: Any) -> tuple[Array, ...]:
    """The function over the elements of arguments that broadcast."""
    found = broadcast_arrays(*map(as_array, args))
    shape = found[0].shape
    if shape_known(found[0]._cell.shape) and 0 in shape:
        return tuple(wrap(tf.zeros(shape, dtypes.to_tf(dtype))) for dtype in empty())
    results = map_elements(function, [ravel(a) for a in found])
    return tuple(reshape(result, shape) for result in results)


class _CalledFunction:
    """What `frompyfunc` returns: a ufunc of a Python function."""

    def __init__(self, func: Callable[..., Any], nin: int, nout: int, identity: Any = None) -> None:
        self.__name__ = f"{getattr(func, '__name__', '?')} (vectorized)"
        self.nin, self.nout, self.nargs, self.identity = nin, nout, nin + nout, identity
        self._function = func

    def __call__(self, *args: Any) -> Any:
        if len(args) != self.nin:
            raise TypeError(
                f"{self.__name__}() takes {self.nin} positional arguments but {len(args)} were given"
            )

        def unknown() -> Any:
            raise ValueError(f"{self.__name__}: an empty input does not tell the dtype of the result")

        outputs = _over_broadcast(self._function, list(args), unknown)
        outputs = tuple(o[()] if o.ndim == 0 else o for o in outputs)  # type: ignore[index]
        return outputs if self.nout > 1 else outputs[0]

    def __repr__(self) -> str:
        return f"<ufunc '{self.__name__}'>"


@arrays(numpy.frompyfunc, route="native")
def frompyfunc(func: Callable[..., Any], /, nin: int, nout: int, **kwargs: Any) -> Any:
    """A ufunc of a Python function of `nin` numbers that gives `nout` numbers.

    The results have the dtype of the numbers (NumPy's have dtype object, which no tensor has).
    """
    return _CalledFunction(func, nin, nout, kwargs.get("identity"))


class vectorize:
    """`numpy.vectorize`: a function of elements as a function of arrays, with broadcasting.

    Eagerly the function is called for every element; while tracing once, for all of them together.
    """

    def __init__(
        self,
        pyfunc: Any = numpy._NoValue,
        otypes: Any = None,
        doc: str | None = None,
        excluded: Any = None,
        cache: bool = False,
        signature: str | None = None,
    ) -> None:
        self.otypes = None
        if otypes is not None:  # NumPy knows the ways to spell them
            self.otypes = [numpy.dtype(t) for t in numpy.vectorize(len, otypes=otypes).otypes or ()]
        self.excluded = set(excluded or ())
        self.signature = signature
        self.cache = cache
        self.__doc__ = doc
        self._core = _core_dimensions(signature) if signature else None
        if pyfunc is not numpy._NoValue:
            self._take(pyfunc)

    def _take(self, pyfunc: Callable[..., Any]) -> None:
        self.pyfunc = pyfunc
        self.__name__ = getattr(pyfunc, "__name__", "vectorize")
        if self.__doc__ is None:
            self.__doc__ = pyfunc.__doc__

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        if not hasattr(self, "pyfunc"):  # used as a decorator with arguments
            self._take(args[0])
            return self
        try:
            return self._called(args, kwargs)
        except UnsupportedTypeError as error:
            options = {name: getattr(self, name) for name in ("otypes", "excluded", "cache", "signature")}
            return handed_on("vectorize", numpy.vectorize(self.pyfunc, **options), args, kwargs, error)

    def _called(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        vary = [i for i in range(len(args)) if i not in self.excluded]
        named = [n for n in kwargs if n not in self.excluded]
        values = [args[i] for i in vary] + [kwargs[n] for n in named]

        def of_elements(*elements: Any) -> Any:
            given, options = list(args), dict(kwargs)
            for i, element in zip(vary, elements, strict=False):
                given[i] = element
            options.update(zip(named, elements[len(vary) :], strict=True))
            return self.pyfunc(*given, **options)

        if not values:
            return of_elements()
        outputs = (
            self._along_core(of_elements, values)
            if self._core
            else _over_broadcast(of_elements, values, self._empty_dtypes)
        )
        if self.otypes:
            outputs = tuple(cast_array(o, t) for o, t in zip(outputs, self.otypes, strict=True))
        return outputs if len(outputs) > 1 else outputs[0]

    def _empty_dtypes(self) -> Any:
        if self.otypes is None:
            raise ValueError("cannot call `vectorize` on size 0 inputs unless `otypes` is set")
        return self.otypes

    def _along_core(self, function: Callable[..., Any], values: list[Any]) -> tuple[Array, ...]:
        """With a signature: the function sees the core axes of each argument."""
        inputs, _ = self._core  # type: ignore[misc]
        if len(inputs) != len(values):
            raise TypeError(
                f"wrong number of positional arguments: expected {len(inputs)}, got {len(values)}"
            )
        found = [as_array(v) for v in values]
        loops = [a.shape[: a.ndim - len(core)] for a, core in zip(found, inputs, strict=True)]
        if not all(isinstance(n, int) for own in loops for n in own):
            return _over_unknown(function, [a._cell.read() for a in found], [len(core) for core in inputs])
        loop = numpy.broadcast_shapes(*loops)
        rows = []
        for index in numpy.ndindex(*loop):
            elements = [
                subscripts.get(
                    a,
                    tuple(
                        i if n > 1 else 0 for i, n in zip(index[len(index) - len(own) :], own, strict=True)
                    ),
                )
                for a, own in zip(found, loops, strict=True)
            ]
            result = function(*elements)
            rows.append(result if isinstance(result, tuple) else (result,))
        columns = [stack([as_array(r) for r in column]) for column in zip(*rows, strict=True)]
        return tuple(reshape(c, (*loop, *c.shape[1:])) for c in columns)


def _over_unknown(
    function: Callable[..., Any], tensors: list[tf.Tensor], cores: list[int]
) -> tuple[Array, ...]:
    """The function of so many last axes of each, over others of unknown sizes: all at once."""
    shapes = [tf.shape(tensor) for tensor in tensors]
    own = [shape[: shape.shape[0] - core] for shape, core in zip(shapes, cores, strict=True)]
    inner = [shape[shape.shape[0] - core :] for shape, core in zip(shapes, cores, strict=True)]
    loop = functools.reduce(tf.broadcast_dynamic_shape, own)
    flat = tuple(
        tf.reshape(tf.broadcast_to(tensor, tf.concat([loop, core], 0)), tf.concat([[-1], core], 0))
        for tensor, core in zip(tensors, inner, strict=True)
    )

    def results(elements: Any) -> Any:
        made = function(*map(wrap, elements))
        return tuple(as_array(r)._cell.read() for r in (made if isinstance(made, tuple) else (made,)))

    found = tf.vectorized_map(results, flat)
    return tuple(wrap(tf.reshape(t, tf.concat([loop, tf.shape(t)[1:]], 0))) for t in found)


def _core_dimensions(signature: str) -> tuple[list[tuple[str, ...]], list[tuple[str, ...]]]:
    """The core axes of inputs and outputs: `(n),(m,n)->(m)`."""
    if not re.match(r"^\(.*\)->\(.*\)$", re.sub(r"\s+", "", signature)):
        raise ValueError(f"not a valid gufunc signature: {signature}")
    sides = [re.findall(r"\(([^)]*)\)", side) for side in signature.split("->")]
    inputs, outputs = (
        [tuple(filter(None, re.split(r"\s*,\s*", core.strip()))) for core in side] for side in sides
    )
    return inputs, outputs


vectorize.__signature__ = inspect.signature(numpy.vectorize)  # type: ignore[attr-defined]


@arrays(numpy.apply_along_axis, route="native")
def apply_along_axis(func1d: Callable[..., Any], axis: int, arr: Any, *args: Any, **kwargs: Any) -> Any:
    """The results of a function of 1-D arrays for every line of `arr` along `axis`."""
    source = as_array(arr)
    place = numpy.lib.array_utils.normalize_axis_index(axis, source.ndim)
    lines = moveaxis(source, place, -1)
    outer = lines.shape[:-1]
    if any(isinstance(n, int) and n == 0 for n in outer):
        raise ValueError("Cannot apply_along_axis when any iteration dimensions are 0")
    flat = reshape(lines, (math.prod(outer), lines.shape[-1]))

    def result_of(line: Any) -> Any:
        return as_array(func1d(line, *args, **kwargs))

    if isinstance(flat.shape[0], int):
        together = stack([result_of(flat[i]) for i in range(flat.shape[0])])  # type: ignore[index]
    else:  # so many lines as turn out when the graph runs: all of them at once
        together = wrap(tf.vectorized_map(lambda line: result_of(wrap(line))._cell.read(), flat._cell.read()))
    inner = together.ndim - 1
    shaped = reshape(together, (*outer, *together.shape[1:]))
    return moveaxis(shaped, list(range(-inner, 0)), list(range(place, place + inner))) if inner else shaped


@arrays(numpy.apply_over_axes, route="native")
def apply_over_axes(func: Callable[..., Any], a: Any, axes: Any) -> Any:
    """The array with a function applied over several axes, one after the other."""
    found = as_array(a)
    for axis in (axes,) if isinstance(axes, int) else axes:
        place = numpy.lib.array_utils.normalize_axis_index(axis, found.ndim)
        result = as_array(func(found, place))
        if result.ndim != found.ndim:
            kept = list(found.shape)
            kept[place] = 1
            if result.ndim != found.ndim - 1:
                raise ValueError("function is not returning an array of the correct shape")
            result = reshape(result, tuple(kept))
        found = result
    return found


@arrays(numpy.fromfunction, route="native")
def fromfunction(
    function: Callable[..., Any], shape: Any, *, dtype: Any = float, like: Any = None, **kwargs: Any
) -> Any:
    """The function's result for arrays of indices of the given shape: it is called once."""
    grids = (array(grid) for grid in numpy.indices(shape, dtype=dtype))
    return function(*grids, **kwargs)
