"""Best responses up to any day, and times from a confirmed response."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import polars as pl
import pytest

from tests.unit.endpoints.trial import PFS, changed, derived, folder, row, study
from trialwright.assessments.responses import study_responses
from trialwright.endpoints import questions, time_point_dates
from trialwright.endpoints.best import RESPONSES, best_of, best_rows, first_response
from trialwright.endpoints.cohort import Cohort
from trialwright.endpoints.timeline import day_number
from trialwright.model.study import Study
from trialwright.numerics.sampling import Draws

pytestmark = pytest.mark.unvalidated

CUTOFF = date(2027, 3, 31)
CODES = ("CR", "PR", "SD", "PD", "NE", "NON-CR/NON-PD")


def on(day: int) -> str:
    return (date(2026, 1, 1) + timedelta(days=day)).isoformat()


def cohort(text: str, trial: Study | None = None, *, best: bool = False) -> Cohort:
    """Subjects of a folder, with or without the best responses that the assessments give."""
    chosen, frames = trial or study(PFS), folder(text).until(CUTOFF)
    found, _ = study_responses(chosen, frames, time_point_dates(chosen, frames))
    rows = found if best else found.filter(pl.col("PARAMCD") == "OVR")
    return Cohort(chosen, frames, rows, {}, CUTOFF)


def random_courses(n: int) -> str:
    draws = Draws.first(11, 0, n)
    codes = draws.category("code", [1.0, 2.0, 2.0, 0.7, 0.7, 0.3], 7)
    gaps = draws.whole("gap", 14, 50, 7).cumsum(axis=1)
    lines = []
    for subject in range(n):
        course = [f"{CODES[code]} {on(int(day))}" for code, day in zip(codes[subject], gaps[subject], strict=True)]
        lines.append("; ".join([f"S{subject:03d}: SCS 2026-01-01", *course]))
    return "\n".join(lines)


def test_best_responses_are_those_the_assessments_give() -> None:
    own, given = cohort(random_courses(150)), cohort(random_courses(150), best=True)
    mine = best_rows(own, "scans").filter(pl.col("AVALC") != "MISSING")
    theirs = given.responses.filter(pl.col("PARAMCD").is_in(["BOR", "CBOR"]), pl.col("AVALC") != "MISSING")
    key = ["USUBJID", "PARAMCD"]
    both = mine.select(*key, "AVALC", "ADT").join(
        theirs.select(*key, "AVALC", "ADT"), on=key, how="full", coalesce=True
    )
    assert both.filter(pl.col("AVALC") != pl.col("AVALC_right")).is_empty()
    assert both.null_count().sum_horizontal().item() == 0
    assert both.height == 300


@pytest.mark.parametrize(
    ("clause", "days", "confirmed"),
    [
        ({"confirmation": {"needed": True, "after": "1 month"}}, (42, 72), "SD"),
        ({"confirmation": {"needed": True, "after": "1 month"}}, (42, 73), "PR"),
        ({"settings": {"rows": "recorded", "min_confirm_days": "31"}}, (42, 72), "SD"),
        ({"settings": {"rows": "recorded", "new_therapy_day": "excluded"}}, (42, 72), "SD"),
        ({"stable_from": "1.4 months"}, (42,), "NE"),
        ({"stable_from": "1.4 months"}, (43,), "SD"),
        ({"settings": {"rows": "recorded", "min_stable_days": "43"}}, (42,), "NE"),
    ],
)
def test_a_clause_means_the_same_to_endpoints_and_assessments(
    clause: dict[str, object], days: tuple[int, ...], confirmed: str
) -> None:
    """A month is 30.4375 days: 30 days do not confirm after one, and day 42 lies before 1.4 of them."""
    plain = {"id": "scans", "criteria": "recist-1.1", "baseline": {"last_before": "allocation", "within": "28 days"}}
    series = {**plain, "from": "allocation", "settings": {"rows": "recorded"}, **clause}
    scans = "; ".join(f"PR {on(day)}" for day in days)
    trial, text = study(PFS, assessments=[series]), f"A: SCS 2026-01-01; {scans}; therapy {on(days[-1])}"
    mine = dict(best_rows(cohort(text, trial), "scans").select("PARAMCD", "AVALC").rows())
    given = cohort(text, trial, best=True).responses
    theirs = dict(given.filter(pl.col("PARAMCD").is_in(["BOR", "CBOR"])).select("PARAMCD", "AVALC").rows())
    assert mine == theirs == {"BOR": "PR", "CBOR": confirmed}


@pytest.mark.parametrize("confirmed", [True, False])
@pytest.mark.parametrize("codes", [("CR", "PR"), ("CR",)])
def test_a_response_starts_on_the_same_day_whoever_finds_it(codes: tuple[str, ...], confirmed: bool) -> None:
    text = random_courses(150)
    mine = first_response(cohort(text), "scans", codes, confirmed=confirmed)
    theirs = first_response(cohort(text, best=True), "scans", codes, confirmed=confirmed)
    assert (mine.day == theirs.day).all()
    assert mine.found.any()


def test_a_best_response_up_to_a_day_knows_nothing_of_later_ones() -> None:
    subjects = cohort(f"A: SCS 2026-01-01; PR {on(42)}; CR {on(84)}; CR {on(126)}")
    for until, best, confirmed in ((42, "PR", "SD"), (84, "CR", "PR"), (126, "CR", "CR")):
        found = best_of(subjects, "scans", np.array([day_number(date(2026, 1, 1)) + until])).found
        assert (RESPONSES[found.best[0]], RESPONSES[found.confirmed[0]]) == (best, confirmed)


def test_a_response_after_a_new_therapy_is_none() -> None:
    subjects = cohort(f"A: SCS 2026-01-01; SD {on(42)}; therapy {on(60)}; PR {on(84)}; PR {on(126)}")
    assert best_of(subjects, "scans").found.best.tolist() == [3]


def test_a_success_inside_a_period_is_judged_on_the_best_response_of_that_period() -> None:
    node = {"response": {"of": "scans", "take": "best"}, "in": ["CR"]}
    rate = {"id": "BEST", "title": "b", "role": "other", "measure": "proportion", "success": node, "set": "randomised"}
    limited = {**rate, "period": {"from": "allocation", "within": "3 months"}}
    for endpoint, expected in ((limited, "PR"), (rate, "CR")):
        trial = study(endpoint)
        frames = folder(f"A: SCS 2026-01-01; PR {on(42)}; CR {on(126)}").until(CUTOFF)
        found, _ = study_responses(trial, frames, time_point_dates(trial, frames))
        (asked,) = questions(trial, frames, CUTOFF, found)
        best = asked.responses.filter(pl.col("PARAMCD") == "BOR")
        assert best["AVALC"].to_list() == [expected]


def test_removed_targets_make_no_response() -> None:
    trial = study(PFS)
    removal = {"procedure": "operated_on"}
    series = trial.assessments[0].model_validate_json(
        '{"id": "scans", "criteria": "recist-1.1", "baseline": {"last_before": "allocation", "within": "28 days"},'
        ' "from": "allocation", "settings": {"rows": "recorded"}, "planned_removal": {"procedure": "operated_on"}}'
    )
    assert removal["procedure"] == series.planned_removal.procedure if series.planned_removal else False
    planned = trial.model_copy(update={"assessments": (series,)})
    text = f"A: SCS 2026-01-01; SD {on(42)}; operated {on(60)}; CR {on(84)}; CR {on(126)}"
    assert best_of(cohort(text, planned), "scans").found.best.tolist() == [3]
    assert best_of(cohort(text, trial), "scans").found.best.tolist() == [1]


def test_a_duration_of_confirmed_response_has_rows_for_confirmed_responders_alone() -> None:
    origin = {"first": ["CR", "PR"], "of": "scans", "confirmed": True}
    duration = changed(PFS, id="DOR", origin=origin)
    lines = f"""
        A: SCS 2026-01-01; PR {on(42)}; PR {on(84)}; PD {on(126)}
        B: SCS 2026-01-01; PR {on(42)}; SD {on(84)}; PD {on(126)}
        C: SCS 2026-01-01; PR {on(42)}; PR {on(69)}; PD {on(126)}
    """
    found = derived(study(duration), folder(lines))
    assert found.adtte["USUBJID"].to_list() == ["A"]
    own = row(found, endpoint="DOR")
    assert (str(own["STARTDT"]), own["AVAL"], own["CNSR"]) == (on(42), 85, 0)
    assert "T05" not in {finding.id for finding in found.findings}
