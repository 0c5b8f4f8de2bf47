"""What every time-to-event endpoint shows before anything is compared: curve, quantiles, milestones, counts."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Sequence
from typing import cast

import numpy as np
import polars as pl

from trialwright.analysis.kaplan_meier import kaplan_meier, median_follow_up, milestones, n_at_risk, quantiles
from trialwright.analysis.method import Estimates, Request
from trialwright.dates import Duration
from trialwright.errors import EstimationError
from trialwright.model.result import Result
from trialwright.numerics.constants import DAYS_PER_MONTH
from trialwright.numerics.survival import ConfType

__all__ = ["POOLED", "curve_name", "describe", "figure_of_duration"]

POOLED = "ALL"
RISK_STEPS_MONTHS = (1, 2, 3, 6, 12, 24, 60)
MOST_RISK_COLUMNS = 9

Level = tuple[str, pl.DataFrame]


def curve_name(kind: str, stem: str) -> str:
    """Name of a table that a picture is drawn from.

    Parameters
    ----------
    kind : str
        ``km``, ``risk`` or ``forest``.
    stem : str
        First part of the ids of the definition's results.

    Returns
    -------
    str
        Small letters, fit for a file name.

    Examples
    --------
    >>> curve_name("km", "OS~record")
    'km-os-record'
    """
    return f"{kind}-{stem.lower().replace('~', '-')}"


def figure_of_duration(duration: Duration) -> str:
    """Short name of a milestone for the id of its result.

    Parameters
    ----------
    duration : Duration
        As the study file writes it.

    Returns
    -------
    str
        Number and unit run together.

    Examples
    --------
    >>> figure_of_duration(Duration.parse("12 months"))
    '12mo'
    """
    amount, unit = duration.text.split(" ", 1)
    short = {"day": "d", "week": "wk", "month": "mo", "year": "a"}[re.sub("s$", "", unit)]
    return f"{amount}{short}"


def _levels(request: Request, by_arm: Sequence[str]) -> Iterator[Level]:
    yield POOLED, request.rows
    for arm in by_arm:
        yield arm, request.rows.filter(pl.col("ARM") == arm)


def _at(figure: str, level: str) -> str:
    return figure if level == POOLED else f"{figure}@{level}"


def _conf_type(request: Request) -> ConfType:
    return cast("ConfType", request.setting("conf_type", "log-log"))


def _arm(level: str) -> str:
    return "" if level == POOLED else level


def _median(request: Request, level: str, rows: pl.DataFrame) -> Iterator[Result]:
    estimated = {
        "median": quantiles(rows["TIME"], rows["EVENT"], conf_type=_conf_type(request), level=request.level),
        "follow_up": median_follow_up(rows["TIME"], rows["EVENT"], conf_type=_conf_type(request), level=request.level),
    }
    for figure, found in estimated.items():
        half = next(entry for entry in found.groups[0].quantiles if math.isclose(entry.p, 0.5))
        reached = half.estimate is not None
        yield request.result(
            _at(figure, level),
            of=rows,
            method="kaplan-meier",
            value=half.estimate,
            low=half.lower,
            high=half.upper,
            level=request.level,
            unit="d",
            status="estimated" if reached else "not estimable",
            reason="" if reached else "not reached",
            level_of=_arm(level),
        )


def _rates(request: Request, level: str, rows: pl.DataFrame, times: Sequence[Duration]) -> Iterator[Result]:
    if not times:
        return
    found = milestones(
        rows["TIME"],
        rows["EVENT"],
        [float(time.days) for time in times],
        conf_type=_conf_type(request),
        level=request.level,
    )
    for duration, entry in zip(times, found.groups[0].milestones, strict=True):
        beyond = entry.is_beyond_follow_up
        yield request.result(
            _at(f"rate_{figure_of_duration(duration)}", level),
            of=rows,
            method="kaplan-meier",
            value=None if beyond else entry.surv,
            low=None if beyond else entry.lower,
            high=None if beyond else entry.upper,
            level=request.level,
            unit="1",
            status="not estimable" if beyond else "estimated",
            reason="the last observation lies before this time" if beyond else "",
            level_of=_arm(level),
        )


def _counts(request: Request, level: str, rows: pl.DataFrame, horizon_days: float | None) -> Iterator[Result]:
    counts = {"n": rows.height, "n_events": int(rows["EVENT"].sum())}
    if horizon_days is not None:
        counts["n_events_within_horizon"] = rows.filter(
            (pl.col("EVENT") == 1) & (pl.col("TIME") <= horizon_days)
        ).height
    for figure, count in counts.items():
        yield request.result(_at(figure, level), of=rows, method="count", value=count, unit="1", level_of=_arm(level))


def _curve(request: Request, level: str, rows: pl.DataFrame) -> pl.DataFrame:
    group = kaplan_meier(rows["TIME"], rows["EVENT"], conf_type=_conf_type(request), level=request.level).groups[0]
    return pl.DataFrame(
        {
            "level": level,
            "time": group.curve.time,
            "n_risk": group.curve.n_risk,
            "n_event": group.curve.n_event,
            "n_censor": group.curve.n_censor,
            "surv": group.curve.surv,
            "se": group.curve.se,
            "lower": group.lower,
            "upper": group.upper,
        }
    ).with_columns(pl.col("se", "lower", "upper").fill_nan(None))


def _risk_times(rows: pl.DataFrame) -> list[float]:
    month = DAYS_PER_MONTH.value
    last = float(np.max(rows["TIME"].to_numpy(), initial=0.0)) / month
    step = next((step for step in RISK_STEPS_MONTHS if last / step < MOST_RISK_COLUMNS), RISK_STEPS_MONTHS[-1])
    return [step * month * k for k in range(int(last // step) + 1)]


def _at_risk(level: str, rows: pl.DataFrame, times: list[float]) -> pl.DataFrame:
    counts = n_at_risk(rows["TIME"], rows["EVENT"], times).groups[0].n_risk
    return pl.DataFrame({"level": level, "time": times, "n_risk": list(counts)})


def describe(
    request: Request, *, arms: Sequence[str], times: Sequence[Duration], horizon_days: float | None
) -> Estimates:
    """Curve, numbers at risk, counts, median, milestones and follow-up of one endpoint definition.

    Parameters
    ----------
    request : Request
        The endpoint's rows; its analysis gives the confidence level.
    arms : sequence of str
        Arms to show beside the pooled figures; none when figures by arm are withheld.
    times : sequence of Duration
        Milestones.
    horizon_days : float, optional
        Length of follow-up that events are counted within.

    Returns
    -------
    Estimates
        Results ``n n_events median rate_… follow_up`` and the curves ``km-…`` and ``risk-…``.
    """
    results: list[Result] = []
    curves: list[pl.DataFrame] = []
    risks: list[pl.DataFrame] = []
    risk_times = _risk_times(request.rows)
    for level, rows in _levels(request, arms):
        results.extend(_counts(request, level, rows, horizon_days))
        if rows.height == 0:
            continue
        try:
            results.extend(_median(request, level, rows))
            results.extend(_rates(request, level, rows, times))
        except EstimationError as error:
            results.append(request.failed(_at("median", level), error.what))
        curves.append(_curve(request, level, rows))
        risks.append(_at_risk(level, rows, risk_times))
    if not curves:
        return Estimates(tuple(results))
    names = (curve_name("km", request.stem), curve_name("risk", request.stem))
    return Estimates(tuple(results), dict(zip(names, (pl.concat(curves), pl.concat(risks)), strict=True)))
