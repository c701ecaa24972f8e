"""NumPy's `numpy.polynomial.laguerre`, run on our namespace. Knows `numpy_source` only."""

from tnp_shim import numpy_source

numpy_source.run("numpy.polynomial.laguerre", globals())
