"""``interval``: the calendar interval between two dates compared."""

from __future__ import annotations

from typing import Final

import numpy as np

from trialwright.dates import CalendarInterval
from trialwright.model.criteria import Interval
from trialwright.screening.answer import FALSE, TRUE, UNKNOWN, Answer, Flags, Verdicts, reason_bit
from trialwright.screening.calendar import days_after
from trialwright.screening.columns import Span
from trialwright.screening.kind import Kind
from trialwright.screening.margin import Margin, Told, range_margin
from trialwright.screening.numbers import Demand, demands_of
from trialwright.screening.session import Facts, picked_span
from trialwright.screening.setting import Setting

__all__ = ["KIND"]

_MILLION: Final = 10**6


def _judge(node: Interval, setting: Setting) -> Answer:
    dates = [_date(setting, name) for name in (node.interval.from_, node.interval.to)]
    facts, spans, sure, there = zip(*dates, strict=True)
    start, end = spans
    verdict = np.full(setting.size, TRUE, np.int8)
    demands = demands_of(node)
    for demand in demands:
        verdict = np.minimum(verdict, _holds(demand, start, end))
    missing = ~(there[0] & there[1])
    decided = ~missing & sure[0] & sure[1]
    verdict = np.where(decided, verdict, UNKNOWN).astype(np.int8)
    reason = np.where(missing, reason_bit("missing"), reason_bit("imprecise_date"))
    used = [_deciding(part, span) for part, span in zip(facts, spans, strict=True)]
    number = [setting.session.number_of(part) for part in facts]
    return Answer(
        verdict,
        np.where(verdict == UNKNOWN, reason, np.uint32(0)).astype(np.uint32),
        np.concatenate([part.subject for part in used]),
        np.concatenate([np.full(part.row.size, of, np.int64) for part, of in zip(used, number, strict=True)]),
        np.concatenate([part.row for part in used]),
        tuple(_margin(node, demand, start, end, decided) for demand in demands if demand.relation != "in"),
    )


def _margin(node: Interval, demand: Demand, start: Span, end: Span, decided: Flags) -> Margin:
    """Days by which the second date lies behind the first date plus the bound."""
    holds = _holds(demand, start, end)
    who = np.flatnonzero(decided & (holds != UNKNOWN))
    interval = CalendarInterval.parse(demand.bounds[0])
    earliest, latest = days_after(start.low[who], interval), days_after(start.high[who], interval)
    away = (_MILLION * (end.low[who] - latest), _MILLION * (end.high[who] - earliest))

    def told(position: int) -> Told:
        at = int(who[position])
        dates = [_span_text(int(span.low[at]), int(span.high[at])) for span in (start, end)]
        return Told(" to ".join(dates), "", "", _span_text(int(earliest[position]), int(latest[position])))

    about = f"{node.interval.from_} to {node.interval.to}"
    scale = (earliest - start.low[who]).astype(np.float64)
    named = (demand.relation, demand.bounds[0], "d")
    return range_margin((about, node.id or ""), named, who, away, scale, holds[who], told)


def _span_text(low: int, high: int) -> str:
    first, last = (np.datetime64(day, "D").item().isoformat() for day in (low, high))
    return first if low == high else f"{first}/{last}"


def _date(setting: Setting, name: str) -> tuple[Facts, Span, Flags, Flags]:
    """Rows of a date known at the moment, its days, where no row may lie after the moment, and who has a date."""
    place = setting.place(name)
    rows, values = setting.session.facts(place), setting.session.dates(place)
    known = rows.low <= setting.at[rows.subject]
    sure = np.ones(setting.size, np.bool_)
    sure[rows.subject[known & (rows.high > setting.at[rows.subject])]] = False
    facts = values.kept(known)
    span, there = picked_span(facts, place.take, setting.size), np.zeros(setting.size, np.bool_)
    there[facts.subject] = True
    if name == setting.here:
        came = np.zeros(setting.size, np.bool_)
        came[rows.subject] = True
        span = Span(np.where(came, span.low, setting.at), np.where(came, span.high, setting.at))
        there |= ~came
    return facts, span, sure, there


def _deciding(facts: Facts, span: Span) -> Facts:
    return facts.kept((facts.low == span.low[facts.subject]) | (facts.high == span.high[facts.subject]))


def _holds(demand: Demand, start: Span, end: Span) -> Verdicts:
    if demand.relation == "in":
        # from + n = to, or neither before nor after it
        parts = [[Demand(relation, (bound,)) for relation in ("at_least", "at_most")] for bound in demand.bounds]
        each = [np.minimum(_holds(low, start, end), _holds(high, start, end)) for low, high in parts]
        agreed: Verdicts = np.max(each, axis=0).astype(np.int8)
        return agreed
    interval = CalendarInterval.parse(demand.bounds[0])
    earliest, latest = days_after(start.low, interval), days_after(start.high, interval)
    if demand.relation in ("at_least", "below"):
        true, false = latest <= end.low, earliest > end.high
        sign = np.int8(1 if demand.relation == "at_least" else -1)
    else:
        true, false = end.high <= earliest, end.low > latest
        sign = np.int8(1 if demand.relation == "at_most" else -1)
    found: Verdicts = (sign * np.where(true, TRUE, np.where(false, FALSE, UNKNOWN))).astype(np.int8)
    return found


KIND = Kind("interval", Interval, _judge, "from + n on the calendar against to, for every completion of partial dates")
