"""Cases of endpoints as data folders: each case one subject of a study made for its schedule and its switches."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import polars as pl
from ruamel.yaml import YAML

from tests.unit.endpoints.trial import answer, frames_of
from trialwright.assessments.responses import study_responses
from trialwright.endpoints import derive, time_point_dates
from trialwright.model.frames import Frames
from trialwright.model.result import Derived
from trialwright.model.study import Study

FOLDER = Path(__file__).parent / "endpoints"
Case = Mapping[str, Any]
Rows = dict[str, list[dict[str, str]]]

SHARED = (
    "pfs_rule_sets", "missed_assessments", "other_endpoints", "local_progression", "disease_free", "last_score",
)  # fmt: skip
LESIONS = "local_progression_of_lesions"
ZONE_STATES = {
    "COMPLETE": "ABSENT", "CLEAR": "ABSENT", "RESIDUAL": "PRESENT", "VIABLE": "PRESENT", "EQUIVOCAL": "EQUIVOCAL",
}  # fmt: skip
ORIGIN = date(2025, 1, 1)
SET = {"set": "randomised"}
SCANS = {**SET, "origin": "allocation", "measure": "time to event", "assessment": "scans"}
ALIVE = {"censor": {"at": "last known alive"}}


@cache
def cases(*names: str) -> Sequence[Case]:
    """Cases of some files."""
    yaml = YAML(typ="safe", pure=True)
    return [case for name in names for case in yaml.load((FOLDER / f"{name}.yaml").read_text(encoding="utf-8"))]


def day_of(day: int) -> str:
    return (ORIGIN + timedelta(days=day)).isoformat()


def endpoint(name: str, **keys: object) -> dict[str, object]:
    return {"id": name, "title": name, "role": "other", **keys}


def endpoints(case: Case) -> list[dict[str, object]]:
    """Every endpoint a case may ask for, by its rule set and its switches."""
    switches = case.get("switches", {})
    censor: dict[str, Any] = {
        "at": "last adequate assessment",
        "rules": case.get("rule_set", "FDA_A"),
        "new_therapy": {"is": "next_therapy", "then": "ignore"},
        "clinical_progression": "claimed_on",
    }
    if case.get("rule_set", "FDA_A") != "EMA_ITT":
        censor["new_therapy"] = {"is": "next_therapy", "then": "censor"}
    if switches.get("missed_method") == "span":
        censor["missed_by"] = "elapsed"
    if switches.get("censor_at_treatment_stop"):
        censor["treatment_stop"] = "censor"
    clause = {"never_free": {"reached": "freed", **switches["never_free"]}} if "never_free" in switches else {}
    scans, confirmed = {**SCANS, "censor": censor}, bool(switches.get("confirmation"))
    if (year := switches.get("year_of_death")) is not None:
        censor["year_of_death"] = year
    counting = {"add_one": False} if case.get("add_one") is False else {}
    both = ["progression", "death"]
    first = {"of": "scans", "confirmed": confirmed}
    cause = {"event": "death", "when": {"item": "cause", "in": ["CANCER", "UNKNOWN"]}}
    other = {"event": "death", "when": {"item": "cause", "in": ["OTHER"]}}
    alive = {"censor": {**ALIVE["censor"], "year_of_death": switches.get("year_of_death", "held")}}
    plain = {"measure": "time to event", "origin": "allocation", **SET, **alive}
    zone = {"measure": "time to event", "origin": "cleared", "set": "cleared", "assessment": "zone"}
    return [
        endpoint("PFS", **scans, events=both),
        endpoint("TTP", **scans, events=["progression"]),
        endpoint("HPFS", **{**scans, "assessment": "hepatic"}, events=both),
        endpoint("TTR", **scans, events=["response"]),
        endpoint("TTBR", **scans, events=["best_response"]),
        endpoint("DOR", **{**scans, "origin": {"first": ["CR", "PR"], **first}}, events=both),
        endpoint("DOCR", **{**scans, "origin": {"first": ["CR"], **first}}, events=both),
        endpoint("OS", **plain, **counting, events=["death"]),
        endpoint("DFS", **scans, events=both, **clause),
        endpoint(
            "TTD", measure="time to event", origin="allocation", **SET, events=["worse_on"], competing=["death"],
            of="ecog", censor={"at": "last score"},
        ),
        endpoint("TTNT", **plain, events=["next_therapy"], competing=["death"]),
        endpoint("CSS", **plain, events=[cause], competing=[other]),
        endpoint(
            "LTP", **zone, events=["progression"], competing=["death", "resected_on"],
            censor={"at": "last scan of the zone"},
        ),
        endpoint(
            "LTPL", measure="time to event of lesions", origin="ablation", assessment="zone", events=["progression"],
            competing=["death", "resected_on"], censor={"at": "last scan of the zone"}, **SET,
        ),
        endpoint(
            "RMDOR", measure="restricted mean", of="PFS", origin={"first": ["CR", "PR"], "of": "scans"}, **SET,
            horizon={"of": "24 months", "is": "administrative censoring"},
        ),
    ]  # fmt: skip


def visits(case: Case) -> list[dict[str, Any]]:
    schedule = case.get("schedule", {"every": 42, "window": 7})
    window = dict.fromkeys(("before", "after"), f"{schedule['window']} days")
    every = f"{schedule.get('every')} days"
    whens = [{"first": f"{day} days"} for day in schedule.get("times", ())] or [{"first": every, "every": every}]
    return [
        {"id": f"v{n}", "when": {"after": "allocation", **when}, "window": window, "do": ["scans", "hepatic"]}
        for n, when in enumerate(whens)
    ]


def series(name: str, category: str, start: str, case: Case) -> dict[str, Any]:
    settings = {"rows": "recorded", "category": category, "cr_then_disease": "pd"}
    confirmation = {"needed": bool(case.get("switches", {}).get("confirmation")), "after": "28 days"}
    baseline = {"last_before": "allocation", "within": "28 days"}
    return {
        "id": name, "criteria": "recist-1.1", "baseline": baseline, "from": start, "settings": settings,
        "confirmation": confirmation,
    }  # fmt: skip


def study_of(case: Case) -> Study:
    """A study with every endpoint, under the rules of a case."""

    def dated(domain: str, column: str, **where: str) -> dict[str, Any]:
        return {"is": "date", "ask": "When?", "domain": domain, "column": column, "where": where, "take": "first"}

    plain = {
        "language": 1,
        "study": {"id": "cases", "title": "Cases", "version": "0.1.0", "registry": {"name": "R", "id": "1"}},
        "items": {
            "allocated_on": dated("DS", "DSSTDTC", DSDECOD="RANDOMIZED"),
            "cleared_on": dated("PR", "PRSTDTC", PRCAT="PROTOCOL ABLATION", PRDECOD="COMPLETE"),
            "ablated_on": dated("PR", "PRSTDTC", PRCAT="PROTOCOL ABLATION", PROCCUR="Y"),
            "resected_on": dated("PR", "PRSTDTC", PRCAT="LIVER RESECTION"),
            "claimed_on": dated("FA", "FADTC", FATESTCD="CLAIMED"),
            "next_therapy": dated("CM", "CMSTDTC", CMCAT="SUBSEQUENT CANCER THERAPY"),
            "freed_on": dated("FA", "FADTC", FATESTCD="FREED"),
            "worse_on": dated("FA", "FADTC", FATESTCD="WORSE"),
            "performance": {
                "is": "number", "ask": "ECOG?", "unit": "1", "domain": "QS", "where": {"QSTESTCD": "ECOG101"},
                "column": "QSORRES",
            },
            "cause": {
                "is": "code", "ask": "Cause?", "test": "DTHCAUSE",
                "values": {"CANCER": "c", "OTHER": "o", "UNKNOWN": "u"},
            },
        },
        "time_points": {"allocation": {"item": "allocated_on", "gate": True}, "cleared": {"item": "cleared_on"},
                        "ablation": {"item": "ablated_on"}, "freed": {"item": "freed_on"}},
        "scores": [{"id": "ecog", "name": "ecog", "item": "performance"}],
        "arms": [{"id": "A", "label": "a", "role": "single"}],
        "assessments": [
            series("scans", "RECIST 1.1", "allocation", case),
            series("hepatic", "HEPATIC", "allocation", case),
            series("zone", "ZONE", "cleared", case),
        ],
        "visits": visits(case),
        "analysis_sets": [{"id": "randomised", "reached": "allocation"}, {"id": "cleared", "reached": "cleared"}],
        "endpoints": endpoints(case),
    }  # fmt: skip
    return Study.model_validate_json(json.dumps(plain))


def responses(case: Case) -> Iterator[tuple[str, int, str]]:
    """Category, day and response of a case; without a usable baseline nothing can be evaluated."""
    sites = case.get("site", {})
    for day, code in case.get("assessments", {}).items():
        seen = code if case.get("baseline", True) else "NE"
        yield "RECIST 1.1", day, seen
        yield "HEPATIC", day, "SD" if sites.get(day) == "extrahepatic" else seen
    for day, state in case.get("zone", {}).items():
        yield "ZONE", day, {"RESIDUAL": "PD", "VIABLE": "PD"}.get(state, "NED")


def tables(case: Case, subject: str = "A") -> Rows:
    """Tables of the one subject of a case."""
    rows: Rows = {}

    def add(domain: str, **cells: str) -> None:
        listed = rows.setdefault(domain, [])
        listed.append({"USUBJID": subject, f"{domain}SEQ": str(len(listed) + 1), **cells})

    add("DS", DSDECOD="RANDOMIZED", DSSTDTC=day_of(0))
    for category, day, code in responses(case):
        add("RS", RSCAT=category, RSTESTCD="OVRLRESP", RSORRES=code, RSEVAL="INVESTIGATOR", RSDTC=day_of(day))
    if "new_therapy" in case:
        add("CM", CMCAT="SUBSEQUENT CANCER THERAPY", CMSTDTC=day_of(case["new_therapy"]))
    if "lost" in case:
        add("DS", DSDECOD="LOST TO FOLLOW-UP", DSSCOPE="FOLLOW-UP", DSSTDTC=day_of(case["lost"]))
    if (stop := case.get("treatment_stop")) is not None:
        add("DS", DSDECOD="PHYSICIAN DECISION", DSSCOPE="TREATMENT", DSSTDTC=day_of(stop["day"]))
        if stop["reason"] == "clinical progression":
            add("FA", FATESTCD="CLAIMED", FASTRESC="Y", FADTC=day_of(stop["day"]))
    if "alive" in case:
        add("SS", SSTESTCD="SURVSTAT", SSORRES="ALIVE", SSDTC=day_of(case["alive"]))
    add_answers(case, add)
    cleared = max((day for day in case.get("ablations", ()) if day <= documented(case)), default=None)
    for day in case.get("ablations", ()):
        done = "COMPLETE" if day == cleared else "INCOMPLETE"
        add("PR", PRCAT="PROTOCOL ABLATION", PRDECOD=done, PROCCUR="Y", PRSTDTC=day_of(day))
    for name in ("resection", "transplant"):
        if name in case:
            add("PR", PRCAT="LIVER RESECTION", PRDECOD=name.upper(), PROCCUR="Y", PRSTDTC=day_of(case[name]))
    add_lesions(case, add)
    who = person(case, subject, add)
    return {**rows, "DM": [who]}


def add_lesions(case: Case, add: Callable[..., None]) -> None:
    """Rows of the lesions of a case: what they are, their procedures, and the states of their zones."""
    for name, lesion in case.get("lesions", {}).items():
        add("TU", TULNKID=name, TUORRES="TARGET", TULOC="LIVER", TUDTC=day_of(-10), TUTRT="TREATED")
        for day in lesion["ablations"]:
            add("PR", PRCAT="PROTOCOL ABLATION", PROCCUR="Y", PRSTDTC=day_of(day), PRLNKID=name)
        for day, state in lesion["zone"].items():
            seen = {"TRORRES": ZONE_STATES[state]} if state in ZONE_STATES else {"TRSTAT": "NOT DONE"}
            add("TR", TRLNKID=name, TRTESTCD="TUMSTATE", TRDTC=day_of(day), **seen)
    for name, day in case.get("resected", {}).items():
        add("PR", PRCAT="LIVER RESECTION", PROCCUR="Y", PRSTDTC=day_of(day), PRLNKID=name)


def add_answers(case: Case, add: Callable[..., None]) -> None:
    """Answers and scores of a case."""
    for name, test in (("freed", "FREED"), ("worse", "WORSE")):
        if name in case:
            add("FA", FATESTCD=test, FASTRESC="Y", FADTC=day_of(case[name]))
    for day, score in case.get("scores", {}).items():
        add("QS", QSTESTCD="ECOG101", QSORRES=str(score), QSDTC=day_of(day))


def person(case: Case, subject: str, add: Callable[..., None]) -> dict[str, str]:
    """DM row of a case, with the cause of its death told a week after it."""
    row = {"USUBJID": subject, "SITEID": "01", "SEX": "F", "ARMCD": "A"}
    death = case.get("death")
    if death is None:
        return row
    day, cause = (death["day"], death["cause"]) if isinstance(death, dict) else (death, "cancer")
    add("FA", FATESTCD="DTHCAUSE", FASTRESC=cause.upper(), FADTC=day_of(day + 7))
    return {**row, "DTHDTC": day_of(day), "DTHFL": "Y"}


def documented(case: Case) -> int:
    """Day of the scan that showed complete ablation, before every day where none did."""
    return min((day for day, state in case.get("zone", {}).items() if state == "COMPLETE"), default=-1)


def derived(study: Study, frames: Frames, cutoff: date) -> Derived:
    """Endpoints of a folder at a cutoff."""
    known = frames.until(cutoff)
    found, _ = study_responses(study, known, time_point_dates(study, known))
    return derive(study, known, found, answer(study, known, found, cutoff), cutoff=cutoff, by_arm=True)


def key_of(case: Case) -> str:
    """What decides the study of a case, and its cutoff."""
    keys = ("rule_set", "switches", "schedule", "cutoff", "add_one")
    return json.dumps({key: case.get(key) for key in keys}, sort_keys=True)


def lesion_rows(case: Case) -> dict[str, dict[str, Any]]:
    """Row of each lesion of a case that has one, by lesion, with its days counted from the case's origin."""
    found = derived(study_of(case), frames_of(tables(case)), ORIGIN + timedelta(days=1000)).lesion_times
    return {
        row["TRLNKID"]: {
            "from": (row["STARTDT"] - ORIGIN).days,
            "day": (row["ADT"] - ORIGIN).days,
            "aval": row["AVAL"],
            "cnsr": row["CNSR"],
        }
        for row in found.iter_rows(named=True)
    }


@cache
def together(key: str) -> pl.DataFrame:
    """ADTTE of every case of the shared files with one study, each case a subject."""
    own = [case for case in cases(*SHARED) if key_of(case) == key]
    rows: Rows = {}
    for case in own:
        for domain, listed in tables(case, case["id"]).items():
            rows.setdefault(domain, []).extend(listed)
    cutoff = ORIGIN + timedelta(days=own[0].get("cutoff", 1000))
    return derived(study_of(own[0]), frames_of(rows), cutoff).adtte


def row_of(case: Case, name: str) -> dict[str, Any] | None:
    """Row of an endpoint of a case, with its days counted from the case's origin; None where there is none."""
    if "id" in case:
        every = together(key_of(case)).filter(pl.col("USUBJID") == case["id"])
    else:
        cutoff = ORIGIN + timedelta(days=case.get("cutoff", 1000))
        every = derived(study_of(case), frames_of(tables(case)), cutoff).adtte
    found = every.filter(pl.col("PARAMCD") == name)
    if found.is_empty():
        return None
    row = found.row(0, named=True)
    return {
        **row,
        "day": (row["ADT"] - ORIGIN).days,
        "from": (row["STARTDT"] - ORIGIN).days,
        "aval": row["AVAL"],
        "cnsr": row["CNSR"],
        "event": row["CNSR"] == 0,
        "reason": str(row["RULEID"]).split(".")[1],
    }
