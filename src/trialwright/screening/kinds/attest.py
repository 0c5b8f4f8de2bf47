"""``attest``: answered yes or no by the role that may say so."""

from __future__ import annotations

import numpy as np

from trialwright.errors import StudyError
from trialwright.model.criteria import Attest
from trialwright.screening.answer import Answer, reason_bit
from trialwright.screening.kind import Kind
from trialwright.screening.readings import code_verdicts
from trialwright.screening.rows import JudgedRows, absence, nearest_row, with_absent_rows
from trialwright.screening.setting import Setting

__all__ = ["KIND"]


def _judge(node: Attest, setting: Setting) -> Answer:
    item = setting.study.items[node.attest]
    if item.by is None:
        raise StudyError(f"{node.attest} does not say who may attest it", mend="state the role under 'by'")
    place = setting.place(node.attest)
    facts = setting.session.facts(place)
    entitled = setting.session.codes(place.domain, f"{place.domain}EVAL").at(facts.row).among((item.by.upper(),))
    known = facts.low <= setting.window.high[facts.subject]
    own = facts.kept(entitled)
    absent = absence(own, setting, place, "needs_attestation")
    unheard = np.zeros(setting.size, np.bool_)
    unheard[facts.subject[~entitled & known]] = True
    waiting = absent == reason_bit("needs_attestation")
    absent = np.where(waiting & unheard, reason_bit("wrong_role"), absent)
    answers = setting.session.codes(place.domain, place.column).at(own.row)
    verdict, reason = code_verdicts(answers, ("Y",), {"Y": "yes", "N": "no"})
    said = nearest_row(JudgedRows(own, verdict, reason, answers.numbers), setting, absent)
    return with_absent_rows(said, own, setting, place)


KIND = Kind("attest", Attest, _judge, "the latest answer, Y or N, by the role that may give it")
