"""`tnp-shim check`: what a script uses of NumPy, read from its source."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from invoking import command, script

from tnp_shim.command import checking, inventory
from tnp_shim.command.script import located


def found(name: str) -> dict[str, Any]:
    """The inventory of a script as the command prints it."""
    result = command("check", "--json", name)
    document: dict[str, Any] = json.loads(result.stdout)
    assert result.exit_code == (1 if document["gaps"] else 0)
    return document


def uses_of(text: str, folder: Path) -> list[tuple[int, str, tuple[str, ...]]]:
    (folder / "read.py").write_text(text, encoding="utf-8")
    return [
        (use.line, use.name, use.parameters)
        for use in inventory.inventory(located(str(folder / "read.py")))[0]
    ]


def test_names_parameters_and_aliases() -> None:
    document = found(script("using.py"))
    mine = [use for use in document["uses"] if use["file"].endswith("using.py")]
    lines = Path(script("using.py")).read_text(encoding="utf-8").splitlines()
    told = {(lines[use["line"] - 1].strip(), use["name"]): use["parameters"] for use in mine}
    printed = next(line for line in lines if line.startswith("print("))
    # only newer NumPys tell the parameters of what is written in C
    in_c = {place: told.get(place) for place in told if place[1] in ("sqrt", "add.reduce", "datetime64")}
    assert len(in_c) == 3
    assert told == in_c | {
        ("from numpy.random import default_rng as generator", "random.default_rng"): [],
        ("dot = xp.dot", "dot"): [],
        ("return x.reshape(-1).astype(np.float32).tolist()", "ndarray.reshape"): [],
        ("return x.reshape(-1).astype(np.float32).tolist()", "ndarray.astype"): ["dtype"],
        ("return x.reshape(-1).astype(np.float32).tolist()", "ndarray.tolist"): [],
        ("return x.reshape(-1).astype(np.float32).tolist()", "float32"): [],
        ("a = np.zeros((3, 3), dtype=float)", "zeros"): ["shape", "dtype"],
        ("b = sqrt(a) + la.norm(a, 2, axis=0)", "linalg.norm"): ["x", "ord", "axis"],
        ("dot(a, b, out=a)", "dot"): ["a", "b", "out"],
        ("a.copy().sort(axis=0)", "ndarray.copy"): [],
        ("a.copy().sort(axis=0)", "ndarray.sort"): ["axis"],
        (printed, "pi"): [],
        (printed, "random.default_rng"): ["seed"],
        (printed, "nosuch"): [],
        (printed, "sum"): ["a", "bogus"],
    }


def test_gaps_and_what_leaves_the_gpu() -> None:
    document = found(script("using.py"))
    assert document["gaps"] == ["nosuch", "sum"]
    assert document["leave_gpu"] == ["datetime64", "ndarray.tolist"]
    (wrong,) = [use for use in document["uses"] if use["name"] == "sum"]
    assert wrong["problems"] == ["NumPy's sum has no parameter bogus"] and wrong["gap"]
    (drawn, _) = [use for use in document["uses"] if use["name"] == "random.default_rng"]
    assert drawn["route"] == "native" and not drawn["gap"]
    assert all(use["route"] for use in document["uses"])


def test_own_modules_are_read_and_installed_ones_are_not() -> None:
    document = found(script("spellings.py"))
    names = [name.rpartition("scripts/")[2] for name in document["files"]]
    assert sorted(names) == [
        *("shapes/__init__.py", "shapes/circle.py", "shapes/square.py", "sibling.py", "spellings.py")
    ]
    assert any(use["file"].endswith("square.py") and use["name"] == "full" for use in document["uses"])
    assert found(script("shapes"))["files"] != []


def test_the_table_has_a_row_for_each_name() -> None:
    result = command("check", script("using.py"))
    rows = [line.split("│")[1].strip() for line in result.stdout.splitlines() if line.startswith("│")]
    assert {"linalg.norm", "ndarray.tolist", "nosuch", "zeros"} <= set(rows)
    assert "\ngaps: nosuch, sum\n" in result.stdout
    assert "\nleave the GPU: datetime64, ndarray.tolist\n" in result.stdout


def test_a_script_that_imports_what_imports_numpy() -> None:
    document = found(script("shapes/__init__.py"))
    assert [use["name"] for use in document["uses"]] == ["asarray", "pi"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("import numpy.fft\nnumpy.fft.rfft([1.0])\n", [(2, "fft.rfft", ("a",))]),
        ("def f():\n    import numpy as n\n    return n.e\nn = 1\nn.e\n", [(3, "e", ())]),
        ("try:\n    import cupy as np\nexcept ImportError:\n    import numpy as np\nnp.e\n", [(5, "e", ())]),
        ("from numpy import *\nsum = 1\nsum\nmean([1])\n", [(4, "mean", ("a",))]),
        ("import numpy as np\nnp = 3\n", []),
        ("from numpy import *\nlen('a')\n", []),
        (
            "import numpy as np\nf = np.linalg\ng = f.det\ng(1)\n",
            [(3, "linalg.det", ()), (4, "linalg.det", ("a",))],
        ),
        ("import numpy as np\nx: np.ndarray\n", [(2, "ndarray", ())]),
        ("import numpy as np\nx = [1]\nx.copy()\nx.sort()\n'a'.index('a')\n", []),
        (
            "import numpy as np\nx = 2 * np.ones(1)\ny = x[0]\ny.copy()\n",
            [(2, "ones", ("shape",)), (4, "ndarray.copy", ())],
        ),
        ("import numpy as np\n@np.vectorize\ndef f(x):\n    return x\n", [(2, "vectorize", ())]),
        ("import numpy as np\nnp.sum(*[1], **{})\n", [(2, "sum", ())]),
        ("import mine\nmine.sum(1)\nmine.reshape\n", []),
        ("sum([1])\n", []),
    ],
)
def test_names_are_followed(text: str, expected: list[Any], tmp_path: Path) -> None:
    assert uses_of(text, tmp_path) == expected


def test_every_public_name_is_known() -> None:
    names = [
        "add",
        "linalg.norm",
        "ndarray.sum",
        "add.at",
        "float64",
        "pi",
        "ma.array",
        "random.Generator",
        "test",
    ]
    assert [checking.known(name).route for name in names] == [
        *("native", "native", "native", "native", "native", "numpy", "numpy", "native", "gap")
    ]
    assert checking.known("random.no").gap and not checking.known("random.normal").gap
