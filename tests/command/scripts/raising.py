"""Raises in a function that may be compiled."""

import sys
import numpy as np


class Mine(Exception):
    def __init__(self, a, b):
        super().__init__(a, b)
        self.a = a


def f(x):
    if sys.argv[1] == "mine":
        raise Mine(1, "b")
    if sys.argv[1] == "exit":
        sys.exit(5)
    if sys.argv[1] == "singular":
        return np.linalg.inv(np.zeros((2, 3)))
    if sys.argv[1] == "chain":
        try:
            x.reshape(7)
        except ValueError as e:
            raise RuntimeError("more\nlines") from e
    if sys.argv[1] == "interrupt":
        raise KeyboardInterrupt


f(np.ones(3))
