"""The ufuncs, made from the table of bodies. Knows declarations and kernels."""

from __future__ import annotations

import numpy

from tnp_shim.declaration.function import Declaration, register
from tnp_shim.declaration.gufunc import gufunc
from tnp_shim.declaration.ufunc import BY_NAME, ufunc
from tnp_shim.declaration.ufunc_methods import install_methods
from tnp_shim.kernels import exponential, products
from tnp_shim.ufuncs_table import ROWS

GAPS: dict[str, str] = {row.numpy.__name__: row.gap for row in ROWS if row.gap}
"""Why a ufunc of NumPy's cannot exist on tensors."""


def _named(made: ufunc) -> ufunc:
    BY_NAME[made.__name__] = made
    register(Declaration(made.__name__, made.numpy, made.body, made))
    return made


install_methods()
UFUNCS: dict[str, ufunc] = {
    row.numpy.__name__: _named(ufunc(row.numpy, row.body, row.direct, row.direct_op))
    for row in ROWS
    if row.body is not None
} | {name: _named(gufunc(getattr(numpy, name), body)) for name, body in products.GENERALIZED.items()}
"""Every ufunc by the name that NumPy's has."""

POWER_OF_SCALARS = ufunc(numpy.power, exponential.float_power)
"""What `**` of two scalars is: C's power; that of arrays is a root where the exponent is 1/2."""
