"""Tables of SDTM as transport files and as Dataset-JSON: what comes in, what is kept, what is refused."""

from __future__ import annotations

import io
import json
from collections.abc import Mapping
from datetime import date, datetime
from pathlib import Path

import polars as pl
import pyreadstat
import pytest

from trialwright.conduct.respond import RespondRequest, respond
from trialwright.exchange.folder import read_folder, read_text_table
from trialwright.exchange.sdtm_in import read_text
from trialwright.model.finding import Finding
from trialwright.model.frames import TABLES

pytestmark = pytest.mark.unvalidated

Rows = Mapping[str, list[object]]

TU: Rows = {
    "STUDYID": ["x"] * 3, "USUBJID": ["1"] * 3, "TUSEQ": [1, 2, 3], "TULNKID": ["T01", "T02", "T01/T02"],
    "TUTESTCD": ["TUMIDENT", "TUMIDENT", "TUMERGE"], "TUORRES": ["TARGET", "CHECK", "T01/T02"],
    "TULOC": ["LIVER", "LUNG", "LIVER"], "TUEVAL": ["INVESTIGATOR"] * 3, "TUDTC": ["2026-01-02"] * 3,
}  # fmt: skip
TR: Rows = {
    "STUDYID": ["x"] * 4, "USUBJID": ["1"] * 4, "TRSEQ": [1, 2, 3, 4], "TRLNKID": ["T01"] * 4,
    "TRTESTCD": ["LDIAM", "SUMDIAM", "LDIAM", "LDIAM"], "TRORRES": ["40", "40", "28", "CHECK"],
    "TRORRESU": ["mm", "mm", "mm", None], "TRSTRESN": [40.0, 40.0, 28.0, None], "TREVAL": ["INVESTIGATOR"] * 4,
    "TRDTC": ["2026-01-02", "2026-01-02", "2026-03", "2026-05-04"],
}  # fmt: skip
RS: Rows = {
    "STUDYID": ["x"] * 2, "USUBJID": ["1"] * 2, "RSSEQ": [1, 2], "RSCAT": ["RECIST 1.1"] * 2,
    "RSTESTCD": ["OVRLRESP"] * 2, "RSORRES": ["PR", "CHECK"], "RSEVAL": ["INVESTIGATOR"] * 2,
    "RSDTC": ["2026-03", "2026-05-04"],
}  # fmt: skip
DM: Rows = {"STUDYID": ["x"], "USUBJID": ["1"], "SITEID": ["01"], "SEX": ["F"]}
DS: Rows = {"STUDYID": ["x"], "USUBJID": ["1"], "DSSEQ": [1], "DSDECOD": ["RANDOMIZED"], "DSSTDTC": ["2026-01-05"]}
EVERY = {"DM": DM, "DS": DS, "TU": TU, "TR": TR, "RS": RS}


def as_xpt(domain: str, rows: Rows, path: Path) -> None:
    pyreadstat.write_xport(pl.DataFrame(rows), path, table_name=domain, file_format_version=5)


def as_json(domain: str, rows: Rows, path: Path) -> None:
    path.write_bytes(document(domain, rows))


def document(domain: str, held_rows: Rows, **other: object) -> bytes:
    held = {
        "datasetJSONVersion": "1.1.0", "name": domain, "records": len(next(iter(held_rows.values()))),
        "columns": [{"name": name} for name in held_rows],
        "rows": [list(row) for row in zip(*held_rows.values(), strict=True)],
    }  # fmt: skip
    return json.dumps({**held, **other}).encode()


@pytest.fixture(params=[("xpt", as_xpt), ("json", as_json)], ids=["xpt", "dataset-json"])
def data(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """The same folder in either format."""
    ending, write = request.param
    for domain, rows in EVERY.items():
        write(domain, rows, tmp_path / f"{domain.lower()}.{ending}")
    (tmp_path / "study.json").write_text('{"study": "x", "origin": "imported"}', encoding="utf-8")
    return tmp_path


def listed(findings: list[Finding]) -> list[tuple[str, str, str]]:
    return [(each.id, each.where.partition(":")[2], each.column) for each in findings if each.id not in ("F05", "F10")]


def test_a_folder_of_sdtm_is_read_with_its_partial_dates_and_junk(data: Path) -> None:
    frames, findings = read_folder(data)
    assert frames["TU"]["TULNKID"].to_list() == ["T01", "T02"]
    assert frames["TU"]["TUORRES"].to_list() == ["TARGET", "CHECK"]
    measured = frames["TR"].select("TRDTC", "TRHI", "TRPREC", "TRORRES", "TRVAL", "TRSTRESN").rows()
    assert measured == [
        ("2026-01-02", date(2026, 1, 2), "D", "40", 400, measured[0][5]),
        ("2026-01-02", date(2026, 1, 2), "D", "40", None, measured[1][5]),
        ("2026-03", date(2026, 3, 31), "M", "28", 280, measured[2][5]),
        ("2026-05-04", date(2026, 5, 4), "D", "CHECK", None, None),
    ]
    assert frames["RS"]["RSORRES"].to_list() == ["PR", "CHECK"]
    assert listed(findings) == [
        ("F12", "4", "TUTESTCD"), ("C01", "3", "TUORRES"), ("C01", "3", "TRTESTCD"), ("C01", "5", "TRORRES"),
    ]  # fmt: skip
    assert [each.severity for each in findings if each.id == "C01"] == ["W"] * 3


def test_the_responses_of_such_a_folder_are_judged(data: Path) -> None:
    found = respond(RespondRequest(data, "recist-1.1"))
    overall = found.responses.filter(pl.col("PARAMCD") == "OVR").select("ADT", "AVALC", "ADTF").rows()
    assert overall == [(date(2026, 3, 31), "PR", "D"), (date(2026, 5, 4), "NE", None)]
    recorded = respond(RespondRequest(data, "recist-1.1", rows="recorded"))
    assert [each.id for each in recorded.findings if each.column == "RSORRES"] == ["T09"]


def test_a_file_can_be_read_again_as_text(data: Path) -> None:
    path = next(data.glob("rs.*"))
    frame, digest = read_text_table(path)
    assert frame["RSDTC"].to_list() == ["2026-03", "2026-05-04"]
    assert len(digest) == 64


def xpt_bytes(frame: pl.DataFrame, tmp_path: Path, **more: object) -> bytes:
    pyreadstat.write_xport(frame, tmp_path / "x.xpt", file_format_version=5, **more)  # type: ignore[arg-type]  # formats
    return (tmp_path / "x.xpt").read_bytes()


def test_numbers_and_dates_of_a_transport_file_become_their_shortest_text(tmp_path: Path) -> None:
    frame = pl.DataFrame(
        {"USUBJID": ["1", "2  "], "LBORRES": [32.32, 1e-5], "LBSEQ": [1.0, 2.0], "LBDTC": [date(2026, 3, 18), None],
         "LBSTAT": [datetime(2026, 3, 18, 14, 5), None]}  # noqa: DTZ001 - without a zone, as SAS keeps it
    )  # fmt: skip
    read, findings = read_text(xpt_bytes(frame, tmp_path), TABLES["LB"], "lb.xpt", "imported")
    assert read is not None
    assert read.rows() == [
        (2, "1", "32.32", "1", "2026-03-18", "2026-03-18T14:05:00"), (3, "2", "0.00001", "2", None, None),
    ]  # fmt: skip
    assert [(each.id, each.column) for each in findings] == [("F11", "LBORRES")]


def test_digits_of_dataset_json_stay_as_they_were_written() -> None:
    about = '{"datasetJSONVersion":"1.1.0","name":"LB","records":1,"columns":[{"name":"LBORRES"},{"name":"LBNAM"}],'
    read, findings = read_text(f'{about}"rows":[[0.80,""]]}}'.encode(), TABLES["LB"], "lb.json", "imported")
    assert (read.rows() if read is not None else None, findings) == ([(2, "0.80", None)], [])


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "no Dataset-JSON"),
        (b"\xff", "no Dataset-JSON"),
        (b"[]", "it holds no object"),
        (document("SS", {"SSSEQ": [1]}, datasetJSONVersion="1.0.0"), "its version is '1.0.0'"),
        (document("RS", {"SSSEQ": [1]}), "it holds 'RS', the file is named SS"),
        (document("SS", {"SSSEQ": [1]}, records=2), "records says 2, 1 rows stand in it"),
        (document("SS", {"SSSEQ": [1]}, columns=[]), "columns is missing"),
        (document("SS", {"SSSEQ": [1]}, columns=[{"label": "x"}]), "a column has no name"),
        (document("SS", {"SSSEQ": [1]}, columns=[{"name": "A"}, {"name": "A"}]), "two columns have one name"),
        (document("SS", {"SSSEQ": [1]}, rows=[[1, 2]]), "row 1 has 2 values, 1 columns"),
        (document("SS", {"SSSEQ": [1]}, rows=[[[1]]]), "row 1 holds an array"),
        (document("SS", {"SSSEQ": [1]}, rows=[{"a": 1}]), "rows is no array of arrays"),
        (document("SS", {"SSSEQ": [float("nan")]}), "NaN is no number of JSON"),
    ],
)
def test_a_document_that_is_no_dataset_is_refused(content: bytes, words: str) -> None:
    read, findings = read_text(content, TABLES["SS"], "ss.json", "imported")
    assert read is None
    assert findings[0].id == "F02"
    assert words in findings[0].text


def test_other_transport_files_are_refused(tmp_path: Path) -> None:
    frame = pl.DataFrame({"USUBJID": ["1"]})
    pyreadstat.write_xport(frame, tmp_path / "8.xpt", file_format_version=8)
    for content, words in (
        ((tmp_path / "8.xpt").read_bytes(), "version 8"),
        (b"", "no transport file"),
        (xpt_bytes(frame, tmp_path)[:200], "no transport file"),
    ):
        read, findings = read_text(content, TABLES["SS"], "ss.xpt", "imported")
        assert (read, findings[0].id) == (None, "F02")
        assert words in findings[0].text


def test_a_letter_that_is_no_utf8_is_refused_and_not_guessed(tmp_path: Path) -> None:
    content = xpt_bytes(pl.DataFrame({"USUBJID": ["1"], "DSTERM": ["caf#"]}), tmp_path).replace(b"caf#", b"caf\xe9")
    read, findings = read_text(content, TABLES["DS"], "ds.xpt", "imported")
    assert read is None
    assert findings[0].id == "F02"


def test_two_files_of_one_domain_are_noticed(data: Path) -> None:
    (data / "rs.csv").write_text("USUBJID\n1\n", encoding="utf-8")
    assert "F06" in [each.id for each in read_folder(data)[1]]


def test_a_transport_file_in_memory_is_what_stands_on_the_disk(tmp_path: Path) -> None:
    content = xpt_bytes(pl.DataFrame({"USUBJID": ["1"]}), tmp_path)
    assert pyreadstat.read_xport(io.BytesIO(content), output_format="polars")[0].rows() == [("1",)]
