"""How `tnp-shim run` ends: exit codes, tracebacks and warnings as Python's, and one line for bad input."""

from __future__ import annotations

from pathlib import Path

import pytest
from invoking import command, ended_line, python, script


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
