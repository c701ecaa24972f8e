"""`tnp-shim explain`: how a function of a file is traced."""

from __future__ import annotations

import json

import pytest
from invoking import command, ended_line, ran, script


def test_a_function_is_explained_with_arguments_that_are_expressions() -> None:
    text = ran("explain", f"{script('functions.py')}:integrate", "np.ones(3)", "len(calls) + 2").stdout
    assert "functions.py:15: for " in text and "functions.py:10: exp: native" in text
    assert "host calls: none" in text and "XLA: yes" in text


def test_the_explanation_as_json() -> None:
    found = json.loads(
        ran("explain", "--json", f"{script('functions.py')}:decay", "np.ones(3)", "0.5").stdout
    )
    assert found["gpu"] is found["xla"] is True
    assert [used["name"] for used in found["functions"]] == ["exp", "multiply"]


@pytest.mark.parametrize(
    ("arguments", "line"),
    [
        (["functions.py"], "expected FILE:FUNCTION"),
        (["no.py:f"], "no such file: "),
        (["functions.py:integrte"], "no function of that name; did you mean integrate?"),
        (["functions.py:integrate", "np.ones(3)"], "integrate needs n: give an expression for each"),
        (["functions.py:integrate", "np.ones(3)", "1 +"], "1 +: SyntaxError: invalid syntax"),
        (["functions.py:integrate", "np.ones(3)", "m"], "m: NameError: name 'm' is not defined"),
    ],
)
def test_bad_input_gives_one_line(arguments: list[str], line: str) -> None:
    assert line in ended_line(command("explain", script(arguments[0]), *arguments[1:]))


def test_a_method_is_explained() -> None:
    target = f"{script('functions.py')}:Cell.grown"
    assert "multiply: native" in ran("explain", target, "Cell(np.ones(2))", "3").stdout


def test_a_function_that_raises_shows_its_traceback() -> None:
    result = command("explain", f"{script('functions.py')}:decay", "np.ones(3)", "'a'")
    assert result.exit_code == 1
    assert f'File "{script("functions.py")}", line 10, in decay\n' in result.stderr


def test_a_file_that_raises_shows_its_traceback() -> None:
    result = command("explain", f"{script('failing.py')}:outer", "np.ones(3)")
    assert result.exit_code == 1
    assert result.stderr.endswith("ValueError: cannot reshape array of size 3 into shape (7,)\n")
