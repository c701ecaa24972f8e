"""What is read and written at one mask, under XLA: the same ops on all elements, with NumPy's results."""

from __future__ import annotations

import numpy
import pytest
import tensorflow as tf

import tnp_shim

MASK = numpy.array([True, False, True, True, False, False])
ROWS = numpy.array([0, 2, 3])


def squared(np, x, y, m):
    x[m] = x[m] ** 2 + y[m]


def counted(np, x, y, m):
    x[m] += 1
    x[~m] = 0


def divided(np, x, y, m):
    x[m] = 3.0 / y[m] - np.log(np.abs(y[m])) + np.where(x[m] > 1, np.sqrt(x[m]), 2.0)


def of_the_mean(np, x, y, m):
    x[m] = (x[m] - x[m].mean()) * y[m].max()


def of_another_mask(np, x, y, m):
    x[m] = y[~m] * 2


def of_another_order(np, x, y, m):
    x[m] = np.sort(x[m]) + y[m]


def mask_that_changes(np, x, y, m):
    taken = x[m] * 2
    m[:] = ~m
    x[m] = taken


def spelled_out(np, x, y, m):
    x[(y > 0) & m] = x[(y > 0) & m] * 2
    x[~m] = y[~m] + 1


def spelled_out_of_what_changes(np, x, y, m):
    x[:] = y
    taken = x[x > 0] * 2
    x[0] = -1
    x[3] = 0.5
    x[2] = 1
    x[x > 0] = taken


def nearly_the_same(np, x, y, m):
    x[y > 1] = x[y >= 1.5] * 2
    x[y > 0] = y[y < 0][:1] * 3


def array_that_changes(np, x, y, m):
    taken = x[m] * 2
    x[:] = y
    x[m] = taken


def whole_divided(np, x, y, m):
    x[m] //= np.round(y[m])


CASES = [
    squared,
    counted,
    divided,
    of_the_mean,
    of_another_mask,
    of_another_order,
    mask_that_changes,
    array_that_changes,
    spelled_out,
    spelled_out_of_what_changes,
    nearly_the_same,
    whole_divided,
]
ELEMENTWISE = [spelled_out, squared, counted, divided, whole_divided, array_that_changes]


def arguments():
    x = numpy.array([2.0, -3.0, 0.5, 4.0, numpy.inf, numpy.nan])
    y = numpy.array([1.5, 0.0, -2.0, 1.0, 0.0, 0.0])
    return x, y, MASK.copy()


@pytest.mark.parametrize("body", CASES, ids=lambda body: body.__name__)
def test_what_a_mask_selects_is_written_as_numpy_writes_it(body):
    theirs = arguments()
    body(numpy, *theirs)
    mine = arguments()
    tnp_shim.function(lambda x, y, m: body(tnp_shim, x, y, m), jit_compile=True)(*mine)
    for t, m in zip(theirs, mine, strict=True):
        numpy.testing.assert_allclose(m, t, 1e-14)


@pytest.mark.parametrize("body", ELEMENTWISE, ids=lambda body: body.__name__)
def test_no_place_is_counted(body):
    trace = tnp_shim.function(
        lambda x, y, m: body(tnp_shim, x, y, m), jit_compile=True
    ).get_concrete_function(*arguments())
    assert "Cumsum" not in {op.type for op in trace.graph.get_operations()}


@pytest.mark.parametrize("body", [squared, divided, array_that_changes], ids=lambda body: body.__name__)
@pytest.mark.parametrize("times", [1, 2])
def test_no_nan_comes_into_a_gradient(body, times):
    given = [tf.constant(part) for part in arguments()]

    def gradients(jit):
        @tf.function(jit_compile=jit, autograph=False)
        def slopes(x, y, m):
            with tf.GradientTape() as outer:
                outer.watch([x, y])
                with tf.GradientTape() as tape:
                    tape.watch([x, y])
                    array = tnp_shim.asarray(x).copy()
                    body(tnp_shim, array, tnp_shim.asarray(y), tnp_shim.asarray(m).copy())
                    total = tf.reduce_sum(tf.boolean_mask(tf.convert_to_tensor(array), MASK))
                first = tape.gradient(total, [x, y], unconnected_gradients="zero")
                if times == 1:
                    return first
                chosen = [tf.gather(part, ROWS) for part in first]
            return outer.gradient(chosen, [x, y], unconnected_gradients="zero")

        return [tf.convert_to_tensor(part).numpy() for part in slopes(*given)]

    wanted = gradients(False)
    for mine, theirs in zip(gradients(True), wanted, strict=True):
        assert numpy.isfinite(theirs).all()
        numpy.testing.assert_allclose(mine, theirs, 1e-12)


@pytest.mark.parametrize("dtype", [numpy.int8, numpy.uint16, numpy.int64, numpy.float32, numpy.complex128])
def test_rows_and_columns_of_all_kinds(dtype):
    def body(np, a, rows, columns, both):
        a[rows] *= a[0]
        a[:, columns] += 2
        a[both] = -a[both] + a[both].astype(a.dtype)
        a[1, columns] = a[1, columns] * a[2, columns]

    def given():
        a = (numpy.arange(12).reshape(4, 3) % 5).astype(dtype)
        return a, numpy.array([True, False, True, True]), numpy.array([False, True, True]), a > 2

    theirs, mine = given(), given()
    body(numpy, *theirs)
    tnp_shim.function(lambda *parts: body(tnp_shim, *parts), jit_compile=True)(*mine)
    numpy.testing.assert_array_equal(mine[0], theirs[0])


def test_in_a_rolled_loop():
    def escape(np, z, c, most):
        count = np.zeros(z.shape, int)
        inside = np.ones(z.shape, bool)
        for i in range(most):
            z[inside] = z[inside] ** 2 + c[inside]
            escaped = inside & (np.abs(z) > 2)
            count[escaped] = i + 1
            inside &= ~escaped
        return count

    c = numpy.linspace(-2, 1, 20)[:, None] + 1j * numpy.linspace(-1, 1, 20)
    wanted = escape(numpy, numpy.zeros_like(c), c, 30)
    found = tnp_shim.function(lambda z, c: escape(tnp_shim, z, c, 30), jit_compile=True)(
        numpy.zeros_like(c), c
    )
    numpy.testing.assert_array_equal(found, wanted)
