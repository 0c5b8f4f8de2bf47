"""``age``: completed years at the moment compared."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from trialwright.model.criteria import Age
from trialwright.screening.ages import ages
from trialwright.screening.answer import TRUE, UNKNOWN, Answer, Verdicts, reason_bit
from trialwright.screening.columns import Span
from trialwright.screening.kind import Kind
from trialwright.screening.margin import Margin, Told, range_margin
from trialwright.screening.numbers import Demand, demands_of, number_bound, range_verdict
from trialwright.screening.setting import Setting

__all__ = ["KIND"]


def _judge(node: Age, setting: Setting) -> Answer:
    low, high, there = ages(setting)
    verdict = np.full(setting.size, TRUE, np.int8)
    margins = []
    for demand in demands_of(node.age):
        holds = np.where(there.verdict == TRUE, range_verdict(demand, low, high), UNKNOWN).astype(np.int8)
        verdict = np.minimum(verdict, holds)
        if demand.relation != "in":
            margins.append(_margin(node, demand, Span(low, high), holds))
    verdict = np.where(there.verdict == TRUE, verdict, UNKNOWN).astype(np.int8)
    reason = np.where(there.verdict == TRUE, reason_bit("imprecise_date"), there.reason)
    reason = np.where(verdict == UNKNOWN, reason, np.uint32(0)).astype(np.uint32)
    return replace(there, verdict=verdict, reason=reason, margins=tuple(margins))


def _margin(node: Age, demand: Demand, years: Span, holds: Verdicts) -> Margin:
    """Completed years above the bound."""
    who = np.flatnonzero(holds != UNKNOWN)
    bound = number_bound(demand.bounds[0])
    low, high = years.low[who], years.high[who]

    def told(position: int) -> Told:
        first, last = int(low[position]), int(high[position])
        return Told(str(first) if first == last else f"{first} to {last}", "years", "", f"{demand.bounds[0]} years")

    away = int(bound * 10**6)
    ends = (10**6 * low - away, 10**6 * high - away)
    named = (demand.relation, demand.bounds[0], "years")
    return range_margin(("age", node.id or ""), named, who, ends, np.full(who.size, float(bound)), holds[who], told)


KIND = Kind("age", Age, _judge, "completed years, for every day of birth that agrees with what was entered")
