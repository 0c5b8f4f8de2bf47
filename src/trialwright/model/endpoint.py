"""Endpoints, their definitions and estimands, and the analyses that estimate them."""

from __future__ import annotations

from typing import Annotated, Final, Literal

from pydantic import Discriminator, Field, Tag

from trialwright.model.criteria import Node
from trialwright.model.schedule import SettingValue
from trialwright.model.statement import Stated, Strict
from trialwright.model.values import ArmId, DurationValue, EventName, IntervalValue, Name, NumberValue

__all__ = [
    "Analysis",
    "Censor",
    "Definition",
    "Endpoint",
    "Estimand",
    "EventWhen",
    "FirstResponse",
    "Horizon",
    "Intercurrent",
    "LESION_TIMES",
    "MEASURES",
    "NeverFree",
    "NewTherapy",
    "Period",
]

MEASURES = (
    "time to event", "time to event of lesions", "proportion", "restricted mean", "worst grade", "change", "accuracy",
    "listing",
)  # fmt: skip

Measure = Literal[
    "time to event",
    "time to event of lesions",
    "proportion",
    "restricted mean",
    "worst grade",
    "change",
    "accuracy",
    "listing",
]

LESION_TIMES: Final = "time to event of lesions"
"""The measure whose rows are lesions and not subjects."""


class FirstResponse(Strict):
    """An origin at the first response of a series."""

    first: tuple[str, ...] = Field(min_length=1)
    of: Name
    confirmed: bool = False


class EventWhen(Strict):
    """An event that counts only when a condition holds at its date."""

    event: EventName
    when: Node


def _event_kind(value: object) -> str:
    return "(when)" if isinstance(value, dict | EventWhen) else "(name)"


Event = Annotated[Annotated[EventName, Tag("(name)")] | Annotated[EventWhen, Tag("(when)")], Discriminator(_event_kind)]


def _origin_kind(value: object) -> str:
    return "(first)" if isinstance(value, dict | FirstResponse) else "(name)"


Origin = Annotated[
    Annotated[Name, Tag("(name)")] | Annotated[FirstResponse, Tag("(first)")], Discriminator(_origin_kind)
]


class NewTherapy(Strict):
    """What a new, unplanned cancer therapy does to the endpoint."""

    is_: Name = Field(alias="is")
    then: Literal["censor", "ignore", "event"]


class Censor(Stated):
    """When a subject without an event stops counting.

    Parameters
    ----------
    at : str
        Where the clock stops for a subject without event.
    rules : str, optional
        A named set of censoring rules of the catalogue; keys stated beside it hold over those of the set.
    missed_assessments : int, optional
        So many scheduled assessments missed in a row before an event censor at the last adequate one.
    missed_by : {"slots", "elapsed"}
        Counted slot by slot, or told from the time that went by since the last adequate assessment.
    new_therapy : NewTherapy, optional
        The date item and what it does.
    treatment_stop : {"ignore", "censor"}
        Whether stopping treatment ends observation.
    clinical_progression : str, optional
        Date item of a progression that no scan documents; an event only under rules that count it.
    progression_on : {"evidence", "next visit"}
        Whether a documented progression is dated by its evidence or by the planned assessment that follows it.
    codes : {"by reason", "one"}
        Whether the code of a censored time tells the reason, or is 1 for all of them.
    year_of_death : {"held", "midpoint"}
        What a death known to the year only yields: no time until its month is known, or the middle of the days that
        it can have been.
    """

    at: Literal[
        "last adequate assessment",
        "last assessment",
        "last known alive",
        "last survival contact",
        "last scan of the zone",
        "last score",
    ]
    rules: str | None = None
    missed_assessments: int | None = Field(default=None, ge=1)
    missed_by: Literal["slots", "elapsed"] = "slots"
    new_therapy: NewTherapy | None = None
    treatment_stop: Literal["ignore", "censor"] = "ignore"
    clinical_progression: Name | None = None
    progression_on: Literal["evidence", "next visit"] = "evidence"
    codes: Literal["by reason", "one"] = "by reason"
    year_of_death: Literal["held", "midpoint"] = "held"


class NeverFree(Stated):
    """What becomes of a subject who is never rendered free of disease.

    Parameters
    ----------
    reached : str
        Time point that shows a subject free of disease.
    within : str, optional
        Calendar interval from the origin after which a subject that was not is never to be; without it only an event
        of the endpoint shows that.
    then : {"event at origin", "first event"}
        An event on the day of the origin, or the first event as for anybody else.
    """

    reached: Name
    within: IntervalValue | None = None
    then: Literal["event at origin", "first event"]


class Horizon(Stated):
    """How long a subject is followed for the endpoint, and whether later events count."""

    of: DurationValue
    from_: Literal["origin", "first enrolment", "last enrolment"] = Field(default="origin", alias="from")
    is_: Literal["administrative censoring", "follow-up only"] = Field(alias="is")


class Period(Stated):
    """Rows that count: from a time point, for a calendar interval."""

    from_: Name = Field(alias="from")
    within: IntervalValue


class Intercurrent(Strict):
    """An intercurrent event and the strategy for it."""

    event: str
    strategy: Literal["treatment policy", "hypothetical", "composite", "while on treatment", "principal stratum"]


class Estimand(Stated):
    """The five attributes of an estimand (ICH E9(R1))."""

    treatment: str
    population: str
    variable: str
    intercurrent: tuple[Intercurrent, ...] = Field(min_length=1)
    summary: str


class Definition(Stated):
    """How an endpoint is measured; on an endpoint these keys hold for all its definitions.

    ``add_one: false`` counts the origin's day as day 0; without the key it is day 1. ``never_free`` says what becomes
    of a subject who is never rendered free of disease.
    """

    measure: Measure | None = None
    origin: Origin | None = None
    events: tuple[Event, ...] | None = Field(default=None, min_length=1)
    competing: tuple[Event, ...] | None = Field(default=None, min_length=1)
    censor: Censor | None = None
    horizon: Horizon | None = None
    never_free: NeverFree | None = None
    add_one: bool | None = None
    set: Name | None = None
    arms: tuple[ArmId, ...] | None = None
    assessment: Name | None = None
    success: Node | None = None
    unknown: Literal["failure", "left out"] | None = None
    period: Period | None = None
    of: str | None = None
    predicts: tuple[ArmId, ...] | None = None
    milestones: tuple[DurationValue, ...] | None = None
    estimand: Estimand | None = None


class Endpoint(Definition):
    """One endpoint; its id is the ``PARAMCD`` of its rows.

    Parameters
    ----------
    id : str
        ``PARAMCD``.
    title : str
        ``PARAM``.
    role : {"primary", "secondary", "other"}
        Role in the trial.
    use : str, optional
        The definition that is reported.
    definitions : dict, optional
        Definitions by name; each replaces keys of the endpoint one by one.
    """

    id: ArmId
    title: str
    role: Literal["primary", "secondary", "other"]
    use: Name | None = None
    definitions: dict[Name, Definition] = Field(default_factory=dict)

    def resolved(self) -> dict[str, Definition]:
        """Complete definitions by name, ``used`` when the endpoint is its own.

        Returns
        -------
        dict of str to Definition
            The reported definition first. A definition's key replaces the endpoint's whole key, never part of it.

        Examples
        --------
        >>> text = '{"id": "OS", "title": "OS", "role": "other", "measure": "time to event", "events": ["death"]}'
        >>> list(Endpoint.model_validate_json(text).resolved())
        ['used']
        """
        own = {key: getattr(self, key) for key in Definition.model_fields}
        if not self.definitions:
            return {"used": Definition.model_construct(**own)}
        names = sorted(self.definitions, key=lambda name: name != self.use)
        return {name: self._with(own, self.definitions[name]) for name in names}

    def stem(self, definition: str) -> str:
        """First part of the ids of one definition's results.

        Parameters
        ----------
        definition : str
            Name of the definition.

        Returns
        -------
        str
            ``PFS`` for the definition that is reported, ``OS~record`` for another.

        Examples
        --------
        >>> text = (
        ...     '{"id": "OS", "title": "OS", "role": "other", "use": "own", "definitions": {"own": {}, "record": {}}}'
        ... )
        >>> Endpoint.model_validate_json(text).stem("record")
        'OS~record'
        """
        return self.id if definition in ("used", self.use) else f"{self.id}~{definition}"

    @staticmethod
    def _with(own: dict[str, object], definition: Definition) -> Definition:
        stated = {key: getattr(definition, key) for key in definition.model_fields_set}
        return Definition.model_construct(**{**own, **stated})


class Analysis(Stated):
    """One analysis of one endpoint by one method of the catalogue."""

    id: Name
    endpoint: ArmId
    definition: Name | None = None
    method: str
    role: Literal["primary", "supporting", "sensitivity", "descriptive"]
    compare: tuple[ArmId, ArmId] | None = None
    strata: Literal["as allocated"] | tuple[Name, ...] | None = None
    covariates: tuple[Name, ...] = ()
    set: Name | None = None
    alpha: NumberValue | None = None
    sides: Literal[1, 2] | None = None
    level: NumberValue | None = None
    tau: DurationValue | None = None
    settings: dict[str, SettingValue] = Field(default_factory=dict)
