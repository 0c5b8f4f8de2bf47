"""Every integrity rule has a folder that raises exactly it; the folder they are altered from raises none."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.unit.exchange.conftest import STUDY, TWO_SUBJECTS
from trialwright.conduct.studies import open_study
from trialwright.exchange import check, read_folder
from trialwright.exchange.integrity import CHECKS
from trialwright.model.finding import RULES, Finding
from trialwright.model.frames import frames_from_text
from trialwright.model.study import Study

pytestmark = pytest.mark.unvalidated

Altered = Callable[..., Path]


def swap(old: str, new: str) -> Callable[[str], str]:
    def change(text: str) -> str:
        assert text.count(old) == 1, f"{old!r} stands {text.count(old)} times"
        return text.replace(old, new)

    return change


def add(*lines: str) -> Callable[[str], str]:
    return lambda text: text + "".join(f"{line}\n" for line in lines)


def drop_column(name: str) -> Callable[[str], str]:
    def change(text: str) -> str:
        rows = [line.split(",") for line in text.splitlines()]
        at = rows[0].index(name)
        return "".join(",".join(cell for n, cell in enumerate(row) if n != at) + "\n" for row in rows)

    return change


def whole(text: str) -> Callable[[str], str]:
    return lambda _: text


@dataclass(frozen=True)
class Fault:
    """One altered folder: the rule it raises, where, and how the clean folder is altered."""

    rule: str
    where: str
    changes: dict[str, Callable[[str], str]]
    column: str = ""
    subject: str = "OV-01-001"
    manifest: dict[str, object] = field(default_factory=dict)
    name: str = ""
    spreads: bool = False


CM_LAST = "OV-02-001,1,PRIOR CANCER THERAPY,PLATINUM,CARBOPLATIN,2024-11-04,2025-03\n"
AE = "USUBJID,AESEQ,AETERM,AETOXGR,AEOUT,AESTDTC,AEENDTC\n"
PD = "OV-02-001,3,RECIST 1.1,OVRLRESP,PD,INVESTIGATOR,2026-10-13\n"
SS_HEAD = "USUBJID,SSSEQ,SSTESTCD,SSORRES,SSDTC"
LOST = "OV-01-001,3,DISPOSITION EVENT,LOST TO FOLLOW-UP,2026-12-31"

SOURCES = {path.stem.upper(): path for path in sorted(TWO_SUBJECTS.glob("*.csv"))}

FAULTS = (
    Fault("K01", "lb.csv:2", {"lb.csv": swap("OV-01-001,1,CA125", "OV-01-001,,CA125")}, "LBSEQ"),
    Fault(
        "K01", "lb.csv:10", {"lb.csv": add(",9,CA125,84,U/mL,35,2026-04-13")}, "USUBJID", subject="", name="no subject"
    ),
    Fault("K01", "rs.csv:1", {"rs.csv": drop_column("RSSEQ")}, "RSSEQ", subject="", name="no sequence column"),
    Fault("K02", "lb.csv:3", {"lb.csv": swap("OV-01-001,2,CA125", "OV-01-001,1,CA125")}, "LBSEQ"),
    Fault(
        "K02",
        "dm.csv:4",
        {"dm.csv": add("OV-01-001,01,2026-01-05,1966,59,YEARS,F,SCS,,SCS,,")},
        "USUBJID",
        name="subject twice",
    ),
    Fault(
        "K02",
        "tu.csv:7",
        {"tu.csv": add("OV-01-001,9,T1,TARGET,PERITONEUM,CT SCAN,INVESTIGATOR,2026-01-03,")},
        "TULNKID",
        name="lesion twice",
    ),
    Fault(
        "K03", "lb.csv:10", {"lb.csv": add("OV-99-001,1,CA125,84,U/mL,35,2026-04-13")}, "USUBJID", subject="OV-99-001"
    ),
    Fault("K04", "fa.csv:1", {"fa.csv": drop_column("FASTRESC")}, "FASTRESC", subject="", name="column of an item"),
    Fault("K04", "dm.csv:1", {"dm.csv": drop_column("SITEID")}, "SITEID", subject="", name="required column"),
    Fault("K05", "lb.csv:10", {"lb.csv": add("OV-01-001,5,CA125,350,U/mL,35,2026-03-16")}, "LBSEQ"),
    Fault("C01", "ss.csv:2", {"ss.csv": swap("ALIVE", "WELL")}, "SSORRES"),
    Fault(
        "C01",
        "fa.csv:3",
        {"fa.csv": swap("OV-01-001,2,HISTOL,EPITHELIAL", "OV-01-001,2,HISTOL,MUCINOUS")},
        "FASTRESC",
        name="item",
    ),
    Fault(
        "C01",
        "fa.csv:12",
        {"fa.csv": swap("OV-01-001,11,RESECTAB,Y", "OV-01-001,11,RESECTAB,YES")},
        "FASTRESC",
        name="attestation",
    ),
    Fault(
        "C01",
        "rs.csv:5",
        {"rs.csv": swap("PD,INVESTIGATOR,2026-12-14", "PROGRESSION,INVESTIGATOR,2026-12-14")},
        "RSORRES",
        name="verdict",
    ),
    Fault("C02", "ss.csv:2", {"ss.csv": swap("ALIVE", "alive")}, "SSORRES"),
    Fault("V02", "lb.csv:2", {"lb.csv": swap("850", "abc")}, "LBORRES"),
    Fault(
        "V02",
        "fa.csv:5",
        {"fa.csv": swap("OV-01-001,4,RECURNUM,,1,1", "OV-01-001,4,RECURNUM,,one,")},
        "FAORRES",
        name="number item",
    ),
    Fault(
        "V03",
        "tr.csv:2",
        {"tr.csv": swap("40.0,mm,MEASURED,INVESTIGATOR,2026-01-02", "40.05,mm,MEASURED,INVESTIGATOR,2026-01-02")},
        "TRORRES",
    ),
    Fault("V05", "lb.csv:2", {"lb.csv": swap("850", "N/A")}, "LBORRES"),
    Fault("U01", "lb.csv:2", {"lb.csv": swap("850,U/mL", "850,U/teaspoon")}, "LBORRESU"),
    Fault("U01", "lb.csv:2", {"lb.csv": swap("850,U/mL", "850,mg/dL")}, "LBORRESU", name="not convertible"),
    Fault("U02", "lb.csv:2", {"lb.csv": swap("850,U/mL", "850,")}, "LBORRES"),
    Fault(
        "U02",
        "fa.csv:5",
        {"fa.csv": swap("OV-01-001,4,RECURNUM,,1,1", "OV-01-001,4,RECURNUM,,1,")},
        "FAORRES",
        name="number item",
    ),
    Fault("U03", "lb.csv:2", {"lb.csv": swap("850,U/mL", "850000,U/mL")}, "LBORRES"),
    Fault("U03", "lb.csv:2", {"lb.csv": swap("850,U/mL", "-850,U/mL")}, "LBORRES", name="negative"),
    Fault("U03", "dm.csv:2", {"dm.csv": swap("1966,59", "1966,159")}, "AGE", name="age"),
    Fault("D01", "rs.csv:2", {"rs.csv": swap("2026-03-13", "2026-02-30")}, "RSDTC"),
    Fault("D02", "cm.csv:2", {"cm.csv": swap("2024-06-28", "2024-01-28")}, "CMENDTC"),
    Fault(
        "D02",
        "dm.csv:2",
        {"dm.csv": swap("1966,59", "2026-01-06,59")},
        "RFICDTC",
        spreads=True,
        name="consent before birth",
    ),
    Fault(
        "D02",
        "dm.csv:4",
        {"dm.csv": add("OV-03-001,01,2026-02-02,1960,66,YEARS,F,,,,2026-02-01,Y")},
        "DTHDTC",
        subject="OV-03-001",
        name="death before consent",
    ),
    Fault("D02", "rs.csv:2", {"rs.csv": swap("2026-03-13", "1956-03-13")}, "RSDTC", name="row before birth"),
    Fault("D03", "cm.csv:2", {"cm.csv": swap("2024-02,2024-06-28", "2024-02,2024")}, "CMENDTC"),
    Fault("D03", "lb.csv:5", {"lb.csv": swap("350,U/mL,35,2026-03-16", "350,U/mL,35,")}, "LBDTC", name="no date"),
    Fault(
        "D04",
        "lb.csv:10",
        {
            "lb.csv": lambda text: (
                swap("350,U/mL,35,2026-03-16", "350,U/mL,35,2026-03-16T08:00+09:00")(text)
                + "OV-01-001,5,CA125,352,U/mL,35,2026-03-16T18:00\n"
            )
        },
        "LBDTC",
    ),
    Fault(
        "D04",
        "ex.csv:8",
        {
            "ex.csv": lambda text: (
                text.replace("\n", ",,\n").replace("EXCYCLE,,", "EXCYCLE,EXDOSE,EXDOSU", 1)
                + "OV-01-001,4,Y-90,,2026-03-16,,2.5,GBq\n"
            )
        },
        "EXSTDTC",
        name="activity",
    ),
    Fault("D05", "ss.csv:2", {"ss.csv": swap("2027-01-20", "2027-04-10")}, "SSDTC", manifest={"cutoff": "2027-12-31"}),
    Fault("D06", "ss.csv:2", {"ss.csv": swap("2027-01-20", "2027-04-01")}, "SSDTC"),
    Fault(
        "G01",
        "dm.csv:2",
        {"dm.csv": swap("SCS,Cytoreduction then remaining chemotherapy,SCS", "ABC,Unknown,")},
        "ARMCD",
        name="no arm of the study",
    ),
    Fault(
        "G01",
        "ds.csv:3",
        {"dm.csv": swap("SCS,Cytoreduction then remaining chemotherapy,SCS", ",,")},
        "DSSTDTC",
        name="no arm",
    ),
    Fault(
        "G01",
        "dm.csv:2",
        {
            "ds.csv": swap(
                "OV-01-001,2,PROTOCOL MILESTONE,RANDOMIZED,2026-03-18\n",
                LOST.replace("LOST TO FOLLOW-UP", "PHYSICIAN DECISION") + "\n",
            )
        },
        "ARMCD",
        name="not randomised",
    ),
    Fault("G02", "ds.csv:3", {"dm.csv": swap("2026-01-05", "2026-03-19")}, "DSSTDTC", name="before consent"),
    Fault(
        "G02",
        "ds.csv:3",
        {"ds.csv": swap("ENTERED INTO TRIAL,2026-01-06", "ENTERED INTO TRIAL,2026-03-20")},
        "DSSTDTC",
        name="before registration",
    ),
    Fault(
        "G02",
        "fa.csv:12",
        {
            "fa.csv": swap(
                "OV-01-001,11,RESECTAB,Y,,,SURGEON,2026-03-17", "OV-01-001,11,RESECTAB,Y,,,SURGEON,2026-03-19"
            )
        },
        "FADTC",
        name="before its facts",
    ),
    Fault("G03", "dm.csv:2", {"dm.csv": swap("chemotherapy,SCS", "chemotherapy,CHEMO")}, "ACTARMCD"),
    Fault("G04", "fa.csv:17", {"fa.csv": swap("PR.1", "PR.2")}, "FALNKID"),
    Fault("G04", "fa.csv:17", {"fa.csv": swap("PR.1", "PR1")}, "FALNKID", name="unreadable link"),
    Fault("G04", "tr.csv:6", {"tr.csv": swap("5,N1,LDIAM", "5,N2,LDIAM")}, "TRLNKID", name="lesion without TU"),
    Fault(
        "G05",
        "tr.csv:2",
        {"tr.csv": swap("40.0,mm,MEASURED,INVESTIGATOR,2026-01-02", "9.9,mm,MEASURED,INVESTIGATOR,2026-01-02")},
        "TRORRES",
    ),
    Fault(
        "G05",
        "tu.csv:8",
        {"tu.csv": add(*(f"OV-01-001,{n},T{n},TARGET,LIVER,CT SCAN,INVESTIGATOR,2026-01-02," for n in (4, 5)))},
        "TULNKID",
        name="three in one organ",
        subject="OV-01-001",
    ),
    Fault(
        "G06", "rs.csv:8", {"rs.csv": swap(PD, PD.replace("2026-10-13", "2027-02-13"))}, "RSDTC", subject="OV-02-001"
    ),
    Fault(
        "G06",
        "lb.csv:10",
        {"lb.csv": add("OV-02-001,5,CA125,90,U/mL,35,2027-02-04")},
        "LBDTC",
        subject="OV-02-001",
        name="sample",
    ),
    Fault("G07", "ds.csv:6", {"ds.csv": swap("DEATH,2027-02-03", "DEATH,2027-02-01")}, "DSSTDTC", subject="OV-02-001"),
    Fault("G07", "ss.csv:2", {"ss.csv": swap("ALIVE", "DEAD")}, "SSDTC", name="dead in SS only"),
    Fault(
        "G07",
        "ss.csv:4",
        {"ss.csv": add("OV-02-001,2,SURVSTAT,ALIVE,2027-03-01")},
        "SSDTC",
        subject="OV-02-001",
        name="alive after death",
    ),
    Fault("G07", "dm.csv:2", {"dm.csv": swap("SCS,,\n", "SCS,,Y\n")}, "DTHDTC", name="flag without date"),
    Fault(
        "G07",
        "dm.csv:3",
        {"dm.csv": swap("2027-02-03,Y", "2027-02-03,")},
        "DTHDTC",
        subject="OV-02-001",
        name="date without flag",
    ),
    Fault(
        "G07",
        "ae.csv:2",
        {"ae.csv": whole(AE + "OV-01-001,1,Sepsis,5,FATAL,2026-05-01,2026-05-04\n")},
        "AESTDTC",
        name="fatal event, alive",
    ),
    Fault("G08", "ss.csv:2", {"ds.csv": add(LOST)}, "SSDTC"),
    Fault("G09", "ds.csv:7", {"ds.csv": add("OV-01-001,3,PROTOCOL MILESTONE,RANDOMIZED,2026-03-20")}, "DSSTDTC"),
    Fault(
        "G09",
        "pr.csv:3",
        {"pr.csv": add("OV-02-001,1,PROTOCOL SURGERY,SECONDARY CYTOREDUCTION,Y,2026-05-08")},
        "PRSTDTC",
        subject="OV-02-001",
        name="surgery in the arm without it",
    ),
    Fault(
        "G10",
        "ds.csv",
        {
            "ds.csv": swap("OV-01-001,2,PROTOCOL MILESTONE,RANDOMIZED,2026-03-18\n", ""),
            "dm.csv": swap("SCS,Cytoreduction then remaining chemotherapy,SCS", ",,"),
        },
    ),
    Fault(
        "F05",
        "lb.csv:1",
        {"lb.csv": lambda text: text.replace("\n", ",SERUM\n").replace("SERUM", "LBSPEC", 1)},
        "LBSPEC",
        subject="",
        name="column",
    ),
    Fault(
        "F07",
        "lb.csv:2",
        {"lb.csv": lambda text: text.replace("\n", ",NCT00000000\n").replace("NCT00000000", "STUDYID", 1)},
        "STUDYID",
        subject="",
        name="rows",
    ),
    Fault("F07", "study.json", {}, subject="", manifest={"study": "nct06178198"}, name="folder"),
)


def findings_of(folder: Path, study: Study) -> list[Finding]:
    """Findings of a folder, but for the note that its files have no hash."""
    return [found for found in read_folder(folder, study=study)[1] if found.id != "F10"]


def test_the_clean_folder_raises_nothing(two_subjects: Path, study: Study) -> None:
    frames, findings = read_folder(two_subjects, study=study)
    assert findings == []
    assert [frames.collected(domain) for domain in ("DM", "RS", "AE")] == [True, True, False]


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: f"{fault.rule} {fault.name}".strip())
def test_each_rule_has_a_folder_that_raises_exactly_it(fault: Fault, altered: Altered, study: Study) -> None:
    findings = findings_of(altered(fault.changes, manifest=fault.manifest), study)
    assert {found.id for found in findings} == {fault.rule}, findings
    first = findings[0]
    assert (first.where, first.subject, first.column) == (fault.where, fault.subject, fault.column)
    assert first.severity == RULES[fault.rule].severity
    assert len(findings) == 1 or fault.spreads
    assert first.text
    assert first.mend


def test_every_rule_is_raised_by_some_folder() -> None:
    # test_folder.py, test_csv_text.py and test_sdtm_in.py
    elsewhere = {"F01", "F02", "F03", "F04", "F06", "F08", "F09", "F10", "F11", "F12"}
    assert {fault.rule for fault in FAULTS} | elsewhere == set(RULES)
    assert {entry.rule for entry in CHECKS} <= set(RULES)


def test_another_version_of_the_study_is_a_warning_and_an_error_once_activated(altered: Altered, study: Study) -> None:
    folder = altered(manifest={"canonical_sha256": "a" * 64})
    frames, _ = read_folder(folder)
    assert check(study, frames, study_sha256="a" * 64) == []
    assert [(found.id, found.severity) for found in check(study, frames, study_sha256="b" * 64)] == [("F09", "W")]
    assert [found.severity for found in check(study, frames, study_sha256="b" * 64, activated=True)] == ["E"]


def test_a_death_whose_flag_says_no_is_a_contradiction(altered: Altered, study: Study) -> None:
    folder = altered({"dm.csv": swap("2027-02-03,Y", "2027-02-03,N")})
    found = {found.id: found.text for found in findings_of(folder, study)}
    assert found["G07"] == "died on 2027-02-03, and DTHFL does not say Y"
    assert set(found) == {"G07", "C01"}


def test_a_missing_table_is_asked_for_where_nothing_works_without_it(altered: Altered, study: Study) -> None:
    folder = altered()
    for name in ("rs.csv", "ds.csv", "dm.csv"):
        (folder / name).unlink()
    asked = [found.mend for found in findings_of(folder, study) if found.id == "K04"]
    assert asked == ["add dm.csv", "add ds.csv", "add rs.csv"]


def test_a_table_nobody_collected_is_no_fault(altered: Altered, study: Study) -> None:
    folder = altered()
    for name in ("ss.csv", "cm.csv", "mh.csv", "lb.csv"):
        (folder / name).unlink()
    assert findings_of(folder, study) == []


def test_tables_without_rows_raise_nothing_of_their_own(altered: Altered, study: Study) -> None:
    def header(text: str) -> str:
        return text.splitlines()[0] + "\n"

    folder = altered(
        {f"{domain}.csv": header for domain in ("dm", "ds", "mh", "cm", "ex", "pr", "fa", "lb", "tu", "tr", "rs", "ss")}
    )
    assert findings_of(folder, study) == []


FINE = {
    "target of just 10 mm": {
        "tr.csv": swap("40.0,mm,MEASURED,INVESTIGATOR,2026-01-02", "10.0,mm,MEASURED,INVESTIGATOR,2026-01-02")
    },
    "end on the day of the start": {"cm.csv": swap("2024-02,2024-06-28", "2024-06-28,2024-06-28")},
    "death known to the month in DS": {"ds.csv": swap("DEATH,2027-02-03", "DEATH,2027-02")},
    "death told later": {"ss.csv": swap("DEAD,2027-02-03", "DEAD,2027-03-01")},
    "alive on the day of death": {"ss.csv": add("OV-02-001,2,SURVSTAT,ALIVE,2027-02-03")},
    "sample on the day of death": {"lb.csv": add("OV-02-001,5,CA125,90,U/mL,35,2027-02-03")},
    "result on the upper limit": {"lb.csv": swap("850,U/mL", "100000,U/mL")},
    "result in another unit": {"lb.csv": swap("850,U/mL", "850,kU/L")},
    "consent on the day of allocation": {"dm.csv": swap("2026-01-05", "2026-03-18")},
    "fact on the day of allocation": {
        "fa.csv": swap("RESECTAB,Y,,,SURGEON,2026-03-17", "RESECTAB,Y,,,SURGEON,2026-03-18")
    },
    "last contact on the cut-off": {"ss.csv": swap("2027-01-20", "2027-03-31")},
    "loss on the day of the last contact": {
        "ds.csv": add("OV-01-001,3,DISPOSITION EVENT,LOST TO FOLLOW-UP,2027-01-20")
    },
    "treatment stopped, follow-up goes on": {
        "ds.csv": lambda text: (
            text.replace("\n", ",\n").replace("DSSTDTC,", "DSSTDTC,DSSCOPE", 1)
            + "OV-01-001,3,DISPOSITION EVENT,WITHDRAWAL BY SUBJECT,2026-12-31,TREATMENT\n"
        )
    },
    "event of grade 4": {"ae.csv": whole(AE + "OV-01-001,1,Ileus,4,RECOVERED,2026-05-01,2026-05-04\n")},
    "two readers, one name of a lesion": {
        "tu.csv": add("OV-01-001,9,T1,TARGET,LIVER,CT SCAN,INDEPENDENT ASSESSOR,2026-01-02,")
    },
    "two independent readers, one name of a lesion": {
        "tu.csv": lambda text: (
            text.replace("\n", ",\n").replace("TUCERT,", "TUCERT,TUEVALID", 1)
            + "OV-01-001,9,T1,TARGET,LIVER,CT SCAN,INDEPENDENT ASSESSOR,2026-01-02,,READER 1\n"
            + "OV-01-001,10,T1,TARGET,LIVER,CT SCAN,INDEPENDENT ASSESSOR,2026-01-02,,READER 2\n"
        )
    },
    "surgery planned and not done": {
        "pr.csv": add("OV-02-001,1,PROTOCOL SURGERY,SECONDARY CYTOREDUCTION,N,2026-05-08")
    },
    "two samples of a day with zones": {
        "lb.csv": lambda text: (
            swap("350,U/mL,35,2026-03-16", "350,U/mL,35,2026-03-16T08:00+09:00")(text)
            + "OV-01-001,5,CA125,352,U/mL,35,2026-03-16T18:00+09:00\n"
        )
    },
    "screened and told why not": {
        "ds.csv": add(
            "OV-03-001,1,PROTOCOL MILESTONE,ENTERED INTO TRIAL,2026-02-03",
            "OV-03-001,2,DISPOSITION EVENT,SCREEN FAILURE,2026-02-20",
        ),
        "dm.csv": add("OV-03-001,01,2026-02-02,1960,66,YEARS,F,,,,,"),
    },
    "answer unknown": {"fa.csv": swap("OV-01-001,2,HISTOL,EPITHELIAL", "OV-01-001,2,HISTOL,UNKNOWN")},
}


@pytest.mark.parametrize("name", FINE)
def test_what_is_just_allowed_raises_nothing(name: str, altered: Altered, study: Study) -> None:
    assert findings_of(altered(FINE[name]), study) == []


def test_no_finding_names_the_arm_of_a_subject(altered: Altered, study: Study) -> None:
    changes = {
        "dm.csv": swap("chemotherapy,SCS,,", "chemotherapy,CHEMO,,"),
        "ds.csv": add("OV-01-001,3,PROTOCOL MILESTONE,RANDOMIZED,2026-03-20"),
        "pr.csv": add("OV-02-001,1,PROTOCOL SURGERY,SECONDARY CYTOREDUCTION,Y,2026-05-08"),
    }
    findings = findings_of(altered(changes), study)
    assert {found.id for found in findings} == {"G03", "G09"}
    assert [found for found in findings if "SCS" in found.text + found.mend or "CHEMO" in found.text + found.mend] == []


def test_a_folded_arm_is_not_shown(altered: Altered, study: Study) -> None:
    findings = findings_of(altered({"dm.csv": swap("chemotherapy,SCS,,", "chemotherapy,scs,,")}), study)
    assert [found.id for found in findings] == ["C02"]
    assert "scs" not in findings[0].text


def test_an_item_in_a_column_nobody_has_is_told_and_breaks_nothing(altered: Altered, study: Study) -> None:
    items = {
        "odd": {
            "is": "code",
            "domain": "PR",
            "where": {"PRSPEC": "X"},
            "column": "PRODD",
            "ask": "?",
            "values": {"A": "a"},
        }
    }
    other = Study.model_validate_json(json.dumps({**STUDY, "items": {**STUDY["items"], **items}}))  # type: ignore[dict-item]
    assert [(found.id, found.column) for found in findings_of(altered(), other)] == [
        ("K04", "PRODD"),
        ("K04", "PRSPEC"),
    ]


def test_many_rows_are_read_and_their_findings_bounded(altered: Altered, study: Study) -> None:
    def many(text: str) -> str:
        return text + "".join(f"OV-01-001,{n},CA125,{n},furlong,35,2026-03-1{n % 9}\n" for n in range(9, 200_009))

    folder = altered({"lb.csv": many})
    findings = findings_of(folder, study)
    assert {found.id for found in findings} == {"U01"}
    assert len(findings) == 101
    assert findings[-1].text.startswith("199900 more rows")


def test_the_clean_folder_is_clean_for_the_shipped_study(two_subjects: Path) -> None:
    opened = open_study("nct07295132")
    assert read_folder(two_subjects, study=opened.study, study_sha256=opened.sha256)[1] == []


CELLS = st.sampled_from(
    [
        "",
        "0",
        "-1",
        "1",
        "2",
        "abc",
        "NA",
        "2026",
        "2026-02",
        "2026-02-30",
        "2026-03-18T10:00",
        "9999",
        "1e3",
        "<5",
        "PR.9",
        "RANDOMIZED",
        "DEATH",
        "DEAD",
        "Y",
        "mm",
        "U/mL",
        "서울",
        "OV-02-001",
        "LOST TO FOLLOW-UP",
        "1" * 40,
    ]
)


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(
        st.tuples(st.sampled_from(sorted(SOURCES)), st.integers(0, 99), st.integers(0, 99), CELLS),
        min_size=1,
        max_size=8,
    )
)
def test_no_cell_breaks_the_rules(study: Study, changes: list[tuple[str, int, int, str]]) -> None:
    text = {domain: pl.read_csv(SOURCES[domain], infer_schema=False) for domain in SOURCES}
    for domain, row, column, cell in changes:
        frame = text[domain]
        name = frame.columns[column % frame.width]
        cells = frame[name].to_list()
        cells[row % frame.height] = cell or None
        text[domain] = frame.with_columns(pl.Series(name, cells, pl.String))
    frames, findings = frames_from_text(text, "entered", cutoff=date(2027, 3, 31), study="nct07295132")
    findings += check(study, frames)
    assert all(found.id in RULES and found.where and found.text and found.mend for found in findings)
    for found in findings:
        file, _, line = found.where.partition(":")
        assert file == "study.json" or file.removesuffix(".csv").upper() in SOURCES
        assert not line or 1 <= int(line) <= text[file.removesuffix(".csv").upper()].height + 1
