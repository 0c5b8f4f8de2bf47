"""A small trial whose arms are drawn: its study file, its sign-off, its data folder."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Final

from trialwright.conduct.studies import OpenedStudy, open_study

STUDY: Final = """\
language: 1
study:
  id: drawn
  title: Liver (EX-0003)
  version: 0.1.0
  registry: {name: Nowhere, id: EX-0003}
  enrolment: {planned: 40, counts: allocation, source: {assumption: an example, by: authors}}
  source: {assumption: an example, by: authors}
items:
  consented: {is: date, domain: DM, column: RFICDTC, ask: Day of consent}
  entered_on: {is: date, domain: DS, where: {DSDECOD: ENTERED INTO TRIAL}, column: DSSTDTC, ask: Day of entry}
  allocated_on: {is: date, domain: DS, where: {DSDECOD: RANDOMIZED}, column: DSSTDTC, ask: Day of allocation}
  fit: {is: attestation, by: surgeon, test: FIT, ask: Is she fit for both treatments?}
  region: {is: code, test: REGION, ask: Region, values: {N: north, S: south}}
time_points:
  registration: {item: entered_on, gate: true, source: {assumption: usual, by: authors}}
  allocation: {item: allocated_on, gate: true, source: {assumption: usual, by: authors}}
arms:
  - {id: NEW, label: New, role: experimental, ratio: 1, gives: [drug], source: {assumption: an example, by: authors}}
  - {id: OLD, label: Old, role: control, ratio: 1, gives: [drug], source: {assumption: an example, by: authors}}
inclusion:
  - {id: I1, text: Adult, source: {assumption: usual, by: authors}, met_when: {age: {at_least: 18}}}
  - id: I2
    at: allocation
    text: Fit
    source: {assumption: usual, by: authors, covers: [at, text, met_when]}
    met_when: {attest: fit}
regimens:
  - id: drug
    label: The drug
    starts: allocation
    drugs: [{drug: tablet, dose: 10 mg, per: day, days: [1], source: {assumption: an example, by: authors}}]
    source: {assumption: an example, by: authors}
allocation:
  {at: allocation, method: permuted-blocks, strata: [region], sizes: sealed, source: {assumption: usual, by: authors}}
analysis_sets:
  - {id: randomised, reached: allocation, source: {assumption: all count, by: authors}}
endpoints:
  - id: OS
    title: Overall survival
    role: primary
    measure: time to event
    origin: allocation
    events: [death]
    set: randomised
    censor: {at: last known alive, source: {assumption: usual, by: authors}}
    source: {assumption: an example, by: authors}
    estimand:
      treatment: New against old
      population: randomised
      variable: Time to death
      intercurrent: [{event: stopping, strategy: treatment policy}]
      summary: Hazard ratio
      source: {assumption: usual, by: authors}
analyses:
  - id: os_logrank
    endpoint: OS
    method: logrank
    role: primary
    compare: [NEW, OLD]
    strata: as allocated
    source: {assumption: usual, by: authors}
"""

SIGNED: Final = [
    {"name": "A", "role": "investigator", "on": "2026-01-05", "meaning": "eligibility and treatment"},
    {"name": "B", "role": "statistician", "on": "2026-01-06", "meaning": "endpoints and analyses"},
]


def write_study(folder: Path, *pairs: tuple[str, str]) -> Path:
    """The study file, with passages replaced."""
    text = STUDY
    for old, new in pairs:
        assert text.count(old) == 1, old
        text = text.replace(old, new)
    path = folder / "drawn.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def sign(path: Path, state: str = "activated") -> OpenedStudy:
    """Sign the study file off, and open it again."""
    opened = open_study(path)
    content = {
        "study": "drawn",
        "version": "0.1.0",
        "language": 1,
        "canonical_sha256": opened.sha256,
        "state": state,
        "lint": {"errors": 0, "warnings": 0},
        "entries": SIGNED,
    }
    path.with_name("drawn.signoff.json").write_text(json.dumps(content), encoding="utf-8")
    return open_study(path)


TABLES: Final = {
    "dm.csv": "USUBJID,SITEID,RFICDTC,AGE,AGEU,SEX,ARMCD,DTHDTC,DTHFL",
    "ds.csv": "USUBJID,DSSEQ,DSCAT,DSDECOD,DSSTDTC",
    "fa.csv": "USUBJID,FASEQ,FATESTCD,FASTRESC,FAEVAL,FADTC",
    "ss.csv": "USUBJID,SSSEQ,SSTESTCD,SSORRES,SSDTC",
}


def rows_of(name: str, region: str) -> dict[str, list[str]]:
    """One subject who may be allocated from 20 February 2026 on."""
    return {
        "dm.csv": [f"{name},1,2026-02-01,60,YEARS,F,,,"],
        "ds.csv": [f"{name},1,PROTOCOL MILESTONE,ENTERED INTO TRIAL,2026-02-02"],
        "fa.csv": [f"{name},1,FIT,Y,SURGEON,2026-02-20", f"{name},2,REGION,{region},,2026-02-02"],
        "ss.csv": [],
    }


def write_data(
    folder: Path,
    opened: OpenedStudy,
    subjects: Iterable[dict[str, list[str]]],
    *,
    origin: str = "entered",
    sha256: str | None = None,
) -> Path:
    """A data folder of these subjects."""
    folder.mkdir(exist_ok=True)
    people = list(subjects)
    for table, header in TABLES.items():
        lines = [header, *(line for person in people for line in person.get(table, []))]
        (folder / table).write_text("\n".join(lines) + "\n", encoding="utf-8")
    manifest = {
        "study": "drawn",
        "origin": origin,
        "cutoff": "2026-12-31",
        "canonical_sha256": opened.sha256 if sha256 is None else sha256,
    }
    (folder / "study.json").write_text(json.dumps(manifest), encoding="utf-8")
    return folder
