"""Cases of response as data folders: each case one subject, cases with the same rules in one study."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import polars as pl
from ruamel.yaml import YAML

from tests.unit.endpoints.trial import frames_of
from trialwright.assessments.responses import judged as judged_lesions
from trialwright.assessments.responses import study_responses
from trialwright.assessments.sums import sum_rows
from trialwright.endpoints import time_point_dates
from trialwright.model.frames import Frames
from trialwright.model.study import Study

FOLDER = Path(__file__).parent / "response"
Case = Mapping[str, Any]
Rows = dict[str, list[dict[str, str]]]

ORIGIN = date(2026, 1, 1)
SWITCHES = {"confirm_days": "min_confirm_days", "stable_min_days": "min_stable_days"}
"""Names the cases use for switches that the program calls otherwise."""

STATES = {
    "UNEQUIVOCAL_PD": "UNEQUIVOCAL PROGRESSION", "PRESENT": "PRESENT", "EQUIVOCAL": "EQUIVOCAL",
    "UNEQUIVOCAL": "UNEQUIVOCAL",
}  # fmt: skip


def cases(*names: str) -> Sequence[Case]:
    """Cases of some files."""
    yaml = YAML(typ="safe", pure=True)
    return [case for name in names for case in yaml.load((FOLDER / f"{name}.yaml").read_text(encoding="utf-8"))]


def day_of(day: int) -> str:
    return (ORIGIN + timedelta(days=day)).isoformat()


def number(day: date) -> int:
    return (day - ORIGIN).days


def study_of(criteria: str, settings: Mapping[str, Any], *, removal: bool, marker: bool) -> Study:
    """A study with one series, all time points on the day of allocation."""
    series: dict[str, Any] = {
        "id": "scans", "criteria": criteria, "baseline": {"last_before": "allocation", "within": "28 days"},
        "from": "allocation", "settings": {SWITCHES.get(key, key): each for key, each in settings.items()},
    }  # fmt: skip
    if removal:
        series["planned_removal"] = {"procedure": "operated_on", "new_baseline": {"within": "3 months"}}
    if marker:
        series["marker"] = "fall"
    dated = {"is": "date", "ask": "When?"}
    return Study.model_validate_json(
        json.dumps(
            {
                "language": 1,
                "study": {"id": "cases", "title": "Cases", "version": "0.1.0", "registry": {"name": "R", "id": "1"}},
                "items": {
                    "allocated_on": {
                        **dated,
                        "domain": "DS",
                        "column": "DSSTDTC",
                        "where": {"DSDECOD": "RANDOMIZED"},
                    },
                    "operated_on": {**dated, "domain": "PR", "column": "PRSTDTC", "where": {"PROCCUR": "Y"}},
                    "ca125": {"is": "number", "ask": "CA-125?", "analyte": "CA125", "unit": "U/mL"},
                },
                "time_points": {"allocation": {"item": "allocated_on"}},
                "arms": [{"id": "A", "label": "a", "role": "single"}],
                "markers": [{"id": "fall", "item": "ca125", "model": "kelim", "from": "allocation"}],
                "assessments": [series],
            }
        )
    )


def told(rows: Rows, domain: str, subject: str, **cells: str) -> None:
    """Add a row with the next sequence number of its subject."""
    own = rows[domain]
    seq = 1 + sum(row["USUBJID"] == subject for row in own)
    own.append({"USUBJID": subject, f"{domain}SEQ": str(seq), **cells})


def tell(rows: Rows, case: Case) -> None:
    """Write a case as rows of its own subject."""
    subject = case["id"]
    rows["DM"].append({"USUBJID": subject, "SITEID": "01", "SEX": "F"})
    told(rows, "DS", subject, DSDECOD="RANDOMIZED", DSSTDTC=day_of(case.get("origin", 0)))
    if "planned_removal" in case:
        told(rows, "PR", subject, PRCAT="PROTOCOL SURGERY", PROCCUR="Y", PRSTDTC=day_of(case["planned_removal"]))
    if "new_therapy" in case:
        told(rows, "CM", subject, CMCAT="SUBSEQUENT CANCER THERAPY", CMSTDTC=day_of(case["new_therapy"]))
    marker = case.get("marker", {})
    for day, value in marker.get("values", {}).items():
        cells = {"LBTESTCD": "CA125", "LBORRES": value, "LBORRESU": "U/mL", "LBORNRHI": marker["uln"]}
        told(rows, "LB", subject, **cells, LBDTC=day_of(day))
    for lesion in case.get("lesions", ()):
        tell_lesion(rows, case, lesion)
    for day, code in case.get("sequence", {}).items():
        cells = {"RSCAT": "RECIST 1.1", "RSTESTCD": "OVRLRESP", "RSORRES": code, "RSEVAL": "INVESTIGATOR"}
        told(rows, "RS", subject, **cells, RSDTC=day_of(day))


def tell_lesion(rows: Rows, case: Case, lesion: Mapping[str, Any]) -> None:
    """Write the first sight of a lesion and its looks."""
    first = min(lesion["at"])
    treated = lesion.get("treated", lesion.get("in_field"))
    cells = {
        "TULNKID": lesion["id"], "TUORRES": lesion["group"], "TUDTC": day_of(first),
        "TULOC": "LYMPH NODE" if lesion["nodal"] else lesion["organ"],
        "TUMETHOD": {"PET": "PET/CT SCAN"}.get(lesion.get("method", "CT"), "CT SCAN"),
        "TUTRT": {True: "TREATED", False: "UNTREATED", None: ""}[treated],
        "TUCERT": "EQUIVOCAL" if lesion["at"][first] == "EQUIVOCAL" else "",
    }  # fmt: skip
    told(rows, "TU", case["id"], **cells)
    test = "LPERP" if lesion["nodal"] else "LDIAM"
    for day, found in lesion["at"].items():
        own = {"TRLNKID": lesion["id"], "TRDTC": day_of(day), "TRTESTCD": test}
        for cells in looks(str(found), test):
            told(rows, "TR", case["id"], **{**own, **cells})


def looks(found: str, test: str) -> Iterable[dict[str, str]]:
    """Rows of TR for what a case says of a lesion on a day."""
    if found in STATES:
        yield {"TRTESTCD": "TUMSTATE", "TRORRES": STATES[found]}
    elif found.startswith("MERGED_INTO"):
        yield {"TRORIG": "MERGED", "TRREASND": found.partition(":")[2]}
    elif found in ("TSTM", "ABSENT", "NE", "ND"):
        words = {"TSTM": "TOO SMALL", "ABSENT": "ABSENT", "NE": "NOT EVALUABLE", "ND": ""}
        yield {"TRORIG": words[found], "TRSTAT": "NOT DONE" if found in ("NE", "ND") else ""}
    elif "/" in found:
        viable, whole = found.split("/")
        yield from (own for value, name in ((whole, "LDIAM"), (viable, "VDIAM")) for own in figure(value, name))
    else:
        yield from figure(found, test)


def figure(value: str, test: str) -> Iterable[dict[str, str]]:
    """Rows of TR for one diameter."""
    if value in ("TSTM", "ABSENT", "NE", "ND"):
        yield from ({**own, "TRTESTCD": test} for own in looks(value, test))
    elif value not in ("", "-"):
        yield {"TRTESTCD": test, "TRORRES": value, "TRORRESU": "mm", "TRORIG": "MEASURED"}


def key_of(case: Case) -> str:
    """What a case shares with others that may stand in one study with it."""
    settings = dict(case.get("policy", {}))
    if "sequence" in case:
        settings["rows"] = "recorded"
    return json.dumps([case["criteria"], settings, "planned_removal" in case, "marker" in case])


@cache
def judged(key: str, names: tuple[str, ...]) -> pl.DataFrame:
    """Rows of all cases with one key."""
    rows, study = folder_of(key, names)
    frames = rows
    return study_responses(study, frames, time_point_dates(study, frames))[0].sort("USUBJID", "PARAMCD", "ADT")


def folder_of(key: str, names: tuple[str, ...]) -> tuple[Frames, Study]:
    """Data of all cases with one key, and their study."""
    rows: Rows = defaultdict(list)
    for case in cases(*names):
        if key_of(case) == key:
            tell(rows, case)
    criteria, settings, removal, marker = json.loads(key)
    return frames_of(rows), study_of(criteria, settings, removal=removal, marker=marker)


def rows_of(case: Case, *names: str) -> pl.DataFrame:
    """Rows of one case."""
    return judged(key_of(case), names).filter(pl.col("USUBJID") == case["id"])


@cache
def summed(key: str, names: tuple[str, ...]) -> pl.DataFrame:
    """Sums of all cases with one key."""
    frames, study = folder_of(key, names)
    series = study.assessments[0]
    found, _ = judged_lesions(study, series, frames, time_point_dates(study, frames))
    return sum_rows(found, study.id, series.id)


def sums_of(case: Case, *names: str) -> pl.DataFrame:
    """Sums of one case."""
    return summed(key_of(case), names).filter(pl.col("USUBJID") == case["id"])


def dated_case(case: Case) -> Mapping[str, Any]:
    """Overall response of a case whose scans lie on several days: one visit, its verdict on the scheduled day."""
    rows: Rows = defaultdict(list)
    tell(rows, {"id": case["id"]})
    grown = "target" in case["decided_by"] and case["overall"] == "PD"
    sizes = {"PR": "30", "SD": "45", "PD": "61" if grown else "45"}
    for name, day in case["scans"].items():
        fresh = name.startswith("X") and "new" in case["decided_by"]
        group = "TARGET" if name.startswith("T") else "NEW" if fresh else "NON-TARGET"
        first = day_of(day) if fresh else day_of(0)
        told(rows, "TU", case["id"], TULNKID=name, TUORRES=group, TUDTC=first, TULOC="LIVER", TUMETHOD="CT SCAN")
        own = {"TRLNKID": name, "TRLNKGRP": "V1", "TRDTC": day_of(day)}
        state = {"TRTESTCD": "TUMSTATE", "TRORRES": "PRESENT"}
        if group == "TARGET":
            told(rows, "TR", case["id"], **own | measured("50") | {"TRDTC": day_of(0), "TRLNKGRP": "V0"})
            told(rows, "TR", case["id"], **own | measured(sizes[case["overall"]]))
        else:
            worse = name in case["deciding"] and "nontarget" in case["decided_by"]
            told(rows, "TR", case["id"], **own | state | ({"TRORRES": "UNEQUIVOCAL PROGRESSION"} if worse else {}))
    verdict = {"RSCAT": "RECIST 1.1", "RSTESTCD": "OVRLRESP", "RSORRES": case["overall"], "RSEVAL": "INVESTIGATOR"}
    told(rows, "RS", case["id"], **verdict, RSLNKGRP="V1", RSDTC=day_of(case["scheduled_day"]))
    frames, study = (
        frames_of(rows),
        study_of("recist-1.1", {"date_rule": case["date_rule"]}, removal=False, marker=False),
    )
    found = study_responses(study, frames, time_point_dates(study, frames))[0]
    chosen = found.filter((pl.col("PARAMCD") == "OVR") & (pl.col("DTYPE") == "AS ASSESSED"))
    return chosen.row(0, named=True)


def baseline_is_too_old(day: int) -> bool:
    """Whether the program finds no baseline in its window when the only scan before treatment is of that day."""
    rows: Rows = defaultdict(list)
    at = {day: "30.0", 42: "30.0"}
    tell(rows, {"id": "A", "lesions": [{"id": "T01", "group": "TARGET", "organ": "LIVER", "nodal": False, "at": at}]})
    frames, study = frames_of(rows), study_of("recist-1.1", {}, removal=False, marker=False)
    _, findings = study_responses(study, frames, time_point_dates(study, frames))
    return "R01" in {finding.id for finding in findings}


def measured(length: str) -> dict[str, str]:
    return {"TRTESTCD": "LDIAM", "TRORRES": length, "TRORRESU": "mm", "TRORIG": "MEASURED"}
