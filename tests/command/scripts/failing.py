"""Raises in a module beside it: é."""

import numpy as np
import sibling


def outer(a):
    for _ in range(2):
        if a.sum() > 0:
            a = inner(a)
    return a


def inner(a):
    return sibling.fails(a)


print("before", np.ones(3).sum() > 2)
outer(np.ones(3))
