"""`tnp-shim run` with functions or the whole script compiled: the same results, prints and tracebacks."""

from __future__ import annotations

from pathlib import Path

import pytest
from invoking import command, python, ran, script

from tnp_shim.command import comparison, running
from tnp_shim.command.script import located


def names_of(path: str, *arguments: str, **way: object) -> dict[str, object]:
    """The names of a script after it was run."""
    outcome = running.run(located(path), arguments, running.Way(**way))  # type: ignore[arg-type]
    assert outcome.error is None, outcome.error
    return outcome.names


def written(folder: Path, text: str) -> str:
    (folder / "written.py").write_text(text, encoding="utf-8")
    return str(folder / "written.py")


@pytest.mark.parametrize(
    ("options", "counts"),
    [
        ((), "3 15 3 3"),
        (("--compile", "integrate"), "1 5 3 3"),
        (("--compile", "decay"), "3 1 3 3"),
        (("--compile", "decay", "--compile", "integrate"), "1 1 3 3"),
        (("--compile", "Cell.halved"), "3 15 3 1"),
        (("--compile-all",), "1 1 3 3"),
        (("--compile-all", "--jit"), "1 1 3 3"),
    ],
)
def test_functions_are_traced_once(options: tuple[str, ...], counts: str) -> None:
    assert ran("run", *options, script("functions.py")).stdout == f"{counts}\n3.639184 [1]\n"


def test_a_method_is_compiled() -> None:
    # an object of the script's own is a constant, so it is traced for each
    assert ran("run", "--compile", "Cell.grown", script("functions.py")).stdout.startswith("3 15 1 3\n")


@pytest.mark.parametrize("jit", [False, True])
def test_the_whole_script_as_one_graph(jit: bool, capfd: pytest.CaptureFixture[str]) -> None:
    ours = running.run(located(script("heat.py")), (), running.Way(graph=True, jit=jit))
    theirs = running.run_on_numpy(located(script("heat.py")), ())
    assert ours.error is None
    for name in ours.within:
        del theirs.names[name]
    found, compared = comparison.differences(ours.names, theirs.names)
    assert [each for each in found if not each.within] == [] and compared >= 10
    assert set(ours.within) == {"v", "step"}
    assert capfd.readouterr().out == "done\ndone\n"


def test_a_graph_has_the_names_of_the_script(tmp_path: Path) -> None:
    text = '''"""A script."""; from math import *; from numpy import (
    zeros as made,
    arange,
)
from __future__ import annotations
import numpy as np
count = 0
wide: dict[str,
  float] = (
  {})
bracketed: int = (3)
scale: float = 2.0
later: int
class Body:
    mass: float = 3.0
    def __init__(self): self.a = np.ones(2) * scale
    def energy(self): return self.mass * (self.a ** 2).sum()
def counted():
    global count, unseen
    count += 1
    unseen = "é"
    return count
body = Body(); first = counted()
squares = [k * k for k in range(3)]
if (n := len(squares)) > 2: kind = "long"
try:
    np.ones(2).reshape(3)
except ValueError as error:
    told = str(error)
with np.errstate(all="ignore"):
    root = np.sqrt(np.arange(2.0))
for i, (a, b) in enumerate(zip([1, 2], [3, 4])):
    product = a * b
longer = """two
lines"""; shorter = f"{n}"
energy = body.energy() * cos(0)
if energy > 1e9:
    never = energy
x = made(3); x[arange(2)] += 1
del a
'''
    text = text.replace("from __future__ import annotations\n", "")
    path = written(tmp_path, text)
    ours = names_of(path, graph=True)
    theirs = running.run_on_numpy(located(path), ()).names
    assert comparison.differences(ours, theirs)[0] == []
    assert {name for name in ours if name != "__warningregistry__"} == set(theirs)
    assert ours["longer"] == "two\nlines" and ours["count"] == 1 and ours["told"] == theirs["told"]


def test_a_graph_depends_on_values_that_are_not_known_while_tracing(tmp_path: Path) -> None:
    text = """import tensorflow as tf
import numpy as np
start = np.asarray(tf.random.uniform((), 1, 2, dtype="float64"))
x = start * 1
steps = 0
while x < 10:
    x = x * 2
    steps += 1
if steps > 2:
    ending = "x"
    value = x.copy()
else:
    ending = "x"
    value = -x
    temporary = x + 1
for i in np.arange(3):
    inner = start + i
    if inner > 0:
        last = inner
def doubled(values):
    for each in values:
        yield each * 2
def recursive(n):
    return n if n == 0 else recursive(n - 1)
twice = list(doubled([1, 2]))
ok = value / start == 2.0 ** steps
"""
    ours = names_of(written(tmp_path, text), graph=True)
    assert bool(ours["ok"]) and int(ours["steps"]) in (3, 4)
    assert ours["twice"] == [2, 4] and "temporary" not in ours  # type: ignore[call-overload]


@pytest.mark.parametrize("options", [("--graph",), ("--compile", "outer"), ("--compile-all",)])
def test_a_traceback_has_the_lines_of_the_script(options: tuple[str, ...]) -> None:
    ours, theirs = command("run", *options, script("failing.py")), python(script("failing.py"))
    assert ours.exit_code == 1
    assert _lines(ours.stderr) == _lines(theirs.stderr)


def _lines(text: str) -> list[str]:
    """A traceback without the lines that point into a line."""
    return [line for line in text.splitlines() if set(line) - set(" ~^")]


def test_a_syntax_that_a_graph_cannot_have_is_told(tmp_path: Path) -> None:
    result = command("run", "--graph", written(tmp_path, "x: (float) = (\n    1.0)\n"))
    assert result.exit_code == 2
    assert result.stderr == "tnp-shim: --graph cannot take off the annotation in line 1\n"


# comparison


def test_compare_tells_the_variables_that_differ() -> None:
    result = ran("run", "--compare", script("differing.py"))
    rows = {
        cells[1].strip(): [cell.strip() for cell in cells[2:-1]]
        for cells in (line.split("│") for line in result.stderr.splitlines() if line.startswith("│"))
    }
    assert set(rows) == {
        *("text", "dtype", "shape", "number", "rounded", "listed['a'][1]", "lost", "only_here", "ours"),
    }
    assert rows["dtype"] == ["float32 (2,)", "float64 (2,)", "0", "0", "another value"]
    assert rows["number"] == ["float64 (3,)", "float64 (3,)", "1", "0.25", "another value"]
    assert rows["rounded"][2:] == ["8.88e-16", "8.88e-16", "rounding"]
    assert rows["lost"][2:4] == ["inf", "inf"]
    assert rows["shape"][-1] == "another kind, shape or value"
    assert rows["only_here"][:2] == ["int", "missing"]
    assert "What it printed differs" in result.stderr and "speed-up" in result.stderr
    assert result.stdout == "number 8.0\n"


def test_compare_tells_that_nothing_differs(tmp_path: Path) -> None:
    text = "import numpy as np\nx = np.arange(3.0)\ny = [x * 2, {'a': 1}]\nprint('x')\n"
    result = ran("run", "--compare", "--graph", written(tmp_path, text))
    assert "What it printed" not in result.stderr
    assert "All 5 variables are equal to NumPy's: value, dtype, shape." in result.stderr


def test_compare_tells_how_both_ended(tmp_path: Path) -> None:
    text = "import numpy as np\nif type(np.ones(1)).__module__ == 'numpy': raise KeyError('b')\nx = 1\n"
    result = command("run", "--compare", written(tmp_path, text))
    assert result.exit_code == 0
    assert "ours ran to its end, NumPy's into KeyError: 'b'" in result.stderr


# the report


def cells_of(text: str) -> dict[tuple[str, str], list[str]]:
    found = [line.replace("┃", "│").split("│")[1:-1] for line in text.splitlines() if line.startswith("│")]
    rows = [[cell.strip() for cell in row] for row in found]
    return {(row[0].rpartition("/")[2], row[1]): row[2:] for row in rows}


def test_report_tells_what_was_called_at_each_line(tmp_path: Path) -> None:
    text = """import numpy as np
a = np.arange(4.0)
for _ in range(3):
    a[1:] = np.add(a[1:], 1) * 2
total = a.sum()
print(float(total), np.random.rand(2).shape)
if total > 3:
    np.add.reduce(a)
"""
    rows = cells_of(ran("run", "--report", written(tmp_path, text)).stderr)
    assert rows["written.py:4", "add"][:2] == ["native", "3"]
    assert rows["written.py:4", "ndarray.__setitem__"][:2] == ["native", "3"]
    assert rows["written.py:4", "ndarray.__getitem__"][1] == "3"
    assert rows["written.py:4", "ndarray.__mul__"][-1] == "yes"
    assert rows["written.py:5", "ndarray.sum"][:2] == ["native", "1"]
    assert rows["written.py:6", "random.rand"][0::5] == ["numpy", "no"]
    assert rows["written.py:6", "ndarray.__float__"][4] == "1"
    assert rows["written.py:7", "ndarray.__bool__"][4] == "1"
    assert rows["written.py:8", "add.reduce"][1] == "1"
    assert rows["all", ""][1:3] == [str(3 * 4 + 7), ""]


def test_report_of_a_graph_has_the_lines_of_the_script() -> None:
    rows = cells_of(ran("run", "--graph", "--report", script("heat.py")).stderr)
    place = next(place for place in rows if place[1] == "ndarray.copy")
    lines = Path(script("heat.py")).read_text(encoding="utf-8").splitlines()
    assert "v = u.copy()" in lines[int(place[0].partition(":")[2]) - 1]
    assert rows[place][1] == rows[place][2] != ""
    assert rows["all", ""][4] == "", "nothing is read while tracing"
