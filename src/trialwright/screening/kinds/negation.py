"""``not``: the opposite of its child; what is unknown stays unknown."""

from __future__ import annotations

from trialwright.model.criteria import Not
from trialwright.screening.answer import Answer, negation
from trialwright.screening.kind import Kind
from trialwright.screening.logic import is_silent
from trialwright.screening.setting import Setting

__all__ = ["KIND"]


def _judge(node: Not, setting: Setting) -> Answer:
    answer = setting.ask(node.not_, setting)
    return answer if is_silent(node.not_) else negation(answer)


KIND = Kind("not", Not, _judge, "the opposite of its child", dated=False)
