"""Tables written piece by piece stand whole or not at all."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from trialwright.errors import DataError, NotAllowedError
from trialwright.exchange.rows_out import rows_out

pytestmark = pytest.mark.unvalidated

SCHEMA = {"A": pl.String(), "N": pl.Int32(), "L": pl.List(pl.String())}


def piece(*numbers: int) -> pl.DataFrame:
    return pl.DataFrame({"N": list(numbers), "A": ["x,y"] * len(numbers), "L": [["p", "q"]] * len(numbers)})


@pytest.mark.parametrize("ending", ["csv", "parquet"])
def test_pieces_stand_one_behind_the_other(tmp_path: Path, ending: str) -> None:
    path = tmp_path / f"table.{ending}"
    with rows_out(path, SCHEMA) as sink:
        sink(piece(1, 2))
        sink(piece(3))
    read = pl.read_csv(path) if ending == "csv" else pl.read_parquet(path)
    assert read.columns == ["A", "N", "L"]
    assert read["N"].to_list() == [1, 2, 3]
    assert read["L"][0].to_list() == ["p", "q"] if ending == "parquet" else read["L"][0] == "p q"
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("ending", ["csv", "parquet"])
def test_a_table_without_rows_has_its_columns(tmp_path: Path, ending: str) -> None:
    path = tmp_path / f"table.{ending}"
    with rows_out(path, SCHEMA):
        pass
    assert (pl.read_csv(path) if ending == "csv" else pl.read_parquet(path)).columns == ["A", "N", "L"]


@pytest.mark.parametrize("ending", ["csv", "parquet"])
def test_nothing_stands_there_after_an_error(tmp_path: Path, ending: str) -> None:
    path = tmp_path / f"table.{ending}"

    def broken_off() -> None:
        with rows_out(path, SCHEMA) as sink:
            sink(piece(1))
            raise RuntimeError

    with pytest.raises(RuntimeError):
        broken_off()
    assert list(tmp_path.iterdir()) == []


def test_a_file_is_replaced_only_when_asked(tmp_path: Path) -> None:
    path = tmp_path / "table.csv"
    path.write_text("mine", encoding="utf-8")
    with pytest.raises(NotAllowedError, match="stands here already"), rows_out(path, SCHEMA):
        pass
    assert path.read_text(encoding="utf-8") == "mine"
    with rows_out(path, SCHEMA, replace=True) as sink:
        sink(piece(1))
    assert path.read_text(encoding="utf-8") == 'A,N,L\n"x,y",1,p q\n'


def test_another_ending_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"\.csv or \.parquet"), rows_out(tmp_path / "table.xlsx", SCHEMA):
        pass
