"""`tnp_shim.function` writes back what a function changes in its arguments, as NumPy's would be changed."""

from __future__ import annotations

import dataclasses
from collections import OrderedDict, defaultdict, namedtuple

import numpy
import pytest
import tensorflow as tf
from differential import same

import tnp_shim
import tnp_shim as np
from tnp_shim.errors import LostWriteError, UnsupportedError


def both(body, *arguments, jit_compile=None, views=None):
    """Run a body on NumPy's arrays, and compiled on ours and on NumPy's: all must be changed alike.

    `views` makes the arguments of the call from the arrays, in the namespace that it is given.
    """
    views = views or (lambda *arrays: arrays)
    expected = [a.copy() for a in arguments]
    want = body(*views(*expected))
    for make in (lambda a: a.copy(), np.array):
        compiled = tnp_shim.function(body, jit_compile=jit_compile)
        for _ in range(2):  # the second call runs the trace of the first
            given = [make(a) for a in arguments]
            got = compiled(*views(*given))
            for e, g in zip(expected, given, strict=True):
                numpy.testing.assert_array_equal(numpy.asarray(g), e)
            if want is not None:
                numpy.testing.assert_array_equal(numpy.asarray(got), want)
        assert compiled.experimental_get_tracing_count() == 1


X = numpy.arange(12.0).reshape(3, 4)


def add_one(x):
    x += 1


def set_row(x):
    x[1] = x[0] * 2


def through_a_view(x):
    x.T[1:, 0] *= 10


def sort_rows(x):
    x[:] = -x
    x.sort()


def in_a_callee(x):
    add_one(x)
    return x.sum()


def by_out(x):
    numpy.add(x, 1, out=x)


def in_a_loop(x):
    for i in range(1, x.shape[0]):
        x[i] += x[i - 1]


def in_a_branch(x):
    if x.sum() > 3:
        x[0] = 0
    else:
        x[1] = 0


WRITES = (add_one, set_row, through_a_view, sort_rows, in_a_callee, by_out, in_a_loop, in_a_branch)


@pytest.mark.parametrize("write", WRITES, ids=lambda write: write.__name__)
@pytest.mark.parametrize("jit_compile", [None, True])
def test_a_write_reaches_the_callers_array(write, jit_compile) -> None:
    both(write, X, jit_compile=jit_compile)


LAYOUTS = (
    lambda x: (x[1:],),
    lambda x: (x.T,),
    lambda x: (x[:, ::-2],),
    lambda x: (x.reshape(-1)[2:9:3],),
    lambda x: (x[1],),
)


@pytest.mark.parametrize("views", LAYOUTS)
def test_a_view_alone_is_written_through(views) -> None:
    def write(x):
        x.ravel()[:1] = 7.0  # a view or a copy, as NumPy has it for this layout
        x[-1:] += 1

    both(write, X, views=views)


PAIRS = (
    lambda x: (x, x),
    lambda x: (x, x[1:]),
    lambda x: (x[:2], x[1:]),
    lambda x: (x.T[1:], x),
    lambda x: (x[::-1], x[:, 1::2]),
    lambda x: (x.reshape(2, 6), x[0]),
    lambda x: (x[:1], x[2:]),
)


@pytest.mark.parametrize("views", PAIRS)
@pytest.mark.parametrize("jit_compile", [None, True])
def test_aliases_inside_are_as_outside(views, jit_compile) -> None:
    def write(x, y):
        x += 1
        y[:1] *= 10
        x[-1:] -= y.sum()

    both(write, X, views=views, jit_compile=jit_compile)


def test_the_same_array_is_one_inside() -> None:
    @tnp_shim.function
    def f(x, y, z):
        return x is y, x is z

    a = np.ones(3)
    assert f(a, a, np.ones(3)) == (True, False)
    assert f(a, np.ones(3), a) == (False, True)
    assert f.experimental_get_tracing_count() == 2


def test_overlapping_arguments_of_two_dtypes_are_refused() -> None:
    a = numpy.zeros(4)
    with pytest.raises(UnsupportedError, match="overlap in memory"):
        tnp_shim.function(lambda x, y: x)(a, a.view(numpy.int64))


def test_results_that_are_arguments_or_views_of_them_alias_them() -> None:
    def f(x):
        x += 1
        return x, x[1:], x.T

    a = np.array(X)
    whole, rows, turned = tnp_shim.function(f)(a)
    assert whole is a
    rows[0] = -1
    turned[0] = 5
    expected = X + 1
    expected[1] = -1
    expected.T[0] = 5
    numpy.testing.assert_array_equal(a, expected)
    given = X.copy()
    whole, rows, _ = tnp_shim.function(f)(given)  # of a NumPy array: our arrays, with the values
    assert isinstance(whole, np.ndarray) and isinstance(rows, np.ndarray)
    numpy.testing.assert_array_equal(whole, given)


def test_results_that_share_memory_with_each_other() -> None:
    @tnp_shim.function
    def f(x):
        y = x * 2
        return y, y, [y, y.T.copy().T]

    y, again, (third, ordered) = f(np.array(X))
    assert y is again is third
    assert ordered.flags.f_contiguous and not ordered.flags.c_contiguous
    same(lambda _: ordered.strides == y.T.copy().T.strides)


def test_a_failed_call_leaves_the_arguments() -> None:
    @tnp_shim.function
    def f(x, i):
        x += 1
        x[0] = i
        tf.debugging.assert_less(tf.convert_to_tensor(i), tf.constant(5.0, tf.float64))
        return x[7] if x.ndim > 1 else x

    for make in (numpy.array, np.array):
        a = make([1.0, 2.0])
        with pytest.raises(tf.errors.InvalidArgumentError):
            f(a, 9.0)
        b = make(X)
        with pytest.raises(IndexError):
            f(b, 1.0)
        numpy.testing.assert_array_equal(a, [1, 2])
        numpy.testing.assert_array_equal(b, X)
        f(a, 3.0)
        numpy.testing.assert_array_equal(a, [3, 3])


def test_read_only_arrays_are_not_written() -> None:
    a = X.copy()
    a.flags.writeable = False
    for array in (a, np.broadcast_to(np.ones(4), (3, 4))):
        with pytest.raises(ValueError, match="read-only"):
            tnp_shim.function(add_one)(array)


def test_the_shape_of_an_argument_is_not_changed_in_place() -> None:
    def flat(x):
        x.shape = (12,)

    with pytest.raises(LostWriteError, match="shape"):
        tnp_shim.function(flat)(np.array(X))


# containers and objects

Pair = namedtuple("Pair", "first second")


@dataclasses.dataclass
class State:
    u: object
    dt: float
    steps: int = 0


@dataclasses.dataclass(frozen=True)
class Frozen:
    u: object


@dataclasses.dataclass(slots=True)
class Slots:
    u: object


@pytest.mark.parametrize(
    "make",
    [
        lambda a: [a, 1],
        lambda a: (a, "text", None),
        lambda a: {"u": a, "name": [a]},
        lambda a: OrderedDict(b="text", u=a),
        lambda a: defaultdict(list, u=[{"v": a}]),
        lambda a: Pair(a, {1: a}),
        lambda a: State(a, None),
        lambda a: Frozen([a]),
        lambda a: Slots(a),
    ],
)
def test_arrays_in_containers_are_written(make) -> None:
    def write(container):
        for array in arrays_of(container):
            array[0] += 1
        return container

    def arrays_of(value):
        if hasattr(value, "shape"):
            return [value]
        if dataclasses.is_dataclass(value):
            value = [getattr(value, field.name) for field in dataclasses.fields(value)]
        if isinstance(value, dict):
            value = list(value.values())
        return [a for v in value for a in arrays_of(v)] if isinstance(value, (list, tuple)) else []

    for own in (np.array, numpy.array):
        a = own([1.0, 2.0])
        given = make(a)
        result = tnp_shim.function(write, autograph=False)(given)
        assert float(a[0]) == 1 + len(arrays_of(given))
        assert type(result) is type(given)
        if isinstance(given, (list, dict, State)):
            assert result is given


def test_changes_of_containers_reach_the_caller() -> None:
    @tnp_shim.function
    def f(arrays, table, state):
        arrays[0], arrays[1] = arrays[1], arrays[0]
        arrays.append(arrays[0] * 2)
        table["sum"] = arrays[0].sum()
        del table["old"]
        state.u = state.u + state.dt
        state.steps += 1
        state.name = "moved"

    a, b = np.ones(2), np.zeros(2)
    arrays, table, state = [a, b], {"old": 1}, State(np.ones(1), 0.5)
    for _ in range(2):
        f(arrays[:2], dict(table, old=1), State(np.ones(1), 0.5))
    f(arrays, table, state)
    assert f.experimental_get_tracing_count() == 1
    assert arrays[0] is b and arrays[1] is a and len(arrays) == 3
    assert list(table) == ["sum"] and float(table["sum"]) == 0
    assert (float(state.u[0]), state.steps, state.name) == (1.5, 1, "moved")


class Plate:
    def __init__(self, u, rate):
        self.u, self.rate, self.calls = u, rate, 0

    @tnp_shim.function
    def step(self, times=1):
        for _ in range(times):
            self.u[1:-1] += self.rate * (self.u[2:] - 2 * self.u[1:-1] + self.u[:-2])
        return self.u.max()

    def step_by_numpy(self, times=1):
        return Plate.step.python_function(self, times)


@pytest.mark.parametrize("own", [np.array, numpy.array])
def test_methods_write_to_attributes(own) -> None:
    start = numpy.array([0.0, 1.0, 4.0, 0.0, 2.0])
    plates = [Plate(own(start), 0.1), Plate(own(start[::-1]), 0.2)]
    expected = [Plate(start.copy(), 0.1), Plate(start[::-1].copy(), 0.2)]
    before = Plate.step.experimental_get_tracing_count()
    for plate, known in zip(plates, expected, strict=True):
        for _ in range(2):
            assert float(plate.step(times=2)) == pytest.approx(known.step_by_numpy(2))
        numpy.testing.assert_allclose(plate.u, known.u)
    assert Plate.step.experimental_get_tracing_count() - before == 1  # for both
    plates[0].rate = 0.0
    value = numpy.array(plates[0].u)
    plates[0].step(2)
    numpy.testing.assert_array_equal(plates[0].u, value)


# arrays from outside

W = np.ones(3)
TABLE = {"w": [np.zeros(2)]}


def test_arrays_from_outside_are_read_and_written_at_each_call() -> None:
    inner = np.full(2, 5.0)

    def helper(i):
        TABLE["w"][0][i] += 1

    @tnp_shim.function
    def f(x):
        W[0] += 1
        helper(1)
        inner[:] *= x
        return x * W, inner[0]

    for call in range(1, 4):
        product, first = f(2.0)
        numpy.testing.assert_array_equal(product, [2 + 2 * call, 2, 2])
        assert float(first) == 5 * 2**call
    numpy.testing.assert_array_equal(TABLE["w"][0], [0, 3])
    W[1] = 7
    assert float(f(1.0)[0][1]) == 7
    assert f.experimental_get_tracing_count() == 1


def test_an_array_that_no_name_leads_to_is_written_too() -> None:
    hidden = np.zeros(2)
    getters = {"get": type("Opaque", (), {"__slots__": (), "__call__": lambda self: hidden})()}

    @tnp_shim.function
    def f():
        getters["get"]()[0] += 1

    for _ in range(3):
        f()
    numpy.testing.assert_array_equal(hidden, [3, 0])


def test_within_other_traces() -> None:
    @tnp_shim.function
    def double(x):
        x *= 2
        W[2] += 1

    @tf.function
    def outer(x):
        y = x + 1
        double(y[1:])
        return y

    before = float(W[2])
    with pytest.raises(LostWriteError):
        outer(np.ones(3))  # a tf.function cannot write to W

    @tnp_shim.function
    def compiled(x):
        y = x + 1
        double(y[1:])
        double(x)
        return y

    a = np.ones(3)
    numpy.testing.assert_array_equal(compiled(a), [2, 4, 4])
    numpy.testing.assert_array_equal(a, [2, 2, 2])
    assert float(W[2]) == before + 2

    @tf.function
    def with_numpys_array(x):
        double(numpy.ones(3))
        return x

    with pytest.raises(LostWriteError):
        with_numpys_array(np.ones(1))
    numpy.testing.assert_array_equal(W[2], before + 2)


SHARED = np.zeros(4)


def test_an_argument_may_be_an_array_from_outside() -> None:
    @tnp_shim.function
    def f(x, y):
        SHARED[0] += 1
        x += SHARED[0]
        y[-1] = SHARED.sum()
        return SHARED * 1, x[0]

    expected = numpy.zeros(4)
    for _ in range(2):
        whole, first = f(SHARED, SHARED[1:3])
        expected[0] += 1
        expected += expected[0]
        expected[2] = expected.sum()
        numpy.testing.assert_array_equal(SHARED, expected)
        numpy.testing.assert_array_equal(whole, expected)
        assert float(first) == expected[0]
    other = np.zeros(4)
    f(other, other)
    numpy.testing.assert_array_equal(other, [expected[0] + 1] * 3 + [expected.sum() + 1])


@pytest.mark.parametrize("sizes", [None, 6])
def test_views_whose_place_is_unknown_while_tracing(sizes) -> None:
    @tnp_shim.function
    def write(x, y):
        x += 1
        y[:] = x.sum()

    @tf.function(input_signature=[np.ArraySpec([sizes]), tf.TensorSpec([], tf.int64)])
    def outer(given, start):
        x = given.copy()
        write(x, x[np.asarray(start) :])
        return x

    for start in (1, 4):
        expected = numpy.arange(1.0, 7)
        expected[start:] = expected.sum()
        numpy.testing.assert_array_equal(outer(np.arange(6.0), start), expected)


def test_a_written_array_keeps_its_byte_order() -> None:
    a = numpy.arange(3, dtype=">f8")
    tnp_shim.function(add_one)(a)
    assert a.dtype == ">f8" and a.tolist() == [1, 2, 3]


class Tree:
    def __init__(self, u):
        self.u, self.me, self.children = u, self, []

    @property
    def total(self):
        return self.u.sum()

    def grow(self):
        self.u += 1

    @tnp_shim.function
    def step(self):
        self.grow()
        for child in self.children:
            child.parent.u *= 2
        return self.total, self


class Pine(Tree):
    def grow(self):
        super().grow()
        self.u *= 10


def test_objects_that_refer_to_each_other() -> None:
    for kind, sum_ in ((Tree, 8), (Pine, 80)):
        tree, child = kind(np.ones(2)), Tree(np.zeros(1))
        child.parent = tree
        tree.children.append(child)
        total, same_tree = tree.step()
        assert (float(total), same_tree, tree.me) == (sum_, tree, tree)
        assert tree.children[0] is child and child.parent is tree


def test_objects_that_are_returned() -> None:
    made = tnp_shim.function(lambda x: Tree(x * 2))(numpy.ones(2))
    assert type(made) is Tree and made.children == []
    numpy.testing.assert_array_equal(made.u, [2, 2])
