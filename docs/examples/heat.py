"""Heat spreads over a plate: a stencil that updates an array in place, under tf.function and by NumPy.

A picture of the plate is saved to the path given by --out, by default in the temporary directory.
"""

import argparse
import tempfile
from pathlib import Path

import tensorflow as tf
from matplotlib.figure import Figure
from plain_numpy import with_numpy

import tnp_shim as np  # <- the one changed line; it was: import numpy as np

parser = argparse.ArgumentParser(description=__doc__)
parser.add_argument("--out", type=Path, default=Path(tempfile.gettempdir()) / "heat.png")
parser.add_argument("--size", type=int, default=64)
options = parser.parse_args()

SIZE = options.size
STEPS_PER_CALL = 20
CALLS = 25


def plate():
    u = np.zeros((SIZE, SIZE))
    u[0, :] = 100.0  # a hot edge
    u[SIZE // 2 : SIZE // 2 + 4, 10:-10] = 60.0  # and a warm bar
    return u


def spread(u):
    u = u.copy()
    inside = u[1:-1, 1:-1]  # a view: writing to it writes to u
    for _ in range(STEPS_PER_CALL):
        inside += 0.2 * (u[:-2, 1:-1] + u[2:, 1:-1] + u[1:-1, :-2] + u[1:-1, 2:] - 4 * inside)
    u[:, 0] = u[:, 1]  # the sides let no heat through
    u[:, -1] = u[:, -2]
    return u


def run(step, u):
    for _ in range(CALLS):
        u = step(u)
    return u


start = plate()
end = run(tf.function(spread, jit_compile=True), start)
expected = run(with_numpy(spread), with_numpy(plate)())

print(f"mean temperature: {start.mean():.4f} -> {end.mean():.4f} after {CALLS * STEPS_PER_CALL} steps")
print(f"NumPy:            {expected.mean():.4f}, largest difference {abs(end - expected).max():.1e}")

figure = Figure(figsize=(8, 4), layout="constrained")
for axis, title, u in zip(figure.subplots(1, 2), ("before", "after"), (start, end), strict=True):
    axis.imshow(u, cmap="inferno", vmin=0, vmax=100)
    axis.set_title(title)
    axis.set_axis_off()
figure.savefig(options.out)
print(f"picture: {options.out}")
