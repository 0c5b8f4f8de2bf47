"""How well a marker foretells other endpoints: one table for each, with what its figures cannot say."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from trialwright.model.endpoint import Definition, Endpoint
from trialwright.model.result import Result
from trialwright.report.context import Context
from trialwright.report.estimates import in_ratio, p_of
from trialwright.report.table import Cell, Column, Row, Table, cell_of, text_cells
from trialwright.report.typeset import enumeration, sentence, thousands

__all__ = ["accuracy_table", "missing_accuracy_words"]

LABELS: Final = {
    "auc": "Area under the ROC curve",
    "concordance": "Concordance (Uno)",
    "sensitivity": "Sensitivity of the class",
    "specificity": "Specificity of the class",
    "ppv": "Positive predictive value",
    "npv": "Negative predictive value",
    "sensitivity_weighted": "Sensitivity, classes weighted by their probability",
    "specificity_weighted": "Specificity, classes weighted by their probability",
    "ppv_weighted": "Positive predictive value, classes weighted",
    "npv_weighted": "Negative predictive value, classes weighted",
    "calibration_intercept": "Calibration in the large (0 = as many as foretold)",
    "calibration_slope": "Slope of calibration (1 = right spread)",
    "brier": "Brier score",
    "hr_doubling": "Hazard ratio for a doubling of the marker",
    "hr_favourable": "Hazard ratio, favourable against unfavourable class",
    "hr_favourable_weighted": "The same, classes weighted by their probability",
    "p_interaction": "Interaction of marker and arm, p",
    "hr_doubling_ratio": "Ratio of the arms' hazard ratios for a doubling",
}
"""Figures in the order of the table."""

_STUDY_FIT: Final = "study-fit"
_UNITS: Final = {"d": "days", "wk": "weeks", "mo": "months", "a": "years"}
_FIGURE: Final = re.compile(r"(?P<name>\w+):(?P<endpoint>[^=@]+)(=(?P<time>[0-9.]+)(?P<unit>[a-z]+))?(@(?P<arm>.+))?")


def _found(context: Context, endpoint: Endpoint, definition: str) -> list[tuple[re.Match[str], Result]]:
    stem = endpoint.stem(definition)
    pairs = ((_FIGURE.fullmatch(r.id.removeprefix(f"{stem}/")), r) for r in context.dossier.results)
    return [(match, result) for match, result in pairs if match and match["name"] in LABELS]


def _label(match: re.Match[str]) -> str:
    words = LABELS[match["name"]]
    if match["time"]:
        words += f", event by {match['time']} {_UNITS[match['unit']]}"
    return words + (f", {match['arm']}" if match["arm"] else "")


def _order(match: re.Match[str]) -> tuple[int, float, str]:
    return list(LABELS).index(match["name"]), float(match["time"] or 0), match["arm"] or ""


def _row(match: re.Match[str], result: Result) -> Row:
    text = ""
    if result.value is not None:
        text = p_of(result) if match["name"].startswith("p_") else in_ratio(result)
    counts = ["" if number is None else thousands(number) for number in (result.n, result.events)]
    return Row(Cell(_label(match)), (cell_of(result, text), *text_cells(counts)), 1)


def accuracy_table(context: Context, endpoint: Endpoint) -> Table | None:
    """Return the figures of how well a marker foretells the endpoints it is stated to.

    Parameters
    ----------
    context : Context
        The dossier, ready to be shown.
    endpoint : Endpoint
        An endpoint whose measure is accuracy.

    Returns
    -------
    Table or None
        One group of rows for each endpoint foretold; None when the run computed none.
    """
    rows: list[Row] = []
    for name, definition in endpoint.resolved().items():
        found = [(m, r) for m, r in _found(context, endpoint, name) if r.status != "not computed"]
        for wanted in definition.predicts or ():
            mine = sorted(((m, r) for m, r in found if m["endpoint"] == wanted), key=lambda pair: _order(pair[0]))
            if mine:
                title = context.dossier.study.endpoint(wanted).title
                rows.append(Row(Cell(f"{sentence(title)} ({wanted})")))
                rows += [_row(match, result) for match, result in mine]
    if not rows:
        return None
    columns = (
        Column("Figure"),
        Column("Estimate", f"({context.estimates.level(endpoint.id, 'auc')} CI)", numeric=True),
        Column("Subjects", numeric=True),
        Column("Events", "or right answers", numeric=True),
    )
    used = next(iter(endpoint.resolved().values()))
    return Table(endpoint.id.lower(), endpoint.title, columns, tuple(rows), tuple(_notes(context, used)))


def _notes(context: Context, definition: Definition) -> Iterator[str]:
    study = context.dossier.study
    marker = next((each for each in study.markers if each.id == definition.of), None)
    if marker is not None and marker.parameters in (None, _STUDY_FIT):
        yield (
            "Which values are better was set beforehand. The cut-off is the median rate of the study's own subjects, "
            "found without looking at what became of them; the classes compare with no other cohort's."
        )
    else:
        yield "Cut-off and direction were set beforehand; none was looked for in the data."
    for wanted in definition.predicts or ():
        foretold = next(iter(study.endpoint(wanted).resolved().values()))
        if foretold.arms and set(foretold.arms) != set(study.arm_ids):
            yield f"{wanted} is known in arm {enumeration(foretold.arms)} only, so its prediction is looked at there."
    selecting = [e for e in study.markers if marker and e.item == marker.item and "eligibility" in (e.used_for or ())]
    if selecting:
        yield (
            "The same series of values had part in who was eligible: the marker's range is narrower here than before "
            "selection, and its accuracy is that among those selected."
        )
    yield "Treatment between the marker and the outcome is not adjusted for."
    yield (
        "Calibration is that of a logistic model of the marker, each subject foretold from the others; where the "
        "marker tells next to nothing, its slope is far from 1 and means as little."
    )


def missing_accuracy_words(context: Context, endpoint: Endpoint) -> str:
    """Return why the run computed no accuracy of a marker.

    Parameters
    ----------
    context : Context
        The dossier, ready to be shown.
    endpoint : Endpoint
        An endpoint whose measure is accuracy.

    Returns
    -------
    str
        The reason the results give; empty when they give none.
    """
    for name in endpoint.resolved():
        for _, result in _found(context, endpoint, name):
            if result.status == "not computed" and result.reason:
                return result.reason
    return ""
