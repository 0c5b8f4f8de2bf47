"""Bad input, seen from the command line: each case its own message and exit code, nothing written.

``TRIALWRIGHT_GOLDEN=write`` writes the messages anew; the difference is reviewed before it is kept.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

import pytest

from tests.e2e.rude import (
    CUTOFF,
    STUDY,
    TWO_SUBJECTS,
    Change,
    Ended,
    add,
    call,
    folder,
    header_only,
    run_arguments,
    study_file,
    swap,
    without_column,
)

pytestmark = pytest.mark.unvalidated

GOLDEN = Path(__file__).parents[1] / "golden" / "bad_input_messages.txt"


@dataclass(frozen=True)
class Folder:
    """A run on a broken data folder, and what its message says: what, where, how to mend."""

    says: tuple[str, ...]
    changes: Mapping[str, Change] = field(default_factory=dict)
    manifest: Mapping[str, object] = field(default_factory=dict)
    hashed: bool = False
    code: int = 2
    cutoff: str = CUTOFF
    study: str = STUDY
    out: str = "out"


def semicolons(text: str) -> str:
    return text.replace(",", ";")


def of_others(text: str) -> str:
    heads = ["STUDYID", *["nct06178198"] * (text.count("\n") - 1)]
    return "".join(f"{head},{line}\n" for head, line in zip(heads, text.splitlines(), strict=True))


EVERY_TABLE = tuple(path.name for path in sorted(TWO_SUBJECTS.glob("*.csv")))
UNALLOCATED = swap("CHEMO,Remaining chemotherapy alone,CHEMO", ",,")

FOLDERS: dict[str, Folder] = {
    "unknown study": Folder(('no study "nct07295133"', "did you mean nct07295132?"), study="nct07295133", code=3),
    "unknown study unlike any": Folder(('no study "banana"', "shipped are nct0", STUDY), study="banana", code=3),
    "study file that is not there": Folder(("mine/study.yaml", "check the path"), study="mine/study.yaml"),
    "no DM": Folder(("K04 study.json", "no DM table", "add dm.csv"), {"dm.csv": None}),
    "no DS": Folder(("K04 study.json", "no DS table", "add ds.csv"), {"ds.csv": None}),
    "no RS": Folder(("K04 study.json", "no RS table", "before, after", "add rs.csv"), {"rs.csv": None}),
    "required column missing": Folder(("K04 dm.csv:1 SEX", "add the column SEX"), {"dm.csv": without_column("SEX")}),
    "column of an item missing": Folder(
        ("K04 fa.csv:1 FASTRESC", "items histology", "add the column FASTRESC to FA"),
        {"fa.csv": without_column("FASTRESC")},
    ),
    "key column missing": Folder(("K01 rs.csv:1 RSSEQ",), {"rs.csv": without_column("RSSEQ")}),
    "subject twice": Folder(
        ("K02 dm.csv:4 OV-01-001 USUBJID", "stands already in line 2"),
        {"dm.csv": add("OV-01-001,01,2026-01-05,1966,59,YEARS,F,SCS,,SCS,,")},
    ),
    "subject not in DM": Folder(
        ("K03 lb.csv:10 OV-99-001 USUBJID", "has no row in DM", "add the subject to dm"),
        {"lb.csv": add("OV-99-001,1,CA125,84,U/mL,35,2026-04-13")},
    ),
    "unit absent": Folder(
        ("U02 lb.csv:2 OV-01-001 LBORRES", "'850' has no unit", "write the unit"),
        {"lb.csv": swap("850,U/mL,", "850,,")},
    ),
    "unit of another kind": Folder(
        ("U01 lb.csv:2 OV-01-001 LBORRESU", "'mg/dL' cannot be turned into U/mL", "give the result in U/mL"),
        {"lb.csv": swap("850,U/mL,", "850,mg/dL,")},
    ),
    "unit nobody knows": Folder(
        ("U01 lb.csv:2 OV-01-001 LBORRESU", "'U/mil' is not known", "write the UCUM unit"),
        {"lb.csv": swap("850,U/mL,", "850,U/mil,")},
    ),
    "value abc": Folder(
        ("V02 lb.csv:2 OV-01-001 LBORRES", "'abc' cannot be read as a number", "write a plain number"),
        {"lb.csv": swap(",850,", ",abc,")},
    ),
    "value too fine": Folder(
        ("V02 lb.csv:2 OV-01-001 LBORRES", "850.1234567", "at most six decimals"),
        {"lb.csv": swap(",850,", ",850.1234567,")},
    ),
    "length too fine": Folder(
        ("V03 tr.csv:7 OV-02-001 TRORRES", "50.04"), {"tr.csv": swap("T1,LDIAM,50.0,mm", "T1,LDIAM,50.04,mm")}
    ),
    "impossible date": Folder(
        ("D01 rs.csv:2 OV-01-001 RSDTC", "2026-02-30", "only the part that is known"),
        {"rs.csv": swap("2026-03-13", "2026-02-30")},
    ),
    "date before birth": Folder(
        ("D02 lb.csv:2 OV-01-001 LBDTC", "1956-01-12 lies before the subject's birth, 1966"),
        {"lb.csv": swap("2026-01-12", "1956-01-12")},
    ),
    "death before birth": Folder(
        ("D02 dm.csv:3 OV-02-001 DTHDTC", "1927-02-03 lies before BRTHDTC 1959-07"),
        {"dm.csv": swap("2027-02-03", "1927-02-03")},
    ),
    "death in one table only": Folder(
        ("G07 ss.csv:3 OV-02-001 SSDTC", "DM has no date of death"), {"dm.csv": swap("2027-02-03,Y", ",")}
    ),
    "arm not in the study": Folder(
        ("G01 dm.csv:3 OV-02-001 ARMCD", "'DRUG' is no arm", "an arm of the study: SCS, CHEMO"),
        {"dm.csv": swap("CHEMO,Remaining chemotherapy alone,CHEMO", "DRUG,Drug,DRUG")},
    ),
    "allocated without arm": Folder(
        ("G01 ds.csv:5 OV-02-001 DSSTDTC", "RANDOMIZED on 2026-04-15, and DM names no arm"), {"dm.csv": UNALLOCATED}
    ),
    "lesion out of nowhere": Folder(
        ("G04 tr.csv:", "OV-01-001 TRLNKID", "'T9'", "add the row it points to"),
        {"tr.csv": swap("OV-01-001,3,T1", "OV-01-001,3,T9")},
    ),
    "empty file": Folder(("F02 rs.csv:1", "the file is empty", "write the header"), {"rs.csv": b""}),
    "DM with a header only": Folder(
        ("dm.csv", "a header and no rows", "no subject is known"),
        {
            f"{name}.csv": header_only
            for name in ["cm", "dm", "ds", "ex", "fa", "lb", "mh", "pr", "rs", "ss", "tr", "tu"]
        },
    ),
    "semicolons": Folder(("F02 lb.csv:1", "semicolons", "commas between"), {"lb.csv": semicolons}),
    "Latin-1": Folder(
        ("F02 cm.csv:2", "not UTF-8", "Latin-1"), {"cm.csv": "USUBJID,CMSEQ,CMTRT\nX,1,Mél\n".encode("latin-1")}
    ),
    "UTF-16": Folder(("F02 cm.csv:1", "UTF-16"), {"cm.csv": "USUBJID,CMSEQ\nX,1\n".encode("utf-16")}),
    "ragged row": Folder(
        ("F02 lb.csv:2", "8 cells where the header has 7"), {"lb.csv": swap("850,U/mL", "850,U/mL,more")}
    ),
    "two equal headers": Folder(("F02 lb.csv:1", "LBORRES", "twice"), {"lb.csv": swap("LBORNRHI", "LBORRES")}),
    "NUL byte": Folder(("F02 lb.csv:2", "NUL byte"), {"lb.csv": swap(",850,", ",8\x0050,")}),
    "two files for one domain": Folder(("F06 lb.csv", "lb.parquet"), {"lb.parquet": b"x"}),
    "another study": Folder(("F07 study.json", "'nct06178198'", STUDY), manifest={"study": "nct06178198"}),
    "rows of another study": Folder(("F07 ss.csv:2 STUDYID", "2 rows"), {"ss.csv": of_others}),
    "file changed by hand": Folder(("F08 lb.csv", "SHA-256"), {"lb.csv": swap(",850,", ",851,")}, hashed=True),
    "file of study.json not there": Folder(("F01 study.json", "tu.csv"), {"tu.csv": None}, hashed=True),
    "no study.json": Folder(("holds no study.json", "which study"), {"study.json": None}),
    "study.json empty": Folder(("study.json", "the file is empty"), {"study.json": b""}),
    "study.json broken": Folder(("study.json:1:11", "not JSON"), {"study.json": b'{"study": x}'}),
    "study.json a list": Folder(("study.json", "no JSON object"), {"study.json": b"[]"}),
    "study.json in Latin-1": Folder(("study.json", "byte 0xf6"), {"study.json": '{"by": "Köln"}'.encode("latin-1")}),
    "study.json without origin": Folder(("'origin' is missing", "entered"), {"study.json": b'{"study": "x"}'}),
    "study.json with a wrong cutoff": Folder(("'cutoff' is '31.3.27'",), manifest={"cutoff": "31.3.27"}),
    "cutoff in another style": Folder(("'31.03.2027' is no day", "write it as 2027-03-31"), cutoff="31.03.2027"),
    "cutoff that does not exist": Folder(("'2027-02-30' names a day that does not exist",), cutoff="2027-02-30"),
    "cutoff before the first subject": Folder(
        ("nobody was in the trial on 2020-01-01", "2026-01-05", "a later cutoff"), cutoff="2020-01-01"
    ),
    "cutoff after the data": Folder(
        ("2031-03-31 lies after the day the data are complete to, 2027-03-31", "export the data anew"),
        cutoff="2031-03-31",
    ),
    "out is the data folder": Folder(("exists already", "nothing is overwritten"), out="data"),
    "out under a file": Folder(("cannot be made", "dm.csv is a file"), out="data/dm.csv/out"),
    "out is a file": Folder(("dm.csv exists already",), out="data/dm.csv"),
}

STUDY_FILES: dict[str, tuple[str | bytes, tuple[str, ...]]] = {
    "alias": (study_file('phase: "3"', "phase: *three"), (":13:10", "alias *three", "write the value out")),
    "tag": (study_file('phase: "3"', "phase: !!str 3"), (":13:10", "tag", "no types and no code")),
    "doubled key": (study_file('phase: "3"', 'phase: "3"\n  phase: "2"'), (":14:3", "/study/phase", "line 13")),
    "leading zeros": (study_file("planned: 160", "planned: 0012"), ("/study/enrolment/planned", "write 12")),
    "impossible date": (study_file("start: 2025-12-15", "start: 2025-02-30"), ("/study/dates/start", "28 days")),
    "unclosed bracket": ("language: [", (":1:", "not YAML", "brackets")),
    "empty": ("", (":1:1", "the file is empty")),
    "Latin-1": ("language: 1 # Köln".encode("latin-1"), (":1:16", "not UTF-8", "save the file as UTF-8")),
}

SURVIVAL: dict[str, tuple[str | bytes, tuple[str, ...], tuple[str, ...]]] = {
    "negative time": ("t,e\n5,1\n-6,1\n", (), ("t.csv:3", "column t is negative", "correct the dates")),
    "value abc": ("t,e\n5,1\nabc,1\n", (), ("t.csv:3", "'abc', which is not a number", "write a number")),
    "codes 1 and 2": ("t,e\n5,1\n6,2\n", (), ("t.csv", "codes 1, 2", "--event-code")),
    "no such column": ("time,e\n5,1\n", (), ("no column 't'", "the columns are time, e")),
    "entry after time": ("t,e,s\n5,1,6\n", ("--entry", "s"), ("t.csv:2", "s is not before t")),
    "header only": ("t,e\n", (), ("t.csv", "a header and no rows", "add a row")),
    "empty": ("", (), ("t.csv:1", "the file is empty")),
    "semicolons": ("t;e\n5;1\n", (), ("t.csv:1", "semicolons")),
    "Latin-1": ("t,e,ä\n".encode("latin-1"), (), ("t.csv:1", "not UTF-8")),
    "ragged row": ("t,e\n5,1\n6\n", (), ("t.csv:3", "1 cells")),
}


def in_words(ended: Ended, place: Path) -> str:
    return ended.stderr.replace(f"{place}/", "").replace(str(place), ".")


@cache
def folder_case(name: str) -> tuple[Ended, str, tuple[str, ...]]:
    """How a run on a broken folder ended, its message, and what stands in the place afterwards."""
    case = FOLDERS[name]
    with tempfile.TemporaryDirectory() as made:
        place = Path(made)
        data = folder(place / "data", {}, manifest=case.manifest, hashed=case.hashed)
        for file, change in case.changes.items():
            if isinstance(change, bytes):
                (data / file).write_bytes(change)
            elif change is None:
                (data / file).unlink()
            else:
                (data / file).write_text(change((data / file).read_text(encoding="utf-8")), encoding="utf-8")
        before = listed(place)
        ended = call(*run_arguments(data, place / case.out, study=case.study, cutoff=case.cutoff))
        return ended, in_words(ended, place), tuple(sorted(listed(place) ^ before))


def listed(place: Path) -> set[str]:
    return {str(path.relative_to(place)) for path in place.rglob("*")}


@cache
def study_file_case(name: str, command: str) -> tuple[Ended, str, tuple[str, ...]]:
    content, _ = STUDY_FILES[name]
    with tempfile.TemporaryDirectory() as made:
        place = Path(made)
        file = place / "study.yaml"
        file.write_bytes(content if isinstance(content, bytes) else content.encode())
        data = folder(place / "data")
        before = listed(place)
        arguments = {
            "run": run_arguments(data, place / "out", study=file),
            "lint": ["lint", str(file)],
            "simulate": ["simulate", str(file), "--seed", "1", "--n", "2", "--out", str(place / "out")],
        }
        ended = call(*arguments[command])
        return ended, in_words(ended, place), tuple(sorted(listed(place) ^ before))


@cache
def survival_case(name: str) -> tuple[Ended, str]:
    content, options, _ = SURVIVAL[name]
    with tempfile.TemporaryDirectory() as made:
        file = Path(made) / "t.csv"
        file.write_bytes(content if isinstance(content, bytes) else content.encode())
        ended = call("survival", "km", "--data", file, "--time", "t", "--event", "e", *options)
        return ended, in_words(ended, Path(made))


@pytest.mark.parametrize("name", FOLDERS)
def test_a_broken_folder_is_refused_in_its_own_words(name: str) -> None:
    ended, message, left = folder_case(name)
    assert ended.code == FOLDERS[name].code, message
    assert [words for words in FOLDERS[name].says if words not in message] == [], message
    assert (ended.stdout, left) == ("", ())
    assert "Traceback" not in message


@pytest.mark.parametrize("command", ["run", "lint", "simulate"])
@pytest.mark.parametrize("name", STUDY_FILES)
def test_a_broken_study_file_is_refused_at_its_place(name: str, command: str) -> None:
    ended, message, left = study_file_case(name, command)
    told = ended.stdout if command == "lint" else message
    assert ended.code == (1 if command == "lint" else 3), told
    assert [words for words in STUDY_FILES[name][1] if words not in told] == [], told
    assert (left, "study.yaml" in told, "Traceback" in told) == ((), True, False)


@pytest.mark.parametrize("name", SURVIVAL)
def test_a_broken_table_is_refused_in_its_own_words(name: str) -> None:
    ended, message = survival_case(name)
    assert (ended.code, ended.stdout) == (2, "")
    assert [words for words in SURVIVAL[name][2] if words not in message] == [], message


def blocks() -> Iterator[tuple[str, str]]:
    for name in FOLDERS:
        ended, message, _ = folder_case(name)
        yield f"# run: {name} (exit {ended.code})", message.removeprefix("trialwright: reading the data folder\n")
    for name in STUDY_FILES:
        ended, message, _ = study_file_case(name, "run")
        yield f"# study file: {name} (exit {ended.code})", message
    for name in SURVIVAL:
        ended, message = survival_case(name)
        yield f"# survival: {name} (exit {ended.code})", message


def test_each_case_has_its_own_message() -> None:
    messages = [message for _, message in blocks()]
    assert len(set(messages)) == len(messages)


def test_messages_are_as_reviewed() -> None:
    written = "\n".join(f"{head}\n{message}" for head, message in blocks())
    if os.environ.get("TRIALWRIGHT_GOLDEN") == "write":
        GOLDEN.write_text(written, encoding="utf-8")
    assert written == GOLDEN.read_text(encoding="utf-8")
