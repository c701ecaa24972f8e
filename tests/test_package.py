"""Importing the package changes nothing in TensorFlow, NumPy or Python for other code.

Each test runs programs in processes of their own, where nothing has imported the package yet.
"""

from __future__ import annotations

import subprocess
import sys
import textwrap
from importlib import metadata
from pathlib import Path

import pytest

import tnp_shim

ROOT = Path(__file__).resolve().parents[1]


def run_python(*parts: str) -> str:
    """What a fresh interpreter prints for the program; warnings are errors in it."""
    program = "\n".join(textwrap.dedent(part) for part in parts)
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", program], capture_output=True, text=True, cwd=ROOT, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


SNAPSHOT = """
    import builtins, copyreg, sys, types, warnings
    import numpy
    import tensorflow as tf

    def owners():
        yield from (builtins, numpy, numpy.linalg, numpy.fft, numpy.random, numpy.ndarray, numpy.dtype)
        yield from (numpy.generic, numpy.float64, numpy.int64, numpy.ma.MaskedArray)
        yield from (tf, tf.math, tf.linalg, tf.nn, tf.experimental.numpy, tf.autograph, tf.keras.ops)
        yield from (tf.Tensor, type(tf.constant(1)), tf.Variable, tf.RaggedTensor, tf.GradientTape)
        yield from (tf.Graph, tf.TensorSpec, tf.TypeSpec, tf.DType, type(tf.function(lambda: 0)))

    def snapshot():
        attributes = {}
        for owner in owners():
            for name, value in list(vars(owner).items()):
                lazily_bound = isinstance(value, types.ModuleType) or name.startswith("_tf")
                if not lazily_bound:
                    attributes[repr(owner), name] = value
        settings = {
            "filters": list(warnings.filters),
            "errors": numpy.geterr(),
            "printing": repr(numpy.get_printoptions()),
            "random": repr(numpy.random.get_state()),
            "reducers": dict(copyreg.dispatch_table),
            "hooks": (sys.excepthook, sys.displayhook, sys.meta_path[:], sys.path_hooks[:]),
            "recursion": sys.getrecursionlimit(),
            "eager functions": tf.config.functions_run_eagerly(),
            "xla": tf.config.optimizer.get_jit(),
            "soft placement": tf.config.get_soft_device_placement(),
        }
        return attributes, settings
"""


def test_import_replaces_nothing() -> None:
    printed = run_python(
        SNAPSHOT,
        """
        attributes, settings = snapshot()
        import tnp_shim
        attributes_after, settings_after = snapshot()
        changed = [key for key in attributes if attributes_after.get(key) is not attributes[key]]
        added = [key for key in attributes_after if key not in attributes]
        assert not changed, changed
        assert not added, added
        assert settings_after == settings, (settings, settings_after)
        """,
    )
    assert printed == ""


def test_tensors_keep_their_own_behaviour() -> None:
    run_python(
        """
        import tnp_shim
        import tensorflow as tf

        def refused(action, *errors):
            try:
                action()
            except errors:
                return True
            return False

        x = tf.constant([1, 2, 3])
        assert not hasattr(x, "T") and not hasattr(x, "reshape") and not hasattr(x, "sum")
        assert refused(lambda: x + tf.constant(1.0), tf.errors.InvalidArgumentError)  # no promotion
        assert refused(lambda: x[[0, 1]], TypeError, tf.errors.InvalidArgumentError)  # no advanced indexing
        assert refused(lambda: setattr(x, "shape", (3, 1)), AttributeError)
        assert type(x + 1) is type(x) and type(tf.experimental.numpy.add(x, x)) is type(x)
        assert tf.experimental.numpy.array(1.0).dtype == tf.float64
        """
    )


def test_import_leaves_tensorflow_unconfigured() -> None:
    # These settings are refused once something has run on a device.
    run_python(
        """
        import tnp_shim
        import tensorflow as tf

        tf.config.threading.set_intra_op_parallelism_threads(1)
        tf.config.set_logical_device_configuration(
            tf.config.list_physical_devices("CPU")[0], [tf.config.LogicalDeviceConfiguration()] * 2
        )
        assert len(tf.config.list_logical_devices("CPU")) == 2
        tf.random.set_seed(1)
        """
    )


def test_distribution_is_typed_and_named() -> None:
    assert metadata.metadata("tnp_shim")["Requires-Python"]
    assert (Path(tnp_shim.__file__).parent / "py.typed").is_file()


@pytest.mark.parametrize("extra", ["test", "gpu", "docs", "examples"])
def test_extras_are_offered(extra: str) -> None:
    assert extra in metadata.metadata("tnp_shim").get_all("Provides-Extra")


def test_numpys_scalars_stay_what_they_are_to_tensorflow() -> None:
    # The caches of abstract base classes compare classes: ours must not be taken for NumPy's.
    assert run_python(
        "import numpy, tensorflow as tf, tnp_shim as np",
        "twice = tf.function(lambda x: x * 2)",
        "twice(np.array([1.0, 2.0], numpy.float32)[0])",
        "print(float(twice(numpy.float32(1.5))))",
        "print(isinstance(numpy.float32(1), tf.__internal__.CompositeTensor))",
    ).split() == ["3.0", "False"]
