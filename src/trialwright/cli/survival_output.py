"""What the commands on one CSV table share: their options, and how a result is shown."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import wraps
from pathlib import Path
from typing import Final, TypeVar, cast

import click
import polars as pl

from trialwright import __version__
from trialwright.analysis.levels import encode
from trialwright.analysis.rows import Dropped
from trialwright.cli.survival_table import LARGEST, SurvivalTable, TableRequest, read_table
from trialwright.errors import EstimationError
from trialwright.numerics.survival import CONF_TYPES

__all__ = [
    "ENTRY_OPTION",
    "Output",
    "STRATA_OPTION",
    "asked_covariates",
    "competing_options",
    "conf_type_option",
    "covariate_options",
    "figures",
    "finite",
    "level_option",
    "names",
    "table_options",
]

T = TypeVar("T")
Option = Callable[[Callable[..., None]], Callable[..., None]]

ENTRY_OPTION: Final[Option] = click.option(
    "--entry", metavar="COLUMN", help="Times at which observation began, when not at 0."
)
STRATA_OPTION: Final[Option] = click.option(
    "--strata", metavar="COLUMNS", help="Strata; several columns parted by commas are combined."
)
_ARM: Final[Option] = click.option("--arm", metavar="COLUMN", help="Arms.")


@dataclass(frozen=True, slots=True)
class Output:
    """What a command shows: the result as plain data and as text, and what it rests on."""

    shape: dict[str, object]
    text: str
    method: str
    options: Mapping[str, object]
    dropped: tuple[Dropped, ...]
    reason: str = ""
    notes: tuple[str, ...] = field(default=())


def names(text: str | None) -> tuple[str, ...]:
    """Words of a list parted by commas.

    Parameters
    ----------
    text : str or None
        The list as it was given.

    Returns
    -------
    tuple of str
        The words, none of them empty.
    """
    return tuple(name.strip() for name in (text or "").split(",") if name.strip())


def figures(context: click.Context, parameter: click.Parameter, text: str | None) -> tuple[float, ...]:
    """Numbers of a list parted by commas; the callback of an option.

    Parameters
    ----------
    context, parameter : click objects
        Where the option stands, for the message.
    text : str or None
        The list as it was given.

    Returns
    -------
    tuple of float
        The numbers.
    """
    try:
        found = tuple(float(part) for part in names(text))
    except ValueError:
        raise click.BadParameter(f"{text!r} is not a list of numbers parted by commas", context, parameter) from None
    if not all(abs(figure) <= LARGEST for figure in found) or (text is not None and not found):
        raise click.BadParameter(f"{text!r} is not a list of numbers parted by commas", context, parameter)
    return found


def finite(context: click.Context, parameter: click.Parameter, value: float) -> float:
    """A number that is one; the callback of an option whose range lets nan and inf through.

    Parameters
    ----------
    context, parameter : click objects
        Where the option stands, for the message.
    value : float
        The number as click read it.

    Returns
    -------
    float
        The same number.
    """
    if not abs(value) <= LARGEST:
        raise click.BadParameter(f"{value} is no number to compute with", context, parameter)
    return value


def _show(table: SurvivalTable, output: Output, *, as_json: bool) -> None:
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


def table_options(function: Callable[..., Output]) -> Callable[..., None]:
    """Add the options of a command on one event, read the table, show what the command yields.

    Parameters
    ----------
    function : callable
        The command's own part: request and table in, output out.

    Returns
    -------
    callable
        The command, ready to be registered.
    """
    event = [
        click.option("--event", required=True, metavar="COLUMN", help="1 = event, 0 = censored, or say --event-code."),
        click.option("--event-code", metavar="CODE", help="Code that means an event; all others mean censored."),
    ]
    return _with_table(function, [*event, ENTRY_OPTION, _ARM, STRATA_OPTION])


def competing_options(*more: Option) -> Callable[[Callable[..., Output]], Callable[..., None]]:
    """Add the options of a command on competing events, read the table, show what the command yields.

    Parameters
    ----------
    *more : option
        Further options of the command.

    Returns
    -------
    callable
        What makes a command of its own part.
    """
    event = [
        click.option(
            "--event", required=True, metavar="COLUMN", help="0 = censored, every other code a cause of its own."
        ),
        click.option("--censor-code", metavar="CODE", help="Code that means censored, when it is not 0."),
    ]
    return lambda function: _with_table(function, [*event, _ARM, *more], competing=True)


def _with_table(
    function: Callable[..., Output], own: Sequence[Option], *, competing: bool = False
) -> Callable[..., None]:
    options: list[Option] = [
        click.option(
            "--data", required=True, type=click.Path(exists=True, dir_okay=False, path_type=Path), metavar="CSV"
        ),
        click.option("--time", required=True, metavar="COLUMN", help="Times, in any one unit."),
        *own,
        click.option("--json", "as_json", is_flag=True, help="Print JSON."),
    ]

    @wraps(function)
    def wrapped(**given: object) -> None:
        as_json = bool(given.pop("as_json"))
        for option in ("event_code", "censor_code", "strata"):
            if given.get(option) is not None and not names(str(given[option])):
                raise click.UsageError(f"--{option.replace('_', '-')} is empty; leave it out, or say which")
        request = TableRequest(
            data=cast("Path", given.pop("data")),
            time=str(given.pop("time")),
            event=str(given.pop("event")),
            event_code=cast("str | None", given.pop("event_code", None)),
            censor_code=cast("str | None", given.pop("censor_code", None)),
            competing=competing,
            entry=cast("str | None", given.pop("entry", None)),
            arm=cast("str | None", given.pop("arm")),
            strata=names(cast("str | None", given.pop("strata", None))),
        )
        table = read_table(request)
        _show(table, function(request, table, **given), as_json=as_json)

    decorated: Callable[..., None] = wrapped
    for option in reversed(options):
        decorated = option(decorated)
    return decorated


level_option = click.option(
    "--level",
    type=click.FloatRange(0, 1, min_open=True, max_open=True),
    callback=finite,
    default=0.95,
    show_default=True,
    help="Confidence level of the limits, two-sided.",
)

conf_type_option = click.option(
    "--conf-type", type=click.Choice(CONF_TYPES), default="log-log", show_default=True, help="Scale of the limits."
)


def covariate_options(function: Callable[..., T]) -> Callable[..., T]:
    """Add the options that name covariates.

    Parameters
    ----------
    function : callable
        The command's own part.

    Returns
    -------
    callable
        The same with the options.
    """
    options = [
        click.option("--covariates", metavar="COLUMNS", help="Columns parted by commas; text becomes a factor."),
        click.option("--factor", metavar="COLUMNS", help="Columns of numbers that are codes of a factor."),
        click.option(
            "--reference",
            "references",
            multiple=True,
            metavar="[COLUMN=]LEVEL",
            help="Level that others are compared with.",
        ),
    ]
    for option in reversed(options):
        function = option(function)
    return function


def asked_covariates(
    request: TableRequest, table: SurvivalTable, given: Mapping[str, object]
) -> tuple[dict[str, pl.Series], dict[str, str]]:
    """Covariates that the options name, the arm first, and the reference level of each factor.

    Parameters
    ----------
    request : TableRequest
        What the command was told about its table.
    table : SurvivalTable
        The table.
    given : mapping of str to object
        Values of the options of `covariate_options`.

    Returns
    -------
    tuple of dict
        Values by name, and reference levels by name.
    """
    covariates: dict[str, pl.Series] = {}
    references = _references(request, cast("tuple[str, ...]", given["references"]))
    factors = names(cast("str | None", given["factor"]))
    listed = names(cast("str | None", given["covariates"]))
    asked = [request.arm, *listed, *factors] if request.arm is not None else [*listed, *factors]
    for name in dict.fromkeys(asked):
        if name == request.arm or name in factors or name in references:
            covariates[name] = table.labels(name)
            # Naming the reference makes a factor of a column of codes.
            references.setdefault(name, encode(covariates[name]).names[0])
        else:
            covariates[name] = table.covariate(name)
    if not covariates:
        raise click.UsageError("name --arm or --covariates")
    return covariates, references


def _references(request: TableRequest, given: tuple[str, ...]) -> dict[str, str]:
    found: dict[str, str] = {}
    for text in given:
        column, sign, level = text.partition("=")
        if not sign:
            if request.arm is None:
                raise click.UsageError(f"--reference {text}: write COLUMN=LEVEL, or name --arm")
            column, level = request.arm, text
        if column in found:
            raise click.UsageError(f"--reference names two levels of {column}: {found[column]} and {level}")
        found[column] = level
    return found
