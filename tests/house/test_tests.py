"""The tests say how independent they are and stand where a reader looks for them."""

from __future__ import annotations

import pytest

from tests.conftest import UNMARKED
from tests.house.source import PACKAGE, ROOT

pytestmark = pytest.mark.unvalidated


def test_every_test_says_how_independent_it_is(request: pytest.FixtureRequest) -> None:
    assert request.config.stash[UNMARKED] == []


def test_unit_tests_mirror_the_source() -> None:
    unit = ROOT / "tests" / "unit"
    folders = {test.parent.relative_to(unit) for test in unit.rglob("test_*.py")}
    assert [str(folder) for folder in sorted(folders) if not (PACKAGE / folder).is_dir()] == []


def test_every_part_of_the_program_has_unit_tests() -> None:
    unit = ROOT / "tests" / "unit"
    parts = {path.parent.name for path in PACKAGE.glob("*/__init__.py") if any(path.parent.glob("[a-z]*.py"))}
    tested = {folder.name for folder in unit.iterdir() if any(folder.rglob("test_*.py"))}
    assert parts - tested == set()
