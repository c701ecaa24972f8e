"""The ufunc: NumPy's elementwise function with its methods, over a body. Knows the array and loops."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any

import numpy
import tensorflow as tf

from tnp_shim import conversion, dtypes, promotion
from tnp_shim.array import Array, fresh, laid_out, ndarray, result, scalar, write
from tnp_shim.declaration.documentation import documentation
from tnp_shim.declaration.failures import numpys_error
from tnp_shim.declaration.floating_point import look, watched
from tnp_shim.declaration.foreign_data import handed_on
from tnp_shim.declaration.function import MEMORY_ORDERS, name_of, write_out
from tnp_shim.declaration.loops import resolve
from tnp_shim.errors import UnsupportedError, UnsupportedTypeError
from tnp_shim.indexing.selections import is_operand
from tnp_shim.promotion import as_tensor, cast
from tnp_shim.storage import static_shape, untouched
from tnp_shim.tensorflow_internals import compiled_by_xla, gen_array_ops, gen_math_ops

_FIXED_ORDERS = frozenset("CFAcfa")

COMPARISONS = frozenset({"equal", "not_equal", "less", "less_equal", "greater", "greater_equal"})


def _direct_outputs(ufunc: numpy.ufunc, characters: str) -> dict[numpy.dtype[Any], numpy.dtype[Any]]:
    """The output dtype for each input dtype that the ufunc's one op takes as it is."""
    inputs = (dtypes.BFLOAT16 if c == "E" else numpy.dtype(c) for c in characters)
    canonical = {dtypes.canonical(dtype) for dtype in inputs}
    return {
        dtype: dtypes.canonical(ufunc.resolve_dtypes((dtype,) * ufunc.nin + (None,) * ufunc.nout)[ufunc.nin])
        for dtype in canonical
    }


class ufunc:
    """A NumPy ufunc on arrays: `out=`, `where=`, `dtype=`, `casting=`, and its methods."""

    def __init__(
        self,
        numpy_ufunc: numpy.ufunc,
        body: Callable[..., Any],
        direct: str = "",
        direct_op: Callable[..., Any] | None = None,
    ) -> None:
        self.numpy = numpy_ufunc
        self.__name__ = self.__qualname__ = numpy_ufunc.__name__
        self.__module__ = "tnp_shim"
        self.nin, self.nout, self.nargs = numpy_ufunc.nin, numpy_ufunc.nout, numpy_ufunc.nargs
        self.identity = numpy_ufunc.identity
        self.signature = numpy_ufunc.signature
        self.__signature__ = inspect.signature(numpy_ufunc)
        self.__doc__ = documentation(
            name_of(numpy_ufunc), _summary(numpy_ufunc), self.__signature__, None, "native", ""
        )
        self.types = [t for t in numpy_ufunc.types if not set(t) & set("gGOMm")]
        self.ntypes = len(self.types)
        self.body = body
        self.direct_op = direct_op
        self.watched_op = watched(self, direct_op) if direct_op else None
        self.array_op = watched(self, direct_op, of_arrays=True) if direct_op else None
        self.direct = _direct_outputs(numpy_ufunc, direct) if direct_op else {}

    def __repr__(self) -> str:
        return f"<ufunc '{self.__name__}'>"

    def __reduce__(self) -> Any:
        return _by_name, (self.__name__,)

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        if kwargs or len(args) != self.nin:
            return self._call_with_options(args, kwargs)
        if self.nin == 2:
            first, second = args
            # the commonest case, without a further call: two arrays of one dtype that one op takes
            if type(first) is ndarray and type(second) is ndarray and first._dtype is second._dtype:
                out = self.direct.get(first._dtype)
                mine, its = first._cell, second._cell
                if out is not None and mine.in_c_order and its.in_c_order:
                    try:
                        return result(self.array_op(mine.read(), its.read()), out)  # type: ignore[misc]
                    except Exception as error:
                        raise self.error(args, {}, error) from error.__cause__
            if isinstance(first, Array):
                dtype = first._dtype
                out = self.direct.get(dtype)
                if out is not None:
                    if isinstance(second, Array):
                        if second._dtype is dtype:
                            return self._finished((first._cell.read(), second._cell.read()), out, args, args)
                    elif (kept := promotion.kept_dtype(dtype, second)) is not None:
                        number = self._number(second, kept)
                        if number is not None:
                            return self._finished((first._cell.read(), number), out, args, args[:1])
        elif isinstance(args[0], Array):
            out = self.direct.get(args[0]._dtype)
            if out is not None:
                return self._finished((args[0]._cell.read(),), out, args, args)
        return self._call(args)

    def _number(self, value: Any, dtype: tf.DType) -> tf.Tensor | None:
        try:
            return promotion.constant(value, dtype)
        except OverflowError:  # an int beyond the dtype: refused, or compared with, in the general call
            return None

    def _finished(
        self,
        tensors: tuple[tf.Tensor, ...],
        out: numpy.dtype[Any],
        args: tuple[Any, ...],
        arrays: tuple[Array, ...],
    ) -> Array:
        try:
            tensor = (self.array_op if len(arrays) == 2 else self.watched_op)(*tensors)  # type: ignore[misc]
        except Exception as error:
            raise self.error(args, {}, error) from error.__cause__
        for array in arrays:
            if not array._cell.in_c_order:
                return self._in_order(tensor, arrays)
        return result(tensor, out)

    def _call(self, args: tuple[Any, ...]) -> Any:
        if any(map(conversion.has_ufuncs_of_its_own, args)):
            return self.numpy(*args)
        try:
            operands, loop = self._operands(args)
        except UnsupportedTypeError as error:
            if any(map(conversion.is_tensor_like, args)):
                raise  # an operator then asks the other operand
            return self._handed_on(args, {}, error)
        return self._wrapped(self._compute(operands, loop, args, {}), loop, args)

    def _handed_on(self, args: Any, kwargs: dict[str, Any], error: UnsupportedTypeError) -> Any:
        return handed_on(self.__name__, self.numpy, args, kwargs, error, selects=False)

    # the general call

    def _operands(
        self,
        args: tuple[Any, ...],
        outs: tuple[Any, ...] = (),
        signature: Any = None,
        casting: str = "same_kind",
    ) -> tuple[list[Any], tuple[numpy.dtype[Any], ...]]:
        """The operands as tensors or Python numbers, and the dtypes of the loop for them."""
        operands = [a._cell.read() if isinstance(a, Array) else conversion.to_operand(a) for a in args]
        keys: tuple[Any, ...] = tuple(map(promotion.promotion_key, operands))
        keys += tuple(o.dtype if o is not None else None for o in outs) if outs else (None,) * self.nout
        return operands, resolve(self.numpy, keys, signature, casting)

    def _compute(
        self, operands: list[Any], loop: tuple[numpy.dtype[Any], ...], args: Any, kwargs: dict[str, Any]
    ) -> tuple[tf.Tensor, ...]:
        """The outputs as tensors of the loop's output dtypes."""
        tensors: list[tf.Tensor] = []
        try:
            tensors = [as_tensor(x, dtypes.to_tf(d)) for x, d in zip(operands, loop, strict=False)]
            outputs = self._apply(tensors, loop)
        except OverflowError as error:
            outputs = self._compare_beyond(operands, kwargs, error)
        except Exception as error:
            raise self.error(args, kwargs, error) from error.__cause__
        outputs = outputs if isinstance(outputs, tuple) else (outputs,)
        look(self, tensors, outputs)
        return outputs

    def _apply(self, tensors: list[tf.Tensor], loop: tuple[numpy.dtype[Any], ...]) -> Any:
        if loop[0] in self.direct and all(dtype is loop[0] for dtype in loop[: self.nin]):
            return self.direct_op(*tensors)  # type: ignore[misc]
        return self.body(*tensors)

    def _compare_beyond(self, operands: list[Any], kwargs: dict[str, Any], error: OverflowError) -> tf.Tensor:
        """NumPy compares with a Python int beyond the dtype as with an infinity; other ufuncs refuse it."""
        if self.__name__ not in COMPARISONS or "signature" in kwargs or "sig" in kwargs:
            raise error
        sides = [
            promotion.constant(numpy.inf if x > 0 else -numpy.inf, tf.float32)
            if isinstance(x, int)
            else tf.zeros_like(x, tf.float32)
            for x in operands
        ]
        return self.body(*sides)

    def _wrapped(self, outputs: tuple[tf.Tensor, ...], loop: tuple[numpy.dtype[Any], ...], args: Any) -> Any:
        arrays = tuple(
            self._in_order(tensor, args)
            if any(isinstance(a, Array) and not a._cell.in_c_order for a in args)
            else result(tensor, dtype)
            for tensor, dtype in zip(outputs, loop[self.nin :], strict=True)
        )
        return arrays if self.nout > 1 else arrays[0]

    def _in_order(self, tensor: tf.Tensor, args: Any) -> Array:
        """A result in the memory order that NumPy gives it ("K": as the operands are ordered)."""
        dtype = dtypes.to_numpy(tensor.dtype)
        shape = static_shape(tensor)
        if shape == ():
            return scalar(tensor, dtype)
        shadows = [a._cell.shadow() for a in args if isinstance(a, Array) and _is_static(a)]
        if shape is None or None in shape or not shadows:
            return fresh(tensor, dtype)
        iterator = numpy.nditer(  # type: ignore[call-overload]
            [*shadows, None],
            ["zerosize_ok"],
            [["readonly"]] * len(shadows) + [["writeonly", "allocate"]],
            op_dtypes=[None] * len(shadows) + [dtype],
            order="K",
        )
        return laid_out(tensor, iterator.operands[-1])

    def error(self, args: Any, kwargs: dict[str, Any], error: Exception) -> Exception:
        return self.error_of(self.numpy, args, kwargs, error)

    def error_of(
        self, numpy_callable: Callable[..., Any], args: Any, kwargs: dict[str, Any], error: Exception
    ) -> Exception:
        """The error of NumPy's ufunc, or of a method of it, for what ours could not do."""
        return numpys_error(self.__name__, numpy_callable, args, kwargs, error)

    def _call_with_options(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        try:
            return self._called_with_options(args, kwargs)
        except UnsupportedTypeError as error:
            return self._handed_on(args, kwargs, error)
        except Exception as error:
            raise self.error(args, kwargs, error) from error.__cause__

    def _called_with_options(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        if not self.nin <= len(args) <= self.nargs:
            raise TypeError(
                f"{self.__name__}() takes from {self.nin} to {self.nargs} positional arguments "
                f"but {len(args)} {'was' if len(args) == 1 else 'were'} given"
            )
        if any(map(conversion.has_ufuncs_of_its_own, args)):
            return self.numpy(*args, **kwargs)
        options = dict(kwargs)
        outs = options.pop("out", None)
        if len(args) > self.nin:
            if outs is not None:
                raise TypeError("cannot specify 'out' as both a positional and keyword argument")
            outs = args[self.nin :]
        outs = self._outs(outs)
        where = options.pop("where", True)
        casting = options.pop("casting", "same_kind")
        signature = self._loop_signature(options)
        order = options.pop("order", "K")
        if order not in MEMORY_ORDERS:
            raise ValueError(f"order must be one of 'C', 'F', 'A', or 'K' (got {order!r})")
        options.pop("subok", None)
        core: dict[str, Any] = {n: options.pop(n) for n in ("axes", "axis", "keepdims") if n in options}
        if options:
            raise TypeError(f"{self.__name__}() got an unexpected keyword argument {next(iter(options))!r}")
        inputs = args[: self.nin]
        if core:
            if self.signature is None:
                raise TypeError(f"{self.__name__}() got an unexpected keyword argument {next(iter(core))!r}")
            return self._along_core_axes(inputs, outs, core, kwargs)
        known_outs = outs if any(o is not None for o in outs) else ()
        operands, loop = self._operands(inputs, known_outs, signature, casting)
        if casting == "unsafe":  # NumPy drops the imaginary part of a Python number, too
            operands = [
                x.real if type(x) is complex and dtype.kind != "c" else x
                for x, dtype in zip(operands, loop, strict=False)
            ]
        if where is True:
            outputs = self._compute(operands, loop, args, kwargs)
        else:
            outputs = self._compute_where(operands, loop, where, outs, args, kwargs)
        if not known_outs:
            return (
                _ordered(outputs, inputs, order)
                if order in _FIXED_ORDERS
                else self._wrapped(outputs, loop, inputs)
            )
        stored = tuple(
            self._wrapped_one(t, d, inputs) if o is None else store(self.__name__, o, t)
            for t, d, o in zip(outputs, loop[self.nin :], outs, strict=True)
        )
        return stored if self.nout > 1 else stored[0]

    def _wrapped_one(self, tensor: tf.Tensor, dtype: numpy.dtype[Any], args: Any) -> Array:
        return result(tensor, dtype)

    def _outs(self, outs: Any) -> tuple[Any, ...]:
        if outs is None:
            return (None,) * self.nout
        if not isinstance(outs, tuple):
            outs = (outs,)
        outs += (None,) * (self.nout - len(outs))
        if len(outs) != self.nout:
            raise ValueError("The 'out' tuple must have exactly one entry per ufunc output")
        for out in outs:
            if out is not None and not isinstance(out, (ndarray, numpy.ndarray)):
                raise TypeError("return arrays must be of ArrayType")
            if isinstance(out, Array) and not out._writeable:
                raise ValueError("output array is read-only")
        return outs

    def _loop_signature(self, options: dict[str, Any]) -> Any:
        dtype = options.pop("dtype", None)
        signature = options.pop("signature", options.pop("sig", None))
        if dtype is not None:
            if signature is not None:
                raise TypeError("cannot specify both 'signature' and 'dtype'")
            return (None,) * self.nin + (numpy.dtype(dtype),) * self.nout
        if isinstance(signature, str):
            inputs, arrow, outputs = signature.partition("->")
            if not arrow or (len(inputs), len(outputs)) != (self.nin, self.nout):
                raise ValueError(
                    f"a type-string for {self.__name__}, {self.nin} typecode(s) before and {self.nout} after "
                    "the -> sign"
                )
            return tuple(numpy.dtype(c) for c in signature.replace("->", ""))
        if isinstance(signature, tuple):
            return tuple(None if s is None else numpy.dtype(s) for s in signature)
        return signature

    def _compute_where(
        self, operands: list[Any], loop: Any, where: Any, outs: Any, args: Any, kwargs: dict[str, Any]
    ) -> tuple[tf.Tensor, ...]:
        """Outputs where the mask is true, the old values of `out` (or zeros) elsewhere.

        Where the mask is false the body sees ones, so that a NaN of its gradient there cannot leak.
        """
        mask = conversion.to_tensor(where)
        if mask.dtype != tf.bool:
            raise TypeError(
                f"Cannot cast array data from {dtypes.to_numpy(mask.dtype)!r} to dtype('bool') according to "
                "the rule 'safe'"
            )
        tensors: list[Any] = []
        for operand, dtype in zip(operands, loop, strict=False):
            tensor = as_tensor(operand, dtypes.to_tf(dtype))
            tensors.append(gen_math_ops.select_v2(mask, tensor, promotion.constant(1, tensor.dtype)))
        outputs = self._compute(tensors, loop, args, kwargs)
        kept = [
            tf.zeros([], tensor.dtype) if out is None else conversion.to_tensor(out)
            for tensor, out in zip(outputs, outs, strict=True)
        ]
        # in the dtype of `out`: what it keeps must not go through the loop's
        return tuple(
            gen_math_ops.select_v2(mask, cast(tensor, old.dtype), old)
            for tensor, old in zip(outputs, kept, strict=True)
        )

    def _along_core_axes(self, inputs: Any, outs: Any, core: dict[str, Any], kwargs: dict[str, Any]) -> Any:
        raise UnsupportedError(f"{self.__name__}: {', '.join(core)} is for generalised ufuncs")

    # operators

    def in_place(self, array: ndarray, other: Any) -> ndarray:
        """`array op= other`: the result is written into the array."""
        quick = isinstance(other, Array) and other._dtype is array._dtype and array._writeable
        if not quick or self.direct.get(array._dtype) is not array._dtype:
            return self(array, other, out=(array,))
        old = array._cell.read()
        try:
            tensor = self.array_op(old, other._cell.read())  # type: ignore[misc]
        except Exception as error:
            raise self.error((array, other), {"out": array}, error) from error.__cause__
        shape = static_shape(old)
        if static_shape(tensor) == shape and shape is not None and None not in shape:
            array._cell.write(tensor)
            return array
        return store(self.__name__, array, tensor)


def _is_static(array: Array) -> bool:
    shape = array._cell.shape
    return shape is not None and None not in shape


def _ordered(outputs: tuple[tf.Tensor, ...], args: Any, order: str) -> Any:
    """The results in a memory order that was asked for; "A" is "F" if all arrays are so, else "C"."""
    if order in "Aa":
        arrays = [a for a in args if isinstance(a, Array) and _is_static(a)]
        order = "F" if arrays and all(a._cell.shadow().flags.fnc for a in arrays) else "C"
    made = []
    for tensor in outputs:
        shape, dtype = static_shape(tensor), dtypes.to_numpy(tensor.dtype)
        if order in "Cc" or not shape or None in shape:
            made.append(result(tensor, dtype))
        else:
            made.append(laid_out(tensor, untouched(shape, dtype, "F")))  # type: ignore[arg-type]
    return made[0] if len(made) == 1 else tuple(made)


def _summary(numpy_ufunc: numpy.ufunc) -> str:
    lines = [line for line in (numpy_ufunc.__doc__ or "").splitlines() if line and "(" not in line]
    return lines[0] if lines else ""


def store(name: str, out: Any, tensor: tf.Tensor) -> Any:
    """Write a ufunc's result into `out`, broadcast to its shape and cast; return `out`."""
    if isinstance(out, numpy.ndarray):
        return write_out(name, fresh(tensor, dtypes.to_numpy(tensor.dtype)), out)
    old = out._cell.read()
    want, have = static_shape(old), static_shape(tensor)
    if want != have or want is None or None in want:
        tensor = _broadcast_out(tensor, old, want, have)
    write(out, cast(tensor, old.dtype))
    return out


def _broadcast_out(tensor: tf.Tensor, old: tf.Tensor, want: Any, have: Any) -> tf.Tensor:
    if want is None or have is None or None in want or None in have:
        if compiled_by_xla() and want and have and len(want) == len(have) and is_operand(old, tensor):
            return tensor  # broadcast to `out` already; XLA has no errors for what is larger
        # refused at run time where the result is larger than `out`
        size_type = tf.int32 if compiled_by_xla() else tf.int64  # XLA sets a dynamic size from an int32 only
        return gen_array_ops.broadcast_to(tensor, gen_array_ops.shape(old, out_type=size_type))
    whole = numpy.broadcast_shapes(want, have)
    if whole != want:
        words = [str(shape).replace(" ", "") for shape in (want, whole)]
        raise ValueError(
            f"non-broadcastable output operand with shape {words[0]} doesn't match the broadcast shape "
            f"{words[1]}"
        )
    return gen_array_ops.broadcast_to(tensor, want)


BY_NAME: dict[str, ufunc] = {}
"""Every ufunc; filled by `ufuncs`."""


def _by_name(name: str) -> ufunc:
    return BY_NAME[name]
