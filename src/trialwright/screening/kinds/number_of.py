"""``of``: true when enough, or few enough, of the children are true, however the unknown ones turn out."""

from __future__ import annotations

from trialwright.errors import StudyError
from trialwright.model.criteria import AtLeastOf
from trialwright.screening.answer import Answer, bounded_count
from trialwright.screening.kind import Kind
from trialwright.screening.logic import counting
from trialwright.screening.setting import Setting

__all__ = ["KIND"]


def _judge(node: AtLeastOf, setting: Setting) -> Answer:
    if node.at_least is None and node.at_most is None:
        raise StudyError("a list under 'of' has no number to reach", mend="state at_least, at_most or both")
    children = [setting.ask(child, setting) for child in counting(node.of)]
    return bounded_count(children, node.at_least, node.at_most)


KIND = Kind("of", AtLeastOf, _judge, "true when enough, or few enough, children are true", dated=False)
