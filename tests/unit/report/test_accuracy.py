"""The table of a marker's accuracy: what it shows, what it withholds, what it says beside the figures."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest

from tests.unit.report.invented_dossier import SILENCES
from tests.unit.report.printed import rows
from trialwright.model.dossier import Dossier
from trialwright.model.endpoint import Endpoint
from trialwright.model.result import Result
from trialwright.report.accuracy import accuracy_table, missing_accuracy_words
from trialwright.report.build import build
from trialwright.report.context import Context

pytestmark = pytest.mark.unvalidated

ACCURACY = Endpoint.model_validate_json(
    '{"id": "ACC", "title": "KELIM as predictor", "role": "secondary", "measure": "accuracy", "of": "kelim", '
    '"predicts": ["R0", "PFS"], "set": "randomised"}'
)


def result(figure: str, value: float | None = None, **fields: object) -> Result:
    about = {"endpoint": "ACC", "method": "auc-delong", "level": 0.95, "unit": "1", "n": 80, "events": 60, **fields}
    return Result(f"ACC/{figure}", value=value, **about)


FIGURES = (
    result("hr_doubling:PFS", 0.61, low=0.4, high=0.93),
    result("auc:PFS=24mo", 0.7, low=0.6, high=0.8),
    result("auc:PFS=12mo", 0.66, low=0.5, high=0.8),
    result("p_interaction:PFS", 0.0004),
    result("hr_doubling:PFS@OP", 0.5, low=0.3, high=0.9, level_of="OP"),
    result("npv:R0", status="not estimable", reason="nobody to count"),
    result("auc:R0", 0.8656, low=0.7193, high=1.0),
)


def with_accuracy(dossier: Dossier, results: Sequence[Result]) -> Dossier:
    study = dossier.study.model_copy(update={"endpoints": (*dossier.study.endpoints, ACCURACY)})
    return replace(dossier, study=study, results=(*dossier.results, *results))


def test_figures_stand_by_endpoint_in_a_fixed_order(by_arm: Dossier) -> None:
    table = accuracy_table(Context.of(with_accuracy(by_arm, FIGURES)), ACCURACY)
    assert [row.head.text for row in table.rows] == [
        "Complete resection (R0)",
        "Area under the ROC curve",
        "Negative predictive value",
        "Progression-free survival (PFS)",
        "Area under the ROC curve, event by 12 months",
        "Area under the ROC curve, event by 24 months",
        "Hazard ratio for a doubling of the marker",
        "Hazard ratio for a doubling of the marker, OP",
        "Interaction of marker and arm, p",
    ]
    shown = rows(table)
    assert shown["Complete resection (R0)/Area under the ROC curve"] == ["0.87 (0.72 to 1.00)", "80", "60"]
    assert shown["Progression-free survival (PFS)/Interaction of marker and arm, p"][0] == "<0.001"
    assert shown["Complete resection (R0)/Negative predictive value"][0] == "nobody to count"


def test_what_the_figures_cannot_say_stands_below_them(by_arm: Dossier) -> None:
    notes = " ".join(accuracy_table(Context.of(with_accuracy(by_arm, FIGURES)), ACCURACY).notes)
    assert "R0 is known in arm OP only" in notes
    assert "median rate of the study's own subjects" in notes
    assert "Treatment between the marker and the outcome is not adjusted for" in notes


def test_a_cut_off_of_a_named_set_was_set_beforehand(by_arm: Dossier) -> None:
    (marker,) = by_arm.study.markers
    named = by_arm.study.model_copy(update={"markers": (marker.model_copy(update={"parameters": "set.yaml"}),)})
    dossier = with_accuracy(replace(by_arm, study=named), FIGURES)
    notes = accuracy_table(Context.of(dossier), ACCURACY).notes
    assert notes[0] == "Cut-off and direction were set beforehand; none was looked for in the data."


def test_arms_stay_hidden_even_if_the_results_bring_them(pooled: Dossier) -> None:
    table = accuracy_table(Context.of(with_accuracy(pooled, FIGURES)), ACCURACY)
    shown = rows(table)
    assert shown["Complete resection (R0)/Area under the ROC curve"][0].startswith("withheld")
    assert shown["Progression-free survival (PFS)/Interaction of marker and arm, p"][0].startswith("withheld")
    assert not any(", OP" in key for key in shown)
    assert shown["Progression-free survival (PFS)/Hazard ratio for a doubling of the marker"][0].startswith("0.61")


def test_an_accuracy_that_was_not_computed_says_why(by_arm: Dossier) -> None:
    reason = "this run has no figures of the marker kelim"
    dossier = with_accuracy(by_arm, [result("auc:R0", status="not computed", reason=reason, n=None, events=None)])
    context = Context.of(dossier)
    assert accuracy_table(context, ACCURACY) is None
    assert missing_accuracy_words(context, ACCURACY) == reason
    page = build(dossier, SILENCES)["report.html"].decode()
    assert f"KELIM as predictor (ACC) is not computed: {reason}." in page
    assert "Accuracy of a marker" not in page
    none = build(with_accuracy(by_arm, []), SILENCES)["report.html"].decode()
    assert "is not computed: no analysis of it is stated." in none


def test_the_table_is_a_section_and_a_file(by_arm: Dossier) -> None:
    files = build(with_accuracy(by_arm, FIGURES), SILENCES)
    assert "Accuracy of a marker" in files["report.html"].decode()
    assert b"0.87 (0.72 to 1.00)" in files["tables/acc.csv"]
