"""The tests say how independent they are and stand where a reader looks for them."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.conftest import UNMARKED
from tests.house.source import PACKAGE, ROOT

pytestmark = pytest.mark.unvalidated


def test_every_test_says_how_independent_it_is(request: pytest.FixtureRequest) -> None:
    assert request.config.stash[UNMARKED] == []


def is_mirrored(test: Path) -> bool:
    place = PACKAGE / test.parent.relative_to(ROOT / "tests" / "unit")
    if not place.is_dir():
        return False
    about = test.stem.removeprefix("test_")
    stems = {path.stem for path in place.glob("*.py")} | {path.name for path in place.iterdir() if path.is_dir()}
    return about == (place.name if place != PACKAGE else "package") or any(
        about == stem or about.startswith(f"{stem}_") for stem in stems
    )


def test_unit_tests_mirror_the_source() -> None:
    unit = ROOT / "tests" / "unit"
    assert [str(test.relative_to(unit)) for test in sorted(unit.rglob("test_*.py")) if not is_mirrored(test)] == []
