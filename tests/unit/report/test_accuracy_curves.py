"""Pictures of accuracy and of incidences: which are drawn, which are withheld, what stands behind them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import polars as pl
import pytest

from tests.unit.report.test_accuracy import ACCURACY, FIGURES, with_accuracy
from trialwright.model.dossier import Dossier
from trialwright.report.accuracy_curves import accuracy_curves
from trialwright.report.context import Context
from trialwright.report.incidence import incidence_figure
from trialwright.report.line_figure import LineWords, line_figure

pytestmark = pytest.mark.unvalidated

CORNERS = pl.DataFrame({"cut": [9.0, 1.0, 0.5], "sensitivity": [0.0, 0.7, 1.0], "specificity": [1.0, 0.8, 0.0]})
BENEFIT = pl.DataFrame({"threshold": [0.2, 0.5], "rule": [0.3, 0.1], "all": [0.4, None]})
SMOOTH = pl.DataFrame({"chance": [0.1, 0.6], "observed": [-0.05, 0.7]})
CURVES = {
    "roc-acc-r0": CORNERS,
    "calibration-acc-r0": SMOOTH,
    "decision-acc-r0": BENEFIT,
    "decision-acc-pfs": BENEFIT,
    "cif-pfs": pl.DataFrame(
        {"level": ["OP", "OP", "DRUG"], "time": [30.4375, 60.875, 30.4375], "cif": [0.1, 0.25, 0.2]}
    ),
}


def drawn(dossier: Dossier, curves: Mapping[str, pl.DataFrame] = CURVES) -> Context:
    return Context.of(replace(with_accuracy(dossier, FIGURES), curves={**dossier.curves, **curves}))


def test_each_picture_has_its_data_and_its_words(by_arm: Dossier) -> None:
    figures = {figure.name: figure for figure in accuracy_curves(drawn(by_arm), ACCURACY)}
    assert list(figures) == ["roc-acc-r0", "calibration-acc-r0", "decision-acc-r0", "decision-acc-pfs"]
    roc = figures["roc-acc-r0"]
    assert "area 0.87 (0.72 to 1.00)" in roc.caption
    assert roc.data.splitlines()[:2] == ["line,x,y,origin", f"marker,0.0,0.0,{by_arm.origin}"]
    assert "0.7" in roc.data
    assert figures["calibration-acc-r0"].data.splitlines()[1].startswith("marker,0.1,0.0")
    texts = [row.cells[0].text for row in figures["decision-acc-r0"].table.rows if row.cells]
    assert texts == ["0.300", "0.100", "0.400", "not observed so long", "0.000", "0.000"]
    for figure in figures.values():
        for svg in (figure.wide, figure.narrow):
            assert svg.startswith("<svg")
            assert figure.summary.split(":")[0] in svg


def test_pictures_of_one_arm_are_not_drawn_while_arms_are_withheld(pooled: Dossier) -> None:
    context = drawn(pooled)
    assert [figure.name for figure in accuracy_curves(context, ACCURACY)] == ["decision-acc-pfs"]
    assert incidence_figure(context, "cif-pfs", "Progression-free survival", "allocation") is None


def test_an_incidence_is_drawn_by_arm_or_for_all(by_arm: Dossier, pooled: Dossier) -> None:
    figure = incidence_figure(drawn(by_arm), "cif-pfs", "Progression-free survival", "allocation")
    assert figure is not None
    assert "25.0" in figure.summary
    assert "OP: " in figure.wide
    everybody = pl.DataFrame({"level": ["ALL"], "time": [30.4375], "cif": [0.1]})
    alone = incidence_figure(drawn(pooled, {"cif-pfs": everybody}), "cif-pfs", "PFS", "allocation")
    assert alone is not None
    assert "All subjects" in alone.summary
    assert incidence_figure(drawn(by_arm), "cif-os", "OS", "allocation") is None


def test_long_lines_are_thinned_in_the_drawing_and_whole_in_the_data(context: Context) -> None:
    n = 3000
    line = pl.DataFrame({"x": [k / n for k in range(n)], "y": [0.5] * n})
    words = LineWords("long", "Long", "Long.", "A long line.", "x", "y", diagonal=True)
    figure = line_figure(context, {"only": line}, words)
    assert len(figure.data.splitlines()) == n + 1
    assert len(figure.wide) < 40_000
    assert len(figure.table.rows) == 12


def test_the_same_dossier_draws_the_same_bytes_again(by_arm: Dossier) -> None:
    low = pl.DataFrame({"threshold": [0.2, 0.5, 0.9], "rule": [0.3, 0.1, -4.0], "all": [0.4, 0.0, -9.0]})
    once, again = (
        {figure.name: figure.wide for figure in accuracy_curves(drawn(by_arm, {"decision-acc-pfs": low}), ACCURACY)}
        for _ in range(2)
    )
    assert once == again
    assert "clip" not in once["decision-acc-pfs"]
