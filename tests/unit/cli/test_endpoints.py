"""The command that derives endpoints: its tables, its counts, the rules that were asked for, and its blinding."""

from __future__ import annotations

import json
from pathlib import Path

import jsonschema
import polars as pl
import pytest

from tests.e2e.rude import STUDY, TWO_SUBJECTS, call

pytestmark = pytest.mark.unvalidated


def arguments(out: Path, *more: str) -> list[object]:
    return ["endpoints", STUDY, "--data", TWO_SUBJECTS, "--cutoff", "2027-03-31", "--out", out, *more]


def counted(out: Path, *more: str) -> dict[tuple[str, str], dict[str, object]]:
    done = call(*arguments(out, *more, "--json"))
    assert done.code == 0, done.stderr
    shape = json.loads(done.stdout)
    schema = json.loads(call("schema", "--command", "endpoints").stdout)
    jsonschema.Draft202012Validator.check_schema(schema)
    jsonschema.validate(shape, schema, format_checker=jsonschema.FormatChecker())
    assert sorted(path.name for path in out.iterdir()) == shape["files"]
    return {(each["endpoint"], each["definition"]): each for each in shape["endpoints"]}


def test_the_two_subjects_are_counted_in_every_definition(tmp_path: Path) -> None:
    found = counted(tmp_path / "out", "--by-arm")
    assert (found["PFS", "used"]["subjects"], found["PFS", "used"]["events"]) == (2, 2)
    assert found["OS", "corrected"]["censored"] == {"event-free": 1}
    assert found["OS", "record"]["events"] == 2
    assert found["R0", "record"]["answers"] == {"Y": 1}
    times = pl.read_parquet(tmp_path / "out" / "adtte.parquet").filter(pl.col("PARAMCD") == "PFS")
    assert dict(times.select("USUBJID", "AVAL").iter_rows()) == {"OV-01-001": 272, "OV-02-001": 182}


def test_nothing_by_arm_without_asking(tmp_path: Path) -> None:
    found = counted(tmp_path / "out")
    assert found["R0", "record"]["withheld"] is True
    assert found["R0", "record"]["answers"] == {}
    assert found["PFS", "used"]["events"] == 2
    assert "ARMCD" not in pl.read_parquet(tmp_path / "out" / "adsl.parquet").columns


def test_a_rule_set_asked_for_is_printed_and_says_nothing_about_survival(tmp_path: Path) -> None:
    found = counted(tmp_path / "json", "--censoring", "EMA_ITT")
    assert {name: each["rules"] for (name, definition), each in found.items() if definition in ("used", "corrected")}[
        "PFS"
    ] == "EMA_ITT"
    assert found["OS", "corrected"]["rules"] is None
    done = call(*arguments(tmp_path / "text", "--censoring", "EMA_ITT"))
    assert "censoring by EMA_ITT in place of the study file's rules" in done.stdout
    assert "OS record" in done.stdout
    assert "(not reported)" in done.stdout


def test_an_unknown_rule_set_is_bad_usage_and_writes_nothing(tmp_path: Path) -> None:
    done = call(*arguments(tmp_path / "out", "--censoring", "FDA_B"))
    assert done.code == 2
    assert "EMA_ITT, FDA_A, FDA_C" in done.stderr
    assert not (tmp_path / "out").exists()


def test_a_directory_that_is_taken_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("kept", encoding="utf-8")
    done = call(*arguments(tmp_path))
    assert done.code == 2
    assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]
