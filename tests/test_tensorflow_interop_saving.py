"""SavedModel, checkpoints and TF1-style graphs with arrays; uses public names only."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy
import pytest
import tensorflow as tf

import tnp_shim as np
from tnp_shim import ArraySpec

X = numpy.arange(1.0, 7).reshape(2, 3)
ROOT = Path(__file__).resolve().parents[1]


def matrix():
    return np.array(X)


class WithTensors(tf.Module):
    """A module whose signatures are made of tensors."""

    def __init__(self) -> None:
        super().__init__()
        self.factor = tf.Variable(2.0, dtype=tf.float64)

    @tf.function(input_signature=[tf.TensorSpec([None, 3], tf.float64)])
    def wave(self, x):
        a = np.asarray(x)
        y = a.copy()
        y[:, 0] = 0
        return {"y": tf.convert_to_tensor(np.sin(y) * self.factor)}


class WithArrays(tf.Module):
    """A module whose functions take and give arrays."""

    @tf.function(input_signature=[ArraySpec([None, 3], "float64")])
    def wave(self, x):
        return {"y": np.sin(x), "rows": x.shape[0], "nested": [x * 2]}

    @tf.function
    def polymorphic(self, x):
        return x + 1


def wave(x):
    y = x.copy()
    y[:, 0] = 0
    return numpy.sin(y) * 2


def run(code: str) -> str:
    """What `code` prints in a process of its own."""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
    return done.stdout


@pytest.fixture(scope="module")
def saved(tmp_path_factory):
    """Where a module with tensors and one with arrays are saved."""
    tensors, arrays = (str(tmp_path_factory.mktemp(name)) for name in ("tensors", "arrays"))
    tf.saved_model.save(WithTensors(), tensors)
    module = WithArrays()
    module.polymorphic(matrix())
    with pytest.warns(UserWarning, match="tnp_shim.ArraySpec"):
        tf.saved_model.save(module, arrays)
    return tensors, arrays


def test_loading_where_the_package_is_imported(saved) -> None:
    tensors, arrays = map(tf.saved_model.load, saved)
    numpy.testing.assert_allclose(tensors.wave(matrix())["y"], wave(X))
    out = arrays.wave(matrix())
    assert isinstance(out["y"], np.ndarray) and isinstance(out["nested"][0], np.ndarray)
    numpy.testing.assert_allclose(out["y"], numpy.sin(X))
    assert int(out["rows"]) == 2
    numpy.testing.assert_allclose(arrays.polymorphic(matrix()), X + 1)


def test_loading_in_another_process_that_imports_the_package(saved) -> None:
    printed = run(
        "import tensorflow as tf, tnp_shim as np\n"
        f"loaded = tf.saved_model.load({saved[1]!r})\n"
        "out = loaded.wave(np.array([[1.0, 2.0, 3.0]]))\n"
        "print(isinstance(out['y'], np.ndarray), float(out['y'][0, 0]))"
    )
    is_array, value = printed.split()[-2:]
    assert is_array == "True" and float(value) == pytest.approx(numpy.sin(1))


def test_loading_in_a_process_that_never_imports_the_package(saved) -> None:
    printed = run(
        "import sys, tensorflow as tf\n"
        f"loaded = tf.saved_model.load({saved[0]!r})\n"
        "x = tf.ones([2, 3], tf.float64)\n"
        "for function in (loaded.wave, loaded.signatures['serving_default']):\n"
        "    print(function(x)['y'].numpy().sum())\n"
        "print([name for name in sys.modules if name.startswith('tnp_shim')])\n"
        "try:\n"
        f"    tf.saved_model.load({saved[1]!r})\n"
        "except ValueError as error:\n"
        "    print(error)"
    )
    direct, served, modules, error = printed.splitlines()
    expected = wave(numpy.ones((2, 3))).sum()
    assert float(direct) == pytest.approx(expected) and float(served) == pytest.approx(expected)
    assert modules == "[]"
    assert "'tnp_shim.ArraySpec' has not been registered" in error


def test_functions_of_arrays_may_be_served_by_signatures(tmp_path) -> None:
    class Module(tf.Module):
        @tf.function(input_signature=[ArraySpec([None, 3], "float64")])
        def double(self, x):
            return {"y": x * 2}

    module = Module()
    with pytest.warns(UserWarning, match="tnp_shim.ArraySpec"):
        tf.saved_model.save(module, str(tmp_path), signatures={"double": module.double})
    signature = tf.saved_model.load(str(tmp_path)).signatures["double"]
    (name,) = signature.structured_input_signature[1]
    out = signature(**{name: tf.constant(X)})
    numpy.testing.assert_allclose(out["y"], X * 2)


def test_captured_arrays_are_saved_as_constants(tmp_path) -> None:
    captured = matrix()

    class Module(tf.Module):
        @tf.function(input_signature=[tf.TensorSpec([None, 3], tf.float64)])
        def scale(self, x):
            return tf.convert_to_tensor(captured * x)

    tf.saved_model.save(Module(), str(tmp_path))
    numpy.testing.assert_allclose(tf.saved_model.load(str(tmp_path)).scale(X), X * X)


def test_checkpoint_of_variables_made_of_arrays(tmp_path) -> None:
    variable = tf.Variable(matrix())
    checkpoint = tf.train.Checkpoint(variable=variable)
    path = checkpoint.save(str(tmp_path / "checkpoint"))
    variable.assign(matrix() * 0)
    checkpoint.restore(path).assert_consumed()
    numpy.testing.assert_array_equal(variable, X)


def test_checkpoint_of_an_array_is_refused() -> None:
    with pytest.raises(ValueError, match="trackable"):
        tf.train.Checkpoint(array=matrix())


def test_session_fetches_and_feeds() -> None:
    with tf.Graph().as_default():
        placeholder = tf.compat.v1.placeholder(tf.float64, [None, 3])
        x = np.asarray(placeholder)
        y = np.sin(x) * 2 + x
        written = x.copy()
        written[:, 1] = 7.0
        written += 1
        with tf.compat.v1.Session() as session:
            fetched = session.run([y, {"written": written, "first": x[0, 0]}], {placeholder: X})
    expected = X.copy()
    expected[:, 1] = 7.0
    numpy.testing.assert_allclose(fetched[0], numpy.sin(X) * 2 + X)
    numpy.testing.assert_allclose(fetched[1]["written"], expected + 1)
    assert fetched[1]["first"] == 1.0
    assert type(fetched[0]) is numpy.ndarray


def test_session_is_fed_with_arrays() -> None:
    eager = matrix()
    with tf.Graph().as_default():
        placeholder = tf.compat.v1.placeholder(tf.float64, [2, 3])
        y = np.asarray(placeholder) ** 2
        with tf.compat.v1.Session() as session:
            numpy.testing.assert_allclose(session.run(y, {placeholder: eager}), X**2)


def test_graph_gradients() -> None:
    with tf.Graph().as_default():
        placeholder = tf.compat.v1.placeholder(tf.float64, [2, 3])
        x = np.asarray(placeholder)
        (gradient,) = tf.gradients(x**2, x)
        assert isinstance(gradient, np.ndarray)
        with tf.compat.v1.Session() as session:
            numpy.testing.assert_allclose(session.run(gradient, {placeholder: X}), 2 * X)


def test_wrapped_functions() -> None:
    wrapped = tf.compat.v1.wrap_function(lambda x: np.asarray(x) * 2, [tf.TensorSpec([2, 3], tf.float64)])
    numpy.testing.assert_allclose(wrapped(tf.constant(X)), X * 2)
