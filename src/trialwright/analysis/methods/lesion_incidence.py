"""Cumulative incidence of an event of lesions, several of which may be one subject's."""

from __future__ import annotations

from collections.abc import Iterator
from typing import cast

import polars as pl

from trialwright.analysis.clustered_incidence import ClusteredIncidence, clustered_incidence
from trialwright.analysis.describe import curve_name
from trialwright.analysis.incidence_results import incidence_at_tau, incidence_curve
from trialwright.analysis.method import LESION, Estimates, Method, Request
from trialwright.model.catalogue import Spec
from trialwright.model.result import Result
from trialwright.numerics.survival import ConfType

__all__ = ["METHOD"]

_CENSORED = "0"


def _incidence(request: Request, rows: pl.DataFrame, times: list[float] | None) -> ClusteredIncidence | None:
    return clustered_incidence(
        rows["TIME"],
        rows["CAUSE"],
        rows["USUBJID"],
        times=times,
        censored=_CENSORED,
        conf_type=cast("ConfType", request.setting("conf_type", "log-log")),
        level=request.level,
    )


def _at_tau(request: Request, figure: str, level: str, rows: pl.DataFrame) -> Result:
    tau = request.analysis.tau
    found = None if tau is None else _incidence(request, rows, [float(tau.days)])
    # the lesions of one subject alone say nothing about how subjects differ
    has_limits = found is not None and found.clusters > 1
    return incidence_at_tau(request, figure, level, rows, found, has_limits=has_limits)


def _counts(request: Request, at: str, level: str, rows: pl.DataFrame) -> Iterator[Result]:
    counts = {
        "n_subjects": rows["USUBJID"].n_unique(),
        "n_lesions": rows.select("USUBJID", LESION).n_unique(),
        "n_events": int(rows["EVENT"].sum()),
        "n_subjects_with_event": rows.filter(pl.col("EVENT") == 1)["USUBJID"].n_unique(),
    }
    for figure, count in counts.items():
        yield request.result(f"{figure}{at}", of=rows, method="count", value=count, unit="1", level_of=level)


def _levels(request: Request) -> Iterator[tuple[str, str, pl.DataFrame]]:
    if request.analysis.compare is None:
        yield "", "", request.rows
        return
    for arm in request.arms:
        yield f"@{arm}", arm, request.rows.filter(pl.col("ARM") == arm)


def _estimate(request: Request) -> Estimates:
    results: list[Result] = []
    curves: list[pl.DataFrame] = []
    for at, level, rows in _levels(request):
        results.extend(_counts(request, at, level, rows))
        results.append(_at_tau(request, f"cif{at}", level, rows))
        found = _incidence(request, rows, None)
        if found is not None:
            curves.append(incidence_curve(level or "ALL", found))
    return Estimates(tuple(results), {curve_name("cif", request.stem): pl.concat(curves)} if curves else {})


METHOD = Method(
    Spec(
        "lesion-incidence",
        "method",
        "Cumulative incidence of an event of lesions where other events compete; the limits take the lesions of one "
        "subject together.",
        "Aalen and Johansen, Scand J Stat 1978;5:141-150 (unverified); grouped infinitesimal jackknife (unverified)",
        settings={"conf_type": ("log-log", "log", "plain", "logit", "arcsin")},
        measures=("time to event of lesions",),
        needs=("tau",),
        certainty="unverified",
    ),
    ("cif",),
    _estimate,
)
"""The method ``lesion-incidence``."""
