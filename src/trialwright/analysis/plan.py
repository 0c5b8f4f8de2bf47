"""Carry out the analyses a study states, each by its method, and describe every endpoint."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial

import polars as pl

from trialwright.analysis.describe import describe
from trialwright.analysis.foretelling import foretelling
from trialwright.analysis.method import LESION, Estimates, Method, Request
from trialwright.model.arm_bound import ArmBound, arm_bound
from trialwright.model.endpoint import LESION_TIMES, Analysis, Definition, Endpoint, FirstResponse
from trialwright.model.frames import Frames
from trialwright.model.items import item_place, values_at
from trialwright.model.library import discover
from trialwright.model.result import Derived, Result
from trialwright.model.study import Study

__all__ = ["METHODS", "estimate"]

METHODS: Mapping[str, Method] = discover("trialwright.analysis.methods", "METHOD", Method)
WITHHELD = "by arm; run with --by-arm"
DESCRIPTION = "kaplan-meier"
ACCURACY = "accuracy"
# The code by which ADTTE says that another event has forestalled the endpoint's own.
COMPETING = 9


@dataclass(frozen=True, slots=True)
class _Measured:
    """One endpoint definition with its rows."""

    endpoint: Endpoint
    name: str
    definition: Definition
    rows: pl.DataFrame

    @property
    def stem(self) -> str:
        return self.endpoint.stem(self.name)


def estimate(
    study: Study,
    derived: Derived,
    frames: Frames,
    *,
    by_arm: bool,
    markers: Mapping[str, pl.DataFrame] | None = None,
) -> Estimates:
    """All estimates of a study.

    Parameters
    ----------
    study : Study
        Endpoints and analyses.
    derived : Derived
        Endpoint rows.
    frames : Frames
        Data up to the cutoff, for arms and covariates.
    by_arm : bool
        Whether figures by arm may be made; otherwise comparisons are withheld and the rest is pooled.
    markers : mapping of str to polars.DataFrame, optional
        Figures of each subject by the id of the marker: ``USUBJID KELIM_PER_DAY STD_KELIM P_FAVOURABLE``.

    Returns
    -------
    Estimates
        Results in the order of endpoints, definitions and analyses, and the curves behind the pictures.
    """
    arms = frames["DM"].select("USUBJID", pl.col("ARMCD").alias("ARM"))
    hidden = ArmBound() if by_arm else arm_bound(study)
    results: list[Result] = []
    curves: dict[str, pl.DataFrame] = {}
    parts = (
        part
        for measured in _measured(study, derived, arms)
        for part in _of_one(study, measured, derived, frames, hidden, by_arm=by_arm)
    )
    for part in (*parts, *_accuracies(study, derived, arms, markers or {}, hidden, by_arm=by_arm)):
        results.extend(part.results)
        curves.update(part.curves)
    return Estimates(tuple(results), curves)


def _accuracies(
    study: Study,
    derived: Derived,
    arms: pl.DataFrame,
    markers: Mapping[str, pl.DataFrame],
    hidden: ArmBound,
    *,
    by_arm: bool,
) -> Iterator[Estimates]:
    for endpoint in study.endpoints:
        stated = [
            (analysis, METHODS[analysis.method])
            for analysis in study.analyses
            if analysis.endpoint == endpoint.id
            and analysis.method in METHODS
            and ACCURACY in METHODS[analysis.method].spec.measures
        ]
        yield from foretelling(
            study,
            endpoint,
            stated,
            derived,
            partial(_rows_of, derived, arms),
            markers=markers,
            hidden=hidden,
            by_arm=by_arm,
        )


def _measured(study: Study, derived: Derived, arms: pl.DataFrame) -> Iterator[_Measured]:
    for endpoint in study.endpoints:
        for name, definition in endpoint.resolved().items():
            rows = _rows_of(derived, arms, endpoint, name, definition)
            if rows is not None:
                yield _Measured(endpoint, name, definition, rows)


def _rows_of(
    derived: Derived, arms: pl.DataFrame, endpoint: Endpoint, name: str, definition: Definition
) -> pl.DataFrame | None:
    """One row a subject, or a lesion, of a definition; None when its measure makes none that is analysed."""
    here = (pl.col("PARAMCD") == endpoint.id) & (pl.col("DEFID") == name)
    if definition.measure in ("time to event", "restricted mean"):
        rows = _timed(derived.adtte.filter(here))
        if isinstance(definition.origin, FirstResponse):
            rows = rows.join(_whole(derived, definition.of or "", name), on="USUBJID", how="inner")
    elif definition.measure == LESION_TIMES:
        rows = _timed(derived.lesion_times.filter(here), pl.col("TRLNKID").alias(LESION))
    elif definition.measure == "proportion":
        rows = derived.adbin.filter(here).select(
            "USUBJID", pl.col("AVALC").replace_strict({"Y": True, "N": False, "U": None}).alias("SUCCESS")
        )
    else:
        return None
    return rows.join(arms, on="USUBJID", how="left").sort("USUBJID", *([LESION] if LESION in rows.columns else []))


def _timed(rows: pl.DataFrame, *more: pl.Expr) -> pl.DataFrame:
    """Times of rows that have one, with their events and causes."""
    return rows.filter(pl.col("AVAL").is_not_null()).select(
        "USUBJID",
        "STARTDT",
        pl.col("AVAL").cast(pl.Float64).alias("TIME"),
        (pl.col("CNSR") == 0).cast(pl.Int8).alias("EVENT"),
        pl.col("CNSR").replace_strict({0: 1, COMPETING: 2}, default=0).cast(pl.Int8).alias("CAUSE"),
        *more,
    )


def _whole(derived: Derived, parent: str, name: str) -> pl.DataFrame:
    """Times of the parent of a restricted mean: its definition of the same name, or the one that is reported."""
    rows = derived.adtte.filter((pl.col("PARAMCD") == parent) & pl.col("AVAL").is_not_null())
    own = pl.col("DEFID") == name if name in rows["DEFID"] else pl.col("ANL01FL") == "Y"
    event = (pl.col("CNSR") == 0).cast(pl.Int8)
    return rows.filter(own).select("USUBJID", TIME_WHOLE=pl.col("AVAL").cast(pl.Float64), EVENT_WHOLE=event)


def _of_one(
    study: Study, measured: _Measured, derived: Derived, frames: Frames, hidden: ArmBound, *, by_arm: bool
) -> Iterator[Estimates]:
    concealed = (measured.endpoint.id, measured.name) in hidden.endpoints
    stated = [entry for entry in study.analyses if _is_about(entry, measured)]
    rows = _with_strata(measured.rows, derived.adsl)
    described = next((entry for entry in stated if entry.method == DESCRIPTION), _description(measured))
    if measured.definition.measure == "time to event" and not concealed:
        shown = [arm for arm in study.arm_ids if arm in rows["ARM"]] if by_arm and len(study.arms) > 1 else []
        request = _request(measured, described, rows)
        horizon = measured.definition.horizon
        yield describe(
            request,
            arms=shown,
            times=measured.definition.milestones or (),
            horizon_days=None if horizon is None else float(horizon.of.days),
        )
    used: set[str] = set()
    for analysis in stated:
        method = METHODS.get(analysis.method)
        if method is None or (method.id == DESCRIPTION and analysis is described):
            continue
        request = _request(measured, analysis, rows, suffix=f"@{analysis.id}" if method.id in used else "")
        used.add(method.id)
        if (analysis.compare is not None and not by_arm) or concealed:
            yield Estimates(tuple(_withheld(request, figure) for figure in method.figures))
        elif nobody := _nobody_in(request):
            yield Estimates(tuple(request.failed(figure, nobody) for figure in method.figures))
        else:
            yield method.estimate(_with_covariates(request, study, frames))


def _is_about(analysis: Analysis, measured: _Measured) -> bool:
    if analysis.endpoint != measured.endpoint.id:
        return False
    return (analysis.definition or measured.endpoint.use or "used") == measured.name


def _description(measured: _Measured) -> Analysis:
    return Analysis(id="description", endpoint=measured.endpoint.id, method=DESCRIPTION, role="descriptive")


def _request(measured: _Measured, analysis: Analysis, rows: pl.DataFrame, *, suffix: str = "") -> Request:
    return Request(
        stem=measured.stem,
        endpoint=measured.endpoint.id,
        definition=measured.name,
        set=measured.definition.set or "",
        analysis=analysis,
        rows=rows,
        suffix=suffix,
    )


def _withheld(request: Request, figure: str) -> Result:
    return Result(
        id=f"{request.stem}/{figure}{request.suffix}",
        endpoint=request.endpoint,
        definition=request.definition,
        analysis=request.analysis.id,
        method=request.analysis.method,
        set=request.set,
        status="withheld",
        reason=WITHHELD,
    )


def _nobody_in(request: Request) -> str:
    """Why an analysis has nobody to look at; empty when it has."""
    if request.rows.is_empty():
        return "no subject"
    empty = [arm for arm in request.analysis.compare or () if arm not in request.rows["ARM"]]
    return f"no subject in arm {' and in arm '.join(empty)}" if empty else ""


def _with_strata(rows: pl.DataFrame, adsl: pl.DataFrame) -> pl.DataFrame:
    factors = [column for column in adsl.columns if column.startswith("STRAT")]
    if not factors:
        return rows.with_columns(pl.lit(None, dtype=pl.String).alias("STRATUM"))
    strata = adsl.select("USUBJID", pl.concat_str(factors, separator=" ", ignore_nulls=False).alias("STRATUM"))
    return rows.join(strata, on="USUBJID", how="left")


def _with_covariates(request: Request, study: Study, frames: Frames) -> Request:
    """The request with the covariates its analysis names, and the stratum it asks for instead of the allocated one."""
    strata = request.analysis.strata
    rows = request.rows
    if strata != "as allocated":
        rows = rows.with_columns(pl.lit(None, dtype=pl.String).alias("STRATUM"))
    if isinstance(strata, tuple):
        factors = _joined(_once(rows), strata, study, frames)
        stratum = pl.concat_str([pl.col(name) for name in strata], separator=" ", ignore_nulls=False)
        rows = rows.drop("STRATUM").join(factors.select("USUBJID", stratum.alias("STRATUM")), on="USUBJID", how="left")
    return replace(request, rows=_joined(rows, request.analysis.covariates, study, frames))


def _joined(rows: pl.DataFrame, names: Sequence[str], study: Study, frames: Frames) -> pl.DataFrame:
    for name in names:
        moments = _once(rows).rename({"STARTDT": "AT"})
        rows = rows.join(_covariate(name, study, frames, moments), on="USUBJID", how="left")
    return rows


def _once(rows: pl.DataFrame) -> pl.DataFrame:
    """Each subject's origin; of several lesions the earliest, so that a covariate has one value a subject."""
    return rows.group_by("USUBJID", maintain_order=True).agg(pl.col("STARTDT").min())


def _covariate(name: str, study: Study, frames: Frames, moments: pl.DataFrame) -> pl.DataFrame:
    if name == "age":
        return frames["DM"].select("USUBJID", pl.col("AGE").cast(pl.Float64).alias(name))
    if name == "sex":
        return frames["DM"].select("USUBJID", pl.col("SEX").alias(name))
    item = study.items[name]
    found = values_at(item_place(study, name), frames, moments).rename({"VALUE": name})
    if item.is_ == "number":
        return found.with_columns(pl.col(name).cast(pl.Float64, strict=False))
    return found
