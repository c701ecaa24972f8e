from tnp_shim import config, control_flow, methods
from tnp_shim.array import ArraySpec, ndarray
import importlib, pathlib
for _p in sorted(pathlib.Path(__file__).parent.joinpath("functions").glob("*.py")):
    try:
        _m = importlib.import_module("tnp_shim.functions." + _p.stem)
    except Exception as _e:
        print("facade: cannot import", _p.stem, repr(_e))
from tnp_shim.declaration import REGISTRY as _R
import numpy as _n
for _k in list(_n.__all__):
    _o = getattr(_n, _k)
    try:
        if _o in _R: globals()[_k] = _R[_o].function
    except TypeError: pass
from tnp_shim.functions.callables import vectorize
from tnp_shim.ufuncs import UFUNCS
from tnp_shim.scalars import *
pi, e, inf, nan, newaxis = _n.pi, _n.e, _n.inf, _n.nan, None
dtype, finfo, iinfo, errstate, exceptions = _n.dtype, _n.finfo, _n.iinfo, _n.errstate, _n.exceptions
methods.install()
control_flow.install()
from tnp_shim.tensorflow_internals import leave_unconverted
leave_unconverted("tnp_shim")
try:
    from tnp_shim.functions.grids import *
    from tnp_shim.functions.index_helpers import *
except Exception as _e: print(_e)
