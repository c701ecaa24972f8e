"""The parts of the judge: choices, calls as data, Hypothesis' cases, and what is asked of TensorFlow."""

from __future__ import annotations

import ast
import warnings
from pathlib import Path

import numpy
import pytest
import tensorflow as tf

import conformance
from conformance.choosing import Covering
from conformance.comparison import Tolerance, compare_results, ulps_between
from conformance.inventory import inventory
from conformance.judging import QUICK, judge, seed_of
from conformance.modes import MODES
from conformance.modes.gpu import obstacles
from conformance.mutants import MUTANTS, in_place_of
from conformance.outcomes import Leaf, of_numpy
from conformance.recipes import Call, Named, Recipe, Scalar, decode, encode
from conformance.rows import ROWS
from conformance.widening import widened


def test_a_covering_choice_takes_every_option_before_any_again():
    choose = Covering(3)
    assert {choose.among("axis", range(7)) for _ in range(7)} == set(range(7))


def test_calls_are_drawn_alike_for_one_seed():
    row = ROWS["cumsum"][0]
    choosers = Covering(5), Covering(5)
    first, second = ([row.draw(choose) for _ in range(20)] for choose in choosers)
    assert first == second
    assert len(set(map(repr, first))) > 15


def test_a_call_survives_json():
    call = Call(
        "add",
        (
            Recipe("float32", (2, 3), "hard", 7, "transposed"),
            [Scalar("int8", "2"), 1 + 2j],
            ...,
            slice(1, None),
        ),
        (("dtype", Named("float64")), ("axis", (0, -1))),
    )
    assert decode(encode(call)) == call


@pytest.mark.parametrize("name", ["cumsum", "ndarray.T", "concatenate", "apply_along_axis", "add.reduce"])
def test_the_code_of_a_call_gives_its_result(name):
    for seed in range(4):
        call = ROWS[name][0].draw(Covering(seed), good=True)
        expected = of_numpy(call)
        if expected.error is not None or not hasattr(expected.result, "value"):
            continue
        *setup, last = call.code().splitlines()
        scope = {"np": numpy}
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            exec("\n".join(setup), scope)
            numpy.testing.assert_array_equal(eval(last, scope), expected.result.value)


@pytest.mark.parametrize(
    "fill", ["ordinary", "hard", "ties", "positive", "unit", "distinct", "extremes", "subnormal"]
)
@pytest.mark.parametrize("dtype", ["bool", "int8", "uint64", "float16", "complex128"])
def test_a_recipe_makes_the_array_that_it_tells_of(dtype, fill):
    for layout in ("C", "F", "reversed", "strided", "transposed", "offset"):
        recipe = Recipe(dtype, (2, 3), fill, 1, layout)
        array = recipe.view(recipe.base())
        assert (array.dtype, array.shape) == (numpy.dtype(dtype), (2, 3))


def test_ulp_are_those_of_the_expected_value():
    one = numpy.array([1.0, 0.0, numpy.nan, numpy.inf])
    near = numpy.array([numpy.nextafter(1, 2), 0.0, numpy.nan, -numpy.inf])
    assert list(ulps_between(one, near)) == [1, 0, 0, numpy.inf]


def test_the_sign_of_a_zero_counts_where_values_are_exact():
    plus, minus = (Leaf("array", a, a.dtype, a.shape) for a in (numpy.array([0.0]), numpy.array([-0.0])))
    assert compare_results(plus, minus, Tolerance()).difference is not None
    assert compare_results(plus, minus, Tolerance(4)).difference is None


def compared(expected, actual):
    leaves = [Leaf("array", numpy.array(a), numpy.array(a).dtype, (len(a),)) for a in (expected, actual)]
    return compare_results(*leaves, Tolerance(4)).difference


def test_numbers_of_a_narrower_loop_are_measured_in_its_dtype():
    third = float(numpy.float32(1 / 3))
    beside = float(numpy.nextafter(numpy.float32(third), numpy.float32(1)))
    assert compared([third, numpy.inf], [beside, numpy.inf]) is None
    assert compared([third, 0.1], [beside, 0.1]).kind == "value"  # 0.1 is no float32
    assert compared([third], [third + 1e-12]).kind == "value"


def test_a_flushed_part_is_told_from_a_wrong_one():
    tiny = 1e-310
    assert compared([complex(tiny, 1)], [complex(0, 1)]) is None  # far below the last place of the number
    assert compared([complex(tiny, tiny)], [0j]).kind == "subnormal"
    assert compared([complex(1e-300, tiny)], [complex(1e-300, 0)]).kind == "subnormal"
    assert compared([complex(1e-300, tiny)], [complex(2e-300, 0)]).kind == "value"
    least_normal = float(numpy.finfo(float).tiny)
    assert compared([least_normal, tiny], [numpy.nextafter(least_normal, 1), 0.0]).kind == "subnormal"


def test_every_name_has_a_part_of_the_report():
    names = inventory()
    assert {"add", "add.reduce", "ndarray.T", "linalg.svd", "fft.fft", "random.normal"} <= set(names)
    assert all(entry.module for entry in names.values())


def test_hypothesis_finds_what_is_wrong_and_makes_it_simple():
    mutant = next(m for m in MUTANTS if m.wrong == "another shape")
    with in_place_of(mutant):
        verdicts = widened(ROWS[mutant.name][0], MODES["eager"], 20, 0, lambda verdict: False)
    assert verdicts[-1].difference is not None
    (recipe,) = verdicts[-1].call.recipes()
    assert recipe.layout == "C"


def test_a_seed_does_not_depend_on_other_names():
    alone = judge("exp", ROWS["exp"], ["eager"], QUICK)
    again = judge("exp", ROWS["exp"], ["eager"], QUICK)
    assert alone == again
    assert seed_of("exp", "eager", 0) != seed_of("exp", "eager", 1)


def test_the_registry_of_kernels_knows_gpus():
    def graph_of(function):
        return (
            tf.function(function).get_concrete_function(tf.TensorSpec([3], tf.float32)).graph.as_graph_def()
        )

    assert obstacles(graph_of(tf.exp)) == []
    assert obstacles(graph_of(tf.strings.as_string)) != []
    assert any(
        "host call" in o for o in obstacles(graph_of(lambda x: tf.numpy_function(abs, [x], tf.float32)))
    )


def test_the_judge_imports_public_names_only():
    for path in Path(conformance.__file__).parent.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.ImportFrom) and (node.module or "").partition(".")[0] == "tnp_shim":
                assert node.module in ("tnp_shim", "tnp_shim.support"), f"{path.name}: {node.module}"
