"""What each figure rests on: the results it draws, or the data rows and the clause it counts."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

import polars as pl

from trialwright.model.dossier import Dossier
from trialwright.model.items import Place, item_place, rows_at
from trialwright.model.schedule import AssessmentSeries
from trialwright.report.lesion_map import busiest

__all__ = ["figure_edges"]

MAX_SUBJECTS_BY_ROW: Final = 2000
"""Above it a figure of counts names its clause alone; its own CSV and the frames hold the numbers."""

_CURVES: Final = {"km": ("n", "median", "hr", "p_logrank"), "cif": ("cif", "p_gray", "shr")}
_FORETOLD: Final = {
    "roc": ("auc",),
    "calibration": ("calibration_intercept", "calibration_slope", "brier"),
    "decision": ("brier", "hr_favourable"),
}


def figure_edges(dossier: Dossier, names: Iterable[str]) -> pl.DataFrame:
    """Return the edges that start at figures.

    Parameters
    ----------
    dossier : Dossier
        What the report is made from.
    names : iterable of str
        Figures that were drawn, such as ``km-pfs``.

    Returns
    -------
    polars.DataFrame
        Columns ``from to``. Curves and forests rest on results; accrual, flow and courses on rows and clauses.
    """
    pairs = [(f"figure/{name}", below) for name in sorted(names) for below in _below(dossier, name)]
    return pl.DataFrame(pairs, schema={"from": pl.String, "to": pl.String}, orient="row")


def _below(dossier: Dossier, name: str) -> Iterator[str]:
    kind, _, part = name.partition("-")
    match kind:
        case "km" | "forest" | "cif":
            yield from _results(dossier, kind, part)
        case "roc" | "calibration" | "decision":
            yield from _accuracies(dossier, _FORETOLD[kind], part)
        case "courses":
            yield from _of_courses(dossier, part)
        case "kinetics":
            yield from _of_kinetics(dossier, part)
        case "waterfall" | "spider" | "lesions" | "swimmer":
            yield from _of_responses(dossier, kind, part)
        case "accrual" | "consort":
            yield from _of_gates(dossier, whole=kind == "consort")


def _results(dossier: Dossier, kind: str, part: str) -> Iterator[str]:
    stems = [
        endpoint.stem(definition)
        for endpoint in dossier.study.endpoints
        for definition in endpoint.resolved()
        if endpoint.stem(definition).lower().replace("~", "-") == part
    ]
    for stem in stems:
        for result in dossier.results:
            own, _, figure = result.id.partition("/")
            drawn = _CURVES.get(kind)
            is_drawn = figure.split("@")[0] in drawn if drawn else figure.startswith(("hr:", "p_interaction:"))
            if own == stem and (is_drawn or (kind == "forest" and figure == "hr")):
                yield result.id


def _accuracies(dossier: Dossier, figures: tuple[str, ...], part: str) -> Iterator[str]:
    """Results of the accuracy of a marker for one endpoint, ``kelimacc-pfs``, that say what its picture shows."""
    for result in dossier.results:
        own, _, figure = result.id.partition("/")
        name, _, foretold = figure.partition(":")
        if name in figures and f"{own}-{foretold.partition('=')[0]}".lower().replace("~", "-") == part:
            yield result.id


def _of_courses(dossier: Dossier, part: str) -> Iterator[str]:
    for marker in dossier.study.markers:
        if marker.item.replace("_", "-") != part:
            continue
        yield f"clause/markers/{marker.id}"
        yield from _rows(dossier, item_place(dossier.study, marker.item))


def _of_kinetics(dossier: Dossier, part: str) -> Iterator[str]:
    for figures in dossier.markers.values():
        if part.rpartition("-")[0] != figures.marker.replace("_", "-"):
            continue
        yield f"clause/markers/{figures.marker}"
        drawn = figures.rows.filter(pl.col("STATUS") == "ESTIMATED")["USUBJID"]
        if figures.rows.height > MAX_SUBJECTS_BY_ROW:
            continue
        if part.endswith("-subject") and figures.pictures is not None:
            yield f"{figures.marker}/{figures.pictures.subject}"
        else:
            yield from (f"{figures.marker}/{subject}" for subject in drawn)


def _of_responses(dossier: Dossier, kind: str, part: str) -> Iterator[str]:
    """Clauses of the series, and the rows of the lengths that were drawn."""
    if kind == "swimmer":
        yield f"clause/time_points/{dossier.study.gates[0]}"
    for series in dossier.study.assessments:
        if kind == "swimmer":
            yield f"clause/assessments/{series.id}"
        elif series.id.replace("_", "-") == part:
            yield f"clause/assessments/{series.id}"
            yield from _lengths(dossier, series, one=kind == "lesions")


def _lengths(dossier: Dossier, series: AssessmentSeries, *, one: bool) -> Iterator[str]:
    """Rows of the lengths of a series, or of the one subject whose lesions are drawn."""
    if dossier.lesions is None:
        return
    drawn = dossier.lesions.filter((pl.col("ASSESSID") == series.id) & (pl.col("PARAMCD") != "SDIAM"))
    if one:
        drawn = drawn.filter(pl.col("USUBJID") == busiest(dossier, series))
    if drawn["USUBJID"].n_unique() <= MAX_SUBJECTS_BY_ROW:
        file = dossier.frames.file_of("TR")
        rows = drawn.select("USUBJID", "SRCSEQ").unique().sort("USUBJID", "SRCSEQ")
        yield from (f"row/{file}:{subject}:{number}" for subject, number in rows.iter_rows())


def _of_gates(dossier: Dossier, *, whole: bool) -> Iterator[str]:
    study = dossier.study
    for gate in study.gates:
        yield f"clause/time_points/{gate}"
        yield from _rows(dossier, item_place(study, study.time_points[gate].item))
    if whole:
        ends = Place("DS", "DSDECOD", (("DSCAT", ("DISPOSITION EVENT",)),), "DSSTDTC", "all")
        yield from _rows(dossier, ends)


def _rows(dossier: Dossier, place: Place) -> Iterator[str]:
    if dossier.frames["DM"].height > MAX_SUBJECTS_BY_ROW:
        return
    file = dossier.frames.file_of(place.domain)
    rows = rows_at(place, dossier.frames)
    sequence = f"{place.domain}SEQ"
    if sequence not in rows.columns:
        yield from (f"row/{file}:{subject}" for subject in rows["USUBJID"])
        return
    yield from (f"row/{file}:{subject}:{number}" for subject, number in rows.select("USUBJID", sequence).iter_rows())
