"""Runs on data that are odd and not wrong: a report is written, and says what cannot be estimated and why."""

from __future__ import annotations

import json
import resource
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.rude import Change, Ended, add, call, folder, header_only, run_arguments, swap, without

pytestmark = pytest.mark.unvalidated

UNALLOCATED = {
    "dm.csv": lambda text: swap("SCS,Cytoreduction then remaining chemotherapy,SCS", ",,")(
        swap("CHEMO,Remaining chemotherapy alone,CHEMO", ",,")(text)
    ),
    "ds.csv": without("RANDOMIZED"),
}
ONE_SUBJECT = {
    f"{name}.csv": without("OV-02-001") for name in ("cm", "dm", "ds", "ex", "fa", "lb", "mh", "rs", "ss", "tr", "tu")
}


def ran(
    place: Path, changes: Mapping[str, Change] | None = None, *more: str, cutoff: str = "2027-03-31"
) -> tuple[Ended, dict[str, Any]]:
    """How a run ended, and its results."""
    data = folder(place / "data", changes)
    ended = call(*run_arguments(data, place / "out", *more, cutoff=cutoff))
    assert ended.code == 0, ended.stderr
    assert (place / "out" / "report.html").stat().st_size > 10_000
    return ended, json.loads((place / "out" / "results.json").read_text(encoding="utf-8"))


def entry(results: Mapping[str, Any], wanted: str) -> dict[str, Any]:
    found: dict[str, Any] = next(entry for entry in results["results"] if entry["id"] == wanted)
    return found


def found(results: Mapping[str, Any], rule: str) -> list[dict[str, str]]:
    return [finding for finding in results["findings"] if finding["id"] == rule]


def test_no_event_in_an_arm_leaves_no_hazard_ratio_and_keeps_the_log_rank_test(tmp_path: Path) -> None:
    _, results = ran(tmp_path, None, "--by-arm")
    ratio, test = entry(results, "OS/hr"), entry(results, "OS/p_logrank")
    assert (ratio["status"], ratio["value"]) == ("not estimable", None)
    assert "one arm has no event" in ratio["reason"]
    assert test["status"] == "estimated"
    assert 0 < test["value"] < 1


def test_no_event_at_all_is_said_of_every_figure(tmp_path: Path) -> None:
    changes = {
        "rs.csv": lambda text: text.replace(",PD,", ",SD,"),
        "dm.csv": swap(",2027-02-03,Y", ",,"),
        "ds.csv": without(",DEATH,"),
        "ss.csv": swap(",DEAD,", ",ALIVE,"),
    }
    _, results = ran(tmp_path, changes, "--by-arm")
    for name in ("PFS/hr", "PFS/p_logrank", "OS/hr", "OS/p_logrank", "OS/p_zph", "PFS/median@SCS"):
        assert entry(results, name)["status"] == "not estimable", name
        assert entry(results, name)["reason"], name


def test_one_subject(tmp_path: Path) -> None:
    _, results = ran(tmp_path, ONE_SUBJECT, "--by-arm")
    assert entry(results, "PFS/OV-01-001")["value"] == 272
    for name in ("PFS/hr", "PFS/p_logrank", "PFS/rmst_difference", "PFS/p_zph", "PFS/forest"):
        assert entry(results, name)["reason"] == "no subject in arm CHEMO", name


@pytest.mark.parametrize("more", [(), ("--by-arm",)])
def test_nobody_allocated(tmp_path: Path, more: tuple[str, ...]) -> None:
    _, results = ran(tmp_path, UNALLOCATED, *more)
    assert entry(results, "PFS/n")["value"] == 0
    assert entry(results, "PFS/hr")["status"] == ("not estimable" if more else "withheld")
    assert [entry["id"] for entry in results["results"] if entry["id"].startswith("PFS/OV")] == []


def test_an_early_cutoff_knows_nothing_of_what_came_later(tmp_path: Path) -> None:
    _, results = ran(tmp_path, None, "--by-arm", cutoff="2026-03-20")
    assert entry(results, "PFS/n")["value"] == 1
    assert entry(results, "PFS/hr")["reason"] == "no subject in arm CHEMO"
    rows = (tmp_path / "out" / "frames" / "adsl.csv").read_text(encoding="utf-8").splitlines()
    assert ["CHEMO" in row for row in rows[1:]] == [False, False]
    again = tmp_path / "again"
    again.mkdir()
    ran(again, None, "--by-arm", cutoff="2026-01-20")
    assert "OV-02-001" not in (again / "out" / "frames" / "adsl.csv").read_text(encoding="utf-8")


def test_a_table_with_a_header_only_was_collected_and_holds_nothing(tmp_path: Path) -> None:
    _, results = ran(tmp_path, {"rs.csv": header_only})
    for subject in ("OV-01-001", "OV-02-001"):
        assert (entry(results, f"PFS/{subject}")["status"], entry(results, f"PFS/{subject}")["value"]) == (
            "censored",
            1,
        )
    assert entry(results, "OS/OV-02-001")["value"] == 295


def test_a_date_after_the_cutoff_is_listed_and_not_used(tmp_path: Path) -> None:
    later = {"ss.csv": add("OV-01-001,9,SURVSTAT,ALIVE,2027-04-01")}
    _, results = ran(tmp_path, later)
    assert [(finding["where"], finding["subject"]) for finding in found(results, "D06")] == [("ss.csv:4", "OV-01-001")]
    assert entry(results, "OS/OV-01-001")["value"] == 309


def test_a_death_before_the_origin_is_no_negative_time(tmp_path: Path) -> None:
    early = {name: swap("2027-02-03", "2026-04-01") for name in ("dm.csv", "ds.csv", "ss.csv")}
    ended, results = ran(tmp_path, early)
    for name in ("PFS/OV-02-001", "OS/OV-02-001"):
        assert (entry(results, name)["status"], entry(results, name)["value"]) == ("not estimable", None)
        assert entry(results, name)["reason"] == "Death on 2026-04-01, before the origin"
    assert len(found(results, "G06")) > 5
    assert "13 to look at" in ended.stdout


def test_a_value_nobody_has_is_looked_at_twice_and_not_changed(tmp_path: Path) -> None:
    _, results = ran(tmp_path, {"lb.csv": swap(",850,", ",-850,")})
    assert [(finding["where"], finding["severity"]) for finding in found(results, "U03")] == [("lb.csv:2", "W")]


@pytest.mark.slow
def test_a_table_of_200_mb_is_read_within_bounded_memory_and_time(tmp_path: Path) -> None:
    """Two subjects, half a million samples, long names of laboratories; a process of its own, so memory is its own."""
    data = folder(tmp_path / "data")
    with (data / "lb.csv").open("w", encoding="utf-8") as file:
        file.write("USUBJID,LBSEQ,LBTESTCD,LBORRES,LBORRESU,LBORNRHI,LBDTC,LBNAM\n")
        row = "OV-01-001,{},CA125,85{}.{},U/mL,35,2026-0{}-{}," + "x" * 360 + "\n"
        for n in range(1, 500_001):
            file.write(row.format(n, n % 10, n, n % 3 + 1, n % 19 + 10))
    assert (data / "lb.csv").stat().st_size > 200_000_000
    start = time.monotonic()
    command = [sys.executable, "-m", "trialwright", *run_arguments(data, tmp_path / "out")]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)
    spent = time.monotonic() - start
    assert done.returncode == 0, done.stderr
    assert resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss < 4_000_000
    assert spent < 60
    figure = (tmp_path / "out" / "figures" / "courses-ca125.svg").stat().st_size
    assert figure < 200_000


@pytest.mark.parametrize(
    ("start", "piece", "words"),
    [
        (b"", b"\0", "NUL byte"),
        (b"", b"a", "longer than 131072 characters"),
        (b'USUBJID,LBSEQ\n"', b"a\n", "a quoted cell cannot be read"),
        (b"USUBJID,LBSEQ\n", b"a\n", "1 cells where the header has 2"),
    ],
    ids=["NUL", "one line", "open quote", "ragged"],
)
def test_200_mb_of_nonsense_is_refused_at_its_place(tmp_path: Path, start: bytes, piece: bytes, words: str) -> None:
    data = folder(tmp_path / "data", {"lb.csv": start + piece * (200_000_000 // len(piece))})
    done = call(*run_arguments(data, tmp_path / "out"))
    assert done.code == 2
    assert "F02 lb.csv:" in done.stderr
    assert words in done.stderr
    assert not (tmp_path / "out").exists()
