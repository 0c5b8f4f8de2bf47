"""Times to event as admiralonco 1.4 derives them from the same inputs, and every difference by the clause behind it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Final

import polars as pl
import pytest

from tests.peer import shared_folder, table
from trialwright.conduct.endpoints import derive_trial
from trialwright.conduct.studies import open_study

pytestmark = pytest.mark.double_programmed("admiralonco 1.4.0 on admiral 1.4.1, R 4.5.0")

CUTOFF = date(2016, 12, 31)
STUDY: Final = Path(__file__).parents[1] / "fixtures" / "studies" / "as_collected.yaml"
CLAUSES: Final[Mapping[str, tuple[tuple[str, str], ...]]] = {
    "missed_assessments": ((", missed_assessments: 2", ""),),
    "codes": ((", missed_assessments: 2", ", codes: one, missed_assessments: 2"),
              ("own: {censor: {at: last known alive}", "own: {censor: {at: last known alive, codes: one}")),
    "at last assessment": (("own: {censor: {at: last adequate assessment", "own: {censor: {at: last assessment"),),
    "at last survival contact": (("own: {censor: {at: last known alive", "own: {censor: {at: last survival contact"),),
}  # fmt: skip
"""Clauses in which the definition ``own`` differs from ``as_collected``, and how each is turned."""

Cells = dict[tuple[str, str, str], str | None]


@pytest.fixture(scope="module")
def data(shared_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return shared_folder(tmp_path_factory.mktemp("peer") / "data", shared_data)


@pytest.fixture(scope="module")
def peer(shared_data: Path) -> Cells:
    return cells(table(shared_data / "admiralonco" / "peer_adtte_recist.csv"))


def cells(rows: pl.DataFrame) -> Cells:
    """Date, code and days of each subject and endpoint."""
    long = rows.select("PARAMCD", "USUBJID", pl.col("ADT", "CNSR", "AVAL").cast(pl.String)).unpivot(
        index=["PARAMCD", "USUBJID"]
    )
    return {key[:3]: value for *key, value in map(list, long.iter_rows()) for key in [tuple(key)]}  # type: ignore[misc]  # three texts


def ours(place: Path, data: Path, definition: str, changes: tuple[tuple[str, str], ...] = ()) -> Cells:
    text = STUDY.read_text(encoding="utf-8")
    for old, new in changes:
        assert old in text, old
        text = text.replace(old, new)
    place.mkdir(parents=True)
    (place / "cdiscpilot01.yaml").write_text(text, encoding="utf-8")
    derive_trial(open_study(place / "cdiscpilot01.yaml"), data, cutoff=CUTOFF, out=place / "out", by_arm=True)
    rows = pl.read_parquet(place / "out" / "adtte.parquet")
    return cells(rows.filter(pl.col("DEFID") == definition))


def differences(peer: Cells, found: Cells) -> set[tuple[str, str, str]]:
    """Cells that differ, and those only one of the two has."""
    return {key for key in peer.keys() | found.keys() if peer.get(key, "absent") != found.get(key, "absent")}


def test_as_collected_every_date_code_and_number_of_days_is_the_peers(tmp_path: Path, data: Path, peer: Cells) -> None:
    assert len(peer) == 3 * 512
    assert differences(peer, ours(tmp_path / "peer", data, "as_collected")) == set()


def test_each_difference_of_our_own_rules_goes_with_exactly_one_clause(tmp_path: Path, data: Path, peer: Cells) -> None:
    every = differences(peer, ours(tmp_path / "own", data, "own"))
    gone = {}
    for number, (name, changes) in enumerate(CLAUSES.items()):
        left = differences(peer, ours(tmp_path / str(number), data, "own", changes))
        assert left <= every, name
        gone[name] = every - left
    assert {name: len(found) for name, found in gone.items()} == {
        "missed_assessments": 3, "codes": 246, "at last assessment": 0, "at last survival contact": 2,
    }  # fmt: skip
    assert sum(len(found) for found in gone.values()) == len(every)
    assert set().union(*gone.values()) == every
