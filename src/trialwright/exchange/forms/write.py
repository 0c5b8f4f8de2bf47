"""The forms as a workbook: text cells, lists to choose from, and a page that says how to fill them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from openpyxl import Workbook
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE, Cell
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter, quote_sheetname
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet

from trialwright.errors import StudyError
from trialwright.exchange.forms.fields import FIRST_ROW, SUBJECT, Field, Layout, Sheet

__all__ = ["COVER_TITLE", "KEY_ROW", "Cover", "write_workbook"]

COVER_TITLE: Final = "Read me"
"""Name of the first sheet."""

KEY_ROW: Final = 2
"""Row that holds the keys of the columns."""

_LISTS: Final = "Lists"
_LAST_ROW: Final = 5000
_TEXT: Final = "@"
_HEAD = PatternFill("solid", fgColor="E8EEF2")
_GREY = Font(size=8, color="808080")
_WRAPPED = Alignment(wrap_text=True, vertical="top")
_HOW: Final = """
One sheet a visit, one row a subject and day. Begin with the sheet Subjects; the other sheets offer the subjects named
there.

Row 1 says when the visit is due, row 2 holds names that must not be changed, row 3 asks, row 4 says how to answer.
Answers begin in row 5.

Every cell is text. Write what the source says: 0012 stays 0012, <5 stays <5.

Write a date as 2026-03-18. Where only a part is known, write that part: 2026-03 or 2026. Never write 01 for a day that
is not known.

Leave a cell empty when the answer is not known yet. Choose NOT DONE beside it when there will be none, and say why in
the last column. Empty is not no, not zero and not normal.

A number needs its unit: choose it beside the number. The upper limit is the one printed beside this very result.

Some questions may be answered by one role only; the column Answered by says who did.

Where several answers may be given, use a row for each. The same holds for what was established on another day.

Do not rename sheets and do not change row 2. Columns may be moved; sheets that are not needed may stay empty.

Paste values without their format, so that a spreadsheet does not turn 2026-03 into a day or 0012 into 12. What it
turned nevertheless is refused by sheet and cell, and not guessed.
"""


@dataclass(frozen=True, slots=True)
class Cover:
    """What the first sheet says of the study.

    Parameters
    ----------
    study, title, version : str
        Id, title and version of the study.
    sha256 : str
        Hash of the study file the forms were made from.
    state : str
        Draft, confirmed or activated.
    program : str
        Program and version.

    Examples
    --------
    >>> Cover("x", "X", "0.1.0", "", "draft", "trialwright 0").state
    'draft'
    """

    study: str
    title: str
    version: str
    sha256: str
    state: str
    program: str

    @property
    def rows(self) -> tuple[tuple[str, str], ...]:
        """Label and value, as they stand on the sheet."""
        return (
            ("Study", self.study),
            ("Title", self.title),
            ("Version", self.version),
            ("SHA-256", self.sha256),
            ("State", self.state.upper()),
            ("Made by", self.program),
        )


def write_workbook(layout: Layout, cover: Cover, path: Path) -> None:
    """Write the forms of a study.

    Parameters
    ----------
    layout : Layout
        Sheets and columns.
    cover : Cover
        What the first sheet says.
    path : Path
        File to write.

    Raises
    ------
    StudyError
        If a question or a code of the study holds a character that a workbook cannot.
    """
    book = Workbook()
    first = book.active
    if not isinstance(first, Worksheet):
        raise TypeError("a new workbook begins with a worksheet")
    _cover(first, cover)
    lists = _Lists(book.create_sheet(_LISTS))
    for sheet in layout.sheets:
        _form(book.create_sheet(sheet.title, len(book.sheetnames) - 1), sheet, lists, layout.sheets[0].title)
    lists.sheet.sheet_state = "hidden"
    book.save(path)


def _put(cell: Cell, text: str) -> None:
    """Put text into a cell, never a formula, a number or a date."""
    bad = ILLEGAL_CHARACTERS_RE.search(text)
    if bad:
        what = f"{text[: bad.start()]!r} goes on with a character that a workbook cannot hold"
        raise StudyError(what, where=cell.coordinate, mend="remove the control character from the study file")
    cell.value = text
    cell.data_type = "s"
    cell.number_format = _TEXT


def _cover(sheet: Worksheet, cover: Cover) -> None:
    sheet.title = COVER_TITLE
    for number, (label, value) in enumerate(cover.rows, 1):
        _put(_at(sheet, number, 1), label)
        _put(_at(sheet, number, 2), value)
        _at(sheet, number, 1).font = Font(bold=True)
    for number, text in enumerate(_HOW.split("\n\n"), len(cover.rows) + 2):
        _put(_at(sheet, number, 1), str(number - len(cover.rows) - 1))
        _put(_at(sheet, number, 2), " ".join(text.split()))
        _at(sheet, number, 2).alignment = _WRAPPED
    sheet.column_dimensions["A"].width = 12
    sheet.column_dimensions["B"].width = 110


def _at(sheet: Worksheet, row: int, column: int) -> Cell:
    cell = sheet.cell(row, column)
    if not isinstance(cell, Cell):
        raise TypeError("a new sheet has no merged cells")
    return cell


class _Lists:
    """The sheet that holds what can be chosen, a column a list."""

    def __init__(self, sheet: Worksheet) -> None:
        self.sheet = sheet
        self._places: dict[tuple[str, ...], str] = {}

    def place(self, codes: tuple[str, ...]) -> str:
        """Range of a list; the same list stands there once."""
        if codes not in self._places:
            column = len(self._places) + 1
            for row, code in enumerate(codes, 1):
                _put(_at(self.sheet, row, column), code)
            letter = get_column_letter(column)
            self._places[codes] = f"{_LISTS}!${letter}$1:${letter}${len(codes)}"
        return self._places[codes]


def _form(page: Worksheet, sheet: Sheet, lists: _Lists, subjects: str) -> None:
    _put(_at(page, 1, 1), f"{sheet.title}: {sheet.about}")
    _at(page, 1, 1).font = Font(bold=True)
    for column, field in enumerate(sheet.fields, 1):
        _column(page, column, field)
        validation = _choice(field, lists, subjects, own=sheet.title == subjects)
        if validation is not None:
            letter = get_column_letter(column)
            validation.add(f"{letter}{FIRST_ROW}:{letter}{_LAST_ROW}")
            page.add_data_validation(validation)
    page.row_dimensions[3].height = 62
    page.row_dimensions[4].height = 62
    page.freeze_panes = f"{'B' if sheet.title == subjects else 'C'}{FIRST_ROW}"


def _column(page: Worksheet, column: int, field: Field) -> None:
    for row, text in zip(range(KEY_ROW, FIRST_ROW), (field.key, field.ask, field.hint), strict=True):
        cell = _at(page, row, column)
        _put(cell, text)
        cell.alignment, cell.fill = _WRAPPED, _HEAD
        cell.font = Font(bold=True) if row == KEY_ROW + 1 else _GREY
    dimension = page.column_dimensions[get_column_letter(column)]
    # the style of the whole column, so that what is typed below stays text
    dimension.number_format = _TEXT
    dimension.width = 16 if field.kind in ("date", "number", "subject") or field.key.endswith(".undone") else 24


def _choice(field: Field, lists: _Lists, subjects: str, *, own: bool) -> DataValidation | None:
    if field.key == SUBJECT and not own:
        formula = f"{quote_sheetname(subjects)}!$A${FIRST_ROW}:$A${_LAST_ROW}"
        return _validation(formula, field, closed=False)
    if not field.terms:
        return None
    return _validation(lists.place(tuple(code for code, _ in field.terms)), field, closed=field.is_closed)


def _validation(formula: str, field: Field, *, closed: bool) -> DataValidation:
    found = DataValidation(type="list", formula1=formula, allow_blank=True, showErrorMessage=True)
    found.errorStyle = "stop" if closed else "warning"
    found.errorTitle = "Not on the list"
    found.error = "Choose one of the list." if closed else "This is not on the list. Keep it nevertheless?"
    labelled = list(_labelled(field))
    if labelled:
        found.showInputMessage = True
        found.promptTitle = field.ask[:32]
        found.prompt = "\n".join(labelled)[:255]
    return found


def _labelled(field: Field) -> Iterator[str]:
    return (f"{code}: {label}" for code, label in field.terms if label)
