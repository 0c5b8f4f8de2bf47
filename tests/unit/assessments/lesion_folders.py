"""Small folders of lesions for the tests of the response rules."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

import polars as pl

from tests.spec.response_cases import Rows, day_of, number, study_of, tell, told
from tests.unit.endpoints.trial import frames_of
from trialwright.assessments.responses import study_responses
from trialwright.endpoints import time_point_dates
from trialwright.model.finding import Finding
from trialwright.model.frames import Frames
from trialwright.model.study import Study

Lesion = Mapping[str, Any]


def lesion(name: str, at: Mapping[int, str], group: str = "TARGET", **more: object) -> Lesion:
    """A lesion in the liver, or a node with ``nodal=True``."""
    return {"id": name, "group": group, "organ": "LIVER", "nodal": False, "at": at, **more}


def rows_told(*lesions: Lesion, **more: object) -> Rows:
    """Tables of subject A with some lesions, as text."""
    rows: Rows = defaultdict(list)
    tell(rows, {"id": "A", "lesions": lesions, **more})
    return rows


def reviewed(rows: Rows, day: int, answer: str = "Y") -> Rows:
    """The same with a review of the scan of a day for lesions."""
    told(rows, "FA", "A", FATESTCD="LESREVEW", FASTRESC=answer, FAEVAL="RADIOLOGIST", FADTC=day_of(day))
    return rows


def judged(
    tables: Rows, criteria: str = "recist-1.1", *, removal: bool = False, marker: bool = False, **settings: object
) -> tuple[pl.DataFrame, list[Finding]]:
    """Responses and findings of a folder."""
    frames, study = given(tables, criteria, removal=removal, marker=marker, **settings)
    return study_responses(study, frames, time_point_dates(study, frames))


def given(
    tables: Rows, criteria: str = "recist-1.1", *, removal: bool = False, marker: bool = False, **settings: object
) -> tuple[Frames, Study]:
    return frames_of(tables), study_of(criteria, settings, removal=removal, marker=marker)


def shown(rows: pl.DataFrame, parameter: str = "OVR") -> Sequence[tuple[object, ...]]:
    """Day, response and rule of the rows of a parameter, those that were derived marked with a star."""
    own = rows.filter(pl.col("PARAMCD") == parameter).sort("ADT", "DTYPE")
    return [
        (
            number(day),
            f"{code}{'*' if dtype == 'DERIVED' and parameter == 'OVR' else ''}",
            rule.removeprefix("response."),
        )
        for day, code, dtype, rule in own.select("ADT", "AVALC", "DTYPE", "RULEID").iter_rows()
    ]


def once(rows: pl.DataFrame, parameter: str) -> tuple[str, int | None]:
    """Value and day of a parameter that stands once a subject."""
    code, day = rows.filter(pl.col("PARAMCD") == parameter).select("AVALC", "ADT").row(0)
    return code, None if day is None else number(day)
