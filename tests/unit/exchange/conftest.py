"""A clean folder to alter, and a study it belongs to."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from trialwright.model.study import Study

TWO_SUBJECTS = Path(__file__).resolve().parents[2] / "fixtures" / "two_subjects"

Alter = Callable[[str], str]
Altered = Callable[..., Path]

STUDY = {
    "language": 1,
    "study": {
        "id": "nct07295132",
        "title": "Ovarian trial (NCT07295132), as far as the integrity rules look at it",
        "version": "0.1.0",
        "registry": {"name": "ClinicalTrials.gov", "id": "NCT07295132"},
    },
    "items": {
        "registered_on": {
            "is": "date",
            "domain": "DS",
            "where": {"DSDECOD": "ENTERED INTO TRIAL"},
            "column": "DSSTDTC",
            "ask": "When registered?",
        },
        "randomised_on": {
            "is": "date",
            "domain": "DS",
            "where": {"DSDECOD": "RANDOMIZED"},
            "column": "DSSTDTC",
            "ask": "When allocated?",
        },
        "operated_on": {
            "is": "date",
            "domain": "PR",
            "where": {"PRCAT": "PROTOCOL SURGERY", "PROCCUR": "Y"},
            "take": "first",
            "column": "PRSTDTC",
            "ask": "When operated?",
        },
        "chemo_day1": {
            "is": "date",
            "domain": "EX",
            "where": {"EXCAT": "NEOADJUVANT"},
            "take": "first",
            "column": "EXSTDTC",
            "ask": "First dose?",
        },
        "recurrences": {"is": "number", "unit": "1", "test": "RECURNUM", "ask": "Which recurrence?"},
        "ca125": {"is": "number", "analyte": "CA125", "unit": "U/mL", "ask": "CA-125"},
        "histology": {
            "is": "code",
            "test": "HISTOL",
            "ask": "Type?",
            "values": {"EPITHELIAL": "epithelial", "OTHER": "other"},
        },
        "residual": {
            "is": "code",
            "test": "RESIDUAL",
            "ask": "Residual tumour?",
            "values": {"GYN_R0": "none", "GYN_R1": "up to 1 cm"},
        },
        "resectable": {"is": "attestation", "by": "surgeon", "test": "RESECTAB", "ask": "Removable?"},
    },
    "time_points": {
        "registration": {"item": "registered_on", "gate": True},
        "chemotherapy_start": {"item": "chemo_day1"},
        "allocation": {"item": "randomised_on", "gate": True},
        "surgery": {"item": "operated_on"},
    },
    "arms": [
        {"id": "SCS", "label": "Surgery", "role": "experimental", "ratio": 1, "gives": ["cytoreduction"]},
        {"id": "CHEMO", "label": "No surgery", "role": "control", "ratio": 1, "gives": ["completion"]},
    ],
    "inclusion": [
        {"id": "I1", "text": "First recurrence", "met_when": {"item": "recurrences", "equals": "1"}},
        {"id": "I5", "at": "allocation", "text": "Removable", "met_when": {"attest": "resectable"}},
    ],
    "assessments": [
        {
            "id": "after",
            "criteria": "recist-1.1",
            "baseline": {"last_before": "allocation", "within": "28 days"},
            "from": "allocation",
            "settings": {"rows": "recorded"},
        },
    ],
    "regimens": [
        {"id": "cytoreduction", "label": "Cytoreductive surgery", "starts": "allocation", "procedure": "operated_on"},
        {"id": "completion", "label": "Remaining chemotherapy", "drugs": "unspecified"},
    ],
    "allocation": {"at": "allocation", "method": "permuted-blocks", "sizes": "sealed"},
    "analysis_sets": [{"id": "randomised", "reached": "allocation"}],
    "endpoints": [
        {
            "id": "OS",
            "title": "Overall survival",
            "role": "secondary",
            "measure": "time to event",
            "origin": "allocation",
            "events": ["death"],
            "set": "randomised",
            "censor": {"at": "last known alive"},
        },
    ],
}


@pytest.fixture(scope="session")
def study() -> Study:
    """A study with the parts of the ovarian trial that integrity rules look at."""
    return Study.model_validate_json(json.dumps(STUDY))


@pytest.fixture
def two_subjects() -> Path:
    """The clean folder of two subjects; read it, never write to it."""
    return TWO_SUBJECTS


@pytest.fixture
def altered(tmp_path: Path) -> Altered:
    """Make a copy of the clean folder with some files altered; its study.json lists no hashes."""

    def make(changes: dict[str, Alter] | None = None, *, manifest: dict[str, object] | None = None) -> Path:
        folder = tmp_path / "data"
        folder.mkdir()
        for source in TWO_SUBJECTS.glob("*.csv"):
            (folder / source.name).write_bytes(source.read_bytes())
        content = json.loads((TWO_SUBJECTS / "study.json").read_text(encoding="utf-8"))
        content.pop("files")
        (folder / "study.json").write_text(json.dumps({**content, **(manifest or {})}), encoding="utf-8")
        for name, change in (changes or {}).items():
            path = folder / name
            before = path.read_text(encoding="utf-8") if path.exists() else ""
            after = change(before)
            assert after != before, f"{name} was not altered"
            path.write_text(after, encoding="utf-8")
        return folder

    return make
