"""The study: one immutable statement of a trial, as its study file says it."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from trialwright.model.criteria import Exclusion, Inclusion
from trialwright.model.endpoint import Analysis, Endpoint
from trialwright.model.scenario import Scenario
from trialwright.model.schedule import AnalysisSet, AssessmentSeries, DosePlan, Marker, Regimen, ScoreUse, Visit
from trialwright.model.statement import Stated, Strict
from trialwright.model.values import ArmId, Name, NumberValue, StudyDate

__all__ = [
    "ROLES",
    "Allocation",
    "Arm",
    "Enrolment",
    "Header",
    "Item",
    "OpenPoint",
    "Registry",
    "Study",
    "StudyDates",
    "TimePoint",
]

ROLES = (
    "investigator", "surgeon", "radiologist", "pathologist", "nuclear medicine", "medical physicist", "anaesthetist",
    "board", "nurse", "participant",
)  # fmt: skip


class Registry(Strict):
    """Where the trial is registered."""

    name: str
    id: str


class Enrolment(Stated):
    """Planned number, and the time point that counts."""

    planned: int | None = Field(default=None, ge=1)
    counts: Name | None = None


class StudyDates(Stated):
    """Dates of the trial as the record states them."""

    start: StudyDate | None = None
    primary_completion: StudyDate | None = None
    completion: StudyDate | None = None


class Header(Stated):
    """Identity of the trial; the title holds the organ or the registry number."""

    id: str = Field(pattern=r"^[a-z][a-z0-9_-]*$")
    title: str = Field(min_length=1)
    version: str = Field(pattern=r"^[0-9]+\.[0-9]+\.[0-9]+$")
    registry: Registry
    phase: str | None = None
    masking: str | None = None
    enrolment: Enrolment | None = None
    dates: StudyDates | None = None


class Item(Stated):
    """A fact: its place in the data, the form's question, the simulator's writer.

    Parameters
    ----------
    is_ : {"date", "number", "code", "text", "attestation"}
        Kind of fact.
    ask : str
        The form's question.
    domain, column, where, test, date_column
        Its place in the data folder; defaults follow the kind.
    take : {"first", "last", "all"}, optional
        Which row counts, by date.
    analyte, unit : str, optional
        For numbers.
    values : dict, optional
        Closed list of codes and their labels.
    by : str, optional
        Role that attests.
    """

    is_: Literal["date", "number", "code", "text", "attestation"] = Field(alias="is")
    ask: str = Field(min_length=1)
    domain: str | None = Field(default=None, pattern="^[A-Z]{2}$")
    column: str | None = Field(default=None, pattern="^[A-Z][A-Z0-9]{1,7}$")
    where: dict[str, str | tuple[str, ...]] = Field(default_factory=dict)
    test: str | None = Field(default=None, pattern="^[A-Z][A-Z0-9]{0,7}$")
    date_column: str | None = Field(default=None, pattern="^[A-Z][A-Z0-9]{1,7}$")
    take: Literal["first", "last", "all"] | None = None
    analyte: str | None = None
    unit: str | None = None
    values: dict[str, str] | None = None
    by: Literal[
        "investigator",
        "surgeon",
        "radiologist",
        "pathologist",
        "nuclear medicine",
        "medical physicist",
        "anaesthetist",
        "board",
        "nurse",
        "participant",
    ] | None = None  # fmt: skip


class TimePoint(Stated):
    """A moment of a subject's trial, bound to a date item; a gate judges eligibility."""

    item: Name
    gate: bool = False
    label: str | None = None


class Arm(Stated):
    """One arm; its id is the ``ARMCD``."""

    id: ArmId
    label: str
    role: Literal["experimental", "control", "single", "unspecified"]
    ratio: int | None = Field(default=None, ge=1)
    gives: tuple[Name, ...] | Literal["unspecified"] | None = None


class Allocation(Stated):
    """How arms are drawn; sizes and secrets never stand in a study file."""

    at: Name
    method: Literal["simple", "permuted-blocks", "big-stick", "biased-coin", "wei-urn", "minimisation", "unstated"]
    strata: tuple[Name, ...] = ()
    sizes: Literal["sealed"] | None = None
    probability: NumberValue | None = None


class OpenPoint(Stated):
    """A question the record leaves open, and what is taken until it is answered."""

    id: str = Field(pattern="^[A-Z][0-9]+[a-z]?$")
    about: str = Field(pattern="^/")
    ask: str = Field(min_length=1)
    taken: str | None = None
    blocks: Literal["confirmation", "activation"] | None = None


class Study(Stated):
    """A trial as data; every name in it is declared in it.

    Parameters
    ----------
    language : 1
        Version of the study-file language.
    study : Header
        Identity.
    items, time_points, arms
        Facts, moments and arms.
    inclusion, exclusion
        Eligibility.
    assessments, markers, dose_plans, scores, regimens, visits
        What is done.
    allocation, analysis_sets, endpoints, analyses
        What is drawn, counted, measured and estimated.
    scenario : dict
        Invented figures for rehearsal.
    open_points : tuple of OpenPoint
        What the record does not say.
    """

    language: Literal[1]
    study: Header
    items: dict[Name, Item] = Field(min_length=1)
    time_points: dict[Name, TimePoint] = Field(min_length=1)
    arms: tuple[Arm, ...] = Field(min_length=1)
    inclusion: tuple[Inclusion, ...] = ()
    exclusion: tuple[Exclusion, ...] = ()
    assessments: tuple[AssessmentSeries, ...] = ()
    markers: tuple[Marker, ...] = ()
    dose_plans: tuple[DosePlan, ...] = ()
    scores: tuple[ScoreUse, ...] = ()
    regimens: tuple[Regimen, ...] = ()
    visits: tuple[Visit, ...] = ()
    allocation: Allocation | None = None
    analysis_sets: tuple[AnalysisSet, ...] = ()
    endpoints: tuple[Endpoint, ...] = ()
    analyses: tuple[Analysis, ...] = ()
    scenario: dict[Name, Scenario] = Field(default_factory=dict)
    open_points: tuple[OpenPoint, ...] = ()

    @property
    def id(self) -> str:
        """The study's id, such as ``nct07295132``."""
        return self.study.id

    @property
    def gates(self) -> tuple[str, ...]:
        """Time points at which eligibility is judged, in the order declared."""
        return tuple(name for name, point in self.time_points.items() if point.gate)

    @property
    def arm_ids(self) -> tuple[str, ...]:
        """Arm ids in the order declared."""
        return tuple(arm.id for arm in self.arms)

    def series(self, name: str) -> AssessmentSeries:
        """The response series of that name.

        Parameters
        ----------
        name : str
            Id of an entry of ``assessments``.

        Returns
        -------
        AssessmentSeries
            The series.

        Raises
        ------
        KeyError
            If no series has that id; a loaded study names only declared series.
        """
        return {series.id: series for series in self.assessments}[name]

    def analysis_set(self, name: str) -> AnalysisSet:
        """The analysis set of that name.

        Parameters
        ----------
        name : str
            Id of an entry of ``analysis_sets``.

        Returns
        -------
        AnalysisSet
            The set.

        Raises
        ------
        KeyError
            If no set has that id; a loaded study names only declared sets.
        """
        return {entry.id: entry for entry in self.analysis_sets}[name]

    @property
    def set_flags(self) -> dict[str, str]:
        """Column of ADSL that tells the members of each analysis set.

        Its first six characters in capitals and ``FL``; a set that begins like one declared before it gets five of them
        and a number.
        """
        flags: dict[str, str] = {}
        for entry in self.analysis_sets:
            flag, number = f"{entry.id.upper()[:6]}FL", 2
            while flag in flags.values():
                flag, number = f"{entry.id.upper()[: 6 - len(str(number))]}{number}FL", number + 1
            flags[entry.id] = flag
        return flags

    def endpoint(self, name: str) -> Endpoint:
        """The endpoint of that ``PARAMCD``.

        Parameters
        ----------
        name : str
            Id of an entry of ``endpoints``.

        Returns
        -------
        Endpoint
            The endpoint.

        Raises
        ------
        KeyError
            If no endpoint has that id; a loaded study names only declared endpoints.
        """
        return {endpoint.id: endpoint for endpoint in self.endpoints}[name]
