"""``response``: a response of an assessment series or a marker, as judged up to the moment."""

from __future__ import annotations

from typing import Final

import numpy as np

from trialwright.model.criteria import Response
from trialwright.screening.answer import UNKNOWN, Answer, Flags, all_of, constant, reason_bit
from trialwright.screening.kind import Kind
from trialwright.screening.numbers import demands_of
from trialwright.screening.readings import code_verdicts
from trialwright.screening.rows import JudgedRows, nearest_row
from trialwright.screening.session import RESPONSES, Facts, Session
from trialwright.screening.setting import Setting

__all__ = ["KIND"]

_PARAMETERS: Final = {"latest": "OVR", "worst": "OVR", "best": "BOR", "confirmed best": "CBOR"}
"""Best responses are derived with the series, not here: they are read from rows of their own."""

_BEST_FIRST: Final = ("NED", "CR", "PR", "SD", "NON-CR/NON-PD", "PD", "RESPONSE", "NO RESPONSE")


def _judge(node: Response, setting: Setting) -> Answer:
    facts = _rows(node, setting)
    if facts is None:
        return constant(setting.size, UNKNOWN, "not_computed")
    window = setting.window
    known = facts.low <= window.high[facts.subject]
    facts = facts.kept(known)
    session = setting.session
    adequate = session.codes(RESPONSES, "ADEQUATE").at(facts.row).among(("Y",))
    absent = np.full(setting.size, reason_bit("missing"), np.uint32)
    absent[facts.subject[~adequate]] = reason_bit("not_evaluable")
    inside = facts.high >= window.low[facts.subject]
    absent[facts.subject[adequate & ~inside]] = reason_bit("stale")
    used = facts.kept(adequate & inside)
    if node.response.take == "worst":
        used = used.kept(_worst(session, used))
    codes = session.codes(RESPONSES, "AVALC").at(used.row)
    answers = []
    for demand in demands_of(node):
        verdict, reason = code_verdicts(codes, demand.bounds, None)
        answers.append(nearest_row(JudgedRows(used, verdict, reason, codes.numbers), setting, absent))
    return all_of(answers)


def _rows(node: Response, setting: Setting) -> Facts | None:
    """Rows of the series; None when it was not judged at all."""
    session, of = setting.session, node.response.of
    if session.context.responses is None:
        return None
    mine = session.codes(RESPONSES, "ASSESSID").among((of,))
    parameter = _PARAMETERS[node.response.take]
    if "PARAMCD" in session.frame(RESPONSES).columns:
        mine = mine & session.codes(RESPONSES, "PARAMCD").among((parameter,))
        if parameter == "OVR" and "DTYPE" in session.frame(RESPONSES).columns:
            # a response that a later scan dated back was not known yet
            mine = mine & ~session.codes(RESPONSES, "DTYPE").among(("DERIVED",))
    elif parameter != "OVR":
        return None
    study = setting.study
    judged = {series.id for series in study.assessments} | {marker.id for marker in study.markers if marker.criteria}
    is_series = of in judged
    if not mine.any() and not (is_series and parameter == "OVR"):
        return None
    subject, row = session.owners(RESPONSES)
    keep = mine[row]
    subject, row = subject[keep], row[keep]
    span = session.span(RESPONSES, "ADT")
    return Facts(RESPONSES, subject, row, span.low[row], span.high[row], column="AVALC", date_column="ADT")


def _worst(session: Session, facts: Facts) -> Flags:
    codes = session.codes(RESPONSES, "AVALC").at(facts.row)
    order = {code: place for place, code in enumerate(_BEST_FIRST)}
    rank = np.array([*(order.get(label, -1) for label in codes.labels), -1], np.int64)[codes.numbers]
    worst = np.full(session.size, -1, np.int64)
    np.maximum.at(worst, facts.subject, rank)
    kept: Flags = rank == worst[facts.subject]
    return kept


KIND = Kind("response", Response, _judge, "the last adequate response at or before the moment")
