"""``trialwright export``: the analysis datasets of a run or of a study's data, in a format that others read."""

from __future__ import annotations

import json
from collections import Counter
from datetime import date
from pathlib import Path

import click

from trialwright.cli.run import day_of, say
from trialwright.conduct.export import FORMATS, Exported, ExportRequest, export

__all__ = ["command"]


def _day(context: click.Context, parameter: click.Parameter, text: str | None) -> date | None:
    return None if text is None else day_of(context, parameter, text)


def _shape(done: Exported, out: Path) -> dict[str, object]:
    severities = Counter(finding.severity for finding in done.findings)
    return {
        "out": str(out),
        "study": done.study,
        "state": done.state,
        "origin": done.origin,
        "cutoff": done.cutoff,
        "by_arm": done.by_arm,
        "format": done.format,
        "datasets": [
            {"name": each.name, "label": each.label, "rows": each.frame.height, "variables": len(each.variables)}
            for each in done.datasets
        ],
        "notes": list(done.notes),
        "findings": {name: severities[name] for name in ("W", "I")},
        "files": list(done.files),
    }


@click.command("export")
@click.argument("what", metavar="STUDY|RUN")
@click.option("--format", "form", required=True, type=click.Choice(FORMATS), help="Format of the datasets.")
@click.option("--out", required=True, type=click.Path(path_type=Path), metavar="DIR", help="New directory to write.")
@click.option(
    "--data", type=click.Path(path_type=Path), metavar="DIR", help="The data folder; a run needs it for ADTR."
)
@click.option("--cutoff", callback=_day, metavar="DATE", help="Last day that counts, for a study: YYYY-MM-DD.")
@click.option("--by-arm", is_flag=True, help="Write arms; without it nothing written tells them.")
@click.option("--json", "as_json", is_flag=True, help="Show what was written as JSON.")
def command(
    *, what: str, form: str, out: Path, data: Path | None, cutoff: date | None, by_arm: bool, as_json: bool
) -> None:
    """Write the analysis datasets ADSL, ADTR, ADRS and ADTTE of a study or of a run.

    STUDY|RUN is a directory written by run, or a study with its data folder and a cutoff. A transport file (xpt) holds
    names of 8, labels of 40 and texts of 200 bytes; what does not fit is refused, and what reads otherwise is listed.
    export.json describes every variable.
    """
    done = export(ExportRequest(what, out, form, data, cutoff, by_arm), say=say)
    for finding in done.findings:
        if finding.severity == "W":
            place = " ".join(part for part in (finding.id, finding.where, finding.subject) if part)
            click.echo(f"trialwright: {place}: {finding.text}", err=True)
    if as_json:
        click.echo(json.dumps(_shape(done, out), indent=2, ensure_ascii=False))
        return
    state = "" if done.state == "activated" else f" {done.state.upper()}"
    click.echo(f"{done.study}{state}{' SIMULATED' if done.origin == 'simulated' else ''} at {done.cutoff}")
    for each in done.datasets:
        click.echo(f"  {each.name:<6} {each.frame.height:>7} rows, {len(each.variables)} variables  {each.label}")
    for note in done.notes:
        click.echo(f"  note: {note}")
    click.echo(f"files    {out}, {len(done.files)} of them")
