"""Polynomials of six families and their functions: NumPy's `numpy.polynomial`, run on our namespace.

NumPy finds the size of a sum, a product or a quotient by its values, which must then be known: these raise an
error where coefficients are unknown while tracing. Values, derivatives, integrals and fits may be unknown.
Differentiable.
"""

from tnp_shim import numpy_source

numpy_source.run("numpy.polynomial", globals())
