"""``any``: true as soon as one child is, whatever the others lack, false when every child is."""

from __future__ import annotations

from trialwright.model.criteria import Any_
from trialwright.screening.answer import Answer, any_of
from trialwright.screening.kind import Kind
from trialwright.screening.logic import counting
from trialwright.screening.setting import Setting

__all__ = ["KIND"]


def _judge(node: Any_, setting: Setting) -> Answer:
    return any_of([setting.ask(child, setting) for child in counting(node.any_)])


KIND = Kind("any", Any_, _judge, "true as soon as one child is; a true child outweighs an unknown one", dated=False)
