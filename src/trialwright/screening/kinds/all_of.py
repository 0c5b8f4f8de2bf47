"""``all``: true when every child is, false as soon as one is, whatever the others lack."""

from __future__ import annotations

from trialwright.model.criteria import All
from trialwright.screening.answer import Answer, all_of
from trialwright.screening.kind import Kind
from trialwright.screening.logic import counting
from trialwright.screening.setting import Setting

__all__ = ["KIND"]


def _judge(node: All, setting: Setting) -> Answer:
    return all_of([setting.ask(child, setting) for child in counting(node.all_)])


KIND = Kind("all", All, _judge, "true when every child is; a false child outweighs an unknown one", dated=False)
