"""Courses of a marker: units, limits, quantiles where there are many subjects."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import polars as pl
import pytest

from tests.unit.report.invented_dossier import invented_dossier
from trialwright.model.dossier import Dossier
from trialwright.report.context import Context
from trialwright.report.marker_courses import courses_of, marker_figure

pytestmark = pytest.mark.unvalidated


def with_samples(dossier: Dossier, **columns: pl.Expr) -> Context:
    lb = dossier.frames["LB"].with_columns(**columns)
    return Context.of(replace(dossier, frames=dossier.frames.replace("LB", lb)))


def test_a_sample_without_a_unit_has_no_value(by_arm: Dossier) -> None:
    marker = by_arm.study.markers[0]
    whole = courses_of(Context.of(by_arm), marker)
    first = pl.col("LBSEQ") == 1
    cut = courses_of(with_samples(by_arm, LBORRESU=pl.when(~first).then("LBORRESU")), marker)
    assert cut.values.height == whole.values.height - cut.left_out
    assert cut.left_out == by_arm.frames["LB"].filter(first).height


def test_units_are_converted_not_mixed(by_arm: Dossier) -> None:
    marker = by_arm.study.markers[0]
    whole = courses_of(Context.of(by_arm), marker)
    litres = courses_of(with_samples(by_arm, LBORRESU=pl.lit("U/L")), marker)
    assert litres.left_out == whole.left_out
    assert (litres.values["value"] * 1000).to_list() == pytest.approx(whole.values["value"].to_list())


def test_samples_outside_the_markers_window_are_not_drawn(by_arm: Dossier) -> None:
    courses = courses_of(Context.of(by_arm), by_arm.study.markers[0])
    assert courses.values["day"].min() >= -7  # type: ignore[operator]
    assert courses.values["day"].max() <= 100  # type: ignore[operator]


def test_values_below_the_laboratorys_limit_are_counted_in_the_caption(by_arm: Dossier) -> None:
    figure = marker_figure(Context.of(by_arm), by_arm.study.markers[0])
    assert figure is not None
    below = by_arm.frames["LB"].filter(pl.col("LBCMP") == "<").height
    assert f"{below} values below the laboratory's limit" in figure.caption
    assert "CA-125 (U/mL)" in figure.wide


def test_many_subjects_are_shown_by_quantiles_that_numpy_confirms() -> None:
    dossier = invented_dossier(600, by_arm=False)
    figure = marker_figure(Context.of(dossier), dossier.study.markers[0])
    assert figure is not None
    assert "One subject" not in figure.wide
    assert "Middle half" in figure.wide
    assert len(figure.wide) < 40_000
    values = courses_of(Context.of(dossier), dossier.study.markers[0]).values
    second = values.filter((pl.col("day") / 21).round() == 1)["value"].to_numpy()
    row = next(line.split(",") for line in figure.data.splitlines() if line.startswith("21,"))
    assert [float(cell) for cell in row[2:7]] == pytest.approx(np.quantile(second, [0.05, 0.25, 0.5, 0.75, 0.95]))


def test_the_median_stands_only_at_days_the_visits_plan(by_arm: Dossier) -> None:
    """A sample three weeks after the last planned cycle is drawn and belongs to none of the planned days."""
    last = by_arm.frames["LB"].filter(pl.col("LBSEQ") == 4)
    late = last.with_columns(LBSEQ=pl.lit(5, dtype=last.schema["LBSEQ"]), LBLO=pl.col("LBLO").dt.offset_by("21d"))
    late = late.with_columns(LBHI=pl.col("LBLO"))
    lb = pl.concat([by_arm.frames["LB"], late])
    figure = marker_figure(Context.of(replace(by_arm, frames=by_arm.frames.replace("LB", lb))), by_arm.study.markers[0])
    assert figure is not None
    assert late.height == 200
    assert f"{lb.height} values" in figure.caption
    assert [line.split(",")[0] for line in figure.data.splitlines()[1:]] == ["0", "21", "42", "63"]


def test_no_samples_no_figure(by_arm: Dossier) -> None:
    none = with_samples(by_arm, LBVAL=pl.lit(None, dtype=pl.Decimal(38, 6)))
    assert marker_figure(none, by_arm.study.markers[0]) is None


def test_a_hundred_thousand_samples_of_a_day_are_one_point(by_arm: Dossier) -> None:
    """A table of one subject's samples, however long, must not drown the drawing."""
    lb = by_arm.frames["LB"]
    first = lb.filter(pl.col("LBVAL").is_not_null()).head(1)
    many = replace(by_arm, frames=by_arm.frames.replace("LB", pl.concat([lb, pl.concat([first] * 100_000)])))
    courses = courses_of(Context.of(many), by_arm.study.markers[0])
    assert courses.values.height > 100_000
    assert courses.points.height == courses_of(Context.of(by_arm), by_arm.study.markers[0]).points.height
    figure = marker_figure(Context.of(many), by_arm.study.markers[0])
    assert figure is not None
    assert len(figure.wide) < 500_000
    assert "Several values of one day are drawn at their median." in figure.caption


def test_too_many_days_for_lines_and_too_few_subjects_for_quantiles_give_no_figure(
    by_arm: Dossier, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = by_arm.frames["LB"]["USUBJID"][0]
    alone = replace(by_arm, frames=by_arm.frames.replace("LB", by_arm.frames["LB"].filter(pl.col("USUBJID") == one)))
    assert marker_figure(Context.of(alone), by_arm.study.markers[0]) is not None
    monkeypatch.setattr("trialwright.report.marker_courses.MAX_POINTS", 1)
    assert marker_figure(Context.of(alone), by_arm.study.markers[0]) is None
