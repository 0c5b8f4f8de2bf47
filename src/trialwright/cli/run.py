"""``trialwright run``: derive, analyse and report a trial from its data folder."""

from __future__ import annotations

import json
import re
from collections import Counter
from datetime import date
from pathlib import Path
from typing import Final

import click

from trialwright.conduct.run import RunSummary, run
from trialwright.conduct.studies import open_study

__all__ = ["command", "cutoff_option", "day_of", "say", "show_run"]

_DAY: Final = re.compile("[0-9]{4}-[0-9]{2}-[0-9]{2}")


def day_of(context: click.Context, parameter: click.Parameter, text: str) -> date:
    """Day an option names.

    Parameters
    ----------
    context : click.Context
        The command.
    parameter : click.Parameter
        Its option.
    text : str
        What was given.

    Returns
    -------
    date
        A whole day.

    Raises
    ------
    click.BadParameter
        If the text is written otherwise or names a day that does not exist.
    """
    if not _DAY.fullmatch(text):
        raise click.BadParameter(f"{text!r} is no day; write it as 2027-03-31", context, parameter)
    try:
        return date.fromisoformat(text)
    except ValueError:
        problem = f"{text!r} names a day that does not exist; look at month and day"
        raise click.BadParameter(problem, context, parameter) from None


cutoff_option = click.option(
    "--cutoff",
    required=True,
    callback=day_of,
    metavar="DATE",
    help="Last day that counts, YYYY-MM-DD.",
)


def say(message: str) -> None:
    """Tell on standard error what is being done.

    Parameters
    ----------
    message : str
        In the present participle.
    """
    click.echo(f"trialwright: {message}", err=True)


def show_run(summary: RunSummary, *, as_json: bool) -> None:
    """Show what a run has written.

    Parameters
    ----------
    summary : RunSummary
        What was written.
    as_json : bool
        As one JSON object instead of text.
    """
    dossier = summary.dossier
    severities = Counter(finding.severity for finding in dossier.findings)
    if as_json:
        shape = {
            "out": str(summary.out),
            "study": dossier.study.id,
            "state": dossier.state,
            "origin": dossier.origin,
            "cutoff": dossier.cutoff.isoformat(),
            "by_arm": dossier.by_arm,
            "files": list(summary.files),
            "findings": {name: severities[name] for name in ("W", "I")},
        }
        click.echo(json.dumps(shape, indent=2, ensure_ascii=False))
        return
    state = "" if dossier.state == "activated" else f" {dossier.state.upper()}"
    origin = " SIMULATED" if dossier.origin == "simulated" else ""
    click.echo(f"{dossier.study.study.title}{state}{origin}")
    click.echo(f"report   {summary.out / 'report.html'}")
    click.echo(f"results  {summary.out / 'results.json'}")
    click.echo(f"frames   {summary.out / 'frames'}")
    click.echo(f"findings {severities['W']} to look at, {severities['I']} for information; listed in the report")
    if not dossier.by_arm and len(dossier.study.arms) > 1:
        click.echo("figures by arm are withheld; --by-arm shows them")


@click.command("run")
@click.argument("study")
@click.option("--data", required=True, type=click.Path(path_type=Path), metavar="DIR", help="The data folder.")
@cutoff_option
@click.option("--out", required=True, type=click.Path(path_type=Path), metavar="DIR", help="New directory to write.")
@click.option("--by-arm", is_flag=True, help="Show figures by arm; without it they are withheld.")
@click.option("--force", is_flag=True, help="Replace the directory of an earlier run, nothing else.")
@click.option("--json", "as_json", is_flag=True, help="Show what was written as JSON.")
def command(*, study: str, data: Path, cutoff: date, out: Path, by_arm: bool, force: bool, as_json: bool) -> None:
    """Derive, analyse and report STUDY from a data folder.

    STUDY is the id of a study that comes with the program, or the path of a study file. The directory is written whole
    or not at all.
    """
    summary = run(open_study(study), data, cutoff=cutoff, out=out, by_arm=by_arm, replace=force, say=say)
    show_run(summary, as_json=as_json)
