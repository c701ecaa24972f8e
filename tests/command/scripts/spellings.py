"""Every spelling of an import of NumPy, each of which gives the names that the argument says."""

import importlib
import sys

import numpy
import numpy as np
import numpy as xp, math
import numpy.linalg
import numpy.linalg as la
import numpy.lib.stride_tricks as tricks
from numpy import *
from numpy import array as make, fft
from numpy.fft import rfft
from numpy.lib.stride_tricks import sliding_window_view
from numpy.linalg import norm, solve

import installed
import sibling
from shapes.circle import area
from shapes import square

expected = sys.argv[1]


def of(value):
    return type(value).__module__.partition(".")[0]


def inside():
    import numpy as inner
    from numpy.linalg import det

    return inner.ones(2), det(inner.eye(2))


class Holder:
    import numpy as held

    made = held.zeros(1)


found = {
    "import numpy": numpy.ones(1),
    "import numpy as np": np.ones(1),
    "import numpy as xp": xp.ones(1),
    "import numpy.linalg": numpy.linalg.inv(np.eye(2)),
    "import numpy.linalg as la": la.inv(np.eye(2)),
    "import numpy.lib.stride_tricks as tricks": tricks.sliding_window_view(np.ones(3), 2),
    "from numpy import *": ones(1) + sum(arange(2)),
    "from numpy import array as make": make([1]),
    "from numpy import fft": fft.fft(np.ones(2)),
    "from numpy.fft import rfft": rfft(np.ones(2)),
    "from numpy.lib.stride_tricks import": sliding_window_view(np.ones(3), 2),
    "from numpy.linalg import": solve(np.eye(2), np.ones(2)),
    "in a function": inside()[0],
    "from in a function": inside()[1],
    "in a class": Holder.made,
    "by __import__": __import__("numpy").ones(1),
    "by exec": eval("__import__('numpy')").ones(1),
    "in a sibling": sibling.made(),
    "in a package beside": area(np.ones(2)),
    "in a package by a relative import": square.area(2),
}
wrong = [name for name, value in found.items() if of(value) != expected]
assert not wrong, wrong
assert of(installed.made()) == "numpy", "what is installed has the real NumPy"
assert norm(np.ones(4)) == 2 and math.pi == np.pi
assert __name__ == "__main__" and np.__version__ == importlib.import_module("numpy").__version__
print("as expected")
