"""Python's builtins, `print`, `assert` and conditional expressions on values unknown while tracing."""

from __future__ import annotations

import subprocess
import sys
import textwrap
from pathlib import Path

import numpy
import pytest
import tensorflow as tf

import tnp_shim as np
from tnp_shim import control_flow

X = numpy.array([3.0, -1.5, 2.25, 7.0])


def numbers(np, x):
    s = x[1]
    return float(s), int(s), bool(s), complex(s), abs(s), round(s), round(s, 1), divmod(s, 2.0), pow(s, 2)


def mixed_with_small_floats(np, x):
    small = x.astype(np.float32)
    return small * float(x[0]), small * int(x[0]), small * x[0], small + len(x)


def extremes(np, x):
    i = (x * 2).astype(np.int16)
    return (
        max(x),
        min(x),
        max(x[0], x[1]),
        min(x[2], 2.0),
        max(i),
        min([x[0], x[3]]),
        max(x, key=lambda v: -v),
        sum(i),
        sum(x),
    )


def of_nan(np, x):
    y = x.copy()
    y[2] = np.nan
    z = y[2:]
    return max(y), min(y), max(z), min(z)


def quantifiers(np, x):
    return (
        any(x > 5),
        all(x > 5),
        any(v > 6 for v in x),
        all([x[0] > 0, x[1] < 0]),
        not x[0] > 1,
        x[0] > 0 and x[1] > 0,
    )


def magnitude(v):
    return v if v > 0 else -v


def sequences(np, x):
    total = 0.0
    for i, v in enumerate(x, 1):
        total += i * v
    for v, w in zip(x, reversed(x), strict=True):
        total += v * w * 0.5
    ordered = sorted(x)
    downwards = sorted(x, reverse=True)
    by = sorted(x, key=abs)
    return (
        total,
        ordered[0],
        downwards[0],
        by[0],
        sum(map(magnitude, x)),
        len(list(map(float, x))),
    )


def expressions(np, x):
    y = x[0] if x[1] > 0 else -x[0]
    z = 1 if x[1] > 0 else 2.5
    inside = 0 < x[0] < 5
    return y, z, inside, (x[0] > 5 or x[3] > 5)


def kinds(np, x):
    found = [
        isinstance(x[0], float),
        isinstance(x, np.ndarray),
        isinstance(float(x[0]), float),
        isinstance(x[0], int),
    ]
    return tuple(found)


PROGRAMS = [numbers, mixed_with_small_floats, extremes, of_nan, quantifiers, sequences, expressions, kinds]


def flat(value) -> list:
    return [leaf for part in value for leaf in flat(part)] if isinstance(value, (tuple, list)) else [value]


@pytest.mark.parametrize("program", PROGRAMS, ids=lambda f: f.__name__)
@pytest.mark.parametrize("mode", ["graph", "unknown", "xla"])
def test_builtins_have_numpys_meaning(program, mode):
    if mode == "unknown" and program is sequences:
        pytest.skip("lists the elements")
    theirs = flat(program(numpy, X))
    signature = [np.ArraySpec([None], "float64")] if mode == "unknown" else None
    if mode == "unknown" and program in (quantifiers, extremes):
        signature = None
    run = tf.function(lambda x: flat(program(np, x)), jit_compile=mode == "xla", input_signature=signature)
    ours = run(np.array(X))
    assert len(ours) == len(theirs)
    for mine, its in zip(ours, theirs, strict=True):
        numpy.testing.assert_allclose(numpy.asarray(mine), its, rtol=1e-14)
        if hasattr(its, "dtype"):
            assert mine.dtype == its.dtype


def test_derivatives_of_builtins():
    @tf.function
    def run(x):
        with tf.GradientTape() as tape:
            tape.watch(x)
            y = float(x[0]) * max(x[1], x[2]) + sum(x) + abs(x[1])
        return tape.gradient(y, x)

    numpy.testing.assert_allclose(run(np.array(X)), [1 + 2.25, 1 - 1, 1 + 3.0, 1])


def test_print_prints_what_numpy_prints_in_order(capfd):
    def run(np, x):
        print("start", x[0], x, sep=" | ")
        for i in range(20):
            if i % 10 == 0:
                print(i, x[0] * i, [x[1], 2], end=";\n")
        print("tick")
        return x

    run(numpy, X)
    expected = capfd.readouterr().out.splitlines()
    traced = tf.function(lambda x: run(np, x))
    traced(np.array(X))
    capfd.readouterr()
    traced(np.array(X))
    assert capfd.readouterr().out.splitlines() == expected[:-1]  # the last is printed while tracing, as ever


def test_texts_with_traced_values_are_printed(capfd):
    def run(np, x):
        y = x * 2
        print(f"mean {y.mean():.3f}, first {y[0]:>8}, all {y}")
        for i in range(20):
            y = y * 0.5
            if i % 10 == 3:
                print(f"step {i:03d}: {y[0]:.3e}", "and " + str(i))
        return y

    run(numpy, X)
    expected = capfd.readouterr().out
    traced = tf.function(lambda x: run(np, x))
    with control_flow.decisions() as log:
        traced(np.array(X))
    assert capfd.readouterr().out == expected
    assert [made.decision for made in log if made.kind == "for"] == ["rolled"]


def test_str_of_traced_values_is_printed(capfd):
    def program(np, x):
        print("first " + str(x[0]), str(x[:2]), str(object=1), str(b"a", "ascii"))
        for i in range(20):
            if i > 18:
                print("row " + str(i) + ":" + str(x[0] * i))
        return x

    program(numpy, numpy.array([1.5, 2.0, 3.0]))
    expected = capfd.readouterr().out
    tf.function(lambda x: program(np, x))(np.array([1.5, 2.0, 3.0]))
    assert capfd.readouterr().out == expected


def test_a_conditional_expression_of_python_numbers_stays_weak():
    step = np.function(lambda x, dt: np.maximum(x, dt if dt > 0.1 else -dt))
    assert step(np.ones(2, "float32"), 0.5).dtype == "float32"


def test_reversed_ranges_of_unknown_length():
    def program(np, a):
        a = a.copy()
        n = a.shape[0]
        for i in reversed(range(1, n)):
            a[i - 1] += a[i]
        for i in reversed(range(0, n, 2)):
            a[i] *= i + 1
        for i in reversed(range(n - 1, 0, -3)):
            a[i] -= i
        for i in reversed(range(n, 3)):
            a[i] = 0.0
        return a

    traced = tf.function(
        lambda a: program(np, np.asarray(a)), input_signature=[tf.TensorSpec([None], tf.float64)]
    )
    for n in (3, 5, 6, 7):
        theirs = program(numpy, numpy.arange(float(n)))
        numpy.testing.assert_array_equal(traced(tf.range(float(n), dtype=tf.float64)), theirs)


def test_texts_that_are_not_printed_unroll_the_loop():
    @tf.function
    def run(x):
        names = {}
        for i in range(20):
            names[f"row {i}"] = x[i % 4]
        return names["row 7"]

    assert run(np.array(X)) == X[3]


def test_print_in_a_rolled_loop_prints_for_each_iteration(capfd):
    @tf.function
    def run(x):
        for i in range(20):
            x = x + i
            print("tick")
        return x

    run(np.array(X))
    assert capfd.readouterr().out == "tick\n" * 20


def test_assert_is_checked_when_the_graph_runs():
    @tf.function
    def run(x):
        assert x[0] > 0, "must be positive"
        assert x.shape == (4,)
        return x * 2

    run(np.array(X))
    with pytest.raises(tf.errors.InvalidArgumentError, match="must be positive"):
        run(np.array(-X))


def test_numpys_errors():
    def run(body):
        return tf.function(body)(np.array(X))

    with pytest.raises(TypeError):
        run(lambda x: float(x))
    with pytest.raises(ValueError, match="ambiguous"):
        run(lambda x: 1 if x > 0 else 2)
    with pytest.raises(ValueError, match="ambiguous"):
        run(lambda x: max(x, -x))


def test_a_traced_length():
    @tf.function(input_signature=[np.ArraySpec([None], "float64")])
    def run(x):
        assert isinstance(len(x), int)
        return x / len(x)

    numpy.testing.assert_allclose(run(np.array(X)), X / 4)


GUARD = """
    import sys
    if sys.argv[1] == "with":
        import tnp_shim
    import re, tensorflow as tf

    def loops(x):
        n = 0
        while tf.reduce_sum(x) > 1.0:
            if x[0] > 0.5 and n < 5:
                x = x * 0.5
            elif not x[1] > 3.0 or x[0] < 0:
                x = x - 1.0
            n += 1
        for i in range(30):
            x = x + float(i)
            if i == 7:
                continue
        for i in tf.range(5):
            if tf.cast(i, tf.float32) > x[0]:
                break
            x += 1.0
        for i, v in enumerate([x, x]):
            x = x + v * i
        for v, w in zip([x], [2.0]):
            x = x * w
        return x, n

    def builtins(x):
        y = [abs(x), float(x[0]), int(x[0]), len(x), min(x[0], x[1]) if False else x[0]]
        y += [sum([1, 2]), max(1, 2), any([True, False]), all([]), sorted([2, 1]), round(1.5)]
        y += [isinstance(x, tf.Tensor)]
        for k in reversed(range(3)):
            y.append(k)
        y += [list(map(lambda v: v + 1, [1, 2])), [*filter(None, [0, 1])], bool(1), complex(2)]
        assert len(y) > 3
        z = x[0] if x[1] > 0 else x[1]
        for row in x:
            z = z + row
        return [tf.convert_to_tensor(v) for v in y] + [z]

    for f in (loops, builtins):
        graph = tf.function(f).get_concrete_function(tf.constant([4.0, 2.0])).graph.as_graph_def()
        # functions are numbered, and sorted by that
        parts = [str(graph.node), *map(str, graph.library.function)]
        print(sorted(re.sub("_[0-9]+", "", part) for part in parts))
"""


def test_graphs_of_tensors_alone_are_the_same_without_us(tmp_path: Path):
    script = tmp_path / "guard.py"
    script.write_text(textwrap.dedent(GUARD))
    root = Path(__file__).resolve().parents[1]
    texts = [
        subprocess.run(
            [sys.executable, str(script), how],
            capture_output=True,
            text=True,
            check=True,
            cwd=root,
            env={"PYTHONPATH": str(root), "PATH": "/usr/bin:/bin"},
        ).stdout
        for how in ("with", "without")
    ]
    assert len(texts[0]) > 1000
    assert texts[0] == texts[1]
