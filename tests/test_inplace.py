"""Writes: through views, by operators, by `out=`, in traced and compiled functions, and under tapes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy
import pytest
import tensorflow as tf
from differential import check, ours, raises, run, same

import tnp_shim
from tnp_shim.array import ArraySpec

MATRIX = numpy.arange(12.0).reshape(3, 4)
INTEGERS = numpy.arange(12, dtype=numpy.int32).reshape(3, 4)
BYTES = numpy.arange(250, 256, dtype=numpy.uint8)
COMPLEX = MATRIX * (1 - 1j)
MASK = numpy.array([True, False, True, True])


def statements(code: str) -> Callable[..., Any]:
    """A body of statements on `a` (and `b`), which returns `a`."""
    compiled = compile(code, code, "exec")

    def body(np: Any, a: Any, b: Any = None) -> Any:
        names = {"np": np, "a": a, "b": b}
        exec(compiled, names)
        return names["a"]

    body.__name__ = code
    return body


WRITES: dict[str, tuple[numpy.ndarray, ...]] = {
    "a[0] = 1": (MATRIX,),
    "a[0, 1] = 1": (MATRIX,),
    "a[-1, -1] = 2.5": (INTEGERS,),
    "a[1:, ::2] = 7": (MATRIX,),
    "a[::-2, ::-1] = [1, 2, 3, 4]": (MATRIX,),
    "a[:, 0] = a[:, 1]": (MATRIX,),
    "a[...] = 3": (MATRIX,),
    "a[:] = a[::-1]": (MATRIX,),
    "a[1:] = a[:-1]": (MATRIX,),
    "a[:, 1:] = a[:, :-1]": (INTEGERS,),
    "a[None, 0] = 5": (MATRIX,),
    "a[[0, 2]] = 9": (MATRIX,),
    "a[[0, 0, 1], 1] = [1, 2, 3]": (MATRIX,),
    "a[:, [3, 0]] = a[:, [0, 3]]": (MATRIX,),
    "a[[0, 1], ::2] = [[1, 2], [3, 4]]": (MATRIX,),
    "a[a > 5] = 0": (MATRIX,),
    "a[a > 5] *= 2": (MATRIX,),
    "a[a % 2 == 0] = -a[a % 2 == 0]": (INTEGERS,),
    "a[:, b] = 1": (MATRIX, MASK),
    "a[1, b] = [7, 8, 9]": (MATRIX, MASK),
    "a[a < 0] = 1": (MATRIX,),
    "a[np.ix_([0, 2], [1, 3])] = 6": (MATRIX,),
    "a[np.array([0, 1]), np.array([1, 2])] += 5": (MATRIX,),
    "a[[0, 0]] += 1": (MATRIX,),
    "a[2:2] = 4": (MATRIX,),
    "a += 1": (MATRIX,),
    "a -= b": (MATRIX, MATRIX[0]),
    "a *= 2": (INTEGERS,),
    "a /= 2": (MATRIX,),
    "a //= 3": (INTEGERS,),
    "a %= 5": (INTEGERS,),
    "a **= 2": (INTEGERS,),
    "a &= 6": (INTEGERS,),
    "a |= 1": (INTEGERS,),
    "a ^= 3": (INTEGERS,),
    "a <<= 1": (INTEGERS,),
    "a >>= 1": (INTEGERS,),
    "a @= b": (MATRIX[:, :3], numpy.eye(3)),
    "a += a": (MATRIX,),
    "a += a.T": (MATRIX[:, :3],),
    "a[1:] += a[:-1]": (MATRIX,),
    "a[0] += 1; a[0] *= 3; a.T[1] -= 5": (MATRIX,),
    "a += 3": (BYTES,),
    "a += b": (MATRIX, INTEGERS),
    "a *= True": (INTEGERS,),
    "a[0] += 1j": (COMPLEX,),
    "a.real = 1; a.imag[0] = 5": (COMPLEX,),
    "a.real[a.imag < 0] *= 2": (COMPLEX,),
    "a.T[...] = 1": (MATRIX,),
    "a.reshape(-1)[5] = 99": (MATRIX,),
    "a.ravel()[::3] += 1": (MATRIX,),
    "a.T.ravel()[0] = 99": (MATRIX,),
    "a[1].reshape(2, 2)[0] = -1": (MATRIX,),
    "np.swapaxes(a, 0, 1)[1:3] = 0": (MATRIX,),
    "np.flip(a)[0, 0] = 77": (MATRIX,),
    "np.rot90(a)[0] = 8": (MATRIX,),
    "np.split(a, 2, axis=1)[1][:] = 4": (MATRIX,),
    "np.expand_dims(a, 0)[0, 0] = 1": (MATRIX,),
    "np.atleast_3d(a)[..., 0] += 1": (MATRIX,),
    "for row in a: row[0] = row.sum()": (MATRIX,),
    "for row in a: row += 1": (MATRIX,),
    "v = a[1:]; a[2] = 0; v[0] = a[2] + 1": (MATRIX,),
    "v = a[:, 1]; w = v[::2]; w += 10; a *= 2; v -= 1": (MATRIX,),
    "v = a[1]; a = a + 1; v[0] = 50": (MATRIX,),
    "v = a.copy(); v[0] = 1": (MATRIX,),
    "a[0], a[1] = a[1].copy(), a[0].copy()": (MATRIX,),
    "np.add(a, 1, out=a)": (MATRIX,),
    "np.multiply(a[0], 2, out=a[1])": (MATRIX,),
    "np.sqrt(a, a)": (MATRIX,),
    "np.add(a, 1, out=a, where=a > 4)": (MATRIX,),
    "np.sin(a, out=a[::-1])": (MATRIX,),
    "a.fill(3)": (INTEGERS,),
    "a.sort()": (MATRIX[:, ::-1],),
    "a.sort(axis=0)": (MATRIX[::-1],),
    "a[0].sort()": (MATRIX[:, ::-1],),
    "a.T.sort()": (MATRIX[::-1],),
    "a.flat[::5] = 1": (MATRIX,),
    "a.flat = [1, 2, 3]": (MATRIX,),
    "a.flat[[1, 3]] = 8": (MATRIX,),
    "a.sum(axis=0, out=a[0])": (MATRIX,),
    "np.cumsum(a, axis=1, out=a)": (MATRIX,),
    "np.clip(a, 2, 5, out=a)": (MATRIX,),
    "a[b] = a[b] + 1": (MATRIX, numpy.array([1, 0])),
    "a[0, 0] = np.array(5)": (MATRIX,),
    "a[0] = np.float32(1.5)": (MATRIX,),
    "a[0] = np.array([1.9, -1.9, 2.5, 3])": (INTEGERS,),
    "a[:2] = [[True], [False]]": (INTEGERS,),
    "a[:] = np.arange(4)[None]": (MATRIX,),
    "a[1] = np.ones((1, 1, 4))": (MATRIX,),
}
writes = pytest.mark.parametrize("code", WRITES)


@writes
def test_writes(code: str) -> None:
    same(statements(code), *WRITES[code], tolerance=1e-14)


@writes
def test_writes_in_a_traced_function(code: str) -> None:
    body, arguments = statements(code), [numpy.ascontiguousarray(a) for a in WRITES[code]]
    traced = tf.function(lambda *given: body(tnp_shim, *[g.copy() for g in given]), autograph=False)
    expected = body(numpy, *[a.copy() for a in arguments])
    check(expected, traced(*map(ours, arguments)), memory=False, tolerance=1e-14)


NO_SIZES = [code for code in WRITES if "for row" not in code and "@=" not in code]


@pytest.mark.parametrize("code", NO_SIZES)
def test_writes_where_the_length_is_unknown(code: str) -> None:
    body, arguments = statements(code), [numpy.ascontiguousarray(a) for a in WRITES[code]]
    specs = [ArraySpec([None, *a.shape[1:]], a.dtype) for a in arguments]
    traced = tf.function(
        lambda *given: body(tnp_shim, *[g.copy() for g in given]), input_signature=specs, autograph=False
    )
    expected = body(numpy, *[a.copy() for a in arguments])
    check(expected, traced(*map(ours, arguments)), memory=False, tolerance=1e-14)


SIZES = {
    "a[1:].reshape(-1)[0] = 5": True,
    "a[1].reshape(2, 2)[0] = 5": True,
    "a[:n - 1].reshape(-1)[1] = 5": True,
    "a[:, 1:].reshape(-1)[0] = 5": False,
    "a[:, :n - 1].reshape(-1)[0] = 5": False,
    "a[::2].reshape(-1)[0] = 5": False,
    "a[::2].reshape(-1, 2, 2)[0] = 5": True,
    "a[n - 1].reshape(2, 2)[0] = 5": True,
    "a.reshape(n * 4)[3] = 5": True,
    "a.reshape(4, n)[0] = 5": True,
    "a.reshape(4, n).T.reshape(-1)[0] = 5": False,
    "a.reshape(n // 3, -1)[0] = 5": True,
    "a.T.reshape(4, 1, n)[0] = 5": True,
    "a.T.reshape(4 * n)[0] = 5": False,
    "a.ravel('F')[0] = 5": False,
    "a.T.ravel('F')[0] = 5": True,
    "a.T.ravel('K')[0] = 5": True,
    "a.ravel()[1] = 5": True,
    "a[:, 0].ravel()[1] = 5": False,
    "a[:, [0, 1]].reshape(-1)[0] = 5": False,
    "a[None].reshape(-1)[0] = 5": True,
    "np.moveaxis(a, 0, 1).reshape(-1, order='F')[0] = 5": True,
    "a.reshape(-1, order='F')[0] = 5": False,
    "np.squeeze(a[:, None]).reshape(-1)[0] = 5": True,
}


@pytest.mark.parametrize("code", SIZES)
def test_views_and_copies_where_the_length_is_unknown(code: str) -> None:
    """Whether the write reaches `a` is as with NumPy, also where the sizes are unknown."""
    body = statements(f"n = a.shape[0]; {code}")
    traced = tf.function(
        lambda a: body(tnp_shim, a.copy()), input_signature=[ArraySpec([None, 4], "float64")], autograph=False
    )
    expected = body(numpy, MATRIX.copy())
    assert SIZES[code] == (not numpy.array_equal(expected, MATRIX))
    check(expected, traced(ours(MATRIX)), memory=False)


COMPILED = [
    "a[0] = 1",
    "a[1:, ::2] = 7",
    "a[::-2, ::-1] = [1, 2, 3, 4]",
    "a[:, 1:] = a[:, :-1]",
    "a[[0, 0, 1], 1] = [1, 2, 3]",
    "a[a > 5] = 0",
    "a += a.T",
    "a[1:] += a[:-1]",
    "a.real = 1; a.imag[0] = 5",
    "a.reshape(-1)[5] = 99",
    "for row in a: row[0] = row.sum()",
    "v = a[:, 1]; w = v[::2]; w += 10; a *= 2; v -= 1",
    "np.add(a, 1, out=a, where=a > 4)",
    "a.flat[::5] = 1",
]


@pytest.mark.parametrize("code", COMPILED)
def test_writes_in_a_compiled_function(code: str) -> None:
    body, arguments = statements(code), [numpy.ascontiguousarray(a) for a in WRITES[code]]
    compiled = tf.function(
        lambda *given: body(tnp_shim, *[g.copy() for g in given]), autograph=False, jit_compile=True
    )
    expected = body(numpy, *[a.copy() for a in arguments])
    check(expected, compiled(*map(ours, arguments)), memory=False, tolerance=1e-14)


REFUSED: dict[str, tuple[numpy.ndarray, ...]] = {
    "a[0] = [1, 2]": (MATRIX,),
    "a[:, 0] = [1, 2]": (MATRIX,),
    "a[3] = 1": (MATRIX,),
    "a[0, 4] = 1": (MATRIX,),
    "a[0, 0, 0] = 1": (MATRIX,),
    "a[0, 0] = [1]": (MATRIX,),
    "a[0, 0] = np.array([1, 2])": (MATRIX,),
    "a[0] = 1j": (MATRIX,),
    "a[0] = 'text'": (MATRIX,),
    "a[0] = None": (INTEGERS,),
    "a[0] = 300": (BYTES,),
    "a[0] = -1": (BYTES,),
    "a[0] = [[1, 2], [3]]": (MATRIX,),
    "a[[0, 3]] = 1": (MATRIX,),
    "a[[0, 1]] = np.ones((3, 4))": (MATRIX,),
    "a[a > 5] = [1, 2]": (MATRIX,),
    "a[a > 5] = np.ones((2, 3))": (MATRIX,),
    "a[b] = 1": (MATRIX, MASK),
    "a[1.5] = 1": (MATRIX,),
    "a += [1, 2]": (MATRIX,),
    "a += np.ones((2, 3, 4))": (MATRIX,),
    "a += 1.5": (INTEGERS,),
    "a /= 2": (INTEGERS,),
    "a += 1j": (MATRIX,),
    "a += 300": (BYTES,),
    "a &= 1": (MATRIX,),
    "np.add(a, 1, out=a[0])": (MATRIX,),
    "np.add(a, 1.5, out=a)": (INTEGERS,),
    "np.add(a, 1, out=[1])": (MATRIX,),
    "np.add(a, 1, out=np.float64(1))": (MATRIX,),
    "a.setflags(write=False); a[0] = 1": (MATRIX,),
    "a.setflags(write=False); a += 1": (MATRIX,),
    "a.setflags(write=False); np.add(a, 1, out=a)": (MATRIX,),
    "a.setflags(write=False); a.sort()": (MATRIX,),
    "a.setflags(write=False); a[1][0] = 1": (MATRIX,),
    "a.setflags(write=False); a.flat[0] = 1": (MATRIX,),
    "np.broadcast_to(a, (2, 3, 4))[0] = 1": (MATRIX,),
    "a.diagonal()[0] = 1": (MATRIX,),
    "a.imag[0] = 1": (MATRIX,),
    "a.sort(axis=2)": (MATRIX,),
    "np.sin(a, a, out=a)": (MATRIX,),
}


@pytest.mark.parametrize("code", REFUSED)
def test_refused_writes_change_nothing(code: str) -> None:
    raises(statements(code), *REFUSED[code])


@pytest.mark.parametrize("code", REFUSED)
def test_refused_writes_in_a_traced_function(code: str) -> None:
    """What shapes and dtypes decide is refused while tracing, what values decide when it runs."""
    body, arguments = statements(code), REFUSED[code]
    traced = tf.function(lambda *given: body(tnp_shim, *[g.copy() for g in given]), autograph=False)
    _, refusal = run(body, numpy, [a.copy() for a in arguments])
    kinds = [k for k in type(refusal).__mro__ if k.__module__ == "builtins"]
    with pytest.raises((kinds[0], tf.errors.InvalidArgumentError)):
        traced(*map(ours, arguments))


@pytest.mark.parametrize("code", ["a += 'x'", "a.sum(out=a)"])
def test_refused_writes_in_our_words(code: str) -> None:
    raises(statements(code), MATRIX, message=False)


def test_writing_to_an_argument_of_a_traced_function_is_refused() -> None:
    @tf.function
    def traced(a: Any) -> Any:
        a[0] = 1
        return a

    with pytest.raises(Exception, match="modif|lost"):
        traced(tnp_shim.zeros(3))


def test_gradients_through_writes() -> None:
    a, b = ours(MATRIX), ours(MATRIX[0])
    with tf.GradientTape() as tape:
        tape.watch([a, b])
        made = a * 1
        made[1] = b * 2
        made[:, 0] *= 3
        made[made > 100] = 0
        made[[0, 2], 1] = b[:2]
        made.T[3] += b[3]
        total = (made * made).sum()
    by_a, by_b = (numpy.asarray(g) for g in tape.gradient(total, [a, b]))

    def value(x: numpy.ndarray, y: numpy.ndarray) -> Any:
        made = x * 1
        made[1] = y * 2
        made[:, 0] *= 3
        made[[0, 2], 1] = y[:2]
        made.T[3] += y[3]
        return (made * made).sum()

    step = 1e-6
    for gradient, at in ((by_a, 0), (by_b, 1)):
        for i in numpy.ndindex(gradient.shape):
            given = [MATRIX.copy(), MATRIX[0].copy()]
            given[at][i] += step
            above = value(*given)
            given[at][i] -= 2 * step
            assert abs((above - value(*given)) / (2 * step) - gradient[i]) < 1e-4


def test_second_gradients_through_writes() -> None:
    x = tf.Variable([1.0, 2.0, 3.0], dtype=tf.float64)
    with tf.GradientTape() as outer:
        with tf.GradientTape() as inner:
            a = tnp_shim.zeros(4)
            a[1:] = tnp_shim.asarray(x) ** 3
            a[::2] *= 2
            total = a.sum()
        first = inner.gradient(total, x)
    assert numpy.allclose(first, [3.0, 24.0, 27.0])
    assert numpy.allclose(outer.gradient(first, x), [6.0, 24.0, 18.0])


def test_what_was_watched_stays_the_source_after_a_write() -> None:
    a = ours(MATRIX)
    with tf.GradientTape() as tape:
        tape.watch(a)
        a *= 3
        total = (a * a).sum()
    assert numpy.allclose(numpy.asarray(tape.gradient(total, a)), 18 * MATRIX)


def test_a_long_chain_of_writes_in_a_traced_loop() -> None:
    @tf.function
    def traced(a: Any) -> Any:
        a = a.copy()
        view = a[1:-1]
        for i in range(3):
            view[i % 2] += a[0]
            view += 1
        return a, view

    theirs = numpy.arange(20.0).reshape(5, 4)
    expected = theirs.copy()
    seen = expected[1:-1]
    for i in range(3):
        seen[i % 2] += expected[0]
        seen += 1
    made, made_view = traced(ours(theirs))
    check(expected, made, memory=False)
    check(numpy.array(seen), made_view, memory=False)
