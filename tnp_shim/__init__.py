"""NumPy's namespace on TensorFlow: `import tnp_shim as np`.

The facade: the only file that lists the namespace. What stands here comes from the declarations; what is
NumPy's own object is listed, with the reasons, in `functions/handed_on.py`.
"""

from __future__ import annotations

import importlib
from typing import Any

import numpy

from tnp_shim import config, control_flow, fft, linalg, methods, random
from tnp_shim.array import (
    ArraySpec,
    ndarray,
)
from tnp_shim.compiled import function
from tnp_shim.explain import explain
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
    isdtype,
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
from tnp_shim.functions.files import (
    fromfile,
    fromstring,
    genfromtxt,
    load,
    loadtxt,
    save,
    savetxt,
    savez,
    savez_compressed,
)
from tnp_shim.functions.grids import (
    c_,
    mgrid,
    ogrid,
    r_,
)
from tnp_shim.functions.handed_on import GAPS as NAMES_MISSING
from tnp_shim.functions.handed_on import HANDED_ON, asmatrix, bmat
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
from tnp_shim.functions.iterators import broadcast, nditer, nested_iters
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
from tnp_shim.functions.layouts import isfortran, require, row_stack
from tnp_shim.functions.nan_statistics import (
    nanargmax,
    nanargmin,
    nancumprod,
    nancumsum,
    nanmax,
    nanmean,
    nanmin,
    nanprod,
    nanstd,
    nansum,
    nanvar,
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
from tnp_shim.functions.polynomials import class_of_polynomials as _class_of_polynomials
from tnp_shim.functions.polynomials import (
    poly,
    polyadd,
    polyder,
    polydiv,
    polyfit,
    polyint,
    polymul,
    polysub,
    polyval,
    roots,
)
from tnp_shim.functions.printing import array2string, array_repr, array_str
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
from tnp_shim.functions.statistics import average, mean, median, nanmedian, std, var
from tnp_shim.functions.submodules import emath, lib, testing
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
from tnp_shim.host import host
from tnp_shim.override import override
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
from tnp_shim.support import support
from tnp_shim.tensorflow_internals import leave_unconverted
from tnp_shim.ufuncs import GAPS, UFUNCS, ufunc

methods.install()
control_flow.install()
leave_unconverted("tnp_shim")

# ufuncs, each by its own name and some by another, too

_OTHER_NAMES = {
    "abs": "absolute",
    "acos": "arccos",
    "acosh": "arccosh",
    "asin": "arcsin",
    "asinh": "arcsinh",
    "atan": "arctan",
    "atan2": "arctan2",
    "atanh": "arctanh",
    "bitwise_invert": "invert",
    "bitwise_left_shift": "left_shift",
    "bitwise_not": "invert",
    "bitwise_right_shift": "right_shift",
    "conj": "conjugate",
    "mod": "remainder",
    "pow": "power",
    "true_divide": "divide",
}
globals().update({name: UFUNCS[name] for name in UFUNCS if hasattr(numpy, name)})
globals().update({name: UFUNCS[ufunc_name] for name, ufunc_name in _OTHER_NAMES.items()})

# scalar types under their other names

bool = bool_
byte, short, intc, long, longlong = int8, int16, int32, int64, int64
ubyte, ushort, uintc, ulong, ulonglong = uint8, uint16, uint32, uint64, uint64
int_, intp, uint, uintp = int64, int64, uint64, uint64
half, single, double = float16, float32, float64
csingle, cdouble = complex64, complex128

# constants

e, euler_gamma, inf, nan, newaxis, pi = numpy.e, numpy.euler_gamma, numpy.inf, numpy.nan, None, numpy.pi

__version__ = "0.1.0"
__array_api_version__ = numpy.__array_api_version__
__array_namespace_info__ = numpy.__array_namespace_info__


# what runs ops when it is made, made when it is asked for: importing runs none

_WHEN_ASKED_FOR = {
    "False_": lambda: bool_(False),
    "True_": lambda: bool_(True),
    "poly1d": _class_of_polynomials,
    "polynomial": lambda: importlib.import_module("tnp_shim.polynomial"),
}

__all__ = sorted(
    {name for name in globals() if name in numpy.__all__}
    | {
        *HANDED_ON,
        *_WHEN_ASKED_FOR,
        "ArraySpec",
        "bfloat16",
        "config",
        "function",
        "host",
        "override",
        "explain",
        "support",
        "__version__",
    }
)


def __getattr__(name: str) -> Any:
    if name in HANDED_ON:
        value = globals()[name] = getattr(numpy, name)
        return value
    if name in _WHEN_ASKED_FOR:
        value = globals()[name] = _WHEN_ASKED_FOR[name]()
        return value
    if name in GAPS or name in NAMES_MISSING:
        raise AttributeError(GAPS.get(name) or NAMES_MISSING[name])
    if not name.startswith("_") and hasattr(numpy, name):
        raise AttributeError(
            f"tnp_shim has no {name}: numpy.{name} has no implementation on tensors yet; "
            f"call numpy.{name} on the values (numpy.asarray of an array)"
        )
    raise AttributeError(f"module 'tnp_shim' has no attribute {name!r}")
