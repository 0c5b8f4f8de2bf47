"""Series in blocks: a subject's rows never part, lines keep their numbers, and what cannot be read is refused."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import polars as pl
import pytest

from trialwright.errors import DataError
from trialwright.exchange.series_in import SeriesColumns, needed, series_blocks

pytestmark = pytest.mark.unvalidated

HEAD = "USUBJID,DAY,VALUE,UNIT\n"


def written(folder: Path, text: str, name: str = "series.csv") -> Path:
    path = folder / name
    path.write_bytes(text.encode())
    return path


def many(patients: int) -> str:
    rows = (f"P{patient:04d},{day},{100 + day},U/mL\n" for patient in range(patients) for day in (0, 21, 42))
    return HEAD + "".join(rows)


@pytest.mark.parametrize("ending", ["\n", "\r\n", ""])
@pytest.mark.parametrize("block_bytes", [1, 7, 50, 64, 333, 1 << 20])
def test_blocks_hold_whole_subjects_whatever_their_size(tmp_path: Path, block_bytes: int, ending: str) -> None:
    text = many(40).rstrip("\n").replace("\n", ending or "\n") + ending
    path = written(tmp_path, text)
    blocks = list(series_blocks(path, block_bytes=block_bytes))
    assert all(not set(a.samples["USUBJID"]) & set(b.samples["USUBJID"]) for a, b in pairwise(blocks))
    whole = pl.concat([block.samples for block in blocks])
    assert whole["ROW"].to_list() == [f"line {line}" for line in range(2, 122)]
    assert whole["DAY"].to_list() == [0, 21, 42] * 40
    assert [block.done for block in blocks] == sorted(block.done for block in blocks)
    assert blocks[-1].done == 1.0
    if block_bytes <= 64:
        assert len(blocks) > 10


def test_parquet_is_read_like_csv(tmp_path: Path) -> None:
    frame = pl.DataFrame({"USUBJID": ["A", "A"], "DAY": [0, 21], "VALUE": [850.0, 1e-3], "UNIT": ["U/mL", "U/mL"]})
    frame.write_parquet(tmp_path / "series.parquet")
    (block,) = series_blocks(tmp_path / "series.parquet")
    assert block.samples.select("ROW", "DAY", "VALUE").rows() == [("line 2", 0, "850.0"), ("line 3", 21, "0.001")]


def test_small_tables_need_no_order(tmp_path: Path) -> None:
    (block,) = series_blocks(written(tmp_path, HEAD + "B,0,1,U/mL\nA,0,1,U/mL\nB,21,1,U/mL\n"))
    assert block.samples["USUBJID"].to_list() == ["B", "A", "B"]


def test_a_large_table_has_to_be_sorted(tmp_path: Path) -> None:
    path = written(tmp_path, many(10) + "P0003,63,5,U/mL\n")
    with pytest.raises(DataError, match=r"series\.csv:32: subject P0003 stands after P0009"):
        list(series_blocks(path, block_bytes=64))


def test_what_else_is_asked_for_is_read_where_it_stands(tmp_path: Path) -> None:
    path = written(tmp_path, "USUBJID,DAY,VALUE,UNIT,ASSAY,ULN,AGE,NOTE\nA,0,1,U/mL,Alpha,35,61.5,x\nA,21,1,U/mL,,,,\n")
    (block,) = series_blocks(path, needed(["AGE"]))
    assert block.samples.select("ASSAY", "ULN", "AGE").rows() == [("Alpha", 35.0, 61.5), (None, None, None)]
    assert "NOTE" not in block.samples.columns
    assert SeriesColumns().numbers == ("ULN",)


@pytest.mark.parametrize(
    ("text", "day"), [("21", 21), ("-3", -3), (" 21 ", 21), ("21.0", 21), ("21.5", None), ("x", None), ("", None)]
)
def test_days_are_whole_numbers(tmp_path: Path, text: str, day: int | None) -> None:
    (block,) = series_blocks(written(tmp_path, f"{HEAD}A,{text},1,U/mL\n"))
    assert block.samples["DAY"].to_list() == [day]


def test_blank_lines_are_passed_over(tmp_path: Path) -> None:
    path = written(tmp_path, HEAD + "\n" * 200 + "A,0,1,U/mL\n" + "\n" * 200)
    assert [
        block.samples["ROW"].to_list() for block in series_blocks(path, block_bytes=20) if block.samples.height
    ] == [["line 202"]]


def test_a_quoted_cell_may_hold_a_line_end(tmp_path: Path) -> None:
    body = "".join(f'"P{patient}\nx",{day},9,U/mL\n' for patient in range(9) for day in (0, 21, 42))
    blocks = list(series_blocks(written(tmp_path, HEAD + body), block_bytes=16))
    assert [name for block in blocks for name in block.samples["USUBJID"].unique(maintain_order=True)] == [
        f"P{patient}\nx" for patient in range(9)
    ]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (HEAD, "has a header and no rows"),
        ("", "the file is empty"),
        ("USUBJID,DAY,VALUE\nA,0,1\n", "there is no column UNIT"),
        (HEAD + "A,0,1,U/mL\n,21,1,U/mL\n", "series.csv:3: a sample has no USUBJID"),
        (HEAD + "A,0,1,U/mL,9\n", "series.csv:2: 5 cells where the header has 4"),
        ("USUBJID,DAY,VALUE,UNIT,ULN\nA,0,1,U/mL,35\nA,0,1,U/mL,<35\n", "series.csv:3: column ULN holds '<35'"),
        (HEAD.replace(",", ";") + "A;0;1;U/mL\n", "parted by semicolons"),
    ],
)
def test_what_is_no_series_is_refused_with_its_line(tmp_path: Path, text: str, words: str) -> None:
    with pytest.raises(DataError, match=words):
        list(series_blocks(written(tmp_path, text)))


def test_lines_are_counted_through_the_blocks(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"series\.csv:62: 5 cells"):
        list(series_blocks(written(tmp_path, many(20) + "Z,0,1,U/mL,9\n"), block_bytes=64))
    with pytest.raises(DataError, match=r"series\.csv:62: a sample has no USUBJID"):
        list(series_blocks(written(tmp_path, many(20) + ",0,1,U/mL\n"), block_bytes=64))


def test_a_file_that_is_no_parquet_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="no Parquet file"):
        list(series_blocks(written(tmp_path, "x", "series.parquet")))
