"""Known differences of the members of ndarray, operators and indexing. Knows what an exception is."""

from __future__ import annotations

from conformance.exceptions import Known

_TRACED = "graph unknown xla gpu vmap loop"
_UNKNOWN = "UnknownValueError"

KNOWN: tuple[Known, ...] = (
    Known(
        "python-value",
        "ndarray.item ndarray.tolist ndarray.tobytes ndarray.tofile ndarray.dump ndarray.dumps "
        "ndarray.__int__ ndarray.__float__ ndarray.__complex__ ndarray.__index__ ndarray.__bool__ "
        "ndarray.__contains__ ndarray.__array__ ndarray.__reduce__ ndarray.__reduce_ex__ ndarray.__dlpack__ "
        "ndarray.__format__",
        _TRACED,
        "the result is a Python object made of values that do not exist before the traced function runs",
        text=_UNKNOWN,
        stumble="In tf.function, what makes a Python object of an array (`item`, `tolist`, `float(a)`, "
        "pickling) raises UnknownValueError, because the value is not known yet.",
    ),
    Known(
        "text-of-traced",
        "ndarray.__repr__ ndarray.__str__ ndarray.__format__",
        _TRACED,
        "the values do not exist before the traced function runs, so their text tells shape and dtype",
        text="<traced|unsupported format string|no error, NumPy raises ValueError",
        stumble="In tf.function, `print(a)` shows the shape and dtype; tf.print shows the values.",
    ),
    Known(
        "python-length",
        "ndarray.__len__ ndarray.__iter__",
        "unknown",
        "len() must be a Python int, and iteration in Python needs one; a size unknown while tracing is none",
        text="UnknownShapeError",
        stumble="len(a) and Python's iteration need a static size in tf.function; `a.shape[0]` and a `for` "
        "that AutoGraph converts do not.",
    ),
    Known(
        "unknown-layout",
        "ndarray.strides ndarray.flags ndarray.setflags",
        "unknown",
        "the strides follow from the shape, which does not exist before the traced function runs",
        text="UnknownShapeError",
    ),
    Known(
        "strides-of-length-one",
        "ndarray.strides",
        "*",
        "along an axis of length one a stride leads nowhere; an array that is contiguous in either order is "
        "kept as one in C order",
        text=r"^result\[",
        when=lambda call: any(1 in recipe.shape for recipe in call.recipes()),
    ),
    Known(
        "resize-of-unknown-size",
        "ndarray.resize",
        "unknown",
        "NumPy resizes a view if its size stays the same, which is not known while tracing",
        text="does not own its data",
    ),
    Known(
        "unknown-ones",
        "ndarray.squeeze",
        "unknown",
        "which axes have length one decides the rank of the result, which TensorFlow's graph must know",
        text="UnknownShapeError",
        stumble="`squeeze()` without an axis gives an array of unknown rank where sizes are unknown.",
    ),
    Known(
        "order-of-memory-of-unknown-size",
        "ndarray.ravel ravel",
        "unknown",
        "a trace does not know in which order the elements of an argument lie, but for their axes",
        kind="value",
        when=lambda call: ("order", "K") in call.keywords or "K" in call.args,
        stumble="In a function with unknown shapes order='K' is order='C'.",
    ),
    Known(
        "contiguity-of-unknown-size",
        "ndarray.view ndarray.reshape reshape",
        "unknown",
        "whether an array is contiguous follows from its sizes, which are unknown while tracing",
        text=r"no error, NumPy raises ValueError\(.(To change to a dtype of a different|Unable to avoid)",
    ),
    Known(
        "subnormal-source",
        "ndarray.astype astype",
        "*",
        "TensorFlow's kernels take a subnormal float32 for zero, also where its double is none",
        kind="value",
        text=r"e-(3[89]|4\d)\)|e-3[012]\d",
    ),
    Known(
        "raw-memory",
        "ndarray.ctypes ndarray.data ndarray.getfield ndarray.setfield ndarray.__array_interface__ "
        "ndarray.__array_struct__",
        "*",
        "a tensor has no memory that may be shared with, or written to from, outside",
        text="UnsupportedError|AttributeError|has no memory",
        stumble="`ctypes`, `data`, `getfield`, `setfield` and `__array_interface__` name raw memory and "
        "are refused; `a.numpy()` gives an array that has them.",
    ),
    Known(
        "priority",
        "ndarray.__array_priority__",
        "*",
        "arrays of ours must come before numpy.matrix and the like in mixed operations, to keep gradients",
        text="1000.0",
    ),
    Known(
        "size-of-object",
        "ndarray.__sizeof__",
        "*",
        "it tells the bytes of the Python object, which is a handle; the values are TensorFlow's",
        text="result: ",
    ),
)
