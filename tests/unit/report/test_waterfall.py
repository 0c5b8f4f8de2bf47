"""The waterfall: order, fill, cut, and what its table holds."""

from __future__ import annotations

import csv
import io
from dataclasses import replace

import polars as pl
import pytest

from tests.unit.report.lesion_dossier import lesion_dossier
from trialwright.report.context import Context
from trialwright.report.response_courses import ResponseCourses, response_courses, shown_series
from trialwright.report.table import Figure
from trialwright.report.waterfall import waterfall_figure

pytestmark = pytest.mark.unvalidated


def courses_of_five() -> tuple[Context, ResponseCourses]:
    context = Context.of(lesion_dossier())
    found = response_courses(context, next(shown_series(context)))
    assert found is not None
    return context, found


@pytest.fixture(scope="module")
def figure() -> Figure:
    context, courses = courses_of_five()
    made = waterfall_figure(context, courses)
    assert made is not None
    return made


def test_bars_go_from_the_largest_rise_to_the_largest_fall(figure: Figure) -> None:
    rows = list(csv.DictReader(io.StringIO(figure.data)))
    assert [row["USUBJID"] for row in rows] == ["P2", "P5", "P3", "P1", "P4"]
    assert [row["CHANGE"] for row in rows] == ["150.0", "-5.0", "-10.0", "-40.0", ""]


def test_axes_and_criteria_are_named(figure: Figure) -> None:
    assert "by RECIST 1.1:" in figure.caption
    assert "Subjects, from the largest rise to the largest fall" in figure.wide
    assert "Subjects, by change" in figure.narrow


def test_every_subject_stands_in_the_table_with_its_figures(figure: Figure) -> None:
    cells = {row.head.text: [cell.text for cell in row.cells] for row in figure.table.rows}
    assert cells["P2"] == ["40.0", "100.0", "150.0", "60", "Progression", "yes"]
    assert cells["P4"] == ["30.0", "–", "–", "", "Not evaluable", ""]


def test_the_caption_counts_what_is_cut_and_who_has_no_bar(figure: Figure) -> None:
    assert "4 subjects" in figure.summary
    assert "1 fell by 30% or more" in figure.summary
    assert "1 bar above 100% is cut there." in figure.caption
    assert "1 subject without a sum that counts" in figure.caption


@pytest.mark.parametrize("width", ["wide", "narrow"])
def test_responses_differ_by_pattern_and_not_by_colour_alone(figure: Figure, width: str) -> None:
    svg = getattr(figure, width)
    for code in ("pr", "sd", "pd"):
        assert f'<pattern id="waterfall-after-{width}-hatch-{code}"' in svg
        assert f"url(#waterfall-after-{width}-hatch-{code})" in svg
    assert "hatch-cr" not in svg


def test_of_very_many_subjects_five_hundred_are_drawn_and_all_are_in_the_file() -> None:
    context, courses = courses_of_five()
    one = courses.subjects.filter(USUBJID="P1")
    many = pl.concat([one.with_columns(USUBJID=pl.lit(f"P{n:04}"), CHANGE=pl.lit(-n / 10)) for n in range(700)])
    figure = waterfall_figure(context, replace(courses, subjects=many))
    assert figure is not None
    assert "500 of the subjects, evenly" in figure.caption
    assert len(figure.data.splitlines()) == 701
    assert len(figure.table.rows) == 500
    assert figure.wide.count("url(#waterfall-after-wide-hatch-pr)") == 501  # the key has one


def test_without_a_later_sum_there_is_no_waterfall() -> None:
    context, courses = courses_of_five()
    assert waterfall_figure(context, replace(courses, subjects=courses.subjects.filter(USUBJID="P4"))) is None
