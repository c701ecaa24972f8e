"""The exceptions that users would meet, as a section of docs/differences.md. Knows the exceptions.

`python -m conformance.report.differences` brings the section up to date.
"""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterable
from pathlib import Path

from conformance.exceptions import Known
from conformance.known import KNOWN

PAGE = Path(__file__).resolve().parents[2] / "docs" / "differences.md"

START = "<!-- from here to the next comment: written from the exceptions of the conformance suite -->"
END = "<!-- end of what is written from the exceptions -->"


def section(known: Iterable[Known] = KNOWN) -> str:
    """The sentences of the exceptions, one each, between the two comments."""
    sentences = dict.fromkeys(" ".join(k.stumble.split()) for k in known if k.stumble)
    lines = [
        textwrap.fill(f"- {s}", 105, subsequent_indent="  ", break_long_words=False, break_on_hyphens=False)
        for s in sentences
    ] or ["None is known."]
    return "\n".join([START, "", *lines, "", END])


def with_section(page: str, known: Iterable[Known] = KNOWN) -> str:
    """The page with the section as the exceptions have it now."""
    pattern = re.compile(re.escape(START) + ".*" + re.escape(END), re.DOTALL)
    if len(pattern.findall(page)) != 1:
        raise ValueError(f"the page needs one section between {START!r} and {END!r}")
    return pattern.sub(lambda _: section(known), page)


def write(path: Path = PAGE, known: Iterable[Known] = KNOWN) -> None:
    """Bring the section up to date."""
    path.write_text(with_section(path.read_text(encoding="utf-8"), known), encoding="utf-8")


if __name__ == "__main__":
    write()
