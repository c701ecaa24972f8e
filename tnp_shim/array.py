"""The array: a handle on a cell, and its type spec. Knows cells, dtypes and indexing; no functions."""

from __future__ import annotations

import math
import sys
import weakref
from typing import Any

import numpy
import tensorflow as tf

from tnp_shim import dtypes
from tnp_shim.errors import UnsupportedError, unknown_shape, unknown_value
from tnp_shim.storage import AnyCell, Cell, Lens, OrderedCell, ViewCell, static_shape
from tnp_shim.tapes import forward_mode_handle, gradient_component, watch
from tnp_shim.tensorflow_internals import (
    BatchableTypeSpec,
    CompositeTensorGradient,
    EagerTensor,
    LegacyTypeSpecBatchEncoder,
    asked_by_tensorflow,
    check_of_instances,
    current_graph,
    gen_array_ops,
    known_value,
    no_tape_records,
    operand_of_another_dtype,
    register_type_spec,
    tape_watching,
)

SCALAR_TYPES: dict[numpy.dtype[Any], type[Array]] = {}
"""The scalar type of each dtype; filled by `scalars`."""


class _ArrayGradient(CompositeTensorGradient):
    """How GradientTape differentiates with respect to an array: by the tensor it held when watched."""

    def get_gradient_components(self, value: Array) -> tf.Tensor:
        return gradient_component(value, sys._getframe(1))

    def replace_gradient_components(self, value: Array, component_grads: Any) -> Array | None:
        if component_grads is None:
            return None
        gradient = wrap(tf.convert_to_tensor(component_grads))
        return gradient if isinstance(value, ndarray) else scalar(gradient._cell.read(), gradient._dtype)


class ArrayMeta(type(tf.__internal__.CompositeTensor)):  # type: ignore[misc]
    """Plain isinstance: the scalar types let NumPy's scalars pass as theirs, which makes those no arrays."""

    __instancecheck__ = type.__instancecheck__
    __subclasscheck__ = type.__subclasscheck__


class Array(tf.__internal__.CompositeTensor, metaclass=ArrayMeta):
    """What `ndarray` and the scalar types have in common: a dtype and a cell that holds the value."""

    __slots__ = ("_base", "_cell", "_dtype", "_watched", "_writeable")
    __composite_gradient__ = _ArrayGradient()
    __array_priority__ = 1000.0  # numpy.matrix and the like leave mixed operations to us

    _cell: AnyCell
    _dtype: numpy.dtype[Any]
    _base: Array | None
    _watched: weakref.WeakKeyDictionary[tf.GradientTape, tf.Tensor] | None
    _writeable: bool

    # TensorFlow's protocols

    @property
    def _type_spec(self) -> ArraySpec:
        return ArraySpec(self._cell.shape, dtypes.to_tf(self._dtype), not isinstance(self, ndarray))

    def _shape_invariant_to_type_spec(self, shape: Any) -> ArraySpec:
        return ArraySpec(shape, dtypes.to_tf(self._dtype), not isinstance(self, ndarray))

    def __tf_tensor__(self, dtype: tf.DType | None = None, name: str | None = None) -> tf.Tensor:
        tensor = self._cell.read()
        if dtype is not None and dtype != tensor.dtype:
            raise TypeError(
                f"a tensor of {dtype.name} was expected and an array of {self._dtype} was given; "
                "convert it with astype"
            )
        if dtype is None and operand_of_another_dtype(sys._getframe(1), tensor.dtype):
            raise TypeError("left to the reflected operator of the array, which promotes as NumPy does")
        return tensor

    def _as_graph_element(self) -> tf.Tensor:
        """What tf.compat.v1.Session.run fetches."""
        return self._cell.read()

    @property
    def handle(self) -> tf.Tensor:
        """For tf.autodiff.ForwardAccumulator alone: the only way by which it takes anything but a tensor."""
        return forward_mode_handle(self, sys._getframe(1))

    @property
    def _id(self) -> int:
        return self._cell.read()._id

    def _shape_tuple(self) -> tuple[int | None, ...] | None:
        return static_shape(self._cell.read())

    # NumPy's protocols

    def numpy(self) -> Any:
        """The value as a NumPy array; an error while it is unknown (in a traced function)."""
        return self._known("ndarray.numpy()")

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> Any:
        value = numpy.asarray(self._known("numpy.asarray of a traced array"))
        return numpy.array(value, dtype=dtype, copy=copy)

    def _known(self, needed_by: str) -> Any:
        value = known_value(self._cell.read())
        if value is None:
            raise unknown_value(needed_by)
        return value

    def __array_namespace__(self, *, api_version: Any = None) -> Any:
        """The module of the functions for arrays; NumPy's ValueError for a version it does not know."""
        numpy.empty(0).__array_namespace__(api_version=api_version)
        return sys.modules[__name__.partition(".")[0]]

    def __dlpack__(self, **options: Any) -> Any:
        return numpy.asarray(self._known("__dlpack__")).__dlpack__(**options)

    def __dlpack_device__(self) -> tuple[int, int]:
        return numpy.empty(0).__dlpack_device__()

    # attributes

    @property
    def dtype(self) -> Any:
        """The dtype, one of NumPy's."""
        return dtypes.to_tf(self._dtype) if asked_by_tensorflow(sys._getframe(1)) else self._dtype  # type: ignore[return-value]

    @property
    def shape(self) -> tuple[Any, ...]:
        """The dimensions; one that is unknown while tracing is a 0-d int64 array of ours."""
        if asked_by_tensorflow(sys._getframe(1)):
            return self._cell.read().shape
        shape = self._cell.shape
        if shape is None:
            raise unknown_shape("the shape (the rank is unknown)")
        if None not in shape:
            return shape
        tensor = gen_array_ops.shape(self._cell.read(), out_type=tf.int64)
        return tuple(
            wrap(tensor[axis]) if dimension is None else dimension for axis, dimension in enumerate(shape)
        )

    @property
    def ndim(self) -> int:
        """The number of dimensions."""
        shape = self._cell.shape
        if shape is None:
            raise unknown_shape("ndim (the rank is unknown)")
        return len(shape)

    @property
    def size(self) -> Any:
        """The number of elements; a 0-d int64 array of ours if it is unknown while tracing."""
        shape = self._cell.shape
        if shape is None or None in shape:
            return wrap(gen_array_ops.size(self._cell.read(), out_type=tf.int64))
        return math.prod(shape)  # type: ignore[arg-type]

    @property
    def itemsize(self) -> int:
        """Bytes per element."""
        return self._dtype.itemsize

    @property
    def nbytes(self) -> Any:
        """Bytes of all elements."""
        return self.size * self._dtype.itemsize

    @property
    def strides(self) -> tuple[int, ...]:
        """Bytes between neighbours along each axis, as NumPy would lay the array out."""
        return self._cell.shadow().strides

    @property
    def base(self) -> Array | None:
        """The array whose memory this one is a view of."""
        return self._base

    @property
    def device(self) -> str:
        """The device the value is on, in TensorFlow's words; "cpu" on the host, as NumPy says."""
        device = self._cell.read().device
        kind = device.rsplit("device:", 1)[-1].lower() if device else "cpu"
        return "cpu" if kind.startswith("cpu") else kind

    @property
    def __array_interface__(self) -> Any:
        raise AttributeError("a tensor has no memory that can be shared")

    __array_struct__ = __array_interface__

    # conversions to Python

    def __len__(self) -> int:
        shape = self._cell.shape
        if shape is None:
            raise unknown_shape("len() (the rank is unknown)")
        if not shape:
            raise TypeError("len() of unsized object")
        if shape[0] is None:
            raise unknown_shape("len() of an array; use a.shape[0], which may be unknown, and it")
        return shape[0]

    def _single(self, needed_by: str) -> Any:
        # NumPy refuses anything but a single element, so it is asked even where the value is unknown
        shape = self._cell.shape
        if shape is not None and None not in shape and self.size != 1:
            return numpy.ones(shape, self._dtype)  # type: ignore[arg-type]
        value = self._known(needed_by)
        return numpy.asarray(value) if isinstance(self, ndarray) else value

    def __bool__(self) -> bool:
        return bool(self._single("bool() of an array (an `if`, `while`, `and`, `or` or `not`)"))

    def __int__(self) -> int:
        return int(self._single("int() of an array"))

    def __float__(self) -> float:
        return float(self._single("float() of an array"))

    def __complex__(self) -> complex:
        return complex(self._single("complex() of an array"))

    def __index__(self) -> int:
        shape = self._cell.shape
        if self._dtype.kind not in "iu" or (shape is not None and shape != ()):
            raise TypeError("only integer scalar arrays can be converted to a scalar index")
        return int(self._single("an array used as a Python integer (an index, range(), a size)"))

    # text

    def _text(self, form: Any) -> str:
        tensor = self._cell.read()
        if isinstance(tensor, EagerTensor):
            value = known_value(tensor)
            return form(numpy.asarray(value) if isinstance(self, ndarray) else self._dtype.type(value))
        shape = static_shape(tensor)
        words = "unknown" if shape is None else f"({', '.join('?' if n is None else str(n) for n in shape)})"
        return f"<traced {type(self).__name__}, shape={words}, dtype={self._dtype}>"

    def __repr__(self) -> str:
        return self._text(repr)

    def __str__(self) -> str:
        return self._text(str)

    # pickling and copying

    def __reduce__(self) -> tuple[Any, ...]:
        return _unpickle, (numpy.asarray(self._known("pickling")), not isinstance(self, ndarray))

    def __deepcopy__(self, memo: Any) -> Array:
        return self.__copy__()

    def __copy__(self) -> Array:
        return wrap(self._cell.read())


class ndarray(Array):
    """An array: NumPy's `ndarray` on a TensorFlow tensor.

    Parameters
    ----------
    shape : int or tuple of int
    dtype : NumPy dtype, default float64

    The values of a new array are zeros. `buffer`, `offset` and `strides` are refused: a tensor has no
    memory that can be shared.
    """

    __slots__ = ()
    __hash__ = None  # type: ignore[assignment]

    def __new__(
        cls,
        shape: Any,
        dtype: Any = None,
        buffer: Any = None,
        offset: int = 0,
        strides: Any = None,
        order: Any = None,
    ) -> ndarray:
        if buffer is not None or offset or strides is not None:
            raise UnsupportedError(
                "ndarray: buffer, offset and strides name raw memory, which a tensor has not; "
                "use np.array(numpy_array) to copy it or np.frombuffer to read it"
            )
        resolved = dtypes.canonical(float if dtype is None else dtype)
        if dtype is None or dtype is float:
            resolved = dtypes.default_float_for(resolved)
        dimensions = shape if isinstance(shape, (tuple, list)) else (shape,)
        if any(isinstance(n, Array) and not isinstance(n._cell.read(), EagerTensor) for n in dimensions):
            vector = tf.stack([tf.cast(tf.convert_to_tensor(n), tf.int64) for n in dimensions])
            return wrap(gen_array_ops.fill(vector, tf.zeros([], dtypes.to_tf(resolved))))
        shadow = numpy.empty(shape, resolved, order=order or "C")
        tensor = gen_array_ops.fill(list(shadow.shape), tf.zeros([], dtypes.to_tf(resolved)))
        return laid_out(tensor, shadow)

    def __iter__(self) -> Any:
        if self.ndim == 0:
            raise TypeError("iteration over a 0-d array")
        return (self[i] for i in range(len(self)))

    def __copy__(self) -> ndarray:
        return wrap(self._cell.read())


# Making arrays. `object.__new__` skips `ndarray.__new__`, which is the constructor users call.

_new = object.__new__


def fresh(tensor: tf.Tensor, dtype: numpy.dtype[Any]) -> ndarray:
    """A new array on a tensor that an op has just made."""
    array = _new(ndarray)
    array._cell = Cell(tensor)
    array._dtype = dtype
    array._writeable = True
    array._base = array._watched = None
    return array


def wrap(tensor: tf.Tensor) -> ndarray:
    """A new array on any tensor; it belongs to the graph being built, wherever the tensor came from."""
    array = fresh(tensor, dtypes.to_numpy(tensor.dtype))
    array._cell = Cell(tensor, current_graph())
    return array


def scalar(tensor: tf.Tensor, dtype: numpy.dtype[Any]) -> Array:
    """A new scalar on a 0-d tensor."""
    array = _new(SCALAR_TYPES[dtype])
    array._cell = Cell(tensor)
    array._dtype = dtype
    array._writeable = False
    array._base = array._watched = None
    return array


def wrap_scalar(tensor: tf.Tensor) -> Array:
    """A new scalar on any 0-d tensor; it belongs to the graph being built."""
    array = scalar(tensor, dtypes.to_numpy(tensor.dtype))
    array._cell = Cell(tensor, current_graph())
    return array


def result(tensor: tf.Tensor, dtype: numpy.dtype[Any]) -> Array:
    """What NumPy returns for a result that an op has just made: a scalar if it is 0-d."""
    rank = tensor._rank() if type(tensor) is EagerTensor else tensor.shape.rank
    return scalar(tensor, dtype) if rank == 0 else fresh(tensor, dtype)


def laid_out(tensor: tf.Tensor, shadow: numpy.ndarray[Any, Any]) -> ndarray:
    """A new array in the memory order of `shadow`."""
    array = wrap(tensor)
    if not shadow.flags.c_contiguous:
        array._cell = OrderedCell(tensor, shadow, current_graph())
    return array


def view(array: Array, lens: Lens, dtype: numpy.dtype[Any] | None = None) -> ndarray:
    """A view of an array through a lens."""
    new = _new(ndarray)
    new._cell = ViewCell(array._cell, lens)
    new._dtype = array._dtype if dtype is None else dtype
    new._writeable = array._writeable and lens.put is not None
    new._base = array._base if array._base is not None else array
    new._watched = None
    if not no_tape_records():
        new._cell.read()  # now, while the tape records: it may be read only after the tape was closed
    return new


def write(array: Array, tensor: tf.Tensor) -> None:
    """Replace the whole value; the tensor has the array's shape and dtype already."""
    if not array._writeable:
        raise ValueError("assignment destination is read-only")
    array._cell.write(tensor)


def _unpickle(value: numpy.ndarray[Any, Any], is_scalar: bool) -> Array:
    tensor = tf.constant(value)
    return scalar(tensor, dtypes.canonical(value.dtype)) if is_scalar else wrap(tensor)


class ArraySpec(BatchableTypeSpec):
    """The type of an array: its shape (dimensions may be None), its dtype, and whether it is a scalar.

    Use it in `input_signature`, `tf.data` and `tf.map_fn` where a `tf.TensorSpec` would give tensors.
    """

    __slots__ = ("_dtype", "_is_scalar", "_shape")
    __batch_encoder__ = LegacyTypeSpecBatchEncoder()

    def __init__(self, shape: Any = None, dtype: Any = "float64", is_scalar: bool = False) -> None:
        self._shape = tf.TensorShape(shape)
        self._dtype = dtype if isinstance(dtype, tf.DType) else dtypes.to_tf(dtypes.canonical(dtype))
        self._is_scalar = is_scalar

    @property
    def shape(self) -> tf.TensorShape:
        """The shape, as far as it is known."""
        return self._shape

    @property
    def dtype(self) -> tf.DType:
        """The TensorFlow dtype."""
        return self._dtype

    @property
    def value_type(self) -> type:
        return SCALAR_TYPES[dtypes.to_numpy(self._dtype)] if self._is_scalar else ndarray

    def _serialize(self) -> tuple[Any, ...]:
        return (self._shape, self._dtype, self._is_scalar)

    @property
    def _component_specs(self) -> tf.TensorSpec:
        return tf.TensorSpec(self._shape, self._dtype)

    def _to_components(self, value: Any) -> tf.Tensor:
        if not isinstance(value, Array):  # given to a tf.function that has this spec in its input_signature
            return tf.convert_to_tensor(value, self._dtype)
        tape = tape_watching(sys._getframe(1))
        return value._cell.read() if tape is None else watch(value, tape)

    def _from_components(self, components: tf.Tensor) -> Array:
        if not isinstance(components, tf.Tensor):
            return components  # nest packs placeholders of its own while it compares structures
        array = wrap_scalar(components) if self._is_scalar and not components.shape.rank else wrap(components)
        array._cell.root().note_argument()
        return array

    def most_specific_common_supertype(self, others: Any) -> ArraySpec | None:
        if not all(isinstance(o, ArraySpec) and o._dtype == self._dtype for o in others):
            return None
        shape = self._shape
        for other in others:
            shape = shape.most_specific_common_supertype([other._shape])
            if shape is None:
                return None
        return ArraySpec(shape, self._dtype, self._is_scalar and all(o._is_scalar for o in others))

    def is_subtype_of(self, other: Any) -> bool:
        return (
            isinstance(other, ArraySpec)
            and self._dtype == other._dtype
            and self._shape.is_subtype_of(other._shape)
            and (self._is_scalar or not other._is_scalar)
        )

    def is_compatible_with(self, spec_or_value: Any) -> bool:
        if isinstance(spec_or_value, (Array, ArraySpec, tf.Tensor, tf.TensorSpec)):
            known = spec_or_value._cell.read() if isinstance(spec_or_value, Array) else spec_or_value
            return known.dtype == self._dtype and self._shape.is_compatible_with(known.shape)
        return False

    def _batch(self, batch_size: int | None) -> ArraySpec:
        return ArraySpec(tf.TensorShape([batch_size]).concatenate(self._shape), self._dtype)

    def _unbatch(self) -> ArraySpec:
        if self._shape.rank == 0:
            raise ValueError("a 0-d array cannot be unbatched")
        return ArraySpec(None if self._shape.rank is None else self._shape[1:], self._dtype)

    def _to_legacy_output_types(self) -> tf.DType:
        return self._dtype

    def _to_legacy_output_shapes(self) -> tf.TensorShape:
        return self._shape

    def _to_legacy_output_classes(self) -> ArraySpec:
        return self  # what tf.data turns back into a spec, as it cannot do with a class of ours

    @check_of_instances
    def __subclasscheck__(self, new: Any) -> bool:
        # For a state that grows, tf.data would ask for a wider spec for ever.
        return (
            isinstance(new, ArraySpec) and new._dtype == self._dtype and new._shape.is_subtype_of(self._shape)
        )

    @classmethod
    def from_value(cls, value: Any) -> ArraySpec:
        """The spec of an array, or of what `np.asarray` makes of a tensor or NumPy array."""
        return value._type_spec if isinstance(value, Array) else cls(value.shape, value.dtype)


register_type_spec("tnp_shim.ArraySpec")(ArraySpec)
