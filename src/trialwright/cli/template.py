"""``trialwright template``: the forms of a study as a workbook, and a filled one as a data folder."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import click

from trialwright.conduct.forms import FormsRead, read_forms, write_forms
from trialwright.conduct.studies import OpenedStudy, open_study
from trialwright.exchange.forms import Layout
from trialwright.model.finding import Finding

__all__ = ["command"]

_EXIT_FINDINGS: Final = 1
_SHOWN: Final = 200


def _sheets(layout: Layout) -> list[dict[str, object]]:
    return [
        {"sheet": sheet.title, "visit": sheet.visit or None, "columns": [field.key for field in sheet.fields]}
        for sheet in layout.sheets
    ]


def _finding(finding: Finding) -> dict[str, object]:
    return {
        "id": finding.id,
        "severity": finding.severity,
        "where": finding.where,
        "subject": finding.subject or None,
        "column": finding.column or None,
        "text": finding.text,
        "mend": finding.mend,
    }


def _shape(opened: OpenedStudy, forms: Path, layout: Layout, read: FormsRead | None) -> dict[str, object]:
    return {
        "study": opened.study.id,
        "state": opened.state,
        "sha256": opened.sha256,
        "forms": str(forms),
        "sheets": _sheets(layout),
        "out": str(read.out) if read and read.out else None,
        "tables": {name.lower(): frame.height for name, frame in read.tables.items()} if read else None,
        "findings": [_finding(finding) for finding in read.findings] if read else [],
    }


def _written(forms: Path, layout: Layout) -> Iterator[str]:
    for sheet in layout.sheets:
        yield f"sheet    {sheet.title:<24} {len(sheet.fields)} columns"
    yield f"forms    {forms}"


def _read(read: FormsRead) -> Iterator[str]:
    findings = sorted(read.findings, key=lambda finding: "EWI".index(finding.severity))
    for finding in findings[:_SHOWN]:
        who = f"  {finding.subject}" if finding.subject else ""
        yield f"{finding.severity} {finding.id}  {finding.where}{who}: {finding.text} (to mend: {finding.mend})"
    if len(findings) > _SHOWN:
        yield f"and {len(findings) - _SHOWN} more findings; --json lists them all"
    counts = Counter(finding.severity for finding in findings)
    yield f"findings {counts['E']} to correct, {counts['W']} to look at, {counts['I']} for information"
    if read.out is None:
        yield "data     not written; correct the cells and read the forms again"
        return
    rows = ", ".join(f"{name.lower()} {frame.height}" for name, frame in read.tables.items())
    yield f"data     {read.out} ({rows})"


@click.command("template")
@click.argument("study")
@click.option("--out", required=True, type=click.Path(path_type=Path), metavar="PATH", help="Workbook, or new folder.")
@click.option("--read", "forms", type=click.Path(path_type=Path), metavar="FILE", help="Filled workbook to read.")
@click.option("--force", is_flag=True, help="Replace a workbook that stands there.")
@click.option("--json", "as_json", is_flag=True, help="Show everything as JSON.")
@click.pass_context
def command(ctx: click.Context, *, study: str, out: Path, forms: Path | None, force: bool, as_json: bool) -> None:
    """Write the forms of STUDY as a workbook, or read a filled one.

    Without --read, --out names the workbook: one sheet a visit, one for subjects, one for what belongs to no visit.
    With --read, --out names a new data folder made from the filled workbook; what is wrong is listed by sheet and cell,
    and then nothing is written and the exit code is 1.
    """
    opened = open_study(study)
    if forms is None:
        layout, read = write_forms(opened, out, replaces=force), None
        lines = _written(out, layout)
    else:
        if force:
            raise click.UsageError("--force replaces a workbook, never a data folder", ctx)
        read = read_forms(opened, forms, out)
        layout, lines = read.layout, _read(read)
    if as_json:
        click.echo(json.dumps(_shape(opened, forms or out, layout, read), indent=2, ensure_ascii=False))
    else:
        for line in lines:
            click.echo(line)
    if read is not None and not read.is_written:
        ctx.exit(_EXIT_FINDINGS)
