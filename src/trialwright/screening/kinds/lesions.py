"""``lesions``: number, organs or size of lesions. This version reads no lesions, so the answer is always unknown."""

from __future__ import annotations

from trialwright.model.criteria import Lesions
from trialwright.screening.answer import UNKNOWN, Answer, constant
from trialwright.screening.kind import Kind
from trialwright.screening.setting import Setting

__all__ = ["KIND"]


def _judge(node: Lesions, setting: Setting) -> Answer:
    return constant(setting.size, UNKNOWN, "not_computed")


KIND = Kind("lesions", Lesions, _judge, "unknown (not_computed): lesions are not read", dated=False)
