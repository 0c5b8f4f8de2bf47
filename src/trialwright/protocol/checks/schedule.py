"""What is done to a subject: series of assessments, markers, dose plans, scores, regimens, visits, allocation, sets."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from trialwright.dates import CalendarInterval
from trialwright.model.schedule import AssessmentSeries, DosePlan, Drug, Marker, Regimen, ScoreUse, Visit
from trialwright.protocol.checks.bounds import quantity_fault, unit_faults
from trialwright.protocol.checks.criteria import criterion_faults
from trialwright.protocol.problems import Fault, Path, choices
from trialwright.protocol.scope import Scope

__all__ = ["check"]

_DAYS = re.compile(r"[1-9][0-9]*(-[1-9][0-9]*)?", re.ASCII)
_SET_FILES = (".yaml", ".yml", ".json")
"""A parameter set of one's own is named by its file, whose path starts from the study file."""
_MODELS_WITH_PROBABILITY = ("biased-coin", "minimisation")


def check(scope: Scope) -> Iterator[Fault]:
    """Faults of everything that is done.

    Parameters
    ----------
    scope : Scope
        The study.

    Yields
    ------
    Fault
        In the order of the language.
    """
    study = scope.study
    for place, series in enumerate(study.assessments):
        yield from _series(scope, series, ("assessments", place))
    for place, marker in enumerate(study.markers):
        yield from _marker(scope, marker, ("markers", place))
    for place, plan in enumerate(study.dose_plans):
        yield from _dose_plan(scope, plan, ("dose_plans", place))
    for place, score in enumerate(study.scores):
        yield from _score(scope, score, ("scores", place))
    for place, regimen in enumerate(study.regimens):
        yield from _regimen(scope, regimen, ("regimens", place))
    for place, visit in enumerate(study.visits):
        yield from _visit(scope, visit, ("visits", place))
    yield from _allocation(scope)
    yield from _sets(scope)


def _bounded(scope: Scope, path: Path, start: str | None, end: str | None) -> Iterator[Fault]:
    for key, name in (("from", start), ("until", end)):
        if name is not None:
            yield from scope.named((*path, key), name, "time point")


def _series(scope: Scope, series: AssessmentSeries, path: Path) -> Iterator[Fault]:
    yield from scope.offered((*path, "criteria"), "response criteria", series.criteria)
    yield from scope.named((*path, "baseline", "last_before"), series.baseline.last_before, "time point")
    yield from _bounded(scope, path, series.from_, series.until)
    if series.marker is not None:
        yield from scope.named((*path, "marker"), series.marker, "marker")
        if any(marker.id == series.marker and marker.criteria is None for marker in scope.study.markers):
            what = f'"{series.marker}" yields a figure, not a response'
            yield Fault((*path, "marker"), what, "name a marker with criteria")
    if series.planned_removal is not None:
        yield from scope.item((*path, "planned_removal", "procedure"), series.planned_removal.procedure, "date")
    spec = scope.catalogue.find("response criteria", series.criteria)
    if spec is not None and "marker" in spec.needs and series.marker is None:
        yield Fault((*path, "marker"), f'"{series.criteria}" needs a marker', "name a marker with criteria")
    yield from scope.settings((*path, "settings"), spec, series.settings)


def _marker(scope: Scope, marker: Marker, path: Path) -> Iterator[Fault]:
    yield from scope.item((*path, "item"), marker.item, "number")
    yield from _bounded(scope, path, marker.from_, marker.until)
    if (marker.model is None) == (marker.criteria is None):
        what = "model and criteria together" if marker.model else "neither model nor criteria"
        yield Fault(path, what, "write model for a figure, or criteria for a response")
    elif marker.model is not None:
        yield from scope.offered((*path, "model"), "marker model", marker.model)
        spec = scope.catalogue.find("marker model", marker.model)
        sets = spec.settings.get("parameters", ()) if spec else ()
        is_file = marker.parameters is not None and marker.parameters.endswith(_SET_FILES)
        if marker.parameters is not None and sets and marker.parameters not in sets and not is_file:
            what = f'"{marker.model}" has no parameter set "{marker.parameters}"'
            yield Fault((*path, "parameters"), what, choices(marker.parameters, sets))
        yield from scope.settings((*path, "settings"), spec, marker.settings)
    elif marker.criteria is not None:
        yield from scope.offered((*path, "criteria"), "marker criteria", marker.criteria)
        if marker.parameters is not None:
            yield Fault((*path, "parameters"), "criteria have no parameters", "remove the key")
        spec = scope.catalogue.find("marker criteria", marker.criteria)
        yield from scope.settings((*path, "settings"), spec, marker.settings)
    if not marker.used_for:
        yield Fault((*path, "used_for"), '"used_for" is missing', "use some of report, eligibility, strata, analysis")
    for place, pause in enumerate(marker.ignore_after):
        yield from scope.item((*path, "ignore_after", place, "item"), pause.item, "date")


def _inputs(scope: Scope, path: Path, inputs: Mapping[str, str | tuple[str, ...]], *kinds: str) -> Iterator[Fault]:
    for key, names in inputs.items():
        for name in (names,) if isinstance(names, str) else names:
            yield from scope.item((*path, key), name, *kinds)


def _dose_plan(scope: Scope, plan: DosePlan, path: Path) -> Iterator[Fault]:
    yield from scope.offered((*path, "model"), "dose model", plan.model)
    yield from _inputs(scope, (*path, "inputs"), plan.inputs, "number")
    yield from _inputs(scope, (*path, "delivered"), plan.delivered or {}, "number")
    spec = scope.catalogue.find("dose model", plan.model)
    named = [((*path, "limits", place, "quantity"), limit.quantity) for place, limit in enumerate(plan.limits)]
    if plan.target is not None:
        named.append(((*path, "target", "quantity"), plan.target.quantity))
        target = (*path, "target")
        for key, end in (("from", plan.target.from_), ("to", plan.target.to)):
            wrong = quantity_fault(end.text, unit=plan.target.dose.unit)
            if wrong:
                yield Fault((*target, key), *wrong)
        if plan.target.from_.unit == plan.target.to.unit and plan.target.from_.value > plan.target.to.value:
            yield Fault((*target, "to"), "the upper end lies below the lower one", "exchange them")
    for where, name in named:
        if spec is not None and name not in spec.outputs:
            yield Fault(where, f'"{plan.model}" yields no "{name}"', choices(name, spec.outputs))
    for place, limit in enumerate(plan.limits):
        if (limit.below is None) == (limit.at_most is None):
            yield Fault((*path, "limits", place), "not exactly one limit", "write below or at_most")
    if plan.sessions is not None and not 1 <= plan.sessions.preferred <= plan.sessions.most:
        yield Fault((*path, "sessions"), "preferred and most do not agree", "write 1 <= preferred <= most")


def _score(scope: Scope, score: ScoreUse, path: Path) -> Iterator[Fault]:
    yield from scope.offered((*path, "name"), "score", score.name)
    if (score.item is None) == (score.inputs is None):
        what = "item and inputs together" if score.item else "neither item nor inputs"
        yield Fault(path, what, "write item when it is recorded, or inputs when it is computed")
    if score.item is not None:
        yield from scope.item((*path, "item"), score.item, "number", "code")
    for key, name in (score.inputs or {}).items():
        if name not in ("age", "sex"):
            yield from scope.item((*path, "inputs", key), name)
    spec = scope.catalogue.find("score", score.name)
    yield from scope.settings((*path, "settings"), spec, score.settings)


def _regimen(scope: Scope, regimen: Regimen, path: Path) -> Iterator[Fault]:
    if regimen.starts is not None:
        yield from scope.named((*path, "starts"), regimen.starts, "time point")
    if regimen.procedure is not None:
        yield from scope.item((*path, "procedure"), regimen.procedure, "date")
    cycles = (regimen.cycles,) if isinstance(regimen.cycles, int) else regimen.cycles or ()
    if any(count < 1 for count in cycles):
        yield Fault((*path, "cycles"), "a number of cycles below 1", "write 1 or more")
    for place, drug in enumerate(regimen.drugs if isinstance(regimen.drugs, tuple) else ()):
        yield from _drug(drug, (*path, "drugs", place))
    if regimen.radiotherapy is not None:
        wrong = quantity_fault(regimen.radiotherapy.dose.text, unit="Gy")
        if wrong:
            yield Fault((*path, "radiotherapy", "dose"), *wrong)
        if regimen.radiotherapy.fractions < 1:
            yield Fault((*path, "radiotherapy", "fractions"), "no fraction", "write 1 or more")
    if regimen.wait is not None and regimen.wait.at_most is not None:
        low, high = regimen.wait.at_least, regimen.wait.at_most
        if low.unit == high.unit and low.amount > high.amount:
            yield Fault((*path, "wait", "at_most"), "the longest wait is shorter than the shortest", "exchange them")


def _drug(drug: Drug, path: Path) -> Iterator[Fault]:
    if drug.dose is not None:
        yield from unit_faults((*path, "dose"), drug.dose.unit)
        if drug.per is None:
            yield Fault((*path, "per"), '"per" is missing', "say whether the dose is one a day, a cycle or twice daily")
    for place, days in enumerate(drug.days):
        ends = days.split("-")
        if not _DAYS.fullmatch(days) or int(ends[0]) > int(ends[-1]):
            yield Fault(
                (*path, "days", place), f'"{days}" is no day of a cycle', "write a day such as 1, or days such as 1-5"
            )


def _visit(scope: Scope, visit: Visit, path: Path) -> Iterator[Fault]:
    when = visit.when
    if (when.on is None) == (when.after is None):
        what = "on and after together" if when.on else "neither on nor after"
        yield Fault((*path, "when"), what, "write on for the day itself, or after for slots behind it")
    for key in ("on", "after", "until"):
        name = getattr(when, key)
        if name is not None:
            yield from scope.named((*path, "when", key), name, "time point")
    for key in ("first", "every", "times", "until"):
        if when.on is not None and getattr(when, key) is not None:
            yield Fault((*path, "when", key), f"{key} needs after", "replace on by after, or remove the key")
    if when.after is not None and when.first is None:
        yield Fault(
            (*path, "when", "first"), '"first" is missing', "say how long after the time point the first slot falls"
        )
    if when.every is not None and when.every == CalendarInterval(when.every.text, 0, when.every.unit):
        yield Fault((*path, "when", "every"), "slots do not move on", "write an interval of at least a day")
    if when.times is not None and when.times < 1:
        yield Fault((*path, "when", "times"), "fewer than one slot", "write 1 or more")
    for place, name in enumerate(visit.do):
        kinds = ("item", "assessment", "marker", "score", "dose plan")
        yield from scope.named((*path, "do", place), name, *kinds)
    yield from scope.arms((*path, "arms"), visit.arms)


def _allocation(scope: Scope) -> Iterator[Fault]:
    allocation = scope.study.allocation
    if allocation is None:
        return
    yield from scope.named(("allocation", "at"), allocation.at, "time point")
    for place, name in enumerate(allocation.strata):
        yield from scope.item(("allocation", "strata", place), name, "code")
    if allocation.method == "permuted-blocks" and allocation.sizes is None:
        yield Fault(("allocation", "sizes"), '"sizes" is missing', "write sizes: sealed; the sizes never stand here")
    if allocation.sizes is not None and allocation.method != "permuted-blocks":
        yield Fault(("allocation", "sizes"), f"{allocation.method} has no blocks", "remove sizes")
    if allocation.probability is not None and allocation.method not in _MODELS_WITH_PROBABILITY:
        yield Fault(("allocation", "probability"), f"{allocation.method} has no probability", "remove it")


def _sets(scope: Scope) -> Iterator[Fault]:
    for place, entry in enumerate(scope.study.analysis_sets):
        path = ("analysis_sets", place)
        yield from scope.named((*path, "reached"), entry.reached, "time point")
        yield from scope.arms((*path, "arms"), entry.arms)
        for index, criterion in enumerate(entry.exclude):
            yield from criterion_faults(scope, criterion, (*path, "exclude", index))
