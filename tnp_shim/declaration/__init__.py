"""How functions, ufuncs, views and writes are declared. Knows the array, no function of NumPy's."""

from tnp_shim.declaration.arguments import Axis, DType, Operand, Shape, Size, Tensor, Tensors
from tnp_shim.declaration.function import REGISTRY, Declaration, arrays, describe, function, writes

__all__ = [
    "REGISTRY",
    "Axis",
    "DType",
    "Declaration",
    "Operand",
    "Shape",
    "Size",
    "Tensor",
    "Tensors",
    "arrays",
    "describe",
    "function",
    "writes",
]
