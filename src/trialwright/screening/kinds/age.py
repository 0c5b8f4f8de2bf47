"""``age``: completed years at the moment compared."""

from __future__ import annotations

import numpy as np

from trialwright.model.criteria import Age
from trialwright.screening.answer import TRUE, UNKNOWN, Answer, Ints, reason_bit
from trialwright.screening.calendar import EARLIEST, LATEST, completed_years, years_after
from trialwright.screening.columns import Span
from trialwright.screening.kind import Kind
from trialwright.screening.numbers import demands_of, range_verdict
from trialwright.screening.session import Session
from trialwright.screening.setting import Setting

__all__ = ["KIND"]


def _judge(node: Age, setting: Setting) -> Answer:
    session = setting.session
    subject, row = session.owners("DM")
    births = _births(session)
    span = Span(births.low[row], births.high[row])
    at = setting.at[subject]
    known = (span.low > EARLIEST) & (span.high < LATEST)
    opposed = span.low > span.high
    low, high = completed_years(span.high, at), completed_years(span.low, at)
    said = np.full(row.size, TRUE, np.int8)
    for demand in demands_of(node.age):
        said = np.minimum(said, range_verdict(demand, low, high))
    said = np.where(known & ~opposed, said, UNKNOWN).astype(np.int8)
    why = np.where(
        known, np.where(opposed, reason_bit("conflict"), reason_bit("imprecise_date")), reason_bit("missing")
    )

    verdict = np.zeros(setting.size, np.int8)
    reason = np.full(setting.size, reason_bit("missing"), np.uint32)
    verdict[subject], reason[subject] = said, np.where(said == UNKNOWN, why, np.uint32(0))
    return Answer(verdict, reason, subject, np.full(row.size, session.number_of("DM"), np.int64), row)


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


KIND = Kind("age", Age, _judge, "completed years, for every day of birth that agrees with what was entered")
