"""Scenarios: invented figures a trial is rehearsed with."""

from __future__ import annotations

from pydantic import Field

from trialwright.model.criteria import Node
from trialwright.model.statement import Stated, Strict
from trialwright.model.values import ArmId, DurationValue, EventName, Name, NumberValue

__all__ = ["Accrual", "Course", "ItemDraw", "Lapses", "LesionDraw", "MarkerDraw", "Scenario"]


class Accrual(Strict):
    """Subjects per month, over so many sites."""

    per_month: NumberValue
    sites: int = Field(ge=1)


class ItemDraw(Stated):
    """How an item's value is invented; exactly one way."""

    shares: dict[str, NumberValue] | None = None
    normal: tuple[NumberValue, NumberValue] | None = None
    lognormal: tuple[NumberValue, NumberValue] | None = None
    uniform: tuple[NumberValue, NumberValue] | None = None
    always: str | int | None = None
    days_before: dict[Name, tuple[int, int]] | None = None


class MarkerDraw(Stated):
    """Typical values, log standard deviations and log noise of a marker model."""

    typical: dict[str, NumberValue]
    spread: dict[str, NumberValue]
    noise: NumberValue


class LesionDraw(Stated):
    """How target lesions are invented.

    Parameters
    ----------
    number : dict
        Share of subjects with so many targets, ``"1"`` to ``"3"``.
    largest_mm, others_mm : tuple of two numbers
        Smallest and greatest longest diameter of the largest target and of the others.
    organs : tuple of str
        Where targets lie; all in the one that is named, or each in another one.
    new_in : tuple of str
        Where new lesions come up; the same organs when left out.
    complete : number, optional
        Share of subjects whose targets vanish from the second scan after treatment on.
    """

    number: dict[str, NumberValue]
    largest_mm: tuple[NumberValue, NumberValue]
    others_mm: tuple[NumberValue, NumberValue]
    organs: tuple[str, ...] = Field(min_length=1)
    new_in: tuple[str, ...] = ()
    complete: NumberValue | None = None


class Course(Stated):
    """One exponential clock, or a change of its hazard from a later time point on.

    Parameters
    ----------
    event : str
        What happens: ``progression``, ``death``, or a date item.
    from_ : str
        Time point or event the clock starts at.
    median : dict, optional
        Median time by arm.
    hazard_ratio : dict, optional
        Factor on the running hazard by arm, from ``from`` on, where ``when`` holds.
    when : Node, optional
        Condition of the hazard ratio.
    """

    event: EventName
    from_: Name = Field(alias="from")
    median: dict[ArmId, DurationValue] | None = None
    hazard_ratio: dict[ArmId, NumberValue] | None = None
    when: Node | None = None


class Lapses(Strict):
    """How the invented data fall short of perfect."""

    missed_visits: NumberValue | None = None
    partial_dates: NumberValue | None = None
    missing_values: NumberValue | None = None
    lost_per_year: NumberValue | None = None
    withdrawn_per_year: NumberValue | None = None


class Scenario(Stated):
    """One set of invented figures.

    Parameters
    ----------
    label : str
        What it stands for.
    subjects : int
        Subjects allocated.
    like : str, optional
        Scenario whose keys hold where this one has none.
    """

    label: str
    subjects: int = Field(ge=1)
    like: Name | None = None
    accrual: Accrual | None = None
    items: dict[Name, ItemDraw] | None = None
    markers: dict[Name, MarkerDraw] | None = None
    lesions: LesionDraw | None = None
    courses: tuple[Course, ...] | None = None
    lapses: Lapses | None = None
    cutoff: DurationValue | None = None
