"""A filled workbook read cell by cell: what a person wrote, and what a spreadsheet made of it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Final
from xml.etree.ElementTree import ParseError
from zipfile import BadZipFile, ZipFile

from openpyxl import load_workbook
from openpyxl.cell.cell import Cell
from openpyxl.utils.exceptions import InvalidFileException
from openpyxl.workbook import Workbook
from openpyxl.worksheet.worksheet import Worksheet

from trialwright.dates import MAX_YEAR, MIN_YEAR
from trialwright.errors import DataError
from trialwright.exchange.forms.fields import SUBJECT, Field, Layout, Sheet
from trialwright.exchange.forms.findings import form_finding
from trialwright.exchange.forms.write import COVER_TITLE
from trialwright.model.finding import Finding

__all__ = ["Answer", "FormRow", "ReadForms", "read_workbook"]

MAX_BYTES: Final = 50_000_000
"""Largest workbook that is read, as it stands on disk."""

MAX_UNPACKED_BYTES: Final = 500_000_000
"""Largest workbook that is read, once unpacked."""

_HEADER_ROWS: Final = 20
_MOST_DIGITS: Final = 15  # a spreadsheet keeps no more
_ISO_DAY: Final = ("yyyy-mm-dd", "yyyy\\-mm\\-dd", 'yyyy"-"mm"-"dd')
_PLAIN: Final = ("General", "@")  # every other format may show something else than is kept
_SECRET: Final = ("ARMCD", "ACTARMCD")  # findings are shown where arms are not


@dataclass(frozen=True, slots=True)
class Answer:
    """What one cell says.

    Parameters
    ----------
    text : str
        As it was written.
    where : str
        Sheet and cell, such as ``Screening!D7``.

    Examples
    --------
    >>> Answer("0012", "Subjects!A5").text
    '0012'
    """

    text: str
    where: str


@dataclass(frozen=True, slots=True)
class FormRow:
    """One filled row of a sheet.

    Parameters
    ----------
    sheet : Sheet
        Its sheet.
    number : int
        Its row.
    answers : dict of str to Answer
        By key of the column; empty cells are left out.

    Examples
    --------
    >>> FormRow(Sheet("Subjects", "", (), ()), 5, {}).number
    5
    """

    sheet: Sheet
    number: int
    answers: dict[str, Answer]


@dataclass(frozen=True, slots=True)
class ReadForms:
    """A workbook as it was read.

    Parameters
    ----------
    rows : tuple of FormRow
        Filled rows, sheet by sheet.
    study, version, sha256 : str
        What its first sheet says of the study it was made for.
    findings : tuple of Finding
        Cells, columns and sheets that cannot be read or are not of the forms.

    Examples
    --------
    >>> ReadForms((), "x", "0.1.0", "", ()).rows
    ()
    """

    rows: tuple[FormRow, ...]
    study: str
    version: str
    sha256: str
    findings: tuple[Finding, ...]


def read_workbook(path: Path, layout: Layout) -> ReadForms:
    """Answers of a filled workbook.

    Parameters
    ----------
    path : Path
        The workbook.
    layout : Layout
        The forms it should hold.

    Returns
    -------
    ReadForms
        Text exactly as it was written. A number or a date that a spreadsheet made of it is taken only where nothing
        can have been lost; every other one is a finding.

    Raises
    ------
    DataError
        If the file is missing, too large or no workbook, or its first sheet does not name a study.
    """
    book = _opened(path)
    about = _about(book, path)
    rows: list[FormRow] = []
    findings: list[Finding] = []
    known = {sheet.title for sheet in layout.sheets}
    findings += [
        form_finding("X05", title, f"sheet '{title}' is not one of the forms; it is not read")
        for title in book.sheetnames
        if title not in known and title not in (COVER_TITLE, "Lists")
    ]
    for sheet in layout.sheets:
        if sheet.title not in book.sheetnames:
            findings.append(form_finding("X04", sheet.title, f"sheet '{sheet.title}' is missing"))
            continue
        page = book[sheet.title]
        if isinstance(page, Worksheet):
            rows.extend(_rows(page, sheet, findings))
    return ReadForms(tuple(rows), about["Study"], about.get("Version", ""), about.get("SHA-256", ""), tuple(findings))


def _opened(path: Path) -> Workbook:
    if path.is_dir() or not path.exists():
        what = "this is a folder" if path.is_dir() else "there is no such file"
        raise DataError(what, where=str(path), mend="name the workbook")
    mend = "save the forms as a workbook in the format .xlsx, without a password"
    size = path.stat().st_size
    if size > MAX_BYTES:
        raise DataError(f"the file holds {size / 1e6:.0f} MB, the limit is {MAX_BYTES / 1e6:.0f} MB", where=str(path))
    try:
        with ZipFile(path) as packed:
            if sum(part.file_size for part in packed.infolist()) > MAX_UNPACKED_BYTES:
                raise DataError("the workbook is too large once unpacked", where=str(path), mend="remove empty rows")
        return load_workbook(path)
    except (BadZipFile, InvalidFileException, KeyError, ValueError, TypeError, ParseError, EOFError) as error:
        raise DataError("this is no workbook that can be read", where=str(path), mend=mend) from error


def _about(book: Workbook, path: Path) -> dict[str, str]:
    page = book[COVER_TITLE] if COVER_TITLE in book.sheetnames else None
    found: dict[str, str] = {}
    if isinstance(page, Worksheet):
        for label, value in page.iter_rows(min_row=1, max_row=_HEADER_ROWS, max_col=2, values_only=True):
            if isinstance(label, str) and isinstance(value, str):
                found.setdefault(label.strip(), value.strip())
    if not found.get("Study"):
        what = f"the sheet '{COVER_TITLE}' does not say which study the forms are of"
        raise DataError(what, where=str(path), mend="use the workbook that trialwright template wrote")
    return found


def _rows(page: Worksheet, sheet: Sheet, findings: list[Finding]) -> Iterator[FormRow]:
    header = next((row for row in range(1, _HEADER_ROWS + 1) if _is_header(page, row)), None)
    if header is None:
        mend = f"bring back the row with the names of the columns; the first is {SUBJECT}"
        findings.append(form_finding("X04", sheet.title, "the row with the names of the columns is missing", mend=mend))
        return
    columns = _columns(page, header, sheet, findings)
    # below the names stand the questions and how to answer them
    for cells in page.iter_rows(min_row=header + 3):
        answers: dict[str, Answer] = {}
        for cell in cells:
            if not isinstance(cell, Cell) or _is_empty(cell.value):
                continue
            where = f"{sheet.title}!{cell.coordinate}"
            field = columns.get(int(cell.column or 0))
            if field is None:
                findings.append(form_finding("X05", where, "the column is not one of the form; the cell is not read"))
                continue
            text = _text(cell, field, where, findings)
            if text is not None:
                answers[field.key] = Answer(text, where)
        if answers:
            yield FormRow(sheet, cells[0].row or 0, answers)


def _is_empty(value: object) -> bool:
    return value is None or (isinstance(value, str) and not value.strip())


def _is_header(page: Worksheet, row: int) -> bool:
    names = [cell.value for cell in page[row]] if row <= (page.max_row or 0) else []
    return SUBJECT in names


def _columns(page: Worksheet, header: int, sheet: Sheet, findings: list[Finding]) -> dict[int, Field]:
    fields, found = sheet.by_key, dict[int, Field]()
    seen: set[str] = set()
    for cell in page[header]:
        key = cell.value.strip() if isinstance(cell.value, str) else ""
        if key in fields and key not in seen:
            found[int(cell.column or 0)] = fields[key]
        elif key and key in seen:
            text = f"the column '{key}' stands twice"
            findings.append(form_finding("X04", f"{sheet.title}!{cell.coordinate}", text, mend="keep one of the two"))
        seen.add(key)
    missing = (key for key in fields if key not in seen)
    findings.extend(form_finding("X04", sheet.title, f"the column '{key}' is missing") for key in missing)
    return found


def _text(cell: Cell, field: Field, where: str, findings: list[Finding]) -> str | None:
    """Text of a cell; None, with a finding, when it is not what was written."""
    value = cell.value
    if cell.data_type in ("s", "inlineStr") and isinstance(value, str):
        return value
    shown = "" if field.key in _SECRET else f" ({value})"
    if cell.data_type in ("f", "e", "b"):
        what = {"f": "a formula", "e": "an error", "b": "a truth value"}[cell.data_type]
        findings.append(form_finding("X03", where, f"the cell holds {what}{shown}, not what the source says"))
        return None
    text = _number(cell, value, field) if isinstance(value, int | float) else _day(cell, field)
    if text is None:
        what = "a number" if isinstance(value, int | float) else "a date"
        findings.append(form_finding("X01", where, f"a spreadsheet made {what} of what was written{shown}"))
        return None
    findings.append(form_finding("X02", where, f"read as {text}" if shown else "read as it stands"))
    return text


def _number(cell: Cell, value: float, field: Field) -> str | None:
    """Shortest text of a number, where a number was due and is shown as it is kept."""
    text = format(Decimal(repr(value)), "f")
    text = text.rstrip("0").rstrip(".") if "." in text else text
    if cell.number_format not in _PLAIN or len(text.lstrip("-0.").replace(".", "")) > _MOST_DIGITS:
        return None
    if field.kind == "number" or text in {code for code, _ in field.terms}:
        return text
    is_year = field.kind == "date" and text.isdigit() and MIN_YEAR <= int(text) <= MAX_YEAR
    return text if is_year else None


def _day(cell: Cell, field: Field) -> str | None:
    """Day of a date cell, where the whole day was shown as it is read.

    The first of a month is not taken: a spreadsheet also makes it of a month whose day is not known.
    """
    value = cell.value
    if field.kind != "date" or not isinstance(value, datetime) or cell.number_format.lower() not in _ISO_DAY:
        return None
    if value.time() != datetime.min.time() or value.day == 1:
        return None
    return value.date().isoformat()
