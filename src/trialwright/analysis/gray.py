"""Gray's test of equal cumulative incidences."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import chdtrc

from trialwright.analysis.competing_rows import FIRST_CAUSE, competing_rows
from trialwright.analysis.levels import Labels
from trialwright.analysis.logrank import LogrankGroup
from trialwright.analysis.rows import Dropped, Numbers
from trialwright.analysis.shapes import plain, plain_list
from trialwright.errors import EstimationError
from trialwright.numerics.gray import gray_sums
from trialwright.numerics.logrank import chi_square
from trialwright.numerics.ordering import order_rows

__all__ = ["GrayTest", "gray"]


@dataclass(frozen=True, slots=True)
class GrayTest:
    """Gray's test of one cause.

    Parameters
    ----------
    cause : str
        The cause tested.
    chisq : float or None
        Statistic; None when there is no information.
    df : int
        Degrees of freedom.
    p : float or None
        Two-sided p value.
    groups : tuple of LogrankGroup
        Events of the cause seen and expected, one an arm.
    variance : tuple of tuple of float
        Covariance of observed − expected.
    n, events, competing, n_strata : int
        Subjects, events of the cause, events of other causes, strata.
    dropped : tuple of Dropped
        Rows left out, by reason.
    """

    cause: str
    chisq: float | None
    df: int
    p: float | None
    groups: tuple[LogrankGroup, ...]
    variance: tuple[tuple[float, ...], ...]
    n: int
    events: int
    competing: int
    n_strata: int
    dropped: tuple[Dropped, ...] = ()

    @property
    def is_estimable(self) -> bool:
        """Whether there is a statistic."""
        return self.chisq is not None

    def to_dict(self) -> dict[str, object]:
        """Plain data, ``{cause, chisq, df, p, groups: [{level, n, observed, expected}], variance}``."""
        return {
            "cause": self.cause,
            "chisq": self.chisq,
            "df": self.df,
            "p": self.p,
            "groups": [group.to_dict() for group in self.groups],
            "variance": [plain_list(row) for row in self.variance],
        }


def gray(
    time: Numbers,
    event: Labels,
    arm: Labels,
    *,
    cause: str = FIRST_CAUSE,
    strata: Labels | None = None,
    censored: str | None = None,
) -> GrayTest:
    """Gray's test of the hypothesis that the cumulative incidence of one cause is the same in all arms.

    Parameters
    ----------
    time : (n,) array
        Exit times in any one unit, at least 0.
    event : (n,) array
        Codes: 0 censored, each of the others a cause.
    arm : (n,) array
        Arms, two or more.
    cause : str, optional
        Code of the cause tested.
    strata : (n,) array, optional
        Strata; sums are formed within strata and added before the statistic is.
    censored : str, optional
        Code that means censored; 0 unless given.

    Returns
    -------
    GrayTest
        Statistic, degrees of freedom, two-sided p value, observed and expected events, covariance.

    Raises
    ------
    NumericsError
        When the rows cannot be used.
    EstimationError
        When there are not two arms, or no event of the cause.

    References
    ----------
    Gray RJ. Ann Stat 1988;16:1141, doi:10.1214/aos/1176350951 (DOI unverified).

    Examples
    --------
    >>> test = gray([1, 2, 3, 4, 5, 6], [1, 1, 2, 2, 1, 0], ["A", "A", "A", "B", "B", "B"])
    >>> round(test.chisq, 4), test.df
    (2.4381, 1)
    """
    found = competing_rows(time, event, censored=censored, labels={"arm": arm, "strata": strata})
    codes = found.led_by(cause)
    rows = found.rows
    arms, stratum = rows.labels["arm"], rows.labels.get("strata")
    if len(arms.names) < 2:
        raise EstimationError(
            f"Gray's test needs two arms, the rows used hold {len(arms.names)}",
            where="arm",
            mend="check the arm column and what was left out",
        )
    n_strata = 1 if stratum is None else len(stratum.names)
    ordered = order_rows(rows.time, stratum=None if stratum is None else stratum.codes, n_strata=n_strata)
    sums = gray_sums(codes, arms.codes, len(arms.names), rows=ordered)
    statistic, df = chi_square(sums)
    counts = np.bincount(arms.codes, minlength=len(arms.names))
    seen = zip(arms.names, counts.tolist(), sums.observed.tolist(), sums.expected.tolist(), strict=True)
    return GrayTest(
        cause=cause,
        chisq=plain(statistic),
        df=df,
        p=plain(float(chdtrc(df, statistic))) if df else None,
        groups=tuple(LogrankGroup(*group) for group in seen),
        variance=tuple(tuple(row) for row in sums.variance.tolist()),
        n=rows.n,
        events=int((codes == 1).sum()),
        competing=int((codes == 2).sum()),
        n_strata=n_strata,
        dropped=rows.dropped,
    )
