"""Every use of TensorFlow's private modules, each with its reason. Knows TensorFlow only."""

from __future__ import annotations

import functools
import sys
import types

from tensorflow import DeviceSpec

# Whether a tape is recording: what a view read before a tape watches is not connected to it.
from tensorflow.python import pywrap_tfe

# AutoGraph's rules: which packages it leaves as they are. There is no public way to add one.
from tensorflow.python.autograph.core import config as autograph_config

# `converter`: AutoGraph converts `assert` and `print` only if it is asked to, by an option of tf.function.
from tensorflow.python.autograph.core import ag_ctx as autograph_context
from tensorflow.python.autograph.core import converter as autograph_converter

# The operators that AutoGraph puts in the place of Python's control flow: they know tensors only.
from tensorflow.python.autograph.impl import api as autograph_api
from tensorflow.python.autograph.operators import control_flow as autograph_control_flow
from tensorflow.python.autograph.operators import py_builtins as autograph_builtins
from tensorflow.python.autograph.operators import variables as autograph_variables

# `ag_ctx`, `autograph_util`: see `converted_by_autograph`.
from tensorflow.python.autograph.core import ag_ctx
from tensorflow.python.eager.polymorphic_function import autograph_util

# `backprop`: see `tape_watching` and `tape_asking`.
# `context`: the public tf.executing_eagerly costs three times as much.
# `forwardprop`: see `asked_by_forward_mode`.
# `forwardprop_util`: see `followed_by_forward_mode`.
# `record`: tells tapes and forward accumulators of a result whose gradient is ours.
from tensorflow.python.eager import backprop, context, forwardprop, forwardprop_util, record

# GradientTape asks composite values for the tensors to differentiate through this protocol only.
from tensorflow.python.framework import composite_tensor_gradient

# The public tf.Graph has no way to tell the graph that encloses a FuncGraph.
from tensorflow.python.framework import func_graph

# A composite value is batched by tf.map_fn, tf.data, vectorized_map and jacobian only if its spec is
# batchable, and saved in a SavedModel only if its spec is registered.
from tensorflow.python.framework import type_spec, type_spec_registry

# The kernel registry: which (op, dtype, device) can be computed at all.
from tensorflow.python.framework import kernels as kernel_registry
from tensorflow.python.framework import op_def_registry

# The default graph, the type of eager tensors and init_scope.
from tensorflow.python.framework import ops

# Evaluates graph tensors that depend on constants and static shapes only.
from tensorflow.python.framework import tensor_util

# `tensor`, `tf_decorator`: the code of a tensor's operators; see `operand_of_another_dtype`.
from tensorflow.python.framework import tensor
from tensorflow.python.util import tf_decorator

# XLA's in-place update at a place unknown while compiling; no public function gives it.
from tensorflow.compiler.tf2xla.ops import gen_xla_ops

# `pfor`: see `vectorized_from_outside`.
from tensorflow.python.ops.parallel_for import control_flow_ops as pfor

# `control_flow_util`: whether the graph being built is one that XLA compiles, which has kernels of its own.
from tensorflow.python.ops import control_flow_util

# `control_flow_v2_func_graphs`: the graphs of the bodies of loops.
from tensorflow.python.ops import control_flow_v2_func_graphs

# The generated op functions cost half of their public wrappers and add no nodes of their own.
from tensorflow.python.ops import (
    gen_array_ops,
    gen_bitwise_ops,
    gen_logging_ops,
    gen_manip_ops,
    gen_math_ops,
    gen_nn_ops,
    gen_special_math_ops,
)

__all__ = [
    "autograph_builtins",
    "autograph_control_flow",
    "composite_tensor_gradient",
    "control_flow_util",
    "func_graph",
    "gen_array_ops",
    "gen_bitwise_ops",
    "gen_logging_ops",
    "gen_manip_ops",
    "gen_math_ops",
    "gen_nn_ops",
    "gen_special_math_ops",
    "gen_xla_ops",
    "kernel_registry",
    "op_def_registry",
    "ops",
    "record",
    "tensor_util",
    "type_spec",
]

autograph_operators = autograph_api._TRANSPILER.get_extra_locals()["ag__"]
"""The table of operators that converted code calls."""

Undefined = autograph_variables.Undefined
UndefinedReturnValue = autograph_variables.UndefinedReturnValue
"""What AutoGraph binds a variable to that has no value yet."""

EagerTensor = ops.EagerTensor
"""The type of tensors that have a value now."""

no_tape_records = pywrap_tfe.TFE_Py_TapeSetIsEmpty
"""Whether no gradient tape and no forward accumulator is recording."""

BatchableTypeSpec = type_spec.BatchableTypeSpec
LegacyTypeSpecBatchEncoder = type_spec.LegacyTypeSpecBatchEncoder
register_type_spec = type_spec_registry.register


class check_of_instances:
    """Decorates a `__subclasscheck__` that is meant for `issubclass(new, old)` of two instances.

    So tf.data compares the "classes" of a loop's state, which for composite values are their specs. The
    class itself keeps the check of its metaclass.
    """

    def __init__(self, check):
        self._check = check

    def __get__(self, instance, owner):
        if instance is None:
            return functools.partial(type(owner).__subclasscheck__, owner)
        return functools.partial(self._check, instance)


CompositeTensorGradient = composite_tensor_gradient.CompositeTensorGradient


def compiled_by_xla() -> bool:
    """Whether the graph being built is, or is part of, a function with `jit_compile=True`."""
    return not context.executing_eagerly() and control_flow_util.GraphOrParentsInXlaContext(
        ops.get_default_graph()
    )


def _graphs_being_built():
    """The graph being built and those that enclose it."""
    graph = ops.get_default_graph()
    while graph is not None:
        yield graph
        graph = getattr(graph, "outer_graph", None)


def in_loop_body() -> bool:
    """Whether the graph being built is, or is part of, the body of a tf.while_loop."""
    body = control_flow_v2_func_graphs.WhileBodyFuncGraph
    return any(isinstance(graph, body) for graph in _graphs_being_built())


def known_value(tensor):
    """The NumPy value of a tensor if it is known now (eager, or constant while tracing), else None."""
    if isinstance(tensor, EagerTensor):
        return tensor.numpy()
    value = tensor_util.constant_value(tensor)
    if value is None and isinstance(tensor.graph, func_graph.FuncGraph):
        value = tensor_util.try_evaluate_constant(tensor)
    return value


def leave_unconverted(module: str) -> None:
    """Keep AutoGraph from rewriting the functions of `module` when a user's code calls them.

    The rule names one package, so nobody else's functions are affected.
    """
    rules = autograph_config.CONVERSION_RULES
    if not any(getattr(rule, "_prefix", None) == module for rule in rules):
        autograph_config.CONVERSION_RULES = (autograph_config.DoNotConvert(module), *rules)


def runs_eagerly() -> bool:
    """Whether ops run at once."""
    return (context._context or context.context())._thread_local_data.is_eager


def builds_function() -> bool:
    """Whether the graph being built is that of a function, which embeds eager tensors as constants."""
    return ops.get_default_graph().building_function


def builds_gradient_of_loop() -> bool:
    """Whether the graph being built is in the gradient of a tf.while_loop, which captures no eager tensor.

    TensorFlow then fails with "is in list of internal_captures but not in internal_capture_to_output".
    """
    return any(type(graph).__name__ == "_WhileBodyGradFuncGraph" for graph in _graphs_being_built())


def current_graph():
    """The graph being built, or None where ops run eagerly."""
    eager_context = context._context or context.context()
    return None if eager_context._thread_local_data.is_eager else ops.get_default_graph()


_WATCH = backprop._extract_tensors_and_variables.__code__
_GRADIENT = backprop.GradientTape.gradient.__code__
_FORWARD_MODE = vars(forwardprop)
_VECTORIZED = pfor._pfor_impl.__code__
_OPERATOR = tf_decorator.unwrap(tensor.Tensor.__add__)[1].__code__


def tape_watching(frame):
    """The GradientTape whose `watch` takes the tensors of a composite value in `frame`, else None.

    The tape gives a composite value no other sign that it is being watched.
    """
    return frame.f_back.f_locals.get("self") if frame.f_code is _WATCH else None


def tape_asking(frame):
    """The GradientTape whose `gradient` calls `frame` (None: there is none), and whether for its sources
    rather than its targets."""
    while frame is not None and frame.f_code is not _GRADIENT:
        frame = frame.f_back
    return (None, False) if frame is None else (frame.f_locals["self"], "flat_sources_raw" in frame.f_locals)


def asked_by_tensorflow(frame) -> bool:
    """Whether `frame` is TensorFlow's own code.

    GradientTape.jacobian, ForwardAccumulator, tf.map_fn and others take composite values, yet ask the
    value itself for its shape and dtype as if it were a tensor. The reductions of tf.distribute hand them
    to NumPy.
    """
    module = frame.f_globals.get("__name__", "")
    if not module.startswith("tensorflow."):
        return False
    # AutoGraph calls `getattr` and the like in the place of a user's code
    return not module.startswith(
        ("tensorflow.python.autograph.", "tensorflow.python.distribute.cross_device_ops")
    )


def operand_of_another_dtype(frame, dtype) -> bool:
    """Whether `frame` converts the right operand of a tensor's operator (`tensor + array`), for a left one
    of another dtype than `dtype`.

    TensorFlow then computes with both as they are, which its ops refuse; if the conversion raises a
    TypeError instead, the operator is left to the right operand.
    """
    hint = frame.f_locals.get("preferred_dtype")
    if hint is None or hint == dtype:
        return False
    while frame is not None and frame.f_globals.get("__name__", "").startswith("tensorflow."):
        if frame.f_code is _OPERATOR:
            return True
        frame = frame.f_back
    return False


def vectorized_from_outside(tensor) -> bool:
    """Whether tf.vectorized_map traces a function right now and `tensor` was there before.

    In a graph the function is traced once, in the graph itself: a write to an array from outside would
    be made once, with the first element, where the caller means every element.
    """
    frame = _vectorizing_frame()
    return frame is not None and tensor.op in frame.f_locals["existing_ops"]


def traced_by_vectorized_map() -> bool:
    """Whether tf.vectorized_map traces a function right now."""
    return _vectorizing_frame() is not None


def _vectorizing_frame() -> types.FrameType | None:
    frame: types.FrameType | None = sys._getframe(1)
    while frame is not None and frame.f_code is not _VECTORIZED:
        frame = frame.f_back
    return frame


def asked_by_forward_mode(frame) -> bool:
    """Whether `frame` is code of tf.autodiff.ForwardAccumulator."""
    return frame.f_globals is _FORWARD_MODE


def followed_by_forward_mode(*tensors) -> bool:
    """Whether a tf.autodiff.ForwardAccumulator follows one of the eager tensors (None is none)."""
    return bool(forwardprop_util.pack_tangents([t for t in tensors if t is not None]).tangents)


def converted_by_autograph(function, options):
    """What tf.function runs of a function with `autograph=True`.

    tf.function converts only what it is given, which for a compiled function of ours is our own wrapper.
    """
    converted = autograph_util.py_func_from_autograph(function, options)

    def call(*args, **kwargs):
        # within a tf.function with `autograph=False` conversion is switched off
        with ag_ctx.ControlStatusCtx(ag_ctx.Status.UNSPECIFIED):
            try:
                return converted(*args, **kwargs)
            except autograph_api.StagingError as error:
                # AutoGraph keeps the types of some errors only, and IndexError is not among them
                cause = error.__context__
                try:
                    same = type(cause)(str(error))
                except Exception:
                    raise cause from None
                raise same from None

    return call


def device_scope():
    """The device of the enclosing `tf.device`, which a traced function keeps."""
    return context.context().device_name


def device_type():
    """The type ("GPU", "CPU") of the device that an enclosing `tf.device` names, or an empty string.

    The scopes within a function come before the one that it is traced in. No public function tells either.
    """
    names = [context.context().device_name]
    if not runs_eagerly():
        scopes = ops.get_default_graph()._device_function_stack.peek_objs()
        names = [*(scope.raw_string for scope in scopes), *names]
    named = (DeviceSpec.from_string(name).device_type for name in names if name)
    return next(filter(None, named), "")


def call_flat(concrete_function, tensors):
    """The outputs of a concrete function of tensors: half the cost of calling it, which checks arguments."""
    return concrete_function._call_flat(tensors, concrete_function.captured_inputs)


def origin_of_generated_line(frame):
    """File and line in the user's source of the line that `frame`, of AutoGraph's code, is at."""
    outer = frame
    while outer is not None:
        # api.converted_call keeps the map of the function it has converted
        converted = outer.f_locals.get("converted_f") if outer.f_code is _CONVERTED_CALL else None
        places = getattr(converted, "ag_source_map", None)
        if places:
            lines = {place.lineno: origin for place, origin in places.items()}
            if any(place.filename == frame.f_code.co_filename for place in places):
                # the call of an operator spans several lines
                for line in range(frame.f_lineno, 0, -1):
                    if line in lines:
                        return lines[line].loc.filename, lines[line].loc.lineno
        outer = outer.f_back
    return None


_CONVERTED_CALL = autograph_api.converted_call.__code__


def convert_for_autograph(function):
    """The function as AutoGraph converts what a user's code calls."""
    return autograph_api.tf_convert(function, autograph_context.control_status_ctx())


_ALWAYS_CONVERTED = (
    autograph_converter.Feature.ASSERT_STATEMENTS,
    autograph_converter.Feature.BUILTIN_FUNCTIONS,
)
_uses = autograph_converter.ConversionOptions.uses


def convert_asserts_and_prints() -> None:
    """Let AutoGraph hand `assert` and `print` to operators; it leaves them to Python of its own accord."""

    def uses(self, feature):
        return feature in _ALWAYS_CONVERTED or _uses(self, feature)

    autograph_converter.ConversionOptions.uses = uses


def asked_to_convert_prints(frame) -> bool:
    """Whether `frame` is AutoGraph's call of a builtin for code whose author asked it to convert `print`."""
    options = frame.f_locals.get("options")
    return options is not None and _uses(options, autograph_converter.Feature.BUILTIN_FUNCTIONS)
