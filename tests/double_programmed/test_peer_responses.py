"""Responses as admiralonco 1.4 derives them from the same recorded responses, and every difference by its switch."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from pathlib import Path

import polars as pl
import pytest

from tests.peer import shared_folder, table
from trialwright.assessments.policy import POLICIES
from trialwright.conduct.respond import RespondRequest, respond

pytestmark = pytest.mark.double_programmed("admiralonco 1.4.0 on admiral 1.4.1, R 4.5.0")

PARAMETERS = ("OVR", "PD", "RSP", "BOR", "CBOR", "CRSP", "CB", "CCB", "LSTA", "DEATH")
AS_COLLECTED = POLICIES["as-collected"]

Row = tuple[str, str, str | None, str | None]


@pytest.fixture(scope="module")
def data(shared_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return shared_folder(tmp_path_factory.mktemp("peer") / "data", shared_data)


@pytest.fixture(scope="module")
def peer(shared_data: Path) -> Counter[Row]:
    rows = table(shared_data / "admiralonco" / "peer_adrs_recist.csv").filter(pl.col("PARAMCD").is_in(PARAMETERS))
    return Counter(rows.select("USUBJID", "PARAMCD", "ADT", "AVALC").iter_rows())


def ours(data: Path, policy: str, switches: Mapping[str, str]) -> Counter[Row]:
    rows = respond(RespondRequest(data, "recist-1.1", policy, switches)).responses
    used = rows.filter((pl.col("ANL01FL") == "Y") & pl.col("PARAMCD").is_in(PARAMETERS))
    return Counter(used.select("USUBJID", "PARAMCD", pl.col("ADT").cast(pl.String), "AVALC").iter_rows())


def differences(peer: Counter[Row], found: Counter[Row]) -> set[tuple[str, str]]:
    """Subjects and parameters whose value or day differs."""
    return {row[:2] for row in ((peer - found) + (found - peer))}


def test_as_collected_every_value_and_day_is_the_peers(data: Path, peer: Counter[Row]) -> None:
    assert sum(peer.values()) == 2776
    assert differences(peer, ours(data, "as-collected", {})) == set()


def test_each_difference_of_the_default_goes_with_exactly_one_switch(data: Path, peer: Counter[Row]) -> None:
    every = differences(peer, ours(data, "default", {}))
    gone = {
        name: every - differences(peer, ours(data, "default", {name: value})) for name, value in AS_COLLECTED.items()
    }
    assert {name: len(rows) for name, rows in gone.items()} == {
        "cr_then_disease": 0, "last_assessment": 1, "without_origin": 468,
    }  # fmt: skip
    assert sum(len(rows) for rows in gone.values()) == len(every)
    assert set().union(*gone.values()) == every


def test_a_switch_brings_no_difference_of_its_own(data: Path, peer: Counter[Row]) -> None:
    every = differences(peer, ours(data, "default", {}))
    for name, value in AS_COLLECTED.items():
        assert differences(peer, ours(data, "default", {name: value})) <= every, name
