"""Data folders read and written."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from datetime import date
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.account import bound_by_modes
from trialwright.errors import DataError
from trialwright.exchange import Manifest, folder, read_folder, whole_or_nothing, write_folder
from trialwright.exchange.folder import read_text_table
from trialwright.model.frames import TABLES
from trialwright.model.study import Study

pytestmark = pytest.mark.unvalidated

Altered = Callable[..., Path]
MANIFEST = Manifest("nct07295132", "simulated", cutoff=date(2027, 3, 31), extra={"seed": "7"})


def ids(path: Path) -> list[tuple[str, str]]:
    return [(found.id, found.where) for found in read_folder(path)[1] if found.id != "F10"]


def test_the_two_subjects_are_read_exactly(two_subjects: Path) -> None:
    frames, findings = read_folder(two_subjects)
    assert findings == []
    assert (frames.study, frames.origin, frames.cutoff) == ("nct07295132", "entered", date(2027, 3, 31))
    assert {domain: frames[domain].height for domain in TABLES if frames.collected(domain)} == {
        "DM": 2, "DS": 5, "FA": 33, "MH": 2, "CM": 2, "EX": 6, "PR": 1, "LB": 8, "TU": 5, "TR": 13, "RS": 7, "SS": 2,
    }  # fmt: skip
    assert frames["TR"]["TRVAL"].to_list()[-2:] == [470, 174]
    assert frames["CM"].select("CMENLO", "CMENHI", "CMENPREC").row(1) == (date(2025, 3, 1), date(2025, 3, 31), "M")
    assert frames["DM"]["STUDYID"].unique().to_list() == ["nct07295132"]
    assert frames.inputs["rs.csv"] == hashlib.sha256((two_subjects / "rs.csv").read_bytes()).hexdigest()
    assert frames.columns["PR"] == ("USUBJID", "PRSEQ", "PRCAT", "PRDECOD", "PROCCUR", "PRSTDTC")


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda path: None, "does not exist"),
        (lambda path: path.write_text("x"), "is not a folder"),
        (lambda path: path.mkdir(), "holds no study.json"),
    ],
)
def test_what_is_no_data_folder_is_refused(tmp_path: Path, make: Callable[[Path], None], words: str) -> None:
    make(tmp_path / "data")
    with pytest.raises(DataError, match=words):
        read_folder(tmp_path / "data")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("{", "study.json:1:2: this is not JSON"),
        ("\xff", "byte 0xff is not UTF-8"),
        ("  ", "the file is empty"),
        ("[" * 100_000, "is not JSON"),
        ('{"study": "a", "study": "b"}', "the key 'study' stands twice"),
        ("[]", "no JSON object"),
        ('{"origin": "entered"}', "'study' names no study"),
        ('{"study": 7, "origin": "entered"}', "'study' is not text"),
        ('{"study": "s"}', "'origin' is missing"),
        ('{"study": "s", "origin": "invented"}', "'origin' is 'invented'"),
        ('{"study": "s", "origin": "entered", "cutoff": "2027-02-30"}', "no day"),
        ('{"study": "s", "origin": "entered", "cutoff": "20270331"}', "no day"),
        ('{"study": "s", "origin": "entered", "produced": "yesterday"}', "no moment"),
        ('{"study": "s", "origin": "entered", "canonical_sha256": "abc"}', "no SHA-256"),
        ('{"study": "s", "origin": "entered", "files": []}', "'files' is not an object"),
        ('{"study": "s", "origin": "entered", "files": {"dm.csv": 2}}', "no object for dm.csv"),
        ('{"study": "s", "origin": "entered", "files": {"dm.csv": {"sha256": "abc"}}}', "no SHA-256 for dm.csv"),
        ('{"study": "s", "origin": "entered", "files": {"dm.csv": {"rows": -1}}}', "no number of rows for dm.csv"),
    ],
)
def test_a_manifest_that_cannot_be_read_is_refused(tmp_path: Path, text: str, words: str) -> None:
    (tmp_path / "study.json").write_text(text, encoding="latin-1")
    with pytest.raises(DataError, match=words):
        read_folder(tmp_path)


def test_a_changed_file_is_noticed(altered: Altered) -> None:
    digest = hashlib.sha256(b"something else").hexdigest()
    path = altered(manifest={"files": {"rs.csv": {"sha256": digest, "rows": 9}, "ae.csv": {"sha256": digest}}})
    assert ids(path) == [("F01", "study.json"), ("F08", "rs.csv"), ("F08", "rs.csv")]


def test_files_without_hash_are_noted(altered: Altered) -> None:
    noted = [found for found in read_folder(altered())[1] if found.id == "F10"]
    assert len(noted) == 12
    assert {found.severity for found in noted} == {"I"}


def test_two_files_for_one_domain(altered: Altered) -> None:
    path = altered()
    pl.read_csv(path / "rs.csv", infer_schema=False).write_parquet(path / "rs.parquet")
    assert ids(path) == [("F06", "rs.csv")]


def test_strange_files_are_listed_and_not_read(altered: Altered) -> None:
    path = altered({"truth.json": lambda _: "{}", "notes.txt": lambda _: "x"})
    (path / "older").mkdir()
    (path / ".hidden").write_text("x")
    assert ids(path) == [("F05", "notes.txt"), ("F05", "older"), ("F05", "truth.json")]


def test_a_table_that_cannot_be_read_is_left_out(altered: Altered) -> None:
    path = altered({"rs.csv": lambda text: text.replace(",", ";")})
    frames, _ = read_folder(path)
    assert ids(path) == [("F02", "rs.csv:1")]
    assert not frames.collected("RS")
    assert frames.collected("DM")


def test_a_file_that_may_not_be_opened(altered: Altered) -> None:
    path = altered()
    (path / "rs.csv").chmod(0)
    with bound_by_modes():
        found = ids(path)
    assert found == [("F02", "rs.csv")]


def test_a_file_too_large_is_refused(altered: Altered, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(folder, "MAX_BYTES", 1000)
    refused = [where for rule, where in ids(altered()) if rule == "F02"]
    assert refused == ["fa.csv"]


@pytest.mark.parametrize(
    ("column", "values", "found"),
    [
        ("LBORRES", [850.0], [("F04", "lb.parquet:1")]),
        ("LBDTC", [date(2026, 1, 12)], [("F04", "lb.parquet:1")]),
        ("LBORRES", [850], [("F04", "lb.parquet:1")]),
        ("LBSEQ", [1], []),
    ],
)
def test_parquet_keeps_text(altered: Altered, column: str, values: list[object], found: list[tuple[str, str]]) -> None:
    path = altered()
    text = pl.read_csv(path / "lb.csv", infer_schema=False).head(1)
    (path / "lb.csv").unlink()
    text.with_columns(pl.Series(column, values)).write_parquet(path / "lb.parquet")
    assert ids(path) == found


def test_simulated_parquet_may_hold_numbers(altered: Altered) -> None:
    path = altered(manifest={"origin": "simulated"})
    text = pl.read_csv(path / "lb.csv", infer_schema=False)
    (path / "lb.csv").unlink()
    text.with_columns(pl.col("LBORRES").cast(pl.Float64), pl.col("LBDTC").str.to_date()).write_parquet(
        path / "lb.parquet"
    )
    frames, findings = read_folder(path)
    assert [found.id for found in findings if found.id != "F10"] == []
    assert frames["LB"].select("LBORRES", "LBVAL", "LBDTC").row(0) == ("850.0", 850, "2026-01-12")


@pytest.mark.parametrize("content", [b"", b"PAR1 is not enough"])
def test_what_is_no_parquet_is_refused(altered: Altered, content: bytes) -> None:
    path = altered()
    (path / "lb.csv").unlink()
    (path / "lb.parquet").write_bytes(content)
    assert ids(path) == [("F02", "lb.parquet:1")]


CELL = st.one_of(
    st.none(), st.text(st.characters(codec="utf-8", exclude_characters="\0\x1f\r"), min_size=1, max_size=8)
)
ROWS = st.lists(st.tuples(CELL, CELL, CELL), max_size=6)


@given(ROWS, st.sampled_from(["csv", "parquet"]))
def test_what_is_written_is_read_back(
    tmp_path_factory: pytest.TempPathFactory, rows: list[tuple[str | None, ...]], ending: str
) -> None:
    path = tmp_path_factory.mktemp("written") / "data"
    text = pl.DataFrame(rows, schema=dict.fromkeys(("DSTERM", "LBX", "LBY"), pl.String), orient="row")
    text = text.with_row_index("N").select(
        pl.lit("1").alias("USUBJID"),
        (pl.col("N") + 1).cast(pl.String).alias("DSSEQ"),
        pl.lit("DEATH").alias("DSDECOD"),
        "DSTERM",
        "LBX",
        "LBY",
    )
    write_folder(path, {"DS": text}, MANIFEST, format="csv" if ending == "csv" else "parquet")
    frames, findings = read_folder(path)
    assert {found.id for found in findings} <= {"F05", "V05"}
    assert frames["DS"].select("USUBJID", "DSDECOD", "DSTERM", "LBX", "LBY").rows() == text.drop("DSSEQ").rows()
    assert frames["DS"]["DSSEQ"].cast(pl.String).to_list() == text["DSSEQ"].to_list()


def test_csv_and_parquet_type_alike(two_subjects: Path, tmp_path: Path, study: Study) -> None:
    frames, _ = read_folder(two_subjects)
    text = {
        domain: pl.read_csv(two_subjects / frames.file_of(domain), infer_schema=False)
        for domain in TABLES
        if frames.collected(domain)
    }
    write_folder(
        tmp_path / "data", text, Manifest("nct07295132", "entered", cutoff=date(2027, 3, 31)), format="parquet"
    )
    again, findings = read_folder(tmp_path / "data", study=study)
    assert findings == []
    for domain in text:
        assert again[domain].equals(frames[domain]), domain


def test_the_manifest_says_what_was_written(tmp_path: Path) -> None:
    text = pl.DataFrame({"USUBJID": ["1"], "SITEID": ["01"], "SEX": ["F"]})
    write_folder(tmp_path / "data", {"DM": text}, MANIFEST)
    manifest = json.loads((tmp_path / "data" / "study.json").read_text())
    digest = hashlib.sha256((tmp_path / "data" / "dm.csv").read_bytes()).hexdigest()
    assert manifest["files"] == {"dm.csv": {"sha256": digest, "rows": 1}}
    assert (manifest["origin"], manifest["cutoff"], manifest["seed"]) == ("simulated", "2027-03-31", "7")


@pytest.mark.parametrize(
    ("tables", "words"),
    [({"ZZ": pl.DataFrame()}, "no domain"), ({"DM": pl.DataFrame({"AGE": [59]})}, "column AGE of DM is not text")],
)
def test_what_is_no_text_table_is_not_written(tmp_path: Path, tables: dict[str, pl.DataFrame], words: str) -> None:
    with pytest.raises(DataError, match=words):
        write_folder(tmp_path / "data", tables, MANIFEST)
    assert list(tmp_path.iterdir()) == []


def test_a_folder_is_written_whole_or_not_at_all(tmp_path: Path) -> None:
    def interrupted() -> None:
        with whole_or_nothing(tmp_path / "out") as scratch:
            (scratch / "half").write_text("x")
            raise RuntimeError("power cut")

    with pytest.raises(RuntimeError, match="power cut"):
        interrupted()
    assert list(tmp_path.iterdir()) == []


def test_nothing_is_overwritten(tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "mine").write_text("x")
    with pytest.raises(DataError, match="exists already"), whole_or_nothing(tmp_path / "out"):
        pytest.fail("nothing may be written beside an existing folder")
    assert [entry.name for entry in tmp_path.iterdir()] == ["out"]


def test_an_empty_folder_may_be_filled_and_others_may_read_it(tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    with whole_or_nothing(tmp_path / "out") as scratch:
        (scratch / "file").write_text("x")
    assert (tmp_path / "out" / "file").read_text() == "x"
    probe = tmp_path / "probe"
    probe.mkdir()
    assert (tmp_path / "out").stat().st_mode == probe.stat().st_mode


@pytest.mark.parametrize("exists", [True, False])
def test_a_link_leads_to_the_folder_that_is_filled(tmp_path: Path, exists: bool) -> None:
    real, link = tmp_path / "elsewhere" / "real", tmp_path / "out"
    link.symlink_to(real)
    if exists:
        real.mkdir(parents=True)
    with whole_or_nothing(link) as scratch:
        (scratch / "file").write_text("x")
    assert link.is_symlink()
    assert [entry.name for entry in real.iterdir()] == ["file"]
    assert {entry.name for entry in tmp_path.iterdir()} == {"elsewhere", "out"}


def test_one_file_is_read_as_text(two_subjects: Path, tmp_path: Path) -> None:
    table, digest = read_text_table(two_subjects / "dm.csv")
    assert table["BRTHDTC"].to_list() == ["1966", "1959-07"]
    assert digest == hashlib.sha256((two_subjects / "dm.csv").read_bytes()).hexdigest()
    table.drop("LINE").write_parquet(tmp_path / "dm.parquet")
    assert read_text_table(tmp_path / "dm.parquet")[0].select(table.columns).equals(table)


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [("zz.csv", b"A,B", "no table"), ("dm.csv", None, "cannot be opened"), ("dm.csv", b"", "empty")],
)
def test_one_file_that_is_no_table_is_refused(tmp_path: Path, name: str, content: bytes | None, words: str) -> None:
    if content is not None:
        (tmp_path / name).write_bytes(content)
    with pytest.raises(DataError, match=words):
        read_text_table(tmp_path / name)
