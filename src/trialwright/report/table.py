"""Tables of the report: cells that know the result they show, printed in the page and written as CSV."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

import polars as pl

from trialwright.model.result import Result
from trialwright.report.engine import Drawing

__all__ = ["Cell", "Column", "Figure", "Row", "Table", "as_csv", "cell_of", "frame_csv", "text_cells"]


class Cell(NamedTuple):
    """One cell as printed.

    Parameters
    ----------
    text : str
        What is printed.
    result : str
        Id of the result it shows; empty for words and plain counts.
    about : str
        Method, set and certainty of that result, shown on pointing at it.
    kind : {"", "withheld", "absent"}
        Why there is no figure, when there is none.
    marks : tuple of (letter, explanation)
        Source marks that follow the text.
    span : int
        Columns it stands across.
    below : str
        A smaller line under the text that says what the figure is.
    """

    text: str
    result: str = ""
    about: str = ""
    kind: str = ""
    marks: tuple[tuple[str, str], ...] = ()
    span: int = 1
    below: str = ""


@dataclass(frozen=True, slots=True)
class Column:
    """One column: its heading, a second line below it, and whether it holds figures.

    Parameters
    ----------
    title : str
        Heading.
    below : str
        Second line of the heading, such as ``n = 80``.
    numeric : bool
        Figures stand to the right, words to the left.
    """

    title: str
    below: str = ""
    numeric: bool = False


class Row(NamedTuple):
    """One row: a heading cell and its cells.

    Parameters
    ----------
    head : Cell
        Heading of the row.
    cells : tuple of Cell
        Its cells, as many as the table has further columns; none makes the row a heading of a group.
    level : int
        Indentation.
    """

    head: Cell
    cells: tuple[Cell, ...] = ()
    level: int = 0


@dataclass(frozen=True, slots=True)
class Table:
    """A table with its caption and its notes.

    Parameters
    ----------
    name : str
        Name of its file.
    caption : str
        What it shows.
    columns : tuple of Column
        The first heads the rows.
    rows : tuple of Row
        Rows in order.
    notes : tuple of str
        Printed below it.
    terms : tuple of (term, meaning)
        Definitions the figures rest on, printed below the notes.
    shown : bool
        False when the table is written to its file and not printed.
    data : str
        The file of a long table as CSV, in place of rows.
    """

    name: str
    caption: str
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    notes: tuple[str, ...] = ()
    terms: tuple[tuple[str, str], ...] = ()
    shown: bool = True
    data: str = field(repr=False, default="")


@dataclass(frozen=True, slots=True)
class Figure:
    """A drawn figure with what a reader needs beside it.

    Parameters
    ----------
    name : str
        Name in ``figure/<name>`` and of its files.
    caption : str
        What it shows and how to read it.
    summary : str
        The figure in words, for those who cannot see it.
    wide_drawing, narrow_drawing : callable
        Give the drawing for a page and for a telephone.
    table : Table
        The figures behind it, as printed below it.
    data : str
        The figures behind it in full, as CSV.
    """

    name: str
    caption: str
    summary: str
    wide_drawing: Drawing
    narrow_drawing: Drawing
    table: Table
    data: str = field(repr=False, default="")

    @property
    def id(self) -> str:
        """Id by which the figure is traced."""
        return f"figure/{self.name}"

    @property
    def wide(self) -> str:
        """The drawing for a page, as SVG."""
        return self.wide_drawing()

    @property
    def narrow(self) -> str:
        """The drawing for a telephone, as SVG."""
        return self.narrow_drawing()


def text_cells(texts: Sequence[str]) -> tuple[Cell, ...]:
    """Return cells that hold words or plain counts.

    Parameters
    ----------
    texts : sequence of str
        What is printed.

    Returns
    -------
    tuple of Cell
        One cell a text.
    """
    return tuple(Cell(text) for text in texts)


def cell_of(result: Result, text: str) -> Cell:
    """Return a cell that shows a result.

    Parameters
    ----------
    result : Result
        The result.
    text : str
        Its figure as printed. Where there is no estimate the reason stands instead, and this text, its limits, behind
        it in brackets.

    Returns
    -------
    Cell
        The text with the result's id and what it rests on.
    """
    if result.status == "withheld":
        return Cell("withheld; run with --by-arm", result.id, _about(result), "withheld")
    if result.value is None:
        limits = f" ({text})" if text else ""
        return Cell((result.reason or result.status) + limits, result.id, _about(result), "absent")
    return Cell(text, result.id, _about(result))


def _about(result: Result) -> str:
    parts = [result.id, result.method, result.set]
    parts += [f"n = {result.n}"] if result.n is not None else []
    parts += [f"{result.events} events"] if result.events is not None else []
    parts += [f"{key} {value}" for key, value in result.settings.items()]
    parts += [f"value {result.value!r} {result.unit}".strip()] if result.value is not None else []
    return " · ".join([part for part in (*parts, result.certainty) if part])


def as_csv(header: Sequence[str], rows: Sequence[Sequence[str]], *, origin: str) -> str:
    r"""Return a table as CSV whose last column says where the data come from.

    Parameters
    ----------
    header : sequence of str
        Names of the columns.
    rows : sequence of sequence of str
        Cells.
    origin : str
        ``entered``, ``imported`` or ``simulated``, repeated in every row.

    Returns
    -------
    str
        CSV with LF line ends.

    Examples
    --------
    >>> as_csv(["a"], [["1, 2"]], origin="simulated")
    'a,origin\n"1, 2",simulated\n'
    """
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow([*header, "origin"])
    writer.writerows([*row, origin] for row in rows)
    return out.getvalue()


def frame_csv(frame: pl.DataFrame, *, origin: str) -> str:
    r"""Return a table of figures as CSV whose last column says where the data come from.

    Parameters
    ----------
    frame : polars.DataFrame
        The figures; what is not known is an empty cell.
    origin : str
        ``entered``, ``imported`` or ``simulated``, repeated in every row.

    Returns
    -------
    str
        CSV with LF line ends.

    Examples
    --------
    >>> frame_csv(pl.DataFrame({"a": [0.5, None]}), origin="simulated")
    'a,origin\n0.5,simulated\n,simulated\n'
    """
    return frame.with_columns(origin=pl.lit(origin)).write_csv()
