"""Arrays in any memory order: what is moved, and where to, is NumPy's, eagerly and in graphs."""

from __future__ import annotations

import numpy
import pytest
from differential import same

LAYOUTS = {
    "C": lambda a: a,
    "F": lambda a: a.copy(order="F"),
    "transposed": lambda a: a.T,
    "stepped": lambda a: a[::2, ::3],
    "stepped and transposed": lambda a: a.T[::2],
    "backwards": lambda a: a[::-1, ::-1],
    "backwards and transposed": lambda a: a.T[::-1],
    "one column": lambda a: a.T[:, 1],
    "three axes": lambda a: a.reshape(2, 2, 6).transpose(1, 2, 0),
    "swapped axes": lambda a: a.reshape(2, 2, 6).swapaxes(0, 1),
    "nothing": lambda a: a.T[:0],
}


def table():
    return numpy.arange(24.0).reshape(4, 6)


@pytest.mark.parametrize("layout", LAYOUTS)
def test_permuted(layout):
    rank = LAYOUTS[layout](table()).ndim
    for axis in (None, *range(-1, rank)):

        def body(namespace, a, axis=axis):
            rng = namespace.random.default_rng(1)
            return rng.permuted(LAYOUTS[layout](a), axis=axis), rng.random()

        same(body, table())


@pytest.mark.parametrize("layout", LAYOUTS)
def test_permuted_into_another(layout):
    def body(namespace, a):
        rng, b = namespace.random.default_rng(1), LAYOUTS[layout](a)
        found = [rng.permuted(b, out=b), rng.permuted(b, axis=0, out=b)]
        source = namespace.arange(b.size).reshape(b.shape)
        if b.ndim == 2:
            found.append(rng.permuted(source.T.copy().T, out=LAYOUTS[layout](a)))
        return found, rng.random()

    same(body, table())


@pytest.mark.parametrize("layout", LAYOUTS)
def test_shuffle_permutation_and_choice(layout):
    def body(namespace, a):
        b = LAYOUTS[layout](a)
        found = []
        for rng in (namespace.random.default_rng(1), namespace.random.RandomState(1)):
            rng.shuffle(b)
            found.append(rng.permutation(b))
            if b.ndim == 1:
                found.append(rng.choice(b, 3))
            found.append(rng.random())
        rng = namespace.random.default_rng(2)
        for axis in range(b.ndim):
            rng.shuffle(b, axis=axis)
            found.append(rng.permutation(b, axis=axis))
            if b.shape[axis]:
                found.append(rng.choice(b, 2, axis=axis))
        return found, rng.random()

    same(body, table())


def test_vectors_and_matrices_of_parameters():
    covariance = numpy.array([[2.0, 0.5, 0.1], [0.5, 1.0, 0.2], [0.1, 0.2, 3.0]])

    def body(namespace, covariance):
        rng = namespace.random.default_rng(3)
        alpha = covariance.T[::2, 0]
        return [
            rng.multivariate_normal(covariance[:, 1], covariance.T, 2),
            rng.dirichlet(alpha, 2),
            rng.multinomial(9, covariance.T[0] / 2.6, 2),
            rng.normal(covariance.T, covariance[::-1]),
            rng.standard_gamma(covariance.T, out=namespace.zeros((3, 3)).T),
            rng.random(),
        ]

    same(body, covariance)


def test_lists_are_shuffled_in_place():
    def body(namespace):
        x, y = [1, 2, 3, 4, 5], [1, 2, 3, 4, 5]
        return namespace.random.default_rng(1).shuffle(x), namespace.random.RandomState(1).shuffle(y), x, y

    same(body)
