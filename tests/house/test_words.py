"""One meaning a word: the glossary is sound, and the names in the code keep to it."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

from tests.house.source import ROOT, modules, where

pytestmark = pytest.mark.unvalidated

ROW = re.compile(r"^\| \*\*(?P<term>[^*|]+)\*\* \| (?P<meaning>[^|]+) \| (?P<instead>[^|]*) \|$", re.MULTILINE)
UNFINISHED = re.compile(r"\b(?:TODO|FIXME|XXX|HACK|NotImplementedError|NotImplemented)\b")
TEXT_SUFFIXES = {".py", ".md", ".toml", ".yaml", ".yml", ".html", ".css", ".js", ".j2", ".json", ".cff"}


def glossary() -> list[re.Match[str]]:
    return list(ROW.finditer((ROOT / "GLOSSARY.md").read_text(encoding="utf-8")))


def names_to_avoid() -> dict[str, str]:
    """Word not used in names -> the word that is."""
    avoid: dict[str, str] = {}
    for row in glossary():
        for word in re.findall(r"`([a-z_]+)`", row["instead"]):
            avoid[word] = row["term"]
    return avoid


def test_the_glossary_is_read() -> None:
    assert len(glossary()) >= 25
    assert len(names_to_avoid()) >= 5


def test_each_term_has_one_row() -> None:
    terms = [row["term"].lower() for row in glossary()]
    assert sorted(terms) == sorted(set(terms))


def test_rows_stand_in_alphabetical_order() -> None:
    terms = [row["term"].lower() for row in glossary()]
    assert terms == sorted(terms)


def test_no_two_terms_have_one_meaning() -> None:
    meanings = [row["meaning"].strip().lower() for row in glossary()]
    assert len(meanings) == len(set(meanings))


def test_no_word_is_both_used_and_avoided() -> None:
    assert {row["term"].lower() for row in glossary()} & set(names_to_avoid()) == set()


def defined_names(tree: ast.AST) -> list[tuple[ast.stmt | ast.expr, str]]:
    found: list[tuple[ast.stmt | ast.expr, str]] = []
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            found.append((node, node.name))
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            found.append((node, node.id))
    return found


def words_of(name: str) -> set[str]:
    spaced = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).lower()
    return set(spaced.split("_")) | {spaced}


def test_names_in_the_code_keep_to_the_glossary() -> None:
    avoid = names_to_avoid()
    found = [
        f"{where(module, node)} {name}: say {avoid[word]!r}, not {word!r}"
        for module in modules()
        for node, name in defined_names(module.tree)
        for word in sorted(words_of(name) & set(avoid))
    ]
    assert found == []


def project_files() -> list[Path]:
    folders = ("src", "docs", "tests", "benchmarks")
    files = [path for folder in folders for path in (ROOT / folder).rglob("*") if path.suffix in TEXT_SUFFIXES]
    built = ROOT / "docs" / "_build"
    return [path for path in [*files, *ROOT.glob("*.md")] if not path.is_relative_to(built) and path != Path(__file__)]


def test_nothing_is_announced_as_unfinished() -> None:
    found = [
        f"{path.relative_to(ROOT)}: {match.group()}"
        for path in project_files()
        for match in UNFINISHED.finditer(path.read_text(encoding="utf-8", errors="replace"))
    ]
    assert found == []
