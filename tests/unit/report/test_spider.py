"""The spider: a line a subject, or quantiles of very many."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import polars as pl
import pytest

from tests.unit.report.lesion_dossier import lesion_dossier
from trialwright.report.context import Context
from trialwright.report.response_courses import ResponseCourses, response_courses, shown_series
from trialwright.report.spider import spider_figure

pytestmark = pytest.mark.unvalidated


def courses_of_five() -> tuple[Context, ResponseCourses]:
    context = Context.of(lesion_dossier())
    found = response_courses(context, next(shown_series(context)))
    assert found is not None
    return context, found


def test_every_subject_with_a_later_sum_has_a_line_from_zero() -> None:
    context, courses = courses_of_five()
    figure = spider_figure(context, courses)
    assert figure is not None
    assert "4 subjects over time" in figure.summary
    assert "5 assessments after the baseline" in figure.summary
    rows = [line.split(",") for line in figure.data.splitlines()[1:]]
    assert sorted(row[0] for row in rows if row[2] == "0") == ["P1", "P2", "P3", "P5"]
    assert all(float(row[4]) == 0 for row in rows if row[2] == "0")
    assert "1 value above 100% is drawn there." in figure.caption


@pytest.mark.independent("numpy's quantiles")
def test_very_many_subjects_are_shown_by_quantiles() -> None:
    context, courses = courses_of_five()
    changes = np.random.default_rng(4).normal(-20, 25, 1200).round(3)
    days = [30, 90]
    rows = [
        (f"P{n:04}", day, 100.0, change, "SD")
        for n in range(600)
        for day, change in [(0, 0.0), *((each, changes[2 * n + place]) for place, each in enumerate(days))]
    ]
    many = pl.DataFrame(
        rows,
        schema={"USUBJID": pl.String, "DAY": pl.Int64, "MM": pl.Float64, "CHANGE": pl.Float64, "BEST": pl.String},
        orient="row",
    ).with_columns(ADT=pl.date(2026, 1, 1))
    figure = spider_figure(context, replace(courses, sums=many))
    assert figure is not None
    assert "Quantiles of periods of 8 weeks" in figure.caption
    texts = [[row.head.text, *(cell.text for cell in row.cells)] for row in figure.table.rows]
    assert [row[:2] for row in texts] == [["0 to 8", "600"], ["8 to 16", "600"]]
    for row, values in zip(texts, (changes[::2], changes[1::2]), strict=True):
        assert float(row[2].replace("\u2212", "-")) == pytest.approx(np.median(values), abs=0.051)
