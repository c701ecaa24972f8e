"""In which dtype an op is computed, asked of TensorFlow's kernel registry. Knows TensorFlow only.

TensorFlow has no kernel for many pairs of op and dtype (`AddN` of bool, `Max` of int8 on a GPU, ...). An
op is then computed in a dtype that holds every value of the first, and the result is cast back.
"""

from __future__ import annotations

import functools

import tensorflow as tf

from tnp_shim.tensorflow_internals import device_type, kernel_registry

_WIDER = {
    tf.bool: (tf.bool, tf.uint8, tf.int32, tf.int64),
    tf.int8: (tf.int8, tf.int16, tf.int32, tf.int64),
    tf.int16: (tf.int16, tf.int32, tf.int64),
    tf.int32: (tf.int32, tf.int64),
    tf.int64: (tf.int64,),
    tf.uint8: (tf.uint8, tf.uint16, tf.int32, tf.int64),
    tf.uint16: (tf.uint16, tf.int32, tf.int64),
    tf.uint32: (tf.uint32, tf.int64),
    tf.uint64: (tf.uint64,),
    tf.bfloat16: (tf.bfloat16, tf.float32),
    tf.float16: (tf.float16, tf.float32),
    tf.float32: (tf.float32, tf.float64),
    tf.float64: (tf.float64,),
    tf.complex64: (tf.complex64, tf.complex128),
    tf.complex128: (tf.complex128,),
}


@functools.cache
def kernel_dtypes(op: str, device: str, attribute: str = "T") -> frozenset[tf.DType]:
    """The dtypes for which `op` has a kernel on `device` ("CPU" or "GPU")."""
    found: set[tf.DType] = set()
    for kernel in kernel_registry.get_registered_kernels_for_op(op).kernel:
        # a DEFAULT kernel keeps small int32 values in host memory and serves every device
        if kernel.device_type not in (device, "DEFAULT"):
            continue
        constraints = [c for c in kernel.constraint if c.name == attribute]
        if not constraints:
            return frozenset(_WIDER)
        found.update(tf.as_dtype(t) for c in constraints for t in c.allowed_values.list.type)
    return frozenset(found)


@functools.cache
def compute_dtype(op: str, dtype: tf.DType, attribute: str = "T") -> tf.DType:
    """The narrowest dtype that holds `dtype` and has kernels for `op` on CPU and GPU, or else on the CPU."""
    on_cpu = kernel_dtypes(op, "CPU", attribute)
    on_both = on_cpu & kernel_dtypes(op, "GPU", attribute)
    for candidates in (on_both, on_cpu):
        for wider in _WIDER[dtype]:
            if wider in candidates:
                return wider
    raise NotImplementedError(f"TensorFlow has no kernel that can compute {op} of {dtype.name}")


@functools.cache
def machine_has_gpu() -> bool:
    return bool(tf.config.list_physical_devices("GPU"))


def has_gpu() -> bool:
    """Whether ops may be placed on a GPU, which has fewer kernels: `tf.device` says it, or the machine."""
    named = device_type()
    return named == "GPU" or (not named and machine_has_gpu())
