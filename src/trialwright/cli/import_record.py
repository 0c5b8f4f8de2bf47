"""``trialwright import``: a registry record read, and a draft study file made of it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Final

import click

from trialwright.conduct.author import Imported, import_record
from trialwright.dates import CalendarInterval, PartialDate
from trialwright.model.record import NOTES, Absent, RecordValue

__all__ = ["command"]


_LARGE_BYTES: Final = 5_000_000
"""Size beyond which reading takes more than a moment."""


def _value(value: RecordValue) -> dict[str, object]:
    match value:
        case Absent():
            return {"kind": "absent", "reason": value.reason}
        case PartialDate():
            return {"kind": "date", "text": value.text, "low": value.low.isoformat(), "high": value.high.isoformat()}
        case CalendarInterval():
            return {"kind": "interval", "amount": value.amount, "unit": value.unit}
        case bool():
            return {"kind": "flag", "value": value}
        case int():
            return {"kind": "number", "value": value}
        case Decimal():
            return {"kind": "decimal", "value": str(value)}
        case _:
            return {"kind": "text", "value": value}


def _shape(imported: Imported) -> dict[str, object]:
    record = imported.record
    return {
        "id": record.id,
        "registry": record.registry,
        "format": record.format,
        "sha256": record.sha256,
        "counts": {"read": record.counts.read, "extra": record.counts.extra, "dropped": record.counts.dropped},
        "statements": [
            {
                "address": statement.address,
                "text": statement.text,
                "value": _value(statement.value),
                "span": [statement.span.offset, statement.span.length],
                "path": statement.path,
                "under": statement.under or None,
                "lost_signs": list(statement.lost_signs),
            }
            for statement in record.statements.values()
        ],
        "extra": [
            {"path": kept.path, "value": str(kept.value) if isinstance(kept.value, Decimal) else kept.value}
            for kept in record.extra
        ],
        "dropped": list(record.dropped),
        "notes": [{"id": note.id, "about": note.about, "text": note.text} for note in record.notes],
        "draft": str(imported.out) if imported.out else None,
        "open_points": [{"id": point.id, "about": point.about, "ask": point.ask} for point in imported.open_points],
    }


def _shown(text: str) -> str:
    """Text without signs that would steer a terminal."""
    return "".join(letter if letter.isprintable() else " " for letter in text)


def _lines(imported: Imported) -> Iterator[str]:
    record = imported.record
    counts = record.counts
    yield f"{record.id}  {record.registry}  {record.format}  {record.sha256[:12]}"
    went = f"{counts.read} read, {counts.extra} kept without an address, {counts.dropped} dropped"
    yield f"values   {counts.whole}: {went}"
    yield from (f"dropped  {path}" for path in record.dropped)
    yield from (f"note     {note.about}: {NOTES[note.id]} ({_shown(note.text)})" for note in record.notes)
    asked = f"{len(imported.open_points)} open points"
    yield f"draft    {imported.out}, {asked}" if imported.out else f"draft    not written, {asked}; -o FILE writes it"


@click.command("import")
@click.argument("record", type=click.Path(path_type=Path))
@click.option("-o", "--out", type=click.Path(path_type=Path), metavar="FILE", help="Draft study file to write.")
@click.option("--id", "number", metavar="NUMBER", help="Registry number, for a file that holds several records.")
@click.option("--force", is_flag=True, help="Replace the file that stands there.")
@click.option("--json", "as_json", is_flag=True, help="Show everything that was read as JSON.")
def command(*, record: Path, out: Path | None, number: str | None, force: bool, as_json: bool) -> None:
    """Read RECORD and make a draft study file of it.

    RECORD is JSON of the ClinicalTrials.gov API, version 2 (a study, a page of a search, a list), or a page of a mirror
    saved as text. Contacts of persons are dropped and listed by their place. What the record does not say becomes an
    open point of the draft.
    """
    if record.is_file() and record.stat().st_size > _LARGE_BYTES:
        click.echo(f"trialwright: reading {record.name}, which is large", err=True)
    imported = import_record(record, out=out, number=number, replace=force)
    if as_json:
        click.echo(json.dumps(_shape(imported), indent=2, ensure_ascii=False))
        return
    for line in _lines(imported):
        click.echo(line)
