"""The command that writes analysis datasets: from a study and its data, from a run, and what it withholds."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path

import jsonschema
import pandas as pd
import polars as pl
import pytest

from tests.e2e.rude import CUTOFF, STUDY, TWO_SUBJECTS, call, run_arguments

pytestmark = pytest.mark.unvalidated


def exported(out: Path, *more: object, what: object = STUDY, form: str = "csv") -> dict[str, object]:
    arguments = ["export", what, "--format", form, "--out", out, *more]
    done = call(*arguments, "--json")
    assert done.code == 0, done.stderr
    shape: dict[str, object] = json.loads(done.stdout)
    schema = json.loads(call("schema", "--command", "export").stdout)
    jsonschema.Draft202012Validator.check_schema(schema)
    jsonschema.validate(shape, schema, format_checker=jsonschema.FormatChecker())
    files = shape["files"]
    assert isinstance(files, list)
    assert sorted(path.name for path in out.iterdir()) == sorted(files)
    return shape


OF_STUDY = ("--data", TWO_SUBJECTS, "--cutoff", CUTOFF)


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """A run with arms and one without."""
    place = tmp_path_factory.mktemp("runs")
    assert call(*run_arguments(TWO_SUBJECTS, place / "open", "--by-arm")).code == 0
    assert call(*run_arguments(TWO_SUBJECTS, place / "closed")).code == 0
    return {"open": place / "open", "closed": place / "closed"}


def test_the_two_subjects_stand_in_four_datasets_with_their_sources(tmp_path: Path) -> None:
    exported(tmp_path / "out", *OF_STUDY, "--by-arm")
    times = pl.read_csv(tmp_path / "out" / "adtte.csv", try_parse_dates=False)
    pfs = times.filter(pl.col("PARAMCD") == "PFS").select("USUBJID", "AVAL", "CNSR", "SRCDOM", "SRCVAR", "SRCSEQ")
    assert pfs.rows() == [("OV-01-001", 272, 0, "RS", "RSDTC", 4), ("OV-02-001", 182, 0, "RS", "RSDTC", 3)]
    lesions = pl.read_csv(tmp_path / "out" / "adtr.csv")
    sums = lesions.filter((pl.col("PARAMCD") == "SDIAM") & (pl.col("ASSESSID") == "after"))
    assert sums.filter(pl.col("USUBJID") == "OV-02-001").select("AVAL", "BASE", "CHGNAD", "ABLFL").rows() == [
        (52.0, 52.0, None, "Y"), (55.0, 52.0, 3.0, None), (64.4, 52.0, 12.4, None),
    ]  # fmt: skip
    second = lesions.filter(pl.col("TRLNKID") == "T2").filter(pl.col("ASSESSID") == "after")
    assert second.filter(pl.col("USUBJID") == "OV-02-001").select("AVAL", "SRCSEQ").rows() == [
        (14.0, 4), (15.0, 6), (17.4, 8),
    ]  # fmt: skip


def test_a_transport_file_of_the_command_is_read_by_another_program(tmp_path: Path) -> None:
    shape = exported(tmp_path / "out", *OF_STUDY, "--by-arm", form="xpt")
    assert "ADTTE: whole numbers read as floating point (ASEQ, AVAL, CNSR, SRCSEQ)" in shape["notes"]  # type: ignore[operator]  # a list
    back = pd.read_sas(tmp_path / "out" / "adtte.xpt", format="xport", encoding="utf-8")
    assert back[back["PARAMCD"] == "PFS"]["AVAL"].tolist() == [272.0, 182.0]
    described = json.loads((tmp_path / "out" / "export.json").read_text(encoding="utf-8"))
    assert [each["name"] for each in described["datasets"]["ADTTE"]["variables"]] == list(back.columns)


def test_dataset_json_holds_the_same_rows_as_csv(tmp_path: Path) -> None:
    exported(tmp_path / "csv", *OF_STUDY, "--by-arm")
    exported(tmp_path / "json", *OF_STUDY, "--by-arm", form="dataset-json")
    for name in ("adsl", "adtr", "adrs", "adtte"):
        held = json.loads((tmp_path / "json" / f"{name}.json").read_text(encoding="utf-8"))
        flat = pl.read_csv(tmp_path / "csv" / f"{name}.csv", infer_schema=False)
        assert [column["name"] for column in held["columns"]] == flat.columns
        shown = [[None if cell is None else str(cell) for cell in row] for row in held["rows"]]
        assert shown == [list(row) for row in flat.rows()]


def test_nothing_written_without_leave_tells_an_arm(tmp_path: Path) -> None:
    exported(tmp_path / "out", *OF_STUDY)
    columns = {column for path in (tmp_path / "out").glob("*.csv") for column in pl.read_csv(path).columns}
    assert {"ARM", "ARMCD", "ACTARMCD", "TRTP", "TRT01P", "OPERATFL"}.isdisjoint(columns)
    assert "after" not in pl.read_csv(tmp_path / "out" / "adtr.csv")["ASSESSID"].to_list()
    written = "\n".join(path.read_text(encoding="utf-8") for path in (tmp_path / "out").glob("*.csv"))
    assert not re.search(r"\bSCS\b|\bCHEMO\b|Cytoreduction|NED", written)


def test_a_run_is_exported_as_it_was_made(tmp_path: Path, runs: dict[str, Path]) -> None:
    shape = exported(tmp_path / "run", "--by-arm", what=runs["open"])
    assert shape["notes"][0].startswith("ADTR is left out")  # type: ignore[index]  # a list
    exported(tmp_path / "whole", "--by-arm", "--data", TWO_SUBJECTS, what=runs["open"])
    exported(tmp_path / "study", *OF_STUDY, "--by-arm")
    for file in ("adsl.csv", "adrs.csv", "adtte.csv"):
        assert (tmp_path / "run" / file).read_text() == (tmp_path / "study" / file).read_text()
    assert (tmp_path / "whole" / "adtr.csv").read_text() == (tmp_path / "study" / "adtr.csv").read_text()


@pytest.mark.parametrize(
    ("which", "more", "words"),
    [
        ("open", (), "the tables of this run tell arms"),
        ("closed", ("--by-arm",), "this run was made without arms"),
    ],
)
def test_a_run_is_not_shown_otherwise_than_it_was_made(
    tmp_path: Path, runs: dict[str, Path], which: str, more: tuple[str, ...], words: str
) -> None:
    done = call("export", runs[which], "--format", "csv", "--out", tmp_path / "out", *more)
    assert done.code == 4
    assert words in done.stderr
    assert not (tmp_path / "out").exists()


def test_lesions_of_other_data_than_the_run_has_read_are_refused(tmp_path: Path, runs: dict[str, Path]) -> None:
    other = tmp_path / "other"
    shutil.copytree(TWO_SUBJECTS, other)
    content = json.loads((other / "study.json").read_text())
    (other / "study.json").write_text(json.dumps({**content, "by": "somebody else"}), encoding="utf-8")
    done = call("export", runs["closed"], "--format", "csv", "--data", other, "--out", tmp_path / "out")
    assert done.code == 2
    assert "not the file the run has read" in done.stderr


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ((), "a study is exported from its data at a cutoff"),
        (("--data", TWO_SUBJECTS), "--cutoff"),
        (("--data", TWO_SUBJECTS, "--cutoff", "31.3.2027"), "is no day"),
    ],
)
def test_a_study_needs_its_data_and_a_cutoff(tmp_path: Path, more: tuple[object, ...], words: str) -> None:
    done = call("export", STUDY, "--format", "csv", "--out", tmp_path / "out", *more)
    assert done.code == 2
    assert words in done.stderr
    assert not (tmp_path / "out").exists()
