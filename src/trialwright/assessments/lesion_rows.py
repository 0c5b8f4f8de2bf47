"""Every lesion of a study at every visit, and the sums of the targets, as ADTR holds them."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby

import polars as pl

from trialwright.assessments.criterion import criteria
from trialwright.assessments.derived import Judged
from trialwright.assessments.lesion_tables import lesion_tables, roster
from trialwright.assessments.responses import judged
from trialwright.assessments.sums import sum_rows
from trialwright.model.frames import Frames
from trialwright.model.schedule import AssessmentSeries
from trialwright.model.study import Study

__all__ = ["diameter_rows", "study_lesions"]


def diameter_rows(found: Judged, study: str, series: str) -> pl.DataFrame:
    """Diameter of each lesion at the baseline and at each visit of a series.

    Parameters
    ----------
    found : Judged
        The visits.
    study, series : str
        Id of the study and of the series.

    Returns
    -------
    polars.DataFrame
        ADTR rows of ``PARAMCD`` LDIAM, LPERP or VDIAM, tenths of a millimetre; a look that gave no length has no row.
        A lesion whose parts were added up carries the row of the last part as its source.
    """
    tables = found.tables
    first = found.ends["baseline"]
    baselines = pl.DataFrame({"VISIT": first[first >= 0]}).with_columns(ABLFL=pl.lit("Y"))
    visits = pl.concat([baselines, pl.DataFrame({"VISIT": found.rows}).with_columns(ABLFL=pl.lit(None, pl.String))])
    wanted = visits.with_columns(pl.col("VISIT").cast(pl.Int64)).sort("ABLFL", nulls_last=True).unique(
        "VISIT", keep="first", maintain_order=True
    )  # fmt: skip
    looks = tables.looks.filter(pl.col("VALUE") >= 0).with_columns(pl.col("VISIT", "L").cast(pl.Int64))
    kept = looks.sort("DAY", "SEQ").unique(["VISIT", "L"], keep="last", maintain_order=True)
    lesions = tables.lesions.select(pl.col("L").cast(pl.Int64), "S", "LNK", "DIAMETER")
    rows = kept.join(wanted, on="VISIT").join(lesions, on="L")
    base = rows.filter(pl.col("ABLFL") == "Y").select("L", BASE="VALUE")
    placed = rows.join(base, on="L", how="left").with_columns(pl.col("VALUE", "BASE").cast(pl.Int64))
    change = pl.col("VALUE") - pl.col("BASE")
    made = placed.select(
        STUDYID=pl.lit(study), USUBJID=pl.lit(tables.subjects).gather(pl.col("S")), ASSESSID=pl.lit(series),
        PARAMCD="DIAMETER", TRLNKID="LNK", ADT=pl.col("DAY").cast(pl.Int32).cast(pl.Date), AVAL="VALUE",
        ABLFL="ABLFL", BASE="BASE", CHG=change,
        PCHG=100 * change / pl.when(pl.col("BASE") > 0).then("BASE"), SRCDOM=pl.lit("TR"), SRCSEQ="SEQ",
    )  # fmt: skip
    return made.sort("USUBJID", "TRLNKID", "ADT")


def study_lesions(
    study: Study, frames: Frames, points: pl.DataFrame, *, most_whole: int | None = None
) -> pl.DataFrame | None:
    """Lesions and sums of every series of a study whose criteria are judged from lesions.

    Parameters
    ----------
    study : Study
        The study; a series that takes recorded responses has its lesions listed all the same.
    frames : Frames
        Its tables.
    points : polars.DataFrame
        ``USUBJID POINT ADT``: dates of the time points.
    most_whole : int, optional
        Of more subjects the sums are given alone.

    Returns
    -------
    polars.DataFrame or None
        ADTR rows; None when no lesions were collected or no series reads any.

    Examples
    --------
    >>> study = Study.model_validate_json(
    ...     '{"language": 1, "study": {"id": "x", "title": "X", "version": "0.1.0",'
    ...     ' "registry": {"name": "R", "id": "1"}},'
    ...     '"items": {"began": {"is": "date", "ask": "Start?", "domain": "DM", "column": "RFICDTC"}},'
    ...     '"time_points": {"start": {"item": "began"}}, "arms": [{"id": "A", "label": "a", "role": "single"}]}'
    ... )
    >>> study_lesions(study, Frames({}, "entered"), pl.DataFrame()) is None
    True
    """
    read = [series for series in study.assessments if series.criteria in criteria()]
    if not read or not frames.collected("TU") or frames["TU"].is_empty():
        return None
    whole = most_whole is None or frames["DM"].height <= most_whole
    parts: list[pl.DataFrame] = []
    for _, alike in groupby(read, key=_lesions_of):
        parts += _rows_of(study, list(alike), frames, points, whole=whole)
    every = pl.concat([part.cast({"SRCSEQ": pl.Int64}) for part in parts], how="diagonal_relaxed")
    return every.sort("USUBJID", "ASSESSID", "PARAMCD", "TRLNKID", "ADT", nulls_last=True)


def _lesions_of(series: AssessmentSeries) -> tuple[object, ...]:
    """What the lesions of a series depend on; series that agree in it are read once."""
    return series.criteria, series.evaluator, series.lesions, series.only


def _rows_of(
    study: Study, alike: Sequence[AssessmentSeries], frames: Frames, points: pl.DataFrame, *, whole: bool
) -> list[pl.DataFrame]:
    """Sums of series with the same lesions, and the lesions; what was judged is let go before the next series."""
    tables = lesion_tables(frames, alike[0], criteria()[alike[0].criteria], roster(frames))
    parts: list[pl.DataFrame] = []
    for series in alike:
        found, _ = judged(study, series, frames, points, read=tables)
        parts.append(sum_rows(found, study.id, series.id))
        if whole:
            parts.append(diameter_rows(found, study.id, series.id))
        del found
    return parts
