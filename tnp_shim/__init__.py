from tnp_shim import config, methods
from tnp_shim.array import ndarray, ArraySpec
from tnp_shim.functions.arrays import *
from tnp_shim.functions.views import *
from tnp_shim.functions.parts import *
from tnp_shim.ufuncs import UFUNCS
globals().update(UFUNCS)
from tnp_shim.scalars import *
methods.install()
from tnp_shim.tensorflow_internals import leave_unconverted
leave_unconverted("tnp_shim")
from tnp_shim import control_flow
control_flow.install()
