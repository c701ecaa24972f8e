"""The generalised ufunc: `matmul` and its kin, over core axes. Knows the ufunc."""

from __future__ import annotations

import re
from typing import Any

import numpy
import tensorflow as tf
from numpy.lib.array_utils import normalize_axis_index

from tnp_shim import dtypes
from tnp_shim.array import Array, result
from tnp_shim.declaration.ufunc import store, ufunc
from tnp_shim.promotion import as_tensor
from tnp_shim.tensorflow_internals import gen_array_ops


def _core_ranks(signature: str) -> list[int]:
    """How many core axes each operand has: `(n?,k),(k,m?)->(n?,m?)` gives 2, 2, 2."""
    return [len(part.split(",")) if part else 0 for part in re.findall(r"\(([^)]*)\)", signature)]


def _moved(tensor: tf.Tensor, sources: list[int], destinations: list[int]) -> tf.Tensor:
    """The tensor with axes moved, as `moveaxis`."""
    order = [axis for axis in range(tensor.shape.rank) if axis not in sources]
    for destination, source in sorted(zip(destinations, sources, strict=True)):
        order.insert(destination, source)
    return tensor if order == sorted(order) else gen_array_ops.transpose(tensor, order)


class gufunc(ufunc):
    """A ufunc whose body works on core axes, by default the last ones: `axes=`, `axis=`, `keepdims=`."""

    def _in_order(self, tensor: tf.Tensor, args: Any) -> Array:
        return result(tensor, dtypes.to_numpy(tensor.dtype))  # NumPy's are in C order, whatever the operands

    def _along_core_axes(self, inputs: Any, outs: Any, core: dict[str, Any], kwargs: dict[str, Any]) -> Any:
        assert self.signature is not None
        ranks = _core_ranks(self.signature)
        self._check_keepdims(core, ranks)
        numpy.can_cast(numpy.int8, numpy.int8, kwargs.get("casting", "same_kind"))  # raises for no rule
        axes = self._axes(core, ranks)
        operands, loop = self._operands(inputs, outs if outs[0] is not None else ())
        tensors = []
        try:
            for operand, dtype, mine, rank in zip(operands, loop, axes, ranks, strict=False):
                tensor = as_tensor(operand, dtypes.to_tf(dtype))
                sources = [normalize_axis_index(axis, tensor.shape.rank) for axis in mine]
                last = list(range(tensor.shape.rank - rank, tensor.shape.rank))
                tensors.append(_moved(tensor, sources, last))
            output = self._apply(tensors, loop)
            if core.get("keepdims"):
                output = gen_array_ops.expand_dims(output, -1)
            mine = axes[-1] if axes[-1] or not core.get("keepdims") else axes[0]
            last = list(range(output.shape.rank - len(mine), output.shape.rank))
            output = _moved(output, last, [normalize_axis_index(a, output.shape.rank) for a in mine])
        except Exception as error:
            raise self.error(inputs, kwargs, error) from error.__cause__
        if outs[0] is not None:
            return store(self.__name__, outs[0], output)
        return self._wrapped((output,), loop, inputs)

    def _check_keepdims(self, core: dict[str, Any], ranks: list[int]) -> None:
        """NumPy's errors for `keepdims`, which only sums over one shared core axis have."""
        if "keepdims" not in core:
            return
        if type(core["keepdims"]) is not bool:
            raise TypeError("'keepdims' must be a boolean")
        if ranks[-1] or len(set(ranks[:-1])) > 1:
            raise TypeError(f"{self.__name__} does not support keepdims: its signature is {self.signature}")

    def _axes(self, core: dict[str, Any], ranks: list[int]) -> list[tuple[int, ...]]:
        """The core axes of every operand."""
        axis, axes = core.get("axis"), core.get("axes")
        if axis is not None and axes is not None:
            raise TypeError("cannot specify both 'axis' and 'axes'")
        if axis is not None:
            if any(rank > 1 for rank in ranks):
                raise TypeError(
                    f"{self.__name__}: axis can only be used with a single shared core dimension, not with "
                    f"those implied by signature {self.signature}."
                )
            return [(axis,) if rank else () for rank in ranks]
        if axes is None:
            return [tuple(range(-rank, 0)) for rank in ranks]
        if not isinstance(axes, list):
            raise TypeError("axes should be a list.")
        given = [(a,) if isinstance(a, int) else tuple(a) for a in axes]
        if len(given) == self.nin and not ranks[-1]:
            given.append(())
        if len(given) != len(ranks):
            raise ValueError(
                f"axes should be a list with an entry for all {len(ranks)} inputs and outputs; "
                "entries for outputs can only be omitted if none of them has core axes."
            )
        for operand, (mine, rank) in enumerate(zip(given, ranks, strict=True)):
            if len(mine) != rank:
                raise ValueError(
                    f"{self.__name__}: operand {operand} has {rank} core dimensions, "
                    f"but {len(mine)} dimensions are specified by axes tuple."
                )
        return given
