"""``if`` … ``then``: true where the condition is false, even when everything about the consequence is missing."""

from __future__ import annotations

from trialwright.model.criteria import If
from trialwright.screening.answer import Answer, any_of, negation
from trialwright.screening.kind import Kind
from trialwright.screening.setting import Setting

__all__ = ["KIND"]


def _judge(node: If, setting: Setting) -> Answer:
    return any_of([negation(setting.ask(node.if_, setting)), setting.ask(node.then, setting)])


KIND = Kind("if", If, _judge, "true when the condition is false or the consequence true", dated=False)
