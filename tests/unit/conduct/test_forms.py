"""Forms filled and read back: the same trial as the data folder they stand for, or nothing at all."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import polars as pl
import pytest

from tests.unit.exchange.forms.filled import ONE, SUBJECT, TWO, TWO_SUBJECTS, attested, fill, read_filled
from trialwright.conduct.analyse import derive_endpoints
from trialwright.conduct.due import due_on
from trialwright.conduct.forms import read_forms, write_forms
from trialwright.conduct.run import read_data
from trialwright.conduct.studies import open_study
from trialwright.errors import DataError, InputError
from trialwright.exchange.folder import read_folder
from trialwright.model.result import Derived
from trialwright.studies import FOLDER

OPENED = open_study("nct07295132")


def derived(folder: Path) -> Derived:
    frames, _ = read_data(folder, OPENED)
    return derive_endpoints(OPENED.study, frames, cutoff=date(2027, 3, 31), by_arm=True)


@pytest.mark.independent("days counted by hand from the two subjects of the worked example")
def test_endpoints_from_forms_are_those_worked_out_by_hand(tmp_path: Path) -> None:
    read = read_filled(tmp_path, TWO_SUBJECTS)
    assert [finding for finding in read.findings if finding.severity != "I"] == []
    rows = derived(tmp_path / "data").adtte.filter(pl.col("DEFID").is_in(["used", "corrected"]))
    found = {(row["PARAMCD"], row["USUBJID"]): (row["AVAL"], row["CNSR"]) for row in rows.iter_rows(named=True)}
    assert found == {("PFS", ONE): (272, 0), ("PFS", TWO): (182, 0), ("OS", ONE): (309, 1), ("OS", TWO): (295, 0)}


@pytest.mark.unvalidated
def test_forms_hold_what_the_data_folder_of_the_same_subjects_holds(tmp_path: Path, repository: Path) -> None:
    read_filled(tmp_path, TWO_SUBJECTS)
    entered, _ = read_folder(tmp_path / "data", study=OPENED.study)
    typed, _ = read_folder(repository / "tests" / "fixtures" / "two_subjects", study=OPENED.study)
    columns = {
        "DM": ["SITEID", "RFICDTC", "BRTHDTC", "AGE", "AGEU", "SEX", "ARMCD", "ARM", "ACTARMCD", "DTHDTC", "DTHFL"],
        "DS": ["DSCAT", "DSDECOD", "DSSTDTC"],
        "MH": ["MHCAT", "MHSTDTC"],
        "CM": ["CMCAT", "CMCLAS", "CMENDTC"],
        "LB": ["LBTESTCD", "LBORRES", "LBORRESU", "LBORNRHI", "LBDTC"],
        "RS": ["RSCAT", "RSTESTCD", "RSORRES", "RSEVAL", "RSDTC"],
        "SS": ["SSTESTCD", "SSORRES", "SSDTC"],
        "PR": ["PRCAT", "PROCCUR", "PRSTDTC"],
        "FA": ["FATESTCD", "FASTRESC", "FAORRES", "FAORRESU", "FADTC", "FALNKID"],
    }
    for domain, names in columns.items():
        left, right = (
            frames[domain].select("USUBJID", *names).sort("USUBJID", *names, nulls_last=True)
            for frames in (entered, typed)
        )
        if domain == "FA":  # the worked example also lists scans, which these forms do not ask for
            right = right.filter(pl.col("FATESTCD") != "LESREVEW")
        assert left.rows() == right.rows(), domain
    roles = entered["FA"].filter(pl.col("FATESTCD").is_in(["RESECTAB", "SURGRISK"])).select("FATESTCD", "FAEVAL")
    assert set(roles.rows()) == {("RESECTAB", "SURGEON"), ("SURGRISK", "ANAESTHETIST")}


@pytest.mark.unvalidated
def test_what_was_written_is_kept_to_the_letter(tmp_path: Path) -> None:
    cycle = {"subject": "0012", "date": "2026-03", "ca125": "<5", "ca125.unit": "U/mL", "ca125.upper": "35.0"}
    lost = {"subject": "0012", "date": "2026-05-02", "end": "LOST TO FOLLOW-UP", "end.term": '이사, "멀리"\n'}
    read = read_filled(
        tmp_path,
        {
            "Subjects": [{**SUBJECT, "SUBJID": "007", "SITEID": "서울병원", "BRTHDTC": "1966"}],
            "Cycle": [cycle, {**cycle, "date": "2026-04-01T09:30+09:00", "ca125": "> 1000", "reason": None}],
            "Unscheduled": [lost],
        },
    )  # fmt: skip
    assert read.is_written
    csv = (tmp_path / "data" / "dm.csv").read_text(encoding="utf-8").splitlines()
    assert csv[1].startswith("0012,007,서울병원,2026-01-05,1966,")
    frames, _ = read_folder(tmp_path / "data", study=OPENED.study)
    assert frames["LB"].select("USUBJID", "LBORRES", "LBCMP", "LBORNRHI", "LBDTC").rows() == [
        ("0012", "<5", "<", "35.0", "2026-03"),
        ("0012", "> 1000", ">", "35.0", "2026-04-01T09:30+09:00"),
    ]
    assert frames["DS"]["DSTERM"].to_list() == ['이사, "멀리"\n']


@pytest.mark.unvalidated
def test_the_folder_says_where_it_comes_from(tmp_path: Path) -> None:
    read_filled(tmp_path, {"Subjects": [SUBJECT]})
    manifest = json.loads((tmp_path / "data" / "study.json").read_text(encoding="utf-8"))
    assert (manifest["study"], manifest["origin"]) == ("nct07295132", "entered")
    assert (manifest["canonical_sha256"], manifest["produced"]) == (OPENED.sha256, "2027-04-02T09:00:00Z")
    assert manifest["by"].endswith(", from forms.xlsx")
    assert manifest["files"]["dm.csv"]["rows"] == 1


@pytest.mark.unvalidated
def test_tables_that_were_asked_for_are_there_and_empty_ones_say_no_to_nothing(tmp_path: Path) -> None:
    read_filled(tmp_path, {"Subjects": [SUBJECT]})
    files = {path.name for path in (tmp_path / "data").iterdir()}
    assert {"ds.csv", "rs.csv", "lb.csv", "mh.csv"} <= files
    assert "ae.csv" not in files  # an empty table of adverse events would say that nobody had one


@pytest.mark.unvalidated
def test_a_complication_brings_its_event_along(tmp_path: Path) -> None:
    rows = [
        {"subject": "0012", "date": "2026-05-01", "complication": "IIIA", "complication.AETERM": "Leak"},
        {"subject": "0012", "date": "2026-05-03", "complication": "I", "complication.AETERM": "Fever"},
        {"subject": "0012", "date": "2026-06-03", "complication.undone": "NOT DONE", "reason": "not seen"},
    ]
    read_filled(tmp_path, {"Subjects": [SUBJECT], "Morbidity": rows})
    frames, _ = read_folder(tmp_path / "data", study=OPENED.study)
    events = frames["AE"].select("AESEQ", "AETERM", "AESTDTC").rows()
    assert events == [(1, "Leak", "2026-05-01"), (2, "Fever", "2026-05-03")]
    graded = frames["FA"].select("FASTRESC", "FALNKID", "FASTAT", "FAREASND").rows()
    assert graded == [("IIIA", "AE.1", None, None), ("I", "AE.2", None, None), (None, None, "NOT DONE", "not seen")]


@pytest.mark.unvalidated
def test_an_operation_that_was_not_done_is_a_row_and_an_empty_cell_is_none(tmp_path: Path) -> None:
    undone = {"subject": "0012", "date": "2026-05-01", "operated_on.undone": "NOT DONE", "reason": "refused"}
    read_filled(tmp_path, {"Subjects": [SUBJECT], "Operation": [undone]})
    frames, _ = read_folder(tmp_path / "data", study=OPENED.study)
    rows = frames["PR"].select("PRCAT", "PROCCUR", "PRSTDTC", "PRREASND").rows()
    assert rows == [("PROTOCOL SURGERY", "N", None, "refused")]


@pytest.mark.unvalidated
def test_a_folder_from_forms_serves_due(tmp_path: Path) -> None:
    undone = {"subject": "0012", "date": "2026-01-05", "histology.undone": "NOT DONE"}
    read_filled(tmp_path, {"Subjects": [SUBJECT], "Screening": [undone]})
    owed = {task.what for task in due_on(OPENED, tmp_path / "data", on=date(2026, 1, 6)).worklist.tasks}
    assert "histology" not in owed
    assert {"primary_site", "consented"} & owed == {"primary_site"}


@pytest.mark.unvalidated
def test_nothing_is_written_when_a_cell_is_wrong(tmp_path: Path) -> None:
    wrong = {"subject": "0012", "date": "2026-02-30", "ca125": "abc", "ca125.unit": "U/mL"}
    read = read_filled(tmp_path, {"Subjects": [SUBJECT], "Cycle": [wrong]})
    assert not read.is_written
    assert not (tmp_path / "data").exists()
    assert {(f.id, f.where) for f in read.findings} == {("D01", "Cycle!B5"), ("V02", "Cycle!C5")}
    assert sorted(path.name for path in tmp_path.iterdir()) == ["forms.xlsx"]


@pytest.mark.unvalidated
def test_forms_of_another_version_are_told_and_their_hash_goes_along(tmp_path: Path) -> None:
    text = (FOLDER / "nct07295132.yaml").read_text(encoding="utf-8")
    amended = tmp_path / "amended.yaml"
    amended.write_text(text.replace("age: {at_least: 19}", "age: {at_least: 20}"), encoding="utf-8")
    path = tmp_path / "forms.xlsx"
    write_forms(OPENED, path)
    fill(path, {"Subjects": [SUBJECT]})
    read = read_forms(open_study(amended), path, tmp_path / "data")
    assert [(finding.id, finding.severity, finding.where) for finding in read.findings] == [("F09", "W", "Read me")]
    assert json.loads((tmp_path / "data" / "study.json").read_text())["canonical_sha256"] == OPENED.sha256


@pytest.mark.unvalidated
def test_forms_of_another_study_are_refused(tmp_path: Path) -> None:
    other = tmp_path / "other.yaml"
    text = (FOLDER / "nct07295132.yaml").read_text(encoding="utf-8")
    other.write_text(text.replace("  id: nct07295132\n", "  id: nct07295199\n", 1), encoding="utf-8")
    write_forms(OPENED, tmp_path / "forms.xlsx")
    with pytest.raises(DataError, match="those of study 'nct07295132', not of 'nct07295199'"):
        read_forms(open_study(other), tmp_path / "forms.xlsx", tmp_path / "data")


@pytest.mark.unvalidated
def test_nothing_that_stands_there_is_overwritten(tmp_path: Path) -> None:
    path, data = tmp_path / "forms.xlsx", tmp_path / "data"
    write_forms(OPENED, path)
    with pytest.raises(InputError, match="a file stands there already"):
        write_forms(OPENED, path)
    data.mkdir()
    (data / "mine").touch()
    with pytest.raises(DataError, match="exists already"):
        read_forms(OPENED, path, data)
    with pytest.raises(InputError, match=r"something\.xlsx"):
        write_forms(OPENED, tmp_path / "forms.xls")
    with pytest.raises(InputError, match="no such folder"):
        write_forms(OPENED, tmp_path / "none" / "forms.xlsx")


@pytest.mark.unvalidated
def test_answers_of_one_role_name_the_role(tmp_path: Path) -> None:
    rows = [
        {"subject": "0012", "date": "2026-03-01", "resectable": "Y"},
        {"subject": "0012", "date": "2026-03-02", "resectable.by": "SURGEON"},
        {"subject": "0012", "date": "2026-03-03", **attested("resectable", "Y", "INVESTIGATOR")},
    ]
    read = read_filled(tmp_path, {"Subjects": [SUBJECT], "Decision": rows})
    wrong = [(finding.id, finding.where) for finding in read.findings if finding.severity == "E"]
    assert wrong == [("X06", "Decision!H5"), ("X06", "Decision!I6")]
