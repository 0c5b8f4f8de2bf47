"""The end of a definition's horizon: the last day that counts, a subject each."""

from __future__ import annotations

from decimal import ROUND_FLOOR

import numpy as np

from trialwright.endpoints.cohort import Cohort
from trialwright.endpoints.origins import enrolment_days
from trialwright.endpoints.timeline import FAR, Ints, Picks
from trialwright.model.endpoint import Definition, Horizon

__all__ = ["horizon_days", "last_whole_day"]


def last_whole_day(horizon: Horizon, *, add_one: bool = True) -> int:
    """Days from the origin to the last day inside a horizon.

    Parameters
    ----------
    horizon : Horizon
        The horizon.
    add_one : bool, default True
        Whether the origin's day is day 1 and not day 0.

    Returns
    -------
    int
        The origin's day is day 1, so 24 months (730.5 days) end on day 730, 729 days after the origin.

    Examples
    --------
    >>> horizon = Horizon.model_validate_json('{"of": "24 months", "is": "administrative censoring"}')
    >>> last_whole_day(horizon)
    729
    """
    return int(horizon.of.days.to_integral_value(ROUND_FLOOR)) - int(add_one)


def horizon_days(cohort: Cohort, definition: Definition, origin: Picks) -> Ints:
    """Last day inside the horizon.

    Parameters
    ----------
    cohort : Cohort
        The subjects.
    definition : Definition
        The definition, with its horizon and its way of counting days.
    origin : Picks
        Origin of each subject, or of each lesion.

    Returns
    -------
    numpy.ndarray of int64
        `FAR` when nothing is truncated: no horizon, or one of follow-up only.

    Notes
    -----
    A time is truncated when its days, with the origin as day 1, exceed the horizon's. Counted from the first or the
    last enrolment, the horizon is one calendar day for all.
    """
    n, horizon, add_one = len(origin.day), definition.horizon, definition.add_one is not False
    if horizon is None or horizon.is_ == "follow-up only":
        return np.full(n, FAR, np.int64)
    if horizon.from_ == "origin":
        return np.where(origin.found, origin.day + last_whole_day(horizon, add_one=add_one), FAR)
    enrolled = enrolment_days(cohort)
    if not len(enrolled):
        return np.full(n, FAR, np.int64)
    start = enrolled.min() if horizon.from_ == "first enrolment" else enrolled.max()
    return np.full(n, int(start) + last_whole_day(horizon, add_one=add_one), np.int64)
