"""NumPy's namespace on TensorFlow: `import tnp_shim as np`.

The facade: the only file that lists the namespace. What stands here comes from the declarations, or is
NumPy's own object where that is about dtypes, settings and text, which are the same for both.
"""

from __future__ import annotations

from typing import Any

import numpy

from tnp_shim import config, control_flow, methods
from tnp_shim.array import (
    ArraySpec,
    ndarray,
)
from tnp_shim.functions.arrays import (
    array,
    asanyarray,
    asarray,
    asarray_chkfinite,
    ascontiguousarray,
    asfortranarray,
    astype,
    can_cast,
    common_type,
    copy,
    from_dlpack,
    frombuffer,
    fromiter,
    issubdtype,
    may_share_memory,
    min_scalar_type,
    ndim,
    promote_types,
    result_type,
    shape,
    shares_memory,
    size,
)
from tnp_shim.functions.bits import packbits, unpackbits
from tnp_shim.functions.callables import (
    apply_along_axis,
    apply_over_axes,
    fromfunction,
    frompyfunc,
    vectorize,
)
from tnp_shim.functions.comparison import (
    allclose,
    array_equal,
    array_equiv,
    isclose,
    iscomplex,
    iscomplexobj,
    isneginf,
    isposinf,
    isreal,
    isrealobj,
    isscalar,
)
from tnp_shim.functions.counting import bincount
from tnp_shim.functions.covariance import corrcoef, cov
from tnp_shim.functions.creation import (
    arange,
    diagflat,
    empty,
    empty_like,
    eye,
    full,
    full_like,
    geomspace,
    identity,
    linspace,
    logspace,
    ones,
    ones_like,
    tri,
    zeros,
    zeros_like,
)
from tnp_shim.functions.differences import diff, ediff1d, gradient
from tnp_shim.functions.grids import (
    c_,
    mgrid,
    ogrid,
    r_,
)
from tnp_shim.functions.histograms import histogram, histogram2d, histogram_bin_edges, histogramdd
from tnp_shim.functions.index_helpers import (
    broadcast_shapes,
    diag_indices,
    diag_indices_from,
    index_exp,
    indices,
    ix_,
    mask_indices,
    meshgrid,
    ndenumerate,
    ndindex,
    ravel_multi_index,
    s_,
    tril_indices,
    tril_indices_from,
    triu_indices,
    triu_indices_from,
    unravel_index,
)
from tnp_shim.functions.joining import (
    append,
    block,
    column_stack,
    concat,
    concatenate,
    delete,
    dstack,
    hstack,
    insert,
    repeat,
    resize,
    stack,
    tile,
    vstack,
)
from tnp_shim.functions.padding import (
    pad,
)
from tnp_shim.functions.parts import (
    array_split,
    broadcast_arrays,
    broadcast_to,
    diag,
    diagonal,
    dsplit,
    flatiter,
    flip,
    fliplr,
    flipud,
    hsplit,
    rot90,
    split,
    unstack,
    vsplit,
)
from tnp_shim.functions.products import (
    cross,
    dot,
    einsum,
    einsum_path,
    inner,
    kron,
    outer,
    tensordot,
    trace,
    vdot,
)
from tnp_shim.functions.quantiles import nanpercentile, nanquantile, percentile, quantile
from tnp_shim.functions.rearranging import (
    roll,
    tril,
    trim_zeros,
    triu,
)
from tnp_shim.functions.reductions import (
    all,
    amax,
    amin,
    any,
    argmax,
    argmin,
    count_nonzero,
    cumprod,
    cumsum,
    cumulative_prod,
    cumulative_sum,
    max,
    min,
    prod,
    ptp,
    sum,
)
from tnp_shim.functions.rounding import (
    around,
    fix,
    round,
)
from tnp_shim.functions.selection import (
    choose,
    clip,
    compress,
    extract,
    nan_to_num,
    piecewise,
    select,
    take,
    take_along_axis,
    where,
)
from tnp_shim.functions.signal import (
    angle,
    convolve,
    correlate,
    i0,
    interp,
    real_if_close,
    sinc,
    trapezoid,
    unwrap,
)
from tnp_shim.functions.sorting import (
    argpartition,
    argsort,
    argwhere,
    digitize,
    flatnonzero,
    lexsort,
    nonzero,
    partition,
    searchsorted,
    sort,
    sort_complex,
)
from tnp_shim.functions.statistics import (
    average,
    mean,
    median,
    nanargmax,
    nanargmin,
    nancumprod,
    nancumsum,
    nanmax,
    nanmean,
    nanmedian,
    nanmin,
    nanprod,
    nanstd,
    nansum,
    nanvar,
    std,
    var,
)
from tnp_shim.functions.uniqueness import (
    intersect1d,
    isin,
    setdiff1d,
    setxor1d,
    union1d,
    unique,
    unique_all,
    unique_counts,
    unique_inverse,
    unique_values,
)
from tnp_shim.functions.views import (
    atleast_1d,
    atleast_2d,
    atleast_3d,
    expand_dims,
    imag,
    matrix_transpose,
    moveaxis,
    ravel,
    real,
    reshape,
    rollaxis,
    squeeze,
    swapaxes,
    transpose,
)
from tnp_shim.functions.views import (
    transpose as permute_dims,
)
from tnp_shim.functions.windows import bartlett, blackman, hamming, hanning, kaiser, vander
from tnp_shim.functions.writers import (
    copyto,
    fill_diagonal,
    place,
    put,
    put_along_axis,
    putmask,
)
from tnp_shim.scalars import (
    bfloat16,
    bool_,
    complex64,
    complex128,
    complexfloating,
    float16,
    float32,
    float64,
    floating,
    generic,
    inexact,
    int8,
    int16,
    int32,
    int64,
    integer,
    number,
    signedinteger,
    uint8,
    uint16,
    uint32,
    uint64,
    unsignedinteger,
)
from tnp_shim.tensorflow_internals import leave_unconverted
from tnp_shim.ufuncs import GAPS, UFUNCS, ufunc

methods.install()
control_flow.install()
leave_unconverted("tnp_shim")

# ufuncs

abs = UFUNCS["absolute"]
absolute = UFUNCS["absolute"]
acos = UFUNCS["arccos"]
acosh = UFUNCS["arccosh"]
add = UFUNCS["add"]
arccos = UFUNCS["arccos"]
arccosh = UFUNCS["arccosh"]
arcsin = UFUNCS["arcsin"]
arcsinh = UFUNCS["arcsinh"]
arctan = UFUNCS["arctan"]
arctan2 = UFUNCS["arctan2"]
arctanh = UFUNCS["arctanh"]
asin = UFUNCS["arcsin"]
asinh = UFUNCS["arcsinh"]
atan = UFUNCS["arctan"]
atan2 = UFUNCS["arctan2"]
atanh = UFUNCS["arctanh"]
bitwise_and = UFUNCS["bitwise_and"]
bitwise_count = UFUNCS["bitwise_count"]
bitwise_invert = UFUNCS["invert"]
bitwise_left_shift = UFUNCS["left_shift"]
bitwise_not = UFUNCS["invert"]
bitwise_or = UFUNCS["bitwise_or"]
bitwise_right_shift = UFUNCS["right_shift"]
bitwise_xor = UFUNCS["bitwise_xor"]
cbrt = UFUNCS["cbrt"]
ceil = UFUNCS["ceil"]
conj = UFUNCS["conjugate"]
conjugate = UFUNCS["conjugate"]
copysign = UFUNCS["copysign"]
cos = UFUNCS["cos"]
cosh = UFUNCS["cosh"]
deg2rad = UFUNCS["deg2rad"]
degrees = UFUNCS["degrees"]
divide = UFUNCS["divide"]
divmod = UFUNCS["divmod"]
equal = UFUNCS["equal"]
exp = UFUNCS["exp"]
exp2 = UFUNCS["exp2"]
expm1 = UFUNCS["expm1"]
fabs = UFUNCS["fabs"]
float_power = UFUNCS["float_power"]
floor = UFUNCS["floor"]
floor_divide = UFUNCS["floor_divide"]
fmax = UFUNCS["fmax"]
fmin = UFUNCS["fmin"]
fmod = UFUNCS["fmod"]
frexp = UFUNCS["frexp"]
gcd = UFUNCS["gcd"]
greater = UFUNCS["greater"]
greater_equal = UFUNCS["greater_equal"]
heaviside = UFUNCS["heaviside"]
hypot = UFUNCS["hypot"]
invert = UFUNCS["invert"]
isfinite = UFUNCS["isfinite"]
isinf = UFUNCS["isinf"]
isnan = UFUNCS["isnan"]
lcm = UFUNCS["lcm"]
ldexp = UFUNCS["ldexp"]
left_shift = UFUNCS["left_shift"]
less = UFUNCS["less"]
less_equal = UFUNCS["less_equal"]
log = UFUNCS["log"]
log10 = UFUNCS["log10"]
log1p = UFUNCS["log1p"]
log2 = UFUNCS["log2"]
logaddexp = UFUNCS["logaddexp"]
logaddexp2 = UFUNCS["logaddexp2"]
logical_and = UFUNCS["logical_and"]
logical_not = UFUNCS["logical_not"]
logical_or = UFUNCS["logical_or"]
logical_xor = UFUNCS["logical_xor"]
matmul = UFUNCS["matmul"]
matvec = UFUNCS["matvec"]
maximum = UFUNCS["maximum"]
minimum = UFUNCS["minimum"]
mod = UFUNCS["remainder"]
modf = UFUNCS["modf"]
multiply = UFUNCS["multiply"]
negative = UFUNCS["negative"]
nextafter = UFUNCS["nextafter"]
not_equal = UFUNCS["not_equal"]
positive = UFUNCS["positive"]
pow = UFUNCS["power"]
power = UFUNCS["power"]
rad2deg = UFUNCS["rad2deg"]
radians = UFUNCS["radians"]
reciprocal = UFUNCS["reciprocal"]
remainder = UFUNCS["remainder"]
right_shift = UFUNCS["right_shift"]
rint = UFUNCS["rint"]
sign = UFUNCS["sign"]
signbit = UFUNCS["signbit"]
sin = UFUNCS["sin"]
sinh = UFUNCS["sinh"]
spacing = UFUNCS["spacing"]
sqrt = UFUNCS["sqrt"]
square = UFUNCS["square"]
subtract = UFUNCS["subtract"]
tan = UFUNCS["tan"]
tanh = UFUNCS["tanh"]
true_divide = UFUNCS["divide"]
trunc = UFUNCS["trunc"]
vecdot = UFUNCS["vecdot"]
vecmat = UFUNCS["vecmat"]

# scalar types under their other names

bool = bool_
byte, short, intc, long, longlong = int8, int16, int32, int64, int64
ubyte, ushort, uintc, ulong, ulonglong = uint8, uint16, uint32, uint64, uint64
int_, intp, uint, uintp = int64, int64, uint64, uint64
half, single, double = float16, float32, float64
csingle, cdouble = complex64, complex128

# constants

e, euler_gamma, inf, nan, newaxis, pi = numpy.e, numpy.euler_gamma, numpy.inf, numpy.nan, None, numpy.pi

# NumPy's own

array2string = numpy.array2string
array_repr = numpy.array_repr
array_str = numpy.array_str
base_repr = numpy.base_repr
binary_repr = numpy.binary_repr
dtype = numpy.dtype
errstate = numpy.errstate
exceptions = numpy.exceptions
finfo = numpy.finfo
format_float_positional = numpy.format_float_positional
format_float_scientific = numpy.format_float_scientific
get_printoptions = numpy.get_printoptions
geterr = numpy.geterr
iinfo = numpy.iinfo
isdtype = numpy.isdtype
iterable = numpy.iterable
little_endian = numpy.little_endian
mintypecode = numpy.mintypecode
printoptions = numpy.printoptions
sctypeDict = numpy.sctypeDict
set_printoptions = numpy.set_printoptions
seterr = numpy.seterr
testing = numpy.testing
typecodes = numpy.typecodes
typename = numpy.typename
typing = numpy.typing

__version__ = "0.1.0"
__array_api_version__ = numpy.__array_api_version__
__array_namespace_info__ = numpy.__array_namespace_info__


__all__ = sorted(
    {name for name in globals() if hasattr(numpy, name)} | {"ArraySpec", "bfloat16", "config", "__version__"}
)


def __getattr__(name: str) -> Any:
    if name in ("True_", "False_"):  # made when they are asked for: importing runs no op
        return bool_(name == "True_")
    if name in GAPS:
        raise AttributeError(GAPS[name])
    if not name.startswith("_") and hasattr(numpy, name):
        raise AttributeError(
            f"tnp_shim has no {name}: numpy.{name} has no implementation on tensors yet; "
            f"call numpy.{name} on the values (numpy.asarray of an array)"
        )
    raise AttributeError(f"module 'tnp_shim' has no attribute {name!r}")
