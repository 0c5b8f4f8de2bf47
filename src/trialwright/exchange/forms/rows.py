"""From the answers of the forms to the rows of tables, each cell of which knows where it was written."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

import polars as pl

from trialwright.exchange.forms.fields import DATE, SUBJECT, Entry, Layout
from trialwright.exchange.forms.findings import form_finding
from trialwright.exchange.forms.read import FormRow
from trialwright.exchange.forms.write import COVER_TITLE
from trialwright.exchange.manifest import MANIFEST_FILE
from trialwright.model.finding import Finding
from trialwright.model.study import Study
from trialwright.model.tables import TABLES

__all__ = ["Filled", "tables_of"]

_WHERE: Final = re.compile(r"(?P<domain>[a-z]{2})\.csv:(?P<line>[0-9]+)")
_NEVER_SHARED: Final = ("DM", "FA", "LB", "QS", "VS")
"""Tables in which every answer is a row of its own."""

_SPEAKS_WHEN_EMPTY: Final = ("AE",)
"""Tables that say "there was none" as soon as they are there; the forms write them only when something was."""


@dataclass(frozen=True, slots=True)
class Filled:
    """The tables that filled forms become.

    Parameters
    ----------
    tables : mapping of str to polars.DataFrame
        Domain to its table, all columns text.
    places : mapping of (str, int) to mapping of str to str
        Domain and line to the sheet and cell each column was written in; ``""`` stands for the row as a whole.
    findings : tuple of Finding
        Rows and answers that cannot be used as they stand.

    Examples
    --------
    >>> Filled({}, {}, ()).placed([])
    ()
    """

    tables: Mapping[str, pl.DataFrame]
    places: Mapping[tuple[str, int], Mapping[str, str]]
    findings: tuple[Finding, ...]

    def placed(self, findings: Sequence[Finding]) -> tuple[Finding, ...]:
        """Findings about the tables, at the sheet and cell they come from.

        Parameters
        ----------
        findings : sequence of Finding
            Findings whose place is a line of a table.

        Returns
        -------
        tuple of Finding
            What does not come from one row keeps its place.
        """
        return tuple(self._placed(finding) for finding in findings)

    def _placed(self, finding: Finding) -> Finding:
        found = _WHERE.fullmatch(finding.where)
        cells = self.places.get((found["domain"].upper(), int(found["line"]))) if found else None
        if cells is None:
            return replace(finding, where=COVER_TITLE) if finding.where == MANIFEST_FILE else finding
        return replace(finding, where=cells.get(finding.column) or cells[""])


@dataclass(slots=True)
class _Row:
    """One table row in the making."""

    domain: str
    subject: str
    cells: dict[str, str]
    places: dict[str, str]
    made_by: str
    seq: int = 0


@dataclass(slots=True)
class _Book:
    """All rows in the making."""

    rows: list[_Row] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    last: dict[tuple[str, str], int] = field(default_factory=dict)
    waiting: list[tuple[_Row, FormRow, str]] = field(default_factory=list)
    alike: dict[tuple[str, str, frozenset[tuple[str, str]]], _Row] = field(default_factory=dict)

    def add(self, row: _Row) -> _Row:
        """Number a row within its subject and table."""
        key = (row.domain, row.subject)
        row.seq = self.last[key] = self.last.get(key, 0) + 1
        self.rows.append(row)
        return row


def tables_of(rows: Sequence[FormRow], layout: Layout, study: Study) -> Filled:
    """Tables of filled forms.

    Parameters
    ----------
    rows : sequence of FormRow
        Filled rows.
    layout : Layout
        The forms.
    study : Study
        The study.

    Returns
    -------
    Filled
        Every table that the forms ask for, with or without rows, so that what was asked and not answered counts as
        missing; adverse events only when there are any, since an empty table of them would say that there were none.

    Notes
    -----
    Rows are numbered within subject and table in the order of the sheets. One date that answers two questions about the
    same thing, such as the last day of the first and of the last treatment of one kind, becomes one row.
    """
    book = _Book()
    for row in rows:
        _take(row, book)
    for waiting, form, domain in book.waiting:
        _link(waiting, form, domain, book)
    arms = {arm.id: arm.label for arm in study.arms}
    tables, places = {}, {}
    for domain, columns in layout.domains.items():
        own = [row for row in book.rows if row.domain == domain]
        if own or domain not in _SPEAKS_WHEN_EMPTY:
            tables[domain] = _table(domain, columns, own, arms)
            places.update({(domain, line): row.places for line, row in enumerate(own, 2)})
    return Filled(tables, places, tuple(book.findings))


def _take(row: FormRow, book: _Book) -> None:
    subject = row.answers.get(SUBJECT)
    if subject is None:
        where = next(iter(row.answers.values())).where
        book.findings.append(form_finding("X08", where, "the row has answers and names no subject"))
        return
    is_undone = False
    for entry in row.sheet.entries:
        made = _made(entry, row, subject.text, book)
        is_undone = is_undone or (bool(entry.reason_column) and entry.undone in row.answers)
        if made is not None and entry.links_to:
            book.waiting.append((made, row, entry.links_to))
    reason = row.answers.get("reason")
    if reason is not None and not is_undone:
        text = "a reason stands here and nothing in the row is marked NOT DONE"
        book.findings.append(form_finding("X05", reason.where, text, subject=subject.text))
    if set(row.answers) <= {SUBJECT, DATE, "reason"} and DATE in row.answers:
        text = "the row has a day and no answers; it is not read"
        book.findings.append(form_finding("X05", row.answers[DATE].where, text, subject=subject.text))


def _made(entry: Entry, row: FormRow, subject: str, book: _Book) -> _Row | None:
    """The table row of one entry; None when nothing was answered."""
    answers = row.answers
    value, undone = answers.get(entry.value), answers.get(entry.undone) if entry.undone else None
    if value is None and undone is None:
        companion = entry.companion.parts if entry.companion else ()
        stray = next((answers[key] for key, _ in (*entry.parts, *companion) if key != DATE and key in answers), None)
        if stray is not None:
            text = f"something belongs to '{entry.value}', which is not answered"
            book.findings.append(form_finding("X06", stray.where, text, subject=subject))
        return None
    if value is not None and undone is not None:
        text = f"'{entry.value}' has an answer and is marked NOT DONE"
        book.findings.append(form_finding("X06", undone.where, text, subject=subject, mend="keep one of the two"))
        return None
    where = (value or undone or answers[SUBJECT]).where
    cells, places = dict(entry.fixed), {"": where, "USUBJID": answers[SUBJECT].where}
    for key, column in entry.parts:
        if key in answers:
            cells[column], places[column] = answers[key].text, answers[key].where
    if undone is not None:
        cells.update(entry.undone_as)
        if entry.reason_column and "reason" in answers:
            cells[entry.reason_column], places[entry.reason_column] = answers["reason"].text, answers["reason"].where
    else:
        _complain(entry, row, subject, where, book)
    made = _Row(entry.domain, subject, cells, places, entry.value)
    return _added(made, entry, row, book)


def _complain(entry: Entry, row: FormRow, subject: str, where: str, book: _Book) -> None:
    """Findings for what an answer lacks."""
    fields = row.sheet.by_key
    for key in entry.needed:
        if key not in row.answers:
            text = f"'{entry.value}' is answered without '{fields[key].ask}'"
            book.findings.append(form_finding("X06", where, text, subject=subject, mend=f"fill the column '{key}'"))
    table = TABLES[entry.domain].by_name
    dated = next((column for key, column in entry.parts if key == DATE), "")
    if dated and DATE not in row.answers and not table[dated].required:
        text = f"'{entry.value}' is answered without a day"
        book.findings.append(form_finding("X07", where, text, subject=subject))


def _added(made: _Row, entry: Entry, row: FormRow, book: _Book) -> _Row:
    if entry.domain not in _NEVER_SHARED:
        other = book.alike.setdefault((made.domain, made.subject, frozenset(made.cells.items())), made)
        if other.made_by != made.made_by:
            return other
    if entry.companion is not None and entry.value in row.answers:
        cells, places = dict(entry.companion.fixed), dict(made.places)
        for key, column in entry.companion.parts:
            if key in row.answers:
                cells[column], places[column] = row.answers[key].text, row.answers[key].where
        event = book.add(_Row(entry.companion.domain, made.subject, cells, places, made.made_by))
        made.cells["FALNKID"] = f"{event.domain}.{event.seq}"
    return book.add(made)


def _link(row: _Row, form: FormRow, domain: str, book: _Book) -> None:
    """Link a row to the one it belongs to: that of the same form row, else the only one of the subject."""
    own = [other for other in book.rows if (other.domain, other.subject) == (domain, row.subject)]
    own = [other for other in own if other.cells.get(f"{domain}OCCUR", "Y") == "Y"]
    here = {answer.where for answer in form.answers.values()}
    beside = [other for other in own if other.places[""] in here]
    chosen = beside or own
    if len(chosen) == 1:
        row.cells["FALNKID"] = f"{domain}.{chosen[0].seq}"


def _table(domain: str, columns: set[str], rows: Sequence[_Row], arms: Mapping[str, str]) -> pl.DataFrame:
    names = [*TABLES[domain].key, *(name for name in TABLES[domain].by_name if name in columns and name != "USUBJID")]
    names += sorted(columns - set(TABLES[domain].by_name))
    if domain == "DM":
        names += ["AGEU", "ARM", "DTHFL"]
    content: dict[str, list[str | None]] = {name: [] for name in dict.fromkeys(names)}
    for row in rows:
        said = {**row.cells, "USUBJID": row.subject, f"{domain}SEQ": str(row.seq)}
        if domain == "DM":
            said |= _following(said, arms)
        for name, column in content.items():
            column.append(said.get(name))
    return pl.DataFrame(content, schema=dict.fromkeys(content, pl.String))


def _following(subject: Mapping[str, str], arms: Mapping[str, str]) -> dict[str, str]:
    """What follows from other answers about a subject without anybody's judgement."""
    found = {}
    if "AGE" in subject:
        found["AGEU"] = "YEARS"
    if subject.get("ARMCD") in arms:
        found["ARM"] = arms[subject["ARMCD"]]
    if "DTHDTC" in subject:
        found["DTHFL"] = "Y"
    return found
