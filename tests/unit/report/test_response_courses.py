"""Which sums count, and what the best of them is: worked out by hand."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.unit.report.lesion_dossier import SERIES, lesion_dossier
from trialwright.report.context import Context
from trialwright.report.response_courses import ResponseCourses, response_courses, shown_series

pytestmark = pytest.mark.independent("worked out by hand from the sums of five subjects")


@pytest.fixture(scope="module")
def courses() -> ResponseCourses:
    context = Context.of(lesion_dossier())
    found = response_courses(context, next(shown_series(context)))
    assert found is not None
    return found


def rows(courses: ResponseCourses) -> dict[str, tuple[float | None, str, bool]]:
    columns = courses.subjects.select("USUBJID", "CHANGE", "BEST", "NEW").iter_rows()
    return {who: (change, best, new) for who, change, best, new in columns}


def test_the_best_change_stops_at_progression_a_new_therapy_and_a_new_baseline(courses: ResponseCourses) -> None:
    assert rows(courses) == {
        "P1": (-40.0, "PR", False),
        "P2": (150.0, "PD", True),
        "P3": (-10.0, "SD", False),
        "P4": (None, "NE", False),
        "P5": (-5.0, "SD", False),
    }


def test_the_scan_that_shows_progression_is_drawn_and_none_after_it(courses: ResponseCourses) -> None:
    days = courses.sums.filter(USUBJID="P1")["DAY"].to_list()
    assert days == [0, 60, 120]


def test_the_confirmed_response_is_drawn_where_the_study_asks_for_one() -> None:
    dossier = lesion_dossier()
    series = dossier.study.assessments[0]
    confirmation = type(series).model_fields["confirmation"].annotation.__args__[0]  # type: ignore[union-attr]
    needed = confirmation.model_validate({"needed": True, "after": "28 days", "source": {"record": "X1"}})
    asked = series.model_copy(update={"confirmation": needed})
    found = response_courses(Context.of(dossier), asked)
    assert found is not None
    assert (found.parameter, found.best_words) == ("CBOR", "confirmed best response")
    assert set(found.subjects["BEST"]) == {"SD"}


def test_without_lesions_there_is_nothing_to_draw() -> None:
    context = Context.of(replace(lesion_dossier(), lesions=None))
    assert response_courses(context, next(shown_series(context))) is None


def test_a_series_that_tells_the_arm_is_hidden_without_leave() -> None:
    dossier = lesion_dossier(by_arm=False)
    series = dossier.study.assessments[0].model_copy(update={"from_": "surgery"})
    study = dossier.study.model_copy(update={"assessments": (series,)})
    assert list(shown_series(Context.of(replace(dossier, study=study)))) == []
    shown = shown_series(Context.of(replace(dossier, study=study, by_arm=True)))
    assert [each.id for each in shown] == [SERIES]
