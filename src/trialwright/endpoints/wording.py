"""Words, rule names and censoring codes of a time-to-event row: one case a subject, one entry a case."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

import numpy as np
import polars as pl

from trialwright.endpoints.censoring import CODES, REASONS
from trialwright.endpoints.cohort import Cohort
from trialwright.endpoints.course import Course
from trialwright.endpoints.events import NEVER_FREE, Candidate
from trialwright.endpoints.measure import Request
from trialwright.endpoints.origins import origin_column
from trialwright.endpoints.timeline import DOMAINS, Flags, Ints, as_dates
from trialwright.model.endpoint import LESION_TIMES, FirstResponse
from trialwright.model.items import DATE_COLUMNS, item_place

__all__ = ["Case", "cases", "chosen_cases", "worded", "wording_columns"]

EVENT_FREE: Final = 1
NOTHING_SEEN: Final = 4
COMPETING: Final = 9

_REASONED: Final = (*CODES.values(), NOTHING_SEEN)
_GAP: Final = REASONS.index("missed-assessments")
_SEEN: Final = {
    "last known alive": "Last day known alive",
    "last survival contact": "Last survival contact",
    "last assessment": "Last assessment",
    "last adequate assessment": "Last adequate assessment",
    "last scan of the zone": "Last scan of the zone",
    "last score": "Last score",
}
_STOP_WORDS: Final = {
    "new-therapy": "New cancer therapy on ",
    "lost": "Lost to follow-up on ",
    "withdrawal": "Withdrawn on ",
    "treatment-stop": "Treatment stopped on ",
}


@dataclass(frozen=True, slots=True)
class Case:
    """What a row says.

    Parameters
    ----------
    rule : str
        Last part of its RULEID.
    code : int
        CNSR.
    words : str
        EVNTDESC, or its beginning when a day follows.
    day : {"", "event", "stop"}
        Which day follows the words.
    tail : str
        What follows the day; ``{}`` stands for the number of missed assessments.
    date_words : str, optional
        CNSDTDSC; ``last`` for whatever the last evidence is, None for an event.
    """

    rule: str
    code: int | None
    words: str
    day: str = ""
    tail: str = ""
    date_words: str | None = "last"


def cases(course: Course, *, recorded: bool = True) -> tuple[Case, ...]:
    """Everything a row of a definition can say.

    Parameters
    ----------
    course : Course
        What decides the rows.
    recorded : bool, default True
        Whether the responses are a reader's own verdicts, and not derived from lesions.

    Returns
    -------
    tuple of Case
        For k candidates: k events, k events before the origin, k after the horizon, k after too many missed
        assessments; then the reasons of stopping, the horizon, the last evidence, nothing seen; k events that are held,
        not yet free of disease.
    """
    kinds = course.events.candidates
    ids = [("competing." if each.competing else "") + _rule(each, course, recorded=recorded) for each in kinds]
    found = [
        Case(rule, COMPETING, f"{each.words} (competing event)", date_words=None)
        if each.competing
        else Case(rule, 0, each.words, date_words=None)
        for rule, each in zip(ids, kinds, strict=True)
    ]
    found += [Case("before-origin", None, f"{each.words} on ", "event", ", before the origin", None) for each in kinds]
    found += [
        Case(
            "censor.horizon-event",
            EVENT_FREE,
            f"{each.words} on ",
            "event",
            ", after the horizon",
            "End of the horizon",
        )
        for each in kinds
    ]
    found += [
        Case(
            f"censor.{REASONS[_GAP]}",
            CODES[REASONS[_GAP]],
            f"{each.words} on ",
            "event",
            ", after {} missed assessments",
        )
        for each in kinds
    ]
    found += [Case(f"censor.{reason}", CODES[reason], _STOP_WORDS.get(reason, ""), "stop") for reason in REASONS]
    found.append(Case("censor.horizon", EVENT_FREE, "Observed beyond the horizon", date_words="End of the horizon"))
    if course.alive:
        recorded_only = course.rules.at == "last survival contact"
        rule, day = (
            ("last-contact", "last survival contact") if recorded_only else ("last-alive", "last day known alive")
        )
        found.append(Case(f"censor.{rule}", EVENT_FREE, f"No event up to the {day}"))
        found.append(Case("censor.no-contact", NOTHING_SEEN, "Not known alive on any day from the origin on"))
    elif course.rules.zone:
        found.append(Case("censor.last-zone-scan", EVENT_FREE, "No event up to the last scan of the zone"))
        found.append(Case("censor.no-assessment", NOTHING_SEEN, "No adequate scan of the zone after the origin"))
    elif course.rules.at == "last score":
        found.append(Case("censor.last-score", EVENT_FREE, "No event up to the last score"))
        found.append(Case("censor.no-score", NOTHING_SEEN, "No score after the origin"))
    elif course.rules.at == "last assessment":
        found.append(Case("censor.last-assessment", EVENT_FREE, "No event up to the last assessment"))
        found.append(Case("censor.no-assessment", NOTHING_SEEN, "No assessment after the origin"))
    else:
        found.append(Case("censor.last-adequate", EVENT_FREE, "No event up to the last adequate assessment"))
        found.append(Case("censor.no-assessment", NOTHING_SEEN, "No adequate assessment after the origin"))
    found += [Case("held", None, f"{each.words}, of which the day cannot be told", date_words=None) for each in kinds]
    found.append(Case("censor.not-yet-free", NOTHING_SEEN, "Not yet free of disease"))
    if course.rules.codes == "one":
        return tuple(replace(case, code=EVENT_FREE) if case.code in _REASONED else case for case in found)
    return tuple(found)


def _rule(candidate: Candidate, course: Course, *, recorded: bool) -> str:
    """Part of the rule's name that tells the event and what it was read from."""
    if candidate.clinical:
        return "progression.clinical"
    if not candidate.assessed:
        return candidate.event
    if candidate.event == "progression" and course.rules.progression_on == "next visit":
        return "progression.next-visit"
    return f"{candidate.event}.{'recorded' if recorded else 'derived'}"


def chosen_cases(course: Course) -> Ints:
    """Case of each subject, as position in `cases`.

    Parameters
    ----------
    course : Course
        What decides the rows.

    Returns
    -------
    numpy.ndarray of int64
        One a subject; meaningless where there is no row.
    """
    k = len(course.events.candidates)
    kind, stop = course.events.kind, course.stops
    base = 4 * k + len(REASONS)
    free = np.where(course.last.found, base + 1, base + 2)
    stopped = np.where(stop.reason == _GAP, 3 * k + kind, 4 * k + stop.reason)
    without = np.where(stop.stopped, stopped, free)
    beyond = np.where(course.counted, 2 * k + kind, base)
    inside = np.where(course.counted, kind, without)
    usual = np.where(course.early, k + kind, np.where(course.beyond, beyond, inside))
    usual = np.where(course.held, base + 3 + kind, usual)
    return usual if course.waiting is None else np.where(course.waiting, base + 3 + k, usual)


def worded(cohort: Cohort, request: Request, course: Course) -> dict[str, pl.Expr]:
    """Columns of ADTTE that follow from the cases.

    Parameters
    ----------
    cohort : Cohort
        The subjects.
    request : Request
        The definition.
    course : Course
        What decides the rows.

    Returns
    -------
    dict of str to polars.Expr
        ``CNSR EVNTDESC CNSDTDSC SRCVAR RULEID``, to be evaluated on a frame with the columns of `wording_columns`.
    """
    series = request.definition.assessment
    of_lesions = request.definition.measure == LESION_TIMES  # read from the lesions' own rows, whoever judged the zone
    stated = series is None or cohort.study.series(series).settings.get("rows") == "recorded"
    recorded = stated and not of_lesions
    table = cases(course, recorded=recorded)

    def of_case(values: list[str | None]) -> pl.Expr:
        return pl.lit(pl.Series(values, dtype=pl.String)).gather("CASE")

    day = of_case([each.day for each in table])
    shown = (
        pl.when(day == "event")
        .then(pl.col("EVENT").dt.to_string("%Y-%m-%d"))
        .when(day == "stop")
        .then(pl.col("STOP").dt.to_string("%Y-%m-%d"))
        .otherwise(pl.lit(""))
    )
    tail = of_case([each.tail for each in table]).str.replace("{}", pl.col("MISSED").cast(pl.String), literal=True)
    date_words = of_case([each.date_words for each in table])
    seen = _SEEN[course.rules.at]
    last = pl.when(pl.col("SEEN")).then(pl.lit(seen)).otherwise(pl.lit("Origin"))
    rules = [f"{request.endpoint.id}.{each.rule}" for each in table]
    return {
        "CNSR": pl.lit(pl.Series([each.code for each in table], dtype=pl.Int64)).gather("CASE"),
        "EVNTDESC": pl.concat_str(of_case([each.words for each in table]), shown, tail),
        "CNSDTDSC": pl.when(date_words == "last").then(last).otherwise(date_words),
        "SRCVAR": _column(cohort, request, course),
        "RULEID": of_case([*rules]),
    }


def _column(cohort: Cohort, request: Request, course: Course) -> pl.Expr:
    """Column of the deciding row that holds its date."""
    own = [
        "DTHDTC"
        if each.event == "death"
        else origin_column(cohort, request.definition)
        if each.event == NEVER_FREE
        else None
        if each.assessed
        else item_place(cohort.study, each.event).column
        for each in course.events.candidates
    ]
    by_domain = [{**DATE_COLUMNS, "DM": "DTHDTC"}.get(name) for name in DOMAINS]
    event = pl.lit(pl.Series([*own, None], dtype=pl.String)).gather("KIND")
    usual = pl.lit(pl.Series(by_domain, dtype=pl.String)).gather("DOMAIN")
    responded = isinstance(request.definition.origin, FirstResponse)
    origin = usual if responded else pl.lit(origin_column(cohort, request.definition))
    return (
        pl.when(pl.col("KIND") < len(own))
        .then(pl.coalesce(event, usual))
        .when(pl.col("SEEN"))
        .then(usual)
        .otherwise(origin)
    )


def wording_columns(course: Course, who: Ints) -> dict[str, Ints | pl.Series | Flags]:
    """Columns the expressions of `worded` look at.

    Parameters
    ----------
    course : Course
        What decides the rows.
    who : numpy.ndarray of int64
        Subjects that get a row.

    Returns
    -------
    dict of str to array
        ``CASE EVENT STOP MISSED SEEN KIND DOMAIN``.
    """
    happened = course.counted | course.early
    kind = np.where(happened, course.events.kind, len(course.events.candidates))
    return {
        "CASE": chosen_cases(course)[who],
        "EVENT": as_dates(course.events.picks.day[who]),
        "STOP": as_dates(course.stops.day[who]),
        "MISSED": course.stops.missed[who],
        "SEEN": course.last.found[who],
        "KIND": kind[who],
        "DOMAIN": course.deciding.domain[who],
    }
