"""Slow, obvious estimators written from the definitions and from nothing of ours: what the fast ones are held to."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

__all__ = [
    "OVARIAN",
    "at_risk",
    "cox_derivatives",
    "cox_rows",
    "drift_statistic",
    "kaplan_meier",
    "logrank",
    "weighted_score",
]

# Edmonson et al. 1979, 26 women with ovarian cancer: day, death, arm, ECOG status, age; the rows R survival ships.
OVARIAN = np.array(
    [
        (59, 1, 1, 1, 72.3315),
        (115, 1, 1, 1, 74.4932),
        (156, 1, 1, 2, 66.4658),
        (421, 0, 2, 1, 53.3644),
        (431, 1, 1, 1, 50.3397),
        (448, 0, 1, 2, 56.4301),
        (464, 1, 2, 2, 56.937),
        (475, 1, 2, 2, 59.8548),
        (477, 0, 1, 1, 64.1753),
        (563, 1, 2, 2, 55.1781),
        (638, 1, 1, 2, 56.7562),
        (744, 0, 2, 1, 50.1096),
        (769, 0, 2, 2, 59.6301),
        (770, 0, 2, 1, 57.0521),
        (803, 0, 1, 1, 39.2712),
        (855, 0, 1, 2, 43.1233),
        (1040, 0, 1, 2, 38.8932),
        (1106, 0, 1, 1, 44.6),
        (1129, 0, 2, 1, 53.9068),
        (1206, 0, 2, 1, 44.2055),
        (1227, 0, 2, 2, 59.589),
        (268, 1, 1, 2, 74.5041),
        (329, 1, 1, 1, 43.137),
        (353, 1, 2, 2, 63.2192),
        (365, 1, 2, 1, 64.4247),
        (377, 0, 2, 1, 58.3096),
    ]
)


def at_risk(time: np.ndarray, entry: np.ndarray | None, t: float) -> np.ndarray:
    """Rows with entry < t <= exit."""
    inside = time >= t
    return inside if entry is None else inside & (entry < t)


def kaplan_meier(time: np.ndarray, event: np.ndarray, entry: np.ndarray | None = None) -> dict[float, float]:
    """Curve just after each event time."""
    surv, found = 1.0, {}
    for t in sorted(set(time[event == 1])):
        n = at_risk(time, entry, t).sum()
        surv *= 1 - ((time == t) & (event == 1)).sum() / n
        found[float(t)] = surv
    return found


def logrank(
    time: np.ndarray,
    event: np.ndarray,
    arm: np.ndarray,
    *,
    entry: np.ndarray | None = None,
    rho: float = 0.0,
    gamma: float = 0.0,
) -> tuple[np.ndarray, np.ndarray]:
    """Observed less expected of each arm and its covariance, from one 2 by k table an event time."""
    arms = sorted(set(arm))
    u, v = np.zeros(len(arms)), np.zeros((len(arms), len(arms)))
    surv = 1.0
    for t in sorted(set(time[event == 1])):
        risk = at_risk(time, entry, t)
        dead = (time == t) & (event == 1)
        n, d = risk.sum(), dead.sum()
        w = surv**rho * (1 - surv) ** gamma
        share = np.array([(risk & (arm == a)).sum() for a in arms]) / n
        u += w * (np.array([(dead & (arm == a)).sum() for a in arms]) - d * share)
        if n > 1:
            v += w**2 * d * (n - d) / (n - 1) * (np.diag(share) - np.outer(share, share))
        surv *= 1 - d / n
    return u, v


def cox_derivatives(
    time: np.ndarray,
    event: np.ndarray,
    x: np.ndarray,
    beta: np.ndarray,
    *,
    ties: str = "efron",
    entry: np.ndarray | None = None,
    g: dict[float, float] | None = None,
) -> tuple[float, np.ndarray, np.ndarray]:
    """Log partial likelihood, score and information; with `g`, of the model that has x times g(t) added at 0."""
    p = x.shape[1] * (1 if g is None else 2)
    loglik, score, information = 0.0, np.zeros(p), np.zeros((p, p))
    hazard = np.exp(x @ beta)
    for t in sorted(set(time[event == 1])):
        z = x if g is None else np.hstack([x, x * g[t]])
        risk, dead = at_risk(time, entry, t), (time == t) & (event == 1)
        d = int(dead.sum())
        loglik += float((x[dead] @ beta).sum())
        score += z[dead].sum(axis=0)
        for k in range(d):
            weight = hazard * risk
            if ties == "efron":
                weight = weight - hazard * dead * k / d
            total = weight.sum()
            mean = weight @ z / total
            loglik -= math.log(total)
            score -= mean
            information += (z.T * weight) @ z / total - np.outer(mean, mean)
    return loglik, score, information


def cox_rows(seed: int, n: int = 50) -> tuple[np.ndarray, ...]:
    """Invented times with ties, events, an arm and an age, and entry times before the exits."""
    rng = np.random.default_rng(seed)
    x = np.column_stack([rng.integers(0, 2, n), rng.normal(60, 9, n)]).astype(float)
    time = np.ceil(rng.exponential(12 / np.exp(0.7 * x[:, 0] + 0.02 * (x[:, 1] - 60))))
    return time, (rng.random(n) < 0.7).astype(int), x, time - rng.integers(1, 10, n)


def drift_statistic(score: np.ndarray, information: np.ndarray, columns: Sequence[int]) -> float:
    """Score statistic for the added columns, the coefficients of the others left free."""
    p = score.size // 2
    kept = [*range(p), *(p + c for c in columns)]
    u = np.array([0.0] * p + [score[p + c] for c in columns])
    return float(u @ np.linalg.solve(information[np.ix_(kept, kept)], u))


def weighted_score(
    time: np.ndarray, event: np.ndarray, x: np.ndarray, beta: np.ndarray, weight: np.ndarray
) -> np.ndarray:
    """Efron's score when row i counts `weight[i]` times; its derivative in a weight is that row's residual."""
    hazard = weight * np.exp(x @ beta)
    score = np.zeros(x.shape[1])
    for t in sorted(set(time[event == 1])):
        risk, dead = time >= t, (time == t) & (event == 1)
        d = int(dead.sum())
        score += weight[dead] @ x[dead]
        for k in range(d):
            share = hazard * risk - hazard * dead * k / d
            score -= weight[dead].mean() * (share @ x) / share.sum()
    return score
