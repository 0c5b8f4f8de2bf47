"""``trialwright survival cif``, ``gray`` and ``finegray``: competing events from one CSV table."""

from __future__ import annotations

from typing import Final

import click

from trialwright.analysis import survival
from trialwright.analysis.competing_rows import FIRST_CAUSE
from trialwright.cli.survival_output import (
    ENTRY_OPTION,
    STRATA_OPTION,
    Output,
    asked_covariates,
    competing_options,
    conf_type_option,
    covariate_options,
    figures,
    level_option,
)
from trialwright.cli.survival_table import SurvivalTable, TableRequest, code_of
from trialwright.cli.survival_text import cumulative_incidence_text, fine_gray_text, gray_text
from trialwright.numerics.competing import VARIANCES, IncidenceVariance
from trialwright.numerics.survival import ConfType

__all__ = ["cumulative_incidence_command", "fine_gray_command", "gray_command"]

_CURVES_TOO: Final = "incidences of several causes, each from such a model, can add up to more than 1; cif does not"


def _cause(table: SurvivalTable, given: str | None) -> str:
    """Cause asked for, by the name it has among the codes."""
    return FIRST_CAUSE if given is None else code_of(table.event, given)


def _censored(request: TableRequest, table: SurvivalTable) -> str | None:
    return None if request.censor_code is None else code_of(table.event, request.censor_code)


cause_option = click.option(
    "--event-code", "--cause", "cause", metavar="CODE", help=f"Cause of interest; {FIRST_CAUSE} unless said."
)


@click.command("cif")
@competing_options(ENTRY_OPTION, STRATA_OPTION)
@click.option("--event-code", "--cause", "cause", metavar="CODE", help="Show this cause only.")
@click.option("--times", callback=figures, metavar="T,T", help="Times at which to read the curves.")
@click.option("--variance", type=click.Choice(VARIANCES), default="aalen", show_default=True, help="Kind of variance.")
@conf_type_option
@level_option
def cumulative_incidence_command(
    request: TableRequest,
    table: SurvivalTable,
    *,
    cause: str | None,
    times: tuple[float, ...],
    variance: IncidenceVariance,
    conf_type: ConfType,
    level: float,
) -> Output:
    """Cumulative incidence of each cause with limits, by arm and stratum."""
    found = survival.cumulative_incidence(
        table.time,
        table.event,
        arm=table.arm,
        strata=table.strata,
        entry=table.entry,
        times=times or None,
        censored=_censored(request, table),
        variance=variance,
        conf_type=conf_type,
        level=level,
    )
    if cause is not None:
        found = found.of_cause(code_of(table.event, cause))
    options = {"variance": variance, "conf_type": conf_type, "level": level, "censor_code": request.censor_code}
    return Output(found.to_dict(), cumulative_incidence_text(found), "Aalen-Johansen", options, found.dropped)


@click.command("gray")
@competing_options(STRATA_OPTION)
@cause_option
def gray_command(request: TableRequest, table: SurvivalTable, *, cause: str | None) -> Output:
    """Gray's test: one cause's cumulative incidence compared between arms."""
    if table.arm is None:
        raise click.UsageError("Gray's test needs --arm")
    found = survival.gray(
        table.time,
        table.event,
        table.arm,
        cause=_cause(table, cause),
        strata=table.strata,
        censored=_censored(request, table),
    )
    options = {"cause": found.cause, "strata": list(request.strata), "sides": 2, "censor_code": request.censor_code}
    reason = "" if found.is_estimable else "no events of the cause while subjects of two arms were at risk"
    return Output(found.to_dict(), gray_text(found), "Gray", options, found.dropped, reason)


@click.command("finegray")
@competing_options()
@cause_option
@covariate_options
@level_option
def fine_gray_command(
    request: TableRequest, table: SurvivalTable, *, cause: str | None, level: float, **given: object
) -> Output:
    """Subdistribution hazard ratios of one cause (Fine and Gray)."""
    covariates, references = asked_covariates(request, table, given)
    found = survival.fine_gray(
        table.time,
        table.event,
        covariates,
        cause=_cause(table, cause),
        censored=_censored(request, table),
        references=references,
        level=level,
    )
    options = {"cause": found.cause, "ties": "breslow", "level": level, "censor_code": request.censor_code}
    return Output(
        found.to_dict(), fine_gray_text(found), "Fine-Gray", options, found.dropped, found.reason, (_CURVES_TOO,)
    )
