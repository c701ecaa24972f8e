"""Known differences of reductions, statistics, sorting, products and signals. Knows what an exception is."""

from __future__ import annotations

from conformance.exceptions import Known, has_dtype, has_fill, has_keyword
from conformance.vocabulary import INTEGERS

SETS = (
    "unique unique_all unique_counts unique_inverse unique_values intersect1d union1d setdiff1d setxor1d "
    "bincount histogram histogram_bin_edges bartlett blackman hamming hanning kaiser"
)


KNOWN: tuple[Known, ...] = (
    Known(
        "sizes-from-values-under-xla",
        SETS,
        "xla",
        "the size of the result depends on the values, and XLA needs sizes while it compiles",
        kind="error",
        stumble="Functions whose result's size depends on values (np.unique, np.bincount, ...) cannot be "
        "compiled by XLA.",
    ),
    Known(
        "two-errors-in-a-call",
        "*.reduce *.outer",
        "unknown",
        "the call has two faults, and NumPy cannot be asked which it tells of where shapes are unknown",
        kind="error",
        text="unexpected keyword argument 'kwargs'",
    ),
    Known(
        "truths-while-tracing",
        "allclose array_equal array_equiv",
        "graph unknown xla vmap loop gpu",
        "while tracing there is no Python bool of a value that is not known yet; it is a boolean scalar",
        text=r"np\.True_, NumPy gives (True|np\.int64\(1\))|"
        r"np\.False_, NumPy gives (False|np\.int64\(0\))",
        stumble="np.allclose, np.array_equal and np.array_equiv give a boolean scalar inside tf.function, no "
        "Python bool.",
    ),
    Known(
        "drawn-number-while-tracing",
        "random.*",
        "graph unknown xla gpu loop",
        "NumPy gives a Python number where no size is asked for; while tracing its value is not known "
        "yet, and it is a scalar",
        text=r"np\.\w+\((?P<value>[^)]*)\), NumPy gives (?P=value)$"
        r"|np\.float32\((?P<start>.{7}).*gives (?P=start)",
        stumble="A single number drawn inside tf.function is a scalar array, not a Python number.",
    ),
    Known(
        "angles-of-vonmises",
        "random.vonmises random.Generator.vonmises",
        "graph unknown xla loop",
        "NumPy's remainder rounds angles to steps of 8.9e-16, its arc cosine to the last bit, so that some "
        "angles are a step off, which is many ulp of a small one",
        kind="value",
        text="ulp away",
    ),
    Known(
        "two-errors-in-a-draw",
        "random.*",
        "graph unknown xla loop",
        "the call has two faults, and that of a value which is not known while tracing is told of second",
        kind="error",
        text=r"tracing: TypeError: .*; NumPy raises ValueError",
    ),
    Known(
        "no-polynomial-without-axes",
        "roots",
        "*",
        "NumPy refuses a 0-d array before its function runs, since its dispatcher takes the argument apart",
        kind="error",
        text="did not return an iterable",
    ),
    Known(
        "bytes-while-tracing",
        "random.bytes random.Generator.bytes random.RandomState.bytes",
        "graph unknown xla gpu loop",
        "bytes are a Python object, which a graph has none of",
        kind="error",
        text="gives a Python object",
        stumble="Inside tf.function draw `integers(0, 256, n, dtype=np.uint8)` for bytes.",
    ),
    Known(
        "state-while-tracing",
        "random.get_state random.RandomState.get_state",
        "graph unknown xla gpu loop",
        "the state is a Python object made of values that do not exist before the traced function runs",
        kind="error",
        text="UnknownValueError",
        stumble="The state of a bit generator is asked for outside of traced functions.",
    ),
    Known(
        "real-if-close-while-tracing",
        "real_if_close",
        "graph unknown xla gpu vmap loop",
        "the dtype of the result depends on the values, and a graph has one dtype",
        kind="error",
        text=r"real_if_close needs a value",
        when=has_dtype("complex64", "complex128"),
        stumble="np.real_if_close of a complex array cannot be traced: the dtype of its result depends on "
        "values.",
    ),
    Known(
        "rank-from-an-unknown-size",
        "cov corrcoef",
        "unknown",
        "NumPy gives a number for a single variable; the rank of a tensor cannot depend on an unknown size",
        kind="shape",
        text=r"shape \(1, 1\), NumPy's is \(\)",
        stumble="np.cov of one variable gives a 1 by 1 matrix where the number of variables is unknown while "
        "tracing.",
    ),
    Known(
        "lexsort-of-unknown-number",
        "lexsort",
        "unknown",
        "each key is sorted by ops of its own, so their number must be known while tracing",
        kind="error",
        text=r"the number of keys",
    ),
    Known(
        "path-from-sizes",
        "einsum_path",
        "unknown",
        "the path is a list of Python tuples that is chosen by the sizes, which must be known",
        kind="error",
        text=r"needs a shape that is unknown",
    ),
    Known(
        "components-of-unknown-vectors",
        "cross",
        "unknown",
        "vectors have two or three components, which are different ops; unknown ones have three",
        kind="error",
        text=r"EnsureShape",
        stumble="np.cross takes an unknown number of components for three.",
    ),
    Known(
        "einsum-by-tensordot",
        "einsum",
        "*",
        "NumPy gives an array without axes instead of a scalar where an optimized last step is a tensordot",
        kind="kind",
        text=r"scalar of \w+, NumPy gives array of",
        when=has_keyword("optimize"),
    ),
    Known(
        "median-into-integers",
        "median nanmedian quantile percentile nanquantile nanpercentile",
        "*",
        "NumPy truncates the elements before it takes their mean; what does not fit is refused instead",
        kind="error",
        text=r"Cannot cast array data from dtype\('\w+'\) to dtype\('(int8|bool|uint8|int16|int32|int64)'\)",
        stumble="np.median(out=...) refuses an integer array, into which NumPy writes truncated numbers.",
    ),
    Known(
        "quantiles-of-nothing-along-no-axis",
        "quantile percentile median nanquantile nanpercentile nanmedian",
        "*",
        "NumPy fails to reshape an empty array where no axis is reduced; the result is empty",
        kind="error",
        text=r"no error, NumPy raises ValueError\(.cannot reshape array of size 0",
    ),
    Known(
        "nan-quantiles-of-nothing-of-unknown-size",
        "nanquantile nanpercentile",
        "unknown",
        "of nothing NumPy gives NaN in float64, and one for all shares; a graph has one dtype and one rank",
        when=lambda call: any(0 in recipe.shape for recipe in call.recipes()),
    ),
    Known(
        "quantiles-of-integers-that-overflow",
        "quantile percentile nanquantile nanpercentile",
        "*",
        "NumPy takes the difference of neighbours in the dtype of the array, where it may wrap around",
        kind="value",
        when=lambda call: has_dtype(*INTEGERS)(call) and has_fill("hard")(call),
        stumble="np.percentile of integers near the ends of their range is right; NumPy's wraps around.",
    ),
    Known(
        "nan-quantiles-into-small-integers",
        "nanquantile nanpercentile",
        "*",
        "NumPy assigns Python numbers there, which it refuses if they do not fit; ours are cast",
        kind="error",
        text=r"no error, NumPy raises OverflowError",
    ),
    Known(
        "complex-shares",
        "nanquantile nanpercentile",
        "*",
        "with weights NumPy drops the imaginary part of `q`, where without it refuses complex numbers",
        kind="error",
        text=r"TypeError: q must be real",
    ),
    Known(
        "counts-of-nothing-of-unknown-size",
        "bincount",
        "unknown",
        "NumPy counts nothing in int64 and ignores the weights; a graph has one dtype, that of the weights",
        kind="dtype",
        text=r"NumPy's is int64",
        when=has_keyword("weights"),
    ),
    Known(
        "edges-of-nothing-of-unknown-number",
        "histogramdd histogram2d",
        "unknown",
        "of no elements NumPy gives the edges in float64, else in the dtype of the elements; a graph has one",
        kind="dtype",
        text=r"NumPy's is float64",
    ),
    Known(
        "dimensions-of-unknown-number",
        "histogramdd",
        "unknown",
        "there is an array of edges for each dimension, so their number must be known while tracing",
        kind="error",
        text=r"the number of dimensions",
    ),
    Known(
        "accumulations-into-more-axes",
        "ndarray.cumsum ndarray.cumprod cumsum cumprod nancumsum nancumprod cumulative_sum cumulative_prod",
        "*",
        "NumPy repeats an accumulation along additional axes of `out`; such an array is refused",
        kind="error",
        text=r"ValueError: \w+: output array has shape",
    ),
    Known(
        "weights-along-an-axis-with-nan",
        "nanquantile nanpercentile",
        "*",
        "NumPy does not broadcast weights of one axis in these two functions, and runs out of their bounds",
        kind="error",
        text=r"no error, NumPy raises IndexError\(.index \d+ is out of bounds for axis",
    ),
    Known(
        "weighted-quantiles-with-nan",
        "quantile percentile",
        "*",
        "NumPy gives an array, but a scalar where it finds a NaN; a kind cannot depend on values",
        kind="kind",
        text=r"array of float\d+, NumPy gives scalar of float",
        when=has_fill("some_nan", "hard"),
    ),
    Known(
        "order-of-equal-nan",
        "unique unique_inverse unique_all",
        "*",
        "NumPy's sort leaves open in which order NaN come, and compares rows with NaN bit by bit",
        kind="value",
        when=has_fill("some_nan", "hard"),
    ),
    Known(
        "sums-that-cancel",
        "matvec vecmat vecdot matmul",
        "*",
        "integers near the ends of their range are added in floats, where what is left of sums that cancel "
        "depends on their order",
        kind="value",
        text=r"np\.float(32|64)",
        when=lambda call: (
            has_keyword("dtype")(call) and has_dtype(*INTEGERS)(call) and has_fill("hard")(call)
        ),
    ),
    Known(
        "slopes-of-large-integers",
        "gradient",
        "*",
        "differences of integers far from zero, weighted by uneven distances, cancel but for rounding",
        kind="value",
        when=lambda call: has_dtype(*INTEGERS)(call) and has_fill("hard")(call),
    ),
    Known(
        "vectors-of-unknown-length-into-one",
        "vecmat matvec matmul",
        "unknown",
        "an `out` of one element fits no longer vector, but that it has one shows when the graph runs",
        text=r"no error, NumPy raises ValueError\(.\w+: Output operand 0 has a mismatch",
    ),
    Known(
        "remainders-that-vanish",
        "polydiv",
        "*",
        "what is left of a remainder that vanishes depends on the order of rounding",
        kind="value",
        text=r"^result\[1\].*e-1[3-9]|^result\[1\].* gives np\.\w+\(0j?\)",
    ),
    Known(
        "tables-of-wide-ranges",
        "isin",
        "*",
        "NumPy's table of all integers from the smallest to the largest may be too long; we have none",
        kind="error",
        text=r"no error, NumPy raises (RuntimeError\(.You have specified kind='table'|"
        r"ValueError\(.Maximum allowed)",
    ),
)
