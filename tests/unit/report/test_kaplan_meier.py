"""The Kaplan-Meier figure: numbers under their ticks, curves at their heights, no mark lost by thinning."""

from __future__ import annotations

import re
from dataclasses import replace

import polars as pl
import pytest
from bs4 import BeautifulSoup, Tag

from tests.unit.report.invented_dossier import MONTH_DAYS, invented_dossier
from trialwright.model.dossier import Dossier
from trialwright.report.context import Context
from trialwright.report.kaplan_meier import MAX_STEPS, CurveWords, kaplan_meier_figure
from trialwright.report.table import Figure

pytestmark = pytest.mark.unvalidated

WORDS = CurveWords("PFS", "Progression-free survival", "Progression-free", "allocation")


def figure(dossier: Dossier) -> Figure:
    made = kaplan_meier_figure(Context.of(dossier), "km-pfs", WORDS)
    assert made is not None
    return made


def offset(tag: Tag) -> float:
    """Horizontal place of an element: the sum of the translations it stands in."""
    places = [tag, *tag.parents]
    shifts = [re.match(r"translate\(([-\d.]+)", str(place.get("transform", ""))) for place in places if place.name]
    return sum(float(shift[1]) for shift in shifts if shift)


def texts(svg: str) -> list[tuple[str, float]]:
    soup = BeautifulSoup(svg, "html.parser")
    return [(tag.text, offset(tag)) for tag in soup.find_all("text")]


@pytest.mark.parametrize("width", ["wide", "narrow"])
def test_numbers_at_risk_stand_under_the_ticks_they_belong_to(by_arm: Dossier, width: str) -> None:
    made = figure(by_arm)
    drawn = texts(getattr(made, width))
    title = next(index for index, (text, _) in enumerate(drawn) if text.startswith("Months since"))
    ticks = {text: x for text, x in drawn[:title] if re.fullmatch(r"\d+", text)}
    risk = by_arm.curves["risk-pfs"].with_columns(months=(pl.col("time") / MONTH_DAYS).round(2))
    shown = [month for month in risk["months"].unique().sort() if f"{month:g}" in ticks]
    assert len(shown) >= 4
    for level in ("OP", "DRUG"):
        for month in shown:
            at = risk.filter((pl.col("level") == level) & (pl.col("months") == month))["n_risk"].item()
            beneath = [x for text, x in drawn[title:] if text == str(at)]
            assert any(abs(x - ticks[f"{month:g}"]) <= 1 for x in beneath), (level, month, at)


def test_axes_carry_their_units(by_arm: Dossier) -> None:
    words = [text for text, _ in texts(figure(by_arm).wide)]
    assert "Months since allocation" in words
    assert "Progression-free (%)" in words
    assert "Number at risk" in words


def test_arms_differ_in_line_pattern_as_well_as_in_shade(by_arm: Dossier) -> None:
    lines = [
        tag
        for tag in BeautifulSoup(figure(by_arm).wide, "html.parser").find_all("path")
        if tag.get("stroke") and tag.get("stroke-width") == "1.8"
    ]
    assert len(lines) == 2
    assert len({line.get("stroke-dasharray") for line in lines}) == 2
    assert len({line["stroke"] for line in lines}) == 2


def test_the_key_names_each_arm_in_full(by_arm: Dossier) -> None:
    words = [text for text, _ in texts(figure(by_arm).wide)]
    assert "OP: Resection then remaining drugs" in words
    assert "DRUG: Remaining drugs alone" in words


def test_without_arms_there_is_one_curve_and_no_comparison(pooled: Dossier) -> None:
    made = figure(pooled)
    words = [text for text, _ in texts(made.wide)]
    assert "All" in words
    assert not any(word.startswith(("Hazard ratio", "Log-rank", "OP", "DRUG")) for word in words)


def test_the_table_below_counts_events_and_censored_subjects_up_to_the_tick(by_arm: Dossier) -> None:
    made = figure(by_arm)
    km = by_arm.curves["km-pfs"].filter(pl.col("level") == "OP")
    rows = [row for row in made.table.rows if row.head.text == "12"]
    at_risk, events, censored, survival, _ = (cell.text for cell in rows[0].cells)
    before = km.filter(pl.col("time") <= 12 * MONTH_DAYS)
    assert int(events) == before["n_event"].sum()
    assert int(censored) == before["n_censor"].sum()
    assert float(survival) == pytest.approx(100 * before["surv"][-1], abs=0.05)
    assert (
        int(at_risk)
        == km["n_risk"][0]
        - km.filter(pl.col("time") < 12 * MONTH_DAYS).select(pl.col("n_event").sum() + pl.col("n_censor").sum()).item()
    )


def test_every_step_stands_in_the_file(by_arm: Dossier) -> None:
    km = by_arm.curves["km-pfs"]
    lines = figure(by_arm).data.splitlines()
    assert len(lines) == km.height + 1
    assert lines[0] == "level,time_days,n_risk,n_event,n_censor,surv,se,lower,upper,origin"


def test_limits_that_do_not_exist_are_not_drawn(by_arm: Dossier) -> None:
    nan = by_arm.curves["km-pfs"].with_columns(lower=pl.lit(float("nan")), upper=pl.lit(None, dtype=pl.Float64))
    made = figure(replace(by_arm, curves={**by_arm.curves, "km-pfs": nan}))
    assert "NaN" not in made.wide
    assert {cell.text for row in made.table.rows if row.cells for cell in row.cells[-1:]} == {"–"}


def test_many_subjects_are_drawn_with_as_many_steps_as_can_be_seen() -> None:
    dossier = invented_dossier(4000, by_arm=False)
    made = figure(dossier)
    longest = max(len(re.findall("[HVL]", path)) for path in re.findall(r' d="([^"]*)"', made.wide))
    steps = dossier.curves["km-pfs"].height
    assert 4 * steps > longest, "the shaded band has two edges of two segments a step"
    assert longest <= 4 * (MAX_STEPS + 2)
    assert "not marked" in made.caption
    last = dossier.curves["km-pfs"]["surv"][-1]
    assert f"{100 * last:.0f}% at the end" in made.summary


def test_no_curve_means_no_figure(by_arm: Dossier) -> None:
    assert kaplan_meier_figure(Context.of(by_arm), "km-nothing", WORDS) is None
