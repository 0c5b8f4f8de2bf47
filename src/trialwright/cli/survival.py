"""``trialwright survival``: survival estimates from one CSV table of one row a subject."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import cast

import click

from trialwright.analysis import survival
from trialwright.cli import WordyGroup
from trialwright.cli.survival_competing import cumulative_incidence_command, fine_gray_command, gray_command
from trialwright.cli.survival_output import (
    Output,
    asked_covariates,
    conf_type_option,
    covariate_options,
    figures,
    finite,
    level_option,
    table_options,
)
from trialwright.cli.survival_table import SurvivalTable, TableRequest
from trialwright.cli.survival_text import (
    cox_text,
    kaplan_meier_text,
    logrank_text,
    milestones_text,
    quantiles_text,
    rmst_text,
    zph_text,
)
from trialwright.numerics.cox import TIES, Ties
from trialwright.numerics.survival import ConfType
from trialwright.numerics.zph import TRANSFORMS, Transform

__all__ = ["command"]


@click.group(cls=WordyGroup)
def command() -> None:
    """Estimate survival quantities from one CSV table with one row a subject."""


def _ended_early(table: SurvivalTable) -> tuple[str, ...]:
    """What to say of curves that fall to 0 while later entrants are still to come."""
    if table.entry is None:
        return ()
    found = survival.kaplan_meier(table.time, table.event, arm=table.arm, strata=table.strata, entry=table.entry)
    notes = []
    for group in found.groups:
        ended = int((group.curve.surv > 0).sum())
        if ended + 1 < group.curve.time.size:
            notes.append(
                f"{group.level}: all at risk at {group.curve.time[ended]:g} had the event, so the curve stays at 0 "
                "whatever befalls those who enter later"
            )
    return tuple(notes)


@command.command("km")
@table_options
@conf_type_option
@level_option
def kaplan_meier_command(request: TableRequest, table: SurvivalTable, *, conf_type: ConfType, level: float) -> Output:
    """Kaplan–Meier curves with limits, by arm and stratum."""
    found = survival.kaplan_meier(
        table.time,
        table.event,
        arm=table.arm,
        strata=table.strata,
        entry=table.entry,
        conf_type=conf_type,
        level=level,
    )
    options = {"conf_type": conf_type, "level": level}
    return Output(
        found.to_dict(), kaplan_meier_text(found), "Kaplan-Meier", options, found.dropped, notes=_ended_early(table)
    )


@command.command("quantiles")
@table_options
@conf_type_option
@level_option
@click.option("--probabilities", callback=figures, default="0.25,0.5,0.75", show_default=True, metavar="P,P")
def quantiles_command(
    request: TableRequest,
    table: SurvivalTable,
    *,
    conf_type: ConfType,
    probabilities: tuple[float, ...],
    level: float,
) -> Output:
    """Quantiles of the time to the event, the median among them."""
    found = survival.quantiles(
        table.time,
        table.event,
        probabilities=probabilities,
        arm=table.arm,
        strata=table.strata,
        entry=table.entry,
        conf_type=conf_type,
        level=level,
    )
    options = {"conf_type": conf_type, "level": level}
    return Output(
        found.to_dict(),
        quantiles_text(found),
        "Kaplan-Meier quantiles",
        options,
        found.dropped,
        notes=_ended_early(table),
    )


@command.command("milestones")
@table_options
@conf_type_option
@level_option
@click.option("--times", callback=figures, required=True, metavar="T,T", help="Times, in the unit of the table.")
def milestones_command(
    request: TableRequest, table: SurvivalTable, *, conf_type: ConfType, times: tuple[float, ...], level: float
) -> Output:
    """Shares of subjects without the event at given times."""
    found = survival.milestones(
        table.time,
        table.event,
        list(times),
        arm=table.arm,
        strata=table.strata,
        entry=table.entry,
        conf_type=conf_type,
        level=level,
    )
    options = {"conf_type": conf_type, "level": level}
    return Output(
        found.to_dict(),
        milestones_text(found),
        "Kaplan-Meier milestones",
        options,
        found.dropped,
        notes=_ended_early(table),
    )


def _weight(name: str, of_what: str) -> Callable[[Callable[..., Output]], Callable[..., Output]]:
    return click.option(
        name, type=click.FloatRange(0), callback=finite, default=0.0, show_default=True, help=f"Weight of {of_what}."
    )


@command.command("logrank")
@table_options
@_weight("--rho", "early differences")
@_weight("--gamma", "late differences")
def logrank_command(request: TableRequest, table: SurvivalTable, *, rho: float, gamma: float) -> Output:
    """Log-rank test between arms, stratified and weighted as asked."""
    if table.arm is None:
        raise click.UsageError("a log-rank test needs --arm")
    found = survival.logrank(
        table.time, table.event, table.arm, strata=table.strata, entry=table.entry, rho=rho, gamma=gamma
    )
    options = {"rho": rho, "gamma": gamma, "strata": list(request.strata), "sides": 2}
    reason = "" if found.is_estimable else "no events at times when subjects of two arms were at risk"
    return Output(found.to_dict(), logrank_text(found), "log-rank", options, found.dropped, reason)


def _regression(
    request: TableRequest, table: SurvivalTable, given: Mapping[str, object], level: float = 0.95
) -> survival.CoxModel:
    """The model that the options of ``cox`` and ``zph`` ask for."""
    covariates, references = asked_covariates(request, table, given)
    cluster = cast("str | None", given.get("cluster"))
    return survival.cox(
        table.time,
        table.event,
        covariates,
        strata=table.strata,
        entry=table.entry,
        cluster=None if cluster is None else table.labels(cluster),
        robust=bool(given.get("robust")),
        ties=cast("Ties", given["ties"]),
        references=references,
        level=level,
    )


ties_option = click.option("--ties", type=click.Choice(TIES), default="efron", show_default=True)


@command.command("cox")
@table_options
@covariate_options
@ties_option
@click.option("--cluster", metavar="COLUMN", help="Rows taken together in robust standard errors.")
@click.option("--robust", is_flag=True, help="Robust standard errors, each row on its own.")
@level_option
def cox_command(request: TableRequest, table: SurvivalTable, *, level: float, **given: object) -> Output:
    """Hazard ratios by Cox's model."""
    model = _regression(request, table, given, level)
    options = {"ties": model.ties, "level": level, "strata": list(request.strata), "cluster": given["cluster"]}
    return Output(model.to_dict(), cox_text(model), "Cox", options, model.dropped, model.reason)


@command.command("zph")
@table_options
@covariate_options
@ties_option
@click.option("--transform", type=click.Choice(TRANSFORMS), default="km", show_default=True, help="Function of time.")
def zph_command(request: TableRequest, table: SurvivalTable, *, transform: Transform, **given: object) -> Output:
    """Test of proportional hazards, one line a covariate."""
    model = _regression(request, table, given)
    found = survival.cox_zph(model, transform=transform)
    options = {"ties": model.ties, "transform": transform, "strata": list(request.strata)}
    return Output(found.to_dict(), zph_text(found), "score test of proportional hazards", options, model.dropped)


@command.command("rmst")
@table_options
@click.option(
    "--tau", type=float, callback=finite, required=True, metavar="DAYS", help="Horizon, in the unit of the times."
)
@click.option("--reference", metavar="ARM", help="Arm the others are compared with.")
@click.option("--carry-forward", is_flag=True, help="Carry a curve on beyond a last censored observation.")
@level_option
def rmst_command(
    request: TableRequest,
    table: SurvivalTable,
    *,
    tau: float,
    reference: str | None,
    carry_forward: bool,
    level: float,
) -> Output:
    """Restricted mean survival time by arm, with difference and ratio."""
    if request.strata:
        raise click.UsageError("restricted means are not stratified; leave --strata out")
    found = survival.rmst(
        table.time,
        table.event,
        tau=tau,
        arm=table.arm,
        entry=table.entry,
        reference=reference,
        carry_forward=carry_forward,
        level=level,
    )
    carried = tuple(f"{a.level}: the curve was carried on to the horizon" for a in found.arms if a.is_carried_forward)
    options = {"tau": tau, "level": level, "carry_forward": carry_forward}
    return Output(
        found.to_dict(),
        rmst_text(found),
        "restricted mean survival time",
        options,
        found.dropped,
        notes=(*carried, *_ended_early(table)),
    )


for _competing in (cumulative_incidence_command, gray_command, fine_gray_command):
    command.add_command(_competing)
