"""A study from the text of its file: exact values, every fault at once, claims held against the record."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal

import pytest

from tests.studies import EXAMPLE, OFFERED, edited, loaded, problems
from trialwright.errors import StudyError
from trialwright.model.catalogue import Catalogue
from trialwright.model.criteria import If, Lab
from trialwright.protocol.load import load
from trialwright.protocol.problems import StudyFileErrors

pytestmark = pytest.mark.unvalidated


@dataclass(frozen=True)
class Record:
    """A registry record of a few statements."""

    text: str
    statements: Mapping[str, str]
    id: str = "ex-0001"

    def statement(self, address: str) -> str | None:
        return self.statements.get(address)


RECORD = Record("Fit patients  with\nlesions. Enrollment 40", {"I2": "Fit patients", "enrollment.count": "40"})


def test_decimals_are_exact_and_as_written() -> None:
    study = loaded()
    shares = (study.scenario["base"].items or {})["grade"].shares
    assert shares == {"G1": Decimal("0.5"), "G2": Decimal("0.3"), "G3": Decimal("0.2")}
    bound = study.inclusion[1].when
    lab = next(node for node in getattr(bound, "all_") if isinstance(node, Lab))  # noqa: B009 - the field is called all_
    assert lab.at_most == "2.0 mg/dL"


def test_python_words_are_reached_by_their_attributes() -> None:
    study = loaded()
    assert isinstance(study.exclusion[2].when, If)
    assert study.assessments[0].from_ == "entry"


def test_claims_that_the_record_bears_out_are_accepted() -> None:
    assert load(EXAMPLE, OFFERED, record=RECORD).id == "example-1"


@pytest.mark.parametrize(
    ("claim", "what"),
    [
        ("I9", 'the record has no statement "I9"'),
        ("enrollment.type", 'the record has no statement "enrollment.type"'),
        ("fit patients", '"fit patients" does not stand in the record'),
        ("Fit patients with no", '"Fit patients with no" does not stand in the record'),
    ],
)
def test_claims_that_the_record_does_not_bear_out_are_refused(claim: str, what: str) -> None:
    with pytest.raises(StudyFileErrors) as refused:
        load(edited(("{record: I2}", f"{{record: {claim}}}")), OFFERED, record=RECORD)
    assert [(problem.what, problem.path) for problem in refused.value.problems] == [
        (what, "/inclusion/I2/source/record")
    ]


def test_fragments_are_found_whatever_their_blanks() -> None:
    text = edited(("{record: I2}", "{record: patients with lesions}"))
    assert load(text, OFFERED, record=RECORD).inclusion[1].id == "I2"


def test_what_is_inferred_is_looked_up_too() -> None:
    text = edited(("{record: I2}", "{inferred: fitness is meant, from: I7}"))
    with pytest.raises(StudyFileErrors, match="/inclusion/I2/source/from"):
        load(text, OFFERED, record=RECORD)


def test_the_record_of_another_trial_is_refused() -> None:
    with pytest.raises(StudyFileErrors) as refused:
        load(EXAMPLE, OFFERED, record=replace(RECORD, id="EX-0002"))
    assert [(problem.what, problem.path) for problem in refused.value.problems] == [
        ("the record given is that of EX-0002", "/study/registry/id")
    ]


def test_without_a_record_claims_stay_unchecked() -> None:
    assert problems(edited(("{record: I2}", "{record: I99}"))) == []


def test_an_error_is_a_study_error_and_carries_its_problems() -> None:
    with pytest.raises(StudyError) as refused:
        load("language: 1", OFFERED, name="mine.yaml")
    assert refused.value.exit_code == 3
    assert isinstance(refused.value, StudyFileErrors)
    assert [problem.path for problem in refused.value.problems] == ["/study", "/items", "/time_points", "/arms"]
    assert {problem.file for problem in refused.value.problems} == {"mine.yaml"}


def test_a_catalogue_that_offers_nothing_refuses_each_id_where_it_stands() -> None:
    found = problems(EXAMPLE, Catalogue(()))
    named = ("recist-x", "halved", "speed", "parts", "liver-score", "ranks", "mean", "share")
    for name in named:
        assert any(f'"{name}"' in line for line in found)
    assert all("this version has no " in line for line in found)


def test_problems_come_in_the_order_of_the_file() -> None:
    text = edited(("attest: fit", "attest: fitt"), ("planned: 40", 'planned: "40"'), ("alpha: 0.05", "alpha: 5"))
    lines = [int(line.split(":")[1]) for line in problems(text)]
    assert len(lines) == 3
    assert lines == sorted(lines)
