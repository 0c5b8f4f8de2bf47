"""Analysis datasets as they leave the program: variables with labels and types, rows in the order of their keys."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal

import polars as pl

from trialwright.errors import DataError

__all__ = ["MAX_NAME", "AnalysisTable", "VariableType", "Variable", "byte_length", "analysis_table", "short_name"]

VariableType = Literal["text", "integer", "float", "date"]

MAX_NAME: Final = 8
"""Longest name of a dataset or a variable, in bytes."""

_POLARS: Final[dict[VariableType, pl.DataType]] = {
    "text": pl.String(), "integer": pl.Int64(), "float": pl.Float64(), "date": pl.Date(),
}  # fmt: skip
_ENDINGS: Final = ("ELIG", "DT", "FL")


@dataclass(frozen=True, slots=True)
class Variable:
    """One variable of an analysis dataset.

    Parameters
    ----------
    name : str
        CDISC name, at most eight characters.
    label : str
        What it holds.
    type : {"text", "integer", "float", "date"}
        Its type.
    terms : tuple of str
        Terms it may hold; empty when the list is open.
    made_from : str
        Column it was made from where its name is another one.

    Examples
    --------
    >>> Variable("CNSR", "Censor", "integer").terms
    ()
    """

    name: str
    label: str
    type: VariableType = "text"
    terms: tuple[str, ...] = ()
    made_from: str = ""


@dataclass(frozen=True, slots=True, eq=False)
class AnalysisTable:
    """An analysis dataset.

    Parameters
    ----------
    name : str
        Such as ``ADTTE``.
    label : str
        What it holds.
    variables : tuple of Variable
        Its variables in order.
    key : tuple of str
        Variables that sort its rows and together name one.
    frame : polars.DataFrame
        Its rows.
    """

    name: str
    label: str
    variables: tuple[Variable, ...]
    key: tuple[str, ...]
    frame: pl.DataFrame

    @property
    def texts(self) -> tuple[str, ...]:
        """Names of its text variables."""
        return tuple(variable.name for variable in self.variables if variable.type == "text")


def analysis_table(
    name: str, label: str, variables: Sequence[Variable], key: Sequence[str], frame: pl.DataFrame, *, numbered: str = ""
) -> AnalysisTable:
    """A dataset with its variables in order, typed, and its rows sorted.

    Parameters
    ----------
    name, label : str
        Name and label.
    variables : sequence of Variable
        Variables it may hold; those the frame has no column for are left out.
    key : sequence of str
        Variables that sort the rows.
    frame : polars.DataFrame
        Rows, with a column a variable.
    numbered : str, default ""
        Variable to fill with the number of the row within its subject.

    Returns
    -------
    AnalysisTable
        Ready to be written.

    Raises
    ------
    DataError
        If a value is no term of its variable.

    Examples
    --------
    >>> rows = pl.DataFrame({"USUBJID": ["2", "1"], "CNSR": [0, 1]})
    >>> given = (Variable("USUBJID", "Subject"), Variable("CNSR", "Censor", "integer"))
    >>> analysis_table("ADTTE", "Times", given, ["USUBJID"], rows).frame.rows()
    [('1', 1), ('2', 0)]
    """
    ordered = frame.sort([column for column in key if column in frame.columns], nulls_last=True)
    if numbered:
        ordered = ordered.with_columns(pl.int_range(1, pl.len() + 1).over("USUBJID").alias(numbered))
    there = tuple(variable for variable in variables if variable.name in ordered.columns)
    typed = ordered.select(pl.col(variable.name).cast(_POLARS[variable.type]) for variable in there)
    for variable in there:
        if variable.terms:
            _refuse_other_terms(typed[variable.name], variable, name)
    return AnalysisTable(name, label, there, tuple(column for column in key if column in typed.columns), typed)


def _refuse_other_terms(values: pl.Series, variable: Variable, name: str) -> None:
    other = [value for value in values.unique().drop_nulls().sort().to_list() if value not in variable.terms]
    if other:
        allowed = ", ".join(variable.terms)
        raise DataError(f"{other[0]!r} is no term of {variable.name}", where=name, mend=f"use one of {allowed}")


def byte_length(values: pl.Series) -> int:
    """Bytes of the longest text.

    Parameters
    ----------
    values : polars.Series
        Texts.

    Returns
    -------
    int
        At least 1.

    Examples
    --------
    >>> byte_length(pl.Series(["a", "é", None]))
    2
    """
    longest = values.str.len_bytes().max()
    return max(1, longest if isinstance(longest, int) else 1)


def short_name(name: str, taken: Sequence[str]) -> str:
    """A name of at most eight characters.

    Parameters
    ----------
    name : str
        Name of a column.
    taken : sequence of str
        Names that are used already.

    Returns
    -------
    str
        The name itself where it fits; otherwise cut before its ending, with a digit where two would be equal.

    Raises
    ------
    DataError
        If ten columns would have the same name.

    Examples
    --------
    >>> short_name("REGISTRATIONDT", []), short_name("REGISTRARDT", ["REGISTDT"])
    ('REGISTDT', 'REGIS2DT')
    """
    if len(name) <= MAX_NAME and name not in taken:
        return name
    ending = next((each for each in _ENDINGS if name.endswith(each)), "")
    stem = name.removesuffix(ending)
    room = MAX_NAME - len(ending)
    tries = [stem[:room], *(f"{stem[: room - 1]}{digit}" for digit in range(2, 10))]
    found = next((f"{each}{ending}" for each in tries if f"{each}{ending}" not in taken), None)
    if found is None:
        mend = "name the time points and analysis sets so that their first characters differ"
        raise DataError(f"no name of {MAX_NAME} characters is left for column {name}", mend=mend)
    return found
