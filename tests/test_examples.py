"""Every script of docs/examples and the README's example run, and print what is true.

A script differs from a NumPy script in one line.
"""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import numpy
import pytest

EXAMPLES = Path(__file__).resolve().parents[1] / "docs" / "examples"
SCRIPTS = sorted(path for path in EXAMPLES.glob("*.py") if path.stem != "plain_numpy")
CHANGED_LINE = "import tnp_shim as np  # <- the one changed line; it was: import numpy as np"
NUMBER = r"([-+]?\d+(?:\.\d+)?(?:e[-+]?\d+)?)"


def run_example(name: str, *arguments: str) -> str:
    """What the script prints."""
    return run_python(str(EXAMPLES / f"{name}.py"), *arguments)


def run_python(*arguments: str) -> str:
    """What Python prints, with warnings as errors."""
    done = subprocess.run(
        [sys.executable, "-W", "error", *arguments],
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def figure_after(text: str, output: str) -> float:
    """The first number after `text` in the output."""
    found = re.search(re.escape(text) + r"\s*" + NUMBER, output)
    assert found, f"{text!r} is not followed by a number in:\n{output}"
    return float(found[1])


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: path.stem)
def test_one_line_differs_from_a_numpy_script(path: Path) -> None:
    lines = path.read_text(encoding="utf-8").splitlines()
    assert [line for line in lines if "tnp_shim" in line] == [CHANGED_LINE]


def test_every_script_is_run() -> None:
    source = Path(__file__).read_text(encoding="utf-8")
    assert [path.stem for path in SCRIPTS if f'run_example("{path.stem}"' not in source] == []


def test_weighted_average() -> None:
    rows = {line[:12].strip(): line[12:].split() for line in run_example("weighted_average").splitlines()}
    assert rows["eager"] == rows["tf.function"] == rows["NumPy"]
    averages = [float(number) for number in rows["NumPy"] if re.fullmatch(NUMBER, number)]
    assert averages == [21.28, 1.460685, 1011.47, 1.654721, 46.9, 7.395269, 10.0]


def test_matmul() -> None:
    output = run_example("matmul")
    assert figure_after("compiled:", output) > 0
    assert figure_after("NumPy:", output) > 0
    assert figure_after("largest difference:", output) < 1e-9


def test_gradient() -> None:
    output = run_example("gradient")
    assert output == "value 9.0, first derivative 6.0, second derivative 2.0\n"


def test_heat(tmp_path: Path) -> None:
    picture = tmp_path / "plate.png"
    output = run_example("heat", "--out", str(picture))
    assert figure_after("mean temperature:", output) == 4.1406
    assert figure_after("->", output) == figure_after("NumPy:", output) == 20.0922
    assert figure_after("largest difference", output) < 1e-9
    assert picture.read_bytes().startswith(b"\x89PNG")


def test_kmeans() -> None:
    output = run_example("kmeans")
    cells = [re.findall(r"[\d.]+", line) for line in output.splitlines() if line.startswith("│")]
    assert [row[:4] for row in cells] == [
        ["0", "50", "0", "0"],
        ["1", "0", "48", "14"],
        ["2", "0", "2", "36"],
    ]
    assert [row[4:] for row in cells] == [
        ["5.01", "3.43", "1.46", "0.25"],
        ["5.90", "2.75", "4.39", "1.43"],
        ["6.85", "3.07", "5.74", "2.07"],
    ]
    assert figure_after("sum of squared distances:", output) == figure_after("(NumPy", output) == 78.8514
    assert figure_after("in another cluster than by NumPy:", output) == 0
    assert figure_after("largest difference of a center:", output) < 1e-9


def test_readme() -> None:
    text = (EXAMPLES.parents[1] / "README.md").read_text(encoding="utf-8")
    (example,) = re.findall(r"^```python\n(.*?)^```", text, flags=re.MULTILINE | re.DOTALL)
    roughness, gradient = run_python("-c", example).split(maxsplit=1)

    u = numpy.zeros(100)
    u[40:60] = 1.0
    smoothing = numpy.eye(100)
    for row in range(1, 99):
        smoothing[row, row - 1 : row + 2] = 0.25, 0.5, 0.25
    differences = numpy.diff(numpy.eye(100), axis=0) @ numpy.linalg.matrix_power(smoothing, 10)
    assert float(roughness) == pytest.approx(((differences @ u) ** 2).sum())
    assert gradient.strip() == str((2 * differences.T @ differences @ u)[38:42])
