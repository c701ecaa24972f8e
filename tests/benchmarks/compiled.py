"""What a call of a compiled function and an override cost, as ratios: python -m tests.benchmarks.compiled."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import numpy
import tensorflow as tf

import tnp_shim as np
from tests.benchmarks.timing import in_turns, ratio


def calls() -> Iterator[tuple[str, float]]:
    """A function of one op on ten numbers: what is timed is the call."""
    tensor, array, numpys = tf.ones(10, tf.float64), np.ones(10), numpy.ones(10)
    plain = tf.function(lambda x: x + 1)
    ours = np.function(lambda x: x + 1)

    @np.function
    def writing(x):
        x += 1

    @np.function
    def nested(state, dt):
        state["u"] += dt
        return {"u": state["u"], "t": state["t"] + dt}

    state = {"u": np.ones(10), "t": 0.5}
    times = in_turns(
        {
            "tf.function of a tensor": lambda: plain(tensor),
            "tf.function of an array": lambda: plain(array),
            "function of a tensor": lambda: ours(tensor),
            "function of an array": lambda: ours(array),
            "function of a NumPy array": lambda: ours(numpys),
            "function that writes an array": lambda: writing(array),
            "function that writes a NumPy array": lambda: writing(numpys),
            "function of a dict and a float": lambda: nested(state, 0.1),
        }
    )
    for name in times:
        yield f"{name} / tf.function of a tensor", ratio(times, name, "tf.function of a tensor")


def overridden() -> Iterator[tuple[str, float]]:
    """Calls beside TensorFlow's own op: with nothing overridden, with another name, with the name itself."""
    x = tf.ones((10, 10), tf.float64)
    a, b = np.asarray(x), np.asarray(x)
    contexts = {
        "nothing": [],
        "another name": [np.override(np.cbrt, tf.abs)],
        "the name": [np.override(np.add, tf.add), np.override(np.sum, tf.reduce_sum)],
    }
    for name, overrides in contexts.items():
        with contextlib.ExitStack() as stack:
            for one in overrides:
                stack.enter_context(one)
            times = in_turns({"a + b": lambda: a + b, "np.sum(a)": lambda: np.sum(a), "op": lambda: x + x})
        for call in ("a + b", "np.sum(a)"):
            yield f"{call} / tensor + tensor, {name} overridden", ratio(times, call, "op")


def main() -> None:
    for measure in (calls, overridden):
        for name, figure in measure():
            print(f"{figure:6.2f}x  {name}")


if __name__ == "__main__":
    main()
