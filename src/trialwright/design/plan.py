"""What a simulation takes from a study and one of its scenarios, with every figure resolved."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from trialwright.assessments.criterion import criteria
from trialwright.dates import CalendarInterval, Duration
from trialwright.design.days import day_number
from trialwright.errors import StudyError
from trialwright.model.criteria import Node
from trialwright.model.items import Place, item_place
from trialwright.model.scenario import Course, ItemDraw, LesionDraw, MarkerDraw, Scenario
from trialwright.model.schedule import AssessmentSeries, Regimen, Visit
from trialwright.model.study import Arm, Study

__all__ = ["Change", "Clock", "Plan", "Shares", "Slots", "plan_of", "resolved_scenario"]

_SUBJECTS_PER_MONTH = 8.0
_SITES = 4
_FOLLOW_UP = Duration.parse("48 months")
_START = date(2026, 1, 1)


@dataclass(frozen=True, slots=True)
class Clock:
    """One exponential clock of an event: median days by arm, infinite in an arm without one."""

    event: str
    starts: str
    median_days: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Change:
    """A factor on the running hazard of an event, by arm, from a moment on, where a condition holds."""

    event: str
    starts: str
    factors: tuple[float, ...]
    when: Node | None


@dataclass(frozen=True, slots=True)
class Slots:
    """Slots of the response series, the time point they hang on, and how many days a scan may fall beside its slot."""

    anchor: str
    first: CalendarInterval
    every: CalendarInterval
    times: int | None
    before_days: int
    after_days: int


@dataclass(frozen=True, slots=True)
class Shares:
    """The scenario's lapses: shares of visits, dates and values, and rates a year."""

    missed_visits: float
    partial_dates: float
    missing_values: float
    lost_per_year: float
    withdrawn_per_year: float


@dataclass(frozen=True, slots=True)
class Plan:
    """A study and a scenario as the simulator needs them.

    Parameters
    ----------
    study : Study
        The study.
    scenario : str
        Name of the scenario.
    subjects : int
        Subjects to allocate.
    start_day, cutoff_day : int
        Day numbers of the study's start and of the cutoff.
    mean_gap_days : float
        Mean days between two subjects who will be allocated.
    sites : int
        Number of sites.
    registration, allocation : str
        The first gate, and the time point at which arms are drawn.
    arms : tuple of Arm
        Arms with their ratio filled in.
    draws : mapping of str to ItemDraw
        The scenario's draws by item.
    marker : tuple of (item, MarkerDraw) or None
        The serial marker of the scenario.
    clocks, changes : tuple
        Courses.
    lapses : Shares
        Lapses.
    slots : Slots or None
        Schedule of the series after allocation.
    before, after : AssessmentSeries or None
        Series that ends at the allocation; the first one that has no end.
    series : tuple of AssessmentSeries
        Every series without an end.
    lesions : LesionDraw or None
        How targets are invented; None for the usual ones of one to three organs.
    induction : Regimen or None
        Cycles given before the allocation.
    late_items : tuple of str
        Items the scenario draws that are asked at no gate; they are answered at the operation.
    procedure, residual, complication, next_therapy : str
        Names of the items, empty where the study has none.
    places : mapping of str to Place
        Place of every item.
    """

    study: Study
    scenario: str
    subjects: int
    start_day: int
    cutoff_day: int
    mean_gap_days: float
    sites: int
    registration: str
    allocation: str
    arms: tuple[Arm, ...]
    draws: Mapping[str, ItemDraw]
    marker: tuple[str, MarkerDraw] | None
    clocks: tuple[Clock, ...]
    changes: tuple[Change, ...]
    lapses: Shares
    slots: Slots | None
    before: AssessmentSeries | None
    after: AssessmentSeries | None
    series: tuple[AssessmentSeries, ...]
    lesions: LesionDraw | None
    induction: Regimen | None
    late_items: tuple[str, ...]
    procedure: str
    residual: str
    complication: str
    next_therapy: str
    places: Mapping[str, Place]

    @property
    def diameters(self) -> frozenset[str]:
        """Diameters that the criteria of its series measure, LDIAM or VDIAM; LDIAM without any that are known."""
        stated = (criteria().get(series.criteria) for series in self.study.assessments)
        return frozenset(each.diameter for each in stated if each is not None) or frozenset({"LDIAM"})

    @property
    def tells_treated(self) -> bool:
        """Whether a series reads treated lesions alone, so that each lesion says whether it is one."""
        return any(series.only is not None for series in self.study.assessments)

    @property
    def draws_arms(self) -> bool:
        """Whether subjects are drawn to arms, and an allocation is written down."""
        return any(("DSDECOD", ("RANDOMIZED",)) in place.where for place in self.places.values())


def resolved_scenario(study: Study, name: str) -> Scenario:
    """A scenario with the keys it leaves out taken from the scenario it is like.

    Parameters
    ----------
    study : Study
        The study.
    name : str
        Name of one of its scenarios.

    Returns
    -------
    Scenario
        With ``like`` empty.

    Raises
    ------
    StudyError
        When the study has no such scenario, or scenarios are like each other in a circle.

    Examples
    --------
    >>> from trialwright.conduct.studies import open_study
    >>> resolved_scenario(open_study("nct07295132").study, "no_effect").cutoff.text
    '47 months'
    """
    seen: list[str] = []
    filled: dict[str, object] = {}
    link: str | None = name
    while link is not None:
        if link not in study.scenario:
            known = ", ".join(study.scenario) or "none"
            raise StudyError(f"scenario {link!r} is not in the study", where=study.id, mend=f"there are: {known}")
        if link in seen:
            raise StudyError(f"scenarios are like each other in a circle: {' -> '.join([*seen, link])}", where=study.id)
        seen.append(link)
        own = study.scenario[link]
        given = {key: getattr(own, key) for key in type(own).model_fields}
        filled.update({key: value for key, value in given.items() if value is not None and key not in filled})
        link = own.like
    return study.scenario[name].model_copy(update={**filled, "like": None})


def plan_of(study: Study, scenario: str, subjects: int | None = None) -> Plan:
    """Everything a simulation takes from a study and a scenario.

    Parameters
    ----------
    study : Study
        The study.
    scenario : str
        Name of one of its scenarios.
    subjects : int, optional
        Subjects to allocate; the scenario's own number when absent. The rate of accrual is scaled so that accrual lasts
        as long as the scenario's.

    Returns
    -------
    Plan
        Figures resolved.

    Raises
    ------
    StudyError
        When the study states something the simulator cannot invent.

    Examples
    --------
    >>> from trialwright.conduct.studies import open_study
    >>> plan = plan_of(open_study("nct07295132").study, "base")
    >>> plan.subjects, plan.sites, plan.procedure
    (160, 6, 'operated_on')
    """
    figures = resolved_scenario(study, scenario)
    count = figures.subjects if subjects is None else subjects
    if not study.gates:
        raise StudyError("no time point is a gate", where=study.id, why="subjects enter a trial at a gate")
    registration = study.gates[0]
    allocation = study.allocation.at if study.allocation else study.gates[-1]
    arms = tuple(arm if arm.ratio else arm.model_copy(update={"ratio": 1}) for arm in study.arms)
    start = date.fromisoformat(study.study.dates.start) if study.study.dates and study.study.dates.start else _START
    per_month = float(figures.accrual.per_month) if figures.accrual else _SUBJECTS_PER_MONTH
    places = {name: item_place(study, name) for name in study.items}
    lasting = tuple(series for series in study.assessments if series.until is None)
    after = next((series for series in lasting if series.from_ == allocation), next(iter(lasting), None))
    return Plan(
        study=study,
        scenario=scenario,
        subjects=count,
        start_day=day_number(start),
        cutoff_day=day_number(start) + int((figures.cutoff or _FOLLOW_UP).days),
        mean_gap_days=30.4375 / per_month * figures.subjects / count,
        sites=figures.accrual.sites if figures.accrual else _SITES,
        registration=registration,
        allocation=allocation,
        arms=arms,
        draws=figures.items or {},
        marker=_marker(study, figures),
        clocks=tuple(_clock(study, course) for course in figures.courses or () if course.median),
        changes=tuple(_change(study, course) for course in figures.courses or () if course.hazard_ratio),
        lapses=_lapses(figures),
        slots=_slots(study, after),
        before=next((series for series in study.assessments if series.until == allocation), None),
        after=after,
        series=lasting,
        lesions=figures.lesions,
        induction=_induction(study, places) if registration != allocation else None,
        late_items=_late_items(study, figures, places),
        procedure=_procedure(study, places),
        residual=_item_of_test(places, "RESIDUAL"),
        complication=_item_of_test(places, "CLAVIEN"),
        next_therapy=_next_therapy(study),
        places=places,
    )


def _clock(study: Study, course: Course) -> Clock:
    given = course.median or {}
    medians = tuple(float(given[arm].days) if arm in given else float("inf") for arm in study.arm_ids)
    return Clock(course.event, course.from_, medians)


def _change(study: Study, course: Course) -> Change:
    given = course.hazard_ratio or {}
    factors = tuple(float(given[arm]) if arm in given else 1.0 for arm in study.arm_ids)
    return Change(course.event, course.from_, factors, course.when)


def _lapses(figures: Scenario) -> Shares:
    given = figures.lapses
    if given is None:
        return Shares(0.0, 0.0, 0.0, 0.0, 0.0)
    names = ("missed_visits", "partial_dates", "missing_values", "lost_per_year", "withdrawn_per_year")
    return Shares(*(float(getattr(given, name) or 0) for name in names))


def _marker(study: Study, figures: Scenario) -> tuple[str, MarkerDraw] | None:
    for marker in study.markers:
        if figures.markers and marker.id in figures.markers:
            return marker.item, figures.markers[marker.id]
    return None


def _slots(study: Study, series: AssessmentSeries | None) -> Slots | None:
    if series is None:
        return None
    found = (visit for visit in study.visits if series.id in visit.do and visit.when.after is not None)
    visit: Visit | None = next(found, None)
    if visit is None or visit.when.after is None or (visit.when.first is None and visit.when.every is None):
        return None
    first = visit.when.first or visit.when.every
    every = visit.when.every or visit.when.first
    if first is None or every is None:
        return None
    times = visit.when.times if visit.when.every else 1
    before = _whole_days(visit.window.before) if visit.window else 0
    after = _whole_days(visit.window.after) if visit.window else 0
    return Slots(visit.when.after, first, every, times, before, after)


def _whole_days(interval: CalendarInterval) -> int:
    return interval.amount * {"days": 1, "weeks": 7, "months": 30, "years": 365}[interval.unit]


def _induction(study: Study, places: Mapping[str, Place]) -> Regimen | None:
    for regimen in study.regimens:
        if regimen.starts and regimen.cycle and regimen.cycles and regimen.starts not in study.gates:
            item = study.time_points[regimen.starts].item
            if places[item].domain == "EX":
                return regimen
    return None


def _procedure(study: Study, places: Mapping[str, Place]) -> str:
    removals = (series.planned_removal for series in study.assessments if series.planned_removal is not None)
    if (removal := next(removals, None)) is not None:
        return removal.procedure
    planned = (regimen.procedure for regimen in study.regimens if regimen.procedure)
    return next((name for name in planned if places[name].domain == "PR"), "")


def _late_items(study: Study, figures: Scenario, places: Mapping[str, Place]) -> tuple[str, ...]:
    """Codes and numbers that are drawn, stand in FA and are named by an analysis set or an endpoint alone."""
    asked = "".join(each.model_dump_json() for each in (*study.inclusion, *study.exclusion, *study.dose_plans))
    asked += "".join(each.model_dump_json() for each in study.scores)
    fixed = {_item_of_test(places, "RESIDUAL"), _item_of_test(places, "CLAVIEN"), _item_of_test(places, "DTHCAUSE")}
    return tuple(
        name
        for name in figures.items or {}
        if places[name].domain == "FA" and study.items[name].is_ in ("code", "number")
        and name not in fixed and f'"{name}"' not in asked
    )  # fmt: skip


def _item_of_test(places: Mapping[str, Place], test: str) -> str:
    return next((name for name, place in places.items() if dict(place.where).get("FATESTCD") == (test,)), "")


def _next_therapy(study: Study) -> str:
    for endpoint in study.endpoints:
        for definition in endpoint.resolved().values():
            if definition.censor is not None and definition.censor.new_therapy is not None:
                return definition.censor.new_therapy.is_
    return ""
