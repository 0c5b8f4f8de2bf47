"""What the figures of one response series are drawn from: sums of targets since the baseline, and best responses."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import polars as pl

from trialwright.model.arm_bound import arm_bound
from trialwright.model.frames import Frames
from trialwright.model.schedule import AssessmentSeries
from trialwright.report.context import Context

__all__ = ["NEW_THERAPY", "ResponseCourses", "read_by", "response_courses", "shown_series"]

NEW_THERAPY: Final = "SUBSEQUENT CANCER THERAPY"
_READER: Final = "INVESTIGATOR"


@dataclass(frozen=True, slots=True, eq=False)
class ResponseCourses:
    """Sums of the targets of one series, and what they came to.

    Parameters
    ----------
    series : AssessmentSeries
        The series.
    parameter : str
        ``CBOR`` where the study asks for confirmation, else ``BOR``: the best response that is drawn.
    sums : polars.DataFrame
        ``USUBJID ADT DAY MM CHANGE BEST``: sums that count, the baseline's with ``DAY`` 0 first; ``DAY`` is counted
        from the baseline scan, ``CHANGE`` is in percent of the baseline.
    subjects : polars.DataFrame
        ``USUBJID BASELINE BEST MM CHANGE DAY NEW``, one row a subject judged: the sum at the baseline, best response,
        the smallest sum that counts with its change and day, and whether a new lesion was seen by then. ``CHANGE`` is
        empty for a subject of whom no sum counts.
    """

    series: AssessmentSeries
    parameter: str
    sums: pl.DataFrame
    subjects: pl.DataFrame

    @property
    def name(self) -> str:
        """Name of the series as part of a figure's name."""
        return self.series.id.replace("_", "-")

    @property
    def best_words(self) -> str:
        """What the best response is called."""
        return "confirmed best response" if self.parameter == "CBOR" else "best response"


def shown_series(context: Context) -> Iterator[AssessmentSeries]:
    """Series of a study that may be shown.

    Parameters
    ----------
    context : Context
        The dossier, ready to be shown.

    Yields
    ------
    AssessmentSeries
        All; without those that tell a subject's arm while figures by arm are withheld.
    """
    hidden = frozenset[str]() if context.dossier.by_arm else arm_bound(context.dossier.study).series
    yield from (series for series in context.dossier.study.assessments if series.id not in hidden)


def read_by(frames: Frames, domain: str, series: AssessmentSeries) -> pl.DataFrame:
    """Rows of TU or TR by the reader of a series.

    Parameters
    ----------
    frames : Frames
        The study's tables.
    domain : {"TU", "TR"}
        The table.
    series : AssessmentSeries
        The series.

    Returns
    -------
    polars.DataFrame
        Rows; one that names no reader is the investigator's.
    """
    own = pl.col(f"{domain}EVAL") == series.evaluator
    return frames[domain].filter(own | pl.col(f"{domain}EVAL").is_null() if series.evaluator == _READER else own)


def response_courses(context: Context, series: AssessmentSeries) -> ResponseCourses | None:
    """What the figures of a series are drawn from.

    Parameters
    ----------
    context : Context
        The dossier, ready to be shown.
    series : AssessmentSeries
        The series.

    Returns
    -------
    ResponseCourses or None
        None where no sum of targets of the series is known.

    Notes
    -----
    A sum counts when every target was measured, up to the first progression, that one included, and up to the start
    of a new therapy; a sum that is judged against the new baseline after a planned removal is none of response.
    """
    dossier = context.dossier
    if dossier.lesions is None:
        return None
    whole = dossier.lesions.filter(
        (pl.col("ASSESSID") == series.id) & (pl.col("PARAMCD") == "SDIAM") & pl.col("AVAL").is_not_null()
    )
    first = whole.filter((pl.col("ABLFL") == "Y") & (pl.col("AVAL") > 0)).select(
        "USUBJID", START="ADT", BASELINE="AVAL"
    )  # fmt: skip
    if first.is_empty():
        return None
    parameter = "CBOR" if series.confirmation is not None and series.confirmation.needed else "BOR"
    rows = dossier.derived.adrs.filter(pl.col("ASSESSID") == series.id)
    best = rows.filter(pl.col("PARAMCD") == parameter).select("USUBJID", BEST="AVALC")
    bounded = first.join(_bounds(dossier.frames, rows), on="USUBJID", how="left").join(best, on="USUBJID", how="left")
    counted = whole.join(bounded, on="USUBJID").filter(
        (pl.col("ABLFL") == "Y")
        | (
            (pl.col("ADT") > pl.col("START"))
            & (pl.col("BASE") == pl.col("BASELINE"))
            & (pl.col("UNTIL").is_null() | (pl.col("ADT") <= pl.col("UNTIL")))
        )
    )
    sums = counted.select(
        "USUBJID", "ADT", "BEST", DAY=(pl.col("ADT") - pl.col("START")).dt.total_days(), MM=pl.col("AVAL") / 10,
        CHANGE=100 * (pl.col("AVAL") - pl.col("BASELINE")) / pl.col("BASELINE"),
    ).sort("USUBJID", "DAY")  # fmt: skip
    judged = bounded.select("USUBJID", "BEST", "START", "UNTIL", MM=pl.col("BASELINE") / 10).rename({"MM": "BASELINE"})
    lowest = sums.filter(pl.col("DAY") > 0).sort("MM", "DAY").unique("USUBJID", keep="first", maintain_order=True)
    subjects = judged.join(lowest.select("USUBJID", "MM", "CHANGE", "DAY"), on="USUBJID", how="left")
    last = rows.filter(pl.col("PARAMCD") == "OVR").group_by("USUBJID").agg(LAST=pl.col("ADT").max())
    seen = _new_lesions(dossier.frames, series).join(last, on="USUBJID")
    marked = subjects.join(seen, on="USUBJID", how="left").with_columns(
        NEW=((pl.col("SEEN") > pl.col("START")) & (pl.col("SEEN") <= pl.min_horizontal("UNTIL", "LAST")))
        .fill_null(value=False)
    )  # fmt: skip
    made = marked.select("USUBJID", "BASELINE", pl.col("BEST").fill_null("NE"), "MM", "CHANGE", "DAY", "NEW")
    return ResponseCourses(series, parameter, sums.with_columns(pl.col("BEST").fill_null("NE")), made.sort("USUBJID"))


def _bounds(frames: Frames, rows: pl.DataFrame) -> pl.DataFrame:
    """Last day that counts, one row a subject who has one."""
    progressed = rows.filter((pl.col("PARAMCD") == "PD") & (pl.col("AVALC") == "Y")).select("USUBJID", UNTIL="ADT")
    treated = frames["CM"].filter(pl.col("CMCAT") == NEW_THERAPY).select("USUBJID", UNTIL="CMSTLO")
    return pl.concat([progressed, treated]).drop_nulls().group_by("USUBJID").agg(pl.col("UNTIL").min())


def _new_lesions(frames: Frames, series: AssessmentSeries) -> pl.DataFrame:
    """Day of each subject's first new lesion that nobody doubted."""
    new = read_by(frames, "TU", series).filter(
        (pl.col("TUORRES") == "NEW") & (pl.col("TUCERT") != "EQUIVOCAL").fill_null(value=True)
    )
    return new.group_by("USUBJID").agg(SEEN=pl.col("TUHI").min())
