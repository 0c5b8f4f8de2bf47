"""``history``: true when a matching row overlaps the window, false only after a complete review."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from trialwright.model.criteria import History, HistoryOf
from trialwright.model.items import Place
from trialwright.model.study import Item
from trialwright.model.tables import TABLES
from trialwright.screening.answer import FALSE, TRUE, UNKNOWN, Answer, Flags, Reasons, Verdicts, reason_bit
from trialwright.screening.calendar import EARLIEST, LATEST
from trialwright.screening.columns import Span
from trialwright.screening.kind import Kind
from trialwright.screening.readings import code_verdicts
from trialwright.screening.session import Facts, Session
from trialwright.screening.setting import Setting

__all__ = ["KIND"]


@dataclass(frozen=True, slots=True)
class _Course:
    """When a row of a history began and ended; the end may lie open."""

    begin: Span
    end: Span


def _judge(node: History, setting: Setting) -> Answer:
    asked, session = node.history, setting.session
    item, place = setting.study.items[asked.of], setting.place(asked.of)
    facts = _happened(session, session.facts(place, filled=False))
    course = _course(session, facts, place, item, ongoing=asked.ongoing)
    window = Span(setting.at, setting.at) if asked.ongoing else setting.window
    low, high = window.low[facts.subject], window.high[facts.subject]
    certain = (course.begin.high <= high) & (course.end.low >= low)
    possible = (course.begin.low <= high) & (course.end.high >= low)
    verdict, reason = _matches(session, facts, place, asked, item)
    reason = np.where((verdict == TRUE) & ~certain, reason_bit("imprecise_date"), reason).astype(np.uint32)
    verdict = np.where(certain, verdict, np.minimum(verdict, UNKNOWN)).astype(np.int8)
    speaks = possible & (verdict != FALSE)
    return _concluded(facts.kept(speaks), verdict[speaks], reason[speaks], setting, asked)


def _happened(session: Session, facts: Facts) -> Facts:
    """Without procedures that were planned and not done."""
    if facts.domain != "PR":
        return facts
    return facts.kept(~session.codes("PR", "PROCCUR").at(facts.row).among(("N",)))


def _course(session: Session, facts: Facts, place: Place, item: Item, *, ongoing: bool) -> _Course:
    columns = TABLES[place.domain].by_name
    begin_column, end_column = f"{place.domain}STDTC", f"{place.domain}ENDTC"
    if item.date_column is not None or end_column not in columns:
        day = Span(facts.low, facts.high)
        return _Course(day, day)

    def of_rows(column: str) -> Span:
        span = session.span(place.domain, column)
        return Span(span.low[facts.row], span.high[facts.row])

    begin, end = of_rows(begin_column), of_rows(end_column)
    ended = end.high < LATEST
    begin = Span(begin.low, np.where(ended, np.minimum(begin.high, end.high), begin.high))
    mark = session.codes(place.domain, f"{place.domain}ENRTPT").at(facts.row)
    # asked whether it goes on, a row without an end and without a word about one goes on
    lasts = ~ended & (mark.among(("ONGOING",)) | (ongoing & (mark.numbers < 0)))
    low = np.where(lasts, LATEST, np.maximum(end.low, begin.low))
    return _Course(begin, Span(low, end.high))


def _matches(session: Session, facts: Facts, place: Place, asked: HistoryOf, item: Item) -> tuple[Verdicts, Reasons]:
    codes = session.codes(place.domain, place.column).at(facts.row)
    left_out = set(asked.except_ or ())
    wanted = asked.values if asked.values is not None else tuple(item.values or ())
    if wanted:
        return code_verdicts(codes, set(wanted) - left_out, item.values)
    verdict = np.where(codes.among(left_out), FALSE, TRUE).astype(np.int8)
    return verdict, np.zeros(verdict.size, np.uint32)


def _concluded(facts: Facts, said: Verdicts, why: Reasons, setting: Setting, asked: HistoryOf) -> Answer:
    n, session = setting.size, setting.session
    found = np.zeros(n, np.bool_)
    found[facts.subject[said == TRUE]] = True
    open_ = np.zeros(n, np.bool_)
    open_[facts.subject[said == UNKNOWN]] = True
    review, reviewed, reason = _review(setting, asked)
    if not session.collected(facts.domain):
        reviewed, reason = np.zeros(n, np.bool_), np.full(n, reason_bit("missing"), np.uint32)
    closed = reviewed & ~found & ~open_
    verdict = np.where(found, TRUE, np.where(closed, FALSE, UNKNOWN)).astype(np.int8)
    of_rows = np.zeros(n, np.uint32)
    np.bitwise_or.at(of_rows, facts.subject, why)
    reason = np.where(open_, of_rows, reason)
    facts = facts.kept(said == verdict[facts.subject])
    review = review.kept(closed[review.subject])
    tables = [np.full(part.row.size, session.number_of(part), np.int64) for part in (facts, review)]
    return Answer(
        verdict,
        np.where(verdict == UNKNOWN, reason, np.uint32(0)).astype(np.uint32),
        np.concatenate([facts.subject, review.subject]),
        np.concatenate(tables),
        np.concatenate([facts.row, review.row]),
    )


def _review(setting: Setting, asked: HistoryOf) -> tuple[Facts, Flags, Reasons]:
    """The last review known at the moment, who has one, and what is wanting where there is none."""
    n = setting.size
    reason = np.full(n, reason_bit("not_reviewed"), np.uint32)
    if asked.reviewed is None:
        listed = setting.session.facts(setting.place(asked.of))
        return listed.kept(np.zeros(listed.row.size, np.bool_)), np.zeros(n, np.bool_), reason
    facts = setting.session.facts(setting.place(asked.reviewed))
    facts = facts.kept(facts.low <= setting.at[facts.subject])
    certain = facts.high <= setting.at[facts.subject]
    reason[facts.subject[~certain]] = reason_bit("imprecise_date")
    facts = facts.kept(certain)
    reviewed = np.zeros(n, np.bool_)
    reviewed[facts.subject] = True
    last = np.full(n, EARLIEST, np.int64)
    np.maximum.at(last, facts.subject, facts.high)
    return facts.kept(facts.high == last[facts.subject]), reviewed, reason


KIND = Kind("history", History, _judge, "a matching row in the window; false only once the history was reviewed")
