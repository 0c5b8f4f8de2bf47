"""Predicates on invented facts: each kind by hand, and all of them against the judge of entered data."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

import numpy as np
import polars as pl
import pytest
from pydantic import TypeAdapter

from tests.unit.design.studies import ovarian
from trialwright.design.days import day_number
from trialwright.design.facts import Answer, Facts, holds, word_fits
from trialwright.design.simulate import simulate
from trialwright.errors import StudyError
from trialwright.model.criteria import Comparison, Node
from trialwright.screening.judge import Context, eligibility, verdict_of

pytestmark = pytest.mark.unvalidated

NODES: TypeAdapter[Node] = TypeAdapter(Node)


def on(*days: str) -> np.ndarray:
    return np.array([day_number(date.fromisoformat(day)) for day in days])


FACTS = Facts(
    count=3,
    answers={
        ("grade", "registration"): Answer(np.array([0, 1, 2]), ("G1", "G2", "G3")),
        ("count", "registration"): Answer(np.array([0, 1, 1]), ("1", "2")),
        ("fit", "registration"): Answer(np.array([0, 0, 1]), ("Y", "N")),
        ("fit", "allocation"): Answer(np.array([1, 0, 0]), ("Y", "N")),
        ("medicine", "registration"): Answer(np.array([-1, 0, 1]), ("A", "B")),
    },
    days={
        "ended": on("2025-08-31", "2025-03-01", "2025-03-01"),
        "recurred": on("2026-02-28", "2025-08-29", "2025-09-01"),
    },
    birth=on("2007-01-02", "2007-01-01", "1960-02-29"),
    sex=Answer(np.array([0, 0, 1]), ("F", "M")),
    responses={"before": Answer(np.array([0, 1, 2]), ("PR", "SD", "PD"))},
)


@pytest.mark.parametrize(
    ("node", "held"),
    [
        ('{"item": "grade", "in": ["G1", "G3"]}', "101"),
        ('{"item": "grade", "equals": "G2"}', "010"),
        ('{"item": "count", "at_least": "2"}', "011"),
        ('{"item": "count", "below": "2"}', "100"),
        ('{"item": "count", "between": ["1", "1"]}', "100"),
        ('{"item": "count", "equals": "1.0"}', "100"),
        ('{"attest": "fit"}', "110"),
        ('{"attest": "fit", "at": "allocation"}', "011"),
        ('{"interval": {"from": "ended", "to": "recurred"}, "at_least": "6 months"}', "101"),
        ('{"interval": {"from": "ended", "to": "recurred"}, "above": "6 months"}', "000"),
        ('{"interval": {"from": "ended", "to": "recurred"}, "at_most": "6 months"}', "111"),
        ('{"interval": {"from": "ended", "to": "recurred"}, "below": "6 months"}', "010"),
        ('{"history": {"of": "medicine"}}', "011"),
        ('{"history": {"of": "medicine", "values": ["B"]}}', "001"),
        ('{"history": {"of": "medicine", "except": ["B"]}}', "010"),
        ('{"response": {"of": "before"}, "in": ["PR", "SD"]}', "110"),
        ('{"response": {"of": "not_invented"}, "in": ["PR"]}', "000"),
        ('{"age": {"at_least": "19"}}', "011"),
        ('{"sex": "F"}', "110"),
        ('{"note": "advice"}', "111"),
        ('{"all": [{"sex": "F"}, {"attest": "fit"}]}', "110"),
        ('{"any": [{"sex": "M"}, {"item": "count", "equals": "1"}]}', "101"),
        ('{"not": {"sex": "F"}}', "001"),
        ('{"if": {"sex": "M"}, "then": {"attest": "fit"}}', "110"),
        ('{"of": [{"sex": "F"}, {"attest": "fit"}, {"item": "grade", "equals": "G3"}], "at_least": 2}', "110"),
        ('{"of": [{"sex": "F"}, {"attest": "fit"}, {"item": "grade", "equals": "G3"}], "at_most": 1}', "001"),
    ],
)
def test_each_kind_by_hand(node: str, held: str) -> None:
    found = holds(NODES.validate_json(node), FACTS, "registration", on(*["2026-01-01"] * 3))
    assert "".join("1" if true else "0" for true in found) == held


@pytest.mark.parametrize(
    ("comparison", "word", "fits"),
    [
        ({"at_least": "5"}, "5.0", True),
        ({"above": "5 cm"}, "5", False),
        ({"at_most": "5"}, "5.1", False),
        ({"below": "5"}, "4.9", True),
        ({"above": "1", "below": "2"}, "2", False),
        ({"in_": ("A", "B")}, "B", True),
    ],
)
def test_word_fits(comparison: dict[str, object], word: str, fits: bool) -> None:
    assert word_fits(Comparison.model_construct(**comparison), word) is fits


def test_a_multiple_of_the_upper_limit_is_that_of_the_invented_laboratory() -> None:
    facts = replace(
        FACTS,
        answers={("alt", "registration"): Answer(np.arange(3), ("119", "120", "121"))},
        upper_limits={"alt": Decimal(40)},
    )
    node = NODES.validate_json('{"lab": "alt", "x_uln": {"below": "3"}}')
    assert holds(node, facts, "registration", on(*["2026-01-01"] * 3)).tolist() == [True, False, False]
    with pytest.raises(StudyError, match="upper limit"):
        holds(node, replace(facts, upper_limits={}), "registration", on(*["2026-01-01"] * 3))


@pytest.mark.parametrize("favours", [True, False])
def test_what_only_a_computation_could_tell_speaks_for_eligibility(favours: bool) -> None:
    day = on(*["2026-01-01"] * 3)
    node = NODES.validate_json('{"quantity": {"of": "plan", "name": "lung_dose"}, "above": "15 Gy"}')
    assert holds(node, FACTS, "registration", day, favours=favours).tolist() == [favours] * 3
    turned = NODES.validate_json('{"not": {"quantity": {"of": "plan", "name": "lung_dose"}, "above": "15 Gy"}}')
    assert holds(turned, FACTS, "registration", day, favours=favours).tolist() == [favours] * 3


def test_an_item_without_facts_is_an_error() -> None:
    with pytest.raises(StudyError, match="nothing is invented for 'other'"):
        FACTS.answer("other", "registration")


def test_a_date_without_a_day_is_an_error() -> None:
    node = NODES.validate_json('{"interval": {"from": "ended", "to": "operated"}, "at_least": "6 months"}')
    with pytest.raises(StudyError, match="no day is invented for 'operated'"):
        holds(node, FACTS, "registration", on(*["2026-01-01"] * 3))


@pytest.mark.independent("screening, judging the written tables")
def test_screening_comes_to_the_same_verdicts() -> None:
    study, simulated = ovarian(), simulate(ovarian(), seed=11, subjects=400)
    frames, screened = simulated.frames(), simulated.people.screened
    subjects = pl.DataFrame(
        {
            "USUBJID": frames["DM"]["USUBJID"],
            "registration": pl.Series(screened.entry.registration.astype(np.int32)).cast(pl.Date),
            "allocation": pl.Series(screened.entry.decision.astype(np.int32)).cast(pl.Date),
            "FAILED": screened.failed_gate,
        }
    )
    verdicts = frames["RS"].join(subjects.select("USUBJID", "allocation"), on="USUBJID")
    responses = verdicts.filter(pl.col("RSLO") <= pl.col("allocation")).select(
        "USUBJID", "RSSEQ", ASSESSID=pl.lit("before"), ADT="RSLO", AVALC="RSORRES", ADEQUATE=pl.lit("Y")
    )
    context = Context(study, frames, responses)
    for number, gate in enumerate(study.gates, 1):
        reached = subjects.filter((pl.col("FAILED") == 0) | (pl.col("FAILED") >= number))
        moments = reached.select("USUBJID", AT=gate)
        whole = verdict_of(study, moments, eligibility(study, gate, moments, context)).join(reached, on="USUBJID")
        passed = whole.filter((pl.col("FAILED") == 0) | (pl.col("FAILED") > number))["VERDICT"]
        failed = whole.filter(pl.col("FAILED") == number)["VERDICT"]
        assert "NOT ELIGIBLE" not in set(passed)
        assert "ELIGIBLE" not in set(failed)
        assert (passed == "ELIGIBLE").mean() > 0.9
        assert (failed == "NOT ELIGIBLE").mean() > 0.8
