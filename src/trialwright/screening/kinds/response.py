"""``response``: a response of an assessment series or a marker, as judged up to the moment."""

from __future__ import annotations

from typing import Final

import numpy as np
import polars as pl

from trialwright.model.criteria import Response
from trialwright.screening.answer import UNKNOWN, Answer, Flags, all_of, constant, reason_bit
from trialwright.screening.kind import Kind
from trialwright.screening.numbers import demands_of
from trialwright.screening.readings import code_verdicts
from trialwright.screening.rows import JudgedRows, nearest_row
from trialwright.screening.setting import RESPONSES, Facts, Setting, day_numbers

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
    adequate = (facts.column("ADEQUATE") == "Y").fill_null(value=False).to_numpy()
    absent = np.full(setting.size, reason_bit("missing"), np.uint32)
    absent[facts.subject[~adequate]] = reason_bit("not_evaluable")
    inside = facts.high >= window.low[facts.subject]
    absent[facts.subject[adequate & ~inside]] = reason_bit("stale")
    used = facts.kept(adequate & inside)
    if node.response.take == "worst":
        used = used.kept(_worst(used, setting.size))
    codes = used.column("AVALC").cast(pl.String)
    value = codes.rank("dense").fill_null(0).cast(pl.Int64).to_numpy()
    answers = []
    for demand in demands_of(node):
        verdict, reason = code_verdicts(codes, demand.bounds, None)
        answers.append(nearest_row(JudgedRows(used, verdict, reason, value), setting, absent))
    return all_of(answers)


def _rows(node: Response, setting: Setting) -> Facts | None:
    """Rows of the series; None when it was not judged at all."""
    frame = setting.session.context.responses
    if frame is None:
        return None
    mine: Flags = (frame["ASSESSID"] == node.response.of).fill_null(value=False).to_numpy()
    parameter = _PARAMETERS[node.response.take]
    if "PARAMCD" in frame.columns:
        mine = mine & (frame["PARAMCD"] == parameter).fill_null(value=False).to_numpy()
    elif parameter != "OVR":
        return None
    is_series = node.response.of in {series.id for series in setting.study.assessments}
    if not mine.any() and not (is_series and parameter == "OVR"):
        return None
    subject, row = setting.session.owners(RESPONSES)
    dated = frame.select(LO="ADT", HI="ADT")
    span = day_numbers(dated, "")
    keep = mine[row]
    subject, row = subject[keep], row[keep]
    return Facts(RESPONSES, frame, subject, row, span.low[row], span.high[row])


def _worst(facts: Facts, n: int) -> Flags:
    order = {code: place for place, code in enumerate(_BEST_FIRST)}
    rank = facts.column("AVALC").replace_strict(order, default=-1, return_dtype=pl.Int64).to_numpy()
    worst = np.full(n, -1, np.int64)
    np.maximum.at(worst, facts.subject, rank)
    kept: Flags = rank == worst[facts.subject]
    return kept


KIND = Kind("response", Response, _judge, "the last adequate response at or before the moment")
