"""Responses as a reader judged them: recorded verdicts made into analysis rows, one a series and day."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import polars as pl

from trialwright.assessments.response_rows import AS_ASSESSED, ROWS
from trialwright.assessments.response_rows import RESPONSE_CODES as ALL_CODES
from trialwright.model.derivation import derivation_finding
from trialwright.model.finding import SHOWN_PER_COLUMN, Finding
from trialwright.model.frames import Frames
from trialwright.model.partial_dates import imputed_part
from trialwright.model.schedule import AssessmentSeries
from trialwright.model.study import Study

__all__ = ["RESPONSE_CODES", "is_recorded", "recorded_responses"]

RESPONSE_CODES: Final[Mapping[str, int]] = {code: number for code, number in ALL_CODES.items() if code != "MISSING"}
"""Response that can be recorded to its number in AVAL."""

_WORST_OF_DAY: Final = ("PD", "NON-CR/NON-PD", "SD", "PR", "CR", "NED", "NE")
_SCHEMA: Final[Mapping[str, pl.DataType]] = {name: kind for name, kind in ROWS.items() if name != "POLICY"}


def recorded_responses(study: Study, frames: Frames, moments: pl.DataFrame) -> tuple[pl.DataFrame, list[Finding]]:
    """Overall responses of every series of a study that takes them as its reader recorded them.

    Parameters
    ----------
    study : Study
        The study; series that are derived from lesions are left out.
    frames : Frames
        The study's tables; RS is read.
    moments : polars.DataFrame
        ``USUBJID POINT ADT``: dates of the time points that bound a series.

    Returns
    -------
    responses : polars.DataFrame
        ADRS rows of ``PARAMCD`` OVR, sorted by subject, series and date; one row a day.
    findings : list of Finding
        Verdicts that cannot be used (T09) and days with two verdicts (T08).

    Notes
    -----
    A series takes the OVRLRESP rows of its criteria and its evaluator between its two time points, both inclusive;
    readers are never mixed. Two series by the same criteria are told apart by the setting ``category``, the RSCAT of
    the series' rows. On one day the worst of PD, NON-CR/NON-PD, SD, PR, CR, NED, NE counts. Everything but NE
    is an adequate assessment. A date without a day follows ``event-earliest`` for PD and ``assessment-latest``
    otherwise; a date that can lie inside the bounds of the series is taken to lie there.

    References
    ----------
    Eisenhauer et al., Eur J Cancer 2009;45:228-247, doi:10.1016/j.ejca.2008.10.026.

    Examples
    --------
    >>> series = '{"id": "scans", "criteria": "recist-1.1", "baseline": {"last_before": "start", "within": "28 days"}'
    >>> study = Study.model_validate_json(
    ...     '{"language": 1, "study": {"id": "x", "title": "X", "version": "0.1.0",'
    ...     ' "registry": {"name": "R", "id": "1"}},'
    ...     '"items": {"began": {"is": "date", "ask": "Start?", "domain": "DS", "column": "DSSTDTC"}},'
    ...     '"time_points": {"start": {"item": "began"}}, "arms": [{"id": "A", "label": "a", "role": "single"}],'
    ...     '"assessments": [' + series + ', "settings": {"rows": "recorded"}}]}'
    ... )
    >>> from trialwright.model.frames import Frames
    >>> points = pl.DataFrame(schema={"USUBJID": pl.String, "POINT": pl.String, "ADT": pl.Date})
    >>> recorded_responses(study, Frames({}, "entered"), points)[0].height
    0
    """
    verdicts = frames["RS"].filter(pl.col("RSTESTCD") == "OVRLRESP")
    file = frames.file_of("RS")
    findings = _unusable(verdicts, file)
    usable = verdicts.lazy().filter(pl.col("RSORRES").is_in(list(RESPONSE_CODES)) & pl.col("RSLO").is_not_null())
    partial = verdicts.select(((pl.col("RSORRES") == "PD") & (pl.col("RSLO") < pl.col("RSHI"))).any()).item()
    recorded = [series for series in study.assessments if is_recorded(series)]
    if not recorded:
        return pl.DataFrame(schema=dict(_SCHEMA)), findings
    every = [_days_of(series, usable, moments.lazy(), partial=partial) for series in recorded]
    rank = pl.col("RSORRES").replace_strict(list(_WORST_OF_DAY), list(range(len(_WORST_OF_DAY))), return_dtype=pl.Int64)
    days = pl.concat(every).sort("USUBJID", "ASSESSID", "ADT", rank, "RSSEQ").collect()
    one = days.unique(["USUBJID", "ASSESSID", "ADT"], keep="first", maintain_order=True)
    if one.height < days.height:
        findings.extend(_doubled(days, file))
    return _rows_of(study, one), findings


def is_recorded(series: AssessmentSeries) -> bool:
    """Whether a series takes the responses that its reader recorded, and not those of its lesions.

    Parameters
    ----------
    series : AssessmentSeries
        The series.

    Returns
    -------
    bool
        True with ``settings: {rows: recorded}``.

    Examples
    --------
    >>> baseline = '"baseline": {"last_before": "start", "within": "28 days"}'
    >>> is_recorded(AssessmentSeries.model_validate_json('{"id": "scans", "criteria": "recist-1.1", ' + baseline + "}"))
    False
    """
    return series.settings.get("rows") == "recorded"


def _days_of(series: AssessmentSeries, usable: pl.LazyFrame, moments: pl.LazyFrame, *, partial: bool) -> pl.LazyFrame:
    """Rows of the series with their day, inside its bounds."""
    criteria = str(series.settings.get("category", "")) or series.criteria.replace("-", " ").upper()
    own = usable.filter((pl.col("RSCAT") == criteria) & (pl.col("RSEVAL") == series.evaluator))
    if series.evaluator != "INVESTIGATOR" and "RSACPTFL" in usable.collect_schema():
        # several readers: the accepted records count, where they say so at all
        own = own.filter((pl.col("RSACPTFL") == "Y") | pl.col("RSACPTFL").is_null().all())
    day = pl.when(pl.col("RSORRES") == "PD").then("RSLO").otherwise("RSHI").alias("ADT")
    own = own.select(
        "USUBJID", "RSSEQ", "RSORRES", "RSLO", "RSHI", "RSPREC", "LINE", day, ASSESSID=pl.lit(series.id)
    )  # fmt: skip
    own = _after_last_adequate(own) if partial else own
    inside = {"FROM": pl.col("RSHI") >= pl.col("FROM"), "UNTIL": (pl.col("RSLO") <= pl.col("UNTIL")).fill_null(True)}
    bounded = {"FROM": pl.max_horizontal("ADT", "FROM"), "UNTIL": pl.min_horizontal("ADT", "UNTIL")}
    for name, point in (("FROM", series.from_), ("UNTIL", series.until)):
        if point is not None:
            bounds = moments.filter(pl.col("POINT") == point).select("USUBJID", pl.col("ADT").alias(name))
            own = own.join(bounds, on="USUBJID", how="left").filter(inside[name])
            own = own.with_columns(ADT=bounded[name]).drop(name)
    return own


def _after_last_adequate(own: pl.LazyFrame) -> pl.LazyFrame:
    """Put a progression without a day behind the last assessment without progression in its possible span."""
    free = own.filter(~pl.col("RSORRES").is_in(["PD", "NE"]) & (pl.col("RSLO") == pl.col("RSHI")))
    known = own.filter((pl.col("RSORRES") == "PD") & (pl.col("RSLO") < pl.col("RSHI")))
    known = known.select("USUBJID", "RSSEQ", "RSLO", "RSHI").join(free.select("USUBJID", FREE="RSLO"), on="USUBJID")
    known = (
        known.filter(pl.col("FREE").is_between("RSLO", "RSHI")).group_by("USUBJID", "RSSEQ").agg(pl.col("FREE").max())
    )
    moved = own.join(known, on=["USUBJID", "RSSEQ"], how="left")
    later = pl.min_horizontal(pl.col("FREE").dt.offset_by("1d"), pl.col("RSHI"))
    return moved.with_columns(ADT=pl.when(pl.col("FREE").is_null()).then("ADT").otherwise(later)).drop("FREE")


def _rows_of(study: Study, one: pl.DataFrame) -> pl.DataFrame:
    number = pl.col("RSORRES").replace_strict(dict(RESPONSE_CODES), return_dtype=pl.Int64)
    return one.select(
        STUDYID=pl.lit(study.id),
        USUBJID="USUBJID",
        ASSESSID="ASSESSID",
        PARAMCD=pl.lit("OVR"),
        ADT="ADT",
        AVALC=pl.col("RSORRES").cast(pl.String),
        AVAL=number,
        ADEQUATE=pl.when(pl.col("RSORRES") == "NE").then(pl.lit("N")).otherwise(pl.lit("Y")),
        ANL01FL=pl.lit("Y"),
        DTYPE=pl.lit(AS_ASSESSED),
        RULEID=pl.lit("response.recorded"),
        SRCDOM=pl.lit("RS"),
        SRCSEQ="RSSEQ",
        ADTF=imputed_part(pl.col("RSPREC")),
    )


def _doubled(days: pl.DataFrame, file: str) -> list[Finding]:
    key = ["USUBJID", "ASSESSID", "ADT"]
    different = days.group_by(key).agg(pl.col("RSORRES").unique().sort(), pl.col("LINE").min())
    doubled = different.filter(pl.col("RSORRES").list.len() > 1).sort(key)
    found = [
        derivation_finding(
            "T08",
            f"{file}:{line}",
            f"{' and '.join(codes)} on {day} in series '{series}'; the worse counts",
            subject=subject,
            column="RSORRES",
        )
        for subject, series, day, codes, line in doubled.head(SHOWN_PER_COLUMN).iter_rows()
    ]
    if doubled.height > len(found):
        rest = f"{doubled.height - len(found)} more days have two verdicts"
        found.append(derivation_finding("T08", file, rest, column="RSORRES"))
    return found


def _unusable(verdicts: pl.DataFrame, file: str) -> list[Finding]:
    known = pl.col("RSORRES").is_in(list(RESPONSE_CODES)).fill_null(False)
    bad = verdicts.filter(~known | pl.col("RSLO").is_null())
    if not bad.height:
        return []
    found = [
        derivation_finding(
            "T09",
            f"{file}:{line}",
            f"verdict '{code or 'empty'}' of {day or 'no date'} is not used",
            subject=subject,
            column="RSORRES",
        )
        for line, subject, code, day in bad.head(SHOWN_PER_COLUMN)
        .select("LINE", "USUBJID", "RSORRES", "RSDTC")
        .iter_rows()
    ]
    if bad.height > len(found):
        rest = f"{bad.height - len(found)} more recorded responses are not used"
        found.append(derivation_finding("T09", file, rest, column="RSORRES"))
    return found
