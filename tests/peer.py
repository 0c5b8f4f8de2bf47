"""Data folders for comparisons with a program that starts from recorded responses: invented courses, and its inputs."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from typing import Final

import polars as pl

CRITERIA: Final = "RECIST 1.1"
STUDY: Final = "cdiscpilot01"


@dataclass(frozen=True)
class Course:
    """One subject: day of allocation, responses by day from it, and what else is known."""

    origin: date | None
    responses: Mapping[int, str] = field(default_factory=dict)
    death: date | str | None = None
    alive: date | None = None
    therapy: int | None = None


def folder_of(place: Path, courses: Mapping[str, Course]) -> Path:
    """A data folder of these subjects."""
    people = [
        (who, "01", "2026-01-01", "F", "PBO" if course.origin else "", str(course.death or ""))
        for who, course in courses.items()
    ]
    allocated = [
        (who, "PROTOCOL MILESTONE", "RANDOMIZED", str(course.origin))
        for who, course in courses.items()
        if course.origin
    ]
    judged = [
        (who, "OVRLRESP", code, "INVESTIGATOR", CRITERIA, str(course.origin + timedelta(days=day)))
        for who, course in courses.items()
        if course.origin
        for day, code in course.responses.items()
    ]
    alive = [(who, "SURVSTAT", "ALIVE", str(course.alive)) for who, course in courses.items() if course.alive]
    therapies = [
        (who, "SUBSEQUENT CANCER THERAPY", str(course.origin + timedelta(days=course.therapy)))
        for who, course in courses.items()
        if course.origin and course.therapy is not None
    ]
    tables = {
        "dm": (("USUBJID", "SITEID", "RFICDTC", "SEX", "ARMCD", "DTHDTC"), people),
        "ds": (("USUBJID", "DSCAT", "DSDECOD", "DSSTDTC"), allocated),
        "rs": (("USUBJID", "RSTESTCD", "RSORRES", "RSEVAL", "RSCAT", "RSDTC"), judged),
        "ss": (("USUBJID", "SSTESTCD", "SSORRES", "SSDTC"), alive),
        "cm": (("USUBJID", "CMCAT", "CMSTDTC"), therapies),
    }
    frames = {
        name: pl.DataFrame(rows, schema=dict.fromkeys(head, pl.String), orient="row")
        for name, (head, rows) in tables.items()
    }
    if not allocated:  # day 0 has to be read from a table even where nobody has one
        frames["ex"] = pl.DataFrame({"USUBJID": ["nobody"], "EXTRT": ["X"], "EXSTDTC": ["2026-01-01"]})
    return _written(place, STUDY, frames)


def shared_folder(place: Path, shared: Path) -> Path:
    """The peer's own inputs as a data folder: subjects, allocations, days known alive, and recorded responses."""
    held = shared / "admiralonco"
    people, judged = table(held / "input_adam_adsl_min.csv"), table(held / "input_sdtm_rs_onco_recist.csv")
    frames = {
        "dm": people.select(
            "USUBJID",
            "SEX",
            "AGE",
            SITEID=pl.col("USUBJID").str.head(6),
            RFICDTC="RANDDT",
            DTHDTC="DTHDT",
            ARMCD=pl.when(pl.col("RANDDT").is_not_null()).then(pl.col("ARMCD").str.replace("_", "").str.to_uppercase()),
        ),
        "ds": people.drop_nulls("RANDDT").select(
            "USUBJID", DSCAT=pl.lit("PROTOCOL MILESTONE"), DSDECOD=pl.lit("RANDOMIZED"), DSSTDTC="RANDDT"
        ),
        "ss": people.drop_nulls("LSTALVDT").select(
            "USUBJID", SSTESTCD=pl.lit("SURVSTAT"), SSORRES=pl.lit("ALIVE"), SSDTC="LSTALVDT"
        ),
        "rs": judged.select("USUBJID", "RSSEQ", "RSTESTCD", "RSORRES", "RSEVAL", "RSDTC", RSCAT=pl.lit(CRITERIA)),
    }
    return _written(place, STUDY, frames)


def table(path: Path) -> pl.DataFrame:
    """A CSV file as text."""
    return pl.read_csv(path, infer_schema=False)


def _written(place: Path, study: str, frames: Mapping[str, pl.DataFrame]) -> Path:
    place.mkdir(parents=True)
    for name, frame in frames.items():
        sequence = f"{name.upper()}SEQ"
        numbered = frame if name == "dm" or sequence in frame.columns else frame.with_row_index(sequence, offset=1)
        numbered.write_csv(place / f"{name}.csv")
    (place / "study.json").write_text(json.dumps({"study": study, "origin": "imported"}), encoding="utf-8")
    return place
