"""Runs the command, and Python itself, on the scripts beside the tests."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from click.testing import CliRunner, Result

from tnp_shim.command.program import tnp_shim_command

SCRIPTS = Path(__file__).resolve().parent / "scripts"
INSTALLED = SCRIPTS / "site-packages"
WIDE = {"COLUMNS": "200"}


def script(name: str) -> str:
    return str(SCRIPTS / name)


def command(*arguments: str) -> Result:
    """The command in this process; an error of its own is raised."""
    result = CliRunner().invoke(tnp_shim_command, arguments, env=WIDE, prog_name="tnp-shim")
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result


def ran(*arguments: str) -> Result:
    """The command, which is expected to end well."""
    result = command(*arguments)
    assert result.exit_code == 0, result.stderr
    return result


def python(*arguments: str) -> subprocess.CompletedProcess[str]:
    """Python in a process of its own."""
    environment = {**os.environ, **WIDE, "PYTHONPATH": os.pathsep.join([str(SCRIPTS.parents[2])])}
    return subprocess.run(
        [sys.executable, *arguments],
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
        env=environment | {"PYTHONIOENCODING": "utf-8"},
    )


def ended_line(result: Result) -> str:
    """The one line of a command that could not do what it was asked."""
    assert result.exit_code == 2, result.output
    assert result.stdout == ""
    (line,) = result.stderr.splitlines()
    return line


def written(folder: Path, text: str) -> str:
    (folder / "written.py").write_text(text, encoding="utf-8")
    return str(folder / "written.py")
