"""What acting on a marker gains over acting on everybody or on nobody: net benefit over a range of thresholds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from trialwright.analysis.binary_rows import binary_rows
from trialwright.analysis.rows import Dropped, Numbers, survival_rows
from trialwright.analysis.shapes import plain_list
from trialwright.errors import NumericsError
from trialwright.numerics.ordering import merge_close_times
from trialwright.numerics.survival import curve_at, survival_curve

__all__ = ["DecisionCurve", "decision_curve", "decision_curve_by"]

Floats = NDArray[np.float64]

_THRESHOLDS = tuple(k / 100 for k in range(5, 100, 5))


@dataclass(frozen=True, slots=True, eq=False)
class DecisionCurve:
    """Net benefit at each threshold.

    Parameters
    ----------
    threshold : (k,) float
        Chance of the outcome from which acting is worth its harm.
    rule, all : (k,) float
        Net benefit of acting where the chance, or the rule, says so, and of acting on everybody; on nobody it is 0. In
        units of one outcome acted on, a subject.
    n : int
        Subjects.
    dropped : tuple of Dropped
        Rows left out, by reason.
    """

    threshold: Floats
    rule: Floats
    all: Floats
    n: int
    dropped: tuple[Dropped, ...] = ()

    def to_dict(self) -> dict[str, object]:
        """Plain data, ``{threshold, rule, all, none, n}``."""
        return {
            "threshold": plain_list(self.threshold),
            "rule": plain_list(self.rule),
            "all": plain_list(self.all),
            "none": [0.0] * self.threshold.size,
            "n": self.n,
        }


def _thresholds(given: Sequence[float] | None) -> Floats:
    found = np.asarray(_THRESHOLDS if given is None else given, dtype=np.float64)
    if found.size == 0 or (found <= 0).any() or (found >= 1).any():
        raise NumericsError("a threshold is not between 0 and 1", mend="write chances, such as 0.1, 0.2, 0.5")
    return found


def _acted_on(values: Floats, threshold: Floats) -> Floats:
    """One row a threshold, 1 where somebody is acted on."""
    if (values < 0).any() or (values > 1).any():
        raise NumericsError(
            "a chance is not between 0 and 1", mend="give probabilities, or 1 and 0 for what a rule says"
        )
    return (values[None, :] >= threshold[:, None]).astype(np.float64)


def decision_curve(outcome: Numbers, chance: Numbers, *, thresholds: Sequence[float] | None = None) -> DecisionCurve:
    """Net benefit of acting on a foretold chance, or on what a rule says.

    Parameters
    ----------
    outcome : (n,) array
        1 with the outcome, 0 without.
    chance : (n,) array
        Foretold chance; a rule that says yes or no is given as 1 and 0.
    thresholds : sequence of float, optional
        Thresholds; 0.05 to 0.95 by steps of 0.05 when not given.

    Returns
    -------
    DecisionCurve
        Net benefits.

    Raises
    ------
    NumericsError
        When the rows, a chance or a threshold cannot be used.

    Notes
    -----
    At a threshold p the net benefit is TP/n − FP/n · p/(1 − p).

    References
    ----------
    Vickers AJ, Elkin EB. Med Decis Making 2006;26:565 (doi unverified).

    Examples
    --------
    >>> found = decision_curve([1, 1, 0, 0], [0.9, 0.3, 0.6, 0.1], thresholds=[0.2, 0.5])
    >>> found.rule.round(4).tolist(), found.all.round(4).tolist()
    ([0.4375, 0.0], [0.375, 0.0])
    """
    threshold = _thresholds(thresholds)
    rows = binary_rows(outcome, {"chance": chance})
    acted = _acted_on(rows.values["chance"], threshold)
    odds = threshold / (1 - threshold)
    had = rows.is_case.astype(np.float64)
    true, false = acted @ had / rows.n, acted @ (1 - had) / rows.n
    share = rows.cases / rows.n
    return DecisionCurve(threshold, true - false * odds, share - (1 - share) * odds, rows.n, rows.dropped)


def decision_curve_by(
    time: Numbers, event: Numbers, chance: Numbers, *, at: float, thresholds: Sequence[float] | None = None
) -> DecisionCurve:
    """Net benefit of acting on a foretold chance of an event by a time, some subjects observed for less.

    Parameters
    ----------
    time : (n,) array
        Exit times in any one unit, at least 0.
    event : (n,) array
        1 for an event, 0 for a censoring.
    chance : (n,) array
        Foretold chance of an event by `at`; a rule that says yes or no is given as 1 and 0.
    at : float
        The time, in the same unit.
    thresholds : sequence of float, optional
        Thresholds; 0.05 to 0.95 by steps of 0.05 when not given.

    Returns
    -------
    DecisionCurve
        Net benefits; not a number where nobody acted on was observed as long as `at`.

    Raises
    ------
    NumericsError
        When the rows, a chance or a threshold cannot be used.

    Notes
    -----
    Among those acted on, a share of all, the share with an event by `at` is one less their Kaplan–Meier estimate.

    References
    ----------
    Vickers AJ, Cronin AM, Elkin EB, Gonen M. BMC Med Inform Decis Mak 2008;8:53 (doi unverified).

    Examples
    --------
    >>> found = decision_curve_by([1, 2, 3, 4], [1, 0, 1, 1], [1, 1, 0, 0], at=1.5, thresholds=[0.2])
    >>> found.rule.tolist(), found.all.round(4).tolist()
    ([0.1875], [0.0625])
    """
    threshold = _thresholds(thresholds)
    read = binary_rows(event, {"chance": chance})
    rows = survival_rows(time, event, missing={"chance": ~read.kept})
    merged, _ = merge_close_times(rows.time)
    chances = np.full(read.kept.size, np.nan)
    chances[read.kept] = read.values["chance"]
    acted = _acted_on(chances if rows.kept is None else chances[rows.kept], threshold)
    odds = threshold / (1 - threshold)
    events = np.array([_event_share(merged[part == 1], rows.event[part == 1], at) for part in acted])
    share = acted.mean(axis=1)
    everybody = _event_share(merged, rows.event, at)
    return DecisionCurve(
        threshold=threshold,
        rule=np.where(share > 0, share * events - share * (1 - events) * odds, 0.0),
        all=everybody - (1 - everybody) * odds,
        n=rows.n,
        dropped=rows.dropped,
    )


def _event_share(time: Floats, event: NDArray[np.int8], at: float) -> float:
    """Share with an event by a time; not a number when the last of them was censored before it."""
    if time.size == 0:
        return 0.0
    curve = survival_curve(time, event)
    if curve.time[-1] < at and curve.n_censor[-1] > 0 and curve.surv[-1] > 0:
        return float("nan")
    return 1.0 - float(curve_at(curve, np.array([at]))[0][0])
