"""The tree of errors is the one that is drawn, and a message holds all it was given."""

from __future__ import annotations

import re

import pytest

from trialwright import errors
from trialwright.errors import InputError, TrialwrightError

pytestmark = pytest.mark.unvalidated

CLASSES = [getattr(errors, name) for name in errors.__all__]


def drawn() -> dict[str, int]:
    """Name and exit code of each class of the drawing; a deeper line has the code of the line it hangs from."""
    codes: dict[str, int] = {}
    code = TrialwrightError.exit_code
    for line in (errors.__doc__ or "").splitlines():
        if found := re.search(r"[├└]─ (\w+)", line):
            if stated := re.search(r"exit (\d+)$", line):
                code = int(stated.group(1))
            codes[found.group(1)] = code
    return codes


def test_the_drawing_shows_every_class_with_its_exit_code() -> None:
    assert drawn() == {kind.__name__: kind.exit_code for kind in CLASSES if kind is not TrialwrightError}


def test_exit_codes_tell_the_branches_apart() -> None:
    branches = TrialwrightError.__subclasses__()
    assert len({kind.exit_code for kind in branches}) == len(branches)
    assert {0, 1, 70} & {kind.exit_code for kind in branches} == set()


@pytest.mark.parametrize("kind", CLASSES)
def test_every_class_says_when_it_is_raised(kind: type[TrialwrightError]) -> None:
    assert kind.__doc__


@pytest.mark.parametrize(
    ("given", "text"),
    [
        ({}, "no unit"),
        ({"where": "lb.csv:4"}, "lb.csv:4: no unit"),
        ({"why": "a number means nothing without one"}, "no unit; a number means nothing without one"),
        ({"mend": "write U/mL"}, "no unit (to mend: write U/mL)"),
        (
            {"where": "lb.csv:4", "why": "a number means nothing without one", "mend": "write U/mL"},
            "lb.csv:4: no unit; a number means nothing without one (to mend: write U/mL)",
        ),
    ],
)
def test_a_message_says_what_where_why_and_how_to_mend(given: dict[str, str], text: str) -> None:
    assert str(InputError("no unit", **given)) == text
