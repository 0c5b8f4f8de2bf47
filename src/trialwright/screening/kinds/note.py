"""``note``: always true, printed, and counted nowhere."""

from __future__ import annotations

from trialwright.model.criteria import Note
from trialwright.screening.answer import TRUE, Answer, constant
from trialwright.screening.kind import Kind
from trialwright.screening.setting import Setting

__all__ = ["KIND"]


def _judge(node: Note, setting: Setting) -> Answer:
    return constant(setting.size, TRUE)


KIND = Kind("note", Note, _judge, "always true, and counts for nothing", dated=False)
