"""``quantity``: an output of a dose plan, computed under given quantities by the catalogue's function."""

from __future__ import annotations

from trialwright.model.criteria import QuantityIs
from trialwright.screening.answer import UNKNOWN, Answer, constant
from trialwright.screening.computed import WantedFigure
from trialwright.screening.figures import computed_figures, value_answer
from trialwright.screening.kind import Kind
from trialwright.screening.setting import Setting

__all__ = ["KIND"]


def _judge(node: QuantityIs, setting: Setting) -> Answer:
    wanted = node.quantity
    plan = next((plan for plan in setting.study.dose_plans if plan.id == wanted.of), None)
    figures = None
    if plan is not None:
        figures = computed_figures(setting, plan, WantedFigure(plan, wanted.name, wanted.given or {}))
    if figures is None:
        return constant(setting.size, UNKNOWN, "not_computed")
    return value_answer(figures, node, f"{wanted.of} {wanted.name}")


KIND = Kind("quantity", QuantityIs, _judge, "an output of a dose plan; not_computed without its function")
