"""``sex``: the subject's sex."""

from __future__ import annotations

import numpy as np
import polars as pl

from trialwright.model.criteria import Sex
from trialwright.screening.answer import FALSE, TRUE, UNKNOWN, Answer, reason_bit
from trialwright.screening.kind import Kind
from trialwright.screening.setting import Setting

__all__ = ["KIND"]


def _judge(node: Sex, setting: Setting) -> Answer:
    session = setting.session
    frame = session.frame("DM")
    subject, row = session.owners("DM")
    entered = frame["SEX"].gather(row) if "SEX" in frame.columns else pl.Series([None] * row.size, dtype=pl.String)
    cells = entered.fill_null("").to_numpy()
    told = np.select([cells == node.sex, np.isin(cells, ("F", "M"))], [TRUE, FALSE], default=UNKNOWN)
    why = np.select(
        [np.isin(cells, ("U", "UNDIFFERENTIATED")), cells == ""],
        [reason_bit("answered_unknown"), reason_bit("missing")],
        default=reason_bit("bad_code"),
    )
    verdict = np.zeros(setting.size, np.int8)
    reason = np.full(setting.size, reason_bit("missing"), np.uint32)
    verdict[subject], reason[subject] = told, np.where(told == UNKNOWN, why, np.uint32(0))
    return Answer(verdict, reason, subject, np.full(row.size, session.number_of("DM"), np.int64), row)


KIND = Kind("sex", Sex, _judge, "the sex as entered; U and UNDIFFERENTIATED leave it open")
