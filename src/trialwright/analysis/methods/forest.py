"""Hazard ratios within the levels of covariates, each covariate with a test of interaction."""

from __future__ import annotations

from collections.abc import Iterator
from typing import cast

import polars as pl

from trialwright.analysis.describe import curve_name
from trialwright.analysis.forest import Forest, ForestRow, forest
from trialwright.analysis.method import Estimates, Method, Request
from trialwright.errors import EstimationError
from trialwright.model.catalogue import Spec
from trialwright.model.result import Result
from trialwright.numerics.cox import Ties

__all__ = ["METHOD"]

COLUMNS = {
    "factor": pl.String,
    "level": pl.String,
    "n": pl.Int64,
    "events": pl.Int64,
    "hr": pl.Float64,
    "lower": pl.Float64,
    "upper": pl.Float64,
    "p_interaction": pl.Float64,
    "status": pl.String,
    "reason": pl.String,
}


def _line(factor: str, row: ForestRow, p: float | None) -> tuple[object, ...]:
    return (
        factor, row.level, sum(row.n), sum(row.events), row.hr, row.lower, row.upper, p, row.status, row.reason
    )  # fmt: skip


def _table(found: Forest) -> pl.DataFrame:
    lines = [_line("all", found.overall, None)]
    for factor in found.factors:
        lines.extend(_line(factor.factor, row, factor.interaction_p) for row in factor.rows)
    return pl.DataFrame(lines, schema=COLUMNS, orient="row")


def _results(request: Request, found: Forest) -> Iterator[Result]:
    for factor in found.factors:
        name = f"p_interaction:{factor.factor}"
        if factor.interaction_p is None:
            yield request.failed(name, "no test of interaction can be formed")
        else:
            yield request.result(name, value=factor.interaction_p, unit="1")
        for row in factor.rows:
            figure = f"hr:{factor.factor}={row.level}"
            rows = request.compared.filter(pl.col(factor.factor).cast(pl.String) == row.level)
            if row.hr is None:
                yield request.result(figure, of=rows, status="not estimable", reason=row.reason)
                continue
            yield request.result(
                figure, of=rows, value=row.hr, low=row.lower, high=row.upper, level=request.level, unit="1"
            )


def _estimate(request: Request) -> Estimates:
    rows = request.compared
    try:
        found = forest(
            rows["TIME"],
            rows["EVENT"],
            rows["ARM"],
            {name: rows[name] for name in request.analysis.covariates},
            reference=request.arms[1],
            strata=request.strata,
            ties=cast("Ties", request.setting("ties", "efron")),
            level=request.level,
        )
    except EstimationError as error:
        return Estimates(tuple(request.failed(figure, error.what) for figure in METHOD.figures))
    return Estimates(tuple(_results(request, found)), {curve_name("forest", request.stem): _table(found)})


METHOD = Method(
    Spec(
        "forest",
        "method",
        "Hazard ratio within each level of the covariates, each with a test of interaction.",
        "Wang et al., N Engl J Med 2007;357:2189-2194, doi:10.1056/NEJMsr077003 (DOI unverified)",
        settings={"ties": ("efron", "breslow")},
        measures=("time to event",),
        needs=("compare", "covariates"),
    ),
    ("forest",),
    _estimate,
)
