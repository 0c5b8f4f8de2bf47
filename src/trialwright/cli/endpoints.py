"""``trialwright endpoints``: derive every definition of every endpoint, and count events and censored times."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import click

from trialwright.cli.run import cutoff_option, say
from trialwright.conduct.endpoints import Counted, EndpointsSummary, derive_trial
from trialwright.conduct.studies import open_study

__all__ = ["command"]


def _shape(summary: EndpointsSummary, out: Path) -> dict[str, object]:
    severities = Counter(finding.severity for finding in summary.findings)
    return {
        "out": str(out),
        "study": summary.opened.study.id,
        "state": summary.opened.state,
        "origin": summary.origin,
        "cutoff": summary.cutoff.isoformat(),
        "censoring": summary.censoring or None,
        "by_arm": summary.by_arm,
        "endpoints": [_one(counted) for counted in summary.counted],
        "findings": {name: severities[name] for name in ("W", "I")},
        "files": list(summary.files),
    }


def _one(counted: Counted) -> dict[str, object]:
    return {
        "endpoint": counted.endpoint,
        "title": counted.title,
        "definition": counted.definition,
        "reported": counted.is_reported,
        "measure": counted.measure,
        "rules": counted.rules or None,
        "withheld": counted.is_withheld,
        "subjects": counted.subjects,
        "lesions": counted.lesions,
        "events": counted.events,
        "competing": counted.competing,
        "censored": dict(counted.censored),
        "answers": dict(counted.answers),
    }


def _lines(summary: EndpointsSummary, out: Path) -> Iterator[str]:
    opened = summary.opened
    state = "" if opened.state == "activated" else f" {opened.state.upper()}"
    yield f"{opened.study.study.title}{state}{' SIMULATED' if summary.origin == 'simulated' else ''}"
    if summary.censoring:
        yield f"censoring by {summary.censoring} in place of the study file's rules, where a rule set says anything"
    for counted in summary.counted:
        name = counted.endpoint if counted.definition == "used" else f"{counted.endpoint} {counted.definition}"
        mark = "" if counted.is_reported else " (not reported)"
        yield f"  {name:<24} {_figures(counted)}{f' by {counted.rules}' if counted.rules else ''}{mark}"
    severities = Counter(finding.severity for finding in summary.findings)
    yield f"tables   {out}"
    yield f"findings {severities['W']} to look at, {severities['I']} for information"


def _figures(counted: Counted) -> str:
    if counted.is_withheld:
        return "withheld, because its rows tell the arm; --by-arm shows them"
    if counted.measure in ("time to event", "restricted mean"):
        competing = f", {counted.competing} competing" if counted.competing else ""
        reasons = ", ".join(f"{number} {reason}" for reason, number in counted.censored.items())
        return f"{counted.subjects} subjects, {counted.events} events{competing}{f', {reasons}' if reasons else ''}"
    if counted.measure == "time to event of lesions":
        competing = f", {counted.competing} competing" if counted.competing else ""
        return f"{counted.lesions} lesions of {counted.subjects} subjects, {counted.events} events{competing}"
    answers = ", ".join(f"{number} {answer}" for answer, number in counted.answers.items())
    return f"{counted.subjects} subjects{f', {answers}' if answers else ''}"


@click.command("endpoints")
@click.argument("study")
@click.option("--data", required=True, type=click.Path(path_type=Path), metavar="DIR", help="The data folder.")
@cutoff_option
@click.option("--out", required=True, type=click.Path(path_type=Path), metavar="DIR", help="New directory to write.")
@click.option("--censoring", metavar="NAME", help="Censoring rule set in place of the study file's: FDA_A and others.")
@click.option("--by-arm", is_flag=True, help="Write arms; without it nothing written tells them.")
@click.option("--json", "as_json", is_flag=True, help="Show the counts as JSON.")
def command(
    *, study: str, data: Path, cutoff: date, out: Path, censoring: str | None, by_arm: bool, as_json: bool
) -> None:
    """Derive every endpoint of STUDY in each of its definitions, one row a subject, and write the tables.

    STUDY is the id of a study that comes with the program, or the path of a study file. Nothing is estimated and no
    report is written; that is the business of run.
    """
    opened = open_study(study)
    summary = derive_trial(opened, data, cutoff=cutoff, out=out, censoring=censoring, by_arm=by_arm, say=say)
    for finding in summary.findings:
        if finding.severity == "W":
            place = " ".join(part for part in (finding.id, finding.where, finding.subject) if part)
            click.echo(f"trialwright: {place}: {finding.text}", err=True)
    if as_json:
        click.echo(json.dumps(_shape(summary, out), indent=2, ensure_ascii=False))
        return
    for line in _lines(summary, out):
        click.echo(line)
