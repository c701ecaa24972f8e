"""Other libraries' unmodified code on arrays of ours."""

from __future__ import annotations

import functools
import json
import subprocess
import sys
from pathlib import Path

import numpy
import pytest

import tnp_shim as np

for needed in ("einops", "opt_einsum", "scipy", "sklearn"):
    pytest.importorskip(needed)


@functools.cache
def outcomes() -> dict[str, str]:
    """What is wrong with each call; "" where nothing is."""
    path = Path(__file__).with_name("library_calls.py")
    run = subprocess.run([sys.executable, str(path)], capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stderr[-3000:]
    return dict(json.loads(line) for line in run.stdout.splitlines() if line.startswith("["))


@pytest.mark.parametrize("library, least", [("einops", 4), ("opt_einsum", 3), ("", 70)])
def test_calls_give_numpys_results_as_arrays_of_ours(library, least):
    found = {name: wrong for name, wrong in outcomes().items() if name.startswith(library)}
    assert len(found) >= least
    assert {name: wrong for name, wrong in found.items() if wrong} == {}


def test_matplotlib_draws_arrays():
    matplotlib = pytest.importorskip("matplotlib")
    matplotlib.use("Agg")
    from matplotlib import pyplot

    def drawing(np):
        figure, axes = pyplot.subplots(2, 3)
        x = np.linspace(0.0, 6.0, 50)
        z = np.outer(np.sin(x), np.cos(x))
        axes[0, 0].plot(x, np.sin(x), x, np.stack([np.cos(x), x], axis=1))
        axes[0, 0].fill_between(x, np.sin(x), 0.0)
        axes[0, 1].imshow(z)
        axes[0, 2].scatter(x, np.cos(x), c=x, s=10 * np.abs(np.sin(x)))
        axes[1, 0].hist(np.sin(x), bins=np.linspace(-1, 1, 11))
        axes[1, 1].contour(x, x, z)
        axes[1, 1].pcolormesh(x, x, z, shading="auto")
        axes[1, 2].bar(np.arange(4), np.arange(4) ** 2)
        axes[1, 2].errorbar(np.arange(4), np.arange(4), yerr=np.ones(4))
        figure.canvas.draw()
        pixels = numpy.asarray(figure.canvas.buffer_rgba()).copy()
        pyplot.close(figure)
        return pixels

    same = drawing(np) == drawing(numpy)
    assert same.mean() > 0.999
