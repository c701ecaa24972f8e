"""`tnp-shim conformance` and `tnp-shim env`, and the command's own help."""

from __future__ import annotations

from pathlib import Path

import numpy
import pytest
import tensorflow as tf
from invoking import command, ended_line, python, ran

import tnp_shim
from tnp_shim.command import stored_report
from tnp_shim.support import report


def test_the_summary_has_a_row_for_each_mode() -> None:
    text = ran("conformance").stdout
    rows = [line.split("│")[1:-1] for line in text.splitlines() if line.startswith("│")]
    assert [row[0].strip() for row in rows] == list(report()["modes"].values())
    eager = [entry["modes"][0] for entry in report()["names"].values() if entry.get("modes")]
    assert [int(cell.strip() or 0) for cell in rows[0][1:]] == [
        eager.count(letter) for letter in report()["statuses"]
    ]
    assert f"{len(report()['names'])} names" in text


def test_one_name() -> None:
    assert ran("conformance", "--name", "linalg.norm").stdout == f"{tnp_shim.support('linalg.norm')}\n"
    line = ended_line(command("conformance", "--name", "linalg.nor"))
    assert line == "tnp-shim: NumPy has no name 'linalg.nor'. Did you mean: 'linalg.norm'?"


def test_the_page_is_opened_where_there_is_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    opened: list[str] = []
    monkeypatch.setattr("click.launch", opened.append)
    monkeypatch.setattr(tnp_shim, "__file__", str(tmp_path / "elsewhere" / "tnp_shim" / "__init__.py"))
    monkeypatch.chdir(tmp_path)
    assert stored_report.MADE_BY in ended_line(command("conformance", "--open"))
    page = tmp_path / stored_report.PAGES[0]
    page.parent.mkdir(parents=True)
    page.write_text("<html>")
    assert ran("conformance", "--open").stdout == f"{page}\n"
    assert opened == [str(page)]


def test_versions_devices_and_settings() -> None:
    text = ran("env").stdout
    for told in (
        numpy.__version__,
        tf.__version__,
        tnp_shim.__version__,
        "/physical_device:CPU:0",
        "float64",
    ):
        assert told in text


def test_help_names_the_commands() -> None:
    text = ran("--help").stdout
    for name in ("run", "check", "explain", "conformance", "env"):
        assert f"\n  {name} " in text
    done = python("-m", "tnp_shim.command", "--version")
    assert (done.returncode, done.stdout) == (0, f"tnp-shim, version {tnp_shim.__version__}\n")
