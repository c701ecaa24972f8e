"""The body of every ufunc on every loop, at hard values and random ones, against NumPy."""

from __future__ import annotations

import numpy
import pytest
import tensorflow as tf
from elementwise_cases import CASES, DTYPE_OF, ROW_OF, XLA_TOLERANCES, arguments_of, disagreements

from tnp_shim.promotion import constant
from tnp_shim.ufuncs_table import ROWS


def results_of(name: str, arguments: list) -> list:
    results = ROW_OF[name].body(*arguments)
    return list(results) if isinstance(results, tuple) else [results]


def test_every_ufunc_has_a_row():
    generalised = {numpy.matmul, numpy.vecdot, numpy.matvec, numpy.vecmat}
    public = [getattr(numpy, name) for name in dir(numpy)]
    assert {row.numpy for row in ROWS} == {u for u in public if isinstance(u, numpy.ufunc)} - generalised
    assert len({row.numpy for row in ROWS}) == len(ROWS)
    assert [row.numpy.__name__ for row in ROWS if row.gap] == ["isnat"]


@pytest.mark.parametrize("name", ROW_OF)
def test_values_eagerly(name):
    wrong = []
    for loop in (loop for case, loop in CASES if case == name):
        arguments = arguments_of(name, loop)
        results = [result.numpy() for result in results_of(name, [*map(tf.constant, arguments)])]
        wrong += disagreements(name, loop, results, arguments)
    assert not wrong


DIRECT = [
    (row.numpy.__name__, character) for row in ROWS if row.direct_op is not None for character in row.direct
]


def test_direct_ops_are_the_whole_body():
    wrong = []
    for name, character in DIRECT:
        row = ROW_OF[name]
        loop = character * row.numpy.nin
        assert (name, loop) in CASES
        arguments = arguments_of(name, loop)
        result = row.direct_op(*map(tf.constant, arguments))
        wrong += disagreements(name, loop, [result.numpy()], arguments)
    assert not wrong


def all_bodies(shape, cases: list[tuple[str, str]], jit_compile: bool) -> dict[tuple[str, str], list]:
    """The bodies on loops, in one function whose arguments have the given static shape."""

    @tf.function(jit_compile=jit_compile, autograph=False)
    def everything(arguments):
        return [results_of(name, tensors) for (name, _), tensors in zip(cases, arguments, strict=True)]

    specs = [[tf.TensorSpec(shape, DTYPE_OF[character]) for character in loop] for _, loop in cases]
    concrete = everything.get_concrete_function(specs)
    assert all(output.shape.rank == (None if shape is None else 1) for output in concrete.outputs)
    arguments = [[*map(tf.constant, arguments_of(name, loop))] for name, loop in cases]
    return dict(zip(cases, everything(arguments), strict=True))


def test_values_in_a_graph_of_unknown_shapes():
    wrong = []
    for (name, loop), results in all_bodies(None, CASES, jit_compile=False).items():
        wrong += disagreements(name, loop, [*map(numpy.asarray, results)], arguments_of(name, loop))
    assert not wrong


# XLA's kernels differ from NumPy for these loops; elsewhere they do not. Each is checked still to differ.
XLA_DIFFERENCES = {
    "sign": ("efd", "the sign of -0.0 is -0.0"),
    "power": (("FF",), "the sign of a zero after underflow"),
    "exp": ("FD", "the sign of an imaginary zero is lost"),
    "exp2": ("FD", "as exp"),
    "sin": ("FD", "an infinity next to a NaN, and its sign, which C leaves open"),
    "cos": ("FD", "as sin"),
    "sinh": ("FD", "as sin"),
    "cosh": ("FD", "as sin"),
    "tan": ("FD", "signs of zero; of an infinite imaginary part it gives NaN"),
    "tanh": ("FD", "as tan"),
    "arcsin": ("FDfdE", "the side of the branch cut at a signed zero; the smallest normal floats become 0"),
    "arccos": ("FD", "the side of the branch cut at a signed zero"),
    "arctan": ("FD", "the side of the branch cut at a signed zero; a NaN part is not kept"),
    "arcsinh": ("FD", "the side of the branch cut at a signed zero"),
    "arccosh": ("FD", "the side of the branch cut at a signed zero"),
    "arctanh": ("FD", "the side of the branch cut at a signed zero; a NaN part is not kept"),
}


COMPILED = [(name, loop) for name, loop in CASES if set(loop) <= set("?BlefdEFD")]
"""Integers of other widths have the same kernels."""


def test_values_under_xla():
    wrong, differing = [], set()
    for (name, loop), results in all_bodies([None], COMPILED, jit_compile=True).items():
        arguments = arguments_of(name, loop)
        examples = disagreements(name, loop, [*map(numpy.asarray, results)], arguments, XLA_TOLERANCES)
        if loop in XLA_DIFFERENCES.get(name, ("",))[0]:
            differing |= {(name, loop)} if examples else set()
        else:
            wrong += examples
    assert not wrong
    assert differing == {(name, loop) for name, (loops, _) in XLA_DIFFERENCES.items() for loop in loops}


@pytest.mark.parametrize("name", [name for name, row in ROW_OF.items() if row.numpy.nin == 2])
def test_operands_broadcast(name):
    loop = "ll" if (name, "ll") in CASES else "dl" if name == "ldexp" else "dd"
    arguments = [numpy.array([[7], [9]], loop[0]), numpy.array([2, 4, 5], loop[1])]
    expected = ROW_OF[name].numpy(*arguments)
    results = results_of(name, [*map(tf.constant, arguments)])
    for result, values in zip(results, expected if isinstance(expected, tuple) else [expected], strict=True):
        assert result.shape == (2, 3)
        numpy.testing.assert_allclose(result, values, rtol=1e-14)


def test_int64_against_uint64():
    signed = numpy.array([-1, 0, 1, 2**62, -(2**63)])[:, None]
    unsigned = numpy.array([0, 1, 2**63, 2**64 - 1, 2**62], "L")
    for name in ("equal", "not_equal", "less", "less_equal", "greater", "greater_equal"):
        for arguments in ((signed, unsigned), (unsigned, signed)):
            numpy.testing.assert_array_equal(
                ROW_OF[name].body(*map(tf.constant, arguments)), ROW_OF[name].numpy(*arguments)
            )


@pytest.mark.parametrize("exponent", [-1, [2, -1]])
def test_negative_exponents_of_integers(exponent):
    power = ROW_OF["power"].body
    base, exponent = tf.constant([3, 0]), tf.constant(exponent)
    with pytest.raises(ValueError, match="Integers to negative integer powers are not allowed"):
        power(base, exponent)
    traced = tf.function(power, autograph=False)
    with pytest.raises(tf.errors.InvalidArgumentError, match="Integers to negative integer powers"):
        traced(base, exponent)


@pytest.mark.parametrize(
    "dtype", ["int8", "int64", "uint64", "float32", "float64", "complex64", "complex128"]
)
def test_literal_exponents(dtype):
    base = numpy.array([-3, 2, 0, 1, 7]).astype(dtype)
    exponents = [2, 1, 3, 5] if base.dtype.kind in "iu" else [2, 2.0, 1, 3, -1, -2, 0.5, 0]
    with numpy.errstate(all="ignore"):
        for exponent in exponents:
            expected = numpy.power(base, base.dtype.type(exponent))
            result = ROW_OF["power"].body(tf.constant(base), constant(exponent, tf.as_dtype(dtype)))
            assert result.dtype == dtype
            numpy.testing.assert_allclose(result, expected, rtol=3e-7 if "64" not in dtype else 1e-6)


@pytest.mark.parametrize("dtype", ["float16", "float32", "float64"])
def test_subnormals(dtype):
    """Functions of bits give subnormals; TensorFlow's arithmetic takes those of float32 and float64 as 0."""
    info = numpy.finfo(dtype)
    zero, one, tiny = (tf.constant(numpy.array(x, dtype)) for x in (0, 1, info.tiny))
    smallest = info.smallest_subnormal
    assert ROW_OF["nextafter"].body(zero, one).numpy() == smallest
    assert ROW_OF["spacing"].body(zero).numpy() == smallest
    assert ROW_OF["spacing"].body(tiny).numpy() == smallest
    halved = ROW_OF["multiply"].body(tiny, tf.constant(numpy.array(0.5, dtype)))
    assert halved.numpy() == (info.tiny / 2 if dtype == "float16" else 0)
