"""The few figures a reader looks for first."""

from __future__ import annotations

from collections.abc import Iterator

from trialwright.report.accrual import earliest_dates
from trialwright.report.context import Context
from trialwright.report.estimates import in_months, in_ratio, p_of, whole
from trialwright.report.table import Cell
from trialwright.report.typeset import thousands

__all__ = ["summary"]


def summary(context: Context) -> Iterator[tuple[str, Cell]]:
    """Yield the key figures.

    Parameters
    ----------
    context : Context
        The dossier, ready to be shown.

    Yields
    ------
    tuple of str and Cell
        Label and figure: accrual, then events, medians, hazard ratio and test of each primary endpoint.
    """
    study, level_of = context.dossier.study, context.estimates.level
    enrolment = study.study.enrolment
    if enrolment is not None and enrolment.counts:
        reached = earliest_dates(context, enrolment.counts).height
        planned = f" of {thousands(enrolment.planned)} planned" if enrolment.planned else ""
        yield f"Subjects at {context.point_words(enrolment.counts)}", Cell(f"{thousands(reached)}{planned}")
    for endpoint in study.endpoints:
        name, definition = next(iter(endpoint.resolved().items()))
        if endpoint.role != "primary" or definition.measure != "time to event":
            continue
        stem = endpoint.stem(name)
        yield f"{endpoint.id}, events", context.estimates.cell(stem, "n_events", whole)
        for level in context.levels:
            label = f"{endpoint.id}, median months ({level_of(stem, 'median')} CI)" + (
                f", {level.id}" if context.dossier.by_arm else ""
            )
            yield label, context.estimates.cell(stem, "median", in_months, level.id)
        if len(study.arms) > 1:
            yield (
                f"{endpoint.id}, hazard ratio ({level_of(stem, 'hr')} CI)",
                context.estimates.cell(stem, "hr", in_ratio),
            )
            yield f"{endpoint.id}, log-rank p", context.estimates.cell(stem, "p_logrank", p_of)
