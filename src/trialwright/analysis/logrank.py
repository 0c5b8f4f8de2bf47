"""Log-rank tests of two or more arms, stratified and weighted."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from scipy.special import chdtrc

from trialwright.analysis.levels import Labels
from trialwright.analysis.rows import Dropped, Numbers, survival_rows
from trialwright.analysis.shapes import plain, plain_list
from trialwright.errors import EstimationError, NumericsError
from trialwright.numerics.logrank import LogrankSums, chi_square, logrank_sums
from trialwright.numerics.ordering import order_rows

__all__ = ["LogrankGroup", "LogrankTest", "logrank"]

_MAX_ARMS = 200


@dataclass(frozen=True, slots=True)
class LogrankGroup:
    """One arm of a log-rank test.

    Parameters
    ----------
    level : str
        The arm.
    n : int
        Subjects.
    observed, expected : float
        Events seen and events expected if the arms did not differ, both weighted when the test is.
    """

    level: str
    n: int
    observed: float
    expected: float

    def to_dict(self) -> dict[str, object]:
        """Plain data."""
        return {"level": self.level, "n": self.n, "observed": self.observed, "expected": self.expected}


@dataclass(frozen=True, slots=True)
class LogrankTest:
    """A log-rank test.

    Parameters
    ----------
    chisq : float or None
        Statistic; None when there is no information, for want of events or of comparable arms.
    df : int
        Degrees of freedom.
    p : float or None
        Two-sided p value.
    z : float or None
        With two arms, (observed − expected)/SE of the second arm: negative when it has fewer events than expected.
    groups : tuple of LogrankGroup
        One an arm.
    variance : tuple of tuple of float
        Covariance of observed − expected.
    rho, gamma : float
        Fleming–Harrington weight.
    n, events, n_strata : int
        Subjects, events, strata.
    dropped : tuple of Dropped
        Rows left out, by reason.
    """

    chisq: float | None
    df: int
    p: float | None
    z: float | None
    groups: tuple[LogrankGroup, ...]
    variance: tuple[tuple[float, ...], ...]
    rho: float
    gamma: float
    n: int
    events: int
    n_strata: int
    dropped: tuple[Dropped, ...] = ()

    @property
    def is_estimable(self) -> bool:
        """Whether there is a statistic."""
        return self.chisq is not None

    def to_dict(self) -> dict[str, object]:
        """Plain data, ``{chisq, df, p, groups: [{level, n, observed, expected}], variance}``."""
        return {
            "chisq": self.chisq,
            "df": self.df,
            "p": self.p,
            "groups": [group.to_dict() for group in self.groups],
            "variance": [plain_list(row) for row in self.variance],
        }


def _z(sums: LogrankSums) -> float | None:
    if sums.observed.size != 2 or not sums.variance[1, 1] > 0:
        return None
    return plain((sums.observed[1] - sums.expected[1]) / math.sqrt(sums.variance[1, 1]))


def logrank(
    time: Numbers,
    event: Numbers,
    arm: Labels,
    *,
    strata: Labels | None = None,
    entry: Numbers | None = None,
    rho: float = 0.0,
    gamma: float = 0.0,
) -> LogrankTest:
    """Log-rank test of the hypothesis that the hazards of all arms are the same.

    Parameters
    ----------
    time : (n,) array
        Exit times in any one unit, at least 0.
    event : (n,) array
        1 for an event, 0 for a censoring.
    arm : (n,) array
        Arms, two or more.
    strata : (n,) array, optional
        Strata; sums are formed within strata and added before the statistic is.
    entry : (n,) array, optional
        Entry times; a subject is at risk where entry < t <= exit.
    rho, gamma : float, optional
        Fleming–Harrington weight S(t−)^rho · (1 − S(t−))^gamma, S of all arms of the stratum together.

    Returns
    -------
    LogrankTest
        Statistic, degrees of freedom, two-sided p value, observed and expected events, covariance.

    Raises
    ------
    NumericsError
        When the rows cannot be used or a weight is negative.
    EstimationError
        When there are not two arms.

    References
    ----------
    Mantel N. Cancer Chemother Rep 1966;50:163. Fleming TR, Harrington DP. Counting Processes and Survival Analysis.
    Wiley 1991 (both unverified).

    Examples
    --------
    >>> test = logrank([1, 2, 3, 4], [1, 1, 1, 0], ["A", "A", "B", "B"])
    >>> round(test.chisq, 4), test.df
    (2.8824, 1)
    """
    if rho < 0 or gamma < 0:
        raise NumericsError(f"weights rho {rho} and gamma {gamma} must not be negative")
    rows = survival_rows(time, event, entry=entry, labels={"arm": arm, "strata": strata})
    arms, stratum = rows.labels["arm"], rows.labels.get("strata")
    if len(arms.names) < 2:
        raise EstimationError(
            f"a log-rank test needs two arms, the rows used hold {len(arms.names)}",
            where="arm",
            mend="check the arm column and what was left out",
        )
    if len(arms.names) > _MAX_ARMS:
        raise NumericsError(
            f"arm has {len(arms.names)} levels, more than {_MAX_ARMS}",
            mend="check that it holds arms, not names",
        )
    n_strata = 1 if stratum is None else len(stratum.names)
    ordered = order_rows(
        rows.time, entry=rows.entry, stratum=None if stratum is None else stratum.codes, n_strata=n_strata
    )
    sums = logrank_sums(
        rows.time, rows.event, arms.codes, len(arms.names), rows=ordered, rho=float(rho), gamma=float(gamma)
    )
    statistic, df = chi_square(sums)
    counts = np.bincount(arms.codes, minlength=len(arms.names))
    groups = zip(arms.names, counts.tolist(), sums.observed.tolist(), sums.expected.tolist(), strict=True)
    return LogrankTest(
        chisq=plain(statistic),
        df=df,
        p=plain(float(chdtrc(df, statistic))) if df else None,
        z=_z(sums),
        groups=tuple(LogrankGroup(*group) for group in groups),
        variance=tuple(tuple(row) for row in sums.variance.tolist()),
        rho=float(rho),
        gamma=float(gamma),
        n=rows.n,
        events=rows.n_events,
        n_strata=n_strata,
        dropped=rows.dropped,
    )
