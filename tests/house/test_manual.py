"""What the manual says of commands, tables and findings is what the program holds."""

from __future__ import annotations

from pathlib import Path

import pytest

from docs.generated import HERE, PART, PARTS, pages, renewed
from tests.house.source import ROOT

pytestmark = pytest.mark.unvalidated


@pytest.mark.parametrize("page", pages(), ids=lambda page: str(page.relative_to(HERE)))
def test_generated_parts_are_current(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    assert text == renewed(text), "make fix renews the generated parts of the manual"


def test_every_generated_part_stands_on_one_page() -> None:
    found = [part["name"] for page in pages() for part in PART.finditer(page.read_text(encoding="utf-8"))]
    assert sorted(found) == sorted(PARTS)


def test_every_page_is_reached_from_the_index() -> None:
    listed = (HERE / "index.md").read_text(encoding="utf-8")
    found = [
        str(page.relative_to(HERE).with_suffix(""))
        for page in HERE.rglob("*.md")
        if not page.is_relative_to(HERE / "_build") and page.parent.name != "adr" and page.name != "index.md"
    ]
    assert [page for page in found if f"\n{page}\n" not in listed] == []


def test_links_between_the_files_of_the_root_lead_somewhere() -> None:
    broken = []
    for page in ROOT.glob("*.md"):
        for link in page.read_text(encoding="utf-8").split("](")[1:]:
            target = link.split(")")[0].split("#")[0]
            if "://" not in target and target and not (ROOT / target).exists():
                broken.append(f"{page.name}: {target}")
    assert broken == []
