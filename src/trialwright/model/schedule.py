"""What is done to a subject and when: assessments, markers, dose plans, scores, regimens, visits."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from trialwright.model.criteria import Exclusion
from trialwright.model.statement import Stated, Strict
from trialwright.model.values import (
    ArmId,
    Bound,
    DurationValue,
    IntervalValue,
    Name,
    QuantityValue,
)

__all__ = [
    "AssessmentSeries",
    "Baseline",
    "Confirmation",
    "DosePlan",
    "Drug",
    "IgnoreAfter",
    "Limit",
    "Marker",
    "NewBaseline",
    "PlannedRemoval",
    "Radiotherapy",
    "Regimen",
    "ScoreUse",
    "Sessions",
    "Target",
    "Visit",
    "VisitWhen",
    "VisitWindow",
    "Wait",
]

SettingValue = Bound | bool | tuple[Bound, ...]


class Baseline(Stated):
    """Which examination is the baseline: the last before a time point, inside a window."""

    last_before: Name
    within: IntervalValue


class NewBaseline(Strict):
    """How soon after the procedure the new baseline scan must come."""

    within: IntervalValue


class PlannedRemoval(Stated):
    """A planned procedure that removes target lesions without making them unevaluable."""

    procedure: Name
    new_baseline: NewBaseline | None = None


class Confirmation(Stated):
    """Whether a response needs confirming, and how long after."""

    needed: bool
    after: DurationValue


class LesionScope(Strict):
    """Lesions of a series, by location and method."""

    location: tuple[str, ...] | None = None
    method: tuple[str, ...] | None = None


class AssessmentSeries(Stated):
    """One response series with its own baseline; series never share state.

    Parameters
    ----------
    id : str
        Name of the series.
    criteria : str
        Response criteria of the catalogue.
    baseline : Baseline
        The baseline rule.
    from_, until : str, optional
        Time points that bound the rows, both inclusive.
    evaluator : str
        Whose reading.
    """

    id: Name
    criteria: str
    baseline: Baseline
    from_: Name | None = Field(default=None, alias="from")
    until: Name | None = None
    evaluator: Literal["INVESTIGATOR", "INDEPENDENT ASSESSOR"] = "INVESTIGATOR"
    lesions: LesionScope | None = None
    only: Literal["treated", "untreated"] | None = None
    marker: Name | None = None
    planned_removal: PlannedRemoval | None = None
    confirmation: Confirmation | None = None
    stable_from: DurationValue | None = None
    settings: dict[str, SettingValue] = Field(default_factory=dict)


class IgnoreAfter(Stated):
    """Samples that do not count because of what happened shortly before."""

    item: Name
    within: IntervalValue


class Marker(Stated):
    """A serial marker, either modelled to a figure or judged to a response."""

    id: Name
    item: Name
    model: str | None = None
    criteria: str | None = None
    from_: Name = Field(alias="from")
    within: DurationValue | None = None
    until: Name | None = None
    used_for: tuple[Literal["report", "eligibility", "strata", "analysis"], ...] = ()
    parameters: str | None = None
    ignore_after: tuple[IgnoreAfter, ...] = ()
    settings: dict[str, SettingValue] = Field(default_factory=dict)


class Target(Stated):
    """The planned dose and its accepted range, both ends inside."""

    quantity: Name
    dose: QuantityValue
    from_: QuantityValue = Field(alias="from")
    to: QuantityValue


class Limit(Stated):
    """A limit on a planned quantity, a session or the course."""

    quantity: Name
    per: Literal["session", "course"]
    below: QuantityValue | None = None
    at_most: QuantityValue | None = None


class Sessions(Stated):
    """How many sessions are preferred and allowed at the most."""

    preferred: int
    most: int


class DosePlan(Stated):
    """A planned internal dose by a model of the catalogue."""

    id: Name
    model: str
    inputs: dict[str, Name | tuple[Name, ...]]
    target: Target | None = None
    limits: tuple[Limit, ...] = ()
    sessions: Sessions | None = None
    constants: str | None = None
    delivered: dict[str, Name | tuple[Name, ...]] | None = None


class ScoreUse(Stated):
    """A score of the catalogue, recorded in one item or computed from several."""

    id: Name
    name: str
    item: Name | None = None
    inputs: dict[str, Name] | None = None
    settings: dict[str, SettingValue] = Field(default_factory=dict)


class Drug(Stated):
    """One drug of a regimen; no dose means it is not stated."""

    drug: str
    dose: QuantityValue | None = None
    per: Literal["day", "cycle", "twice daily"] | None = None
    days: tuple[Bound, ...] = ()


class Radiotherapy(Stated):
    """Total dose and number of fractions."""

    dose: QuantityValue
    fractions: int


class Wait(Stated):
    """The pause after a regimen."""

    at_least: IntervalValue
    at_most: IntervalValue | None = None
    from_: Literal["last drug day", "end of last cycle"] = Field(alias="from")


class Regimen(Stated):
    """A planned treatment: drugs in cycles, radiotherapy or a procedure."""

    id: Name
    label: str
    starts: Name | None = None
    cycle: DurationValue | None = None
    cycles: int | tuple[int, ...] | None = None
    drugs: tuple[Drug, ...] | Literal["unspecified"] | None = None
    radiotherapy: Radiotherapy | None = None
    procedure: Name | None = None
    wait: Wait | None = None


class VisitWhen(Strict):
    """When a visit falls: on a time point, or in slots after one."""

    on: Name | None = None
    after: Name | None = None
    first: IntervalValue | None = None
    every: IntervalValue | None = None
    times: int | None = None
    until: Name | None = None


class VisitWindow(Strict):
    """How far a visit may fall from its slot."""

    before: IntervalValue
    after: IntervalValue


class Visit(Stated):
    """A visit or a series of visits, and what is collected there."""

    id: Name
    when: VisitWhen
    window: VisitWindow | None = None
    do: tuple[Name, ...] = Field(min_length=1)
    arms: tuple[ArmId, ...] = ()


class AnalysisSet(Stated):
    """Subjects who reached a time point by the cutoff, less those an exclusion names."""

    id: Name
    reached: Name
    arms: tuple[ArmId, ...] = ()
    exclude: tuple[Exclusion, ...] = ()
