"""Invented registry records."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Final

PAGE: Final = (Path(__file__).parents[2] / "fixtures" / "registry" / "page.txt").read_text(encoding="utf-8")

Plain = dict[str, object]

CRITERIA: Final = (
    "Inclusion Criteria:\n\n1. Age \\>= 18 years\n2. Bloods of the last week\n   * ANC = 1500 /uL\n"
    "   * WBC 3.0 x 109/L\n     or more\n3. Fit\n\nExclusion Criteria:\n\n* Ill\n* None\n"
)


def study(number: str = "NCT00000001", **modules: object) -> Plain:
    """One study in the shape of the API, version 2, with modules added or replaced."""
    protocol: Plain = {
        "identificationModule": {"nctId": number, "briefTitle": "Cold knife", "newKey": 7},
        "statusModule": {"overallStatus": "RECRUITING", "startDateStruct": {"date": "2026-03", "type": "ESTIMATED"}},
        "designModule": {
            "studyType": "INTERVENTIONAL",
            "phases": ["PHASE2", "PHASE3"],
            "enrollmentInfo": {"count": 40},
        },
        "eligibilityModule": {
            "eligibilityCriteria": CRITERIA,
            "sex": "ALL",
            "minimumAge": "18 Years",
            "healthyVolunteers": False,
        },
        "contactsLocationsModule": {
            "centralContacts": [{"name": "Some Body", "phone": "+82 2 555 0100", "email": "some@body.example"}],
            "overallOfficials": [{"name": "Any Body", "role": "PRINCIPAL_INVESTIGATOR"}],
            "locations": [{"city": "Nowhere", "contacts": [{"name": "No Body"}], "geoPoint": {"lat": 37.50}}],
        },
        "sponsorCollaboratorsModule": {
            "responsibleParty": {"type": "SPONSOR_INVESTIGATOR", "investigatorFullName": "Her Name"},
            "leadSponsor": {"name": "Her Name", "class": "INDIV"},
        },
        **modules,
    }
    return {"protocolSection": protocol, "hasResults": False}


def text_of(plain: object) -> str:
    """JSON as a registry sends it."""
    return json.dumps(plain, indent=1, ensure_ascii=False)
