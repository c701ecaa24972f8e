"""Prints what a script can see of how it was started."""

import json
import os
import pickle
import sys

import numpy as np


class Point:
    """Pickle looks for it in `__main__`."""


main = sys.modules["__main__"]
print(
    json.dumps(
        {
            "argv": sys.argv,
            "name": __name__,
            "file": __file__,
            "package": __package__,
            "spec": getattr(__spec__, "name", None),
            "cached": __cached__,
            "doc": __doc__,
            "loader": type(__loader__).__name__,
            "annotations": __annotations__,
            "main is this": main.__dict__ is globals(),
            "main's file": main.__file__,
            "path": sys.path[0],
            "folder": os.getcwd(),
            "class": pickle.loads(pickle.dumps(Point)).__module__,
            "builtins": type(__builtins__).__name__,
            "sum": float(np.arange(4.0).sum()),
        },
        ensure_ascii=False,
    )
)
