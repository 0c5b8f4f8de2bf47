"""Cells that cannot be read as they stand: which, by which rule, and in which words."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Final

import polars as pl

from trialwright.model.finding import SHOWN_PER_COLUMN, Finding, finding
from trialwright.model.tables import LENGTH_TESTS, Column, Table
from trialwright.units import ALIASES, UNITS

__all__ = [
    "AS_WRITTEN",
    "MISSING_WORDS",
    "WHOLE",
    "Doubt",
    "doubtful_cells",
    "doubts_of",
    "listed",
    "measure_stem",
    "missing_column",
]

AS_WRITTEN: Final = "\0"
"""Behind the name of a code column while a table is typed: its cells before they were folded."""

WHOLE: Final = r"^-?[0-9]{1,18}$"
"""What a whole number looks like."""

MISSING_WORDS: Final = ("NA", "na", "Na", "N/A", "n/a", "N/a", ".", "-", "NULL", "null", "Null")
"""Texts that people and programs write where a cell should be empty."""

_KNOWN_UNITS: Final = sorted({*UNITS, *ALIASES})
_NAMES: Final = ("STUDYID", "USUBJID", "SUBJID", "SITEID")
_ARM_CODES: Final = ("ARMCD", "ACTARMCD")  # never shown: findings are printed where results by arm are not
_LENGTH: Final = r"^[0-9]{1,9}(\.[0-9]+)?$"
_WORD: Final = r"^[A-Za-z][A-Za-z _/-]*$"


@dataclass(frozen=True, slots=True)
class Doubt:
    """A way in which cells of one column can be wrong.

    Parameters
    ----------
    rule : str
        Id of the finding rule.
    column : str
        Column that is looked at.
    mask : polars.Expr
        True for a faulty row.
    text : callable
        Makes the finding's words from the cell.
    on_text : bool, default False
        The mask needs the cells as written; otherwise it looks at the typed table.
    mend : str, default ""
        How to mend it, when the rule's own words do not serve.

    Examples
    --------
    >>> Doubt("V02", "AGE", pl.lit(False), "'{}' is no whole number".format).text("x")
    "'x' is no whole number"
    """

    rule: str
    column: str
    mask: pl.Expr
    text: Callable[[str | None], str]
    on_text: bool = False
    mend: str = ""


def measure_stem(column: str) -> str:
    """Stem of the typed columns of a measure: ``LB`` of ``LBORRES``, otherwise the column's own name.

    Parameters
    ----------
    column : str
        A measure or length column.

    Returns
    -------
    str
        What ``VAL`` and ``CMP`` are put behind.

    Examples
    --------
    >>> measure_stem("LBORRES"), measure_stem("EXDOSE")
    ('LB', 'EXDOSE')
    """
    return column.removesuffix("ORRES") or column


def missing_column(column: Column, table: Table, file: str, there: Iterable[str] = ()) -> Finding:
    """Finding for a required column that a file does not have.

    Parameters
    ----------
    column : Column
        The column.
    table : Table
        Its table.
    file : str
        The file that lacks it.
    there : iterable of str
        Columns that the file has, among which one may be meant.

    Returns
    -------
    Finding
        K01 for a key, K04 for another column.

    Examples
    --------
    >>> missing_column(Column("RSSEQ", "int", True), Table("RS", (), ("USUBJID", "RSSEQ"), None, ""), "rs.csv").id
    'K01'
    """
    rule = "K01" if column.name in table.key else "K04"
    text = f"column {column.name} is missing; a {table.name} table cannot do without it"
    own = {known.name for known in table.columns}
    by_letters = {name.strip().upper(): name for name in there if name not in own}
    near = get_close_matches(column.name, by_letters, n=1, cutoff=0.75)
    meant = f", or rename {by_letters[near[0]]!r}" if near else ""
    mend = f"add the column {column.name} ({column.label}){meant}"
    return finding(rule, f"{file}:1", text, column=column.name, mend=mend)


def doubtful_cells(
    doubts: Iterable[Doubt], text_frame: pl.DataFrame, frame: pl.DataFrame, file: str
) -> Iterator[Finding]:
    """Findings for the cells of a table that cannot be read.

    Parameters
    ----------
    doubts : iterable of Doubt
        What to look for.
    text_frame : polars.DataFrame
        The table as written, with ``LINE``.
    frame : polars.DataFrame
        The same rows typed.
    file : str
        File name.

    Yields
    ------
    Finding
        At most 100 rows for one rule in one column, the rest counted.
    """
    for source, on_text in ((text_frame, True), (frame, False)):
        chosen = [doubt for doubt in doubts if doubt.on_text is on_text]
        if not chosen:
            continue
        counts = source.select(doubt.mask.sum().alias(str(i)) for i, doubt in enumerate(chosen)).row(0)
        for doubt, count in zip(chosen, counts, strict=True):
            if count:
                mask = source.select(doubt.mask.fill_null(False)).to_series()
                subject = pl.col("USUBJID") if "USUBJID" in text_frame.columns else pl.lit("").alias("USUBJID")
                bad = text_frame.filter(mask).head(SHOWN_PER_COLUMN).select("LINE", subject, TEXT=doubt.column)
                yield from listed(doubt.rule, bad, int(count), file, doubt.column, doubt.text, mend=doubt.mend)


def listed(
    rule: str,
    bad: pl.DataFrame,
    count: int,
    file: str,
    column: str,
    text: Callable[[str | None], str],
    *,
    mend: str = "",
) -> Iterator[Finding]:
    """Findings of one rule in one column, a row each, the rest counted in one.

    Parameters
    ----------
    rule : str
        Id of the rule.
    bad : polars.DataFrame
        The rows to list: ``LINE``, ``USUBJID`` and ``TEXT``.
    count : int
        Number of rows in all.
    file, column : str
        Where they stand.
    text : callable
        Makes the finding's words from the cell.
    mend : str, default ""
        How to mend it, when the rule's own words do not serve.

    Yields
    ------
    Finding
        One a row, and one for those that are not listed.

    Examples
    --------
    >>> rows = pl.DataFrame({"LINE": [4], "USUBJID": ["1"], "TEXT": ["abc"]})
    >>> [item.where for item in listed("V02", rows, 3, "lb.csv", "LBORRES", "{} is no number".format)]
    ['lb.csv:4', 'lb.csv']
    """
    for line, subject, cell in bad.select("LINE", "USUBJID", "TEXT").iter_rows():
        yield finding(rule, f"{file}:{line}", text(cell), subject=subject or "", column=column, mend=mend)
    if count > bad.height:
        rest = f"{count - bad.height} more rows have this fault in {column} and are not listed one by one"
        yield finding(rule, file, rest, column=column, mend=mend)


def doubts_of(table: Table, column: Column) -> list[Doubt]:
    """Everything that can be wrong with the cells of one column, seen from its own table.

    Parameters
    ----------
    table : Table
        The table.
    column : Column
        A column of it that the file has.

    Returns
    -------
    list of Doubt
        What to look for, in the order of the rules.

    Examples
    --------
    >>> table = Table("X", (), ("USUBJID",), None, "")
    >>> [doubt.rule for doubt in doubts_of(table, Column("AGE", "int"))]
    ['V02']
    """
    name = column.name
    if name in table.key:
        return [_key_doubt(column)]
    found = list(_empty_doubt(column)) if column.required else []
    cell = pl.col(name)
    if column.kind == "int":
        unread = cell.is_not_null() & ~cell.str.strip_chars().str.contains(WHOLE)
        words, mend = "'{}' is not a whole number".format, "write digits only, or leave the cell empty"
        return [*found, Doubt("V02", name, unread, words, on_text=True, mend=mend)]
    missing_word = cell.is_in(MISSING_WORDS)
    if name not in _NAMES and not name.endswith("TESTCD"):
        words = "'{}' stands where the cell should be empty; it is kept as text".format
        found.append(Doubt("V05", name, missing_word, words, on_text=True))
    if column.kind == "code":
        found.extend(_code_doubts(column, missing_word))
    elif column.kind == "date":
        unread = cell.is_not_null() & pl.col(f"{name.removesuffix('DTC')}LO").is_null() & ~missing_word
        found.append(Doubt("D01", name, unread, "'{}' is not a date that exists".format))
    elif column.kind == "measure":
        found.extend(_measure_doubts(table, column, missing_word))
    elif column.kind == "length":
        found.extend(_length_doubts(column, missing_word))
    return found


def _key_doubt(column: Column) -> Doubt:
    cell = pl.col(column.name)
    if column.kind != "int":
        bad = cell.is_null() | (cell.str.strip_chars() != cell)
        return Doubt(
            "K01",
            column.name,
            bad,
            lambda seen: f"{seen!r} begins or ends with a blank" if seen else "no subject is named",
            on_text=True,
            mend=f"write {column.name} in every row, without blanks around it",
        )
    bad = ~cell.str.strip_chars().str.contains(r"^0*[1-9][0-9]{0,17}$").fill_null(False)
    words = "'{}' is not a sequence number of 1 or more".format
    return Doubt(
        "K01", column.name, bad, lambda seen: words(seen) if seen else "the sequence number is missing", on_text=True
    )


def _empty_doubt(column: Column) -> Iterator[Doubt]:
    empty, words = pl.col(column.name).is_null(), f"{column.label} ({column.name}) is empty"
    if column.kind == "code":
        yield Doubt("C01", column.name, empty, lambda _: f"{words}; the row says nothing", on_text=True)
    elif column.kind == "date":
        yield Doubt("D03", column.name, empty, lambda _: f"{words}; the row cannot be put in order", on_text=True)
    elif not column.name.endswith("ORRESU"):
        needed = f"{words}, and is needed in every row"
        yield Doubt("K04", column.name, empty, lambda _: needed, on_text=True, mend=f"fill in {column.name}")


def _code_doubts(column: Column, missing_word: pl.Expr) -> Iterator[Doubt]:
    cell = pl.col(column.name)
    written = pl.col(f"{column.name}{AS_WRITTEN}")
    shown = "the code" if column.name in _ARM_CODES else "'{}'"
    words = f"{shown} is not written as the list has it; it was read in capitals, without outer blanks".format
    yield Doubt("C02", column.name, (written != cell) & ~written.is_in(MISSING_WORDS), words)
    if column.terms:
        terms = ", ".join(column.terms)
        outside = cell.is_not_null() & ~cell.is_in(column.terms) & ~missing_word
        yield Doubt("C01", column.name, outside, lambda seen: f"'{seen}' is not one of {terms}; the fact is unknown")


def _measure_doubts(table: Table, column: Column, missing_word: pl.Expr) -> Iterator[Doubt]:
    name, cell = column.name, pl.col(column.name)
    value = pl.col(f"{measure_stem(name)}VAL")
    unread = cell.is_not_null() & value.is_null() & ~missing_word
    has_unit_column = bool(column.unit)
    if column.or_text:
        unread = unread & pl.col(column.unit).is_not_null()
    yield Doubt("V02", name, unread, "'{}' cannot be read as a number".format)
    if has_unit_column and not name.endswith(("NRLO", "NRHI")):
        yield from _unit_doubts(column, value.is_not_null() & pl.lit(not column.or_text))


def _unit_doubts(column: Column, needs_unit: pl.Expr, allowed: tuple[str, ...] = ()) -> Iterator[Doubt]:
    unit = pl.col(column.unit)
    outside = unit.is_not_null() & ~unit.is_in(allowed or _KNOWN_UNITS)
    yield Doubt("U01", column.unit, outside, "unit '{}' is not known here".format)
    yield Doubt("U02", column.name, needs_unit & unit.is_null(), "'{}' has no unit".format)


def _length_doubts(column: Column, missing_word: pl.Expr) -> Iterator[Doubt]:
    name, cell, unit = column.name, pl.col(column.name), pl.col(column.unit)
    is_length = pl.col("TRTESTCD").is_in(LENGTH_TESTS) & cell.is_not_null() & ~missing_word
    word = cell.str.strip_chars().str.contains(_WORD)
    told = "'{}' is a word where a length is due; the lesion counts as not evaluable".format
    yield Doubt("C01", name, is_length & word, told, mend="write the length, or say in TRORIG why there is none")
    is_length &= ~word
    plain = cell.str.strip_chars().str.contains(_LENGTH)
    value = pl.col(f"{measure_stem(name)}VAL")
    yield Doubt("V02", name, is_length & ~plain, "'{}' is not a length".format, mend="write a plain number, 0 or more")
    fine = is_length & plain & value.is_null() & unit.is_in(["mm", "cm"])
    yield Doubt("V03", name, fine, "'{}' is finer than a tenth of a millimetre".format)
    yield from _unit_doubts(column, is_length, ("mm", "cm"))
