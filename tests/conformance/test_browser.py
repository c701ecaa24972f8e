"""The page of the report in a real browser: filters, search, rows that open; no request, no error."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright
from synthetic import HOSTILE, KNOWN, record, records

from conformance.inventory import inventory
from conformance.report import data, html

CHROMIUM = os.environ.get("TNP_SHIM_CHROMIUM") or shutil.which("chromium")

ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-default-apps",
    "--disable-extensions",
    "--disable-sync",
    "--no-first-run",
)

pytestmark = pytest.mark.skipif(
    CHROMIUM is None, reason="Debian's chromium is not installed, and TNP_SHIM_CHROMIUM names no other"
)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=CHROMIUM, args=list(ARGUMENTS))
        yield opened
        opened.close()


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The page of all names, a few of which have something to tell."""
    made = {name: record(name, e.kind, e.module) for name, e in inventory().items()} | records()
    report = data.document(made, data.Asked("quick", 0, None, "2026-01-02"), KNOWN)
    path = tmp_path_factory.mktemp("report") / "conformance.html"
    path.write_text(html.page(report), encoding="utf-8")
    return path.as_uri()


class Watched:
    """A page, what it asked the network for, and what it complained of."""

    def __init__(self, browser: Browser, address: str, **options: Any) -> None:
        self.context = browser.new_context(**options)
        self.page: Page = self.context.new_page()
        self.page.set_default_timeout(20_000)
        self.requests: list[str] = []
        self.complaints: list[str] = []
        self.page.on("request", lambda request: self.requests.append(request.url))
        self.page.on("console", lambda message: self.complaints.append(message.text))
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on("dialog", lambda dialog: self.complaints.append(dialog.message))
        self.page.goto(address)


@pytest.fixture
def watched(browser: Browser, address: str) -> Iterator[Watched]:
    made = Watched(browser, address)
    yield made
    assert [url.partition("#")[0] for url in made.requests if not url.startswith("data:")] == [address]
    assert made.complaints == []
    made.context.close()


@pytest.fixture
def page(watched: Watched) -> Page:
    return watched.page


def names(page: Page) -> list[str]:
    return page.locator("#table tbody .name button").all_inner_texts()


def test_search(page: Page) -> None:
    expect(page.locator("#count")).to_have_text(f"{len(inventory())} of {len(inventory())} names")
    page.get_by_label("Search", exact=True).fill("HYPOT out")
    expect(page.locator("#count")).to_have_text(f"1 of {len(inventory())} names")
    assert names(page) == ["hypot.outer"]
    page.get_by_label("Search", exact=True).fill("small-numbers")
    assert names(page) == ["sqrt"]
    page.get_by_label("Search", exact=True).fill("no masks")
    assert names(page) == ["ma.average"]
    page.get_by_role("button", name="Clear").click()
    expect(page.locator("#count")).to_contain_text(f"{len(inventory())} of")


def test_filters(page: Page) -> None:
    page.get_by_label("Status", exact=True).select_option("fail")
    assert names(page) == ["sum"]
    page.get_by_label("Mode", exact=True).select_option("vmap")
    assert names(page) == []
    page.get_by_label("Status", exact=True).select_option("exception")
    assert names(page) == ["sum"]
    page.get_by_label("Mode", exact=True).select_option("")
    page.get_by_label("Status", exact=True).select_option("partial")
    assert names(page) == ["sqrt"]
    page.get_by_label("Module", exact=True).select_option("numpy")
    assert names(page) == []
    page.get_by_role("button", name="Clear").click()
    page.get_by_label("Module", exact=True).select_option("fft")
    expect(page.locator("#count")).to_contain_text("18 of")
    page.get_by_label("Route", exact=True).select_option("numpy")
    expect(page.locator("#count")).to_contain_text("0 of")


def test_a_row_opens_its_cases(page: Page) -> None:
    page.get_by_label("Search", exact=True).fill("sum")
    row = page.get_by_role("button", name="sum", exact=True)
    row.click()
    expect(row).to_have_attribute("aria-expanded", "true")
    detail = page.locator(f"#{row.get_attribute('aria-controls')}")
    expect(detail.get_by_role("heading", name="gradient: fails")).to_be_visible()
    expect(detail).to_contain_text(HOSTILE)
    expect(detail).to_contain_text("tape.gradient(result, bases)")
    expect(detail.get_by_role("heading", name="vmap: exception no-graph")).to_be_visible()
    expect(detail).to_contain_text("needs <b>values</b>")
    expect(detail).to_contain_text("1 × nothing to loop over")
    row.click()
    expect(detail).to_be_hidden()
    expect(row).to_have_attribute("aria-expanded", "false")


def test_what_is_measured_is_told(page: Page) -> None:
    page.get_by_label("Search", exact=True).fill("small-numbers")
    row = page.locator("#table tbody tr").first
    expect(row).to_contain_text("12.3×")
    expect(row.get_by_role("cell").filter(has_text="1.23")).to_be_visible()
    page.get_by_role("button", name="sqrt", exact=True).click()
    detail = page.locator(".detail")
    expect(detail).to_contain_text("12.3 times as long as NumPy's")
    expect(detail.get_by_role("link", name="more")).to_have_attribute("href", "https://example.org/flush")


def test_the_keyboard_is_enough(page: Page) -> None:
    page.get_by_label("Search", exact=True).focus()
    page.keyboard.type("hypot")
    while page.evaluate("document.activeElement.innerText") != "hypot":
        page.keyboard.press("Tab")
    page.keyboard.press("ArrowDown")
    assert page.evaluate("document.activeElement.innerText") == "hypot.accumulate"
    page.keyboard.press("End")
    assert page.evaluate("document.activeElement.innerText") == "ma.hypot"
    page.keyboard.press("ArrowUp")
    page.keyboard.press("Enter")
    expect(page.locator(".detail")).to_contain_text("hypot.reduceat: ufunc method")
    assert page.url.endswith("#hypot.reduceat")


def test_everything_has_a_name_for_screen_readers(page: Page) -> None:
    for role in ("textbox", "searchbox", "combobox", "button", "img", "table", "region", "link"):
        for found in page.get_by_role(role).all()[:40]:
            label = found.get_attribute("aria-label") or found.inner_text()
            assert label or found.evaluate("e => e.labels.length"), found
    expect(page.get_by_role("img")).to_have_count(1)
    expect(page.get_by_role("status")).to_have_count(1)
    page.get_by_text("The totals as a table").click()
    line = page.get_by_role("region", name="Table of the totals").get_by_role("row", name="all", exact=False)
    expect(line.last).to_contain_text(str(len(inventory())))


def test_the_picture_filters(page: Page) -> None:
    page.locator('#picture g[data-module="fft"][data-mode="xla"]').click()
    expect(page.locator("#count")).to_contain_text("18 of")
    expect(page.get_by_label("Mode", exact=True)).to_have_value("xla")


def test_an_exception_shows_its_names(page: Page) -> None:
    page.get_by_role("button", name="no-graph").click()
    expect(page.locator("#count")).to_contain_text("1 of")
    assert names(page) == ["sum"]


def test_columns_sort(page: Page) -> None:
    page.get_by_role("button", name="Max ulp").click()
    assert names(page)[0] == "sqrt"
    expect(page.get_by_role("columnheader", name="Max ulp")).to_have_attribute("aria-sort", "descending")
    page.get_by_role("button", name="Name", exact=True).click()
    assert names(page)[:2] == sorted(inventory())[:2]
    page.get_by_role("button", name="Name", exact=True).click()
    assert names(page)[0] == sorted(inventory())[-1]


def test_the_table_grows_as_it_is_scrolled(page: Page) -> None:
    before = len(names(page))
    assert before < len(inventory())
    page.locator("#more").scroll_into_view_if_needed()
    expect(page.locator("#table tbody .name button").nth(before)).to_be_attached()


def test_an_address_opens_a_row(browser: Browser, address: str) -> None:
    made = Watched(browser, f"{address}#zeros_like")
    row = made.page.get_by_role("button", name="zeros_like", exact=True)
    expect(row).to_be_in_viewport()
    expect(row).to_have_attribute("aria-expanded", "true")
    assert made.complaints == []
    made.context.close()


def test_filtering_is_fast(page: Page) -> None:
    took = page.evaluate(
        """() => {
            const search = document.getElementById("search");
            const times = ["a", "ar", "arr", "ar", "a", ""].map((text) => {
                const start = performance.now();
                search.value = text;
                search.dispatchEvent(new Event("input"));
                document.body.offsetHeight;
                return performance.now() - start;
            });
            return Math.min(...times);
        }"""
    )
    assert took < 250, "milliseconds for a letter, layout included"


@pytest.mark.parametrize(("scheme", "colour"), [("light", "rgb(255, 255, 255)"), ("dark", "rgb(15, 20, 26)")])
def test_light_and_dark(browser: Browser, address: str, scheme: Any, colour: str) -> None:
    made = Watched(browser, address, color_scheme=scheme)
    assert made.page.evaluate("getComputedStyle(document.body).backgroundColor") == colour
    # text on each colour keeps the contrast of WCAG AA
    worst = made.page.evaluate(
        """() => {
            const light = (text) => {
                const parts = text.match(/[\\d.]+/g).slice(0, 3).map((v) => v / 255)
                    .map((v) => (v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4));
                return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2];
            };
            const probe = document.body.appendChild(document.createElement("i"));
            const value = (name) => {
                probe.style.color = `var(--${name})`;
                return light(getComputedStyle(probe).color);
            };
            const ratio = (a, b) => (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
            const under = ["page", "raised", "pass", "partial", "exception", "fail", "none"];
            const pairs = under.map((name) => ["text", name]);
            pairs.push(["quiet", "page"], ["quiet", "raised"], ["link", "page"], ["link", "raised"]);
            return Math.min(...pairs.map(([a, b]) => ratio(value(a), value(b))));
        }"""
    )
    assert worst >= 4.5
    made.context.close()
