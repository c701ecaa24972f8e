"""`tnp-shim run`: a script runs as Python runs it, with our names where it imports NumPy."""

from __future__ import annotations

import builtins
import json
import os
import sys
from pathlib import Path

import numpy
import pytest
from invoking import INSTALLED, SCRIPTS, command, python, ran, script, written

import tnp_shim
from tnp_shim.tensorflow_internals import EagerTensor


@pytest.fixture
def with_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(INSTALLED))
    # the command puts the script's folder in the place of the first entry
    monkeypatch.syspath_prepend("")


def test_every_spelling_of_the_import_is_redirected_but_not_in_installed_packages(with_installed) -> None:
    assert ran("run", script("spellings.py"), "tnp_shim").stdout == "as expected\n"


def test_what_is_seen_of_the_start_is_what_python_shows() -> None:
    arguments = script("surroundings.py"), "--name", "é", "-m"
    expected = json.loads(python(*arguments).stdout)
    assert json.loads(ran("run", *arguments).stdout) == expected


def test_a_relative_path_and_the_working_directory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(SCRIPTS.parent)
    path = os.path.join("scripts", "surroundings.py")
    found = json.loads(ran("run", path).stdout)
    assert found["argv"] == [path] and found["path"] == str(SCRIPTS)
    assert found == json.loads(python(path).stdout)


def test_a_link_looks_for_modules_where_the_file_is(tmp_path: Path) -> None:
    link = tmp_path / "link.py"
    link.symlink_to(script("surroundings.py"))
    assert json.loads(ran("run", str(link)).stdout) == json.loads(python(str(link)).stdout)


def test_a_package_is_run_with_its_relative_imports(monkeypatch: pytest.MonkeyPatch) -> None:
    expected = "shapes __main__ ['a', '-b'] 18 tnp_shim\n"
    assert ran("run", script("shapes/__main__.py"), "a", "-b").stdout == expected
    assert ran("run", script("shapes"), "a", "-b").stdout == expected
    monkeypatch.chdir(SCRIPTS)
    assert ran("run", "-m", "shapes", "a", "-b").stdout == expected
    assert json.loads(ran("run", "-m", "surroundings").stdout)["path"] == str(SCRIPTS)


def test_nothing_is_left_behind() -> None:
    def state() -> list[object]:
        return [
            *(sys.argv, list(sys.path), sys.modules["__main__"], sys.excepthook, os.getcwd()),
            *(
                builtins.__import__,
                sorted(name for name in sys.modules if "sibling" in name or "shapes" in name),
            ),
            *(dict(vars(tnp_shim.ndarray)), dict(vars(type(tnp_shim.add)))),
            next(vars(kind)["_numpy"] for kind in EagerTensor.__mro__ if "_numpy" in vars(kind)),
        ]

    before = state()
    command("run", "--report", script("failing.py"))
    command("run", "--report", script("shapes/__main__.py"))
    assert state() == before
    assert __import__("numpy") is numpy


def test_a_module_of_the_same_name_is_not_taken_for_the_scripts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(SCRIPTS))
    mine = __import__("sibling")
    monkeypatch.setitem(sys.modules, "sibling", mine)
    command("run", script("failing.py"))
    assert sys.modules["sibling"] is mine and type(mine.made()) is numpy.ndarray


def test_random_numbers_under_each_import() -> None:
    assert ran("run", script("drawing.py")).stdout == "True True tnp_shim\n"


def test_plots_and_other_packages_take_the_arrays(tmp_path: Path) -> None:
    pytest.importorskip("matplotlib")
    arguments = script("plotting.py"), str(tmp_path / "figure.png")
    assert ran("run", *arguments).stdout == python(*arguments).stdout
    assert (tmp_path / "figure.png").stat().st_size > 1000


def test_a_library_beside_the_script_is_not_its_own(tmp_path: Path) -> None:
    for folder in ("lib/site-packages", "target", "target/far-1.dist-info"):
        (tmp_path / folder).mkdir(parents=True)
    for name in ("lib/site-packages/far.py", "target/near.py"):
        (tmp_path / name).write_text("import numpy as np\nvalue = np.ones(1)\n")
    text = f"""import sys
sys.path += [{str(tmp_path)!r} + folder for folder in ("/lib/site-packages", "/target")]
import far, near, numpy as np
print([type(array).__module__ for array in (far.value, near.value, np.ones(1))])
"""
    assert ran("run", written(tmp_path, text)).stdout == "['numpy', 'numpy', 'tnp_shim.array']\n"


def test_a_module_that_warns_its_importer_warns_the_script(tmp_path: Path) -> None:
    text = "import warnings\nwarnings.warn('it is old', DeprecationWarning, stacklevel=2)\n"
    (tmp_path / "old_module.py").write_text(text)
    with pytest.warns(DeprecationWarning, match="it is old") as warned:
        ran("run", written(tmp_path, "import numpy\nimport old_module\n"))
    assert [(each.filename, each.lineno) for each in warned] == [(str(tmp_path / "written.py"), 2)]
