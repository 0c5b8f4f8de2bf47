"""One subject's lesions over time: names where things stand, and the growth the criteria ask for."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.unit.report.lesion_dossier import SERIES, day, lesion_dossier
from trialwright.model.dossier import Dossier
from trialwright.model.subject_course import SubjectCourse, Visit
from trialwright.report.context import Context
from trialwright.report.course_figures import course_figures
from trialwright.report.table import Figure

pytestmark = pytest.mark.unvalidated


def drawn(criteria: str = "recist-1.1", **settings: object) -> Figure:
    dossier: Dossier = lesion_dossier()
    series = dossier.study.assessments[0].model_copy(update={"criteria": criteria, "settings": settings})
    study = dossier.study.model_copy(update={"assessments": (series,)})
    sums = {0: 100.0, 60: 20.0, 120: 26.0}
    visits = tuple(
        Visit(SERIES, day(at), decides=at == 120, calculated="PD" if at == 120 else "PR", sum_mm=mm, base_mm=100.0)
        for at, mm in sums.items()
    )
    course = SubjectCourse("P1", "01", visits, (), (), ())
    figures = course_figures(Context.of(replace(dossier, study=study)), course)
    return next(each for each in figures if each.name.startswith("course-"))


def test_levels_are_named_where_they_stand() -> None:
    figure = drawn()
    assert "−30%" in figure.wide
    assert "+20%, 5 mm" in figure.wide
    assert "by RECIST 1.1:" in figure.caption


def test_growth_without_an_absolute_length_is_drawn_without_it() -> None:
    assert "5 mm" not in drawn("mrecist").wide + drawn("mrecist").caption
    assert "+20%, 5 mm" in drawn("mrecist", mrecist_abs_5mm=True).wide
