"""A workbook filled as a person would fill it, by the keys of its columns."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path

from openpyxl import load_workbook

from trialwright.conduct.forms import FormsRead, read_forms, write_forms
from trialwright.conduct.studies import OpenedStudy, open_study

Sheets = Mapping[str, Sequence[Mapping[str, object]]]

NOW = datetime(2027, 4, 2, 9, tzinfo=UTC)
SUBJECT = {"subject": "0012", "SITEID": "01", "SEX": "F", "RFICDTC": "2026-01-05"}


def fill(path: Path, sheets: Sheets, *, first_row: int = 5) -> None:
    """Write answers into a workbook of forms, a mapping a row."""
    book = load_workbook(path)
    for title, rows in sheets.items():
        page = book[title]
        columns = {cell.value: cell.column for cell in page[2]}
        for number, row in enumerate(rows, first_row):
            for key, value in row.items():
                page.cell(number, columns[key]).value = value
    book.save(path)


def read_filled(folder: Path, sheets: Sheets, study: str | Path | OpenedStudy = "nct07295132") -> FormsRead:
    """Forms written, filled and read back into ``folder/data``."""
    opened = study if isinstance(study, OpenedStudy) else open_study(study)
    path = folder / "forms.xlsx"
    write_forms(opened, path, replaces=True)
    fill(path, sheets)
    return read_forms(opened, path, folder / "data", now=NOW)


def attested(name: str, answer: str, role: str = "INVESTIGATOR") -> dict[str, str]:
    """An attestation with the role that gave it."""
    return {name: answer, f"{name}.by": role}


def sampled(subject: str, *pairs: tuple[str, str]) -> list[dict[str, str]]:
    """CA-125 samples of one subject, a day and a value each."""
    unit = {"ca125.unit": "U/mL", "ca125.upper": "35"}
    return [{"subject": subject, "date": day, "ca125": value, **unit} for day, value in pairs]


def _screened(subject: str, day: str, recurred: str) -> dict[str, str]:
    return {
        "subject": subject, "date": day, "histology": "EPITHELIAL", "primary_site": "OVARY", "recurrences": "1",
        "refractory": "N", "archived_tissue": "EVALUABLE", "history_reviewed": day, "recurred_on": recurred,
        **attested("data_consent", "Y"), **attested("other_tumour_bears", "N"), **attested("comorbidity", "N"),
    }  # fmt: skip


def _decided(subject: str, day: str) -> dict[str, str]:
    return {
        "subject": subject, "date": day, "medicines_reviewed": day, **attested("comorbidity", "N"),
        **attested("resectable", "Y", "SURGEON"), **attested("palliative_only", "N", "SURGEON"),
        **attested("unresectable_mets", "N", "RADIOLOGIST"), **attested("surgical_risk", "N", "ANAESTHETIST"),
    }  # fmt: skip


ONE, TWO = "OV-01-001", "OV-02-001"


def _person(subject: str, site: str, consent: str, birth: str, age: str, arm: str) -> dict[str, str]:
    return {
        "subject": subject, "SITEID": site, "RFICDTC": consent, "BRTHDTC": birth, "AGE": age, "SEX": "F",
        "ARMCD": arm, "ACTARMCD": arm,
    }  # fmt: skip


def _milestones(subject: str, registered: str, randomised: str, platinum: str, began: str) -> dict[str, str]:
    return {
        "subject": subject, "registered_on": registered, "randomised_on": randomised, "first_platinum": platinum,
        "last_platinum": platinum, "chemo_day1": began, "chemo_day1.EXTRT": "PLATINUM DOUBLET",
    }  # fmt: skip


TWO_SUBJECTS: Sheets = {
    "Subjects": [
        _person(ONE, "01", "2026-01-05", "1966", "59", "SCS"),
        {**_person(TWO, "02", "2026-02-02", "1959-07", "66", "CHEMO"), "DTHDTC": "2027-02-03"},
    ],
    "Screening": [_screened(ONE, "2026-01-06", "2025-12-20"), _screened(TWO, "2026-02-03", "2026-01-15")],
    "Cycle": [
        *sampled(ONE, ("2026-01-12", "850"), ("2026-02-02", "640"), ("2026-02-23", "470"), ("2026-03-16", "350")),
        *sampled(TWO, ("2026-02-09", "410"), ("2026-03-03", "180"), ("2026-03-25", "90"), ("2026-04-13", "84")),
    ],
    "Decision": [
        {"subject": ONE, "date": "2026-03-13", "before": "PR"},
        _decided(ONE, "2026-03-17"),
        {"subject": TWO, "date": "2026-04-10", "before": "SD"},
        _decided(TWO, "2026-04-14"),
    ],
    "Operation": [{"subject": ONE, "date": "2026-04-08", "operated_on": "2026-04-08", "residual": "GYN_R0"}],
    "Follow up": [
        {"subject": ONE, "date": "2026-06-16", "after": "NED"},
        {"subject": ONE, "date": "2026-09-15", "after": "NED"},
        {"subject": ONE, "date": "2026-12-14", "after": "PD"},
        {"subject": TWO, "date": "2026-07-14", "after": "SD"},
        {"subject": TWO, "date": "2026-10-13", "after": "PD"},
    ],
    "Unscheduled": [
        _milestones(ONE, "2026-01-06", "2026-03-18", "2024-06-28", "2026-01-12"),
        _milestones(TWO, "2026-02-03", "2026-04-15", "2025-03", "2026-02-09"),
        {"subject": ONE, "date": "2027-01-20", "contact": "ALIVE"},
        {"subject": TWO, "date": "2027-02-03", "contact": "DEAD", "end": "DEATH"},
    ],
}
"""The two subjects of the manual's worked example, as a site would enter them."""
