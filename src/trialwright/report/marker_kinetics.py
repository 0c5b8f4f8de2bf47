"""A marker's elimination rates in the report: the set they rest on, the subjects, and what does not count."""

from __future__ import annotations

from collections.abc import Iterator

import polars as pl

from trialwright.model.marker_figures import MarkerFigures
from trialwright.model.parameter_set import NOT_FOR_CLINICAL_USE, ParameterSet, SetUse
from trialwright.report.context import Context
from trialwright.report.table import Cell, Column, Row, Table, text_cells
from trialwright.report.typeset import count, decimal, thousands

__all__ = ["CERTAINTY", "parameters_table", "rates_table"]

CERTAINTY = (
    "The model is a working choice and its use unverified: no published parameter set, cutoff or error model for this "
    "marker could be confirmed."
)
_STATUS = {
    "local_fit": "fitted to a cohort; nobody has checked it elsewhere",
    "verified": "checked by two people against its source",
    "transcribed": "copied from its source, not yet checked by two people",
    "demo": NOT_FOR_CLINICAL_USE,
}
_ORIGIN = {
    "local_median": "median of the cohort's own rates",
    "published": "published",
    "given": "given",
    "demo": "invented",
}
_NAMES = {"kelim": "KELIM, per day", "beta": "BETA, per day", "kprod": "KPROD", "ca0": "Level on day 0"}


def parameters_table(context: Context, figures: MarkerFigures) -> Table | None:
    """Return the parameter set a marker's figures rest on.

    Parameters
    ----------
    context : Context
        The dossier, ready to be shown.
    figures : MarkerFigures
        The marker's figures.

    Returns
    -------
    Table or None
        Typical values with their standard errors, spread between subjects and shrinkage; None without a set.
    """
    use = figures.parameters
    if use is None:
        return None
    content, report = use.content, use.content.fit_report
    errors = {} if report is None else dict(report.standard_errors)
    shrinkage = {} if report is None else dict(report.shrinkage)
    columns = (
        Column("Parameter"),
        Column("Typical value", numeric=True),
        Column("Standard error", numeric=True),
        Column("Spread (SD of ln)", numeric=True),
        Column("Shrinkage", numeric=True),
    )
    rows = [
        Row(
            Cell(_NAMES.get(name, name)),
            text_cells(
                (
                    _four(content.theta[name]),
                    _four(errors.get(name)),
                    _four(content.omega[name]),
                    _two(shrinkage.get(name)),
                )
            ),
        )
        for name in content.parameters
    ]
    rows.append(
        Row(
            Cell("Residual error (SD of ln)"),
            text_cells((_four(content.error.sigma), _four(errors.get("sigma")), "", "")),
        )
    )
    return Table(
        f"kinetics-{figures.marker.replace('_', '-')}-set",
        f"Parameter set {content.label()}",
        columns,
        tuple(rows),
        tuple(_set_notes(figures, use, content)),
    )


def _set_notes(figures: MarkerFigures, use: SetUse, content: ParameterSet) -> Iterator[str]:
    yield f"Status {use.status.replace('_', ' ')}: {_STATUS[use.status]}. SHA-256 {use.sha256}. {CERTAINTY}"
    if figures.fitted_subjects:
        whom = count(figures.fitted_subjects, "subject")
        drawn = (
            f" drawn at random of {thousands(figures.eligible_subjects)} whose samples suffice"
            if figures.fitted_subjects < figures.eligible_subjects
            else ""
        )
        yield f"Fitted in this run to {whom}{drawn}, all arms together, by SAEM on the samples up to allocation."
    if content.fit_report is not None:
        report = content.fit_report
        below = f"{100 * report.blq_share:.1f}% of {thousands(report.samples)} samples lie below a limit of the assay"
        yield f"−2 ln likelihood {report.minus_two_ll:.1f} (Monte-Carlo error {report.minus_two_ll_mcse:.1f}); {below}."
    if content.cutoff is None:
        yield "The set has no cutoff, so there is no class."
    else:
        yield f"Cutoff {_four(content.cutoff.value)} per day: {_ORIGIN[content.cutoff.origin]}."
    for doubt in figures.doubts:
        yield f"Doubt: {doubt}."


def rates_table(context: Context, figures: MarkerFigures) -> Table | None:
    """Return how many subjects have a rate, and why the others have none.

    Parameters
    ----------
    context : Context
        The dossier, ready to be shown.
    figures : MarkerFigures
        The marker's figures.

    Returns
    -------
    Table or None
        All arms together; None where nothing was computed.
    """
    if not figures.rows.width:
        return None
    rows = [Row(Cell("Subjects"), text_cells([thousands(figures.rows.height)]))]
    estimated = figures.rows.filter(pl.col("STATUS") == "ESTIMATED")
    rows.append(Row(Cell("Rate estimated"), text_cells([thousands(estimated.height)])))
    if estimated["CLASS"].drop_nulls().len():
        for code in ("FAVOURABLE", "UNFAVOURABLE"):
            own = estimated.filter(pl.col("CLASS") == code)
            sure = pl.col("P_FAVOURABLE") if code == "FAVOURABLE" else 1 - pl.col("P_FAVOURABLE")
            rows.append(Row(Cell(code.lower()), text_cells([thousands(own.height)]), 1))
            many = own.filter(sure < 0.8).height
            rows.append(
                Row(Cell("of them with a probability of the class below 0.80"), text_cells([thousands(many)]), 2)
            )
    for flag, words in (("multimodal", "with two solutions"), ("low_information", "without an early sample")):
        many = estimated.filter(pl.col("FLAGS").str.contains(flag, literal=True)).height
        if many:
            rows.append(Row(Cell(words), text_cells([thousands(many)]), 1))
    without = figures.rows.filter(pl.col("STATUS") != "ESTIMATED")
    rows.append(Row(Cell("No rate"), text_cells([thousands(without.height)])))
    for reason, many in without.group_by("REASON").len().sort("len", "REASON", descending=[True, False]).iter_rows():
        rows.append(Row(Cell(str(reason)), text_cells([thousands(many)]), 1))
    left_out = figures.excluded.group_by("REASON").len().sort("len", "REASON", descending=[True, False])
    if left_out.height:
        rows.append(Row(Cell("Samples that do not count"), text_cells([thousands(figures.excluded.height)])))
        rows += [Row(Cell(str(reason)), text_cells([thousands(many)]), 1) for reason, many in left_out.iter_rows()]
    notes = [f"Each subject stands in frames/admark.csv. {CERTAINTY}"]
    if estimated.height and estimated["UNCERTAINTY"][0] != "posterior":
        notes.append("So many subjects have intervals around their most probable rate, which are indicative only.")
    name = f"kinetics-{figures.marker.replace('_', '-')}-subjects"
    asked = context.dossier.study.items[_item(context, figures)].ask
    caption = f"Elimination rate of {asked} (KELIM), all arms together"
    return Table(name, caption, (Column("Subjects"), Column("Number", numeric=True)), tuple(rows), tuple(notes))


def _item(context: Context, figures: MarkerFigures) -> str:
    return next(marker.item for marker in context.dossier.study.markers if marker.id == figures.marker)


def _four(value: float | None) -> str:
    return "not known" if value is None else f"{value:.4g}"


def _two(value: float | None) -> str:
    return "" if value is None else decimal(value, 2)
