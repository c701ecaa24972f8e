"""A kernel of one's own in C++, with its gradient, behind NumPy names.

python smooth_relu.py [folder]: compiles the op into the folder, by default the temporary one, and uses it.
"""

from __future__ import annotations

import pathlib
import subprocess
import sys
import tempfile
from typing import Any

import numpy
import tensorflow as tf

import tnp_shim as np

SOURCE = pathlib.Path(__file__).with_name("smooth_relu.cc")


def compiled(folder: pathlib.Path) -> Any:
    """The ops of the C++ source, compiled into a folder unless they are there already."""
    library = folder / "smooth_relu.so"
    if not library.exists() or library.stat().st_mtime < SOURCE.stat().st_mtime:
        flags = [*tf.sysconfig.get_compile_flags(), *tf.sysconfig.get_link_flags()]
        command = ["g++", "-shared", "-fPIC", "-O2", "-w", str(SOURCE), "-o", str(library), *flags]
        subprocess.run(command, check=True)
    ops = tf.load_op_library(str(library))

    @tf.RegisterGradient("SmoothRelu")
    def gradient(op: tf.Operation, gradient: tf.Tensor) -> tf.Tensor:
        return ops.smooth_relu_grad(gradient=gradient, x=op.inputs[0], beta=op.get_attr("beta"))

    return ops


def main() -> None:
    folder = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else tempfile.gettempdir())
    ops = compiled(folder)
    x = np.linspace(-2.0, 2.0, 5)

    def smooth_maximum(x: tf.Tensor, y: tf.Tensor) -> tf.Tensor:
        """maximum(x, y) as y + relu(x - y), with the smooth rectifier in the place of relu."""
        return y + ops.smooth_relu(x - y, beta=4.0)

    @np.function
    def loss(x: Any) -> Any:
        return np.maximum(x, 0.0).sum()

    with np.override(np.maximum, smooth_maximum), tf.GradientTape() as tape:
        tape.watch(x)
        value = loss(x)
    print(f"smooth: {value:.6f}, gradient {numpy.round(tape.gradient(value, x), 6)}")
    print(f"NumPy's maximum: {loss(x):.6f}")


if __name__ == "__main__":
    main()
