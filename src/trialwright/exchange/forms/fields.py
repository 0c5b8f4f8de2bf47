"""Nouns of the forms: fields, the table rows an answer becomes, sheets."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

__all__ = ["DATE", "FIRST_ROW", "SUBJECT", "Entry", "Field", "Layout", "Sheet"]

SUBJECT = "subject"
"""Key of the column that names the subject."""

DATE = "date"
"""Key of the column that dates the answers of a row."""

FIRST_ROW = 5
"""First row for answers; above it stand title, keys, questions and how to fill."""

FieldKind = Literal["subject", "text", "code", "date", "number"]


@dataclass(frozen=True, slots=True)
class Field:
    """One column of a form.

    Parameters
    ----------
    key : str
        Name a column is known by, such as ``histology`` or ``ca125.unit``.
    ask : str
        Question, at the head of the column.
    hint : str
        How it is filled.
    kind : {"subject", "text", "code", "date", "number"}
        What an answer looks like.
    terms : tuple of (str, str)
        Codes with their labels, offered as a list.
    is_closed : bool, default True
        Whether only the listed codes may be given.

    Examples
    --------
    >>> Field("sex", "Sex", "", "code", (("F", "female"),)).is_closed
    True
    """

    key: str
    ask: str
    hint: str
    kind: FieldKind
    terms: tuple[tuple[str, str], ...] = ()
    is_closed: bool = True


@dataclass(frozen=True, slots=True)
class Entry:
    """A table row that the answers of one form row become.

    Parameters
    ----------
    value : str
        Key of the field that makes the row: without an answer there, and without "not done", there is none.
    domain : str
        Table the row goes to.
    fixed : tuple of (column, text)
        What the row holds whatever is answered.
    parts : tuple of (field key, column)
        Which answer goes to which column; that of `value` first.
    needed : tuple of str
        Keys that must be answered when `value` is.
    undone : str, default ""
        Key of the field that says the fact was not established; empty when the table has no room for that.
    undone_as : tuple of (column, text)
        What the row then holds instead of the value.
    reason_column : str, default ""
        Column for the reason it was not.
    companion : Entry, optional
        A row of another table that is made with this one and linked from it.
    links_to : str, default ""
        Table whose row of the same subject this one belongs to.

    Examples
    --------
    >>> Entry("histology", "FA", (("FATESTCD", "HISTOL"),), (("histology", "FASTRESC"),)).companion is None
    True
    """

    value: str
    domain: str
    fixed: tuple[tuple[str, str], ...]
    parts: tuple[tuple[str, str], ...]
    needed: tuple[str, ...] = ()
    undone: str = ""
    undone_as: tuple[tuple[str, str], ...] = ()
    reason_column: str = ""
    companion: Entry | None = None
    links_to: str = ""

    @property
    def columns(self) -> tuple[str, ...]:
        """Columns the row may fill, without those of its companion."""
        reason = (self.reason_column,) if self.reason_column else ()
        link = ("FALNKID",) if self.companion or self.links_to else ()
        named = [*self.fixed, *((column, "") for _, column in self.parts), *self.undone_as]
        return tuple(dict.fromkeys([*(column for column, _ in named), *reason, *link]))


@dataclass(frozen=True, slots=True)
class Sheet:
    """One sheet of the forms.

    Parameters
    ----------
    title : str
        Name of the sheet.
    about : str
        What it is for, above the form.
    fields : tuple of Field
        Its columns.
    entries : tuple of Entry
        What they become.
    visit : str, default ""
        Visit of the study file; empty for the other sheets.

    Examples
    --------
    >>> Sheet("Subjects", "", (), ()).visit
    ''
    """

    title: str
    about: str
    fields: tuple[Field, ...]
    entries: tuple[Entry, ...]
    visit: str = ""

    @property
    def by_key(self) -> dict[str, Field]:
        """Columns by their keys."""
        return {field.key: field for field in self.fields}


@dataclass(frozen=True, slots=True)
class Layout:
    """All sheets of the forms of a study, subjects first.

    Parameters
    ----------
    sheets : tuple of Sheet
        The sheets.

    Examples
    --------
    >>> Layout(()).domains
    {}
    """

    sheets: tuple[Sheet, ...]

    @property
    def domains(self) -> dict[str, set[str]]:
        """Tables the forms fill, with the columns they may fill."""
        found: dict[str, set[str]] = {}
        for sheet in self.sheets:
            for entry in sheet.entries:
                for one in (entry, *((entry.companion,) if entry.companion else ())):
                    found.setdefault(one.domain, set()).update(one.columns)
        return found
