"""``trialwright subject``: one subject's whole course, with the scans that decided."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict
from datetime import date
from pathlib import Path

import click

from trialwright.cli.run import day_of, say
from trialwright.conduct.studies import open_study
from trialwright.conduct.subject import SubjectFound, subject_course, write_course
from trialwright.report.rule_words import rule_words

__all__ = ["command"]


def _day_or_none(context: click.Context, parameter: click.Parameter, text: str | None) -> date | None:
    return None if text is None else day_of(context, parameter, text)


def _shape(found: SubjectFound) -> dict[str, object]:
    course, dossier = found.course, found.dossier
    return {
        "study": dossier.study.id,
        "version": dossier.study.study.version,
        "state": dossier.state,
        "sha256": dossier.study_sha256,
        "origin": dossier.origin,
        "cutoff": dossier.cutoff,
        "by_arm": dossier.by_arm,
        "subject": course.subject,
        "site": course.site or None,
        "visits": [{**asdict(visit), "why": rule_words(visit.rule)} for visit in course.visits],
        "best": [
            {"series": series, "parameter": code, "response": response, "rule": rule, "why": rule_words(rule)}
            for series, code, response, rule in course.best
        ],
        "events": [asdict(event) for event in course.events],
        "endpoints": [asdict(end) for end in course.endpoints],
        "markers": [
            {"marker": curve.marker, "reason": curve.reason or None, "figures": dict(curve.figures)}
            for curve in course.curves
        ],
        "findings": [{"id": each.id, "where": each.where, "text": each.text} for each in dossier.findings],
        "withheld": list(course.withheld),
    }


def _lines(found: SubjectFound) -> Iterator[str]:
    course, dossier = found.course, found.dossier
    origin = " SIMULATED" if dossier.origin == "simulated" else ""
    state = "" if dossier.state == "activated" else f" {dossier.state.upper()}"
    yield f"{dossier.study.study.title}{state}{origin}"
    yield f"{course.subject} at {course.site or 'an unknown site'}, data up to {dossier.cutoff}"
    for series, code, response, _ in course.best:
        yield f"{'best' if code == 'BOR' else 'confirmed best'} response of {series}: {response}"
    for visit in course.visits:
        mm = "" if visit.sum_mm is None else f"  {visit.sum_mm:.1f} mm"
        said = [f"calculated {visit.calculated}" if visit.calculated else ""]
        said += [f"recorded {visit.recorded}" if visit.recorded else "", "baseline" if visit.is_baseline else ""]
        why = f" ({rule_words(visit.rule)})" if visit.rule else ""
        mark = "  <- decides progression" if visit.decides else ""
        yield f"{visit.day}  {visit.series}{mm}  {', '.join(part for part in said if part)}{why}{mark}"
    for end in course.endpoints:
        if end.reported:
            when = "" if end.day is None else f" on {end.day}, {end.days} days"
            scan = "" if end.scan is None else f", scan of {end.scan}"
            yield f"{end.endpoint}: {end.ending}, {end.answer}{when}{scan}"
    for finding in dossier.findings:
        yield f"{finding.id} {finding.where}: {finding.text}"
    if course.withheld:
        yield f"left out: {'; '.join(course.withheld)}; --by-arm shows them"


@click.command("subject")
@click.argument("study")
@click.argument("subject", metavar="ID")
@click.option("--data", required=True, type=click.Path(path_type=Path), metavar="DIR", help="The data folder.")
@click.option(
    "--cutoff",
    callback=_day_or_none,
    metavar="DATE",
    help="Last day that counts, YYYY-MM-DD; the data's own last day when left out.",
)
@click.option("--out", type=click.Path(path_type=Path), metavar="FILE", help="New HTML page to write.")
@click.option("--force", is_flag=True, help="Replace the page of an earlier call.")
@click.option("--by-arm", is_flag=True, help="Show what tells the arm, too.")
@click.option("--json", "as_json", is_flag=True, help="Show everything as JSON.")
def command(
    *,
    study: str,
    subject: str,
    data: Path,
    cutoff: date | None,
    out: Path | None,
    force: bool,
    by_arm: bool,
    as_json: bool,
) -> None:
    """Show the whole course of the subject ID of STUDY.

    STUDY is the id of a study that comes with the program, or the path of a study file. Every assessment is listed with
    the sum of targets, the response calculated from the lesions, the one recorded, and the rule that decided in plain
    words; every endpoint with its event and the scan behind it. With --out a page with pictures is written.
    """
    found = subject_course(open_study(study), data, subject, cutoff=cutoff, by_arm=by_arm, say=say)
    if out is not None:
        write_course(found, out, force=force)
        say(f"the page stands in {out}")
    if as_json:
        click.echo(json.dumps(_shape(found), indent=2, ensure_ascii=False, default=str))
        return
    for line in _lines(found):
        click.echo(line)
