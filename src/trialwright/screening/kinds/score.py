"""``score``: the value or the class of a score, read where it was recorded, computed by the catalogue's function."""

from __future__ import annotations

from trialwright.model.criteria import Score
from trialwright.screening.answer import UNKNOWN, Answer, constant
from trialwright.screening.computed import WantedFigure
from trialwright.screening.figures import class_answer, computed_figures, value_answer
from trialwright.screening.kind import Kind
from trialwright.screening.readings import code_answer, number_answer
from trialwright.screening.setting import Setting

__all__ = ["KIND"]


def _judge(node: Score, setting: Setting) -> Answer:
    use = next((use for use in setting.study.scores if use.id == node.score), None)
    if use is None:
        return constant(setting.size, UNKNOWN, "not_computed")
    if use.item is not None:
        read = code_answer if setting.study.items[use.item].is_ == "code" else number_answer
        return read(setting, use.item, node, "latest")
    figures = computed_figures(setting, use, WantedFigure(use, node.part, {}))
    if figures is None:
        return constant(setting.size, UNKNOWN, "not_computed")
    return class_answer(figures, node) if node.part == "class" else value_answer(figures, node, node.score)


KIND = Kind("score", Score, _judge, "a score as recorded or computed; not_computed without its function")
