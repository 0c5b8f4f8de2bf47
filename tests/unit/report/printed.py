"""A printed table, read back by its row headings."""

from __future__ import annotations

from trialwright.report.table import Table


def rows(table: Table | None) -> dict[str, list[str]]:
    assert table is not None
    found: dict[str, list[str]] = {}
    group = ""
    for row in table.rows:
        group = row.head.text if not row.cells else group
        key = f"{group}/{row.head.text}" if row.level else row.head.text
        found[key] = [cell.text for cell in row.cells]
    return found
