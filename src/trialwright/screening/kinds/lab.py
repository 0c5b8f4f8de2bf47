"""``lab``: a laboratory value against a bound, a multiple of its own upper limit of normal, or both."""

from __future__ import annotations

from trialwright.model.criteria import Lab
from trialwright.screening.answer import Answer
from trialwright.screening.kind import Kind
from trialwright.screening.readings import Ratio, number_answer
from trialwright.screening.setting import Setting

__all__ = ["KIND"]


def _judge(node: Lab, setting: Setting) -> Answer:
    ratio = None if node.x_uln is None else Ratio(node.x_uln, "LBORNRHI", node.governing)
    return number_answer(setting, node.lab, node, node.pick, ratio)


KIND = Kind("lab", Lab, _judge, "the comparison with the sample that counts at the moment")
