"""The skeleton of the report: headings, captions and column headings in the order a reader meets them.

``TRIALWRIGHT_GOLDEN=write`` writes the skeletons anew; the difference is reviewed before it is kept.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from bs4 import BeautifulSoup, Tag

from tests.unit.report.invented_dossier import SILENCES, invented_dossier
from trialwright.report.build import build

pytestmark = pytest.mark.unvalidated

GOLDEN = Path(__file__).parent


def skeleton(html: str) -> Iterator[str]:
    page = BeautifulSoup(html, "html.parser")
    for tag in page.find_all(["title", "h1", "h2", "figcaption", "thead", "p", "th"]):
        if tag.name == "thead":
            yield "    " + " | ".join(" ".join(cell.stripped_strings) for cell in tag.find_all("th"))
        elif tag.name == "th" and tag.get("scope") in ("row", "rowgroup"):
            yield "        " + text(tag)
        elif tag.name in ("title", "h1", "h2"):
            yield f"{tag.name} {text(tag)}"
        elif tag.name == "figcaption" or "caption" in tag.get("class", []):
            yield "  " + text(tag)


def text(tag: Tag) -> str:
    return " ".join(" ".join(tag.stripped_strings).split())


@pytest.mark.parametrize("by_arm", [True, False], ids=["by-arm", "pooled"])
def test_the_report_keeps_its_skeleton(by_arm: bool) -> None:
    html = build(invented_dossier(by_arm=by_arm), SILENCES)["report.html"].decode()
    found = "\n".join(skeleton(html)) + "\n"
    kept = GOLDEN / f"report_skeleton_{'by_arm' if by_arm else 'pooled'}.txt"
    if os.environ.get("TRIALWRIGHT_GOLDEN") == "write":
        kept.write_text(found, encoding="utf-8")
    assert found == kept.read_text(encoding="utf-8")
