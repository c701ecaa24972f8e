"""Plans in traced functions: unknown sizes and ranks, indices that are arguments, loops, and XLA."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy
import pytest
import tensorflow as tf
import traced_indices as run
from hypothesis import given, settings
from hypothesis import strategies as st
from index_cases import assigned, filled, indices, outcome, shapes, values_for
from traced_indices import Argument, shape_of

from tnp_shim.errors import UnsupportedError
from tnp_shim.indexing import plan
from tnp_shim.kernels.coverage import kernel_dtypes


def hidden(data: st.DataObject, item: Any) -> Any:
    """The item, or with parts that are unknown while tracing."""
    if isinstance(item, tuple):
        return tuple(hidden(data, part) for part in item)
    if item is None or item is Ellipsis or not data.draw(st.booleans()):
        return item
    if isinstance(item, slice):
        return slice(*(hidden(data, bound) for bound in (item.start, item.stop)), item.step)
    if type(item) is int:
        return Argument(numpy.array(item, data.draw(st.sampled_from(("int32", "int64")))))
    return Argument(item, data.draw(st.booleans()))


def some_unknown(data: st.DataObject, sizes: tuple[int, ...]) -> list[int | None]:
    return [size if data.draw(st.booleans()) else None for size in sizes]


@settings(max_examples=120)
@given(st.data())
def test_unknown_sizes_and_indices(data: st.DataObject) -> None:
    array = filled(data.draw(shapes(4), "shape"))
    index = hidden(data, data.draw(indices(array.shape), "index"))
    sizes = some_unknown(data, array.shape)
    wanted, their_error = outcome(lambda: array[run.real(index)])
    given, our_error = outcome(lambda: run.read(array, index, sizes))
    assert (our_error is None) == (their_error is None), (their_error, our_error)
    if their_error is not None:
        return
    assert given.shape == wanted.shape
    numpy.testing.assert_array_equal(given, wanted)
    value = data.draw(values_for(wanted.shape), "value")
    wanted, their_error = outcome(lambda: assigned(array, run.real(index), value))
    given, our_error = outcome(lambda: run.write(array, index, value, sizes, some_unknown(data, value.shape)))
    assert (our_error is None) == (their_error is None), (their_error, our_error)
    if their_error is None:
        numpy.testing.assert_array_equal(given, wanted)


CUBE = filled((2, 3, 4))
MASK = CUBE[:, :, 0] > 4
SINGLE_COMPILED = [
    (1, (3, 4)),
    (Ellipsis, ()),
    (numpy.s_[1:], (1, 3, 1)),
    (numpy.s_[:, ::2], (4,)),
    (numpy.s_[..., ::-1], (4,)),
    (numpy.s_[0, ::-1], (3, 4)),
    (numpy.s_[1, ::-2, 1::2], (2, 2)),
    (numpy.s_[:, None, 1:, -1], (2,)),
    ([1, 0, 1], (3, 3, 4)),
    (([1, 0], slice(None), [0, 3]), (2, 3)),
    (numpy.s_[:, [2, 2, 0]], (3, 1)),
    (numpy.ix_([1], [0, 2], [3, 0]), (2,)),
    (MASK, (4, 4)),
    (MASK, ()),
    (Argument(1), (3, 4)),
    ((0, Argument(-1)), (4,)),
    ((Argument(0), slice(None), Argument(2)), (3,)),
    ((Argument(0), slice(None, None, 2), slice(1, None)), (2, 3)),
    ((slice(None), Argument([2, 0, 2])), (3, 4)),
    ((Argument([1, 0]), Argument([[2], [2]])), (2, 2, 4)),
    ((slice(None), Argument(MASK[0])), (1, 4)),
    ((1, slice(Argument(1), None)), (4,)),
    ((slice(None, Argument(1)), slice(1, None), slice(None, None, -2)), (1, 2, 2)),
    ((1, slice(Argument(2), None, -1)), (3, 4)),
]


@pytest.mark.parametrize(("index", "value_shape"), SINGLE_COMPILED)
@pytest.mark.parametrize("known", [True, False])
def test_xla_compiles(index: Any, value_shape: tuple[int, ...], known: bool) -> None:
    sizes = CUBE.shape if known else (None,) * 3
    value = filled(value_shape) + 100
    numpy.testing.assert_array_equal(run.read(CUBE, index, sizes, jit_compile=True), CUBE[run.real(index)])
    given = run.write(CUBE, index, value, sizes, value_shape, jit_compile=True)
    numpy.testing.assert_array_equal(given, assigned(CUBE, run.real(index), value))


def test_xla_compiles_nothing_selected() -> None:
    assert run.read(CUBE, numpy.s_[2:1], CUBE.shape, jit_compile=True).shape == (0, 3, 4)
    value = numpy.array(1.0)
    given = run.write(CUBE, numpy.s_[2:1], value, CUBE.shape, (), jit_compile=True)
    numpy.testing.assert_array_equal(given, CUBE)


@pytest.mark.parametrize("value", [numpy.array(7.0), filled((7,)), filled((1,))])
def test_masks_that_xla_can_not_know(value: numpy.ndarray) -> None:
    index = Argument(CUBE > 16)
    given = run.write(CUBE, index, value, CUBE.shape, value.shape, jit_compile=True)
    numpy.testing.assert_array_equal(given, assigned(CUBE, index.value, value))


@pytest.mark.parametrize("index", [(None,), (1, None), (slice(1, 2), 0), (..., 2)], ids=str)
def test_xla_broadcasts_integers_and_truths(index: Any) -> None:
    for array in (CUBE.astype(numpy.int32), CUBE > 3):
        value = numpy.array(True, array.dtype)
        given = run.write(array, index, value, array.shape, (), jit_compile=True)
        wanted = array.copy()
        wanted[index] = value
        numpy.testing.assert_array_equal(given, wanted)


@pytest.mark.parametrize("dtype", ["float16", "int8", "bool", "uint32"])
def test_a_write_at_index_arrays_has_gpu_kernels_in_a_graph(dtype: str) -> None:
    """The scatter of a graph is of a dtype that GPUs have, and the values stay."""
    array, value = CUBE.astype(dtype), numpy.array(1, dtype)
    numpy.testing.assert_array_equal(
        run.write(array, [0, 1], value, array.shape, ()), numpy.where(True, value, array)
    )

    def body(tensor: Any) -> Any:
        return plan(array.shape, [0, 1]).write(tensor, tf.constant(value))

    graph = tf.function(body, autograph=False).get_concrete_function(tf.TensorSpec(array.shape, dtype)).graph
    scatters = [op for op in graph.get_operations() if op.type == "TensorScatterUpdate"]
    assert scatters
    assert all(op.get_attr("T") in kernel_dtypes("TensorScatterUpdate", "GPU") for op in scatters)


def test_xla_refuses_unknown_masks_among_index_arrays() -> None:
    index = (Argument([True, False]), slice(None), [1])
    with pytest.raises(UnsupportedError, match=r"np\.where"):
        run.write(CUBE, index, numpy.array(1.0), CUBE.shape, (), jit_compile=True)


@pytest.mark.parametrize("jit_compile", [False, True])
@pytest.mark.parametrize(
    ("index", "value_shape"),
    [
        (0, (3, 4)),
        (slice(1, None), (4,)),
        (Ellipsis, ()),
        ((Ellipsis, 0), (3,)),
        (slice(None, None, -1), (4,)),
        ((slice(None), slice(None, None, 2)), (2, 4)),
        ((None, 1), (4,)),
        ([1, 0, 1], (3, 1, 4)),
        (([1, 0], [0, 2]), (2, 4)),
        (([1, 0], slice(None), [0, 2]), (2, 3)),
        (MASK, (4,)),
    ],
)
def test_unknown_rank(index: Any, value_shape: tuple[int, ...], jit_compile: bool) -> None:
    numpy.testing.assert_array_equal(run.read(CUBE, index, None, jit_compile), CUBE[index])
    value = filled(value_shape) + 100
    given = run.write(CUBE, index, value, None, None, jit_compile)
    numpy.testing.assert_array_equal(given, assigned(CUBE, index, value))


def test_unknown_ranks_that_are_refused() -> None:
    with pytest.raises(UnsupportedError, match="rank"):
        run.read(CUBE, (Ellipsis, [0]), None)


@pytest.mark.parametrize(
    "index", [Argument(2), (0, Argument(-4)), Argument([0, 2]), (Argument([0]), Argument([3]))]
)
@pytest.mark.parametrize("sizes", [(2, 3, 4), (None, None, None)])
def test_unknown_indices_out_of_bounds_fail_at_run_time(index: Any, sizes: Any) -> None:
    with pytest.raises(tf.errors.InvalidArgumentError, match="out of bounds"):
        run.read(CUBE, index, sizes)
    with pytest.raises(tf.errors.InvalidArgumentError, match="out of bounds"):
        run.write(CUBE, index, numpy.array(0.0), sizes, ())


def test_known_indices_out_of_bounds_fail_while_tracing() -> None:
    with pytest.raises(IndexError, match="index 2 is out of bounds for axis 0 with size 2"):
        run.read(CUBE, 2, (2, None, None))
    with pytest.raises(IndexError, match="index 2 is out of bounds for axis 0 with size 2"):
        run.read(CUBE, [0, 2], (2, None, None))


@pytest.mark.parametrize(
    "index", [Argument([True, False]), slice(0, 1), Ellipsis, [0, 1], (Ellipsis, Argument(0))]
)
@pytest.mark.parametrize(("value_shape", "known"), [((3,), False), ((3, 1), True), ((4, 1), False)])
def test_a_size_unknown_until_run_time_does_not_grow_the_array(
    index: Any, value_shape: tuple[int, ...], known: bool
) -> None:
    value = numpy.ones(value_shape)
    sizes = value_shape if known else [None] * value.ndim
    with pytest.raises((tf.errors.InvalidArgumentError, ValueError)):
        run.write(filled((2, 1)), index, value, (None, None), sizes)


LOOPS: list[tuple[str, Callable[[Any], Any]]] = [
    ("i", lambda i: i),
    ("-i", lambda i: -i),
    ("i, 1:-1", lambda i: (i, slice(1, -1))),
    (":, i", lambda i: (slice(None), i)),
    ("i, i", lambda i: (i, i)),
    ("None, i, ::-1", lambda i: (None, i, slice(None, None, -1))),
    ("::2, i", lambda i: (slice(None, None, 2), i)),
    ("i, :i", lambda i: (i, slice(None, i))),
    ("i:i+2", lambda i: slice(i, i + 2)),
    ("i:, i:", lambda i: (slice(i, None), slice(i, None))),
    (":i, 1::2", lambda i: (slice(None, i), slice(1, None, 2))),
    ("-i:", lambda i: slice(-i, None)),
    ("i:1", lambda i: slice(i, 1)),
    ("i::-1", lambda i: (slice(i, None, -1), 0)),
    ("i, i:0:-1", lambda i: (i, slice(i, 0, -1))),
    ("[i, 0]", lambda i: [i, 0]),
]


@pytest.mark.parametrize("jit_compile", [False, True])
@pytest.mark.parametrize("sizes", [(3, 4), (None, None)])
@pytest.mark.parametrize(("spelling", "index_of"), LOOPS)
def test_rolled_loops(spelling: str, index_of: Callable[[Any], Any], sizes: Any, jit_compile: bool) -> None:
    wanted = filled((3, 4))
    for i in range(3):
        wanted[index_of(i)] = wanted[index_of(i)] * 2 + 1

    def step(i: tf.Tensor, array: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        made = plan(shape_of(array), index_of(i))
        return i + 1, made.write(array, made.read(array) * 2 + 1)

    @tf.function(input_signature=[tf.TensorSpec(sizes, tf.float64)], autograph=False, jit_compile=jit_compile)
    def loop(array: tf.Tensor) -> tf.Tensor:
        invariants = (tf.TensorShape([]), tf.TensorShape(sizes))
        return tf.while_loop(lambda i, _: i < 3, step, (0, array), shape_invariants=invariants)[1]

    numpy.testing.assert_array_equal(loop(filled((3, 4))), wanted)


def test_the_layout_of_a_traced_row_is_known() -> None:
    layouts = []

    def body(index: Any, tensor: tf.Tensor) -> tf.Tensor:
        layouts.append(plan(shape_of(tensor), index).numpy_index)
        return tensor

    index = (Argument(1), slice(None, None, 2))
    run.traced(body, index, [tf.TensorSpec((2, 3, 4), tf.float64)])(CUBE)
    assert CUBE[layouts[0]].strides == CUBE[1, ::2].strides


def operations(body: Callable[..., Any], *specs: tf.TensorSpec) -> list[str]:
    graph = tf.function(body, autograph=False).get_concrete_function(*specs).graph
    return sorted(op.type for op in graph.get_operations() if op.type not in ("Placeholder", "Identity"))


GRID = tf.TensorSpec((10, 10), tf.float64)


@pytest.mark.parametrize(
    ("index", "expert"),
    [
        (numpy.s_[1:-1, 1:-1], lambda x: x[1:-1, 1:-1]),
        (0, lambda x: x[0]),
        (numpy.s_[:, -1], lambda x: x[:, -1]),
        (numpy.s_[None, ::-1], lambda x: x[None, ::-1]),
        (numpy.s_[..., 2:8:3], lambda x: x[..., 2:8:3]),
        (numpy.s_[...], lambda x: x),
        (numpy.s_[:, :], lambda x: x),
        ([1, 2, 3], lambda x: tf.gather(x, [1, 2, 3])),
        (numpy.s_[:, [1, 2, 3]], lambda x: tf.gather(x, [1, 2, 3], axis=1)),
    ],
)
def test_reads_take_the_ops_an_expert_writes(index: Any, expert: Callable[[tf.Tensor], tf.Tensor]) -> None:
    ours = operations(lambda x: plan((10, 10), index).read(x), GRID)
    assert len(ours) <= len(operations(expert, GRID))


def test_a_row_at_an_unknown_place_takes_no_more_ops_than_an_expert_writes() -> None:
    place = tf.TensorSpec((), tf.int32)
    ours = operations(lambda x, i: plan((10, 10), i).read(x), GRID, place)
    assert len(ours) <= len(operations(lambda x, i: x[i], GRID, place))


def test_a_static_write_is_one_update() -> None:
    inner = tf.TensorSpec((8, 8), tf.float64)
    ours = operations(lambda x, v: plan((10, 10), numpy.s_[1:-1, 1:-1]).write(x, v), GRID, inner)
    assert ours == ["Const"] * 3 + ["TensorStridedSliceUpdate"]


def test_plans_serve_tf1_graphs() -> None:
    with tf.Graph().as_default() as graph:
        tensor = tf.compat.v1.placeholder(tf.float64, (3, 4))
        made = plan((3, 4), numpy.s_[1:, ::2])
        result = made.write(tensor, made.read(tensor) + 1)
        with tf.compat.v1.Session(graph=graph) as session:
            given = session.run(result, {tensor: filled((3, 4))})
    wanted = filled((3, 4))
    wanted[1:, ::2] += 1
    numpy.testing.assert_array_equal(given, wanted)
