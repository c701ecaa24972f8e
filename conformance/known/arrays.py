"""Known differences of functions that make, join, rearrange and pick arrays. Knows exceptions."""

from __future__ import annotations

from conformance.exceptions import Known, has_dtype, has_fill
from conformance.recipes import Call


def _bounds_alike(call: Call) -> bool:
    """Whether both bounds of a clip are the number two: the only one that rows give for both."""
    return len(call.args) > 2 and [
        getattr(bound, "value", bound) in (2, "2") for bound in call.args[1:3]
    ] == [
        True,
        True,
    ]


def _casts_out_of_range(call: Call) -> bool:
    """Whether values that no integer dtype has may be written to integers."""
    return (
        has_fill("hard", "extremes")(call)
        and has_dtype("int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64")(call)
        and (
            call.name == "pad" or has_dtype("float16", "float32", "float64", "complex64", "complex128")(call)
        )
    )


_SIZES = "a compiled program has arrays of known sizes only"
_SPLIT_BY_VALUE = (
    "compress delete extract repeat ndarray.repeat trim_zeros nonzero flatnonzero argwhere where ix_ "
    "mask_indices"
)


KNOWN: tuple[Known, ...] = (
    Known(
        "refusal-in-a-value-that-is-dropped",
        "polyder",
        "unknown",
        "NumPy multiplies before it sees that no derivative is asked for; in a graph what nobody uses is not "
        "computed, and cannot fail",
        text="no error, NumPy raises ValueError\\('operands could not be broadcast",
    ),
    Known(
        "own-version",
        "__version__",
        "*",
        "this is another package than NumPy, with versions of its own",
        kind="value",
    ),
    Known(
        "text-in-tensors",
        "*",
        "*",
        "a tensor of numbers has no elements of text; text stays in real NumPy arrays",
        text=r"UnsupportedTypeError: (np\.\S+: )?an array of dtype dtype\('<U\d+'\) cannot be held",
        kind="error",
        stumble="Text is held by NumPy's own arrays only: beside arrays of numbers functions refuse it with "
        "UnsupportedTypeError, a TypeError.",
    ),
    Known(
        "put-into-copy",
        "put_along_axis",
        "*",
        "without an axis NumPy writes into what `flat` gives, a read-only copy where the array is not "
        "contiguous, and fails; ours writes into the array, as it says it does",
        text=r"no error, NumPy raises ValueError\('assignment destination is read-only'\)",
        kind="error",
    ),
    Known(
        "no-address",
        "lib.array_utils.byte_bounds",
        "*",
        "TensorFlow decides where the elements of a tensor lie, and may move them; it has no address to tell",
        text="UnsupportedError",
        kind="error",
        stumble="`byte_bounds` and whatever else asks for addresses raises UnsupportedError.",
    ),
    Known(
        "windows-written",
        "lib.stride_tricks.sliding_window_view",
        "*",
        "windows overlap, so what is written to one would have to show in others; a view writes its elements "
        "back as a whole, and there is no one value for an element that has several",
        text=r"UnsupportedError: sliding_window_view\(writeable=True\)",
        kind="error",
        stumble="`sliding_window_view(writeable=True)` is refused: write to the array itself.",
    ),
    Known(
        "sizes-by-value",
        _SPLIT_BY_VALUE,
        "xla",
        f"{_SIZES}, and the size of this result depends on values",
        text=r"(?i)compile-time constant|not a compile-time|must be.*constant|dynamic|unsupported|Where",
        kind="error",
        stumble="XLA cannot compile functions whose result has a size that depends on values, but for those "
        "that pick by a mask (`repeat` with an array of counts).",
    ),
    Known(
        "value-decides-dtype",
        "min_scalar_type",
        "graph unknown xla gpu vmap loop",
        "the dtype of an array is known while tracing, and here it depends on a value, which is not",
        text="UnknownValueError",
        kind="error",
        stumble="`min_scalar_type` of a 0-d array needs its value, which is unknown while tracing.",
    ),
    Known(
        "overlap-by-sizes",
        "shares_memory may_share_memory",
        "unknown",
        "whether two views of one array overlap depends on sizes that are unknown while tracing",
        text="the memory layout of an array needs a shape that is unknown",
        kind="error",
        stumble="`shares_memory` of two views of one array needs their sizes, where those are unknown while "
        "tracing it raises UnknownShapeError.",
    ),
    Known(
        "loop-by-sizes",
        "ndenumerate broadcast pad vectorize",
        "unknown",
        "a loop in Python over elements or lines runs while tracing, when the size that ends it is unknown",
        text="UnknownShapeError|UnknownValueError",
        kind="error",
        stumble="What loops in Python over elements (`ndenumerate`, `pad` with a function) needs shapes "
        "while tracing.",
    ),
    Known(
        "bounds-alike",
        "clip",
        "gradient second_gradient forward",
        "at a bound, where the slope jumps, the gradient goes to the array; where both bounds are equal the "
        "slope does not jump, but to see that takes a comparison of the bounds in each call",
        text="slopes",
        when=_bounds_alike,
    ),
    Known(
        "complex-by-value",
        "emath.* lib.scimath.*",
        "graph unknown xla gpu gradient second_gradient forward vmap loop",
        "the dtype of the result is part of a trace, and here it depends on values, which are not",
        text="whether the result is complex depends on values|UnknownValueError",
        kind="error",
        stumble="`np.emath` functions of real arrays need their values: while tracing, pass a complex array.",
    ),
    Known(
        "zeros-cut-off",
        "poly* roots",
        "graph unknown xla gpu vmap loop",
        "leading zeros are cut off, so the size of the result depends on values that are unknown then; so "
        "does whether the coefficients of given roots are real",
        text="looks at values or sizes that are unknown|UnknownValueError|UnknownShapeError",
        kind="error",
        stumble="`polymul`, `polydiv`, `roots` and `poly1d` cut off leading zeros, for which values must be "
        "known: call them outside of tf.function.",
    ),
    Known(
        "beyond-memory",
        "lib.stride_tricks.as_strided",
        "*",
        "NumPy reads what lies behind the array; a tensor has nothing there",
        text="lead out of the array's memory|lead to places between elements",
        kind="error",
        stumble="`as_strided` refuses shapes and strides that lead out of the array.",
    ),
    Known(
        "strides-by-sizes",
        "lib.stride_tricks.as_strided isfortran",
        "unknown",
        "strides follow from sizes, which are unknown while tracing",
        text="UnknownShapeError",
        kind="error",
        stumble="`as_strided` and `isfortran` need a known shape.",
    ),
    Known(
        "rank-by-sizes",
        "squeeze",
        "unknown",
        "how many axes have length one is not known while sizes are not, and with it the number of axes",
        text="the rank is unknown",
        kind="error",
        stumble="`squeeze` without `axis` gives an array of unknown rank where sizes are unknown: name axes.",
    ),
    Known(
        "count-by-size",
        "unstack concat concatenate stack ?stack column_stack row_stack choose select piecewise histogram2d",
        "unknown",
        "the number of arrays is the length of an axis, and a trace needs to know how many there are",
        text="Cannot infer argument `num`|the number of|len\\(\\) of an array|a shape that is unknown",
        kind="error",
        stumble="Functions that take an array apart along its first axis (`unstack(x)`, `stack(x)`) need to "
        "know its length while tracing.",
    ),
    Known(
        "tile-of-uint16",
        "*",
        "vmap",
        "vectorized_map repeats what does not vary by TensorFlow's Tile, whose kernel of uint16 does not run",
        text="Tile",
        kind="error",
        when=has_dtype("uint16"),
    ),
)
