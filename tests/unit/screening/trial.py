"""A small invented trial to judge single nodes on: items of every kind, and rows written as text."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import polars as pl

from trialwright.model.criteria import Exclusion, Inclusion, Node
from trialwright.model.frames import Frames, frames_from_text
from trialwright.model.study import Study
from trialwright.screening import Context, judge

ITEMS: dict[str, dict[str, Any]] = {
    "entered_on": {"is": "date", "domain": "DS", "where": {"DSDECOD": "ENTERED INTO TRIAL"}, "column": "DSSTDTC"},
    "allocated_on": {"is": "date", "domain": "DS", "where": {"DSDECOD": "RANDOMIZED"}, "column": "DSSTDTC"},
    "last_platinum": {
        "is": "date", "domain": "CM", "where": {"CMCLAS": "PLATINUM"}, "take": "last", "column": "CMENDTC",
    },
    "first_platinum": {
        "is": "date", "domain": "CM", "where": {"CMCLAS": "PLATINUM"}, "take": "first", "column": "CMENDTC",
    },
    "recurred_on": {"is": "date", "domain": "MH", "where": {"MHCAT": "RECURRENCE"}, "column": "MHSTDTC"},
    "histology": {"is": "code", "test": "HISTOL", "values": {"A": "a", "B": "b", "C": "c"}},
    "cause": {"is": "code", "test": "CAUSE", "values": {"CANCER": "x", "OTHER": "y", "UNKNOWN": "z"}},
    "lesion_count": {"is": "number", "unit": "1", "test": "LESCOUNT"},
    "size": {"is": "number", "unit": "cm", "test": "TUMSIZE"},
    "bili": {"is": "number", "analyte": "BILI", "unit": "mg/dL"},
    "ast": {"is": "number", "analyte": "AST", "unit": "U/L"},
    "resectable": {"is": "attestation", "by": "surgeon", "test": "RESECTAB"},
    "other_tumour": {
        "is": "code", "domain": "MH", "where": {"MHCAT": "OTHER MALIGNANCY"}, "column": "MHDECOD", "take": "all",
        "values": {"SKIN": "skin", "BREAST": "breast"},
    },
    "medicine": {
        "is": "code", "domain": "CM", "where": {"CMCAT": "CONCOMITANT"}, "column": "CMCLAS", "take": "all",
        "values": {"HEPARIN": "heparin", "ASPIRIN": "aspirin"},
    },
    "procedure": {
        "is": "code", "domain": "PR", "where": {"PRCAT": "PRIOR"}, "column": "PRDECOD", "take": "all",
        "values": {"STENT": "stent"},
    },
    "reviewed": {"is": "date", "domain": "FA", "where": {"FATESTCD": "HXREVIEW"}, "take": "last", "column": "FADTC"},
}  # fmt: skip

TEXT = {
    "language": 1,
    "study": {"id": "invented", "title": "Invented", "version": "0.1.0", "registry": {"name": "none", "id": "NONE"}},
    "time_points": {
        "entry": {"item": "entered_on", "gate": True}, "allocation": {"item": "allocated_on", "gate": True},
    },
    "arms": [{"id": "A", "label": "One", "role": "single"}],
    "assessments": [
        {"id": "imaging", "criteria": "recist-1.1", "baseline": {"last_before": "entry", "within": "28 days"}},
    ],
    "markers": [{"id": "gcig", "item": "bili", "criteria": "gcig-2011-response", "from": "entry"}],
}  # fmt: skip

Row = Mapping[str, str | None]
Tables = Mapping[str, Sequence[Row]]


def study(**parts: object) -> Study:
    items = {name: {"ask": f"{name}?", **item} for name, item in ITEMS.items()}
    return Study.model_validate_json(json.dumps({**TEXT, "items": items, **parts}))


INVENTED = study()


def node(plain: Mapping[str, Any]) -> Node:
    return inclusion("I1", plain).when


def inclusion(name: str, plain: Mapping[str, Any], **keys: object) -> Inclusion:
    return Inclusion.model_validate_json(json.dumps({"id": name, "text": "x", "met_when": plain, **keys}))


def exclusion(name: str, plain: Mapping[str, Any], **keys: object) -> Exclusion:
    return Exclusion.model_validate_json(json.dumps({"id": name, "text": "x", "excluded_when": plain, **keys}))


def frames(tables: Tables) -> Frames:
    """Typed tables; subject S1 and a running number are filled in where a row names none."""
    text = {}
    for domain, rows in tables.items():
        numbered = [
            {"USUBJID": "S1", **({} if domain == "DM" else {f"{domain}SEQ": str(place)}), **row}
            for place, row in enumerate(rows, 1)
        ]
        columns = {column for row in numbered for column in row}
        text[domain] = pl.DataFrame(numbered, schema=dict.fromkeys(sorted(columns), pl.String), orient="row")
    return frames_from_text(text, "entered")[0]


def moments(at: str | None, subjects: Sequence[str] = ("S1",)) -> pl.DataFrame:
    day = None if at is None else date.fromisoformat(at)
    return pl.DataFrame(
        {"USUBJID": list(subjects), "AT": [day] * len(subjects)}, schema={"USUBJID": pl.String, "AT": pl.Date}
    )


def told(
    plain: Mapping[str, Any], tables: Tables, at: str | None = "2026-03-10", responses: pl.DataFrame | None = None
) -> tuple[str, str, list[str]]:
    """Verdict, reason and evidence of one node for subject S1."""
    answer = judge(node(plain), moments(at), Context(INVENTED, frames(tables), responses))
    verdict, reason, evidence = answer.select("VERDICT", "REASON", "EVIDENCE").row(0)
    return verdict, reason, evidence


def said(plain: Mapping[str, Any], tables: Tables, at: str | None = "2026-03-10") -> str:
    """The verdict, with the reason behind a colon where it is unknown."""
    verdict, reason, _ = told(plain, tables, at)
    return f"{verdict}:{reason}" if reason else verdict


def answered(test: str, code: str | None, day: str | None = "2026-03-01", **cells: str) -> Row:
    return {"FATESTCD": test, "FASTRESC": code, "FADTC": day, **cells}


def number(test: str, value: str, unit: str | None = "1", day: str = "2026-03-01") -> Row:
    return {"FATESTCD": test, "FAORRES": value, "FAORRESU": unit, "FADTC": day}


def sample(test: str, value: str | None, unit: str | None, day: str = "2026-03-01", **cells: str) -> Row:
    return {"LBTESTCD": test, "LBORRES": value, "LBORRESU": unit, "LBDTC": day, **cells}
