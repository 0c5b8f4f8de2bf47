"""Cumulative incidence as results: its curve, and its value at the fixed time of the analysis."""

from __future__ import annotations

import polars as pl

from trialwright.analysis.clustered_incidence import ClusteredIncidence
from trialwright.analysis.incidence import CauseIncidence
from trialwright.analysis.method import Request
from trialwright.analysis.shapes import plain
from trialwright.model.result import Result

__all__ = ["Incidence", "incidence_at_tau", "incidence_curve"]

Incidence = CauseIncidence | ClusteredIncidence
"""Incidence at given times, of subjects or of lesions."""


def incidence_curve(level: str, found: Incidence) -> pl.DataFrame:
    """Rows of a curve, one a time.

    Parameters
    ----------
    level : str
        The arm, or what stands for all of them.
    found : Incidence
        Incidence at every time of an event.

    Returns
    -------
    polars.DataFrame
        ``level time n_risk n_event cif se lower upper``; null where there is no figure.

    Examples
    --------
    >>> from trialwright.analysis.incidence import cumulative_incidence
    >>> (everybody,) = cumulative_incidence([1, 2, 3, 4], [1, 2, 1, 0]).groups
    >>> incidence_curve("ALL", everybody.causes[0]).select("time", "cif").rows()
    [(1.0, 0.25), (2.0, 0.25), (3.0, 0.5), (4.0, 0.5)]
    """
    names = ("time", "n_risk", "n_event", "cif", "se", "lower", "upper")
    columns = {"level": level, **{name: getattr(found, name) for name in names}}
    return pl.DataFrame(columns).with_columns(pl.col("se", "lower", "upper").fill_nan(None))


def incidence_at_tau(
    request: Request, figure: str, level: str, rows: pl.DataFrame, found: Incidence | None, *, has_limits: bool = True
) -> Result:
    """Incidence at the fixed time of the analysis, or why there is none.

    Parameters
    ----------
    request : Request
        The analysis.
    figure : str
        Name of the result.
    level : str
        The arm; empty for all of them.
    rows : polars.DataFrame
        What it rests on.
    found : Incidence or None
        Incidence at that time alone; None where the event never happened.
    has_limits : bool
        Whether limits are told.

    Returns
    -------
    Result
        With limits.
    """
    reason = ""
    if request.analysis.tau is None:
        reason = "the analysis states no tau"
    elif found is None:
        reason = "no event of this endpoint"
    elif found.is_beyond_follow_up[0]:
        reason = "the last observation lies before this time"
    if found is None or reason:
        return request.result(figure, of=rows, level_of=level, status="not estimable", reason=reason)
    return request.result(
        figure,
        of=rows,
        level_of=level,
        value=plain(found.cif[0]),
        low=plain(found.lower[0]) if has_limits else None,
        high=plain(found.upper[0]) if has_limits else None,
        level=request.level,
        unit="1",
    )
