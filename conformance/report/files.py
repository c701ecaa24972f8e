"""Where the report goes: a folder of the caller's, or the package and the docs. Knows the pages."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from conformance.report import data, differences, html, markdown

ROOT = Path(__file__).resolve().parents[2]


def write(report: Mapping[str, Any], folder: Path) -> None:
    """Write conformance.json, conformance.md and conformance.html."""
    folder.mkdir(parents=True, exist_ok=True)
    pages = {
        "conformance.json": data.written(report),
        "conformance.md": markdown.page(data.shipped(report)),
        "conformance.html": html.page(report),
    }
    for name, text in pages.items():
        (folder / name).write_text(text, encoding="utf-8")


def publish(report: Mapping[str, Any], root: Path = ROOT) -> None:
    """Write the short report that is shipped, and the pages of the docs that follow from it."""
    shipped = data.shipped(report)
    (root / "tnp_shim" / "conformance.json").write_text(data.written(shipped), encoding="utf-8")
    (root / "docs" / "conformance.md").write_text(markdown.page(shipped), encoding="utf-8")
    differences.write(root / "docs" / "differences.md")
