"""Completed years of subjects at their moments, for every day of birth that agrees with what was entered."""

from __future__ import annotations

import numpy as np

from trialwright.screening.answer import TRUE, UNKNOWN, Answer, Ints, reason_bit
from trialwright.screening.calendar import EARLIEST, LATEST, completed_years, years_after
from trialwright.screening.columns import Span
from trialwright.screening.session import Session, Source
from trialwright.screening.setting import Setting

__all__ = ["ages"]


def ages(setting: Setting) -> tuple[Ints, Ints, Answer]:
    """Smallest and greatest age of every subject.

    Parameters
    ----------
    setting : Setting
        Subjects and moments.

    Returns
    -------
    low, high : int64 array, shape (n,)
        Completed years; 0 where nothing is known of the birth.
    answer : Answer
        True where there is an age, be it a range; unknown where there is none (``missing``) or where birth date and
        age at consent exclude one another (``conflict``).
    """
    session, n = setting.session, setting.size
    subject, row = session.owners("DM")
    births = _births(session)
    span = Span(births.low[row], births.high[row])
    known = (span.low > EARLIEST) & (span.high < LATEST)
    opposed = span.low > span.high
    at = setting.at[subject]
    low, high = np.zeros(n, np.int64), np.zeros(n, np.int64)
    low[subject] = np.where(known, completed_years(span.high, at), 0)
    high[subject] = np.where(known, completed_years(span.low, at), 0)
    verdict, reason = np.full(n, UNKNOWN, np.int8), np.full(n, reason_bit("missing"), np.uint32)
    verdict[subject] = np.where(known & ~opposed, TRUE, UNKNOWN)
    reason[subject] = np.where(known, np.where(opposed, reason_bit("conflict"), np.uint32(0)), reason_bit("missing"))
    table = np.full(row.size, session.number_of(Source("DM", "BRTHDTC", "RFICDTC")), np.int64)
    return low, high, Answer(verdict, reason, subject, table, row)


def _births(session: Session) -> Span:
    """Days of birth that agree with the birth date as entered and, where that is partial, with the age at consent."""
    birth = session.span("DM", "BRTHDTC")
    consent = session.span("DM", "RFICDTC")
    age = _age_at_consent(session)
    stated = (age >= 0) & (consent.low > EARLIEST) & (birth.low < birth.high)
    years = np.where(stated, age, 0)
    # completed years a at day C: the birthday a is reached by C, the birthday a + 1 only after it
    low = np.maximum(birth.low, _first_birth(np.where(stated, consent.low, 0) + 1, years + 1))
    high = np.minimum(birth.high, _first_birth(np.where(stated, consent.high, 0) + 1, years) - 1)
    return Span(np.where(stated, low, birth.low), np.where(stated, high, birth.high))


def _first_birth(day: Ints, years: Ints) -> Ints:
    """First day of birth whose birthday of so many years falls on the day or later."""
    birth = years_after(day, -years)
    found: Ints = birth + (years_after(birth, years) < day)
    return found


def _age_at_consent(session: Session) -> Ints:
    """Completed years as collected; -1 where there are none."""
    age = session.numbers("DM", "AGE")
    unit = session.codes("DM", "AGEU")
    in_years = (unit.numbers < 0) | unit.among(("YEARS",))
    found: Ints = np.where(age.readable & in_years, age.value // 10**6, -1)
    return found
