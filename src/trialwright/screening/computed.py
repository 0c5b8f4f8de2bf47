"""Figures that a catalogue of functions computes for a criterion: scores and outputs of dose plans."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import TypeAlias

from trialwright.model.schedule import DosePlan, ScoreUse

__all__ = ["WantedFigure", "Computation", "Computed", "Known"]

Known: TypeAlias = Decimal | str | None
"""An input as far as it is known: a number in the item's own unit, a code, or nothing."""


@dataclass(frozen=True, slots=True)
class WantedFigure:
    """What a criterion wants computed.

    Parameters
    ----------
    use : ScoreUse or DosePlan
        The score or the plan as the study file states it, with its settings.
    name : str
        Output of a dose plan, or ``value`` or ``class`` of a score.
    given : mapping of str to str
        Quantities under which it is to be computed, such as ``tumour_dose`` ``150 Gy``.
    """

    use: ScoreUse | DosePlan
    name: str
    given: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Computed:
    """A figure as far as the known inputs give it.

    Parameters
    ----------
    low, high : Decimal, optional
        Smallest and greatest value that some completion of the missing inputs gives; None has no limit.
    unit : str
        UCUM unit of both.
    classes : tuple of str
        Classes that some completion gives.
    reason : str
        ``invalid_input`` or ``not_evaluable`` where the inputs are refused; otherwise empty.

    Examples
    --------
    >>> Computed(Decimal(5), Decimal(6), classes=("A",)).classes
    ('A',)
    """

    low: Decimal | None = None
    high: Decimal | None = None
    unit: str = "1"
    classes: tuple[str, ...] = ()
    reason: str = ""


Computation: TypeAlias = Callable[[Mapping[str, tuple[Known, ...]], WantedFigure], Computed]
"""From the inputs by name, each a tuple with one entry an item, to the figure; it has no effects."""
