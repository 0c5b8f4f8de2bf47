"""Two readers and an adjudicator."""

from __future__ import annotations

from datetime import date, timedelta

import polars as pl
import pytest

from trialwright.assessments.policy import Policy
from trialwright.assessments.readers import Readings, adjudicated

pytestmark = pytest.mark.independent("worked out by hand")

START = date(2026, 1, 1)


def readings(chosen: dict[str, str], **said: tuple[dict[int, str], dict[int, str]]) -> Readings:
    cells = [
        (subject, reader, START + timedelta(days=day), code)
        for subject, both in said.items()
        for reader, codes in zip(("R1", "R2"), both, strict=True)
        for day, code in codes.items()
    ]
    schema = {"USUBJID": pl.String, "READER": pl.String, "ADT": pl.Date, "AVALC": pl.String}
    origin = pl.DataFrame({"USUBJID": sorted(said), "ADT": [START] * len(said)})
    taken = pl.DataFrame(list(chosen.items()), schema={"USUBJID": pl.String, "READER": pl.String}, orient="row")
    return adjudicated(pl.DataFrame(cells, schema=schema, orient="row"), taken, origin, Policy(), ("R1", "R2"))


def test_where_readers_agree_the_first_counts() -> None:
    found = readings({}, A=({42: "SD", 84: "PD"}, {42: "SD", 84: "PD"}))
    assert found.subjects.select("DIFFER", "CHOSEN").rows() == [("", "R1")]
    assert found.adjudication_rate == 0
    assert found.responses["READER"].unique().to_list() == ["R1"]


def test_what_differs_is_named_and_waits_for_the_adjudicator() -> None:
    found = readings(
        {"C": "R2"},
        A=({42: "PR", 84: "PD"}, {42: "SD", 84: "PD"}),
        B=({42: "SD", 84: "PD"}, {42: "SD", 84: "SD", 126: "PD"}),
        C=({42: "SD"}, {42: "PD"}),
    )
    assert found.subjects.select("USUBJID", "DIFFER", "CHOSEN").rows() == [
        ("A", "best response", None),
        ("B", "progression", None),
        ("C", "best response and progression", "R2"),
    ]
    assert found.adjudication_rate == 1
    assert found.responses.select("USUBJID", "AVALC").rows() == [("C", "PD")]


def test_a_subject_that_one_reader_did_not_read_differs() -> None:
    found = readings({}, A=({42: "SD"}, {}))
    assert found.subjects["DIFFER"].to_list() == ["best response"]
