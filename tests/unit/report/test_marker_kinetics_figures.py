"""Pictures of elimination rates: what they say, and that they never say more than is known."""

from __future__ import annotations

import polars as pl
import pytest

from tests.unit.report.marker_kit import figures, with_rates
from trialwright.model.dossier import Dossier
from trialwright.report.context import Context
from trialwright.report.marker_kinetics_figures import kinetics_figures
from trialwright.report.table import Figure

pytestmark = pytest.mark.unvalidated


def drawn(dossier: Dossier, **changes: object) -> dict[str, Figure]:
    context = Context.of(with_rates(dossier, **changes))
    made = next(iter(context.dossier.markers.values()))
    return {figure.name.rsplit("-", 1)[1]: figure for figure in kinetics_figures(context, made)}


def test_the_least_sure_subject_is_told_with_class_and_doubt(by_arm: Dossier) -> None:
    caption = drawn(by_arm)["subject"].caption
    assert "KELIM 0.0598 per day (90% 0.0400 to 0.0900), unfavourable (0.997), probability 0.51" in caption
    assert "most of all on day 84" in caption
    assert "wrong class to become 0.36" in caption


def test_samples_beyond_a_limit_keep_their_sign(by_arm: Dossier) -> None:
    table = drawn(by_arm)["subject"].table
    assert [(row.head.text, row.cells[0].text) for row in table.rows] == [("0", "300"), ("21", "90"), ("42", "<5")]


def test_the_cohort_tells_how_many_intervals_hold_the_cutoff(by_arm: Dossier) -> None:
    figure = drawn(by_arm)["cohort"]
    assert "KELIM of 4 subjects" in figure.caption
    assert "The interval of 50% of subjects holds the cutoff." in figure.caption
    assert "0.06 per day" in figure.caption
    assert figure.data.count("\n") >= 5


def test_the_check_counts_what_lies_inside(by_arm: Dossier) -> None:
    figure = drawn(by_arm)["check"]
    assert "0 of 1 percentiles" in figure.caption
    cells = [[cell.text for cell in row.cells] for row in figure.table.rows]
    assert cells == [["4", "below the limit", "below the limit to 30"], ["4", "90", "95 to 130"]]


def test_without_a_cutoff_there_is_no_class(by_arm: Dossier) -> None:
    rows = figures("m").rows.with_columns(
        STD_KELIM=pl.lit(None, pl.Float64), P_FAVOURABLE=pl.lit(None, pl.Float64), CLASS=pl.lit(None, pl.String)
    )
    caption = drawn(by_arm, rows=rows)["subject"].caption
    assert "favourable" not in caption


def test_nothing_is_drawn_of_nothing(by_arm: Dossier) -> None:
    assert drawn(by_arm, pictures=None) == {}


def test_each_picture_says_what_the_data_are(by_arm: Dossier) -> None:
    for figure in drawn(by_arm).values():
        assert Context.of(by_arm).tag in figure.wide
        assert Context.of(by_arm).tag in figure.narrow
