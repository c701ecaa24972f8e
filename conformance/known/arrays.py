"""Known differences of functions that make, join, rearrange and pick arrays. Knows exceptions."""

from __future__ import annotations

from conformance.exceptions import Known, has_dtype

_SIZES = "a compiled program has arrays of known sizes only"
_SPLIT_BY_VALUE = (
    "compress delete extract repeat trim_zeros nonzero flatnonzero argwhere where ix_ mask_indices"
)

KNOWN: tuple[Known, ...] = (
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
        text=r"UnsupportedTypeError: an array of dtype dtype\('<U\d+'\) cannot be held by a tensor",
        kind="error",
        stumble="Text is held by NumPy's own arrays only: functions of tensors refuse it with "
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
        "unstack concat concatenate stack ?stack column_stack row_stack choose select piecewise",
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
