"""``trialwright lint``: what keeps a study file from loading, and what it leaves open."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import click

from trialwright.conduct.lint import LintReport, PlacedFinding, lint_study

__all__ = ["command"]

_EXIT_ERRORS: Final = 1
_SEVERITIES: Final = ("error", "warning", "info")


def _counts(report: LintReport) -> dict[str, int]:
    found = Counter(placed.finding.severity for placed in report.findings)
    found["error"] += len(report.problems)
    return {severity: found[severity] for severity in _SEVERITIES}


def _finding(placed: PlacedFinding) -> dict[str, object]:
    finding = placed.finding
    return {
        "rule": finding.rule,
        "severity": finding.severity,
        "line": placed.line,
        "column": placed.column,
        "path": finding.path,
        "text": finding.text,
        "mend": finding.mend,
    }


def _shape(report: LintReport) -> dict[str, object]:
    opened = report.opened
    return {
        "file": str(report.path),
        "study": opened.study.id if opened else None,
        "version": opened.study.study.version if opened else None,
        "state": opened.state if opened else None,
        "sha256": opened.sha256 if opened else None,
        "problems": [problem.to_dict() for problem in report.problems],
        "findings": [_finding(placed) for placed in report.findings],
        "record": report.record_id,
        "unchecked_claims": report.unchecked_claims,
        "counts": _counts(report),
    }


def _lines(report: LintReport) -> Iterator[str]:
    name = report.path.name
    yield from (f"error  {problem}" for problem in report.problems)
    for placed in report.findings:
        finding = placed.finding
        yield f"{finding.severity}  {name}:{placed.line}:{placed.column}  {finding.path}  {finding.text}"
        yield f"    {finding.rule}: {finding.mend}"
    counts = _counts(report)
    tally = f"{counts['error']} to mend, {counts['warning']} to look at, {counts['info']} for information"
    if report.opened is None:
        yield f"{name} cannot be loaded: {tally}"
    else:
        if report.record_id:
            yield f"{report.claims} claims about the registry record are all found in {report.record_id}"
        else:
            yield f"{report.claims} claims about the registry record are unchecked: --record FILE looks them up"
        yield f"{report.opened.study.id} {report.opened.state.upper()}: {tally}"


@click.command("lint")
@click.argument("study")
@click.option("--record", type=click.Path(path_type=Path), metavar="FILE", help="Look claims up in this record.")
@click.option("--json", "as_json", is_flag=True, help="Show everything as JSON.")
@click.pass_context
def command(ctx: click.Context, *, study: str, record: Path | None, as_json: bool) -> None:
    """Check STUDY and list what it leaves open.

    STUDY is the path of a study file, or the id of a study that comes with the program. A file that cannot be loaded
    lists every problem at once. FILE is the trial's registry record, as the import command reads it. The exit code is
    1 when there is anything to mend, 0 otherwise.
    """
    report = lint_study(study, record=record)
    if as_json:
        click.echo(json.dumps(_shape(report), indent=2, ensure_ascii=False))
    else:
        for line in _lines(report):
            click.echo(line)
    if report.has_errors:
        ctx.exit(_EXIT_ERRORS)
