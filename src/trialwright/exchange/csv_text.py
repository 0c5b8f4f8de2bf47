"""CSV files read as text: nothing is inferred, and a file that is no table is refused in plain words with its line."""

from __future__ import annotations

import codecs
import csv
import io
import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

import polars as pl

from trialwright.model.finding import Finding, finding

__all__ = ["MAX_BYTES", "read_csv_text"]

MAX_BYTES: Final = 2 * 1024**3
"""Largest file that is read, in bytes; a larger one is refused rather than filling the memory."""

_FAULTS_SHOWN: Final = 20
_NO_TEXT: Final = (
    (b"\x1f\x8b", "a file compressed by gzip"),
    (b"PK\x03\x04", "a workbook or a zip archive"),
    (b"\xd0\xcf\x11\xe0", "a workbook of an old kind"),
    (b"PAR1", "a Parquet file"),
)
_PIECE: Final = 8 * 1024**2
_LINE_MARK: Final = "\x1f"
_LONE_RETURN: Final = re.compile(rb"\r(?!\n)")
_STRAY_QUOTE: Final = re.compile(r'(?:^|,)[^",\r\n]+"|"[^",\r\n]+(?:"[^,\r\n]|$)')


@dataclass(frozen=True, slots=True)
class _Shape:
    """Where records start, and which of them are blank lines."""

    lines: pl.Series
    blank: pl.Series


def read_csv_text(data: bytes, file: str) -> tuple[pl.DataFrame | None, list[Finding]]:
    r"""Return a CSV file as a table of text, or why it cannot be read.

    Parameters
    ----------
    data : bytes
        The whole file: UTF-8 with or without byte-order mark, comma between, a header, LF or CRLF.
    file : str
        Its name, for the findings.

    Returns
    -------
    frame : polars.DataFrame or None
        Text columns as in the header, and ``LINE`` with each row's line in the file. Empty cells, quoted or not, are
        null; blank lines are passed over. None when the file cannot be read.
    findings : list of Finding
        F02 (no readable table) or F03 (one column), each with its line.

    Examples
    --------
    >>> frame, findings = read_csv_text(b'A,B\n0012,""\n', "x.csv")
    >>> frame.rows()
    [('0012', None, 2)]
    >>> read_csv_text(b"A;B\n1;2\n", "x.csv")[1][0].text
    'the columns are parted by semicolons; commas are due'
    """
    data = data.removeprefix(codecs.BOM_UTF8)
    found = _unreadable_bytes(data, file)
    if found is not None:
        return None, [found]
    names, found = _header(data, file)
    if found is not None:
        return None, [found]
    quoted = b'"' in data
    shape, faults = _quoted_shape(data, len(names), file) if quoted else _plain_shape(data, len(names), file)
    if shape is None:
        return None, faults
    try:
        # polars leaves doubled quotes of a header as they stand
        schema = {name.replace('"', '""'): pl.String() for name in names}
        frame = pl.read_csv(data, infer_schema=False, has_header=True, schema=schema)
    except pl.exceptions.PolarsError:
        return None, [_stray_quote(data, file)]
    if frame.height != shape.lines.len():
        return None, [_stray_quote(data, file)]
    frame.columns = names
    if quoted and b'""' in data:
        frame = frame.with_columns(pl.when(pl.all() != "").then(pl.all()))
    return frame.with_columns(LINE=shape.lines).filter(~shape.blank), []


def _fault(file: str, line: int, text: str, mend: str = "") -> Finding:
    return finding("F02", f"{file}:{line}", text, mend=mend)


def _line_at(data: bytes, offset: int) -> int:
    return data.count(b"\n", 0, offset) + 1


def _unreadable_bytes(data: bytes, file: str) -> Finding | None:
    if not data.strip():
        return _fault(
            file, 1, "the file is empty; even a table without rows has a header", "write the header, or remove the file"
        )
    if data[:2] in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE):
        return _fault(file, 1, "the file is written in UTF-16", "save it as CSV in UTF-8")
    for start, kind in _NO_TEXT:
        if data.startswith(start):
            return _fault(file, 1, f"this is {kind}, no CSV table", "save the table itself as CSV in UTF-8")
    for byte, name in ((b"\0", "a NUL byte"), (_LINE_MARK.encode(), "a control character")):
        at = data.find(byte)
        if at >= 0:
            return _fault(file, _line_at(data, at), f"{name} stands in the file", "export the table again as plain CSV")
    if b"\r" in data and b'"' not in data and data.count(b"\r") > data.count(b"\r\n"):
        alone = _LONE_RETURN.search(data)
        line = _line_at(data, alone.start()) if alone else 1
        return _fault(file, line, "a carriage return stands alone", "end lines with LF or CRLF")
    return None if data.isascii() else _not_utf8(data, file)


def _not_utf8(data: bytes, file: str) -> Finding | None:
    decoder, view = codecs.getincrementaldecoder("utf-8")(), memoryview(data)
    for start in range(0, len(data), _PIECE):
        held = len(decoder.getstate()[0])
        try:
            decoder.decode(bytes(view[start : start + _PIECE]), final=start + _PIECE >= len(data))
        except UnicodeDecodeError as error:
            at = start - held + error.start
            text = f"the file is not UTF-8: byte {data[at]:#04x} cannot be read"
            return _fault(file, _line_at(data, at), text, "save it as UTF-8; it may be Latin-1 or Windows-1252 now")
    return None


def _header(data: bytes, file: str) -> tuple[list[str], Finding | None]:
    end = data.find(b"\n")
    first = data[: end if end >= 0 else None].decode("utf-8").rstrip("\r")
    try:
        names = next(csv.reader([first], strict=True), [])
    except csv.Error as error:
        return [], _fault(
            file, 1, f"the header cannot be read: {_in_words(error)}", "write column names parted by commas"
        )
    if not first.strip():
        return [], _fault(
            file, 1, "the first line is blank where the header is due", "remove blank lines above the header"
        )
    if len(names) == 1:
        return [], _one_column(names[0], file)
    doubled = [name for name, count in Counter(names).items() if count > 1 and name]
    if doubled:
        return [], _fault(file, 1, f"column {doubled[0]} stands twice in the header", "give every column its own name")
    if "" in names:
        return [], _fault(file, 1, f"column {names.index('') + 1} has no name", "name the column, or remove it")
    return names, None


def _in_words(error: csv.Error) -> str:
    said = str(error)
    if "field larger" in said:
        return f"it is longer than {csv.field_size_limit()} characters"
    return "its quote is never closed" if "unexpected end" in said else "text follows its closing quote"


def _one_column(name: str, file: str) -> Finding:
    for mark, word in ((";", "semicolons"), ("\t", "tabs")):
        if mark in name:
            return _fault(
                file, 1, f"the columns are parted by {word}; commas are due", "save the file with commas between"
            )
    return finding("F03", f"{file}:1", f"the file has one column, '{name[:60]}', where many are due: separator?")


def _ragged(file: str, line: int, seen: int, due: int) -> Finding:
    return _fault(
        file, line, f"{seen} cells where the header has {due}", "quote cells that hold a comma; fill the row up"
    )


def _plain_shape(data: bytes, width: int, file: str) -> tuple[_Shape | None, list[Finding]]:
    """Shape of a file without quotes: every line is a record."""
    text = pl.read_csv(
        data,
        has_header=False,
        separator=_LINE_MARK,
        quote_char=None,
        schema={"TEXT": pl.String()},
        empty_string_is_null=False,
    ).get_column("TEXT")[1:]
    lines = pl.int_range(2, text.len() + 2, dtype=pl.UInt32, eager=True).alias("LINE")
    blank = text == ""
    cells = text.str.count_matches(",", literal=True) + 1
    bad = ((cells != width) & ~blank).arg_true()
    if bad.len():
        return None, [_ragged(file, i + 2, cells[i], width) for i in bad.head(_FAULTS_SHOWN).to_list()]
    return _Shape(lines, blank), []


def _quoted_shape(data: bytes, width: int, file: str) -> tuple[_Shape | None, list[Finding]]:
    """Shape of a file with quotes: a record may stand on several lines."""
    reader = csv.reader(io.TextIOWrapper(io.BytesIO(data), encoding="utf-8", newline=""), strict=True)
    lines: list[int] = []
    blank: list[bool] = []
    faults: list[Finding] = []
    before = 0
    try:
        for record in reader:
            if record and len(record) != width:
                faults.append(_ragged(file, before + 1, len(record), width))
                if len(faults) == _FAULTS_SHOWN:
                    break
            lines.append(before + 1)
            blank.append(not record)
            before = reader.line_num
    except csv.Error as error:
        mend = "close every quote, and double a quote inside a cell"
        return None, [*faults, _fault(file, before + 1, f"a quoted cell cannot be read: {_in_words(error)}", mend)]
    if faults:
        return None, faults
    return _Shape(pl.Series("LINE", lines[1:], pl.UInt32()), pl.Series("blank", blank[1:], pl.Boolean())), []


def _stray_quote(data: bytes, file: str) -> Finding:
    mend = "put the whole cell in quotes, and double a quote inside it"
    for number, line in enumerate(_decoded_lines(data), start=1):
        if _STRAY_QUOTE.search(line):
            return _fault(file, number, "a quotation mark stands inside a cell that is not quoted", mend)
    return _fault(file, 1, "quotation marks and line ends of the file do not fit together", mend)


def _decoded_lines(data: bytes) -> Iterable[str]:
    return io.TextIOWrapper(io.BytesIO(data), encoding="utf-8")
