"""Text cells made exact: which expressions type a column, and which cells cannot be read.

Nothing is rounded and no row is dropped: a cell that cannot be read stays as text, its typed columns are empty and a
finding names it.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Final

import polars as pl

from trialwright.dates import MAX_YEAR, MIN_YEAR
from trialwright.model.doubts import AS_WRITTEN, WHOLE, Doubt, doubtful_cells, doubts_of, measure_stem, missing_column
from trialwright.model.finding import Finding
from trialwright.model.tables import LENGTH_TESTS, Column, Table

__all__ = ["TERM", "typed", "typed_schema"]

DECIMAL: Final = pl.Decimal(38, 6)
TERM: Final = pl.Categorical()
"""Type of a column of few terms that stand in very many rows."""
_WRITTEN: Final[Mapping[str, pl.DataType]] = {"int": pl.Int64(), "code": TERM}
_MEASURE: Final = r"^(<=|>=|<|>)?\s*-?[0-9]+(\.[0-9]{1,6})?$"
_COMPARATOR: Final = r"^(<=|>=|<|>)"
_DATE: Final = (
    r"^[0-9]{4}(-[0-9]{2}(-[0-9]{2}"
    r"(T([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9](\.[0-9]{1,6})?)?(Z|[+-][0-9]{2}:[0-9]{2})?)?)?)?$"
)


@dataclass(frozen=True, slots=True)
class _Plan:
    """Expressions for one table with a given set of columns."""

    missing: tuple[Column, ...]
    steps: tuple[tuple[pl.Expr, ...], ...]
    dates: tuple[str, ...]
    doubts: tuple[Doubt, ...]
    order: tuple[str, ...]


def _derived_columns(column: Column) -> dict[str, pl.DataType]:
    if column.kind == "date":
        stem = column.name.removesuffix("DTC")
        return {f"{stem}LO": pl.Date(), f"{stem}HI": pl.Date(), f"{stem}PREC": TERM}
    if column.kind == "measure":
        stem = measure_stem(column.name)
        return {f"{stem}VAL": DECIMAL, f"{stem}CMP": TERM}
    if column.kind == "length":
        return {f"{measure_stem(column.name)}VAL": pl.Int64()}
    return {}


@cache
def typed_schema(table: Table) -> dict[str, pl.DataType]:
    """Columns and types of a table once its text is typed.

    Parameters
    ----------
    table : Table
        A table of the data folder.

    Returns
    -------
    dict of str to polars.DataType
        Every declared column, its typed columns behind it, ``LINE`` last.

    Examples
    --------
    >>> from trialwright.model.tables import TABLES
    >>> list(typed_schema(TABLES["SS"]))[-5:]
    ['SSDTC', 'SSLO', 'SSHI', 'SSPREC', 'LINE']
    """
    schema: dict[str, pl.DataType] = {}
    for column in table.columns:
        schema[column.name] = _WRITTEN.get(column.kind, pl.String())
        schema.update(_derived_columns(column))
    return {**schema, "LINE": pl.UInt32()}


def typed(table: Table, text_frame: pl.DataFrame, file: str) -> tuple[pl.DataFrame, list[Finding]]:
    """Return a table with exact values beside its text, and what could not be read.

    Parameters
    ----------
    table : Table
        Declaration of the table.
    text_frame : polars.DataFrame
        Text columns, empty cells null. A column ``LINE`` may hold each row's line in the file; otherwise lines are
        counted from 2.
    file : str
        File name for the findings.

    Returns
    -------
    frame : polars.DataFrame
        Every declared column (null when the file has none), typed columns behind their text, further columns of the
        file, and ``LINE``.
    findings : list of Finding
        Missing columns and unreadable cells; at most 100 rows are listed for one rule in one column, the rest counted.

    Notes
    -----
    Codes are read in capitals without outer blanks (C02 tells); their columns are categorical, each term held once.
    Dates get ``LO``, ``HI`` and ``PREC``; measures ``VAL`` (38 digits, six decimals) and ``CMP``; lengths ``VAL`` in
    tenths of a millimetre.

    Examples
    --------
    >>> from trialwright.model.tables import TABLES
    >>> text = pl.DataFrame(
    ...     {
    ...         "USUBJID": ["1"],
    ...         "LBSEQ": ["1"],
    ...         "LBTESTCD": ["CA125"],
    ...         "LBORRES": ["<5"],
    ...         "LBORRESU": ["U/mL"],
    ...         "LBDTC": ["2026-03"],
    ...     }
    ... )
    >>> frame, findings = typed(TABLES["LB"], text, "lb.csv")
    >>> frame.select("LBVAL", "LBCMP", "LBHI").row(0), findings
    ((Decimal('5.000000'), '<', datetime.date(2026, 3, 31)), [])
    """
    plan = _plan(table, tuple(text_frame.columns))
    frame = text_frame
    if "LINE" not in frame.columns:
        frame = frame.with_row_index("LINE", offset=2)
    for step in plan.steps:
        frame = frame.with_columns(step)
    for name in plan.dates:
        frame = _with_bounds(frame, name)
    findings = [missing_column(column, table, file, text_frame.columns) for column in plan.missing]
    if not frame.is_empty():
        lines = frame.get_column("LINE")
        findings.extend(doubtful_cells(plan.doubts, text_frame.with_columns(lines), frame, file))
    terms = [name for name, kind in typed_schema(table).items() if kind == TERM]
    return _held_once(frame.select(plan.order).cast(dict.fromkeys(terms, TERM)), text_frame.columns), findings


def _held_once(frame: pl.DataFrame, filled: Collection[str]) -> pl.DataFrame:
    """The same table, with columns that say the same in every row held as one cell."""
    names = [name for name, kind in frame.schema.items() if name in filled and kind in (pl.String, TERM)]
    first, last = frame.head(1), frame.tail(1)
    names = [name for name in names if frame.height and first[name].equals(last[name])]
    same = frame.select(pl.col(name).eq_missing(pl.col(name).first()).all() for name in names)
    return frame.with_columns(
        pl.lit(first[name].item(), frame.schema[name]).alias(name) for name in names if same[name].item()
    )


@cache
def _plan(table: Table, present: tuple[str, ...]) -> _Plan:
    here = set(present)
    missing = tuple(column for column in table.columns if column.required and column.name not in here)
    absent = tuple(pl.lit(None, pl.String).alias(column.name) for column in table.columns if column.name not in here)
    first: list[pl.Expr] = []
    second: list[pl.Expr] = []
    doubts: list[Doubt] = []
    for column in table.columns:
        if column.name not in here:
            second.extend(pl.lit(None, dtype).alias(name) for name, dtype in _derived_columns(column).items())
            if column.kind == "int":
                second.append(pl.lit(None, pl.Int64).alias(column.name))
            continue
        own_first, own_second = _steps(column)
        first.extend(own_first)
        second.extend(own_second)
        doubts.extend(doubts_of(table, column))
    extras = [name for name in present if name not in table.by_name and name not in ("LINE", "TEXT")]
    order = tuple(name for name in typed_schema(table) if name != "LINE")
    steps = tuple(tuple(step) for step in ((*absent, *first), second) if step)
    dates = tuple(column.name for column in table.columns if column.kind == "date" and column.name in here)
    return _Plan(
        missing, steps, dates, tuple(doubts), (*order, *(name for name in extras if name not in order), "LINE")
    )


def _steps(column: Column) -> tuple[list[pl.Expr], list[pl.Expr]]:
    """Expressions for one column, in the two passes a table is typed in (the second sees the first)."""
    name, text = column.name, pl.col(column.name)
    if column.kind == "code":
        return [text.alias(f"{name}{AS_WRITTEN}"), text.str.strip_chars().str.to_uppercase()], []
    if column.kind == "int":
        bare = text.str.strip_chars()
        return [], [pl.when(bare.str.contains(WHOLE)).then(bare).cast(pl.Int64, strict=False).alias(name)]
    if column.kind == "measure":
        return [], _measured(name)
    if column.kind == "length":
        return [], [_tenths_of_mm(name, column.unit)]
    return [], []


def _with_bounds(frame: pl.DataFrame, name: str) -> pl.DataFrame:
    """Put the bounds and precision of a date beside its text; a text that stands in many rows is read once."""
    text = frame.select(name)
    read = text.unique().with_columns(_earliest(name)).with_columns(_from_earliest(name))
    return frame.hstack(text.join(read, on=name, how="left", maintain_order="left", nulls_equal=True).drop(name))


def _earliest(name: str) -> pl.Expr:
    text = pl.col(name).str.strip_chars()
    size = text.str.len_bytes()
    first = pl.when(size == 7).then(text + "-01").when(size == 4).then(text + "-01-01").otherwise(text.str.head(10))
    day = first.str.to_date("%Y-%m-%d", strict=False)
    readable = text.str.contains(_DATE) & day.dt.year().is_between(MIN_YEAR, MAX_YEAR)
    return pl.when(readable).then(day).alias(f"{name.removesuffix('DTC')}LO")


def _from_earliest(name: str) -> list[pl.Expr]:
    stem = name.removesuffix("DTC")
    low = pl.col(f"{stem}LO")
    size = pl.when(low.is_not_null()).then(pl.col(name).str.strip_chars().str.len_bytes())
    high = (
        pl.when(size == 4).then(pl.date(low.dt.year(), 12, 31)).when(size == 7).then(low.dt.month_end()).otherwise(low)
    )
    precision = (
        pl.when(size == 10).then(pl.lit("D")).when(size == 7).then(pl.lit("M")).when(size == 4).then(pl.lit("Y"))
        .when(size > 10).then(pl.lit("T"))
    )  # fmt: skip
    return [high.alias(f"{stem}HI"), precision.alias(f"{stem}PREC")]


def _measured(name: str) -> list[pl.Expr]:
    stem, text = measure_stem(name), pl.col(name).str.strip_chars()
    readable = text.str.contains(_MEASURE)
    number = text.str.strip_chars_start("<>= \t").cast(DECIMAL, strict=False)
    comparator = text.str.extract(_COMPARATOR, 1).fill_null("")
    return [
        pl.when(readable).then(number).alias(f"{stem}VAL"),
        pl.when(readable & number.is_not_null()).then(comparator).alias(f"{stem}CMP"),
    ]


def _length_in_mm(name: str, unit: str) -> pl.Expr:
    bare = pl.col(name).str.strip_chars()
    number = pl.when(bare.str.contains(r"^[0-9]{1,9}(\.[0-9]{1,6})?$")).then(bare).cast(DECIMAL, strict=False)
    return pl.when(pl.col(unit) == "cm").then(number * 10).when(pl.col(unit) == "mm").then(number)


def _tenths_of_mm(name: str, unit: str) -> pl.Expr:
    tenths = _length_in_mm(name, unit) * 10
    whole = tenths.cast(pl.Int64, strict=False)
    is_length = pl.col("TRTESTCD").is_in(LENGTH_TESTS)
    return pl.when(is_length & (whole.cast(DECIMAL) == tenths)).then(whole).alias(f"{measure_stem(name)}VAL")
