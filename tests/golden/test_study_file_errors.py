"""Every message about a broken study file, as a person reads it.

``TRIALWRIGHT_GOLDEN=write`` writes the messages anew; the difference is reviewed before it is kept.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from tests.golden.study_file_cases import MEANING_CASES, SEVERAL, SHAPE_CASES, YAML_CASES
from tests.studies import EXAMPLE, edited, problems

pytestmark = pytest.mark.unvalidated

GOLDEN = Path(__file__).parent / "study_file_errors.txt"
TEXTS: dict[str, str] = {
    **YAML_CASES,
    **{name: edited(pair) for name, pair in (SHAPE_CASES | MEANING_CASES).items()},
    **{name: edited(*pairs) for name, pairs in SEVERAL.items()},
}


CASCADES = {"bad arm", "code in small letters", "no gate"}
"""One mistake that makes many other statements wrong, each of which is shown."""


@cache
def found_in(name: str) -> tuple[str, ...]:
    return tuple(problems(TEXTS[name]))


def blocks() -> Iterator[str]:
    for name in TEXTS:
        yield "\n".join([f"# {name}", *found_in(name)])


def test_the_example_itself_loads() -> None:
    assert problems(EXAMPLE) == []


@pytest.mark.parametrize("name", TEXTS)
def test_every_broken_file_differs_from_the_example_and_is_refused(name: str) -> None:
    assert TEXTS[name] != EXAMPLE
    found = found_in(name)
    assert found
    assert all(line.startswith("example.yaml:") and ":0" not in line.split("  ")[0] for line in found)


def test_messages_are_as_reviewed() -> None:
    written = "\n\n".join(blocks()) + "\n"
    if os.environ.get("TRIALWRIGHT_GOLDEN") == "write":
        GOLDEN.write_text(written, encoding="utf-8")
    assert written == GOLDEN.read_text(encoding="utf-8")


@pytest.mark.parametrize("name", sorted({*SHAPE_CASES, *MEANING_CASES} - CASCADES))
def test_one_mistake_gives_few_messages(name: str) -> None:
    assert len(found_in(name)) <= 3
