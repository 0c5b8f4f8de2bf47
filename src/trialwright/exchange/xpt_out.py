"""SAS transport files, version 5: what they cannot hold is refused before anything is written, the rest is listed."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import polars as pl
import pyreadstat

from trialwright.errors import DataError
from trialwright.exchange.adam_table import MAX_NAME, AnalysisTable, Variable, byte_length

__all__ = ["MAX_LABEL_BYTES", "MAX_TEXT_BYTES", "write_xpt", "xpt_changes", "xpt_refusals"]

MAX_LABEL_BYTES: Final = 40
MAX_TEXT_BYTES: Final = 200
_NAME: Final = re.compile("[A-Z_][A-Z0-9_]*")
_MOST: Final = 9e74  # the format holds 7.2e75, the library that writes it saturates below 1e75
_LEAST: Final = 5.4e-79
_MAX_WHOLE: Final = 2**53


def xpt_refusals(table: AnalysisTable) -> tuple[str, ...]:
    """What a transport file cannot hold of a dataset.

    Parameters
    ----------
    table : AnalysisTable
        The dataset.

    Returns
    -------
    tuple of str
        One line a fault: names above 8 bytes, labels above 40, text above 200 or with a blank at its end, numbers that
        are no finite IBM double; nothing when it can be written whole.

    References
    ----------
    SAS Institute, TS-140, record layout of a data set in SAS transport (XPORT) format.

    Examples
    --------
    >>> rows = pl.DataFrame({"NOTE": ["x" * 201]})
    >>> xpt_refusals(AnalysisTable("ADTTE", "Times", (Variable("NOTE", "Note"),), ("NOTE",), rows))
    ('ADTTE.NOTE: a text of 201 bytes stands in row 1, 200 is the most',)
    """
    faults = list(_named(table.name, table.label, table.name))
    for variable in table.variables:
        place = f"{table.name}.{variable.name}"
        faults.extend(_named(variable.name, variable.label, place))
        faults.extend(_held(table.frame[variable.name], variable, place))
    return tuple(faults)


def _named(name: str, label: str, place: str) -> Iterator[str]:
    if len(name.encode()) > MAX_NAME:
        yield f"{place}: the name has {len(name.encode())} bytes, {MAX_NAME} is the most"
    elif not _NAME.fullmatch(name):
        yield f"{place}: the name must be of capitals, digits and underscores"
    if len(label.encode()) > MAX_LABEL_BYTES:
        yield f"{place}: the label has {len(label.encode())} bytes, {MAX_LABEL_BYTES} is the most"


def _held(values: pl.Series, variable: Variable, place: str) -> Iterator[str]:
    if variable.type == "text":
        size = byte_length(values)
        if size > MAX_TEXT_BYTES:
            row = (values.str.len_bytes() == size).arg_max()
            yield f"{place}: a text of {size} bytes stands in row {(row or 0) + 1}, {MAX_TEXT_BYTES} is the most"
        if values.str.ends_with(" ").any():
            yield f"{place}: a text ends with a blank, which would be lost"
        if values.str.contains("\0", literal=True).any():
            yield f"{place}: a text holds a NUL"
    elif variable.type in ("integer", "float"):
        number = values.cast(pl.Float64).drop_nulls()
        size_ok = number.is_finite() & ((number == 0) | number.abs().is_between(_LEAST, _MOST))
        if not size_ok.all():
            yield f"{place}: a number is not finite, or beyond what 8 bytes hold"
        if variable.type == "integer" and (values.abs() > _MAX_WHOLE).any():
            yield f"{place}: a whole number above {_MAX_WHOLE} would lose digits"


def xpt_changes(table: AnalysisTable) -> tuple[str, ...]:
    """What reads otherwise from a transport file, though nothing is lost.

    Parameters
    ----------
    table : AnalysisTable
        A dataset without refusals.

    Returns
    -------
    tuple of str
        One line a change.

    Examples
    --------
    >>> rows = pl.DataFrame({"ARM": ["Chirurgie première à la carte"]})
    >>> xpt_changes(AnalysisTable("ADSL", "Subjects", (Variable("ARM", "Arm"),), ("ARM",), rows))
    ('ADSL.ARM: letters beyond ASCII are written as UTF-8; tell the reader',)
    """
    found: list[str] = []
    for name in table.texts:
        values = table.frame[name]
        if (values.str.len_bytes() != values.str.len_chars()).any():
            found.append(f"{table.name}.{name}: letters beyond ASCII are written as UTF-8; tell the reader")
        if values.null_count() and (values == "").any():
            found.append(f"{table.name}.{name}: empty and missing texts read alike")
    whole = [variable.name for variable in table.variables if variable.type == "integer"]
    if whole:
        found.append(f"{table.name}: whole numbers read as floating point ({', '.join(whole)})")
    return tuple(found)


def write_xpt(table: AnalysisTable, path: Path) -> None:
    """Write a dataset as a SAS transport file, version 5.

    Parameters
    ----------
    table : AnalysisTable
        The dataset.
    path : pathlib.Path
        File to write.

    Raises
    ------
    DataError
        If the file could not hold it whole.
    """
    faults = xpt_refusals(table)
    if faults:
        more = f", and {len(faults) - 1} more faults" if len(faults) > 1 else ""
        mend = "shorten it in the study file or in the data, or export as dataset-json, which has no such limits"
        why = "a transport file of version 5 would cut it"
        raise DataError(f"{faults[0]}{more}", where=path.name, why=why, mend=mend)
    formats = {variable.name: "DATE9." for variable in table.variables if variable.type == "date"}
    pyreadstat.write_xport(
        table.frame,
        path,
        file_label=table.label,
        column_labels=[variable.label for variable in table.variables],
        table_name=table.name,
        file_format_version=5,
        variable_format=formats,
    )
