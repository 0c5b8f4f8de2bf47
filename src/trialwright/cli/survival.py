"""``trialwright survival``: survival estimates from one CSV table of one row a subject."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import wraps
from pathlib import Path
from typing import TypeVar, cast

import click
import polars as pl

from trialwright import __version__
from trialwright.analysis import survival
from trialwright.analysis.levels import encode
from trialwright.analysis.rows import Dropped
from trialwright.cli.survival_table import SurvivalTable, TableRequest, read_table
from trialwright.cli.survival_text import (
    cox_text,
    kaplan_meier_text,
    logrank_text,
    milestones_text,
    quantiles_text,
    rmst_text,
    zph_text,
)
from trialwright.errors import EstimationError
from trialwright.numerics.cox import TIES, Ties
from trialwright.numerics.survival import CONF_TYPES, ConfType
from trialwright.numerics.zph import TRANSFORMS, Transform

__all__ = ["command"]

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class _Output:
    """What a command shows: the result as plain data and as text, and what it rests on."""

    shape: dict[str, object]
    text: str
    method: str
    options: Mapping[str, object]
    dropped: tuple[Dropped, ...]
    reason: str = ""
    notes: tuple[str, ...] = field(default=())


def _names(text: str | None) -> tuple[str, ...]:
    return tuple(name.strip() for name in (text or "").split(",") if name.strip())


def _figures(context: click.Context, parameter: click.Parameter, text: str | None) -> tuple[float, ...]:
    try:
        return tuple(float(part) for part in _names(text))
    except ValueError:
        raise click.BadParameter(f"{text!r} is not a list of numbers parted by commas", context, parameter) from None


def _show(table: SurvivalTable, output: _Output, *, as_json: bool) -> None:
    for dropped in output.dropped:
        click.echo(f"trialwright: {dropped.n} of {table.frame.height} rows left out: {dropped.reason}", err=True)
    for note in (*table.notes, *output.notes):
        click.echo(f"trialwright: note: {note}", err=True)
    if as_json:
        about = {
            "method": output.method,
            "options": dict(output.options),
            "rows": table.frame.height,
            "dropped": [{"reason": d.reason, "n": d.n} for d in output.dropped],
            "notes": [*table.notes, *output.notes],
            "status": "not estimable" if output.reason else "estimated",
            "reason": output.reason,
            "data_sha256": table.sha256,
            "software": f"trialwright {__version__}",
        }
        click.echo(json.dumps({**output.shape, "about": about}, indent=2, ensure_ascii=False, allow_nan=False))
    else:
        click.echo(output.text)
    if output.reason:
        click.echo(f"trialwright: not estimable: {output.reason}", err=True)
        click.get_current_context().exit(EstimationError.exit_code)


def _table_options(function: Callable[..., _Output]) -> Callable[..., None]:
    """Add the options every command has, read the table, show what the command yields."""
    options = [
        click.option(
            "--data", required=True, type=click.Path(exists=True, dir_okay=False, path_type=Path), metavar="CSV"
        ),
        click.option("--time", required=True, metavar="COLUMN", help="Times, in any one unit."),
        click.option("--event", required=True, metavar="COLUMN", help="1 = event, 0 = censored, or say --event-code."),
        click.option("--event-code", metavar="CODE", help="Code that means an event; all others mean censored."),
        click.option("--entry", metavar="COLUMN", help="Times at which observation began, when not at 0."),
        click.option("--arm", metavar="COLUMN", help="Arms."),
        click.option("--strata", metavar="COLUMNS", help="Strata; several columns parted by commas are combined."),
        click.option(
            "--level", type=click.FloatRange(0, 1, min_open=True, max_open=True), default=0.95, show_default=True
        ),
        click.option("--json", "as_json", is_flag=True, help="Print JSON."),
    ]

    @wraps(function)
    def wrapped(**given: object) -> None:
        as_json = bool(given.pop("as_json"))
        request = TableRequest(
            data=cast("Path", given.pop("data")),
            time=str(given.pop("time")),
            event=str(given.pop("event")),
            event_code=cast("str | None", given.pop("event_code")),
            entry=cast("str | None", given.pop("entry")),
            arm=cast("str | None", given.pop("arm")),
            strata=_names(cast("str | None", given.pop("strata"))),
        )
        table = read_table(request)
        _show(table, function(request, table, **given), as_json=as_json)

    decorated: Callable[..., None] = wrapped
    for option in reversed(options):
        decorated = option(decorated)
    return decorated


conf_type_option = click.option(
    "--conf-type", type=click.Choice(CONF_TYPES), default="log-log", show_default=True, help="Scale of the limits."
)
reference_option = click.option(
    "--reference", "references", multiple=True, metavar="[COLUMN=]LEVEL", help="Level that others are compared with."
)


@click.group()
def command() -> None:
    """Estimate survival quantities from one CSV table with one row a subject."""


@command.command("km")
@_table_options
@conf_type_option
def kaplan_meier_command(request: TableRequest, table: SurvivalTable, *, conf_type: ConfType, level: float) -> _Output:
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
    return _Output(found.to_dict(), kaplan_meier_text(found), "Kaplan-Meier", options, found.dropped)


@command.command("quantiles")
@_table_options
@conf_type_option
@click.option("--probabilities", callback=_figures, default="0.25,0.5,0.75", show_default=True, metavar="P,P")
def quantiles_command(
    request: TableRequest,
    table: SurvivalTable,
    *,
    conf_type: ConfType,
    probabilities: tuple[float, ...],
    level: float,
) -> _Output:
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
    return _Output(found.to_dict(), quantiles_text(found), "Kaplan-Meier quantiles", options, found.dropped)


@command.command("milestones")
@_table_options
@conf_type_option
@click.option("--times", callback=_figures, required=True, metavar="T,T", help="Times, in the unit of the table.")
def milestones_command(
    request: TableRequest, table: SurvivalTable, *, conf_type: ConfType, times: tuple[float, ...], level: float
) -> _Output:
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
    return _Output(found.to_dict(), milestones_text(found), "Kaplan-Meier milestones", options, found.dropped)


@command.command("logrank")
@_table_options
@click.option("--rho", type=click.FloatRange(0), default=0.0, show_default=True, help="Weight of early differences.")
@click.option("--gamma", type=click.FloatRange(0), default=0.0, show_default=True, help="Weight of late differences.")
def logrank_command(request: TableRequest, table: SurvivalTable, *, rho: float, gamma: float, level: float) -> _Output:
    """Log-rank test between arms, stratified and weighted as asked."""
    if table.arm is None:
        raise click.UsageError("a log-rank test needs --arm")
    found = survival.logrank(
        table.time, table.event, table.arm, strata=table.strata, entry=table.entry, rho=rho, gamma=gamma
    )
    options = {"rho": rho, "gamma": gamma, "strata": list(request.strata), "sides": 2}
    reason = "" if found.is_estimable else "no events at times when subjects of two arms were at risk"
    return _Output(found.to_dict(), logrank_text(found), "log-rank", options, found.dropped, reason)


def _regression(
    request: TableRequest, table: SurvivalTable, given: Mapping[str, object], level: float
) -> survival.CoxModel:
    """The model that the options of ``cox`` and ``zph`` ask for."""
    covariates: dict[str, pl.Series] = {}
    references = _references(request, cast("tuple[str, ...]", given["references"]))
    factors = _names(cast("str | None", given["factor"]))
    names = _names(cast("str | None", given["covariates"]))
    asked = [request.arm, *names, *factors] if request.arm is not None else [*names, *factors]
    for name in dict.fromkeys(asked):
        if name == request.arm or name in factors or name in references:
            covariates[name] = table.labels(name)
            # Naming the reference makes a factor of a column of codes.
            references.setdefault(name, encode(covariates[name]).names[0])
        else:
            covariates[name] = table.covariate(name)
    if not covariates:
        raise click.UsageError("name --arm or --covariates")
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


def _references(request: TableRequest, given: tuple[str, ...]) -> dict[str, str]:
    found: dict[str, str] = {}
    for text in given:
        column, sign, level = text.partition("=")
        if sign:
            found[column] = level
        elif request.arm is not None:
            found[request.arm] = text
        else:
            raise click.UsageError(f"--reference {text}: write COLUMN=LEVEL, or name --arm")
    return found


def _regression_options(function: Callable[..., T]) -> Callable[..., T]:
    options = [
        click.option("--covariates", metavar="COLUMNS", help="Columns parted by commas; text becomes a factor."),
        click.option("--factor", metavar="COLUMNS", help="Columns of numbers that are codes of a factor."),
        reference_option,
        click.option("--ties", type=click.Choice(TIES), default="efron", show_default=True),
    ]
    for option in reversed(options):
        function = option(function)
    return function


@command.command("cox")
@_table_options
@_regression_options
@click.option("--cluster", metavar="COLUMN", help="Rows taken together in robust standard errors.")
@click.option("--robust", is_flag=True, help="Robust standard errors, each row on its own.")
def cox_command(request: TableRequest, table: SurvivalTable, *, level: float, **given: object) -> _Output:
    """Hazard ratios by Cox's model."""
    model = _regression(request, table, given, level)
    options = {"ties": model.ties, "level": level, "strata": list(request.strata), "cluster": given["cluster"]}
    return _Output(model.to_dict(), cox_text(model), "Cox", options, model.dropped, model.reason)


@command.command("zph")
@_table_options
@_regression_options
@click.option("--transform", type=click.Choice(TRANSFORMS), default="km", show_default=True, help="Function of time.")
def zph_command(
    request: TableRequest, table: SurvivalTable, *, transform: Transform, level: float, **given: object
) -> _Output:
    """Test of proportional hazards, one line a covariate."""
    model = _regression(request, table, given, level)
    found = survival.cox_zph(model, transform=transform)
    options = {"ties": model.ties, "transform": transform, "strata": list(request.strata)}
    return _Output(found.to_dict(), zph_text(found), "score test of proportional hazards", options, model.dropped)


@command.command("rmst")
@_table_options
@click.option("--tau", type=float, required=True, metavar="DAYS", help="Horizon, in the unit of the times.")
@click.option("--reference", metavar="ARM", help="Arm the others are compared with.")
@click.option("--carry-forward", is_flag=True, help="Carry a curve on beyond a last censored observation.")
def rmst_command(
    request: TableRequest,
    table: SurvivalTable,
    *,
    tau: float,
    reference: str | None,
    carry_forward: bool,
    level: float,
) -> _Output:
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
    return _Output(
        found.to_dict(), rmst_text(found), "restricted mean survival time", options, found.dropped, notes=carried
    )
