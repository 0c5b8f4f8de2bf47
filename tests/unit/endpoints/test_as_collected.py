"""Times of a study that takes responses as they were collected, beside those of its own rules: invented subjects."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from typing import Final

import polars as pl
import pytest

from tests.peer import Course, folder_of
from trialwright.conduct.endpoints import derive_trial
from trialwright.conduct.studies import open_study

pytestmark = pytest.mark.unvalidated

STUDY: Final = Path(__file__).parents[2] / "fixtures" / "studies" / "as_collected.yaml"
ORIGIN: Final = date(2026, 1, 1)
CUTOFF: Final = date(2027, 12, 31)


def after(day: int) -> date:
    return ORIGIN + timedelta(days=day)


COURSES: Final = {
    "unread": Course(ORIGIN, {42: "SD", 84: "NE"}, alive=after(200)),
    "late": Course(ORIGIN, {42: "SD", 252: "PD"}, alive=after(300)),
    "dead": Course(ORIGIN, {42: "SD"}, death=after(400)),
    "unseen": Course(ORIGIN, {}, alive=after(10)),
    "longer": Course(ORIGIN, {42: "PR", 70: "SD"}, alive=after(60)),
    "treated": Course(ORIGIN, {42: "PR", 84: "PD"}, alive=after(100), therapy=60),
}

EXPECTED: Final = {
    # subject, endpoint: days and code by our own rules, then as collected
    ("unread", "PFS"): ((43, 1), (85, 1)),
    ("late", "PFS"): ((43, 3), (253, 0)),
    ("dead", "PFS"): ((43, 3), (401, 0)),
    ("unseen", "PFS"): ((1, 4), (1, 1)),
    ("longer", "PFS"): ((71, 1), (71, 1)),
    ("treated", "PFS"): ((43, 2), (85, 0)),
    ("longer", "RSD"): ((29, 1), (29, 1)),
    ("treated", "RSD"): ((1, 2), (43, 0)),
    ("unread", "OS"): ((201, 1), (201, 1)),
    ("late", "OS"): ((301, 1), (301, 1)),
    ("dead", "OS"): ((401, 0), (401, 0)),
    ("unseen", "OS"): ((11, 1), (11, 1)),
    ("longer", "OS"): ((71, 1), (61, 1)),
    ("treated", "OS"): ((101, 1), (101, 1)),
}


@pytest.fixture(scope="module")
def times(tmp_path_factory: pytest.TempPathFactory) -> pl.DataFrame:
    place = tmp_path_factory.mktemp("collected")
    data = folder_of(place / "data", COURSES)
    derive_trial(open_study(STUDY), data, cutoff=CUTOFF, out=place / "out", by_arm=True)
    return pl.read_parquet(place / "out" / "adtte.parquet")


def test_every_time_by_our_own_rules_and_as_collected(times: pl.DataFrame) -> None:
    found: dict[tuple[str, str], dict[str, tuple[int, int]]] = {}
    for who, endpoint, definition, days, code in times.select(
        "USUBJID", "PARAMCD", "DEFID", "AVAL", "CNSR"
    ).iter_rows():
        found.setdefault((who, endpoint), {})[definition] = (days, code)
    assert {key: (held["own"], held["as_collected"]) for key, held in found.items()} == EXPECTED


def test_a_censored_time_says_what_dates_it(times: pl.DataFrame) -> None:
    shown = times.filter(pl.col("DEFID") == "as_collected").select(
        "USUBJID", "PARAMCD", "EVNTDESC", "CNSDTDSC", "SRCDOM", "SRCVAR", "RULEID"
    )
    rows = {(who, name): tuple(rest) for who, name, *rest in shown.iter_rows()}
    assert rows["unread", "PFS"] == (
        "No event up to the last assessment", "Last assessment", "RS", "RSDTC", "PFS.censor.last-assessment",
    )  # fmt: skip
    assert rows["longer", "OS"] == (
        "No event up to the last survival contact", "Last survival contact", "SS", "SSDTC", "OS.censor.last-contact",
    )  # fmt: skip
    assert rows["unseen", "PFS"][:2] == ("No assessment after the origin", "Origin")


def test_an_assessment_that_could_not_be_evaluated_is_named_among_the_rows_a_time_rests_on(tmp_path: Path) -> None:
    data = folder_of(tmp_path / "data", {"unread": COURSES["unread"]})
    rows = (data / "rs.csv").read_text(encoding="utf-8").splitlines()
    (data / "rs.csv").write_text("\n".join(rows[:2]) + "\n", encoding="utf-8")
    derive_trial(open_study(STUDY), data, cutoff=CUTOFF, out=tmp_path / "out", by_arm=True)
    without = pl.read_parquet(tmp_path / "out" / "adtte.parquet").filter(pl.col("PARAMCD") == "PFS")
    assert dict(without.select("DEFID", "AVAL").iter_rows()) == {"own": 43, "as_collected": 43}
