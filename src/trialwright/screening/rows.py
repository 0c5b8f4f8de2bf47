"""From the verdicts of single rows to one answer a subject: which row counts, and what happens when that is not sure.

A row with a partial date may or may not lie inside the window. The answer is true or false only when every completion
of the dates agrees.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import polars as pl

from trialwright.model.items import Place, date_stem
from trialwright.model.tables import TABLES
from trialwright.screening.answer import (
    FALSE,
    TRUE,
    UNKNOWN,
    Answer,
    Flags,
    Ints,
    Reasons,
    Verdicts,
    reason_bit,
)
from trialwright.screening.calendar import EARLIEST
from trialwright.screening.session import Facts, Session
from trialwright.screening.setting import Setting

__all__ = ["JudgedRows", "absence", "all_rows", "any_row", "nearest_row", "with_absent_rows"]

NO_TIME = -1


@dataclass(frozen=True, slots=True)
class JudgedRows:
    """Rows with what each of them says by itself.

    Parameters
    ----------
    facts : Facts
        The rows.
    verdict : int8 array, shape (k,)
        1, -1 or 0.
    reason : uint32 array, shape (k,)
        Bits; 0 unless unknown.
    value : int64 array, shape (k,)
        Equal numbers for equal values; two values of one moment are a conflict.
    """

    facts: Facts
    verdict: Verdicts
    reason: Reasons
    value: Ints

    def kept(self, keep: Flags) -> JudgedRows:
        """The rows for which a flag is set.

        Parameters
        ----------
        keep : bool array, shape (k,)
            Which rows stay.

        Returns
        -------
        JudgedRows
            Of the same table.
        """
        return JudgedRows(self.facts.kept(keep), self.verdict[keep], self.reason[keep], self.value[keep])


def _possible(facts: Facts, setting: Setting) -> Flags:
    window = setting.window
    return (facts.low <= window.high[facts.subject]) & (facts.high >= window.low[facts.subject])


def _certain(facts: Facts, setting: Setting) -> Flags:
    window = setting.window
    return (facts.high <= window.high[facts.subject]) & (facts.low >= window.low[facts.subject])


def _has(subject: Ints, n: int) -> Flags:
    found = np.zeros(n, np.bool_)
    found[subject] = True
    return found


def absence(facts: Facts, setting: Setting, place: Place, otherwise: str = "missing") -> Reasons:
    """Why a subject has no row that counts.

    Parameters
    ----------
    facts : Facts
        Rows with a value.
    setting : Setting
        Moments and window.
    place : Place
        Where they stand.
    otherwise : str
        Reason where nothing at all is there.

    Returns
    -------
    uint32 array, shape (n,)
        ``stale`` where older rows lie outside the window, ``not_done`` where a row inside says so.
    """
    reason = np.full(setting.size, reason_bit(otherwise), np.uint32)
    undone = _undone(setting, place)
    if undone is not None:
        reason[_has(undone.subject, setting.size)] = reason_bit("not_done")
    reason[_has(_older(facts, setting).subject, setting.size)] = reason_bit("stale")
    return reason


def _older(facts: Facts, setting: Setting) -> Facts:
    return facts.kept(facts.high < setting.window.low[facts.subject])


def _undone(setting: Setting, place: Place) -> Facts | None:
    """Rows inside the window that say that nothing was found out."""
    status, session = f"{place.domain}STAT", setting.session
    if "NOT DONE" not in session.codes(place.domain, status).labels:
        return None
    asked = session.facts(replace(place, where=(*place.where, (status, ("NOT DONE",)))), filled=False)
    return asked.kept(_certain(asked, setting))


def with_absent_rows(answer: Answer, facts: Facts, setting: Setting, place: Place) -> Answer:
    """The answer, resting also on the row that says why no row counts.

    Parameters
    ----------
    answer : Answer
        What the rows say.
    facts : Facts
        Rows with a value.
    setting : Setting
        Moments and window.
    place : Place
        Where they stand.

    Returns
    -------
    Answer
        With the one row that says NOT DONE, or the one that is too old, where that is the reason; of several rows none
        is named, for without any one of them the reason stays.
    """
    undone = _undone(setting, place)
    found = [(_older(facts, setting), "stale"), *([(undone, "not_done")] if undone is not None else [])]
    for rows, reason in found:
        alone = np.bincount(rows.subject, minlength=setting.size) == 1
        alone &= (answer.verdict == UNKNOWN) & (answer.reason == reason_bit(reason))
        kept = rows.kept(alone[rows.subject])
        answer = replace(
            answer,
            subject=np.concatenate([answer.subject, kept.subject]),
            table=np.concatenate([answer.table, np.full(kept.row.size, setting.session.number_of(kept))]),
            row=np.concatenate([answer.row, kept.row]),
        )
    return answer


def _answer(rows: JudgedRows, setting: Setting, verdict: Verdicts, reason: Reasons) -> Answer:
    table = np.full(rows.facts.row.size, setting.session.number_of(rows.facts), np.int64)
    bits = np.where(verdict == UNKNOWN, reason, np.uint32(0)).astype(np.uint32)
    return Answer(verdict.astype(np.int8), bits, rows.facts.subject, table, rows.facts.row)


def _count(rows: JudgedRows, verdict: np.int8, n: int) -> Ints:
    return np.bincount(rows.facts.subject[rows.verdict == verdict], minlength=n)


def _unknown_reasons(rows: JudgedRows, n: int) -> Reasons:
    found = np.zeros(n, np.uint32)
    np.bitwise_or.at(found, rows.facts.subject, rows.reason)
    return found


def any_row(rows: JudgedRows, setting: Setting, absent: Reasons) -> Answer:
    """True as soon as one row inside the window is, false when all are.

    Parameters
    ----------
    rows : JudgedRows
        Rows of the item.
    setting : Setting
        Moments and window.
    absent : uint32 array, shape (n,)
        Reason where no row counts.

    Returns
    -------
    Answer
        A row that may lie outside the window cannot make it true.
    """
    return _combined(rows, setting, absent, TRUE)


def all_rows(rows: JudgedRows, setting: Setting, absent: Reasons) -> Answer:
    """False as soon as one row inside the window is, true when all are.

    Parameters
    ----------
    rows : JudgedRows
        Rows of the item.
    setting : Setting
        Moments and window.
    absent : uint32 array, shape (n,)
        Reason where no row counts.

    Returns
    -------
    Answer
        A row that may lie outside the window cannot make it false.
    """
    return _combined(rows, setting, absent, FALSE)


def _combined(rows: JudgedRows, setting: Setting, absent: Reasons, decisive: np.int8) -> Answer:
    n = setting.size
    used = rows.kept(_possible(rows.facts, setting))
    certain = _certain(used.facts, setting)
    unsure = ~certain & (used.verdict == decisive)
    used = replace(
        used,
        verdict=np.where(unsure, UNKNOWN, used.verdict).astype(np.int8),
        reason=np.where(unsure, reason_bit("imprecise_date"), used.reason).astype(np.uint32),
    )
    decided = _count(used, decisive, n) > 0
    open_ = _count(used, UNKNOWN, n) > 0
    present = _has(used.facts.subject[certain], n)
    verdict = np.where(decided, decisive, np.where(open_ | ~present, UNKNOWN, np.int8(-decisive)))
    reason = _unknown_reasons(used, n)
    only_possible = _has(used.facts.subject, n) & ~present
    reason = np.where(only_possible, reason | reason_bit("imprecise_date"), reason)
    reason = np.where(_has(used.facts.subject, n), reason, absent)
    speaks = (used.verdict == verdict[used.facts.subject]) | ~present[used.facts.subject]
    return _answer(used.kept(speaks), setting, verdict, reason)


def nearest_row(rows: JudgedRows, setting: Setting, absent: Reasons, *, first: bool = False) -> Answer:
    """What the latest row inside the window says, or the first.

    Parameters
    ----------
    rows : JudgedRows
        Rows of the item.
    setting : Setting
        Moments and window.
    absent : uint32 array, shape (n,)
        Reason where no row counts.
    first : bool, default False
        Take the first row instead of the latest.

    Returns
    -------
    Answer
        Two values of one moment are a conflict; of one day, the later time of day counts where all rows give one.
    """
    n = setting.size
    used = rows.kept(_possible(rows.facts, setting))
    certain = _certain(used.facts, setting)
    # towards the past, the first is the latest
    near, far = (-used.facts.high, -used.facts.low) if first else (used.facts.low, used.facts.high)
    bound = np.full(n, -2 * abs(EARLIEST), np.int64)
    np.maximum.at(bound, used.facts.subject[certain], near[certain])
    candidate = far >= bound[used.facts.subject]
    used, near, far = used.kept(candidate), near[candidate], far[candidate]
    keep = _last_of_day(used, setting.session, first=first)
    used, near, far = used.kept(keep), near[keep], far[keep]
    subject = used.facts.subject

    true, false, unknown = (_count(used, verdict, n) for verdict in (TRUE, FALSE, UNKNOWN))
    sure = bound > -2 * abs(EARLIEST)
    one_day = ~_differs(near, subject, n) & ~_differs(far, subject, n) & _has(subject[near == far], n)
    conflict = sure & one_day & (_differs(used.value, subject, n) | ((true > 0) & (false > 0)))
    agreed = sure & ~conflict & (unknown == 0)
    verdict = np.where(agreed & (true > 0) & (false == 0), TRUE, UNKNOWN)
    verdict = np.where(agreed & (false > 0) & (true == 0), FALSE, verdict)
    reason = np.where(unknown > 0, _unknown_reasons(used, n), reason_bit("imprecise_date"))
    reason = np.where(conflict, reason_bit("conflict"), reason)
    reason = np.where(sure, reason, reason_bit("imprecise_date"))
    reason = np.where(_has(subject, n), reason, absent)
    return _answer(used, setting, verdict, reason)


def _differs(value: Ints, subject: Ints, n: int) -> Flags:
    low, high = np.full(n, np.iinfo(np.int64).max), np.full(n, np.iinfo(np.int64).min)
    np.minimum.at(low, subject, value)
    np.maximum.at(high, subject, value)
    return low < high


def _last_of_day(rows: JudgedRows, session: Session, *, first: bool) -> Flags:
    """Rows that stay when a subject's rows are of one day and all give a time of day in one time zone."""
    everything, n = np.ones(rows.facts.row.size, np.bool_), session.size
    time, zone = _times(rows.facts, session)
    subject = rows.facts.subject
    if not (time > NO_TIME).any():
        return everything
    comparable = ~_differs(rows.facts.low, subject, n) & ~_differs(zone, subject, n)
    comparable &= ~_has(subject[time == NO_TIME], n)
    key = -time if first else time
    best = np.full(n, np.iinfo(np.int64).min)
    np.maximum.at(best, subject, key)
    kept: Flags = ~comparable[subject] | (key == best[subject])
    return kept


def _times(facts: Facts, session: Session) -> tuple[Ints, Ints]:
    """Second of the day and a number for the time zone of each row, by its domain's own date."""
    none = np.full(facts.row.size, NO_TIME, np.int64)
    table = TABLES.get(facts.domain)
    column = table.date_column if table is not None else None
    if column is None or "T" not in session.codes(facts.domain, f"{date_stem(column)}PREC").labels:
        return none, none
    parts = pl.DataFrame({"text": session.frame(facts.domain)[column].gather(facts.row)}).select(
        hours=pl.col("text").str.slice(11, 2).cast(pl.Int64, strict=False),
        minutes=pl.col("text").str.slice(14, 2).cast(pl.Int64, strict=False),
        seconds=pl.col("text").str.extract(r"T\d\d:\d\d:(\d\d)").cast(pl.Int64, strict=False).fill_null(0),
        zone=pl.col("text").str.extract(r"(Z|[+-]\d\d:\d\d)$").fill_null("").rank("dense").cast(pl.Int64),
    )
    seconds = (parts["hours"] * 3600 + parts["minutes"] * 60 + parts["seconds"]).fill_null(NO_TIME)
    return seconds.to_numpy(), parts["zone"].to_numpy()
