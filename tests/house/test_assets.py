"""Nothing that is shipped, and no page of the manual, fetches anything from elsewhere."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.house.source import PACKAGE

pytestmark = pytest.mark.unvalidated

FETCH = re.compile(
    r"""<(?:script|img|iframe|source|video|audio|embed|object|link)\b[^>]*?\b(?:src|href|data)\s*=\s*["']?(?:https?:)?//[^"'\s>]+"""
    r"""|@import\s+(?:url\()?["']?(?:https?:)?//"""
    r"""|\burl\(\s*["']?(?:https?:)?//"""
    r"""|\b(?:fetch|importScripts|import)\(\s*["'](?:https?:)?//"""
    r"""|\bfrom\s+["'](?:https?:)?//""",
    re.IGNORECASE,
)
ASSETS = {".html", ".j2", ".css", ".js", ".mjs", ".svg", ".jinja"}


def fetches(folder: Path) -> list[str]:
    return [
        f"{path}: {match.group()[:120]}"
        for path in sorted(folder.rglob("*"))
        if path.suffix in ASSETS
        for match in FETCH.finditer(path.read_text(encoding="utf-8", errors="replace"))
        if 'rel="canonical"' not in match.group()
    ]


def test_shipped_assets_fetch_nothing() -> None:
    assert fetches(PACKAGE) == []


def test_pages_of_the_manual_fetch_nothing(repository: Path) -> None:
    pages = repository / "docs" / "_build" / "html"
    if not pages.is_dir():
        pytest.skip("the manual is not built yet: make docs")
    assert fetches(pages) == []


@pytest.mark.parametrize(
    "text",
    [
        '<script src="https://cdn.example/x.js"></script>',
        "<link rel=stylesheet href=//cdn.example/x.css>",
        "@import url('https://fonts.example/f.css');",
        "body { background: url(http://img.example/x.png) }",
        'import("https://cdn.example/m.mjs")',
    ],
)
def test_a_fetch_is_recognised(tmp_path: Path, text: str) -> None:
    (tmp_path / "page.html").write_text(text, encoding="utf-8")
    assert len(fetches(tmp_path)) == 1


def test_a_link_and_a_namespace_are_no_fetch(tmp_path: Path) -> None:
    text = '<a href="https://doi.org/10.1000/x">paper</a><svg xmlns="http://www.w3.org/2000/svg"></svg>'
    (tmp_path / "page.html").write_text(text, encoding="utf-8")
    assert fetches(tmp_path) == []
