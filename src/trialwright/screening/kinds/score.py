"""``score``: a clinical score. This version computes none, so the answer is always unknown."""

from __future__ import annotations

from trialwright.model.criteria import Score
from trialwright.screening.answer import UNKNOWN, Answer, constant
from trialwright.screening.kind import Kind
from trialwright.screening.setting import Setting

__all__ = ["KIND"]


def _judge(node: Score, setting: Setting) -> Answer:
    return constant(setting.size, UNKNOWN, "not_computed")


KIND = Kind("score", Score, _judge, "unknown (not_computed): no score is computed", dated=False)
