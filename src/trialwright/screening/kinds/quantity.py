"""``quantity``: a computed dose or marker figure. This version computes none, so the answer is always unknown."""

from __future__ import annotations

from trialwright.model.criteria import QuantityIs
from trialwright.screening.answer import UNKNOWN, Answer, constant
from trialwright.screening.kind import Kind
from trialwright.screening.setting import Setting

__all__ = ["KIND"]


def _judge(node: QuantityIs, setting: Setting) -> Answer:
    return constant(setting.size, UNKNOWN, "not_computed")


KIND = Kind("quantity", QuantityIs, _judge, "unknown (not_computed): no dose or marker figure is computed", dated=False)
