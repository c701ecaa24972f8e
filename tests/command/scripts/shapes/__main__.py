"""A package that is run."""

import sys

from . import circle
from .square import area

if __name__ == "__main__":
    print(__package__, __name__, sys.argv[1:], area(3).sum(), type(circle.area(2)).__module__.split(".")[0])
