"""Mean time in response up to a fixed time, of all subjects, and its error from two curves of the same subjects."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

__all__ = ["RestrictedDuration", "mean_influence", "restricted_duration"]

Numbers = npt.NDArray[np.float64]


class RestrictedDuration(NamedTuple):
    """Mean time in response up to a fixed time.

    Parameters
    ----------
    value : float
        Difference of the two means.
    se : float
        Its standard error; not a number for fewer than two subjects.
    whole, first : float
        Mean time to the end, and to the first of response and end.

    Examples
    --------
    >>> RestrictedDuration(1.0, 0.1, 3.0, 2.0).value
    1.0
    """

    value: float
    se: float
    whole: float
    first: float


def mean_influence(time: Numbers, event: npt.NDArray[np.int8], tau: float) -> tuple[float, Numbers]:
    """Restricted mean of a Kaplan-Meier curve, and what each subject adds to its error.

    Parameters
    ----------
    time : numpy.ndarray of float, shape (n,)
        Times, any unit.
    event : numpy.ndarray of int8, shape (n,)
        1 for an event.
    tau : float
        Time up to which the mean is taken, in the same unit.

    Returns
    -------
    mean : float
        Area under the curve up to `tau`.
    influence : numpy.ndarray of float, shape (n,)
        Minus the sum over event times t of A(t) n / n(t) (dN(t) - Y(t) d(t) / n(t)), A the area from t to `tau`.

    Examples
    --------
    >>> mean, influence = mean_influence(np.array([1.0, 3.0]), np.array([1, 1], np.int8), 2.0)
    >>> mean, influence.tolist()
    (1.5, [-0.25, 0.25])
    """
    n = time.size
    at = np.unique(time[(event == 1) & (time <= tau)])
    at_risk = n - np.searchsorted(np.sort(time), at, side="left")
    died = np.searchsorted(np.sort(time[event == 1]), at, side="right")
    died = died - np.searchsorted(np.sort(time[event == 1]), at, side="left")
    surviving = np.cumprod(1.0 - died / at_risk)
    edges = np.concatenate([[0.0], at, [tau]])
    pieces = np.concatenate([[1.0], surviving]) * np.diff(edges)
    area = np.cumsum(pieces[::-1])[::-1][1:]  # from each event time to tau
    paid = np.concatenate([[0.0], np.cumsum(area * n * died / at_risk.astype(np.float64) ** 2)])
    own = np.zeros(n)
    happened = (event == 1) & (time <= tau)
    place = np.searchsorted(at, time[happened])
    own[happened] = area[place] * n / at_risk[place]
    passed = paid[np.searchsorted(at, time, side="right")]
    return float(pieces.sum()), passed - own


def restricted_duration(
    whole: tuple[Numbers, npt.NDArray[np.int8]], first: tuple[Numbers, npt.NDArray[np.int8]], tau: float
) -> RestrictedDuration:
    """Mean time in response up to a fixed time.

    Parameters
    ----------
    whole : pair of arrays, shape (n,)
        Time to the end of response, such as progression or death, from the start of treatment; 1 for an event.
    first : pair of arrays, shape (n,)
        Time to the first of a response and that end, of the same subjects in the same order; 1 for an event.
    tau : float
        Time up to which the mean is taken.

    Returns
    -------
    RestrictedDuration
        A subject who never responded counts with no time in response.

    Notes
    -----
    The difference of two restricted means. Its error is the standard deviation, with n - 1, of the difference of what
    each subject adds to the two, over the root of n: the curves are those of the same subjects.

    References
    ----------
    Huang B, Tian L, et al. Pharm Stat 2022;21:865-878, doi:10.1002/pst.2198 (text unverified; figures agree with PBIR).

    Examples
    --------
    >>> end, start = np.array([10.0, 6.0, 30.0]), np.array([3.0, 6.0, 2.0])
    >>> events = np.ones(3, np.int8)
    >>> round(restricted_duration((end, events), (start, events), 24.0).value, 3)
    9.667
    """
    mean, influence = mean_influence(*whole, tau)
    shorter, own = mean_influence(*first, tau)
    apart = influence - own
    se = float(apart.std(ddof=1) / np.sqrt(apart.size)) if apart.size > 1 else float("nan")
    return RestrictedDuration(mean - shorter, se, mean, shorter)
