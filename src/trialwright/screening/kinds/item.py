"""``item``: the value of a code or number item compared."""

from __future__ import annotations

from trialwright.errors import StudyError
from trialwright.model.criteria import ItemIs
from trialwright.screening.answer import Answer
from trialwright.screening.kind import Kind
from trialwright.screening.readings import code_answer, number_answer
from trialwright.screening.setting import Setting

__all__ = ["KIND"]


def _judge(node: ItemIs, setting: Setting) -> Answer:
    kind = setting.study.items[node.item].is_
    if kind == "code":
        return code_answer(setting, node.item, node, node.pick)
    if kind == "number":
        return number_answer(setting, node.item, node, node.pick)
    raise StudyError(
        f"the {kind} item {node.item} is compared with a value",
        mend="compare code and number items; use attest for an attestation and interval for a date",
    )


KIND = Kind("item", ItemIs, _judge, "the comparison with the value that counts at the moment")
