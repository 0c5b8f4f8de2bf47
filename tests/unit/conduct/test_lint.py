"""A study file looked at as a whole."""

from __future__ import annotations

from pathlib import Path

import pytest

from trialwright.conduct.lint import lint_study
from trialwright.errors import InputError, StudyError
from trialwright.studies import FOLDER

pytestmark = pytest.mark.unvalidated

TEXT = (FOLDER / "nct07295132.yaml").read_text(encoding="utf-8")


def test_findings_stand_on_the_line_of_what_they_are_about() -> None:
    report = lint_study("nct07295132")
    lines = TEXT.splitlines()
    about = {"one-arm-endpoint": "id: ", "exclusion-negated": "text: No", "drug-undosed": "drugs:"}
    seen = set()
    for placed in report.findings:
        begins = about.get(placed.finding.rule)
        if begins is not None:
            seen.add(placed.finding.rule)
            assert lines[placed.line - 1][placed.column - 1 :].startswith(begins)
    assert seen == set(about)
    assert not report.has_errors


def test_a_finding_about_an_absent_block_stands_at_the_head_of_the_file(tmp_path: Path) -> None:
    place = tmp_path / "x.yaml"
    start, end = TEXT.index("allocation:\n  at: allocation"), TEXT.index("analysis_sets:")
    place.write_text((TEXT[:start] + TEXT[end:]).replace("strata: as allocated, ", ""), encoding="utf-8")
    report = lint_study(place)
    assert report.problems == ()
    placed = next(placed for placed in report.findings if placed.finding.rule == "allocation-unstated")
    assert (placed.line, placed.column) == (1, 1)
    assert report.has_errors


def test_a_file_that_cannot_be_loaded_has_problems_and_no_findings(tmp_path: Path) -> None:
    place = tmp_path / "x.yaml"
    place.write_text(TEXT.replace("attest: resectable", "attest: resectible"), encoding="utf-8")
    report = lint_study(place)
    assert [problem.path for problem in report.problems] == ["/inclusion/I5/met_when/attest"]
    assert report.problems[0].mend == "did you mean resectable?"
    assert (report.opened, report.findings) == (None, ())


def test_claims_about_the_record_are_counted_and_not_said_to_be_checked(tmp_path: Path) -> None:
    place = tmp_path / "x.yaml"
    source = "source: {record: I4}"
    assert TEXT.count(source) == 1
    place.write_text(TEXT.replace(source, "source: {assumption: none, by: x}"), encoding="utf-8")
    claims = lint_study("nct07295132").unchecked_claims
    assert claims > 40
    assert lint_study(place).unchecked_claims == claims - 1


def test_an_unknown_study_is_an_error_and_no_finding() -> None:
    with pytest.raises(StudyError):
        lint_study("nct99999999")


def test_every_claim_of_the_shipped_study_stands_in_its_record(shared_seeds: Path) -> None:
    report = lint_study("nct07295132", record=shared_seeds / "NCT07295132.txt")
    assert (report.problems, report.record_id) == ((), "NCT07295132")
    assert (report.unchecked_claims, report.claims) == (0, lint_study("nct07295132").unchecked_claims)


@pytest.mark.parametrize(
    ("old", "new", "path"),
    [
        ("record: I2}", "record: I22}", "/inclusion/I2/source/record"),
        ("from: Phase III,", "from: Phase IV,", "/study/source/2/from"),
        ("{record: enrollment.count,", "{record: enrollment.sum,", "/study/enrolment/source/1/record"),
        ("id: NCT07295132}", "id: NCT07295133}", "/study/registry/id"),
    ],
)
def test_a_claim_that_its_record_does_not_bear_out_is_a_problem(
    old: str, new: str, path: str, shared_seeds: Path, tmp_path: Path
) -> None:
    place = tmp_path / "x.yaml"
    assert TEXT.count(old) == 1
    place.write_text(TEXT.replace(old, new), encoding="utf-8")
    assert lint_study(place).problems == ()
    report = lint_study(place, record=shared_seeds / "NCT07295132.txt")
    assert [problem.path for problem in report.problems] == [path]
    assert (report.opened, report.record_id) == (None, "NCT07295132")


def test_claims_stay_unchecked_without_a_record() -> None:
    report = lint_study("nct07295132")
    assert (report.record_id, report.unchecked_claims) == (None, report.claims)


def test_a_file_that_holds_no_record_is_bad_input(tmp_path: Path) -> None:
    place = tmp_path / "record.json"
    place.write_text("{}", encoding="utf-8")
    with pytest.raises(InputError, match=r"holds no record"):
        lint_study("nct07295132", record=place)
