"""Plans read and write as NumPy does: values, shapes, views or copies, and the wording of errors."""

from __future__ import annotations

from typing import Any

import numpy
import pytest
import tensorflow as tf
from hypothesis import given, settings
from hypothesis import strategies as st
from index_cases import assigned, filled, indices, outcome, shapes, values_for

from tnp_shim.indexing import expression, plan


def check_same_error(theirs: Exception | None, ours: Exception | None) -> None:
    assert type(ours) is type(theirs), (theirs, ours)
    assert str(ours) == str(theirs)


def check_read(array: numpy.ndarray, index: Any) -> Any:
    """Compares reading; gives NumPy's result, None where it raises."""
    wanted, their_error = outcome(lambda: array[index])
    made, our_error = outcome(lambda: plan(array.shape, index))
    if their_error is not None:
        check_same_error(their_error, our_error)
        return None
    assert our_error is None, our_error
    given = made.read(tf.constant(array))
    assert tuple(given.shape) == numpy.shape(wanted)
    numpy.testing.assert_array_equal(given.numpy(), wanted)
    assert made.is_scalar == (not isinstance(wanted, numpy.ndarray))
    if not made.is_scalar and wanted.size:
        assert made.is_view == numpy.shares_memory(wanted, array)
    if made.is_view:
        assert made.shape == wanted.shape
        numpy.testing.assert_array_equal(array[made.numpy_index], wanted)
    return wanted


def check_write(array: numpy.ndarray, index: Any, value: Any) -> None:
    wanted, their_error = outcome(lambda: assigned(array, index, value))
    given, our_error = outcome(lambda: plan(array.shape, index).write(tf.constant(array), tf.constant(value)))
    if their_error is not None:
        check_same_error(their_error, our_error)
        return
    assert our_error is None, our_error
    numpy.testing.assert_array_equal(given.numpy(), wanted)


@pytest.mark.parametrize("arrays", [False, True])
@settings(max_examples=600)
@given(st.data())
def test_any_index_reads_and_writes_as_numpy(arrays: bool, data: st.DataObject) -> None:
    array = filled(data.draw(shapes(), "shape"))
    index = data.draw(indices(array.shape, arrays), "index")
    wanted = check_read(array, index)
    if wanted is not None:
        scalar = not isinstance(wanted, numpy.ndarray)
        value = numpy.array(7.0) if scalar else data.draw(values_for(wanted.shape), "value")
        check_write(array, index, value)


ARRAY = filled((3, 4))
TENSOR = tf.constant(ARRAY)


@pytest.mark.parametrize(
    "index",
    [
        5,
        -4,
        (0, 0, 0),
        (Ellipsis, Ellipsis),
        slice(None, None, 0),
        1.0,
        "x",
        [1.0],
        numpy.array(1.0),
        numpy.array([1], object),
        slice(1.0, None),
        {},
        2**70,
        (0, -(2**70)),
        [[1], [0, 1]],
        [True, False],
        numpy.ones((3, 3), bool),
        numpy.ones((3, 4, 1), bool),
        ([0, 1], [0, 1, 2]),
        ([[0], [1]], slice(None), [0]),
        (ARRAY > 5, 0),
        ([0, 3], 0),
        ([], 5),
    ],
)
def test_errors_are_numpys(index: Any) -> None:
    assert check_read(ARRAY, index) is None


@pytest.mark.parametrize(
    "index",
    [
        [],
        (),
        Ellipsis,
        numpy.int8(1),
        (numpy.uint64(1), 2),
        numpy.array([2, 0], numpy.uint64),
        (slice(numpy.int64(1), None), slice(None, 2**70)),
        (slice(-(2**70), None, 2**65),),
        numpy.ix_([2, 0], [1, 3, 1]),
        numpy.s_[..., 1:3],
        numpy.s_[[0, 2], 1:],
        True,
        (None, True),
        numpy.True_,
        (numpy.array(1), Ellipsis),
        ((0, 1), (1, 2)),
        [numpy.array(1), 2],
        numpy.array([], bool),
        [[True, False, False, True], [False] * 4, [True] * 4],
    ],
)
def test_spellings_of_indices(index: Any) -> None:
    wanted = check_read(ARRAY, index)
    assert wanted is not None
    check_write(ARRAY, index, numpy.array(-1.0))


@pytest.mark.parametrize("dtype", [tf.int32, tf.int64, tf.uint8, tf.int8, tf.uint16, tf.bool])
def test_tensors_are_indices(dtype: tf.DType) -> None:
    values = numpy.array([1, 0, 1], dtype.as_numpy_dtype)
    numpy.testing.assert_array_equal(plan((3, 4), tf.constant(values)).read(TENSOR), ARRAY[values])
    value = numpy.array(5.0)
    written = plan((3, 4), tf.constant(values)).write(TENSOR, tf.constant(value))
    numpy.testing.assert_array_equal(written, assigned(ARRAY, values, value))


def test_known_tensors_of_rank_0_are_ints() -> None:
    one = tf.constant(1)
    assert plan((3, 4), (one, slice(one, None))) is plan((3, 4), (1, slice(1, None)))
    numpy.testing.assert_array_equal(plan((3, 4), [one, 2]).read(TENSOR), ARRAY[[1, 2]])


def test_float_tensors_are_refused() -> None:
    with pytest.raises(IndexError, match="arrays used as indices must be of integer"):
        plan((3, 4), tf.constant([1.0]))
    with pytest.raises(IndexError, match="arrays used as indices must be of integer"):
        plan((3, 4), tf.constant(1.0))


def test_what_stands_for_a_tensor_is_unwrapped() -> None:
    class Box:
        def __init__(self, tensor: tf.Tensor) -> None:
            self.tensor = tensor

    def unwrap(item: Any) -> Any:
        return item.tensor if isinstance(item, Box) else item

    one = Box(tf.constant(1))
    assert expression((one, slice(one, None)), unwrap) == (1, (slice, 1, None, None))
    assert expression([one, 2], unwrap)[0].tolist() == [1, 2]


def test_a_mask_of_tensors_and_how_many_values_it_takes() -> None:
    mask = ARRAY > 5
    made = plan((3, 4), tf.constant(mask))
    numpy.testing.assert_array_equal(made.read(TENSOR), ARRAY[mask])
    for value in (numpy.arange(6.0), numpy.array(3.0), numpy.array([3.0])):
        written = plan((3, 4), tf.constant(mask)).write(TENSOR, tf.constant(value))
        numpy.testing.assert_array_equal(written, assigned(ARRAY, mask, value))
    for value in (numpy.arange(5.0), numpy.ones((1, 6))):
        _, wanted = outcome(lambda value=value: assigned(ARRAY, mask, value))
        _, given = outcome(
            lambda value=value: plan((3, 4), tf.constant(mask)).write(TENSOR, tf.constant(value))
        )
        check_same_error(wanted, given)


@pytest.mark.parametrize("dtype", ["bool", "int8", "uint16", "uint64", "float16", "bfloat16", "complex128"])
@pytest.mark.parametrize(
    "index", [slice(0, 2), (slice(None), slice(None, None, -2)), [1, 1], ARRAY > 5, (0, 1)]
)
def test_every_dtype(dtype: str, index: Any) -> None:
    array = tf.cast(TENSOR, dtype).numpy()
    made = plan(array.shape, index)
    numpy.testing.assert_array_equal(made.read(tf.constant(array)).numpy(), array[index])
    value = numpy.array(1, array.dtype)
    written = made.write(tf.constant(array), tf.constant(value)).numpy()
    numpy.testing.assert_array_equal(written, assigned(array, index, value))


@pytest.mark.parametrize("value", [numpy.ones(1), numpy.ones((1, 1)), numpy.ones(2), numpy.ones(0)])
def test_an_element_takes_no_sequence(value: numpy.ndarray) -> None:
    check_write(ARRAY, (0, 0), value)


def test_the_last_of_duplicates_wins() -> None:
    random = numpy.random.default_rng(0)
    index = random.integers(0, 50, 20_000)
    array, value = numpy.zeros(50), random.random(20_000)
    check_write(array, index, value)


def test_plans_of_basic_indices_are_kept_and_whole_ones_are_free() -> None:
    assert plan((3, 4), numpy.s_[1:-1, 0]) is plan((3, 4), numpy.s_[1:-1, 0])
    assert plan((3, 4), numpy.s_[1, 1]) is not plan((3, 4), (True, 1))
    for index in (Ellipsis, (), slice(None), numpy.s_[0:3, ::1], numpy.s_[:, 0:9]):
        made = plan((3, 4), index)
        assert made.read(TENSOR) is TENSOR
        value = tf.ones((3, 4), tf.float64)
        assert made.write(TENSOR, value) is value
