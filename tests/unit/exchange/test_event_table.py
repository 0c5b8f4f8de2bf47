"""Events read from a table: what is taken, and what is refused with its line."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from trialwright.errors import DataError
from trialwright.exchange.event_table import read_event_table

pytestmark = pytest.mark.unvalidated

KINDS = ("pleural", "mouse antibodies")


def written(place: Path, text: str) -> Path:
    path = place / "events.csv"
    path.write_text(text, encoding="utf-8")
    return path


def test_kinds_in_any_spelling_from_either_format(tmp_path: Path) -> None:
    path = written(
        tmp_path, "USUBJID,NOTE,DAY,KIND\nA,x, -5 ,Pleural\nB,y,7,MOUSE_antibodies\nB,z,8,mouse-antibodies\n"
    )
    expected = [("A", -5, "pleural"), ("B", 7, "mouse antibodies"), ("B", 8, "mouse antibodies")]
    assert read_event_table(path, KINDS).rows() == expected
    parquet = tmp_path / "events.parquet"
    pl.DataFrame({"USUBJID": ["A"], "DAY": [-5], "KIND": ["pleural"]}).write_parquet(parquet)
    assert read_event_table(parquet, KINDS).rows() == expected[:1]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("USUBJID,DAY\nA,1\n", "events.csv:1: there is no column KIND"),
        ("USUBJID,DAY,KIND\nA,1,pleural\n,2,pleural\n", "events.csv:3: an event has no USUBJID"),
        ("USUBJID,DAY,KIND\nA,1.5,pleural\n", "events.csv:2: '1.5' is no whole number of days"),
        ("USUBJID,DAY,KIND\nA,,pleural\n", "events.csv:2: '' is no whole number of days"),
        (
            "USUBJID,DAY,KIND\nA,1,surgery\n",
            "events.csv:2: 'surgery' is no kind of event (to mend: write one of pleural",
        ),
        ("USUBJID,DAY,KIND\nA,1,\n", "events.csv:2: '' is no kind of event"),
        ("USUBJID,DAY,DAY\nA,1,2\n", "events.csv"),
    ],
)
def test_what_is_refused(tmp_path: Path, text: str, words: str) -> None:
    with pytest.raises(DataError) as refused:
        read_event_table(written(tmp_path, text), KINDS)
    assert words in str(refused.value)


def test_what_is_no_parquet(tmp_path: Path) -> None:
    path = tmp_path / "events.parquet"
    path.write_bytes(b"no")
    with pytest.raises(DataError, match="no Parquet file that can be read"):
        read_event_table(path, KINDS)
