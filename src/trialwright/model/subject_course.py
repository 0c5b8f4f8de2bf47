"""One subject's whole course in a trial: visits, responses, events, endpoints and the scans that decided them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

import polars as pl

__all__ = ["CourseEvent", "EndpointEnd", "MarkerCurve", "SubjectCourse", "Visit"]


@dataclass(frozen=True, slots=True)
class Visit:
    """One assessment of a response series.

    Parameters
    ----------
    series : str
        The series.
    day : date
        Day of the assessment.
    sum_mm, base_mm, nadir_mm : float or None
        Sum of the targets, that of the baseline, and the smallest before; None where it is not known.
    is_baseline : bool
        Whether it is the baseline.
    target, non_target, new : str
        States of the three parts; empty where there is none.
    calculated, rule : str
        Overall response calculated from the lesions, and the id of the rule that gave it.
    recorded : str
        Overall response as the reader wrote it.
    source : str
        Row that decided it, ``row/tr.csv:ID:4``.
    decides : bool
        Whether this assessment is the first progression that counts.
    """

    series: str
    day: date
    sum_mm: float | None = None
    base_mm: float | None = None
    nadir_mm: float | None = None
    is_baseline: bool = False
    target: str = ""
    non_target: str = ""
    new: str = ""
    calculated: str = ""
    rule: str = ""
    recorded: str = ""
    source: str = ""
    decides: bool = False


@dataclass(frozen=True, slots=True)
class CourseEvent:
    """Something that happened to the subject on a day.

    Parameters
    ----------
    day : date
        First possible day.
    kind : {"milestone", "dose", "procedure", "therapy", "adverse event", "death"}
        What it is.
    words : str
        In the words of the data.
    source : str
        Its row.
    """

    day: date
    kind: str
    words: str
    source: str


@dataclass(frozen=True, slots=True)
class EndpointEnd:
    """How an endpoint ended for the subject, by one of its definitions.

    Parameters
    ----------
    endpoint, title, definition : str
        Which.
    reported : bool
        Whether the report uses this definition.
    ending : {"event", "censored", "competing", "answer"}
        What it came to.
    answer : str
        Answer of an endpoint that is no time; else the event, or why there is none.
    start, day : date or None
        Where the clock starts and where it stops.
    days : int or None
        Time in days.
    rule : str
        Id of the rule.
    source : str
        Row that decided it; empty where no single row did.
    scan : date or None
        Day of the scan or the verdict that decided it; None where something else did.
    """

    endpoint: str
    title: str
    definition: str
    reported: bool
    ending: str
    answer: str
    start: date | None
    day: date | None
    days: int | None
    rule: str
    source: str
    scan: date | None


@dataclass(frozen=True, slots=True, eq=False)
class MarkerCurve:
    """A marker model's curve of the subject.

    Parameters
    ----------
    marker : str
        Id of the marker.
    reason : str
        Why there is none; empty when there is one.
    figures : mapping of str to float, str or None
        ``KELIM_PER_DAY``, its limits, ``STD_KELIM``, ``P_FAVOURABLE``, ``CLASS``; what is known of them.
    band : polars.DataFrame
        ``day median low high``; empty without a curve.
    """

    marker: str
    reason: str = ""
    figures: Mapping[str, float | str | None] = field(default_factory=dict)
    band: pl.DataFrame = field(default_factory=pl.DataFrame)


@dataclass(frozen=True, slots=True)
class SubjectCourse:
    """The whole course of one subject.

    Parameters
    ----------
    subject, site : str
        Who, and where.
    visits : tuple of Visit
        By series and day.
    best : tuple of (series, parameter, response, rule)
        Best response of each series, unconfirmed (``BOR``) and confirmed (``CBOR``), as the endpoints use it.
    events : tuple of CourseEvent
        By day.
    endpoints : tuple of EndpointEnd
        In the order of the study file.
    curves : tuple of MarkerCurve
        Of each marker model.
    withheld : tuple of str
        What is left out because it tells the arm.
    """

    subject: str
    site: str
    visits: tuple[Visit, ...]
    best: tuple[tuple[str, str, str, str], ...]
    events: tuple[CourseEvent, ...]
    endpoints: tuple[EndpointEnd, ...]
    curves: tuple[MarkerCurve, ...] = ()
    withheld: tuple[str, ...] = ()
