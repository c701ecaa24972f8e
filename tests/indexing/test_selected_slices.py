"""What is read and written at slices of a size unknown to XLA: the same ops on all elements."""

from __future__ import annotations

import numpy
import pytest
import tensorflow as tf

import tnp_shim
from tnp_shim import config
from tnp_shim.indexing import traced
from tnp_shim.indexing.selections import on_all_elements

SIZE = 6


def eliminated(np, A, b, k):
    A[k + 1 :, k] /= A[k, k]
    A[k + 1 :, k + 1 :] -= np.outer(A[k + 1 :, k], A[k, k + 1 :])


def before(np, A, b, k):
    b[:k] = b[:k] * A[k, :k] + A[:k, k]


def divided(np, A, b, k):
    b[k:] = 3.0 / b[k:] - np.sqrt(np.abs(A[k:, 0]))


def broadcast(np, A, b, k):
    A[k:, :] = A[k:, :] * b + A[0]
    A[:, k:] *= b[k:]
    A[k:, k:] += b[k:, None]


def of_one_row(np, A, b, k):
    A[k:, 1:3] = A[k:, 2:4] - b[k:, np.newaxis]


def backwards(np, A, b, k):
    b[k::-1] = b[k::-1] + A[0, k::-1]
    b[k::-1] = b[: k + 1] * 2


def of_another_part(np, A, b, k):
    b[k:] = b[: SIZE - k] * 2
    A[k:, k] = A[k, k:] + 1


def of_another_length(np, A, b, k):
    b[k:] = np.arange(10.0)[k:SIZE] * 2
    b[k:] = b[k:][::-1] + 1


def of_a_sum(np, A, b, k):
    b[k:] -= b[k:].sum() * A[k:, k:].mean()
    A[k:] = A[k:] - A[k:].max(axis=0)


def what_changes_between(np, A, b, k):
    taken = b[k:] * 2
    b[:] = A[0]
    b[k:] = taken


ELEMENTWISE = [eliminated, before, divided, broadcast, of_one_row, of_a_sum, what_changes_between]
CASES = [*ELEMENTWISE, backwards, of_another_part, of_another_length]


def loop(body, np, A, b):
    for k in range(SIZE):
        body(np, A, b, k)


def arguments():
    A = numpy.array([[numpy.sin(1.0 + 3 * i + j * j) for j in range(SIZE)] for i in range(SIZE)])
    return A + 2 * numpy.eye(SIZE), 1.5 + numpy.cos(numpy.arange(float(SIZE)))


def compiled(body):
    return tnp_shim.function(lambda A, b: loop(body, tnp_shim, A, b), jit_compile=True)


@pytest.fixture(autouse=True)
def rolled():
    with config.unroll_limit(1):
        yield


@pytest.mark.parametrize("body", CASES, ids=lambda body: body.__name__)
def test_what_slices_select_is_written_as_numpy_writes_it(body):
    theirs, mine = arguments(), arguments()
    loop(body, numpy, *theirs)
    compiled(body)(*mine)
    for t, m in zip(theirs, mine, strict=True):
        numpy.testing.assert_allclose(m, t, 1e-12, 1e-13)


@pytest.mark.parametrize("body", CASES, ids=lambda body: body.__name__)
def test_what_is_made_element_by_element_is_made_of_all(body, monkeypatch):
    found = []

    def noted(value, parts):
        found.append(on_all_elements(value, parts))
        return found[-1]

    monkeypatch.setattr(traced, "on_all_elements", noted)
    compiled(body).get_concrete_function(*arguments())
    assert (bool(found) and all(whole is not None for whole in found)) == (body in ELEMENTWISE)


@pytest.mark.parametrize("body", [eliminated, divided, broadcast], ids=lambda body: body.__name__)
def test_gradients_are_those_of_the_graph(body):
    A, b = (tf.constant(part) for part in arguments())

    def slopes(jit):
        @tf.function(jit_compile=jit, autograph=False)
        def first_and_second(A, b):
            with tf.GradientTape() as outer:
                outer.watch([A, b])
                with tf.GradientTape() as tape:
                    tape.watch([A, b])
                    arrays = tnp_shim.asarray(A).copy(), tnp_shim.asarray(b).copy()
                    for k in (tf.constant(1), tf.constant(3)):
                        body(tnp_shim, *arrays, tnp_shim.asarray(k))
                    total = sum(tf.reduce_sum(tf.sin(tf.convert_to_tensor(part))) for part in arrays)
                first = tape.gradient(total, [A, b])
            return first, outer.gradient(first, [A, b])

        return [part.numpy() for part in tf.nest.flatten(first_and_second(A, b))]

    for mine, theirs in zip(slopes(True), slopes(False), strict=True):
        numpy.testing.assert_allclose(mine, theirs, 1e-11, 1e-12)
