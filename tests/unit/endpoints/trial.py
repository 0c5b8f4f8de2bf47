"""A small trial for the tests of endpoints: a study, and folders typed in as a few lines of text."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

import polars as pl

from trialwright.assessments import recorded_responses
from trialwright.endpoints import derive, questions, time_point_dates
from trialwright.model.frames import TABLES, Frames, frames_from_text
from trialwright.model.result import Derived
from trialwright.model.study import Study

CUTOFF = date(2027, 3, 31)
SIX_WEEKS = {"after": "allocation", "first": "6 weeks", "every": "6 weeks"}
WEEK = {"before": "7 days", "after": "7 days"}

PFS: dict[str, object] = {
    "id": "PFS",
    "title": "Progression-free survival",
    "role": "primary",
    "measure": "time to event",
    "origin": "allocation",
    "events": ["progression", "death"],
    "assessment": "scans",
    "set": "randomised",
    "censor": {
        "at": "last adequate assessment",
        "missed_assessments": 2,
        "new_therapy": {"is": "next_therapy", "then": "censor"},
    },
}
OS: dict[str, object] = {
    "id": "OS",
    "title": "Overall survival",
    "role": "secondary",
    "measure": "time to event",
    "origin": "allocation",
    "set": "randomised",
    "use": "corrected",
    "definitions": {
        "record": {
            "events": ["progression", "death"],
            "assessment": "scans",
            "censor": {"at": "last adequate assessment"},
            "horizon": {"of": "24 months", "is": "administrative censoring"},
        },
        "corrected": {"events": ["death"], "censor": {"at": "last known alive"}},
    },
}
R0: dict[str, object] = {
    "id": "R0",
    "title": "Complete resection",
    "role": "secondary",
    "measure": "proportion",
    "success": {"item": "residual", "equals": "GYN_R0"},
    "unknown": "failure",
    "period": {"from": "surgery", "within": "2 months"},
    "use": "record",
    "definitions": {"record": {"set": "randomised", "arms": ["SCS"]}, "operated": {"set": "operated"}},
}
SURGCOMP: dict[str, object] = {
    "id": "SURGCOMP",
    "title": "Worst complication",
    "role": "secondary",
    "measure": "worst grade",
    "of": "complication",
    "set": "operated",
    "period": {"from": "surgery", "within": "2 months"},
}


def changed(endpoint: Mapping[str, object], **keys: object) -> dict[str, object]:
    """An endpoint with some keys replaced; a key of None is taken out."""
    return {key: value for key, value in {**endpoint, **keys}.items() if value is not None}


def study(
    *endpoints: Mapping[str, object],
    when: Mapping[str, object] = SIX_WEEKS,
    window: Mapping[str, str] = WEEK,
    **blocks: object,
) -> Study:
    """The trial with some endpoints; other blocks of the study file may be replaced."""
    plain: dict[str, object] = {
        "language": 1,
        "study": {"id": "mini", "title": "Mini", "version": "0.1.0", "registry": {"name": "R", "id": "1"}},
        "items": {
            "allocated_on": _date("DS", "DSSTDTC", DSDECOD="RANDOMIZED"),
            "operated_on": {**_date("PR", "PRSTDTC", PRCAT="PROTOCOL SURGERY", PROCCUR="Y"), "take": "first"},
            "next_therapy": {**_date("CM", "CMSTDTC", CMCAT="SUBSEQUENT CANCER THERAPY"), "take": "first"},
            "cause": {"is": "code", "ask": "Cause?", "test": "DTHCAUSE", "values": {"CANCER": "c", "OTHER": "o"}},
            "residual": {
                "is": "code",
                "ask": "Residual?",
                "test": "RESIDUAL",
                "values": {"GYN_R0": "a", "GYN_R1": "b"},
            },
            "complication": {
                "is": "code",
                "ask": "Grade?",
                "test": "CLAVIEN",
                "take": "all",
                "values": {grade: grade for grade in ("I", "II", "IIIA", "IIIB", "IVA", "IVB", "V")},
            },
        },
        "time_points": {"allocation": {"item": "allocated_on", "gate": True}, "surgery": {"item": "operated_on"}},
        "arms": [
            {"id": "SCS", "label": "surgery", "role": "experimental", "ratio": 1},
            {"id": "CHEMO", "label": "none", "role": "control", "ratio": 1},
        ],
        "assessments": [
            {
                "id": "scans",
                "criteria": "recist-1.1",
                "baseline": {"last_before": "allocation", "within": "28 days"},
                "from": "allocation",
                "settings": {"rows": "recorded"},
            }
        ],
        "visits": [{"id": "follow_up", "when": when, "window": window, "do": ["scans"]}],
        "allocation": {"at": "allocation", "method": "simple"},
        "analysis_sets": [
            {"id": "randomised", "reached": "allocation"},
            {"id": "operated", "reached": "surgery", "arms": ["SCS"]},
        ],
        "endpoints": list(endpoints),
        **blocks,
    }
    return Study.model_validate_json(json.dumps(plain))


def _date(domain: str, column: str, **where: str) -> dict[str, object]:
    return {"is": "date", "ask": "When?", "domain": domain, "column": column, "where": where}


@dataclass(frozen=True)
class Told:
    """What a subject's lines say, table by table."""

    tables: dict[str, list[dict[str, str]]]

    def add(self, domain: str, **cells: str) -> None:
        rows = self.tables.setdefault(domain, [])
        number = 1 + sum(row["USUBJID"] == cells["USUBJID"] for row in rows)
        rows.append(cells if domain == "DM" else {**cells, f"{domain}SEQ": str(number)})


def folder(text: str, *, collected: str = "") -> Frames:
    """Tables from lines such as ``A: SCS 2026-01-01; SD 2026-02-12; died 2026-05-01``.

    A line names a subject, its arm and its allocation, then what happened: a response (``PD``), ``died``, ``alive``,
    ``therapy``, ``lost``, ``withdrew [SCOPE]``, ``stopped``, ``operated``, ``lab``, ``dose``, ``residual CODE``,
    ``complication GRADE``, ``cause CODE`` or ``independent CODE``, each followed by its date.
    """
    told = Told({domain: [] for domain in collected.split()})
    for line in filter(None, (each.strip() for each in text.splitlines())):
        subject, rest = line.split(":", 1)
        first, *others = (part.split() for part in rest.split(";"))
        arm, allocated = (first[0], first[1]) if len(first) == 2 else ("", "")
        person = {"USUBJID": subject, "SITEID": "01", "SEX": "F", "ARMCD": arm}
        for words in others:
            if words[0] == "died":
                person |= {"DTHDTC": words[1] if len(words) > 1 else "", "DTHFL": "Y"}
            else:
                _tell(told, subject, words)
        told.add("DM", **person)
        if allocated:
            told.add("DS", USUBJID=subject, DSDECOD="RANDOMIZED", DSSTDTC=allocated)
    return frames_of(told.tables)


def _tell(told: Told, subject: str, words: list[str]) -> None:
    kind, day, who = words[0], words[-1], {"USUBJID": subject}
    match kind:
        case "alive":
            told.add("SS", **who, SSTESTCD="SURVSTAT", SSORRES="ALIVE", SSDTC=day)
        case "therapy":
            told.add("CM", **who, CMCAT="SUBSEQUENT CANCER THERAPY", CMSTDTC=day)
        case "lost":
            told.add("DS", **who, DSCAT="DISPOSITION EVENT", DSDECOD="LOST TO FOLLOW-UP", DSSTDTC=day)
        case "withdrew":
            scope = words[1] if len(words) == 3 else ""
            told.add("DS", **who, DSDECOD="WITHDRAWAL BY SUBJECT", DSSTDTC=day, DSSCOPE=scope)
        case "stopped":
            told.add("DS", **who, DSDECOD="PHYSICIAN DECISION", DSSTDTC=day, DSSCOPE="TREATMENT")
        case "operated":
            told.add("PR", **who, PRCAT="PROTOCOL SURGERY", PROCCUR="Y", PRSTDTC=day)
        case "lab":
            told.add("LB", **who, LBTESTCD="CA125", LBORRES="10", LBORRESU="U/mL", LBDTC=day)
        case "dose":
            told.add("EX", **who, EXTRT="DRUG", EXSTDTC=day)
        case "residual":
            told.add("FA", **who, FATESTCD="RESIDUAL", FASTRESC=words[1], FADTC=day, FALNKID="PR.1")
        case "cause":
            told.add("FA", **who, FATESTCD="DTHCAUSE", FASTRESC=words[1], FADTC=day)
        case "complication":
            told.add("AE", **who, AETERM="leak", AESTDTC=day)
            link = f"AE.{len([row for row in told.tables['AE'] if row['USUBJID'] == subject])}"
            told.add("FA", **who, FATESTCD="CLAVIEN", FASTRESC=words[1], FADTC="2026-02-10", FALNKID=link)
        case "independent":
            _response(told, subject, words[1], day, "INDEPENDENT ASSESSOR")
        case _:
            _response(told, subject, kind, day, "INVESTIGATOR")


def _response(told: Told, subject: str, code: str, day: str, reader: str) -> None:
    cells = {"RSCAT": "RECIST 1.1", "RSTESTCD": "OVRLRESP", "RSORRES": code, "RSEVAL": reader, "RSDTC": day}
    told.add("RS", USUBJID=subject, **cells)


def frames_of(tables: Mapping[str, list[dict[str, str]]]) -> Frames:
    """Typed tables of rows as mappings; an empty cell is null."""
    made = {}
    for domain, rows in tables.items():
        names = [column.name for column in TABLES[domain].columns]
        used = [name for name in names if name in TABLES[domain].key or any(name in row for row in rows)]
        data = {name: [row.get(name) or None for row in rows] for name in used}
        made[domain] = pl.DataFrame(data, schema=dict.fromkeys(used, pl.String))
    return frames_from_text(made, "entered", cutoff=CUTOFF)[0]


def answer(trial: Study, frames: Frames, responses: pl.DataFrame, cutoff: date) -> dict[str, pl.DataFrame]:
    """Answers to the questions of a study, read off the FA rows without the program's screening."""
    found = {}
    for question in questions(trial, frames, cutoff, responses):
        node = question.node.model_dump(mode="json", by_alias=True)
        item, wanted = node["item"], {node["equals"]} if node["equals"] else set(node["in"])
        test = trial.items[item].test
        facts = question.frames["FA"].filter(pl.col("FATESTCD") == test)
        rows = []
        for subject, at in question.moments.iter_rows():
            own = facts.filter((pl.col("USUBJID") == subject) & (pl.col("FALO") <= at)) if at else facts.head(0)
            if own.height:
                last = own.sort("FALO", "FASEQ").row(-1, named=True)
                verdict = "T" if last["FASTRESC"] in wanted else "F"
                rows.append((subject, verdict, "", [f"row/fa.csv:{subject}:{last['FASEQ']}"]))
            else:
                rows.append((subject, "U", "missing" if at else "not_reached", []))
        schema = {"USUBJID": pl.String, "VERDICT": pl.String, "REASON": pl.String, "EVIDENCE": pl.List(pl.String)}
        found[question.path] = pl.DataFrame(rows, schema=schema, orient="row")
    return found


def derived(trial: Study, frames: Frames, *, cutoff: date = CUTOFF, by_arm: bool = True) -> Derived:
    """Everything derived from a folder at a cut-off."""
    known = frames.until(cutoff)
    responses, _ = recorded_responses(trial, known, time_point_dates(trial, known))
    return derive(trial, known, responses, answer(trial, known, responses, cutoff), cutoff=cutoff, by_arm=by_arm)


def row(result: Derived, subject: str = "A", endpoint: str = "PFS", definition: str = "used") -> dict[str, object]:
    """One row of ADTTE."""
    chosen = result.adtte.filter(
        (pl.col("USUBJID") == subject) & (pl.col("PARAMCD") == endpoint) & (pl.col("DEFID") == definition)
    )
    return chosen.row(0, named=True)


def told(text: str, trial: Study | None = None, **keys: str) -> tuple[object, object, object]:
    """AVAL, CNSR and the last part of RULEID of subject A."""
    found = row(derived(trial or study(PFS), folder(text)), **keys)
    rule = str(found["RULEID"]).split(".", 1)[1]
    return found["AVAL"], found["CNSR"], rule


def named(result: Derived, subject: str = "A", endpoint: str = "PFS", definition: str = "used") -> set[tuple[str, str]]:
    """Roles and rows a subject's result rests on, without the subject's own row."""
    chosen = result.sources.filter(
        (pl.col("USUBJID") == subject)
        & (pl.col("PARAMCD") == endpoint)
        & (pl.col("DEFID") == definition)
        & (pl.col("ROLE") != "subject")
    )
    return {(role, name.removeprefix("row/")) for role, name in chosen.select("ROLE", "ROW").iter_rows()}


def ids(result: Derived) -> list[str]:
    """Rules of the findings."""
    return [finding.id for finding in result.findings]
