"""``sex``: the subject's sex."""

from __future__ import annotations

import numpy as np

from trialwright.model.criteria import Sex
from trialwright.screening.answer import Answer, reason_bit
from trialwright.screening.kind import Kind
from trialwright.screening.readings import code_verdicts
from trialwright.screening.session import Source
from trialwright.screening.setting import Setting

__all__ = ["KIND"]


def _judge(node: Sex, setting: Setting) -> Answer:
    session = setting.session
    subject, row = session.owners("DM")
    codes = session.codes("DM", "SEX").at(row)
    told, why = code_verdicts(codes, (node.sex,), {"F": "female", "M": "male"})
    undecided = codes.among(("U", "UNDIFFERENTIATED"))
    why = np.where(undecided, reason_bit("answered_unknown"), why)
    verdict = np.zeros(setting.size, np.int8)
    reason = np.full(setting.size, reason_bit("missing"), np.uint32)
    verdict[subject], reason[subject] = told, why
    return Answer(verdict, reason, subject, np.full(row.size, session.number_of(Source("DM", "SEX")), np.int64), row)


KIND = Kind("sex", Sex, _judge, "the sex as entered; U and UNDIFFERENTIATED leave it open")
