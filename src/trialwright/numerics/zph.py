"""Score test for hazard ratios that drift with time: adding covariate times g(time) to a fitted Cox model."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
from numpy.typing import NDArray

from trialwright.errors import NumericsError
from trialwright.numerics.cox import CoxData, CoxFit, Ties
from trialwright.numerics.jit import kernel
from trialwright.numerics.ordering import Rows
from trialwright.numerics.survival import survival_curve

__all__ = ["TRANSFORMS", "DriftTest", "Transform", "drift_sums", "drift_test", "time_transform"]

Transform = Literal["km", "identity", "rank", "log"]
TRANSFORMS: tuple[Transform, ...] = get_args(Transform)

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class DriftTest:
    """Score of the added columns and the information of the doubled model, at the fitted coefficients.

    Parameters
    ----------
    score : (p,) float
        Score of covariate times g(time).
    information : (2p, 2p) float
        Information of the covariates (first p) and of the added columns (last p).

    Examples
    --------
    >>> DriftTest(np.zeros(1), np.eye(2)).statistic([0])
    0.0
    """

    score: Floats
    information: Floats

    def statistic(self, columns: list[int]) -> float:
        """Chi-square statistic for adding the given columns times g(time)."""
        p = self.score.size
        kept = [*range(p), *(p + c for c in columns)]
        u = np.concatenate([np.zeros(p), self.score[columns]])
        solution, *_ = np.linalg.lstsq(self.information[np.ix_(kept, kept)], u, rcond=1e-12)
        return float(u @ solution)


@kernel
def _sums(
    rows: Rows,
    event: NDArray[np.int8],
    x: Floats,
    risk: Floats,
    g: Floats,
    efron: bool,
) -> tuple[Floats, Floats]:
    """Score of x times g and the information of the doubled model; `g` has one value a row, that of its time."""
    time, starts, entry, entry_order = rows
    p = x.shape[1]
    score, information = np.zeros(p), np.zeros((2 * p, 2 * p))
    s1, s2, d1, d2, mean = np.zeros(p), np.zeros((p, p)), np.zeros(p), np.zeros((p, p)), np.zeros(p)
    for s in range(starts.size - 1):
        first, i = starts[s], starts[s + 1] - 1
        leaver, s0 = i, 0.0
        s1[:] = 0.0
        s2[:] = 0.0
        while i >= first:
            t, at, d, d0 = time[i], g[i], 0, 0.0
            d1[:] = 0.0
            d2[:] = 0.0
            while i >= first and time[i] == t:
                s0 += risk[i]
                died = 1.0 if event[i] != 0 else 0.0
                d += 1 if event[i] != 0 else 0
                d0 += died * risk[i]
                for a in range(p):
                    score[a] += died * at * x[i, a]
                    rx = risk[i] * x[i, a]
                    s1[a] += rx
                    d1[a] += died * rx
                    for b in range(p):
                        s2[a, b] += rx * x[i, b]
                        d2[a, b] += died * rx * x[i, b]
                i -= 1
            while entry.size > 0 and leaver >= first and entry[entry_order[leaver]] >= t:
                e = entry_order[leaver]
                s0 -= risk[e]
                for a in range(p):
                    s1[a] -= risk[e] * x[e, a]
                    for b in range(p):
                        s2[a, b] -= risk[e] * x[e, a] * x[e, b]
                leaver -= 1
            for tied in range(d):
                share = tied / d if efron else 0.0
                total = s0 - share * d0
                for a in range(p):
                    mean[a] = (s1[a] - share * d1[a]) / total
                for a in range(p):
                    score[a] -= at * mean[a]
                    for b in range(p):
                        v = (s2[a, b] - share * d2[a, b]) / total - mean[a] * mean[b]
                        information[a, b] += v
                        information[a, p + b] += at * v
                        information[p + a, b] += at * v
                        information[p + a, p + b] += at * at * v
    return score, information


def time_transform(
    time: Floats, event: NDArray[np.integer], transform: Transform, entry: Floats | None = None
) -> Floats:
    """The function g of time at each row, centred on its mean over the events and scaled to at most 1.

    Parameters
    ----------
    time : (n,) float
        Exit times, near-equal times merged.
    event : (n,) int
        1 for an event, 0 for a censoring.
    transform : {"km", "identity", "rank", "log"}
        1 − S(t−) of all rows together, the time itself, its rank among all exit times (ties share their mean), or its
        logarithm.
    entry : (n,) float, optional
        Entry times.

    Returns
    -------
    (n,) float
        g at each row's time.

    Raises
    ------
    NumericsError
        When the transform is not one of the four, or the logarithm of an event at time 0 is asked for.

    Examples
    --------
    >>> time_transform(np.array([1.0, 2.0, 3.0]), np.array([1, 1, 1]), "rank").tolist()
    [-1.0, 0.0, 1.0]
    """
    died = event > 0
    match transform:
        case "km":
            curve = survival_curve(time, event, entry)
            before = np.concatenate([[1.0], curve.surv[:-1]])
            g = 1 - before[np.searchsorted(curve.time, time)]
        case "identity":
            g = time.astype(np.float64)
        case "rank":
            # Among all rows, the censored ones too, as R has ranked them since its version 3.
            ordered = np.sort(time)
            below, up_to = (np.searchsorted(ordered, time, side=side) for side in ("left", "right"))
            g = (below + up_to + 1) / 2.0
        case "log":
            if (time[died] == 0).any():
                raise NumericsError("an event at time 0 has no logarithm", mend="choose another function of time")
            g = np.log(np.where(time > 0, time, 1.0))
        case _:
            raise NumericsError(
                f"transform {transform!r} of time is not known", mend=f"use one of {', '.join(TRANSFORMS)}"
            )
    centred: Floats = g - g[died].mean()
    # A common scale changes no statistic and keeps the two blocks of the information of one size.
    spread = float(np.abs(centred[died]).max())
    return centred / spread if spread > 0 else centred


def drift_sums(data: CoxData, beta: Floats, g: Floats, *, ties: Ties = "efron") -> DriftTest:
    """Score and information of the model with every covariate times g(time) added.

    Parameters
    ----------
    data : CoxData
        Sorted rows.
    beta : (p,) float
        Fitted coefficients of the scaled covariates.
    g : (n,) float
        Function of time at each sorted row.
    ties : {"efron", "breslow"}, optional
        As in the fit.

    Returns
    -------
    DriftTest
        Score and information for the scaled covariates, from which a statistic for any set of columns can be formed.

    Examples
    --------
    >>> from trialwright.numerics.cox import cox_data
    >>> data = cox_data(np.array([1.0, 2.0]), np.array([1, 1]), np.array([[0.0], [2.0]]))
    >>> drift_sums(data, np.zeros(1), np.array([-1.0, 1.0])).information.shape
    (2, 2)
    """
    risk = np.exp(data.x @ beta)
    return DriftTest(*_sums(data.rows.arrays, data.event, data.x, risk, g, ties == "efron"))


def drift_test(data: CoxData, fit: CoxFit, *, transform: Transform = "km", ties: Ties = "efron") -> DriftTest:
    """Score test of proportional hazards for a fitted model.

    Parameters
    ----------
    data : CoxData
        Sorted rows.
    fit : CoxFit
        The fit of the same rows, every coefficient finite.
    transform : {"km", "identity", "rank", "log"}, optional
        Function of time that a drift is sought along.
    ties : {"efron", "breslow"}, optional
        As in the fit.

    Returns
    -------
    DriftTest
        Score and information.

    Raises
    ------
    NumericsError
        When the fit is not estimable or the transform not known.

    Notes
    -----
    With V(t) the information of each event time and r(t) its Schoenfeld residual, the added block has the score
    Σ g(t)·r(t), and the information has the blocks ΣV, Σ g·V and Σ g²·V. This is the score test itself; the shortcut of
    Grambsch and Therneau, which takes V(t) as the same at all times, gives other figures.

    References
    ----------
    Grambsch PM, Therneau TM. Biometrika 1994;81:515 (doi unverified); the exact score form follows the description of
    R survival, version 3 and later.

    Examples
    --------
    >>> from trialwright.numerics.cox import cox_data, fit_cox
    >>> x = np.array([[0.0], [1.0], [0.0], [1.0]])
    >>> data = cox_data(np.array([1.0, 2.0, 3.0, 4.0]), np.array([1, 1, 1, 1]), x)
    >>> drift_test(data, fit_cox(data)).score.shape
    (1,)
    """
    if not fit.is_estimable:
        raise NumericsError(
            "the model has coefficients that cannot be estimated",
            why="residuals need finite coefficients",
            mend="leave those covariates out",
        )
    r = data.rows
    g = time_transform(r.time, data.event, transform, r.entry if r.entry.size else None)
    return drift_sums(data, fit.coef * data.scale, g, ties=ties)
