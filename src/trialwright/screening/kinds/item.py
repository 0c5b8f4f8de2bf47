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
    item = setting.study.items[node.item]
    pick = "first" if item.take == "first" and "pick" not in node.model_fields_set else node.pick
    if item.is_ == "code":
        return code_answer(setting, node.item, node, pick)
    if item.is_ == "number":
        return number_answer(setting, node.item, node, pick)
    raise StudyError(
        f"the {item.is_} item {node.item} is compared with a value",
        mend="compare code and number items; use attest for an attestation and interval for a date",
    )


KIND = Kind("item", ItemIs, _judge, "the comparison with the value that counts at the moment")
