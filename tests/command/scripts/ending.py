"""Ends in the way that its argument says."""

import sys
import warnings

import numpy as np

ways = {
    "none": lambda: sys.exit(),
    "three": lambda: sys.exit(3),
    "array": lambda: sys.exit(np.array([4]).sum().item()),
    "message": lambda: sys.exit("no data: é"),
    "large": lambda: sys.exit(256 + 7),
    "interrupt": lambda: (_ for _ in ()).throw(KeyboardInterrupt()),
    "end": lambda: None,
    "cause": lambda: caused(),
    "hook": lambda: hooked(),
    "warning": lambda: warnings.warn("take care", stacklevel=1),
}


def caused():
    try:
        np.ones(3) @ np.ones(2)
    except ValueError as error:
        raise RuntimeError("that failed") from error


def hooked():
    sys.excepthook = lambda kind, error, frames: print("hook:", kind.__name__, error)
    raise KeyError("a")


ways[sys.argv[1]]()
print("the end")
