"""Eager reductions that are one op, found by dtype, rank and axis. Knows the array."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy
import tensorflow as tf

from tnp_shim import dtypes
from tnp_shim.array import Array, fresh, ndarray, scalar
from tnp_shim.kernels.coverage import has_gpu
from tnp_shim.tensorflow_internals import EagerTensor, runs_eagerly

OPTIONS = frozenset({"axis", "keepdims"})


def quick_reduction(
    op: Callable[..., tf.Tensor], characters: str, empty: bool = True, on_gpus: bool = True
) -> Callable[..., Any]:
    """What `function(..., quick=...)` takes: the op for arrays of the dtypes of these characters.

    `empty`: whether the op gives NumPy's result of nothing, too. `on_gpus`: whether its GPU kernel is right.
    """
    direct = {dtypes.canonical(character) for character in characters}
    kept: dict[Any, tuple[tf.Tensor, bool] | None] = {}

    def prepared(
        dtype: numpy.dtype[Any], rank: int, axis: Any, keepdims: Any
    ) -> tuple[tf.Tensor, bool] | None:
        if not on_gpus and has_gpu():
            return None
        if dtype not in direct or (axis is not None and not -rank <= axis < rank):
            return None
        axes = tuple(range(rank)) if axis is None else (axis % rank,)
        return tf.constant(axes, tf.int32, shape=[len(axes)]), len(axes) == rank and (
            rank == 0 or not keepdims
        )

    def quick(a: Any, axis: Any = None, keepdims: Any = False) -> Array | None:
        # 1.0 and True are found where 1 is kept, so the types are looked at first
        if type(a) is not ndarray or not (axis is None or type(axis) is int) or type(keepdims) is not bool:
            return None
        tensor = a._cell.read()
        if type(tensor) is not EagerTensor or not runs_eagerly() or not (empty or tensor._num_elements()):
            return None
        dtype = a._dtype
        key = (dtype, tensor._rank(), axis, keepdims)
        try:
            found = kept[key]
        except KeyError:
            found = kept[key] = prepared(*key)
        if found is None:
            return None
        axes, to_scalar = found
        reduced = op(tensor, axes, keepdims)
        return scalar(reduced, dtype) if to_scalar else fresh(reduced, dtype)

    return quick
