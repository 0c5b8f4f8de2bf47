"""CSV files read as text, and refused in plain words."""

from __future__ import annotations

import csv
import io

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from trialwright.exchange import csv_text
from trialwright.exchange.csv_text import read_csv_text


def rows(data: bytes) -> list[tuple[object, ...]]:
    frame, findings = read_csv_text(data, "x.csv")
    assert findings == []
    assert frame is not None
    return frame.rows()


@pytest.mark.unvalidated
@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (b"A,B\n0012,1.50\n", [("0012", "1.50", 2)]),
        (b"\xef\xbb\xbfA,B\n1,2", [("1", "2", 2)]),
        (b"A,B\r\n1,2\r\n3,4\r\n", [("1", "2", 2), ("3", "4", 3)]),
        (b'A,B\n1,""\n,2\n', [("1", None, 2), (None, "2", 3)]),
        (b'A,B\n1,"x,""y"""\n', [("1", 'x,"y"', 2)]),
        (b'A,B\n1,"two\nlines"\n2,3\n', [("1", "two\nlines", 2), ("2", "3", 4)]),
        (b"A,B\n1,2\n\n3,4\n\n", [("1", "2", 2), ("3", "4", 4)]),
        (b'A,B\n1,"2"\n\n3,4\n\n', [("1", "2", 2), ("3", "4", 4)]),
        (b"A,B\n", []),
        (b"A,B", []),
        (b"A,B\n,\n", [(None, None, 2)]),
        (b"A,B\n1,true\n2,2026-01-01\n", [("1", "true", 2), ("2", "2026-01-01", 3)]),
        ("A,B\n1,서울\n".encode(), [("1", "서울", 2)]),
        (b"A,B\n NA , x\n", [(" NA ", " x", 2)]),
    ],
)
def test_cells_come_back_as_written(data: bytes, expected: list[tuple[object, ...]]) -> None:
    assert rows(data) == expected


@pytest.mark.unvalidated
@pytest.mark.parametrize(
    ("data", "rule", "where", "words"),
    [
        (b"", "F02", "x.csv:1", "empty"),
        (b" \n\n", "F02", "x.csv:1", "empty"),
        (b"A;B\n1;2\n", "F02", "x.csv:1", "semicolons"),
        (b"A\tB\n1\t2\n", "F02", "x.csv:1", "tabs"),
        (b"A|B\n1|2\n", "F03", "x.csv:1", "separator?"),
        (b"A,B\n1,2\n3,Se\xf1or\n", "F02", "x.csv:3", "not UTF-8: byte 0xf1"),
        (b"A,B\n1,2\n3,\xc3", "F02", "x.csv:3", "not UTF-8: byte 0xc3"),
        (b"A,B\n1,2\n3\n", "F02", "x.csv:3", "1 cells where the header has 2"),
        (b"A,B\n1,2,3\n", "F02", "x.csv:2", "3 cells where the header has 2"),
        (b'A,B\n"1",2\n3\n', "F02", "x.csv:3", "1 cells where the header has 2"),
        (b'A,B\n1,"two\nlines"\n3\n', "F02", "x.csv:4", "1 cells where the header has 2"),
        (b"A,B\n1,\0\n", "F02", "x.csv:2", "NUL"),
        (b"\x1f\x8b\x08\0", "F02", "x.csv:1", "compressed by gzip"),
        (b"PK\x03\x04\x14\0", "F02", "x.csv:1", "a workbook or a zip archive"),
        (b"PAR1\x15\0", "F02", "x.csv:1", "a Parquet file"),
        (b"A,B,A\n1,2,3\n", "F02", "x.csv:1", "column A stands twice"),
        (b"A,,B\n1,2,3\n", "F02", "x.csv:1", "column 2 has no name"),
        (b"\nA,B\n1,2\n", "F02", "x.csv:1", "blank"),
        (b'A,B\n1,"2\n3,4\n', "F02", "x.csv:2", "quoted cell"),
        (b'A,B\n1,"x"y\n', "F02", "x.csv:2", "quoted cell"),
        (b'A,B\n0,0\n1,5" x\n2,3\n', "F02", "x.csv:3", "quotation mark"),
        (b"\xff\xfeA\0,\0B\0", "F02", "x.csv:1", "UTF-16"),
        (b"A,B\r1,2\r", "F02", "x.csv:1", "carriage return"),
        (b"A,B\n1,2\n3,4\r5,6\n", "F02", "x.csv:3", "carriage return"),
        (b"A,B\n1,\x1f\n", "F02", "x.csv:2", "control character"),
    ],
)
def test_what_is_no_table_is_refused_with_its_line(data: bytes, rule: str, where: str, words: str) -> None:
    frame, findings = read_csv_text(data, "x.csv")
    assert frame is None
    assert (findings[0].id, findings[0].where) == (rule, where)
    assert words in findings[0].text
    assert findings[0].mend


@pytest.mark.unvalidated
def test_ragged_lines_are_listed_up_to_a_bound() -> None:
    frame, findings = read_csv_text(b"A,B\n" + b"1\n" * 1000, "x.csv")
    assert frame is None
    assert len(findings) == 20


@pytest.mark.unvalidated
def test_bytes_that_are_cut_between_pieces_are_still_utf8(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(csv_text, "_PIECE", 5)
    assert rows("A,B\n1,서울서울\n".encode()) == [("1", "서울서울", 2)]
    frame, findings = read_csv_text("A,B\n1,서울\n2,".encode() + b"\xea\xb0,x", "x.csv")
    assert frame is None
    assert findings[0].where == "x.csv:3"


CELL = st.text(st.characters(codec="utf-8", exclude_characters="\0\x1f\r", exclude_categories=("Cs",)), max_size=6)
TABLE = st.integers(2, 4).flatmap(
    lambda width: st.lists(st.lists(CELL, min_size=width, max_size=width), min_size=1, max_size=8)
)


@pytest.mark.independent("the csv module of the standard library writes, polars reads")
@given(TABLE)
def test_what_the_standard_library_writes_is_read(cells: list[list[str]]) -> None:
    width = len(cells[0])
    out = io.StringIO(newline="")
    writer = csv.writer(out, quoting=csv.QUOTE_ALL, lineterminator="\n")
    writer.writerows([[f"C{n}" for n in range(width)], *cells])
    frame, findings = read_csv_text(out.getvalue().encode(), "x.csv")
    assert findings == []
    assert frame is not None
    assert frame.drop("LINE").rows() == [tuple(cell or None for cell in row) for row in cells]


@pytest.mark.independent("the csv module of the standard library reads, polars writes")
@given(TABLE)
def test_what_polars_writes_is_read(cells: list[list[str]]) -> None:
    frame = pl.DataFrame(cells, schema={f"C{n}": pl.String for n in range(len(cells[0]))}, orient="row")
    written = frame.write_csv().encode()
    back, findings = read_csv_text(written, "x.csv")
    assert findings == []
    assert back is not None
    lines = list(csv.reader(io.StringIO(written.decode(), newline="")))[1:]
    assert [tuple(cell or "" for cell in row) for row in back.drop("LINE").rows()] == [
        tuple(line) for line in lines if line
    ]


@pytest.mark.independent("the csv module of the standard library reads the same bytes")
@given(st.one_of(st.binary(max_size=60), st.text('ab,;"\n\r\t\0 é', max_size=60).map(lambda text: text.encode())))
def test_any_bytes_are_read_as_the_standard_library_does_or_refused(data: bytes) -> None:
    frame, findings = read_csv_text(b"A,B\n" + data, "x.csv")
    assert (frame is None) == bool(findings)
    if frame is not None:
        text = io.StringIO((b"A,B\n" + data).decode("utf-8"), newline="")
        records = [record for record in csv.reader(text, strict=True) if record][1:]
        assert frame.drop("LINE").rows() == [tuple(cell or None for cell in record) for record in records]
        assert frame["LINE"].is_sorted()


@pytest.mark.unvalidated
def test_quotes_of_a_header_are_those_of_the_format() -> None:
    frame, findings = read_csv_text(b't,"arm, ""x""","a, b"\n1,"say ""no""",3\n', "x.csv")
    assert findings == []
    assert frame is not None
    assert frame.columns == ["t", 'arm, "x"', "a, b", "LINE"]
    assert frame.row(0) == ("1", 'say "no"', "3", 2)
