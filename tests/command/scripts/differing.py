"""Has another value for a variable on each NumPy: the dtype, the shape, a number, rounding, a list."""

import sys

import numpy as np

ours = type(np.ones(1)).__module__.startswith("tnp_shim")
same = np.arange(3.0)
text = "é" if ours else "è"
dtype = np.ones(2, np.float32 if ours else np.float64)
shape = np.ones((2, 3) if ours else (3, 2))
number = np.array([1.0, 2.0, 4.0 + ours])
rounded = np.array([0.1, 1.0 + ours * 2.0**-50])
listed = {"a": [1.0, np.array([2.0 - ours])]}
nothing = np.array([np.nan, np.inf])
lost = np.array([np.nan if ours else 1.0])
if ours:
    only_here = 1
print("number", number.sum())
