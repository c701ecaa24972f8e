"""The reasons for which `tf.experimental.numpy` is behind none of our functions are true."""

from __future__ import annotations

import pytest

from conformance import tensorflow_numpy
from conformance.tensorflow_numpy import ALIKE, Reason

REASONS = tensorflow_numpy.kept()


@pytest.mark.parametrize("name", REASONS)
def test_the_reason_still_holds(name):
    told = REASONS[name]
    assert told.kind in tensorflow_numpy.KINDS
    assert tensorflow_numpy.still_holds(name, told), f"{name}: no longer true: {told}"


def test_every_function_has_a_reason():
    assert sorted([*REASONS, *ALIKE]) == sorted(tensorflow_numpy.names())


def test_the_page_is_of_these_reasons():
    assert tensorflow_numpy.PAGE.read_text("utf-8") == tensorflow_numpy.page(REASONS)


def test_what_is_not_true_is_found():
    shown = REASONS["cumsum"]
    assert not tensorflow_numpy.still_holds("cumsum", Reason("value", shown.text, shown.call))
    assert not tensorflow_numpy.still_holds("add", Reason("signature", "takes no x1"))
    assert tensorflow_numpy.missing_parameters("expand_dims") == []
