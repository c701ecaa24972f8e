"""Every use of TensorFlow's private modules, each with its reason. Knows TensorFlow only."""

from __future__ import annotations

from tensorflow.python.autograph.core import config as autograph_config  # autograph rules

# GradientTape asks composite values for the tensors to differentiate through this protocol only.
from tensorflow.python.framework import composite_tensor_gradient

# The public tf.Graph has no way to tell the graph that encloses a FuncGraph.
from tensorflow.python.framework import func_graph

# The kernel registry: which (op, dtype, device) can be computed at all.
from tensorflow.python.framework import kernels as kernel_registry

# The public tf.executing_eagerly costs four times as much, and hides the default graph.
from tensorflow.python.framework import ops

# Evaluates graph tensors that depend on constants and static shapes only.
from tensorflow.python.framework import tensor_util

# The generated op functions cost half of their public wrappers and add no nodes of their own.
from tensorflow.python.ops import (
    gen_array_ops,
    gen_bitwise_ops,
    gen_math_ops,
    gen_nn_ops,
    gen_special_math_ops,
)

__all__ = [
    "composite_tensor_gradient",
    "func_graph",
    "gen_array_ops",
    "gen_bitwise_ops",
    "gen_math_ops",
    "gen_nn_ops",
    "gen_special_math_ops",
    "kernel_registry",
    "ops",
    "tensor_util",
]

EagerTensor = ops.EagerTensor
"""The type of tensors that have a value now."""


def known_value(tensor):
    """The NumPy value of a tensor if it is known now (eager, or constant while tracing), else None."""
    if isinstance(tensor, EagerTensor):
        return tensor.numpy()
    return tensor_util.constant_value(tensor)


def leave_unconverted(module: str) -> None:
    """Keep AutoGraph from rewriting the functions of `module` when a user's code calls them.

    The rule names one package, so nobody else's functions are affected.
    """
    rules = autograph_config.CONVERSION_RULES
    if not any(getattr(rule, "_prefix", None) == module for rule in rules):
        autograph_config.CONVERSION_RULES = (autograph_config.DoNotConvert(module), *rules)
