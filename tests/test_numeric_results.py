"""Where results of numeric functions go and what kind they are: `out=`, `keepdims=`, views, ..."""

from __future__ import annotations

import numpy
import pytest
import tensorflow as tf
from differential import raises, same

import tnp_shim as np

NAN = ("nansum", "nanmax", "nanmean", "nanvar", "nancumsum")
REDUCTIONS = ("sum", "prod", "max", "min", "all", "any", "ptp", "mean", "std", "var", "cumsum", *NAN)


def into(name, dtype):
    def body(np):
        x = np.asarray(numpy.array([1.5, 2.5, 300.75], "float32"))
        out = np.zeros(3 if "cum" in name else (), dtype)
        found = getattr(np, name)(x, out=out)
        assert found is out
        return found

    return body


@pytest.mark.parametrize("dtype", ["float64", "complex128", "int8"])
@pytest.mark.parametrize("name", REDUCTIONS)
def test_reductions_go_into_any_dtype_that_numpys_do(name, dtype):
    body = into(name, dtype)
    if dtype == "int8" and name in ("ptp", "std", "nanmean", "nanvar"):
        raises(body, TypeError)
    else:
        same(body)


@pytest.mark.parametrize("name", ["sum", "mean", "var", "max", "all", "nanmax", "count_nonzero", "average"])
def test_keepdims_is_an_integer(name):
    raises(lambda np: getattr(np, name)(np.ones((2, 3)), keepdims="yes"), TypeError)
    same(lambda np: getattr(np, name)(np.ones((2, 3)), keepdims=1))


@pytest.mark.parametrize("name", ["median", "nanmedian"])
def test_what_keeps_its_axes_is_no_scalar(name):
    for value in (3.0, [1.0, 2.0]):
        same(lambda np, value=value: getattr(np, name)(np.asarray(value), keepdims=True), memory=False)


def test_quantiles_with_weights_are_arrays():
    same(
        lambda np: np.quantile(
            np.asarray([1, 2, 3]), 0.5, weights=np.asarray([1, 1, 2]), method="inverted_cdf"
        )
    )


@pytest.mark.parametrize("name", ["nanquantile", "nanpercentile"])
def test_quantiles_of_nothing_are_nan_whatever_the_shares(name):
    same(lambda np: getattr(np, name)(np.zeros((0, 3), "int16"), [0.25, 0.5]), memory=False)
    same(lambda np: getattr(np, name)(np.zeros((0, 3)), [0.25, 0.5], axis=0), memory=False)


def test_places_of_extremes_go_into_what_fits_into_indices():
    same(lambda np: np.argmax(np.asarray([[1.0, 3.0]]), axis=1, out=np.zeros(1, "int32")))
    raises(lambda np: np.argmax(np.asarray([[1.0, 3.0]]), axis=1, out=np.zeros(1, "float64")), TypeError)


def test_a_variance_has_the_dtype_that_is_asked_for():
    same(lambda np: np.var(np.asarray([1.0, 2.0, 4.0]), dtype="complex128"))
    same(lambda np: np.std(np.asarray([1.0, 2.0, 4.0]), dtype="complex128"))
    raises(lambda np: np.std(np.ones((2, 3)), axis=0, dtype="int64"), TypeError)


@pytest.mark.parametrize("subscripts", ["ii->i", "ij->ji", "...j->j...", "ij"])
def test_einsum_of_one_operand_is_a_view(subscripts):
    def body(np):
        a = np.arange(9.0).reshape(3, 3)
        view = np.einsum(subscripts, a)
        view[1] = -1
        return a, np.shares_memory(view, a)

    same(body)


def test_einsum_and_dot_into_arrays():
    same(lambda np: np.einsum("i,i", np.ones(3, "float32"), np.ones(3, "float32"), out=np.zeros(())))
    raises(lambda np: np.einsum("ij->", np.ones((2, 2)), out=np.zeros((), "int8")), TypeError)
    same(lambda np: np.dot(np.ones(2), np.ones(2), out=np.zeros(())))


def test_only_sums_over_a_shared_axis_keep_it():
    raises(lambda np: np.matmul(np.ones((2, 2)), np.ones((2, 2)), keepdims=False), TypeError)
    raises(lambda np: np.vecdot(np.ones(2), np.ones(2), keepdims="yes"), TypeError)


@pytest.mark.parametrize("dtype", ["uint32", "uint64", "int64"])
def test_unsigned_integers_are_real_in_graphs(dtype):
    traced = tf.function(lambda x: tf.convert_to_tensor(np.isreal(x)))
    assert traced(tf.constant(numpy.full(3, 2, dtype))).numpy().all()


def test_unique_complex_numbers_keep_the_first_nan():
    values = numpy.array([1, complex(numpy.nan, 2), complex(1, numpy.nan), 1])
    same(lambda np: np.unique(np.asarray(values)))


def test_lexsort_needs_an_axis_and_a_known_number_of_keys():
    raises(lambda np: np.lexsort(np.ones((2, 3)), axis=None), TypeError)
    with pytest.raises(ValueError, match="number of keys"):
        tf.function(np.lexsort).get_concrete_function(tf.TensorSpec([None, 3], tf.float64))


def test_bools_are_not_scaled():
    raises(lambda np: np.round(np.asarray([True]), 2), TypeError)
    same(lambda np: np.round(np.asarray([True])))
