"""`tnp-shim run`: a script runs as Python runs it, with our names where it imports NumPy."""

from __future__ import annotations

import builtins
import json
import os
import sys
from pathlib import Path

import numpy
import pytest
from invoking import INSTALLED, SCRIPTS, command, ended_line, python, ran, script

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


@pytest.mark.parametrize("way", ["none", "three", "array", "message", "large", "end", "hook"])
def test_a_script_ends_as_it_does_in_python(way: str) -> None:
    ours, theirs = command("run", script("ending.py"), way), python(script("ending.py"), way)
    assert (ours.exit_code, ours.stdout, ours.stderr) == (theirs.returncode, theirs.stdout, theirs.stderr)


def test_an_interrupted_script() -> None:
    result = command("run", script("ending.py"), "interrupt")
    assert result.exit_code == 130
    assert result.stderr.endswith("\nKeyboardInterrupt\n")


@pytest.mark.parametrize("name", ["failing.py", "ending.py"])
def test_a_traceback_is_the_one_of_python(name: str) -> None:
    arguments = [script(name), *(["cause"] if name == "ending.py" else [])]
    ours, theirs = command("run", *arguments), python(*arguments)
    assert ours.exit_code == theirs.returncode == 1
    assert ours.stdout == theirs.stdout
    assert _without_marks(ours.stderr) == _without_marks(theirs.stderr)


def _without_marks(text: str) -> list[str]:
    """A traceback without the lines that point into a line."""
    return [line for line in text.splitlines() if set(line) - set(" ~^")]


def test_a_warning_is_the_scripts() -> None:
    done = python("-m", "tnp_shim.command", "run", script("ending.py"), "warning")
    assert done.returncode == 0 and done.stdout == "the end\n"
    assert f"{script('ending.py')}:" in done.stderr and "UserWarning: take care" in done.stderr


def test_random_numbers_are_real_numpys() -> None:
    assert ran("run", script("drawing.py")).stdout == "True True tnp_shim\n"


def test_plots_and_other_packages_take_the_arrays(tmp_path: Path) -> None:
    pytest.importorskip("matplotlib")
    arguments = script("plotting.py"), str(tmp_path / "figure.png")
    assert ran("run", *arguments).stdout == python(*arguments).stdout
    assert (tmp_path / "figure.png").stat().st_size > 1000


def test_a_library_beside_the_script_is_not_its_own(tmp_path: Path) -> None:
    (tmp_path / "lib" / "site-packages").mkdir(parents=True)
    (tmp_path / "lib" / "site-packages" / "far.py").write_text("import numpy as np\nvalue = np.ones(1)\n")
    text = f"import sys\nsys.path.append({str(tmp_path)!r} + '/lib/site-packages')\nimport far, numpy as np\n"
    (tmp_path / "a.py").write_text(text + "print(type(far.value).__module__, type(np.ones(1)).__module__)\n")
    assert ran("run", str(tmp_path / "a.py")).stdout == "numpy tnp_shim.array\n"


# bad input


@pytest.mark.parametrize(
    ("arguments", "line"),
    [
        (["run", "no.py"], "tnp-shim: no such file: no.py"),
        (["run", script("site-packages")], "site-packages is a folder without a __main__.py"),
        (["run", "-m", "no.module"], "tnp-shim: no module no.module in "),
        (
            ["run", "--compile", "integrte", script("functions.py")],
            "no function of that name; did you mean integrate?",
        ),
        (["run", "--compile", "numbers", script("functions.py")], "--compile numbers: it is a generator"),
        (["run", "--graph", "--compile-all", script("heat.py")], "--graph makes one graph of all"),
        (["run", "--jit", script("heat.py")], "--jit compiles graphs: add"),
        (["check", "no.py"], "tnp-shim: no such file: no.py"),
    ],
)
def test_bad_input_gives_one_line(arguments: list[str], line: str) -> None:
    assert line in ended_line(command(*arguments))


@pytest.mark.parametrize(
    ("text", "line"),
    [
        (b"x = 1\ny = (\n", "bad.py, line 2: '(' was never closed"),
        (b"x = 1\nreturn x\n", "bad.py, line 2: 'return' outside function"),
        (b"x = '\xff'\n", "bad.py, line 1: "),
        (b"x = 1\0\n", "bad.py"),
    ],
)
@pytest.mark.parametrize("name", ["run", "check"])
def test_what_is_no_python_gives_one_line(name: str, text: bytes, line: str, tmp_path: Path) -> None:
    (tmp_path / "bad.py").write_bytes(text)
    assert line in ended_line(command(name, str(tmp_path / "bad.py")))


def test_without_its_extra_the_command_says_so(tmp_path: Path) -> None:
    text = "import sys\nsys.modules['libcst'] = None\nfrom tnp_shim.command.entry import main\nmain()\n"
    done = python("-c", text)
    assert done.returncode == 2
    line = done.stderr.splitlines()[-1]
    assert line == "tnp-shim: the command needs libcst; install it with: pip install 'tnp_shim[command]'"
