"""A small invented study for the report's tests: two arms, two gates, an operation, a marker."""

from __future__ import annotations

import json

from trialwright.model.study import Study

_SOURCE = {"record": "P1", "covers": ["title", "role", "events"]}

STUDY: dict[str, object] = {
    "language": 1,
    "study": {
        "id": "invented-01",
        "title": "Invented liver trial (TW-0001), resection after induction against drugs alone",
        "version": "0.2.0",
        "registry": {"name": "No registry", "id": "TW-0001"},
        "phase": "3",
        "masking": "none",
        "enrolment": {"planned": 160, "counts": "allocation", "source": {"record": "enrollment.count", "covers": ["planned"]}},
        "dates": {"start": "2025-12-15", "completion": "2029-11-15", "source": {"record": "dates"}},
    },
    "items": {
        "consented": {"is": "date", "domain": "DM", "column": "RFICDTC", "ask": "Date of consent"},
        "registered_on": {"is": "date", "domain": "DS", "where": {"DSDECOD": "ENTERED INTO TRIAL"}, "column": "DSSTDTC", "ask": "Date of registration"},
        "allocated_on": {"is": "date", "domain": "DS", "where": {"DSDECOD": "RANDOMIZED"}, "column": "DSSTDTC", "ask": "Date of allocation"},
        "histology": {"is": "code", "test": "HISTOL", "ask": "Histological type", "values": {"ADENO": "adenocarcinoma", "OTHER": "other"}},
        "tumours": {"is": "number", "unit": "1", "test": "TUMNUM", "ask": "Number of tumours"},
        "recurred_on": {"is": "date", "domain": "MH", "where": {"MHCAT": "RECURRENCE"}, "take": "last", "column": "MHSTDTC", "ask": "Date of this recurrence"},
        "last_drug": {"is": "date", "domain": "CM", "where": {"CMCAT": "PRIOR CANCER THERAPY"}, "take": "last", "column": "CMENDTC", "ask": "Last day of the last regimen"},
        "induction_day1": {"is": "date", "domain": "EX", "where": {"EXCAT": "NEOADJUVANT"}, "take": "first", "column": "EXSTDTC", "ask": "First day of induction"},
        "ca125": {"is": "number", "analyte": "CA125", "unit": "U/mL", "ask": "CA-125"},
        "removable": {"is": "attestation", "by": "surgeon", "ask": "Can all tumour be removed?"},
        "operated_on": {"is": "date", "domain": "PR", "where": {"PRCAT": "PROTOCOL SURGERY", "PROCCUR": "Y"}, "take": "first", "column": "PRSTDTC", "ask": "Date of the operation"},
        "residual": {"is": "code", "test": "RESIDUAL", "ask": "Residual tumour at the end of the operation", "values": {"GYN_R0": "nothing visible", "GYN_R1": "visible up to 1 cm", "GYN_R2": "visible above 1 cm"}},
        "complication": {"is": "code", "test": "CLAVIEN", "take": "all", "ask": "Grade of each complication", "values": {"I": "I", "II": "II", "IIIA": "IIIa", "IIIB": "IIIb", "IVA": "IVa", "IVB": "IVb", "V": "V"}},
        "next_therapy": {"is": "date", "domain": "CM", "where": {"CMCAT": "SUBSEQUENT CANCER THERAPY"}, "take": "first", "column": "CMSTDTC", "ask": "First day of a new cancer therapy"},
    },
    "time_points": {
        "registration": {"item": "registered_on", "gate": True, "label": "Registration (recurrence)"},
        "induction_start": {"item": "induction_day1"},
        "allocation": {"item": "allocated_on", "gate": True, "label": "Allocation after induction"},
        "surgery": {"item": "operated_on"},
    },
    "arms": [
        {"id": "OP", "label": "Resection then remaining drugs", "role": "experimental", "ratio": 1, "gives": ["induction", "resection"], "source": {"inferred": "two arms", "from": "design", "covers": ["label", "role"]}},
        {"id": "DRUG", "label": "Remaining drugs alone", "role": "control", "ratio": 1, "gives": ["induction"]},
    ],
    "inclusion": [
        {"id": "I1", "text": "Adenocarcinoma with at most five tumours", "source": {"record": "I1"}, "met_when": {"all": [{"item": "histology", "equals": "ADENO"}, {"item": "tumours", "at_most": 5}]}},
        {"id": "I2", "text": "At least six months between the last regimen and this recurrence", "source": {"record": "I2"}, "met_when": {"interval": {"from": "last_drug", "to": "recurred_on"}, "at_least": "6 months"}},
        {"id": "I3", "at": "allocation", "text": "A surgeon judges all tumour removable", "met_when": {"attest": "removable"}},
    ],
    "exclusion": [{"id": "E1", "text": "Another histological type", "source": {"record": "E1"}, "excluded_when": {"item": "histology", "equals": "OTHER"}}],
    "assessments": [{"id": "after", "criteria": "recist-1.1", "baseline": {"last_before": "allocation", "within": "28 days"}, "from": "allocation"}],
    "markers": [{"id": "kelim", "item": "ca125", "model": "kelim", "from": "induction_start", "within": "100 days", "until": "allocation", "used_for": ["report"]}],
    "regimens": [
        {"id": "induction", "label": "Induction", "starts": "induction_start", "cycle": "21 days", "cycles": [3, 4], "drugs": "unspecified"},
        {"id": "resection", "label": "Resection of all tumour", "starts": "allocation", "procedure": "operated_on"},
    ],
    "visits": [{"id": "cycle", "when": {"after": "induction_start", "first": "0 days", "every": "21 days", "times": 4, "until": "allocation"}, "do": ["ca125"]}],
    "allocation": {"at": "allocation", "method": "permuted-blocks", "sizes": "sealed"},
    "analysis_sets": [{"id": "randomised", "reached": "allocation"}, {"id": "operated", "reached": "surgery", "arms": ["OP"]}],
    "endpoints": [
        {"id": "PFS", "title": "Progression-free survival", "role": "primary", "measure": "time to event", "origin": "allocation", "events": ["progression", "death"], "assessment": "after", "set": "randomised", "censor": {"at": "last adequate assessment", "missed_assessments": 2, "new_therapy": {"is": "next_therapy", "then": "censor"}}, "horizon": {"of": "24 months", "is": "follow-up only", "source": {"record": "P1", "covers": ["of"]}}, "milestones": ["12 months", "24 months"], "source": _SOURCE},
        {"id": "OS", "title": "Overall survival", "role": "secondary", "measure": "time to event", "origin": "allocation", "set": "randomised", "use": "corrected", "definitions": {
            "record": {"events": ["progression", "death"], "assessment": "after", "censor": {"at": "last adequate assessment"}, "horizon": {"of": "24 months", "is": "administrative censoring"}, "source": {"record": "S1.timeFrame", "covers": ["events"]}},
            "corrected": {"events": ["death"], "censor": {"at": "last known alive"}, "source": {"record": "S1.description", "covers": ["events"]}}}},
        {"id": "R0", "title": "Complete resection", "role": "secondary", "measure": "proportion", "success": {"item": "residual", "equals": "GYN_R0"}, "unknown": "failure", "period": {"from": "surgery", "within": "2 months"}, "use": "record", "definitions": {"record": {"set": "randomised", "arms": ["OP"], "source": {"record": "S2"}}, "operated": {"set": "operated"}}},
        {"id": "COMPL", "title": "Worst surgical complication (Clavien-Dindo)", "role": "secondary", "measure": "worst grade", "of": "complication", "set": "operated", "period": {"from": "surgery", "within": "2 months", "source": {"record": "S3"}}, "source": {"record": "S3", "covers": ["title", "role"]}},
    ],
    "analyses": [{"id": "pfs_cox", "endpoint": "PFS", "method": "cox", "role": "supporting", "compare": ["OP", "DRUG"], "level": "0.95"}],
    "open_points": [{"id": "Q1", "about": "/arms/OP/ratio", "ask": "Which ratio and strata?", "taken": "1:1, no strata", "blocks": "confirmation"}],
}  # fmt: skip


def invented_study() -> Study:
    return Study.model_validate_json(json.dumps(STUDY))
