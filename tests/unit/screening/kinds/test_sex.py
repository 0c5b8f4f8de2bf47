"""Sex as entered."""

from __future__ import annotations

import pytest

from tests.unit.screening.trial import said, told

pytestmark = pytest.mark.unvalidated


@pytest.mark.parametrize(
    ("entered", "expected"),
    [("F", "T"), ("M", "F"), ("U", "U:answered_unknown"), ("UNDIFFERENTIATED", "U:answered_unknown"),
     (None, "U:missing"), ("X", "U:bad_code")],
)  # fmt: skip
def test_sex(entered: str | None, expected: str) -> None:
    assert said({"sex": "F"}, {"DM": [{"SEX": entered, "SITEID": "01"}]}) == expected


def test_a_subject_who_is_not_listed() -> None:
    assert told({"sex": "F"}, {"DM": [{"USUBJID": "S2", "SEX": "F"}]}) == ("U", "missing", [])
    assert told({"sex": "M"}, {"DM": [{"SEX": "F"}]}) == ("F", "", ["row/dm.csv:S1"])
