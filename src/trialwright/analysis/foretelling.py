"""Rows for the accuracy of a marker: its figure in each subject beside the outcome it is to foretell."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace

import polars as pl

from trialwright.analysis.method import Estimates, Foretold, Method, Request
from trialwright.model.arm_bound import ArmBound
from trialwright.model.endpoint import Analysis, Definition, Endpoint
from trialwright.model.result import Derived, Result
from trialwright.model.study import Study

__all__ = ["MARKER_COLUMNS", "RowsOf", "foretelling"]

MARKER_COLUMNS = ("KELIM_PER_DAY", "STD_KELIM", "P_FAVOURABLE")
"""Figures of a marker in one subject: the rate, the rate over its cut-off, the probability that it is at least 1."""

RowsOf = Callable[[Endpoint, str, Definition], pl.DataFrame | None]


def _figures(method: Method, foretold: Foretold) -> Iterator[str]:
    for figure in method.figures:
        yield f"{figure}:{foretold.endpoint}"


def _unmade(request: Request, method: Method, foretold: Foretold, status: str, reason: str) -> Estimates:
    made = (
        Result(
            id=f"{request.stem}/{figure}{request.suffix}",
            endpoint=request.endpoint,
            definition=request.definition,
            analysis=request.analysis.id,
            method=request.analysis.method,
            set=request.set,
            status=status,  # type: ignore[arg-type]  # one of the words of Status, given by the caller
            reason=reason,
        )
        for figure in _figures(method, foretold)
    )
    return Estimates(tuple(made))


def _foretold(study: Study, endpoint: Endpoint, *, by_arm: bool) -> tuple[str, Definition, Foretold]:
    name, definition = next(iter(endpoint.resolved().items()))
    times = list(definition.milestones or ())
    if not times and definition.horizon is not None:
        times = [definition.horizon.of]
    control = next((arm.id for arm in study.arms if arm.role == "control"), study.arm_ids[-1] if study.arms else "")
    reference = control if by_arm and len(study.arms) == 2 else ""
    is_timed = definition.measure == "time to event"
    return name, definition, Foretold(endpoint.id, endpoint.stem(name), is_timed, tuple(times), reference)


def _members(study: Study, derived: Derived, analysis_set: str | None, rows: pl.DataFrame) -> pl.DataFrame:
    """Rows of the members of a set; whoever cannot be judged out of it stays in."""
    if analysis_set is None:
        return rows
    inside = derived.adsl.filter(pl.col(study.set_flags[analysis_set]).is_in(["Y", "U"]))
    return rows.join(inside.select("USUBJID"), on="USUBJID", how="semi")


def foretelling(
    study: Study,
    endpoint: Endpoint,
    stated: list[tuple[Analysis, Method]],
    derived: Derived,
    outcomes: RowsOf,
    *,
    markers: Mapping[str, pl.DataFrame],
    hidden: ArmBound,
    by_arm: bool,
) -> Iterator[Estimates]:
    """Estimates of how well a marker foretells the endpoints it is stated to.

    Parameters
    ----------
    study : Study
        Endpoints and arms.
    endpoint : Endpoint
        The accuracy of a marker.
    stated : list of (Analysis, Method)
        Analyses of it, each with its method.
    derived : Derived
        Subject level, for the analysis set.
    outcomes : callable
        Rows of a definition of another endpoint.
    markers : mapping of str to polars.DataFrame
        Figures of each subject by the id of the marker: ``USUBJID`` and `MARKER_COLUMNS`.
    hidden : ArmBound
        Endpoints that tell the arm and may not be shown.
    by_arm : bool
        Whether figures by arm may be made.

    Yields
    ------
    Estimates
        One an analysis and endpoint foretold.
    """
    for name, definition in endpoint.resolved().items():
        used = (endpoint.use or "used") == name
        for analysis, method in stated:
            if analysis.definition != name and not (analysis.definition is None and used):
                continue
            for wanted in definition.predicts or ():
                other = next(each for each in study.endpoints if each.id == wanted)
                of_name, of_definition, foretold = _foretold(study, other, by_arm=by_arm)
                request = Request(
                    stem=endpoint.stem(name),
                    endpoint=endpoint.id,
                    definition=name,
                    set=definition.set or "",
                    analysis=analysis,
                    rows=pl.DataFrame(),
                    foretold=foretold,
                )
                rows = outcomes(other, of_name, of_definition)
                figures = markers.get(definition.of or "")
                if (other.id, of_name) in hidden.endpoints or (analysis.compare is not None and not by_arm):
                    yield _unmade(request, method, foretold, "withheld", "by arm; run with --by-arm")
                elif figures is None or rows is None:
                    missing = f"the marker {definition.of}" if figures is None else f"{wanted}"
                    yield _unmade(request, method, foretold, "not computed", f"this run has no figures of {missing}")
                else:
                    joined = _members(study, derived, definition.set, rows).join(
                        figures.select("USUBJID", *MARKER_COLUMNS), on="USUBJID", how="inner"
                    )
                    yield _as_sure(method.estimate(_with_rows(request, joined.drop_nulls("KELIM_PER_DAY"))))


def _as_sure(made: Estimates) -> Estimates:
    """A figure is no surer than what it rests on, and the figures of a marker are unverified."""
    return replace(made, results=tuple(replace(result, certainty="unverified") for result in made.results))


def _with_rows(request: Request, rows: pl.DataFrame) -> Request:
    return Request(
        stem=request.stem,
        endpoint=request.endpoint,
        definition=request.definition,
        set=request.set,
        analysis=request.analysis,
        rows=rows.sort("USUBJID"),
        suffix=request.suffix,
        foretold=request.foretold,
    )
