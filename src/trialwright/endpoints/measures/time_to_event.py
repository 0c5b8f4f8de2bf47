"""Time from an origin to the first event, or to the day a subject stops counting."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import polars as pl

from trialwright.dates import DAYS_PER_MONTH
from trialwright.endpoints.censoring import CODES, REASONS, Stops, row_domain, stops
from trialwright.endpoints.cohort import Cohort
from trialwright.endpoints.events import FirstEvents, candidates, first_events
from trialwright.endpoints.horizon import horizon_days
from trialwright.endpoints.measure import ADTTE, Measure, Request, Rows, source_rows
from trialwright.endpoints.origins import origin_column, origins
from trialwright.endpoints.timeline import FLAGS, NEVER, Flags, Ints, Picks, as_dates
from trialwright.errors import NotAllowedError
from trialwright.model.derivation import subject_findings
from trialwright.model.finding import Finding
from trialwright.model.items import DATE_COLUMNS, item_place
from trialwright.model.schedule import AnalysisSet

__all__ = ["MEASURE"]

_COMPETING: Final = 9
_NO_ASSESSMENT: Final = 4
_EVENT_FREE: Final = 1


@dataclass(frozen=True, slots=True, eq=False)
class _Course:
    """What decides each subject's row."""

    origin: Picks
    events: FirstEvents
    stops: Stops
    last: Picks
    counted: Flags
    early: Flags
    horizon: Ints

    @property
    def deciding(self) -> Picks:
        """The row that gives the date: the event, the last evidence without one, or the origin."""
        return self.events.picks.where(self.counted | self.early, self.last.where(self.last.found, self.origin))

    @property
    def beyond(self) -> Flags:
        """Whose time goes on after the horizon."""
        return (self.deciding.day > self.horizon) & ~self.early


def _derive(cohort: Cohort, request: Request) -> Rows:
    definition = request.definition
    member = cohort.members(definition.set, definition.arms)
    origin = origins(cohort, definition, request.where).where(member)
    course = _course(cohort, request, origin)
    who = np.flatnonzero(origin.found & (course.horizon >= origin.day))
    frame = _frame(cohort, request, course, who)
    return Rows(
        adtte=frame,
        sources=source_rows(cohort, request, _roles(cohort, request, course, who)),
        findings=tuple(_findings(cohort, request, course, member)),
    )


def _course(cohort: Cohort, request: Request, origin: Picks) -> _Course:
    definition = request.definition
    censor = definition.censor
    if censor is None or censor.rules is not None or censor.at == "last score":
        raise NotAllowedError(
            "this censoring is not derived by this version",
            where=f"{request.where}/censor",
            mend="state at: last adequate assessment or last known alive, and the rules key by key",
        )
    found = candidates(request.endpoint.id, request.name, definition)
    events = first_events(cohort, found, definition.assessment, request.where)
    stop = stops(cohort, censor, definition.assessment, origin, events, request.where)
    limit = np.where(origin.found, np.minimum(stop.day, cohort.end), NEVER)
    if censor.at == "last known alive":
        last = cohort.observation.last_alive(limit)
        last = last.where(last.day >= origin.day)
    else:
        last = stop.adequate.last(limit)
        last = last.where(last.day > origin.day)
    happened = events.picks.found & origin.found
    early = happened & (events.picks.day < origin.day)
    horizon = horizon_days(cohort, definition.horizon, origin)
    return _Course(origin, events, stop, last, happened & ~stop.stopped & ~early, early, horizon)


def _frame(cohort: Cohort, request: Request, course: _Course, who: Ints) -> pl.DataFrame:
    origin, deciding, events = course.origin, course.deciding, course.events
    beyond = course.beyond
    day = np.where(beyond, course.horizon, deciding.day)
    competing = events.competing
    code = np.where(
        beyond,
        _EVENT_FREE,
        np.where(
            course.counted,
            np.where(competing, _COMPETING, 0),
            np.where(
                course.stops.stopped,
                np.asarray([*CODES.values(), 0])[course.stops.reason],
                np.where(course.last.found, _EVENT_FREE, _NO_ASSESSMENT),
            ),
        ),
    )
    valid = pl.Series((~course.early)[who])
    aval = pl.Series((day - origin.day + 1)[who])
    text = _Texts(cohort, request, course, who)
    number = pl.Series(deciding.seq[who])
    made = pl.DataFrame(
        {
            "USUBJID": cohort.roster.subjects.gather(who),
            "STARTDT": as_dates(origin.day[who]),
            "ADT": as_dates(day[who]),
            "EVNTDESC": text.description(),
            "CNSDTDSC": text.date_description(),
            "SRCDOM": row_domain(deciding).gather(who),
            "SRCVAR": text.column(),
            "RULEID": text.rule(),
            "STARTDTF": _flags(origin.imputed[who]),
            "ADTF": _flags(np.where(beyond, 0, deciding.imputed)[who]),
        }
    )
    analysed = pl.lit("Y" if request.analysed else None, pl.String)
    return made.with_columns(
        STUDYID=pl.lit(cohort.study.id),
        PARAMCD=pl.lit(request.endpoint.id),
        PARAM=pl.lit(request.endpoint.title),
        DEFID=pl.lit(request.name),
        AVAL=pl.when(valid).then(aval),
        AVALM=pl.when(valid).then(aval / float(DAYS_PER_MONTH)),
        CNSR=pl.when(valid).then(pl.Series(code[who])),
        ANL01FL=pl.when(valid).then(analysed),
        SRCSEQ=pl.when(number > 0).then(number),
    ).select(pl.col(name).cast(kind) for name, kind in ADTTE.items())


def _flags(imputed: Ints) -> pl.Series:
    return pl.Series(FLAGS, dtype=pl.String).gather(imputed)


class _Texts:
    """Words and rule names of the rows; each is chosen by one number a subject."""

    def __init__(self, cohort: Cohort, request: Request, course: _Course, who: Ints) -> None:
        self.cohort, self.request, self.course, self.who = cohort, request, course, who
        events = course.events
        self.kinds = len(events.candidates)
        # 0 .. kinds-1 events, then the reasons of stopping, then event-free, then nothing seen
        free = np.where(course.last.found, self.kinds + len(REASONS), self.kinds + len(REASONS) + 1)
        ended = np.where(course.stops.stopped, self.kinds + course.stops.reason, free)
        counted = course.counted | course.early
        self.case = np.where(counted, events.kind, ended)[who]
        self.beyond = pl.Series(course.beyond[who])
        self.early = pl.Series(course.early[who])
        self.counted = pl.Series(course.counted[who])
        self.alive = request.definition.censor is not None and request.definition.censor.at == "last known alive"

    def _choose(self, texts: list[str]) -> pl.Series:
        return pl.Series(texts, dtype=pl.String).gather(self.case)

    def rule(self) -> pl.Series:
        """Name of the rule that gave each row."""
        names = [
            ("competing." if each.competing else "") + (f"{each.event}.recorded" if each.assessed else each.event)
            for each in self.course.events.candidates
        ]
        names += [f"censor.{reason}" for reason in REASONS]
        names += (
            ["censor.last-alive", "censor.no-contact"]
            if self.alive
            else ["censor.last-adequate", "censor.no-assessment"]
        )
        late = pl.when(self.counted).then(pl.lit("censor.horizon-event")).otherwise(pl.lit("censor.horizon"))
        chosen = pl.when(self.early).then(pl.lit("before-origin")).when(self.beyond).then(late)
        text = pl.format("{}.{}", pl.lit(self.request.endpoint.id), chosen.otherwise(self._choose(names)))
        return pl.select(text).to_series()

    def description(self) -> pl.Series:
        """The event, or why there is none."""
        candidates = self.course.events.candidates
        words = [each.words + (" (competing event)" if each.competing else "") for each in candidates]
        if self.alive:
            free = ["No event up to the last day known alive", "Not known alive on any day from the origin on"]
        else:
            free = ["No event up to the last adequate assessment", "No adequate assessment after the origin"]
        event = pl.Series([*(each.words for each in candidates), ""]).gather(self.course.events.kind[self.who])
        stopped = _date_text(self.course.stops.day[self.who])
        happened = _date_text(self.course.events.picks.day[self.who])
        plain = self._choose([*words, *[""] * len(REASONS), *free])
        by_reason = [
            pl.format("New cancer therapy on {}", stopped),
            pl.format(
                "{} on {}, after {} missed assessments", event, happened, pl.Series(self.course.stops.missed[self.who])
            ),
            pl.format("Lost to follow-up on {}", stopped),
            pl.format("Withdrawn on {}", stopped),
            pl.format("Treatment stopped on {}", stopped),
        ]
        case = pl.Series(self.case)
        text: pl.Expr = pl.lit(plain)
        for number, words_of in enumerate(by_reason):
            text = pl.when(case == self.kinds + number).then(words_of).otherwise(text)
        text = pl.when(self.beyond).then(pl.lit("Observed beyond the horizon")).otherwise(text)
        late = pl.format("{} on {}, after the horizon", event, happened)
        text = pl.when(self.beyond & self.counted).then(late).otherwise(text)
        before = pl.format("{} on {}, before the origin", event, happened)
        return pl.select(pl.when(self.early).then(before).otherwise(text)).to_series()

    def date_description(self) -> pl.Series:
        """What a censoring date is; null for an event."""
        usual = "Last day known alive" if self.alive else "Last adequate assessment"
        seen = pl.Series(self.course.last.found[self.who])
        text = pl.when(self.early).then(pl.lit(None, pl.String)).when(self.beyond).then(pl.lit("End of the horizon"))
        text = text.when(self.counted).then(pl.lit(None, pl.String)).when(seen).then(pl.lit(usual))
        return pl.select(text.otherwise(pl.lit("Origin"))).to_series()

    def column(self) -> pl.Series:
        """Column of the deciding row that holds the date."""
        course, study = self.course, self.cohort.study
        own = [
            "DTHDTC" if each.event == "death" else "RSDTC" if each.assessed else item_place(study, each.event).column
            for each in course.events.candidates
        ]
        usual = row_domain(course.last).gather(self.who).replace_strict({**DATE_COLUMNS, "DM": "DTHDTC"}, default=None)
        event = pl.Series([*own, ""]).gather(course.events.kind[self.who])
        text = pl.when(self.counted | self.early).then(event).when(pl.Series(course.last.found[self.who])).then(usual)
        return pl.select(text.otherwise(pl.lit(origin_column(self.cohort, self.request.definition)))).to_series()


def _date_text(days: Ints) -> pl.Series:
    return as_dates(days).dt.to_string("%Y-%m-%d")


def _roles(cohort: Cohort, request: Request, course: _Course, who: Ints) -> list[tuple[str, Picks]]:
    """Rows a subject's time rests on; taking one away changes the row or leaves none."""
    n = cohort.roster.size
    inside = np.zeros(n, np.bool_)
    inside[who] = True
    stop, deciding = course.stops, course.deciding
    late = inside & ~course.counted & ~course.early
    roles = [
        ("event", deciding.where(inside & (course.counted | course.early))),
        ("last", course.last.where(late)),
        ("stop", stop.row.where(late & stop.stopped)),
        ("observed", stop.watched.where(inside & ~course.early)),
        ("bound", stop.bound.where(late & stop.stopped)),
        ("bound", _bound(cohort, course).where(inside)),
        ("origin", course.origin.where(inside)),
    ]
    if request.definition.set is not None:
        entry: AnalysisSet = cohort.study.analysis_set(request.definition.set)
        roles.append(("set", cohort.sets[entry.id].reached.where(inside)))
    return [*roles, ("subject", _subject(n).where(inside))]


def _subject(n: int) -> Picks:
    zeros = np.zeros(n, np.int64)
    return Picks(zeros, zeros, zeros, zeros)


def _bound(cohort: Cohort, course: _Course) -> Picks:
    """The contact or assessment just before an imputed event, where it moved the event off the first possible day."""
    picks = course.events.picks
    imputed = (picks.imputed > 0) & (course.counted | course.early)
    nobody = Picks.none(cohort.roster.size)
    if not imputed.any():
        return nobody
    month = picks.day.astype("M8[D]").astype("M8[M]")
    start = np.where(picks.imputed == 1, month, month.astype("M8[Y]").astype("M8[M]"))
    moved = imputed & (picks.day > start.astype("M8[M]").astype("M8[D]").astype(np.int64))
    eve = picks.day - 1
    bound = nobody
    for number, candidate in enumerate(course.events.candidates):
        mine = moved & (course.events.kind == number)
        line = cohort.observation.contacts if candidate.event == "death" else course.stops.adequate
        alone = line.count(eve, eve) == 1
        bound = line.last(np.where(mine & alone, eve, NEVER)).where(mine & alone, bound)
    return bound


def _findings(cohort: Cohort, request: Request, course: _Course, member: Flags) -> list[Finding]:
    def names(who: Flags) -> list[str]:
        return cohort.roster.subjects.filter(pl.Series(who)).to_list()

    where, stop = request.where, course.stops
    event = course.events.picks
    gone = stop.stopped & np.isin(stop.reason, [REASONS.index("lost"), REASONS.index("withdrawal")])
    counted = course.counted | course.early
    label = "" if request.name == "used" else f" ({request.name})"
    therapy = stop.stopped & (stop.reason == 0) & (stop.day < course.origin.day)
    imputed = counted & (event.imputed > 0) & (event.domain > 0)
    return [
        *course.events.findings,
        *stop.findings,
        *subject_findings("T01", where, names(course.early), f"event before the origin{label}; no time is derived"),
        *subject_findings(
            "T04", where, names(gone & event.found & course.origin.found),
            f"an event after loss or withdrawal is not counted{label}",
        ),
        *subject_findings("T05", where, names(member & ~course.origin.found), f"no origin{label}; no time is derived"),
        *subject_findings(
            "T05", where, names(course.origin.found & (course.horizon < course.origin.day)),
            f"the origin lies after the end of the horizon{label}; no time is derived",
        ),
        *subject_findings("T17", where, names(imputed), f"day of the event imputed by the rule event-earliest{label}"),
        *subject_findings("T18", where, names(therapy & course.origin.found), f"new therapy before the origin{label}"),
    ]  # fmt: skip


MEASURE: Final = Measure(
    id="time to event",
    summary="Days from the origin, which is day 1, to the first event or to the day a subject stops counting.",
    unit="d",
    reference="US FDA, Clinical Trial Endpoints for the Approval of Cancer Drugs and Biologics, 2007, appendix 3; "
    "cell contents unverified, the order of evaluation is a convention of ours",
    certainty="unverified",
    derive=_derive,
)
"""The measure ``time to event``."""
