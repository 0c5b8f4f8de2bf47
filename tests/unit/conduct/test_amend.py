"""Whose verdict an amendment changes, on two subjects worked out by hand."""

from __future__ import annotations

from pathlib import Path

import pytest

from trialwright.conduct.amend import Amendment, amend
from trialwright.conduct.studies import open_study
from trialwright.errors import DataError, InputError
from trialwright.studies import FOLDER

TEXT = (FOLDER / "nct07295132.yaml").read_text(encoding="utf-8")
INTERVAL = "{from: last_platinum, to: recurred_on}, at_least: 6 months}"


@pytest.fixture
def data(repository: Path) -> Path:
    return repository / "tests" / "fixtures" / "two_subjects"


def amended(folder: Path, data: Path | None, *pairs: tuple[str, str]) -> Amendment:
    text = TEXT
    for old, new in pairs:
        assert text.count(old) == 1, old
        text = text.replace(old, new)
    place = folder / "amended.yaml"
    place.write_text(text, encoding="utf-8")
    return amend(open_study("nct07295132"), open_study(place), data)


@pytest.mark.independent("calendar dates added by hand")
@pytest.mark.parametrize(
    ("months", "expected"),
    [
        # OV-01-001 had platinum to 2024-06-28 and a recurrence on 2025-12-20: 17 months end on 2025-11-28, 18 after it
        # OV-02-001 had platinum to 2025-03 and a recurrence on 2026-01-15: 9 months end on 2025-12-31 at the latest,
        # 10 between 2026-01-01 and 2026-01-31, 11 on 2026-02-01 at the earliest
        (9, {}),
        (10, {"OV-02-001": ("UNKNOWN", "imprecise_date", "CANNOT TELL")}),
        (11, {"OV-02-001": ("NOT_MET", "", "NOT ELIGIBLE")}),
        (17, {"OV-02-001": ("NOT_MET", "", "NOT ELIGIBLE")}),
        (18, dict.fromkeys(("OV-01-001", "OV-02-001"), ("NOT_MET", "", "NOT ELIGIBLE"))),
    ],
)
def test_an_interval_made_longer(
    tmp_path: Path, data: Path, months: int, expected: dict[str, tuple[str, str, str]]
) -> None:
    found = amended(tmp_path, data, (INTERVAL, INTERVAL.replace("6 months", f"{months} months")))
    assert [(change.path, change.effect) for change in found.changes] == [
        ("/inclusion/I2/met_when/at_least", "meaning")
    ]
    assert found.judged == 2
    wanted = set()
    for subject, (verdict, reason, whole) in expected.items():
        wanted.add((subject, "registration", "I2", "MET", verdict, reason))
        wanted.add((subject, "registration", "", "ELIGIBLE", whole, ""))
    assert {(f.subject, f.gate, f.criterion, f.old, f.new, f.new_reason) for f in found.flips} == wanted


@pytest.mark.unvalidated
def test_a_criterion_that_comes_moves_or_goes(tmp_path: Path, data: Path) -> None:
    added = "inclusion:\n  - {id: I7, text: Evaluable tissue, met_when: {item: archived_tissue, equals: EVALUABLE}}\n"
    came = amended(tmp_path, data, ("inclusion:\n", added))
    assert {(f.gate, f.criterion, f.old, f.new) for f in came.flips} == {("registration", "I7", "NOT ASKED", "MET")}
    judged = '{assumption: "judged on the imaging after the chemotherapy, just before allocation", '
    no_gate = ("  - id: I5\n    at: allocation\n", "  - id: I5\n")
    moved = amended(tmp_path, data, no_gate, (f"      - {judged}by: program authors, covers: [at]}}\n", ""))
    assert {(f.gate, f.criterion, f.old, f.new) for f in moved.flips if f.criterion} == {
        ("allocation", "I5", "MET", "NOT ASKED"),
        ("registration", "I5", "NOT ASKED", "UNKNOWN"),
    }
    assert {f.new_reason for f in moved.flips if f.criterion == "I5" and f.gate == "registration"} == {
        "needs_attestation"
    }


@pytest.mark.unvalidated
def test_words_change_no_verdict(tmp_path: Path, data: Path) -> None:
    found = amended(tmp_path, data, ("text: Woman aged 19 years or more", "text: A woman of 19 or more"))
    assert ([change.effect for change in found.changes], found.flips) == (["words"], ())


@pytest.mark.unvalidated
def test_without_data_nobody_is_judged(tmp_path: Path) -> None:
    found = amended(tmp_path, None, ("age: {at_least: 19}", "age: {at_least: 18}"))
    assert (found.judged, found.flips, len(found.changes)) == (None, (), 1)


@pytest.mark.unvalidated
def test_two_trials_are_refused(tmp_path: Path, data: Path) -> None:
    with pytest.raises(InputError, match="two trials"):
        amended(tmp_path, data, ("  id: nct07295132\n", "  id: nct00000000\n"))


@pytest.mark.unvalidated
def test_data_that_stop_a_run_stop_the_judging(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="does not exist"):
        amended(tmp_path, tmp_path / "nowhere", ("age: {at_least: 19}", "age: {at_least: 18}"))
