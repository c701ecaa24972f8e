"""The report of a run: what it holds, that it is held to its schema, and that its order is fixed."""

from __future__ import annotations

import io
import json
import re
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from rich.console import Console
from synthetic import HOSTILE, KNOWN, call, records

import conformance.known
import tnp_shim
from conformance.modes import MODES
from conformance.recipes import encode
from conformance.report import data, differences, files, html, markdown, summary
from conformance.report.reproducing import reproduction

ROOT = Path(__file__).resolve().parents[2]
ASKED = data.Asked("quick", 3, None, "2026-01-02")


@pytest.fixture(scope="module")
def report() -> dict[str, Any]:
    return data.document(records(), ASKED, KNOWN)


def schema(name: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((ROOT / "conformance" / "report" / name).read_text())
    jsonschema.Draft202012Validator.check_schema(found)
    return found


def named(report: dict[str, Any], name: str) -> dict[str, Any]:
    return next(one for one in report["names"] if one["name"] == name)


def test_documents_are_as_their_schemas_say(report) -> None:
    jsonschema.validate(report, schema("schema.json"))
    jsonschema.validate(data.shipped(report), schema("shipped_schema.json"))


@pytest.mark.parametrize("key", ["versions", "totals", "names"])
def test_the_schema_misses_nothing(report, key: str) -> None:
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate({k: v for k, v in report.items() if k != key}, schema("schema.json"))
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(report | {"unheard of": 1}, schema("schema.json"))


def test_every_key_is_documented() -> None:
    text = (ROOT / "docs" / "conformance_schema.md").read_text()
    documented = set(re.findall(r"`([^`]+)`", text))

    def keys(part: Any) -> set[str]:
        if not isinstance(part, dict):
            return set()
        inside = set().union(*map(keys, part.values())) if part else set()
        return inside | set(part.get("properties", {}))

    for name in ("schema.json", "shipped_schema.json"):
        assert keys(schema(name)) <= documented


def test_the_shipped_report_is_as_its_schema_says() -> None:
    path = ROOT / "tnp_shim" / "conformance.json"
    jsonschema.validate(json.loads(path.read_text()), schema("shipped_schema.json"))
    assert path.stat().st_size < 400_000


def test_the_order_of_the_records_does_not_matter(report) -> None:
    backwards = dict(reversed(records().items()))
    assert data.written(data.document(backwards, ASKED, KNOWN[::-1])) == data.written(report)
    assert [one["name"] for one in report["names"]] == sorted(records())
    assert json.loads(data.written(report)) == report


def test_totals(report) -> None:
    lines = {line["module"]: line for line in report["totals"]}
    assert list(lines) == ["numpy", "ufuncs", "ufunc methods", "ma", ""]
    assert lines["ufuncs"]["modes"]["xla"] == {"partial": 1, "none": 1}
    assert lines["numpy"]["modes"]["gradient"] == {"fail": 1, "none": 1}
    assert lines[""]["standings"] == {"gap": 1, "handed on": 1, "judged": 4}
    assert markdown.share(lines[""]["modes"]["vmap"]) == "2/3"
    assert markdown.share(lines["ma"]["modes"]["eager"]) == ""


def test_names(report) -> None:
    sqrt, total = named(report, "sqrt"), named(report, "sum")
    assert (sqrt["route"], sqrt["time ratio"], sqrt["modes"]["eager"]["ulps"]) == ("native", 12.3, 1.23)
    assert named(report, "dtype")["route"] == "numpy"
    (shortest,) = total["modes"]["gradient"]["examples"]
    assert shortest["text"] == HOSTILE
    assert [one["exception"] for one in total["modes"]["vmap"]["examples"]] == ["no-graph"]
    assert [(e["id"], e["cases"], e["names"]) for e in report["exceptions"]] == [
        ("no-graph", 2, 1),
        ("small-numbers", 2, 1),
    ]


def test_an_exception_must_be_in_the_table() -> None:
    with pytest.raises(ValueError, match="not in the table: no-graph$"):
        data.document(records(), ASKED, KNOWN[:1])


def test_an_infinite_distance_is_no_number(report) -> None:
    made = records()
    made["sqrt"]["cells"]["eager"]["ulps"] = float("inf")
    assert named(data.document(made, ASKED, KNOWN), "sqrt")["modes"]["eager"]["ulps"] is None


def test_markdown(report) -> None:
    page = markdown.page(data.shipped(report))
    assert "| numpy | 2 | 1/1 |" in page
    assert "| `ma.average` | no masks \\| in tensors |" in page
    assert "| `dtype` | describes dtypes |" in page
    assert "flushed by the \\| compiler ([more](https://example.org/flush))" in page
    rows = [re.split(r"(?<!\\)\|", line) for line in page.splitlines() if line.startswith("|")]
    assert {len(row) for row in rows} <= {4, 6, len(MODES) + 5}


def test_whole_modules_are_one_pattern() -> None:
    everything = ["add", *(f"ma.{letter}" for letter in "abcde")]
    assert markdown.listed(everything, everything) == "`add` `ma.*` (5 names)"
    assert markdown.listed(["ma.a"], everything) == "`ma.a`"


def test_the_page_of_the_docs_is_the_shipped_report() -> None:
    shipped = json.loads((ROOT / "tnp_shim" / "conformance.json").read_text())
    assert (ROOT / "docs" / "conformance.md").read_text() == markdown.page(shipped)


def test_the_section_of_the_differences_is_up_to_date() -> None:
    page = differences.PAGE.read_text()
    assert differences.with_section(page) == page, "run `python -m conformance.report.differences`"
    assert all(k.reason for k in conformance.known.KNOWN)


def test_the_section_of_the_differences() -> None:
    page = f"before\n{differences.START}\nold\n{differences.END}\nafter\n"
    changed = differences.with_section(page, KNOWN)
    assert changed == (
        f"before\n{differences.START}\n\n- `np.sum` of a secret is refused.\n\n{differences.END}\nafter\n"
    )
    assert differences.with_section(changed, ()) != changed
    with pytest.raises(ValueError, match="needs one section"):
        differences.with_section("no comments")


class Text(HTMLParser):
    """The scripts of a page, and what it loads from elsewhere."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.scripts: list[str] = []
        self.loaded: list[str] = []
        self._inside = False
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._inside = tag == "script"
        wanted = [
            value or ""
            for key, value in attrs
            if key in ("src", "srcset") or (tag == "link" and key == "href")
        ]
        self.loaded += [value for value in wanted if not value.startswith("data:")]

    def handle_data(self, text: str) -> None:
        if self._inside:
            self.scripts.append(text)
            self._inside = False


def test_html_holds_its_data_and_loads_nothing(report) -> None:
    found = Text(html.page(report))
    assert found.loaded == []
    assert len(found.scripts) == 2
    assert json.loads(found.scripts[0])["names"] == report["names"]
    assert "needs &lt;b&gt;values&lt;/b&gt;" in html.page(report)


def test_the_parts_of_the_picture_fill_their_cell() -> None:
    parts = html.segments({"pass": 3, "fail": 1, "none": 9}, 10, 80)
    assert parts == [{"status": "pass", "x": 10, "width": 60}, {"status": "fail", "x": 70, "width": 20}]
    assert html.segments({"none": 9}, 10, 80) == []


def test_files(report, tmp_path: Path) -> None:
    files.write(report, tmp_path / "new")
    assert json.loads((tmp_path / "new" / "conformance.json").read_text()) == report
    assert {path.name for path in (tmp_path / "new").iterdir()} == {
        "conformance.json",
        "conformance.md",
        "conformance.html",
    }
    for folder in ("tnp_shim", "docs"):
        (tmp_path / folder).mkdir()
    (tmp_path / "docs" / "differences.md").write_text(f"{differences.START}\n{differences.END}\n")
    files.publish(report, tmp_path)
    shipped = json.loads((tmp_path / "tnp_shim" / "conformance.json").read_text())
    assert shipped == data.shipped(report)
    assert shipped["names"]["sqrt"]["modes"][list(MODES).index("xla")] == "a"
    assert (tmp_path / "docs" / "conformance.md").read_text() == markdown.page(shipped)


def test_summary(report) -> None:
    out = io.StringIO()
    summary.show(report, ["exception x has no example"], Console(file=out, width=160))
    text = out.getvalue()
    assert "exception x has no example" in text and HOSTILE in text
    assert "cos: parameter where has no cases" in text
    assert "6 names, 2 fail, 1 other problems" in text
    assert len(text.splitlines()) < 60
    assert summary.failing(report) == ["cos", "sum"]


@pytest.mark.parametrize("mode", MODES)
def test_code_that_repeats_a_case_runs(mode: str, capsys) -> None:
    made = call("prod")
    exec(compile(reproduction(encode(made), made.code(), mode), mode, "exec"), {})
    assert capsys.readouterr().out.strip() not in ("", "None", "[None]")


def test_code_without_arrays_runs(capsys) -> None:
    made = type(call("pi"))("pi")
    exec(compile(reproduction(encode(made), "np.pi", "graph"), "pi", "exec"), {})
    assert capsys.readouterr().out.startswith("3.14")


def test_support_tells_what_is_shipped() -> None:
    known = tnp_shim.support("np.add")
    assert (known.name, known.route, known.kind) == ("add", "native", "ufunc")
    assert set(known.modes) == set(MODES)
    assert str(known).splitlines()[0] == "add: native"
    with pytest.raises(KeyError, match="Did you mean: .*'arctanh'"):
        tnp_shim.support("arctan3")
    with pytest.raises(AttributeError):
        known.route = "host"
