"""Computed figures compared with the bounds of a criterion."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction
from typing import Final

import numpy as np

from trialwright.errors import StudyError, UnitError
from trialwright.model.criteria import Age, Comparison, ItemIs, Node, NodeBase
from trialwright.model.schedule import DosePlan, ScoreUse
from trialwright.screening.answer import FALSE, TRUE, UNKNOWN, Answer, Ints, Verdicts, reason_bit
from trialwright.screening.computed import Computation, Computed, Known, WantedFigure
from trialwright.screening.gap import Gap
from trialwright.screening.inputs import Input, known_inputs
from trialwright.screening.margin import Margin, Told, exact_text, millionths_away, range_margin
from trialwright.screening.numbers import Demand, demands_of, number_bound, span_verdict
from trialwright.screening.setting import Setting
from trialwright.units import conversion_factor

__all__ = ["Figures", "class_answer", "computed_figures", "value_answer"]

_UNLIMITED: Final = 2**62


@dataclass(frozen=True, slots=True)
class Figures:
    """A computed figure of every subject.

    Parameters
    ----------
    found : tuple of Computed
        Figures that occur.
    number : int64 array, shape (n,)
        Position of each subject's figure in `found`.
    known : Answer
        True where every input is known, with the rows of the inputs.
    gaps : tuple of Gap
        Inputs that are not known.
    """

    found: tuple[Computed, ...]
    number: Ints
    known: Answer
    gaps: tuple[Gap, ...]


def computed_figures(setting: Setting, use: ScoreUse | DosePlan, asked: WantedFigure) -> Figures | None:
    """The figure of a score or a dose plan for every subject; worked out once for equal inputs.

    Parameters
    ----------
    setting : Setting
        Subjects, moments, window.
    use : ScoreUse or DosePlan
        As stated in the study file.
    asked : WantedFigure
        What is wanted.

    Returns
    -------
    Figures or None
        None when the catalogue holds no function for it.
    """
    function = setting.session.context.computed.get(use.name if isinstance(use, ScoreUse) else use.model)
    if function is None:
        return None
    names = {name: (item,) if isinstance(item, str) else tuple(item) for name, item in (use.inputs or {}).items()}
    inputs, known = known_inputs(setting, names)
    numbers = np.stack([each.numbers for group in inputs.values() for each in group], axis=1)
    unique, inverse = np.unique(numbers, axis=0, return_inverse=True)
    found = tuple(_figure(function, inputs, row, asked) for row in unique)
    window = setting.window
    gaps = tuple(
        Gap(_node_of(item), each.answer.reason, window.low, window.high)
        for name, group in inputs.items()
        for item, each in zip(names[name], group, strict=True)
    )
    return Figures(found, inverse.reshape(-1), known, gaps)


def _node_of(item: str) -> Node:
    """The question an input is the answer to."""
    return Age(age=Comparison()) if item == "age" else ItemIs(item=item)


def _figure(function: Computation, inputs: Mapping[str, list[Input]], row: Ints, asked: WantedFigure) -> Computed:
    left = iter(row)
    values: dict[str, tuple[Known, ...]] = {
        name: tuple(each.values[number] if (number := int(next(left))) >= 0 else None for each in group)
        for name, group in inputs.items()
    }
    return function(values, asked)


def _concluded(figures: Figures, verdicts: Verdicts) -> Answer:
    """The answer from the verdict on each figure; unknown for what the figure or its inputs lack."""
    refused = np.array([reason_bit(each.reason) if each.reason else 0 for each in figures.found], np.uint32)
    verdict = np.where(refused > 0, UNKNOWN, verdicts)[figures.number].astype(np.int8)
    lacking = np.where(figures.known.verdict == TRUE, reason_bit("not_evaluable"), figures.known.reason)
    reason = np.where(refused[figures.number] > 0, refused[figures.number], lacking)
    return replace(
        figures.known,
        verdict=verdict,
        reason=np.where(verdict == UNKNOWN, reason, np.uint32(0)).astype(np.uint32),
        margins=(),
        gaps=tuple(gap.deciding(verdict == UNKNOWN) for gap in figures.gaps),
    )


def class_answer(figures: Figures, comparison: Comparison) -> Answer:
    """Whether the class of a figure is among those wanted.

    Parameters
    ----------
    figures : Figures
        Of every subject.
    comparison : Comparison
        ``in`` or ``equals``.

    Returns
    -------
    Answer
        True or false where every class that some completion of the inputs gives agrees.

    Raises
    ------
    StudyError
        If a class is compared as if it were a number.
    """
    demands = demands_of(comparison)
    if any(demand.relation != "in" for demand in demands):
        raise StudyError("a class is compared as if it were a number", mend="use equals or in")
    wanted = set.intersection(*(set(demand.bounds) for demand in demands))
    said = [{name in wanted for name in each.classes} for each in figures.found]
    verdicts = [UNKNOWN if len(each) != 1 else TRUE if True in each else FALSE for each in said]
    return _concluded(figures, np.array(verdicts, np.int8))


def value_answer(figures: Figures, comparison: Comparison, about: str) -> Answer:
    """Whether the value of a figure holds against its bounds.

    Parameters
    ----------
    figures : Figures
        Of every subject.
    comparison : Comparison
        Bounds with units, or plain numbers.
    about : str
        What the figure is called.

    Returns
    -------
    Answer
        True or false where every value that some completion of the inputs gives agrees.
    """
    node = comparison.id if isinstance(comparison, NodeBase) and comparison.id is not None else ""
    demands = demands_of(comparison)
    said = [np.array([_holds(demand, each) for each in figures.found], np.int8) for demand in demands]
    answer = _concluded(figures, np.minimum.reduce(said))
    margins = tuple(
        _margin((about, node), demand, figures, np.where(answer.verdict == UNKNOWN, UNKNOWN, holds[figures.number]))
        for demand, holds in zip(demands, said, strict=True)
        if demand.relation != "in"
    )
    return replace(answer, margins=margins)


def _bound(text: str, unit: str) -> tuple[Fraction, Fraction, str]:
    """A bound in the figure's unit, the factor from that unit to its own, and its own unit."""
    number, blank, own = text.partition(" ")
    if not blank:
        return number_bound(text), Fraction(1), "1" if unit == "1" else unit
    try:
        factor = conversion_factor(from_unit=own, to_unit=unit)
    except UnitError as error:
        raise StudyError(f"the bound {text!r} does not fit a figure in {unit}", mend=f"state it in {unit}") from error
    return number_bound(number) * factor, 1 / factor, own


def _ends(each: Computed) -> tuple[int, int]:
    low, high = each.low, each.high
    return (
        -_UNLIMITED if low is None else millionths_away(Fraction(low)),
        _UNLIMITED if high is None else millionths_away(Fraction(high)),
    )


def _holds(demand: Demand, each: Computed) -> np.int8:
    ends = [np.array([end], np.int64) for end in _ends(each)]
    bounds = [_bound(bound, each.unit)[0] for bound in demand.bounds]
    return np.int8(span_verdict(demand, bounds, *ends)[0])


def _away(end: Decimal | None, bound: Fraction, factor: Fraction, unlimited: int) -> int:
    return unlimited if end is None else millionths_away((Fraction(end) - bound) * factor)


def _margin(labels: tuple[str, str], demand: Demand, figures: Figures, holds: Verdicts) -> Margin:
    who = np.flatnonzero(holds != UNKNOWN)
    parts = [_bound(demand.bounds[0], each.unit) for each in figures.found]
    paired = list(zip(figures.found, parts, strict=True))
    low = [_away(each.low, bound, factor, -_UNLIMITED) for each, (bound, factor, _) in paired]
    high = [_away(each.high, bound, factor, _UNLIMITED) for each, (bound, factor, _) in paired]
    number = figures.number[who]

    def told(position: int) -> Told:
        each = figures.found[int(number[position])]
        bound = parts[int(number[position])][0]
        unit = "" if each.unit == "1" else each.unit
        words = [end.normalize() for end in (each.low, each.high) if end is not None]
        value = " to ".join(dict.fromkeys(f"{word:f}" for word in words))
        return Told(value, unit, "", f"{exact_text(millionths_away(bound))} {unit}".strip())

    unit = parts[0][2] if parts else "1"
    scale = np.array([float(bound * factor) for bound, factor, _ in parts], np.float64)
    ends = (np.array(low, np.int64)[number], np.array(high, np.int64)[number])
    return range_margin(labels, (demand.relation, demand.bounds[0], unit), who, ends, scale[number], holds[who], told)
