"""`tnp-shim run --compare` and `--report`: what differs from NumPy's, and what was called where."""

from __future__ import annotations

from pathlib import Path

from invoking import command, ran, script, written

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
    assert rows["written.py:6", "random.rand"][:2] == ["native", "1"]
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
